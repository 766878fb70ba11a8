"""Programs with constants that the examples do not show: values without constants, one or two constants swept, and the last ones by algebra.

    bank      what up to two words make of the inputs, without constants
    targets   the output, and what inverse words make of it
    swept     what a word makes of cheap values and of every constant in LOW..HIGH, kept once for each distinct column
    closings  for a value and a target, the constants of one or two last words, from the two columns alone

The stages follow each other from cheap to dear; each value that they make is compared with all targets and closed with the nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from dsl.columns.layout import Array
from dsl.program import Push
from dsl.types import BOOL, INT, LIST_INT, Type
from search.exact.bank import Arena, Store, fitted
from search.exact.rules import Rule
from search.holes.constants import ORDER, sides
from search.holes.kernels import ADD, BETWEEN, MULTIPLY, SIDED, WIDTH, WORDS, closings, sweep
from search.holes.parts import AT_LEAST, AT_MOST, BEHIND, IN_FRONT, ONLY, REPLACED, WITHOUT, WITHOUT_FIRST, parts
from search.holes.targets import Target, targets_of
from search.holes.values import Part, Values
from search.term import Apply, Function, Literal, Param, Term

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator

LEVELS = 2
"""Words that the bank's values have, at most."""
ROWS = 12
"""Items of lists that are looked at; whatever comes out is run on all of them."""
CLOSED, CLOSED_SWEPT, CLOSED_MORE = 40, 12, 4
"""Targets, nearest first, with which values without constants, values with swept ones, and those with a word more are closed."""
SWEPT_TARGETS = 6
"""Targets to which constants are swept."""
BASES = 24
"""Values of one word that are swept."""
PIECE = 4096
"""Values closed between two looks at the clock."""
HITS = 256
COLUMNS, LEAST_ROWS = 40, 5
"""Numbers that are taken in pairs, and examples from which on three constants for a pair mean something."""


