"""What holds of a list, or between a list and the output, compiled: properties, relations and reduced numbers.

Imports numba, so only what has asked `dsl.columns.available.available()` may import it.
"""

import numpy as np
from numba import njit

from search.prior.views import LARGEST

PROPERTIES = (
    "empty", "one item", "rises", "falls", "strictly rises", "strictly falls", "distinct", "all equal", "all even", "all odd", "no negative",
    "no positive", "all positive", "all negative", "has zero", "sum even", "sum positive", "head is largest", "head is smallest",
    "last is largest", "last is smallest", "even length", "within 1", "within 9", "within 99", "palindrome", "all by 3", "all by 4",
    "squares", "length above 3", "length above 8", "head even", "last even", "head positive", "last positive", "alternates",
)  # fmt: skip
NUM_PROPERTIES = len(PROPERTIES)
RELATIONS = (
    "equal", "prefix", "extends", "suffix", "subsequence", "supersequence", "same items", "among items", "same set", "among set",
    "equal length", "shorter", "one shorter", "same difference", "nowhere below", "nowhere above", "one differs", "same head", "same last",
    "same sum", "same largest", "same smallest", "same order", "opposite order", "same parity", "divisible", "divides", "same sign",
)  # fmt: skip
"""Between a view and an output that is a list."""
NUM_RELATIONS = len(RELATIONS)
REDUCED = (
    "head",
    "last",
    "second",
    "length",
    "sum",
    "smallest",
    "largest",
    "count>0",
    "count<0",
    "count-even",
    "count-odd",
    "product",
    "range",
)
"""Numbers that a view is reduced to, for an output that is a number."""
NUM_REDUCED = len(REDUCED)
AGAINST = 5
"""Bits of a reduced number against the output: equal on all, equal on none, below on all, above on all, off by a constant."""


@njit(cache=True, error_model="numpy")
def properties(x, n, out):  # type: ignore[no-untyped-def]
    """Adds 1 to `out[p]` for each property p that the list has."""
    rises, falls, up, down, equal, even, odd, nonneg, nonpos, pos, neg = True, True, True, True, True, True, True, True, True, True, True
    zero, palindrome, three, four, squares, alternates, distinct = False, True, True, True, True, True, True
    total, high, low = np.int64(0), -LARGEST * 4, LARGEST * 4
    for i in range(n):
        v = x[i]
        total += v
        high, low = max(high, v), min(low, v)
        even = even and v % 2 == 0
        odd = odd and v % 2 != 0
        nonneg, nonpos, pos, neg = nonneg and v >= 0, nonpos and v <= 0, pos and v > 0, neg and v < 0
        zero = zero or v == 0
        three, four = three and v % 3 == 0, four and v % 4 == 0
        palindrome = palindrome and v == x[n - 1 - i]
        root = np.int64(np.sqrt(max(v, 0)))
        squares = squares and v >= 0 and (root * root == v or (root + 1) * (root + 1) == v)
        if i > 0:
            a = x[i - 1]
            rises, falls, up, down, equal = rises and a <= v, falls and a >= v, up and a < v, down and a > v, equal and a == v
            alternates = alternates and (a < 0) != (v < 0)
        for j in range(i):
            distinct = distinct and x[j] != v
    most = max(abs(high), abs(low)) if n > 0 else 0
    some = n > 0
    first = (
        n == 0, n == 1, rises, falls, up, down, distinct, equal, even, odd, nonneg, nonpos, pos, neg, zero, total % 2 == 0, total > 0,
        some and x[0] == high,
    )  # fmt: skip
    second = (  # numba takes no tuple of more than thirty items
        some and x[0] == low, some and x[n - 1] == high, some and x[n - 1] == low, n % 2 == 0, most <= 1, most <= 9, most <= 99, palindrome,
        three, four, squares, n > 3, n > 8, some and x[0] % 2 == 0, some and x[n - 1] % 2 == 0, some and x[0] > 0, some and x[n - 1] > 0,
        alternates and n > 1,
    )  # fmt: skip
    for p in range(len(first)):
        out[p] += first[p]
    for p in range(len(second)):
        out[len(first) + p] += second[p]


