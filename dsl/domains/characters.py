"""The character domain: which classes of characters the strings inside a value may hold.

Fifteen classes. Letters, digits, the blank and the delimiters that split real data each have their own, because programs
over strings ask for them; most delimiter classes hold exactly one character, so that removing or splitting at it is exact.
"""

from __future__ import annotations

from dsl.domains.masks import Masks, characters_in
from dsl.domains.ranges import Range, hull
from dsl.domains.types import leaf
from dsl.types import STR, Type, Var
from dsl.values import Value

LABELS = (
    "lower", "upper", "digit", "blank", "space", "period", "comma", "hyphen", "slash", "colon", "at", "underscore", "paren", "punct", "other",
)  # fmt: skip
(
    LOWER, UPPER, DIGIT, BLANK, SPACE, PERIOD, COMMA, HYPHEN, SLASH, COLON, AT, UNDERSCORE, PAREN, PUNCT, OTHER,
) = (1 << bit for bit in range(len(LABELS)))  # fmt: skip
"""LOWER a-z, UPPER A-Z, DIGIT 0-9, BLANK is " ", SPACE the other ASCII white space, PAREN "(" and ")", PUNCT the rest of ASCII, OTHER all beyond."""
FULL = (1 << len(LABELS)) - 1
LETTER = LOWER | UPPER
ASCII = FULL & ~OTHER
SINGLE = {BLANK: " ", PERIOD: ".", COMMA: ",", HYPHEN: "-", SLASH: "/", COLON: ":", AT: "@", UNDERSCORE: "_"}
"""The classes of one character, and that character."""
_MARKS = {character: mask for mask, character in SINGLE.items()} | {"(": PAREN, ")": PAREN}


class Characters(Masks):
    """Masks of character classes."""

    def kinds(self, value: Value) -> int:
        """The classes that occur."""
        mask = 0
        for character in characters_in(value):
            mask |= class_of(character)
        return mask

    def top(self, kind: Type) -> int:
        """Every class for types with strings in them, none for the others."""
        return FULL if leaf(kind) == STR or isinstance(leaf(kind), Var) else 0


DOMAIN = Characters("chars", LABELS)


def class_of(character: str) -> int:
    """The class of one character."""
    if character in _MARKS:
        return _MARKS[character]
    if character > "\x7f":
        return OTHER
    if character.isalpha():
        return UPPER if character.isupper() else LOWER
    return DIGIT if character.isdigit() else SPACE if character.isspace() else PUNCT


def classes(text: str) -> int:
    """The classes in a text."""
    return DOMAIN.kinds(text)


def codes(mask: int) -> Range:
    """The least range around the code points of some classes."""
    ascii_codes = (code for code in range(128) if class_of(chr(code)) & mask)
    return hull([*ascii_codes, *((128, 0x10FFFF) if mask & OTHER else ())])


def upper(mask: int) -> int:
    """The classes after mapping to upper case. Some letters beyond ASCII have an ASCII capital (dotless i, long s)."""
    return (mask & ~LOWER) | (UPPER if mask & (LOWER | OTHER) else 0)


def lower(mask: int) -> int:
    """The classes after mapping to lower case. The Kelvin sign has an ASCII small letter."""
    return (mask & ~UPPER) | (LOWER if mask & (UPPER | OTHER) else 0)
