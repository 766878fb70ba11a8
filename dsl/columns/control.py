"""Control words on many rows. Words that only order their quotations run by their own definition; those that decide split the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dsl.columns.layout import BOOL_ROWS, INT_ROWS, Array, Layout
from dsl.columns.slots import Slot, merge
from dsl.errors import StackError, TypeMismatch
from dsl.machine import Body
from dsl.ops.table import Op
from dsl.values import FUEL, Stuck

if TYPE_CHECKING:  # `run` imports this module
    from dsl.columns.run import Rows, Stack


def run(rows: Rows, op: Op, stack: Stack, bodies: tuple[Body, ...], path: tuple[int, ...]) -> Stack | Stuck:
    """The stack after a control word, given the stack without its quotations."""
    if op.name == "if":
        return _branch(rows, stack[:-1], numbers(stack[-1], BOOL_ROWS) != 0, *bodies)
    if op.name == "when":
        return _branch(rows, stack[:-1], numbers(stack[-1], BOOL_ROWS) != 0, bodies[0], None)
    if op.name == "times":
        return _times(rows, stack[:-1], numbers(stack[-1], INT_ROWS), bodies[0])
    assert op.control is not None
    return op.control(rows.execute, stack, *bodies)


def numbers(slot: Slot, layout: Layout) -> Array:
    """The ints or flags in a slot. Raises `TypeMismatch` if it holds something else."""
    if slot.column.layout is not layout:
        raise TypeMismatch(f"expected {layout.kind}, got {slot.column.kind}")
    return slot.numbers()


def taken(stack: Stack, rows: Array) -> Stack:
    """The stack of some rows."""
    return tuple(value.take(rows) if isinstance(value, Slot) else value for value in stack)


def _branch(rows: Rows, stack: Stack, flags: Array, then: Body, otherwise: Body | None) -> Stack | Stuck:
    """One body on the rows with a flag, the other (None: nothing) on the others."""
    parts = []
    for mine, body in ((flags, then), (~flags, otherwise)):
        chosen = np.flatnonzero(mine & (rows.status == 0)).astype(np.int32)
        if len(chosen) == rows.num_running:
            return stack if body is None else rows.execute(body, stack)
        if len(chosen) == 0:
            continue
        after: Stack | Stuck = taken(stack, chosen)
        if body is not None:
            part = rows.part(chosen)
            after = part.execute(body, after)
            rows.absorb(chosen, part)
        if not isinstance(after, Stuck):
            parts.append((chosen, after))
    return joined(rows, parts)


def _times(rows: Rows, stack: Stack, counts: Array, body: Body) -> Stack | Stuck:
    """The body so many times on each row. Rows leave the loop when their count is reached."""
    if not body.words:
        return stack
    done: list[tuple[Array, Stack]] = []
    mine, rounds = rows.running(), 0
    part, after = rows.part(mine), taken(stack, mine)
    while True:
        going = (counts[mine] > rounds) & (part.status == 0)
        if not going.all():
            rows.absorb(mine, part)
            ended = np.flatnonzero((counts[mine] <= rounds) & (part.status == 0))
            if len(ended):
                done.append((mine[ended], taken(after, ended)))
            kept = np.flatnonzero(going)
            if len(kept) == 0:
                return joined(rows, done)
            mine, after = mine[kept], taken(after, kept)
            part = rows.part(mine)
        after = part.execute(body, after)
        if isinstance(after, Stuck):
            rows.absorb(mine, part)
            return joined(rows, done)
        rounds += 1


def joined(rows: Rows, parts: list[tuple[Array, Any]]) -> Stack | Stuck:
    """The stacks of disjoint sets of rows as one. Raises `StackError` if they have different shapes."""
    if not parts:
        return FUEL
    heights = {len(stack) for _, stack in parts}
    if len(heights) > 1:
        raise StackError(f"branches leave stacks of different heights: {', '.join(map(str, sorted(heights)))}")
    places = []
    for values in zip(*(stack for _, stack in parts), strict=True):
        if all(isinstance(value, Slot) for value in values):
            slots = [(chosen, value) for (chosen, _), value in zip(parts, values, strict=True)]
            places.append(merge(slots, rows.num, rows.machine.profile))
        elif all(value == values[0] for value in values):
            places.append(values[0])
        else:
            raise StackError("branches leave different quotations")
    return tuple(places)
