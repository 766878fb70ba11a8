"""The reference machine: runs a program on plain Python values, exactly. The specification and the oracle of the columnar one.

Counting. Every executed word, literal and constant costs one unit of fuel; a quotation literal costs nothing. Each call of
a quotation by a higher-order word (map, fold, ...) starts with the fuel that the word itself had, and the word gets stuck
(`fuel`) once its calls together have used more than that: elements are independent of each other, so that the columnar
machine may run them side by side and agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dsl.ops.table import Op
from dsl.program import Constant, Instruction, Program, Push, Quotation
from dsl.types import BOOL, INT, STR, Effect, ListOf, Type, Var
from dsl.values import DEFAULT, FUEL, SIZE, TYPE, UNDERFLOW, Profile, Stuck, Value, check

MAX_CALLS = 64
"""Deepest nesting of running quotations and definitions; deeper is `Stuck(size)`. Keeps the machine far from Python's own recursion limit."""


@dataclass(frozen=True, slots=True)
class Step:
    """One executed instruction: its path (see `Stuck.at`), the stack before it, and the stack after it or why it got stuck.

    Steps inside a quotation or definition come before the step of the word that ran it, and have longer paths.
    """

    path: tuple[int, ...]
    instruction: Instruction
    before: tuple[Value, ...]
    after: tuple[Value, ...] | Stuck


@dataclass(frozen=True, slots=True)
class Body:
    """A quotation on the running stack: its words and where they stand. Only combinators ever see one."""

    words: tuple[Instruction, ...]
    path: tuple[int, ...]


def run(
    program: Program, inputs: Sequence[Value] = (), *, constants: Sequence[Value] = (), profile: Profile = DEFAULT
) -> tuple[Value, ...] | Stuck:
    """The final stack, top last, after running on `inputs` (pushed in order); or why the run got stuck. The answer is the top value."""
    return _Run(program, tuple(constants), profile, None).start(tuple(inputs))


def answer(program: Program, inputs: Sequence[Value] = (), *, constants: Sequence[Value] = (), profile: Profile = DEFAULT) -> Value | Stuck:
    """The top of the final stack, which is what a program computes; `Stuck(underflow)` if the final stack is empty."""
    stack = run(program, inputs, constants=constants, profile=profile)
    return stack if isinstance(stack, Stuck) else stack[-1] if stack else UNDERFLOW


def steps(program: Program, inputs: Sequence[Value] = (), *, constants: Sequence[Value] = (), profile: Profile = DEFAULT) -> list[Step]:
    """Every executed instruction in order. A stuck run ends with the step that failed, after which come those of the words that were running it."""
    trace: list[Step] = []
    _Run(program, tuple(constants), profile, trace).start(tuple(inputs))
    return trace


