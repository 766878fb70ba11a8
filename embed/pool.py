"""Columns of values as cells, thousands at a time, and states put together from them.

A pool is a growing list of cell sequences, each with an id. A state is a row of ids (constants, SEP, items, END) with -1 for nothing, and
`assemble` lays the sequences of each row side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsl.columns.layout import Array, Column
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR
from embed.cells import Cell
from embed.vocab import NUM_CHARS, OPENS, Kind, Vocabulary


@dataclass(frozen=True, slots=True, eq=False)
class CellRows:
    """Many states as rows of equal length, padded. Axes: N rows, L cells."""

    codes: Array
    """int32[N, L]."""
    numbers: Array
    """int64[N, L]."""

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: Array, width: int | None = None) -> CellRows:
        """Some rows, cut to a width within which all their cells lie."""
        return CellRows(self.codes[rows, :width], self.numbers[rows, :width])

    def row(self, index: int) -> list[Cell]:
        """One row as cells, padding included."""
        return list(zip(self.codes[index].tolist(), self.numbers[index].tolist(), strict=True))


class Pool:
    """Cell sequences by id."""

    def __init__(self, vocab: Vocabulary) -> None:
        self.vocab = vocab
        self._codes: list[Array] = []
        self._numbers: list[Array] = []
        self._lengths: list[Array] = []
        self._count = 0
        self._flat: tuple[Array, Array, Array, Array] | None = None

    def add(self, cells: list[Cell]) -> int:
        """The id of one more sequence."""
        codes, numbers = zip(*cells, strict=True)
        return int(self._enter(np.array(codes, np.int32), np.array(numbers, np.int64), np.array([len(cells)], np.int32))[0])

    def add_column(self, column: Column) -> Array:
        """The ids of one sequence for each row of a column."""
        codes, numbers, lengths = _cells_of(column, self.vocab)
        return self._enter(codes, numbers, lengths)

    def lengths(self, ids: Array) -> Array:
        """int32: the lengths of sequences; 0 for the id -1."""
        return np.where(ids < 0, 0, self._arrays()[3][ids.clip(min=0)])

    def assemble(self, ids: Array, width: int) -> CellRows:
        """Rows of `width` cells from int[N, K] ids, which must fit."""
        flat_codes, flat_numbers, starts, _ = self._arrays()
        lengths = self.lengths(ids)
        offsets = np.cumsum(lengths, axis=1) - lengths
        count = lengths.ravel()
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        source = np.repeat(starts[ids.clip(min=0)].ravel(), count) + within
        rows = np.repeat(np.arange(len(ids)), lengths.sum(axis=1))
        place = np.repeat(offsets.ravel(), count) + within
        codes = np.full((len(ids), width), self.vocab.code(Kind.PAD), np.int32)
        numbers = np.zeros((len(ids), width), np.int64)
        codes[rows, place], numbers[rows, place] = flat_codes[source], flat_numbers[source]
        return CellRows(codes, numbers)

    def _enter(self, codes: Array, numbers: Array, lengths: Array) -> Array:
        ids = np.arange(self._count, self._count + len(lengths))
        self._count += len(lengths)
        self._codes.append(codes)
        self._numbers.append(numbers)
        self._lengths.append(lengths)
        self._flat = None
        return ids

    def _arrays(self) -> tuple[Array, Array, Array, Array]:
        if self._flat is None:
            lengths = np.concatenate(self._lengths)
            self._flat = np.concatenate(self._codes), np.concatenate(self._numbers), np.cumsum(lengths) - lengths, lengths
        return self._flat


def _cells_of(column: Column, vocab: Vocabulary) -> tuple[Array, Array, Array]:
    """Codes and numbers of all rows one after the other, and how many each row has."""
    kind, rows = column.kind, column.num_rows
    if kind in (INT, BOOL):
        codes, numbers = _entries(column.data, column, vocab)
        return codes, numbers, np.ones(rows, np.int32)
    assert column.lengths is not None
    if kind in (STR, LIST_INT, LIST_BOOL):
        inside = np.arange(column.data.shape[1]) < column.lengths[:, None]
        codes, numbers = _entries(column.data, column, vocab)
        grid = np.full((rows, column.data.shape[1] + 2), -1, np.int32)
        grid[:, 1:-1] = np.where(inside, codes, -1)
        beside = np.zeros(grid.shape, np.int64)
        beside[:, 1:-1] = np.where(inside, numbers, 0)
        grid[:, 0] = vocab.code(Kind.OPEN, OPENS.index(str(kind)))
        grid[np.arange(rows), column.lengths + 1] = vocab.code(Kind.CLOSE)
        there = grid >= 0
        return grid[there], beside[there], (column.lengths + 2).astype(np.int32)
    return _nested(column, vocab)


def _nested(column: Column, vocab: Vocabulary) -> tuple[Array, Array, Array]:
    """As `_cells_of`, for lists of strings or lists: item i of a row opens at cell 1 + 2i + its start, closes at 2 + 2i + its end."""
    assert column.lengths is not None and column.ends is not None
    rows, count = column.num_rows, column.lengths
    is_item = np.arange(column.ends.shape[1]) < count[:, None]
    ends = np.where(is_item, column.ends, 0)
    starts = np.concatenate([np.zeros((rows, 1), ends.dtype), ends[:, :-1]], axis=1)
    total = ends.max(axis=1, initial=0)
    length = 2 + 2 * count + total
    grid = np.full((rows, int(length.max(initial=2))), -1, np.int32)
    beside = np.zeros(grid.shape, np.int64)
    codes, numbers = _entries(column.data, column, vocab)
    grid[:, 0] = vocab.code(Kind.OPEN, OPENS.index(str(column.kind)))
    grid[np.arange(rows), length - 1] = vocab.code(Kind.CLOSE)
    row, item = np.nonzero(is_item)
    inner = OPENS.index("Str" if column.kind == LIST_STR else "List[Int]")
    grid[row, 1 + 2 * item + starts[row, item]] = vocab.code(Kind.OPEN, inner)
    grid[row, 2 + 2 * item + ends[row, item]] = vocab.code(Kind.CLOSE)
    row, entry = np.nonzero(np.arange(column.data.shape[1]) < total[:, None])
    item = ((ends[row] <= entry[:, None]) & is_item[row]).sum(axis=1)
    grid[row, 2 + 2 * item + entry], beside[row, 2 + 2 * item + entry] = codes[row, entry], numbers[row, entry]
    there = grid >= 0
    return grid[there], beside[there], length.astype(np.int32)


def _entries(data: Array, column: Column, vocab: Vocabulary) -> tuple[Array, Array]:
    """Codes and numbers of ints, bools or characters."""
    if column.kind in (BOOL, LIST_BOOL):
        return vocab.code(Kind.BOOL) + data.astype(np.int32), np.zeros(data.shape, np.int64)
    wide = data.astype(np.int64)
    if column.layout.is_text:
        beyond, code, first = wide >= NUM_CHARS, vocab.code(Kind.BEYOND_CHAR), vocab.code(Kind.CHAR)
    else:
        assert column.kind in (INT, LIST_INT, LIST_LIST_INT)
        beyond, code, first = np.abs(wide) > vocab.int_range, vocab.code(Kind.BEYOND_INT), vocab.code(Kind.INT) + vocab.int_range
    return np.where(beyond, code, first + wide).astype(np.int32), np.where(beyond, wide, 0)
