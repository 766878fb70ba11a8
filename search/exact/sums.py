"""Hashes of candidates, compiled. A candidate is E rows, one for each example; the hash is a sum over its entries, mixed once more at the end.

The sum before the last mixing is *linear*: that of x + y is that of x plus that of y where lengths are equal (less the lengths' part,
which is counted twice), so that whether a difference is in the bank is asked without computing it.
Imports numba, so only what has asked `dsl.columns.compile.available()` may import it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from dsl.columns import rows
from dsl.columns.hash import FINAL, SHIFT
from dsl.columns.rows import mixed

row: Any = rows.row
words: Any = rows.words
MULTIPLIER = np.uint64(FINAL)
MAX_PACKED = 127
"""Longest length that a pack tells from longer ones."""


@njit(cache=True, error_model="numpy", forceinline=True)
def finished(total):  # type: ignore[no-untyped-def]
    """The hash of a linear sum; never 0, which marks a free slot."""
    total = (total ^ (total >> SHIFT)) * MULTIPLIER
    total = (total ^ (total >> SHIFT)) * MULTIPLIER
    return max(total ^ (total >> SHIFT), np.uint64(1))


@njit(cache=True, error_model="numpy", forceinline=True)
def packed(lengths, start, examples):  # type: ignore[no-untyped-def]
    """The lengths of a candidate's first eight examples, one in each byte, cut at MAX_PACKED."""
    pack = np.uint64(0)
    for e in range(min(examples, 8)):
        pack |= np.uint64(min(lengths[start + e], MAX_PACKED)) << np.uint64(8 * e)
    return pack


@njit(cache=True, error_model="numpy")
def sums_flat(count, examples, data, keys, totals):  # type: ignore[no-untyped-def]
    """Linear sums of candidates that are one number an example."""
    for k in range(count):
        total = np.uint64(0)
        for e in range(examples):
            total += np.uint64(data[k * examples + e]) * keys[e]
        totals[k] = total


@njit(cache=True, error_model="numpy")
def sums_rows(count, examples, data, lengths, keys, totals):  # type: ignore[no-untyped-def]
    """Linear sums of candidates that are a list an example: entries, then lengths."""
    size = examples * data.shape[1]
    for k in range(count):
        total = np.uint64(0)
        part = row(data, k * examples, size)
        for j in range(len(part)):
            total += np.uint64(part[np.uint64(j)]) * keys[np.uint64(j)]
        for e in range(examples):
            total += np.uint64(lengths[k * examples + e]) * keys[size + e]
        totals[k] = total


@njit(cache=True, error_model="numpy")
def sums_text(count, examples, data, lengths, keys, totals):  # type: ignore[no-untyped-def]
    """Sums of candidates that are a string an example: words of eight bytes, of which most are zeros past the end, then lengths."""
    for k in range(count):
        total, start = np.uint64(0), 0
        for e in range(examples):
            length = np.int64(lengths[k * examples + e])
            used = (length * data.itemsize + 7) >> 3
            part = words(data, k * examples + e, used)
            for j in range(used):
                total += mixed(part[np.uint64(j)]) * keys[np.uint64(start + j)]
            start += data.shape[1] * data.itemsize >> 3
            total += np.uint64(length) * keys[start]
            start += 1
        totals[k] = total


@njit(cache=True, error_model="numpy")
def sums_nested(count, examples, data, ends, lengths, keys, totals):  # type: ignore[no-untyped-def]
    """Sums of candidates that are a list of lists or of strings an example."""
    for k in range(count):
        total, start = np.uint64(0), 0
        for e in range(examples):
            at = k * examples + e
            length = np.int64(lengths[at])
            used = ((np.int64(ends[at, length - 1]) if length > 0 else 0) * data.itemsize + 7) >> 3
            part = words(data, at, used)
            for j in range(used):
                total += mixed(part[np.uint64(j)]) * keys[np.uint64(start + j)]
            start += data.shape[1] * data.itemsize >> 3
            for j in range(length):
                total += np.uint64(ends[at, np.uint64(j)]) * keys[np.uint64(start + j)]
            start += ends.shape[1]
            total += np.uint64(length) * keys[start]
            start += 1
        totals[k] = total
