"""Random values for tests: by type and profile, with edge cases common, and related to each other where an op's arguments should be.

Everything lies within the profile's limits, so it may be an input of a program. Strings hold what the string ops look for
(delimiters, digits, words, letters of every case) and now and then something outside ASCII; integers are small, or at the
ends of the profile's range, or near the length of a list drawn before them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dsl.types import BOOL, INT, LIST_LIST_INT, STR, VALUE_TYPES, Effect, ListOf, Type, Var, is_representable
from dsl.unification import substitute
from dsl.values import Profile, Value

if TYPE_CHECKING:
    from dsl.ops.table import Op

TOKEN_CLASSES = ("number", "word", "alnum", "caps", "proper", "lower", "digit", "char")
ALPHABETS = (
    "ab",
    "ab ",
    "abcABC",
    "0123456789",
    "01-",
    "ab,;-",
    "aB3 .,-/@_:()",
    "a \t\n",
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,.-",
)
WIDE_ALPHABET = "aZ0 -\u00e9\u00c9\u00df\u00ff\u0130\u0131\u01c5\u0149\u03a3\u03c2\u0660\u00b2\u00a0\u0085\u2028\u3000\u65e5\u4e2d\ufb03\U0001f600\U00010400\0"
"""Characters that case mapping, digits and spaces treat in their own way, among plain ones."""
WORDS = ("", "a", "Ann", "bob", "NASA", "12", "-7", "+5", "007", "2147483648", "3.14", "x1", "ann@b.org", "Mr.", "and", "true", "\u00e9")


def draw_length(rng: np.random.Generator, limit: int) -> int:
    """A length in 0..limit: mostly short, often 0, 1 or 2, now and then the limit itself or one less."""
    kind = rng.integers(20)
    if kind < 5:
        return min(int(kind) % 3, limit)
    if kind == 5:
        return limit - int(rng.integers(2)) if limit else 0
    return int(rng.integers(min(limit, 10 if kind < 16 else 30) + 1))


def draw_int(rng: np.random.Generator, profile: Profile) -> int:
    """An Int of the profile: small, medium, or at the ends of the range."""
    kind = rng.integers(10)
    if kind < 6:
        return _clip(int(rng.integers(-4, 10)), profile)
    if kind < 8:
        return _clip(int(rng.integers(-70_000 if kind == 7 else -120, 70_000 if kind == 7 else 130)), profile)
    end = profile.int_min if rng.integers(2) else profile.int_max
    return _clip(end + int(rng.integers(-3, 4)), profile)


def draw_str(rng: np.random.Generator, limit: int, *, wide: bool | None = None) -> str:
    """A Str of at most `limit` characters; `wide` forces (True) or forbids (False) characters outside ASCII."""
    if wide is None:
        wide = rng.integers(8) == 0
    if not wide and rng.integers(4) == 0:
        words = [WORDS[i] for i in rng.integers(len(WORDS) - 1, size=rng.integers(1, 4))]
        return " ,-"[rng.integers(3)].join(words)[:limit]
    alphabet = WIDE_ALPHABET if wide else ALPHABETS[rng.integers(len(ALPHABETS))]
    return "".join([alphabet[i] for i in rng.integers(len(alphabet), size=draw_length(rng, limit))])


def draw_value(rng: np.random.Generator, kind: Type, profile: Profile, *, wide: bool | None = None) -> Value:
    """A value of one of the seven types within the profile's limits; `wide` as for `draw_str`."""
    if kind == INT:
        return draw_int(rng, profile)
    if kind == BOOL:
        return bool(rng.integers(2))
    if kind == STR:
        return draw_str(rng, profile.max_str, wide=wide)
    assert isinstance(kind, ListOf)
    if kind.item == INT:
        return _draw_ints(rng, profile, draw_length(rng, profile.max_list))
    if kind.item == BOOL:
        return tuple(bool(i) for i in rng.integers(2, size=draw_length(rng, profile.max_list)))
    length = draw_length(rng, profile.max_list)
    limit = profile.max_flat if kind == LIST_LIST_INT else profile.max_str
    items: list[Value] = []
    for _ in range(length):
        if kind.item == STR:
            item: Value = draw_str(rng, min(limit, 12), wide=wide)
        else:
            item = _draw_ints(rng, profile, min(draw_length(rng, min(profile.max_list, 12)), limit))
        limit -= len(item)
        items.append(item)
        if items[:-1] and rng.integers(4) == 0 and len(items[0]) <= limit + len(item):
            limit += len(item) - len(items[0])
            items[-1] = items[0]
    return tuple(items)


