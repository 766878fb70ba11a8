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

from dsl.columns.layout import Array, Column, Layout, empty, encode, layout_of
from dsl.columns.step import plan_for
from dsl.kernels import Limits
from dsl.ops import OPS
from dsl.program import Push
from dsl.tasks import Example, Task
from dsl.types import Type
from dsl.values import Profile
from search.exact.bank import Store, capacities, lane_keys, target_column
from search.exact.drivers import grower, tester
from search.exact.functions import TABLE_WORDS, Functions, body, enumerate_functions
from search.exact.grammar import Production
from search.term import Apply, Input, Literal, Term

CHUNK = 400_000
"""Candidates in one call of a driver: between two calls the clock is looked at."""
FUNCTIONS_FROM = 3
"""Cost level from which higher-order words with arbitrary quotations are tried: below it nothing is lost but `map` with one word, whose fused forms exist."""
MAX_HITS = 16
"""Most fits taken from one call."""

COMMUTATIVE = frozenset({"+", "*", "min", "max", "and", "or", "=", "!=", "zip+", "zip*", "zip-min", "zip-max"})
"""Words that need each pair of arguments in one order only."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A production or a higher-order word on tables, as the drivers take it."""

    number: int
    word: str
    kinds: tuple[Type, ...]
    result: Type
    cost: int
    kernel: Callable[..., object]
    args: tuple[Layout, ...]
    out: Layout

    @property
    def symmetric(self) -> bool:
        """Whether each pair of arguments is needed in one order only."""
        return len(self.kinds) == 2 and self.word in COMMUTATIVE and self.kinds[0] == self.kinds[1]


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
    words: frozenset[str] = frozenset(OPS)
    """Words that may be used in quotations, and the higher-order words themselves."""
    _rules: list[Rule] = field(default_factory=list)
    _columns: dict[Type, Column] = field(default_factory=dict)
    _functions: dict[Type, Functions] = field(default_factory=dict)
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
        outputs = [example.output for example in self.examples]
        target, wanted = target_column(outputs, self.task.output_type, self.profile)
        yield from self._prepare(wanted)
        target = target.wide() if self._wide() else target
        for self.level in range(1, max_cost + 1):
            if self.level == FUNCTIONS_FROM:
                self._add_functions()
            for rule in self._rules:
                if rule.result == self.task.output_type:
                    yield from self._test(rule, target)
                if self.stop():
                    return
            if not self.full:
                self._grow_level()
            if self.stop():
                return

    def grow(self, max_cost: int, most: int) -> None:
        """Fills the bank up to a cost, or until it holds `most` values."""
        list(self._prepare(None))
        for self.level in range(1, max_cost + 1):
            self._grow_level()
            if self.stop() or self.full or self.kept > most:
                return

    def store(self, kind: Type) -> Store:
        """The values of a type."""
        return self._stores[kind]

    def runs(self, kind: Type) -> list[tuple[int, int, int]]:
        """Runs of values of equal cost: (cost, first, past the last)."""
        return self._runs[kind]

    def _prepare(self, wanted: int | None) -> Iterator[Term]:
        """Makes room for every type, finds the kernels, and puts the leaves in; yields a leaf whose hash is `wanted`."""
        wide = self._wide()
        kinds = {self.task.output_type, *self.task.input_types, *(push.type for push, _ in self.constants)}
        kinds |= {kind for p in self.productions for kind in (*p.args, p.result)}
        layouts = {kind: layout_of(kind, wide=wide) for kind in sorted(kinds, key=str)}
        room = capacities(layouts, self.task.output_type, self.memory, len(self.examples), self.profile)
        self._stores = {kind: Store.allocate(layout, room[kind], len(self.examples), self.profile) for kind, layout in layouts.items()}
        self._columns = {kind: store.column for kind, store in self._stores.items()}
        self._runs = {kind: [] for kind in kinds}
        for number, p in enumerate(self.productions):
            plan = plan_for(p.op, tuple(layouts[kind] for kind in p.args), self.profile)
            if plan.kernel is not None:
                self._rules.append(Rule(number, p.op.name, p.args, p.result, p.cost, plan.kernel, plan.args, plan.result))
        yield from self._seed(wide, wanted)

    def _add_functions(self) -> None:
        """From here on the higher-order words may be applied to the functions that the words and constants make."""
        words = [word for word in TABLE_WORDS if word.name in self.words and {*word.args[:1], word.result} <= self._stores.keys()]
        if not words:
            return
        for functions in enumerate_functions(self.constants, self.words, self.profile, self.stop):
            self._functions[functions.kind] = functions
            self._columns[functions.kind] = functions.column(len(self.examples))
            self._runs[functions.kind] = functions.runs()
        for number, word in enumerate(words, len(self.productions)):
            args = tuple(self._columns[kind].layout for kind in word.args)
            self._rules.append(Rule(number, word.name, word.args, word.result, 1, word.kernel, args, self._columns[word.result].layout))

    def _wide(self) -> bool:
        """Whether some text of the task lies outside ASCII."""
        return not str([(e.inputs, e.output) for e in self.task.examples] + [push.value for push, _ in self.constants]).isascii()

    def _seed(self, wide: bool, wanted: int | None) -> Iterator[Term]:
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

    def _grow_level(self) -> None:
        """All applications of cost `level`, the new values kept."""
        start = {kind: store.count for kind, store in self._stores.items()}
        limits = self._limits()
        for rule in self._rules:
            store = self._stores[rule.result]
            if store.full:  # a driver needs one free place to compute in
                continue
            driver = grower(rule.kernel, rule.args, rule.out)
            if self.stop():  # making a driver may have taken its time
                break
            lanes = lane_keys(rule.out, len(self.examples), self.profile)
            for inputs, triangular in self._ranges(rule):
                driver(
                    limits, len(self.examples), *inputs, triangular, *store.column.arrays(), lanes,
                    store.table, store.places, store.hashes, store.origins, rule.number, store.counters,
                )  # fmt: skip
                if self.stop():
                    break
                if store.full:
                    self.full = True
                    break
        for kind, store in self._stores.items():
            if store.count > start[kind]:
                self._runs[kind].append((self.level, start[kind], store.count))

    def _test(self, rule: Rule, target: Column) -> Iterator[Term]:
        """The applications of cost `level` that are the output."""
        driver = tester(rule.kernel, rule.args, rule.out)
        if self.stop():
            return
        scratch, hits, limits = empty(rule.out, 1, self.profile), np.zeros((MAX_HITS, len(rule.args)), np.int32), self._limits()
        for inputs, triangular in self._ranges(rule):
            found = driver(limits, len(self.examples), *inputs, triangular, *scratch.arrays(), *target.arrays(), hits, self._tested)
            for row in hits[:found].tolist():
                yield self._applied(rule.word, rule.kinds, row)
            if self.stop():
                return

    def _limits(self) -> Array:
        return np.array(Limits.of(self.profile), np.int64)

    def _ranges(self, rule: Rule) -> Iterator[tuple[list, int]]:
        """The arguments' arrays and value ranges, in pieces of about CHUNK candidates, for every way of sharing out the level's cost."""
        budget = self.level - rule.cost
        if budget < 0:
            return
        # The higher-order words come late; their first level makes up for those before it.
        budgets = range(budget + 1) if rule.number >= len(self.productions) and self.level == FUNCTIONS_FROM else (budget,)
        for runs in product(*(self._runs[kind] for kind in rule.kinds)):
            if sum(cost for cost, _, _ in runs) not in budgets or (rule.symmetric and runs[0] > runs[1]):
                continue
            ranges = [(low, high) for _, low, high in runs]
            rest = int(np.prod([high - low for low, high in ranges[1:]])) if len(ranges) > 1 else 1
            piece = max(CHUNK // max(rest, 1), 1)
            low, high = ranges[0]
            for first in range(low, high, piece):
                inputs: list = []
                for k, kind in enumerate(rule.kinds):
                    bounds = (first, min(first + piece, high)) if k == 0 else ranges[k]
                    inputs += [*self._columns[kind].arrays(), *bounds]
                yield inputs, int(rule.symmetric and runs[0] == runs[1])

    def term(self, kind: Type, number: int) -> Term:
        """The term that made a value."""
        origin, *args = self._stores[kind].origins[number].tolist()
        if origin < 0:
            return self._leaves[-1 - origin]
        rule = self._by_number[origin]
        return self._applied(rule.word, rule.kinds, args)

    def _applied(self, word: str, kinds: Sequence[Type], numbers: Sequence[int]) -> Term:
        """A word on values, of which functions become its quotations."""
        values = [(kind, number) for kind, number in zip(kinds, numbers, strict=False)]
        bodies = tuple(body(self._functions[kind].terms[number]) for kind, number in values if kind in self._functions)
        return Apply(word, tuple(self.term(kind, number) for kind, number in values if kind not in self._functions), bodies)

    @property
    def _by_number(self) -> dict[int, Rule]:
        return {rule.number: rule for rule in self._rules}
