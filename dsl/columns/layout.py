"""Columns: many values of one type in a few arrays, and the way between them and plain Python values.

Row r of a column is one value. Entries past a row's length are zero, so that a whole row may be compared or hashed without
looking at its length. A candidate over E examples is E consecutive rows.

| layout | type | data | beside it |
|---|---|---|---|
| INT | Int | int32[R] | |
| BOOL | Bool | uint8[R], 0 or 1 | |
| INTS | List[Int] | int32[R, W], W from max_list | lengths |
| SHORTS | the same, for enumerators where all ints fit | int16[R, W] | lengths |
| BOOLS | List[Bool] | uint8[R, W], W from max_list | lengths |
| EMPTY | a list of no known type, so without items | as INTS | lengths, all 0 |
| TEXT | Str, ASCII only | uint8[R, W] code points, W from max_str | lengths |
| WIDE | Str | uint32[R, W] | lengths |
| TEXTS, WIDES | List[Str] | the items' code points side by side, W from max_str | ends of the items int32[R, K], lengths |
| LISTS | List[List[Int]] | int32[R, W], the items' ints side by side, W from max_flat | ends, lengths |

W is the profile's limit, rounded up so that a row is a whole number of 64-bit words; lengths are int32[R] numbers of items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, Base, ListOf, Type, Var
from dsl.values import Profile, Stuck, Value, check

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """How values of one type lie in arrays. There is one object for each, compared by identity."""

    name: str
    kind: Type
    letter: str
    """Its letter in the signatures of `dsl.kernels`."""
    dtype: str

    @property
    def itemsize(self) -> int:
        """Bytes of one entry of the data."""
        return {"uint8": 1, "int16": 2}.get(self.dtype, 4)

    @property
    def is_text(self) -> bool:
        """Whether the data are code points."""
        return self.kind in (STR, LIST_STR)

    def width(self, profile: Profile) -> int:
        """Entries in a row that values of this profile may use; 1 where a row is one number."""
        if self.letter in "ib":
            return 1
        if self.is_text:
            return profile.max_str
        return profile.max_flat if self.letter == "n" else profile.max_list

    def padded(self, profile: Profile) -> int:
        """Entries in a row as allocated."""
        # Wide text is as many entries wide as narrow text, so that one becomes the other entry by entry.
        per_word = 1 if self.letter in "ib" else 8 if self.is_text else 8 // self.itemsize
        return _whole(self.width(profile), per_word)


EMPTY_LIST = ListOf(Var("a"))

INT_ROWS = Layout("INT", INT, "i", "int32")
BOOL_ROWS = Layout("BOOL", BOOL, "b", "uint8")
INTS = Layout("INTS", LIST_INT, "l", "int32")
BOOLS = Layout("BOOLS", LIST_BOOL, "l", "uint8")
EMPTY = Layout("EMPTY", EMPTY_LIST, "l", "int32")
TEXT = Layout("TEXT", STR, "s", "uint8")
WIDE = Layout("WIDE", STR, "s", "uint32")
TEXTS = Layout("TEXTS", LIST_STR, "n", "uint8")
WIDES = Layout("WIDES", LIST_STR, "n", "uint32")
LISTS = Layout("LISTS", LIST_LIST_INT, "n", "int32")
SHORTS = Layout("SHORTS", LIST_INT, "l", "int16")
"""List[Int] in half the room, where the profile's ints fit; for enumerators, which hold millions of lists. The columnar machine does not make it."""
LAYOUTS: tuple[Layout, ...] = (INT_ROWS, BOOL_ROWS, INTS, BOOLS, EMPTY, TEXT, WIDE, TEXTS, WIDES, LISTS)

_NARROW = {INT: INT_ROWS, BOOL: BOOL_ROWS, STR: TEXT, LIST_INT: INTS, LIST_BOOL: BOOLS, LIST_STR: TEXTS, LIST_LIST_INT: LISTS}


def layout_of(kind: Type, *, wide: bool = False) -> Layout:
    """The layout for values of a type. What is unknown in it holds no value: a bare variable lies as Int, a list of variables is EMPTY."""
    if wide and kind == STR:
        return WIDE
    if wide and kind == LIST_STR:
        return WIDES
    if isinstance(kind, ListOf):
        if isinstance(kind.item, ListOf):
            return LISTS
        return EMPTY if isinstance(kind.item, Var) else _NARROW[kind]
    return _NARROW[kind] if isinstance(kind, Base) else INT_ROWS


@dataclass(slots=True, eq=False)
class Column:
    """Values of one type. The arrays are C-contiguous and, once the column is made, never written."""

    layout: Layout
    data: Array
    lengths: Array | None = None
    ends: Array | None = None
    _widened: Column | None = field(default=None, repr=False)

    @property
    def num_rows(self) -> int:
        """Number of values."""
        return len(self.data)

    @property
    def kind(self) -> Type:
        """Type of the values."""
        return self.layout.kind

    def arrays(self) -> tuple[Array, ...]:
        """The arrays in the order in which kernels take them: data, ends, lengths, as far as there are any."""
        if self.lengths is None:
            return (self.data,)
        return (self.data, self.lengths) if self.ends is None else (self.data, self.ends, self.lengths)

    def take(self, rows: Array) -> Column:
        """A column of these rows."""
        lengths, ends = (None if array is None else array[rows] for array in (self.lengths, self.ends))
        return Column(self.layout, self.data[rows], lengths, ends)

    def wide(self) -> Column:
        """This column with 32-bit text; itself if that is how it is, or if it holds no text. Made once."""
        if self.layout not in (TEXT, TEXTS):
            return self
        if self._widened is None:
            layout = WIDE if self.layout is TEXT else WIDES
            self._widened = Column(layout, self.data.astype(np.uint32), self.lengths, self.ends)
        return self._widened


