"""Attempts as statistics: a row for each suite, method, constants source, words and budget, with intervals; methods task by task.

Intervals are percentile bootstrap intervals over tasks (Efron 1979): tasks are drawn again with replacement, each with all its
seeds, since two seeds of a task are no two tasks. They say how far another sample of such tasks could differ, not how noisy the
clock is; where every task went the same way they have no width.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.attempt import METHODS
from benchmarks.journal import key_of, read_records

LEVEL = 0.95
RESAMPLES = 10_000
CHUNK = 500
"""Resamples drawn at once: few enough for a suite of thousands of tasks."""
SECONDS = (0.1, 1.0, 5.0, 10.0, 30.0, 60.0)
"""Times for which the share of tasks solved within them is reported, as far as the budget reaches."""
FAILURES = ("crashed", "overrun", "overgrown", "error")
"""Statuses of attempts that something ended which is no limit of the search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A line of `attempts.jsonl`; docs/benchmarks.md says what each key means."""

    task: str
    method: str
    seed: int
    budget: float
    solved: bool
    held_out_correct: bool | None
    program: str | None
    size: int | None
    wall_s: float
    cpu_s: float | None
    first_s: float | None
    candidates: int | None
    executions: int | None
    peak_mb: float | None
    status: str
    suite: str
    constants: str
    profile: str
    words: str
    first_candidates: int | None = None

    @property
    def group(self) -> Group:
        """What it may be compared within."""
        return Group(self.suite, self.constants, self.budget, self.profile, self.words)


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Attempts that may stand in one table: one suite, one source of constants, one budget, one profile, one set of words."""

    suite: str
    constants: str
    budget: float
    profile: str
    words: str

    @property
    def title(self) -> str:
        """For people."""
        return f"{self.suite}, constants {self.constants}, words {self.words}, {self.budget:g} s, profile {self.profile}"


@dataclass(frozen=True, slots=True)
class Share:
    """A share of tasks in [0, 1] (or a difference of two, or a ratio) with its interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one method did in one group."""

    group: Group
    method: str
    num_tasks: int
    num_attempts: int
    """Tasks times seeds."""
    num_solved: int
    solved: Share
    num_held_out: int
    """Tasks that have held-out examples."""
    right: Share | None
    """Solved and right on the held-out examples, of these tasks; None where there are none."""
    wrong_fits: float | None
    """Of the solved attempts with held-out examples, the share that is wrong on them."""
    first_s: float | None
    """Median over solved attempts."""
    candidates: int | None
    """Median candidates up to the first fit, over solved attempts."""
    peak_mb: float | None
    """Most of all attempts."""
    within: dict[float, float | None]
    """Share of attempts solved within so many seconds; None beyond the budget."""
    num_failed: int
    """Attempts that crashed, hung, outgrew the memory allowed or raised an error; they count as not solved."""

    @property
    def suite(self) -> str:
        """Its suite."""
        return self.group.suite

    @property
    def constants(self) -> str:
        """Its source of constants."""
        return self.group.constants

    @property
    def budget(self) -> float:
        """Its budget in seconds."""
        return self.group.budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """Two methods on the tasks that both have tried. A task counts as solved where any seed solved it."""

    first: str
    second: str
    both: int
    only_first: int
    only_second: int
    neither: int
    difference: Share
    """Share solved by the first minus that of the second, seeds averaged, with a paired interval."""
    slower: Share | None
    """Time to the first fit by the first over that of the second on tasks that both solve: the geometric mean, with a paired interval; above 1 the second is
    faster. A task's time is the geometric mean over its solved seeds. None where no task has both times."""


def load_attempts(folders: Sequence[Path]) -> tuple[list[Attempt], int]:
    """The attempts of some folders, and how many were left out because an earlier folder has the same one."""
    found: dict[Any, dict[str, Any]] = {}
    total = 0
    for folder in folders:
        for record in read_records(folder):
            total += 1
            found.setdefault(key_of(record), record)
    names = {field.name for field in fields(Attempt)}
    return [Attempt(**{name: value for name, value in record.items() if name in names}) for record in found.values()], total - len(found)


def machines_of(folders: Sequence[Path]) -> list[str]:
    """What the attempts of some folders ran on, a line for each set of versions."""
    found = dict.fromkeys(tuple(sorted(record.get("versions", {}).items())) for folder in folders for record in read_records(folder))
    return [", ".join(f"{name} {value}" for name, value in versions) for versions in found if versions]


def rows_of(attempts: Iterable[Attempt]) -> list[Row]:
    """A row for each group and method, in the order of the groups' names, then of `METHODS`."""
    return [_row(group, method, mine) for group, members in groups_of(attempts).items() for method, mine in by_method(members).items()]


def groups_of(attempts: Iterable[Attempt]) -> dict[Group, list[Attempt]]:
    """The attempts of each group."""
    groups: dict[Group, list[Attempt]] = {}
    for attempt in attempts:
        groups.setdefault(attempt.group, []).append(attempt)
    return dict(sorted(groups.items()))


def by_method(attempts: Sequence[Attempt]) -> dict[str, list[Attempt]]:
    """The attempts of each method, in the order of `METHODS`, others after those by name: never in the order in which they ended."""
    names = sorted(
        {attempt.method for attempt in attempts}, key=lambda name: (list(METHODS).index(name) if name in METHODS else len(METHODS), name)
    )
    return {name: [attempt for attempt in attempts if attempt.method == name] for name in names}


