"""List rows: references against independent formulas and under each switch of the profile; kernels, Python templates and inverses against references."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import pytest

from dsl.kernels import Limits, sorting
from dsl.ops import OPS
from dsl.ops.table import Category, Op
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, Type
from dsl.values import DEFAULT, SIZE, UNDEFINED, Profile, Stuck
from tests.dsl.ops.list_rows import PROFILES, by_kernel, by_python, cases, inverse_mistakes, is_told_apart, signature, typings
from tests.dsl.ops.scalar_rows import by_reference

ROWS = [op for op in OPS.values() if op.category is Category.LISTS]
each_row = pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
each_profile = pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)

BASE_1 = DEFAULT.with_limits(index_base=1)
FROM_END = DEFAULT.with_limits(negative_index=True)
BOTH = DEFAULT.with_limits(index_base=1, negative_index=True)
ZERO = DEFAULT.with_limits(undefined="zero")

INDICES = range(-4, 8)
LISTS = [xs for n in range(5) for xs in itertools.product((-1, 0, 2), repeat=n)]
SMALL = [xs for n in range(4) for xs in itertools.product((0, 1), repeat=n)]


def call(name: str, *args: Any, profile: Profile = DEFAULT) -> Any:
    """The machine's answer."""
    return by_reference(OPS[name], args, profile)


def kept(xs: Any, keep: Callable[[int], bool]) -> tuple[Any, ...]:
    """The items at the places for which `keep` holds."""
    return tuple(x for place, x in enumerate(xs) if keep(place))


def at(xs: Any, place: int, found: Callable[[int], Any]) -> Any:
    """`found(place)` where the list has that place."""
    return found(place) if place in range(len(xs)) else UNDEFINED


def series(start: int, step: int, end: int) -> Any:
    """Numbers counted one by one."""
    numbers = []
    while step and (start < end if step > 0 else start > end):
        numbers.append(start)
        start += step
    return tuple(numbers) if step else UNDEFINED


# ---------------------------------------------------------------- references

OF_A_LIST: dict[str, Callable[[Any], Any]] = {
    "head": lambda xs: at(xs, 0, xs.__getitem__),
    "second": lambda xs: at(xs, 1, xs.__getitem__),
    "third": lambda xs: at(xs, 2, xs.__getitem__),
    "last": lambda xs: at(xs, len(xs) - 1, xs.__getitem__),
    "length": lambda xs: sum(1 for _ in xs),
    "sum": lambda xs: reduce(lambda a, b: a + b, xs, 0),
    "product": lambda xs: reduce(lambda a, b: a * b, xs, 1),
    "minimum": lambda xs: next((x for x in xs if all(x <= y for y in xs)), UNDEFINED),
    "maximum": lambda xs: next((x for x in xs if all(x >= y for y in xs)), UNDEFINED),
    "empty?": lambda xs: xs == (),
    "reverse": lambda xs: tuple(reversed(xs)),
    "sort": lambda xs: tuple(x for x in (-1, 0, 2) for _ in range(xs.count(x))),
    "unique": lambda xs: kept(xs, lambda i: xs[i] not in xs[:i]),
    "group": lambda xs: tuple((x,) * n for x, n in runs(xs)),
}
OF_A_LIST_AND_AN_ITEM: dict[str, Callable[[Any, Any], Any]] = {
    "count-of": lambda xs, a: len([x for x in xs if x == a]),
    "member?": lambda xs, a: any(x == a for x in xs),
    "index-of": lambda xs, a: next((i for i in range(len(xs)) if xs[i] == a), -1),
    "positions": lambda xs, a: tuple(i for i in range(len(xs)) if xs[i] == a),
    "cons": lambda xs, a: tuple(reversed([*reversed(xs), a])),
    "append": lambda xs, a: tuple([*xs, a]),
    "without": lambda xs, a: kept(xs, lambda i: xs[i] != a),
    "without-first": lambda xs, a: kept(xs, lambda i: xs[i] != a or a in xs[:i]),
    "split-on": lambda xs, a: tuple(tuple(map("0+-".index, part)) for part in letters(xs).split(letters([a]))),
}
OF_A_LIST_AND_AN_INDEX: dict[str, Callable[[Any, int], Any]] = {
    "nth": lambda xs, i: at(xs, i, xs.__getitem__),
    "take": lambda xs, k: kept(xs, lambda i: i < k),
    "drop-first": lambda xs, k: kept(xs, lambda i: i >= k),
    "take-last": lambda xs, k: kept(xs, lambda i: i >= len(xs) - k),
    "drop-last": lambda xs, k: kept(xs, lambda i: i < len(xs) - k),
    "rotate": lambda xs, k: tuple(xs[(i + k) % len(xs)] for i in range(len(xs))),
    "remove-at": lambda xs, i: at(xs, i, lambda i: kept(xs, lambda j: j != i)),
}


