"""The exact search of one task: the flash stage in plain Python, then the columnar enumerator. Yields terms, cheapest first in each stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from dsl.columns.compile import available
from dsl.program import Push
from dsl.tasks import Example, Task
from dsl.types import INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR
from dsl.values import Profile, Value
from search.constants import priced_constants
from search.exact.finder import Finder, Source
from search.exact.grammar import Production, productions
from search.exact.plain import PlainSearch
from search.memory import foreign, room
from search.settings import Settings
from search.term import Term

FLASH_CANDIDATES = 20_000
"""End of the plain-Python stage where the search is limited by candidates: a count, so that equal settings give equal programs."""
FLASH_SECONDS = 0.25
"""Time of the plain-Python stage: enough for most programs of up to three words, less than importing numba and loading drivers takes."""
MAX_EXAMPLES = 6
"""Examples enumerated over; the others only verify. More cost time and memory in proportion and tell few values apart."""


@dataclass(slots=True)
class Progress:
    """How far a search is; the numbers of the live status."""

    stage: str = "flash"
    level: int = 0
    candidates: int = 0
    kept: int = 0
    full: bool = False
    exhausted: bool = False
    """Whether everything up to the maximal size was tried."""


@dataclass(slots=True)
class ExactSearch:
    """One search. `run` yields unverified terms until all stages are done or `stop` says so."""

    task: Task
    settings: Settings
    stop: Callable[[], bool] = lambda: False
    progress: Progress = field(default_factory=Progress)
    found: Callable[[], bool] = lambda: False
    """Whether there is a fit already: then the flash stage goes on instead of making way for one that needs a second to load."""
    others: int = field(default_factory=foreign)
    """Megabytes of the process that are not the search's."""

    def run(self) -> Iterator[Term]:
        """The stages, one after the other. A term may come twice, from two stages."""
        profile, words, prices = self.settings.profile, self.settings.words, self.settings.prices
        pushes = priced_constants(self.task, self.settings.constants, profile, words)
        plain_only = self.settings.method == "plain"
        if plain_only:
            pushes = tuple((push, 1) for push, _ in pushes)
        rules = productions(
            self.task.input_types, self.task.output_type,
            costs={} if plain_only else prices, ops=words, constants=[push.type for push, _ in pushes],
        )  # fmt: skip
        alone = plain_only or not available()
        if alone or self._kind(words) not in _warm:
            yield from self._plain(rules, pushes, None if alone else FLASH_SECONDS)
        if alone or self.progress.exhausted or self.stop():
            return
        yield from self._columnar(rules, pushes)

    def _kind(self, words: Collection[str]) -> Hashable:
        """Tasks of one kind use the same drivers."""
        return frozenset(words), self.task.input_types, self.task.output_type, self.settings.profile.name

    @property
    def _highest(self) -> int:
        """The highest cost of a term that may have `max_size` words."""
        return self.settings.max_size * max(self.settings.prices.values(), default=1)

    def _plain(self, rules: Sequence[Production], pushes: Sequence[tuple[Push, int]], seconds: float | None) -> Iterator[Term]:
        start, before = time.perf_counter(), self.progress.candidates

        def stop() -> bool:
            self.progress.candidates = before + search.candidates
            self.progress.level, self.progress.kept = search.level, search.kept
            if seconds is None or self.found():
                return self.stop()
            by_count = self.settings.max_candidates is not None
            return self.stop() or (search.candidates >= FLASH_CANDIDATES if by_count else time.perf_counter() - start > seconds)

        search = PlainSearch(self.task, rules, pushes, self.settings.profile, variants=seconds is not None, stop=stop)
        yield from search.run(self._highest)
        stopped = stop()
        self.progress.exhausted = not stopped and search.level == self._highest and not self._more(rules)

    def _more(self, rules: Sequence[Production]) -> bool:
        """Whether the parts beside the enumerator could still find something where it has tried everything."""
        return bool(self._parts()[0] or self._parts()[1]) and available()

    def _parts(self) -> tuple[list[Source], list[Finder]]:
        from search.exact.parts import parts

        return parts(self.task, self.settings)

    def _columnar(self, rules: Sequence[Production], pushes: Sequence[tuple[Push, int]]) -> Iterator[Term]:
        from search.exact.ahead import Ahead
        from search.exact.enumerate import Enumerator  # numba is imported only now
        from search.exact.goals import Goals

        before = self.progress.candidates
        self.progress.stage = "enumerate"

        def stop() -> bool:
            self.progress.candidates = before + search.candidates
            self.progress.level, self.progress.kept, self.progress.full = search.level, search.kept, search.full
            return self.stop()

        sources, finders = self._parts()
        goals = Goals()
        search = Enumerator(
            self.task, spread(self.task.examples, MAX_EXAMPLES), rules, pushes, search_profile(self.task, self.settings.profile),
            room(self.settings.memory, self.others), stop, frozenset(self.settings.words), sources, [goals, *finders], Ahead(goals),
        )  # fmt: skip
        yield from search.run(self._highest)
        if search.level > 2:
            _warm.add(self._kind(self.settings.words))
        self.progress.exhausted = not stop() and not search.full


_warm: set[Hashable] = set()
"""The kinds of tasks whose drivers this process has loaded: there the columnar search is faster than plain Python from the start."""


def spread(examples: Sequence[Example], count: int) -> tuple[Example, ...]:
    """`count` examples that differ: one of each distinct output first, longer inputs before shorter, in file order among equals."""
    if len(examples) <= count:
        return tuple(examples)
    order = sorted(range(len(examples)), key=lambda i: -len(repr(examples[i].inputs)))
    first: dict[str, int] = {}
    for index in order:
        first.setdefault(repr(examples[index].output), index)
    chosen = [*first.values(), *(index for index in order if index not in first.values())][:count]
    return tuple(examples[index] for index in sorted(chosen))


def search_profile(task: Task, profile: Profile) -> Profile:
    """The profile with rows no wider than the task is likely to need: columns are as wide as the limits. Verification uses the real one."""
    values = [value for example in task.examples for value in (*example.inputs, example.output)]
    longest_list = max((len(value) for value in values if isinstance(value, tuple)), default=0)
    longest_text = max((_characters(value) for value in values), default=0)
    kinds = {*task.input_types, task.output_type}
    lists = max(2 * longest_list, 8) if kinds & {LIST_INT, LIST_BOOL, LIST_STR, LIST_LIST_INT} or STR in kinds else 8
    lists = max(lists, 20) if INT not in kinds or lists > 8 else lists
    return profile.with_limits(max_list=min(profile.max_list, lists), max_str=min(profile.max_str, max(2 * longest_text, 32)))


def _characters(value: Value) -> int:
    if isinstance(value, str):
        return len(value)
    return sum(map(_characters, value)) if isinstance(value, tuple) else 0
