"""Kernels between ints, bools, strings and digits."""

import numpy as np

from dsl.kernels import RANGE, SIZE, UNDEFINED, WIDEN, kernel
from dsl.kernels.integers import FARTHEST, within

MINUS, NINE, ZERO = 45, 57, 48
"""Code points of "-", "9" and "0"."""
LAST_CODE, SURROGATES, PAST_SURROGATES = 0x10FFFF, 0xD800, 0xE000
TRUE_TEXT, FALSE_TEXT = (116, 114, 117, 101), (102, 97, 108, 115, 101)
"""Code points of "true" and "false"."""


@kernel
def count_digits(a):
    """How many decimal digits a >= 0 has."""
    count = 1
    while a >= 10:
        a //= 10
        count += 1
    return count


@kernel
def int_to_str(p, a, out):
    """Decimal digits of a, after a "-" where it is negative."""
    size = -a if a < 0 else a
    start = 1 if a < 0 else 0
    n = start + count_digits(size)
    if n > p.max_str:
        return -SIZE
    if a < 0:
        out[0] = MINUS
    for i in range(n - 1, start - 1, -1):
        out[i] = ZERO + size % 10
        size //= 10
    return n


@kernel
def str_to_int(p, x, n):
    """The Int that the text writes, -1 for any other text."""
    start = 1 if n > 0 and x[0] == MINUS else 0
    if n == start:
        return within(p, -1)
    for i in range(start, n):
        if x[i] < ZERO or x[i] > NINE:
            return within(p, -1)
    value = 0
    for i in range(start, n):
        value = value * 10 + (np.int64(x[i]) - ZERO)
        if value > FARTHEST:
            return 0, RANGE
    return within(p, -value if start else value)


@kernel
def bool_to_str(p, a, out):
    """The text true or false."""
    n = 4 if a else 5
    if n > p.max_str:
        return -SIZE
    for i in range(n):
        out[i] = TRUE_TEXT[i] if a else FALSE_TEXT[i]
    return n


@kernel
def bool_to_int(p, a):
    """1 or 0."""
    return within(p, a)


@kernel
def character(p, a, out):
    """The string of the one character with code point a."""
    if a < 0 or a > LAST_CODE or SURROGATES <= a < PAST_SURROGATES:
        return -UNDEFINED
    if a > 127 and out.itemsize == 1:
        return -WIDEN
    out[0] = a
    return 1


@kernel
def code_point(p, x, n):
    """Code point of the first character."""
    if n == 0:
        return 0, UNDEFINED
    return within(p, np.int64(x[0]))


@kernel
def digits(p, a, out):
    """Decimal digits of |a|, the most significant first."""
    a = -a if a < 0 else a
    n = count_digits(a)
    if n > p.max_list:
        return -SIZE
    for i in range(n - 1, -1, -1):
        digit = a % 10
        if digit < p.lo or digit > p.hi:
            return -RANGE
        out[i] = digit
        a //= 10
    return n
