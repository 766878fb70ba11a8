"""Rows that put items or lists into a list, take them out, or exchange them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dsl.domains import backward, lists
from dsl.domains.transfers import narrowing, whole
from dsl.ops.late import KernelFile
from dsl.ops.list_index import Items, gap, place
from dsl.ops.table import Category, Op
from dsl.values import UNDEFINED, Profile, Stuck, Value

list_edit = KernelFile("list_edit")
nested_edit = KernelFile("nested_edit")

# ---------------------------------------------------------------- references


def _cons(profile: Profile, items: Items, item: Value) -> Items:
    return (item, *items)


def _append(profile: Profile, items: Items, item: Value) -> Items:
    return (*items, item)


def _concatenate(profile: Profile, left: Items, right: Items) -> Items:
    return left + right


def _insert(profile: Profile, items: Items, index: int, item: Value) -> Items | Stuck:
    return _splice(profile, items, index, (item,))


def _splice(profile: Profile, items: Items, index: int, other: Items) -> Items | Stuck:
    at = gap(profile, len(items), index)
    return UNDEFINED if at is None else items[:at] + other + items[at:]


def _remove_at(profile: Profile, items: Items, index: int) -> Items | Stuck:
    at = place(profile, len(items), index)
    return UNDEFINED if at is None else items[:at] + items[at + 1 :]


def _replace_at(profile: Profile, items: Items, index: int, item: Value) -> Items | Stuck:
    at = place(profile, len(items), index)
    return UNDEFINED if at is None else (*items[:at], item, *items[at + 1 :])


def _swap_at(profile: Profile, items: Items, index: int, other: int) -> Items | Stuck:
    i, j = place(profile, len(items), index), place(profile, len(items), other)
    if i is None or j is None:
        return UNDEFINED
    swapped = list(items)
    swapped[i], swapped[j] = items[j], items[i]
    return tuple(swapped)


def _replace_value(profile: Profile, items: Items, old: Value, new: Value) -> Items:
    return tuple(new if item == old else item for item in items)


def _without(profile: Profile, items: Items, item: Value) -> Items:
    return tuple(other for other in items if other != item)


def _without_first(profile: Profile, items: Items, item: Value) -> Items:
    if item not in items:
        return items
    at = items.index(item)
    return items[:at] + items[at + 1 :]


# ---------------------------------------------------------------- inverses: the argument at one position


def _cons_list(profile: Profile, result: Items, item: Value) -> Items | Stuck:
    return result[1:] if result[:1] == (item,) else UNDEFINED


def _cons_item(profile: Profile, result: Items, items: Items) -> Value | Stuck:
    return result[0] if result and result[1:] == items else UNDEFINED


def _append_list(profile: Profile, result: Items, item: Value) -> Items | Stuck:
    return result[:-1] if result[-1:] == (item,) else UNDEFINED


def _append_item(profile: Profile, result: Items, items: Items) -> Value | Stuck:
    return result[-1] if result and result[:-1] == items else UNDEFINED


def _left_part(profile: Profile, result: Items, right: Items) -> Items | Stuck:
    size = len(result) - len(right)
    return result[:size] if size >= 0 and result[size:] == right else UNDEFINED


def _right_part(profile: Profile, result: Items, left: Items) -> Items | Stuck:
    return result[len(left) :] if result[: len(left)] == left else UNDEFINED


def _insert_list(profile: Profile, result: Items, index: int, item: Value) -> Items | Stuck:
    return _splice_list(profile, result, index, (item,))


def _insert_item(profile: Profile, result: Items, items: Items, index: int) -> Value | Stuck:
    inserted = _spliced(profile, result, items, index)
    return inserted[0] if not isinstance(inserted, Stuck) and len(inserted) == 1 else UNDEFINED


def _splice_list(profile: Profile, result: Items, index: int, other: Items) -> Items | Stuck:
    size = len(result) - len(other)
    at = gap(profile, size, index) if size >= 0 else None
    if at is None or result[at : at + len(other)] != other:
        return UNDEFINED
    return result[:at] + result[at + len(other) :]


def _spliced(profile: Profile, result: Items, items: Items, index: int) -> Items | Stuck:
    at, size = gap(profile, len(items), index), len(result) - len(items)
    if at is None or size < 0 or result[:at] + result[at + size :] != items:
        return UNDEFINED
    return result[at : at + size]


def _new_item(profile: Profile, result: Items, items: Items, index: int) -> Value | Stuck:
    at = place(profile, len(items), index)
    if at is None or len(result) != len(items) or result[:at] + result[at + 1 :] != items[:at] + items[at + 1 :]:
        return UNDEFINED
    return result[at]


# ---------------------------------------------------------------- Python renderings


def _at(template: str) -> Callable[[Profile], str]:
    """A template whose helper is told how the profile reads an index."""
    return lambda profile: template.replace("{base}", str(profile.index_base)).replace("{from_end}", str(profile.negative_index))


_SPLICE = '''
def _splice(items, index, other, base, from_end):
    """The items with others put in before the one at `index`, which counts from `base`, or from the end where it is negative and may."""
    at = len(items) + index if from_end and index < 0 else index - base
    return items[:at] + other + items[at:]
'''

_REMOVE_AT = '''
def _remove_at(items, index, base, from_end):
    """The items without the one at `index`, which counts from `base`, or from the end where it is negative and may."""
    at = len(items) + index if from_end and index < 0 else index - base
    return items[:at] + items[at + 1:]
'''

_REPLACE_AT = '''
def _replace_at(items, index, item, base, from_end):
    """The items with another one at `index`, which counts from `base`, or from the end where it is negative and may."""
    at = len(items) + index if from_end and index < 0 else index - base
    return items[:at] + [item] + items[at + 1:]
'''

_SWAP_AT = '''
def _swap_at(items, index, other, base, from_end):
    """The items with two exchanged; indices count from `base`, or from the end where they are negative and may."""
    i, j = (len(items) + k if from_end and k < 0 else k - base for k in (index, other))
    swapped = list(items)
    swapped[i], swapped[j] = items[j], items[i]
    return swapped
'''

_WITHOUT_FIRST = '''
def _without_first(items, unwanted):
    """The items without the first one that equals `unwanted`."""
    at = items.index(unwanted) if unwanted in items else len(items)
    return items[:at] + items[at + 1:]
'''

# ---------------------------------------------------------------- rows

_row = partial(Op, category=Category.LISTS)

ROWS: tuple[Op, ...] = (
    _row(
        name="cons",
        effect="( List[a] a -- List[a] )",
        doc="The item, then the items of the list.",
        examples=("[1,2] 3 cons -> [3,1,2]", '[] "a" cons -> ["a"]'),
        python="[{1}, *{0}]",
        domains=whole(lists.append),
        backward=narrowing(backward.append),
        reference=_cons,
        kernels={"li->l": list_edit.cons, "lb->l": list_edit.cons, "ns->n": nested_edit.cons, "nl->n": nested_edit.cons},
        inverse={0: _cons_list, 1: _cons_item},
        suites={"dreamcoder": "cons", "rule": "cons"},
    ),
    _row(
        name="append",
        effect="( List[a] a -- List[a] )",
        doc="The items of the list, then the item.",
        examples=("[1,2] 3 append -> [1,2,3]", "[] true append -> [true]"),
        python="[*{0}, {1}]",
        domains=whole(lists.append),
        backward=narrowing(backward.append),
        reference=_append,
        kernels={"li->l": list_edit.append, "lb->l": list_edit.append, "ns->n": nested_edit.append, "nl->n": nested_edit.append},
        inverse={0: _append_list, 1: _append_item},
        suites={"rule": "append"},
    ),
    _row(
        name="++",
        effect="( List[a] List[a] -- List[a] )",
        doc="The items of the deeper list, then those of the top one.",
        examples=("[1,2] [3] ++ -> [1,2,3]", '["a"] [] ++ -> ["a"]'),
        python="{0} + {1}",
        domains=whole(lists.concatenate),
        backward=narrowing(backward.concatenate),
        reference=_concatenate,
        kernels={"ll->l": list_edit.concatenate, "nn->n": nested_edit.concatenate},
        inverse={0: _left_part, 1: _right_part},
        suites={"dreamcoder": "++", "rule": "concat"},
    ),
    _row(
        name="insert",
        effect="( List[a] Int a -- List[a] )",
        doc="The list with the item put in before the one at an index; at the index after the last, behind them all.",
        examples=("[1,2] 1 9 insert -> [1,9,2]", "[1,2] 2 9 insert -> [1,2,9]", "[1,2] 3 9 insert -> stuck undefined"),
        python=_at("_splice({0}, {1}, [{2}], {base}, {from_end})"),
        python_helper=_SPLICE,
        domains=whole(lists.insert),
        reference=_insert,
        kernels={"lii->l": list_edit.insert, "lib->l": list_edit.insert, "nis->n": nested_edit.insert, "nil->n": nested_edit.insert},
        inverse={0: _insert_list, 2: _insert_item},
        suites={"rule": "insert"},
    ),
    _row(
        name="splice",
        effect="( List[a] Int List[a] -- List[a] )",
        doc="The list with the items of the top one put in before the item at an index; at the index after the last, behind them all.",
        examples=("[1,2] 1 [8,9] splice -> [1,8,9,2]", "[1,2] 0 [] splice -> [1,2]", "[1,2] -1 [9] splice -> stuck undefined"),
        python=_at("_splice({0}, {1}, {2}, {base}, {from_end})"),
        python_helper=_SPLICE,
        domains=whole(lists.splice),
        reference=_splice,
        kernels={"lil->l": list_edit.splice, "nin->n": nested_edit.splice},
        inverse={0: _splice_list, 2: _spliced},
        suites={"rule": "splice"},
    ),
    _row(
        name="remove-at",
        effect="( List[a] Int -- List[a] )",
        doc="The list without the item at an index.",
        examples=("[3,1,2] 1 remove-at -> [3,2]", "[3,1,2] 3 remove-at -> stuck undefined"),
        python=_at("_remove_at({0}, {1}, {base}, {from_end})"),
        python_helper=_REMOVE_AT,
        domains=whole(lists.remove_at),
        reference=_remove_at,
        kernels={"li->l": list_edit.remove_at, "ni->n": nested_edit.remove_at},
        suites={"rule": "cut_idx"},
    ),
    _row(
        name="replace-at",
        effect="( List[a] Int a -- List[a] )",
        doc="The list with the item in place of the one at an index.",
        examples=("[3,1,2] 1 9 replace-at -> [3,9,2]", "[3,1,2] 3 9 replace-at -> stuck undefined"),
        python=_at("_replace_at({0}, {1}, {2}, {base}, {from_end})"),
        python_helper=_REPLACE_AT,
        domains=whole(lists.replace_at),
        reference=_replace_at,
        kernels={
            "lii->l": list_edit.replace_at,
            "lib->l": list_edit.replace_at,
            "nis->n": nested_edit.replace_at,
            "nil->n": nested_edit.replace_at,
        },
        inverse={2: _new_item},
        suites={"rule": "replace"},
    ),
    _row(
        name="swap-at",
        effect="( List[a] Int Int -- List[a] )",
        doc="The list with the items at two indices exchanged.",
        examples=("[3,1,2] 0 2 swap-at -> [2,1,3]", "[3,1,2] 0 3 swap-at -> stuck undefined"),
        python=_at("_swap_at({0}, {1}, {2}, {base}, {from_end})"),
        python_helper=_SWAP_AT,
        domains=whole(lists.swap_at),
        reference=_swap_at,
        kernels={"lii->l": list_edit.swap_at, "nii->n": nested_edit.swap_at},
        inverse={0: _swap_at},
        suites={"rule": "swap"},
    ),
    _row(
        name="replace-value",
        effect="( List[a] a a -- List[a] )",
        doc="The list with the top value in place of every item that equals the one below it.",
        examples=("[3,1,3] 3 9 replace-value -> [9,1,9]", '["a","b"] "c" "d" replace-value -> ["a","b"]'),
        python="[{2} if {x} == {1} else {x} for {x} in {0}]",
        domains=whole(lists.replace_value),
        reference=_replace_value,
        kernels={
            "lii->l": list_edit.replace_value,
            "lbb->l": list_edit.replace_value,
            "nss->n": nested_edit.replace_value,
            "nll->n": nested_edit.replace_value,
        },
    ),
    _row(
        name="without",
        effect="( List[a] a -- List[a] )",
        doc="The items that differ from the given one.",
        examples=("[3,1,3] 3 without -> [1]", "[3,1] 7 without -> [3,1]"),
        python="[{x} for {x} in {0} if {x} != {1}]",
        domains=whole(lists.without),
        backward=narrowing(backward.no_shorter),
        reference=_without,
        kernels={"li->l": list_edit.without, "lb->l": list_edit.without, "ns->n": nested_edit.without, "nl->n": nested_edit.without},
        suites={"rule": "cut_vals"},
    ),
    _row(
        name="without-first",
        effect="( List[a] a -- List[a] )",
        doc="The list without the first item that equals the given one; all of it if there is none.",
        examples=("[3,1,3] 3 without-first -> [1,3]", "[3,1] 7 without-first -> [3,1]"),
        python="_without_first({0}, {1})",
        python_helper=_WITHOUT_FIRST,
        domains=whole(lists.without_first),
        backward=narrowing(backward.no_shorter),
        reference=_without_first,
        kernels={
            "li->l": list_edit.without_first,
            "lb->l": list_edit.without_first,
            "ns->n": nested_edit.without_first,
            "nl->n": nested_edit.without_first,
        },
        suites={"rule": "cut_val"},
    ),
)
