"""One op on columns: the primitive of the columnar machine, of trace generation and of enumeration.

Arguments are columns and, for each, the candidates to take from it, so that banks of values are never copied. What has no
kernel for its layouts (or numba is absent) is computed by the op's reference, row by row: same answers, slower.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from dsl.columns import compile as compiler
from dsl.columns.layout import BOOL_ROWS, EMPTY, INT_ROWS, INTS, Array, Column, Layout, decode, empty, layout_of, pack, zeros
from dsl.errors import TypeMismatch
from dsl.kernels import WIDEN, Limits
from dsl.types import ListOf, Var
from dsl.unification import substitute, unify_args
from dsl.values import CODES, DEFAULT, UNDEFINED, Profile, Stuck, Value, check

if TYPE_CHECKING:
    from dsl.ops.table import Op

Index: TypeAlias = "Array | None"
"""int32 numbers of candidates to take from a column, or None for all of them in order."""


class Applied(NamedTuple):
    """What an op gave."""

    column: Column
    """The values; where `status` is not 0, zeros."""
    status: Array
    """uint8 for each row: 0, or the code of a reason in `dsl.values.CODES`."""
    worst: int
    """The highest status."""


@dataclass(slots=True, kw_only=True, eq=False)
class Plan:
    """How an op runs on arguments of certain layouts."""

    op: Op
    profile: Profile
    args: tuple[Layout, ...]
    """Layouts that the arguments must be brought to: text beside wide text is widened, an EMPTY list becomes what it must be."""
    result: Layout
    kernel: Callable[..., Any] | None
    limits: Array
    widths: tuple[int, ...]
    """Entries in a row of each argument."""
    drivers: dict[str, Callable[..., int]] = field(default_factory=dict)

    def driver(self, template: str) -> Callable[..., int]:
        """The compiled driver, made at its first use."""
        if template not in self.drivers:
            assert self.kernel is not None
            # An empty list of no type lies as a list of ints does.
            args = tuple(INTS if layout is EMPTY else layout for layout in self.args)
            self.drivers[template] = compiler.driver(template, self.kernel, args, INTS if self.result is EMPTY else self.result)
        return self.drivers[template]


def apply(
    op: Op,
    args: Sequence[Column],
    indices: Sequence[Index],
    *,
    examples: int = 1,
    profile: Profile = DEFAULT,
    out: tuple[Column, Array] | None = None,
) -> Applied:
    """A value op on each candidate of `examples` rows. Raises `TypeMismatch` where it does not take such columns.

    `out` is a column (`empty(plan_for(...).result, ...)` makes one) and uint8 statuses to write to, with room for all rows; without
    it they are allocated. Neither indices nor that room are checked.
    """
    return _apply(plan_for(op, tuple([column.layout for column in args]), profile), args, indices, examples, out)


def matches(
    op: Op, args: Sequence[Column], indices: Sequence[Index], target: Column, *, examples: int = 1, profile: Profile = DEFAULT
) -> Array:
    """Numbers of the candidates that the op turns into `target`, a column of `examples` rows: `apply` and a comparison, without storing
    anything and leaving a candidate at its first row that differs or gets stuck. Raises `TypeMismatch` as `apply` does."""
    wide = target.layout.is_text and target.wide() is target
    plan = plan_for(op, tuple([column.layout for column in args]), profile, wide)
    num = _count(args, indices, examples)
    if plan.kernel is None:
        return _matches_by_reference(plan, args, indices, target, examples)
    if plan.result is not target.layout:
        target = _adapted(target, plan.result, profile)
    hits = np.empty(num, np.int32)
    scratch = empty(plan.result, 1, profile)
    arrays = (*_inputs(plan, args, indices, num), *scratch.arrays(), *target.arrays(), hits)
    return hits[: plan.driver("test")(plan.limits, num, examples, *arrays)]


_plans: dict[tuple[Any, ...], Plan] = {}


def plan_for(op: Op, layouts: tuple[Layout, ...], profile: Profile, wide: bool = False) -> Plan:
    """How the op runs on arguments of these layouts; `wide` asks for 32-bit text. Raises `TypeMismatch` where it does not take them."""
    # Ids are cheaper than hashes. A plan holds its op and its profile, so that their ids stay theirs.
    key = (id(op), layouts, id(profile), wide)
    plan = _plans.get(key)
    if plan is None:
        plan = _plans[key] = _make_plan(op, layouts, profile, wide)
    return plan


def _make_plan(op: Op, layouts: tuple[Layout, ...], profile: Profile, wide: bool) -> Plan:
    wanted = op.type.before.types
    given = [ListOf(Var(f"_{k}")) if layout is EMPTY else layout.kind for k, layout in enumerate(layouts)]
    types = unify_args(wanted, given)
    if op.kind != "value" or types is None:
        shown = " ".join(map(str, given))
        raise TypeMismatch(f"`{op.name}` does not take columns of {shown}")
    wide = wide or any(layout.dtype == "uint32" for layout in layouts)
    args = tuple(layout_of(substitute(kind, types), wide=wide) for kind in wanted)
    result = layout_of(substitute(op.type.after.types[0], types), wide=wide)
    signature = "".join(layout.letter for layout in args) + "->" + result.letter
    kernel = op.kernels.get(signature) if compiler.available() and isinstance(op.kernels, Mapping) else None
    widths = tuple(layout.padded(profile) for layout in args)
    return Plan(op=op, profile=profile, args=args, result=result, kernel=kernel, limits=_limits(profile), widths=widths)


@cache
def _limits(profile: Profile) -> Array:
    return np.array(Limits.of(profile), np.int64)


def _apply(plan: Plan, args: Sequence[Column], indices: Sequence[Index], examples: int, out: tuple[Column, Array] | None) -> Applied:
    if plan.kernel is None:
        return _by_reference(plan, args, indices, examples)
    num = _count(args, indices, examples)
    column, status = out or (empty(plan.result, num * examples, plan.profile), np.empty(num * examples, np.uint8))
    driver = plan.driver("materialise")
    worst = driver(plan.limits, num, examples, *_inputs(plan, args, indices, num), *column.arrays(), status)
    if worst == WIDEN:
        wide = plan_for(plan.op, tuple([column.layout for column in args]), plan.profile, True)
        return _apply(wide, args, indices, examples, None)
    return Applied(column, status, worst)


def _count(args: Sequence[Column], indices: Sequence[Index], examples: int) -> int:
    """Number of candidates."""
    return args[0].num_rows // examples if indices[0] is None else len(indices[0])


def _inputs(plan: Plan, args: Sequence[Column], indices: Sequence[Index], num: int) -> list[Array]:
    """Arrays and index of each argument, as a driver takes them."""
    arrays: list[Array] = []
    for column, layout, width, index in zip(args, plan.args, plan.widths, indices, strict=True):
        if column.layout is not layout:
            column = _adapted(column, layout, plan.profile)
        arrays.append(column.data)
        if column.lengths is not None:
            if column.data.shape[1] != width:
                raise ValueError(f"a column of rows {column.data.shape[1]} wide was not made for the profile {plan.profile.name!r}")
            if column.ends is not None:
                arrays.append(column.ends)
            arrays.append(column.lengths)
        if index is None:
            index = _first(num)
        elif index.dtype != np.int32 or not index.flags.c_contiguous:
            index = np.ascontiguousarray(index, np.int32)
        arrays.append(index)
    return arrays


def _adapted(column: Column, layout: Layout, profile: Profile) -> Column:
    """The column with wide text or, if it holds empty lists only, as lists of another type."""
    return zeros(layout, column.num_rows, profile) if column.layout is EMPTY else column.wide()


_numbers = np.arange(1024, dtype=np.int32)


def _first(count: int) -> Array:
    """The numbers below `count`."""
    global _numbers
    if count > len(_numbers):
        _numbers = np.arange(2 * count, dtype=np.int32)
    return _numbers[:count]


# ---------------------------------------------------------------- without a kernel


def _by_reference(plan: Plan, args: Sequence[Column], indices: Sequence[Index], examples: int) -> Applied:
    """What the op's reference gives for every row."""
    assert plan.op.reference is not None
    results: list[Value | Stuck] = []
    for values in _rows(args, indices, examples):
        result = plan.op.reference(plan.profile, *values)
        if type(result) is int and plan.result is not INT_ROWS:
            # With `undefined="zero"` the head of a list without items is 0; a reference cannot tell a list of ints from others there.
            result = UNDEFINED
        results.append(result if isinstance(result, Stuck) else check(result, plan.profile))
    status = np.array([CODES[r.reason] if isinstance(r, Stuck) else 0 for r in results], np.uint8)
    filler = _filler(plan.result)
    kept = [filler if isinstance(r, Stuck) else r for r in results]
    wide = plan.result.dtype == "uint32"
    return Applied(pack(kept, plan.result.kind, plan.profile, wide=wide), status, int(status.max(initial=0)))


def _matches_by_reference(plan: Plan, args: Sequence[Column], indices: Sequence[Index], target: Column, examples: int) -> Array:
    assert plan.op.reference is not None
    wanted = decode(target)
    hits, rows = [], list(_rows(args, indices, examples))
    for c in range(len(rows) // examples):
        mine = rows[c * examples : (c + 1) * examples]
        # A stuck result equals no value, and one outside the limits cannot be in the target.
        if all(plan.op.reference(plan.profile, *values) == want for values, want in zip(mine, wanted, strict=True)):
            hits.append(c)
    return np.array(hits, np.int32)


def _rows(args: Sequence[Column], indices: Sequence[Index], examples: int) -> zip[tuple[Value, ...]]:
    """The arguments of every row, as plain values."""
    columns = []
    for column, index in zip(args, indices, strict=True):
        rows = None if index is None else (np.asarray(index)[:, None].astype(np.int64) * examples + np.arange(examples)).ravel()
        columns.append(decode(column, rows))
    return zip(*columns, strict=True)


def _filler(layout: Layout) -> Value:
    if layout.is_text and layout.letter == "s":
        return ""
    return 0 if layout is INT_ROWS else False if layout is BOOL_ROWS else ()
