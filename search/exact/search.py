"""The exact search of one task: the flash stage in plain Python, then the columnar enumerator. Yields terms, cheapest first in each stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from dsl.columns.available import available
from dsl.program import Push
from dsl.tasks import Example, Task
from dsl.types import INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, ListOf
from dsl.values import Profile, Value
from search.constants import priced_constants
from search.exact.ascii import is_ascii
from search.exact.finder import Finder, Source
from search.exact.grammar import Production, productions
from search.exact.plain import PlainSearch
from search.memory import BANK, foreign, room
from search.settings import Settings
from search.term import Term

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator
    from search.exact.pairs import Pairs

FLASH_CANDIDATES = 20_000
"""End of the plain-Python stage where the search is limited by candidates: a count, so that equal settings give equal programs."""
FLASH_SECONDS, FLASH_SECONDS_ON_TEXT = 0.25, 0.4
"""Time of the plain-Python stage: enough for most programs of up to three words, less than importing numba and loading drivers takes."""
FLASH_LEVEL = 3
"""The finders look at the flash stage's values as at those of that level at least."""
WAIT = 0.02
"""Seconds between two looks at whether drivers are compiled."""
LOOK_EVERY = 0.004
"""Seconds between two looks at the clock and the other limits, where these are not exact anyway."""
NARROWEST = 8
"""Items for which lists have room at least."""
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
    cold: bool = False
    """Whether drivers had to be compiled first."""
    exhausted: bool = False
    """Whether everything up to the maximal size was tried."""
    warning: str | None = None
    """What the search goes on without, where people should hear of it unasked: a fault of the installation, or what the method that they named is made of."""


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
        words, plain_only = self.settings.words, self.settings.method == "plain"
        pushes = self.literals()
        rules = self.productions(pushes)
        alone = plain_only or not available()
        if alone or self.counted or self._kind(words) not in _warm:
            yield from self._plain(rules, pushes, flash=not alone)
        if plain_only or not available() or self.progress.exhausted or self.stop():
            return
        yield from self._meanwhile(rules, pushes)
        if not self.stop():
            yield from self._columnar(rules, pushes)

    def _meanwhile(self, rules: Sequence[Production], pushes: Sequence[tuple[Push, int]]) -> Iterator[Term]:
        """Where the drivers are not compiled yet: compiles them beside the plain enumerator, which goes on until they are ready."""
        if self.counted or self._kind(self.settings.words) in _warm:
            return
        from search.exact.warm import FEW, Compiler, missing

        profile, wide = self.settings.profile, not is_ascii(self.task.examples, pushes)
        lacking = missing(rules, profile, wide)
        if len(lacking) <= FEW:
            return
        self.progress.stage, self.progress.cold = "compile", True
        before = self.progress.candidates
        with Compiler(lacking, profile, wide) as compiler:

            def stop() -> bool:
                self.progress.candidates, self.progress.level, self.progress.kept = before + search.candidates, search.level, search.kept
                return compiler.done or self.stop()

            search = PlainSearch(self.task, rules, pushes, profile, stop=stop)
            yield from search.run(self._highest)
            while not stop():  # it has tried everything
                time.sleep(WAIT)

    def explain(self) -> list[str]:
        """What the search did, in sentences."""
        return [f"The last stage was {self.progress.stage!r}, at cost {self.progress.level}."]

    def load(self) -> None:
        """Loads (and, on a new machine, compiles) the drivers for this kind of task, so that the next search of the kind starts at once."""
        if not available() or self.settings.method == "plain":
            return
        from search.exact.warm import compile_some

        pushes = self.literals()
        compile_some(self.productions(pushes), self.settings.profile, not is_ascii(self.task.examples, pushes))
        _warm.add(self._kind(self.settings.words))

    def literals(self) -> Sequence[tuple[Push, int]]:
        """The constants with their costs."""
        pushes = priced_constants(self.task, self.settings.constants, self.settings.profile, self.settings.words)
        return tuple((push, 1) for push, _ in pushes) if self.settings.method == "plain" else pushes

    def productions(self, pushes: Sequence[tuple[Push, int]]) -> Sequence[Production]:
        """What may be built."""
        return productions(
            self.task.input_types, self.task.output_type, costs={} if self.settings.method == "plain" else self.prices,
            ops=self.settings.words, constants=[push.type for push, _ in pushes],
        )  # fmt: skip

    @property
    def prices(self) -> Mapping[str, int]:
        """The cost of each word that does not cost 1."""
        return self.settings.prices(self.task)

    @property
    def counted(self) -> bool:
        """Whether candidates are the limit: then nothing may depend on the clock, on memory in use, or on what the process has loaded."""
        return self.settings.max_candidates is not None

    def _kind(self, words: Collection[str]) -> Hashable:
        """Tasks of one kind use the same drivers."""
        return frozenset(words), self.task.input_types, self.task.output_type, self.settings.profile.name

    @property
    def _highest(self) -> int:
        """The highest cost of a term that may have `max_size` words."""
        return self.settings.max_size * max(self.prices.values(), default=1)

    def _plain(self, rules: Sequence[Production], pushes: Sequence[tuple[Push, int]], *, flash: bool) -> Iterator[Term]:
        """The plain-Python stage: to the end, or, as the flash stage, until there is time to load the drivers; then the finders on its values."""
        start, before = time.perf_counter(), self.progress.candidates
        seconds = FLASH_SECONDS_ON_TEXT if self.task.output_type == STR else FLASH_SECONDS

        def stop() -> bool:
            self.progress.candidates = before + search.candidates
            self.progress.level, self.progress.kept = search.level, search.kept
            if not flash or self.found():
                return self.stop()
            return self.stop() or (search.candidates >= FLASH_CANDIDATES if self.counted else time.perf_counter() - start > seconds)

        ours = self.settings.method != "plain"
        search = PlainSearch(self.task, rules, pushes, self.settings.profile, variants=ours, preview=ours, stop=stop)
        yield from search.run(self._highest)
        done = not stop() and search.level == self._highest
        if self.settings.method != "plain" and not self.stop():
            from search.exact.flash import FlashBank
            from search.exact.parts import cases

            search.stop = self.stop
            bank = FlashBank.of(search, spread(self.task.examples, MAX_EXAMPLES))
            bank.level = max(bank.level, FLASH_LEVEL)
            for finder in cases(self.task, self.settings):
                yield from finder.look(bank)  # type: ignore[arg-type]  # it has all that these finders ask of a bank
        self.progress.exhausted = done and (not flash or not self._parts()[0])

    def _parts(self) -> tuple[list[Source], list[Finder]]:
        from search.exact.parts import parts

        return parts(self.task, self.settings)

    def _columnar(self, rules: Sequence[Production], pushes: Sequence[tuple[Push, int]]) -> Iterator[Term]:
        before = self.progress.candidates
        self.progress.stage = "enumerate"
        looked = 0.0

        def stop() -> bool:
            nonlocal looked
            now = time.perf_counter()
            if not self.counted and now - looked < LOOK_EVERY:
                return False
            looked = now
            self.progress.candidates = before + engine.candidates
            self.progress.level, self.progress.kept, self.progress.full = engine.bank.level, engine.bank.kept, engine.bank.full
            return self.stop()

        engine = self.engine(rules, pushes, self._room(), stop)
        yield from engine.bank.run(self._highest)
        self.note_warm(engine.bank.level)
        looked = 0.0  # the last look counts, however short the time since the one before
        self.progress.exhausted = not stop() and self.complete(engine)

    def engine(
        self, rules: Sequence[Production], pushes: Sequence[tuple[Push, int]], memory: int, stop: Callable[[], bool], *, unit: int = 1,
        everything: bool = True,
    ) -> Engine:  # fmt: skip
        """A columnar enumerator with what works beside it: all parts, or those alone that look at the values of words."""
        from search.exact.ahead import Ahead
        from search.exact.enumerate import Enumerator  # numba is imported only now
        from search.exact.goals import Goals
        from search.exact.lines import Lines
        from search.exact.pairs import Pairs

        sources, finders = self._parts() if everything else ([], [])
        sources = [*sources, Lines(self.counted)]
        goals = Goals(counted=self.counted)
        pairs = Pairs(goals.of, self.counted)
        bank = Enumerator(
            self.task, spread(self.task.examples, MAX_EXAMPLES), rules, pushes, search_profile(self.task, self.settings.profile, rules, pushes),
            memory, stop, frozenset(self.settings.words), sources, [pairs, goals, *finders], Ahead(goals), unit=unit,
        )  # fmt: skip
        return Engine(bank, sources, pairs)

    def complete(self, engine: Engine) -> bool:
        """Whether an enumeration that came to its end has left nothing out. Where not all examples are enumerated over, a program may hide
        behind one that only the others tell from it."""
        return not engine.bank.full and len(self.task.examples) <= MAX_EXAMPLES

    def note_warm(self, level: int) -> None:
        """Notes that the drivers of this kind of task are loaded, once a search has used them."""
        if level > 2:
            _warm.add(self._kind(self.settings.words))

    def _room(self) -> int:
        """Bytes for the bank."""
        return int(BANK * self.settings.memory) << 20 if self.counted else room(self.settings.memory, self.others)