@dataclass(slots=True, eq=False)
class Holes:
    """One search over a bank without constants."""

    bank: Enumerator
    words: frozenset[str]
    tried: int = 0
    """Candidates of sweeps and closings so far."""
    stage: str = ""
    _targets: list[Target] = field(default_factory=list)
    _goals: dict[Type, tuple[Store, list[Target]]] = field(default_factory=dict)
    _rows: dict[int, tuple[Array, Array, Array]] = field(default_factory=dict)
    _hits: Array = field(default_factory=lambda: np.zeros((HITS, WIDTH), np.int64))
    _numbers: Array = field(default_factory=lambda: np.zeros(HITS, np.int64))
    _found: Array = field(default_factory=lambda: np.zeros((64, 2), np.int32))
    _limits: Array = field(default_factory=lambda: np.zeros(3, np.int64))
    _made: list[Values] = field(default_factory=list)
    _spare: Values | None = None
    """Stores for what is forgotten at once."""
    _telling: set[tuple[int, int]] = field(default_factory=set)
    """Rules, with the place of the constant, that gave few values for all constants."""

    @property
    def candidates(self) -> int:
        """Candidates of all kinds."""
        return self.tried + self.bank.candidates + sum(values.tried for values in self._made)

    def run(self) -> Iterator[Term]:
        """Terms that may fit, stage after stage, until all are done or the bank's `stop` says so."""
        bank = self.bank
        profile = bank.profile
        self._limits = np.array([profile.int_min, profile.int_max, profile.division == "truncate"], np.int64)
        yield from bank.prepare()
        yield from bank.step()
        leaves = [(kind, column, term) for kind in (INT, LIST_INT) for column, term, _ in bank.leaves(kind)]
        self._targets = targets_of(bank, leaves)
        self._look_up()
        inputs, words = self._level(0), self._level(1)
        for name, stage in self._stages(inputs, words):
            self.stage = name
            for term in stage:
                yield term
                if bank.stop():
                    return
            if bank.stop():
                return

    def _stages(self, inputs: Sequence[Part], words: Sequence[Part]) -> Iterator[tuple[str, Iterator[Term]]]:
        """The stages in order."""
        beside = [*inputs, *words]
        yield "closed", self._closed(beside, CLOSED)
        yield "number", self._numbers_swept(inputs, (0,), both=False)
        swept: list[Part] = []
        yield "swept", self._swept(inputs, beside, swept)
        yield "two columns", self._two_columns(beside)
        yield "level", self._next_level()
        yield "numbers", self._numbers_swept(inputs, range(len(BETWEEN)), both=False)
        yield "three", self._numbers_swept(inputs, range(len(BETWEEN)), both=True)
        few = [part for part in swept if part.few]
        yield "twice", self._twice(few, inputs, few=True)
        yield "word", self._word_more(sorted(swept, key=lambda part: not part.few), inputs)
        yield "word on twice", self._twice(few, (), few=True, more=True)
        yield "number on words", self._numbers_swept(words, range(len(BETWEEN)), both=False)
        more: list[Part] = []
        yield "swept words", self._swept(self._cheap(words), inputs, more)
        yield "twice, many", self._twice(few, inputs, few=False)
        yield "three on words", self._numbers_swept(words, (0, 1, 2), both=True)
        few = [part for part in more if part.few]
        yield "word on words", self._word_more([*few, *(part for part in more if not part.few)], inputs)
        yield "twice on words", self._twice(few, inputs, few=True)

    # -- the bank

    def _level(self, cost: int) -> list[Part]:
        """The bank's numbers and lists of a cost."""
        found = []
        for kind in (INT, LIST_INT):
            if kind in self.bank.kinds:
                for run in self.bank.runs(kind):
                    if run.cost == cost:
                        found.append(Part(kind, self.bank.store(kind), run.low, run.high, _term_of(self.bank, kind), 0))
        return found

    def _next_level(self) -> Iterator[Term]:
        """One level more of the bank, closed."""
        yield from self.bank.step()
        yield from self._closed(self._level(self.bank.level), CLOSED_SWEPT)

    def _cheap(self, some: Sequence[Part]) -> list[Part]:
        """The first values of each part."""
        return [part.cut(part.low, min(part.high, part.low + BASES)) for part in some]

    def _values(self) -> Values:
        values = Values(self.bank)
        self._made.append(values)
        return values

    # -- stages

    def _closed(self, some: Sequence[Part], most: int) -> Iterator[Term]:
        for part in some:
            yield from self._compared(part, most, both=True)

    def _swept(self, some: Sequence[Part], beside: Sequence[Part], kept: list[Part]) -> Iterator[Term]:
        """What words make of these values and of every constant; the parts go to `kept`."""
        values = self._values()
        for part in some:
            for made in self._made_of(part, beside, values, self._holes()):
                kept.append(made)
                if made.few and made.origin is not None:
                    self._telling.add(made.origin)
                yield from self._compared(made, CLOSED_SWEPT, both=True)
                if self.bank.stop():
                    return

    def _twice(self, some: Sequence[Part], beside: Sequence[Part], *, few: bool, more: bool = False) -> Iterator[Term]:
        """The same on values that have a constant already, compared and forgotten: with `few` the words whose constants tell items and positions
        apart, else the others; with `more` what one word more makes of that."""
        values = self._values()
        steps = [(rule, hole) for rule, hole in self._holes() if ((rule.number, hole) in self._telling) == few]
        for part in some:
            for made in self._made_of(part, beside, values, steps, bodies={BOOL} if few else set()):
                if more:
                    yield from self._word_more([made], ())
                else:
                    yield from self._compared(made, CLOSED_SWEPT if few else CLOSED_MORE, both=True)
                if self.bank.stop():
                    return
            values.clear()

    def _made_of(
        self, part: Part, beside: Sequence[Part], values: Values, steps: Iterable[tuple[Rule, int]], bodies: Collection[Type] = (INT, BOOL)
    ) -> Iterator[Part]:  # fmt: skip
        for rule, hole in steps:
            rest = [k for k in range(len(rule.kinds)) if k != hole]
            for place in rest:
                others = [[part] if k == place else [p for p in beside if p.kind == rule.kinds[k]] for k in rest]
                if rule.kinds[place] == part.kind:
                    for chosen in product(*others):
                        full: list[Part | None] = list(chosen)
                        full.insert(hole, None)
                        yield from values.swept(rule, hole, full)
                        if self.bank.stop():
                            return
        if part.kind == LIST_INT and bodies:
            for number in range(part.low, part.high):
                yield from values.bodies(part, number, bodies)
                if self.bank.stop():
                    return

    def _two_columns(self, some: Sequence[Part]) -> Iterator[Term]:
        """a x + b z + c over two of these numbers, by least squares; what is not whole is no answer."""
        examples = len(self.bank.examples)
        numbers = [(part.term(n), part.store.column.data[n * examples : (n + 1) * examples].astype(np.float64))
                   for part in some if part.kind == INT for n in range(part.low, part.high)][:COLUMNS]  # fmt: skip
        if examples < LEAST_ROWS or not {"+", "*"} <= self.words:
            return
        for target in [target for target in self._targets if target.kind == INT][:CLOSED_MORE]:
            wanted = np.array(target.values, np.float64)
            for (x, first), (z, second) in combinations(numbers, 2):
                sides = np.stack([first, second, np.ones(examples)], axis=1)
                self.tried += 1
                solved = np.rint(np.linalg.lstsq(sides, wanted, rcond=None)[0])
                if solved[0] and solved[1] and np.array_equal(sides @ solved, wanted):
                    a, b, c = (int(each) for each in solved)
                    both = Apply("+", (_with_constant(MULTIPLY, 1, a, x), _with_constant(MULTIPLY, 1, b, z)))
                    yield target.wrap(_with_constant(ADD, 1, c, both) if c else both)
            if self.bank.stop():
                return

    def _holes(self) -> Iterator[tuple[Rule, int]]:
        """Every rule on numbers and lists with each place where a constant may stand."""
        for rule in self.bank.rules:
            if {*rule.kinds, rule.result} <= {INT, LIST_INT} and len(rule.kinds) > 1:
                for hole, kind in enumerate(rule.kinds):
                    if kind == INT and not (rule.kinds == (INT, INT) and hole not in sides(rule.word)):
                        yield rule, hole

    def _word_more(self, some: Sequence[Part], inputs: Sequence[Part]) -> Iterator[Term]:
        """What one word without constants makes of swept values, with inputs beside them, compared and forgotten."""
        values = self._spare = self._spare or self._values()
        rules = [rule for rule in self.bank.rules if {*rule.kinds, rule.result} <= {INT, LIST_INT}]
        for part in some:
            for rule in rules:
                for place, kind in enumerate(rule.kinds):
                    if kind != part.kind or (rule.symmetric and place):
                        continue
                    choices = [[part] if k == place else [p for p in inputs if p.kind == other] for k, other in enumerate(rule.kinds)]
                    for chosen in product(*choices):
                        for made in values.applied(rule, chosen):
                            yield from self._compared(made, CLOSED_MORE, both=False)
                        values.clear()
                        if self.bank.stop():
                            return

    # -- comparing

    def _look_up(self) -> None:
        """Puts the targets into small stores, by whose hashes values are found among them."""
        from dsl.columns.layout import pack

        for kind in (INT, LIST_INT):
            if kind not in self.bank.kinds:
                continue
            store = Store.allocate(
                self.bank.store(kind).layout, 128, len(self.bank.examples), self.bank.profile, Arena(np.empty(0, np.uint8))
            )
            held = [target for target in self._targets if target.kind == kind]
            for number, target in enumerate(held):
                store.add(fitted(pack(list(target.values), kind, self.bank.profile), store.layout), 0, (number,))
            self._goals[kind] = store, held

    def _compared(self, part: Part, most: int, *, both: bool) -> Iterator[Term]:
        """The targets among these values, then what closings make of them."""
        yield from self._equal(part)
        for target in self._targets[:most]:
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
                found = _list_term(hit, part.term(number), self.words)
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

    # -- numbers

    def _numbers_swept(self, some: Sequence[Part], ways: Sequence[int], *, both: bool) -> Iterator[Term]:
        """Every constant with every word of two numbers, then what closes; items of lists are numbers too."""
        ways_array = np.array(ways, np.int64)
        for target in [target for target in self._targets if not _is_flat(target)][:SWEPT_TARGETS]:
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
        made = _chained(hit, x, z)
        if not _words_of(made) <= self.words:
            return
        if part.kind == INT:
            yield target.wrap(made)
        elif "map" in self.words:
            yield target.wrap(Apply("map", (source,), (Function(1, made),)))


