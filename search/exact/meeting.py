"""Which values of the bank meet a demand (`search.exact.demands`), compiled: on their lengths, or on their items.

Imports numba, so only what has asked `dsl.columns.compile.available()` may import it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from dsl.columns import rows

row: Any = rows.row
PREFIX, SUFFIX, INSIDE, SUBSEQUENCE, PREFIX_OF, SUFFIX_OF, PART_OF, AT_LEAST, AT_MOST, FACTOR, MEMBER = range(1, 12)
"""What the output may ask of an argument: that it begin with the output, end with it, contain it in one piece or in order; that it be
a beginning, an end or a piece of the output; that it be nowhere below, nowhere above, or everywhere a factor of the output; that it contain the output."""
HIGH_BITS = np.uint64(0x8080808080808080)


@njit(cache=True, error_model="numpy")
def with_lengths(packs, low, high, want, mode, out):  # type: ignore[no-untyped-def]
    """The values low..high whose packed lengths equal `want` (mode 0), are nowhere smaller (1) or nowhere larger (2). Gives how many."""
    found = 0
    for number in range(low, high):
        pack = packs[number]
        if mode == 0:
            fine = pack == want
        elif mode == 1:
            fine = ((pack | HIGH_BITS) - want) & HIGH_BITS == HIGH_BITS
        else:
            fine = ((want | HIGH_BITS) - pack) & HIGH_BITS == HIGH_BITS
        out[found] = number
        found += fine
    return found


@njit(cache=True, error_model="numpy", forceinline=True)
def _agree(x, start, want, offset, count):  # type: ignore[no-untyped-def]
    for j in range(count):
        if np.int64(x[start + j]) != np.int64(want[offset + j]):
            return False
    return True


@njit(cache=True, error_model="numpy", forceinline=True)
def _inside(x, n, want, m):  # type: ignore[no-untyped-def]
    for start in range(n - m + 1):
        if _agree(x, start, want, 0, m):
            return True
    return False


@njit(cache=True, error_model="numpy", forceinline=True)
def _in_order(x, n, want, m):  # type: ignore[no-untyped-def]
    j = 0
    for i in range(n):
        if j < m and np.int64(x[i]) == np.int64(want[j]):
            j += 1
    return j == m


@njit(cache=True, error_model="numpy", forceinline=True)
def _compares(mode, a, t):  # type: ignore[no-untyped-def]
    if mode == AT_LEAST:
        return a >= t
    if mode == AT_MOST:
        return a <= t
    return t == 0 if a == 0 else t % a == 0


@njit(cache=True, error_model="numpy", forceinline=True)
def _row_meets(mode, x, n, want, m):  # type: ignore[no-untyped-def]
    if mode == PREFIX:
        return n >= m and _agree(x, 0, want, 0, m)
    if mode == SUFFIX:
        return n >= m and _agree(x, n - m, want, 0, m)
    if mode == INSIDE:
        return _inside(x, n, want, m)
    if mode == SUBSEQUENCE:
        return n >= m and _in_order(x, n, want, m)
    if mode == PREFIX_OF:
        return n <= m and _agree(x, 0, want, 0, n)
    if mode == SUFFIX_OF:
        return n <= m and _agree(x, 0, want, m - n, n)
    if mode == PART_OF:
        return _inside(want, m, x, n)
    if n < m:
        return False
    for j in range(m):
        if not _compares(mode, np.int64(x[j]), np.int64(want[j])):
            return False
    return True


@njit(cache=True, error_model="numpy")
def meeting_rows(mode, data, lengths, examples, numbers, want, want_lengths, out):  # type: ignore[no-untyped-def]
    """Of these values (lists or strings), those that meet the demand in every example. Gives how many."""
    found = 0
    for number in numbers:
        fine = True
        for e in range(examples):
            r = np.int64(number) * examples + e
            if not _row_meets(
                mode, row(data, r, data.shape[1]), np.int64(lengths[r]), row(want, e, want.shape[1]), np.int64(want_lengths[e])
            ):
                fine = False
                break
        out[found] = number
        found += fine
    return found


@njit(cache=True, error_model="numpy")
def having_member(data, lengths, examples, numbers, want, out):  # type: ignore[no-untyped-def]
    """Of these lists, those that have the wanted int in every example. Gives how many."""
    found = 0
    for number in numbers:
        fine = True
        for e in range(examples):
            r = np.int64(number) * examples + e
            x, there = row(data, r, data.shape[1]), False
            for j in range(lengths[r]):
                there = there or np.int64(x[j]) == np.int64(want[e])
            if not there:
                fine = False
                break
        out[found] = number
        found += fine
    return found


@njit(cache=True, error_model="numpy")
def meeting_numbers(mode, data, examples, numbers, want, out):  # type: ignore[no-untyped-def]
    """Of these ints, those that meet the demand in every example. Gives how many."""
    found = 0
    for number in numbers:
        fine = True
        for e in range(examples):
            fine = fine and _compares(mode, np.int64(data[np.int64(number) * examples + e]), np.int64(want[e]))
        out[found] = number
        found += fine
    return found
