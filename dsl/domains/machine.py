"""The abstract machine: runs the words of a program on abstract stacks, and takes them back. `dsl.analysis` is its face."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from dsl.domains import numbers, ranges
from dsl.domains.apply import apply_op, narrow_op, restrict
from dsl.domains.base import Context
from dsl.domains.higher_order import UNROLLED
from dsl.domains.product import BOTTOM, TOP, Abstract, reduce
from dsl.domains.transfers import boolean, integer, verdict
from dsl.errors import StackError
from dsl.machine import Body
from dsl.ops.table import Op
from dsl.program import Constant, Instruction, Program, Push, Quotation, Word
from dsl.types import BOOL, INT
from dsl.values import UNDEFINED, Profile, Stuck, check

BUDGET = 20_000
"""Words that one analysis may execute."""
MAX_DEPTH = 32
"""Deepest nesting of quotations and definitions that it follows: each level costs about a dozen of Python's own calls."""
WINDOW = 12
"""So many words before a conditional are looked at again to learn what its flag says of the stack."""

Stack: TypeAlias = "tuple[Any, ...]"
"""Abstract values, top last, and the quotations that wait for their combinator (`dsl.machine.Body`)."""
NO_STACK = UNDEFINED
"""Stands for a stack that cannot be, whatever the reason."""


@dataclass(frozen=True, slots=True)
class AbstractStep:
    """One instruction with the join of all the stacks that it may meet, and of those it may leave; `None` where it certainly gets stuck.

    Paths are those of `dsl.machine.steps`; a word that runs many times has one step.
    """

    path: tuple[int, ...]
    instruction: Instruction
    before: Stack
    after: Stack | None


class GaveUp(Exception):
    """The budget is spent, or quotations are nested too deep; caught by `dsl.analysis`."""


class Quoted:
    """A quotation as higher-order transfer functions call it: on the stack below, afresh each time."""

    def __init__(self, machine: AbstractMachine, body: Body, below: Stack) -> None:
        self.machine = machine
        self.body = body
        self.below = below

    def __call__(self, *args: Abstract) -> Abstract:
        after = self.machine.execute(self.body, (*self.below, *args))
        return BOTTOM if isinstance(after, Stuck) or not after else after[-1]

    def narrow(self, wanted: Abstract, *args: Abstract) -> tuple[Abstract, ...]:
        """The arguments for which the quotation may give `wanted`."""
        before = self.machine.back(self.body, (*self.below, *args), (wanted,))
        return (BOTTOM,) * len(args) if isinstance(before, Stuck) else before[len(before) - len(args) :]


