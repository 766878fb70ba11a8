"""Meeting in the middle: values that become the output by a known last step.

* **Goals**: exact inverses applied to the output, once or twice (what must be sorted lists' reverse, what plus 1, what behind the
  item put in front, ...). Whether a value of the bank is a goal is one look-up of its hash.
* **Split**: for a goal g and each value b, whether g - b, g + b or b - g is in the bank, so that `zip+` or `zip-` (or `+`, `-`)
  of the two gives g. The hash is linear, so no data are touched: N questions instead of N x N pairs, over all levels at once.

Source: docs/enumeration.md, where both are measured; inverse semantics as in Lee (PLDI 2021, Duet) and Polozov & Gulwani (FlashMeta, 2015).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from dsl.columns.layout import pack
from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.types import INT, LIST_INT, Type
from dsl.values import Stuck, Value, check
from search.exact.bank import Arena, Store, fitted
from search.exact.grammar import Production
from search.term import Apply, Term

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator

FROM_LEVEL = 3
"""Level from which goals are worth the milliseconds that finding them takes."""
DEPTH = 2
"""Most inverses applied one after the other: one more at each level from FROM_LEVEL on."""
MAX_GOALS = 300
"""Most goals kept, cheapest first."""
MAX_SPLIT = 40
"""Most goals that are split."""
SHARE = 0.3
"""Most of the search's time that splitting takes."""
AT_ONCE = 500_000
"""Values between two looks at the clock."""
CANDIDATES_A_SECOND, PROBES_A_SECOND = 5_000_000, 50_000_000
"""Work that stands for a second where it is counted."""
SPLITS = {LIST_INT: ("zip+", "zip-"), INT: ("+", "-")}

Column = tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """A column that one or two words turn into the output."""

    kind: Type
    values: Column
    cost: int
    wrap: Callable[[Term], Term]
    """The output's term from the goal's."""


