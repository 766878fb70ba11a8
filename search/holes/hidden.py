"""The search for hidden constants as a part of the portfolio: whether it can do anything for a task, and how it begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsl.types import INT, LIST_INT
from search.constants import are_discovered
from search.exact.grammar import productions
from search.exact.search import ExactSearch, search_profile, spread
from search.holes.ready import is_ready
from search.term import Term

if TYPE_CHECKING:
    from search.holes.holes import Holes

MAX_EXAMPLES = 10
"""Examples that it looks at: more than the exact search, as two constants that agree on some may differ on the others."""


@dataclass(slots=True)
class HiddenConstants:
    """One search for programs with constants that the examples do not show. The whole search says which words and examples there are."""

    whole: ExactSearch
    holes: Holes | None = None
    """What does the work, once it has begun."""

    @staticmethod
    def why_not(whole: ExactSearch) -> str | None:
        """Why there is nothing to do for it; None if there is."""
        if not {*whole.task.input_types, whole.task.output_type} <= {INT, LIST_INT}:
            return "they are looked for in tasks on Ints and lists of Ints only"
        if not are_discovered(whole.task, whole.settings.constants):
            return "the task or the settings say which constants there are"
        if not is_ready():
            return "the compiled code for it is not on this machine yet; `flowforth warm` makes it, once"
        return None

    @property
    def candidates(self) -> int:
        """Candidates so far."""
        return 0 if self.holes is None else self.holes.candidates

    def run(self, memory: int, stop: Callable[[], bool]) -> Iterator[Term]:
        """Terms that may fit."""
        yield from self.begin(memory, stop).run()

    def begin(self, memory: int, stop: Callable[[], bool]) -> Holes:
        """What does the work, before its first stage."""
        from search.exact.enumerate import Enumerator
        from search.holes.holes import Holes

        task, settings = self.whole.task, self.whole.settings
        rules = productions(task.input_types, task.output_type, ops=settings.words, constants=[INT])
        examples, words = spread(task.examples, MAX_EXAMPLES), frozenset(settings.words)
        profile = search_profile(task, settings.profile, rules)
        self.holes = Holes(Enumerator(task, examples, rules, (), profile, memory, stop, words), words)
        return self.holes

    def explain(self) -> list[str]:
        """How far it came."""
        if self.holes is None:
            return ["Hidden constants were not looked for: the search ended before."]
        return [f"The search for hidden constants came to {self.holes.stage!r}."]
