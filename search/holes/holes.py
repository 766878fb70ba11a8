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

from dsl.types import BOOL, INT, LIST_INT, Type
from search.exact.rules import Rule
from search.holes.arithmetic import ADD, BETWEEN, MULTIPLY
from search.holes.comparing import BASES, Comparing
from search.holes.constants import sides
from search.holes.spelling import with_constant
from search.holes.targets import targets_of
from search.holes.values import Part, Values
from search.term import Apply, Term

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator

LEVELS = 2
"""Words that the bank's values have, at most."""
CLOSED, CLOSED_SWEPT, CLOSED_MORE = 40, 12, 4
"""Targets, nearest first, with which values without constants, values with swept ones, and those with a word more are closed."""
COLUMNS, LEAST_ROWS = 40, 5
"""Numbers that are taken in pairs, and examples from which on three constants for a pair mean something."""


@dataclass(slots=True, eq=False)
class Holes:
    """One search over a bank without constants."""

    bank: Enumerator
    words: frozenset[str]
    tried: int = 0
    """Candidates of two columns so far."""
    stage: str = ""
    _comparing: Comparing | None = None
    _made: list[Values] = field(default_factory=list)
    _spare: Values | None = None
    """Stores for what is forgotten at once."""
    _telling: set[tuple[int, int]] = field(default_factory=set)
    """Rules, with the place of the constant, that gave few values for all constants."""

    @property
    def candidates(self) -> int:
        """Candidates of all kinds."""
        tried = self.tried + (self._comparing.tried if self._comparing is not None else 0)
        return tried + self.bank.candidates + sum(values.tried for values in self._made)

    @property
    def comparing(self) -> Comparing:
        """The targets, once the bank has its leaves."""
        assert self._comparing is not None
        return self._comparing

    def run(self) -> Iterator[Term]:
        """Terms that may fit, stage after stage, until all are done or the bank's `stop` says so."""
        bank = self.bank
        yield from bank.prepare()
        yield from bank.step()
        leaves = [(kind, column, term) for kind in (INT, LIST_INT) for column, term, _ in bank.leaves(kind)]
        self._comparing = Comparing(bank, self.words, targets_of(bank, leaves))
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
        yield "number", self.comparing.swept(inputs, (0,), both=False)
        swept: list[Part] = []
        yield "swept", self._swept(inputs, beside, swept)
        yield "two columns", self._two_columns(beside)
        yield "level", self._next_level()
        yield "numbers", self.comparing.swept(inputs, range(len(BETWEEN)), both=False)
        yield "three", self.comparing.swept(inputs, range(len(BETWEEN)), both=True)
        few = [part for part in swept if part.few]
        yield "twice", self._twice(few, inputs, few=True)
        yield "word", self._word_more(sorted(swept, key=lambda part: not part.few), inputs)
        yield "word on twice", self._twice(few, (), few=True, more=True)
        yield "number on words", self.comparing.swept(words, range(len(BETWEEN)), both=False)
        more: list[Part] = []
        yield "swept words", self._swept(self._cheap(words), inputs, more)
        yield "twice, many", self._twice(few, inputs, few=False)
        yield "three on words", self.comparing.swept(words, (0, 1, 2), both=True)
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
            yield from self.comparing.compared(part, most, both=True)

    def _swept(self, some: Sequence[Part], beside: Sequence[Part], kept: list[Part]) -> Iterator[Term]:
        """What words make of these values and of every constant; the parts go to `kept`."""
        values = self._values()
        for part in some:
            for made in self._made_of(part, beside, values, self._holes()):
                kept.append(made)
                if made.few and made.origin is not None:
                    self._telling.add(made.origin)
                yield from self.comparing.compared(made, CLOSED_SWEPT, both=True)
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
                    yield from self.comparing.compared(made, CLOSED_SWEPT if few else CLOSED_MORE, both=True)
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
        for target in [target for target in self.comparing.targets if target.kind == INT][:CLOSED_MORE]:
            wanted = np.array(target.values, np.float64)
            for (x, first), (z, second) in combinations(numbers, 2):
                sides = np.stack([first, second, np.ones(examples)], axis=1)
                self.tried += 1
                solved = np.rint(np.linalg.lstsq(sides, wanted, rcond=None)[0])
                if solved[0] and solved[1] and np.array_equal(sides @ solved, wanted):
                    a, b, c = (int(each) for each in solved)
                    both = Apply("+", (with_constant(MULTIPLY, 1, a, x), with_constant(MULTIPLY, 1, b, z)))
                    yield target.wrap(with_constant(ADD, 1, c, both) if c else both)
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
                            yield from self.comparing.compared(made, CLOSED_MORE, both=False)
                        values.clear()
                        if self.bank.stop():
                            return


def _term_of(bank: Enumerator, kind: Type) -> Callable[[int], Term]:
    return lambda number: bank.term(kind, number)
