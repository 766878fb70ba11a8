"""Interval arithmetic and the parity and sign tables against every pair of small numbers: sound, and the hull exactly where it can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.domains import parity, ranges, sign
from dsl.domains.ranges import ALL, EMPTY, SIZES, Range, exactly, hull, span

BOUNDS = st.integers(-7, 7)
RANGES = st.tuples(BOUNDS, BOUNDS).map(lambda ends: span(min(ends), max(ends)))


def numbers(a: Range) -> range:
    assert a.lo is not None and a.hi is not None
    return range(a.lo, a.hi + 1)


def quotient(x: int, y: int, truncate: bool) -> int | None:
    return None if y == 0 else int(x / y) if truncate else x // y


def remainder(x: int, y: int, truncate: bool) -> int | None:
    part = quotient(x, y, truncate)
    return None if part is None else x - y * part


def results(function: Callable[[int, int], int | None], a: Range, b: Range) -> Iterator[int]:
    return (value for x in numbers(a) for y in numbers(b) if (value := function(x, y)) is not None)


EXACT: dict[str, tuple[Callable[[Range, Range], Range], Callable[[int, int], int | None]]] = {
    "add": (ranges.add, lambda x, y: x + y),
    "subtract": (ranges.subtract, lambda x, y: x - y),
    "multiply": (ranges.multiply, lambda x, y: x * y),
    "least": (ranges.least, min),
    "greatest": (ranges.greatest, max),
    "floor": (lambda a, b: ranges.divide(a, b, False), lambda x, y: quotient(x, y, False)),
    "truncate": (lambda a, b: ranges.divide(a, b, True), lambda x, y: quotient(x, y, True)),
    "negate": (lambda a, b: ranges.negate(a), lambda x, y: -x),
    "absolute": (lambda a, b: ranges.absolute(a), lambda x, y: abs(x)),
    "square": (lambda a, b: ranges.square(a), lambda x, y: x * x),
    "clamp": (lambda a, b: ranges.clamp(a, -2, 3), lambda x, y: max(-2, min(3, x))),
    "positive": (lambda a, b: ranges.positive(a), lambda x, y: max(0, x)),
}


@pytest.mark.parametrize("name", EXACT)
@given(RANGES, RANGES)
def test_arithmetic_gives_the_hull(name: str, a: Range, b: Range) -> None:
    abstract, concrete = EXACT[name]
    assert abstract(a, b) == hull(results(concrete, a, b))


@pytest.mark.parametrize("truncate", [False, True])
@given(RANGES, RANGES)
def test_remainders_lie_inside(truncate: bool, a: Range, b: Range) -> None:
    exact = hull(results(lambda x, y: remainder(x, y, truncate), a, b))
    found = ranges.modulo(a, b, truncate)
    assert ranges.leq(exact, found)
    if a.single is not None and b.single is not None and 0 <= a.single < abs(b.single):
        assert found == exact or not truncate


@given(RANGES, RANGES, BOUNDS)
def test_join_meet_and_order(a: Range, b: Range, number: int) -> None:
    assert (number in ranges.meet(a, b)) == (number in a and number in b)
    assert number in ranges.join(a, b) or not (number in a or number in b)
    assert ranges.leq(a, b) == all(n in b for n in numbers(a))
    assert ranges.leq(ranges.join(a, b), ranges.widen(a, b)) and ranges.leq(a, ALL) and ranges.leq(EMPTY, a)


@pytest.mark.parametrize("name", EXACT)
def test_no_bounds_and_no_numbers(name: str) -> None:
    """Half-open ranges keep the finite end that is certain; nothing comes of nothing."""
    abstract, concrete = EXACT[name]
    assert abstract(EMPTY, exactly(2)) == EMPTY
    for a in (SIZES, Range(None, 3), ALL):
        for b in (exactly(2), Range(1, None), Range(None, -1), ALL):
            found = abstract(a, b)
            for x in range(-6, 7):
                for y in range(-6, 7):
                    value = concrete(x, y) if x in a and y in b else None
                    assert value is None or value in found


def test_half_open_ends() -> None:
    assert ranges.add(SIZES, Range(3, None)) == Range(3, None)
    assert ranges.multiply(SIZES, SIZES) == SIZES and ranges.multiply(ALL, exactly(0)) == exactly(0)
    assert ranges.divide(SIZES, Range(2, None), False) == SIZES
    assert ranges.modulo(ALL, Range(1, 5), False) == Range(0, 4) and ranges.modulo(SIZES, ALL, True) == SIZES
    assert ranges.absolute(ALL) == SIZES and ranges.square(Range(None, -3)) == Range(9, None)


def test_widening_stops_at_landmarks() -> None:
    assert ranges.widen(Range(0, 5), Range(0, 6)) == Range(0, None)
    assert ranges.widen(Range(3, 5), Range(2, 5)) == Range(1, 5)
    assert ranges.widen(Range(1, 5), Range(0, 5)) == Range(0, 5)
    assert ranges.widen(Range(0, 5), Range(-1, 5)) == Range(-1, 5)
    assert ranges.widen(Range(-1, 5), Range(-2, 5)) == Range(None, 5)


def test_shown() -> None:
    shown = [str(a) for a in (Range(0, 9), exactly(5), Range(None, -1), Range(2, None), ALL, EMPTY)]
    assert shown == ["0..9", "5", "..-1", "2..", "any", "none"]


PARITY = {
    "add": (parity.add, lambda x, y: x + y),
    "multiply": (parity.multiply, lambda x, y: x * y),
    "floored remainder": (parity.modulo, lambda x, y: remainder(x, y, False)),
    "truncated remainder": (parity.modulo, lambda x, y: remainder(x, y, True)),
}
SMALL = Range(-9, 9)


@pytest.mark.parametrize("name", PARITY)
@pytest.mark.parametrize("a", range(4))
@pytest.mark.parametrize("b", range(4))
def test_parity_tables_are_exact(name: str, a: int, b: int) -> None:
    abstract, concrete = PARITY[name]
    values = [concrete(x, y) for x in numbers(SMALL) for y in numbers(SMALL) if parity.parity_of(x) & a and parity.parity_of(y) & b]
    exact = 0
    for value in values:
        exact |= 0 if value is None else parity.parity_of(value)
    assert abstract(a, b) == exact


SIGN: dict[str, tuple[Callable[[int, int], int], Callable[[int, int], int | None]]] = {
    "add": (sign.add, lambda x, y: x + y),
    "multiply": (sign.multiply, lambda x, y: x * y),
    "least": (sign.least, min),
    "greatest": (sign.greatest, max),
    "floor": (lambda a, b: sign.divide(a, b, False), lambda x, y: quotient(x, y, False)),
    "truncate": (lambda a, b: sign.divide(a, b, True), lambda x, y: quotient(x, y, True)),
    "floored remainder": (lambda a, b: sign.modulo(a, b, False), lambda x, y: remainder(x, y, False)),
    "truncated remainder": (lambda a, b: sign.modulo(a, b, True), lambda x, y: remainder(x, y, True)),
}


@pytest.mark.parametrize("name", SIGN)
def test_sign_tables_are_exact(name: str) -> None:
    abstract, concrete = SIGN[name]
    for a in range(8):
        for b in range(8):
            exact = 0
            for x in numbers(SMALL):
                for y in numbers(SMALL):
                    value = concrete(x, y) if sign.sign_of(x) & a and sign.sign_of(y) & b else None
                    exact |= 0 if value is None else sign.sign_of(value)
            assert abstract(a, b) == exact, (a, b)