@njit(cache=True, error_model="numpy")
def within(x, n, y, m):  # type: ignore[no-untyped-def]
    """Whether x is a subsequence of y."""
    i = 0
    for j in range(m):
        if i < n and x[i] == y[j]:
            i += 1
    return i == n


@njit(cache=True, error_model="numpy")
def missing(x, n, y, m, often):  # type: ignore[no-untyped-def]
    """Whether some item of x is not in y; with `often`, or not as often."""
    for i in range(n):
        count = 0
        for j in range(n if often else 0):
            count += x[j] == x[i] and j <= i
        for j in range(m):
            count -= y[j] == x[i]
        if (often and count > 0) or (not often and count == 0):
            return True
    return False


@njit(cache=True, error_model="numpy")
def relations(w, n, y, m, out):  # type: ignore[no-untyped-def]
    """Adds 1 to `out[r]` for each relation r that holds between the view w and the output y."""
    least = min(n, m)
    same = 0
    for i in range(least):
        same += w[i] == y[i]
    ahead = 0
    while ahead < least and w[ahead] == y[ahead]:
        ahead += 1
    prefix, extends = m <= n and ahead == m, n <= m and ahead == n
    suffix = m <= n
    for i in range(m if suffix else 0):
        suffix = suffix and w[n - m + i] == y[i]
    shift, below, above, parity, divisible, divides, sign = True, True, True, True, True, True, True
    order, against = True, True
    high, low, tall, deep = -LARGEST * 4, LARGEST * 4, -LARGEST * 4, LARGEST * 4
    total = np.int64(0)
    for i in range(least):
        a, b = w[i], y[i]
        shift = shift and b - a == y[0] - w[0]
        below, above = below and b >= a, above and b <= a
        parity = parity and (a - b) % 2 == 0
        divisible = divisible and (b == 0 or (a != 0 and b % a == 0))
        divides = divides and (a == 0 or (b != 0 and a % b == 0))
        sign = sign and (a > 0) == (b > 0) and (a < 0) == (b < 0)
        if i > 0:
            p, q = a - w[i - 1], b - y[i - 1]
            order = order and (p > 0) == (q > 0) and (p < 0) == (q < 0)
            against = against and (p > 0) == (q < 0) and (p < 0) == (q > 0)
    for i in range(n):
        total += w[i]
        high, low = max(high, w[i]), min(low, w[i])
    for i in range(m):
        total -= y[i]
        tall, deep = max(tall, y[i]), min(deep, y[i])
    some, equal = least > 0, n == m
    outside = missing(y, m, w, n, True)
    other = missing(y, m, w, n, False) if outside else False
    flags = (
        equal and same == n, prefix, extends, suffix, within(y, m, w, n), within(w, n, y, m), equal and not outside, not outside,
        not other and not missing(w, n, y, m, False), not other, equal, m < n, m == n - 1, some and shift, some and below, some and above,
        equal and same == n - 1, some and w[0] == y[0], some and w[n - 1] == y[m - 1], total == 0, some and high == tall, some and low == deep,
        equal and n > 1 and order, equal and n > 1 and against, some and parity, some and divisible, some and divides, some and sign,
    )  # fmt: skip
    for r in range(len(flags)):
        out[r] += flags[r]


@njit(cache=True, error_model="numpy")
def reduced(w, n, out):  # type: ignore[no-untyped-def]
    """Writes the numbers that a list is reduced to; `LARGEST` where there is none."""
    out[:] = LARGEST
    total, product, high, low = np.int64(0), np.int64(1), -LARGEST * 4, LARGEST * 4
    plus, minus, even = 0, 0, 0
    for i in range(n):
        v = w[i]
        total += v
        product = product * v if abs(product) < LARGEST and abs(v) < LARGEST else LARGEST
        high, low = max(high, v), min(low, v)
        plus += v > 0
        minus += v < 0
        even += v % 2 == 0
    if n > 0:
        out[0], out[1], out[5], out[6], out[12] = w[0], w[n - 1], low, high, high - low
        out[11] = product
    if n > 1:
        out[2] = w[1]
    out[3], out[4], out[7], out[8], out[9], out[10] = n, total, plus, minus, even, n - even
