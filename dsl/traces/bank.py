"""Values of a batch by type: columns that grow, addressed by value number. Value v over E examples is rows v*E to v*E+E-1."""

from __future__ import annotations

import numpy as np

from dsl.columns.hash import hash_column, keys
from dsl.columns.layout import Array, Column, empty, layout_of
from dsl.kernels import WIDEN
from dsl.types import VALUE_TYPES, Type
from dsl.values import Profile

TYPE_CODES: dict[Type, int] = {kind: code for code, kind in enumerate(VALUE_TYPES)}
"""Number of each value type in the arrays of a batch; -1 stands for no value."""


class Bank:
    """Append-only. Memory is kept and reused after `clear`: fresh pages cost more than the kernels do."""

    def __init__(self, num_examples: int, profile: Profile, capacity: int = 4096) -> None:
        self.num_examples = num_examples
        self.profile = profile
        self._columns = {kind: empty(layout_of(kind), capacity * num_examples, profile) for kind in VALUE_TYPES}
        self._counts = dict.fromkeys(VALUE_TYPES, 0)

    def clear(self) -> None:
        """Forgets all values; columns given out before become invalid."""
        self._counts = dict.fromkeys(VALUE_TYPES, 0)

    def count(self, kind: Type) -> int:
        """Number of values of a type."""
        return self._counts[kind]

    def column(self, kind: Type) -> Column:
        """The whole column of a type, as it is now; only its first `count * num_examples` rows mean anything."""
        column = self._columns[kind]
        return Column(column.layout, column.data, column.lengths, column.ends)

    def append(self, column: Column) -> tuple[Array, Array, Array]:
        """Adds the values of a column; gives their numbers and fingerprints."""
        first = self._counts[column.kind]
        take_in(self.room(column.kind, column.num_rows // self.num_examples), column)
        numbers = np.arange(first, self._counts[column.kind], dtype=np.int32)
        return numbers, *self.fingerprints(column)

    def room(self, kind: Type, count: int) -> Column:
        """The rows of the next `count` values of a type, to be written by the caller."""
        first = self._counts[kind]
        self._reserve(kind, first + count)
        self._counts[kind] = first + count
        return rows_of(self._columns[kind], slice(first * self.num_examples, (first + count) * self.num_examples))

    def fingerprints(self, column: Column) -> tuple[Array, Array]:
        """Of each value of a column a 64-bit hash, which says the type too, and whether the value is the same on all of several examples."""
        rows = hash_column(column).reshape(-1, self.num_examples)
        key = keys(self.num_examples + len(VALUE_TYPES))
        total = rows[:, 0] * key[0] + key[self.num_examples + TYPE_CODES[column.kind]]
        same = np.full(len(rows), self.num_examples > 1)
        for e in range(1, self.num_examples):
            total += rows[:, e] * key[e]
            same &= rows[:, e] == rows[:, 0]
        return total, same

    def selection(self, kind: Type, numbers: Array) -> Column:
        """Some of the values, as a column of their own that survives `clear`."""
        rows = (numbers[:, None].astype(np.int64) * self.num_examples + np.arange(self.num_examples)).ravel()
        return self._columns[kind].take(rows)

    def _reserve(self, kind: Type, count: int) -> None:
        old = self._columns[kind]
        capacity = old.num_rows // self.num_examples
        if count <= capacity:
            return
        new = empty(old.layout, max(count, 2 * capacity) * self.num_examples, self.profile)
        for into, values in zip(new.arrays(), old.arrays(), strict=True):
            into[: len(values)] = values
        self._columns[kind] = new


def rows_of(column: Column, rows: slice) -> Column:
    """Some rows of a column, not copied."""
    lengths, ends = column.lengths, column.ends
    return Column(column.layout, column.data[rows], None if lengths is None else lengths[rows], None if ends is None else ends[rows])


def take_in(room: Column, column: Column) -> None:
    """Copies a column into rows that `room` gave, unless it was written there in the first place."""
    if column is not room:
        for into, values in zip(room.arrays(), column.arrays(), strict=True):
            into[:] = values


def narrowed(column: Column, status: Array) -> tuple[Column, Array]:
    """The column in the layout of banks, which hold ASCII: rows with other characters get the status WIDEN."""
    layout = layout_of(column.kind)
    if column.layout is layout:
        return column, status
    wide = (column.data > 127).any(axis=1)
    blank = [np.where(wide if array.ndim == 1 else wide[:, None], 0, array) for array in column.arrays()[1:]]
    data = np.where(wide[:, None], 0, column.data).astype(layout.dtype)
    return Column(layout, data, blank[-1], *blank[:-1]), np.where(wide & (status == 0), WIDEN, status).astype(np.uint8)
