"""What to say about a text that is not a program: one sentence for each mistake, where it stands, and how to put it right.

The parser decides *that* a text is wrong; the functions here decide what the user probably meant. They look at the token
that does not fit and at the brackets that are open there, which say more than Lark's `match_examples` can: the
message of an unclosed bracket points at the bracket, not at the end of the text.
"""

from __future__ import annotations

import difflib
import json
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


def normal(text: str) -> str:
    """The text by which places are counted: without a byte order mark, every line end a line feed."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def excerpt(text: str, line: int, column: int) -> str:
    """The line of the (normal) text, shortened around the column where it is long, and below it a caret under the column."""
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
    if re.match(r"//|/\*|--(?!\d)", word):
        return f"unknown word `{visible(word)}`; a comment begins with # and goes on to the end of its line"
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
            return message.format(visible(word), word.lstrip("+-0") or "0")
    return ""


_QUOTES = "['`\u00b4\u2018-\u201f\u00ab\u00bb]"
_MISTAKEN = (
    (r"\+[0-9]+", "`{0}` is not an integer of the language; write {1}, without the plus sign"),
    (r"-?0[0-9]+", "`{0}` begins with a zero; write the integer without leading zeros"),
    (r"[+-]?(\d+\.\d*|\.\d+|\d+(?=e))(e[+-]?\d+)?", "`{0}` is not an integer, and there are no fractions; write an integer such as 12"),
    (r"[+-]?0[xob][\da-f_]+|[+-]?\d[\d_]*", "`{0}` is not an integer of the language; write it with the digits 0-9 alone, in decimal"),
    (r"[+-]?(nan|inf|infinity)", "`{0}` is not a value, because numbers are integers; write an integer such as 12"),
    (r"true|false", "`{0}` is not a value; write true or false in lower case"),
    (r"null|none|nil|undefined", '`{0}` is not a value; write an integer, true, false, a string or a list, such as "" or []'),
    (r"c\d+", f"`{{0}}` is not a constant; write one of c0 to c{NUM_CONSTANTS - 1}"),
    (rf"{_QUOTES}.*", 'strings stand in double quotes; write "text" instead of `{0}`'),
)


def name_mistake(name: str, ops: Collection[str]) -> str:
    """Why a definition cannot have this name, or an empty string. The name is known to be one run of characters."""
    if name in ops:
        return f"`{name}` is already a word of the language; choose another name"
    mistaken = mistaken_literal(name)
    return f"a definition cannot have this name: {mistaken}" if mistaken else ""


def odd_character(character: str) -> str:
    """What to say of a character that may stand in strings and comments only."""
    code = f"U+{ord(character):04X}"
    if "\ud800" <= character <= "\udfff":
        return f"{code} is half of a surrogate pair, so the text was not valid UTF-8; save it as UTF-8"
    name = unicodedata.name(character, "a control character" if ord(character) < 160 else "a character without a name")
    remedy = "write a plain space instead" if character.isspace() else "remove it, or write it inside a string"
    return f"{code} ({name}) cannot stand here; {remedy}"


def unexpected_character(text: str, position: int) -> tuple[str, int]:
    """What to say where no token begins, and at which position: bad strings, braces, odd blanks."""
    character = text[position]
    if character == '"':
        return _bad_string(text, position)
    if character in "{}":
        return f"`{character}` has no meaning here; write a list as [1,2] and a quotation as ( dup + )", position
    return odd_character(character), position


_GOOD_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_LONE_SURROGATE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\(?!u[dD][89a-fA-F]).|(\\u[dD][89a-fA-F]..|[\ud800-\udfff])"
)


def _bad_string(text: str, start: int) -> tuple[str, int]:
    match = _GOOD_STRING.match(text, start)
    assert match is not None  # it begins with the quote at `start`
    end = match.end()
    if end == len(text) or text[end] == "\n":
        return 'this string is not closed on its line; add `"` (a line break inside a string is written \\n)', start
    if text[end] != "\\":
        return f"a string cannot hold the character U+{ord(text[end]):04X} as it is; write {json.dumps(text[end])[1:-1]}", end
    if text[end + 1 : end + 2] == "u":
        return "`\\u` is followed by four hexadecimal digits, such as \\u00e9; write all four", end
    wrong = visible(text[end : end + 2].rstrip("\n"))
    return f'`{wrong}` is not an escape of a JSON string; write one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u00e9', end


def lone_surrogate(literal: str) -> int | None:
    """Where in a string literal half of a surrogate pair stands without the other half; None if nowhere."""
    return next((match.start(1) for match in _LONE_SURROGATE.finditer(literal) if match[1]), None)


def unexpected_token(token: Token, opened: Sequence[Token], last: object, expected: Sequence[str]) -> Mistake:
    """The mistake of a token that does not fit; `opened` are the brackets and colons open there, `last` is what stands before it."""
    innermost = opened[-1] if opened else None
    before = getattr(last, "type", "")
    if before == "COLON":
        return _no_name(token, opened[-1], expected)
    if token.type == "$END":
        assert innermost is not None  # the end is refused only where something is open
        what, closing = _OPENED[innermost.type]
        return at_token(f"this {what} is never closed; add `{closing}` where it ends", innermost, expected)
    if innermost is not None and innermost.type == "OPENING_BRACKET":
        return _in_list(token, innermost, last if before == "COMMA" else None, before, expected)
    return at_token(_outside_lists(token, opened), token, expected)


_OPENED = {"OPENING_PARENTHESIS": ("quotation", ")"), "OPENING_BRACKET": ("list", "]"), "COLON": ("definition", ";")}


def _no_name(token: Token, colon: Token, expected: Sequence[str]) -> Mistake:
    if token.type in ("INTEGER", "BOOLEAN", "CONSTANT", "STRING"):
        return at_token(
            f"`{visible(token)}` cannot be the name of a definition; write a word that is not {TERMS[token.type]}", token, expected
        )
    return at_token("a name is missing after this `:`; write a definition as : name ... ;", colon, expected)


def _in_list(token: Token, opened: Token, comma: object, before: str, expected: Sequence[str]) -> Mistake:
    """The mistake of a token inside a list literal."""
    shown = visible(token)
    if token.type == "CLOSING_BRACKET":
        return Mistake("an item is missing after this comma; remove the comma", comma.line, comma.column, expected)  # type: ignore[attr-defined]
    if token.type in _LITERALS:
        return at_token(f"a comma is missing before `{shown}`; write [1,2,3]", token, expected)
    if token.type == "COMMA":
        return at_token("an item is missing before this comma; write it, or remove the comma", token, expected)
    if token.type == "CLOSING_PARENTHESIS":
        return at_token(f"the list opened {_at(opened)} is closed by `)`; write `]`", token, expected)
    if token.type == "WORD" and mistaken_literal(token):
        return at_token(mistaken_literal(token), token, expected)
    if token.type in ("COLON", "SEMICOLON"):
        return at_token(f"`{shown}` cannot stand in a list; separate the items by commas and close the list with `]`", token, expected)
    return at_token(
        f"`{shown}` cannot stand in a list of literals; close it with `]` first, or write a quotation as ( ... )", token, expected
    )


def _outside_lists(token: Token, opened: Sequence[Token]) -> str:
    """What to say of a closing bracket, comma, `:` or `;` that does not fit; nothing else can fail to fit outside lists."""
    innermost = opened[-1] if opened else None
    in_quotation = innermost is not None and innermost.type == "OPENING_PARENTHESIS"
    if token.type == "CLOSING_PARENTHESIS":
        return "this `)` closes nothing; remove it, or write `(` where the quotation begins"
    if token.type == "CLOSING_BRACKET":
        if in_quotation:
            return f"the quotation opened {_at(innermost)} is closed by `]`; write `)`, or `[` where a list begins"
        return "this `]` closes nothing; remove it, or write `[` where the list begins"
    if token.type == "SEMICOLON":
        if in_quotation and any(other.type == "COLON" for other in opened):
            return f"the quotation opened {_at(innermost)} is not closed before this `;`; write `)` first"
        return "this `;` ends no definition; remove it, or write `: name` where the definition begins"
    if token.type == "COLON":
        if innermost is None:
            return "definitions stand before the body of the program; move this one to the start"
        if in_quotation:
            return "a definition cannot stand inside a quotation; move it to the start of the program"
        return f"a definition cannot stand inside another; write `;` first, where the one begun {_at(innermost)} ends"
    return "commas stand between the items of a list only; separate words by spaces"


def _at(token: Token | None) -> str:
    assert token is not None
    return f"at line {token.line}, column {token.column}"
