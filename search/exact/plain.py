"""The usual plain-Python bottom-up enumerator: all terms by cost, one per distinct column of values (observational equivalence).

It serves three times: as the flash stage that answers small tasks before numba is imported, as the `plain` method of the benchmarks
(the enumerator of the usual research kind), and as the oracle of the columnar engine, whose order and answers it defines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from dsl.program import Push
from dsl.tasks import Task
from dsl.types import Type, type_of
from dsl.values import Profile, Stuck, Value, check
from search.exact.grammar import Production
from search.term import Apply, Input, Literal, Term

Column = tuple[Value, ...]
"""A value for each example of the task."""

CHECK_EVERY = 256
"""Candidates between two looks at the clock."""


NUM_OTHERS = 3
"""Other ways of making a column that are remembered."""
NUM_VARIANTS = 12
"""Most terms of one fit, its parts made in other ways."""


@dataclass(slots=True, eq=False)
class Entry:
    """A distinct column, and how it was first made."""

    column: Column
    leaf: Term | None
    production: Production | None = None
    args: tuple[Entry, ...] = ()
    others: list[Entry] | None = None
    """The same column made otherwise, at the same cost."""
    cost: int = 0

    def add(self, other: Entry) -> None:
        """Remembers another way that costs the same, if there is room."""
        if self.others is None:
            self.others = []
        if len(self.others) < NUM_OTHERS and other.cost == self.cost:
            self.others.append(other)

    def term(self) -> Term:
        """The term that computes it."""
        if self.leaf is not None:
            return self.leaf
        assert self.production is not None
        return Apply(self.production.op.name, tuple(arg.term() for arg in self.args))

    def terms(self, limit: int) -> list[Term]:
        """Terms that compute it: the first one, then those whose parts are made otherwise; at most `limit`."""
        if self.leaf is not None or self.production is None:
            found = [self.term()]
        else:
            choices = islice(product(*(arg.terms(1 + NUM_OTHERS) for arg in self.args)), limit)
            found = [Apply(self.production.op.name, choice) for choice in choices]
        return [*found, *(term for other in self.others or () for term in other.terms(1))][:limit]


@dataclass(slots=True)
class PlainSearch:
    """One enumeration. `run` yields the terms that give the task's outputs, cheapest first."""

    task: Task
    productions: Sequence[Production]
    constants: Sequence[tuple[Push, int]]
    """Literals with their costs."""
    profile: Profile
    variants: bool = False
    """Whether to yield also terms that the examples do not tell from cheaper ones or from those found first."""
    preview: bool = False
    """Whether each level is first tested for the outputs alone, one example after the other, and only then evaluated as a whole; its
    candidates are counted once."""
    stop: Callable[[], bool] = lambda: False
    """Asked every few hundred candidates; True ends the run."""
    candidates: int = 0
    """Terms evaluated so far."""
    kept: int = 0
    """Distinct columns so far."""
    level: int = 0
    """Cost level being enumerated."""
    _bank: dict[Type, dict[int, list[Entry]]] = field(default_factory=dict)
    _seen: dict[Type, dict[Column, Entry]] = field(default_factory=dict)

    def run(self, max_cost: int) -> Iterator[Term]:
        """Fits up to a cost, in order of cost, then of the table. Ends early when `stop` says so."""
        target = tuple(example.output for example in self.task.examples)
        kind = self.task.output_type
        for entry in self._leaves():
            if entry[0] == kind and entry[1].column == target:
                yield entry[1].term()
        last = [production for production in self.productions if production.result == kind]
        for self.level in range(1, max_cost + 1):
            for production in last if self.preview else ():
                for args in self._test(production, self.level, target):
                    yield from self._terms(target, production, args)
                if self.stop():
                    return
            for production in self.productions:
                for column, args in self._level(production, self.level):
                    if column == target and production.result == kind and not self.preview:
                        yield from self._terms(column, production, args)
                if self.stop():
                    return

    def _terms(self, column: Column, production: Production, args: tuple[Entry, ...]) -> list[Term]:
        return Entry(column, None, production, args).terms(NUM_VARIANTS if self.variants else 1)

    def _leaves(self) -> Iterator[tuple[Type, Entry]]:
        rows = [example.inputs for example in self.task.examples]
        for index, kind in enumerate(self.task.input_types):
            column = tuple(row[index] for row in rows)
            entry = Entry(column, Input(index))
            self._add(kind, 0, entry)
            yield kind, entry
        for push, cost in self.constants:
            entry = Entry((push.value,) * len(rows), Literal(push))
            if self._add(push.type, cost, entry):
                yield push.type, entry

    def _add(self, kind: Type, cost: int, entry: Entry) -> bool:
        seen = self._seen.setdefault(kind, {})
        if entry.column in seen:
            return False
        seen[entry.column] = entry
        self._bank.setdefault(kind, {}).setdefault(cost, []).append(entry)
        self.kept += 1
        return True

    def _test(self, production: Production, level: int, target: Column) -> Iterator[tuple[Entry, ...]]:
        """The arguments from which one production makes the target at a cost level. Most candidates are evaluated on one example alone:
        the one with the longest output, which fewest of them give by chance."""
        reference, profile, stop = production.op.reference, self.profile, self.stop
        assert reference is not None
        row = max(range(len(target)), key=lambda row: len(repr(target[row])))
        wanted = target[row]
        for args in self._arguments(production.args, level - production.cost):
            self.candidates += 1
            if self.candidates % CHECK_EVERY == 0 and stop():
                return
            if reference(profile, *[arg.column[row] for arg in args]) != wanted:
                continue
            if evaluate(reference, profile, [arg.column for arg in args]) == target:
                yield args

    def _level(self, production: Production, level: int) -> Iterator[tuple[Column, tuple[Entry, ...]]]:
        """The new columns that one production makes at a cost level, with their arguments."""
        reference, profile, stop = production.op.reference, self.profile, self.stop
        assert reference is not None
        seen = self._seen.setdefault(production.result, {})
        new = self._bank.setdefault(production.result, {}).setdefault(level, [])
        counted = self.preview and production.result == self.task.output_type
        for number, args in enumerate(self._arguments(production.args, level - production.cost), 1):
            self.candidates += not counted
            if number % CHECK_EVERY == 0 and stop():
                return
            column = evaluate(reference, profile, [arg.column for arg in args])
            if column is None:
                continue
            first = seen.get(column)
            if first is None:
                seen[column] = entry = Entry(column, None, production, args, cost=level)
                self.kept += 1
                new.append(entry)
                yield column, args
            elif self.variants:
                first.add(Entry(column, None, production, args, cost=level))
                yield column, args

    def _arguments(self, kinds: tuple[Type, ...], budget: int) -> Iterator[tuple[Entry, ...]]:
        """Every choice of arguments whose costs add up to `budget`."""
        if budget < 0:
            return
        banks: list[Mapping[int, list[Entry]]] = [self._bank.get(kind, {}) for kind in kinds]
        yield from _choose(banks, budget)


def _choose(banks: list[Mapping[int, list[Entry]]], budget: int) -> Iterator[tuple[Entry, ...]]:
    if len(banks) == 1:
        for entry in tuple(banks[0].get(budget, ())):
            yield (entry,)
        return
    for cost in sorted(banks[0]):
        if cost > budget:
            break
        rest = tuple(_choose(banks[1:], budget - cost))
        for entry in tuple(banks[0][cost]):
            for others in rest:
                yield (entry, *others)


def evaluate(reference: Callable[..., Any], profile: Profile, columns: list[Column]) -> Column | None:
    """The column of results, or None where an example is stuck."""
    values = []
    for args in zip(*columns, strict=True):
        value = reference(profile, *args)
        if isinstance(value, Stuck):
            return None
        value = check(value, profile)
        if isinstance(value, Stuck):
            return None
        values.append(value)
    return tuple(values)


def literals(values: Sequence[Value], cost: int = 1) -> tuple[tuple[Push, int], ...]:
    """Constants as priced literals."""
    return tuple((Push(value, type_of(value)), cost) for value in values)
