"""Tables of attempts with few executed programs (`benchmarks.executed`): shares with intervals, and arms against each other on the same tasks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

AT = (1, 16, 256)
"""Executed programs at which the share solved is shown."""
STATES = (250, 500, 1000)
"""Evaluations of the network at which arms are compared."""


def table(rows: Sequence[dict[str, Any]]) -> list[list[str]]:
    """The lines of the table, a row for each length and arm."""
    head = ["n", "arm", "tasks", *(f"solved, {at} run" for at in AT), "held out", "run (median)", "network states", "cpu s"]
    lines = [head, ["---"] * len(head)]
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((str(row["n"]), row["arm"]), []).append(row)
    for (n, arm), some in sorted(groups.items(), key=lambda group: group[0][0]):
        shares = [_share(sum(row["solved"] and row["executed"] <= at for row in some), len(some)) for at in AT]
        means = [median(row["executed"] for row in some), median(row["evaluations"] for row in some)]
        right = f"{sum(bool(row['held_out']) for row in some) / len(some):.0%}"
        lines.append(
            [n, arm, str(len(some)), *shares, right, *(f"{mean:,.0f}" for mean in means), f"{median(row['cpu_s'] for row in some):.1f}"]
        )
    return lines


def duels(rows: Sequence[dict[str, Any]], arm: str) -> list[list[str]]:
    """The lines of a table of one arm against each other on the tasks that both were run on: what only one of the two solves, how likely so uneven
    a split is by chance, and how many each solves within equal numbers of states that the network is evaluated on."""
    head = ["n", "arm", "tasks", "both", f"only {arm}", "only this", "p", *(f"{states:,} states: it / this" for states in STATES)]
    lines = [head, ["---"] * len(head)]
    of: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for row in rows:
        of.setdefault((str(row["n"]), row["arm"]), {})[row["task"]] = row
    for (n, other), theirs in sorted(of.items(), key=lambda group: group[0][0]):
        ours = of.get((n, arm), {})
        pairs = [(ours[task], row) for task, row in theirs.items() if task in ours]
        if other == arm or not pairs:
            continue
        both, first, second = (
            sum((a["solved"], b["solved"]) == which for a, b in pairs) for which in ((True, True), (True, False), (False, True))
        )
        within = [f"{_within((a for a, _ in pairs), states)} / {_within((b for _, b in pairs), states)}" for states in STATES]
        lines.append([n, other, *map(str, (len(pairs), both, first, second)), f"{sign_test(first, second):.3f}", *within])
    return lines


def sign_test(first: int, second: int) -> float:
    """The chance of a split at least as uneven where either way is as likely (two-sided)."""
    total, fewer = first + second, min(first, second)
    return min(1.0, 2 * sum(math.comb(total, k) for k in range(fewer + 1)) / 2**total)


def wilson(part: int, whole: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of a share (Wilson 1927), which makes sense for few tasks too."""
    p, spread = part / whole, z * z / whole
    centre, half = (p + spread / 2) / (1 + spread), z * math.sqrt(p * (1 - p) / whole + spread / (4 * whole)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def _within(rows: Iterable[dict[str, Any]], states: int) -> int:
    return sum(row["solved"] and row["evaluations"] <= states for row in rows)


def _share(part: int, whole: int) -> str:
    """A share with its Wilson interval of 95 %."""
    low, high = wilson(part, whole)
    return f"{part / whole:.0%} ({low:.0%}-{high:.0%})"
