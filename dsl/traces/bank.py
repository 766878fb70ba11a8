"""Values of a batch by type: columns that grow, addressed by value number. Value v over E examples is rows v*E to v*E+E-1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.columns.layout import Array, Column, empty, layout_of
from dsl.types import VALUE_TYPES, Type
from dsl.values import Profile

TYPE_CODES: dict[Type, int] = {kind: code for code, kind in enumerate(VALUE_TYPES)}
"""Number of each value type in the arrays of a batch; -1 stands for no value."""


class Bank:
    """Append-only. Memory is kept and reused after `clear`: fresh pages cost more than the kernels do."""

    def __init__(self, num_examples: int, profile: Profile, capacity: int = 4096) -> None:
        self.num_examples = num_examples
        self.profile = profile
        self._columns = {kind: empty(layout_of(kind), capacity * num_examples, profile) for kind in VALUE_TYPES}
        self._counts = dict.fromkeys(VALUE_TYPES, 0)

    def clear(self) -> None:
        """Forgets all values; columns given out before become invalid."""
        self._counts = dict.fromkeys(VALUE_TYPES, 0)

    def count(self, kind: Type) -> int:
        """Number of values of a type."""
        return self._counts[kind]

    def column(self, kind: Type) -> Column:
        """The whole column of a type; only its first `count * num_examples` rows mean anything."""
        return self._columns[kind]

    def append(self, column: Column, keep: Array | None = None) -> Array:
        """Adds values (all rows of `column`, or the values numbered in `keep`); gives their numbers."""
        kind, e = column.kind, self.num_examples
        if keep is not None:
            column = column.take((keep[:, None] * e + np.arange(e, dtype=keep.dtype)).ravel())
        first, more = self._counts[kind], column.num_rows // e
        self._reserve(kind, first + more)
        for into, values in zip(self._columns[kind].arrays(), column.arrays(), strict=True):
            into[first * e : (first + more) * e] = values
        self._counts[kind] = first + more
        return np.arange(first, first + more, dtype=np.int32)

    def snapshot(self) -> dict[Type, Column]:
        """The values of every type, as columns of their own that survive `clear`."""
        e = self.num_examples
        return {
            kind: Column(
                column.layout, *(None if array is None else array[: self._counts[kind] * e].copy() for array in (column.data, column.lengths, column.ends))
            )
            for kind, column in self._columns.items()
        }

    def _reserve(self, kind: Type, count: int) -> None:
        old = self._columns[kind]
        capacity = old.num_rows // self.num_examples
        if count <= capacity:
            return
        new = empty(old.layout, max(count, 2 * capacity) * self.num_examples, self.profile)
        for into, values in zip(new.arrays(), old.arrays(), strict=True):
            into[: len(values)] = values
        self._columns[kind] = new


def same_values(left: Column, left_values: Array, right: Column, right_values: Array, num_examples: int) -> Array:
    """For each pair of value numbers, whether the two values are equal on every example. Columns of one layout."""
    rows = [(numbers[:, None].astype(np.int64) * num_examples + np.arange(num_examples)).ravel() for numbers in (left_values, right_values)]
    equal = np.ones(len(rows[0]), bool)
    for a, b in zip(left.arrays(), right.arrays(), strict=True):
        x, y = a[rows[0]], b[rows[1]]
        equal &= (x == y) if x.ndim == 1 else (x == y).all(axis=1)
    return equal.reshape(-1, num_examples).all(axis=1)


def constant_over_examples(column: Column, values: Array, num_examples: int) -> Array:
    """For each value number, whether the value is the same on every example."""
    rows = (values[:, None].astype(np.int64) * num_examples + np.arange(num_examples)).ravel()
    equal = np.ones((len(values), num_examples), bool)
    for array in column.arrays():
        shaped = array[rows].reshape(len(values), num_examples, -1)
        equal &= (shaped == shaped[:, :1]).all(axis=2)
    return equal.all(axis=1)


def stack_shape_codes(shape: Sequence[Type]) -> list[int]:
    """The type numbers of a stack shape."""
    return [TYPE_CODES[kind] for kind in shape]
