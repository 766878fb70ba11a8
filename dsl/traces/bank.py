"""Values of a batch by type: columns that grow, addressed by value number. Value v over E examples is rows v*E to v*E+E-1."""

from __future__ import annotations

import numpy as np

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
        """The whole column of a type; only its first `count * num_examples` rows mean anything."""
        return self._columns[kind]

    def append(self, column: Column) -> Array:
        """Adds the values of a column; gives their numbers."""
        first = self._counts[column.kind]
        room = self.room(column.kind, column.num_rows // self.num_examples)
        self.take_in(room, column)
        return np.arange(first, self._counts[column.kind], dtype=np.int32)

    def room(self, kind: Type, count: int) -> Column:
        """The rows of the next `count` values of a type, to be written by the caller."""
        first = self._counts[kind]
        self._reserve(kind, first + count)
        self._counts[kind] = first + count
        rows = slice(first * self.num_examples, (first + count) * self.num_examples)
        column = self._columns[kind]
        return Column(column.layout, *(None if array is None else array[rows] for array in (column.data, column.lengths, column.ends)))

    @staticmethod
    def take_in(room: Column, column: Column) -> None:
        """Copies a column into rows that `room` gave, unless it was written there in the first place."""
        if column is not room:
            for into, values in zip(room.arrays(), column.arrays(), strict=True):
                into[:] = values

    def snapshot(self) -> dict[Type, Column]:
        """The values of every type, as columns of their own that survive `clear`."""
        e = self.num_examples
        return {
            kind: Column(
                column.layout, *(None if array is None else array[: self._counts[kind] * e].copy() for array in (column.data, column.lengths, column.ends))
            )
            for kind, column in self._columns.items()
        }

    def _reserve(self, kind: Type, count: int) -> None:
        old = self._columns[kind]
        capacity = old.num_rows // self.num_examples
        if count <= capacity:
            return
        new = empty(old.layout, max(count, 2 * capacity) * self.num_examples, self.profile)
        for into, values in zip(new.arrays(), old.arrays(), strict=True):
            into[: len(values)] = values
        self._columns[kind] = new


def same_values(left: Column, left_values: Array, right: Column, right_values: Array, num_examples: int) -> Array:
    """For each pair of value numbers, whether the two values are equal on every example. Columns of one layout."""
    rows = [(numbers[:, None].astype(np.int64) * num_examples + np.arange(num_examples)).ravel() for numbers in (left_values, right_values)]
    equal = np.ones(len(rows[0]), bool)
    for a, b in zip(left.arrays(), right.arrays(), strict=True):
        x, y = a[rows[0]], b[rows[1]]
        equal &= (x == y) if x.ndim == 1 else (x == y).all(axis=1)
    return equal.reshape(-1, num_examples).all(axis=1)


def constant_over_examples(column: Column, values: Array, num_examples: int) -> Array:
    """For each value number, whether the value is the same on every example."""
    rows = (values[:, None].astype(np.int64) * num_examples + np.arange(num_examples)).ravel()
    equal = np.ones((len(values), num_examples), bool)
    for array in column.arrays():
        shaped = array[rows].reshape(len(values), num_examples, -1)
        equal &= (shaped == shaped[:, :1]).all(axis=2)
    return equal.all(axis=1)


def narrowed(column: Column, status: Array) -> tuple[Column, Array]:
    """The column in the layout of banks, which hold ASCII: rows with other characters get the status WIDEN."""
    layout = layout_of(column.kind)
    if column.layout is layout:
        return column, status
    wide = (column.data > 127).any(axis=1)
    data = np.where(wide[:, None], 0, column.data).astype(layout.dtype)
    lengths = None if column.lengths is None else np.where(wide, 0, column.lengths).astype(np.int32)
    return Column(layout, data, lengths, column.ends), np.where(wide & (status == 0), WIDEN, status).astype(np.uint8)
