"""`flowforth solve`: a program from examples, verified, with what else would fit."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.errors import ConfigError, TaskError
from flowforth.arguments import add_json, add_profile, print_json, read_profile
from flowforth.commands.tasks import add_task_options

if TYPE_CHECKING:
    from dsl.tasks import Task
    from search.exact.search import Progress
    from search.result import SearchResult
    from search.settings import Settings
    from search.verify import Fit

NAME = "solve"
HELP = "find a short program that gives the outputs of all examples"
STATUS_EVERY = 0.2
"""Seconds between two lines of the live status."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument(
        "task", nargs="+", metavar="TASK", help="a task file (JSON, JSONL, CSV, .sl; - for standard input), or pairs such as '[3,1,2] -> [1,2,3]'"
    )
    parser.add_argument("--name", metavar="NAME", help="which task of a file that holds several (default: the first)")
    parser.add_argument("--budget", type=float, default=10.0, metavar="SECONDS", help="time for the search (default: 10)")
    parser.add_argument("--memory", type=int, default=2000, metavar="MB", help="memory for the values kept (default: 2000)")
    parser.add_argument("--max-size", type=int, default=16, metavar="N", help="most words of a program (default: 16)")
    parser.add_argument("--ops", nargs="+", metavar="WORD", help="words that may be used (default: all)")
    parser.add_argument("--without", nargs="+", default=[], metavar="WORD", help="words that may not")
    parser.add_argument("--constants", default="given", metavar="SOURCE", help="given (by the file, else discovered), pool or discovered (default: given)")
    parser.add_argument("--method", default="exact", metavar="METHOD", help="exact or plain (default: exact)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the inputs on which fits are compared (default: 0)")
    parser.add_argument("--output", metavar="FILE", help="write the CSV with its empty targets filled into this file")
    parser.add_argument("--quiet", action="store_true", help="print the program alone")
    add_profile(parser)
    add_task_options(parser)
    add_json(parser)


def main(args: argparse.Namespace) -> int:
    """Prints the answer; exit code 1 if there is none."""
    started = time.perf_counter()
    from search.solve import solve

    task, settings = read_task(args), _settings(args)
    output = _output(args, task)
    status = _Status(quiet=args.quiet or args.json)
    result = solve(task, settings, on_fit=status.fit, on_progress=status.progress, started=started)
    status.clear()
    if args.json:
        print_json(result.to_json())
    else:
        print(result.program if args.quiet and result.solved else result.text())
    if output is not None and result.solved:
        _fill(result, Path(args.task[0]), output, args)
    return 0 if result.solved else 1


def read_task(args: argparse.Namespace) -> Task:
    """The task that the arguments name or are."""
    from dsl.tasks import iter_tasks
    from dsl.tasks.pairs import is_pair, read_pairs

    if all(is_pair(text) and not os.path.exists(text) for text in args.task):
        return read_pairs(args.task)
    if len(args.task) > 1:
        raise ConfigError("give one task file, or pairs that each contain '->'")
    tasks = iter_tasks(args.task[0], format=args.format, target=args.target, delimiter=args.delimiter)
    names = []
    for task in tasks:
        if args.name is None or task.name == args.name:
            return task
        names.append(task.name)
    raise TaskError(f"{args.task[0]}: no task is named {args.name!r}; there are {len(names)}, such as {', '.join(map(repr, names[:3]))}")


def _settings(args: argparse.Namespace) -> Settings:
    from search.settings import Settings

    return Settings(
        method=args.method, budget=args.budget, memory=args.memory, max_size=args.max_size, constants=args.constants, seed=args.seed,
        ops=None if args.ops is None else frozenset(args.ops), without=frozenset(args.without), profile=read_profile(args.profile),
    )  # fmt: skip


def _output(args: argparse.Namespace, task: Task) -> Path | None:
    """Where the completed table goes; checked before the search, so that no time is lost."""
    if args.output is None:
        return None
    path = Path(args.output)
    if not task.unfilled:
        raise ConfigError("--output needs a CSV file in which some targets are empty; here there is nothing to fill")
    if path.exists() and os.path.exists(args.task[0]) and path.samefile(args.task[0]):
        raise ConfigError(f"--output {args.output} is the input itself, which is never overwritten; name another file")
    return path


def _fill(result: SearchResult, source: Path, output: Path, args: argparse.Namespace) -> None:
    """Writes the completed table and says what could not be filled."""
    from dsl.machine import answer
    from dsl.tasks.fill import filled_table
    from dsl.values import Stuck

    assert result.program is not None
    answers = {row.row: answer(result.program, row.inputs, profile=result.settings.profile) for row in result.task.unfilled}
    stuck = [row for row, value in answers.items() if isinstance(value, Stuck)]
    text = filled_table(source, {row: value for row, value in answers.items() if not isinstance(value, Stuck)}, args.target, args.delimiter)
    part = output.with_name(f".{output.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(output)
    print(f"flowforth: {len(answers) - len(stuck)} rows filled, written to {output}", file=sys.stderr)
    if stuck:
        print(f"flowforth: warning: the program gets stuck on row {stuck[0]}{f' and {len(stuck) - 1} more' if len(stuck) > 1 else ''}; left empty", file=sys.stderr)


class _Status:
    """The live status on standard error: one line that is rewritten, and each better program as it comes."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.live = sys.stderr.isatty() and not quiet
        self.last = 0.0

    def fit(self, fit: Fit) -> None:
        """Shows a better program at once."""
        if not self.quiet:
            self.clear()
            print(f"found after {fit.seconds:.2f} s: {fit.program}", file=sys.stderr, flush=True)

    def progress(self, progress: Progress, left: float) -> None:
        """Rewrites the status line, a few times a second."""
        now = time.monotonic()
        if self.live and now - self.last >= STATUS_EVERY:
            self.last = now
            full = ", memory full" if progress.full else ""
            print(f"\r\033[K{progress.stage}: size {progress.level}, {progress.candidates:,} candidates, {progress.kept:,} values{full}, {max(left, 0):.1f} s left", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Takes the status line away."""
        if self.live:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
