"""Views: what one word makes of an input list, compiled; the inputs' side of the property signatures of `search.prior.facts`.

Imports numba, so only what has asked `dsl.columns.available.available()` may import it.
"""

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
