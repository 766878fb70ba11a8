"""One op on columns: candidates by index, several examples each, test-only runs, wide text, preallocated outputs."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections.abc import Sequence

import numpy as np
import pytest

from dsl.columns.layout import BOOLS, EMPTY, INT_ROWS, TEXT, WIDE, Column, decode, empty, encode, zeros
from dsl.columns.step import apply, matches, plan_for
from dsl.errors import TypeMismatch
from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, Type
from dsl.values import DEFAULT, PROFILES, Value
from tests.dsl.draws import draw_args
from tests.dsl.test_columns_agreement import VALUE_OPS, typings


def columns_of(rows: Sequence[tuple[Value, ...]], kinds: Sequence[Type]) -> list[Column]:
    return [encode([row[k] for row in rows], kind, DEFAULT) for k, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("+", (INT, INT)),
        ("take", (LIST_INT, INT)),
        ("concat", (STR, STR)),
        ("++", (LIST_LIST_INT, LIST_LIST_INT)),
        ("head", (LIST_STR,)),
        ("not", (BOOL,)),
    ],
)
def test_candidates_are_taken_by_index(name: str, kinds: tuple[Type, ...]) -> None:
    rng = np.random.default_rng(0)
    rows = [draw_args(rng, kinds, DEFAULT) for _ in range(40)]
    columns = columns_of(rows, kinds)
    indices = [rng.integers(8, size=30).astype(np.int32) for _ in kinds]
    given = apply(OPS[name], columns, indices, examples=5)
    # The same rows laid out one by one.
    flat = [column.take((index[:, None] * 5 + np.arange(5)).ravel()) for column, index in zip(columns, indices, strict=True)]
    plain = apply(OPS[name], flat, [None] * len(flat))
    assert decode(given.column) == decode(plain.column)
    assert given.status.tolist() == plain.status.tolist()


MATCHED = (
    "+",
    "div",
    "even?",
    "reverse",
    "take",
    "map*2",
    "zip+",
    "sum",
    "head",
    "concat",
    "upper",
    "split",
    "join",
    "str>int",
    "flatten",
    "group",
    "=",
)
"""Words with every layout among arguments and results: the loop that compares is made from layouts, the kernel is that of `apply`."""


@pytest.mark.parametrize("op", [OPS[name] for name in MATCHED], ids=lambda op: op.name)
def test_matches_are_the_candidates_that_equal_the_target(op: Op) -> None:
    rng = np.random.default_rng(zlib.crc32(op.name.encode()))
    for kinds in list(typings(op))[:2]:
        rows = [draw_args(rng, kinds, DEFAULT) for _ in range(60)]
        columns = columns_of(rows, kinds)
        order = [np.arange(20, dtype=np.int32)] * len(kinds)
        applied = apply(op, columns, order, examples=3)
        values = decode(applied.column)
        keys = [None if applied.status[3 * c : 3 * c + 3].any() else repr(values[3 * c : 3 * c + 3]) for c in range(20)]
        fine = [c for c in range(20) if keys[c] is not None]
        for c in fine[:3]:
            target = applied.column.take(np.arange(3 * c, 3 * c + 3))
            assert matches(op, columns, order, target, examples=3).tolist() == [k for k in range(20) if keys[k] == keys[c]]


def test_a_target_of_other_width_is_compared_by_content() -> None:
    columns = columns_of([("ab", "c"), ("a", "bc"), ("x", "y")], (STR, STR))
    for wide in (False, True):
        target = encode(["abc"], STR, DEFAULT, wide=wide)
        assert matches(OPS["concat"], columns, [None, None], target).tolist() == [0, 1]
    target = encode(["\u00e9"], STR, DEFAULT)
    assert matches(OPS["chr"], [encode([65, 233, 400], INT, DEFAULT)], [None], target).tolist() == [1]
    assert matches(OPS["chr"], [encode([65, 233, 400], INT, DEFAULT)], [None], encode(["A"], STR, DEFAULT)).tolist() == [0]


def test_text_widens_where_a_result_or_a_neighbour_needs_it() -> None:
    applied = apply(OPS["chr"], [encode([65, 8364], INT, DEFAULT)], [None])
    assert applied.column.layout is WIDE
    assert decode(applied.column) == ["A", "\u20ac"]
    narrow, wide = encode(["a"], STR, DEFAULT), encode(["\u00e9"], STR, DEFAULT)
    assert decode(apply(OPS["concat"], [narrow, wide], [None, None]).column) == ["a\u00e9"]
    assert apply(OPS["concat"], [narrow, narrow], [None, None]).column.layout is TEXT


def test_narrow_and_wide_text_give_the_same() -> None:
    rng = np.random.default_rng(2)
    for op in VALUE_OPS:
        for kinds in typings(op):
            if not {STR, LIST_STR} & set(kinds):
                continue
            rows = [draw_args(rng, kinds, DEFAULT, wide=False) for _ in range(12)]
            columns = columns_of(rows, kinds)
            narrow = apply(op, columns, [None] * len(columns))
            wide = apply(op, [column.wide() for column in columns], [None] * len(columns))
            assert decode(narrow.column) == decode(wide.column), op.name
            assert narrow.status.tolist() == wide.status.tolist(), op.name


def test_outputs_may_be_reused() -> None:
    plan = plan_for(OPS["reverse"], (encode([], LIST_INT, DEFAULT).layout,), DEFAULT)
    out = (empty(plan.result, 8, DEFAULT), np.empty(8, np.uint8))
    for values in ([(1, 2, 3)] * 8, [(4,)] * 8):
        applied = apply(OPS["reverse"], [encode(values, LIST_INT, DEFAULT)], [None], out=out)
        assert applied.column is out[0]
        assert decode(applied.column) == [value[::-1] for value in values]
        assert applied.column.data[:, 3:].any() == np.False_


def test_empty_lists_become_what_they_must_be() -> None:
    nothing = zeros(EMPTY, 2, DEFAULT)
    bools = encode([(True,), ()], LIST_BOOL, DEFAULT)
    joined = apply(OPS["++"], [nothing, bools], [None, None])
    assert joined.column.layout is BOOLS
    assert decode(joined.column) == [(True,), ()]
    assert apply(OPS["reverse"], [nothing], [None]).column.layout is EMPTY
    assert apply(OPS["length"], [nothing], [None]).column.layout is INT_ROWS


def test_columns_that_an_op_does_not_take_are_refused() -> None:
    with pytest.raises(TypeMismatch, match="does not take columns of Str"):
        apply(OPS["sum"], [encode(["a"], STR, DEFAULT)], [None])
    with pytest.raises(TypeMismatch):
        apply(OPS["="], [encode(["a"], STR, DEFAULT), encode([1], INT, DEFAULT)], [None, None])


def test_columns_of_another_profile_are_refused() -> None:
    column = encode([(1, 2)], LIST_INT, PROFILES["deepcoder"])
    with pytest.raises(ValueError, match="not made for the profile"):
        apply(OPS["reverse"], [column], [None], profile=DEFAULT)


def test_importing_columns_does_not_import_numba() -> None:
    code = "import sys, dsl.columns.run, dsl.columns.hash; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
