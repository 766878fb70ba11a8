"""The bank: distinct values over a task's examples, by type, in preallocated columns, with where each came from.

Memory is taken once in a process and used again by the next search: fresh pages cost more than the kernels that fill them.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from dsl.columns.hash import keys
from dsl.columns.layout import INTS, SHORTS, Array, Column, Layout, empty, encode
from dsl.types import BOOL, INT, LIST_INT, Type
from dsl.values import Profile, Value
from search.exact.drivers import BATCH

MAX_ARGS = 4
NO_OTHERS: tuple[None, ...] = (None,) * MAX_ARGS
"""That no store stands in for one of the bank's own."""
OWN = -1
"""The rule of candidates that each name the code they come from."""
SMALLEST_TABLE = 1 << 10
ALIGNED = 64
SLACK = 8
"""An arena is that part larger than asked for, so that the next search, which may want a little more, can have it. Untouched memory is free."""
KEPT_FROM = 64 << 20
"""Bytes from which an arena is kept for the next search in the process."""

_kept: list[Array] = []


def _small_pages(size: int) -> Array:
    """Memory that is taken a few kilobytes at a time: in huge pages, as numpy asks for, each array that is begun would take megabytes."""
    if not hasattr(mmap, "MADV_NOHUGEPAGE"):
        return np.empty(size, np.uint8)
    memory = mmap.mmap(-1, max(size, 1))
    memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory, np.uint8)


