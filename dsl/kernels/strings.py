"""Kernels that put strings together and cut pieces out of them by position. See `dsl.kernels` for the calling convention."""

import numpy as np

from dsl.kernels import OK, RANGE, SIZE, kernel

index = np.uint64
"""An index that is not negative, for the inner loops: numba turns negative ones around, and loops with that do not run in lanes."""

LANES = 32
"""Characters taken at once by the inner loops."""


@kernel
def whole_lanes(size, x, start, out, at):
    """At least `size`, rounded up to whole lanes where `x` from `start` on and `out` from `at` on have room for that."""
    return min((size + LANES - 1) & -LANES, len(x) - start, len(out) - at)


@kernel
def copy(x, start, end, out, at):
    """Writes `x[start:end]` to `out` from `at` on, and perhaps some entries of no meaning after it."""
    for i in range(whole_lanes(end - start, x, start, out, at)):
        out[index(at + i)] = x[index(start + i)]


@kernel
def number(p, value):
    """An Int result with its status."""
    return (value, OK) if p.lo <= value <= p.hi else (0, RANGE)


@kernel
def concat(p, x, n, y, m, out):
    """The first string, then the second."""
    if n + m > p.max_str:
        return -SIZE
    copy(x, 0, n, out, 0)
    copy(y, 0, m, out, n)
    return n + m


@kernel
def repeat(p, x, n, count, out):
    """The string `count` times."""
    if n == 0 or count <= 0:
        return 0
    if n * count > p.max_str:
        return -SIZE
    for k in range(count):
        copy(x, 0, n, out, k * n)
    return n * count


@kernel
def str_reverse(p, x, n, out):
    """The string backwards."""
    for i in range(n):
        out[index(i)] = x[index(n - 1 - i)]
    return n


@kernel
def chars(p, x, n, out, ends):
    """One item for each character."""
    if n > p.max_list:
        return -SIZE
    copy(x, 0, n, out, 0)
    for i in range(n):
        ends[i] = i + 1
    return n


@kernel
def join(p, x, ends, n, y, m, out):
    """The items with the separator between them."""
    if n == 0:
        return 0
    total = int(ends[n - 1]) + m * (n - 1)
    if total > p.max_str:
        return -SIZE
    start, used = 0, 0
    for k in range(n):
        if k > 0:
            copy(y, 0, m, out, used)
            used += m
        end = int(ends[k])
        copy(x, start, end, out, used)
        used += end - start
        start = end
    return total


@kernel
def length(p, x, n):
    """The number of characters."""
    return number(p, n)


@kernel
def at(p, x, n, index, out):
    """The one character at that index, or nothing."""
    if index < 0 or index >= n:
        return 0
    out[0] = x[index]
    return 1


@kernel
def substr(p, x, n, start, count, out):
    """As SMT-LIB's str.substr: nothing for a start outside the string or a count below 1."""
    if start < 0 or start >= n or count <= 0:
        return 0
    count = min(count, n - start)
    copy(x, start, start + count, out, 0)
    return count


@kernel
def left(p, x, n, count, out):
    """The first `count` characters."""
    count = min(max(count, 0), n)
    copy(x, 0, count, out, 0)
    return count


@kernel
def drop_left(p, x, n, count, out):
    """All but the first `count` characters."""
    count = min(max(count, 0), n)
    copy(x, count, n, out, 0)
    return n - count


@kernel
def right(p, x, n, count, out):
    """The last `count` characters."""
    count = min(max(count, 0), n)
    copy(x, n - count, n, out, 0)
    return count


@kernel
def drop_right(p, x, n, count, out):
    """All but the last `count` characters."""
    count = min(max(count, 0), n)
    copy(x, 0, n - count, out, 0)
    return n - count


@kernel
def overwrite(p, x, n, start, count, y, m, out):
    """The string with `count` characters from `start` on replaced by the other string."""
    start = min(max(start, 0), n)
    end = min(start + max(count, 0), n)
    return spliced(p, x, n, start, end, y, m, out)


@kernel
def spliced(p, x, n, start, end, y, m, out):
    """`x[:n]` with `x[start:end]` replaced by `y[:m]`."""
    total = n - (end - start) + m
    if total > p.max_str:
        return -SIZE
    copy(x, 0, start, out, 0)
    copy(y, 0, m, out, start)
    copy(x, end, n, out, start + m)
    return total