class _Run:
    """One run: its fuel, and the program's definitions and constants."""

    def __init__(self, program: Program, constants: tuple[Value, ...], profile: Profile, trace: list[Step] | None) -> None:
        from dsl.ops import OPS  # the families import this module's neighbours

        self.ops = OPS
        self.body = program.body
        self.definitions = {d.name: d.body for d in program.definitions}
        self.constants = constants
        self.profile = profile
        self.trace = trace
        self.fuel = profile.fuel
        self.calls = 0

    def start(self, inputs: tuple[Value, ...]) -> tuple[Value, ...] | Stuck:
        """Runs the program's body; inputs outside the profile's limits are stuck before the first word."""
        for value in (*inputs, *self.constants):
            checked = check(value, self.profile)
            if isinstance(checked, Stuck):
                return Stuck(checked.reason, (), "an input or constant is outside the limits of the profile")
        stack = self.execute(Body(self.body, ()), inputs)
        if not isinstance(stack, Stuck) and any(isinstance(value, Body) for value in stack):
            return Stuck(TYPE.reason, (), "a quotation is left on the stack")
        return stack

    def execute(self, body: Body, stack: tuple[Any, ...]) -> tuple[Any, ...] | Stuck:
        """The stack after all the words of a body."""
        self.calls += 1
        for index, instruction in enumerate(body.words):
            path = (*body.path, index)
            if self.calls > MAX_CALLS:
                after: tuple[Any, ...] | Stuck = SIZE
            else:
                after = self.one(instruction, stack, path)
            if isinstance(after, Stuck):
                after = after if after.at else Stuck(after.reason, path, after.detail)
            elif len(after) > self.profile.max_stack:
                after = Stuck(SIZE.reason, path)
            if self.trace is not None and not isinstance(instruction, Quotation):
                self.trace.append(Step(path, instruction, stack, after))
            if isinstance(after, Stuck):
                self.calls -= 1
                return after
            stack = after
        self.calls -= 1
        return stack

    def one(self, instruction: Instruction, stack: tuple[Any, ...], path: tuple[int, ...]) -> tuple[Any, ...] | Stuck:
        """The stack after one instruction."""
        if isinstance(instruction, Quotation):
            return (*stack, Body(instruction.body, path))
        if self.fuel <= 0:
            return FUEL
        self.fuel -= 1
        if isinstance(instruction, Push):
            value = check(instruction.value, self.profile)
            return value if isinstance(value, Stuck) else (*stack, value)
        if isinstance(instruction, Constant):
            if instruction.index >= len(self.constants):
                return Stuck(UNDERFLOW.reason, path, f"c{instruction.index} has no value")
            return (*stack, self.constants[instruction.index])
        if instruction.name in self.definitions:
            return self.execute(Body(self.definitions[instruction.name], path), stack)
        return self.apply(self.ops[instruction.name], stack)

    def apply(self, op: Op, stack: tuple[Any, ...]) -> tuple[Any, ...] | Stuck:
        """The stack after one op of the table."""
        pops = op.type.pops
        if len(stack) < pops:
            return UNDERFLOW
        args = stack[len(stack) - pops :]
        if not _fits(op.type.before.types, args):
            return TYPE
        rest = stack[: len(stack) - pops]
        if op.routing is not None:
            return (*rest, *(args[i] for i in op.routing))
        num_values = op.num_args
        if op.control is not None:
            return op.control(self.execute, (*rest, *args[:num_values]), *args[num_values:])
        assert op.reference is not None
        if op.num_quotations:
            return self.each(op, rest, args[:num_values], args[num_values:])
        value = op.reference(self.profile, *args)
        if not isinstance(value, Stuck):
            value = check(value, self.profile)
        return value if isinstance(value, Stuck) else (*rest, value)

    def each(self, op: Op, rest: tuple[Any, ...], args: tuple[Any, ...], bodies: tuple[Body, ...]) -> tuple[Any, ...] | Stuck:
        """A higher-order word: its reference calls the bodies on elements; fuel is shared as the module's docstring says."""
        budget = self.fuel
        used = 0

        def call(body: Body) -> Callable[..., Any]:
            def on(*elements: Value) -> Value | Stuck:
                nonlocal used
                self.fuel = budget
                stack = self.execute(body, (*rest, *elements))
                used += budget - self.fuel
                if isinstance(stack, Stuck):
                    return stack
                if used > budget:
                    return FUEL
                # An empty result stack cannot come from a well-typed body, but an untyped run may do it.
                return stack[-1] if stack and not isinstance(stack[-1], Body) else TYPE

            return on

        assert op.reference is not None
        value = op.reference(self.profile, *args, *map(call, bodies))
        self.fuel = budget - used
        if isinstance(value, Stuck):
            return value
        value = check(value, self.profile)
        return value if isinstance(value, Stuck) else (*rest, value)


def _fits(wanted: tuple[Type, ...], args: tuple[Any, ...]) -> bool:
    """Whether running values have the types that an op wants. Lists are homogeneous, so their first item decides; an empty list fits any list."""
    variables: dict[str, Any] = {}
    return all(_fits_one(kind, value, variables) for kind, value in zip(wanted, args, strict=True))


def _fits_one(kind: Type, value: Any, variables: dict[str, Any]) -> bool:
    if isinstance(kind, Effect) or isinstance(value, Body):
        return isinstance(kind, Effect) and isinstance(value, Body)
    if kind == INT:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == BOOL:
        return isinstance(value, bool)
    if kind == STR:
        return isinstance(value, str)
    if isinstance(kind, ListOf):
        if not isinstance(value, tuple):
            return False
        return not value or _fits_one(kind.item, next((v for v in value if v != ()), value[0]), variables)
    assert isinstance(kind, Var)
    if kind.name not in variables:
        variables[kind.name] = value
        return True
    return _alike(variables[kind.name], value)


def _alike(a: Any, b: Any) -> bool:
    """Whether two values can have one type."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return not a or not b or _alike(a[0], b[0])
    return type(a) is type(b)
