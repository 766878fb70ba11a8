"""Kernels of the higher-order words on functions of one Int that are given as tables: row `t` holds f(-h), ..., f(h - 1) with h half its length.

For the enumerator alone: it applies thousands of small quotations to thousands of lists, and a table turns each application into a
look-up. An int outside the table counts as stuck, which can only lose a candidate.
"""

from __future__ import annotations

import numpy as np

from dsl.kernels import RANGE, kernel


@kernel
def map_table(p, x, n, t, tn, out):
    """f of each item."""
    half = tn >> 1
    low, high = 0, 0
    for i in range(n):
        place = np.int64(x[i]) + half
        if place < 0 or place >= tn:
            return -RANGE
        value = np.int64(t[place])
        low, high = min(low, value), max(high, value)
        out[i] = value
    return n if low >= p.lo and high <= p.hi else -RANGE


@kernel
def filter_table(p, x, n, t, tn, out):
    """The items of which f is not 0."""
    half = tn >> 1
    kept = 0
    for i in range(n):
        place = np.int64(x[i]) + half
        if place < 0 or place >= tn:
            return -RANGE
        out[kept] = x[i]
        kept += t[place] != 0
    return kept


@kernel
def count_table(p, x, n, t, tn):
    """How many items f is not 0 of."""
    half = tn >> 1
    count = 0
    for i in range(n):
        place = np.int64(x[i]) + half
        if place < 0 or place >= tn:
            return 0, RANGE
        count += t[place] != 0
    return count, 0


@kernel
def any_table(p, x, n, t, tn):
    """1 if f is not 0 of some item."""
    count, status = count_table(p, x, n, t, tn)
    return np.int64(count > 0), status


@kernel
def all_table(p, x, n, t, tn):
    """1 if f is not 0 of every item."""
    count, status = count_table(p, x, n, t, tn)
    return np.int64(count == n), status


@kernel
def positions_table(p, x, n, t, tn, out):
    """Indices, from the profile's base, of the items of which f is not 0."""
    half = tn >> 1
    kept = 0
    for i in range(n):
        place = np.int64(x[i]) + half
        if place < 0 or place >= tn:
            return -RANGE
        out[kept] = i + p.base
        kept += t[place] != 0
    return kept


@kernel
def apply_table(p, x, t, tn):
    """f of one Int."""
    half = tn >> 1
    place = np.int64(x) + half
    if place < 0 or place >= tn:
        return 0, RANGE
    value = np.int64(t[place])
    return value, (0 if p.lo <= value <= p.hi else RANGE)
