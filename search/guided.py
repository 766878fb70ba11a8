"""Enumeration under the costs that the prior gives, beside the same enumeration under the usual ones.

    the usual costs alone for HEAD_START: what is found by then needs no help
    then slices in turn: the usual costs, the prior's costs

A wrong prior so costs at most half of the time. Under the prior's costs only the words and what looks at their values are at work;
quotations, conditionals and concatenations are looked for under the usual ones. Where there are no weights, or none for such a task, the
search is the exact one alone.

Source: docs/prior.md; interleaving as in portfolio solvers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dsl.program import Push
from dsl.types import LIST_INT
from dsl.values import Value
from search.exact.grammar import Production, productions
from search.exact.search import Engine, ExactSearch
from search.prior.ready import make_ready, prior_for
from search.term import Term, size
from search.turns import Part, end_all

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator
    from search.prior.model import Belief, Prior

USUAL, GUIDED = "enumerate", "guided"
"""Stages by name."""
EXPLAINED = 10
"""Words that an explanation names."""
HEAD_START = 0.1
"""Seconds that the usual costs have alone."""
SLICE = 0.02
"""Seconds of the first slices; later ones are a part of the time so far, as changing over has its price too."""
PART = 0.1
HEAD_START_CANDIDATES, SLICE_CANDIDATES = 500_000, 200_000
"""The same where candidates are counted."""
FIRST_ROUND, GROWTH = 20_000, 8
"""Values at which the first round ends, and by what the next ones are larger, as far as memory goes."""
SCORED_CHEAP, SCORED_OTHERS = 800, 400
"""Values of a round's bank that are scored: the cheapest, and a sample of the others."""
KEPT, ASKED = 12, 4
"""Values that become leaves of the next round, and those of them for which the prior is asked again."""
LEAF = 1.0
"""What such a leaf costs, in expected words."""


@dataclass(slots=True)
class Found:
    """What rounds hand on."""

    last: list[tuple[tuple[Value, ...], Term]] = field(default_factory=list)
    """The values chosen in the last round, nearest first."""
    beliefs: list[Belief] = field(default_factory=list)
    """What is left to do once the nearest of them are there."""
    had: set[tuple[Value, ...]] = field(default_factory=set)
    """Values that some round has had as leaves."""


