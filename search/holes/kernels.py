"""Compiled loops over numbers: what constants turn one column into another by a word or two, by algebra where there is one, else by trying all.

A column is int64[R]: one number for each of R rows (examples, or items of their lists). A *word* is its place in WORDS; its *side* says on
which side the constant stands, 1 for `x c word`, 0 for `c x word`. Where a word is stuck its value is STUCK.

Imports numba, so only what has asked `dsl.columns.available.available()` may import it.
"""

from __future__ import annotations

import numpy as np
from numba import boolean as B
from numba import int64 as I
from numba import njit
from numba.core.types import UniTuple

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


@njit(I(V, V, I, V, M, I), cache=True, error_model="numpy")
def divisors(x, y, most, limits, hits, count):  # type: ignore[no-untyped-def]
    """Divisors with the quotient y: |c| lies between |x| / (|y| + 1) and |x| / (|y| - 1) on every row."""
    if y[most] == 0 or x[most] == 0:
        return count
    first, last = np.int64(2), np.int64(2000)
    for r in range(len(x)):
        a, b = abs(x[r]), abs(y[r])
        first = max(first, a // (b + 1))
        if b > 1:
            last = min(last, a // (b - 1))
        if first > last:
            return count
    sign = 1 if (x[most] < 0) == (y[most] < 0) else -1
    for c in range(first, last + 1):
        if checked(DIVIDE, 1, x, y, sign * c, limits):
            return put(hits, count, -1, 0, 0, DIVIDE, 1, sign * c)
    return count


@njit(I(V, V, I, V, M, I), cache=True, error_model="numpy")
def moduli(x, y, most, limits, hits, count):  # type: ignore[no-untyped-def]
    """Divisors that leave y of x: they divide every x - y and are greater than every |y|."""
    least = abs(y[most])
    whole = common(x, y, least)
    if whole <= least:
        return count
    for sign in (1, -1):
        if checked(MODULO, 1, x, y, sign * whole, limits):
            count = put(hits, count, -1, 0, 0, MODULO, 1, sign * whole)
        for c in range(least + 1, min(whole // 2, 1000) + 1):
            if whole % c == 0 and checked(MODULO, 1, x, y, sign * c, limits):
                count = put(hits, count, -1, 0, 0, MODULO, 1, sign * c)
                break
    return count


@njit(I(V, V, I, V, M, I), cache=True, error_model="numpy")
def dividends(x, y, most, limits, hits, count):  # type: ignore[no-untyped-def]
    """Dividends with the quotient y: c is less than |x| away from x y on every row."""
    if y[most] == 0:
        return count
    low, high = -FARTHEST, FARTHEST
    for r in range(len(x)):
        near, reach = x[r] * y[r], abs(x[r]) - 1
        low, high = max(low, near - reach), min(high, near + reach)
        if low > high:
            return count
    for c in range(low, min(high, low + 2000) + 1):
        if checked(DIVIDE, 0, x, y, c, limits):
            return put(hits, count, -1, 0, 0, DIVIDE, 0, c)
    return count


@njit(I(V, V, V, M, I), cache=True, error_model="numpy")
def dividends_modulo(x, y, limits, hits, count):  # type: ignore[no-untyped-def]
    """Numbers of which division by x leaves y: they differ from y by multiples of each x. The nearest to 0 is taken."""
    largest = 0
    for r in range(len(x)):
        if abs(y[r]) >= abs(x[r]):
            return count
        if abs(x[r]) > abs(x[largest]):
            largest = r
    step = abs(x[largest])
    for k in range(2000 // step + 2):
        for c in (y[largest] + k * step, y[largest] - k * step):
            if checked(MODULO, 0, x, y, c, limits):
                return put(hits, count, -1, 0, 0, MODULO, 0, c)
    return count


@njit(I(V, V, I, V, M, I), cache=True, error_model="numpy")
def one(x, y, most, limits, hits, count):  # type: ignore[no-untyped-def]
    """Every word with a constant that makes y of x, as far as algebra tells; `most` is the row of the greatest |y|. Gives the new count of hits."""
    rows = len(x)
    if y[0] - x[0] == y[1] - x[1] and x[0] != y[0] and checked(ADD, 1, x, y, y[0] - x[0], limits):
        count = put(hits, count, -1, 0, 0, ADD, 1, y[0] - x[0])
    if y[0] + x[0] == y[1] + x[1] and checked(SUBTRACT, 0, x, y, y[0] + x[0], limits):
        count = put(hits, count, -1, 0, 0, SUBTRACT, 0, y[0] + x[0])
    if x[most] != 0 and y[most] != x[most]:
        c = y[most] // x[most]
        if c * x[most] == y[most] and checked(MULTIPLY, 1, x, y, c, limits):
            count = put(hits, count, -1, 0, 0, MULTIPLY, 1, c)
    # What is cut off at a constant is that constant.
    low, high = True, True
    cut = STUCK
    for r in range(rows):
        low, high = low and y[r] <= x[r], high and y[r] >= x[r]
        if not low and not high:
            break
        if y[r] != x[r]:
            if cut != STUCK and cut != y[r]:
                low = high = False
                break
            cut = y[r]
    if cut != STUCK:
        if low and checked(LEAST, 1, x, y, cut, limits):
            count = put(hits, count, -1, 0, 0, LEAST, 1, cut)
        if high and checked(GREATEST, 1, x, y, cut, limits):
            count = put(hits, count, -1, 0, 0, GREATEST, 1, cut)
    count = divisors(x, y, most, limits, hits, count)
    count = dividends(x, y, most, limits, hits, count)
    count = dividends_modulo(x, y, limits, hits, count)
    return moduli(x, y, most, limits, hits, count)


@njit(I(V, V, V, M, I), cache=True, error_model="numpy")
def sums_modulo(x, y, limits, hits, count):  # type: ignore[no-untyped-def]
    """(x + a) mod m and x mod m + b: m divides what y - x differs by from row to row."""
    rows = len(x)
    whole = np.int64(0)
    low, high = y[0], y[0]
    for r in range(1, rows):
        b = abs((y[r] - x[r]) - (y[0] - x[0]))
        while b:
            whole, b = b, whole % b
        low, high = min(low, y[r]), max(high, y[r])
        if whole and whole <= high - low:
            return count
    if whole == 0:
        return count
    for m in range(high - low + 1, min(whole, 2001) + 1):
        if whole % m:
            continue
        shift = (y[0] - x[0]) % m
        for sign in (1, -1):
            fine = True
            for r in range(rows):
                if value(MODULO, value(ADD, x[r], shift, limits), sign * m, limits) != y[r]:
                    fine = False
                    break
            if fine and shift:
                count = put(hits, count, ADD, 1, shift if shift <= m // 2 else shift - m, MODULO, 1, sign * m)
            b = y[0] - value(MODULO, x[0], sign * m, limits)
            fine = b != 0
            for r in range(rows):
                if not fine or value(MODULO, x[r], sign * m, limits) + b != y[r]:
                    fine = False
                    break
            if fine:
                count = put(hits, count, MODULO, 1, sign * m, ADD, 1, b)
    return count


@njit(I(V, V, V, M, I), cache=True, error_model="numpy")
def fractions(x, y, limits, hits, count):  # type: ignore[no-untyped-def]
    """x a * b div: a / b lies between (y - 1) / x and (y + 1) / x on every row; the fraction with the least b in that interval which is right."""
    low, high = -1e18, 1e18
    for r in range(len(x)):
        if x[r] == 0:
            if y[r] != 0:
                return count
            continue
        one_end, other_end = (y[r] - 1) / x[r], (y[r] + 1) / x[r]
        low, high = max(low, min(one_end, other_end)), min(high, max(one_end, other_end))
        if low >= high:
            return count
    if high - low > 0.5:  # columns that say too little: nearly any fraction would do
        return count
    for b in range(2, 1001):
        for a in range(np.int64(np.ceil(low * b)), np.int64(np.floor(high * b)) + 1):
            fine = abs(a) > 1
            for r in range(len(x)):
                if not fine:
                    break
                whole = value(MULTIPLY, x[r], a, limits)
                fine = whole != STUCK and value(DIVIDE, whole, b, limits) == y[r]
            if fine:
                return put(hits, count, MULTIPLY, 1, a, DIVIDE, 1, b)
    return count


@njit(I(V, V, V, M, I), cache=True, error_model="numpy")
def two(x, y, limits, hits, count):  # type: ignore[no-untyped-def]
    """Two words with two constants that make y of x, where algebra gives both at once: a x + b, the two cuts, a x div b, (x + a) mod m,
    x mod m + b."""
    rows = len(x)
    other = 0
    for r in range(1, rows):
        if x[r] != x[0]:
            other = r
            break
    if other == 0:
        return count
    dx, dy = x[other] - x[0], y[other] - y[0]
    if dy != 0 and dy % dx == 0:
        a = dy // dx
        b = y[0] - a * x[0]
        fine = b != 0 and a != 1
        for r in range(rows):
            if not fine or a * x[r] + b != y[r]:
                fine = False
                break
        if fine:
            count = put(hits, count, MULTIPLY, 1, a, ADD, 1, b)
    low, high = STUCK, STUCK
    fine = True
    for r in range(rows):
        if y[r] > x[r]:
            fine = fine and (low == STUCK or low == y[r])
            low = y[r]
        elif y[r] < x[r]:
            fine = fine and (high == STUCK or high == y[r])
            high = y[r]
        if not fine:
            break
    if fine and low != STUCK and high != STUCK and low <= high:
        count = put(hits, count, GREATEST, 1, low, LEAST, 1, high)
    count = fractions(x, y, limits, hits, count)
    return sums_modulo(x, y, limits, hits, count)


@njit(UniTuple(I, 2)(M, V, V, B, V, M), cache=True, error_model="numpy")
def closings(columns, y, limits, both, numbers, hits):  # type: ignore[no-untyped-def]
    """For each column, the words with one constant (with `both`, also those with two) that make y of it. Fills `hits` and the `numbers` of
    their columns; gives how many there are, and at which column it stopped."""
    most = np.argmax(np.abs(y))
    count = 0
    for v in range(len(columns)):
        if count + 8 > len(hits):
            return count, v
        before = count
        count = one(columns[v], y, most, limits, hits, count)
        if both and count == before:
            count = two(columns[v], y, limits, hits, count)
        for k in range(before, count):
            numbers[k] = v
    return count, len(columns)


@njit(I(V, V, V, I, I, V, V, V, B, M), cache=True, error_model="numpy")
def sweep(x, z, y, word, side, ways, constants, limits, both, hits):  # type: ignore[no-untyped-def]
    """Every first constant with one word, on which nothing or something stands (`ways` of BETWEEN), and then nothing, one constant more, or,
    with `both`, two. Gives the count of hits."""
    rows = len(x)
    t, u, last = np.empty(rows, np.int64), np.empty(rows, np.int64), np.empty(rows, np.int64)
    most = np.argmax(np.abs(y))
    count = 0
    last[0] = STUCK
    for c in constants:
        fine, same = True, True
        for r in range(rows):
            t[r] = sided(word, side, x[r], c, limits)
            if t[r] == STUCK:
                fine = False
                break
            same = same and t[r] == last[r]
        if not fine or same:
            continue
        for r in range(rows):
            last[r] = t[r]
        for way in ways:
            for r in range(rows):
                u[r] = between(way, t[r], z[r], limits)
                if u[r] == STUCK:
                    fine = False
                    break
            if not fine:
                fine = True
                continue
            if count + 8 > len(hits):
                return count
            before = count
            equal = True
            for r in range(rows):
                if u[r] != y[r]:
                    equal = False
                    break
            if equal:
                count = put(hits, count, -1, 0, 0, -1, 0, 0)
            elif both:
                count = two(u, y, limits, hits, count)
            else:
                count = one(u, y, most, limits, hits, count)
            for k in range(before, count):
                hits[k, 0], hits[k, 1], hits[k, 2], hits[k, 3] = word, side, c, way
    return count
