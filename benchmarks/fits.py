"""Fits of tasks, right ones and wrong ones: what the order of fits (`search/rank.py`) is measured on, and what its weights are fitted to.

    python -m benchmarks.fits --drawn lists constants conditionals --n 5..8 --count 50 --seed 1000 --budget 4 --out FILE.jsonl
    python -m benchmarks.fits --suite NAME_OR_FILE ... [--leave-one-out] [--limit N] --budget 3 --out FILE.jsonl

One search a task, which goes on collecting until its budget ends. A line of the file is a task with its fits, and whether each is right on
the held-out examples. A run that ended early goes on where it was. Weights are fitted on drawn tasks alone, never on suites.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count as numbers
from pathlib import Path
from typing import Any

from benchmarks.attempt import Job, find_method, read_task, settings_of, warm
from benchmarks.generate import KINDS, sizes
from benchmarks.generators import conditionals, constants, lists
from benchmarks.journal import whole_lines
from benchmarks.runner import Plan, jobs_of, load_suites
from benchmarks.suites import Suite, profile_of, scoring_profile
from dsl.parser import parse
from dsl.tasks import Task
from search.solve import solve, visible
from search.verify import Fit, held_out_correct

WARM_UP = 10.0
"""Seconds of an unmeasured search before the first one on tasks of some types."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A task with what fits it."""

    suite: str
    task: Task
    """With its held-out examples."""
    words: str
    """Name of the words that the search had, as `benchmarks.suites.word_set` knows it."""
    profile: str
    constants: str
    fits: tuple[Fit, ...]
    """In the order in which they were found."""
    right: tuple[bool, ...]
    """Whether each is right on the held-out examples."""

    @property
    def seen(self) -> Task:
        """The task as a search sees it."""
        return visible(self.task)


def main(arguments: Sequence[str] | None = None) -> int:
    """Collects, with progress on standard error."""
    args = _parser().parse_args(arguments)
    path = Path(args.out)
    had = set()
    if path.exists():
        os.truncate(path, whole_lines(path))
        had = {(line["suite"], line["task"]["name"]) for line in _lines(path)}
    with path.open("a", encoding="utf-8") as file:
        for done, job in enumerate(_jobs(args), 1):
            if (job.suite, job.task) in had:
                continue
            record = collect(job)
            file.write(json.dumps(record) + "\n")
            file.flush()
            right = sum(fit["right"] for fit in record["fits"])
            print(f"{done}: {job.suite}/{job.task}: {right} of {len(record['fits'])} fits are right", file=sys.stderr, flush=True)
    return 0


def collect(job: Job) -> dict[str, Any]:
    """The line for one task."""
    task = read_task(job)
    settings = settings_of(job)
    warm(task, find_method(job.method), job)
    result = solve(task, replace(settings, grace=settings.budget))
    scoring = scoring_profile(job.suite, settings.profile)
    return {
        "suite": job.suite, "task": json.loads(job.text), "words": job.words, "profile": job.profile, "constants": job.constants,
        "fits": [
            {
                "program": str(fit.program), "cost": round(fit.cost, 6), "seconds": round(fit.seconds, 4),
                "right": bool(held_out_correct(fit.program, task, scoring)),
            }
            for fit in result.collected
        ],
    }  # fmt: skip


def read(path: str | Path) -> list[Collected]:
    """The tasks of a file that have fits and held-out examples."""
    found = []
    for line in _lines(Path(path)):
        job = Job(
            suite=line["suite"], task=line["task"]["name"], text=json.dumps(line["task"]), method="exact", seed=0, budget=1.0,
            constants=line["constants"], profile=line["profile"], words=line["words"],
        )  # fmt: skip
        task = read_task(job)
        programs = [parse(fit["program"]) for fit in line["fits"]]
        fits = tuple(Fit(program, len(program), fit["cost"], fit["seconds"]) for program, fit in zip(programs, line["fits"], strict=True))
        if fits and task.held_out:
            right = tuple(fit["right"] for fit in line["fits"])
            found.append(Collected(job.suite, task, job.words, job.profile, job.constants, fits, right))
    return found


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.endswith("\n")]


def _jobs(args: argparse.Namespace) -> Iterator[Job]:
    """The searches to be made."""
    if args.suite:
        plan = Plan(
            suites=tuple(args.suite), methods=(args.method,), budget=args.budget, limit=args.limit, leave_one_out=args.leave_one_out,
            constants=args.constants, warm_up=WARM_UP,
        )  # fmt: skip
        yield from jobs_of(plan, load_suites(plan))
        return
    for task, name in _drawn(args):
        plan = Plan(suites=(name,), methods=(args.method,), budget=args.budget, warm_up=WARM_UP)
        yield from jobs_of(plan, [Suite(name=name, profile=profile_of(name, (task,)), tasks=(task,))])


def _drawn(args: argparse.Namespace) -> Iterator[tuple[Task, str]]:
    """Drawn tasks with names of suites; task k of every kind in turn, so that a run that is ended early has some of all."""
    kinds = {f"lists-n{n}": partial(lists.attempt, n, args.seed, ahead=True) for n in args.n if "lists" in args.drawn}
    others = {"constants": constants.attempt, "conditionals": conditionals.attempt}
    kinds |= {f"{name}-drawn": partial(others[name], args.seed) for name in args.drawn if name != "lists"}
    sources = {name: filter(None, map(attempt, numbers())) for name, attempt in kinds.items()}
    for _ in range(args.count):
        for name, source in sources.items():
            yield next(source), name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fits", description="Collects fits of tasks, right ones and wrong ones.")
    parser.add_argument("--drawn", nargs="+", choices=KINDS, default=["lists"], help="kinds of tasks drawn (lists)")
    parser.add_argument("--n", type=sizes, default="5..8", metavar="N|LOW..HIGH", help="drawn lists: minimal numbers of words (5..8)")
    parser.add_argument("--count", type=int, default=50, help="tasks of each kind and n (50)")
    parser.add_argument("--seed", type=int, default=1000, help="of the drawn tasks; the bundled suites are those of seed 0 (1000)")
    parser.add_argument("--suite", nargs="+", default=[], metavar="NAME", help="suites instead of drawn tasks")
    parser.add_argument("--limit", type=int, help="only so many tasks of each suite")
    parser.add_argument("--leave-one-out", action="store_true", help="hold out the last example of each task")
    parser.add_argument("--constants", help="source of the constants (as in flowforth bench)")
    parser.add_argument("--method", default="exact", help="the search (exact)")
    parser.add_argument("--budget", type=float, default=4.0, help="seconds for each task (4)")
    parser.add_argument("--out", required=True, metavar="FILE.jsonl")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
