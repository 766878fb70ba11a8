"""Rows that keep some or all of a list's own items: its ends and slices, and its items in another order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dsl.domains import backward, lists
from dsl.domains.transfers import narrowing, same, whole
from dsl.ops.late import KernelFile
from dsl.ops.list_index import Items, amount, bounds
from dsl.ops.table import Category, Op
from dsl.values import Profile

list_parts = KernelFile("list_parts")
nested = KernelFile("nested")
sorting = KernelFile("sorting")

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


_UNIQUE = '''
def _unique(items):
    """Each different item once, in order of first appearance."""
    return [item for at, item in enumerate(items) if item not in items[:at]]
'''

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
        domains=whole(lists.take),
        backward=narrowing(backward.no_shorter),
        reference=_take,
        kernels={"li->l": list_parts.take, "ni->n": nested.take},
        suites={"deepcoder": "TAKE", "exedec": "Take", "lambdabeam": "Take", "rule": "take"},
    ),
    _row(
        name="drop-first",
        effect="( List[a] Int -- List[a] )",
        doc="All but the first so many items; none if there are no more.",
        examples=("[3,1,2] 2 drop-first -> [2]", "[3,1] 5 drop-first -> []", "[3,1] -1 drop-first -> [3,1]"),
        python=_clamped("{0}[{n}:]"),
        domains=whole(lists.drop),
        backward=narrowing(backward.no_shorter),
        reference=_drop,
        kernels={"li->l": list_parts.drop, "ni->n": nested.drop},
        suites={"deepcoder": "DROP", "exedec": "Drop", "lambdabeam": "Drop", "rule": "drop"},
    ),
    _row(
        name="take-last",
        effect="( List[a] Int -- List[a] )",
        doc="The last so many items; all of them if there are fewer.",
        examples=("[3,1,2] 2 take-last -> [1,2]", "[3,1] 5 take-last -> [3,1]", "[3,1] -1 take-last -> []"),
        python=lambda profile: f"_take_last({{0}}, {{1}}, {profile.negative_index})",
        python_helper=_TAKE_LAST,
        domains=whole(lists.take),
        backward=narrowing(backward.no_shorter),
        reference=_take_last,
        kernels={"li->l": list_parts.take_last, "ni->n": nested.take_last},
        suites={"rule": "takelast"},
    ),
    _row(
        name="drop-last",
        effect="( List[a] Int -- List[a] )",
        doc="All but the last so many items; none if there are no more.",
        examples=("[3,1,2] 2 drop-last -> [3]", "[3,1] 5 drop-last -> []", "[3,1] -1 drop-last -> [3,1]"),
        python=lambda profile: f"_drop_last({{0}}, {{1}}, {profile.negative_index})",
        python_helper=_DROP_LAST,
        domains=whole(lists.drop),
        backward=narrowing(backward.no_shorter),
        reference=_drop_last,
        kernels={"li->l": list_parts.drop_last, "ni->n": nested.drop_last},
        suites={"rule": "droplast"},
    ),
    _row(
        name="slice",
        effect="( List[a] Int Int -- List[a] )",
        doc="The items from the first index to before the second (with it where indices count from 1), as far as the list goes.",
        examples=("[3,1,2,4] 1 3 slice -> [1,2]", "[3,1] -5 9 slice -> [3,1]", "[3,1,2] 2 1 slice -> []"),
        python=_slice_template("_slice"),
        python_helper=_SLICE,
        domains=whole(lists.slice_items),
        backward=narrowing(backward.no_shorter),
        reference=_slice,
        kernels={"lii->l": list_parts.cut, "nii->n": nested.cut},
        suites={"dreamcoder": "slice", "rule": "slice"},
    ),
    _row(
        name="cut-slice",
        effect="( List[a] Int Int -- List[a] )",
        doc="The items that `slice` with the same indices leaves out.",
        examples=("[3,1,2,4] 1 3 cut-slice -> [3,4]", "[3,1,2] 2 1 cut-slice -> [3,1,2]"),
        python=_slice_template("_cut_slice"),
        python_helper=_CUT_SLICE,
        domains=whole(lists.cut_slice),
        backward=narrowing(backward.no_shorter),
        reference=_cut_slice,
        kernels={"lii->l": list_parts.cut_slice, "nii->n": nested.cut_slice},
        suites={"rule": "cut_slice"},
    ),
    _row(
        name="reverse",
        effect="( List[a] -- List[a] )",
        doc="The items from last to first.",
        examples=("[3,1,2] reverse -> [2,1,3]", '["a","b"] reverse -> ["b","a"]'),
        python="{0}[::-1]",
        domains=whole(same()),
        backward=narrowing(backward.same),
        reference=_reverse,
        kernels={"l->l": list_parts.reverse, "n->n": nested.reverse},
        inverse={0: _reverse},
        suites={"deepcoder": "REVERSE", "exedec": "Reverse", "lambdabeam": "Reverse", "dreamcoder": "reverse", "rule": "reverse"},
    ),
    _row(
        name="rotate",
        effect="( List[a] Int -- List[a] )",
        doc="The items moved to the left in a circle so many times, to the right where the number is negative.",
        examples=("[3,1,2] 1 rotate -> [1,2,3]", "[3,1,2] -1 rotate -> [2,3,1]", "[] 5 rotate -> []"),
        python="_rotate({0}, {1})",
        python_helper=_ROTATE,
        domains=whole(same()),
        backward=narrowing(backward.same),
        reference=_rotate,
        kernels={"li->l": list_parts.rotate, "ni->n": nested.rotate},
        inverse={0: _rotated_back},
    ),
    _row(
        name="sort",
        effect="( List[a] -- List[a] )",
        doc="The items in ascending order: false before true, strings by code points, lists by their first difference.",
        examples=("[3,1,2] sort -> [1,2,3]", '["b","ab","B"] sort -> ["B","ab","b"]', "[[2],[1,5],[1]] sort -> [[1],[1,5],[2]]"),
        python="sorted({0})",
        domains=whole(same()),
        backward=narrowing(backward.same),
        reference=_sort,
        kernels={"l->l": sorting.sort, "n->n": nested.sort},
        suites={"deepcoder": "SORT", "exedec": "Sort", "lambdabeam": "Sort", "dreamcoder": "sort", "rule": "sort"},
    ),
    _row(
        name="unique",
        effect="( List[a] -- List[a] )",
        doc="Each different item once, in order of first appearance.",
        examples=("[3,1,3,2,1] unique -> [3,1,2]", '["a","a"] unique -> ["a"]'),
        python="_unique({0})",
        python_helper=_UNIQUE,
        domains=whole(lists.unique),
        backward=narrowing(backward.unique),
        reference=_unique,
        kernels={"l->l": list_parts.unique, "n->n": nested.unique},
        suites={"rule": "unique"},
    ),
)
