"""A benchmark run: every method on every task with every seed, into a folder that a later start continues."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks import journal
from benchmarks.attempt import METHODS, Job, Record, find_method, settings_of
from benchmarks.suites import LEFT_OUT, LINES, Suite, load_suite, task_text, word_names, words_of
from dsl.errors import ConfigError
from dsl.values import PROFILES
from search.settings import METHODS as SEARCHES
from search.settings import STANDARD

ENGINES = ("processes", "ray")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run."""

    suites: tuple[str, ...]
    """Names of bundled suites, task files, folders of .sl files."""
    methods: tuple[str, ...] = (STANDARD.method,)
    seeds: tuple[int, ...] = (0,)
    budget: float = 10.0
    """Seconds for each attempt."""
    constants: str | None = None
    """Source of the constants; if None, `none` where the words are those of a language without literals, else `given`."""
    words: str = "language"
    """`all`, `language` (those in which a suite is made, where that is known) or another name of `benchmarks.suites.word_names`."""
    sygus_files: str | None = None
    """Folder with the SyGuS files of tasks that the suites keep as JSON."""
    profile: str | None = None
    """The profile for all tasks; by the suite's name if None."""
    limit: int | None = None
    """Only so many tasks of each suite, its first ones."""
    leave_one_out: bool = False
    """Score on the last example of each task, which the search then does not see."""
    memory: int = 2000
    """Megabytes for the values a search keeps."""
    max_candidates: int | None = None
    """Candidates after which a search ends: then results do not depend on the clock, nor on the number of jobs."""
    warm_up: float = 0.0
    """Seconds for which a process runs a method unmeasured before its first attempt on tasks of the same types."""
    num_jobs: int = 1
    """Attempts made at a time."""
    device: str = "auto"
    """Where the methods through the learned executor compute."""
    engine: str = "processes"
    ray_address: str | None = None

    def __post_init__(self) -> None:
        rules = {
            "suites": (bool(self.suites), "name at least one suite"),
            "methods": (bool(self.methods), "name at least one method"),
            "seeds": (bool(self.seeds) and all(seed >= 0 for seed in self.seeds), "seeds are ints from 0"),
            "profile": (self.profile is None or self.profile in PROFILES, f"the profiles are {', '.join(PROFILES)}"),
            "words": (self.words in ("language", *word_names()), f"it must be one of language, {', '.join(word_names())}"),
            "limit": (self.limit is None or self.limit >= 1, "it must be at least 1"),
            "max_candidates": (self.max_candidates is None or self.max_candidates >= 1, "it must be at least 1"),
            "warm_up": (self.warm_up >= 0, "it must not be negative"),
            "num_jobs": (self.num_jobs >= 1, "it must be at least 1"),
            "engine": (self.engine in ENGINES, f"the engines are {', '.join(ENGINES)}"),
            "ray_address": (self.ray_address is None or self.engine == "ray", "it goes with the engine ray"),
        }
        for name, (fine, rule) in rules.items():
            if not fine:
                raise ConfigError(f"benchmark setting {name} is {getattr(self, name)!r}: {rule}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a run is."""

    done: int
    """Attempts in the folder."""
    total: int
    solved: int
    """Attempts of these that solved their task."""
    left: float | None
    """Estimated seconds to the end; None before the first attempt of this start has ended."""


def run(plan: Plan, folder: Path, *, on_record: Callable[[Standing, Record | None], None] = lambda standing, record: None) -> Standing:
    """Makes the attempts that the folder does not hold yet. `on_record` is called at the start and after every attempt.

    Each attempt is on the disk before the next one is taken, so whatever ends this process, no finished attempt is lost and none
    made twice.
    """
    suites = load_suites(plan)
    jobs = jobs_of(plan, suites)
    with journal.opened(folder) as book:
        kept = {"memory": plan.memory, "max_candidates": plan.max_candidates, "warm_up": plan.warm_up, "device": plan.device}
        journal.agree(folder, kept, {suite.name: suite.digest for suite in suites})
        todo = journal.remaining(jobs, book.done)
        wanted = {job.key for job in jobs}
        solved = sum(record["solved"] for record in journal.read_records(folder) if journal.key_of(record) in wanted)
        standing = Standing(done=len(jobs) - len(todo), total=len(jobs), solved=solved, left=None)
        on_record(standing, None)
        started, first = time.monotonic(), standing.done
        with closing(_records(plan, todo)) as records:
            for record in records:
                book.append(record)
                done = standing.done + 1
                left = (time.monotonic() - started) / (done - first) * (len(jobs) - done)
                standing = Standing(done=done, total=len(jobs), solved=standing.solved + record["solved"], left=left)
                on_record(standing, record)
    return standing


def load_suites(plan: Plan) -> list[Suite]:
    """The suites of a plan, each name once."""
    suites = [
        load_suite(where, profile=plan.profile, leave_one_out=plan.leave_one_out, sygus_files=plan.sygus_files) for where in plan.suites
    ]
    names = [suite.name for suite in suites]
    for suite in suites:
        if names.count(suite.name) > 1:
            raise ConfigError(f"two of the suites are called {suite.name.removesuffix(LEFT_OUT)!r}; run them into folders of their own")
        if not suite.tasks:
            raise ConfigError(f"the suite {suite.name!r} has no task")
    return suites


def jobs_of(plan: Plan, suites: Sequence[Suite]) -> list[Job]:
    """The attempts of a plan, the methods side by side on each task. Raises `ConfigError` where a method could not take them."""
    jobs = [
        Job(
            suite=suite.name, task=task.name, text=task_text(task), method=method, seed=seed, budget=plan.budget,
            constants=constants_of(plan, suite), profile=suite.profile, words=words_of(suite.name, plan.words), sygus=suite.sygus.get(task.name),
            memory=plan.memory, max_candidates=plan.max_candidates, warm_up=plan.warm_up, device=plan.device,
        )
        for suite in suites
        for seed in dict.fromkeys(plan.seeds)
        for task in suite.tasks[: plan.limit]
        for method in dict.fromkeys(plan.methods)
    ]  # fmt: skip
    for method in dict.fromkeys(plan.methods):
        find_method(method)
    for job in {(job.constants, job.words): job for job in jobs}.values():
        settings_of(dataclasses.replace(job, method=SEARCHES[0]))  # budget, memory and constants are checked where they are at home
    return jobs


def constants_of(plan: Plan, suite: Suite) -> str:
    """The source of constants for a suite: the plan's, else none for a language without literals, else the given ones."""
    if plan.constants is not None:
        return plan.constants
    return "none" if words_of(suite.name, plan.words) == LINES else "given"


def _records(plan: Plan, jobs: Sequence[Job]) -> Generator[Record, None, None]:
    if plan.engine == "ray":
        from benchmarks import cluster

        return cluster.run_jobs(jobs, plan.num_jobs, plan.ray_address)
    from benchmarks import processes

    return processes.run_jobs(jobs, plan.num_jobs)


def method_names() -> tuple[str, ...]:
    """The methods that have a name of their own."""
    return tuple(METHODS)
