"""Rows of integer arithmetic: references against independent formulas, kernels, Python templates and inverses against references."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from dsl.ops import OPS
from dsl.ops.table import Category, Op
from dsl.values import DEFAULT, PROFILES, RANGE, UNDEFINED, Stuck, check
from tests.dsl.ops.scalar_rows import FEW, INTS, LARGEST, PROFILES_TRIED, by_kernel, by_python, by_reference, ints, inverse_mistakes

ROWS = [op for op in OPS.values() if op.category == Category.INTEGERS]
each_row = pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
each_profile = pytest.mark.parametrize("profile", PROFILES_TRIED, ids=lambda p: p.name)
TRUNCATING = PROFILES["deepcoder"].with_limits(int_min=-LARGEST, int_max=LARGEST)

FORMULAS = {
    "+": lambda a, b: sum((a, b)),
    "-": lambda a, b: sum((a, -b)),
    "*": lambda a, b: Fraction(a) * b,
    "neg": lambda a: 0 - a,
    "abs": lambda a: max(a, -a),
    "sign": lambda a: math.copysign(1, a) if a else 0,
    "square": lambda a: a**2,
    "inc": lambda a: a - -1,
    "dec": lambda a: a + -1,
    "min": lambda a, b: sorted((a, b))[0],
    "max": lambda a, b: sorted((a, b))[1],
    "*2": lambda a: a + a,
    "*3": lambda a: a + a + a,
    "*4": lambda a: a + a + a + a,
}


def give(word: str, *args: int, profile=DEFAULT):
    return by_reference(OPS[word], args, profile)


def as_given(number, profile=DEFAULT):
    """What the machine gives for a result of that size."""
    return check(int(number), profile)


@pytest.mark.parametrize("word", FORMULAS)
def test_the_reference_is_the_formula(word: str) -> None:
    for args in ints(OPS[word].num_args):
        assert give(word, *args) == as_given(FORMULAS[word](*args)), args


@each_profile
def test_division_rounds_as_the_profile_says(profile) -> None:
    rounding = math.trunc if profile.division == "truncate" else math.floor
    for a, b in ints(2, profile):
        if b == 0:
            assert give("div", a, b, profile=profile) == give("mod", a, b, profile=profile) == UNDEFINED
        else:
            quotient = rounding(Fraction(a, b))
            assert give("div", a, b, profile=profile) == as_given(quotient, profile)
            assert give("mod", a, b, profile=profile) == as_given(a - b * quotient, profile)
    for word, divisor in (("/2", 2), ("/3", 3), ("/4", 4)):
        for (a,) in ints(1, profile):
            assert give(word, a, profile=profile) == as_given(rounding(Fraction(a, divisor)), profile)


def test_the_remainder_has_the_sign_of_the_divisor_or_of_the_dividend() -> None:
    assert [give("mod", a, b) for a, b in ((7, 3), (-7, 3), (7, -3), (-7, -3))] == [1, 2, -2, -1]
    assert [give("mod", a, b, profile=TRUNCATING) for a, b in ((7, 3), (-7, 3), (7, -3), (-7, -3))] == [1, -1, 1, -1]
    assert [give("div", a, b, profile=TRUNCATING) for a, b in ((7, 3), (-7, 3), (7, -3), (-7, -3))] == [2, -2, -2, 2]


@each_profile
def test_a_power_is_repeated_multiplication(profile) -> None:
    for a, b in ints(2, profile):
        if b < 0:
            expected = UNDEFINED
        elif b > 100:
            expected = as_given(0 if a == 0 else (1 if a == 1 or b % 2 == 0 else -1) if abs(a) == 1 else LARGEST + 1, profile)
        else:
            expected = as_given(math.prod([a] * b), profile)
        assert give("pow", a, b, profile=profile) == expected, (a, b)


def test_powers_at_the_ends_of_the_range() -> None:
    assert give("pow", 0, 0) == 1 and give("pow", 2, 30) == 2**30 and give("pow", -2, 30) == 2**30
    assert give("pow", 2, 31) == give("pow", -2, 31) == give("pow", LARGEST, LARGEST) == RANGE
    assert give("pow", -1, LARGEST) == -1 and give("pow", 46340, 2) == 46340**2 and give("pow", 46341, 2) == RANGE
    assert give("pow", -2, 8, profile=PROFILES["lambdabeam"]) == RANGE and give("pow", -4, 3, profile=PROFILES["lambdabeam"]) == -64


@each_row
@each_profile
def test_the_kernel_agrees_with_the_reference(op: Op, profile) -> None:
    (signature,) = op.kernels
    for args in ints(op.num_args, profile):
        assert by_kernel(op, signature, args, profile) == by_reference(op, args, profile), args


@each_row
@pytest.mark.parametrize("profile", [DEFAULT, TRUNCATING], ids=["floor", "truncate"])
def test_the_python_template_agrees_with_the_reference(op: Op, profile) -> None:
    for args in ints(op.num_args):
        expected = by_reference(op, args, profile)
        if not isinstance(expected, Stuck):
            assert by_python(op, args, profile) == expected, args


@pytest.mark.parametrize("op", [op for op in ROWS if op.inverse], ids=lambda op: op.name)
@each_profile
def test_an_inverse_gives_the_only_argument(op: Op, profile) -> None:
    assert inverse_mistakes(op, {*INTS, *FEW}, {*INTS, *FEW}, profile) == []


def test_inverses_exist_where_the_argument_is_certain() -> None:
    assert {op.name: tuple(op.inverse) for op in ROWS if op.inverse} == {
        **{word: (0, 1) for word in ("+", "-", "*")},
        **{word: (0,) for word in ("neg", "inc", "dec", "*2", "*3", "*4")},
    }


def test_every_deepcoder_lambda_over_ints_is_a_row() -> None:
    lambdas = {op.suites["deepcoder"] for op in OPS.values() if op.category in ("integers", "booleans") and "deepcoder" in op.suites}
    names = ("+1", "-1", "*2", "/2", "*(-1)", "**2", "*3", "/3", "*4", "/4", ">0", "<0", "even", "odd", "+", "-", "*", "min", "max")
    assert lambdas == {f"({name})" for name in names}
