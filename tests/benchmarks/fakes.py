"""Methods with a will of their own, for tests of the runner: named on the command line as `tests.benchmarks.fakes:quick`.

Each writes its task and process to the file that FLOWFORTH_TEST_LOG names, if it is set, before it begins.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import zlib
from dataclasses import replace
from pathlib import Path

from benchmarks.attempt import Job, Outcome, settings_of
from dsl.tasks import Task


def quick(task: Task, job: Job) -> Outcome:
    """A made-up outcome after 20 ms, the same for the same task, seed and examples."""
    _log(task)
    time.sleep(0.02)
    number = zlib.crc32(f"{task.name} {job.seed} {task.examples}".encode())
    if number % 4 == 0:
        return Outcome(status="budget", candidates=number % 997, executions=0)
    return Outcome(
        status="solved", program=f"{number % 89} +", size=2, held_out_correct=number % 3 > 0, first_s=0.01, candidates=number % 997,
        first_candidates=number % 97, executions=3,
    )  # fmt: skip


def dies(task: Task, job: Job) -> Outcome:
    """Ends its process on tasks whose number ends in 1."""
    if task.name.endswith("1"):
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(task, job)


def hangs(task: Task, job: Job) -> Outcome:
    """Does not end on tasks whose number ends in 1."""
    _log(task)
    while task.name.endswith("1"):
        time.sleep(1)
    return quick(task, job)


def fails(task: Task, job: Job) -> Outcome:
    """Raises on tasks whose number ends in 1."""
    if task.name.endswith("1"):
        raise ValueError("no such luck")
    return quick(task, job)


def eats(task: Task, job: Job) -> Outcome:
    """Holds 200 MB, and then much more, on tasks whose number ends in 1."""
    held = [b"x" * (200 << 20)] if task.name.endswith("1") else []
    while task.name.endswith("11"):
        held.append(b"x" * (20 << 20))
        time.sleep(0.05)
    return quick(task, job)


def sees(task: Task, job: Job) -> Outcome:
    """Reports how many examples it was shown as its size."""
    return Outcome(status="solved", program="0", size=len(task.examples), held_out_correct=True, first_s=0.0)


def settings(task: Task, job: Job) -> Outcome:
    """Reports how many words a search may use as its size."""
    return Outcome(status="solved", program="0", size=len(settings_of(replace(job, method="plain")).words), first_s=0.0)


def counts(task: Task, job: Job) -> Outcome:
    """Reports how many times it has run in its process as its size."""
    counts.calls = getattr(counts, "calls", 0) + 1  # type: ignore[attr-defined]
    return Outcome(status="solved", program="0", size=counts.calls, first_s=0.0)  # type: ignore[attr-defined]


def _log(task: Task) -> None:
    path = os.environ.get("FLOWFORTH_TEST_LOG")
    if path:
        with Path(path).open("a") as log:
            log.write(f"{task.name} {os.getpid()}\n")
    print("a method may print", file=sys.stdout)
