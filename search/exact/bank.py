"""The bank: distinct values over a task's examples, by type, in preallocated columns, with where each came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dsl.columns.hash import hash_column, keys
from dsl.columns.layout import Array, Column, Layout, empty, encode
from dsl.types import Type
from dsl.values import Profile, Value

MAX_ARGS = 4
TOUCH = 1 << 24
"""Bytes touched at a time."""


@dataclass(slots=True, eq=False)
class Store:
    """The distinct values of one type. Value v over E examples is rows v*E .. v*E+E-1 of `column`."""

    column: Column
    hashes: Array
    """uint64 of each value; never 0."""
    origins: Array
    """int32[capacity, 1 + MAX_ARGS]: number of the production, then the numbers of its arguments; leaves have a negative number."""
    table: Array
    """uint64: open addressing by hash, 0 where free."""
    places: Array
    """int32: value number of each slot of the table."""
    counters: Array
    """int64[3], see `search.exact.drivers`."""

    @classmethod
    def allocate(cls, layout: Layout, capacity: int, examples: int, profile: Profile) -> Store:
        """An empty store whose memory is touched already: fresh pages cost more than the kernels."""
        slots = 1 << (2 * capacity - 1).bit_length()
        column = empty(layout, capacity * examples, profile)
        for array in column.arrays():
            _touch(array)
        origins = np.zeros((capacity, 1 + MAX_ARGS), np.int32)
        return cls(
            column, np.zeros(capacity, np.uint64), origins, np.zeros(slots, np.uint64), np.zeros(slots, np.int32), np.zeros(3, np.int64)
        )

    @property
    def count(self) -> int:
        """Number of values."""
        return int(self.counters[0])

    @property
    def tried(self) -> int:
        """Candidates computed for this store."""
        return int(self.counters[1])

    @property
    def full(self) -> bool:
        """Whether there is no room for another value."""
        return bool(self.counters[2])

    def lookup(self, total: int) -> int | None:
        """The number of the value with this hash."""
        mask = len(self.table) - 1
        slot = total & mask
        while self.table[slot] != 0:
            if int(self.table[slot]) == total:
                return int(self.places[slot])
            slot = (slot + 1) & mask
        return None

    def add(self, column: Column, origin: int) -> int | None:
        """Adds one value given as a column of its examples; None if it is there already."""
        examples = column.num_rows
        total = max(int(hash_column(column, examples=examples)[0]), 1)
        if self.lookup(total) is not None or self.full:
            return None
        number, mask = self.count, len(self.table) - 1
        for into, values in zip(self.column.arrays(), column.arrays(), strict=True):
            into[number * examples : (number + 1) * examples] = values
        slot = total & mask
        while self.table[slot] != 0:
            slot = (slot + 1) & mask
        self.table[slot], self.places[slot] = total, number
        self.hashes[number], self.origins[number, 0] = total, origin
        self.counters[0] = number + 1
        return number


def _touch(array: Array) -> None:
    """Has the system give the memory now; in pieces, so that the end of the budget or Ctrl-C need not wait for all of it."""
    step = max(TOUCH // max(array[:1].nbytes, 1), 1)
    for start in range(0, len(array), step):
        array[start : start + step].fill(0)


def bytes_per_value(layout: Layout, examples: int, profile: Profile) -> int:
    """Memory that one value takes, its share of the hash table included."""
    column = empty(layout, 1, profile)
    return examples * sum(array.nbytes for array in column.arrays()) + 8 + 4 * (1 + MAX_ARGS) + 3 * 12


def capacities(layouts: Mapping[Type, Layout], main: Type, memory: int, examples: int, profile: Profile) -> dict[Type, int]:
    """How many values of each type fit into `memory` bytes, the types sharing it; the output's type gets twice the share of the others."""
    shares = {kind: 2 if kind == main else 1 for kind in layouts}
    unit = memory / sum(shares.values())
    return {
        kind: int(min(max(unit * shares[kind] / bytes_per_value(layout, examples, profile), 64), 2**28)) for kind, layout in layouts.items()
    }


def target_column(outputs: Sequence[Value], kind: Type, profile: Profile) -> tuple[Column, int]:
    """The wanted outputs as a column, and its hash."""
    column = encode(list(outputs), kind, profile)
    return column, max(int(hash_column(column, examples=len(outputs))[0]), 1)


def lane_keys(layout: Layout, examples: int, profile: Profile) -> Array:
    """The hash keys that a driver for this layout reads."""
    column = empty(layout, 1, profile)
    lanes = sum(array.size for array in column.arrays())
    return keys(examples * lanes)
