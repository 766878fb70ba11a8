"""Rows of fused words: references against the higher-order word with its lambda and against DeepCoder's own rules, kernels, renderings, inverses."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from math import floor, trunc
from typing import Any

import pytest

from dsl.machine import run
from dsl.ops import OPS
from dsl.ops.table import Category, Op
from dsl.parser import parse
from dsl.types import LIST_INT
from dsl.values import DEFAULT, PROFILES, RANGE, UNDEFINED, Profile, Stuck, check
from tests.dsl.ops.list_rows import PROFILES as SWITCHED
from tests.dsl.ops.list_rows import by_kernel, by_python, inverse_mistakes, typings
from tests.dsl.ops.scalar_rows import allowed, by_reference

ROWS = [op for op in OPS.values() if op.category is Category.FUSED]
each_row = pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
each_profile = pytest.mark.parametrize("profile", SWITCHED, ids=lambda p: p.name)

LARGEST = 2**31 - 1
LISTS: tuple[tuple[int, ...], ...] = (
    (),
    (0,),
    (-7, 7, -8, 8, -9, 9, 1, -1),
    (3, 3, -3),
    (0, 5, 0, -2),
    (46340, -46341),
    (LARGEST,),
    (-LARGEST,),
    (1, LARGEST),
    (-1, -LARGEST),
    (-LARGEST, LARGEST, LARGEST),
    (LARGEST // 2, LARGEST // 3 + 1, -(LARGEST // 4)),
    (2,) * 40,
    tuple(range(-33, 31)),
)

SPELLED_OUT = {
    **{f"map{sign}{k}": f"( {sign}{k} ) map" for sign in "*/" for k in (2, 3, 4)},
    "map+1": "( inc ) map",
    "map-1": "( dec ) map",
    "map*-1": "( neg ) map",
    "map**2": "( square ) map",
    **{
        f"{shape}{short}": f"( {word} ) {shape}"
        for shape in ("filter", "count")
        for short, word in ((">0", "positive?"), ("<0", "negative?"), ("-even", "even?"), ("-odd", "odd?"))
    },
    **{
        f"{shape}{short}": f"( {word} ) {full}"
        for shape, full in (("zip", "zip-with"), ("scan", "scan"))
        for short, word in (("+", "+"), ("-", "-"), ("*", "*"), ("-min", "min"), ("-max", "max"))
    },
}
"""Each word as a higher-order word and a quotation."""


def cases(op: Op, profile: Profile) -> list[tuple[Any, ...]]:
    """Arguments from the pool, all combinations."""
    return [*itertools.product(allowed(LISTS, profile), repeat=op.num_args)]


def test_there_are_the_words_of_deepcoder() -> None:
    assert {op.name for op in ROWS} == set(SPELLED_OUT)
    others = [op.name for op in OPS.values() if op.category is Category.LISTS and "deepcoder" in op.suites]
    assert len(ROWS) + len(others) == 38
    names = [op.suites["deepcoder"] for op in ROWS]
    assert len(set(names)) == len(names) and all(op.suites["exedec"].upper() == op.suites["deepcoder"].upper() for op in ROWS)


@each_row
@each_profile
def test_the_same_as_the_higher_order_word(op: Op, profile: Profile) -> None:
    program = parse(SPELLED_OUT[op.name])
    for args in cases(op, profile):
        wanted = run(program, args, profile=profile)
        got = by_reference(op, args, profile)
        if isinstance(wanted, Stuck):
            assert isinstance(got, Stuck) and got.reason == wanted.reason, args
        else:
            assert (got,) == wanted and type(got) is type(wanted[0]), args


def test_division_rounds_as_the_profile_says() -> None:
    numbers = tuple(range(-30, 31))
    for k in (2, 3, 4):
        assert by_reference(OPS[f"map/{k}"], (numbers,)) == tuple(floor(Fraction(x, k)) for x in numbers)
        assert by_reference(OPS[f"map/{k}"], (numbers,), DEFAULT.with_limits(division="truncate")) == tuple(
            trunc(Fraction(x, k)) for x in numbers
        )


def test_division_kernels_over_the_whole_range() -> None:
    rng = random.Random(0)
    for profile in (DEFAULT, DEFAULT.with_limits(division="truncate")):
        for base in (0, LARGEST - 6, -LARGEST, *(rng.randint(-LARGEST, LARGEST - 7) for _ in range(300))):
            numbers = tuple(range(base, base + 7))
            for k in (2, 3, 4):
                op = OPS[f"map/{k}"]
                assert by_kernel(op, (LIST_INT, LIST_INT), (numbers,), profile) == by_reference(op, (numbers,), profile)


def test_deepcoder_s_own_rules() -> None:
    """-3 is odd, division truncates, and zips stop with the shorter list."""
    profile = PROFILES["deepcoder"]
    assert by_reference(OPS["filter-odd"], ((-3, 2),), profile) == (-3,)
    assert by_reference(OPS["map/2"], ((-3, 3),), profile) == (-1, 1)
    assert by_reference(OPS["zip+"], ((1, 2, 3), (4,)), profile) == (5,)
    assert by_reference(OPS["map**2"], ((17,),), profile) == RANGE


def test_scans_combine_the_last_result_with_the_next_item() -> None:
    assert by_reference(OPS["scan-"], ((1, 2, 3, 4),)) == (1, -1, -4, -8)
    assert by_reference(OPS["scan*"], ((2, 0, LARGEST, LARGEST),)) == (2, 0, 0, 0)
    assert by_reference(OPS["scan*"], ((LARGEST, 2, 0),)) == RANGE
    assert by_reference(OPS["scan-max"], ((3, 1, 4, 1, 5),)) == (3, 3, 4, 4, 5)


@each_row
@each_profile
def test_kernels_agree_with_the_reference(op: Op, profile: Profile) -> None:
    ((*_, result),) = typings(op)
    for args in cases(op, profile):
        got = by_kernel(op, (*[LIST_INT] * op.num_args, result), args, profile)
        assert got == by_reference(op, args, profile), args


@each_row
@each_profile
def test_python_rendering_gives_the_same_value(op: Op, profile: Profile) -> None:
    for args in cases(op, profile):
        wanted = by_reference(op, args, profile)
        if not isinstance(wanted, Stuck):
            assert by_python(op, args, profile) == wanted, args


# ---------------------------------------------------------------- inverses

INVERTIBLE = [op for op in ROWS if op.inverse]


@pytest.mark.parametrize("op", INVERTIBLE, ids=lambda op: op.name)
@pytest.mark.parametrize("profile", [DEFAULT, DEFAULT.with_limits(int_min=-3, int_max=2)], ids=["default", "tight"])
def test_inverses_are_exact(op: Op, profile: Profile) -> None:
    numbers = range(max(-5, profile.int_min), min(5, profile.int_max) + 1)
    lists = [xs for n in range(4) for xs in itertools.product(numbers, repeat=n)]
    assert list(inverse_mistakes(op, {LIST_INT: lists}, {LIST_INT: lists}, profile)) == []


@pytest.mark.parametrize("op", INVERTIBLE, ids=lambda op: op.name)
def test_inverses_recover_random_lists(op: Op) -> None:
    rng = random.Random(1)
    for _ in range(300):
        size = rng.choice((5, 10**4, LARGEST))
        xs = tuple(rng.randint(-size, size) for _ in range(rng.randint(0, 9)))
        result = by_reference(op, (xs,))
        if not isinstance(result, Stuck):
            assert op.inverse[0](DEFAULT, result) == xs
        found = op.inverse[0](DEFAULT, xs)
        if not isinstance(found, Stuck):
            assert not isinstance(check(found, DEFAULT), Stuck) and by_reference(op, (found,)) == xs


def test_which_words_have_inverses() -> None:
    assert {op.name for op in INVERTIBLE} == {"map+1", "map-1", "map*-1", "map*2", "map*3", "map*4", "scan+", "scan-"}
    assert OPS["map*2"].inverse[0](DEFAULT, (4, 3)) == UNDEFINED
    assert OPS["map+1"].inverse[0](DEFAULT, (-LARGEST,)) == UNDEFINED
