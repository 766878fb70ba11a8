"""One attempt: one method on one task, once, measured. Gives the line that a benchmark folder keeps.

    method = find_method("exact")
    outcome = method(task, job)          # a search, a peer, or anything else with this signature

A method is found by name in `METHODS`, or as `module:function`, which is also how tests put a fake in the place of a search.
"""

from __future__ import annotations

import difflib
import gc
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

from benchmarks.measure import cpu_seconds, peak_mb, reset_peak
from benchmarks.versions import versions
from dsl.errors import ConfigError
from search.settings import METHODS as SEARCHES

if TYPE_CHECKING:
    from dsl.tasks import Task
    from search.settings import Settings

METHODS = {
    **dict.fromkeys(SEARCHES, "benchmarks.attempt:search"),
    "cvc5": "benchmarks.peers.cvc5:attempt",
    "pyshgp": "benchmarks.peers.pyshgp:attempt",
}
"""Methods by name, as `module:function`."""
PEERS = ("cvc5", "pyshgp")
"""Methods that need the package of the same name, from the extra `peers`."""

Key: TypeAlias = tuple[str, str, str, int, float, str, str, str]
"""What makes an attempt one of its kind in a folder."""
Record: TypeAlias = dict[str, Any]
"""A line of `attempts.jsonl`."""
KEYS = (
    "task", "method", "seed", "budget", "solved", "held_out_correct", "program", "size", "wall_s", "cpu_s", "first_s", "candidates",
    "executions", "peak_mb", "status", "versions", "suite", "constants", "profile", "first_candidates",
    "words",
)  # fmt: skip
"""The keys of a record, in their order. docs/benchmarks.md says what each means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An attempt to be made. The task travels as JSON, so that a job can go to another process or machine."""

    suite: str
    task: str
    """The task's name, its own within the suite."""
    text: str
    """The task as a line of a JSONL file."""
    method: str
    seed: int
    budget: float
    """Seconds."""
    constants: str
    profile: str
    words: str = "all"
    """The words that a search may use, as `benchmarks.suites.word_set` knows them."""
    sygus: str | None = None
    """Text of the SyGuS file that the task comes from, for methods that can use its grammar."""
    memory: int = 2000
    """Megabytes for the values kept."""
    max_candidates: int | None = None
    warm_up: float = 0.0
    """Seconds for which a process runs the method unmeasured before its first attempt on tasks of such types."""
    device: str = "auto"
    """Where the methods through the learned executor compute."""

    @property
    def key(self) -> Key:
        """What makes it one of its kind."""
        return self.suite, self.task, self.method, self.seed, self.budget, self.constants, self.profile, self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a method found on a task."""

    status: str
    """`solved`, `budget`, `exhausted`, `memory` (the search had no more of it), `unsupported` (the method cannot say such a task), or what went
    wrong: `error`, `crashed`, `overrun`, `overgrown`."""
    program: str | None = None
    size: int | None = None
    """Words of the program."""
    held_out_correct: bool | None = None
    """Whether the program is right on the held-out examples; counts only where the task has some."""
    first_s: float | None = None
    """Seconds to the first fit."""
    candidates: int | None = None
    """Candidates tried until the search ended."""
    first_candidates: int | None = None
    """Candidates tried when the first fit came, as exactly as the search counts while it runs."""
    executions: int | None = None
    """Runs of whole programs by the reference machine."""
    peak_mb: float | None = None
    """Where the method knows better than its process does, such as a peer that runs in a process of its own."""


Method: TypeAlias = "Callable[[Task, Job], Outcome]"


def run(job: Job) -> Record:
    """The record of one attempt, made in this process. An exception of the method becomes the status `error`, with the details on standard error."""
    task, method = read_task(job), find_method(job.method)
    warm(task, method, job)
    gc.collect()
    reset_peak()
    cpu, start = cpu_seconds(), time.perf_counter()
    try:
        outcome = method(task, job)
    except MemoryError:
        outcome = Outcome(status="overgrown")
    except Exception:  # one broken attempt must not end the whole run; it is recorded as such
        print(f"{job.suite}/{job.task}, {job.method}:\n{traceback.format_exc()}", flush=True)
        outcome = Outcome(status="error")
    wall, cpu = time.perf_counter() - start, cpu_seconds() - cpu
    return record(job, outcome, wall_s=wall, cpu_s=cpu, peak_mb=outcome.peak_mb or peak_mb(), has_held_out=bool(task.held_out))


def record(job: Job, outcome: Outcome, *, wall_s: float, cpu_s: float | None, peak_mb: float | None, has_held_out: bool) -> Record:
    """The line for an outcome. What is not solved is not right on held-out examples either, where there are some."""
    solved = outcome.program is not None
    return {
        "task": job.task, "method": job.method, "seed": job.seed, "budget": job.budget,
        "solved": solved, "held_out_correct": (solved and bool(outcome.held_out_correct)) if has_held_out else None,
        "program": outcome.program, "size": outcome.size,
        "wall_s": round(wall_s, 6), "cpu_s": _rounded(cpu_s, 6), "first_s": _rounded(outcome.first_s, 6),
        "candidates": outcome.candidates, "executions": outcome.executions, "peak_mb": _rounded(peak_mb, 1),
        "status": outcome.status, "versions": versions(), "suite": job.suite, "constants": job.constants, "profile": job.profile,
        "first_candidates": outcome.first_candidates, "words": job.words,
    }  # fmt: skip


def find_method(name: str) -> Method:
    """The method of that name. Raises `ConfigError` for one that does not exist, or whose package is not installed."""
    if name in PEERS and find_spec(name) is None:
        raise ConfigError(f"the method {name} needs the package {name}; install the extra: pip install 'flowforth[peers]'")
    home = METHODS.get(name, name)
    module, colon, function = home.partition(":")
    if not colon:
        near = difflib.get_close_matches(name[:40], METHODS, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ConfigError(f"no method {name!r}{hint}; the methods are {', '.join(METHODS)}, or module:function")
    try:
        return getattr(import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"the method {name!r} cannot be loaded: {error}") from None


def read_task(job: Job) -> Task:
    """The task of a job."""
    from dsl.tasks.objects import read_line
    from dsl.tasks.source import Source

    return read_line(Source(f"{job.suite}/{job.task}", job.text, 1))


def search(task: Task, job: Job) -> Outcome:
    """This project's own searches, by `search.solve`."""
    from benchmarks.suites import scoring_profile
    from search.solve import solve
    from search.verify import held_out_correct

    state: dict[str, Any] = {}

    def on_progress(progress: Any, left: float) -> None:
        state["progress"] = progress

    def on_fit(fit: Any) -> None:
        state.setdefault("first", state["progress"].candidates if "progress" in state else 0)

    settings = settings_of(job)
    result = solve(task, settings, on_fit=on_fit, on_progress=on_progress)
    program = result.program
    return Outcome(
        status=result.status, program=None if program is None else str(program), size=None if program is None else len(program),
        held_out_correct=None if program is None else held_out_correct(program, task, scoring_profile(job.suite, settings.profile)),
        first_s=result.first_seconds, candidates=result.candidates, first_candidates=state.get("first"), executions=result.executions,
    )  # fmt: skip


