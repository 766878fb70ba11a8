"""Programs as records: what the parser makes, the machines run and the printer writes. Hashable, compared without positions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from dsl.types import Type, type_of
from dsl.values import Value

NUM_CONSTANTS = 4
"""Entries of the constant block that sits beside the stack: `c0` to `c3`."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where an instruction stands in its text: line and column from 1, of its first and just past its last character."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Push:
    """A JSON literal. The type is part of the record, because in Python `True == 1`; the empty list has type List['a]."""

    value: Value
    type: Type
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Word:
    """A word: an op of the table or a name defined in the program."""

    name: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """`c0`..`c3`: pushes that entry of the constant block."""

    index: int
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Quotation:
    """`( ... )`: a literal quotation, consumed by the combinator that follows it."""

    body: tuple[Instruction, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


Instruction: TypeAlias = "Push | Word | Constant | Quotation"


@dataclass(frozen=True, slots=True)
class Definition:
    """`: name body ;`. May use ops and names defined before it; never itself."""

    name: str
    body: tuple[Instruction, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Program:
    """Definitions, then a body. `str()` prints text that parses back to an equal program."""

    body: tuple[Instruction, ...] = ()
    definitions: tuple[Definition, ...] = ()

    def __str__(self) -> str:
        from dsl.printer import print_program  # the printer needs the records

        return print_program(self)

    def __len__(self) -> int:
        """Number of words, literals and constants, those inside quotations and definitions included (a quotation itself counts 0)."""
        return sum(1 for _ in walk(self.body)) + sum(1 for d in self.definitions for _ in walk(d.body))

    def definition(self, name: str) -> Definition | None:
        """The definition of that name, or None."""
        return next((d for d in self.definitions if d.name == name), None)


def walk(body: tuple[Instruction, ...]) -> Iterator[Instruction]:
    """Every word, literal and constant of a body in reading order, quotations entered."""
    stack = [iter(body)]
    while stack:
        for instruction in stack[-1]:
            if isinstance(instruction, Quotation):
                stack.append(iter(instruction.body))
                break
            yield instruction
        else:
            stack.pop()


def literal(value: Value, span: Span | None = None) -> Push:
    """A literal with the type of its value. Raises `TypeMismatch` for a list of mixed or unsupported types."""
    return Push(value, type_of(value), span)
