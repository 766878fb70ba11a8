"""Training the policy's networks: questions about two values of a state, answered by what the program that was drawn still does with them.

    loss = cross-entropy of the next action, or of there being none + that of whether each of the values is still used

An action is a word with what it takes of the pair (`search.prior.ways`). Where a program does several things with a pair, the target is spread
evenly over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from dsl.types import INT, LIST_INT
from search.prior.fitting import BATCH, Plan, fit, masks, note
from search.prior.network import NEXT_SHAPE, Next
from search.prior.pairs import NUM_FLAGS, USES
from search.prior.shards import VOCABULARY, read_ways
from search.prior.signature import LISTS, NUMBER, look, width
from search.prior.ways import MAX_LINES, Questions, Ways, commutes, questions, values_of, worlds_of

USED_WEIGHT = 0.3
SHARES = 2
"""Steps that use a question, as a signature takes as long as training on it."""
NAME = "next"
"""Networks are called next-lists and next-number."""


@dataclass(slots=True)
class Lessons:
    """Batches of questions about the programs of one family."""

    ways: Ways
    family: str
    seed: int
    _worlds: np.ndarray = field(init=False)
    _symmetric: np.ndarray = field(init=False)
    _kept: dict[int, Batch] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._worlds, self._symmetric = worlds_of(self.ways), commutes(VOCABULARY)

    def at(self, step: int) -> list[Batch]:
        """The batches of one step, new ones and such as the steps before had."""
        wanted = range(step, step + SHARES)
        self._kept = {number: self._kept[number] if number in self._kept else self.drawn(number, BATCH // SHARES) for number in wanted}
        return list(self._kept.values())

    def drawn(self, number: int, size: int) -> Batch:
        """A batch of new questions; it belongs to its number."""
        random = np.random.default_rng((self.seed, number, 3))
        tasks = random.integers(0, len(self.ways), size)
        asked = questions(self.ways, self._worlds, tasks, self._symmetric, int(random.integers(1 << 31)))
        return batch_of(self.ways, asked, self.family)


@dataclass(frozen=True, slots=True)
class Batch:
    """N questions as the network sees them, with their answers."""

    x: np.ndarray
    """float32[N, width + NUM_FLAGS]."""
    mask: np.ndarray
    """float32[N, USES * V + 1]: 1 for actions with words of the language, and for the last column, which stands for no action."""
    wanted: np.ndarray
    """float32[N, USES * V + 1]: the answer, adding up to 1."""
    used: np.ndarray
    """float32[N, SLOTS]: whether a value is used; -1 where there is none."""


def batch_of(ways: Ways, asked: Questions, family: str) -> Batch:
    """The network's input and answers for some questions."""
    seen = look(*values_of(ways, asked), LIST_INT if family == LISTS else INT)
    if family == NUMBER:
        boolean = ways.boolean[asked.tasks]
        seen.bits[:, -2], seen.bits[:, -1] = boolean, ~boolean
    words = masks()[ways.language[asked.tasks]]
    count, last = len(asked.tasks), USES * words.shape[1]
    wanted = np.zeros((count, last + 1), np.float32)
    rows = np.repeat(np.arange(count), MAX_LINES)[(there := asked.actions >= 0).ravel()]
    wanted[rows, asked.actions[there]] = 1
    wanted[:, last] = ~there.any(axis=1)
    wanted /= wanted.sum(axis=1, keepdims=True)
    return Batch(
        np.concatenate([seen.bits.astype(np.float32), words, seen.numbers, asked.flags], axis=1),
        np.concatenate([np.tile(words, USES), np.ones((count, 1), np.float32)], axis=1), wanted, asked.used.astype(np.float32),
    )  # fmt: skip


def train_policy(folder: Path, plan: Plan, paths: Sequence[Path], held_out: Sequence[Path]) -> dict[str, Tensor]:
    """Trains the policy's networks, or goes on; gives their weights."""
    tensors: dict[str, Tensor] = {}
    for family in (LISTS, NUMBER):
        steps = plan.steps if family == LISTS else max(1, plan.steps // 3)
        torch.manual_seed(plan.seed)
        network = Next(width(family, len(VOCABULARY)) + NUM_FLAGS, len(VOCABULARY), *NEXT_SHAPE[family])
        lessons = Lessons(read_ways(paths, family), family, plan.seed)
        name = f"{NAME}-{family}"
        fit(folder, plan, name, network, steps, lambda step, network=network, lessons=lessons: loss_at(network, lessons, step))
        note(folder, {"family": name, **report(network, Lessons(read_ways(held_out, family), family, plan.seed))})
        tensors |= {f"{name}.{key}": tensor.half() for key, tensor in network.state_dict().items()}
    return tensors


def loss_at(network: Next, lessons: Lessons, step: int) -> Tensor:
    """The loss of one step."""
    parts = lessons.at(step)
    x, mask, wanted, used = (
        torch.from_numpy(np.concatenate([getattr(part, name) for part in parts])) for name in ("x", "mask", "wanted", "used")
    )
    actions, uses = network(x)
    there = (used >= 0).float()
    judged = functional.binary_cross_entropy_with_logits(uses, used.clamp(min=0), reduction="none")
    return functional.cross_entropy(actions.masked_fill(mask == 0, -30.0), wanted) + USED_WEIGHT * (judged * there).sum(1).mean()


@torch.no_grad()
def report(network: Next, lessons: Lessons, size: int = 8 * BATCH) -> dict[str, float]:
    """Figures on questions that were not trained on: cross-entropy; how often the likeliest action is right, and one of five, where there is one;
    how often a value that is used is scored above one that is not."""
    batch = lessons.drawn(0, size)
    actions, uses = network(torch.from_numpy(batch.x))
    actions = actions.masked_fill(torch.from_numpy(batch.mask) == 0, -30.0)
    wanted = torch.from_numpy(batch.wanted)
    some = wanted[:, -1] == 0
    best = actions[some, :-1].topk(5, dim=1).indices
    right = wanted[some].gather(1, best) > 0
    used = torch.from_numpy(batch.used)
    yes, no = uses[used == 1], uses[used == 0]
    return {
        "log_loss": round(float(functional.cross_entropy(actions, wanted)), 4),
        "log_loss_of_actions": round(float(functional.cross_entropy(actions[some], wanted[some])), 4),
        "likeliest": round(float(right[:, 0].float().mean()), 4), "among_five": round(float(right.any(dim=1).float().mean()), 4),
        "used_auc": round(float((yes[:, None] > no[None, :]).float().mean()), 4),
    }  # fmt: skip
