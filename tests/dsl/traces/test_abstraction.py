"""The abstraction arrays against the domains themselves: for every value of every type, what `Abstract.of` joined over the examples says."""

from collections.abc import Sequence
from functools import reduce

import numpy as np
import pytest

from dsl.columns.layout import decode, encode, zeros
from dsl.columns.layout import layout_of as layout
from dsl.domains.product import Abstract
from dsl.domains.ranges import Range
from dsl.traces.abstraction import AbstractArrays, abstracted
from dsl.types import BOOL, INT, LIST_STR, STR, VALUE_TYPES, ListOf, Type
from dsl.values import DEFAULT, Value
from tests.dsl.draws import draw_value
from tests.dsl.traces.sources import SMALL, example_batch

EXAMPLES = 3


def joined(values: Sequence[Value]) -> Abstract:
    """The least element of the product that contains all values."""
    return reduce(Abstract.join, map(Abstract.of, values))


def as_range(pair: np.ndarray) -> tuple[int, int] | None:
    """A range of the arrays; None if it is empty."""
    low, high = pair.tolist()
    return (low, high) if low <= high else None


def known(found: Range) -> tuple[int, int] | None:
    """A range of a domain in the same form."""
    return None if found.is_empty else (int(found.low), int(found.high))


def assert_same(arrays: AbstractArrays, number: int, kind: Type, values: Sequence[Value]) -> None:
    wanted = joined(values)
    assert wanted.length is not None and wanted.interval is not None
    if kind in (INT, BOOL):
        assert arrays.length[number].tolist() == arrays.inner[number].tolist() == [0, 0]
    else:
        assert as_range(arrays.length[number]) == known(wanted.length.outer)
    if kind == LIST_STR or (isinstance(kind, ListOf) and isinstance(kind.item, ListOf)):
        assert as_range(arrays.inner[number]) == known(wanted.length.inner)
    assert as_range(arrays.interval[number]) == known(wanted.interval)
    assert (arrays.parity[number], arrays.sign[number], arrays.chars[number]) == (wanted.parity, wanted.sign, wanted.chars)


@pytest.mark.parametrize("kind", VALUE_TYPES, ids=str)
def test_random_values_of_every_type(kind: Type) -> None:
    rng = np.random.default_rng(VALUE_TYPES.index(kind))
    values = [draw_value(rng, kind, DEFAULT, wide=False) for _ in range(60 * EXAMPLES)]
    values += [zeros_of(kind)] * EXAMPLES  # a value that is empty, 0 or false on all examples
    arrays = abstracted(encode(values, kind, DEFAULT), EXAMPLES)
    for number in range(len(values) // EXAMPLES):
        assert_same(arrays, number, kind, values[number * EXAMPLES : (number + 1) * EXAMPLES])


def zeros_of(kind: Type) -> Value:
    """0, false, or the empty list or string."""
    return decode(zeros(layout(kind), 1, DEFAULT))[0]


@pytest.mark.parametrize("kind", VALUE_TYPES, ids=str)
def test_values_of_a_batch(kind: Type) -> None:
    batch = example_batch()
    arrays, values = batch.abstracted(kind), decode(batch.columns[kind])
    e = batch.num_examples
    assert len(arrays.interval) * e == len(values) > 0
    for number in range(len(arrays.interval)):
        assert_same(arrays, number, kind, values[number * e : (number + 1) * e])


def test_no_values_at_all() -> None:
    for kind in VALUE_TYPES:
        arrays = abstracted(zeros(layout(kind), 0, SMALL), EXAMPLES)
        assert len(arrays.length) == len(arrays.interval) == len(arrays.chars) == 0


def test_every_character_has_its_class() -> None:
    values = [chr(code) for code in range(128)]
    arrays = abstracted(encode(values, STR, SMALL), 1)
    assert arrays.chars.tolist() == [Abstract.of(value).chars for value in values]
