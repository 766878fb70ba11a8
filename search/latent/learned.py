"""The learned executor behind the interface of `search.latent.machine`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn

from dsl.errors import ConfigError
from dsl.ops import OPS
from dsl.types import BOOL, INT
from dsl.values import Value
from embed.cells import State, encode
from embed.moves import pops_of
from embed.steps import rows_of
from embed.vocab import INTERPRETATIONS, Kind
from executor.checkpoint import load_weights
from executor.condition import Condition
from executor.field import Field
from executor.integrate import execute
from executor.layout import FIRST_ITEM
from search.latent.devices import CPU
from search.latent.machine import Flow, Guess, Machine
from search.latent.programs import Stack

ROWS = 256
"""States that are executed at once."""
MORE = 2
"""Cells that a word on a list may leave more than it takes."""


class Learned(Machine):
    """A field, frozen. One evaluation is one state through the network once."""

    def __init__(self, field: Field, width: int) -> None:
        super().__init__(field.vocab, field.table, width)
        self.field = field
        self._bounded = torch.tensor([_is_bounded(name) for name in field.vocab.ops], device=self.device)

    def step(self, stacks: Sequence[Stack], words: Sequence[str], constants: Sequence[Value] = ()) -> list[Guess]:
        """Longer states and shorter ones go in batches of their own; what has no room is nothing."""
        cells = [encode(State(stack, tuple(constants)), self.vocab) for stack in stacks]
        found: list[Guess] = [Guess(None, 1.0)] * len(cells)
        order = [row for row in sorted(range(len(cells)), key=lambda row: len(cells[row])) if len(cells[row]) <= self.width]
        for start in range(0, len(order), ROWS):
            rows = order[start : start + ROWS]
            made = rows_of([cells[row] for row in rows], self.width, self.vocab)
            codes, numbers = (torch.as_tensor(array, dtype=torch.long, device=self.device) for array in (made.codes, made.numbers))
            ops = torch.tensor([self.vocab.numbers[words[row]] for row in rows], device=self.device)
            pops = torch.tensor([pops_of(words[row]) for row in rows], device=self.device)
            condition = Condition.of(ops, pops)
            done = execute(self.field, codes, numbers, condition, self.table, self._room(codes, condition))
            self.evaluations += len(rows)
            for row, *after, trouble in zip(rows, done.codes.tolist(), done.numbers.tolist(), done.trouble.tolist(), strict=True):
                found[row] = Guess(self.stack_of(*after), trouble)
        return found

    def flow(self, z: Tensor, words: Tensor, weights: Tensor, domains: Sequence[str]) -> Flow:
        """One call of the network; every word of a mixture has its own routing, size and error, as `Field.expected` says."""
        source = self.field.source_of_vectors(z, self.table)
        plain = Condition.mixed(words, weights, self.vocab)
        seen = torch.tensor([INTERPRETATIONS.index(domain) for domain in domains], device=self.device)
        interpretation = nn.functional.one_hot(seen, len(INTERPRETATIONS)).float()
        condition = Condition(ops=plain.ops, weights=plain.weights, pops=plain.pops, bodies=plain.bodies, interpretation=interpretation)
        end = self.field.endpoint(source.z0, z.new_zeros(len(z)), source, condition, self._room(source.codes, condition))
        self.evaluations += len(z)
        trouble = (condition.weights * (1 - end.error[..., 0].exp())).sum(-1)
        return Flow(self.field.expected(end, source, condition), trouble)

    @property
    def op_vectors(self) -> Tensor:
        """The rows of the field's own table."""
        return self.field.op.weight

    def flow_along(self, z: Tensor, words: Tensor, vectors: Tensor) -> Flow:
        """The field integrated by Euler's rule, an evaluation a micro-step."""
        source, count = self.field.source_of_vectors(z, self.table), vectors.shape[1]
        condition = Condition.mixed(words[:, None], z.new_ones(len(z), 1), self.vocab)
        trouble = z.new_zeros(len(z))
        for step in range(count):
            told = replace(condition, vectors=vectors[:, step])
            t = z.new_full((len(z),), step / count)
            end = self.field.endpoint(z, t, source, told, self._room(source.codes, told))
            z = z + (self.field.expected(end, source, told) - z) / (count - step)
            trouble = trouble + (1 - end.error[:, 0, 0].exp()) / count
            self.evaluations += len(z)
        return Flow(z, trouble)

    def _room(self, codes: Tensor, condition: Condition) -> Tensor:
        """int64[B]: cells that results may have at most: for words that take lists a little more than there are on the stack. The work grows with it."""
        moved = ~self.field.generates[condition.ops]
        used = (codes != self.vocab.code(Kind.PAD)).sum(1)
        bounded = (moved | self._bounded[condition.ops]).all(1)
        room = torch.where(bounded, (used - FIRST_ITEM + MORE).clamp(min=MORE), codes.shape[1])
        sizes = self.field.known_sizes(condition)
        return torch.where((moved | (sizes >= 0)).all(1), sizes.amax(1).clamp(min=0), room)


def _is_bounded(name: str) -> bool:
    """Whether the results of a word are hardly longer than what it takes: it takes a list, or gives numbers and truths alone."""
    if name not in OPS:
        return True
    effect = OPS[name].type
    return any(str(kind).startswith("List") for kind in effect.before.types) or all(kind in (INT, BOOL) for kind in effect.after.types)


@lru_cache(maxsize=2)
def field_of(path: Path, device: torch.device = CPU) -> Field:
    """The field of a file of weights on a device, frozen, read once. Raises `ConfigError` where there is none."""
    model, _ = load_weights(path)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model.field.to(device)


def shipped() -> Path:
    """The weights that come with the project. Raises `ConfigError` where they are missing."""
    import executor

    path = Path(executor.__file__).parent / "weights" / "model.safetensors"
    if not path.is_file():
        raise ConfigError(f"{path}: there are no weights of the executor; `flowforth train --run-dir DIR` makes some")
    return path
