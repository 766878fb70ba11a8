"""Training the prior: drawn tasks, four heads, for each family of outputs a network that sees facts and a second one that adds what the values say, one
beside them that scores values on the way, and the policy's.

    flowforth train-prior --run-dir runs/prior

A part of the tasks is shown with a value on the way as a further input, and the words that are then left to do: what the search asks
when it has found values. At the end a temperature is fitted on tasks that were never trained on.

A run is a folder: data/ (files of drawn tasks, made where they are missing), NAME.pt (the states to go on from), metrics.jsonl,
prior.safetensors and policy.safetensors (what the search loads).
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional

from dsl.errors import ConfigError
from executor.checkpoint import write_whole
from search.prior.batches import MADE_OF, Batches
from search.prior.fitting import BATCH, Plan, fit, masks, note
from search.prior.model import FORMAT_VERSION, POLICY, WEIGHTS
from search.prior.network import HIDDEN, MAX_LENGTH, Nearness, Network, Second
from search.prior.policy_training import train_policy
from search.prior.precision import average_precision, calibration_error
from search.prior.shards import VOCABULARY, Shard, languages, make, read
from search.prior.signature import LISTS, NUMBER, width
from search.prior.strangers import make_strangers, read_strangers

HELD_OUT = 10_000
"""Files with numbers from here on are never trained on."""
SHORT = 4
"""Programs up to this length are what the search finds without help: only a part of them is trained on in each epoch."""
KEEP_SHORT = 0.4
ASKED_AGAIN = 0.25
"""Share of a batch that has a value on the way as an input."""
ALONE = 0.5
"""Weight of what the values say alone, in training."""
REMEMBERED, REMEMBERED_AGAIN = 700_000, 150_000
"""Tasks, and tasks with a value on the way, for which it is computed once what a trained network sees of them."""
NEAR_SHARE = 0.5
"""Steps of the scoring network for each step of the other."""
RANKED = 500
"""Values on the way whose places among other lists are reported."""


def make_data(folder: Path, files: int, *, first: int = 0) -> list[Path]:
    """The files of training data, made where they are missing, with a line for each."""
    paths = []
    for number in range(first, first + files):
        for language, one in enumerate(languages()):
            if number % one.every:
                continue
            path = folder / f"{one.name}-{number:05d}.npz"
            if not path.exists():
                make(folder, language, number)
                print(f"made {path}", file=sys.stderr, flush=True)
            make_strangers(path, language, number)
            paths.append(path)
    return paths


def train(folder: Path, plan: Plan, paths: Sequence[Path], held_out: Sequence[Path]) -> Path:
    """Trains all networks, or goes on; gives the file of weights, beside which lies the policy's."""
    _written(folder / POLICY.name, *_policy(folder, plan, paths, held_out))
    return _written(folder / WEIGHTS.name, *_words(folder, plan, paths, held_out))


def train_values_alone(folder: Path, plan: Plan, paths: Sequence[Path], held_out: Sequence[Path]) -> Path:
    """Trains what sees the values themselves, or goes on: what they add to the answers of the shipped networks, and the scoring networks from the shipped
    ones on. Puts the shipped policy beside; gives the file of weights."""
    write_whole(folder / POLICY.name, POLICY.read_bytes())
    return _written(folder / WEIGHTS.name, *_words(folder, plan, paths, held_out, shipped=True))


def train_policy_alone(folder: Path, plan: Plan, paths: Sequence[Path], held_out: Sequence[Path]) -> Path:
    """Trains the policy's networks, or goes on, and puts the other networks beside them as they are shipped; gives the file of weights of these."""
    _written(folder / POLICY.name, *_policy(folder, plan, paths, held_out))
    write_whole(folder / WEIGHTS.name, WEIGHTS.read_bytes())
    return folder / WEIGHTS.name


def _policy(folder: Path, plan: Plan, paths: Sequence[Path], held_out: Sequence[Path]) -> tuple[dict[str, Tensor], dict[str, object]]:
    tensors = train_policy(folder, plan, paths, held_out)
    return tensors, {"format_version": FORMAT_VERSION, "vocabulary": list(VOCABULARY), "plan": asdict(plan)}


