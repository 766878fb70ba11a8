"""Compiled codes of the items of a task's values: what the networks see of the values themselves, beside facts about them.

At each place of each example's lists some whole numbers are looked at: the items of the first input, the second and the output there, their differences,
and where an item of one list stands in another. A number's *code* is itself, or, far from zero, its sign and its size to a power of two. A network has for each
channel a row of weights for each code, which it makes from waves of fixed lengths, so that neighbours and multiples have something in common.

Source: the study that docs/prior.md names; waves as in Fourier features (Tancik et al., NeurIPS 2020).
Imports numba, so only what has asked `dsl.columns.available.available()` may import it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import njit

from search.prior.views import WIDTH

CHANNELS = (
    "first", "second", "output", "output-first", "output-second", "output-first from the end", "output-first-second", "step of the output",
    "step of the first", "place in the first", "place in the second", "place of the first in the output",
)  # fmt: skip
NUM_CHANNELS = len(CHANNELS)
NUM_VALUES = 3
"""The first channels are items themselves; where none of them is there, neither is any other."""
EXACT = 512
"""Numbers up to here have codes of their own."""
LARGE = 24
"""Codes of larger ones on either side: one for each power of two."""
NUM_CODES = 2 * EXACT + 1 + 2 * LARGE
NONE = -1
"""Stands where a channel has nothing to say."""
AMISS = -EXACT
"""The place of an item that is not there."""
PERIODS = (2, 3, 4, 5, 8, 10, 16, 32, 64, 128, 256, 512)
NUM_WAVES = 2 * len(PERIODS) + 6


@cache
def waves() -> np.ndarray:
    """float32[NUM_CODES, NUM_WAVES]: what the rows of weights are made from: cosine and sine of the number at each period, that it is there, its sign,
    whether it is zero, its logarithm, itself, and whether it is a large one."""
    number = np.arange(-EXACT, EXACT + 1, dtype=np.float64)
    powers = 2.0 ** (np.log2(EXACT) + 0.5 + np.arange(LARGE))
    every = np.concatenate([number, powers, -powers])
    large = np.arange(NUM_CODES) > 2 * EXACT
    turns = np.where(large, 0.0, every)[:, None] * (2 * np.pi / np.array(PERIODS))
    round_ = np.concatenate([np.cos(turns), np.sin(turns)], axis=1) * ~large[:, None]
    size = np.sign(every) * np.log1p(np.abs(every))
    rest = [np.ones(NUM_CODES), np.sign(every), every == 0, size / 3, np.clip(every / 64, -4, 4), large]
    return np.concatenate([round_, np.stack(rest, axis=1)], axis=1).astype(np.float32)


@njit(cache=True, error_model="numpy")
def code(number: Any) -> Any:
    """The code of a whole number, in 0 .. NUM_CODES - 1."""
    if -EXACT <= number <= EXACT:
        return number + EXACT
    size, power = abs(number) // (2 * EXACT), 0
    while size > 0 and power < LARGE - 1:
        size //= 2
        power += 1
    return 2 * EXACT + 1 + power + (LARGE if number < 0 else 0)


@njit(cache=True, error_model="numpy")
def _place(item, x, n):  # type: ignore[no-untyped-def]
    for j in range(n):
        if x[j] == item:
            return j
    return -1


@njit(cache=True, error_model="numpy")
def _example(x1, n1, x2, n2, y, n, number, out):  # type: ignore[no-untyped-def]
    """Codes int16[WIDTH, NUM_CHANNELS] of one example. A number, of length -2 among inputs, stands at every place."""
    y_all = number or n == -2
    most = max(n1, n2, 1 if y_all else n)
    for i in range(min(max(most, 1), WIDTH)):
        has1, has2, has = n1 == -2 or i < n1, n2 == -2 or i < n2, y_all or i < n
        a = x1[0] if n1 == -2 else x1[i]
        b = x2[0] if n2 == -2 else x2[i]
        c = y[0] if y_all else y[i]
        if has1:
            out[i, 0] = code(a)
            if n1 != -2:
                if i > 0:
                    out[i, 8] = code(a - x1[i - 1])
                if not y_all:
                    j = _place(a, y, n)
                    out[i, 11] = code(j - i if j >= 0 else AMISS)
        if has2:
            out[i, 1] = code(b)
        if not has:
            continue
        out[i, 2] = code(c)
        if has1:
            out[i, 3] = code(c - a)
        if has2:
            out[i, 4] = code(c - b)
        if has1 and has2:
            out[i, 6] = code(c - a - b)
        if y_all:
            continue
        if i > 0:
            out[i, 7] = code(c - y[i - 1])
        if n1 >= 0:
            j = i + n1 - n
            if 0 <= j < n1:
                out[i, 5] = code(c - x1[j])
            j = _place(c, x1, n1)
            out[i, 9] = code(j - i if j >= 0 else AMISS)
        if n2 >= 0:
            j = _place(c, x2, n2)
            out[i, 10] = code(j - i if j >= 0 else AMISS)


@njit(cache=True, error_model="numpy")
def _codes(xs: Any, xns: Any, ys: Any, yns: Any, number: Any, out: Any) -> None:  # type: ignore[no-untyped-def]
    for t in range(len(ys)):
        for e in range(ys.shape[1]):
            _example(xs[t, 0, e], xns[t, 0, e], xs[t, 1, e], xns[t, 1, e], ys[t, e], yns[t, e], number, out[t, e])


def codes(xs: np.ndarray, xns: np.ndarray, ys: np.ndarray, yns: np.ndarray, *, number: bool) -> np.ndarray:
    """int16[N, E, WIDTH, NUM_CHANNELS]: codes of what stands at the places of N tasks' examples, NONE where there is nothing. Arguments as for
    `search.prior.facts.compute`."""
    out = np.full((*ys.shape[:2], WIDTH, NUM_CHANNELS), NONE, np.int16)
    inputs, input_sizes, outputs, sizes = (np.ascontiguousarray(array, np.int64) for array in (xs, xns, ys, yns))
    _codes(inputs, input_sizes, outputs, sizes, number, out)
    return out


@njit(cache=True, fastmath=True)
def add_rows(seen, table, out):  # type: ignore[no-untyped-def]
    """Adds to float32[R, D] the rows of a table float32[NUM_CHANNELS * NUM_CODES, D] that codes int16[R, NUM_CHANNELS] name."""
    for r in range(seen.shape[0]):
        for c in range(seen.shape[1]):
            if seen[r, c] >= 0:
                row = c * NUM_CODES + seen[r, c]
                for d in range(out.shape[1]):
                    out[r, d] += table[row, d]


@njit(cache=True, fastmath=True)
def add_to_rows(seen, given, table):  # type: ignore[no-untyped-def]
    """The other way round: adds each row of float32[R, D] to the rows of the table that its codes name."""
    for r in range(seen.shape[0]):
        for c in range(seen.shape[1]):
            if seen[r, c] >= 0:
                row = c * NUM_CODES + seen[r, c]
                for d in range(given.shape[1]):
                    table[row, d] += given[r, d]
