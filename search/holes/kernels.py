"""Compiled loops over columns: what constants turn one into another by a word or more, by algebra where there is one, else by trying all.

Terms are those of `search.holes.arithmetic`.
Imports numba, so only what has asked `dsl.columns.available.available()` may import it.
"""

import numpy as np
from numba import boolean as B
from numba import int64 as I
from numba import njit
from numba.core.types import UniTuple

from search.holes.arithmetic import STUCK, M, V, between, put, sided
from search.holes.one import one
from search.holes.two import two


@njit(UniTuple(I, 2)(M, V, V, B, V, M), cache=True, error_model="numpy")
def closings(columns, y, limits, both, numbers, hits):  # type: ignore[no-untyped-def]
    """For each column, the words with one constant (with `both`, also those with two) that make y of it. Fills `hits` and the `numbers` of
    their columns; gives how many there are, and at which column it stopped."""
    most = np.argmax(np.abs(y))
    count = 0
    for v in range(len(columns)):
        if count + 8 > len(hits):
            return count, v
        before = count
        count = one(columns[v], y, most, limits, hits, count)
        if both and count == before:
            count = two(columns[v], y, limits, hits, count)
        for k in range(before, count):
            numbers[k] = v
    return count, len(columns)


@njit(I(V, V, V, I, I, V, V, V, B, M), cache=True, error_model="numpy")
def sweep(x, z, y, word, side, ways, constants, limits, both, hits):  # type: ignore[no-untyped-def]
    """Every first constant with one word, on which nothing or something stands (`ways` of BETWEEN), and then nothing, one constant more, or,
    with `both`, two. Gives the count of hits."""
    rows = len(x)
    t, u, last = np.empty(rows, np.int64), np.empty(rows, np.int64), np.empty(rows, np.int64)
    most = np.argmax(np.abs(y))
    count = 0
    last[0] = STUCK
    for c in constants:
        fine, same = True, True
        for r in range(rows):
            t[r] = sided(word, side, x[r], c, limits)
            if t[r] == STUCK:
                fine = False
                break
            same = same and t[r] == last[r]
        if not fine or same:
            continue
        for r in range(rows):
            last[r] = t[r]
        for way in ways:
            for r in range(rows):
                u[r] = between(way, t[r], z[r], limits)
                if u[r] == STUCK:
                    fine = False
                    break
            if not fine:
                fine = True
                continue
            if count + 8 > len(hits):
                return count
            before = count
            equal = True
            for r in range(rows):
                if u[r] != y[r]:
                    equal = False
                    break
            if equal:
                count = put(hits, count, -1, 0, 0, -1, 0, 0)
            elif both:
                count = two(u, y, limits, hits, count)
            else:
                count = one(u, y, most, limits, hits, count)
            for k in range(before, count):
                hits[k, 0], hits[k, 1], hits[k, 2], hits[k, 3] = word, side, c, way
    return count
