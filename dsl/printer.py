"""Text from programs and values: `print_program`, `print_value`. One line, which `dsl.parser` reads back to an equal record."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from dsl.errors import DslError, TypeMismatch
from dsl.parser import INT64, MAX_NESTING, MAX_TOKENS, is_run, parse
from dsl.program import NUM_CONSTANTS, Constant, Instruction, Program, Push, Quotation, Word
from dsl.suggest import name_mistake, visible
from dsl.types import type_of
from dsl.values import Value


def print_program(program: Program) -> str:
    """The program on one line: `parse(print_program(p)) == p`.

    Raises `DslError` for a record that no text describes: unknown words, names that are not words, literals whose type is
    not that of their value, ints beyond 64 bits, halves of surrogate pairs, more nesting or length than the parser takes.
    """
    names: set[str] = set()
    parts: list[str] = []
    for definition in program.definitions:
        if definition.name in names or not _may_be_named(definition.name):
            raise DslError(f"a definition named `{visible(definition.name)}` cannot be written; the name must be a new word")
        parts += [":", definition.name, *_body(definition.body, names), ";"]
        names.add(definition.name)
    text = " ".join([*parts, *_body(program.body, names)])
    if len(text) > MAX_TOKENS:  # a token has at least one character, so only such a text can break the parser's limits
        parse(text)
    return text


def print_value(value: Value) -> str:
    """The value as JSON without blanks: `[1,-2]`, `"a\\nb"`, `true`. Characters that would not be seen are escaped.

    Raises `DslError` for what is not a value. Half of a surrogate pair, which a string of JSON may hold, is shown as its escape.
    """
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
        return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
    if isinstance(value, (bool, int)):
        return json.dumps(value)
    if isinstance(value, tuple):
        return f"[{','.join(map(print_value, value))}]"
    raise DslError(f"{value!r} is not a value; values are ints, bools, strings and tuples of them")


def _body(body: tuple[Instruction, ...], names: Collection[str]) -> Iterator[str]:
    """The words of a body and the brackets of its quotations, without recursion."""
    stack = [iter(body)]
    while stack:
        for instruction in stack[-1]:
            if len(stack) - 1 + _brackets(instruction) > MAX_NESTING:
                raise DslError(f"brackets nested more than {MAX_NESTING} deep cannot be written")
            if isinstance(instruction, Quotation):
                yield "("
                stack.append(iter(instruction.body))
                break
            yield _one(instruction, names)
        else:
            stack.pop()
            if stack:
                yield ")"


def _brackets(instruction: Instruction) -> int:
    """How many brackets deep an instruction is, not counting what stands in a quotation."""
    if isinstance(instruction, Push) and isinstance(instruction.value, tuple):
        return 2 if any(isinstance(item, tuple) for item in instruction.value) else 1
    return int(isinstance(instruction, Quotation))


def _one(instruction: Push | Word | Constant, names: Collection[str]) -> str:
    if isinstance(instruction, Push):
        _check_literal(instruction)
        return print_value(instruction.value)
    if isinstance(instruction, Constant):
        if instruction.index not in range(NUM_CONSTANTS):
            raise DslError(f"constant {instruction.index} cannot be written; constants are c0 to c{NUM_CONSTANTS - 1}")
        return f"c{instruction.index}"
    from dsl.ops import OPS  # looked up late, as in the parser

    if instruction.name not in OPS and instruction.name not in names:
        raise DslError(f"the word `{visible(instruction.name)}` cannot be written; it is neither an op nor defined before its use")
    return instruction.name


def _check_literal(push: Push) -> None:
    """Refuses a literal that no text describes, or whose type is not that of its value. Looks at the parts first: a record may hold anything."""
    for item in _parts(push.value):
        if type(item) is str and not any("\ud800" <= c <= "\udfff" for c in item):
            continue
        if not (type(item) is bool or (type(item) is int and -INT64 <= item < INT64)):
            raise DslError(
                "a literal that is not an integer of 64 bits, a bool, a string of characters or a list of them cannot be written"
            )
    try:
        kind = type_of(push.value)
    except TypeMismatch as error:
        raise DslError(f"a literal cannot be written: {error}") from None
    if kind != push.type:
        raise DslError(f"a literal of type {kind} cannot be written with the type {push.type}; make it with dsl.program.literal")


def _parts(value: Value) -> Iterator[Value]:
    """The value itself, or the items of a list and of the lists in it; no type of the language nests deeper."""
    if not isinstance(value, tuple):
        yield value
        return
    for item in value:
        yield from item if isinstance(item, tuple) else (item,)


def _may_be_named(name: str) -> bool:
    from dsl.ops import OPS

    return name.isprintable() and is_run(name) and not name_mistake(name, OPS)