def runs(xs: Any) -> list[tuple[Any, int]]:
    """Each run of equal neighbours as an item and how long it is."""
    starts = [i for i in range(len(xs)) if i == 0 or xs[i] != xs[i - 1]]
    return [(xs[i], j - i) for i, j in itertools.pairwise([*starts, len(xs)])]


def letters(xs: Any) -> str:
    """A list of 0, 1 and 2 as text, so that `str.split` may be compared."""
    return "".join("0+-"[x] for x in xs)


@pytest.mark.parametrize("name", OF_A_LIST)
def test_words_on_a_list(name: str) -> None:
    for xs in LISTS:
        assert call(name, xs) == OF_A_LIST[name](xs), xs


@pytest.mark.parametrize("name", OF_A_LIST_AND_AN_ITEM)
def test_words_on_a_list_and_an_item(name: str) -> None:
    for xs in [xs for n in range(6) for xs in itertools.product(range(3), repeat=n)]:
        for item in range(3):
            assert call(name, xs, item) == OF_A_LIST_AND_AN_ITEM[name](xs, item), (xs, item)


@pytest.mark.parametrize("name", OF_A_LIST_AND_AN_INDEX)
def test_words_on_a_list_and_an_index(name: str) -> None:
    for xs, i in itertools.product(LISTS, INDICES):
        assert call(name, xs, i) == OF_A_LIST_AND_AN_INDEX[name](xs, i), (xs, i)


def test_words_with_two_indices() -> None:
    for xs, i, j in itertools.product(LISTS[::3], INDICES, INDICES):
        assert call("slice", xs, i, j) == kept(xs, lambda k: i <= k < j)  # noqa: B023 (called at once)
        assert call("cut-slice", xs, i, j) == kept(xs, lambda k: not i <= k < j)  # noqa: B023
        there = {i, j} <= set(range(len(xs)))
        assert call("swap-at", xs, i, j) == (tuple(xs[{i: j, j: i}.get(k, k)] for k in range(len(xs))) if there else UNDEFINED)


def test_words_that_put_something_at_an_index() -> None:
    for xs, i in itertools.product(LISTS, INDICES):
        longer = list(xs)
        longer.insert(i, 9)
        assert call("insert", xs, i, 9) == (tuple(longer) if 0 <= i <= len(xs) else UNDEFINED)
        spliced = list(xs)
        spliced[i:i] = [7, 8]
        assert call("splice", xs, i, (7, 8)) == (tuple(spliced) if 0 <= i <= len(xs) else UNDEFINED)
        replaced = {**dict(enumerate(xs)), i: 9}
        assert call("replace-at", xs, i, 9) == (tuple(replaced.values()) if 0 <= i < len(xs) else UNDEFINED)


def test_words_on_two_lists_and_two_items() -> None:
    for xs, ys in itertools.product(LISTS[::2], LISTS[::5]):
        assert call("++", xs, ys) == tuple(itertools.chain(xs, ys))
        assert call("zip", xs, ys) == tuple((xs[i], ys[i]) for i in range(min(len(xs), len(ys))))
        assert call("flatten", (xs, ys, xs)) == (*xs, *ys, *xs)
    for xs, a, b in itertools.product(LISTS, (-1, 2), (0, 5)):
        assert call("replace-value", xs, a, b) == tuple({a: b}.get(x, x) for x in xs)


def test_words_that_build_lists() -> None:
    for i, j, k in itertools.product(range(-7, 8), repeat=3):
        assert call("range", i, j, k) == series(i, j, k)
    for n in range(-2, 6):
        assert call("iota", n) == series(0, 1, n)
        assert call("replicate", 7, n) == tuple(7 for _ in range(n))
    assert call("singleton", (1, 2)) == ((1, 2),)


def test_sort_orders_every_type() -> None:
    assert call("sort", ("b", "B", "", "ab", "\U0001f600", "\uffff", "a")) == ("", "B", "a", "ab", "b", "\uffff", "\U0001f600")
    assert call("sort", (True, False, True)) == (False, True, True)
    assert call("sort", ((2,), (1, 5), (), (1,), (-1, 9))) == ((), (-1, 9), (1,), (1, 5), (2,))


# ---------------------------------------------------------------- switches of the profile


