"""Programs from text: `parse`.

Lark builds the records while it reads (LALR callbacks), so that nothing recurses, whatever the text; then every word is looked
up among the ops and the definitions before it. What the language looks like is in `grammar.lark`; what a mistake is
called is in `suggest.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from dsl.errors import TypeMismatch
from dsl.program import Constant, Definition, Instruction, Program, Push, Quotation, Span, Word, literal, walk
from dsl.suggest import (
    TERMS,
    Mistake,
    at_token,
    lone_surrogate,
    name_mistake,
    normal,
    odd_character,
    unexpected_character,
    unexpected_token,
    unknown_word,
    visible,
)
from dsl.types import BOOL, INT, STR, ListOf, Var

if TYPE_CHECKING:
    from lark import Lark, Token
    from lark.parsers.lalr_interactive_parser import InteractiveParser

MAX_CHARACTERS = 1_000_000
"""Longest text of a program."""
MAX_TOKENS = 10_000
"""Most words, literals, brackets and commas of a program; it bounds the time that reading any text takes, and inferring its effect."""
MAX_NESTING = 100
"""Deepest nesting of brackets. The machine runs no more than 64 quotations inside each other; the analyses recurse once or more for each."""
INT64 = 2**63
_EMPTY = ListOf(Var("a"))


def parse(text: str, *, name: str = "<program>") -> Program:
    """The program that a text describes. Raises `ParseError`, and nothing else, for a text that is not a program.

    `name` is the file that messages speak of. Line ends may be LF, CRLF or CR; a byte order mark at the start is skipped.
    """
    if len(text) > MAX_CHARACTERS:
        long = Mistake(f"the text has {len(text):,} characters, more than {MAX_CHARACTERS:,}; write a shorter program")
        raise long.in_text(text[:200], name)
    text = normal(text)
    try:
        return _read(text)
    except Mistake as mistake:
        raise mistake.in_text(text, name) from None


@lru_cache(maxsize=1)
def grammar() -> Lark:
    """The Lark parser of `grammar.lark`, built on first use (about 20 ms, after 45 ms for importing Lark)."""
    from importlib import resources

    from lark import Lark

    text = resources.files("dsl").joinpath("grammar.lark").read_text(encoding="utf-8")
    # Any object with methods named as the rules will do; being one of Lark's own transformers would mean importing Lark here.
    return Lark(text, parser="lalr", lexer="basic", start="program", transformer=cast(Any, _Builder()))


@lru_cache(maxsize=1024)
def is_run(text: str) -> bool:
    """Whether the grammar reads the text as one word, known or not."""
    from lark.exceptions import UnexpectedCharacters

    try:
        # The token is compared with the text because blanks and comments give no token.
        return [(token.type, str(token)) for token in grammar().lex(text)] == [("WORD", text)]
    except UnexpectedCharacters:
        return False


def _read(text: str) -> Program:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    state = grammar().parse_interactive(text)
    token = None
    depth = 0
    try:
        for count, token in enumerate(state.iter_parse()):
            if token.type == "WORD" and not token.isprintable():
                raise _odd(token)
            if token.type in ("OPENING_PARENTHESIS", "OPENING_BRACKET"):
                depth += 1
            elif token.type in ("CLOSING_PARENTHESIS", "CLOSING_BRACKET"):
                depth -= 1
            if depth > MAX_NESTING:
                raise at_token(f"brackets nest more than {MAX_NESTING} deep; define words for the inner parts", token)
            if count >= MAX_TOKENS:
                raise at_token(f"the program has more than {MAX_TOKENS:,} words, literals and brackets; write a shorter one", token)
        return state.feed_eof(token)
    except UnexpectedCharacters as error:
        message, position = unexpected_character(text, error.pos_in_stream)
        raise Mistake(message, error.line, error.column + position - error.pos_in_stream, _accepted(state)) from None
    except UnexpectedToken as error:
        stack = state.parser_state.value_stack
        opened = [item for item in stack if getattr(item, "type", "") in ("OPENING_PARENTHESIS", "OPENING_BRACKET", "COLON")]
        raise unexpected_token(error.token, opened, stack[-1] if stack else None, _accepted(state)) from None


def _accepted(state: InteractiveParser) -> list[str]:
    """What may stand where the parser is, in the user's words."""
    accepted = state.accepts()
    return [words for terminal, words in TERMS.items() if terminal in accepted]


def _odd(token: Token) -> Mistake:
    """The mistake of a word that holds a character which would not be seen."""
    place = next(i for i, character in enumerate(token) if not character.isprintable())
    return Mistake(odd_character(token[place]), token.line or 1, (token.column or 1) + place)


