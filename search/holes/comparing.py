"""Values beside targets: those that are a target, and those that the last words with constants turn into one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from dsl.columns.layout import Array
from dsl.types import INT, LIST_INT, Type
from search.exact.bank import Arena, Store, fitted
from search.exact.enumerate import Enumerator
from search.holes.arithmetic import SIDED, WIDTH
from search.holes.constants import ORDER
from search.holes.kernels import closings, sweep
from search.holes.parts import parts
from search.holes.spelling import chained, list_term, words_of
from search.holes.targets import Target
from search.holes.values import Part
from search.term import Apply, Function, Param, Term

ROWS = 12
"""Items of lists that are looked at; whatever comes out is run on all of them."""
SWEPT_TARGETS = 6
"""Targets to which constants are swept."""
BASES = 24
"""Values of one word that are swept."""
PIECE = 4096
"""Values closed between two looks at the clock."""
HITS = 256


@dataclass(slots=True, eq=False)
class Comparing:
    """The targets of one search, nearest first."""

    bank: Enumerator
    words: frozenset[str]
    targets: list[Target]
    tried: int = 0
    """Candidates of closings and sweeps so far."""
    _goals: dict[Type, tuple[Store, list[Target]]] = field(default_factory=dict)
    _rows: dict[int, tuple[Array, Array, Array]] = field(default_factory=dict)
    _hits: Array = field(default_factory=lambda: np.zeros((HITS, WIDTH), np.int64))
    _numbers: Array = field(default_factory=lambda: np.zeros(HITS, np.int64))
    _found: Array = field(default_factory=lambda: np.zeros((64, 2), np.int32))
    _limits: Array = field(default_factory=lambda: np.zeros(3, np.int64))

    def __post_init__(self) -> None:
        """Puts the targets into small stores, by whose hashes values are found among them."""
        profile = self.bank.profile
        self._limits = np.array([profile.int_min, profile.int_max, profile.division == "truncate"], np.int64)
        from dsl.columns.layout import pack

        for kind in (INT, LIST_INT):
            if kind not in self.bank.kinds:
                continue
            store = Store.allocate(
                self.bank.store(kind).layout, 128, len(self.bank.examples), self.bank.profile, Arena(np.empty(0, np.uint8))
            )
            held = [target for target in self.targets if target.kind == kind]
            for number, target in enumerate(held):
                store.add(fitted(pack(list(target.values), kind, self.bank.profile), store.layout), 0, (number,))
            self._goals[kind] = store, held

    def compared(self, part: Part, most: int, *, both: bool) -> Iterator[Term]:
        """The targets among these values, then what closings make of them."""
        yield from self._equal(part)
        for target in self.targets[:most]:
            for low in range(part.low, part.high, PIECE):
                piece = part.cut(low, min(low + PIECE, part.high))
                yield from self._close(piece, target, both=both)
                if self.bank.stop():
                    return

    def _equal(self, part: Part) -> Iterator[Term]:
        from search.exact.loops import MASK, lookups

        store, held = self._goals[part.kind]
        low = part.low
        while low < part.high:
            found = lookups(part.store.hashes, low, part.high, store.table, store.counters[MASK], self._found)
            hits = self._found[:found].tolist()
            for number, place in hits:
                yield held[int(store.origins[place, 1])].wrap(part.term(number))
            if found < len(self._found):
                return
            low = hits[-1][0] + 1

    def _close(self, part: Part, target: Target, *, both: bool) -> Iterator[Term]:
        """The last words with constants between these values and a target."""
        if part.kind != target.kind:
            return
        columns, numbers, wanted = self._columns(part, target)
        self.tried += len(columns)
        at = 0
        while at < len(columns):
            count, past = closings(columns[at:], wanted, self._limits, both, self._numbers, self._hits)
            for hit, number in zip(self._hits[:count].tolist(), self._numbers[:count].tolist(), strict=True):
                yield from self._term(hit, part, int(numbers[at + number]), target, None)
            at += past
        if part.kind == LIST_INT:
            yield from self._close_lists(part, target)

    def _close_lists(self, part: Part, target: Target) -> Iterator[Term]:
        examples = len(self.bank.examples)
        sizes = np.array([len(value) for value in target.values], np.int64)  # type: ignore[arg-type]
        wanted = np.zeros((examples, max(int(sizes.max()), 1)), np.int64)
        for e, value in enumerate(target.values):
            wanted[e, : sizes[e]] = value
        column = part.store.column
        at = part.low
        while at < part.high:
            count, past = parts(column.data, column.lengths, examples, at, part.high, wanted, sizes, self._numbers, self._hits)
            for hit, number in zip(self._hits[:count, :3].tolist(), self._numbers[:count].tolist(), strict=True):
                found = list_term(hit, part.term(number), self.words)
                if found is not None:
                    yield target.wrap(found)
            at = past
        self.tried += part.high - part.low

    def _columns(self, part: Part, target: Target) -> tuple[Array, Array, Array]:
        """The numbers to compare: a column for each value (those lists left out that are not as long as the target's), which values, the target's."""
        examples = len(self.bank.examples)
        data = part.store.column.data
        if part.kind == INT:
            wanted = np.array(target.values, np.int64)
            if examples < 2:
                return np.zeros((0, 2), np.int64), np.zeros(0, np.int64), wanted
            return (
                data[part.low * examples : part.high * examples].reshape(-1, examples).astype(np.int64),
                np.arange(part.low, part.high),
                wanted,
            )
        owner, place, wanted = self._chosen(target)
        lengths = part.store.column.lengths
        assert lengths is not None
        shapes = lengths[part.low * examples : part.high * examples].reshape(-1, examples)
        numbers = np.flatnonzero((shapes == [len(value) for value in target.values]).all(axis=1)) + part.low  # type: ignore[arg-type]
        if len(owner) < 2 or not len(numbers):
            return np.zeros((0, 2), np.int64), np.zeros(0, np.int64), wanted
        return np.ascontiguousarray(data[numbers[:, None] * examples + owner, place], np.int64), numbers, wanted

    def _chosen(self, target: Target) -> tuple[Array, Array, Array]:
        """Up to ROWS items of a target's lists that differ: the example of each, its place, the item."""
        if id(target) not in self._rows:
            every = [(e, j, item) for e, value in enumerate(target.values) for j, item in enumerate(value)]  # type: ignore[arg-type]
            seen: dict[int, tuple[int, int, int]] = {}
            for row in every:
                seen.setdefault(row[2], row)
            first = list(seen.values())
            rows = [*first, *(row for row in every if row not in first)][:ROWS]
            owner, place, wanted = (np.array([row[k] for row in rows], np.int64) for k in range(3))
            self._rows[id(target)] = owner, place, wanted
        return self._rows[id(target)]

    def swept(self, some: Sequence[Part], ways: Sequence[int], *, both: bool) -> Iterator[Term]:
        """Every constant with every word of two numbers, then what closes; items of lists are numbers too."""
        ways_array = np.array(ways, np.int64)
        for target in [target for target in self.targets if not _is_flat(target)][:SWEPT_TARGETS]:
            for part in some:
                if part.kind != target.kind:
                    continue
                columns, numbers, wanted = self._columns(part, target)
                for column, number in zip(columns[:BASES], numbers[:BASES].tolist(), strict=True):
                    for z, beside in self._beside(column, target, part.kind):
                        for word, side in SIDED:
                            count = sweep(column, z, wanted, word, side, ways_array, ORDER, self._limits, both, self._hits)
                            self.tried += len(ORDER) * len(ways)
                            for hit in self._hits[:count].tolist():
                                yield from self._term(hit, part, number, target, beside)
                            if self.bank.stop():
                                return

    def _beside(self, column: Array, target: Target, kind: Type) -> Iterator[tuple[Array, Term | None]]:
        """What may stand beside a number between two words: itself (None), and the task's Ints."""
        yield column, None
        for values, term, _ in self.bank.leaves(INT):
            row = np.array(values, np.int64)
            row = row[self._chosen(target)[0]] if kind == LIST_INT else row
            if not np.array_equal(row, column):
                yield row, term

    def _term(self, hit: Sequence[int], part: Part, number: int, target: Target, beside: Term | None) -> Iterator[Term]:
        """The output's term from a hit, if its words are allowed."""
        source = part.term(number)
        x: Term = source if part.kind == INT else Param(0)
        z = x if beside is None else beside
        made = chained(hit, x, z)
        if not words_of(made) <= self.words:
            return
        if part.kind == INT:
            yield target.wrap(made)
        elif "map" in self.words:
            yield target.wrap(Apply("map", (source,), (Function(1, made),)))


def _is_flat(target: Target) -> bool:
    """Whether a target is of lists without items, or of the same number everywhere."""
    items = [item for value in target.values for item in (value if isinstance(value, tuple) else (value,))]
    return len(set(items)) < 2
