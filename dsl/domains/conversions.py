"""What conversions do to abstract values: whole functions for `transfers.whole`, one per op."""

from __future__ import annotations

from math import inf

from dsl.domains import characters, ranges
from dsl.domains.base import Context
from dsl.domains.characters import DIGIT, OTHER
from dsl.domains.product import BOTTOM, Abstract
from dsl.domains.ranges import SIZES, Range, exactly, span
from dsl.domains.transfers import constant, integer, list_of, size_of, string, verdict


def int_to_str(ctx: Context, number: Abstract) -> Abstract:
    """The decimal digits, after a hyphen if negative."""
    below = ranges.meet(number.interval, Range(None, -1))
    above = ranges.meet(number.interval, SIZES)
    negative = not below.is_empty and bool(number.sign & 1)
    length = ranges.join(_digits(ranges.negate(below), 1) if negative else ranges.EMPTY, _digits(above, 0))
    return string(length, DIGIT | (characters.HYPHEN if negative else 0))


def _digits(numbers: Range, extra: int) -> Range:
    """How many digits the ints of a range from 0 upwards have, and `extra`."""
    if numbers.is_empty:
        return ranges.EMPTY
    most = numbers.high if numbers.hi is None else len(str(numbers.hi)) + extra
    return span(len(str(max(int(numbers.low), 0))) + extra, most)


def str_to_int(ctx: Context, text: Abstract) -> Abstract:
    """The Int that the text writes; -1 for any other text."""
    n, classes = size_of(text), text.chars
    if n.high <= 0 or not classes & DIGIT:
        return constant(-1)
    largest = _nines(n.high)
    smallest = -_nines(n.high - 1) if classes & characters.HYPHEN else 0
    number = integer(span(smallest, largest))
    return number if classes == DIGIT and n.low >= 1 else number.join(constant(-1))


def _nines(digits: float) -> float:
    """The largest number of so many digits; beyond those of any Int, none."""
    return 10 ** int(digits) - 1 if digits <= 12 else inf


def bool_to_str(ctx: Context, flag: Abstract) -> Abstract:
    """true or false."""
    known = verdict(flag)
    return constant("true").join(constant("false")) if known is None else constant("true" if known else "false")


def bool_to_int(ctx: Context, flag: Abstract) -> Abstract:
    """1 or 0."""
    return integer(flag.interval, flag.parity, flag.sign)


def character(ctx: Context, code: Abstract) -> Abstract:
    """The one character of a code point."""
    ascii_codes = ranges.meet(code.interval, Range(0, 127))
    classes = OTHER if code.interval.high > 127 else 0
    for number in () if ascii_codes.is_empty else range(int(ascii_codes.low), int(ascii_codes.high) + 1):
        classes |= characters.class_of(chr(number))
    return string(exactly(1), classes) if classes else BOTTOM


def code_point(ctx: Context, text: Abstract) -> Abstract:
    """The code point of the first character."""
    return BOTTOM if size_of(text).high <= 0 or not text.chars else integer(characters.codes(text.chars))


def digits(ctx: Context, number: Abstract) -> Abstract:
    """The decimal digits of an Int, without its sign."""
    size = ranges.absolute(number.interval)
    return list_of(integer(size if size.high <= 9 else Range(0, 9)), _digits(size, 0))
