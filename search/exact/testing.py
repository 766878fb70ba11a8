"""The last level: applications compared with the target without keeping anything, of which demands rule most out beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dsl.columns.layout import Array, Column, empty
from dsl.types import INT, Type
from dsl.values import Profile
from search.exact.bank import NO_OTHERS, Arena, Store
from search.exact.demands import AT_LEAST_AS_LONG, EQUAL, MEMBER, item_demand, length_demand
from search.exact.rules import Rule, Run, pieces

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator

MAX_HITS = 16
"""Most fits taken from one call."""
MAX_KEPT = 64 << 20
"""Bytes of lists of values that meet a demand."""
MOST_MET = 500_000
"""Values that meet a demand are kept from level to level up to so many."""
NOTHING = np.zeros(0, np.int32)
FEW = 40
"""Values that are tested at once, without asking which of them meet the demands."""
SPLIT = frozenset({"zip+", "zip-", "+", "-"})
"""Words whose pairs `search.exact.goals` finds by hash: pairs of long runs are left to it."""
LONG = 3_000_000
"""Pairs of two runs that are called long."""


@dataclass(slots=True, eq=False)
class Tester:
    """Tests the applications of rules that give the output's type."""

    bank: Enumerator
    target: Column
    want_pack: int
    tested: Array = field(default_factory=lambda: np.zeros(4, np.int64))
    """Counters in the form that drivers write; tried candidates at their place."""
    _survivors: dict[tuple[Any, ...], Array] = field(default_factory=dict)
    _kept_bytes: int = 0
    _met: dict[tuple[Any, ...], tuple[int, Array]] = field(default_factory=dict)
    """For a type and demands, how many of the bank's values were looked at, and which of them meet the demands."""
    _scratch: tuple[Array, ...] = ()
    _hash: int | None = None
    """That of the target."""
    _hits_of: dict[int, Array] = field(default_factory=dict)
    """Where drivers of words of so many arguments write."""

    def __post_init__(self) -> None:
        self._scratch = (*empty(self.target.layout, 1, self.bank.profile).arrays(), *self.target.arrays())

    def is_kept(self) -> bool:
        """Whether the bank holds the target."""
        bank = self.bank
        store = bank.store(bank.task.output_type)
        if self._hash is None:
            one = Store.allocate(store.layout, 8, store.examples, bank.profile, Arena(np.empty(0, np.uint8)), store.scratch)
            one.add(self.target, 0)
            self._hash = int(one.hashes[0])
        return store.lookup(self._hash) is not None

    def test(self, rule: Rule, chosen: Sequence[Run], stores: Sequence[Store | None] = NO_OTHERS) -> Iterator[tuple[int, ...]]:
        """The argument numbers of applications to values of these runs that give the target. A store other than the bank's own may stand in for one."""
        bank = self.bank
        numbers = [None if run.high - run.low < FEW else self._values(rule, k, run, stores[k]) for k, run in enumerate(chosen)]
        ranges = [(run.low, run.high) if found is None else (0, len(found)) for run, found in zip(chosen, numbers, strict=True)]
        if rule.word in SPLIT and _product(ranges) > LONG and all(store is None for store in stores):
            return
        triangular = rule.symmetric and chosen[0] == chosen[1] and stores[0] is stores[1]
        columns = bank.columns(rule, stores)
        yield from self._hits(rule, columns, [NOTHING if found is None else found for found in numbers], ranges, triangular)

    def meeting(self, rule: Rule, position: int, count: int) -> Array:
        """The bank's first `count` values as far as they meet the demands on an argument, in order. What was found before is kept, and only new values are looked at."""
        length, items = demands_of(rule, self.bank.profile)[position]
        if length is None and items is None:
            return np.arange(count, dtype=np.int32)
        key = (rule.kinds[position], length, items)
        seen, found = self._met.get(key, (0, NOTHING))
        if seen < count:
            more = self._values(rule, position, Run(0, seen, count), None)
            found = found if more is None else np.concatenate([found, more])
            if len(found) <= MOST_MET:
                self._met[key] = count, found
        return found

    def product(self, rule: Rule, numbers: Sequence[Array]) -> Iterator[tuple[int, ...]]:
        """The pairs of these values that give the target."""
        yield from self._hits(rule, self.bank.columns(rule), numbers, [(0, len(some)) for some in numbers], triangular=False)

    def _hits(
        self,
        rule: Rule,
        columns: Sequence[tuple[Array, ...]],
        numbers: Sequence[Array],
        ranges: Sequence[tuple[int, int]],
        triangular: bool,
    ) -> Iterator[tuple[int, ...]]:
        """Runs the compiled loop over the argument values, in pieces; see `search.exact.drivers.tester`."""
        bank = self.bank
        hits = self._hits_of.get(len(rule.args))
        if hits is None:
            hits = self._hits_of[len(rule.args)] = np.zeros((MAX_HITS, len(rule.args)), np.int32)
        last = (int(triangular), *self._scratch, hits, self.tested)
        for first in pieces(ranges):
            inputs: list[Any] = []
            for k, arrays in enumerate(columns):
                inputs += (*arrays, numbers[k], *(first if k == 0 else ranges[k]))
            found = rule.test(bank.limits, len(bank.examples), *inputs, *last)
            for hit in hits[:found].tolist():
                yield tuple(hit)
            if bank.stop():
                return

    def forget(self) -> None:
        """Drops the lists of survivors; called when their values go."""
        self._survivors.clear()
        self._kept_bytes = 0

    def _values(self, rule: Rule, position: int, run: Run, store: Store | None) -> Array | None:
        """The run's values that meet the demands on an argument; None for all of them."""
        length, items = demands_of(rule, self.bank.profile)[position]
        if length is None and items is None:
            return None
        kind = rule.kinds[position]
        found = None
        if length is not None:
            found = self._kept((kind, run, length, id(store)), lambda: self._by_length(kind, run, length, store))
        if items is not None:
            before = found
            found = self._kept((kind, run, length, items, id(store)), lambda: self._by_items(kind, run, items, before, store))
        return found

    def _kept(self, key: tuple[Any, ...], make: Any) -> Array:
        found = self._survivors.get(key)
        if found is None:
            found = make()
            self._kept_bytes += found.nbytes
            if self._kept_bytes > MAX_KEPT:
                self.forget()
                self._kept_bytes = found.nbytes
            self._survivors[key] = found
        return found

    def _by_length(self, kind: Type, run: Run, relation: str, store: Store | None) -> Array:
        from search.exact.meeting import with_lengths

        held = store or self.bank.store(kind)
        out = np.empty(run.high - run.low + 1, np.int32)
        mode = {EQUAL: 0, AT_LEAST_AS_LONG: 1}.get(relation, 2)
        return out[: with_lengths(held.packs, run.low, run.high, np.uint64(self.want_pack), mode, out)].copy()

    def _by_items(self, kind: Type, run: Run, mode: int, before: Array | None, store: Store | None) -> Array:
        from search.exact import meeting

        held, examples = store or self.bank.store(kind), len(self.bank.examples)
        numbers = np.arange(run.low, run.high, dtype=np.int32) if before is None else before
        out = np.empty(len(numbers) + 1, np.int32)
        if mode == MEMBER:
            found = meeting.having_member(held.column.data, held.column.lengths, examples, numbers, self.target.data, out)
        elif kind == INT:
            found = meeting.meeting_numbers(mode, held.column.data, examples, numbers, self.target.data, out)
        else:
            found = meeting.meeting_rows(
                mode, held.column.data, held.column.lengths, examples, numbers, self.target.data, self.target.lengths, out
            )
        return out[:found].copy()


@lru_cache(maxsize=4096)
def demands_of(rule: Rule, profile: Profile) -> tuple[tuple[str | None, int | None], ...]:
    """The demands of a rule on each argument: on its length, on its items."""
    return tuple(
        (length_demand(rule.word, k, rule.kinds, rule.result, profile), item_demand(rule.word, k, rule.kinds, rule.result, profile))
        for k in range(len(rule.kinds))
    )


def _product(ranges: Sequence[tuple[int, int]]) -> int:
    total = 1
    for low, high in ranges:
        total *= max(high - low, 0)
    return total


def pack_of(target: Column) -> int:
    """The packed lengths of a target; 0 where it has none."""
    from search.exact.sums import MAX_PACKED

    if target.lengths is None:
        return 0
    return sum(min(int(length), MAX_PACKED) << (8 * e) for e, length in enumerate(target.lengths[:8]))
