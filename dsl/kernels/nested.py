"""Kernels on lists of strings and lists of lists, whose items lie side by side: asking for items, keeping parts."""

import numpy as np

from dsl.kernels import OK, UNDEFINED, kernel
from dsl.kernels.integers import within
from dsl.kernels.list_index import amount, bounds, place
from dsl.kernels.strings import copy, index


@kernel
def start_of(ends, k):
    """Where item k begins; for the number of items, where they all end."""
    return np.int64(ends[k - 1]) if k > 0 else 0


@kernel
def same(x, a, y, b, size):
    """Whether the entries from `a` on in one row are those from `b` on in another."""
    for i in range(size):  # noqa: SIM110 (all() over a generator does not compile)
        if x[index(a + i)] != y[index(b + i)]:
            return False
    return True


@kernel
def equals(x, ends, k, y, m):
    """Whether item k is `y[:m]`."""
    start = start_of(ends, k)
    return np.int64(ends[k]) - start == m and same(x, start, y, 0, m)


@kernel
def get(x, ends, n, at, out):
    """The item at a place."""
    if at < 0 or at >= n:
        return -UNDEFINED
    start = start_of(ends, at)
    copy(x, start, ends[at], out, 0)
    return ends[at] - start


@kernel
def put_items(x, ends, low, high, out, ends_out, count):
    """Writes the items `low` to before `high` behind the `count` items that are there; the new count."""
    start, at = start_of(ends, low), start_of(ends_out, count)
    copy(x, start, start_of(ends, high), out, at)
    for k in range(high - low):
        ends_out[index(count + k)] = ends[index(low + k)] - start + at
    return count + high - low


@kernel
def head(p, x, ends, n, out):
    """The first item."""
    return get(x, ends, n, 0, out)


@kernel
def last(p, x, ends, n, out):
    """The last item."""
    return get(x, ends, n, n - 1, out)


@kernel
def second(p, x, ends, n, out):
    """The second item."""
    return get(x, ends, n, 1, out)


@kernel
def third(p, x, ends, n, out):
    """The third item."""
    return get(x, ends, n, 2, out)


@kernel
def nth(p, x, ends, n, i, out):
    """The item at an index."""
    return get(x, ends, n, place(p, n, i), out)


@kernel
def length(p, x, ends, n):
    """Number of items."""
    return within(p, n)


@kernel
def count_equal(x, ends, n, y, m):
    """How many items equal `y[:m]`."""
    count = 0
    for k in range(n):
        count += 1 if equals(x, ends, k, y, m) else 0
    return count


@kernel
def count_of(p, x, ends, n, y, m):
    """How many items equal the given one."""
    return within(p, count_equal(x, ends, n, y, m))


@kernel
def find(x, ends, n, y, m):
    """The place of the first item that equals `y[:m]`, or -1."""
    for k in range(n):
        if equals(x, ends, k, y, m):
            return k
    return -1


@kernel
def is_member(p, x, ends, n, y, m):
    """Whether some item equals the given one."""
    return (1 if find(x, ends, n, y, m) >= 0 else 0), OK


@kernel
def is_empty(p, x, ends, n):
    """Whether there are no items."""
    return (1 if n == 0 else 0), OK


@kernel
def index_of(p, x, ends, n, y, m):
    """The index of the first item that equals the given one; one less than the first index where there is none."""
    return within(p, p.base + find(x, ends, n, y, m))


@kernel
def take(p, x, ends, n, count, out, ends_out):
    """The first so many items."""
    return put_items(x, ends, 0, amount(p, n, count), out, ends_out, 0)


@kernel
def drop(p, x, ends, n, count, out, ends_out):
    """All but the first so many items."""
    return put_items(x, ends, amount(p, n, count), n, out, ends_out, 0)


@kernel
def take_last(p, x, ends, n, count, out, ends_out):
    """The last so many items."""
    return put_items(x, ends, n - amount(p, n, count), n, out, ends_out, 0)


@kernel
def drop_last(p, x, ends, n, count, out, ends_out):
    """All but the last so many items."""
    return put_items(x, ends, 0, n - amount(p, n, count), out, ends_out, 0)


@kernel
def cut(p, x, ends, n, start, end, out, ends_out):
    """The items of a slice."""
    low, high = bounds(p, n, start, end)
    return put_items(x, ends, low, high, out, ends_out, 0)


@kernel
def cut_slice(p, x, ends, n, start, end, out, ends_out):
    """The items outside a slice."""
    low, high = bounds(p, n, start, end)
    return put_items(x, ends, high, n, out, ends_out, put_items(x, ends, 0, low, out, ends_out, 0))


@kernel
def reverse(p, x, ends, n, out, ends_out):
    """The items from last to first."""
    for k in range(n):
        put_items(x, ends, n - 1 - k, n - k, out, ends_out, k)
    return n


@kernel
def rotate(p, x, ends, n, count, out, ends_out):
    """The items moved to the left in a circle."""
    if n == 0:
        return 0
    at = count % n
    return put_items(x, ends, 0, at, out, ends_out, put_items(x, ends, at, n, out, ends_out, 0))


@kernel
def is_less(x, a, n, b, m):
    """Whether the n entries from `a` on come before the m entries from `b` on: by the first difference, else by length."""
    for i in range(min(n, m)):
        one, other = x[index(a + i)], x[index(b + i)]
        if one != other:
            return one < other
    return n < m


@kernel
def sort(p, x, ends, n, out, ends_out):
    """The items in ascending order: their numbers, inserted where they belong, wait in `ends_out` until the items are written."""
    for k in range(n):
        start, at = start_of(ends, k), k
        while at > 0:
            other = np.int64(ends_out[at - 1])
            begin = start_of(ends, other)
            if not is_less(x, start, ends[k] - start, begin, ends[other] - begin):
                break
            ends_out[at] = other
            at -= 1
        ends_out[at] = k
    for k in range(n):
        item = np.int64(ends_out[k])
        put_items(x, ends, item, item + 1, out, ends_out, k)
    return n


@kernel
def unique(p, x, ends, n, out, ends_out):
    """Each different item once, in order of first appearance."""
    m = 0
    for k in range(n):
        start = start_of(ends, k)
        size = ends[k] - start
        seen = False
        for j in range(m):
            begin = start_of(ends_out, j)
            seen = seen or (ends_out[j] - begin == size and same(x, start, out, begin, size))
        if not seen:
            m = put_items(x, ends, k, k + 1, out, ends_out, m)
    return m