def test_base_1_moves_indices_by_one() -> None:
    for xs, i in itertools.product(LISTS[::2], INDICES):
        for name in ("nth", "remove-at"):
            assert call(name, xs, i + 1, profile=BASE_1) == call(name, xs, i)
        for name in ("insert", "replace-at"):
            assert call(name, xs, i + 1, 9, profile=BASE_1) == call(name, xs, i, 9)
        assert call("splice", xs, i + 1, (8, 9), profile=BASE_1) == call("splice", xs, i, (8, 9))
        assert call("index-of", xs, i, profile=BASE_1) == call("index-of", xs, i) + 1
        assert call("positions", xs, i, profile=BASE_1) == tuple(n + 1 for n in call("positions", xs, i))
        for j in INDICES:
            assert call("swap-at", xs, i + 1, j + 1, profile=BASE_1) == call("swap-at", xs, i, j)
            for name in ("slice", "cut-slice"):
                assert call(name, xs, i + 1, j, profile=BASE_1) == call(name, xs, i, j)


def test_base_1_leaves_counts_alone_and_ranges_with_their_end() -> None:
    for xs, i in itertools.product(LISTS[::2], INDICES):
        for name in ("take", "drop-first", "take-last", "drop-last", "rotate"):
            assert call(name, xs, i, profile=BASE_1) == call(name, xs, i)
    for i, j, k in itertools.product(range(-5, 6), repeat=3):
        direction = 1 if j > 0 else -1
        assert call("range", i, j, k, profile=BASE_1) == series(i, j, k + direction)
    assert call("iota", 3, profile=BASE_1) == (0, 1, 2)


def test_negative_indices_are_pythons() -> None:
    for xs, i in itertools.product(LISTS, INDICES):
        assert call("take", xs, i, profile=FROM_END) == xs[:i]
        assert call("drop-first", xs, i, profile=FROM_END) == xs[i:]
        assert call("nth", xs, i, profile=FROM_END) == (xs[i] if -len(xs) <= i < len(xs) else UNDEFINED)
        removed = list(xs)
        if -len(xs) <= i < len(xs):
            del removed[i]
        assert call("remove-at", xs, i, profile=FROM_END) == (tuple(removed) if len(removed) < len(xs) else UNDEFINED)
        longer = list(xs)
        longer.insert(i, 9)
        assert call("insert", xs, i, 9, profile=FROM_END) == (tuple(longer) if -len(xs) <= i <= len(xs) else UNDEFINED)
        for j in INDICES:
            assert call("slice", xs, i, j, profile=FROM_END) == xs[i:j]


def test_negative_counts_from_the_other_end() -> None:
    for xs, k in itertools.product(LISTS, range(1, 7)):
        assert call("take-last", xs, -k, profile=FROM_END) == xs[k:]
        assert call("drop-last", xs, -k, profile=FROM_END) == xs[:k]


def test_negative_indices_do_not_depend_on_the_base() -> None:
    for xs, i in itertools.product(LISTS[::2], range(-6, 0)):
        for name in ("nth", "remove-at", "take", "drop-first"):
            assert call(name, xs, i, profile=BOTH) == call(name, xs, i, profile=FROM_END)
    assert call("slice", (1, 2, 3, 4), -3, -1, profile=BOTH) == (2, 3, 4)
    assert call("nth", (1, 2, 3), 0, profile=BOTH) == UNDEFINED


def test_missing_items_of_int_lists_are_zero_by_profile() -> None:
    for name in ("head", "last", "second", "third", "minimum", "maximum"):
        assert call(name, (), profile=ZERO) == 0
        assert call(name, ()) == UNDEFINED
    assert call("third", (1, 2), profile=ZERO) == call("nth", (1, 2), 2, profile=ZERO) == call("nth", (1, 2), -1, profile=ZERO) == 0
    for items in (("a",), (True,), ((1,),), ((),)):
        assert call("second", items, profile=ZERO) == call("nth", items, 1, profile=ZERO) == UNDEFINED
    assert call("remove-at", (), 0, profile=ZERO) == UNDEFINED
    assert call("head", (), profile=ZERO.with_limits(int_min=1)) == UNDEFINED


# ---------------------------------------------------------------- kernels, renderings


@each_row
@each_profile
def test_kernels_agree_with_the_reference(op: Op, profile: Profile) -> None:
    for kinds, args in cases(op, profile):
        wanted = by_reference(op, args, profile)
        if not is_told_apart(kinds, profile, args, wanted):
            wanted = UNDEFINED
        got = by_kernel(op, kinds, args, profile)
        assert got == wanted and type(got) is type(wanted), (kinds, args)


