"""Last words of two arguments whose demands few values meet: tried on values of *all* levels, not only of those whose costs add up.

The lists that are nowhere below the output (for `zip-min`), that begin with it (for `take`), or that divide it (for `zip*`) are few
among millions; their pairs can be tested at once. This finds trees of twice the bank's depth, as the split by hash does for `zip+`,
and with them most programs that use a value more than once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dsl.columns.layout import Array, encode
from dsl.types import Type
from search.exact.bank import fitted
from search.exact.demands import demanded
from search.exact.rules import Rule
from search.exact.testing import Tester, pack_of
from search.term import Term

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator
    from search.exact.goals import Goal

FROM_LEVEL = 4
"""Level from which it is worth the time."""
MOST = 4_000_000
"""Pairs of one word that are tested for one goal at a level; the dearest values are left out."""
MAX_GOALS = 12
SHARE = 0.2
"""Most of the search's time that it takes."""
TESTS_A_SECOND = 100_000_000
"""Pairs that stand for a second where work is counted."""


@dataclass(slots=True, eq=False)
class Pairs:
    """The finder. Made for one search."""

    goals: Callable[[Type], list[Goal]]
    """The goals of a type, the output itself first."""
    counted: bool = False
    _testers: dict[int, tuple[Goal, Tester]] = field(default_factory=dict)
    _done: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """For a goal and a rule, how many values of each argument were paired with each other."""
    _began: float = 0.0
    _spent: float = 0.0

    @property
    def often(self) -> bool:
        """It looks at whole levels."""
        return False

    @property
    def candidates(self) -> int:
        """Pairs tested."""
        return sum(int(tester.tested[1]) for _, tester in self._testers.values())

    def look(self, bank: Enumerator) -> Iterator[Term]:
        """Answers whose last word joins a new value with any other."""
        if not self._began:
            self._began = self._now(bank)
        if bank.level < FROM_LEVEL * bank.unit and not bank.full:
            return
        for place, (goal, tester) in enumerate(self._goals(bank)):
            for rule in bank.rules:
                if rule.result != goal.kind or len(rule.kinds) != 2 or not any(demanded(rule.word, rule.kinds, rule.result, bank.profile)):
                    continue
                start = self._now(bank)
                if place and self._spent > SHARE * (start - self._began):
                    return
                for numbers in list(self._test(bank, place, tester, rule)):
                    yield goal.wrap(bank.applied(rule.word, rule.kinds, numbers))
                self._spent += self._now(bank) - start
                if bank.stop():
                    return
            tester.forget()

    def _now(self, bank: Enumerator) -> float:
        return time.perf_counter() if not self.counted else 1.0 + bank.candidates / 5_000_000 + self.candidates / TESTS_A_SECOND

    def _goals(self, bank: Enumerator) -> list[tuple[Goal, Tester]]:
        """The goals with what compares with them."""
        if not self._testers:
            kinds = [bank.task.output_type, *(kind for kind in bank.kinds if kind != bank.task.output_type)]
            goals = sorted((goal for kind in kinds for goal in self.goals(kind) if goal.kind in bank.kinds), key=lambda goal: goal.cost)
            for goal in goals[:MAX_GOALS]:
                column = encode(list(goal.values), goal.kind, bank.profile)
                layout = bank.store(goal.kind).layout
                if column.layout.is_text and column.layout is not layout and layout.dtype == "uint8":
                    continue
                column = fitted(column, layout)
                self._testers[len(self._testers)] = goal, Tester(bank, column, pack_of(column))
        return list(self._testers.values())

    def _test(self, bank: Enumerator, place: int, tester: Tester, rule: Rule) -> Iterator[tuple[int, ...]]:
        counts = [bank.store(kind).count for kind in rule.kinds]
        before = self._done.get((place, rule.number), (0, 0))
        first, second = (tester.meeting(rule, k, counts[k]) for k in (0, 1))
        # Old with old was tested at an earlier level: only pairs with a new one are left.
        news = [np.searchsorted(numbers, before[k]) for k, numbers in enumerate((first, second))]
        self._done[place, rule.number] = (counts[0], counts[1])
        for left, right in ((first[news[0] :], second), (first[: news[0]], second[news[1] :])):
            left, right = _cut(left, right)
            if len(left) and len(right):
                yield from tester.product(rule, (left, right))
            if bank.stop():
                return


def _cut(left: Array, right: Array) -> tuple[Array, Array]:
    """As many of the first (cheapest) of each as make MOST pairs."""
    if len(left) * len(right) <= MOST:
        return left, right
    side = int(MOST**0.5)
    short, long = (left, right) if len(left) < len(right) else (right, left)
    short = short[: max(side, 1)]
    long = long[: max(MOST // max(len(short), 1), 1)]
    return (short, long) if len(left) < len(right) else (long, short)
