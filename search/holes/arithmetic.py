"""Words on numbers and constants, compiled, and how what makes one column of another is noted.

A column is int64[R]: one number for each of R rows (examples, or items of their lists). A *word* is its place in WORDS; its *side* says on
which side the constant stands, 1 for `x c word`, 0 for `c x word`. Where a word is stuck its value is STUCK.
Imports numba, so only what has asked `dsl.columns.available.available()` may import it.
"""

import numpy as np
from numba import boolean as B
from numba import int64 as I
from numba import njit

V, M = I[::1], I[:, ::1]
"""A column, and several. The types stand at each loop, so that each is compiled once and not once for each literal that it is called with."""
WORDS = ("+", "-", "*", "div", "mod", "min", "max", "pow")
"""Words of two Ints that give an Int; a test compares each with its reference."""
ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, LEAST, GREATEST, POWER = range(len(WORDS))
BETWEEN = ("", "abs", "square", *WORDS, *WORDS)
"""What may stand between two words with a constant: nothing, a word, a word with a second column behind it, and one with that column before it."""
STUCK = np.int64(-(2**63))
FARTHEST = np.int64(2**31 - 1)
SIDED = ((0, 1), (1, 0), (1, 1), (2, 1), (3, 0), (3, 1), (4, 0), (4, 1), (5, 1), (6, 1), (7, 0), (7, 1))
"""Each word with each side on which a constant makes a difference."""
WIDTH = 10
"""Numbers of a hit: first word, side, constant; what stands between; second word, side, constant; last word, side, constant. A word that is
not there is -1. What stands between comes before the second word."""


@njit(I(I, I), cache=True, error_model="numpy")
def power(a, b):  # type: ignore[no-untyped-def]
    """a ** b; STUCK where it is no whole number, or beyond every profile's Ints."""
    if b < 0:
        return STUCK
    if a == 0 or a == 1 or b == 0:
        return np.int64(a if b > 0 else 1)
    if a == -1:
        return np.int64(-1 if b & 1 else 1)
    found = np.int64(a)
    for _ in range(b - 1):
        found *= a
        if found > FARTHEST or found < -FARTHEST:
            return STUCK
    return found


@njit(I(I, I, I, V), cache=True, error_model="numpy")
def value(word, a, b, limits):  # type: ignore[no-untyped-def]
    """The word on two numbers; `limits` are the lowest Int, the highest, and whether division truncates."""
    if word == ADD:
        found = a + b
    elif word == SUBTRACT:
        found = a - b
    elif word == MULTIPLY:
        found = a * b
    elif word == LEAST:
        return min(a, b)
    elif word == GREATEST:
        return max(a, b)
    elif word == POWER:
        found = power(a, b)
        if found == STUCK:
            return STUCK
    else:
        if b == 0:
            return STUCK
        found = a // b
        if limits[2] and found * b != a and found < 0:
            found += 1
        if word == MODULO:
            found = a - b * found
    if found < limits[0] or found > limits[1]:
        return STUCK
    return found


@njit(I(I, I, I, I, V), cache=True, error_model="numpy")
def sided(word, side, x, c, limits):  # type: ignore[no-untyped-def]
    """The word on a number and a constant."""
    return value(word, x, c, limits) if side == 1 else value(word, c, x, limits)


@njit(I(I, I, I, V), cache=True, error_model="numpy")
def between(way, t, z, limits):  # type: ignore[no-untyped-def]
    """What stands between on a number, `z` being the second column's."""
    if way == 0:
        return t
    if way == 1:
        return abs(t)
    if way == 2:
        return value(MULTIPLY, t, t, limits)
    if way < 11:
        return value(way - 3, t, z, limits)
    return value(way - 11, z, t, limits)


@njit(B(I, I, V, V, I, V), cache=True, error_model="numpy")
def checked(word, side, x, y, c, limits):  # type: ignore[no-untyped-def]
    """Whether the word with this constant makes y of x."""
    for r in range(len(x)):
        if sided(word, side, x[r], c, limits) != y[r]:
            return False
    return True


@njit(I(V, V, I), cache=True, error_model="numpy")
def common(x, y, least):  # type: ignore[no-untyped-def]
    """The greatest common divisor of all x - y; 0 where x is y. One that is at most `least` may be too great."""
    found = np.int64(0)
    for r in range(len(x)):
        b = abs(x[r] - y[r])
        if 0 < b <= least:
            return b
        while b:
            found, b = b, found % b
        if 0 < found <= least:
            return found
    return found


@njit(I(M, I, I, I, I, I, I, I), cache=True, error_model="numpy")
def put(hits, count, second, side, c, last, last_side, d):  # type: ignore[no-untyped-def]
    """Notes the two last words of a hit, if there is room; gives the new count."""
    if count < len(hits):
        hits[count, :4] = -1, 0, 0, 0
        hits[count, 4:7] = second, side, c
        hits[count, 7:] = last, last_side, d
        return count + 1
    return count
