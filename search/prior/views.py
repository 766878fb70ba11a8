"""Compiled property signatures: what lists of ints and what one look ahead at them have to do with an output.

A *view* of an input is the input itself or what one word makes of it (sorted, without its head, running sums, ...). A *relation* holds
between a view and an output on an example, or not; over a task's examples it holds on all, on none, or on some, and the network sees
the first two as bits. Nothing here is an approximation: every bit is a fact about the examples.

Source: property signatures as in Odena & Sutton (ICLR 2020) and BUSTLE (Odena et al., ICLR 2021), with one word of look-ahead.
Imports numba, so only what has asked `dsl.columns.available.available()` may import it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

WIDTH = 24
"""Items of a list that are looked at."""
SLOTS = 2
"""Inputs that are looked at, from the deepest on."""
UNARY = (
    "itself", "reverse", "sort", "map/2", "map*-1", "map**2", "map/3", "map/4", "filter>0", "filter<0", "filter-even", "filter-odd", "scan+",
    "scan-", "scan*", "scan-min", "scan-max", "unique", "tail", "init",
)  # fmt: skip
"""Views of one input."""
PAIRED = ("zip+", "zip-", "zip*", "zip-min", "zip-max", "second-first", "++")
"""Views of two lists: the first two inputs, or, where there is one list, it and its reverse."""
COUNTED = ("take", "drop", "take-last", "drop-last", "plus", "above", "below")
"""Views of a list and an Int: the first of each."""
NUM_UNARY, NUM_PAIRED, NUM_COUNTED = len(UNARY), len(PAIRED), len(COUNTED)
NUM_VIEWS = SLOTS * NUM_UNARY + NUM_PAIRED + NUM_COUNTED
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
LARGEST = 1 << 30
BAD = -1


@njit(cache=True, error_model="numpy")
def unary(kind, x, n, out):  # type: ignore[no-untyped-def]
    """Writes a view of one list; gives its length, or BAD where there is none."""
    m = n
    if kind == 0:
        for i in range(n):
            out[i] = x[i]
    elif kind == 1:
        for i in range(n):
            out[i] = x[n - 1 - i]
    elif kind == 2:
        for i in range(n):
            v, j = x[i], i
            while j > 0 and out[j - 1] > v:
                out[j] = out[j - 1]
                j -= 1
            out[j] = v
    elif kind <= 7:
        for i in range(n):
            v = x[i]
            if kind == 3:
                v = v // 2
            elif kind == 4:
                v = -v
            elif kind == 5:
                if abs(v) > 30000:
                    return BAD
                v = v * v
            elif kind == 6:
                v = v // 3
            else:
                v = v // 4
            out[i] = v
    elif kind <= 11:
        m = 0
        for i in range(n):
            v = x[i]
            if (kind == 8 and v > 0) or (kind == 9 and v < 0) or (kind == 10 and v % 2 == 0) or (kind == 11 and v % 2 != 0):
                out[m] = v
                m += 1
    elif kind <= 16:
        for i in range(n):
            if i == 0:
                out[0] = x[0]
                continue
            a, v = out[i - 1], x[i]
            if kind == 12:
                a += v
            elif kind == 13:
                a -= v
            elif kind == 14:
                a *= v
            elif kind == 15:
                a = min(a, v)
            else:
                a = max(a, v)
            if abs(a) > LARGEST:
                return BAD
            out[i] = a
    elif kind == 17:
        m = 0
        for i in range(n):
            seen = False
            for j in range(m):
                seen = seen or out[j] == x[i]
            if not seen:
                out[m] = x[i]
                m += 1
    else:
        first = 1 if kind == 18 else 0
        m = max(n - 1, 0)
        for i in range(m):
            out[i] = x[i + first]
    return m


@njit(cache=True, error_model="numpy")
def paired(kind, x, n, y, k, out):  # type: ignore[no-untyped-def]
    """Writes a view of two lists; gives its length, or BAD."""
    if kind == 6:
        if n + k > WIDTH:
            return BAD
        for i in range(n):
            out[i] = x[i]
        for i in range(k):
            out[n + i] = y[i]
        return n + k
    m = min(n, k)
    for i in range(m):
        a, b = x[i], y[i]
        if kind == 0:
            v = a + b
        elif kind == 1:
            v = a - b
        elif kind == 2:
            if abs(a) > 30000 or abs(b) > 30000:
                return BAD
            v = a * b
        elif kind == 3:
            v = min(a, b)
        elif kind == 4:
            v = max(a, b)
        else:
            v = b - a
        out[i] = v
    return m


@njit(cache=True, error_model="numpy")
def counted(kind, x, n, k, out):  # type: ignore[no-untyped-def]
    """Writes a view of a list and an Int; gives its length, or BAD."""
    if kind < 4:
        size = min(max(k, 0), n)
        low, high = 0, size
        if kind == 1:
            low, high = size, n
        elif kind == 2:
            low, high = n - size, n
        elif kind == 3:
            low, high = 0, n - size
        for i in range(low, high):
            out[i - low] = x[i]
        return high - low
    m = 0
    for i in range(n):
        if kind == 4:
            out[m] = x[i] + k
            m += 1
        elif (kind == 5 and x[i] > k) or (kind == 6 and x[i] < k):
            out[m] = x[i]
            m += 1
    return m


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


@njit(cache=True, error_model="numpy")
def signature(x, xn, y, yn, number, shared, views, scratch, values):  # type: ignore[no-untyped-def]
    """One task's facts: fills `shared` and `views` with counts or bits.

    `x` is int64[SLOTS, E, WIDTH] with lengths `xn` (BAD where there is no such input), `y` int64[E, WIDTH] with `yn`. `number` says that
    the output is a number. `shared` int32[1 + SLOTS, NUM_PROPERTIES] gets how many examples have a property: of the output, of each input.
    `views` int32[NUM_VIEWS, K] gets for lists how many examples stand in a relation (K = NUM_RELATIONS), for numbers the bits of AGAINST
    (K = NUM_REDUCED * AGAINST); BAD in its first place where there is no such view. `scratch` int64[3, WIDTH], `values` int64[E, NUM_REDUCED].
    """
    examples = len(yn)
    w, back = scratch[0], scratch[1]
    shared[:] = 0
    views[:] = 0
    for e in range(examples):
        properties(y[e], yn[e], shared[0])
    lists, ints = 0, 0
    first, second, count = BAD, BAD, BAD
    for s in range(SLOTS):
        if xn[s, 0] == BAD:
            continue
        if xn[s, 0] <= -2:  # an Int, kept as one item: its length is stored as -2
            ints += 1
            count = s if count == BAD else count
        else:
            lists += 1
            if first == BAD:
                first = s
            elif second == BAD:
                second = s
        for e in range(examples):
            properties(x[s, e], 1 if xn[s, e] <= -2 else xn[s, e], shared[1 + s])
    for v in range(NUM_VIEWS):
        fine = True
        for e in range(examples):
            m = BAD
            if v < SLOTS * NUM_UNARY:
                s, kind = v // NUM_UNARY, v % NUM_UNARY
                if xn[s, 0] != BAD:
                    m = unary(kind, x[s, e], 1 if xn[s, e] <= -2 else xn[s, e], w)
            elif v < SLOTS * NUM_UNARY + NUM_PAIRED:
                kind = v - SLOTS * NUM_UNARY
                if lists >= 2:
                    m = paired(kind, x[first, e], xn[first, e], x[second, e], xn[second, e], w)
                elif lists == 1:
                    n = unary(1, x[first, e], xn[first, e], back)
                    m = paired(kind, x[first, e], xn[first, e], back, n, w)
                elif ints >= 2 and SLOTS >= 2:
                    m = paired(kind, x[0, e], 1, x[1, e], 1, w)
            elif lists >= 1 and ints >= 1:
                m = counted(v - SLOTS * NUM_UNARY - NUM_PAIRED, x[first, e], xn[first, e], x[count, e, 0], w)
            if m == BAD:
                fine = False
                break
            if number:
                reduced(w, m, values[e])
            else:
                relations(w, m, y[e], yn[e], views[v])
        if not fine:
            views[v, 0] = BAD
            continue
        if number:
            for r in range(NUM_REDUCED):
                equal, below, above, constant, known = 0, 0, 0, True, True
                for e in range(examples):
                    known = known and abs(values[e, r]) < LARGEST
                    difference = y[e, 0] - values[e, r]
                    equal += difference == 0
                    below += difference > 0
                    above += difference < 0
                    constant = constant and difference == y[0, 0] - values[0, r]
                if known:
                    at = r * AGAINST
                    views[v, at] = equal == examples
                    views[v, at + 1] = equal == 0
                    views[v, at + 2] = below == examples
                    views[v, at + 3] = above == examples
                    views[v, at + 4] = constant


@njit(cache=True, error_model="numpy")
def signatures(xs, xns, ys, yns, number, bits):  # type: ignore[no-untyped-def]
    """`signature` of many tasks as bits: uint8[T, F], see `num_bits`."""
    tasks, examples = ys.shape[0], ys.shape[1]
    width = NUM_REDUCED * AGAINST if number else NUM_RELATIONS
    shared = np.zeros((1 + SLOTS, NUM_PROPERTIES), np.int32)
    views = np.zeros((NUM_VIEWS, width), np.int32)
    scratch = np.zeros((3, WIDTH), np.int64)
    values = np.zeros((examples, NUM_REDUCED), np.int64)
    for t in range(tasks):
        signature(xs[t], xns[t], ys[t], yns[t], number, shared, views, scratch, values)
        at = 0
        for s in range(1 + SLOTS):
            there = s == 0 or xns[t, s - 1, 0] != BAD
            for p in range(NUM_PROPERTIES):
                bits[t, at] = there and shared[s, p] == examples
                bits[t, at + 1] = there and shared[s, p] == 0
                at += 2
        for v in range(NUM_VIEWS):
            there = views[v, 0] != BAD
            for r in range(width):
                if number:
                    bits[t, at] = there and views[v, r] == 1
                    at += 1
                else:
                    bits[t, at] = there and views[v, r] == examples
                    bits[t, at + 1] = there and views[v, r] == 0
                    at += 2


def num_bits(number: bool) -> int:
    """How many bits a signature has."""
    return 2 * (1 + SLOTS) * NUM_PROPERTIES + NUM_VIEWS * (NUM_REDUCED * AGAINST if number else 2 * NUM_RELATIONS)


def compute(xs: Any, xns: Any, ys: Any, yns: Any, number: bool) -> Any:
    """uint8[T, num_bits]: the signatures of tasks; see `signature` for the arrays, here with a task axis in front."""
    bits = np.zeros((len(ys), num_bits(number)), np.uint8)
    signatures(xs, xns, ys, yns, number, bits)
    return bits
