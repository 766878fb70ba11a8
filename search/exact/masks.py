"""For which examples a bank value is the wanted output, or a piece of it: masks, with bit e for example e, over ranges of values.

The loops are compiled, one driver for each layout; without numba the same kernels run as plain Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dsl.columns import compile as compiler
from dsl.columns import sources
from dsl.columns.layout import Array, Column, Layout, encode
from dsl.types import Type
from dsl.values import Value
from search.exact import mask_kernels
from search.exact.bank import fitted

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator

CHUNK = 1 << 16
"""Values in one call of a driver: between two calls the clock is looked at."""
_EQUAL = {"i": "equal_numbers", "b": "equal_numbers", "l": "equal_rows", "s": "equal_rows", "n": "equal_nested"}


def occurrences(bank: Enumerator, kind: Type, values: range, texts: Sequence[str], useful: Array) -> Iterator[tuple[Array, Array]]:
    """The numbers of the text values that occur in the texts of a useful set of examples, with their masks, in pieces.

    `useful` is uint8[2^E]: not 0 for each mask that is a superset of a set of interest. Values empty in every example are left out.
    """
    if getattr(bank, "plain", False):
        yield _occurrences(bank.decode(kind, values), values.start, texts, useful)
        return
    column = bank.store(kind).column
    wanted = like(column, texts, kind, bank)
    run = driver("occurring", column.layout)
    numbers, masks = np.empty(CHUNK, np.int64), np.empty(CHUNK, np.int64)
    for first in range(values.start, values.stop, CHUNK):
        past = min(first + CHUNK, values.stop)
        found = run(*column.arrays(), first, past, len(texts), *wanted.arrays(), useful, numbers, masks)
        yield numbers[:found].copy(), masks[:found].copy()
        if bank.stop():
            return


def _occurrences(rows: Sequence[tuple[Value, ...]], first: int, texts: Sequence[str], useful: Array) -> tuple[Array, Array]:
    """The same in plain Python, on the values themselves."""
    numbers, masks = [], []
    for number, row in enumerate(rows, first):
        mask = sum(1 << e for e, (value, text) in enumerate(zip(row, texts, strict=True)) if str(value) in text)
        if useful[mask] and any(row):
            numbers.append(number)
            masks.append(mask)
    return np.array(numbers, np.int64), np.array(masks, np.int64)


def supersets(sets: Sequence[int], examples: int) -> Array:
    """uint8[2^E]: 1 for each mask that contains one of the sets."""
    masks = np.arange(1 << examples)
    result = np.zeros(1 << examples, np.uint8)
    for one in sets:
        result |= ((masks & one) == one).astype(np.uint8)
    return result


@dataclass(slots=True, eq=False)
class Matches:
    """The first few values of each mask of equality with `wanted`: the cheapest, as the bank's values come in order of cost."""

    kind: Type
    wanted: tuple[Value, ...]
    """One value for each example."""
    most: int
    """Values kept of each mask."""
    _kept: Array = field(init=False)
    _counts: Array = field(init=False)

    def __post_init__(self) -> None:
        self._kept = np.zeros((1 << len(self.wanted), self.most), np.int64)
        self._counts = np.zeros(1 << len(self.wanted), np.int64)

    def add(self, bank: Enumerator, values: range) -> bool:
        """Looks at these values of the bank; returns whether some mask got another value."""
        if getattr(bank, "plain", False):
            return self._add(bank.decode(self.kind, values), values.start)
        column = bank.store(self.kind).column
        wanted = like(column, self.wanted, self.kind, bank)
        run, before = driver(_EQUAL[column.layout.letter], column.layout), int(self._counts.sum())
        for first in range(values.start, values.stop, CHUNK):
            past = min(first + CHUNK, values.stop)
            run(*column.arrays(), first, past, len(self.wanted), *wanted.arrays(), self._kept, self._counts)
            if bank.stop():
                break
        return int(self._counts.sum()) > before

    def _add(self, rows: Sequence[tuple[Value, ...]], first: int) -> bool:
        """The same in plain Python, on the values themselves."""
        before = int(self._counts.sum())
        for number, row in enumerate(rows, first):
            mask = sum(1 << e for e, (value, wanted) in enumerate(zip(row, self.wanted, strict=True)) if value == wanted)
            if self._counts[mask] < self.most:
                self._kept[mask, self._counts[mask]] = number
                self._counts[mask] += 1
        return int(self._counts.sum()) > before

    @property
    def masks(self) -> list[int]:
        """Masks of which there is a value, none excepted, in order."""
        return np.flatnonzero(self._counts).tolist()

    def values(self, mask: int) -> list[int]:
        """The numbers of the values kept of exactly this mask, in order of coming."""
        return self._kept[mask, : self._counts[mask]].tolist()


def like(column: Column, values: Sequence[Value], kind: Type, bank: Enumerator) -> Column:
    """The values as a column of the same layout."""
    return fitted(encode(list(values), kind, bank.profile), column.layout)


def driver(name: str, layout: Layout) -> Callable[..., Any]:
    """The compiled kernel of that name for columns of this layout, or the kernel itself without numba."""
    return _driver(name, layout) if compiler.available() else getattr(mask_kernels, name)


@cache
def _driver(name: str, layout: Layout) -> Callable[..., Any]:
    ours, theirs = sources.names(layout, "x"), sources.names(layout, "want")
    kinds = sources.signature(layout)
    last = (
        [("useful", "uint8[::1]"), ("numbers", "int64[::1]"), ("masks", "int64[::1]")]
        if name == "occurring"
        else [("kept", "int64[:,::1]"), ("counts", "int64[::1]")]
    )
    parameters = [
        *zip(ours, kinds, strict=True), ("first", "int64"), ("past", "int64"), ("examples", "int64"), *zip(theirs, kinds, strict=True), *last,
    ]  # fmt: skip
    names = ", ".join(parameter for parameter, _ in parameters)
    text = f'''"""Driver of {mask_kernels.__name__}.{name}. Generated by search.exact.masks."""

from numba import njit

from dsl.columns.compile import compiled

kernel = compiled({mask_kernels.__name__!r}, {name!r})


@njit("int64({", ".join(kind for _, kind in parameters)})", cache=True, error_model="numpy")
def driver({names}):
    return kernel({names})
'''
    return compiler.load(compiler.folder_name(mask_kernels.__name__), f"{name}_{layout.name}", text)
