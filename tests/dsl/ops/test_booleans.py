"""Rows that answer true or false: references against independent formulas, kernels for every layout, Python templates, inverses."""

from __future__ import annotations

import itertools
import operator
from math import isqrt

import pytest

from dsl.kernels import Limits
from dsl.kernels import booleans as kernels
from dsl.ops import OPS
from dsl.ops.table import Category, Op
from dsl.values import DEFAULT
from tests.dsl.ops.scalar_rows import FEW, INTS, LARGEST, PROFILES_TRIED, allowed, by_kernel, by_python, by_reference, inverse_mistakes

ROWS = [op for op in OPS.values() if op.category == Category.BOOLEANS]
each_row = pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
BOOLS = (False, True)
POOLS = {
    "i": INTS,
    "b": BOOLS,
    "s": ("", "a", "ab", "b", "Ab", "abc", "\u00e9", "\U0001f600"),
    "l": ((), (0,), (1,), (1, 2), (2, 1), (1, 2, 3), (LARGEST,), (False,), (True, False)),
    "n": ((), ("",), ("", ""), ("a", "b"), ("ab",), ("", "ab"), ("ab", ""), ("a", "c")),
}
NESTED_INTS = ((), ((),), ((), ()), ((1,), (2,)), ((1, 2),), ((), (1, 2)), ((1, 2), ()), ((1,), (3,)))

FORMULAS = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
    "not": lambda a: 1 - a == 1,
    "and": lambda a, b: a * b == 1,
    "or": lambda a, b: a + b > 0,
    "even?": lambda a: a / 2 == a // 2,
    "odd?": lambda a: a / 2 != a // 2,
    "positive?": lambda a: a == max(a, 1),
    "negative?": lambda a: a == min(a, -1),
    "zero?": lambda a: not a,
    "prime?": lambda a: a > 1 and all(a % k for k in range(2, isqrt(a) + 1)),
    "square?": lambda a: any(k * k == a for k in range(46341)),
}


def grids(op: Op, profile=DEFAULT):
    """Every kernel signature of the row with all arguments of its pools."""
    for signature in op.kernels:
        letters = signature.split("->")[0]
        pools = [(POOLS, NESTED_INTS)] if letters == "nn" else [(POOLS, POOLS["n"])]
        for pool, nested in [*pools, *([(POOLS, POOLS["n"])] if letters == "nn" else [])]:
            values = [allowed(nested if letter == "n" else pool[letter], profile) for letter in letters]
            yield signature, list(itertools.product(*values))


@each_row
def test_the_reference_is_the_formula(op: Op) -> None:
    for _, grid in grids(op):
        for args in grid:
            assert by_reference(op, args) is FORMULAS[op.name](*args), args


@each_row
@pytest.mark.parametrize("profile", PROFILES_TRIED, ids=lambda p: p.name)
def test_the_kernel_agrees_with_the_reference(op: Op, profile) -> None:
    for signature, grid in grids(op, profile):
        for args in grid:
            assert by_kernel(op, signature, args, profile) is by_reference(op, args, profile), (signature, args)


@each_row
def test_the_python_template_agrees_with_the_reference(op: Op) -> None:
    for _, grid in grids(op):
        for args in grid:
            assert by_python(op, args) is by_reference(op, args), args


def test_equality_has_a_kernel_for_every_layout() -> None:
    for word in ("=", "!="):
        assert set(OPS[word].kernels) == {"ii->b", "bb->b", "ss->b", "ll->b", "nn->b"}


def sieve(low: int, high: int) -> list[bool]:
    """Primality of low..high-1 by crossing out multiples."""
    flags = [n > 1 for n in range(low, high)]
    for k in range(2, isqrt(high) + 1):
        for multiple in range(max(k * k, -(-low // k) * k), high, k):
            flags[multiple - low] = False
    return flags


@pytest.mark.parametrize("low, high", [(-5, 20_000), (2**31 - 20_000, 2**31)], ids=["small", "large"])
def test_primes_are_those_of_the_sieve(low: int, high: int) -> None:
    reference, limits = OPS["prime?"].reference, Limits.of(DEFAULT)
    assert reference is not None
    for n, expected in zip(range(low, high), sieve(low, high), strict=True):
        assert reference(DEFAULT, n) == bool(kernels.prime(limits, n)[0]) == expected, n


@pytest.mark.parametrize(
    "n", [2047, 8321, 25326001, 1373653, 1194649, 12327121, 314821, 1082401, 46337 * 46337, 46327 * 46337, 61 * 61, 67 * 71]
)
def test_numbers_that_deceive_single_prime_tests_are_composite(n: int) -> None:
    assert by_reference(OPS["prime?"], (n,)) is by_kernel(OPS["prime?"], "i->b", (n,)) is False


def test_squares_are_told_from_their_neighbours() -> None:
    for root in (*range(2, 300), 9999, 32768, 46339, 46340):
        for n in (root**2 - 1, root**2, root**2 + 1):
            assert by_reference(OPS["square?"], (n,)) is by_kernel(OPS["square?"], "i->b", (n,)) is (n == root**2)


def test_inverses_give_the_only_argument() -> None:
    assert [op.name for op in ROWS if op.inverse] == ["not"]
    assert inverse_mistakes(OPS["not"], BOOLS, BOOLS) == []


def test_parity_and_sign_partition_the_ints() -> None:
    for n in FEW:
        assert by_reference(OPS["even?"], (n,)) != by_reference(OPS["odd?"], (n,))
        assert sum(bool(by_reference(OPS[word], (n,))) for word in ("positive?", "negative?", "zero?")) == 1