def settings_of(job: Job) -> Settings:
    """The search settings of a job. Where candidates are the limit, the grace time after the first fit is no clock's business either."""
    from benchmarks.suites import word_set
    from dsl.values import PROFILES
    from search.settings import Settings

    settings = Settings(
        method=job.method, budget=job.budget, memory=job.memory, constants=job.constants,  # type: ignore[arg-type]
        profile=PROFILES[job.profile], max_candidates=job.max_candidates, seed=job.seed, ops=word_set(job.words),
        device=job.device,
    )  # fmt: skip
    return settings if job.max_candidates is None else replace(settings, grace=job.budget)


def warm(task: Task, method: Method, job: Job) -> None:
    """Loads what the method needs for tasks of such types, once in a process. What it finds is thrown away."""
    kind = (job.method, task.input_types, task.output_type, job.constants, job.profile, job.words)
    if not job.warm_up or kind in _warm_kinds():
        return
    _warm_kinds().add(kind)
    if job.method in SEARCHES:
        from search.solve import search_of

        search_of(job.method)(task, settings_of(job)).load()
    with suppress(Exception):  # whatever it is will come again in the measured run, where it is recorded
        method(task, replace(job, budget=job.warm_up, max_candidates=None))


@lru_cache(maxsize=1)
def _warm_kinds() -> set[Any]:
    """The kinds of tasks that this process is warm for."""
    return set()


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
