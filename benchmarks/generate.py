"""Writes a suite of generated tasks: `python -m benchmarks.generate lists --n 3..6 --count 50 --seed 0 --out FILE.jsonl`.

Kinds: `lists` (`--n`: minimal numbers of words), `hidden` (`--n`: numbers of hidden constants), `constants` and `conditionals` (`--n` has no
meaning there). The same arguments give the
same file on any machine and any number of jobs. Ctrl-C (or SIGTERM) keeps the tasks made so far. docs/suites.md says what the tasks are.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from functools import partial

from benchmarks.generators import conditionals, constants, hidden, lists
from benchmarks.generators.suite import Attempt, generated, write_tasks
from dsl.tasks import Task

KINDS = ("lists", "hidden", "constants", "conditionals")


def main(arguments: list[str] | None = None) -> int:
    """Makes the suite, with progress on standard error. 0 when complete, 130 when interrupted, 2 for arguments that make no sense."""
    args = _parser().parse_args(arguments)
    tasks: list[Task] = []
    interrupted = False
    try:
        for name, attempt in _attempts(args.kind, args.n, args.seed):
            _make(name, attempt, args.count, args.jobs, tasks)
    except KeyboardInterrupt:
        interrupted = True
    if tasks:
        write_tasks(tasks, args.out)
    print(f"{len(tasks)} tasks written to {args.out}" + (" (interrupted)" if interrupted else ""), file=sys.stderr)
    return 130 if interrupted else 0


def _attempts(kind: str, numbers: range, seed: int) -> list[tuple[str, Attempt]]:
    if kind == "lists":
        return [(f"lists n={n}", partial(lists.attempt, n, seed)) for n in numbers]
    if kind == "hidden":
        return [(f"hidden constants: {n}", partial(hidden.attempt, n, seed)) for n in numbers]
    return [(kind, partial((constants if kind == "constants" else conditionals).attempt, seed))]


def _make(name: str, attempt: Attempt, count: int, jobs: int, tasks: list[Task]) -> None:
    """Appends the tasks of one generator to `tasks` as they come."""
    start = time.perf_counter()
    for found, (number, task) in enumerate(generated(attempt, count, jobs), start=1):
        tasks.append(task)
        line = f"{name}: {found}/{count} tasks, {number} attempts, {time.perf_counter() - start:.0f} s"
        # A terminal gets one line that changes, a log file a line now and then.
        if sys.stderr.isatty():
            print(f"\r{line}", end="\n" if found == count else "", file=sys.stderr, flush=True)
        elif found == count or found % 10 == 0:
            print(line, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description="Writes a suite of generated tasks as JSONL.")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument(
        "--n",
        type=sizes,
        default="3..5",
        metavar="N|LOW..HIGH",
        help="lists: minimal numbers of words, 1 to 14; hidden: numbers of constants (3..5)",
    )
    parser.add_argument("--count", type=positive, default=50, help="tasks, for each n (50)")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other tasks (0)")
    parser.add_argument(
        "--jobs", type=positive, default=1, help=f"processes, at most {os.cpu_count()} are of use here (1); the tasks do not depend on it"
    )
    parser.add_argument("--out", required=True, metavar="FILE.jsonl")
    return parser


def positive(text: str) -> int:
    """A number of at least 1, for `argparse`. Raises `argparse.ArgumentTypeError`."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: must be at least 1")
    return number


def sizes(text: str) -> range:
    """Numbers of words as `--n` takes them. Raises `argparse.ArgumentTypeError`."""
    low, _, high = text.partition("..")
    try:
        found = range(int(low), int(high or low) + 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: write a number such as 4, or a range such as 3..6") from None
    if not found or found[0] < 1 or found[-1] > 14:
        raise argparse.ArgumentTypeError(f"{text!r}: sizes lie in 1..14, the smaller one first")
    return found


if __name__ == "__main__":
    # A batch system's SIGTERM, and Ctrl-C where a shell started this in the background with SIGINT ignored, keep the tasks too.
    for _number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(_number, signal.default_int_handler)
    sys.exit(main())