@dataclass(frozen=True, slots=True)
class Engine:
    """An enumerator and what works beside it."""

    bank: Enumerator
    sources: Sequence[Source]
    pairs: Pairs

    @property
    def candidates(self) -> int:
        """Candidates that all of it has tried."""
        return self.bank.candidates + self.pairs.candidates + sum(getattr(source, "candidates", 0) for source in self.sources)


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


def search_profile(task: Task, profile: Profile, rules: Sequence[Production] = (), pushes: Sequence[tuple[Push, int]] = ()) -> Profile:
    """The profile with rows no wider than the task is likely to need, or than these rules can fill, since columns are as wide as the limits.
    Verification uses the real one."""
    values = [value for example in task.examples for value in (*example.inputs, example.output)]
    longest_list = max((len(value) for value in values if isinstance(value, tuple)), default=0)
    longest_text = max((_characters(value) for value in values), default=0)
    kinds = {*task.input_types, task.output_type}
    if rules and never_longer(tuple(rules), profile):
        given = [len(push.value) for push, _ in pushes if isinstance(push.value, tuple)]
        lists = max(longest_list, NARROWEST, *given)
    else:
        lists = max(2 * longest_list, 8) if kinds & {LIST_INT, LIST_BOOL, LIST_STR, LIST_LIST_INT} or STR in kinds else 8
        lists = max(lists, 20) if INT not in kinds or lists > 8 else lists
    return profile.with_limits(max_list=min(profile.max_list, lists), max_str=min(profile.max_str, max(2 * longest_text, 32)))


@lru_cache(maxsize=64)
def never_longer(rules: tuple[Production, ...], profile: Profile) -> bool:
    """Whether each list that these rules make is at most as long as a list that it is made from, as the demands on lengths say."""
    from search.exact.demands import AT_LEAST_AS_LONG, EQUAL, length_demand

    made = [p for p in rules if isinstance(p.result, ListOf)]
    return all(p.result in (LIST_INT, LIST_BOOL) for p in made) and all(
        any(
            kind in (LIST_INT, LIST_BOOL) and length_demand(p.op.name, k, p.args, p.result, profile) in (EQUAL, AT_LEAST_AS_LONG)
            for k, kind in enumerate(p.args)
        )
        for p in made
    )


def _characters(value: Value) -> int:
    if isinstance(value, str):
        return len(value)
    return sum(map(_characters, value)) if isinstance(value, tuple) else 0
