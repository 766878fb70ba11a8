"""Solving one task: runs a search within its budget, verifies what it yields, collects fits for a grace time, ranks them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from dsl.program import Program
from dsl.tasks import Task
from search.alarm import Alarm, Overdue
from search.exact.search import ExactSearch, Progress
from search.memory import resident
from search.postfix import to_program
from search.settings import SEARCHES, STANDARD, Settings
from search.term import Term, description_length, num_unused
from search.verify import Fit, verify

if TYPE_CHECKING:
    from search.rank import Ranking
    from search.result import SearchResult, Status

LATE = 0.1
"""Seconds after the end at which a search is ended that did not end by itself."""
RANKING = 0.1
"""Most seconds that comparing the fits may take after the end."""
GRACE = 0.2
"""Part of the budget for which further fits are collected while the best one is a long program."""
SURE = 3.5
"""Description length up to which a program is not long."""
UNUSED = 0.8
"""What an input that a program does not look at adds to its description: people give the inputs that matter."""
MEMORY_EVERY = 0.05
"""Seconds between two looks at the memory in use."""


def solve(
    task: Task,
    settings: Settings = STANDARD,
    *,
    on_fit: Callable[[Fit], None] = lambda fit: None,
    on_progress: Callable[[Progress, float], None] = lambda progress, left: None,
    started: float | None = None,
    ending: bool = False,
) -> SearchResult:
    """The fits found within the budget, ranked. `on_fit` is called for every better program as it comes, `on_progress` now and then
    with the seconds left. `started` is when the budget began (`time.perf_counter`). Ctrl-C ends the search and keeps what was found.
    `ending` says that the process will search no more, so that the search may be broken off anywhere, compiling included."""
    seen = visible(task)
    run = _Run(seen, settings, on_fit, on_progress, time.perf_counter() if started is None else started)
    run.alarm = Alarm(anywhere=ending)
    try:
        run.collect()
    except Overdue:
        pass
    except KeyboardInterrupt:
        run.status = "interrupted"
    finally:
        try:
            run.alarm.off()
        except Overdue:  # it rang at this very moment, and rings again only after a while
            run.alarm.off()
    ranking = _ranked(run, seen, settings)
    from search.result import SearchResult  # what is needed after the first answer is imported after it

    return SearchResult(
        task=task, settings=settings, ranking=ranking, status="solved" if ranking.fits else run.status,
        seconds=time.perf_counter() - run.started, first_seconds=run.first, candidates=run.search.progress.candidates,
        executions=run.executions, num_fits=len(run.fits), collected=tuple(run.fits),
        explanation=tuple(run.explain(ranking)),
    )  # fmt: skip


def search_of(method: str) -> type[ExactSearch]:
    """The search of that method; its module is imported only now."""
    module, name = SEARCHES[method].split(":")
    return getattr(import_module(module), name)


def visible(task: Task) -> Task:
    """All of the task that a search and a ranking may see: not the held-out examples, nor the types that only these show, nor the metadata."""
    return replace(task, held_out=(), metadata={})


def _ranked(run: _Run, seen: Task, settings: Settings) -> Ranking:
    """The fits in order. Ctrl-C leaves them uncompared. Where candidates are the limit, all are compared, however long it takes."""
    from search.rank import rank

    until = time.perf_counter() + RANKING if settings.max_candidates is None else math.inf
    try:
        return rank(run.fits, seen, settings.profile, seed=settings.seed, until=until)
    except KeyboardInterrupt:
        return rank(run.fits, seen, settings.profile, seed=settings.seed, until=0.0)


class _Run:
    """The state of one search while it runs."""

    def __init__(
        self, task: Task, settings: Settings, on_fit: Callable[[Fit], None], on_progress: Callable[[Progress, float], None], started: float
    ) -> None:
        self.task, self.settings, self.on_fit, self.on_progress, self.started = task, settings, on_fit, on_progress, started
        self.search = search_of(settings.method)(task, settings, self.stop, found=lambda: self.first is not None)
        self.alarm = Alarm()
        self.status: Status = "budget"
        self.fits: list[Fit] = []
        self.best: float | None = None
        """The lowest cost of a fit."""
        self.first: float | None = None
        self.executions = 0
        self.stages: dict[Program, str] = {}
        """The stage that found each fit."""
        self._tried: set[Program] = set()
        self._looked = 0.0

    @property
    def end(self) -> float:
        """When the search shall end, in seconds from its start: with its budget, or some time after its first fit."""
        budget, grace = self.settings.budget, self.settings.grace
        if self.first is None:
            return budget
        # A long program is seldom the one that was meant, and quotations and cases are not found in order of cost.
        doubtful = self.best is not None and self.best > SURE
        return min(budget, self.first + (max(grace, GRACE * budget) if doubtful and grace > 0 else grace))

    def collect(self) -> None:
        """Runs the search and keeps the fits."""
        self.alarm.set(self.started + self.end + LATE)
        for term in self.search.run():
            self.take(term)
            if self.stop():
                return
        if self.search.progress.exhausted:
            self.status = "exhausted"

    def take(self, term: Term) -> None:
        """Keeps the term's program if it is a new one that fits."""
        program = to_program(term, len(self.task.input_types))
        if program in self._tried:
            return
        self._tried.add(program)
        self.executions += len(self.task.examples)
        now = time.perf_counter() - self.started
        cost = description_length(term, self.search.prices) + UNUSED * num_unused(term, len(self.task.input_types))
        fit = verify(program, self.task, cost=cost, seconds=now, profile=self.settings.profile)
        if fit is None:
            return
        is_first = self.first is None
        if is_first:  # noted before the fit is kept or shown: Ctrl-C may come at any moment
            self.first = now
        self.fits.append(fit)
        self.stages[program] = self.search.progress.stage
        if self.best is None or cost < self.best:
            self.best = cost
            self.on_fit(fit)
        if is_first:
            self.alarm.set(self.started + self.end + LATE)

    def explain(self, ranking: Ranking) -> list[str]:
        """How the answer came about."""
        stages = [f"{fit.program}: found by the stage {self.stages[fit.program]!r} after {fit.seconds:.2f} s." for fit in ranking.fits[:1]]
        return [*stages, *self.search.explain()]

    def stop(self) -> bool:
        """Whether the budget, the candidates, the memory or the grace time are used up."""
        now = time.perf_counter() - self.started
        self.on_progress(self.search.progress, self.settings.budget - now)
        limit = self.settings.max_candidates
        if now >= self.end or (limit is not None and self.search.progress.candidates >= limit) or len(self.fits) >= self.settings.max_fits:
            return True
        if now - self._looked >= MEMORY_EVERY:
            self._looked = now
            if resident() - self.search.others >= self.settings.memory:
                self.status = "memory"
                return True
        return False
