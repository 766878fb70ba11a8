"""Kernels of DeepCoder's fused words. See `dsl.kernels` for the calling convention.

The loops of maps and zips run to the end and keep how far the results go, so that they run in lanes and the range is looked at
once. A scan cannot run in lanes and leaves as soon as it is out of range.
"""

import numpy as np

from dsl.kernels import RANGE, kernel
from dsl.kernels.integers import within
from dsl.kernels.strings import index

NEAR = np.uint64(0)
"""The distance of the profile's least Int."""


@kernel
def distance(p, value):
    """How far a result lies above the profile's least Int, without a sign: one below it is farther than any other."""
    return np.uint64(value - p.lo)


@kernel
def ranged(p, far, n):
    """The length, or that the farthest item is outside the profile's range."""
    return -RANGE if far > np.uint64(p.hi - p.lo) else n


@kernel
def nudged(p, value, divisor):
    """What to divide, rounding down, for a quotient that is rounded as the profile says. `value >> 63` is -1 where it is negative."""
    return value + ((value >> 63) & (divisor - 1)) if p.truncate else value


@kernel
def map_plus_1(p, x, n, out):
    """Every item plus 1."""
    far = NEAR
    for i in range(n):
        value = np.int64(x[index(i)]) + 1
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, n)


@kernel
def map_minus_1(p, x, n, out):
    """Every item minus 1."""
    far = NEAR
    for i in range(n):
        value = np.int64(x[index(i)]) - 1
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, n)


@kernel
def map_times_2(p, x, n, out):
    """Every item times 2."""
    far = NEAR
    for i in range(n):
        value = np.int64(x[index(i)]) * 2
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, n)


@kernel
def map_over_2(p, x, n, out):
    """Half of every item."""
    far = NEAR
    for i in range(n):
        value = nudged(p, np.int64(x[index(i)]), 2) >> 1
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, n)


@kernel
def map_negate(p, x, n, out):
    """Every item with the other sign."""
    far = NEAR
    for i in range(n):
        value = -np.int64(x[index(i)])
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, n)


@kernel
def map_square(p, x, n, out):
    """The square of every item."""
    far = NEAR
    for i in range(n):
        value = np.int64(x[index(i)]) * np.int64(x[index(i)])
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, n)


@kernel
def map_times_3(p, x, n, out):
    """Every item times 3."""
    far = NEAR
    for i in range(n):
        value = np.int64(x[index(i)]) * 3
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, n)


@kernel
def map_over_3(p, x, n, out):
    """A third of every item: in doubles, which have lanes, and half a unit away from where they would have to be exact."""
    far = NEAR
    for i in range(n):
        value = np.int64(np.floor((nudged(p, np.int64(x[index(i)]), 3) + 0.5) * (1 / 3)))
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, n)


@kernel
def map_times_4(p, x, n, out):
    """Every item times 4."""
    far = NEAR
    for i in range(n):
        value = np.int64(x[index(i)]) * 4
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, n)


@kernel
def map_over_4(p, x, n, out):
    """A quarter of every item."""
    far = NEAR
    for i in range(n):
        value = nudged(p, np.int64(x[index(i)]), 4) >> 2
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, n)


@kernel
def filter_positive(p, x, n, out):
    """The positive items."""
    m = 0
    for i in range(n):
        value = np.int64(x[index(i)])
        out[index(m)] = value
        m += value > 0
    return m


@kernel
def filter_negative(p, x, n, out):
    """The negative items."""
    m = 0
    for i in range(n):
        value = np.int64(x[index(i)])
        out[index(m)] = value
        m += value < 0
    return m


@kernel
def filter_even(p, x, n, out):
    """The even items."""
    m = 0
    for i in range(n):
        value = np.int64(x[index(i)])
        out[index(m)] = value
        m += value & 1 == 0
    return m


@kernel
def filter_odd(p, x, n, out):
    """The odd items."""
    m = 0
    for i in range(n):
        value = np.int64(x[index(i)])
        out[index(m)] = value
        m += value & 1 == 1
    return m


@kernel
def count_positive(p, x, n):
    """How many items are positive."""
    count = 0
    for i in range(n):
        count += np.int64(x[index(i)]) > 0
    return within(p, count)


@kernel
def count_negative(p, x, n):
    """How many items are negative."""
    count = 0
    for i in range(n):
        count += np.int64(x[index(i)]) < 0
    return within(p, count)


@kernel
def count_even(p, x, n):
    """How many items are even."""
    count = 0
    for i in range(n):
        count += np.int64(x[index(i)]) & 1 == 0
    return within(p, count)


@kernel
def count_odd(p, x, n):
    """How many items are odd."""
    count = 0
    for i in range(n):
        count += np.int64(x[index(i)]) & 1 == 1
    return within(p, count)


@kernel
def zip_sum(p, x, n, y, m, out):
    """The sums of the items at the same place."""
    far, count = NEAR, min(n, m)
    for i in range(count):
        value = np.int64(x[index(i)]) + np.int64(y[index(i)])
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, count)


@kernel
def zip_difference(p, x, n, y, m, out):
    """The differences of the items at the same place."""
    far, count = NEAR, min(n, m)
    for i in range(count):
        value = np.int64(x[index(i)]) - np.int64(y[index(i)])
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, count)


@kernel
def zip_product(p, x, n, y, m, out):
    """The products of the items at the same place."""
    far, count = NEAR, min(n, m)
    for i in range(count):
        value = np.int64(x[index(i)]) * np.int64(y[index(i)])
        far = max(far, distance(p, value))
        out[index(i)] = value
    return ranged(p, far, count)


@kernel
def zip_min(p, x, n, y, m, out):
    """The smaller ones of the items at the same place."""
    count = min(n, m)
    for i in range(count):
        out[index(i)] = min(x[index(i)], y[index(i)])
    return count


@kernel
def zip_max(p, x, n, y, m, out):
    """The larger ones of the items at the same place."""
    count = min(n, m)
    for i in range(count):
        out[index(i)] = max(x[index(i)], y[index(i)])
    return count


@kernel
def scan_sum(p, x, n, out):
    """The running sum."""
    value = 0
    for i in range(n):
        value += np.int64(x[index(i)])
        if value < p.lo or value > p.hi:
            return -RANGE
        out[index(i)] = value
    return n


@kernel
def scan_difference(p, x, n, out):
    """The running difference. Twice the first item less itself is that item."""
    value = 2 * np.int64(x[0]) if n > 0 else 0
    for i in range(n):
        value -= np.int64(x[index(i)])
        if value < p.lo or value > p.hi:
            return -RANGE
        out[index(i)] = value
    return n


@kernel
def scan_product(p, x, n, out):
    """The running product."""
    value = 1
    for i in range(n):
        value *= np.int64(x[index(i)])
        if value < p.lo or value > p.hi:
            return -RANGE
        out[index(i)] = value
    return n


@kernel
def scan_min(p, x, n, out):
    """The smallest item so far."""
    value = p.hi
    for i in range(n):
        value = min(value, np.int64(x[index(i)]))
        out[index(i)] = value
    return n


@kernel
def scan_max(p, x, n, out):
    """The largest item so far."""
    value = p.lo
    for i in range(n):
        value = max(value, np.int64(x[index(i)]))
        out[index(i)] = value
    return n