@dataclass(slots=True, eq=False)
class Goals:
    """The finder. Made for one search."""

    max_split: int = MAX_SPLIT
    counted: bool = False
    """Whether work is counted and not timed, so that a search limited by candidates always does the same."""
    probes: int = 0
    """Look-ups of splits so far."""
    _goals: dict[Type, list[Goal]] = field(default_factory=dict)
    _stores: dict[Type, Store] = field(default_factory=dict)
    _parts: dict[Type, list[int]] = field(default_factory=dict)
    """The lengths' part of each goal's sum."""
    _depth: int = 0
    """Inverses applied so far."""
    _spent: float = 0.0
    _began: float = 0.0
    _hits: np.ndarray = field(default_factory=lambda: np.zeros((64, 3), np.int32))

    @property
    def often(self) -> bool:
        """It looks at whole levels."""
        return False

    def look(self, bank: Enumerator) -> Iterator[Term]:
        """Goals among the new values, then splits with a new value."""
        if bank.level < FROM_LEVEL * bank.unit:
            return
        if not self._began:
            self._began = self._now(bank)
        depth = min(DEPTH, bank.level // bank.unit + 1 - FROM_LEVEL)
        if self._depth < depth:
            self._depth = depth
            self._make(bank)
            for kind in self._stores:
                yield from self.among(bank, kind, bank.store(kind), range(bank.store(kind).count))
            return
        for kind in self._stores:
            if kind in bank.kinds:
                yield from self.among(bank, kind, bank.store(kind), bank.new(kind))

    def of(self, kind: Type) -> list[Goal]:
        """The goals of a type, cheapest first; none before they were looked for."""
        return self._goals.get(kind, [])

    def among(
        self, bank: Enumerator, kind: Type, store: Store, numbers: range, term: Callable[[int], Term] | None = None
    ) -> Iterator[Term]:
        """Answers with a value of `store` (the bank's, or one that holds values for a moment), whose terms `term` gives."""
        if kind not in self._stores or not numbers:
            return
        term = term or (lambda number: bank.term(kind, number))
        yield from self._equal(kind, store, numbers, term)
        if kind in SPLITS and any(word in bank.words for word in SPLITS[kind]):
            start = self._now(bank)
            for found in self._split(bank, kind, store, numbers, term):
                self._spent += self._now(bank) - start
                yield found
                start = self._now(bank)
            self._spent += self._now(bank) - start

    def _now(self, bank: Enumerator) -> float:
        """Seconds, or what stands for them."""
        return time.perf_counter() if not self.counted else 1.0 + bank.candidates / CANDIDATES_A_SECOND + self.probes / PROBES_A_SECOND

    def _equal(self, kind: Type, store: Store, numbers: range, term: Callable[[int], Term]) -> Iterator[Term]:
        from search.exact.loops import MASK, lookups

        goals = self._stores[kind]
        low, hits = numbers.start, self._hits[:, :2].copy()
        while low < numbers.stop:
            found = lookups(store.hashes, low, numbers.stop, goals.table, goals.counters[MASK], hits)
            for number, goal in hits[:found].tolist():
                yield self._goals[kind][int(goals.origins[goal, 1])].wrap(term(number))
            if found < len(hits):
                return
            low = int(hits[found - 1, 0]) + 1

    def _split(self, bank: Enumerator, kind: Type, store: Store, numbers: range, term: Callable[[int], Term]) -> Iterator[Term]:
        from search.exact.loops import MASK, split_rows

        goals, held = self._stores[kind], bank.store(kind)
        plus, minus = SPLITS[kind]
        for place in range(min(goals.count, self.max_split)):
            goal = self._goals[kind][int(goals.origins[place, 1])]
            if place and self._spent > SHARE * (self._now(bank) - self._began) + 0.02:
                return
            pack = goals.packs[place] if kind == LIST_INT else np.uint64(0)
            part = np.uint64(self._parts[kind][place])
            for low in range(numbers.start, numbers.stop, AT_ONCE):
                at, high = low, min(low + AT_ONCE, numbers.stop)
                self.probes += 3 * (high - low)
                while at < high:
                    found = split_rows(
                        goals.sums[place], pack, part, store.sums, store.packs, at, high, held.table, held.counters[MASK], kind == LIST_INT,
                        self._hits,
                    )  # fmt: skip
                    for b, other, way in self._hits[:found].tolist():
                        pair = (bank.term(kind, other), term(b))
                        pair = pair if way < 2 else (pair[1], pair[0])
                        word = plus if way == 0 else minus
                        if word in bank.words:
                            yield goal.wrap(Apply(word, pair))
                    if found < len(self._hits):
                        break
                    at = int(self._hits[found - 1, 0]) + 1
                if bank.stop():
                    return

    def _make(self, bank: Enumerator) -> None:
        """Finds the goals and puts them into small stores of their own."""
        self._goals.clear()
        for goal in _search(bank, self._depth):
            self._goals.setdefault(goal.kind, []).append(goal)
        for kind, goals in self._goals.items():
            if kind not in bank.kinds:
                continue
            layout = bank.store(kind).layout
            store = Store.allocate(layout, max(2 * len(goals), 64), len(bank.examples), bank.profile, Arena(np.empty(0, np.uint8)))
            for number, goal in enumerate(goals):
                if any(isinstance(check(value, bank.profile), Stuck) for value in goal.values):
                    continue
                column = pack(list(goal.values), kind, bank.profile)
                if column.layout.is_text and column.wide() is column and layout.dtype == "uint8":
                    continue  # no value of the bank has such characters
                store.add(fitted(column, layout), 0, (number,))
            self._stores[kind] = store
            self._parts[kind] = [_lengths_part(store, place) for place in range(store.count)]


def _lengths_part(store: Store, place: int) -> int:
    """What the lengths add to the linear sum of a list."""
    if store.column.lengths is None or store.layout.letter != "l":
        return 0
    examples, width = store.examples, store.column.data.shape[1]
    lengths = store.column.lengths[place * examples : (place + 1) * examples].astype(np.uint64)
    with np.errstate(over="ignore"):
        return int((lengths * store.keys[examples * width : examples * (width + 1)]).sum(dtype=np.uint64))


def _search(bank: Enumerator, depth: int) -> list[Goal]:
    """The output itself, then what one inverse makes of it, then two."""
    outputs = tuple(example.output for example in bank.examples)
    kind = bank.task.output_type
    found: dict[tuple[Type, Column], Goal] = {(kind, outputs): Goal(kind, outputs, 0, lambda term: term)}
    newest = list(found.values())
    for _ in range(depth):
        fresh = []
        for goal in newest:
            for production in bank.productions:
                if production.result != goal.kind or not production.op.inverse:
                    continue
                for part in _inverses(bank, production, goal):
                    if len(found) >= MAX_GOALS:
                        break
                    if (part.kind, part.values) not in found:
                        found[part.kind, part.values] = part
                        fresh.append(part)
            if bank.stop():
                break
        newest = sorted(fresh, key=lambda goal: goal.cost)
    return sorted(found.values(), key=lambda goal: goal.cost)


def _inverses(bank: Enumerator, production: Production, goal: Goal) -> Iterator[Goal]:
    """What must stand at one place of the production for it to give the goal, the other arguments being inputs or constants."""
    op = production.op
    for position, inverse in op.inverse.items():
        others = [kind for k, kind in enumerate(production.args) if k != position]
        for chosen in product(*(bank.leaves(kind) for kind in others)):
            values = _inverted(bank, inverse, goal.values, [leaf[0] for leaf in chosen])
            if values is not None:
                cost = goal.cost + production.cost + sum(leaf[2] for leaf in chosen)
                yield Goal(production.args[position], values, cost, _wrapping(op, position, [leaf[1] for leaf in chosen], goal.wrap))


def _inverted(bank: Enumerator, inverse: Callable[..., Value | Stuck], column: Column, others: Sequence[Column]) -> Column | None:
    found = []
    for values in zip(column, *others, strict=True):
        value = inverse(bank.profile, *values)
        if isinstance(value, Stuck):
            return None
        found.append(value)
    return tuple(found)


def _wrapping(op: Op, position: int, others: Sequence[Term], outer: Callable[[Term], Term]) -> Callable[[Term], Term]:
    def wrap(term: Term) -> Term:
        args = list(others)
        args.insert(position, term)
        return outer(Apply(op.name, tuple(args)))

    return wrap


assert all(word in OPS for pair in SPLITS.values() for word in pair)
