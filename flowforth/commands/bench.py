"""`flowforth bench`: methods on suites of tasks, one line an attempt, into a folder that can be continued."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.errors import ConfigError
from flowforth.neural import check_device
from search.settings import METHODS as SEARCHES
from search.settings import STANDARD

if TYPE_CHECKING:
    from benchmarks.attempt import Record
    from benchmarks.runner import Standing

NAME = "bench"
HELP = "run methods on suites of tasks; a killed run is continued by the same command"
LIVE_EVERY = 0.2
"""Seconds between two states of the status line on a terminal."""
LINE_EVERY = 30.0
"""Seconds between two lines where standard error is no terminal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument(
        "--suite", nargs="+", default=[], metavar="SUITE", help="bundled suites by name, task files, or folders of .sl files"
    )
    parser.add_argument("--list", action="store_true", help="list the bundled suites and the methods instead")
    parser.add_argument(
        "--methods", nargs="+", default=[STANDARD.method], metavar="METHOD", help=f"methods to run (default: {STANDARD.method})"
    )
    parser.add_argument("--budget", type=float, default=10.0, metavar="SECONDS", help="time for each attempt (default: 10)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="N", help="seeds, an attempt for each (default: 0)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="attempts at a time, each on one core (default: 1)")
    parser.add_argument("--out", metavar="DIR", help="folder of the results; attempts that it holds are not repeated")
    parser.add_argument(
        "--constants",
        metavar="SOURCE",
        help="given (by the file, else discovered), pool, discovered or none (default: none for suites in a language without literals, else given)",
    )
    parser.add_argument(
        "--words",
        default="language",
        metavar="NAME",
        help="all, language (the words a suite is made in, where known), lines (DeepCoder's functions) or a public suite as in `flowforth ops --json` "
        "(default: language)",
    )
    parser.add_argument(
        "--sygus-files",
        metavar="DIR",
        help="SyGuS files of tasks kept as JSON (NAME.sl for the task NAME): their constants, and grammars for cvc5",
    )
    parser.add_argument("--profile", metavar="NAME", help="semantics and limits (default: by the suite's name)")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N tasks of each suite")
    parser.add_argument("--leave-one-out", action="store_true", help="hide the last example of each task from the search, and score on it")
    parser.add_argument("--memory", type=int, default=2000, metavar="MB", help="memory for the values kept (default: 2000)")
    parser.add_argument(
        "--max-candidates", type=int, metavar="N", help="end each search after N candidates: the limit that gives equal results anywhere"
    )
    parser.add_argument(
        "--warm-up",
        type=float,
        default=1.0,
        metavar="SECONDS",
        help="before a process is measured on tasks of new types, load compiled code, run the method for so long and throw the result away; "
        "counts in no figure (default: 1; 0: nothing is loaded or compiled beforehand)",
    )
    parser.add_argument(
        "--device",
        default="auto",
        metavar="DEVICE",
        help="where methods through the learned executor compute: auto (CUDA where there is one), cpu, cuda, cuda:1, ... (default: auto)",
    )
    parser.add_argument("--engine", default="processes", metavar="NAME", help="processes (this machine) or ray (default: processes)")
    parser.add_argument("--ray-address", metavar="ADDRESS", help="the ray cluster; without it one is started here")


def main(args: argparse.Namespace) -> int:
    """Runs what is not done yet; prints a line for each suite and method."""
    from benchmarks.prepare import prepare
    from benchmarks.runner import Plan, jobs_of, load_suites, run

    if args.list:
        print(_listing())
        return 0
    if not args.suite or not args.out:
        raise ConfigError("name what to run by --suite and the folder of the results by --out (--list lists the bundled suites)")
    plan = Plan(
        suites=tuple(args.suite), methods=tuple(args.methods), seeds=tuple(args.seeds), budget=args.budget, constants=args.constants,
        words=args.words, sygus_files=args.sygus_files, profile=args.profile, limit=args.limit, leave_one_out=args.leave_one_out, memory=args.memory, max_candidates=args.max_candidates,
        warm_up=args.warm_up, device=args.device, num_jobs=args.jobs, engine=args.engine, ray_address=args.ray_address,
    )  # fmt: skip
    check_device(plan.device, plan.methods)
    if plan.warm_up and plan.engine == "processes" and set(plan.methods) & set(SEARCHES) - {"plain"}:
        prepare(jobs_of(plan, load_suites(plan)), _compiling)
    status = _Status()
    try:
        run(plan, Path(args.out), on_record=status.show)
    except KeyboardInterrupt:
        status.close()
        print(f"flowforth: stopped; {args.out} keeps the finished attempts, and the same command goes on from there", file=sys.stderr)
        raise
    status.close()
    print(_summary(Path(args.out)))
    return 0


def _compiling(done: int, total: int) -> None:
    """Tells how far compiling is."""
    print(f"flowforth: compiling kernels, once on this machine: {done} of {total} words", file=sys.stderr, flush=True)


def _listing() -> str:
    from benchmarks.runner import method_names
    from benchmarks.suites import bundled
    from dsl.tasks import load_tasks
    from flowforth.outcome import table

    rows = [[name, f"{len(load_tasks(path))} tasks"] for name, path in bundled().items()]
    return "\n".join([table(rows) if rows else "no bundled suites", "", f"methods: {', '.join(method_names())}"])


def _summary(folder: Path) -> str:
    """A line for each group of the folder's attempts."""
    from benchmarks.statistics import load_attempts, rows_of
    from flowforth.outcome import table

    rows = [["suite", "method", "constants", "words", "budget", "attempts", "solved", "right on held-out"]]
    for row in rows_of(load_attempts([folder])[0]):
        right = "-" if row.right is None else f"{row.right.mean:.1%} of {row.num_held_out}"
        rows.append(
            [
                row.suite,
                row.method,
                row.constants,
                row.group.words,
                f"{row.budget:g} s",
                str(row.num_attempts),
                f"{row.num_solved} ({row.solved.mean:.1%})",
                right,
            ]
        )
    return table(rows)


class _Status:
    """The live status on standard error: a line that is rewritten on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.last = 0.0
        self.text = ""

    def show(self, standing: Standing, record: Record | None) -> None:
        """The standing, if the last one was shown long enough ago, and at the start and the end."""
        left = "" if standing.left is None or standing.done == standing.total else f", about {_duration(standing.left)} left"
        self.text = f"{standing.done}/{standing.total} attempts, {standing.solved} solved{left}"
        now = time.monotonic()
        due = now - self.last >= (LIVE_EVERY if self.live else LINE_EVERY)
        if due or record is None or standing.done == standing.total:
            self.last = now
            if self.live:
                print(f"\r\033[K{self.text}", end="", file=sys.stderr, flush=True)
            else:
                print(f"flowforth: {self.text}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Ends the line that is rewritten."""
        if self.live and self.text:
            print(file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
