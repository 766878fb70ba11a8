"""Made-up attempts, for tests of statistics and report."""

from __future__ import annotations

from typing import Any

from benchmarks.statistics import Attempt

NASTY = "<script>alert('1')</script> & | `x` [a](b) *c*"
"""A task name that every format must escape."""


def attempt(task: str, *, method: str = "exact", first_s: float | None = None, **more: Any) -> Attempt:
    """An attempt, solved if it has a time."""
    solved = first_s is not None
    parts: dict[str, Any] = {
        "task": task, "method": method, "seed": 0, "budget": 10.0, "solved": solved, "held_out_correct": None, "program": "sum" if solved else None,
        "size": 1 if solved else None, "wall_s": first_s or 10.0, "cpu_s": first_s or 10.0, "first_s": first_s, "candidates": 1000,
        "executions": 3, "peak_mb": 100.0, "status": "solved" if solved else "budget", "suite": "made", "constants": "given",
        "profile": "default", "words": "all", "first_candidates": 500 if solved else None,
    }  # fmt: skip
    return Attempt(**(parts | more))


def small() -> list[Attempt]:
    """Two methods on four tasks, and one of them with discovered constants."""
    return [
        attempt("task 10", first_s=0.05, held_out_correct=True, size=2, program="sort head", first_candidates=90),
        attempt("task 2", first_s=4.0, held_out_correct=False, size=5, program="0 1 | = choose", first_candidates=1_000_000),
        attempt(NASTY, first_s=0.5, size=3, program="\"`|\" concat", first_candidates=20_000),
        attempt("never", held_out_correct=False),
        attempt("task 10", method="plain", first_s=0.09, held_out_correct=True, size=2, program="sort head", first_candidates=120),
        attempt("task 2", method="plain", held_out_correct=False),
        attempt(NASTY, method="plain"),
        attempt("never", method="plain", held_out_correct=False, status="crashed", peak_mb=None, cpu_s=None, candidates=None, executions=None),
        attempt("task 2", first_s=9.0, held_out_correct=True, constants="discovered", size=4, program="1 2 3 +"),
    ]  # fmt: skip
