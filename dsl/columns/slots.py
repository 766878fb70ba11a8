"""Slots: one place of the stack for all running rows; and what joins and splits them by index, without copying columns.

A slot is a column and, for each running row, the row of the column that it sees. Elements are the items of a slot of lists, laid side
by side as a column of their own, so that a quotation can run on all of them at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dsl.columns.layout import (
    BOOL_ROWS,
    BOOLS,
    EMPTY,
    INT_ROWS,
    INTS,
    LISTS,
    TEXT,
    TEXTS,
    WIDE,
    WIDES,
    Array,
    Column,
    Layout,
    concatenate,
    zeros,
)
from dsl.errors import StackError
from dsl.values import Profile


class Slot(NamedTuple):
    """One place of the stack: running row r holds row `index[r]` of the column, or row r where there is no index."""

    column: Column
    index: Array | None = None

    def take(self, rows: Array) -> Slot:
        """The slot of some of the running rows."""
        return Slot(self.column, rows if self.index is None else self.index[rows])

    def numbers(self) -> Array:
        """What an INT or BOOL slot holds, row by row."""
        return self.column.data if self.index is None else self.column.data[self.index]

    def lengths(self) -> Array:
        """Lengths of the lists or strings, row by row."""
        assert self.column.lengths is not None
        return self.column.lengths if self.index is None else self.column.lengths[self.index]

    def gathered(self) -> Column:
        """The rows as a column of their own."""
        return self.column if self.index is None else self.column.take(self.index)


def merge(parts: Sequence[tuple[Array, Slot]], num_rows: int, profile: Profile) -> Slot:
    """One slot for `num_rows` rows from slots of disjoint sets of them. Rows in no set see any value. Raises `StackError` if types differ."""
    index = np.zeros(num_rows, np.int32)
    first = parts[0][1].column
    if all(slot.column is first for _, slot in parts):
        for rows, slot in parts:
            index[rows] = np.arange(len(rows)) if slot.index is None else slot.index
        return Slot(first, index)
    kinds = {slot.column.kind for _, slot in parts if slot.column.layout is not EMPTY}
    if len(kinds) > 1:
        raise StackError(f"branches leave values of different types: {', '.join(sorted(map(str, kinds)))}")
    start = 0
    for rows, _ in parts:
        index[rows] = np.arange(start, start + len(rows))
        start += len(rows)
    return Slot(concatenate([slot.gathered() for _, slot in parts], profile), index)


@dataclass(frozen=True, slots=True)
class Elements:
    """The items of some lists, row after row."""

    column: Column
    owner: Array
    """Row that each item comes from; ascending."""
    position: Array
    """Place of each item in its list, from 0."""
    lengths: Array
    """Number of items of each row."""

    @property
    def starts(self) -> Array:
        """Where each row's items begin."""
        return np.cumsum(self.lengths, dtype=np.int64) - self.lengths


_ITEMS = {INTS: INT_ROWS, EMPTY: INT_ROWS, BOOLS: BOOL_ROWS, LISTS: INTS, TEXTS: TEXT, WIDES: WIDE}
_LISTS_OF = {INT_ROWS: INTS, BOOL_ROWS: BOOLS, INTS: LISTS, EMPTY: LISTS, TEXT: TEXTS, WIDE: WIDES}


def flatten(slot: Slot, lengths: Array, profile: Profile) -> Elements:
    """The first `lengths[r]` items of the list in each row r."""
    owner = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    position = np.arange(len(owner)) - np.repeat(np.cumsum(lengths, dtype=np.int64) - lengths, lengths)
    rows = owner if slot.index is None else slot.index[owner]
    source = slot.column
    layout = _ITEMS[source.layout]
    if source.ends is None:
        return Elements(Column(layout, source.data[rows, position]), owner, position, lengths)
    ends = source.ends[rows, position]
    starts = np.where(position > 0, source.ends[rows, position - 1], 0)
    column = zeros(layout, len(owner), profile)
    column.lengths = (ends - starts).astype(np.int32)
    inside = np.arange(column.data.shape[1]) < column.lengths[:, None]
    item, offset = np.nonzero(inside)
    column.data[item, offset] = source.data[rows[item], starts[item] + offset]
    return Elements(column, owner, position, lengths)


def regroup(items: Slot, lengths: Array, profile: Profile) -> tuple[Column, Array]:
    """A column of lists from items laid row after row, and which rows hold too much for the profile (those come out empty)."""
    column = items.gathered()
    if column.num_rows == 0:
        return zeros(EMPTY, len(lengths), profile), np.zeros(len(lengths), bool)
    if column.layout not in _LISTS_OF:
        raise StackError(f"a list of {column.kind} is not a value; lists may hold Int, Bool, Str or List[Int]")
    layout = _LISTS_OF[column.layout]
    result = zeros(layout, len(lengths), profile)
    result.lengths = lengths.astype(np.int32)
    if column.lengths is None:
        result.data[_inside(result.data, lengths)] = column.data
        return result, np.zeros(len(lengths), bool)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    ends = np.cumsum(column.lengths, dtype=np.int64)
    before = np.concatenate(([0], ends))[np.cumsum(lengths, dtype=np.int64) - lengths]
    sizes = np.bincount(owner, weights=column.lengths, minlength=len(lengths)).astype(np.int64)
    too_big = sizes > layout.width(profile)
    fits = ~too_big[owner]
    result.lengths[too_big] = 0
    sizes[too_big] = 0
    assert result.ends is not None
    result.ends[_inside(result.ends, result.lengths)] = (ends - before[owner])[fits]
    entries = column.data[_inside(column.data, np.where(fits, column.lengths, 0))]
    result.data[_inside(result.data, sizes)] = entries
    return result, too_big


def items_layout(layout: Layout) -> Layout | None:
    """The layout of the items of lists of this layout; None if it is none of lists."""
    return _ITEMS.get(layout)


def _inside(data: Array, lengths: Array) -> Array:
    """Which entries of padded rows lie below the rows' lengths."""
    return np.arange(data.shape[1]) < lengths[:, None]
