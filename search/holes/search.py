"""Method `constants`: the exact search and the search for hidden constants in turns.

    the exact search alone for HEAD_START
    then slices in turn: the search with holes, the exact search

Where the task is not about numbers and lists of numbers, or the compiled loops are not there, the search is the exact one alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.program import Push
from dsl.types import INT, LIST_INT
from search.exact.grammar import Production, productions
from search.exact.search import LOOK_EVERY, Engine, ExactSearch, search_profile, spread
from search.holes.ready import is_ready, make_ready
from search.term import Term, size
from search.turns import Part, end_all

if TYPE_CHECKING:
    from search.holes.holes import Holes

USUAL, HOLES = "enumerate", "constants"
"""Stages by name."""
HEAD_START = 0.05
"""Seconds that the exact search has alone."""
SLICE, SHARE = 0.02, 0.1
"""Seconds of the first slices; later ones are a part of the time so far, as changing over has its price too."""
HEAD_START_CANDIDATES, SLICE_CANDIDATES = 100_000, 200_000
"""The same where candidates are counted."""
MAX_EXAMPLES = 10
"""Examples that the search with holes looks at: more than the exact one, as two constants that agree on some may differ on the others."""
MEMORY = 4
"""Part of the memory that the bank without constants has: one in so many."""


@dataclass(slots=True)
class ConstantsSearch(ExactSearch):
    """One search."""

    holes: Holes | None = None
    """The search with holes, once it has begun."""
    why_not: str | None = None
    """Why hidden constants are not looked for."""

    def _columnar(self, rules: Sequence[Production], pushes: Sequence[tuple[Push, int]]) -> Iterator[Term]:
        if not {*self.task.input_types, self.task.output_type} <= {INT, LIST_INT}:
            self.why_not = "they are looked for in tasks on Ints and lists of Ints only"
        elif not is_ready():
            self.why_not = "the compiled code for it is not on this machine yet; `flowforth warm` makes it, once"
        if self.why_not is not None:
            yield from ExactSearch._columnar(self, rules, pushes)
            return
        before, looked = self.progress.candidates, 0.0
        engines: list[Engine] = []
        memory = self._room()

        def count() -> int:
            holes = 0 if self.holes is None else self.holes.candidates
            self.progress.candidates = before + holes + sum(engine.candidates for engine in engines)
            for engine in engines:
                self.progress.level, self.progress.kept, self.progress.full = engine.bank.level, engine.bank.kept, engine.bank.full
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
            engine = self.engine(rules, pushes, memory - memory // MEMORY, stop_in(part))
            engines.append(engine)
            yield from engine.bank.run(self._highest)
            self.note_warm(engine.bank.level)
            if not self.stop() and self.complete(engine):
                self.progress.exhausted = True

        def constants(part: Part[Term]) -> Iterator[Term]:
            self.holes = self._with_holes(memory // MEMORY, stop_in(part))
            for term in self.holes.run():
                if size(term) <= self.settings.max_size:
                    yield term

        turns = {USUAL: Part(usual), HOLES: Part(constants)}
        try:
            yield from self._in_turn(turns, count)
        finally:
            count()
            end_all(turns.values())

    def _with_holes(self, memory: int, stop: Callable[[], bool]) -> Holes:
        from search.exact.enumerate import Enumerator
        from search.holes.holes import Holes

        rules = productions(self.task.input_types, self.task.output_type, ops=self.settings.words, constants=[INT])
        examples, words = spread(self.task.examples, MAX_EXAMPLES), frozenset(self.settings.words)
        profile = search_profile(self.task, self.settings.profile, rules)
        return Holes(Enumerator(self.task, examples, rules, (), profile, memory, stop, words), words)

    def _in_turn(self, turns: dict[str, Part[Term]], count: Callable[[], int]) -> Iterator[Term]:
        """Lets the parts run in slices until both are done; one that is done leaves its time to the other."""
        start, first, turn = time.perf_counter(), count(), 0
        while not all(part.done for part in turns.values()) and not self.stop():
            over = self._end_of_slice(turn, start, first, count)
            self.progress.stage = (USUAL, HOLES)[turn % 2]
            part = turns[self.progress.stage]
            turn += 1
            while not part.done and not self.stop():
                found = part.run(over)
                yield from found
                if not found or over():
                    break

    def _end_of_slice(self, turn: int, start: float, first: int, count: Callable[[], int]) -> Callable[[], bool]:
        """What says that a slice is over."""
        if self.counted:
            limit = count() + (HEAD_START_CANDIDATES if turn == 0 else SLICE_CANDIDATES + int(SHARE * (count() - first)))
            return lambda: count() >= limit
        now = time.perf_counter()
        end = now + (HEAD_START if turn == 0 else SLICE + SHARE * (now - start))
        return lambda: time.perf_counter() >= end

    def load(self) -> None:
        """What the exact search needs, and the loops for constants."""
        ExactSearch.load(self)
        make_ready()

    def explain(self) -> list[str]:
        """What the search did, in sentences."""
        lines = ExactSearch.explain(self)
        if self.holes is None:
            return [*lines, f"Hidden constants were not looked for: {self.why_not or 'the search ended before'}."]
        return [*lines, f"The search for hidden constants came to {self.holes.stage!r}."]
