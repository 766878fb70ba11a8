"""A table of figures beside their targets, and the figures that several rows share."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    name: str
    value: str
    target: str
    met: bool | None
    """None where there is no target, or nothing to measure it on."""
    seeds: int = 1


def as_json(table: list[Row]) -> dict[str, Any]:
    """`{"rows": [{"name", "value", "target", "met", "seeds"}]}`."""
    return {"rows": [{"name": r.name, "value": r.value, "target": r.target, "met": r.met, "seeds": r.seeds} for r in table]}


def as_markdown(table: list[Row]) -> str:
    """The table for people."""
    met = {True: "yes", False: "no", None: "-"}
    lines = ["| what | measured | target | met |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {r.name} | {r.value} | {r.target} | {met[r.met]} |" for r in table)]) + "\n"


def auroc(scores: np.ndarray, positive: np.ndarray) -> float:
    """Chance that a positive row has a higher score than a negative one, ties counting half."""
    order = np.argsort(scores, kind="stable")
    values, ranks = scores[order], np.empty(len(scores))
    _, first, counts = np.unique(values, return_index=True, return_counts=True)
    ranks[order] = np.repeat(first + (counts + 1) / 2, counts)
    p, n = int(positive.sum()), int((~positive.astype(bool)).sum())
    return float((ranks[positive.astype(bool)].sum() - p * (p + 1) / 2) / max(1, p * n)) if p and n else float("nan")


def mean(values: Any) -> float:
    """The mean; not-a-number of nothing."""
    listed = [float(value) for value in values]
    return sum(listed) / len(listed) if listed else float("nan")


def percent_row(name: str, values: list[float], wanted: tuple[float, ...]) -> Row:
    """Shares, each with the least that is wanted; none where they are only reported."""
    shown = " / ".join(f"{value:.2%}" for value in values)
    target = ">= " + " / ".join(f"{value * 100:g}" for value in wanted) + " %" if wanted else "reported"
    met = None if not wanted else all(value >= least for value, least in zip(values, wanted, strict=True))
    return Row(name=name, value=shown, target=target, met=met)


def gap_row(name: str, shares: list[float]) -> Row:
    """Two shares, of which the second may be a point less."""
    gap = shares[0] - shares[1]
    return Row(name=name, value=f"{shares[0]:.2%} / {shares[1]:.2%}", target="within 1 point", met=bool(gap <= 0.01))