@each_row
def test_every_layout_has_a_kernel(op: Op) -> None:
    assert {signature(kinds) for kinds in typings(op)} == set(op.kernels)


@each_row
@each_profile
def test_python_rendering_gives_the_same_value(op: Op, profile: Profile) -> None:
    for kinds, args in cases(op, profile):
        wanted = by_reference(op, args, profile)
        if not isinstance(wanted, Stuck) and is_told_apart(kinds, profile, args, wanted):
            assert by_python(op, args, profile) == wanted, args


def test_the_sorting_network_sorts_by_the_0_1_principle() -> None:
    """A network that sorts zeros and ones sorts everything (Knuth, TAOCP 3, 5.3.4 Z); a merging one needs sorted halves only."""
    blocks = {size: [(0,) * zeros + (1,) * (size - zeros) for zeros in range(size + 1)] for size in (4, 8, 16)}
    inputs = [*itertools.product((0, 1), repeat=4), *itertools.product((0, 1), repeat=8)]
    inputs += [a + b for a in blocks[8] for b in blocks[4]]
    inputs += [a + b for a in blocks[8] for b in blocks[8]]
    inputs += [a + b for a in blocks[16] for b in blocks[4]]
    for items in inputs:
        assert sort_by_kernel(items) == sorted(items)


def test_sort_of_every_length() -> None:
    rng = random.Random(0)
    for length in [*range(45), 64]:
        for spread in (1, 3, 2**31 - 1):
            items = [rng.randint(-spread, spread) for _ in range(length)]
            assert sort_by_kernel(items) == sorted(items)


def sort_by_kernel(items: Any) -> list[int]:
    """What the kernel writes into a row of just that length."""
    out = np.zeros(len(items), np.int32)
    assert sorting.sort(Limits.of(DEFAULT), np.array([*items, 5], np.int32), len(items), out) == len(items)
    return out.tolist()


# ---------------------------------------------------------------- inverses


@pytest.mark.parametrize("op", [op for op in ROWS if op.inverse], ids=lambda op: op.name)
@pytest.mark.parametrize("profile", [DEFAULT, BOTH, DEFAULT.with_limits(max_list=2, int_max=1)], ids=["default", "switches", "tight"])
def test_inverses_are_exact(op: Op, profile: Profile) -> None:
    texts = [xs for n in range(3) for xs in itertools.product(("", "a"), repeat=n)]
    nested = [xs for n in range(4) for xs in itertools.product(((), (0,), (1, 1)), repeat=n)]
    pools: dict[Type, list[Any]] = {
        INT: [i for i in range(-4, 5) if i <= profile.int_max],
        BOOL: [False, True],
        STR: ["", "a"],
        LIST_INT: [xs for xs in SMALL if len(xs) <= profile.max_list],
        LIST_BOOL: [tuple(map(bool, xs)) for xs in SMALL if len(xs) <= profile.max_list],
        LIST_STR: texts,
        LIST_LIST_INT: [xs for xs in nested if len(xs) <= profile.max_list],
    }
    assert list(inverse_mistakes(op, pools, pools, profile)) == []


def test_which_words_have_inverses() -> None:
    found = {(op.name, position) for op in ROWS for position in op.inverse}
    both = {(name, position) for name in ("cons", "append", "++") for position in (0, 1)}
    around = {(name, position) for name in ("insert", "splice") for position in (0, 2)}
    assert found == both | around | {(n, 0) for n in ("reverse", "rotate", "swap-at", "singleton", "group", "split-on")} | {
        ("replace-at", 2)
    }


# ---------------------------------------------------------------- limits


def test_hostile_arguments_take_no_time() -> None:
    widest = DEFAULT.with_limits(max_list=1024)
    full = tuple(range(2**31 - 1024, 2**31))
    start = time.perf_counter()
    assert call("replicate", "abc", 2**31 - 1) == call("iota", 2**31 - 1) == SIZE
    assert call("range", -(2**31) + 1, 1, 2**31 - 1) == call("range", 2**31 - 1, -1, -(2**31) + 1) == SIZE
    assert isinstance(call("product", full[:-1], profile=widest), Stuck)
    assert call("rotate", full[:-1], 2**31 - 1, profile=widest)[-1] == full[(2**31 - 1) % 1023 - 1]
    assert time.perf_counter() - start < 20, "a few milliseconds; without the limits, minutes and gigabytes"


def test_a_pair_may_be_too_long_for_the_profile() -> None:
    assert call("zip", (1,), (2,), profile=DEFAULT.with_limits(max_list=1)) == SIZE
