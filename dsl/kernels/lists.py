"""Kernels that ask a list of ints or bools for one item or one number. See `dsl.kernels` for the calling convention.

Loops over items have no way out in the middle, so that they run in lanes; `index` keeps numba from looking for negative
indices in them.
"""

import numpy as np

from dsl.kernels import OK, RANGE, UNDEFINED, kernel
from dsl.kernels.integers import FARTHEST, within
from dsl.kernels.list_index import place
from dsl.kernels.strings import index


@kernel
def missing(p):
    """What stands for the item that a list of ints does not have."""
    return (0, OK) if p.zero and p.lo <= 0 <= p.hi else (0, UNDEFINED)


@kernel
def item(p, x, n, at):
    """The int at a place."""
    return (np.int64(x[at]), OK) if 0 <= at < n else missing(p)


@kernel
def flag(p, x, n, at):
    """The bool at a place; a missing one is never 0."""
    return (np.int64(x[at]), OK) if 0 <= at < n else (0, UNDEFINED)


@kernel
def head(p, x, n):
    """The first int."""
    return item(p, x, n, 0)


@kernel
def head_flag(p, x, n):
    """The first bool."""
    return flag(p, x, n, 0)


@kernel
def last(p, x, n):
    """The last int."""
    return item(p, x, n, n - 1)


@kernel
def last_flag(p, x, n):
    """The last bool."""
    return flag(p, x, n, n - 1)


@kernel
def second(p, x, n):
    """The second int."""
    return item(p, x, n, 1)


@kernel
def second_flag(p, x, n):
    """The second bool."""
    return flag(p, x, n, 1)


@kernel
def third(p, x, n):
    """The third int."""
    return item(p, x, n, 2)


@kernel
def third_flag(p, x, n):
    """The third bool."""
    return flag(p, x, n, 2)


@kernel
def nth(p, x, n, i):
    """The int at an index."""
    return item(p, x, n, place(p, n, i))


@kernel
def nth_flag(p, x, n, i):
    """The bool at an index."""
    return flag(p, x, n, place(p, n, i))


@kernel
def length(p, x, n):
    """Number of items."""
    return within(p, n)


@kernel
def total(p, x, n):
    """The sum. 1024 ints of 31 bits cannot leave 64 bits."""
    value = 0
    for i in range(n):
        value += np.int64(x[index(i)])
    return within(p, value)


@kernel
def product(p, x, n):
    """The product. Without a zero it never gets nearer to 0 again, so it may stop once it is out of every profile's range."""
    zeros = 0
    for i in range(n):
        zeros += x[index(i)] == 0
    if zeros > 0:
        return within(p, 0)
    value = 1
    for i in range(n):
        value *= np.int64(x[index(i)])
        if value > FARTHEST or value < -FARTHEST:
            return 0, RANGE
    return within(p, value)


@kernel
def minimum(p, x, n):
    """The smallest int."""
    if n == 0:
        return missing(p)
    value = x[0]
    for i in range(n):
        value = min(value, x[index(i)])
    return np.int64(value), OK


@kernel
def maximum(p, x, n):
    """The largest int."""
    if n == 0:
        return missing(p)
    value = x[0]
    for i in range(n):
        value = max(value, x[index(i)])
    return np.int64(value), OK


@kernel
def count_equal(x, n, a):
    """How many items equal `a`."""
    count = 0
    for i in range(n):
        count += np.int64(x[index(i)]) == a
    return count


@kernel
def count_of(p, x, n, a):
    """How many items equal `a`."""
    return within(p, count_equal(x, n, a))


@kernel
def is_member(p, x, n, a):
    """Whether some item equals `a`."""
    return (1 if count_equal(x, n, a) > 0 else 0), OK


@kernel
def is_empty(p, x, n):
    """Whether there are no items."""
    return (1 if n == 0 else 0), OK


@kernel
def find(x, n, a):
    """The place of the first item that equals `a`, or -1."""
    for i in range(n):
        if np.int64(x[index(i)]) == a:
            return i
    return -1


@kernel
def index_of(p, x, n, a):
    """The index of the first item that equals `a`; one less than the first index where there is none."""
    return within(p, p.base + find(x, n, a))
