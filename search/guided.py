"""Enumeration under the costs that the prior gives, in rounds; each round's best values are leaves of the next.

Only the words and what looks at their values are at work; quotations, conditionals and concatenations are looked for under the usual costs (`search/portfolio.py`).

Source: docs/prior.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dsl.program import Push
from dsl.types import LIST_INT
from dsl.values import Value
from search.exact.grammar import productions
from search.exact.search import Engine, ExactSearch
from search.term import Term, size

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator
    from search.prior.model import Belief, Prior

EXPLAINED = 10
"""Words that an explanation names."""
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
class Guided:
    """One search under the prior's costs. The whole search says which words and examples there are."""

    whole: ExactSearch
    prior: Prior
    belief: Belief | None = None
    """What the prior said."""
    rounds: int = 0
    """Enumerations that ended with as many values as they may hold."""
    exhausted: bool = False
    """Whether all that words make was tried."""

    def run(
        self, pushes: Sequence[tuple[Push, int]], memory: int, stop: Callable[[], bool], begun: Callable[[Engine], None]
    ) -> Iterator[Term]:
        """Unverified terms, until there is no round to come or `stop` says so. `begun` is told of each round's enumerator."""
        settings = self.whole.settings
        self.belief = self.prior.believe(self.whole.task, settings.words)
        found = Found()
        while not self.whole.stop():
            engine = self._round(found, pushes, memory, stop)
            begun(engine)
            for term in self._until_full(engine, found):
                if size(term) <= settings.max_size:
                    yield term
            self.whole.note_warm(engine.bank.level)
            if not found.last:
                return

    def _round(self, found: Found, pushes: Sequence[tuple[Push, int]], memory: int, stop: Callable[[], bool]) -> Engine:
        """The enumeration under the costs that are believed now, with the values found before as leaves."""
        from search.prior.model import mixed

        assert self.belief is not None
        task, words = self.whole.task, self.whole.settings.words
        belief = self.belief if not found.beliefs else mixed([self.belief, *found.beliefs])
        costs, unit = belief.costs(words), belief.unit()
        priced = productions(task.input_types, task.output_type, costs=costs, ops=words, constants=[push.type for push, _ in pushes])
        engine = self.whole.engine(priced, [(push, cost * unit) for push, cost in pushes], memory, stop, unit=unit, everything=False)
        price = max(1, round(LEAF * unit))
        engine.bank.given = [(LIST_INT, values, term, price) for values, term in found.last]
        return engine

    def _until_full(self, engine: Engine, found: Found) -> Iterator[Term]:
        """Levels until the round's values, or the memory, are used up; then the values that are likely to be on the way are chosen for the next round."""
        bank = engine.bank
        try:
            yield from bank.prepare()
            highest = self.whole.settings.max_size * max((rule.cost for rule in bank.rules), default=1)
            enough = FIRST_ROUND * GROWTH**self.rounds
            while bank.level < highest and not bank.full and bank.kept < enough and not self.whole.stop():
                yield from bank.step()
            if self.whole.stop():
                return
            if bank.full or bank.kept >= enough:
                self.rounds += 1
                self._choose(bank, found)
            else:
                found.last = []
                self.exhausted = not self.rounds and self.whole.complete(engine)
        finally:
            bank.close()

    def _choose(self, bank: Enumerator, found: Found) -> None:
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
        task, words = self.whole.task, self.whole.settings.words
        seen = replace(task, examples=tuple(bank.examples))
        scores = self.prior.nearness(seen, values, lengths)
        for place in np.argsort(-scores, kind="stable").tolist():
            if len(found.last) >= KEPT:
                break
            column = bank.decode(LIST_INT, [int(numbers[place])])[0]
            if column in found.had or any(
                column == tuple(example.inputs[i] for example in bank.examples) for i in range(len(task.input_types))
            ):
                continue
            found.had.add(column)
            found.last.append((column, bank.term(LIST_INT, int(numbers[place]))))
        found.beliefs = [self.prior.believe_given(seen, words, column) for column, _ in found.last[:ASKED]]

    def explain(self) -> list[str]:
        """What the prior believed, most probable words first, and what came of it."""
        if self.belief is None:
            return ["The prior was not asked: the search ended before."]
        likely = sorted(self.belief.occurs.items(), key=lambda pair: -pair[1])[:EXPLAINED]
        lines = [
            f"The prior expected about {self.belief.length:.0f} words, and: " + ", ".join(f"{word} {p:.0%}" for word, p in likely) + "."
        ]
        if self.rounds:
            lines.append(
                f"Under its costs {self.rounds} round(s) ended without an answer; from each the values nearest to the output began the next."
            )
        return lines
