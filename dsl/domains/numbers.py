"""What integer and Boolean ops do to abstract values: whole functions for `transfers.whole`, one per op."""

from __future__ import annotations

from collections.abc import Callable

from dsl.domains import parity, ranges, sign
from dsl.domains.base import Context
from dsl.domains.product import Abstract, reduce
from dsl.domains.ranges import Range, exactly, span
from dsl.domains.transfers import UNKNOWN, Whole, boolean, constant, integer, only_value, verdict

FEW = 64
"""So many ints are decided one by one."""
LARGEST_POWER = 33
"""Every int but -1, 0 and 1, raised to more than this, lies outside any profile."""


def add(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a + b."""
    return integer(ranges.add(a.interval, b.interval), parity.add(a.parity, b.parity), sign.add(a.sign, b.sign))


def subtract(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a - b."""
    return add(ctx, a, negate(ctx, b))


def multiply(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a * b."""
    return integer(ranges.multiply(a.interval, b.interval), parity.multiply(a.parity, b.parity), sign.multiply(a.sign, b.sign))


def divide(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a / b, rounded as the profile says; b is not 0."""
    truncate = ctx.profile.division == "truncate"
    return integer(ranges.divide(a.interval, b.interval, truncate), signs=sign.divide(a.sign, b.sign, truncate))


def modulo(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """The remainder of a / b."""
    truncate = ctx.profile.division == "truncate"
    return integer(
        ranges.modulo(a.interval, b.interval, truncate),
        parity.modulo(a.parity, b.parity),
        sign.modulo(a.sign, b.sign, truncate),
    )


def negate(ctx: Context, a: Abstract) -> Abstract:
    """-a."""
    return integer(ranges.negate(a.interval), a.parity, sign.negate(a.sign))


def absolute(ctx: Context, a: Abstract) -> Abstract:
    """|a|."""
    return integer(ranges.absolute(a.interval), a.parity, a.sign & sign.ZERO | (sign.POSITIVE if a.sign & ~sign.ZERO else 0))


def sign_of(ctx: Context, a: Abstract) -> Abstract:
    """-1, 0 or 1."""
    return integer(ranges.clamp(a.interval, -1, 1), a.parity | (parity.ODD if a.parity & parity.EVEN else 0), a.sign)


def square(ctx: Context, a: Abstract) -> Abstract:
    """a * a."""
    return integer(ranges.square(a.interval), a.parity, absolute(ctx, a).sign)


def power(ctx: Context, a: Abstract, n: Abstract) -> Abstract:
    """a to the n, n >= 0; anything to the 0 is 1."""
    result = integer(ranges.EMPTY, 0, 0)
    if 0 in n.interval and n.sign & sign.ZERO and n.parity & parity.EVEN:
        result = result.join(constant(1))
    positive = ranges.meet(n.interval, Range(1, None))
    if positive.is_empty or not n.sign & sign.POSITIVE:
        return result
    even, odd = bool(n.parity & parity.EVEN), bool(n.parity & parity.ODD)
    signs = a.sign if odd else 0
    signs |= absolute(ctx, a).sign if even else 0
    return result.join(integer(_powers(a.interval, positive, even, odd), a.parity, signs))


def _powers(base: Range, exponents: Range, even: bool, odd: bool) -> Range:
    """Around base**n for the even and/or odd n >= 1 of a range. Only the least and the greatest n of each kind matter."""
    result = ranges.EMPTY
    units = ranges.meet(base, Range(-1, 1))
    for remainder, wanted in ((0, even), (1, odd)):
        if wanted:
            first = int(exponents.low) + (int(exponents.low) % 2 != remainder)
            last = min(exponents.high, LARGEST_POWER)
            last = int(last) - (int(last) % 2 != remainder)
            for n in {first, last} if first <= last else ():
                result = ranges.join(result, _power(base, n))
            if first > last and first <= exponents.high:
                result = ranges.join(result, _power(units, first))
    return result


def _power(base: Range, n: int) -> Range:
    """base**n for one n >= 1."""
    base = ranges.absolute(base) if n % 2 == 0 else base
    return ranges.EMPTY if base.is_empty else span(base.low**n, base.high**n)


def increase(by: int) -> Whole:
    """a + `by`: `inc`, `dec`."""
    step = constant(by)
    return lambda ctx, a: add(ctx, a, step)


def times(factor: int) -> Whole:
    """a * `factor`: `*2`."""
    number = constant(factor)
    return lambda ctx, a: multiply(ctx, a, number)


def over(divisor: int) -> Whole:
    """a / `divisor`: `/2`."""
    number = constant(divisor)
    return lambda ctx, a: divide(ctx, a, number)


def least(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """min(a, b)."""
    return integer(ranges.least(a.interval, b.interval), a.parity | b.parity, sign.least(a.sign, b.sign))


def greatest(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """max(a, b)."""
    return integer(ranges.greatest(a.interval, b.interval), a.parity | b.parity, sign.greatest(a.sign, b.sign))


def bounds(a: Abstract) -> Range:
    """What the interval and the sign say of where an Int lies."""
    hull = ranges.EMPTY
    for bit, part in ((sign.NEGATIVE, Range(None, -1)), (sign.ZERO, exactly(0)), (sign.POSITIVE, Range(1, None))):
        hull = ranges.join(hull, part) if a.sign & bit else hull
    return ranges.meet(a.interval, hull)


def is_greater(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a > b."""
    x, y = bounds(a), bounds(b)
    return boolean(True if x.low > y.high else False if x.high <= y.low else None)


def is_less(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a < b."""
    return is_greater(ctx, b, a)


def is_at_least(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a >= b."""
    return negation(ctx, is_greater(ctx, b, a))


def is_at_most(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a <= b."""
    return negation(ctx, is_greater(ctx, a, b))


def is_equal(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a = b, for values of any type."""
    if reduce(a.meet(b), ctx.profile).is_bottom:
        return boolean(False)
    value = only_value(a)
    return boolean(True if value is not None and value == only_value(b) else None)


def is_different(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a != b."""
    return negation(ctx, is_equal(ctx, a, b))


def negation(ctx: Context, a: Abstract) -> Abstract:
    """not a."""
    known = verdict(a)
    return UNKNOWN if known is None else boolean(not known)


def conjunction(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a and b."""
    known = (verdict(a), verdict(b))
    return boolean(False if False in known else True if known == (True, True) else None)


def disjunction(ctx: Context, a: Abstract, b: Abstract) -> Abstract:
    """a or b."""
    known = (verdict(a), verdict(b))
    return boolean(True if True in known else False if known == (False, False) else None)


def decide(a: Abstract, predicate: Callable[[int], bool]) -> bool | None:
    """What a predicate says of every Int in `a`, tried one by one where they are few; None where it differs or they are many."""
    if a.interval.high - a.interval.low >= FEW:
        return None
    numbers = range(int(a.interval.low), int(a.interval.high) + 1)
    answers = {predicate(n) for n in numbers if parity.parity_of(n) & a.parity and sign.sign_of(n) & a.sign}
    return answers.pop() if len(answers) == 1 else None


def is_even(ctx: Context, a: Abstract) -> Abstract:
    """Whether a is even."""
    known = {parity.EVEN: True, parity.ODD: False}.get(a.parity)
    return boolean(known if known is not None else decide(a, lambda n: n % 2 == 0))


def is_odd(ctx: Context, a: Abstract) -> Abstract:
    """Whether a is odd."""
    return negation(ctx, is_even(ctx, a))


def is_positive(ctx: Context, a: Abstract) -> Abstract:
    """a > 0."""
    return is_greater(ctx, a, constant(0))


def is_negative(ctx: Context, a: Abstract) -> Abstract:
    """a < 0."""
    return is_less(ctx, a, constant(0))


def is_zero(ctx: Context, a: Abstract) -> Abstract:
    """a = 0."""
    if 0 not in a.interval or not a.sign & sign.ZERO or not a.parity & parity.EVEN:
        return boolean(False)
    return boolean(True if a.interval == exactly(0) or a.sign == sign.ZERO else None)


def is_prime(ctx: Context, a: Abstract) -> Abstract:
    """Whether a is a prime number."""
    return boolean(False if bounds(a).high < 2 else decide(a, _prime))


def is_square(ctx: Context, a: Abstract) -> Abstract:
    """Whether a is the square of an Int."""
    return boolean(False if bounds(a).high < 0 else decide(a, lambda n: n in {k * k for k in range(int(max(n, 0) ** 0.5) + 2)}))


def _prime(n: int) -> bool:
    return n > 1 and all(n % k for k in range(2, int(n**0.5) + 1))


def choose(ctx: Context, a: Abstract, b: Abstract, condition: Abstract) -> Abstract:
    """a where the condition holds, else b."""
    known = verdict(condition)
    return a.join(b) if known is None else a if known else b