@dataclass(slots=True)
class GuidedSearch(ExactSearch):
    """One search with the prior: method `prior`, or `portfolio`, where the usual costs have half of the time."""

    belief: Belief | None = None
    """What the prior said."""
    why_not: str | None = None
    """Why the prior was not asked."""
    rounds: int = 0
    """Enumerations under the prior's costs that ended with as many values as they may hold."""

    def _columnar(self, rules: Sequence[Production], pushes: Sequence[tuple[Push, int]]) -> Iterator[Term]:
        prior = self._prior()
        if prior is None:
            yield from ExactSearch._columnar(self, rules, pushes)
            return
        before = self.progress.candidates
        self.progress.stage = USUAL
        engines: list[Engine] = []
        shared = self.settings.method == "portfolio"

        def count() -> int:
            self.progress.candidates = before + sum(engine.candidates for engine in engines)
            if engines:
                bank = engines[-1].bank
                self.progress.level, self.progress.full = bank.level, bank.full
                self.progress.kept = sum(engine.bank.kept for engine in engines)
            return self.progress.candidates

        looks = _Looks(self.counted)

        def stop_in(part: Part[Term]) -> Callable[[], bool]:
            def stop() -> bool:
                if not looks.due():
                    return False
                count()
                part.give_way()
                return self.stop()

            return stop

        memory = self._room() // 2

        def usual(part: Part[Term]) -> Iterator[Term]:
            engine = self.engine(rules, pushes, memory, stop_in(part))
            engines.append(engine)
            yield from engine.bank.run(self._highest)
            self.note_warm(engine.bank.level)
            if not self.stop() and self.complete(engine):
                self.progress.exhausted = True

        def guided(part: Part[Term]) -> Iterator[Term]:
            self.belief = prior.believe(self.task, self.settings.words)
            found = Found()
            while not self.stop():
                engine = self._round(found, pushes, memory, stop_in(part))
                engines.append(engine)
                for term in self._until_full(engine, found, prior):
                    if size(term) <= self.settings.max_size:
                        yield term
                self.note_warm(engine.bank.level)
                if not found.last:
                    return

        parts = {USUAL: Part(usual), GUIDED: Part(guided)} if shared else {GUIDED: Part(guided)}
        try:
            yield from self._in_turn(parts, count)
        finally:
            count()
            end_all(parts.values())

    def _round(self, found: Found, pushes: Sequence[tuple[Push, int]], memory: int, stop: Callable[[], bool]) -> Engine:
        """The enumeration under the costs that are believed now, with the values found before as leaves."""
        from search.prior.model import mixed

        assert self.belief is not None
        words = self.settings.words
        belief = self.belief if not found.beliefs else mixed([self.belief, *found.beliefs])
        costs, unit = belief.costs(words), belief.unit()
        priced = productions(
            self.task.input_types, self.task.output_type, costs=costs, ops=words, constants=[push.type for push, _ in pushes]
        )
        engine = self.engine(priced, [(push, cost * unit) for push, cost in pushes], memory, stop, unit=unit, everything=False)
        price = max(1, round(LEAF * unit))
        engine.bank.given = [(LIST_INT, values, term, price) for values, term in found.last]
        return engine

    def _until_full(self, engine: Engine, found: Found, prior: Prior) -> Iterator[Term]:
        """Levels until the round's values, or the memory, are used up; then the values that are likely to be on the way are chosen for the next round."""
        bank = engine.bank
        try:
            yield from bank.prepare()
            highest = self.settings.max_size * max((rule.cost for rule in bank.rules), default=1)
            enough = FIRST_ROUND * GROWTH**self.rounds
            while bank.level < highest and not bank.full and bank.kept < enough and not self.stop():
                yield from bank.step()
            if self.stop():
                return
            if bank.full or bank.kept >= enough:
                self.rounds += 1
                self._choose(bank, found, prior)
            else:
                found.last = []
                self.progress.exhausted = not self.rounds and self.complete(engine)
        finally:
            bank.close()

    def _choose(self, bank: Enumerator, found: Found, prior: Prior) -> None:
        """Scores values of the bank, the cheapest ones and some of the others, and keeps the nearest that no round had."""
        import numpy as np

        from search.prior.signature import rows_of

        found.last, found.beliefs = [], []
        if LIST_INT not in bank.kinds or not bank.store(LIST_INT).count:
            return
        store, examples = bank.store(LIST_INT), len(bank.examples)
        low = min(store.count, SCORED_CHEAP)
        rest = np.random.default_rng(self.rounds).integers(low, store.count, SCORED_OTHERS) if store.count > low else np.zeros(0, np.int64)
        numbers = np.unique(np.concatenate([np.arange(low), rest]))
        assert store.column.lengths is not None
        values, lengths = rows_of(store.column.data, store.column.lengths, numbers, examples)
        seen = replace(self.task, examples=tuple(bank.examples))
        scores = prior.nearness(seen, values, lengths)
        for place in np.argsort(-scores, kind="stable").tolist():
            column = bank.decode(LIST_INT, [int(numbers[place])])[0]
            if column in found.had or any(
                column == tuple(example.inputs[i] for example in bank.examples) for i in range(len(self.task.input_types))
            ):
                continue
            found.had.add(column)
            found.last.append((column, bank.term(LIST_INT, int(numbers[place]))))
            if len(found.last) == KEPT:
                break
        found.beliefs = [prior.believe_given(seen, self.settings.words, column) for column, _ in found.last[:ASKED]]

    def load(self) -> None:
        """What the exact search needs, and what asking the prior does."""
        ExactSearch.load(self)
        make_ready()

    def explain(self) -> list[str]:
        """What the prior believed, most probable words first, and what came of it."""
        lines = ExactSearch.explain(self)
        if self.why_not is not None:
            return [*lines, f"The prior was not asked: {self.why_not}."]
        if self.belief is None:
            return [*lines, "The prior was not asked: the search ended before."]
        likely = sorted(self.belief.occurs.items(), key=lambda pair: -pair[1])[:EXPLAINED]
        lines.append(
            f"The prior expected about {self.belief.length:.0f} words, and: " + ", ".join(f"{word} {p:.0%}" for word, p in likely) + "."
        )
        if self.rounds:
            lines.append(
                f"Under its costs {self.rounds} round(s) ended without an answer; from each the values nearest to the output began the next."
            )
        return lines

    def _in_turn(self, parts: Mapping[str, Part[Term]], count: Callable[[], int]) -> Iterator[Term]:
        """Lets the parts run in slices until all are done."""
        start, first = time.perf_counter(), count()
        turn, names = 0, list(parts)
        while not all(part.done for part in parts.values()) and not self.stop():
            if self.counted:
                end = count() + (HEAD_START_CANDIDATES if turn == 0 else SLICE_CANDIDATES + int(PART * (count() - first)))
                over = _past_count(end, count)
            else:
                now = time.perf_counter()
                over = _past_time(now + (HEAD_START if turn == 0 and len(parts) > 1 else SLICE + PART * (now - start)))
            self.progress.stage = names[turn % len(names)]
            part = parts[self.progress.stage]
            turn += 1
            while not part.done and not self.stop():
                found = part.run(over)
                yield from found
                if not found or over():
                    break
            if self.progress.exhausted:
                return

    def _prior(self) -> Prior | None:
        """The prior, if there is one for this task; else `why_not` says why."""
        prior = prior_for(self.task)
        if isinstance(prior, str):
            self.why_not = prior
            return None
        return prior


def _past_count(end: int, count: Callable[[], int]) -> Callable[[], bool]:
    return lambda: count() >= end


def _past_time(end: float) -> Callable[[], bool]:
    return lambda: time.perf_counter() >= end


class _Looks:
    """Says when it is time to look at the clock again; always, where candidates are counted."""

    def __init__(self, counted: bool) -> None:
        self._counted, self._last = counted, 0.0

    def due(self) -> bool:
        """Whether it is time."""
        from search.exact.search import LOOK_EVERY

        now = time.perf_counter()
        if not self._counted and now - self._last < LOOK_EVERY:
            return False
        self._last = now
        return True
