"""The best abstraction of many values at once: for each value, over all its examples, one element of every domain, as arrays.

The same as `dsl.domains.product.Abstract.of` of every example, joined; but for the type, which is the column's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsl.columns.layout import Array, Column
from dsl.domains.characters import class_of
from dsl.domains.parity import EVEN, ODD
from dsl.domains.sign import NEGATIVE, POSITIVE, ZERO

_LARGEST = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True, eq=False)
class AbstractArrays:
    """Axis V, the values of one type. An empty range has low > high; a mask of 0 says that there is nothing in the values."""

    length: Array
    """int32[V, 2]: fewest and most items or characters; 0..0 for numbers."""
    inner: Array
    """int32[V, 2]: the same for the items of lists of strings and of lists; 0..0 for all other types."""
    interval: Array
    """int32[V, 2]: least and greatest Int (or Bool, 0 or 1) in the values."""
    parity: Array
    """uint8[V]: mask of `dsl.domains.parity`."""
    sign: Array
    """uint8[V]: mask of `dsl.domains.sign`."""
    chars: Array
    """int32[V]: mask of `dsl.domains.characters`."""


def abstracted(column: Column, num_examples: int) -> AbstractArrays:
    """The abstraction of each value, which is `num_examples` rows of the column."""
    count = column.num_rows // num_examples
    data = column.data if column.data.ndim == 2 else column.data[:, None]
    used = _used(column)
    there = np.arange(data.shape[1]) < used[:, None]
    if column.layout.is_text:
        return _texts(column, data, there, count, num_examples)
    grid = (count, num_examples * data.shape[1])
    entries, there = data.astype(np.int32).reshape(grid), there.reshape(grid)
    interval = np.stack([np.where(there, entries, _LARGEST).min(axis=1), np.where(there, entries, -_LARGEST).max(axis=1)], axis=1)
    parity = _mask(there, ((entries % 2 == 0, EVEN), (entries % 2 == 1, ODD)))
    sign = _mask(there, ((entries < 0, NEGATIVE), (entries == 0, ZERO), (entries > 0, POSITIVE)))
    return AbstractArrays(*_lengths(column, count, num_examples), interval, parity, sign, np.zeros(count, np.int32))


def _texts(column: Column, data: Array, there: Array, count: int, num_examples: int) -> AbstractArrays:
    table = np.array([class_of(chr(code)) for code in range(128)], np.int32)
    chars = np.bitwise_or.reduce(np.where(there, table[np.minimum(data, 127)], 0).reshape(count, num_examples * data.shape[1]), axis=1)
    nothing = np.zeros(count, np.uint8)
    interval = np.tile(np.array([[_LARGEST, -_LARGEST]], np.int32), (count, 1))
    return AbstractArrays(*_lengths(column, count, num_examples), interval, nothing, nothing, chars)


def _used(column: Column) -> Array:
    """How many entries of each row mean something."""
    if column.lengths is None:
        return np.ones(column.num_rows, np.int32)
    if column.ends is None:
        return column.lengths
    last = np.take_along_axis(column.ends, np.maximum(column.lengths - 1, 0)[:, None], axis=1)[:, 0]
    return np.where(column.lengths > 0, last, 0)


def _lengths(column: Column, count: int, num_examples: int) -> tuple[Array, Array]:
    zero = np.zeros((count, 2), np.int32)
    if column.lengths is None:
        return zero, zero
    lengths = column.lengths.reshape(count, num_examples)
    outer = np.stack([lengths.min(axis=1), lengths.max(axis=1)], axis=1)
    if column.ends is None:
        return outer, zero
    there = np.arange(column.ends.shape[1]) < column.lengths[:, None]
    sizes = np.diff(column.ends, axis=1, prepend=0)
    least, most = (np.where(there, sizes, nothing).reshape(count, num_examples * sizes.shape[1]) for nothing in (_LARGEST, -1))
    return outer, np.stack([least.min(axis=1), most.max(axis=1)], axis=1)


def _mask(there: Array, cases: tuple[tuple[Array, int], ...]) -> Array:
    """For each row the bits of the cases that occur in it."""
    found = np.zeros(len(there), np.uint8)
    for holds, bit in cases:
        found |= np.where((holds & there).any(axis=1), bit, 0).astype(np.uint8)
    return found
