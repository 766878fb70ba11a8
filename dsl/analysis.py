"""What every stack of a program may hold, forwards from abstract inputs and backwards from a wanted result.

An abstract stack is a tuple of `Abstract`, top last. Any subset of the domains may be used; with all of them each value is the
reduced product. Programs must be well typed (`dsl.effects.infer`), since two branches of unequal height have no join.

Soundness: on inputs that the abstract inputs contain, every concrete stack at a word is contained in the abstract stack at
the same path, for every profile; a run that reaches a value ends in a stack that `run` contains. `None` in place of a stack
means that every run certainly gets stuck there (or never arrives).

Loops are followed one by one for some rounds, then widened to a fixpoint. Nested loops multiply, so the analysis gives up
after `machine.BUDGET` words or `machine.MAX_DEPTH` nested quotations, and then says of every value only its type.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dsl.domains.apply import ALL_DOMAINS
from dsl.domains.machine import AbstractMachine, AbstractStep, GaveUp, Stack
from dsl.domains.product import Abstract, reduce
from dsl.effects import Fold, fold_of
from dsl.errors import DslError
from dsl.machine import Body
from dsl.program import Program, Quotation
from dsl.types import Var
from dsl.values import DEFAULT, Profile, Stuck


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The settings of an analysis, and what it can be asked."""

    profile: Profile = DEFAULT
    domains: Collection[str] = ALL_DOMAINS
    """Domains in use; the others know nothing."""
    constants: Sequence[Abstract] = ()
    """What is known of `c0`, `c1`, ...; a constant that is not given gets stuck, as in the machine."""

    def run(self, program: Program, inputs: Sequence[Abstract] = ()) -> Stack | None:
        """The final abstract stack, top last."""
        try:
            return _public(self._machine(program).execute(Body(program.body, ()), tuple(inputs)))
        except GaveUp:
            return self._typed(program, inputs)[1]

    def steps(self, program: Program, inputs: Sequence[Abstract] = ()) -> list[AbstractStep]:
        """A step for every instruction that may be executed, quotations left out, in the order of `dsl.machine.steps`."""
        machine = self._machine(program)
        machine.trace = {}
        try:
            machine.execute(Body(program.body, ()), tuple(inputs))
        except GaveUp:
            return self._typed(program, inputs)[0]
        return list(machine.trace.values())

    def backward(self, program: Program, wanted: Sequence[Abstract], inputs: Sequence[Abstract]) -> Stack | None:
        """The inputs, narrowed: those that leave values within `wanted` on top of the stack are still among them. `None` if there are none."""
        try:
            return _public(self._machine(program).back(Body(program.body, ()), tuple(inputs), tuple(wanted)))
        except GaveUp:
            return tuple(inputs)

    def refine(self, program: Program, wanted: Sequence[Abstract], inputs: Sequence[Abstract], rounds: int = 4) -> Stack | None:
        """`backward` on what it gave, until nothing changes or for so many rounds: forward-backward refinement."""
        narrowed: Stack | None = tuple(inputs)
        for _ in range(rounds):
            before, narrowed = narrowed, self.backward(program, wanted, narrowed)
            if narrowed is None or narrowed == before:
                break
        return narrowed

    def _machine(self, program: Program) -> AbstractMachine:
        return AbstractMachine(program, self.profile, self.domains, self.constants)

    def _typed(self, program: Program, inputs: Sequence[Abstract]) -> tuple[list[AbstractStep], Stack | None]:
        """What the types alone say: a step for every word of the program's own body, and the final stack."""
        kinds = [Var(f"input_{i}") if isinstance(arg.type, Var) or arg.type is None else arg.type for i, arg in enumerate(inputs)]
        fold = replace(fold_of(Program((), program.definitions)), effect=Fold.on(kinds).effect)
        stack, trace = self._tops(fold), []
        for index, instruction in enumerate(program.body):
            try:
                fold = fold.push(instruction, index)
            except DslError:
                return trace, None
            before, stack = stack, self._tops(fold)
            if not isinstance(instruction, Quotation):
                trace.append(AbstractStep((index,), instruction, before, stack))
        return trace, stack

    def _tops(self, fold: Fold) -> Stack:
        return tuple(reduce(Abstract.top(kind), self.profile).only(self.domains) for kind in fold.stack.types)


def run(program: Program, inputs: Sequence[Abstract] = (), **settings: Any) -> Stack | None:
    """`Analysis(**settings).run(program, inputs)`."""
    return Analysis(**settings).run(program, inputs)


def steps(program: Program, inputs: Sequence[Abstract] = (), **settings: Any) -> list[AbstractStep]:
    """`Analysis(**settings).steps(program, inputs)`."""
    return Analysis(**settings).steps(program, inputs)


def _public(stack: Stack | Stuck) -> Stack | None:
    return None if isinstance(stack, Stuck) else stack
