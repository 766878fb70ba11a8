"""Rows that keep some or all of a list's own items: its ends and slices, and its items in another order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dsl.domains.transfers import domains
from dsl.ops.list_index import Items, amount, bounds
from dsl.ops.table import REFERENCE, Category, Op
from dsl.values import Profile

# ---------------------------------------------------------------- references


def _take(profile: Profile, items: Items, count: int) -> Items:
    return items[: amount(profile, len(items), count)]


def _drop(profile: Profile, items: Items, count: int) -> Items:
    return items[amount(profile, len(items), count) :]


def _take_last(profile: Profile, items: Items, count: int) -> Items:
    return items[len(items) - amount(profile, len(items), count) :]


def _drop_last(profile: Profile, items: Items, count: int) -> Items:
    return items[: len(items) - amount(profile, len(items), count)]


def _slice(profile: Profile, items: Items, start: int, end: int) -> Items:
    low, high = bounds(profile, len(items), start, end)
    return items[low:high]


def _cut_slice(profile: Profile, items: Items, start: int, end: int) -> Items:
    low, high = bounds(profile, len(items), start, end)
    return items[:low] + items[high:]


def _reverse(profile: Profile, items: Items) -> Items:
    return items[::-1]


def _rotate(profile: Profile, items: Items, count: int) -> Items:
    at = count % len(items) if items else 0
    return items[at:] + items[:at]


def _sort(profile: Profile, items: Items) -> Items:
    return tuple(sorted(items))


def _unique(profile: Profile, items: Items) -> Items:
    return tuple(dict.fromkeys(items))


# ---------------------------------------------------------------- inverses


def _rotated_back(profile: Profile, result: Items, count: int) -> Items:
    return _rotate(profile, result, -count)


# ---------------------------------------------------------------- Python renderings


def _clamped(template: str) -> Callable[[Profile], str]:
    """A template whose count `{n}` is 0 where it is negative, unless the profile counts from the end as Python does."""
    return lambda profile: template.replace("{n}", "{1}" if profile.negative_index else "max({1}, 0)")


_TAKE_LAST = '''
def _take_last(items, count, from_end):
    """The last items; a negative count is 0, or what that many items leave where it may count from the end."""
    count = count if count >= 0 else len(items) + count if from_end else 0
    return items[max(len(items) - max(count, 0), 0):]
'''

_DROP_LAST = '''
def _drop_last(items, count, from_end):
    """All but the last items; a negative count is 0, or what that many items leave where it may count from the end."""
    count = count if count >= 0 else len(items) + count if from_end else 0
    return items[:max(len(items) - max(count, 0), 0)]
'''

_SLICE = '''
def _slice(items, start, end, base, from_end):
    """The items from `start` to before `end`, or with it where indices count from 1; clamped."""
    low = len(items) + start if from_end and start < 0 else start - base
    high = len(items) + end + base if from_end and end < 0 else end
    return items[max(low, 0):max(high, 0)]
'''

_CUT_SLICE = '''
def _cut_slice(items, start, end, base, from_end):
    """The items outside `start` to before `end`, or with it where indices count from 1; clamped."""
    low = max(len(items) + start if from_end and start < 0 else start - base, 0)
    high = len(items) + end + base if from_end and end < 0 else end
    return items[:low] + items[max(low, high):]
'''


def _slice_template(helper: str) -> Callable[[Profile], str]:
    return lambda profile: f"{helper}({{0}}, {{1}}, {{2}}, {profile.index_base}, {profile.negative_index})"


_ROTATE = '''
def _rotate(items, count):
    """The items moved to the left in a circle."""
    at = count % len(items) if items else 0
    return items[at:] + items[:at]
'''

# ---------------------------------------------------------------- rows

_row = partial(Op, category=Category.LISTS)

ROWS: tuple[Op, ...] = (
    _row(
        name="take",
        effect="( List[a] Int -- List[a] )",
        doc="The first so many items; all of them if there are fewer.",
        examples=("[3,1,2] 2 take -> [3,1]", "[3,1] 5 take -> [3,1]", "[3,1] -1 take -> []"),
        python=_clamped("{0}[:{n}]"),
        domains=domains(),
        reference=_take,
        kernels=REFERENCE,
        suites={"deepcoder": "TAKE", "exedec": "Take", "lambdabeam": "Take", "rule": "take"},
    ),
    _row(
        name="drop-first",
        effect="( List[a] Int -- List[a] )",
        doc="All but the first so many items; none if there are no more.",
        examples=("[3,1,2] 2 drop-first -> [2]", "[3,1] 5 drop-first -> []", "[3,1] -1 drop-first -> [3,1]"),
        python=_clamped("{0}[{n}:]"),
        domains=domains(),
        reference=_drop,
        kernels=REFERENCE,
        suites={"deepcoder": "DROP", "exedec": "Drop", "lambdabeam": "Drop", "dreamcoder": "cdr", "rule": "drop"},
    ),
)
