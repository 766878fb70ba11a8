"""`Range`: a set of integers without holes, and interval arithmetic on it. Shared by the interval and the length domain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf
from typing import TypeAlias

Bound: TypeAlias = "int | float"
"""An int, or minus or plus infinity while computing."""


@dataclass(frozen=True, slots=True)
class Range:
    """The ints from `lo` to `hi`, both included; `None` is no bound. Make one with `span`, so that there is one empty range."""

    lo: int | None = None
    hi: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no int lies in it."""
        return self.lo is not None and self.hi is not None and self.lo > self.hi

    @property
    def single(self) -> int | None:
        """The only int in it, or None where there are none or several."""
        return self.lo if self.lo is not None and self.lo == self.hi else None

    @property
    def low(self) -> Bound:
        """`lo` as a number."""
        return -inf if self.lo is None else self.lo

    @property
    def high(self) -> Bound:
        """`hi` as a number."""
        return inf if self.hi is None else self.hi

    def __contains__(self, number: int) -> bool:
        return self.low <= number <= self.high

    def __str__(self) -> str:
        if self.is_empty:
            return "none"
        if self.lo is None and self.hi is None:
            return "any"
        return str(self.lo) if self.lo == self.hi else f"{'' if self.lo is None else self.lo}..{'' if self.hi is None else self.hi}"


ALL, EMPTY, SIZES = Range(), Range(1, 0), Range(0, None)
"""Every int; no int; every int that can be a length."""


def span(low: Bound, high: Bound) -> Range:
    """The range between two bounds, infinite ones allowed; `EMPTY` where they are crossed."""
    if low > high:
        return EMPTY
    return Range(None if low == -inf else int(low), None if high == inf else int(high))


def exactly(number: int) -> Range:
    """The range of one int."""
    return Range(number, number)


def join(a: Range, b: Range) -> Range:
    """The least range around both."""
    if a.is_empty or b.is_empty:
        return b if a.is_empty else a
    return span(min(a.low, b.low), max(a.high, b.high))


def meet(a: Range, b: Range) -> Range:
    """What lies in both."""
    if a is b or b is ALL:
        return a
    return span(max(a.low, b.low), min(a.high, b.high))


def leq(a: Range, b: Range) -> bool:
    """Whether `a` lies inside `b`."""
    return a.is_empty or (b.low <= a.low and a.high <= b.high)


def widen(a: Range, b: Range) -> Range:
    """A range around both; a bound that grew stops at -1, 0 or 1 once, and then gives way altogether."""
    if a.is_empty or b.is_empty:
        return join(a, b)
    low = a.low if a.low <= b.low else max((stop for stop in (-1, 0, 1) if stop <= b.low), default=-inf)
    high = a.high if b.high <= a.high else min((stop for stop in (-1, 0, 1) if b.high <= stop), default=inf)
    return span(low, high)


def hull(numbers: Iterable[Bound]) -> Range:
    """The least range around some numbers."""
    values = tuple(numbers)
    return span(min(values), max(values)) if values else EMPTY


def add(a: Range, b: Range) -> Range:
    """a + b."""
    return EMPTY if a.is_empty or b.is_empty else span(a.low + b.low, a.high + b.high)


def negate(a: Range) -> Range:
    """-a."""
    return EMPTY if a.is_empty else span(-a.high, -a.low)


def subtract(a: Range, b: Range) -> Range:
    """a - b."""
    return add(a, negate(b))


def multiply(a: Range, b: Range) -> Range:
    """a * b."""
    return _corners(a, b, lambda x, y: 0 if x == 0 or y == 0 else x * y)


def square(a: Range) -> Range:
    """a * a, never negative."""
    size = absolute(a)
    return multiply(size, size)


def absolute(a: Range) -> Range:
    """|a|."""
    below, above = meet(a, Range(None, 0)), meet(a, SIZES)
    return join(negate(below), above)


def least(a: Range, b: Range) -> Range:
    """min(a, b)."""
    return EMPTY if a.is_empty or b.is_empty else span(min(a.low, b.low), min(a.high, b.high))


def greatest(a: Range, b: Range) -> Range:
    """max(a, b)."""
    return EMPTY if a.is_empty or b.is_empty else span(max(a.low, b.low), max(a.high, b.high))


def positive(a: Range) -> Range:
    """`a` with everything below 0 moved to 0: how many a count means."""
    return greatest(a, exactly(0))


def clamp(a: Range, low: int, high: int) -> Range:
    """`a` with every int moved to the nearest one of low..high."""
    return least(greatest(a, exactly(low)), exactly(high))


def divide(a: Range, b: Range, truncate: bool) -> Range:
    """a / b, floored or truncated, over the divisors that are not 0."""
    parts = (meet(b, Range(None, -1)), meet(b, Range(1, None)))
    low, high = (_corners(a, part, lambda x, y: _quotient(x, y, truncate)) for part in parts)
    return join(low, high)


def modulo(a: Range, b: Range, truncate: bool) -> Range:
    """The remainder of a / b: with the sign of `b` where division floors, of `a` where it truncates."""
    if truncate:
        size = meet(absolute(b), Range(1, None))
        return join(_floor_modulo(meet(a, SIZES), size), negate(_floor_modulo(negate(meet(a, Range(None, -1))), size)))
    return join(_floor_modulo(a, meet(b, Range(1, None))), negate(_floor_modulo(negate(a), negate(meet(b, Range(None, -1))))))


def _floor_modulo(a: Range, b: Range) -> Range:
    """The remainder for positive divisors: 0..b-1, and `a` itself where it lies below every divisor already."""
    if a.is_empty or b.is_empty:
        return EMPTY
    if a.low >= 0 and a.high < b.low:
        return a
    return span(0, min(b.high - 1, a.high) if a.low >= 0 else b.high - 1)


def _corners(a: Range, b: Range, function: Callable[[Bound, Bound], Bound]) -> Range:
    """The image of a function that is monotone in each argument."""
    if a.is_empty or b.is_empty:
        return EMPTY
    return hull(function(x, y) for x in (a.low, a.high) for y in (b.low, b.high))


def _quotient(x: Bound, y: Bound, truncate: bool) -> Bound:
    """One corner of a division; y is not 0."""
    if isinstance(y, float):
        return 0 if truncate or x == 0 or (x > 0) == (y > 0) else -1
    if isinstance(x, float):
        return x if y > 0 else -x
    return -(-x // y) if truncate and (x < 0) != (y < 0) else x // y
