"""The usual plain-Python bottom-up enumerator: all terms by cost, one per distinct column of values (observational equivalence).

It serves three times: as the flash stage that answers small tasks before numba is imported, as the `plain` method of the benchmarks
(the enumerator of the usual research kind), and as the oracle of the columnar engine, whose order and answers it defines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Entry:
    """A distinct column, and how it was first made."""

    column: Column
    leaf: Term | None
    production: Production | None = None
    args: tuple[Entry, ...] = ()

    def term(self) -> Term:
        """The term that computes it."""
        if self.leaf is not None:
            return self.leaf
        assert self.production is not None
        return Apply(self.production.op.name, tuple(arg.term() for arg in self.args))


@dataclass(slots=True)
class PlainSearch:
    """One enumeration. `run` yields the terms that give the task's outputs, cheapest first."""

    task: Task
    productions: Sequence[Production]
    constants: Sequence[tuple[Push, int]]
    """Literals with their costs."""
    profile: Profile
    stop: Callable[[], bool] = lambda: False
    """Asked every few hundred candidates; True ends the run."""
    candidates: int = 0
    """Terms evaluated so far."""
    kept: int = 0
    """Distinct columns so far."""
    level: int = 0
    """Cost level being enumerated."""
    _bank: dict[Type, dict[int, list[Entry]]] = field(default_factory=dict)
    _seen: dict[Type, set[Column]] = field(default_factory=dict)

    def run(self, max_cost: int) -> Iterator[Term]:
        """Fits up to a cost, in order of cost, then of the table. Ends early when `stop` says so."""
        target = tuple(example.output for example in self.task.examples)
        kind = self.task.output_type
        for entry in self._leaves():
            if entry[0] == kind and entry[1].column == target:
                yield entry[1].term()
        for self.level in range(1, max_cost + 1):
            for production in self.productions:
                for column, args in self._level(production, self.level):
                    if column == target and production.result == kind:
                        yield Entry(column, None, production, args).term()
                if self.stop():
                    return

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
        seen = self._seen.setdefault(kind, set())
        if entry.column in seen:
            return False
        seen.add(entry.column)
        self._bank.setdefault(kind, {}).setdefault(cost, []).append(entry)
        self.kept += 1
        return True

    def _level(self, production: Production, level: int) -> Iterator[tuple[Column, tuple[Entry, ...]]]:
        """The new columns that one production makes at a cost level, with their arguments."""
        reference, profile, stop = production.op.reference, self.profile, self.stop
        assert reference is not None
        seen = self._seen.setdefault(production.result, set())
        new = self._bank.setdefault(production.result, {}).setdefault(level, [])
        for args in self._arguments(production.args, level - production.cost):
            self.candidates += 1
            if self.candidates % CHECK_EVERY == 0 and stop():
                return
            column = _evaluate(reference, profile, [arg.column for arg in args])
            if column is None or column in seen:
                continue
            seen.add(column)
            self.kept += 1
            new.append(Entry(column, None, production, args))
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


def _evaluate(reference: Callable[..., Any], profile: Profile, columns: list[Column]) -> Column | None:
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
