"""Kernel and reference agree: for every op, every layout, every profile, on random columns; statuses included.

One draw is one row of one op. Every op gets the same number of draws, spread over its layouts and the profiles.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dsl.columns.layout import EMPTY, INT_ROWS, Column, decode, encode, pack
from dsl.columns.step import apply, plan_for
from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.types import VALUE_TYPES, Type, is_representable
from dsl.unification import substitute
from dsl.values import PROFILES, REASONS, UNDEFINED, Profile, Stuck, Value, check
from tests.dsl.draws import draw_args, type_variables

VALUE_OPS = [op for op in OPS.values() if op.kind == "value"]
ODD = (
    Profile(name="tight", int_min=-9, int_max=12, max_list=5, max_str=11),
    Profile(
        name="odd", int_min=1, int_max=300, max_list=7, max_str=13, division="truncate", index_base=1, undefined="zero", negative_index=True
    ),
)
"""Profiles whose limits are met all the time, whose rows are not whole words, and one without zero and without negative ints."""
ALL_PROFILES = (*PROFILES.values(), *ODD)
NORMAL, SLOW = 20_000, 200_000


def typings(op: Op) -> Iterator[tuple[Type, ...]]:
    """Every way to fill in the type variables of an op's arguments."""
    kinds = (*op.type.before.types, *op.type.after.types)
    names = type_variables(kinds)
    for types in itertools.product(VALUE_TYPES, repeat=len(names)):
        filled = [substitute(kind, dict(zip(names, types, strict=True))) for kind in kinds]
        if all(map(is_representable, filled)):
            yield tuple(filled[: op.type.pops])


def expected(op: Op, profile: Profile, values: tuple[Value, ...]) -> Value | Stuck:
    """What the reference machine pushes."""
    assert op.reference is not None
    result = op.reference(profile, *values)
    return result if isinstance(result, Stuck) else check(result, profile)


def check_op(op: Op, draws: int, seed: int) -> int:
    """Compares on at least `draws` rows; returns how many."""
    rng = np.random.default_rng([seed, zlib.crc32(op.name.encode())])
    cases = [(kinds, profile, wide) for kinds in typings(op) for profile in ALL_PROFILES for wide in (False, True)]
    rows = -(-draws // len(cases))
    for kinds, profile, wide in cases:
        values = [draw_args(rng, kinds, profile, wide=wide) for _ in range(rows)]
        columns = [encode([row[k] for row in values], kind, profile) for k, kind in enumerate(kinds)]
        compare(op, profile, columns, values)
    return rows * len(cases)


def compare(op: Op, profile: Profile, columns: list[Column], values: list[tuple[Value, ...]]) -> None:
    """Asserts that a column of results holds what the reference gives row by row, and that what lies past the values is zero."""
    result = apply(op, columns, [None] * len(columns), profile=profile)
    given = decode(result.column)
    assert result.worst == result.status.max()
    for row, arguments in enumerate(values):
        want = expected(op, profile, arguments)
        if type(want) is int and result.column.layout is not INT_ROWS:
            # A reference cannot know that an empty list would hold no ints; only a profile that gives 0 for its head makes it matter.
            assert profile.undefined == "zero" and arguments[0] == ()
            want = UNDEFINED
        code = int(result.status[row])
        got = Stuck(REASONS[code - 1]) if code else given[row]
        same = got.reason == want.reason if isinstance(got, Stuck) and isinstance(want, Stuck) else got == want and type(got) is type(want)
        assert same, f"{op.name} on {arguments} with profile {profile.name}: columns give {got!r}, the reference {want!r}"
    again = pack(given, result.column.kind, profile, wide=result.column.layout.dtype == "uint32")
    if result.column.layout is not EMPTY:
        for ours, clean in zip(result.column.arrays(), again.arrays(), strict=True):
            np.testing.assert_array_equal(ours, clean, err_msg=f"{op.name}: a result row is not zero past its length")


@pytest.mark.parametrize("op", VALUE_OPS, ids=lambda op: op.name)
def test_kernel_agrees_with_the_reference(op: Op) -> None:
    draws = -(-NORMAL // len(VALUE_OPS))
    assert check_op(op, draws, seed=1) >= draws


@pytest.mark.slow
@pytest.mark.parametrize("op", VALUE_OPS, ids=lambda op: op.name)
def test_kernel_agrees_with_the_reference_for_long(op: Op) -> None:
    draws = -(-SLOW // len(VALUE_OPS))
    assert check_op(op, draws, seed=2) >= draws


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_kernels_stay_inside_their_arrays(tmp_path: Path) -> None:
    """The same draws with numba checking every index; everything is compiled anew for that."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", __file__]
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "FLOWFORTH_CACHE": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_named_kernel_is_reached() -> None:
    """A signature that no typing of its op has would never be run."""
    for op in VALUE_OPS:
        if isinstance(op.kernels, str):
            continue
        reached = set()
        for kinds in typings(op):
            layouts = tuple(encode([], kind, ALL_PROFILES[0]).layout for kind in kinds)
            plan = plan_for(op, layouts, ALL_PROFILES[0])
            reached.add("".join(layout.letter for layout in plan.args) + "->" + plan.result.letter)
        assert set(op.kernels) <= reached, f"{op.name}: no typing has the signature {sorted(set(op.kernels) - reached)}"
