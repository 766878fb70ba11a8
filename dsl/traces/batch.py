"""A batch of traces as arrays, and the same as programs and records for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dsl.columns.layout import Array, Column, decode
from dsl.program import Program
from dsl.traces.abstraction import AbstractArrays, abstracted
from dsl.traces.moves import Move
from dsl.types import VALUE_TYPES, Type
from dsl.values import REASONS, Profile, Stuck, Value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TraceBatch:
    """Programs grown together. Axes: P programs, L longest program in moves, D deepest stack, E examples.

    The stack of program p before its move s is `values[p, s, :depths[p, s]]`: numbers of values in `columns` of the type codes
    `types[p, s]` (indices into `dsl.types.VALUE_TYPES`), deepest first; value v on example e is row `v * E + e` of its
    type's column. After the last move stands the final stack; it means nothing on the examples on which that move got stuck, and has depth
    -1 if those are all.
    """

    moves: tuple[Move, ...]
    """What the numbers in `words` stand for."""
    words: Array
    """int32[P, L]: the program's moves; -1 past its end."""
    lengths: Array
    """int32[P]: number of moves."""
    types: Array
    """int8[P, L + 1, D]: type codes; -1 where the stack is not that deep."""
    values: Array
    """int32[P, L + 1, D]: value numbers."""
    depths: Array
    """int8[P, L + 1]."""
    status: Array
    """uint8[P, E]: why the last move got stuck on each example (codes of `dsl.values.CODES`); 0 where it did not."""
    columns: Mapping[Type, Column]
    num_examples: int
    profile: Profile

    def __len__(self) -> int:
        return len(self.words)

    @property
    def num_steps(self) -> int:
        """Transitions (stack before, move, stack after or error), each example counted."""
        return int(self.lengths.sum()) * self.num_examples

    def program(self, p: int) -> Program:
        """Program p."""
        moves = (self.moves[number] for number in self.words[p, : self.lengths[p]])
        return Program(tuple(instruction for move in moves for instruction in move.instructions))

    def move(self, p: int, step: int) -> Move:
        """Move number `step` of program p."""
        return self.moves[self.words[p, step]]

    def shape(self, p: int, step: int = 0) -> tuple[Type, ...]:
        """Types on the stack of program p before move `step`."""
        return tuple(VALUE_TYPES[code] for code in self.types[p, step, : max(self.depths[p, step], 0)])

    def stack(self, p: int, step: int, example: int) -> tuple[Value, ...] | Stuck:
        """The stack of program p before move `step` on one example; after the last move, why it got stuck if it did.

        The path of such a `Stuck` is that of the program's last word, also where the failure is inside one of its quotations.
        """
        code = int(self.status[p, example])
        if code and step == self.lengths[p]:
            return Stuck(REASONS[code - 1], (len(self.program(p).body) - 1,))
        rows = self.values[p, step, : max(self.depths[p, step], 0)].astype(np.int64) * self.num_examples + example
        return tuple(decode(self.columns[kind], rows[i : i + 1])[0] for i, kind in enumerate(self.shape(p, step)))

    def abstracted(self, kind: Type) -> AbstractArrays:
        """The best abstraction of every value of a type over its examples, in every domain: the abstract counterpart of `columns[kind]`."""
        return abstracted(self.columns[kind], self.num_examples)

    def save(self, path: Path) -> None:
        """Writes the arrays, without any pickle, as one `.npz` file that `load` reads. The file is whole or not there."""
        from dsl.traces.files import save  # files need the batch

        save(self, path)

    @classmethod
    def load(cls, path: Path) -> TraceBatch:
        """What `save` wrote. Raises `TaskError` for anything else."""
        from dsl.traces.files import load

        return load(path)

    def records(self) -> Iterator[dict[str, Any]]:
        """One JSON object per program: text, input types, and for each move the stacks of every example before and after it, beside the abstract ones."""
        from dsl.traces.records import record  # the abstract machine is needed only here

        for p in range(len(self)):
            yield record(self, p)
