"""JSON as the project reads it: no duplicate keys, NaN, huge integers or deep nesting; every refusal knows its place.

The text is parsed by the standard library with checking hooks. Hooks do not know where they are, so when one of them
objects, `_tokens` walks over the text once more to find the place.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dsl.values import Value

MAX_DEPTH = 32
"""Deepest nesting of arrays and objects: a task's values need about six."""
MAX_DIGITS = 20
"""No 64-bit integer is longer, with its sign."""
MAX_ITEMS = 65_536
"""Most items of one list: far above what any profile can hold, and low enough to refuse quickly."""
MAX_STRING = 1_000_000
"""Most code points of one string."""
MAX_WALK = 300_000
"""Most tokens walked over to find the place of an error (half a second); past them the error has no line."""
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

_TOKEN = re.compile(r'[ \t\n\r]*("[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+)', re.DOTALL)
_CONSTANT = re.compile(r"NaN|-?Infinity")
_INTEGER = re.compile(r"-?[0-9]++(?![.eE][0-9])")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_WORDS = {
    "Expecting value": "expected a value: a number, string, true, false, [ or {",
    "Expecting property name enclosed in double quotes": "expected a key in double quotes",
    "Expecting ',' delimiter": "expected a comma or a closing bracket",
    "Expecting ':' delimiter": "expected a colon after the key",
    "Extra data": "the value ends before this; remove what follows (a list of tasks goes in [ ], or one a line in a .jsonl file)",
    "Unterminated string starting at": 'the string that starts here has no closing "',
    "Invalid control character at": "a raw control character in a string; write it as an escape such as \\n or \\u0000",
    "Invalid \\escape": 'unknown escape in a string; \\\\ \\" \\n \\t and \\uXXXX are some that exist',
    "Invalid \\uXXXX escape": "\\u needs four hexadecimal digits",
    "Illegal trailing comma before end of object": "a comma with no key after it",
    "Illegal trailing comma before end of array": "a comma with no value after it",
}
"""The standard library's messages in the user's words."""


class JsonError(ValueError):
    """A text that is not JSON, or not the part of JSON that is read here; `offset` is the character where it goes wrong, if known."""

    def __init__(self, reason: str, offset: int | None = None) -> None:
        super().__init__(reason)
        self.offset = offset


class _Objection(Exception):
    """A hook's objection, in words; `_problem` finds its place."""


def loads(text: str) -> Any:
    """What `json.loads` gives. Raises `JsonError`."""
    reason = ""
    data = None
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant)
    except json.JSONDecodeError as error:
        ended = not text[error.pos :].strip()
        raise JsonError(
            "the text ends too early; is the file truncated?" if ended else _WORDS.get(error.msg, error.msg), error.pos
        ) from None
    except RecursionError:
        reason = f"nested more than {MAX_DEPTH} deep"
    except _Objection as objection:
        reason = str(objection)
    if reason or _SURROGATE_ESCAPE.search(text):
        problem = _problem(text)
        if problem or reason:
            raise problem or JsonError(reason)
    return data


def parse_value(text: str) -> Value:
    """One value of the language from its JSON, as `--input` takes it. Raises `JsonError`."""
    return to_value(loads(text))


def to_value(data: Any, depth: int = 0) -> Value:
    """A value of the language from what `loads` gives. Raises `JsonError` for null, numbers with a point, objects, and what is too long or too deep."""
    if isinstance(data, str) and len(data) > MAX_STRING:
        raise JsonError(f"a string of {len(data):,} characters; at most {MAX_STRING:,} are read")
    if isinstance(data, (bool, int, str)):
        return data
    if isinstance(data, list):
        if depth == 2:
            raise JsonError("lists may be nested two deep at most")
        if len(data) > MAX_ITEMS:
            raise JsonError(f"a list of {len(data):,} items; at most {MAX_ITEMS:,} are read")
        return tuple([to_value(item, depth + 1) for item in data])
    kind = "null" if data is None else "an object" if isinstance(data, dict) else f"the number {data!r}"
    raise JsonError(f"{kind} is not a value; values are integers, true, false, strings and lists of them")


