"""The values of a batch while it grows: a column for each type, and for all of them together what is known of each value by its id."""

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
    """Append-only. Value number v of a type over E examples is rows v*E to v*E+E-1 of the type's column. Id 0 stands for no value.

    Memory is kept and reused after `clear`: fresh pages cost more than the kernels do.
    """

    def __init__(self, num_examples: int, profile: Profile, capacity: int = 4096) -> None:
        self.num_examples = num_examples
        self.profile = profile
        self.types: Array = np.full(capacity, -1, np.int8)
        """Type code of each id."""
        self.numbers: Array = np.zeros(capacity, np.int32)
        """Number of each id among the values of its type."""
        self.keys: Array = np.zeros(capacity, np.uint64)
        """Fingerprint of each id: a hash of its values and its type."""
        self.is_literal: Array = np.zeros(capacity, bool)
        self._columns = {kind: empty(layout_of(kind), capacity * num_examples, profile) for kind in VALUE_TYPES}
        self.clear()

    def clear(self) -> None:
        """Forgets all values; columns given out before become invalid."""
        self._counts = dict.fromkeys(VALUE_TYPES, 0)
        self._num_ids = 1

    def column(self, kind: Type) -> Column:
        """The whole column of a type, as it is now; only its first `count * num_examples` rows mean anything."""
        column = self._columns[kind]
        return Column(column.layout, column.data, column.lengths, column.ends)

    def append(self, column: Column, *, is_literal: bool = False) -> tuple[Array, Array]:
        """Adds the values of a column; gives what `enter` gives."""
        room = self.room(column.kind, column.num_rows // self.num_examples)
        take_in(room, column)
        return self.enter(room, is_literal=is_literal)

    def room(self, kind: Type, count: int) -> Column:
        """The rows of the next `count` values of a type, to be written by the caller and then entered."""
        first, last = self._counts[kind], self._counts[kind] + count
        old = self._columns[kind]
        if last * self.num_examples > old.num_rows:
            new = self._columns[kind] = empty(old.layout, max(last * self.num_examples, 2 * old.num_rows), self.profile)
            for into, values in zip(new.arrays(), old.arrays(), strict=True):
                into[: len(values)] = values
        self._counts[kind] = last
        return rows_of(self._columns[kind], slice(first * self.num_examples, last * self.num_examples))

    def enter(self, room: Column, *, is_literal: bool = False) -> tuple[Array, Array]:
        """Ids of the values in rows that `room` gave last for this type; and whether each is the same on all of several examples."""
        if not room.num_rows:
            return np.zeros(0, np.int32), np.zeros(0, bool)
        rows = hash_column(room).reshape(-1, self.num_examples)
        first = self._num_ids
        self._num_ids = last = first + len(rows)
        if last > len(self.types):
            self._extend(2 * last)
        code, key = TYPE_CODES[room.kind], keys(self.num_examples + len(VALUE_TYPES))
        total, same = rows[:, 0] * key[0] + key[self.num_examples + code], np.full(len(rows), self.num_examples > 1)
        for e in range(1, self.num_examples):
            total += rows[:, e] * key[e]
            same &= rows[:, e] == rows[:, 0]
        self.types[first:last], self.keys[first:last], self.is_literal[first:last] = code, total, is_literal
        self.numbers[first:last] = np.arange(self._counts[room.kind] - len(rows), self._counts[room.kind])
        return np.arange(first, last, dtype=np.int32), same

    def selection(self, kind: Type, numbers: Array) -> Column:
        """Some of the values, as a column of their own that survives `clear`."""
        rows = (numbers[:, None].astype(np.int64) * self.num_examples + np.arange(self.num_examples)).ravel()
        return self._columns[kind].take(rows)

    def compacted(self, ids: Array) -> tuple[Array, dict[Type, Column]]:
        """Columns of their own of the values with these ids; and for every id its number there, 0 for ids that are not among them."""
        used, numbers = np.zeros(self._num_ids, bool), np.zeros(self._num_ids, np.int32)
        used[ids] = True
        columns: dict[Type, Column] = {}
        for code, kind in enumerate(VALUE_TYPES):
            mine = np.flatnonzero(used & (self.types[: self._num_ids] == code))
            numbers[mine] = np.arange(len(mine))
            columns[kind] = self.selection(kind, self.numbers[mine])
        return numbers, columns

    def _extend(self, capacity: int) -> None:
        for name in ("types", "numbers", "keys", "is_literal"):
            old = getattr(self, name)
            new = np.zeros(capacity, old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)


def rows_of(column: Column, rows: slice) -> Column:
    """Some rows of a column, not copied."""
    lengths, ends = column.lengths, column.ends
    return Column(column.layout, column.data[rows], None if lengths is None else lengths[rows], None if ends is None else ends[rows])


def take_in(room: Column, column: Column) -> None:
    """Copies a column into rows that `room` gave."""
    for into, values in zip(room.arrays(), column.arrays(), strict=True):
        into[:] = values


def narrowed(column: Column, status: Array) -> tuple[Column, Array]:
    """The column in the layout of banks, which hold ASCII: rows with other characters get the status WIDEN."""
    layout = layout_of(column.kind)
    if column.layout is layout:
        return column, status
    wide = column.data.max(axis=1) > 127
    lengths, ends = (None if array is None else array.copy() for array in (column.lengths, column.ends))
    plain = Column(layout, column.data.astype(layout.dtype), lengths, ends)
    for array in plain.arrays():
        array[wide] = 0
    return plain, np.where(wide & (status == 0), WIDEN, status).astype(np.uint8)
