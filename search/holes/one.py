"""What single constant turns one column into another by one word, by algebra, compiled. Terms are those of `search.holes.arithmetic`.

Imports numba, so only what has asked `dsl.columns.available.available()` may import it.
"""

import numpy as np
from numba import int64 as I
from numba import njit

from search.holes.arithmetic import (
    ADD,
    DIVIDE,
    FARTHEST,
    GREATEST,
    LEAST,
    MODULO,
    MULTIPLY,
    STUCK,
    SUBTRACT,
    M,
    V,
    checked,
    common,
    put,
)


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
