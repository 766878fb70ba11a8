"""Hidden constants in seconds of the processor: `python -m benchmarks.hidden --suite constants-1 --methods exact constants --seconds 10`.

`flowforth bench` gives each search a time by the clock on the wall, which is the right thing on a machine that nobody else uses. Here a
search's clock is the time that the process has had on its processor, so that figures hold on a shared one too. One task after the other;
the first few are solved once beforehand and not counted, so that compiled loops are loaded. Prints a row for each suite and method.
"""

from __future__ import annotations

import argparse
import sys
from statistics import median

from benchmarks.clock import in_processor_time
from benchmarks.suites import load_suite
from dsl.tasks import Task
from search.settings import METHODS, Settings
from search.solve import solve
from search.verify import held_out_correct

WARM_UP = 3
"""Tasks solved beforehand, one of each kind."""
WARM_UP_SECONDS = 2.0
"""Most seconds of each of them."""
HEADER = "| suite | method | tasks | fits | right on held-out inputs | median seconds of a fit |\n|---|---|---|---|---|---|"


def main(arguments: list[str] | None = None) -> int:
    """Prints the table."""
    args = _parser().parse_args(arguments)
    in_processor_time(lambda: _table(args))
    return 0


def _table(args: argparse.Namespace) -> None:
    rows = [HEADER]
    for name in args.suite:
        tasks = load_suite(name).tasks[: args.limit]
        for method in args.methods:
            settings = Settings(method=method, budget=args.seconds)
            for task in tasks[:WARM_UP]:
                solve(task, Settings(method=method, budget=min(args.seconds, WARM_UP_SECONDS)))
            rows.append(_row(name, method, tasks, settings))
            print(rows[-1], file=sys.stderr, flush=True)
    print("\n".join(rows))


def _row(name: str, method: str, tasks: tuple[Task, ...], settings: Settings) -> str:
    fits, right, seconds = 0, 0, []
    for task in tasks:
        result = solve(task, settings)
        fits += result.solved
        right += result.program is not None and bool(held_out_correct(result.program, task))
        seconds += [] if result.first_seconds is None else [result.first_seconds]
        print(f"{name} {method} {task.name}: {result.program or result.status}", file=sys.stderr, flush=True)
    middle = f"{median(seconds):.2f}" if seconds else ""
    return f"| {name} | {method} | {len(tasks)} | {fits} ({fits / len(tasks):.0%}) | {right} ({right / len(tasks):.0%}) | {middle} |"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hidden", description="Hidden constants in seconds of the processor.")
    parser.add_argument("--suite", nargs="+", default=["constants-1", "constants-2", "constants-3"], help="suites by name or path")
    parser.add_argument("--methods", nargs="+", default=["exact", "constants"], choices=METHODS)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each search (10)")
    parser.add_argument("--limit", type=int, default=None, help="tasks of each suite (all)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
