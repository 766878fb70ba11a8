"""What to say about a text that is not a program: one sentence for each mistake, where it stands, and how to put it right.

The parser decides *that* a text is wrong; the functions here decide what the user probably meant. They look at the token
that does not fit and at the brackets that are open there, which say more than Lark's `match_examples` can: the
message of an unclosed bracket points at the bracket, not at the end of the text.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from dsl.errors import ParseError
from dsl.program import NUM_CONSTANTS

if TYPE_CHECKING:
    from lark import Token

TERMS = {
    "INTEGER": "an integer",
    "STRING": "a string",
    "BOOLEAN": "`true` or `false`",
    "CONSTANT": f"a constant `c0`..`c{NUM_CONSTANTS - 1}`",
    "WORD": "a word",
    "OPENING_PARENTHESIS": "`(`",
    "CLOSING_PARENTHESIS": "`)`",
    "OPENING_BRACKET": "`[`",
    "CLOSING_BRACKET": "`]`",
    "COMMA": "`,`",
    "COLON": "`:`",
    "SEMICOLON": "`;`",
    "$END": "the end of the program",
}
"""The grammar's terminals in the user's words, in the order in which `ParseError.expected` lists them."""

_LITERALS = ("INTEGER", "STRING", "BOOLEAN", "OPENING_BRACKET")
_BLANKS = {"\t", "\n", " "}
_SHOWN_WIDTH = 76


class Mistake(Exception):
    """A mistake and its place, before it is joined with the text it stands in; caught by `parse` and the printer."""

    def __init__(self, message: str, line: int = 1, column: int = 1, expected: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.expected = tuple(expected)

    def in_text(self, text: str, name: str) -> ParseError:
        """The error that users see: place, sentence, the line, and a caret under the place."""
        where = "" if name == "<program>" else f"{visible(name, 200)}: "
        message = f"{where}line {self.line}, column {self.column}: {self.message}\n{excerpt(text, self.line, self.column)}"
        return ParseError(message, line=self.line, column=self.column, expected=self.expected)


def at_token(message: str, token: Token, expected: Sequence[str] = ()) -> Mistake:
    """A mistake that stands at the first character of a token."""
    return Mistake(message, token.line or 1, token.column or 1, expected)


def excerpt(text: str, line: int, column: int) -> str:
    """The line of the text, shortened around the column where it is long, and below it a caret under the column."""
    source = text.split("\n")[line - 1]
    start = max(0, min(column - 1 - _SHOWN_WIDTH // 2, len(source) - _SHOWN_WIDTH))
    cut = source[start : start + _SHOWN_WIDTH]
    left, right = "..." if start else "", "..." if start + _SHOWN_WIDTH < len(source) else ""
    shown = left + "".join(c if c.isprintable() else " " if c in _BLANKS else "?" for c in cut) + right
    return f"  {shown}\n  {' ' * sum(map(_width, shown[: len(left) + column - 1 - start]))}^"


def _width(character: str) -> int:
    """Columns of a terminal that a character takes."""
    return 0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1


def visible(text: str, limit: int = 30) -> str:
    """A piece of the text as a message shows it: shortened, and without characters that would not be seen."""
    cut = text if len(text) <= limit else text[:limit] + "..."
    return "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in cut)


def unknown_word(word: str, known: Collection[str], aliases: dict[str, str]) -> str:
    """What to say of a word that is neither an op nor defined; `aliases` maps names used elsewhere, in lower case, to words."""
    mistaken = mistaken_literal(word)
    if mistaken:
        return mistaken
    close = _close(word, known, aliases)
    if not close:
        return f"unknown word `{visible(word)}`; `flowforth ops` lists the words"
    return f"unknown word `{visible(word)}`; did you mean {either([f'`{name}`' for name in close])}?"


def _close(word: str, known: Collection[str], aliases: dict[str, str]) -> list[str]:
    lower = word.lower()
    if lower in known:
        return [lower]
    if lower in aliases:
        return [aliases[lower]]
    # Comparing takes time in proportion to the length; no word is nearly as long as this.
    return difflib.get_close_matches(lower, sorted(known), n=3) if len(word) <= 40 else []


def either(choices: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return " or ".join(part for part in (", ".join(choices[:-1]), choices[-1]) if part)


def mistaken_literal(word: str) -> str:
    """What to say of a run of characters that looks like a literal of another language, or an empty string: such a run is never a word."""
    for pattern, message in _MISTAKEN:
        if re.fullmatch(pattern, word, re.IGNORECASE | re.DOTALL):
            return message.format(visible(word), visible(word.strip("+").lstrip("-0") or "0"))
    return ""


_MISTAKEN = (
    (r"\+\d+", "`{0}` is not an integer of the language; write {1}, without the plus sign"),
    (r"-?0\d+", "`{0}` begins with a zero; write the integer without leading zeros"),
    (r"[+-]?(\d+\.\d*|\.\d+|\d+(?=e))(e[+-]?\d+)?", "`{0}` is not an integer, and there are no fractions; write an integer such as 12"),
    (r"[+-]?\d[\d_]*", "`{0}` is not an integer of the language; write its decimal digits 0-9 alone, such as -12"),
    (r"[+-]?0[xob][\da-f_]+", "`{0}` is not an integer of the language; write it in decimal digits"),
    (r"[+-]?(nan|inf|infinity|∞)", "`{0}` is not a value, because numbers are integers; write an integer such as 12"),
    (r"true|false", "`{0}` is not a value; write `true` or `false` in lower case"),
    (r"null|none|nil|undefined", "`{0}` is not a value; values are integers, true, false, strings and lists of them, and \"\" or [] is the empty one"),
    (rf"c(\d\d+|[{NUM_CONSTANTS}-9])", f"`{{0}}` is not a constant; write one of c0 to c{NUM_CONSTANTS - 1}"),
    (r"['‘’“”`´«».]*['‘’“”`´«»].*", "strings stand in double quotes; write \"text\" instead of `{0}`"),
    (r"//.*|/\*.*|--.*", "unknown word `{0}`; a comment begins with # and goes on to the end of its line"),
)
