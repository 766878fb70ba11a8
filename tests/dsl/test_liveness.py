"""Dead words: by hand, and by what they may be exchanged for without changing an answer."""

import pytest

from dsl.liveness import dead_words
from dsl.machine import run
from dsl.parser import parse
from dsl.program import Program, Push, Quotation, Word, literal
from dsl.values import Value

DEAD: dict[str, tuple[tuple[Value, ...], list[str]]] = {
    "dup +": ((3,), []),
    "1 drop": ((3,), ["1", "drop"]),
    "5 nip": ((3,), []),
    "1 2 nip +": ((3,), ["1"]),
    "swap swap -": ((3, 4), ["swap"]),
    "rot rot rot + +": ((3, 4, 5), ["rot"]),
    "dup swap -": ((3,), ["swap"]),
    "over over drop drop -": ((3, 4), ["over", "over", "drop", "drop"]),
    "( inc ) dip -": ((3, 4), []),
    "( ) dip -": ((3, 4), ["dip"]),
    "( 1 drop ) call": ((3,), ["1", "drop", "call"]),
    "( ) keep +": ((3,), []),
    "( over + ) map sum +": ((3, (1, 2)), []),
    "( swap inc swap ) map sum +": ((3, (1, 2)), ["inc"]),
    "( swap inc swap over + ) map sum +": ((3, (1, 2)), []),
    "0 ( swap 1 + swap + ) fold": (((1, 2),), []),
    "7 swap 0 ( rot 2 * rot rot + ) fold +": (((1, 2),), ["2", "*"]),
    "dup 0 > ( inc ) ( dec ) if": ((3,), []),
    "dup 0 > ( ) ( ) if": ((3,), ["dup", "0", ">", "if"]),
    "dup even? ( 2 div ) when": ((4,), []),
    "3 ( ) times": ((3,), ["3", "times"]),
    "3 ( dup + ) times": ((3,), []),
    "dup ( 10 > ) ( 1 - ) ( 2 + ) unfold sum +": ((5,), []),
    ": f 1 drop ; f": ((3,), ["1", "drop"]),
    ": f 1 + ; f f": ((3,), []),
    "c0 drop": ((3,), ["c0", "drop"]),
}


def at(program: Program, path: tuple[int, ...]) -> str:
    """The text of the instruction at a path."""
    body, instruction = program.body, None
    for index in path:
        instruction = body[index]
        if isinstance(instruction, Quotation):
            body = instruction.body
        elif isinstance(instruction, Word) and program.definition(instruction.name):
            body = program.definition(instruction.name).body  # type: ignore[union-attr]
    assert instruction is not None
    return str(Program((instruction,)))


@pytest.mark.parametrize("text", DEAD)
def test_by_hand(text: str) -> None:
    inputs, wanted = DEAD[text]
    program = parse(text)
    assert [at(program, path) for path in dead_words(program, len(inputs))] == wanted


def replaced(body: tuple, path: tuple[int, ...]) -> tuple:
    """A body with the literal at a path exchanged for another."""
    index, *rest = path
    old = body[index]
    new = Quotation(replaced(old.body, tuple(rest))) if isinstance(old, Quotation) else literal(old.value + 40)
    return (*body[:index], new, *body[index + 1 :])


def literals(body: tuple, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Paths of all int literals."""
    found = []
    for index, instruction in enumerate(body):
        if isinstance(instruction, Push) and type(instruction.value) is int:
            found.append((*path, index))
        elif isinstance(instruction, Quotation):
            found += literals(instruction.body, (*path, index))
    return found


@pytest.mark.parametrize("text", [text for text in DEAD if ":" not in text and "c0" not in text and any(c.isdigit() for c in text)])
def test_exchanging_a_literal_changes_the_answer_if_and_only_if_it_is_alive(text: str) -> None:
    inputs, program = DEAD[text][0], parse(text)
    dead = dead_words(program, len(inputs))
    for path in literals(program.body):
        other = run(Program(replaced(program.body, path)), inputs)
        assert (other == run(program, inputs)) == (path in dead), path
