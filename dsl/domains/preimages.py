"""What a result says of the arguments of integer, Boolean and conversion ops: whole functions for `transfers.narrowing`.

Each is called `(ctx, result, *args)` and gives elements that hold every argument, among `args`, for which the op may give
`result`. Every component is sound by itself, for the domains may be used one at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf, isqrt

from dsl.domains import characters, numbers, parity, ranges, sign
from dsl.domains.base import Context
from dsl.domains.numbers import bounds
from dsl.domains.product import BOTTOM, Abstract, reduce
from dsl.domains.ranges import ALL, SIZES, Bound, Range, exactly, span
from dsl.domains.transfers import FALSE, TRUE, UNKNOWN, boolean, integer, join_all, only_value, size_of, string, verdict
from dsl.types import BOOL, INT

Narrowed = tuple[Abstract, ...]
Narrowing = Callable[..., Narrowed]

NOT_ZERO = sign.NEGATIVE | sign.POSITIVE


def _int(ctx: Context, interval: Range = ALL, parities: int = parity.BOTH, signs: int = sign.ANY) -> Abstract:
    """An Int with these components, each sharpened by the others."""
    return reduce(integer(interval, parities, signs), ctx.profile)


def may_be(a: Abstract, number: int) -> bool:
    """Whether `number` is among the Ints (or, as 0 and 1, the Bools) of `a`."""
    return number in a.interval and bool(parity.parity_of(number) & a.parity) and bool(sign.sign_of(number) & a.sign)


# ---- arithmetic


def add(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a + b."""
    return numbers.subtract(ctx, result, b), numbers.subtract(ctx, result, a)