class AbstractMachine:
    """One analysis of one program."""

    def __init__(self, program: Program, profile: Profile, domains: Collection[str], constants: Sequence[Abstract]) -> None:
        from dsl.ops import OPS  # the families import this module's neighbours

        self.ops = OPS
        self.ctx = Context(profile)
        self.domains = domains
        self.constants = tuple(map(self.known, constants))
        self.definitions = {d.name: d.body for d in program.definitions}
        self.trace: dict[tuple[int, ...], AbstractStep] | None = None
        """Where steps are recorded, by path; None for no recording."""
        self.budget = BUDGET
        self.depth = 0

    def known(self, value: Abstract) -> Abstract:
        """The part of a value that the domains in use can say."""
        return reduce(value, self.ctx.profile).only(self.domains)

    def execute(self, body: Body, stack: Stack) -> Stack | Stuck:
        """The stack after all the words of a body."""
        start = self.met(stack, stack)
        if isinstance(start, Stuck):
            return NO_STACK
        way = self.follow(body, start)
        return way[-1][2] if way else start

    def follow(self, body: Body, stack: Stack) -> list[tuple[Instruction, Stack, Stack | Stuck]]:
        """Every instruction of a body with the stack before and after it, up to the first that certainly gets stuck."""
        way: list[tuple[Instruction, Stack, Stack | Stuck]] = []
        self.depth += 1
        for index, instruction in enumerate(body.words):
            self.budget -= 1
            if self.budget < 0 or self.depth > MAX_DEPTH:
                raise GaveUp
            path = (*body.path, index)
            after = self.one(instruction, stack, path, way)
            if not isinstance(after, Stuck) and (len(after) > self.ctx.profile.max_stack or _is_impossible(after)):
                after = NO_STACK
            if self.trace is not None and not isinstance(instruction, Quotation):
                _record(self.trace, AbstractStep(path, instruction, stack, None if isinstance(after, Stuck) else after))
            way.append((instruction, stack, after))
            if isinstance(after, Stuck):
                break
            stack = after
        self.depth -= 1
        return way

    def one(self, instruction: Instruction, stack: Stack, path: tuple[int, ...] = (), past: Sequence[Any] = ()) -> Stack | Stuck:
        """The stack after one instruction; `past` is how the body has come to it."""
        if isinstance(instruction, Quotation):
            return (*stack, Body(instruction.body, path))
        if isinstance(instruction, Push):
            fits = not isinstance(check(instruction.value, self.ctx.profile), Stuck)
            return (*stack, self.known(Abstract.of(instruction.value))) if fits else NO_STACK
        if isinstance(instruction, Constant):
            return (*stack, self.constants[instruction.index]) if instruction.index < len(self.constants) else NO_STACK
        if instruction.name in self.definitions:
            return self.execute(Body(self.definitions[instruction.name], path), stack)
        op = self.ops[instruction.name]
        if len(stack) < op.type.pops:
            return NO_STACK
        rest, args, bodies = _split(op, stack)
        if op.control is not None:
            return self.control(op, (*rest, *args), bodies, past)
        if op.routing is not None:
            return (*rest, *(args[i] for i in op.routing))
        return (*rest, *apply_op(op, self.ctx, args, [Quoted(self, body, rest) for body in bodies], self.domains, reduced=True))

    def control(self, op: Op, stack: Stack, bodies: tuple[Body, ...], past: Sequence[Any]) -> Stack | Stuck:
        """Control words do on abstract stacks what they do in the machine, but for the three that look at a value."""
        assert op.control is not None
        if op.name == "times":
            rounds = self.times(stack[:-1], restrict(stack[-1], INT, self.ctx, self.domains), bodies[0])
            return rounds if isinstance(rounds, Stuck) else self.met(rounds, rounds)
        if op.name not in ("if", "when"):
            return op.control(self.execute, stack, *bodies)
        after: Stack | Stuck = NO_STACK
        ways = self.branches(stack, bodies)
        for body, flag in ways:
            start = self.given(flag, past, stack) if len(ways) > 1 else stack
            if not isinstance(start, Stuck):
                after = _joined(after, self.execute(body, start[:-1]) if body else start[:-1])
        return after if isinstance(after, Stuck) else self.met(after, after)

    def branches(self, stack: Stack, bodies: tuple[Body, ...]) -> list[tuple[Body | None, Abstract]]:
        """The bodies (`None` for doing nothing) that the flag on top may choose, each with the flag that does."""
        flag = restrict(stack[-1], BOOL, self.ctx, self.domains)
        if flag.is_bottom:
            return []
        known = verdict(flag)
        ways = [(body, boolean(i == 0).only(self.domains)) for i, body in enumerate((*bodies, None)[:2])]
        return ways if known is None else [ways[not known]]

    def given(self, flag: Abstract, past: Sequence[Any], stack: Stack) -> Stack | Stuck:
        """The stack before a conditional, sharpened by what its flag says of the words just before it: `dup even?` of the number below."""
        words = [step for step in past if not isinstance(step[0], Quotation)][-WINDOW:]
        first = next((i for i in range(len(words), 0, -1) if not self.is_plain(words[i - 1][0])), 0)
        words = words[first:]
        after: Stack | Stuck = self.met(stack, (*stack[:-1], flag))
        for instruction, before, _ in reversed(words):
            if isinstance(after, Stuck):
                return NO_STACK
            after = self.undo(instruction, before, after)
        for instruction, _, _ in words:
            if isinstance(after, Stuck):
                return NO_STACK
            after = self.one(instruction, after)
        return after if isinstance(after, Stuck) else self.met(after, (*stack[:-1], flag))

    def is_plain(self, instruction: Instruction) -> bool:
        """Whether an instruction runs no quotation or definition."""
        if isinstance(instruction, Word):
            return instruction.name not in self.definitions and not self.ops[instruction.name].num_quotations
        return not isinstance(instruction, Quotation)

    def times(self, stack: Stack, count: Abstract, body: Body) -> Stack | Stuck:
        """The join of the stacks after every number of rounds that may be."""
        if count.is_bottom:
            return NO_STACK
        rounds = numbers.bounds(count)
        after: Stack | Stuck = stack if rounds.low <= 0 else NO_STACK
        state: Stack | Stuck = stack
        for number in range(1, UNROLLED + 1):
            if number > rounds.high or isinstance(state, Stuck):
                return after
            state = self.execute(body, state)
            after = _joined(after, state) if number >= rounds.low else after
        return after if rounds.high == UNROLLED or isinstance(state, Stuck) else _joined(after, self.fixpoint(state, body))

    def fixpoint(self, stack: Stack, body: Body) -> Stack:
        """A stack that holds after any number of rounds, none included."""
        while True:
            after = self.execute(body, stack)
            joined = stack if isinstance(after, Stuck) else _slot_by_slot("join", stack, after)
            if joined == stack:
                return stack
            stack = _slot_by_slot("widen", stack, joined)

    # Backwards from here on.

    def back(self, body: Body, stack: Stack, wanted: Stack) -> Stack | Stuck:
        """The part of `stack` from which the body may leave `wanted` on top."""
        trace, self.trace = self.trace, None
        try:
            start = self.met(stack, stack)
            return start if isinstance(start, Stuck) else self.retrace(start, self.follow(body, start), wanted)
        finally:
            self.trace = trace

    def retrace(self, start: Stack, way: list[tuple[Instruction, Stack, Stack | Stuck]], wanted: Stack) -> Stack | Stuck:
        """The part of `start` from which a way may lead to `wanted`."""
        end = way[-1][2] if way else start
        if isinstance(end, Stuck) or len(end) < len(wanted):
            return NO_STACK
        after = self.met(end, (*(TOP,) * (len(end) - len(wanted)), *wanted))
        for instruction, before, _ in reversed(way):
            if isinstance(after, Stuck):
                return NO_STACK
            after = self.undo(instruction, before, after)
        return after

    def met(self, a: Stack, b: Stack) -> Stack | Stuck:
        """What both stacks contain, reduced."""
        met = tuple(x if isinstance(x, Body) else self.known(x.meet(y)) for x, y in zip(a, b, strict=True))
        return NO_STACK if _is_impossible(met) else met

    def undo(self, instruction: Instruction, before: Stack, after: Stack) -> Stack | Stuck:
        """The part of the stack before an instruction that may lead to the stack after it."""
        if not isinstance(instruction, Word):
            return self.met(before, after[:-1])
        if instruction.name in self.definitions:
            return self.back(Body(self.definitions[instruction.name], ()), before, after)
        op = self.ops[instruction.name]
        rest, args, bodies = _split(op, before)
        if op.control is not None:
            undone = self.undo_control(op, (*rest, *args), bodies, after)
            return undone if isinstance(undone, Stuck) else (*undone, *bodies)
        below = len(after) - op.type.pushes
        quoted = [Quoted(self, body, rest) for body in bodies]
        narrowed = narrow_op(op, self.ctx, after[below:], args, quoted, self.domains)
        return self.met(before, (*after[:below], *narrowed, *bodies))

    def undo_control(self, op: Op, stack: Stack, bodies: tuple[Body, ...], after: Stack) -> Stack | Stuck:
        """As `undo`, for control words."""
        if op.name == "times":
            return self.undo_times(stack, bodies[0], after)
        if op.name not in ("if", "when"):
            return self.undo_dataflow(op, stack, bodies, after)
        joined: Stack | Stuck = NO_STACK
        for body, flag in self.branches(stack, bodies):
            part = self.back(body, stack[:-1], after) if body else self.met(stack[:-1], after)
            joined = _joined(joined, part if isinstance(part, Stuck) else (*part, flag))
        return joined if isinstance(joined, Stuck) else self.met(stack, joined)

    def undo_dataflow(self, op: Op, stack: Stack, bodies: tuple[Body, ...], after: Stack) -> Stack | Stuck:
        """As `undo`, for words that only move values and call quotations: run on slot numbers, they show which value went where."""
        assert op.control is not None
        slots = list(stack)
        calls: list[tuple[Body, tuple[int, ...], tuple[int, ...]]] = []

        def call(body: Body, taken: tuple[int, ...]) -> tuple[int, ...] | Stuck:
            left = self.execute(body, tuple(slots[i] for i in taken))
            if isinstance(left, Stuck):
                return left
            given = tuple(range(len(slots), len(slots) + len(left)))
            slots.extend(left)
            calls.append((body, taken, given))
            return given

        def narrow(numbers: tuple[int, ...], values: Stack) -> None:
            for i, value in zip(numbers, values, strict=True):
                slots[i] = self.known(slots[i].meet(value))

        end = op.control(call, tuple(range(len(stack))), *bodies)
        if isinstance(end, Stuck):
            return NO_STACK
        narrow(end, after)
        for body, taken, given in reversed(calls):
            part = self.back(body, tuple(slots[i] for i in taken), tuple(slots[i] for i in given))
            if isinstance(part, Stuck):
                return NO_STACK
            narrow(taken, part)
        return self.met(stack, tuple(slots[: len(stack)]))

    def undo_times(self, stack: Stack, body: Body, after: Stack) -> Stack | Stuck:
        """As `undo`, for `times`: round by round where the rounds are few, else no narrowing."""
        rounds = numbers.bounds(restrict(stack[-1], INT, self.ctx, self.domains))
        if rounds.high > UNROLLED:
            return stack
        joined: Stack | Stuck = NO_STACK
        for count in range(int(max(rounds.low, 0)), int(max(rounds.high, 0)) + 1):
            part = self.back(Body(body.words * count, ()), stack[:-1], after)
            number = integer(ranges.exactly(count) if count else ranges.span(rounds.low, 0)).only(self.domains)
            joined = _joined(joined, part if isinstance(part, Stuck) else (*part, number))
        return joined if isinstance(joined, Stuck) else self.met(stack, joined)


