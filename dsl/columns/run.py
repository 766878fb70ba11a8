"""One program on many rows at once: the columnar machine. It agrees with `dsl.machine` on every well-typed program, reasons and paths of stuck rows included.

The stack is one for all rows; each of its places is a `Slot`. A row that gets stuck stays where it is, marked, and what is computed
for it afterwards is ignored. Branches and elements of lists run as rows of their own, which see the stack below by index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from dsl.columns import control, each
from dsl.columns.layout import EMPTY, INT_ROWS, INTS, LISTS, Array, Column, decode, pack, zeros
from dsl.columns.slots import Slot
from dsl.columns.step import apply
from dsl.errors import TypeMismatch
from dsl.kernels import FUEL, RANGE, SIZE, TYPE, UNDERFLOW
from dsl.machine import MAX_CALLS, Body
from dsl.ops.table import Op
from dsl.program import Constant, Instruction, Program, Push, Quotation
from dsl.types import Effect, Type, type_of
from dsl.values import CODES, DEFAULT, REASONS, Profile, Stuck, Value, check
from dsl.values import FUEL as ALL_STUCK

Stack: TypeAlias = "tuple[Any, ...]"
"""Slots and, for a moment, quotations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One instruction of the program's own body (not of a quotation), as it ran on all rows."""

    instruction: Instruction
    before: tuple[Slot, ...]
    after: tuple[Slot, ...]
    """The stack after it; empty if no row got that far."""
    status: Array
    """Status of each row after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a program ended on many rows."""

    stack: tuple[Slot, ...]
    """The final stacks; they mean something for rows that are not stuck."""
    status: Array
    """uint8 for each row: 0, or the code of the reason why it got stuck."""
    places: Array
    """For a stuck row: which of `paths` it got stuck at."""
    paths: tuple[tuple[int, ...], ...]
    moments: tuple[Moment, ...]
    """The instructions in order, if asked for."""

    def stuck(self, row: int) -> Stuck | None:
        """Why a row got stuck, if it did."""
        code = int(self.status[row])
        return Stuck(REASONS[code - 1], self.paths[self.places[row]]) if code else None

    def stacks(self) -> list[tuple[Value, ...] | Stuck]:
        """What `dsl.machine.run` gives, row by row."""
        places = [decode(slot.gathered()) for slot in self.stack]
        return [self.stuck(row) or tuple(place[row] for place in places) for row in range(len(self.status))]

    def answers(self) -> list[Value | Stuck]:
        """What `dsl.machine.answer` gives, row by row."""
        values = decode(self.stack[-1].gathered()) if self.stack else [Stuck(REASONS[UNDERFLOW - 1])] * len(self.status)
        return [self.stuck(row) or value for row, value in enumerate(values)]


def run_columns(
    program: Program,
    inputs: Sequence[Column],
    *,
    constants: Sequence[Value] = (),
    profile: Profile = DEFAULT,
    num_rows: int | None = None,
    record: bool = False,
) -> Outcome:
    """Runs a program on every row of the input columns, which are pushed in order. `record` keeps the stack around every instruction.

    `num_rows` is needed only where there are no inputs. A program that does not type-check may raise `StackError` where
    different rows would leave stacks of different types.
    """
    num = inputs[0].num_rows if inputs else num_rows or 1
    machine = Machine(program, tuple(constants), profile, record)
    rows = Rows(machine, np.full(num, profile.fuel, np.int64), 0)
    stack: Stack | Stuck = tuple(Slot(column) for column in inputs)
    rows.stick(machine.outside(inputs, num), ())
    if rows.num_running:
        stack = rows.execute(Body(program.body, ()), stack)
    if not isinstance(stack, Stuck) and any(isinstance(value, Body) for value in stack):
        rows.stick_all(TYPE, ())
    return Outcome(
        stack=() if isinstance(stack, Stuck) or not rows.num_running else stack,
        status=rows.status,
        places=rows.places,
        paths=tuple(machine.paths),
        moments=tuple(machine.moments),
    )


