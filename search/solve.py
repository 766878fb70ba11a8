"""Solving one task: runs a search within its budget, verifies what it yields, collects fits for a grace time, ranks them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from dsl.tasks import Task
from search.exact.search import ExactSearch, Progress
from search.postfix import to_program
from search.rank import rank
from search.result import SearchResult
from search.settings import Settings
from search.term import Apply, Literal as LiteralTerm, Term
from search.verify import Fit, verify

Status = Literal["solved", "budget", "exhausted", "interrupted"]


def solve(
    task: Task,
    settings: Settings = Settings(),
    *,
    on_fit: Callable[[Fit], None] = lambda fit: None,
    on_progress: Callable[[Progress, float], None] = lambda progress, left: None,
    started: float | None = None,
) -> SearchResult:
    """The fits found within the budget, ranked. `on_fit` is called for every better program as it comes, `on_progress` now and then
    with the seconds left. `started` is when the budget began (`time.perf_counter`). Ctrl-C ends the search and keeps what was found."""
    run = _Run(task, settings, on_progress, time.perf_counter() if started is None else started)
    status: Status = "budget"
    try:
        for term in run.search.run():
            fit = run.take(term)
            if fit is not None and (run.best is None or fit.cost < run.best.cost):
                run.best = fit
                on_fit(fit)
            if run.stop():
                break
        else:
            status = "exhausted" if run.search.progress.exhausted else "budget"
    except KeyboardInterrupt:
        status = "interrupted"
    ranking = rank(run.fits, task, settings.profile, seed=settings.seed)
    return SearchResult(
        task=task, settings=settings, ranking=ranking, status="solved" if ranking.fits else status, seconds=time.perf_counter() - run.started,
        first_seconds=run.first, candidates=run.search.progress.candidates, executions=run.executions, num_fits=len(run.fits),
    )  # fmt: skip


class _Run:
    """The state of one search while it runs."""

    def __init__(self, task: Task, settings: Settings, on_progress: Callable[[Progress, float], None], started: float) -> None:
        self.task, self.settings, self.on_progress, self.started = task, settings, on_progress, started
        self.search = ExactSearch(task, settings, self.stop)
        self.fits: list[Fit] = []
        self.best: Fit | None = None
        self.first: float | None = None
        self.executions = 0
        self._seen: set[str] = set()

    def take(self, term: Term) -> Fit | None:
        """The fit, if the term's program is one that was not seen before."""
        program = to_program(term, len(self.task.input_types))
        if str(program) in self._seen:
            return None
        self._seen.add(str(program))
        self.executions += len(self.task.examples)
        now = time.perf_counter() - self.started
        fit = verify(program, self.task, cost=description_length(term, self.settings), seconds=now, profile=self.settings.profile)
        if fit is not None:
            self.fits.append(fit)
            self.first = now if self.first is None else self.first
        return fit

    def stop(self) -> bool:
        """Whether the budget, the candidates or the grace time are used up."""
        now = time.perf_counter() - self.started
        self.on_progress(self.search.progress, self.settings.budget - now)
        limit = self.settings.max_candidates
        if now >= self.settings.budget or (limit is not None and self.search.progress.candidates >= limit):
            return True
        return self.first is not None and (now >= self.first + self.settings.grace or len(self.fits) >= self.settings.max_fits)


def description_length(term: Term, settings: Settings) -> float:
    """The cost of a term's words and literals under the search's costs: what fits are ordered by. Each use of an input costs a tenth."""
    if isinstance(term, Apply):
        return settings.costs.get(term.word, 1) + sum(description_length(arg, settings) for arg in term.args)
    return 1.0 if isinstance(term, LiteralTerm) else 0.1
