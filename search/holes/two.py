"""What two constants turn one column into another by two words, where algebra gives both at once, compiled. Terms are those of `search.holes.arithmetic`.

Imports numba, so only what has asked `dsl.columns.available.available()` may import it.
"""

import numpy as np
from numba import int64 as I
from numba import njit

from search.holes.arithmetic import ADD, DIVIDE, GREATEST, LEAST, MODULO, MULTIPLY, STUCK, M, V, put, value


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
