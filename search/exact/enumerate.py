"""The bottom-up enumerator: every term by integer cost, one value per distinct column, on compiled drivers.

    for level in 1, 2, ...:
        test      every application at this level that could be the output, storing nothing, leaving at the first difference
        grow      every application at this level, keeping the new values (until memory is full)
        sources   values of this cost that no application gives, such as `map` with a quotation
        finders   answers among all values so far: goals and splits, pieces, conditionals

Terms come out unverified. Source: the design measured in docs/enumeration.md; observational equivalence as in Udupa et al.
(TRANSIT, PLDI 2013).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np

from dsl.columns.layout import Array, Column, decode
from dsl.ops import OPS
from dsl.program import Push
from dsl.tasks import Example, Task
from dsl.types import BOOL, Type
from dsl.values import Profile, Value
from search.exact.ahead import Ahead
from search.exact.ascii import is_ascii
from search.exact.bank import MAX_ARGS, NO_OTHERS, Arena, Store, capacities, layouts_for, target_column
from search.exact.finder import Finder, Source
from search.exact.grammar import Production
from search.exact.rules import CHUNK, Rule, Run, choices, limits_of, rules_of
from search.exact.testing import Tester, pack_of
from search.term import Apply, Input, Literal, Term

SMALL = 4_000
"""Candidates of a level that is kept before it is tested, and tested only if the output is then there: that many cost less than the calls
of all testers."""
FIRST_CODE = 1_000_000
"""Origins from here on are those of sources."""


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
    words: frozenset[str] = frozenset(OPS)
    """Words that parts may use."""
    sources: Sequence[Source] = ()
    finders: Sequence[Finder] = ()
    ahead: Ahead | None = None
    """What looks for answers where memory is full."""
    testing: bool = True
    """Whether levels are tested before they are kept."""
    unit: int = 1
    """The cost of a word that one expects: what sources and finders count levels in."""
    given: Sequence[tuple[Type, Sequence[Value], Term, int]] = ()
    """Values that were found before, one an example, with their terms and what they shall cost here."""
    level: int = 0
    full: bool = False
    """Whether memory ran out: from then on levels are tested and not stored."""
    limits: Any = None
    """The profile as drivers take it."""
    _stores: dict[Type, Store] = field(default_factory=dict)
    _leaves: list[Term] = field(default_factory=list)
    _leaf_values: dict[Type, list[tuple[tuple[Value, ...], Term, int]]] = field(default_factory=dict)
    _rules: Sequence[Rule] = ()
    _plan: Sequence[tuple[Rule, Store]] = ()
    """The rules with where their values go."""
    _often: Sequence[Finder] = ()
    """The finders that look within levels too."""
    _runs: dict[Type, list[Run]] = field(default_factory=dict)
    _by_cost: dict[Type, dict[int, list[Run]]] = field(default_factory=dict)
    """The same by cost."""
    _columns: dict[int, Sequence[tuple[Array, ...]]] = field(default_factory=dict)
    """By number of a rule, the arrays of its arguments' stores."""
    _runs_of: dict[int, Sequence[dict[int, list[Run]]]] = field(default_factory=dict)
    """By number of a rule, the runs of its arguments' types by cost."""
    _choices: dict[int, list[tuple[Run, ...]]] = field(default_factory=dict)
    """By number of a rule, its choices at this level."""
    _starts: dict[Type, int] = field(default_factory=dict)
    _makers: list[Callable[[Sequence[int]], Term]] = field(default_factory=list)
    _tester: Tester | None = None
    _arena: Arena | None = None

    @property
    def candidates(self) -> int:
        """Applications computed or tested so far."""
        tested = int(self._tester.tested[1]) if self._tester is not None else 0
        return tested + sum(store.tried for store in self._stores.values())

    @property
    def kept(self) -> int:
        """Distinct values in the bank."""
        return sum(store.count for store in self._stores.values())

    @property
    def kinds(self) -> tuple[Type, ...]:
        """The types of which the bank holds values."""
        return tuple(self._stores)

    @property
    def rules(self) -> Sequence[Rule]:
        """The words that it applies."""
        return self._rules

    @property
    def tester(self) -> Tester:
        """What compares with the output."""
        assert self._tester is not None
        return self._tester

    def run(self, max_cost: int) -> Iterator[Term]:
        """Fits up to a cost. Ends early when `stop` says so. Its memory goes back at the end."""
        try:
            yield from self.prepare()
            while self.level < max_cost and not self.stop():
                yield from self.step()
        finally:
            self.close()

    def step(self) -> Iterator[Term]:
        """The next level: what of it fits, then its values."""
        self._next_level()
        small = self.testing and not self.full and self._is_small()
        if self.testing and not small:
            yield from self._test_level()
        if self.stop():
            return
        if not self.full:
            yield from self._grow_level(test=small)
        else:
            self._starts = {kind: store.count for kind, store in self._stores.items()}
        if self.full and self.ahead is not None and not self.stop():
            yield from self.ahead.look(self)
        for finder in self.finders:
            if self.stop():
                return
            yield from finder.look(self)

    def grow(self, max_cost: int, most: int) -> None:
        """Fills the bank up to a cost, or until it holds `most` values."""
        list(self.prepare())
        while self.level < max_cost:
            self._next_level()
            list(self._grow_level())
            if self.stop() or self.full or self.kept > most:
                return

    def prepare(self) -> Iterator[Term]:
        """Makes room for every type, finds the kernels, and puts the leaves in; yields the leaves that fit."""
        if self._stores:
            return
        kinds = {self.task.output_type, *self.task.input_types, *(push.type for push, _ in self.constants)}
        kinds |= {kind for p in self.productions for kind in (*p.args, p.result)}
        layouts = layouts_for(sorted(kinds, key=str), not is_ascii(self.examples, self.constants), self.profile)
        count = len(self.examples)
        room = capacities(layouts, self.task.output_type, self.memory, count, self.profile)
        self._arena = Arena.borrow(self.memory)
        self._stores = {kind: Store.allocate(layout, room[kind], count, self.profile, self._arena) for kind, layout in layouts.items()}
        self._runs = {kind: [] for kind in layouts}
        self._by_cost = {kind: {} for kind in layouts}
        self._starts = dict.fromkeys(layouts, 0)
        self.limits = limits_of(self.profile)
        self._rules = rules_of(self.productions, layouts)
        self._plan = [(rule, self._stores[rule.result]) for rule in self._rules]
        self._often = [finder for finder in self.finders if finder.often]
        self._columns = {rule.number: [self._stores[kind].arrays for kind in rule.kinds] for rule in self._rules}
        self._runs_of = {rule.number: [self._by_cost[kind] for kind in rule.kinds] for rule in self._rules}
        outputs = [example.output for example in self.examples]
        target = target_column(outputs, self.task.output_type, self.profile, layouts[self.task.output_type])
        self._tester = Tester(self, target, pack_of(target))
        yield from self._seed(outputs)

    def close(self) -> None:
        """Gives the memory to the next search. The bank must not be used any more."""
        if self._arena is not None:
            tried = self.candidates
            self._stores, self._columns, self._plan = {}, {}, ()
            self._arena.give_back()
            self._arena = None
            if self._tester is not None:
                self._tester.forget()
                self._tester.tested[1] = tried

    def store(self, kind: Type) -> Store:
        """The values of a type."""
        return self._stores[kind]

    def columns(self, rule: Rule, stores: Sequence[Store | None] = NO_OTHERS) -> Sequence[tuple[Array, ...]]:
        """The arrays of each argument's values; some of `stores` may stand in for the bank's own."""
        if stores is NO_OTHERS:
            return self._columns[rule.number]
        return [store.arrays if store else own for store, own in zip(stores, self._columns[rule.number], strict=False)]

    def runs(self, kind: Type) -> Sequence[Run]:
        """Runs of values of equal cost: (cost, first, past the last)."""
        return self._runs.get(kind, ())

    def choices(self, rule: Rule) -> list[tuple[Run, ...]]:
        """The runs of arguments with which a rule makes values of cost `level`."""
        found = self._choices.get(rule.number)
        if found is None:
            found = self._choices[rule.number] = choices(rule, self._runs_of[rule.number], self.level - rule.cost)
        return found

    def new(self, kind: Type) -> range:
        """The values that were added at the last level."""
        return range(self._starts[kind], self._stores[kind].count) if kind in self._stores else range(0)

    def leaves(self, kind: Type) -> list[tuple[tuple[Value, ...], Term, int]]:
        """The inputs and constants of a type: values, term, cost."""
        return self._leaf_values.get(kind, [])

    def cost(self, kind: Type, number: int) -> int:
        """The cost of a value."""
        return next((run.cost for run in self._runs[kind] if run.low <= number < run.high), self.level)

    def decode(self, kind: Type, numbers: Sequence[int]) -> list[tuple[Value, ...]]:
        """These values, each as one value an example."""
        count = len(self.examples)
        rows = (np.asarray(numbers, np.int64)[:, None] * count + np.arange(count)).ravel()
        flat = decode(self._stores[kind].column, rows)
        return [tuple(flat[i : i + count]) for i in range(0, len(flat), count)]

    def register(self, make: Callable[[Sequence[int]], Term]) -> int:
        """A code for the origins of a source's values; `make` gives the term of one from its other four origin numbers."""
        self._makers.append(make)
        return FIRST_CODE + len(self._makers) - 1

    def absorb(self, kind: Type, column: Column, origins: Array, fine: Array | None = None) -> None:
        """Adds the candidates of a column that are fine and new, at the present level. `origins` is int32[M, 1 + MAX_ARGS], code first."""
        store = self._stores[kind]
        store.absorb(column, np.ascontiguousarray(np.concatenate([origins[:, 1:], origins[:, :1]], axis=1), np.int32), fine)
        self.full = self.full or store.full

    def term(self, kind: Type, number: int) -> Term:
        """The term that made a value."""
        origin, *args = self._stores[kind].origins[number].tolist()
        if origin >= FIRST_CODE:
            return self._makers[origin - FIRST_CODE](args)
        if origin < 0:
            return self._leaves[-1 - origin]
        production = self.productions[origin]
        return self.applied(production.op.name, production.args, args)

    def applied(self, word: str, kinds: Sequence[Type], numbers: Sequence[int]) -> Term:
        """A word on values."""
        return Apply(word, tuple(self.term(kind, number) for kind, number in zip(kinds, numbers, strict=False)))

    def _next_level(self) -> None:
        self.level += 1
        self._choices.clear()

    def _add_run(self, kind: Type, run: Run) -> None:
        self._runs[kind].append(run)
        self._by_cost[kind].setdefault(run.cost, []).append(run)

    def _seed(self, outputs: Sequence[Value]) -> Iterator[Term]:
        """Puts the inputs (cost 0) and the constants into the bank."""
        from dsl.columns.layout import encode

        leaves: list[tuple[int, Type, list[Value], Term]] = [
            (0, kind, [e.inputs[i] for e in self.examples], Input(i)) for i, kind in enumerate(self.task.input_types)
        ]
        leaves += [(cost, push.type, [push.value] * len(self.examples), Literal(push)) for push, cost in self.constants]
        leaves += [(cost, kind, list(values), term) for kind, values, term, cost in self.given]
        for (cost, kind), group in groupby(sorted(leaves, key=lambda leaf: (leaf[0], str(leaf[1]))), key=lambda leaf: (leaf[0], leaf[1])):
            store, low = self._stores[kind], self._stores[kind].count
            equals = list(group)
            origins = np.zeros((len(equals), MAX_ARGS + 1), np.int32)
            origins[:, MAX_ARGS] = -1 - len(self._leaves) - np.arange(len(equals))
            store.absorb(encode([value for _, _, values, _ in equals for value in values], kind, self.profile), origins)
            for _, _, values, term in equals:
                self._leaves.append(term)
                self._leaf_values.setdefault(kind, []).append((tuple(values), term, cost))
                if kind == self.task.output_type and all(type(a) is type(b) and a == b for a, b in zip(values, outputs, strict=True)):
                    yield term
            if store.count > low:
                self._add_run(kind, Run(cost, low, store.count))

    def _test_level(self) -> Iterator[Term]:
        """The applications of cost `level` that are the output."""
        for rule, _ in self._plan:
            if rule.result == self.task.output_type:
                for chosen in self.choices(rule):
                    for numbers in self.tester.test(rule, chosen):
                        yield self.applied(rule.word, rule.kinds, numbers)
            if self._often:
                yield from self._meanwhile()
            if self.stop():
                return

    def _is_small(self) -> bool:
        """Whether the level has few candidates."""
        count = 0
        for rule in self._rules:
            for chosen in self.choices(rule):
                count += _size(chosen)
            if count > SMALL:
                return False
        return True

    def _meanwhile(self) -> Iterator[Term]:
        """What finders that look within levels find."""
        for finder in self._often:
            if not self.stop():
                yield from finder.look(self)

    def _grow_level(self, *, test: bool = False) -> Iterator[Term]:
        """All applications of cost `level`, the new values kept; then, with `test`, those that are the output; then what sources add."""
        self._starts = {kind: store.count for kind, store in self._stores.items()}
        bools = 1 << min(len(self.examples), 20)
        for rule, store in self._plan:
            found = self.choices(rule)
            if not found and not self._often:
                continue
            if store.full or (rule.result == BOOL and store.count >= bools):
                continue
            for chosen in found:
                self.apply(rule, chosen, store)
                if store.full or self.stop():
                    break
            self.full = self.full or store.full
            if self.stop():
                break
            if self._often:
                yield from self._meanwhile()
        if test and (self.full or self.tester.is_kept()):
            yield from self._test_level()
        for source in self.sources:
            if not self.stop():
                source.grow(self)
        for kind, store in self._stores.items():
            if store.count > self._starts[kind]:
                self._add_run(kind, Run(self.level, self._starts[kind], store.count))

    def apply(
        self, rule: Rule, chosen: Sequence[Run], store: Store, stores: Sequence[Store | None] = NO_OTHERS, code: int | None = None
    ) -> None:
        """Adds to `store` what the rule gives on values of these runs; `stores` may stand in for the bank's own, and `code` for the rule's as the origin."""
        if store.full:
            return  # the loops look only after they have written a value
        triangular = int(rule.symmetric and chosen[0] == chosen[1] and stores[0] is stores[1])
        behind = (triangular, *store.scratch.front, rule.number if code is None else code, *store.behind)
        columns, examples, low = self.columns(rule, stores), len(self.examples), chosen[0].low
        piece = max(CHUNK // max(_size(chosen[1:]), 1), 1)
        while low < chosen[0].high:
            high = min(low + piece, chosen[0].high)
            inputs: list[Any] = [*columns[0], low, high]
            for arrays, run in zip(columns[1:], chosen[1:], strict=False):
                inputs += arrays
                inputs += (run.low, run.high)
            rule.grow(self.limits, examples, *inputs, *behind)
            low = high
            if store.full or self.stop():
                return


def _size(runs: Sequence[Run]) -> int:
    """How many ways there are of choosing a value of each run."""
    total = 1
    for run in runs:
        total *= run.high - run.low
    return total