def _words(
    folder: Path, plan: Plan, paths: Sequence[Path], held_out: Sequence[Path], *, shipped: bool = False
) -> tuple[dict[str, Tensor], dict[str, object]]:
    torch.manual_seed(plan.seed)
    tensors: dict[str, Tensor] = {}
    heats: dict[str, float] = {}
    for family in (LISTS, NUMBER):
        steps = plan.steps if family == LISTS else max(1, plan.steps // 3)
        batches, unseen = (Batches(read(some, family), family, read_strangers(some)) for some in (paths, held_out))
        if not len(batches.data.middle_of) or not len(unseen.data.middle_of):
            raise ConfigError(f"the training data of the family {family} have no values on the way; draw more files")
        words = len(VOCABULARY)
        network, second, near = Network(width(family, words), words), Second(words), Nearness(width(family, 0))
        if shipped:
            begin_as_shipped({family: network, f"near-{family}": near})
            network.eval()
        else:
            fit(folder, plan, family, network, steps, lambda step, network=network, some=batches: _loss(network, some, plan, step))
        near_steps = max(1, int(NEAR_SHARE * steps))
        fit(folder, plan, f"near-{family}", near, near_steps, lambda step, near=near, some=batches: _near_loss(near, some, plan, step))
        memory = Memory(network, batches, plan.seed)
        fit(folder, plan, f"second-{family}", second, steps, lambda step, second=second, some=memory: second_loss(second, some, plan, step))
        heats[family], report = calibrate(network, second, unseen)
        note(folder, {"family": family, "temperature": heats[family], **report, **near_report(near, unseen, plan.seed)})
        for name, module in ((family, network), (f"near-{family}", near), (f"second-{family}", second)):
            kept = {key: tensor for key, tensor in module.state_dict().items() if not key.startswith("alone.")}
            tensors |= {f"{name}.{key}": tensor.half() for key, tensor in kept.items()}
    return tensors, {"format_version": FORMAT_VERSION, "vocabulary": list(VOCABULARY), "temperature": heats, "plan": asdict(plan)}


def begin_as_shipped(networks: Mapping[str, nn.Module]) -> None:
    """Gives networks the shipped weights; what those do not have stays as it is drawn."""
    with safe_open(str(WEIGHTS), framework="pt") as file:
        if json.loads(file.metadata()["about"])["vocabulary"] != list(VOCABULARY):
            raise ConfigError(f"{WEIGHTS}: these networks know other words than this version has; train all of them, without --only-values")
        names = set(file.keys())
        for name, network in networks.items():
            state = {key: file.get_tensor(f"{name}.{key}").float() for key in network.state_dict() if f"{name}.{key}" in names}
            network.load_state_dict(state, strict=False)


def _written(path: Path, tensors: dict[str, Tensor], about: dict[str, object]) -> Path:
    write_whole(path, save(tensors, metadata={"about": json.dumps(about)}))
    return path


def _unpacked(flags: np.ndarray) -> Tensor:
    return torch.from_numpy(np.unpackbits(flags, axis=1)[:, : len(VOCABULARY)].astype(np.float32))


def _loss(network: Network, batches: Batches, plan: Plan, step: int) -> Tensor:
    data, random = batches.data, np.random.default_rng((plan.seed, step))
    rows = random.integers(0, len(data.lengths), 3 * BATCH)
    rows = rows[(data.lengths[rows] > SHORT) | (random.random(len(rows)) < KEEP_SHORT)]
    again = int(ASKED_AGAIN * BATCH)
    rows = rows[: BATCH - again]
    middles = random.integers(0, len(data.middle_of), again)
    x = np.concatenate([batches.facts(rows), batches.facts_again(middles)])
    return _entropy(network(torch.from_numpy(x)), data, rows, middles)


def _entropy(heads: tuple[Tensor, ...], data: Shard, rows: np.ndarray, middles: np.ndarray) -> Tensor:
    """Cross-entropies for tasks, and for tasks with a value on the way: of the words that occur and those on the inputs (summed over words), of the
    last word, of the length."""
    occurs, roots, fronts, length = heads
    words = np.concatenate([data.words[rows], data.middle_words[middles]])
    lengths = np.concatenate([data.lengths[rows], data.middle_left[middles, 1]]).astype(np.int64)
    every = np.concatenate([rows, data.middle_of[middles]])
    mask = torch.from_numpy(masks()[data.language[every]])
    occurrence = (functional.binary_cross_entropy_with_logits(occurs, _unpacked(words), reduction="none") * mask).sum(1).mean()
    known = slice(0, len(rows))  # which words are applied to a value on the way is not noted
    front = functional.binary_cross_entropy_with_logits(fronts[known], _unpacked(data.fronts[rows]), reduction="none")
    root = functional.cross_entropy(roots.masked_fill(mask == 0, -30.0), torch.from_numpy(data.roots[every].astype(np.int64)))
    sizes = torch.from_numpy(np.clip(lengths, 1, MAX_LENGTH) - 1)
    return occurrence + 0.3 * (front * mask[known]).sum(1).mean() + 0.3 * root + 0.3 * functional.cross_entropy(length, sizes)


class Memory:
    """What a network's heads see of tasks, computed once: the network stays as it is, and what is trained on top of it asks for the same tasks again."""

    def __init__(self, network: Network, batches: Batches, seed: int) -> None:
        data, random = batches.data, np.random.default_rng((seed, 4))
        self.network, self.batches = network, batches
        rows = np.flatnonzero((data.lengths > SHORT) | (random.random(len(data.lengths)) < KEEP_SHORT))
        self.rows = np.sort(random.choice(rows, min(REMEMBERED, len(rows)), replace=False))
        self.middles = np.sort(random.choice(len(data.middle_of), min(REMEMBERED_AGAIN, len(data.middle_of)), replace=False))
        self.of_rows, self.of_middles = self._seen(batches.facts, self.rows), self._seen(batches.facts_again, self.middles)

    @torch.no_grad()
    def _seen(self, facts: Callable[[np.ndarray], np.ndarray], numbers: np.ndarray) -> np.ndarray:
        found = np.zeros((len(numbers), HIDDEN), np.float16)
        for start in range(0, len(numbers), BATCH):
            found[start : start + BATCH] = self.network.hidden(torch.from_numpy(facts(numbers[start : start + BATCH]))).numpy()
        return found


def second_loss(second: Second, memory: Memory, plan: Plan, step: int) -> Tensor:
    """The loss of one step on top of a network that stays as it is."""
    random, again = np.random.default_rng((plan.seed, step, 5)), int(ASKED_AGAIN * BATCH)
    ours, others = random.integers(0, len(memory.rows), BATCH - again), random.integers(0, len(memory.middles), again)
    rows, middles = memory.rows[ours], memory.middles[others]
    hidden = torch.from_numpy(np.concatenate([memory.of_rows[ours], memory.of_middles[others]])).float()
    items = torch.from_numpy(np.concatenate([memory.batches.items(rows), memory.batches.items_again(middles)]))
    with torch.no_grad():
        heads = memory.network.heads(hidden)
    added, alone = second.both(hidden, items)
    together = tuple(one + more for one, more in zip(heads, added, strict=True))
    data = memory.batches.data
    return _entropy(together, data, rows, middles) + ALONE * _entropy(alone, data, rows, middles)


def _near_loss(near: Nearness, batches: Batches, plan: Plan, step: int) -> Tensor:
    x, items, wanted = map(torch.from_numpy, batches.near((plan.seed, step, 1), BATCH))
    return functional.binary_cross_entropy_with_logits(near(x, items), wanted)


@torch.no_grad()
def near_report(near: Nearness, batches: Batches, seed: int) -> dict[str, float]:
    """On tasks that were not trained on: how often a value on the way is scored above one that is not, and in what share of the tasks one that up to
    MADE_OF words make is scored above all but 5 % of the lists of its world."""
    data, strangers = batches.data, batches.strangers
    x, items, wanted = map(torch.from_numpy, batches.near((seed, 0, 2), 4 * BATCH))
    scores = near(x, items)
    yes, no = scores[wanted > 0], scores[wanted == 0]
    report = {"near_auc": float((yes[:, None] > no[None, :]).float().mean())}
    few = np.flatnonzero(data.middle_left[:, 0] <= MADE_OF)
    best = []
    for middle in np.random.default_rng(seed).choice(few, min(RANKED, len(few)), replace=False).tolist():
        owner = data.middle_of[middle]
        some = strangers.world == data.world[owner]
        values = np.concatenate([data.middles[middle][None], strangers.values[some]])
        sizes = np.concatenate([data.middle_sizes[middle][None], strangers.sizes[some]])
        x, items = batches.near_rows(values, sizes, np.full(len(values), owner))
        scores = near(torch.from_numpy(x), torch.from_numpy(items))
        best.append(float((scores[1:] >= scores[0]).float().mean()) < 0.05)
    return report | ({"near_best": float(np.mean(best))} if best else {})


def _occurrence(network: Network, second: Second, batches: Batches, rows: np.ndarray) -> Tensor:
    hidden = network.hidden(torch.from_numpy(batches.facts(rows)))
    return network.words(hidden) + second(hidden, torch.from_numpy(batches.items(rows)))[0]


@torch.no_grad()
def calibrate(network: Network, second: Second, batches: Batches) -> tuple[float, dict[str, float]]:
    """The temperature with the least cross-entropy on tasks that were not trained on, longer than SHORT; and figures: average precision by
    length, expected calibration error."""
    data = batches.data
    rows = np.arange(len(data.lengths))
    parts = np.array_split(rows, max(1, len(rows) // 1024))
    logits = torch.cat([_occurrence(network, second, batches, some) for some in parts])
    allowed, wanted = torch.from_numpy(masks()[data.language]), _unpacked(data.words)
    long = torch.from_numpy(data.lengths > SHORT)

    def entropy(heat: float) -> float:
        each = functional.binary_cross_entropy_with_logits(logits[long] / heat, wanted[long], reduction="none") * allowed[long]
        return float(each.sum(1).mean())

    some_long = bool(long.any())
    heat = min((0.8 + 0.05 * k for k in range(25)), key=entropy) if some_long else 1.0
    probabilities = torch.sigmoid(logits / heat)
    report: dict[str, float] = {"tasks": float(len(rows)), "log_loss": entropy(heat) if some_long else math.nan}
    kept = allowed.bool() & long[:, None]
    report["calibration_error"] = calibration_error(probabilities[kept].numpy(), wanted[kept].numpy())
    for number, language in enumerate(languages()):
        for length in range(3, MAX_LENGTH):
            some = (data.language == number) & (data.lengths == length)
            if some.sum() >= 20:
                each = zip(probabilities[some].numpy(), wanted[some].numpy(), allowed[some].numpy(), strict=True)
                report[f"ap_{language.name}_{length}"] = round(
                    float(np.mean([average_precision(p[m > 0], w[m > 0]) for p, w, m in each])), 4
                )
    return heat, report
