"""Random inputs as columns, drawn by numpy in one go: as `generate.random_value`, thousands at a time."""

from __future__ import annotations

import numpy as np

from dsl.columns.layout import Array, Column, layout_of, zeros
from dsl.generate import Inputs
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, STR, Type
from dsl.values import Profile

_LOWER, _UPPER, _DIGITS = b"abcdefghijklmnop", b"ABCDEFGHIJKLMNOP", b"0123456789"
_ALPHABETS = (
    _LOWER + b"    ",
    _LOWER + _UPPER + b" ",
    _DIGITS + b"--",
    _DIGITS,
    _LOWER + b",,, ",
    _LOWER + _DIGITS + b"/._@",
    _LOWER[:3],
    _UPPER + _DIGITS + b"()-. ",
)
_TABLE = np.frombuffer(b"".join((alphabet * 256)[:256] for alphabet in _ALPHABETS), np.uint8).reshape(len(_ALPHABETS), 256)
"""Alphabets stretched to 256 characters, so that a random byte picks one."""

_RANGES = ((0, 9), (-5, 5), (-20, 20), (0, 99), (-99, 99), (1, 20))
"""Ranges of ints, one drawn for each value, cut to what `Inputs` allows."""


def random_column(rng: np.random.Generator, kind: Type, count: int, num_examples: int, how: Inputs, profile: Profile) -> Column:
    """`count` values of a type over `num_examples` examples; the examples of a value share a range of ints or an alphabet."""
    column = zeros(layout_of(kind), count * num_examples, profile)
    if kind == INT:
        column.data[:] = _ints(rng, count, num_examples, 1, how).reshape(-1)
    elif kind == BOOL:
        column.data[:] = rng.integers(0, 2, count * num_examples, dtype=np.uint8)
    elif kind in (LIST_INT, LIST_BOOL, STR):
        longest = min(how.max_chars, profile.max_str) if kind == STR else min(how.max_items, profile.max_list)
        column.lengths = rng.integers(0 if kind != STR else 1, longest + 1, count * num_examples).astype(np.int32)
        _fill(rng, column, kind, count, num_examples, longest, how, column.lengths)
    else:
        _nested(rng, column, kind, count, num_examples, how, profile)
    return column


def _entries(rng: np.random.Generator, kind: Type, count: int, num_examples: int, width: int, how: Inputs) -> Array:
    """`width` random entries for every row: ints, bools or characters."""
    if kind in (LIST_INT, LIST_LIST_INT):
        return _ints(rng, count, num_examples, width, how)
    if kind == LIST_BOOL:
        return rng.integers(0, 2, (count * num_examples, width), dtype=np.uint8)
    alphabet = np.repeat(rng.integers(0, len(_ALPHABETS), count), num_examples)
    return _TABLE[alphabet[:, None], rng.integers(0, 256, (count * num_examples, width), dtype=np.uint8)]


def _ints(rng: np.random.Generator, count: int, num_examples: int, width: int, how: Inputs) -> Array:
    """Ints from one of the ranges for each value, all of a range equally likely to one in 2^16 (2^32 for wide ranges)."""
    ranges = np.array([*((low, high) for low, high in _RANGES if how.min_int <= low and high <= how.max_int), (how.min_int, how.max_int)], np.int64)
    chosen = np.repeat(rng.integers(0, len(ranges), count), num_examples)
    bits = 16 if how.max_int - how.min_int < 2**14 else 32
    low, span = (array.astype(np.int32 if bits == 16 else np.int64)[chosen, None] for array in (ranges[:, 0], ranges[:, 1] - ranges[:, 0] + 1))
    entries = rng.integers(0, 2**bits, (count * num_examples, width), dtype=f"uint{bits}") * span
    entries >>= bits
    entries += low
    return entries.astype(np.int32)


def _fill(rng: np.random.Generator, column: Column, kind: Type, count: int, num_examples: int, width: int, how: Inputs, used: Array) -> None:
    entries = _entries(rng, kind, count, num_examples, width, how)
    column.data[:, :width] = np.where(np.arange(width) < used[:, None], entries, 0)


def _nested(rng: np.random.Generator, column: Column, kind: Type, count: int, num_examples: int, how: Inputs, profile: Profile) -> None:
    """Up to four items, of a quarter of the longest list or string each."""
    rows, most = count * num_examples, min(4, profile.max_list)
    lengths = rng.integers(0, most + 1, rows).astype(np.int32)
    per_item = max(1, min(how.max_items if kind == LIST_LIST_INT else how.max_chars, profile.max_list, profile.max_str) // 2)
    sizes = np.where(np.arange(most) < lengths[:, None], rng.integers(0, per_item + 1, (rows, most)), 0)
    ends = np.cumsum(sizes, axis=1)
    assert column.ends is not None
    column.lengths = lengths
    column.ends[:, :most] = np.where(np.arange(most) < lengths[:, None], ends, 0)
    _fill(rng, column, kind, count, num_examples, per_item * most, how, ends[:, -1])