def by_task(attempts: Iterable[Attempt]) -> dict[str, list[Attempt]]:
    """The attempts on each task, by its name; `task 10` comes after `task 9`."""
    tasks: dict[str, list[Attempt]] = {}
    for attempt in sorted(attempts, key=lambda attempt: (natural(attempt.task), attempt.seed)):
        tasks.setdefault(attempt.task, []).append(attempt)
    return tasks


def natural(text: str) -> tuple[tuple[str, int], ...]:
    """A key by which numbers in texts are ordered as numbers."""
    return tuple((word, int(digits or 0)) for word, digits in re.findall(r"([^0-9]*)([0-9]*)", text))


def interval(values: Sequence[float], *, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = 0) -> Share:
    """The mean of some values, one for each task, with its bootstrap interval."""
    if not values:
        raise ValueError("no values, no interval")
    data, rng = np.asarray(values, float), np.random.default_rng(seed)
    chunks = [min(CHUNK, resamples - start) for start in range(0, resamples, CHUNK)]
    means = np.concatenate([data[rng.integers(len(data), size=(size, len(data)))].mean(axis=1) for size in chunks])
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Share(float(data.mean()), float(low), float(high))


def duels(attempts: Sequence[Attempt]) -> list[Duel]:
    """Each pair of the methods of one group."""
    tasks = {method: by_task(members) for method, members in by_method(attempts).items()}
    found = []
    for first, second in combinations(tasks, 2):
        common = [task for task in tasks[first] if task in tasks[second]]
        if common:
            found.append(_duel(first, second, [(tasks[first][task], tasks[second][task]) for task in common]))
    return found


def unsolved(attempts: Iterable[Attempt]) -> list[str]:
    """The tasks that no attempt solved."""
    return [task for task, members in by_task(attempts).items() if not any(attempt.solved for attempt in members)]


def curve(attempts: Sequence[Attempt], name: str, *, right: bool = False) -> list[tuple[float, float]]:
    """Points (x, share of attempts solved within x); `name` is `first_s` or `first_candidates`. With `right`, of those only that are right on held-out examples."""
    counted = [attempt for attempt in attempts if attempt.solved and (attempt.held_out_correct is True or not right)]
    places = sorted(getattr(attempt, name) for attempt in counted if getattr(attempt, name) is not None)
    return [(float(x), (i + 1) / len(attempts)) for i, x in enumerate(places)]


def _row(group: Group, method: str, attempts: Sequence[Attempt]) -> Row:
    tasks, fits = by_task(attempts), [attempt for attempt in attempts if attempt.solved]
    scored = by_task(attempt for attempt in attempts if attempt.held_out_correct is not None)
    judged = [attempt for attempt in fits if attempt.held_out_correct is not None]
    times = [attempt.first_s for attempt in fits if attempt.first_s is not None]
    counts = [attempt.first_candidates for attempt in fits if attempt.first_candidates is not None]
    return Row(
        group=group, method=method, num_tasks=len(tasks), num_attempts=len(attempts), num_solved=len(fits),
        solved=interval([_mean(attempt.solved for attempt in members) for members in tasks.values()]),
        num_held_out=len(scored),
        right=interval([_mean(bool(attempt.held_out_correct) for attempt in members) for members in scored.values()]) if scored else None,
        wrong_fits=_mean(not attempt.held_out_correct for attempt in judged) if judged else None,
        first_s=median(times) if times else None, candidates=round(median(counts)) if counts else None,
        peak_mb=max((attempt.peak_mb for attempt in attempts if attempt.peak_mb is not None), default=None),
        within={seconds: sum(time <= seconds for time in times) / len(attempts) if seconds <= group.budget else None for seconds in SECONDS},
        num_failed=sum(attempt.status in FAILURES for attempt in attempts),
    )  # fmt: skip


def _duel(first: str, second: str, pairs: Sequence[tuple[Sequence[Attempt], Sequence[Attempt]]]) -> Duel:
    outcomes = [tuple(any(attempt.solved for attempt in side) for side in pair) for pair in pairs]
    gaps = [_mean(attempt.solved for attempt in a) - _mean(attempt.solved for attempt in b) for a, b in pairs]
    return Duel(
        first=first, second=second, both=outcomes.count((True, True)), only_first=outcomes.count((True, False)),
        only_second=outcomes.count((False, True)), neither=outcomes.count((False, False)), difference=interval(gaps),
        slower=_ratio(pairs),
    )  # fmt: skip


def _ratio(pairs: Sequence[tuple[Sequence[Attempt], Sequence[Attempt]]]) -> Share | None:
    logs: list[float] = []
    for pair in pairs:
        times = [[attempt.first_s for attempt in side if attempt.solved and attempt.first_s] for side in pair]
        if all(times):
            ours, theirs = (_mean(math.log(time) for time in some) for some in times)
            logs.append(ours - theirs)
    if not logs:
        return None
    found = interval(logs)
    return Share(*(math.exp(end) for end in (found.mean, found.low, found.high)))


def _mean(values: Iterable[float]) -> float:
    items = list(values)
    return sum(items) / len(items)
