"""Dead words of a program: those that nothing on the final stack depends on, and those that change nothing.

Every value on the stack is followed with the words that had a part in it. It is a question of syntax: a word is alive if its
result is used, even where it makes no difference (`0 +`, or a `swap` before `+`).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from dsl.machine import Body
from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.program import Program, Quotation, Word
from dsl.types import Effect

Path: TypeAlias = "tuple[int, ...]"
Makers: TypeAlias = "frozenset[Path]"


class Slot(NamedTuple):
    """One value on the stack."""

    ident: int
    """The same for copies of one value."""
    makers: Makers
    """Paths of the words that had a part in it."""


def dead_words(program: Program, num_inputs: int = 0) -> list[Path]:
    """Paths of the dead words, literals and constants of a well-typed program, in reading order.

    `drop` and `nip` are dead only where they bring back an earlier stack; what they throw away may be dead anywhere.
    """
    flow = _Flow(program)
    stack = flow.execute(Body(program.body, ()), tuple(flow.slot() for _ in range(num_inputs)))
    used = frozenset().union(*(slot.makers for slot in stack))
    return sorted((flow.makers - used) | flow.idle)


class _Flow:
    """One run on slots in the place of values. Both branches of a conditional run, and a loop runs twice."""

    def __init__(self, program: Program) -> None:
        self.definitions = {d.name: d.body for d in program.definitions}
        self.makers: set[Path] = set()
        """Words that made a value, a copy, or another order."""
        self.idle: set[Path] = set()
        """Words that left a stack as it had been before."""
        self._idents = itertools.count()

    def slot(self, makers: Makers = frozenset()) -> Slot:
        """A new value."""
        return Slot(next(self._idents), makers)

    def execute(self, body: Body, stack: tuple[Any, ...]) -> tuple[Any, ...]:
        """The stack after a body."""
        seen = {_idents(stack)}
        for index, instruction in enumerate(body.words):
            path = (*body.path, index)
            if isinstance(instruction, Quotation):
                stack = (*stack, Body(instruction.body, path))
            elif not isinstance(instruction, Word):
                self.makers.add(path)
                stack = (*stack, self.slot(frozenset({path})))
            elif instruction.name in self.definitions:
                stack = self.execute(Body(self.definitions[instruction.name], path), stack)
            else:
                op = OPS[instruction.name]
                stack = self._apply(op, stack, path)
                if op.kind in ("route", "control") and _idents(stack) in seen:
                    self.idle.add(path)
            seen.add(_idents(stack))
        return stack

    def _apply(self, op: Op, stack: tuple[Any, ...], path: Path) -> tuple[Any, ...]:
        rest, args = stack[: len(stack) - op.type.pops], stack[len(stack) - op.type.pops :]
        if op.routing is not None:
            return (*rest, *self._routed(op.routing, args, path))
        values, bodies = args[: op.num_args], args[op.num_args :]
        if op.name in ("if", "when", "times"):
            return self._decide(op, (*rest, *values[:-1]), values[-1], bodies)
        if op.control is not None:
            after = op.control(self.execute, (*rest, *values), *bodies)
            if _idents(after) == _idents((*rest, *values)):
                self.idle.add(path)
            return after
        self.makers.add(path)
        makers = frozenset({path}).union(*(value.makers for value in values))
        return (*rest, self.slot(makers.union(*(self._results(op, rest, makers - {path}, body, k) for k, body in enumerate(bodies)))))

    def _routed(self, routing: Sequence[int], args: Sequence[Slot], path: Path) -> list[Slot]:
        """The arguments in their new order; those that do not stay where they were are the route's work."""
        if routing and tuple(routing) != (1,):  # `drop` and `nip` make nothing
            self.makers.add(path)
        return [args[i] if i == place else Slot(args[i].ident, args[i].makers | {path}) for place, i in enumerate(routing)]

    def _results(self, op: Op, below: tuple[Any, ...], makers: Makers, body: Body, position: int) -> Makers:
        """What the result of a quotation that runs on elements depends on; whatever else it leaves is thrown away."""
        kind = op.type.before.types[op.num_args + position]
        assert isinstance(kind, Effect)
        elements = tuple(self.slot(makers) for _ in kind.before.types)
        return self.execute(body, (*below, *elements))[-1].makers

    def _decide(self, op: Op, stack: tuple[Any, ...], decider: Slot, bodies: tuple[Body, ...]) -> tuple[Any, ...]:
        """Of every way that a conditional or loop may take; a value that is not the same on all ways depends on what decides."""
        ways = [self.execute(body, stack) for body in bodies]
        if op.name == "times":
            ways.append(self.execute(bodies[0], ways[0]))
        if op.name != "if":
            ways.append(stack)
        merged = []
        for slots in zip(*ways, strict=True):
            same = len({slot.ident for slot in slots}) == 1
            makers = frozenset().union(*(slot.makers for slot in slots))
            merged.append(Slot(slots[0].ident, makers) if same else self.slot(makers | decider.makers))
        return tuple(merged)


def _idents(stack: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(slot.path if isinstance(slot, Body) else slot.ident for slot in stack)
