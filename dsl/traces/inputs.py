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
"""Narrow ranges of ints, of which `Inputs` may allow some."""


def random_column(rng: np.random.Generator, kind: Type, count: int, num_examples: int, how: Inputs, profile: Profile) -> Column:
    """`count` values of a type over `num_examples` examples; the examples of a value share a range of ints or an alphabet."""
    column, how = zeros(layout_of(kind), count * num_examples, profile), how.within(profile)
    if kind == INT:
        column.data[:] = _ints(rng, count, num_examples, 1, how).reshape(-1)
    elif kind == BOOL:
        column.data[:] = rng.integers(0, 2, count * num_examples, dtype=np.uint8)
    elif kind in (LIST_INT, LIST_BOOL, STR):
        longest = how.max_chars if kind == STR else how.max_items
        column.lengths = rng.integers(min(1, longest) if kind == STR else 0, longest + 1, count * num_examples).astype(np.int32)
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
    """Ints from one of the ranges for each value, of the narrow ones that `how` allows and the one that it names."""
    ranges = np.array(
        [*((low, high) for low, high in _RANGES if how.min_int <= low and high <= how.max_int), (how.min_int, how.max_int)], np.int64
    )
    chosen = np.repeat(rng.integers(0, len(ranges), count), num_examples)
    # A product of random bits and the width of the range, shifted: several times as fast as `rng.integers` with ranges.
    narrow = how.max_int - how.min_int < 2**14
    bits, drawn, worked = (16, np.uint16, np.int32) if narrow else (31, np.uint32, np.int64)
    low, span = (array.astype(worked)[chosen, None] for array in (ranges[:, 0], ranges[:, 1] - ranges[:, 0] + 1))
    entries = rng.integers(0, 2**bits, (count * num_examples, width), dtype=drawn) * span
    entries >>= bits
    entries += low
    return entries.astype(np.int32)


def _fill(
    rng: np.random.Generator, column: Column, kind: Type, count: int, num_examples: int, width: int, how: Inputs, used: Array
) -> None:
    entries = _entries(rng, kind, count, num_examples, width, how)
    column.data[:, :width] = np.where(np.arange(width) < used[:, None], entries, 0)


def _nested(rng: np.random.Generator, column: Column, kind: Type, count: int, num_examples: int, how: Inputs, profile: Profile) -> None:
    """Up to four items, each up to half as long as a list or string on its own."""
    rows, most = count * num_examples, min(4, how.max_items)
    lengths = rng.integers(0, most + 1, rows).astype(np.int32)
    per_item = min(how.max_items // 2, profile.max_flat // 4) if kind == LIST_LIST_INT else min(how.max_chars // 2, profile.max_str // 4)
    sizes = np.where(np.arange(most) < lengths[:, None], rng.integers(0, per_item + 1, (rows, most)), 0)
    ends = np.cumsum(sizes, axis=1)
    assert column.ends is not None
    column.lengths = lengths
    column.ends[:, :most] = np.where(np.arange(most) < lengths[:, None], ends, 0)
    _fill(rng, column, kind, count, num_examples, per_item * most, how, ends[:, -1])
