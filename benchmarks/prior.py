"""How good the prior is on tasks that it was not trained on: average precision by length, calibration, time of a call.

    python -m benchmarks.prior [--suite NAME ...] [--weights FILE]

The words that are wanted are those of the program that made the task, one of perhaps several; see docs/prior.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.suites import load_suite, word_set, words_of
from dsl.ops import OPS
from dsl.parser import parse
from dsl.program import Word, walk
from dsl.tasks import Task
from dsl.types import LIST_INT
from search.prior.model import WEIGHTS, Prior
from search.prior.precision import average_precision, calibration_error

SUITES = tuple(f"lists-n{n}" for n in range(3, 9))


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.prior", description="How good the prior is on tasks that it was not trained on."
    )
    parser.add_argument("--suite", nargs="+", default=list(SUITES), metavar="NAME", help="suites whose tasks name their programs")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, metavar="FILE")
    args = parser.parse_args(arguments)
    prior = Prior.load(args.weights)
    rows, seen = [], ([], [])
    times: list[float] = []
    for name in args.suite:
        words = word_set(words_of(name)) or frozenset(OPS)
        found: dict[str, list[float]] = {"list": [], "number": []}
        lengths = []
        for task in load_suite(name).tasks:
            wanted = words_in(task)
            if not prior.knows(task) or not wanted:
                continue
            start = time.perf_counter()
            belief = prior.believe(task, words)
            times.append(time.perf_counter() - start)
            scores = np.array(list(belief.occurs.values()))
            flags = np.array([word in wanted for word in belief.occurs], np.float64)
            found["list" if task.output_type == LIST_INT else "number"].append(average_precision(scores, flags))
            seen[0].append(scores)
            seen[1].append(flags)
            lengths.append(belief.length)
        every = [*found["list"], *found["number"]]
        shown = [f"{np.mean(each):.3f} ({len(each)})" if each else "-" for each in (every, found["list"], found["number"])]
        rows.append([name, *shown, f"{np.mean(lengths):.1f}" if lengths else "-"])
    for row in (["suite", "average precision (tasks)", "list outputs", "number outputs", "mean expected length"], ["---"] * 5, *rows):
        print(f"| {' | '.join(row)} |")
    error = calibration_error(np.concatenate(seen[0]), np.concatenate(seen[1]))
    print(f"\ncalibration error {error:.3f}; one call {1000 * median(times):.1f} ms (median), {1000 * max(times[1:]):.1f} ms at most")
    return 0


def words_in(task: Task) -> frozenset[str]:
    """The value words of the program that made a task."""
    text = task.metadata.get("program")
    if not isinstance(text, str):
        return frozenset()
    used = {part.name for part in walk(parse(text).body) if isinstance(part, Word)}
    return frozenset(word for word in used if word in OPS and OPS[word].kind == "value")


if __name__ == "__main__":
    raise SystemExit(main())
