"""What a function must give at a place so that its word gives the task's outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from dsl.columns.layout import Array
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT
from search.exact.context import Goal, Place, Rows

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator

MAP_WORDS = {"items": "map", "indexed": "map-index", "pairs": "zip-with"}


def goal_of(
    place: Place, rows: Rows | None, targets: Sequence[Any], bank: Enumerator, lists: Callable[[int], tuple[Array, Array]]
) -> Goal | None:
    """The goal of a place, None where no function there can give the outputs. For scans `rows` may be None: then only shapes are compared."""
    kind = bank.task.output_type
    if kind not in (LIST_INT, LIST_BOOL):
        return None
    wanted = np.array([len(target) for target in targets])
    if place.family == "scan":
        return _scan_goal(place, rows, targets, bank, lists, wanted)
    assert rows is not None
    if (rows.lengths == wanted).all():
        word = MAP_WORDS[place.family]
        flat = np.array([value for target in targets for value in target])
        return Goal(word, INT if kind == LIST_INT else BOOL, flat) if word in bank.words else None
    if kind != LIST_INT or place.family == "pairs":
        return None
    return _filter_goal(place, rows, targets, bank)


def _scan_goal(place: Place, rows: Rows | None, targets: Sequence[Any], bank: Enumerator, lists: Any, wanted: Array) -> Goal | None:
    if "scan" not in bank.words or bank.task.output_type != LIST_INT:
        return None
    data, lengths = lists(place.sources[0])
    if not (lengths == wanted).all() or any(n and row[0] != target[0] for row, n, target in zip(data, lengths, targets, strict=True)):
        return None
    return Goal("scan", INT, np.array([value for target in targets for value in target[1:]], np.int64))


def _filter_goal(place: Place, rows: Rows, targets: Sequence[Any], bank: Enumerator) -> Goal | None:
    """Which items were kept, if they can be told; else which positions were given."""
    items = rows.params[-1]
    word = "filter" if place.family == "items" else "filter-index"
    kept: list[bool] | None = []
    given: list[bool] | None = []
    for e, target in enumerate(targets):
        here = items[rows.owner == e].tolist()
        mask = _kept(here, list(target), by_value=place.family == "items")
        kept = None if kept is None or mask is None else kept + mask
        base = bank.profile.index_base
        at = [i - base for i in target]
        fits = all(a < b for a, b in pairwise(at)) and all(0 <= i < len(here) for i in at)
        given = given + [i in at for i in range(len(here))] if given is not None and fits else None
    if kept is not None and word in bank.words:
        return Goal(word, BOOL, np.array(kept, bool))
    if given is not None and place.family == "items" and "positions-where" in bank.words:
        return Goal("positions-where", BOOL, np.array(given, bool))
    return None


def _kept(items: list[int], target: list[int], *, by_value: bool) -> list[bool] | None:
    """Which items make the target, in order; None if none do, or if it may be different ones."""
    if by_value:
        mask = [item in target for item in items]
        return mask if [item for item, held in zip(items, mask, strict=True) if held] == target else None
    first = _greedy(items, target)
    last = _greedy(items[::-1], target[::-1])
    return first if first is not None and last is not None and first == last[::-1] else None


def _greedy(items: list[int], target: list[int]) -> list[bool] | None:
    mask, k = [], 0
    for item in items:
        held = k < len(target) and item == target[k]
        mask.append(held)
        k += held
    return mask if k == len(target) else None
