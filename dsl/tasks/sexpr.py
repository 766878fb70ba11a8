"""S-expressions as SMT-LIB writes them: a flat reading of commands, with places, that no nesting can exhaust."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

MAX_DEPTH = 100
"""Deepest nesting; the public files stay below ten."""

_TOKEN = re.compile(r'\s+|;[^\n]*|(?P<token>[()]|"[^"]*(?:""[^"]*)*"|\|[^|]*\||[^\s()";|]+)|(?P<bad>.)', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,5})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_NUMERAL = re.compile(r"-?[0-9]+")


class SexprError(ValueError):
    """A text that is not a sequence of s-expressions; `offset` is the character where it goes wrong."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Atom:
    """A symbol, number or string literal as it stands in the text."""

    text: str
    offset: int

    @property
    def is_string(self) -> bool:
        """Whether it is a string literal."""
        return self.text.startswith('"')

    @property
    def is_integer(self) -> bool:
        """Whether it is a whole number; SyGuS-IF 1 also writes the sign, as in -1."""
        return _NUMERAL.fullmatch(self.text) is not None

    @property
    def string(self) -> str:
        """The characters of a string literal. `""` is one quote; of the backslash escapes, those for a code point (SMT-LIB's
        `\\u{61}` and `\\u0061`, the older `\\x61`) are read and any other backslash stands for itself."""
        text = self.text[1:-1].replace('""', '"')
        return _ESCAPE.sub(lambda match: _character(next(digits for digits in match.groups() if digits), match[0]), text)


@dataclass(frozen=True, slots=True)
class Group:
    """A parenthesised list."""

    items: tuple[Node, ...]
    offset: int

    @property
    def head(self) -> str:
        """The symbol that it begins with, or an empty string."""
        return self.items[0].text if self.items and isinstance(self.items[0], Atom) else ""


Node: TypeAlias = "Atom | Group"


def read(text: str) -> Iterator[Node]:
    """The expressions of a text, in order. Raises `SexprError` where it is no s-expression, once it comes there."""
    opened: list[tuple[int, list[Node]]] = []
    for match in _TOKEN.finditer(text):
        token, offset = match["token"], match.start()
        if match["bad"]:
            raise SexprError(_complaint(match["bad"]), offset)
        if token is None:
            continue
        if token == "(":
            if len(opened) == MAX_DEPTH:
                raise SexprError(f"nested more than {MAX_DEPTH} deep", offset)
            opened.append((offset, []))
            continue
        if token == ")" and not opened:
            raise SexprError("a closing parenthesis too many", offset)
        node = Group(tuple(opened[-1][1]), opened.pop()[0]) if token == ")" else Atom(token, offset)
        if opened:
            opened[-1][1].append(node)
        else:
            yield node
    if opened:
        raise SexprError("the parenthesis that opens here is never closed; is the file truncated?", opened[0][0])


def show(node: Node, width: int = 60) -> str:
    """The node as text for a message, cut to `width` characters."""
    parts: list[str] = []
    pending: list[Node | str] = [node]
    while pending and sum(map(len, parts)) <= width:
        part = pending.pop()
        if isinstance(part, str):
            parts.append(part)
        elif isinstance(part, Atom):
            parts.append(part.text[: width + 1])
        else:
            inner: list[Node | str] = ["("]
            for index, item in enumerate(part.items[:width]):
                inner += [" ", item] if index else [item]
            pending += reversed([*inner, ")"])
    text = "".join(parts)
    return text if len(text) <= width else text[: width - 3] + "..."


def _character(digits: str, escape: str) -> str:
    """The character of a code point, or the escape itself for a number that is no character."""
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else escape


def _complaint(character: str) -> str:
    if character == '"':
        return 'the string that starts here has no closing "'
    if character == "|":
        return "the symbol that starts here has no closing |"
    return f"unexpected character {character!r}"
