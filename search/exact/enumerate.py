"""The bottom-up enumerator: every term by integer cost, one value per distinct column, on compiled drivers.

    for level in 1, 2, ...:
        test      every application at this level that could be the output, storing nothing, leaving at the first difference
        grow      every application at this level, keeping the new values (until memory is full; then levels are only tested)

The order of productions, arguments and values is that of `search.exact.plain`, which is its oracle. Terms come out unverified.
Source: the design measured in docs/enumeration.md; observational equivalence as in Udupa et al. (TRANSIT, PLDI 2013).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from dsl.columns.layout import Layout, empty, encode, layout_of
from dsl.columns.step import plan_for
from dsl.program import Push
from dsl.tasks import Example, Task
from dsl.types import Type
from dsl.values import Profile
from search.exact.bank import Store, capacities, lane_keys, target_column
from search.exact.drivers import grower, tester
from search.exact.grammar import Production
from search.term import Apply, Input, Literal, Term

CHUNK = 400_000
"""Candidates in one call of a driver: between two calls the clock is looked at."""
MAX_HITS = 16
"""Most fits taken from one call."""

COMMUTATIVE = frozenset({"+", "*", "min", "max", "and", "or", "=", "!=", "zip+", "zip*", "zip-min", "zip-max"})
"""Words that need each pair of arguments in one order only."""


@dataclass(slots=True)
class Enumerator:
    """One enumeration over a few examples of a task. `run` yields terms that give those examples' outputs, cheapest first."""

    task: Task
    examples: Sequence[Example]
    """The examples enumerated over: all, or as many as tell values apart; the caller verifies on all."""
    productions: Sequence[Production]
    constants: Sequence[tuple[Push, int]]
    profile: Profile
    memory: int = 1 << 30
    """Bytes for the bank."""
    stop: Callable[[], bool] = lambda: False
    """Asked after every `CHUNK` candidates or so; True ends the run."""
    level: int = 0
    full: bool = False
    """Whether memory ran out: from then on levels are tested and not stored."""
    _stores: dict[Type, Store] = field(default_factory=dict)
    _leaves: list[Term] = field(default_factory=list)
    _runs: dict[Type, list[tuple[int, int, int]]] = field(default_factory=dict)
    """Runs of values of equal cost: (cost, first, past the last)."""
    _tested: np.ndarray = field(default_factory=lambda: np.zeros(3, np.int64))

    @property
    def candidates(self) -> int:
        """Applications computed or tested so far."""
        return int(self._tested[1]) + sum(store.tried for store in self._stores.values())

    @property
    def kept(self) -> int:
        """Distinct values in the bank."""
        return sum(store.count for store in self._stores.values())

    def run(self, max_cost: int) -> Iterator[Term]:
        """Fits up to a cost. Ends early when `stop` says so."""
        wide = self._wide()
        kinds = {self.task.output_type, *self.task.input_types, *(push.type for push, _ in self.constants)}
        kinds |= {kind for p in self.productions for kind in (*p.args, p.result)}
        layouts = {kind: layout_of(kind, wide=wide) for kind in sorted(kinds, key=str)}
        outputs = [example.output for example in self.examples]
        target, wanted = target_column(outputs, self.task.output_type, self.profile)
        target = target.wide() if wide else target
        room = capacities(layouts, self.task.output_type, self.memory, len(outputs), self.profile)
        self._stores = {kind: Store.allocate(layout, room[kind], len(outputs), self.profile) for kind, layout in layouts.items()}
        self._runs = {kind: [] for kind in kinds}
        yield from self._seed(wide, wanted)
        usable = [(number, p) for number, p in enumerate(self.productions) if self._has_kernel(p, layouts)]
        for self.level in range(1, max_cost + 1):
            for number, production in usable:
                if production.result == self.task.output_type:
                    yield from self._test(production, layouts, target)
                if self.stop():
                    return
            if not self.full:
                self._grow_level(usable, layouts)
            if self.stop():
                return

    def _wide(self) -> bool:
        """Whether some text of the task lies outside ASCII."""
        return not str([(e.inputs, e.output) for e in self.task.examples] + [push.value for push, _ in self.constants]).isascii()

    def _seed(self, wide: bool, wanted: int) -> Iterator[Term]:
        """Puts the inputs (cost 0) and the constants into the bank."""
        count = len(self.examples)
        leaves: list[tuple[int, Type, list, Term]] = [
            (0, kind, [e.inputs[i] for e in self.examples], Input(i)) for i, kind in enumerate(self.task.input_types)
        ]
        leaves += [(cost, push.type, [push.value] * count, Literal(push)) for push, cost in self.constants]
        for cost, kind, values, term in sorted(leaves, key=lambda leaf: leaf[0]):
            store, column = self._stores[kind], encode(values, kind, self.profile)
            number = store.add(column.wide() if wide else column, -1 - len(self._leaves))
            self._leaves.append(term)
            if number is None:
                continue
            self._runs[kind].append((cost, number, number + 1))
            if kind == self.task.output_type and int(store.hashes[number]) == wanted:
                yield term

    def _has_kernel(self, production: Production, layouts: dict[Type, Layout]) -> bool:
        return plan_for(production.op, tuple(layouts[kind] for kind in production.args), self.profile).kernel is not None

    def _grow_level(self, usable: Sequence[tuple[int, Production]], layouts: dict[Type, Layout]) -> None:
        """All applications of cost `level`, the new values kept."""
        start = {kind: store.count for kind, store in self._stores.items()}
        for number, production in usable:
            store = self._stores[production.result]
            if store.full:  # a driver needs one free place to compute in
                continue
            args = tuple(layouts[kind] for kind in production.args)
            plan = plan_for(production.op, args, self.profile)
            assert plan.kernel is not None
            driver = grower(plan.kernel, plan.args, plan.result)
            lanes = lane_keys(plan.result, len(self.examples), self.profile)
            if self.stop():  # making a driver may have taken its time
                break
            for inputs, triangular in self._ranges(production):
                driver(
                    plan.limits, len(self.examples), *inputs, triangular, *store.column.arrays(), lanes,
                    store.table, store.places, store.hashes, store.origins, number, store.counters,
                )  # fmt: skip
                if self.stop():
                    break
                if store.full:
                    self.full = True
                    break
        for kind, store in self._stores.items():
            if store.count > start[kind]:
                self._runs[kind].append((self.level, start[kind], store.count))

    def _test(self, production: Production, layouts: dict[Type, Layout], target) -> Iterator[Term]:  # type: ignore[no-untyped-def]
        """The applications of cost `level` that are the output."""
        plan = plan_for(production.op, tuple(layouts[kind] for kind in production.args), self.profile)
        assert plan.kernel is not None
        driver = tester(plan.kernel, plan.args, plan.result)
        if self.stop():
            return
        scratch, hits = empty(plan.result, 1, self.profile), np.zeros((MAX_HITS, len(production.args)), np.int32)
        for inputs, triangular in self._ranges(production):
            found = driver(plan.limits, len(self.examples), *inputs, triangular, *scratch.arrays(), *target.arrays(), hits, self._tested)
            for row in hits[:found].tolist():
                yield Apply(production.op.name, tuple(map(self.term, production.args, row)))
            if self.stop():
                return

    def _ranges(self, production: Production) -> Iterator[tuple[list, int]]:
        """The arguments' arrays and value ranges, in pieces of about CHUNK candidates, for every way of sharing out the level's cost."""
        budget = self.level - production.cost
        if budget < 0:
            return
        both = len(production.args) == 2 and production.op.name in COMMUTATIVE and production.args[0] == production.args[1]
        for runs in product(*(self._runs[kind] for kind in production.args)):
            if sum(cost for cost, _, _ in runs) != budget or (both and runs[0] > runs[1]):
                continue
            ranges = [(low, high) for _, low, high in runs]
            rest = int(np.prod([high - low for low, high in ranges[1:]])) if len(ranges) > 1 else 1
            piece = max(CHUNK // max(rest, 1), 1)
            low, high = ranges[0]
            for first in range(low, high, piece):
                inputs: list = []
                for k, kind in enumerate(production.args):
                    bounds = (first, min(first + piece, high)) if k == 0 else ranges[k]
                    inputs += [*self._stores[kind].column.arrays(), *bounds]
                yield inputs, int(both and runs[0] == runs[1])

    def term(self, kind: Type, number: int) -> Term:
        """The term that made a value."""
        origin, *args = self._stores[kind].origins[number].tolist()
        if origin < 0:
            return self._leaves[-1 - origin]
        production = self.productions[origin]
        return Apply(production.op.name, tuple(map(self.term, production.args, args)))
