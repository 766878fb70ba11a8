"""Rows that ask a list for one item or one number."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import prod

from dsl.domains import backward, items
from dsl.domains.transfers import narrowing, whole
from dsl.ops.late import KernelFile
from dsl.ops.list_index import Items, place
from dsl.ops.table import Category, Op
from dsl.values import UNDEFINED, Profile, Stuck, Value

lists = KernelFile("lists")
nested = KernelFile("nested")

# ---------------------------------------------------------------- references


def _missing(profile: Profile, items: Items) -> Value | Stuck:
    """What stands for an item that is not there. A value does not tell which list an empty one is; it counts as a List[Int]."""
    is_zero = profile.undefined == "zero" and profile.int_min <= 0 <= profile.int_max
    return 0 if is_zero and (not items or type(items[0]) is int) else UNDEFINED


def _item(at: int) -> Callable[[Profile, Items], Value | Stuck]:
    """The item at a place counted from 0, or from the end where it is negative."""

    def reference(profile: Profile, items: Items) -> Value | Stuck:
        return items[at] if -len(items) <= at < len(items) else _missing(profile, items)

    return reference


def _nth(profile: Profile, items: Items, index: int) -> Value | Stuck:
    at = place(profile, len(items), index)
    return _missing(profile, items) if at is None else items[at]


def _length(profile: Profile, items: Items) -> int:
    return len(items)


def _sum(profile: Profile, items: Items) -> int:
    return sum(items)


def _product(profile: Profile, items: Items) -> int:
    return prod(items)


def _minimum(profile: Profile, items: Items) -> Value | Stuck:
    return min(items) if items else _missing(profile, items)


def _maximum(profile: Profile, items: Items) -> Value | Stuck:
    return max(items) if items else _missing(profile, items)


def _count_of(profile: Profile, items: Items, item: Value) -> int:
    return items.count(item)


def _is_member(profile: Profile, items: Items, item: Value) -> bool:
    return item in items


def _is_empty(profile: Profile, items: Items) -> bool:
    return not items


def _index_of(profile: Profile, items: Items, item: Value) -> int:
    return profile.index_base + (items.index(item) if item in items else -1)


# ---------------------------------------------------------------- Python renderings


def _item_template(at: str, from_end: str = "") -> Callable[[Profile], str]:
    """`{0}[at]`; or, where a missing item is 0, the first item of what the list holds from there on."""
    rest = "{0}" if at in ("0", "-1") else f"{{0}}[{at}:]"
    return lambda profile: f"({rest} or [0])[{from_end or 0}]" if profile.undefined == "zero" else f"{{0}}[{at}]"


_NTH = '''
def _nth(items, index, base, from_end, missing):
    """The item at an index that counts from `base`, or from the end where it is negative and may; `missing` where there is none."""
    at = len(items) + index if from_end and index < 0 else index - base
    return items[at] if 0 <= at < len(items) else missing
'''


def _nth_template(profile: Profile) -> str:
    if profile.undefined == "stuck" and not (profile.index_base and profile.negative_index):
        return "{0}[{1} - 1]" if profile.index_base else "{0}[{1}]"
    missing = "0" if profile.undefined == "zero" else "None"
    return f"_nth({{0}}, {{1}}, {profile.index_base}, {profile.negative_index}, {missing})"


_PRODUCT = '''
def _product(items):
    """All the items multiplied."""
    result = 1
    for item in items:
        result *= item
    return result
'''

_INDEX_OF = '''
def _index_of(items, item, base):
    """The index of the first such item, counted from `base`; one below that where there is none."""
    return base + (items.index(item) if item in items else -1)
'''


def _extreme(function: str) -> Callable[[Profile], str]:
    return lambda profile: f"{function}({{0}}, default=0)" if profile.undefined == "zero" else f"{function}({{0}})"


# ---------------------------------------------------------------- rows

_row = partial(Op, category=Category.LISTS)


def _named(deepcoder: str, **others: str) -> dict[str, str]:
    """Suites of a DeepCoder function, which ExeDec and LambdaBeam write in small letters."""
    return {"deepcoder": deepcoder, "exedec": deepcoder.capitalize(), "lambdabeam": deepcoder.capitalize(), **others}


ROWS: tuple[Op, ...] = (
    _row(
        name="head",
        effect="( List[a] -- a )",
        doc="The first item.",
        examples=("[3,1,2] head -> 3", '["a","b"] head -> "a"', "[] head -> stuck undefined"),
        python=_item_template("0"),
        domains=whole(items.item_at(0)),
        reference=_item(0),
        kernels={"l->i": lists.head, "l->b": lists.head_flag, "n->s": nested.head, "n->l": nested.head},
        suites=_named("HEAD", dreamcoder="car", rule="first"),
    ),
    _row(
        name="last",
        effect="( List[a] -- a )",
        doc="The last item.",
        examples=("[3,1,2] last -> 2", "[] last -> stuck undefined"),
        python=_item_template("-1", "-1"),
        domains=whole(items.item_at(-1)),
        reference=_item(-1),
        kernels={"l->i": lists.last, "l->b": lists.last_flag, "n->s": nested.last, "n->l": nested.last},
        suites=_named("LAST", rule="last"),
    ),
    _row(
        name="second",
        effect="( List[a] -- a )",
        doc="The item after the first.",
        examples=("[3,1,2] second -> 1", "[3] second -> stuck undefined"),
        python=_item_template("1"),
        domains=whole(items.item_at(1)),
        reference=_item(1),
        kernels={"l->i": lists.second, "l->b": lists.second_flag, "n->s": nested.second, "n->l": nested.second},
        suites={"rule": "second"},
    ),
    _row(
        name="third",
        effect="( List[a] -- a )",
        doc="The item after the second.",
        examples=("[3,1,2] third -> 2", "[3,1] third -> stuck undefined"),
        python=_item_template("2"),
        domains=whole(items.item_at(2)),
        reference=_item(2),
        kernels={"l->i": lists.third, "l->b": lists.third_flag, "n->s": nested.third, "n->l": nested.third},
        suites={"rule": "third"},
    ),
    _row(
        name="nth",
        effect="( List[a] Int -- a )",
        doc="The item at an index.",
        examples=("[3,1,2] 1 nth -> 1", '["a","b"] 0 nth -> "a"', "[3,1,2] 3 nth -> stuck undefined", "[3,1,2] -1 nth -> stuck undefined"),
        python=_nth_template,
        python_helper=_NTH,
        domains=whole(items.nth),
        reference=_nth,
        kernels={"li->i": lists.nth, "li->b": lists.nth_flag, "ni->s": nested.nth, "ni->l": nested.nth},
        suites=_named("ACCESS", dreamcoder="index", rule="nth"),
    ),
    _row(
        name="length",
        effect="( List[a] -- Int )",
        doc="How many items there are.",
        examples=("[3,1,2] length -> 3", "[] length -> 0"),
        python="len({0})",
        domains=whole(items.length),
        backward=narrowing(backward.length),
        reference=_length,
        kernels={"l->i": lists.length, "n->i": nested.length},
        suites={"dreamcoder": "length", "rule": "length"},
    ),
    _row(
        name="sum",
        effect="( List[Int] -- Int )",
        doc="The sum of the items.",
        examples=("[3,1,2] sum -> 6", "[] sum -> 0", "[2147483647,1] sum -> stuck range"),
        python="sum({0})",
        domains=whole(items.total),
        reference=_sum,
        kernels={"l->i": lists.total},
        suites=_named("SUM", dreamcoder="sum", rule="sum"),
    ),
    _row(
        name="product",
        effect="( List[Int] -- Int )",
        doc="The product of the items.",
        examples=("[3,1,2] product -> 6", "[] product -> 1", "[2147483647,2147483647,0] product -> 0"),
        python="_product({0})",
        python_helper=_PRODUCT,
        domains=whole(items.product),
        reference=_product,
        kernels={"l->i": lists.product},
        suites={"rule": "product"},
    ),
    _row(
        name="minimum",
        effect="( List[Int] -- Int )",
        doc="The smallest item.",
        examples=("[3,1,2] minimum -> 1", "[] minimum -> stuck undefined"),
        python=_extreme("min"),
        domains=whole(items.extreme),
        reference=_minimum,
        kernels={"l->i": lists.minimum},
        suites=_named("MINIMUM", rule="min"),
    ),
    _row(
        name="maximum",
        effect="( List[Int] -- Int )",
        doc="The largest item.",
        examples=("[3,1,2] maximum -> 3", "[] maximum -> stuck undefined"),
        python=_extreme("max"),
        domains=whole(items.extreme),
        reference=_maximum,
        kernels={"l->i": lists.maximum},
        suites=_named("MAXIMUM", rule="max"),
    ),
    _row(
        name="count-of",
        effect="( List[a] a -- Int )",
        doc="How many items equal the given one.",
        examples=("[3,1,3] 3 count-of -> 2", '["a","b"] "c" count-of -> 0'),
        python="{0}.count({1})",
        domains=whole(items.count_of),
        reference=_count_of,
        kernels={"li->i": lists.count_of, "lb->i": lists.count_of, "ns->i": nested.count_of, "nl->i": nested.count_of},
    ),
    _row(
        name="member?",
        effect="( List[a] a -- Bool )",
        doc="Whether some item equals the given one.",
        examples=("[3,1,2] 1 member? -> true", "[3,1,2] 7 member? -> false", "[[1],[2,3]] [2,3] member? -> true"),
        python="{1} in {0}",
        domains=whole(items.is_member),
        reference=_is_member,
        kernels={"li->b": lists.is_member, "lb->b": lists.is_member, "ns->b": nested.is_member, "nl->b": nested.is_member},
        suites={"rule": "is_in"},
    ),
    _row(
        name="empty?",
        effect="( List[a] -- Bool )",
        doc="Whether there are no items.",
        examples=("[] empty? -> true", "[0] empty? -> false"),
        python="not {0}",
        domains=whole(items.is_empty),
        backward=narrowing(backward.is_empty),
        reference=_is_empty,
        kernels={"l->b": lists.is_empty, "n->b": nested.is_empty},
        suites={"dreamcoder": "empty?"},
    ),
    _row(
        name="index-of",
        effect="( List[a] a -- Int )",
        doc="The index of the first item that equals the given one; one less than the first index where there is none.",
        examples=("[3,1,3] 3 index-of -> 0", "[3,1,2] 2 index-of -> 2", "[3,1,2] 7 index-of -> -1"),
        python=lambda profile: f"_index_of({{0}}, {{1}}, {profile.index_base})",
        python_helper=_INDEX_OF,
        domains=whole(items.index_of),
        reference=_index_of,
        kernels={"li->i": lists.index_of, "lb->i": lists.index_of, "ns->i": nested.index_of, "nl->i": nested.index_of},
    ),
)