def subtract(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a - b."""
    return numbers.add(ctx, result, b), numbers.subtract(ctx, a, result)


def multiply(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a * b."""
    return _factor(ctx, result, b), _factor(ctx, result, a)


def _factor(ctx: Context, result: Abstract, other: Abstract) -> Abstract:
    if may_be(other, 0) and may_be(result, 0):
        return _int(ctx)
    parities = parity.ODD if result.parity == parity.ODD else result.parity if other.parity == parity.ODD else parity.BOTH
    quotient = ranges.divide(bounds(result), bounds(other), truncate=True)
    return _int(ctx, quotient, parities, sign.multiply(result.sign, other.sign & NOT_ZERO))


def divide(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a div b: a is b times the result and a remainder, b is not 0."""
    return numbers.add(ctx, numbers.multiply(ctx, b, result), numbers.modulo(ctx, a, b)), _int(ctx, signs=NOT_ZERO)


def modulo(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a mod b, whose size is less than that of b and whose sign is that of b (floored) or of a (truncated)."""
    truncate = ctx.profile.division == "truncate"
    rest, divisor = bounds(result), bounds(b)
    above, below = rest.low if rest.low > 0 else 0, rest.high if rest.high < 0 else 0
    if truncate:
        above, below = max(above, -below), -max(above, -below)
    ends = ALL
    if divisor.low >= 0 or (above and not truncate):
        ends = span(above + 1, inf)
    elif divisor.high <= 0 or (below and not truncate):
        ends = span(-inf, below - 1)
    signs = result.sign if truncate and not result.sign & sign.ZERO else sign.ANY
    return _int(ctx, parities=result.parity if b.parity == parity.EVEN else parity.BOTH, signs=signs), _int(ctx, ends, signs=NOT_ZERO)


def negate(ctx: Context, result: Abstract, a: Abstract) -> Narrowed:
    """Of -a."""
    return (numbers.negate(ctx, result),)


def absolute(ctx: Context, result: Abstract, a: Abstract) -> Narrowed:
    """Of |a|."""
    return (_of_size(ctx, bounds(result), result, a),)


def _of_size(ctx: Context, size: Range, result: Abstract, a: Abstract) -> Abstract:
    """The part of `a` whose distance from 0 lies in `size`, and which is even, or 0, only if the result is."""
    size, signs = ranges.meet(size, SIZES), sign.ZERO if result.sign & sign.ZERO else 0
    interval = ranges.join(ranges.meet(a.interval, size), ranges.meet(a.interval, ranges.negate(size)))
    return _int(ctx, interval, result.parity, signs | (NOT_ZERO if result.sign & sign.POSITIVE else 0))


def sign_of(ctx: Context, result: Abstract, a: Abstract) -> Narrowed:
    """Of sign a."""
    ways = ((-1, Range(None, -1)), (0, exactly(0)), (1, Range(1, None)))
    return (join_all(*(_int(ctx, numbers_there) for number, numbers_there in ways if may_be(result, number))),)


def square(ctx: Context, result: Abstract, a: Abstract) -> Narrowed:
    """Of a * a."""
    squares = ranges.meet(bounds(result), SIZES)
    if squares.is_empty:
        return (BOTTOM,)
    low = isqrt(int(squares.low) - 1) + 1 if squares.low > 0 else 0
    return (_of_size(ctx, span(low, inf if squares.hi is None else isqrt(squares.hi)), result, a),)


def power(ctx: Context, result: Abstract, a: Abstract, n: Abstract) -> Narrowed:
    """Of a to the n: where n is not 0, a is not farther from 0 than the result."""
    exponent = _int(ctx, signs=sign.ZERO | sign.POSITIVE)
    if may_be(n, 0):
        return _int(ctx), exponent
    size = ranges.absolute(bounds(result))
    signs = (sign.ZERO if result.sign & sign.ZERO else 0) | (NOT_ZERO if result.sign & NOT_ZERO else 0)
    return _int(ctx, span(-size.high, size.high), result.parity, result.sign if n.parity == parity.ODD else signs), exponent


def increase(by: int) -> Narrowing:
    """Of a + `by`."""
    undo = numbers.increase(-by)
    return lambda ctx, result, a: (undo(ctx, result),)


def times(factor: int) -> Narrowing:
    """Of a * `factor`, which is positive."""
    number = exactly(factor)

    def narrow(ctx: Context, result: Abstract, a: Abstract) -> Narrowed:
        product = bounds(result)
        rounded_up = ranges.negate(ranges.divide(ranges.negate(product), number, truncate=False))
        interval = ranges.meet(ranges.divide(product, number, truncate=False), rounded_up)
        return (_int(ctx, interval, result.parity if factor % 2 else parity.BOTH, result.sign),)

    return narrow


def over(divisor: int) -> Narrowing:
    """Of a / `divisor`, which is positive."""
    rest = divisor - 1

    def narrow(ctx: Context, result: Abstract, a: Abstract) -> Narrowed:
        quotient, truncate = bounds(result), ctx.profile.division == "truncate"
        low = quotient.low * divisor - (rest if truncate and quotient.low <= 0 else 0)
        high = quotient.high * divisor + (0 if truncate and quotient.high < 0 else rest)
        of_zero = sign.ANY if truncate else sign.ZERO | sign.POSITIVE
        return (_int(ctx, span(low, high), signs=(result.sign & NOT_ZERO) | (of_zero if result.sign & sign.ZERO else 0)),)

    return narrow


def least(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of min(a, b)."""
    low, high = bounds(result).low, bounds(result).high

    def one(other: Abstract) -> Abstract:
        return _int(ctx, result.interval, result.parity, result.sign) if bounds(other).low > high else _int(ctx, span(low, inf))

    return one(b), one(a)


def greatest(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of max(a, b)."""
    low, high = bounds(result).low, bounds(result).high

    def one(other: Abstract) -> Abstract:
        return _int(ctx, result.interval, result.parity, result.sign) if bounds(other).high < low else _int(ctx, span(-inf, high))

    return one(b), one(a)


# ---- questions


def is_greater(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a > b."""
    x, y, known = bounds(a), bounds(b), verdict(result)
    if known is None:
        return a, b
    if known:
        return _int(ctx, span(y.low + 1, inf)), _int(ctx, span(-inf, x.high - 1))
    return _int(ctx, span(-inf, y.high)), _int(ctx, span(x.low, inf))


def is_less(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a < b."""
    return is_greater(ctx, result, b, a)[::-1]


def is_at_least(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a >= b."""
    return is_less(ctx, numbers.negation(ctx, result), a, b)


def is_at_most(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a <= b."""
    return is_greater(ctx, numbers.negation(ctx, result), a, b)


def is_equal(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a = b, for values of any type."""
    known = verdict(result)
    if known is None:
        return a, b
    return (a.meet(b),) * 2 if known else (_without(ctx, a, b), _without(ctx, b, a))


def is_different(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a != b."""
    return is_equal(ctx, numbers.negation(ctx, result), a, b)


def _without(ctx: Context, a: Abstract, other: Abstract) -> Abstract:
    """`a` without the one number that `other` is, where that stands at an end."""
    number = only_value(other)
    if a.type not in (INT, BOOL) or not isinstance(number, int):
        return a
    low, high = a.interval.low, a.interval.high
    interval = span(low + (low == number), high - (high == number))
    return reduce(replace(a, interval=interval, sign=a.sign & NOT_ZERO if number == 0 else a.sign), ctx.profile)


def negation(ctx: Context, result: Abstract, a: Abstract) -> Narrowed:
    """Of not a."""
    return (numbers.negation(ctx, result),)


def conjunction(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a and b."""
    known = verdict(result)
    if known is not False:
        return (TRUE, TRUE) if known else (UNKNOWN, UNKNOWN)
    return FALSE if verdict(b) else UNKNOWN, FALSE if verdict(a) else UNKNOWN


def disjunction(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> Narrowed:
    """Of a or b."""
    known = verdict(result)
    if known is not True:
        return (UNKNOWN, UNKNOWN) if known is None else (FALSE, FALSE)
    return TRUE if verdict(b) is False else UNKNOWN, TRUE if verdict(a) is False else UNKNOWN


def answered(when_true: Abstract, when_false: Abstract) -> Narrowing:
    """Of a question about one Int: what the Int is by the answer."""

    def narrow(ctx: Context, result: Abstract, a: Abstract) -> Narrowed:
        known = verdict(result)
        return (a if known is None else reduce(when_true if known else when_false, ctx.profile),)

    return narrow


EVEN, ODD = integer(parities=parity.EVEN), integer(parities=parity.ODD)
POSITIVE, NOT_POSITIVE = (integer(signs=signs) for signs in (sign.POSITIVE, sign.NEGATIVE | sign.ZERO))
NEGATIVE, NOT_NEGATIVE = (integer(signs=signs) for signs in (sign.NEGATIVE, sign.ZERO | sign.POSITIVE))
ZERO, NO_ZERO = (integer(signs=signs) for signs in (sign.ZERO, NOT_ZERO))

is_even, is_odd = answered(EVEN, ODD), answered(ODD, EVEN)
is_positive, is_negative = answered(POSITIVE, NOT_POSITIVE), answered(NEGATIVE, NOT_NEGATIVE)
is_zero = answered(ZERO, NO_ZERO)
is_prime = answered(integer(Range(2, None)), integer())
is_square = answered(NOT_NEGATIVE, integer())


def choose(ctx: Context, result: Abstract, a: Abstract, b: Abstract, condition: Abstract) -> Narrowed:
    """Of a if the condition holds, else b."""
    known = verdict(condition)
    if known is None:
        possible = tuple(not reduce(value.meet(result), ctx.profile).is_bottom for value in (a, b))
        known = None if possible == (True, True) else possible[0]
    if known is None:
        return a, b, condition
    return (a.meet(result), b, TRUE) if known else (a, b.meet(result), FALSE)


# ---- conversions


def int_to_str(ctx: Context, result: Abstract, a: Abstract) -> Narrowed:
    """Of the text of an Int."""
    size = size_of(result).high
    negative = bool(result.chars & characters.HYPHEN)
    return (_int(ctx, span(-_nines(size - 1) if negative else 0, _nines(size))),)


def str_to_int(ctx: Context, result: Abstract, text: Abstract) -> Narrowed:
    """Of the Int that a text writes: where it is not -1, the text has digits, and a minus only before 0 and negative ones."""
    number = bounds(result)
    if may_be(result, -1):
        return (text,)
    least_size = min(abs(end) for end in (number.low, number.high)) if number.low > 0 or number.high < 0 else 0
    return (string(span(len(str(least_size)), inf), characters.DIGIT | (0 if number.low > 0 else characters.HYPHEN)),)


def _nines(digits: Bound) -> Bound:
    """The largest number of so many digits; beyond those of any Int, none."""
    return 10 ** max(int(digits), 0) - 1 if digits <= 12 else inf


def bool_to_str(ctx: Context, result: Abstract, flag: Abstract) -> Narrowed:
    """Of the text of a Bool."""
    return (join_all(*(boolean(value) for value, text in ((True, "true"), (False, "false")) if result.contains(text))),)


def bool_to_int(ctx: Context, result: Abstract, flag: Abstract) -> Narrowed:
    """Of 1 or 0."""
    return (join_all(*(boolean(value) for value in (True, False) if may_be(result, int(value)))),)


def character(ctx: Context, result: Abstract, code: Abstract) -> Narrowed:
    """Of the character of a code point."""
    return (_int(ctx, characters.codes(result.chars)),)


def code_point(ctx: Context, result: Abstract, text: Abstract) -> Narrowed:
    """Of the code point of the first character: there is one."""
    return (string(Range(1, None)),)


def digits(ctx: Context, result: Abstract, a: Abstract) -> Narrowed:
    """Of the digits of an Int."""
    size = size_of(result)
    least_size = 10 ** (int(size.low) - 1) if size.low > 1 else 0
    return (_of_size(ctx, span(least_size, _nines(size.high)), integer(), a),)
