"""How fast the enumerators are: whole levels of list tasks, kept and deduplicated, beside plain Python in the same run.

    python -m benchmarks.enumeration [--tasks N] [--repeat N] [--out FILE.json]

Every rate is candidates a second of process time on one core. Kernels are loaded and memory is touched before anything is timed. The
plain enumerator applies the same words to the same values in the same order (`search.exact.plain`), with the garbage collector as it
is by default and switched off.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.generators.lines import LISTS, words
from benchmarks.suites import load_suite
from benchmarks.versions import versions
from dsl.tasks import Task
from dsl.types import LIST_INT
from search.exact.enumerate import Enumerator
from search.exact.goals import Goals
from search.exact.grammar import Production, productions
from search.exact.plain import PlainSearch
from search.exact.search import search_profile

LEVEL = 4
"""The last level that is kept whole: about a million candidates."""
PLAIN_SECONDS = 6.0
"""Time that the plain enumerator has for a task."""
MEMORY = 1500 << 20


def main() -> None:
    """Prints a table and writes the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=8, help="tasks of two lists (default: 8)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each (default: 3)")
    parser.add_argument("--out", default=str(Path(__file__).parent / "results" / "enumeration.json"))
    args = parser.parse_args()
    tasks = [task for task in load_suite("lists-n5").tasks if task.input_types == (LIST_INT, LIST_INT)][: args.tasks]
    rows = [measure(task, args.repeat) for task in tasks]
    figures = {
        name: statistics.median(row[name] for row in rows)
        for name in ("kept_per_s", "level_per_s", "tested_per_s", "split_per_s", "plain_per_s", "plain_no_gc_per_s", "ratio", "ratio_no_gc")
    }
    Path(args.out).write_text(json.dumps({"figures": figures, "tasks": rows, "versions": versions()}, indent=1) + "\n", encoding="utf-8")
    print(report(figures, len(rows)))


def report(figures: dict[str, float], num: int) -> str:
    """The table."""
    million = {name: value / 1e6 for name, value in figures.items()}
    return "\n".join([
        f"medians over {num} tasks of two lists, 5 examples, 38 words, one core; command: python -m benchmarks.enumeration",
        "",
        "| what | M candidates/s |",
        "|---|---|",
        f"| level {LEVEL} whole, materialised and deduplicated | {million['level_per_s']:.1f} |",
        f"| of which new values kept | {million['kept_per_s']:.1f} |",
        f"| level {LEVEL + 1} tested only, list output (candidates that demands rule out unseen are not counted) | {million['tested_per_s']:.1f} |",
        f"| pairs of values asked for by the linear hash | {million['split_per_s']:.1f} |",
        f"| plain Python, same words and values | {million['plain_per_s']:.3f} |",
        f"| plain Python, garbage collector off | {million['plain_no_gc_per_s']:.3f} |",
        "",
        f"ratio to plain Python: {figures['ratio']:.0f}x (garbage collector off: {figures['ratio_no_gc']:.0f}x)",
    ])  # fmt: skip


def measure(task: Task, repeat: int) -> dict[str, Any]:
    """The rates of one task."""
    rules = productions(task.input_types, task.output_type, ops=frozenset(words()))
    runs = [_columnar(task, rules) for _ in range(repeat + 1)][1:]  # the first one touches the memory
    best: dict[str, Any] = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    plain, no_gc = _plain(task, rules, collect=True), _plain(task, rules, collect=False)
    return {
        "task": task.name, **best, "plain_per_s": plain, "plain_no_gc_per_s": no_gc,
        "ratio": best["level_per_s"] / plain, "ratio_no_gc": best["level_per_s"] / no_gc,
    }  # fmt: skip


def _columnar(task: Task, rules: tuple[Production, ...]) -> dict[str, float]:
    goals = Goals()
    search = Enumerator(task, task.examples, rules, (), search_profile(task, LISTS, rules), MEMORY, words=frozenset(words()), testing=False)
    list(search.prepare())
    for _ in range(LEVEL - 1):
        list(search.step())
    before, kept = search.candidates, search.kept
    seconds = _timed(lambda: list(search.step()))
    found = {"level_per_s": (search.candidates - before) / seconds, "kept_per_s": (search.kept - kept) / seconds}
    before = search.candidates
    search.level += 1
    seconds = _timed(lambda: list(search._test_level()))
    found["tested_per_s"] = (search.candidates - before) / max(seconds, 1e-9)
    seconds = _timed(lambda: list(goals.look(search)))
    found["split_per_s"] = goals.probes / max(seconds, 1e-9)
    search.close()
    return found


def _plain(task: Task, rules: tuple[Production, ...], *, collect: bool) -> float:
    began = time.process_time()
    search = PlainSearch(task, rules, (), LISTS, stop=lambda: time.process_time() - began > PLAIN_SECONDS)
    gc.collect()
    if not collect:
        gc.disable()
    try:
        seconds = _timed(lambda: list(search.run(LEVEL)))
    finally:
        gc.enable()
    return search.candidates / seconds


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