def _is_impossible(stack: Stack) -> bool:
    """Whether some slot holds no value."""
    return any(isinstance(value, Abstract) and value.is_bottom for value in stack)


def _split(op: Op, stack: Stack) -> tuple[Stack, Stack, tuple[Body, ...]]:
    """The stack below an op's arguments, its arguments, its quotations."""
    below, values = len(stack) - op.type.pops, len(stack) - op.num_quotations
    return stack[:below], stack[below:values], stack[values:]


def _record(trace: dict[tuple[int, ...], AbstractStep], step: AbstractStep) -> None:
    """Joins a step into the trace; its place in the order is that of its first completion."""
    old = trace.get(step.path)
    if old is not None:
        after = step.after if old.after is None else old.after if step.after is None else _slot_by_slot("join", old.after, step.after)
        step = AbstractStep(step.path, step.instruction, _slot_by_slot("join", old.before, step.before), after)
    trace[step.path] = step


def _joined(a: Stack | Stuck, b: Stack | Stuck) -> Stack | Stuck:
    """The join of two stacks, one of which may be impossible."""
    if isinstance(a, Stuck) or isinstance(b, Stuck):
        return b if isinstance(a, Stuck) else a
    return _slot_by_slot("join", a, b)


def _slot_by_slot(method: str, a: Stack, b: Stack) -> Stack:
    if len(a) != len(b):
        raise StackError("stacks of unequal height meet: the program is not well typed, see dsl.effects.infer")
    return tuple(x if isinstance(x, Body) else getattr(x, method)(y) for x, y in zip(a, b, strict=True))
