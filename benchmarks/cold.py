"""How soon `flowforth solve` shows its first answer, each time in a new process.

    python -m benchmarks.cold [--limit N] [--budget SECONDS] [--out FILE.json]

Two groups of tasks of at most three words: the bundled named tasks (all words, constants discovered, as a user would call it), and the generated
list tasks of minimal length 3 in their own language (38 words, no constants). Time runs from the start of the process to the line that
shows the first verified program.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.suites import load_suite, task_text, word_set
from benchmarks.versions import versions
from dsl.tasks import Task

NAMED = ("ints", "lists", "strings", "conditionals", "constants")
LONGEST = 3
AIM = 0.5
"""Seconds."""


def main() -> None:
    """Prints a table and writes every time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=40, help="tasks of each group (default: 40)")
    parser.add_argument("--budget", type=float, default=10.0, help="seconds for each (default: 10)")
    parser.add_argument("--out", default=str(Path(__file__).parent / "results" / "cold.json"))
    args = parser.parse_args()
    named = [task for name in NAMED for task in load_suite(name).tasks if _length(task) <= LONGEST]
    step = max(len(named) // args.limit, 1)
    words = word_set("lines")
    assert words is not None
    groups = {
        "named tasks, all words": ([*named[::step]][: args.limit], []),
        "generated lists, n = 3, 38 words": (
            load_suite("lists-n3").tasks[: args.limit], ["--profile", "lists", "--constants", "none", "--ops", *sorted(words)],
        ),
    }  # fmt: skip
    figures = {}
    print(f"| tasks of at most {LONGEST} words, cold process | tasks | solved | median s | within {AIM} s |\n|---|---|---|---|---|")
    for name, (tasks, options) in groups.items():
        times = [first_answer(task, [*options, "--budget", str(args.budget)]) for task in tasks]
        solved = [seconds for seconds in times if seconds is not None]
        within = sum(seconds <= AIM for seconds in solved)
        figures[name] = [{"task": task.name, "seconds": seconds} for task, seconds in zip(tasks, times, strict=True)]
        print(f"| {name} | {len(tasks)} | {len(solved)} | {statistics.median(solved):.2f} | {within} |", flush=True)
    Path(args.out).write_text(json.dumps({"tasks": figures, "versions": versions()}, indent=1) + "\n", encoding="utf-8")


def _length(task: Task) -> int:
    return int(task.metadata.get("length", 99))  # type: ignore[call-overload]


def first_answer(task: Task, options: Sequence[str]) -> float | None:
    """Seconds from the start of a new process to its first answer; None if there is none."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as file:
        file.write(task_text(task) + "\n")
    command = [sys.executable, "-m", "flowforth", "solve", file.name, *options]
    start = time.perf_counter()
    process: Any = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    found = next((time.perf_counter() - start for line in process.stderr if line.startswith("found after")), None)
    process.kill()
    process.wait()
    process.stderr.close()
    Path(file.name).unlink()
    return found


if __name__ == "__main__":
    main()
