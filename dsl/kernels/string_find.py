"""Kernels that look for one string in another: positions, counts, yes or no, and the parts on either side."""

import numpy as np

from dsl.kernels import OK, UNDEFINED, kernel
from dsl.kernels.strings import copy, index, number

LANES = 64
"""Characters compared at once: the bits of a word. (LLVM makes one vector comparison of 64 steps; 32 it unrolls, which took 3 times as long.)"""

ONE, PRIME = np.uint64(1), np.uint64(67)
LOWEST = np.zeros(int(PRIME), dtype=np.int64)
LOWEST[[pow(2, bit, int(PRIME)) for bit in range(64)]] = np.arange(64)
"""Which bit is the only one set in a number, by its remainder: the powers of 2 below 2**64 all leave different ones."""


@kernel
def lowest_bit(bits):
    """Index of the lowest bit set in a uint64 that is not 0."""
    return LOWEST[(bits & (~bits + ONE)) % PRIME]


@kernel
def bits_below(k):
    """The lowest `k` bits set, 0 <= k < 64."""
    return (ONE << np.uint64(k)) - ONE


@kernel
def equal_bits(x, at, c):
    """One bit for each of the 64 characters from `at` on: whether it is `c`."""
    bits = np.uint64(0)
    for i in range(LANES):
        bits |= np.uint64(x[index(at + i)] == c) << np.uint64(i)
    return bits


@kernel
def matches_at(x, y, m, at):
    """Whether `y[:m]` stands in `x` from `at` on; there must be room for it."""
    for j in range(m):  # noqa: SIM110 (all() over a generator does not compile)
        if x[index(at + j)] != y[index(j)]:
            return False
    return True


@kernel
def first_from(x, n, y, m, start):
    """Index of the first occurrence at or after `start`, or -1; `start` itself for an empty pattern."""
    if m == 0:
        return start
    head, stop = y[0], n - m + 1
    at = start & -LANES
    while at < stop and at + LANES <= len(x):
        bits = equal_bits(x, at, head)
        if at < start:
            bits &= ~bits_below(start - at)
        if stop - at < LANES:
            bits &= bits_below(stop - at)
        while bits:
            hit = at + lowest_bit(bits)
            if m == 1 or matches_at(x, y, m, hit):
                return hit
            bits &= bits - ONE
        at += LANES
    for i in range(max(at, start), stop):
        if x[index(i)] == head and matches_at(x, y, m, i):
            return i
    return -1


@kernel
def last_of(x, n, y, m):
    """Index of the last occurrence, or -1; `n` for an empty pattern."""
    if m == 0:
        return n
    last, hit = -1, first_from(x, n, y, m, 0)
    while hit >= 0:
        last = hit
        hit = first_from(x, n, y, m, hit + 1)
    return last


@kernel
def count_of(x, n, y, m):
    """Number of occurrences that do not overlap, counted from the left; 0 for an empty pattern."""
    if m == 0:
        return 0
    count, hit = 0, first_from(x, n, y, m, 0)
    while hit >= 0:
        count += 1
        hit = first_from(x, n, y, m, hit + m)
    return count


@kernel
def nth_of(x, n, y, m, which):
    """Index of that occurrence, from 1, or from the end if negative; -1 where there is none."""
    if which < 0:
        which += count_of(x, n, y, m) + 1
    if m == 0 or which < 1:
        return -1
    hit = first_from(x, n, y, m, 0)
    while hit >= 0 and which > 1:
        hit = first_from(x, n, y, m, hit + m)
        which -= 1
    return hit


@kernel
def find(p, x, n, y, m):
    """Index of the first occurrence."""
    return number(p, first_from(x, n, y, m, 0))


@kernel
def find_from(p, x, n, y, m, start):
    """As SMT-LIB's str.indexof: -1 for a start outside 0..n."""
    return number(p, first_from(x, n, y, m, start) if 0 <= start <= n else -1)


@kernel
def find_last(p, x, n, y, m):
    """Index of the last occurrence."""
    return number(p, last_of(x, n, y, m))


@kernel
def find_nth(p, x, n, y, m, which):
    """Index of that occurrence."""
    return number(p, nth_of(x, n, y, m, which))


@kernel
def occurrences(p, x, n, y, m):
    """Number of occurrences that do not overlap."""
    return number(p, count_of(x, n, y, m))


@kernel
def before(p, x, n, y, m, out):
    """The part before the first occurrence, or everything."""
    if m == 0:
        return -UNDEFINED
    hit = first_from(x, n, y, m, 0)
    end = n if hit < 0 else hit
    copy(x, 0, end, out, 0)
    return end


@kernel
def after(p, x, n, y, m, out):
    """The part after the first occurrence, or nothing."""
    if m == 0:
        return -UNDEFINED
    hit = first_from(x, n, y, m, 0)
    start = n if hit < 0 else hit + m
    copy(x, start, n, out, 0)
    return n - start


@kernel
def before_last(p, x, n, y, m, out):
    """The part before the last occurrence, or everything."""
    if m == 0:
        return -UNDEFINED
    hit = last_of(x, n, y, m)
    end = n if hit < 0 else hit
    copy(x, 0, end, out, 0)
    return end


@kernel
def after_last(p, x, n, y, m, out):
    """The part after the last occurrence, or nothing."""
    if m == 0:
        return -UNDEFINED
    hit = last_of(x, n, y, m)
    start = n if hit < 0 else hit + m
    copy(x, start, n, out, 0)
    return n - start


@kernel
def contains(p, x, n, y, m):
    """Whether the second string occurs in the first."""
    return (int(first_from(x, n, y, m, 0) >= 0), OK)


@kernel
def starts(p, x, n, y, m):
    """Whether the first string starts with the second."""
    return (int(m <= n and matches_at(x, y, m, 0)), OK)


@kernel
def ends(p, x, n, y, m):
    """Whether the first string ends with the second."""
    return (int(m <= n and matches_at(x, y, m, n - m)), OK)


@kernel
def blank(p, x, n):
    """Whether the string is empty."""
    return (int(n == 0), OK)


@kernel
def digits_only(p, x, n):
    """Whether the string is some digits 0-9 and nothing else."""
    for i in range(n):
        if x[i] < 48 or x[i] > 57:
            return (0, OK)
    return (int(n > 0), OK)
