"""Compiled loops over lists: which constant, put in, taken out, or told apart by, turns one list into another on every example.

Imports numba, as `search.holes.kernels` does.
"""

from __future__ import annotations

import numpy as np
from numba import njit

WAYS = ("at least", "at most", "without", "without-first", "only", "replace-value", "cons", "append")
"""Items that are at least, or at most, the constant; without all of it, or the first; only those equal to it; one constant for another; put in
front, or behind."""
AT_LEAST, AT_MOST, WITHOUT, WITHOUT_FIRST, ONLY, REPLACED, IN_FRONT, BEHIND = range(len(WAYS))


@njit(cache=True, error_model="numpy")
def gives(way, a, b, items, size, wanted, length):  # type: ignore[no-untyped-def]
    """Whether one list becomes the other."""
    at = 0
    gone = False
    if way == IN_FRONT:
        if length != size + 1 or wanted[0] != a:
            return False
        at = 1
    for j in range(size):
        item = items[j]
        if way == AT_LEAST:
            kept = item >= a
        elif way == AT_MOST:
            kept = item <= a
        elif way == WITHOUT:
            kept = item != a
        elif way == WITHOUT_FIRST:
            kept = gone or item != a
            gone = gone or item == a
        elif way == ONLY:
            kept = item == a
        else:
            kept = True
            if way == REPLACED and item == a:
                item = b
        if kept:
            if at >= length or wanted[at] != item:
                return False
            at += 1
    if way == BEHIND:
        return at + 1 == length and wanted[at] == a
    return at == length


@njit(cache=True, error_model="numpy")
def parts(data, lengths, examples, first, past, wanted, sizes, numbers, hits):  # type: ignore[no-untyped-def]
    """For the list values `first` to `past` - 1 (E rows each), what makes the wanted lists of them. Fills `hits` (way, a, b) and the
    `numbers` of their values; gives how many there are, and at which value it stopped."""
    count = 0
    least, greatest = np.int64(2**62), np.int64(-(2**62))
    full = -1
    for e in range(examples):
        if sizes[e] and full < 0:
            full = e
        for j in range(sizes[e]):
            least, greatest = min(least, wanted[e, j]), max(greatest, wanted[e, j])
    if full < 0:
        return 0, past
    for v in range(first, past):
        if count + len(WAYS) > len(hits):
            return count, v
        longer = shorter = True
        equal = True
        for e in range(examples):
            size = lengths[v * examples + e]
            longer, shorter = longer and size >= sizes[e], shorter and size + 1 == sizes[e]
            equal = equal and size == sizes[e]
        # The first place where the lists differ says what the constant must be.
        a, b, found = np.int64(0), np.int64(0), False
        if longer:
            for e in range(examples):
                for j in range(lengths[v * examples + e]):
                    if j >= sizes[e] or data[v * examples + e, j] != wanted[e, j]:
                        a, found = np.int64(data[v * examples + e, j]), True
                        b = np.int64(wanted[e, j]) if j < sizes[e] else b
                        break
                if found:
                    break
        if longer and not found:
            continue
        for way in range(len(WAYS)):
            c = a
            if way == IN_FRONT:
                if not shorter:
                    continue
                c = np.int64(wanted[0, 0])
            elif way == BEHIND:
                if not shorter:
                    continue
                c = np.int64(wanted[0, sizes[0] - 1])
            elif not longer or (way == REPLACED) != equal:
                continue
            elif way == AT_LEAST:
                c = least
            elif way == AT_MOST:
                c = greatest
            elif way == ONLY:
                c = np.int64(wanted[full, 0])
            fine = True
            for e in range(examples):
                row = v * examples + e
                if not gives(way, c, b, data[row], lengths[row], wanted[e], sizes[e]):
                    fine = False
                    break
            if fine:
                hits[count, 0], hits[count, 1], hits[count, 2] = way, c, b
                numbers[count] = v
                count += 1
    return count, past
