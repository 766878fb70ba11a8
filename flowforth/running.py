"""Running, tracing and rendering programs for people: from text or records, with plain Python lists, checked before they run."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsl.effects import infer
from dsl.errors import StackError
from dsl.parser import parse
from dsl.printer import print_value
from dsl.program import Constant, Instruction, Program, Push, Quotation, Word
from dsl.suggest import excerpt
from dsl.types import Effect, ListOf, Type, Var, type_of
from dsl.values import DEFAULT, Profile, Stuck, Value, from_json

if TYPE_CHECKING:
    from dsl.domains.product import Abstract

_PLACE = re.compile(r"line (\d+), column (\d+): ")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One executed word: what it found, what it left, and what the abstract interpreters know of what it leaves.

    Steps inside a quotation or definition come before the word that ran it and have longer paths (see `Stuck.at`).
    """

    path: tuple[int, ...]
    instruction: Instruction
    before: tuple[Value, ...]
    after: tuple[Value, ...] | Stuck
    abstract: tuple[Abstract, ...] | None
    """The abstract stack after it, over every time the word is run; None where it certainly gets stuck."""


def run(
    program: Program | str, inputs: Sequence[Any] = (), *, constants: Sequence[Any] = (), profile: Profile = DEFAULT
) -> tuple[Value, ...] | Stuck:
    """The final stack, top last, after running on `inputs` (pushed in order); or why the run got stuck.

    Lists may be lists or tuples; lists in the result are tuples. Raises `DslError` for a program that cannot be read or
    whose words do not fit together on these inputs.
    """
    from dsl.machine import run as execute

    inputs, constants = values(inputs), values(constants)
    checked, _ = typed(program, inputs, constants)
    return execute(checked, inputs, constants=constants, profile=profile)


def trace(
    program: Program | str,
    inputs: Sequence[Any] = (),
    *,
    constants: Sequence[Any] = (),
    profile: Profile = DEFAULT,
    domains: Collection[str] | None = None,
    abstract_inputs: Sequence[Abstract] | None = None,
) -> tuple[TraceStep, ...]:
    """Every executed word, concrete beside abstract. A stuck run ends with the word that failed and those that were running it.

    The abstract run starts from the least abstract values that contain the inputs, or from `abstract_inputs`.
    """
    from dsl.analysis import Analysis
    from dsl.domains.product import DOMAINS, Abstract
    from dsl.machine import steps

    inputs, constants = values(inputs), values(constants)
    checked, _ = typed(program, inputs, constants)
    analysis = Analysis(profile=profile, domains=tuple(domains or DOMAINS), constants=tuple(map(Abstract.of, constants)))
    start = tuple(map(Abstract.of, inputs)) if abstract_inputs is None else tuple(abstract_inputs)
    known = {step.path: step.after for step in analysis.steps(checked, start)}
    return tuple(
        TraceStep(path=s.path, instruction=s.instruction, before=s.before, after=s.after, abstract=known.get(s.path))
        for s in steps(checked, inputs, constants=constants, profile=profile)
    )


def render(program: Program | str, inputs: Sequence[Type] | None = None, **settings: Any) -> str:
    """The program as a readable, typed Python function; `settings` are those of `dsl.python.render`."""
    from dsl.python import render as written

    return written(parse(program) if isinstance(program, str) else program, inputs, **settings)


def values(items: Sequence[Any]) -> tuple[Value, ...]:
    """Values of the language from Python's: lists become tuples. Raises `ValueError` for what is no value."""
    return tuple(from_json(_listed(item)) for item in items)


def typed(
    program: Program | str, inputs: Sequence[Value], constants: Sequence[Value] = (), *, name: str = "<program>"
) -> tuple[Program, Effect]:
    """The program, read and checked, and its effect on these inputs. A type error in a text shows the line and a caret."""
    record = parse(program, name=name) if isinstance(program, str) else program
    kinds = [_own_type(value, f"input{i}") for i, value in enumerate(inputs)]
    try:
        return record, infer(record, kinds, [_own_type(value, f"constant{i}") for i, value in enumerate(constants)])
    except StackError as error:
        raise placed(error, program if isinstance(program, str) else "", name) from None


def placed(error: StackError, text: str, name: str) -> StackError:
    """The error with the line of the text that it speaks of, and a caret."""
    place = _PLACE.match(str(error))
    if not place or not text:
        return error
    where = "" if name == "<program>" else f"{name}: "
    return type(error)(f"{where}{error}\n{excerpt(text, int(place[1]), int(place[2]))}")


def instruction_at(program: Program, path: Sequence[int]) -> Instruction | None:
    """The word at the path of a step or of a `Stuck`; None for the empty path."""
    body, found = program.body, None
    for index in path:
        found = body[index]
        if isinstance(found, Quotation):
            body = found.body
        elif isinstance(found, Word):
            definition = program.definition(found.name)
            body = definition.body if definition else ()
    return found


def word_text(instruction: Instruction) -> str:
    """One word as the program writes it."""
    if isinstance(instruction, Word):
        return instruction.name
    if isinstance(instruction, Constant):
        return f"c{instruction.index}"
    return print_value(instruction.value) if isinstance(instruction, Push) else "( ... )"


def _own_type(value: Value, name: str) -> Type:
    """The type of a value, with a type variable of its own where that is open: two empty lists may be of two types."""
    kind = type_of(value)
    return ListOf(Var(name)) if kind == ListOf(Var("a")) else kind


def _listed(item: Any) -> Any:
    return [_listed(part) for part in item] if isinstance(item, (list, tuple)) else item
