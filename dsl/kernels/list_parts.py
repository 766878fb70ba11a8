"""Kernels that keep some or all of the items of a list of ints or bools: ends and slices, other orders."""

from dsl.kernels import kernel
from dsl.kernels.list_index import amount, bounds
from dsl.kernels.strings import copy, index


@kernel
def take(p, x, n, count, out):
    """The first so many items."""
    m = amount(p, n, count)
    copy(x, 0, m, out, 0)
    return m


@kernel
def drop(p, x, n, count, out):
    """All but the first so many items."""
    m = amount(p, n, count)
    copy(x, m, n, out, 0)
    return n - m


@kernel
def take_last(p, x, n, count, out):
    """The last so many items."""
    m = amount(p, n, count)
    copy(x, n - m, n, out, 0)
    return m


@kernel
def drop_last(p, x, n, count, out):
    """All but the last so many items."""
    m = n - amount(p, n, count)
    copy(x, 0, m, out, 0)
    return m


@kernel
def cut(p, x, n, start, end, out):
    """The items of a slice."""
    low, high = bounds(p, n, start, end)
    copy(x, low, high, out, 0)
    return high - low


@kernel
def cut_slice(p, x, n, start, end, out):
    """The items outside a slice."""
    low, high = bounds(p, n, start, end)
    copy(x, 0, low, out, 0)
    copy(x, high, n, out, low)
    return low + n - high


@kernel
def reverse(p, x, n, out):
    """The items from last to first."""
    last = n - 1
    for i in range(n):
        out[index(i)] = x[index(last - i)]
    return n


@kernel
def rotate(p, x, n, count, out):
    """The items moved to the left in a circle."""
    if n == 0:
        return 0
    at = count % n
    copy(x, at, n, out, 0)
    copy(x, 0, at, out, n - at)
    return n


@kernel
def unique(p, x, n, out):
    """Each different item once, in order of first appearance."""
    m = 0
    for i in range(n):
        seen = False
        for j in range(m):
            seen |= out[index(j)] == x[index(i)]
        out[index(m)] = x[index(i)]
        m += 0 if seen else 1
    return m