class Machine:
    """What all rows of one run share."""

    def __init__(self, program: Program, constants: tuple[Value, ...], profile: Profile, record: bool) -> None:
        from dsl.ops import OPS  # the table's families import this package's neighbours

        self.ops = OPS
        self.definitions = {d.name: d.body for d in program.definitions}
        self.constants = constants
        self.profile = profile
        self.record = record
        self.moments: list[Moment] = []
        self.paths: dict[tuple[int, ...], int] = {}

    def place(self, path: tuple[int, ...]) -> int:
        """The number of a path."""
        return self.paths.setdefault(path, len(self.paths))

    def outside(self, inputs: Sequence[Column], num: int) -> Array:
        """For each row the code of RANGE if an input is outside the profile's ints, else 0; for all rows if a constant is outside its limits."""
        codes = np.zeros(num, np.uint8)
        for column in inputs:
            if column.layout in (INT_ROWS, INTS, LISTS):
                low, high = self.profile.int_min, self.profile.int_max
                # The zeros past a row's length may lie outside, too, so values that the profile lacks are looked for among the items.
                if column.data.min(initial=0) < low or column.data.max(initial=0) > high or low > 0 or high < 0:
                    codes[[isinstance(check(value, self.profile), Stuck) for value in decode(column)]] = RANGE
        for value in self.constants:
            checked = check(value, self.profile)
            if isinstance(checked, Stuck):
                codes[codes == 0] = CODES[checked.reason]
        return codes


@lru_cache(maxsize=10_000)
def _literal(value: Value, kind: Type, profile: Profile) -> Column:
    return pack([value], kind, profile)


