"""Programs that use an intermediate value more than once, by the number of their lines and not by the size of their tree.

A tree pays for a shared value each time it is used. Here every cheap value s of the bank is made a leaf: D are the values that one
word makes of s (and inputs), and every word of two arguments is applied to s and D and to D and D. What is new enters the bank at the
cost of the lines, cost(s) + 2 or cost(s) + 3, where the tree costs up to twice as much. Values are hash-consed: they live in the bank,
and a line is a number there.

Source: the line search measured in docs/enumeration.md (DeepCoder's programs are lists of lines: Balog et al., ICLR 2017).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from dsl.columns.layout import Array
from dsl.types import INT, LIST_INT, LIST_STR, STR, Type
from search.exact.bank import MAX_ARGS, Arena, Store
from search.exact.rules import Rule, Run
from search.term import Apply, Term

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator

FROM_LEVEL = 5
DEAREST = 2
"""Highest cost of a shared value."""
SHARE = 0.12
"""Most of the search's time that it takes."""
SIZE = 512
"""Most values that one word makes of a shared value, of each type."""
SHARED = (LIST_INT, LIST_STR, STR, INT)
"""Types of shared values, those with most to gain first."""


@dataclass(slots=True, eq=False)
class Lines:
    """The source. Made for one search."""

    counted: bool = False
    _began: float = 0.0
    _spent: float = 0.0
    _next: dict[Type, int] = field(default_factory=dict)
    """The first value of each type that was not yet shared."""
    _stores: dict[Type, Store] = field(default_factory=dict)

    def grow(self, bank: Enumerator) -> None:
        """Adds what the next cheap values give when they are shared, until its share of the time is used."""
        if not self._began:
            self._began = self._now(bank)
        if bank.level < FROM_LEVEL * bank.unit:
            return
        start = self._now(bank)
        for kind, number in self._waiting(bank):
            if bank.stop() or bank.full or self._now(bank) - start > SHARE * (self._now(bank) - self._began) - self._spent:
                break
            self._next[kind] = number + 1
            self._share(bank, kind, number)
        self._spent += self._now(bank) - start

    def _now(self, bank: Enumerator) -> float:
        return time.perf_counter() if not self.counted else 1.0 + bank.candidates / 5_000_000

    def _waiting(self, bank: Enumerator) -> Iterator[tuple[Type, int]]:
        """Values that may be shared, cheapest first."""
        highest = min(DEAREST * bank.unit, bank.level - 3 * bank.unit)
        for cost in range(1, highest + 1):
            for kind in SHARED:
                for run in bank.runs(kind):
                    if run.cost == cost:
                        for number in range(max(run.low, self._next.get(kind, 0)), run.high):
                            yield kind, number

    def _share(self, bank: Enumerator, kind: Type, number: int) -> None:
        here = Run(0, number, number + 1)
        for store in self._stores.values():
            store.clear()
        for rule in bank.rules:
            if kind in rule.kinds and rule.result in SHARED and rule.cost <= bank.unit:
                self._one(bank, rule, kind, here)
        recipes = {made: store.origins[: store.count].copy() for made, store in self._stores.items() if store.count}
        for rule in bank.rules:
            if len(rule.kinds) == 2 and rule.cost <= bank.unit:
                self._two(bank, rule, kind, here, recipes)

    def _one(self, bank: Enumerator, rule: Rule, kind: Type, here: Run) -> None:
        """What the rule makes of the value, inputs standing at its other places."""
        for place, wanted in enumerate(rule.kinds):
            if wanted != kind:
                continue
            others = [[here] if k == place else [run for run in bank.runs(other) if run.cost == 0] for k, other in enumerate(rule.kinds)]
            for chosen in product(*others):
                bank.apply(rule, chosen, self._store(bank, rule.result))

    def _two(self, bank: Enumerator, rule: Rule, kind: Type, here: Run, recipes: dict[Type, Array]) -> None:
        """What the rule makes of the value and what was made of it, in either order, and of two that were."""
        first, second = rule.kinds
        into = bank.store(rule.result)
        made = [Run(1, 0, len(recipes[k])) if k in recipes else None for k in (first, second)]
        ways = (
            (here if first == kind else None, made[1], (True, False)),
            (made[0], here if second == kind else None, (False, True)),
            (made[0], made[1], (False, False)),
        )
        for left, right, plain in ways:
            if left is None or right is None or into.full:
                continue
            code = bank.register(_Maker(bank, rule, kind, here.low, recipes, plain))
            stores = tuple(None if own else self._stores[k] for own, k in zip(plain, rule.kinds, strict=True))
            bank.apply(rule, (left, right), into, (*stores, *(None,) * (MAX_ARGS - 2)), code)

    def _store(self, bank: Enumerator, kind: Type) -> Store:
        if kind not in self._stores:
            layout = bank.store(kind).layout
            self._stores[kind] = Store.allocate(layout, SIZE, len(bank.examples), bank.profile, Arena(np.empty(0, np.uint8)))
        return self._stores[kind]


@dataclass(slots=True, eq=False)
class _Maker:
    """The terms of values that a rule made of a shared value and what was made of it."""

    bank: Enumerator
    rule: Rule
    kind: Type
    number: int
    recipes: dict[Type, Array]
    plain: tuple[bool, bool]
    """Whether each argument is a value of the bank (the shared one)."""

    def __call__(self, args: Sequence[int]) -> Term:
        parts = zip(self.rule.kinds, args, self.plain, strict=False)
        return Apply(self.rule.word, tuple(self.bank.term(kind, n) if own else self._made(kind, n) for kind, n, own in parts))

    def _made(self, kind: Type, number: int) -> Term:
        origin, *args = self.recipes[kind][number].tolist()
        production = self.bank.productions[origin]
        return self.bank.applied(production.op.name, production.args, args)