@dataclass(slots=True, eq=False)
class Arena:
    """Bytes from which a bank's arrays are cut."""

    buffer: Array
    used: int = 0

    @classmethod
    def borrow(cls, size: int) -> Arena:
        """An arena of at least `size` bytes: of a kept one that is large enough, if there is one that nobody has. What is left of it, where that is
        much, is kept on: two searches of half the memory share what one had."""
        for index, buffer in enumerate(_kept):
            if len(buffer) >= size >= KEPT_FROM:
                del _kept[index]
                end = size + size // SLACK
                if len(buffer) - end >= end // 2:
                    _kept.append(buffer[end:])
                    return cls(buffer[:end])
                return cls(buffer)
        if size >= KEPT_FROM:
            _kept.clear()  # too small: never two of them
            return cls(np.empty(size + size // SLACK, np.uint8))
        return cls(_small_pages(size + size // SLACK))

    def give_back(self) -> None:
        """Keeps the memory for the next search. The arrays cut from it must not be used any more. Of two arenas one is kept, or both where they are
        the parts of one."""
        whole = self.buffer.base
        if len(self.buffer) >= KEPT_FROM and all(whole is not None and buffer.base is whole for buffer in _kept):
            _kept.append(self.buffer)
        self.buffer = np.empty(0, np.uint8)

    def take(self, shape: tuple[int, ...], dtype: Any) -> Array:
        """An array of anything; new memory where the arena ends."""
        size = prod(shape) * np.dtype(dtype).itemsize
        start = -(-self.used // ALIGNED) * ALIGNED
        if start + size > len(self.buffer):
            return np.empty(shape, dtype)
        self.used = start + size
        return self.buffer[start : start + size].view(dtype).reshape(shape)


@dataclass(slots=True, eq=False)
class Scratch:
    """Where a batch of candidates of one layout is computed."""

    column: Column
    picks: Array
    """int32[BATCH, MAX_ARGS + 1]: the argument values of each candidate, then, for candidates that name their own, the code."""
    totals: Array
    lines: Array
    front: tuple[Array, ...] = field(init=False)
    """The column's arrays and the picks, as growers take them."""

    def __post_init__(self) -> None:
        self.front = (*self.column.arrays(), self.picks)

    @classmethod
    def of(cls, layout: Layout, examples: int, profile: Profile) -> Scratch:
        """Room for a batch."""
        column = empty(layout, BATCH * examples, profile)
        for array in column.arrays():
            array.fill(0)
        return cls(column, np.zeros((BATCH, MAX_ARGS + 1), np.int32), np.zeros(BATCH, np.uint64), np.zeros(BATCH, np.uint64))


@dataclass(slots=True, eq=False)
class Store:
    """The distinct values of one type. Value v over E examples is rows v*E .. v*E+E-1 of `column`."""

    examples: int
    column: Column
    hashes: Array
    """uint64 of each value; never 0."""
    sums: Array
    """uint64: the linear sum of which the hash is made; for numbers and lists of numbers only."""
    packs: Array
    """uint64: the lengths in the first eight examples, see `search.exact.sums.packed`; for lists and strings only."""
    origins: Array
    """int32[capacity, 1 + MAX_ARGS]: number of the rule, then the numbers of its arguments; leaves have a negative number."""
    table: Array
    """uint64: slots of a hash (0 where free) and the number of its value; the first `counters[MASK] + 1` slots are in use."""
    counters: Array
    """int64[4], see `search.exact.loops`."""
    keys: Array
    scratch: Scratch
    arrays: tuple[Array, ...] = field(init=False)
    """Those of `column`, made a tuple once: a level is hundreds of calls of drivers, most of them short."""
    behind: tuple[Array, ...] = field(init=False)
    """The arguments of a grower behind its `picks, rule`; see `search.exact.drivers`."""

    def __post_init__(self) -> None:
        self.arrays = self.column.arrays()
        self.behind = (
            self.keys, self.scratch.totals, self.scratch.lines, *self.arrays, self.table, self.hashes, self.sums, self.packs, self.origins,
            self.counters,
        )  # fmt: skip

    @classmethod
    def allocate(
        cls, layout: Layout, capacity: int, examples: int, profile: Profile, arena: Arena, scratch: Scratch | None = None
    ) -> Store:
        """An empty store. Its scratch may be that of another store of such values."""
        slots = max(1 << (4 * capacity // 3).bit_length(), SMALLEST_TABLE)
        width, letter = layout.padded(profile), layout.letter
        data = arena.take((capacity * examples,) if letter in "ib" else (capacity * examples, width), layout.dtype)
        ends = None
        if letter == "n":
            ends = arena.take((capacity * examples, empty(layout, 1, profile).ends.shape[1]), np.int32)  # type: ignore[union-attr]
        lengths = None if letter in "ib" else arena.take((capacity * examples,), np.int32)
        lanes = examples * (width + 1 + (0 if ends is None else ends.shape[1]))
        table = arena.take((2 * slots,), np.uint64)
        table[: 2 * SMALLEST_TABLE] = 0
        return cls(
            examples, Column(layout, data, lengths, ends), arena.take((capacity,), np.uint64),
            arena.take((capacity,) if letter in "ibl" else (0,), np.uint64), arena.take((0,) if letter in "ib" else (capacity,), np.uint64),
            arena.take((capacity, 1 + MAX_ARGS), np.int32), table,
            np.array([0, 0, 0, SMALLEST_TABLE - 1], np.int64), keys(lanes), scratch or Scratch.of(layout, examples, profile),
        )  # fmt: skip

    @property
    def layout(self) -> Layout:
        """How its values lie."""
        return self.column.layout

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
        mask = int(self.counters[3])
        slot = total & mask
        while self.table[2 * slot] != 0:
            if int(self.table[2 * slot]) == total:
                return int(self.table[2 * slot + 1])
            slot = (slot + 1) & mask
        return None

    def add(self, column: Column, origin: int, args: Sequence[int] = ()) -> int | None:
        """Adds one value given as a column of its examples; None if it is there already or there is no room."""
        before = self.count
        picks = np.zeros((1, MAX_ARGS + 1), np.int32)
        picks[0, : len(args)], picks[0, MAX_ARGS] = args, origin
        self.absorb(column, picks)
        return before if self.count > before else None

    def absorb(self, column: Column, picks: Array, fine: Array | None = None) -> None:
        """Adds those of the column's candidates that are `fine` and new. `picks` is int32[M, MAX_ARGS + 1]: arguments, then the code of the origin."""
        from search.exact import loops
        from search.exact.drivers import FLUSHES

        flush, column = getattr(loops, FLUSHES[self.layout.letter]), fitted(column, self.layout)
        chosen = np.arange(len(picks)) if fine is None else np.flatnonzero(fine)
        self.counters[1] += len(chosen)
        for start in range(0, len(chosen), BATCH):
            if self.full:
                return
            some = chosen[start : start + BATCH]
            rows = (some[:, None] * self.examples + np.arange(self.examples)).ravel()
            batch = [np.ascontiguousarray(array[rows]) for array in column.arrays()]
            flush(len(some), self.examples, *batch, np.ascontiguousarray(picks[some]), OWN, *self.behind)

    def clear(self) -> None:
        """Forgets all values."""
        from search.exact.loops import clear_table

        clear_table(self.table, self.hashes, self.counters)


def fitted(column: Column, layout: Layout) -> Column:
    """The column in the store's layout: text widened, lists of ints in as many bytes."""
    if column.layout is layout:
        return column
    if layout in (SHORTS, INTS):
        data = column.data.astype(layout.dtype)
        beside = -data.shape[1] % (8 // layout.itemsize)  # rows are whole words, and a word holds twice as many of the shorter ints
        return Column(layout, np.pad(data, ((0, 0), (0, beside))) if beside else data, column.lengths)
    return column.wide()


def layouts_for(kinds: Sequence[Type], wide: bool, profile: Profile) -> dict[Type, Layout]:
    """How values of each type lie in a bank: lists of ints take half the room where the profile's ints fit into 16 bits."""
    from dsl.columns.layout import layout_of

    short = profile.int_min >= -(2**15) and profile.int_max < 2**15
    return {kind: SHORTS if kind == LIST_INT and short else layout_of(kind, wide=wide) for kind in sorted(kinds, key=str)}


def bytes_per_value(layout: Layout, examples: int, profile: Profile) -> int:
    """Memory that one value takes, its share of the hash table included."""
    column = empty(layout, 1, profile)
    return examples * sum(array.nbytes for array in column.arrays()) + 24 + 4 * (1 + MAX_ARGS) + 2 * 16


def capacities(layouts: Mapping[Type, Layout], main: Type, memory: int, examples: int, profile: Profile) -> dict[Type, int]:
    """How many values of each type fit into `memory` bytes, the types sharing it: the output's type gets most, Bools of few examples next to nothing."""
    flags = 0.02 if examples <= 8 else 0.3  # few examples have few distinct columns of Bools
    shares = {kind: flags if kind == BOOL else (1.5 if kind == main else 1.0) * (0.4 if kind == INT else 1.0) for kind in layouts}
    unit = memory / sum(shares.values())
    return {
        kind: int(min(max(unit * shares[kind] / bytes_per_value(layout, examples, profile), 1024), 2**27))
        for kind, layout in layouts.items()
    }


def target_column(outputs: Sequence[Value], kind: Type, profile: Profile, layout: Layout) -> Column:
    """The wanted outputs as a column in the store's layout."""
    return fitted(encode(list(outputs), kind, profile), layout)
