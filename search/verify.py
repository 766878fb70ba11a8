"""The only door out of the search: every program that is shown was run here, on the real examples, by the reference machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsl.effects import infer
from dsl.errors import DslError
from dsl.machine import answer
from dsl.program import Program
from dsl.tasks import Example, Task
from dsl.values import DEFAULT, Profile, Stuck, Value


@dataclass(frozen=True, slots=True)
class Fit:
    """A program that was run on all examples of a task and gave every output. Made by `verify` alone."""

    program: Program
    size: int
    """Words of the program, `len(program)`."""
    cost: float
    """Description length under the search's op costs; smaller is better."""
    seconds: float
    """When it was found, from the start of the search."""


def agrees(program: Program, examples: Sequence[Example], profile: Profile) -> bool:
    """Whether the program's answer is the wanted output, of the same type, on every example."""
    return all(same(answer(program, example.inputs, profile=profile), example.output) for example in examples)


def verify(program: Program, task: Task, *, cost: float, seconds: float, profile: Profile = DEFAULT) -> Fit | None:
    """The fit, if the program is well typed on the task's inputs and gives every output; else None. Looks at examples only, never at held-out ones."""
    try:
        infer(program, task.input_types)
    except DslError:
        return None
    return Fit(program, len(program), cost, seconds) if agrees(program, task.examples, profile) else None


def held_out_correct(program: Program, task: Task, profile: Profile = DEFAULT) -> bool | None:
    """Whether it is right on the held-out examples too; None where there are none. For scoring after the search."""
    return agrees(program, task.held_out, profile) if task.held_out else None


def same(value: Value | Stuck, wanted: Value) -> bool:
    """Equality that tells 1 from True, inside lists too."""
    if isinstance(value, tuple) and isinstance(wanted, tuple):
        return len(value) == len(wanted) and all(map(same, value, wanted))
    return type(value) is type(wanted) and value == wanted
