"""Values with constants in them: what a word makes of values found before and of every constant, one value for each distinct column."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from dsl.columns.layout import INT_ROWS, Array, Column
from dsl.columns.step import apply
from dsl.ops import OPS
from dsl.program import Push
from dsl.types import BOOL, INT, LIST_INT, Type
from search.exact.bank import MAX_ARGS, NO_OTHERS, Arena, Store
from search.exact.context import Place, Rows, counted, ints, mapped, rows_of, selected
from search.exact.rules import Rule, Run
from search.holes.constants import ORDER, sides
from search.term import Apply, Function, Literal, Param, Term

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator

CAPACITY = 120_000
"""Values of a kind, at most."""
FEW = 64
"""Up to so many distinct values a word with all constants gives few: what the constants tell apart are then items and positions."""
BODIES = 500
"""Constants whose lists are made at a time."""


@dataclass(slots=True, eq=False)
class Part:
    """Some values of one kind that lie in one store, with their terms."""

    kind: Type
    store: Store
    low: int
    high: int
    term: Callable[[int], Term]
    holes: int
    """Constants in each."""
    few: bool = True
    """Whether all the constants of the last word gave no more than FEW values."""
    origin: tuple[int, int] | None = None
    """The rule that made them, and the place of the constant."""

    @property
    def run(self) -> Run:
        """Their numbers, as the enumerator takes them."""
        return Run(0, self.low, self.high)

    def cut(self, low: int, high: int) -> Part:
        """Some of them."""
        return replace(self, low=low, high=high)


@dataclass(slots=True, eq=False)
class Values:
    """The stores of one depth."""

    bank: Enumerator
    stores: dict[Type, Store] = field(default_factory=dict)
    makers: list[Callable[[Sequence[int]], Term]] = field(default_factory=list)
    _constants: Store | None = None

    def __post_init__(self) -> None:
        bank = self.bank
        for kind in (INT, LIST_INT):
            if kind in bank.kinds:
                self.stores[kind] = Store.allocate(
                    bank.store(kind).layout, CAPACITY, len(bank.examples), bank.profile, Arena(np.empty(0, np.uint8))
                )

    @property
    def tried(self) -> int:
        """Candidates so far."""
        return sum(store.tried for store in self.stores.values())

    def clear(self) -> None:
        """Forgets all values."""
        for store in self.stores.values():
            store.clear()
        self.makers.clear()

    def term(self, kind: Type, number: int) -> Term:
        """The term of a value."""
        origin, *args = self.stores[kind].origins[number].tolist()
        return self.makers[origin](args)

    def _made(self, kind: Type, low: int, holes: int, origin: tuple[int, int] | None = None) -> Iterator[Part]:
        """What was added since the store held `low` values."""
        store = self.stores[kind]
        if store.count > low:
            yield Part(kind, store, low, store.count, lambda number: self.term(kind, number), holes, store.count - low <= FEW, origin)

    def constants(self) -> Store:
        """Every constant as a column, in ORDER."""
        if self._constants is None:
            examples = len(self.bank.examples)
            store = Store.allocate(self.bank.store(INT).layout, len(ORDER) + 1, examples, self.bank.profile, Arena(np.empty(0, np.uint8)))
            picks = np.zeros((len(ORDER), MAX_ARGS + 1), np.int32)
            store.absorb(ints(np.repeat(ORDER[:, None], examples, axis=1)), picks)
            self._constants = store
        return self._constants

    def swept(self, rule: Rule, hole: int, chosen: Sequence[Part | None]) -> Iterator[Part]:
        """What the rule gives for every constant at one place, the others being `chosen` (None at the hole)."""
        store, low = self.stores[rule.result], self.stores[rule.result].count
        constants = self.constants()
        runs = [Run(0, 0, constants.count) if part is None else part.run for part in chosen]
        stores = [constants if part is None else part.store for part in chosen]
        self.makers.append(_applied(rule.word, [None if part is None else part.term for part in chosen]))
        self.bank.apply(rule, runs, store, (*stores, *NO_OTHERS[len(stores) :]), code=len(self.makers) - 1)
        yield from self._made(rule.result, low, 1 + sum(part.holes for part in chosen if part is not None), (rule.number, hole))

    def applied(self, rule: Rule, chosen: Sequence[Part]) -> Iterator[Part]:
        """What the rule gives on these values."""
        store, low = self.stores[rule.result], self.stores[rule.result].count
        self.makers.append(_applied(rule.word, [part.term for part in chosen]))
        stores = [part.store for part in chosen]
        self.bank.apply(rule, [part.run for part in chosen], store, (*stores, *NO_OTHERS[len(stores) :]), code=len(self.makers) - 1)
        yield from self._made(rule.result, low, max(part.holes for part in chosen))

    def bodies(self, part: Part, number: int, results: Collection[Type]) -> Iterator[Part]:
        """What `map`, `filter` and `count` give for one list value with every body of one word and one constant that gives one of `results`."""
        bank, examples = self.bank, len(self.bank.examples)
        column = part.store.column
        assert column.lengths is not None
        here = slice(number * examples, (number + 1) * examples)
        rows = rows_of(Place("items", (0,), 0), lambda _: (column.data[here], column.lengths[here]), None)  # type: ignore[index]
        if rows is None:
            return
        for word, result in body_words(bank.words):
            for side in sides(word) if result in results else ():
                values = _body_values(word, side, rows.params[0], bank)
                before = {kind: store.count for kind, store in self.stores.items()}
                if result == INT and "map" in bank.words:
                    self._absorb("map", word, side, part, number, LIST_INT, values, rows)
                elif result == BOOL:
                    for outer, kind in (("filter", LIST_INT), ("count", INT)):
                        if outer in bank.words and kind in self.stores:
                            self._absorb(outer, word, side, part, number, kind, values, rows)
                for kind, low in before.items():
                    yield from self._made(kind, low, part.holes + 1)
                if bank.stop():
                    return

    def _absorb(
        self, outer: str, word: str, side: int, part: Part, number: int, kind: Type, values: tuple[Array, Array], rows: Rows
    ) -> None:  # fmt: skip
        """Adds the values of one higher-order word."""
        made, which = values
        like = self.bank.store(LIST_INT).column
        self.makers.append(_body_applied(outer, word, side, part.term, number))
        for low in range(0, len(made), BODIES):
            some, numbers = made[low : low + BODIES], which[low : low + BODIES]
            picks = np.zeros((len(some), MAX_ARGS + 1), np.int32)
            picks[:, 0], picks[:, MAX_ARGS] = numbers, len(self.makers) - 1
            if outer == "map":
                column = mapped(some, rows, like)
            else:
                column = ints(counted(some, rows)) if outer == "count" else selected(some, rows.params[0], rows, like)
            self.stores[kind].absorb(column, picks)


def body_words(words: frozenset[str]) -> list[tuple[str, Type]]:
    """The words of two Ints, with what they give."""
    from search.exact.grammar import instances_of

    found = []
    for word, op in OPS.items():
        if op.kind == "value" and word in words:
            found += [(word, result) for args, result in instances_of(word) if args == (INT, INT) and result in (INT, BOOL)]
    return found


def _body_values(word: str, side: int, items: Array, bank: Enumerator) -> tuple[Array, Array]:
    """The distinct columns [V, N] that a word makes of the items [N] with the constants, and the number of each one's constant; stuck ones left out."""
    count = len(items)
    x = Column(INT_ROWS, np.tile(items.astype(np.int32), len(ORDER)))
    c = Column(INT_ROWS, np.repeat(ORDER.astype(np.int32), count))
    args = [x, c] if side else [c, x]
    done = apply(OPS[word], args, [None, None], profile=bank.profile)
    values = done.column.data.reshape(len(ORDER), count)
    fine = np.flatnonzero((done.status.reshape(len(ORDER), count) == 0).all(axis=1))
    _, first = np.unique(values[fine], axis=0, return_index=True)
    first.sort()
    return values[fine][first], fine[first]


def _literal(number: int) -> Term:
    return Literal(Push(int(ORDER[number]), INT))


def _applied(word: str, terms: Sequence[Callable[[int], Term] | None]) -> Callable[[Sequence[int]], Term]:
    def make(args: Sequence[int]) -> Term:
        return Apply(word, tuple(_literal(n) if term is None else term(n) for term, n in zip(terms, args, strict=False)))

    return make


def _body_applied(outer: str, word: str, side: int, term: Callable[[int], Term], number: int) -> Callable[[Sequence[int]], Term]:
    def make(args: Sequence[int]) -> Term:
        inner = (Param(0), _literal(args[0])) if side else (_literal(args[0]), Param(0))
        return Apply(outer, (term(number),), (Function(1, Apply(word, inner)),))

    return make
