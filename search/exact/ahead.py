"""Looking ahead where memory is full: the values of a level are made in pieces, each piece tested for what one word more makes of it, then forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from dsl.types import BOOL, Type
from search.exact.bank import MAX_ARGS, Arena, Store
from search.exact.rules import Rule, Run, pieces
from search.term import Apply, Term

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator
    from search.exact.goals import Goals

PIECE = 100_000
"""Values made before they are tested and forgotten."""
BESIDE = 1
"""Highest cost of the other arguments of the word more."""


@dataclass(slots=True, eq=False)
class Ahead:
    """The look-ahead of one search."""

    goals: Goals | None = None
    _stores: dict[Type, Store] = field(default_factory=dict)

    def look(self, bank: Enumerator) -> Iterator[Term]:
        """Answers that are one word more than an application of cost `bank.level`; nothing is kept."""
        wanted = self._useful(bank)
        for rule in bank.rules:
            if rule.result not in wanted or rule.result == BOOL:
                continue
            store = self._store(bank, rule.result)
            for chosen in bank.choices(rule):
                for part in _parts(chosen, rule):
                    bank.apply(rule, part, store)
                    yield from self._test(bank, rule.result, store)
                    store.clear()
                    if bank.stop():
                        return

    def _useful(self, bank: Enumerator) -> set[Type]:
        """Types of values that one word makes the output from."""
        return {kind for rule in bank.rules if rule.result == bank.task.output_type for kind in rule.kinds}

    def _store(self, bank: Enumerator, kind: Type) -> Store:
        if kind not in self._stores:
            layout = bank.store(kind).layout
            self._stores[kind] = Store.allocate(layout, PIECE + 256, len(bank.examples), bank.profile, Arena(np.empty(0, np.uint8)))
        return self._stores[kind]

    def _test(self, bank: Enumerator, kind: Type, store: Store) -> Iterator[Term]:
        here = Run(bank.level, 0, store.count)
        if not store.count:
            return
        for rule in bank.rules:
            if rule.result != bank.task.output_type:
                continue
            for position, wanted in enumerate(rule.kinds):
                if wanted != kind or (rule.symmetric and position):
                    continue
                beside = [
                    [here] if k == position else [run for run in bank.runs(other) if run.cost <= BESIDE * bank.unit]
                    for k, other in enumerate(rule.kinds)
                ]
                stores = tuple(store if k == position else None for k in range(MAX_ARGS))
                for chosen in product(*beside):
                    for numbers in bank.tester.test(rule, chosen, stores):
                        args = [
                            self._term(bank, store, number) if k == position else bank.term(rule.kinds[k], number)
                            for k, number in enumerate(numbers)
                        ]
                        yield Apply(rule.word, tuple(args))
        bank.tester.forget()
        if self.goals is not None:
            yield from self.goals.among(bank, kind, store, range(store.count), lambda number: self._term(bank, store, number))

    def _term(self, bank: Enumerator, store: Store, number: int) -> Term:
        origin, *args = store.origins[number].tolist()
        production = bank.productions[origin]
        return bank.applied(production.op.name, production.args, args)


def _parts(chosen: tuple[Run, ...], rule: Rule) -> Iterator[tuple[Run, ...]]:
    """The runs of arguments cut so that each part makes at most PIECE values. Every argument but the first may have to be cut too."""
    sizes = [run.high - run.low for run in chosen]
    rest = int(np.prod(sizes[1:])) if len(sizes) > 1 else 1
    if rest <= PIECE or len(chosen) == 1:
        for low, high in pieces([(run.low, run.high) for run in chosen], PIECE):
            yield (chosen[0]._replace(low=low, high=high), *chosen[1:])
        return
    first, second, *others = chosen
    step = max(PIECE // max(int(np.prod([run.high - run.low for run in others])) if others else 1, 1), 1)
    for number in range(first.low, first.high):
        start = max(second.low, number) if rule.symmetric and first == second else second.low
        for low in range(start, second.high, step):
            yield (first._replace(low=number, high=number + 1), second._replace(low=low, high=min(low + step, second.high)), *others)
