"""Higher-order words with closures: opens contexts on the bank's lists, adds what they give to the bank, and looks for answers in them.

As a source it adds the lists, Ints and Bools that `map`, `filter`, `count`, ... give with the bodies of cost c on a list of cost
cL, at cost cL + c + 1. As a finder it goes deeper in those contexts where the outputs say what a body must give on every row:
there each hit is the last word of an answer. The time of all contexts is kept to a share of the search's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dsl.columns.layout import Array, Column
from dsl.program import Push
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, Type
from search.exact.bank import MAX_ARGS, target_column
from search.exact.context import (
    Context,
    Goal,
    Place,
    body_productions,
    bools,
    counted,
    ints,
    mapped,
    open_context,
    rows_of,
    selected,
    within,
)
from search.exact.context_branches import branches
from search.exact.context_goals import goal_of
from search.exact.enumerate import Enumerator
from search.exact.grammar import Production
from search.term import Apply, Term

SHARE = 0.5
"""Part of the time since the start that contexts may take."""
LEAST = 0.03
"""Seconds that contexts may take in a level anyway."""
CANDIDATES_A_SECOND = 4_000_000
"""Candidates that stand for a second where work is counted."""
PAUSE = 0.25
"""Seconds between two looks within a level."""
SMALL, LARGE = 2 << 20, 24 << 20
"""Most bytes of a context that only adds to the bank, and of one with a goal; they are taken as they fill."""
WORDS_OF = {
    "items": ("map", "filter", "count", "any", "all", "positions-where"),
    "indexed": ("map-index", "filter-index"),
    "pairs": ("zip-with",),
}
"""The words that apply the functions of a family of places."""
NUMBER_COST = 2
MAX_ADDED = 20_000
"""Most values that one context adds to the bank at a level, for each word."""
MAX_LISTS, MAX_PAIRS, MAX_INDEXED = 150, 60, 30
"""Most contexts of each family that add to the bank."""
MAX_WAITING = 400
"""Most places with a goal that wait at a time."""
MAX_SOURCE = 4
"""Highest cost of a list for a place with a goal."""
MAX_ANSWERS = 12
"""Answers taken from one context."""
CHUNK = 2048


@dataclass(slots=True)
class Contexts:
    """The contexts of one search: a source and a finder of its enumerator."""

    costs: Mapping[str, int] = field(default_factory=dict)
    """Costs of words, 1 where it names none."""
    share: float = SHARE
    numbers: Sequence[int] = ()
    """Ints that bodies may write out besides the bank's constants, at `NUMBER_COST`, where there is a goal."""
    memory: int = 256 << 20
    """Bytes for all contexts together."""
    counted: bool = False
    """Whether work is measured in candidates, so that a search limited by them always does the same, instead of seconds."""
    often: bool = True
    """Whether it wants to look within long levels too."""
    spent: float = 0.0
    _bank: Enumerator | None = None
    _begun: float = 0.0
    _code: int = -1
    _contexts: list[Context] = field(default_factory=list)
    _open: dict[Place, int | None] = field(default_factory=dict)
    """The context of each place; None where it has no rows."""
    _rules: Sequence[Production] = ()
    _waiting: list[Place] = field(default_factory=list)
    """Places that may have a goal and are not done with."""
    _paired: set[Place] = field(default_factory=set)
    _checked: int = 0
    """Values of the output's type up to this number were compared with the output."""
    _last_level: int = -1
    _last_look: float = 0.0
    _looked: int = 0
    """Lists up to this number were looked at for places."""
    _found: list[Term] = field(default_factory=list)
    _taken: int = 0
    """Bytes that the bodies of all contexts fill."""
    _makers: list[str] = field(default_factory=list)
    _targets: list[Any] = field(default_factory=list)
    _wanted: Column | None = None

    @property
    def candidates(self) -> int:
        """Bodies computed or tested so far."""
        return sum(context.inner.candidates for context in self._contexts)

    # -- the source

    def grow(self, bank: Enumerator) -> None:
        """Adds the values of cost `bank.level`."""
        if not self._begin(bank):
            return
        start = self._now()
        for place in self._places(bank):
            cost = bank.level - place.cost - min(self.costs.get(word, 1) for word in WORDS_OF[place.family])
            if cost < 1:
                continue
            if bank.stop() or self._now() - start > max(self.share * (self._now() - self._begun) - self.spent, LEAST):
                break
            context = self._context(place, bank)
            if context is not None and not context.closed:
                self._reach(context, cost, bank)
                if context.level >= cost:
                    self._add(context, bank)
        self.spent += self._now() - start

    def _places(self, bank: Enumerator) -> list[Place]:
        """The places whose functions enter the bank at this level, cheapest first."""
        lists = [(run.cost, n) for run in bank.runs(LIST_INT) if run.cost <= bank.level - 2 for n in range(run.low, run.high)]
        places = [Place("items", (n,), cost) for cost, n in lists[:MAX_LISTS]]
        if "zip-with" in bank.words:
            pairs = [(c + d, m, n) for k, (c, m) in enumerate(lists[:MAX_LISTS]) for d, n in lists[: k + 1] if c + d <= bank.level - 2]
            places += [Place("pairs", (n, m), cost) for cost, m, n in sorted(pairs)[:MAX_PAIRS] if m != n]
        places += [Place("indexed", (n,), cost) for cost, n in lists[:MAX_INDEXED]]
        return sorted(places, key=lambda place: place.cost)

    def _add(self, context: Context, bank: Enumerator) -> None:
        """Adds what the words of a context give at this level."""
        rows, like = context.rows, bank.store(LIST_INT).column
        items, places = rows.params[-1], rows.place + bank.profile.index_base
        made: dict[str, tuple[Type, Type, Callable[[Array], Column]]] = {
            "map": (INT, LIST_INT, lambda values: mapped(values, rows, like)),
            "filter": (BOOL, LIST_INT, lambda masks: selected(masks, items, rows, like)),
            "count": (BOOL, INT, lambda masks: ints(counted(masks, rows))),
            "positions-where": (BOOL, LIST_INT, lambda masks: selected(masks, places, rows, like)),
            "any": (BOOL, BOOL, lambda masks: bools(counted(masks, rows) > 0)),
            "all": (BOOL, BOOL, lambda masks: bools(counted(masks, rows) == rows.lengths)),
        }
        made["map-index"] = made["zip-with"] = made["map"]
        made["filter-index"] = made["filter"]
        for word in WORDS_OF[context.place.family]:
            of, kind, make = made[word]
            if word in bank.words and kind in bank.kinds and not bank.stop():
                cost = bank.level - context.place.cost - self.costs.get(word, 1)
                for values, numbers in self._bodies(context, of, cost):
                    self._absorb(word, context, bank, kind, make(values), numbers)

    def _bodies(self, context: Context, kind: Type, cost: int) -> Iterator[tuple[Array, Array]]:
        """Values [V, N] and numbers of the bodies of a cost, in pieces."""
        values = context.values(kind)
        for run in context.inner.runs(kind):
            if run.cost == cost:
                for low in range(run.low, min(run.high, run.low + MAX_ADDED), CHUNK):
                    high = min(low + CHUNK, run.high)
                    yield values[low:high], np.arange(low, high)

    def _absorb(self, word: str, context: Context, bank: Enumerator, kind: Type, column: Column, numbers: Array) -> None:
        context.added = True
        if word not in self._makers:
            self._makers.append(word)
        origins = np.zeros((len(numbers), 1 + MAX_ARGS), np.int32)
        origins[:, 0], origins[:, 1], origins[:, 2] = self._code, self._makers.index(word), context.number
        origins[:, 3] = numbers
        bank.absorb(kind, column, origins, np.ones(len(numbers), np.uint8))

    # -- the finder

    def look(self, bank: Enumerator) -> Iterator[Term]:
        """Answers among the values added, and whose last word is a higher-order one. It may be called within a level too, as often as one likes."""
        if not self._begin(bank):
            return
        yield from self._take_found()
        yield from self._added(bank)
        rested = bank.level != self._last_level or self._now() - self._last_look > PAUSE
        if bank.task.output_type in (LIST_INT, LIST_BOOL) and bank.level >= 2 and rested:
            yield from self._deepen(bank)
            self._last_level, self._last_look = bank.level, self._now()

    def _added(self, bank: Enumerator) -> Iterator[Term]:
        """The values added by `grow` that are the output."""
        kind, wanted = bank.task.output_type, self._wanted
        if wanted is None or kind not in bank.kinds:
            return
        store, examples = bank.store(kind), len(bank.examples)
        low, high = self._checked, store.count
        self._checked = high
        if low >= high:
            return
        entries = store.column.arrays()[0][low * examples : high * examples : examples].reshape(high - low, -1)[:, 0]
        for number in (np.flatnonzero(entries == wanted.arrays()[0].flat[0]) + low).tolist():
            rows = slice(number * examples, (number + 1) * examples)
            if all(np.array_equal(ours[rows], theirs) for ours, theirs in zip(store.column.arrays(), wanted.arrays(), strict=True)):
                yield bank.term(kind, number)

    def _deepen(self, bank: Enumerator) -> Iterator[Term]:
        """Goes on in the places with goals, always where source and bodies together are cheapest, as long as there is time."""
        start = self._now()
        budget = max(self.share * (start - self._begun) - self.spent, LEAST)
        self._wait(bank)
        while self._waiting and not bank.stop() and self._taken < self.memory:
            left = start + budget - self._now()
            able = [place for place in self._waiting if self._expected(place) <= left]
            if left <= 0 or not able:
                break
            place = min(able, key=self._reached)
            context = self._context(place, bank, goal=True)
            if context is not None and not context.ended:
                self._step(context, bank, left)
            if context is None or context.ended:
                self._waiting.remove(place)
                if context is not None and not context.added:
                    self._taken -= context.bytes_used
                    context.close()
            if self._found:
                away = self._now()
                yield from self._take_found()
                start += self._now() - away
        self.spent += self._now() - start

    def _reached(self, place: Place) -> int:
        number = self._open.get(place)
        return place.cost + (place.family in ("indexed", "scan")) + (0 if number is None else self._contexts[number].level)

    def _expected(self, place: Place) -> float:
        number = self._open.get(place)
        return LEAST / 10 if number is None else self._contexts[number].expected()

    def _wait(self, bank: Enumerator) -> None:
        """Adds the places whose shapes allow a goal, for lists that are new since the last look."""
        lists = bank.store(LIST_INT)
        assert lists.column.lengths is not None
        examples = len(bank.examples)
        wanted = np.array([len(target) for target in self._targets])
        heads = np.array([int(target[0]) if target else 0 for target in self._targets])
        for run in bank.runs(LIST_INT):
            low, self._looked = max(run.low, self._looked), max(run.high, self._looked)
            if low >= run.high or run.cost > MAX_SOURCE or len(self._waiting) > MAX_WAITING:
                continue
            shapes = lists.column.lengths[low * examples : run.high * examples].reshape(-1, examples)
            firsts = lists.column.data[low * examples : run.high * examples, 0].reshape(-1, examples)
            equal, longer = (shapes == wanted).all(axis=1), (shapes >= wanted).all(axis=1)
            scans = equal & (firsts == heads).all(axis=1)
            for k in np.flatnonzero(equal | (longer & (run.cost <= 1)))[:MAX_WAITING].tolist():
                if self._useful(low + k, bank):
                    self._waiting += [Place("items", (low + k,), run.cost), Place("indexed", (low + k,), run.cost)]
                    if scans[k]:
                        self._waiting.append(Place("scan", (low + k,), run.cost))
        self._wait_for_pairs(bank, wanted)

    def _wait_for_pairs(self, bank: Enumerator, wanted: Array) -> None:
        """Adds the pairs of lists of which the shorter ones have the outputs' lengths."""
        lists, examples = bank.store(LIST_INT), len(bank.examples)
        assert lists.column.lengths is not None
        cheap = [(run.cost, n) for run in bank.runs(LIST_INT) if run.cost <= 3 for n in range(run.low, run.high)][:2000]
        shapes = lists.column.lengths[: (cheap[-1][1] + 1) * examples].reshape(-1, examples)
        longer = np.all(shapes >= wanted, axis=1)
        cheap = [(cost, n) for cost, n in cheap if longer[n]]
        cheap = [(cost, n) for cost, n in cheap[:120] if self._useful(n, bank)]
        pairs = sorted((c + d, m, n) for k, (c, m) in enumerate(cheap) for d, n in cheap[:k])
        for cost, m, n in pairs[:MAX_WAITING]:
            if (np.minimum(shapes[m], shapes[n]) == wanted).all():
                place = Place("pairs", (n, m), cost)
                if place not in self._paired:
                    self._paired.add(place)
                    self._waiting.append(place)

    def _useful(self, number: int, bank: Enumerator) -> bool:
        """Whether a list is not made item by item from another, which bodies can do themselves."""
        term = bank.term(LIST_INT, number)
        return not (isinstance(term, Apply) and term.word.startswith("map"))

    # -- both

    def _begin(self, bank: Enumerator) -> bool:
        """Registers at the first call; False where contexts have nothing to work on."""
        if LIST_INT not in bank.kinds or INT not in bank.kinds:
            return False
        if not self._begun:
            self._bank = bank
            self._begun = self._now()
            self._code = bank.register(self._term_maker(bank))
            self._targets = [example.output for example in bank.examples]
            kind = bank.task.output_type
            self._wanted = target_column(self._targets, kind, bank.profile, bank.store(kind).layout)
        return True

    def _term_maker(self, bank: Enumerator) -> Any:
        def make(args: Sequence[int]) -> Term:
            context = self._contexts[args[1]]
            word = self._makers[args[0]]
            kind = INT if word in ("map", "map-index", "zip-with") else BOOL
            return context.applied(word, context.body(context.inner.term(kind, args[2])), bank)

        return make

    def _allowance(self) -> float:
        return self.share * (self._now() - self._begun) - self.spent

    def _context(self, place: Place, bank: Enumerator, *, goal: bool = False) -> Context | None:
        """The context of a place, opened if need be; None where it has no rows, or no goal though one is asked for."""
        if place not in self._open:
            self._open[place] = None
            scan = place.family == "scan"
            lists = self._lists(bank)
            if scan and goal_of(place, None, self._targets, bank, lists) is None:
                return None
            rows = rows_of(place, lists, self._targets)
            wanted = None if rows is None else goal_of(place, rows, self._targets, bank, lists)
            if rows is None or (goal and wanted is None) or not within(rows, wanted, bank.profile):
                return None
            if not self._rules:
                self._rules = body_productions(bank.words, self.costs)
            size = SMALL if wanted is None else LARGE
            context = open_context(place, rows, wanted, bank, self._rules, self._pushes(wanted, bank), size, self._now)
            context.number = self._open[place] = len(self._contexts)
            self._contexts.append(context)
        number = self._open[place]
        return None if number is None else self._contexts[number]

    def _pushes(self, goal: Goal | None, bank: Enumerator) -> list[tuple[Push, int]]:
        """The ints that bodies may write out, with costs."""
        given = [(push, cost) for push, cost in bank.constants if push.type == INT]
        known = {push.value for push, _ in given}
        fine = [n for n in self.numbers if n not in known and bank.profile.int_min <= n <= bank.profile.int_max]
        return given + [(Push(n, INT), NUMBER_COST) for n in fine if goal is not None]

    def _lists(self, bank: Enumerator) -> Any:
        column, examples = bank.store(LIST_INT).column, len(bank.examples)
        assert column.lengths is not None
        lengths = column.lengths

        def get(number: int) -> tuple[Array, Array]:
            rows = slice(number * examples, (number + 1) * examples)
            return column.data[rows], lengths[rows]

        return get

    def _now(self) -> float:
        """Seconds, or what stands for them."""
        if not self.counted:
            return time.perf_counter()
        assert self._bank is not None
        return 1.0 + (self._bank.candidates + self.candidates) / CANDIDATES_A_SECOND

    def _reach(self, context: Context, cost: int, bank: Enumerator) -> None:
        """Enumerates a context's bodies up to a cost."""
        while context.level < cost and not context.ended and not bank.stop() and self._taken < self.memory:
            self._step(context, bank, max(self._allowance(), LEAST) * 2)

    def _step(self, context: Context, bank: Enumerator, seconds: float) -> None:
        """One more level of a context; keeps the answers."""
        before = context.bytes_used
        bodies = context.step(seconds)
        self._taken += context.bytes_used - before
        self.spent -= context.loading
        if context.goal is None:
            return
        if not bodies and context.goal.kind == INT and not bank.stop() and {"if"} <= bank.words:
            bodies = list(branches(context))
        self._found += [context.applied(context.goal.word, body, bank) for body in bodies]
        context.answers += len(bodies)
        context.ended = context.ended or context.answers >= MAX_ANSWERS

    def _take_found(self) -> list[Term]:
        found, self._found = self._found, []
        return found
