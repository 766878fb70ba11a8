"""Searches in turn: the exact one, the one under the prior's costs, and the one for hidden constants.

    the usual costs alone for a head start: what is found by then needs no help
    then slices in turn, as long as SHARES says

What a part does not know (text; a prior without weights) is left out, and its time is the others'; where the exact search alone is left,
nothing takes turns. A wrong prior so costs a part of the time and of the memory, never the answer.

Source: interleaving as in portfolio solvers (Huberman, Lukose & Hogg, Science 1997). Shares and orders are measured in docs/search.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from dsl.program import Push
from search.exact.grammar import Production
from search.exact.search import LOOK_EVERY, Engine, ExactSearch
from search.guided import Guided
from search.holes.hidden import HiddenConstants
from search.prior.ready import Absent, make_ready, prior_for
from search.term import Term, size
from search.turns import Part, Turns, end_all

USUAL, GUIDED, CONSTANTS = "enumerate", "guided", "constants"
"""Parts by name, which are the stages' names too."""
MEMBERS = {"prior": (GUIDED,), "constants": (USUAL, CONSTANTS), "portfolio": (USUAL, GUIDED, CONSTANTS)}
"""The parts of each method."""
SHARES = {"constants": {}, "prior": {}, "portfolio": {CONSTANTS: 0.5}}
"""Lengths of slices, where they are not 1."""
MEMORY = {USUAL: 3, GUIDED: 3, CONSTANTS: 1}
"""How the memory is divided among the parts that take part."""


@dataclass(slots=True)
class PortfolioSearch(ExactSearch):
    """One search by the method `prior`, `constants` or `portfolio`."""

    guided: Guided | None = None
    """The search under the prior's costs, where it takes part."""
    constants: HiddenConstants | None = None
    """The search for hidden constants, where it takes part."""
    why_not: dict[str, str] = field(default_factory=dict)
    """Why a part does not take part."""
    _engines: list[Engine] = field(default_factory=list)

    def _columnar(self, rules: Sequence[Production], pushes: Sequence[tuple[Push, int]]) -> Iterator[Term]:
        names = self._members()
        if names in ([], [USUAL]):
            yield from ExactSearch._columnar(self, rules, pushes)
            return
        before, looked = self.progress.candidates, 0.0
        whole, room = sum(MEMORY[name] for name in names), self._room()
        memory = {name: room * MEMORY[name] // whole for name in names}

        def count() -> int:
            hidden = 0 if self.constants is None else self.constants.candidates
            self.progress.candidates = before + hidden + sum(engine.candidates for engine in self._engines)
            if self._engines:
                bank = self._engines[-1].bank
                self.progress.level, self.progress.full = bank.level, bank.full
                self.progress.kept = sum(engine.bank.kept for engine in self._engines)
            return self.progress.candidates

        def stop_in(part: Part[Term]) -> Callable[[], bool]:
            def stop() -> bool:
                nonlocal looked
                now = time.perf_counter()
                if not self.counted and now - looked < LOOK_EVERY:
                    return False
                looked = now
                count()
                part.give_way()
                return self.stop()

            return stop

        def usual(part: Part[Term]) -> Iterator[Term]:
            engine = self.engine(rules, pushes, memory[USUAL], stop_in(part))
            self._engines.append(engine)
            yield from engine.bank.run(self._highest)
            self.note_warm(engine.bank.level)
            if not self.stop() and self.complete(engine):
                self.progress.exhausted = True

        def under_the_prior(part: Part[Term]) -> Iterator[Term]:
            assert self.guided is not None
            yield from self.guided.run(pushes, memory[GUIDED], stop_in(part), self._engines.append)
            if len(names) == 1 and self.guided.exhausted and not self._parts()[0]:
                self.progress.exhausted = True

        def with_constants(part: Part[Term]) -> Iterator[Term]:
            assert self.constants is not None
            for term in self.constants.run(memory[CONSTANTS], stop_in(part)):
                if size(term) <= self.settings.max_size:
                    yield term

        def of_use(name: str) -> bool:
            self.progress.stage = name
            return not (name == GUIDED and self.progress.exhausted)

        makers = {USUAL: usual, GUIDED: under_the_prior, CONSTANTS: with_constants}
        parts = {name: Part(makers[name]) for name in names}
        try:
            yield from Turns(parts, SHARES[self.settings.method], self.counted, count, self.stop).run(of_use)
        finally:
            count()
            end_all(parts.values())

    def _members(self) -> list[str]:
        """The parts that can do something for this task; else `why_not` says why."""
        names = []
        for name in MEMBERS[self.settings.method]:
            reason = {USUAL: lambda: None, GUIDED: self._begin_guided, CONSTANTS: self._begin_constants}[name]()
            if reason is None:
                names.append(name)
            else:
                self.why_not[name] = reason
        return names

    def _begin_guided(self) -> str | None:
        prior = prior_for(self.task)
        if isinstance(prior, Absent):
            self.progress.warning = prior.warning
            return prior.reason
        self.guided = Guided(self, prior)
        return None

    def _begin_constants(self) -> str | None:
        reason = HiddenConstants.why_not(self)
        self.constants = HiddenConstants(self) if reason is None else None
        return reason

    def load(self) -> None:
        """What the exact search needs, and what its companions do."""
        from search.holes.ready import make_ready as make_holes_ready

        ExactSearch.load(self)
        if GUIDED in MEMBERS[self.settings.method]:
            make_ready()
        if CONSTANTS in MEMBERS[self.settings.method]:
            make_holes_ready()

    def explain(self) -> list[str]:
        """What each part did, or why it did nothing."""
        lines = ExactSearch.explain(self)
        if GUIDED in MEMBERS[self.settings.method]:
            lines += self.guided.explain() if self.guided is not None else [f"The prior was not asked: {self._excuse(GUIDED)}."]
        if CONSTANTS in MEMBERS[self.settings.method]:
            lines += (
                self.constants.explain()
                if self.constants is not None
                else [f"Hidden constants were not looked for: {self._excuse(CONSTANTS)}."]
            )
        return lines

    def _excuse(self, name: str) -> str:
        return self.why_not.get(name, "the search ended before")
