"""Bodies with a condition: two partial answers joined by a Bool that tells their rows apart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dsl.columns.layout import Array
from dsl.types import BOOL, INT
from search.exact.context import Context
from search.term import Branch, Term

MAX_CONDITIONS, MAX_PARTS = 3000, 3000
"""Conditions and partial answers that are joined at most, the cheapest first."""
MAX_FOUND = 4
"""Most conditional bodies taken at a time."""
AHEAD = ((16, 3), (8, 2), (0, 1))
"""How far the cost of a conditional body may lie above what was enumerated, by rows: more would be found, but mostly such as fit by chance."""


def branches(context: Context) -> Iterator[Term]:
    """Bodies `condition ( then ) ( other ) if` that give the goal on every row, those that were not given before."""
    goal = context.goal
    assert goal is not None and goal.kind == INT
    ahead = next(cost for rows, cost in AHEAD if len(goal.values) >= rows)
    low, high = context.branched, context.level + ahead
    context.branched = high
    right, parts = _distinct(context.values(INT) == goal.values)
    masks = (context.values(BOOL) != 0)[:MAX_CONDITIONS]
    if not len(masks) or not len(right) or right.all(axis=1).any():
        return
    wrong = (~right).astype(np.float32)
    then = _first(masks.astype(np.float32) @ wrong.T == 0)
    other = _first((~masks).astype(np.float32) @ wrong.T == 0)
    condition_costs, part_costs = _costs(context, BOOL, len(masks)), _costs(context, INT, context.inner.store(INT).count)[parts]
    sides = masks.sum(axis=1)
    fine = (then >= 0) & (other >= 0) & (np.minimum(sides, masks.shape[1] - sides) >= 2)
    total = 1 + condition_costs + part_costs[then] + part_costs[other]
    for k in np.argsort(np.where(fine, total, 1000), kind="stable")[:MAX_FOUND].tolist():
        if fine[k] and low < total[k] <= high:
            inner = context.inner
            parts_k = (inner.term(BOOL, k), inner.term(INT, int(parts[then[k]])), inner.term(INT, int(parts[other[k]])))
            yield Branch(*map(context.body, parts_k))


def _distinct(right: Array) -> tuple[Array, Array]:
    """The distinct rows of a Bool matrix that hold anywhere, and the first index of each, in order of that index."""
    packed = np.ascontiguousarray(np.packbits(right, axis=1))
    _, first = np.unique(packed.view([("", packed.dtype)] * packed.shape[1]).ravel(), return_index=True)
    first = np.sort(first)
    first = first[right[first].sum(axis=1) >= 1][:MAX_PARTS]
    return right[first], first


def _first(table: Array) -> Array:
    """For each row the first column that holds, -1 where none does."""
    return np.where(table.any(axis=1), table.argmax(axis=1), -1)


def _costs(context: Context, kind: object, count: int) -> Array:
    costs = np.full(count, context.level)
    for run in context.inner.runs(kind):  # type: ignore[arg-type]
        costs[run.low : run.high] = run.cost
    return costs
