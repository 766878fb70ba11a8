"""Tasks solved within a number of executed candidates, by method and by length: what a search finds where running a program is what costs.

    python -m benchmarks.counted --suite NAME|FILE ... --methods beam plain random --max-candidates 256 [--lengths 3..5] [--limit N]

A search ends with its first fit, so this takes a fraction of the time of `flowforth bench --max-candidates`, which collects fits to the end. Nothing
depends on the clock: the same arguments give the same table anywhere. Literals are off: the languages of these suites have none.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.suites import bundled, load_suite, scoring_profile, word_set, words_of
from dsl.values import PROFILES
from search.settings import METHODS, Settings
from search.solve import solve
from search.verify import held_out_correct

BUDGET = 1e6
"""Seconds: no limit."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table, a row for each suite, length and method."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.counted", description="Tasks solved within a number of executed candidates."
    )
    parser.add_argument("--suite", nargs="+", required=True, metavar="NAME")
    parser.add_argument("--methods", nargs="+", default=["beam", "plain", "random"], choices=METHODS, metavar="METHOD")
    parser.add_argument("--max-candidates", type=int, default=256, metavar="N")
    parser.add_argument(
        "--lengths", default="1..99", metavar="LOW..HIGH", help="tasks whose programs have that many lines, where that is known"
    )
    parser.add_argument("--limit", type=int, default=None, metavar="N", help="tasks of each suite")
    args = parser.parse_args(arguments)
    low, _, high = args.lengths.partition("..")
    for row in (["suite", "length", "method", "solved", "right on held-out", "median candidates of the solved", "CPU s"], ["---"] * 7):
        print(f"| {' | '.join(row)} |", flush=True)
    for name in args.suite:
        for length, rows in _by_length(name, args.methods, args.max_candidates, range(int(low), int(high or low) + 1), args.limit).items():
            for method, found in rows.items():
                solved = [candidates for fits, _, candidates, _ in found if fits]
                judged = [right for fits, right, _, _ in found if fits and right is not None]
                shown = [
                    Path(name).stem, length, method, f"{len(solved)} of {len(found)}", str(sum(judged)) if judged else "-",
                    f"{median(solved):g}" if solved else "-", f"{sum(seconds for *_, seconds in found):.0f}",
                ]  # fmt: skip
                print(f"| {' | '.join(shown)} |", flush=True)
    return 0


Found = tuple[bool, bool | None, int, float]
"""Whether there is a fit, whether it is right on the held-out examples, candidates, seconds of processor time."""


def _by_length(name: str, methods: Sequence[str], most: int, lengths: range, limit: int | None) -> dict[str, dict[str, list[Found]]]:
    """What each method finds on each task of a suite, by the length that the suite names ("" where it names none)."""
    suite, known = load_suite(name), _lengths(name)
    words, profile = word_set(words_of(suite.name)), PROFILES[suite.profile]
    rows: dict[str, dict[str, list[Found]]] = {}
    tasks = [(task, known.get(task.name)) for task in suite.tasks]
    for task, length in [pair for pair in tasks if pair[1] is None or pair[1] in lengths][:limit]:
        for method in methods:
            using = Settings(method=method, ops=words, profile=profile, constants="none", max_candidates=most, max_fits=1, budget=BUDGET)
            start = time.process_time()
            result = solve(task, using)
            # The exact search looks at the count now and then only.
            within = result.solved and result.candidates <= most
            right = held_out_correct(result.program, task, scoring_profile(suite.name, profile)) if result.program is not None else None
            found = within, right, result.candidates, time.process_time() - start
            rows.setdefault("" if length is None else str(length), {}).setdefault(method, []).append(found)
    return dict(sorted(rows.items()))


def _lengths(name: str) -> dict[str, int]:
    """The lengths that a suite's file names, beside the task or in its metadata."""
    found = {}
    for line in (bundled().get(name) or Path(name)).read_text(encoding="utf-8").splitlines():
        task = json.loads(line)
        length = task.get("length", task.get("metadata", {}).get("length"))
        if length is not None:
            found[str(task["name"])] = int(length)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
