"""The notation of stack effects in the op table, e.g. `( List[a] Int -- List[a] )`: text to `Effect`."""

from __future__ import annotations

import re
from functools import cache

from dsl.errors import DslError
from dsl.types import BOOL, INT, STR, Effect, ListOf, Stack, Type, Var

_TOKEN = re.compile(r"\(|\)|--|\.\.[a-z]+|[A-Za-z]+(?:\[[A-Za-z\[\]]*\])?")


@cache
def parse_effect(text: str) -> Effect:
    """The effect written as in the op table, e.g. `( List[a] Int -- List[a] )`. A side without `..row` has the row `s`.

    Raises `DslError` naming the text for anything else; only op authors see it.
    """
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s+", "", text) or tokens[:1] != ["("] or tokens[-1:] != [")"]:
        raise DslError(f"{text!r} is not a stack effect")
    effect, rest = _read_effect(tokens[1:], text)
    if rest:
        raise DslError(f"{text!r} is not a stack effect: text after the closing parenthesis")
    return effect


def _read_effect(tokens: list[str], text: str) -> tuple[Effect, list[str]]:
    sides: list[Stack] = []
    row, types = "s", []
    while tokens:
        token, tokens = tokens[0], tokens[1:]
        if token in ("--", ")"):
            sides.append(Stack(row, tuple(types)))
            row, types = "s", []
            if token == ")":
                break
        elif token == "(":
            inner, tokens = _read_effect(tokens, text)
            types.append(inner)
        elif token.startswith(".."):
            row = token[2:]
        else:
            types.append(_read_type(token, text))
    if len(sides) != 2:
        raise DslError(f"{text!r} is not a stack effect: it needs one '--' between its two sides")
    return Effect(*sides), tokens


def _read_type(token: str, text: str) -> Type:
    if token.startswith("List[") and token.endswith("]"):
        return ListOf(_read_type(token[5:-1], text))
    if token in ("Int", "Bool", "Str"):
        return {"Int": INT, "Bool": BOOL, "Str": STR}[token]
    if re.fullmatch(r"[a-z]", token):
        return Var(token)
    raise DslError(f"{text!r} is not a stack effect: unknown type {token!r}")