def locate(text: str, path: Sequence[str | int]) -> int | None:
    """The offset of the part of a well-formed text that `path` leads to; where it does not exist, of the last part on the way. None if that is too far to walk."""
    wanted = tuple(path)
    best, best_length = 0, -1
    for number, place in enumerate(_tokens(text)):
        if number == MAX_WALK:
            return None
        shared = len(place.path) if wanted[: len(place.path)] == place.path else -1
        if shared > best_length:
            best, best_length = place.offset, shared
        if shared == len(wanted):
            break
    return best


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _Objection(f"the key {json.dumps(counts.most_common(1)[0][0])} stands twice in one object; remove one")
    return data


def _integer(text: str) -> int:
    if _is_huge(text):
        raise _Objection(_huge(text))
    return int(text)


def _constant(text: str) -> Any:
    raise _Objection(_not_json(text))


def _is_huge(text: str) -> bool:
    return len(text) > MAX_DIGITS or not INT64_MIN <= int(text) <= INT64_MAX


def _huge(text: str) -> str:
    shown = text if len(text) <= 24 else f"{text[:12]}... ({len(text.lstrip('-'))} digits)"
    return f"the integer {shown} does not fit in 64 bits; write it as a string if it is a code or an id"


def _not_json(text: str) -> str:
    return f"{text} is not JSON; values are integers, true, false, strings and lists of them"


@dataclass(slots=True)
class _Open:
    """An array or object being walked: where it stands and the key or index that comes next."""

    path: tuple[str | int, ...]
    is_object: bool
    next: str | int = 0
    keys: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Place:
    """A value or a key of the text. `repeated` marks a key that its object already has."""

    token: str
    offset: int
    path: tuple[str | int, ...]
    repeated: bool = False


def _tokens(text: str) -> Iterator[_Place]:
    """The keys, scalars and opening brackets of a text, in order, with the paths of the values; well-formed as far as one reads on."""
    opened: list[_Open] = []
    for match in _TOKEN.finditer(text):
        token, offset = match[1], match.start(1)
        top = opened[-1] if opened else None
        if token in "}]":
            opened = opened[:-1]
        elif token == ",":
            if top and not top.is_object and isinstance(top.next, int):
                top.next += 1
            elif top:
                top.next = 0
        elif token == ":":
            continue
        elif top and top.is_object and top.next == 0:
            try:
                key = json.loads(token)
            except json.JSONDecodeError:
                return
            yield _Place(token, offset, top.path, repeated=key in top.keys)
            top.keys.add(key)
            top.next = key
        else:
            path = (*top.path, top.next) if top else ()
            yield _Place(token, offset, path)
            if token in "{[":
                opened.append(_Open(path, token == "{"))


def _problem(text: str) -> JsonError | None:
    """The first thing in a text that JSON allows, or Python's reader does, and that is refused here; None too if it is too far to walk."""
    for place in itertools.islice(_tokens(text), MAX_WALK):
        reason = _objection(place)
        if reason:
            return JsonError(reason, place.offset)
    return None


def _objection(place: _Place) -> str:
    token = place.token
    if place.repeated:
        return f"the key {token} stands twice in this object; remove one"
    if len(place.path) >= MAX_DEPTH:
        return f"nested more than {MAX_DEPTH} deep"
    # What was read may go on in the token: the standard library stops at `NaN1` after its third letter.
    constant = _CONSTANT.match(token)
    if constant:
        return _not_json(constant[0])
    if token[0] == '"':
        return "half of a surrogate pair is not a character; write the character itself" if _has_surrogate(token) else ""
    integer = _INTEGER.match(token)
    return _huge(integer[0]) if integer and _is_huge(integer[0]) else ""


def _has_surrogate(token: str) -> bool:
    return bool(_SURROGATE_ESCAPE.search(token)) and any("\ud800" <= c <= "\udfff" for c in json.loads(token))