def draw_types(rng: np.random.Generator, op: Op) -> tuple[Type, ...]:
    """Types of the values that an op pops (quotations left out), with its type variables filled in at random."""
    wanted = [kind for kind in op.type.before.types if not isinstance(kind, Effect)]
    names = type_variables((*wanted, *op.type.after.types))
    while True:
        types: Mapping[str, Type] = {name: VALUE_TYPES[rng.integers(len(VALUE_TYPES))] for name in names}
        filled = [substitute(kind, types) for kind in (*wanted, *op.type.after.types)]
        if all(map(is_representable, filled)):
            return tuple(filled[: len(wanted)])


def draw_args(rng: np.random.Generator, kinds: Sequence[Type], profile: Profile, *, wide: bool | None = None) -> tuple[Value, ...]:
    """Arguments for one call: later ones are often related to earlier ones (a substring, an item, an index near the length, a token class).

    `wide` as for `draw_str`.
    """
    values: list[Value] = []
    for kind in kinds:
        related = _related(rng, kind, values, profile) if values and rng.integers(3) else None
        values.append(draw_value(rng, kind, profile, wide=wide) if related is None else related)
    return tuple(values)


def type_variables(kinds: Sequence[Type]) -> list[str]:
    """Names of the type variables in some types, each once."""
    return sorted({name for kind in kinds for name in _variables(kind)})


def _draw_ints(rng: np.random.Generator, profile: Profile, length: int) -> tuple[int, ...]:
    style = rng.integers(4)
    if style == 0:
        return tuple(_clip(i, profile) for i in rng.integers(0, 3, size=length).tolist())
    if style < 3:
        return tuple(_clip(i, profile) for i in rng.integers(-20, 60, size=length).tolist())
    return tuple(draw_int(rng, profile) for _ in range(length))


def _clip(number: int, profile: Profile) -> int:
    return max(profile.int_min, min(profile.int_max, number))


def _variables(kind: Type) -> list[str]:
    if isinstance(kind, Var):
        return [kind.name]
    return _variables(kind.item) if isinstance(kind, ListOf) else []


def _related(rng: np.random.Generator, kind: Type, values: Sequence[Value], profile: Profile) -> Value | None:
    """A value that has to do with one drawn before, or None where nothing fits."""
    other = values[rng.integers(len(values))]
    if kind == INT:
        if isinstance(other, tuple) and other and type(other[0]) is int and rng.integers(3) == 0:
            return other[rng.integers(len(other))]
        if isinstance(other, (str, tuple)):
            return _clip(int(rng.integers(-len(other) - 2, len(other) + 3)), profile)
        return _clip(int(other) + int(rng.integers(-2, 3)), profile) if type(other) is int else None
    if kind == STR:
        choice = rng.integers(5)
        if choice == 0:
            return TOKEN_CLASSES[rng.integers(len(TOKEN_CLASSES))][: profile.max_str]
        if isinstance(other, tuple):
            return other[rng.integers(len(other))] if other and isinstance(other[0], str) else None
        if not isinstance(other, str) or not other:
            return None
        start = int(rng.integers(len(other)))
        return other[start : start + 1 + int(rng.integers(3 if choice < 4 else len(other)))]
    if isinstance(kind, ListOf) and isinstance(other, tuple):
        if kind.item not in (BOOL, STR) and other and type(other[0]) is tuple and kind != LIST_LIST_INT:
            return other[rng.integers(len(other))]
        if _is_of(other, kind):
            start = int(rng.integers(len(other) + 1))
            return other[start : start + int(rng.integers(4))] if rng.integers(3) else other
    return None


def _is_of(values: tuple[Value, ...], kind: ListOf) -> bool:
    first = values[0] if values else None
    wanted = {INT: int, BOOL: bool, STR: str}.get(kind.item, tuple)
    return type(first) is wanted
