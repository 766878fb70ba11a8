"""How search effort grows with the length of programs: the factor in median time and candidates for each word more.

    python -m benchmarks.growth FOLDER ... [--n 4..8] [--figure FILE.svg]

Reads the attempts of benchmark folders on suites of known lengths (`lists-n4` and so on). A task that was not solved counts as dearer than
all others, so a median is known where more than half of the tasks were solved. Where two folders have the same attempt, the first one's counts.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.figures import Series, scatter
from benchmarks.generate import sizes
from benchmarks.statistics import LEVEL, Attempt, Share, by_method, load_attempts
from dsl.errors import ConfigError, DslError

RESAMPLES = 2_000
MEASURES: dict[str, Callable[[Attempt], float | None]] = {
    "seconds": lambda attempt: attempt.first_s,
    "candidates": lambda attempt: attempt.first_candidates,
}
"""What is looked at, up to the first fit."""


@dataclass(frozen=True, slots=True)
class Growth:
    """One method and one measure."""

    method: str
    measure: str
    medians: dict[int, float]
    """By the number of words; infinite where half of the tasks or more were not solved."""
    solved: dict[int, tuple[int, int]]
    """By the number of words: attempts solved, and attempts."""
    factor: Share | None
    """For each word more, from a line through the logarithms of the finite medians, with a bootstrap interval over tasks; None where
    fewer than two medians are finite."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; 2 where there is nothing to read."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth", description="How time and candidates grow with the length of programs."
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="folders of `flowforth bench --out`")
    parser.add_argument("--n", type=sizes, default="4..8", metavar="N|LOW..HIGH", help="numbers of words (4..8)")
    parser.add_argument(
        "--figure", type=Path, metavar="FILE.svg", help="write a figure of the times; candidates beside it, FILE-candidates.svg"
    )
    args = parser.parse_args(arguments)
    try:
        attempts = of_lengths(load_attempts(args.folders)[0], args.n)
        rows = growths(attempts)
    except DslError as error:
        parser.error(str(error))
    print(table(rows, args.n))
    if args.figure:
        for measure, path in (("seconds", args.figure), ("candidates", args.figure.with_name(f"{args.figure.stem}-candidates.svg"))):
            path.write_text(figure(attempts, measure) + "\n", encoding="utf-8")
    return 0


def length_of(suite: str) -> int | None:
    """The number of words of a suite's tasks, by its name."""
    found = re.fullmatch(r"lists-n(\d+)", suite)
    return int(found[1]) if found else None


def of_lengths(attempts: Sequence[Attempt], lengths: range) -> list[Attempt]:
    """The attempts on tasks of these lengths. Raises `ConfigError` if there are none, or some of several budgets, whose medians would not compare."""
    found = [attempt for attempt in attempts if length_of(attempt.suite) in lengths]
    if not found:
        raise ConfigError(f"no attempt in these folders is on a suite lists-n{lengths[0]} to lists-n{lengths[-1]}")
    budgets = sorted({attempt.budget for attempt in found})
    if len(budgets) > 1:
        raise ConfigError(
            f"these folders hold runs of several budgets ({', '.join(f'{b:g} s' for b in budgets)}); name folders of one budget"
        )
    return found


def growths(attempts: Sequence[Attempt]) -> list[Growth]:
    """For each method the growth of each measure."""
    return [_growth(method, measure, mine) for method, mine in by_method(attempts).items() for measure in MEASURES]


def _growth(method: str, measure: str, attempts: Sequence[Attempt]) -> Growth:
    costs: dict[int, list[float]] = {}
    for attempt in attempts:
        value = MEASURES[measure](attempt) if attempt.solved else None
        length = length_of(attempt.suite)
        assert length is not None
        costs.setdefault(length, []).append(float("inf") if value is None else max(float(value), 1e-9))
    costs = dict(sorted(costs.items()))
    solved = {length: (int(np.isfinite(values).sum()), len(values)) for length, values in costs.items()}
    return Growth(method, measure, {length: median(values) for length, values in costs.items()}, solved, _factor(costs))


def _factor(costs: dict[int, list[float]], *, seed: int = 0) -> Share | None:
    """The factor for each word more, over the lengths whose medians are finite; resamples in which one is not are left out."""
    known = {length: values for length, values in costs.items() if np.isfinite(median(values))}
    if len(known) < 2:
        return None
    rng, lengths = np.random.default_rng(seed), list(known)
    drawn = np.stack([
        np.median(np.asarray(values)[rng.integers(len(values), size=(RESAMPLES, len(values)))], axis=1) for values in known.values()
    ])  # fmt: skip
    slopes = _slopes(lengths, drawn[:, np.isfinite(drawn).all(axis=0)])
    mean = float(_slopes(lengths, np.array([[median(values)] for values in known.values()]))[0])
    low, high = np.quantile(slopes, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]) if slopes.size else (mean, mean)
    return Share(mean, float(low), float(high))


def _slopes(lengths: Sequence[int], medians: np.ndarray) -> np.ndarray:
    """Factors for each column of `medians`, whose rows are the lengths."""
    x = np.asarray(lengths, float) - np.mean(lengths)
    return np.exp((x @ np.log(medians)) / (x @ x))


def table(rows: Sequence[Growth], lengths: range) -> str:
    """As Markdown: medians, in brackets by how much each is above the one before it, and the factor over all."""
    head = ["method", "median", *(f"n = {length}" for length in lengths), f"for each word more ({LEVEL:.0%} interval)"]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for row in rows:
        cells = [_cell(row, length) for length in lengths]
        factor = "-" if row.factor is None else f"{row.factor.mean:.1f}x ({row.factor.low:.1f} to {row.factor.high:.1f})"
        lines.append(f"| {' | '.join([row.method, row.measure, *cells, factor])} |")
    return "\n".join(
        [
            *lines,
            "",
            "In brackets: by how much a median is above the one before it, and the tasks solved of those tried. '-': half or more were not solved, or none tried.",
        ]
    )


def _cell(row: Growth, length: int) -> str:
    if length not in row.medians:
        return "-"
    tried = f"{row.solved[length][0]} of {row.solved[length][1]}"
    value, before = row.medians[length], row.medians.get(length - 1, float("inf"))
    if not np.isfinite(value):
        return f"- ({tried})"
    shown = f"{value:.3f}" if row.measure == "seconds" else f"{value:,.0f}"
    return f"{shown} ({f'{value / before:.1f}x, ' if np.isfinite(before) else ''}{tried})"


def figure(attempts: Sequence[Attempt], measure: str) -> str:
    """SVG: every attempt, those that were not solved at what they used up, and a line through the medians of each method."""
    used: Callable[[Attempt], float | None] = (lambda a: a.budget) if measure == "seconds" else (lambda a: a.candidates)
    series = []
    for method, mine in by_method(attempts).items():
        points = []
        for attempt in mine:
            value = MEASURES[measure](attempt) if attempt.solved else used(attempt)
            if value:
                points.append((float(length_of(attempt.suite) or 0), float(value)))
        series.append(Series(method, points))
    label = "seconds to the first fit" if measure == "seconds" else "candidates to the first fit"
    return scatter(f"{label}, by length of the program", "words of the program that made the task", label, series)


if __name__ == "__main__":
    raise SystemExit(main())
