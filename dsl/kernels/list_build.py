"""Kernels that build lists from single values, from numbers, and from and into lists of lists."""

import numpy as np

from dsl.kernels import RANGE, SIZE, UNDEFINED, kernel
from dsl.kernels.lists import count_equal
from dsl.kernels.strings import copy, index


@kernel
def singleton(p, a, out):
    """The list of one item."""
    out[0] = a
    return 1


@kernel
def replicate(p, a, count, out):
    """One item so many times."""
    if count > p.max_list:
        return -SIZE
    for i in range(count):
        out[index(i)] = a
    return max(count, 0)


@kernel
def iota(p, count, out):
    """0, 1 and so on."""
    if count > p.max_list:
        return -SIZE
    if count > 0 and p.lo > 0:
        return -RANGE
    for i in range(count):
        out[index(i)] = i
    return max(count, 0)


@kernel
def count_up(p, start, step, end, out):
    """From start by steps to the end. No number of it can leave the range that start and end lie in."""
    if step == 0:
        return -UNDEFINED
    way, stride = (end - start, step) if step > 0 else (start - end, -step)
    count = max((way + p.base + stride - 1) // stride, 0)
    if count > p.max_list:
        return -SIZE
    for i in range(count):
        out[index(i)] = start + i * step
    return count


@kernel
def positions(p, x, n, a, out):
    """The indices of the items that equal `a`; they ascend, so that the first and the last tell whether all are Ints of the profile."""
    m = 0
    for i in range(n):
        out[index(m)] = i + p.base
        m += np.int64(x[index(i)]) == a
    if m > 0 and (out[0] < p.lo or out[m - 1] > p.hi):
        return -RANGE
    return m


@kernel
def flatten(p, x, ends, n, out):
    """The items of the lists one after the other."""
    total = np.int64(ends[n - 1]) if n > 0 else 0
    if total > p.max_list:
        return -SIZE
    copy(x, 0, total, out, 0)
    return total


@kernel
def pairs(p, x, n, y, m, out, ends):
    """Pairs of items at the same place."""
    count = min(n, m)
    if count > 0 and p.max_list < 2:
        return -SIZE
    for i in range(count):
        out[index(2 * i)] = x[index(i)]
        out[index(2 * i + 1)] = y[index(i)]
        ends[index(i)] = 2 * i + 2
    return count


@kernel
def group(p, x, n, out, ends):
    """The runs of equal neighbours."""
    if n == 0:
        return 0
    copy(x, 0, n, out, 0)
    k = 0
    for i in range(n - 1):
        ends[index(k)] = i + 1
        k += x[index(i)] != x[index(i + 1)]
    ends[k] = n
    return k + 1


@kernel
def split_on(p, x, n, a, out, ends):
    """The lists between the items that equal `a`."""
    if count_equal(x, n, a) >= p.max_list:
        return -SIZE
    k, m = 0, 0
    for i in range(n):
        value = np.int64(x[index(i)])
        out[index(m)] = value
        ends[index(k)] = m
        k += value == a
        m += value != a
    ends[k] = m
    return k + 1