def _chained(hit: Sequence[int], x: Term, z: Term) -> Term:
    """The words of a hit of `kernels` on a number, `z` being what may stand beside it."""
    found = _with_constant(hit[0], hit[1], hit[2], x)
    word = BETWEEN[hit[3]]
    if hit[3] >= 3:
        found = Apply(word, (found, z) if hit[3] < 3 + len(WORDS) else (z, found))
    elif word:
        found = Apply(word, (found,))
    return _with_constant(hit[7], hit[8], hit[9], _with_constant(hit[4], hit[5], hit[6], found))


def _with_constant(word: int, side: int, constant: int, x: Term) -> Term:
    """The word with that number on a term and a constant; the term where there is no word."""
    if word < 0:
        return x
    literal = Literal(Push(constant, INT))
    return Apply(WORDS[word], (x, literal) if side else (literal, x))


def _words_of(term: Term) -> set[str]:
    if not isinstance(term, Apply):
        return set()
    return {term.word}.union(*map(_words_of, term.args))


def _list_term(hit: Sequence[int], x: Term, words: frozenset[str]) -> Term | None:
    """The words of a hit of `parts` on a list; None where they are not allowed."""
    way, a, b = hit
    first, second = Literal(Push(a, INT)), Literal(Push(b, INT))
    tests = {AT_LEAST: ">=", AT_MOST: "<=", ONLY: "=", WITHOUT: "!="}
    names = {WITHOUT: "without", WITHOUT_FIRST: "without-first", REPLACED: "replace-value", IN_FRONT: "cons", BEHIND: "append"}
    if way in names and names[way] in words:
        return Apply(names[way], (x, first, second) if way == REPLACED else (x, first))
    if way in tests and {"filter", tests[way]} <= words:
        return Apply("filter", (x,), (Function(1, Apply(tests[way], (Param(0), first))),))
    return None


def _is_flat(target: Target) -> bool:
    """Whether a target is of lists without items, or of the same number everywhere."""
    items = [item for value in target.values for item in (value if isinstance(value, tuple) else (value,))]
    return len(set(items)) < 2


def _term_of(bank: Enumerator, kind: Type) -> Callable[[int], Term]:
    return lambda number: bank.term(kind, number)