def empty(layout: Layout, num_rows: int, profile: Profile) -> Column:
    """A column whose arrays hold anything: something to write to."""
    data = np.empty(num_rows if layout.letter in "ib" else (num_rows, layout.padded(profile)), layout.dtype)
    lengths = None if layout.letter in "ib" else np.empty(num_rows, np.int32)
    ends = np.empty((num_rows, _whole(profile.max_list, 2)), np.int32) if layout.letter == "n" else None
    return Column(layout, data, lengths, ends)


def zeros(layout: Layout, num_rows: int, profile: Profile) -> Column:
    """A column of zeros, false, or empty lists or strings."""
    column = empty(layout, num_rows, profile)
    for array in column.arrays():
        array.fill(0)
    return column


def concatenate(columns: Sequence[Column], profile: Profile) -> Column:
    """The rows of all columns, which are of one type, one after the other. Where one of them is wide, the result is; EMPTY ones adapt."""
    if any(column.layout in (WIDE, WIDES) for column in columns):
        columns = [column.wide() for column in columns]
    layout = next((column.layout for column in columns if column.layout is not EMPTY), EMPTY)
    columns = [column if column.layout is layout else zeros(layout, column.num_rows, profile) for column in columns]
    arrays = [np.concatenate(parts) for parts in zip(*(column.arrays() for column in columns), strict=True)]
    if len(arrays) == 1:
        return Column(layout, arrays[0])
    return Column(layout, arrays[0], arrays[-1], arrays[1] if len(arrays) == 3 else None)


def encode(values: Sequence[Value], kind: Type, profile: Profile, *, wide: bool = False) -> Column:
    """The values, all of type `kind`, as a column. Text becomes 32-bit if it must be or if `wide` says so.

    Raises `ValueError` for a value outside the profile's limits.
    """
    for value in values:
        if isinstance(check(value, profile), Stuck):
            raise ValueError(f"{kind} value {str(value)[:60]!r} is outside the limits of the profile {profile.name!r}")
    return pack(values, kind, profile, wide=wide)


def pack(values: Sequence[Value], kind: Type, profile: Profile, *, wide: bool = False) -> Column:
    """As `encode`, for values that are known to lie within the limits, or are zeros."""
    layout = layout_of(kind)
    if layout.letter in "ib":
        return Column(layout, np.array(values, layout.dtype).reshape(len(values)))
    if layout.letter == "n":
        return _encode_nested(values, layout, profile, wide)
    return _fill(zeros(_fitting(layout, values, wide), len(values), profile), [len(value) for value in values], values)  # type: ignore[arg-type]


def decode(column: Column, rows: Array | None = None) -> list[Value]:
    """The values of these rows, or of all."""
    if rows is not None:
        column = column.take(rows)
    if column.lengths is None:
        return (column.data != 0).tolist() if column.layout is BOOL_ROWS else column.data.tolist()
    lengths = column.lengths.tolist()
    if column.ends is None:
        return [_value(column.layout, row[:n]) for row, n in zip(column.data, lengths, strict=True)]
    item = TEXT if column.layout.is_text else INTS
    values: list[Value] = []
    for row, ends, n in zip(column.data, column.ends.tolist(), lengths, strict=True):
        values.append(tuple(_value(item, row[start:end]) for start, end in zip([0, *ends[: n - 1]] if n else [], ends[:n], strict=True)))
    return values


def _value(layout: Layout, entries: Array) -> Value:
    """One list or string."""
    if layout.is_text:
        return entries.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    return tuple((entries != 0).tolist() if layout is BOOLS else entries.tolist())


def _encode_nested(values: Sequence[Any], layout: Layout, profile: Profile, wide: bool) -> Column:
    flat = [tuple(chain.from_iterable(value)) if layout is LISTS else "".join(value) for value in values]
    column = zeros(_fitting(layout, flat, wide), len(values), profile)
    _fill(column, [len(row) for row in flat], flat)
    column.lengths = np.array([len(value) for value in values], np.int32)
    assert column.ends is not None
    ends = [end for value in values for end in np.cumsum([len(item) for item in value]).tolist()]
    column.ends[np.arange(column.ends.shape[1]) < column.lengths[:, None]] = ends
    return column


def _fitting(layout: Layout, rows: Sequence[Any], wide: bool) -> Layout:
    if layout.is_text and (wide or not all(map(str.isascii, rows))):
        return WIDE if layout is TEXT else WIDES
    return layout


def _fill(column: Column, lengths: list[int], rows: Sequence[Any]) -> Column:
    """Writes rows of these lengths into a column of zeros."""
    column.lengths = np.array(lengths, np.int32)
    if column.layout.is_text:
        entries = np.frombuffer("".join(rows).encode("utf-32-le", "surrogatepass"), "<u4")
    else:
        entries = np.array([entry for row in rows for entry in row], column.layout.dtype)
    column.data[np.arange(column.data.shape[1]) < column.lengths[:, None]] = entries
    return column


def _whole(count: int, unit: int) -> int:
    """`count` rounded up to a multiple of `unit`."""
    return -(-count // unit) * unit