class Rows:
    """Rows that run side by side: why and where some are stuck, how much fuel each has, and how deeply quotations are nested."""

    def __init__(self, machine: Machine, fuel: Array, calls: int) -> None:
        self.machine = machine
        self.num = len(fuel)
        self.num_running = self.num
        self.status = np.zeros(self.num, np.uint8)
        self.places = np.zeros(self.num, np.int32)
        self.calls = calls
        self._fuel = fuel
        self._spent = 0
        # No running row has less than this; so long as less is spent, no row need be looked at.
        self._least = int(fuel.min(initial=0))

    # ------------------------------------------------------------ stuck rows and fuel

    def stick(self, codes: Array, path: tuple[int, ...]) -> None:
        """Running rows with a code other than 0 get stuck for that reason."""
        self.stick_at(codes, np.full(self.num, self.machine.place(path), np.int32))

    def stick_at(self, codes: Array, places: Array) -> None:
        """As `stick`, each row at a place of its own."""
        fresh = (codes != 0) & (self.status == 0)
        self.status[fresh] = codes[fresh]
        self.places[fresh] = places[fresh]
        self.num_running = self.num - int(np.count_nonzero(self.status))

    def stick_all(self, code: int, path: tuple[int, ...]) -> Stuck:
        """Every running row gets stuck."""
        self.stick(np.full(self.num, code, np.uint8), path)
        return ALL_STUCK

    def running(self) -> Array:
        """Numbers of the rows that are not stuck."""
        return np.flatnonzero(self.status == 0).astype(np.int32)

    def fuel(self) -> Array:
        """Fuel that each row has left."""
        if self._spent:
            self._fuel = self._fuel - self._spent
            self._spent = 0
            self._least = 0
        return self._fuel

    def set_fuel(self, fuel: Array) -> None:
        """Fuel of every row from here on."""
        self._fuel, self._spent, self._least = fuel, 0, 0

    def _charge(self, path: tuple[int, ...]) -> None:
        """One unit of fuel; rows that have none get stuck."""
        if self._spent >= self._least:
            fuel = self.fuel()
            dry = (fuel <= 0) & (self.status == 0)
            if dry.any():
                self.stick(dry * np.uint8(FUEL), path)
            self._least = int(fuel[self.status == 0].min(initial=self.machine.profile.fuel))
        self._spent += 1

    # ------------------------------------------------------------ running

    def execute(self, body: Body, stack: Stack) -> Stack | Stuck:
        """The stack after all the words of a body; a `Stuck` of no meaning if every row is."""
        self.calls += 1
        try:
            for index, instruction in enumerate(body.words):
                path = (*body.path, index)
                after = self.stick_all(SIZE, path) if self.calls > MAX_CALLS else self._one(instruction, stack, path)
                if not isinstance(after, Stuck) and len(after) > self.machine.profile.max_stack:
                    after = self.stick_all(SIZE, path)
                if self.machine.record and not body.path and not isinstance(instruction, Quotation):
                    self._note(instruction, stack, after)
                if isinstance(after, Stuck) or not self.num_running:
                    return ALL_STUCK
                stack = after
            return stack
        finally:
            self.calls -= 1

    def _note(self, instruction: Instruction, before: Stack, after: Stack | Stuck) -> None:
        left = () if isinstance(after, Stuck) else tuple(slot for slot in after if isinstance(slot, Slot))
        slots = tuple(slot for slot in before if isinstance(slot, Slot))
        self.machine.moments.append(Moment(instruction=instruction, before=slots, after=left, status=self.status.copy()))

    def _one(self, instruction: Instruction, stack: Stack, path: tuple[int, ...]) -> Stack | Stuck:
        """The stack after one instruction."""
        if isinstance(instruction, Quotation):
            return (*stack, Body(instruction.body, path))
        self._charge(path)
        if not self.num_running:
            return ALL_STUCK
        if isinstance(instruction, Push):
            return self._push(instruction.value, instruction.type, stack, path)
        if isinstance(instruction, Constant):
            if instruction.index >= len(self.machine.constants):
                return self.stick_all(UNDERFLOW, path)
            value = self.machine.constants[instruction.index]
            return self._push(value, type_of(value), stack, path)
        if instruction.name in self.machine.definitions:
            return self.execute(Body(self.machine.definitions[instruction.name], path), stack)
        return self._apply(self.machine.ops[instruction.name], stack, path)

    def _push(self, value: Value, kind: Type, stack: Stack, path: tuple[int, ...]) -> Stack | Stuck:
        checked = check(value, self.machine.profile)
        if isinstance(checked, Stuck):
            return self.stick_all(CODES[checked.reason], path)
        return (*stack, Slot(_literal(value, kind, self.machine.profile), np.zeros(self.num, np.int32)))

    def _apply(self, op: Op, stack: Stack, path: tuple[int, ...]) -> Stack | Stuck:
        """The stack after one op of the table."""
        wanted = op.type.before.types
        if len(stack) < len(wanted):
            return self.stick_all(UNDERFLOW, path)
        rest, args = stack[: len(stack) - len(wanted)], stack[len(stack) - len(wanted) :]
        if any(isinstance(kind, Effect) != isinstance(value, Body) for kind, value in zip(wanted, args, strict=True)):
            return self.stick_all(TYPE, path)
        if op.routing is not None:
            return (*rest, *(args[i] for i in op.routing))
        try:
            if op.control is not None:
                return control.run(self, op, (*rest, *args[: op.num_args]), args[op.num_args :], path)
            if op.num_quotations:
                return each.run(self, op, rest, args[: op.num_args], args[op.num_args :], path)
            return self._value(op, rest, args, path)
        except TypeMismatch:
            return self.stick_all(TYPE, path)

    def _value(self, op: Op, rest: Stack, args: tuple[Slot, ...], path: tuple[int, ...]) -> Stack | Stuck:
        profile = self.machine.profile
        try:
            result = apply(op, [slot.column for slot in args], [slot.index for slot in args], profile=profile)
        except TypeMismatch:
            # An empty list may have got a narrower type on its way than it needs here, as in `[] singleton head [true] ++`.
            args = tuple(self._untyped(slot) for slot in args)
            result = apply(op, [slot.column for slot in args], [slot.index for slot in args], profile=profile)
        if result.worst:
            self.stick(result.status, path)
        return (*rest, Slot(result.column)) if self.num_running else ALL_STUCK

    def _untyped(self, slot: Slot) -> Slot:
        """The slot as lists of no type, if no running row holds an item."""
        if slot.column.lengths is None or slot.column.layout.letter == "s" or slot.lengths()[self.status == 0].any():
            return slot
        return Slot(zeros(EMPTY, 1, self.machine.profile), np.zeros(self.num, np.int32))

    # ------------------------------------------------------------ parts

    def part(self, rows: Array, fuel: Array | None = None) -> Rows:
        """Some rows (each may occur many times) as rows of their own, with their fuel."""
        return Rows(self.machine, self.fuel()[rows] if fuel is None else fuel, self.calls)

    def absorb(self, rows: Array, part: Rows) -> None:
        """Takes over from a part, which ran rows of these numbers, what became of them."""
        codes, places = np.zeros(self.num, np.uint8), np.zeros(self.num, np.int32)
        codes[rows], places[rows] = part.status, part.places
        fuel = self.fuel().copy()
        fuel[rows] = part.fuel()
        self.set_fuel(fuel)
        self.stick_at(codes, places)
