"""What a network can name: the ops, derived from the op table, and the codes of cells. Neither depends on torch.

A vocabulary has a fingerprint. A checkpoint carries the whole vocabulary, and is refused where the table's differs, with the names of
the ops that are missing on either side: an op vector must never be read as another op's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

from dsl.domains.characters import LABELS
from dsl.errors import ConfigError
from dsl.ops import OPS
from dsl.program import NUM_CONSTANTS
from dsl.values import REASONS

NOP = "nop"
"""The op that does nothing: programs of different lengths are relaxed as one length."""
CONSTANTS = tuple(f"c{i}" for i in range(NUM_CONSTANTS))
INTERPRETATIONS = ("concrete", "type", "length", "interval", "parity", "sign", "chars")
"""The dictionary of interpretations; concrete is one of them."""
BRACKETS = ("(", ")")
"""Where a quotation inside a quotation begins and ends, among the words of a body."""

OPENS = ("Str", "List[Int]", "List[Str]", "List[Bool]", "List[List[Int]]", "interval", "length", "chars")
"""What an OPEN cell may open: the five types with contents, and the abstract values of three domains."""
TYPES = ("any", "Int", "Bool", "Str", "List[Int]", "List[Str]", "List[Bool]", "List[List[Int]]", "List[any]", "List[nothing]", "List[List[nothing]]")  # fmt: skip
ERRORS = (*(reason.value for reason in REASONS), "impossible")
"""Why there is no stack; the last for an abstract run that certainly gets stuck."""
NUM_CHARS = 128


class Kind(IntEnum):
    """Kinds of cells, in the order of their codes in the table."""

    PAD = 0
    SEP = 1
    END = 2
    NONE = 3
    CLOSE = 4
    BEYOND_INT = 5
    BEYOND_CHAR = 6
    LOW = 7
    HIGH = 8
    OPEN = 9
    BOOL = 10
    ERROR = 11
    TYPE = 12
    PARITY = 13
    SIGN = 14
    CLASS = 15
    CHAR = 16
    INT = 17


@dataclass(frozen=True, slots=True)
class Block:
    """Codes `first` to `first + count - 1` of one kind."""

    first: int
    count: int

    def __contains__(self, code: int) -> bool:
        return self.first <= code < self.first + self.count


@dataclass(frozen=True)
class Vocabulary:
    """The ops by number and the codes of cells. Equal vocabularies have equal fingerprints."""

    ops: tuple[str, ...]
    int_range: int = 1000
    """Ints from minus to plus this have a code each; ints beyond are one code and a number beside it."""

    def __post_init__(self) -> None:
        if not 1 <= self.int_range <= 100_000:
            raise ConfigError(f"vocabulary field int_range is {self.int_range}; it must lie in 1..100000")
        if len(set(self.ops)) != len(self.ops):
            raise ConfigError("an op stands twice in the vocabulary")

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Op name to its number."""
        return {name: number for number, name in enumerate(self.ops)}

    @cached_property
    def blocks(self) -> Mapping[Kind, Block]:
        """Where the codes of each kind stand."""
        counts = dict.fromkeys(Kind, 1) | {
            Kind.OPEN: len(OPENS), Kind.BOOL: 2, Kind.ERROR: len(ERRORS), Kind.TYPE: len(TYPES), Kind.PARITY: 4, Kind.SIGN: 8,
            Kind.CLASS: len(LABELS), Kind.CHAR: NUM_CHARS, Kind.INT: 2 * self.int_range + 1,
        }  # fmt: skip
        blocks, first = {}, 0
        for kind in Kind:
            blocks[kind] = Block(first, counts[kind])
            first += counts[kind]
        return blocks

    @cached_property
    def num_codes(self) -> int:
        """Codes in the table."""
        return sum(block.count for block in self.blocks.values())

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """The kind of each code."""
        return tuple(kind for kind in Kind for _ in range(self.blocks[kind].count))

    @cached_property
    def body_words(self) -> tuple[str, ...]:
        """What the words of a quotation may be: ops, brackets, and for a literal its code in the table comes after these."""
        return (*self.ops, *BRACKETS)

    def code(self, kind: Kind, index: int = 0) -> int:
        """The code of the `index`-th of a kind."""
        return self.blocks[kind].first + index

    def index(self, code: int) -> int:
        """The inverse of `code`: which of its kind a code is."""
        return code - self.blocks[self.kinds[code]].first

    def name(self, code: int) -> str:
        """A code for people: `INT -3`, `CHAR a`, `OPEN Str`."""
        kind, index = self.kinds[code], self.index(code)
        if kind is Kind.INT:
            return f"INT {index - self.int_range}"
        if kind is Kind.CHAR:
            return f"CHAR {chr(index)!r}"
        names = {Kind.OPEN: OPENS, Kind.ERROR: ERRORS, Kind.TYPE: TYPES, Kind.CLASS: LABELS, Kind.BOOL: ("false", "true")}.get(kind)
        return f"{kind.name} {names[index]}" if names else f"{kind.name} {index}" if self.blocks[kind].count > 1 else kind.name

    @cached_property
    def fingerprint(self) -> str:
        """A hash of everything that gives numbers their meaning."""
        parts = (self.ops, str(self.int_range), OPENS, TYPES, ERRORS, LABELS, [kind.name for kind in Kind], INTERPRETATIONS)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """As a checkpoint keeps it."""
        return {"fingerprint": self.fingerprint, "int_range": self.int_range, "ops": list(self.ops)}

    def require(self, kept: Mapping[str, Any], where: str) -> None:
        """Raises `ConfigError` unless `kept`, a vocabulary as JSON, is this one; the message names the ops that differ."""
        if kept.get("fingerprint") == self.fingerprint:
            return
        theirs: Sequence[str] = tuple(kept.get("ops", ()))
        gone, new = [name for name in theirs if name not in self.numbers], [name for name in self.ops if name not in theirs]
        parts = [f"it has ops that the op table lacks: {', '.join(gone)}"] if gone else []
        parts += [f"it lacks ops of the op table: {', '.join(new)}"] if new else []
        if kept.get("int_range") != self.int_range:
            parts.append(f"its int_range is {kept.get('int_range')}, not {self.int_range}")
        why = "; ".join(parts) or "the same ops stand in another order, or its cells have other codes"
        raise ConfigError(
            f"{where} was trained with another vocabulary and cannot be used here: {why}; train it again with `flowforth train`"
        )


def vocabulary(int_range: int = 1000) -> Vocabulary:
    """The vocabulary of the op table as it is."""
    return Vocabulary((NOP, *CONSTANTS, *OPS), int_range)