class _Builder:
    """Records from the parts of a rule; one method for each rule of the grammar. A mistake raises `Mistake`."""

    def program(self, parts: list[Any]) -> Program:
        pairs = [part for part in parts if isinstance(part, tuple)]
        body = tuple(parts[len(pairs) :])
        _look_up(pairs, body)
        return Program(body, tuple(definition for definition, _ in pairs))

    def definition(self, parts: list[Any]) -> tuple[Definition, Token]:
        """The definition, and its name where it stands."""
        return Definition(str(parts[1]), tuple(parts[2:-1]), _span(parts[0], parts[-1])), parts[1]

    def quotation(self, parts: list[Any]) -> Quotation:
        return Quotation(tuple(parts[1:-1]), _span(parts[0], parts[-1]))

    def word(self, parts: list[Token]) -> Word:
        return Word(str(parts[0]), _span(parts[0], parts[0]))

    def constant(self, parts: list[Token]) -> Constant:
        return Constant(int(parts[0][1:]), _span(parts[0], parts[0]))

    def boolean(self, parts: list[Token]) -> Push:
        return Push(parts[0] == "true", BOOL, _span(parts[0], parts[0]))

    def integer(self, parts: list[Token]) -> Push:
        # Python refuses to convert thousands of digits, and takes quadratic time for as many as it allows.
        number = int(parts[0]) if len(parts[0]) <= 20 else INT64
        if not -INT64 <= number < INT64:
            raise at_token(
                f"this integer, of {len(parts[0].lstrip('-'))} digits, does not fit in 64 bits; write one within {-INT64}..{INT64 - 1}",
                parts[0],
            )
        return Push(number, INT, _span(parts[0], parts[0]))

    def string(self, parts: list[Token]) -> Push:
        token = parts[0]
        lone = lone_surrogate(token)
        if lone is not None:
            shown = token[lone : lone + 6] if token[lone] == "\\" else f"U+{ord(token[lone]):04X}"
            message = f"`{shown}` is half of a surrogate pair and no character; write both halves, such as \\ud83d\\ude00, or the character itself"
            raise Mistake(message, token.line or 1, (token.column or 1) + lone)
        return Push(json.loads(token), STR, _span(token, token))

    def list_literal(self, parts: list[Any]) -> Push:
        items: list[Push] = parts[1:-1:2]
        span = _span(parts[0], parts[-1])
        try:
            return literal(tuple(item.value for item in items), span)
        except TypeMismatch as error:
            raise _mixed(items) or Mistake(f"{error}; write one of these instead", span.line, span.column) from None


def _mixed(items: Sequence[Push]) -> Mistake | None:
    """The mistake of the first item that has another type than those before it; None if there is no such item."""
    first = items[0]
    for item in items[1:]:
        if item.type != first.type and not (
            _EMPTY in (item.type, first.type) and isinstance(item.type, ListOf) and isinstance(first.type, ListOf)
        ):
            assert item.span is not None  # every literal that was read has one
            message = f"a list holds items of one type, but here {item.type} follows {first.type}; make two lists, or change the item"
            return Mistake(message, item.span.line, item.span.column)
        first = item if first.type == _EMPTY else first
    return None


def _look_up(pairs: Sequence[tuple[Definition, Token]], body: tuple[Instruction, ...]) -> None:
    """Refuses unknown words, and names that a definition cannot have. A definition knows the ops and the names before it."""
    from dsl.ops import OPS  # looked up when a program is read: the families import this module's neighbours

    known: set[str] = set(OPS)
    defined = {definition.name for definition, _ in pairs}
    for definition, token in pairs:
        message = name_mistake(token, OPS)
        if not message and token in known:
            message = f"`{visible(token)}` is defined twice; give one of the two another name"
        if message:
            raise at_token(message, token)
        _look_up_words(definition.body, known, defined, definition.name)
        known.add(definition.name)
    _look_up_words(body, known, defined, "")


def _look_up_words(body: tuple[Instruction, ...], known: Set[str], defined: Set[str], name: str) -> None:
    """Refuses words that are not known where they stand: in the definition of that name, or in the body if the name is empty."""
    word = next((word for word in walk(body) if isinstance(word, Word) and word.name not in known), None)
    if word is None:
        return
    shown = visible(word.name)
    if word.name == name:
        message = f"`{shown}` cannot use itself; repeat with times, fold or unfold"
    elif word.name in defined:
        message = f"`{shown}` is defined only further down; move its definition above that of `{visible(name)}`"
    else:
        message = unknown_word(word.name, known, _aliases())
    assert word.span is not None  # every word that was read has one
    raise Mistake(message, word.span.line, word.span.column, (TERMS["WORD"],))


def _aliases() -> dict[str, str]:
    """What the public suites call the ops, in lower case."""
    from dsl.ops import OPS

    return {alias.lower(): op.name for op in OPS.values() for alias in op.suites.values()}


def _span(first: Token, last: Token) -> Span:
    return Span(first.line or 1, first.column or 1, last.end_line or 1, last.end_column or 1)
