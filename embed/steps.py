"""What a batch holds, as arrays: ops on single states, mixtures of ops, ops in a row. `embed.batches` fills them.

Shapes: N rows, M ops of a mixture, W words of a quotation, S soft rows, U rollouts of K ops.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from dsl.columns.layout import Array
from embed.pool import CellRows
from embed.vocab import Kind, Vocabulary


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Steps:
    """One op on one state, N times."""

    before: CellRows
    after: CellRows
    op: Array
    """int64[N]: number of the op."""
    pops: Array
    """int64[N]: how many items the op takes from the top."""
    bodies: Array
    """int64[N, 2, W]: its quotations as words (of `Vocabulary.body_words`, then cell codes), -1 past the end."""
    error: Array
    """int64[N]: 0 where there is a result, else 1 + index in ERRORS."""
    result: Array
    """int64[N]: how many cells the op's results have; 0 where it got stuck."""
    interpretation: Array
    """int64[N]: index in INTERPRETATIONS."""
    partner: Array
    """int64[N]: for an abstract row, the concrete one of the same batch that it abstracts; else -1."""

    def __len__(self) -> int:
        return len(self.op)

    def take(self, rows: Array) -> Steps:
        """Some rows; partners are forgotten."""
        taken = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name not in ("before", "after")}
        taken["partner"] = np.full(len(taken["op"]), -1)
        return Steps(before=self.before.take(rows), after=self.after.take(rows), **taken)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Soft:
    """One state under several ops with weights, S times. `after` is S * M rows: the outcome of op m on state s is row s * M + m."""

    before: CellRows
    after: CellRows
    ops: Array
    """int64[S, M]."""
    weights: Array
    """float32[S, M]: not negative, adding up to 1; 0 beside an op that is there only to fill up."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Rollouts:
    """K ops in a row, U times; `states` is K + 1 row blocks, all of one width."""

    states: tuple[CellRows, ...]
    ops: Array
    """int64[U, K]."""
    pops: Array
    """int64[U, K]."""
    bodies: Array
    """int64[U, K, 2, W]."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Batch:
    """What one training step sees."""

    steps: Steps
    soft: Soft | None
    rollouts: Rollouts | None
    beside: int = 1
    """How many batches the losses beside the four main ones speak for with this one: 0 where another batch speaks for it."""


def joined(a: Steps, b: Steps) -> Steps:
    """The rows of both, of equal width."""
    arrays = {f.name: np.concatenate([getattr(a, f.name), getattr(b, f.name)]) for f in fields(a) if f.name not in ("before", "after")}
    return Steps(before=_stacked(a.before, b.before), after=_stacked(a.after, b.after), **arrays)


def _stacked(a: CellRows, b: CellRows) -> CellRows:
    return CellRows(np.concatenate([a.codes, b.codes]), np.concatenate([a.numbers, b.numbers]))


def rows_of(states: list[list[tuple[int, int]]], width: int, vocab: Vocabulary) -> CellRows:
    """Cell lists as rows of a width."""
    rows = CellRows(np.full((len(states), width), vocab.code(Kind.PAD), np.int32), np.zeros((len(states), width), np.int64))
    for i, cells in enumerate(states):
        rows.codes[i, : len(cells)], rows.numbers[i, : len(cells)] = zip(*cells, strict=True)
    return rows
