"""What the operators of SMT-LIB do, and the sorts that they take; which theories, `benchmarks.peers.smtlib` says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import combinations, pairwise
from operator import add, and_, mul, or_, sub, xor
from typing import Any, TypeAlias

Scalar: TypeAlias = "str | int | bool"
MAX_CODE = 0x2FFFF
"""The highest code point of SMT-LIB's characters."""


class SmtError(ValueError):
    """A text that is no term, or a term that has no value: an unknown operator, arguments of the wrong sort, a division by zero."""


def applied(name: str, arguments: Sequence[Scalar]) -> Scalar:
    """The value of an operator on values. Raises `SmtError` where it has none."""
    function, sorts = OPERATORS[name]
    if not _fits(sorts, arguments):
        raise SmtError(f"{name} does not take {', '.join(map(repr, arguments))[:80]}")
    return function(*arguments)


def _fits(sorts: str, arguments: Sequence[Scalar]) -> bool:
    """Whether values have the sorts: a letter for each, `S+` for two or more of one sort, `aa` for two or more of any one sort."""
    letters = ["B" if isinstance(value, bool) else "I" if isinstance(value, int) else "S" for value in arguments]
    if sorts == "aa":
        return len(letters) >= 2 and len(set(letters)) == 1
    if sorts == "Baa":
        return len(letters) == 3 and letters[0] == "B" and letters[1] == letters[2]
    if sorts == "I-":
        return len(letters) >= 1 and set(letters) == {"I"}
    if sorts.endswith("+"):
        return len(letters) >= 2 and set(letters) == {sorts[0]}
    return letters == list(sorts)


def _at(text: str, index: int) -> str:
    return text[index] if 0 <= index < len(text) else ""


def _substr(text: str, start: int, length: int) -> str:
    return text[start : start + length] if 0 <= start < len(text) and length > 0 else ""


def _indexof(text: str, part: str, start: int) -> int:
    return text.find(part, start) if 0 <= start <= len(text) else -1


def _to_int(text: str) -> int:
    return int(text) if re.fullmatch("[0-9]+", text) else -1


def _to_code(text: str) -> int:
    return ord(text) if len(text) == 1 else -1


def _from_code(code: int) -> str:
    return chr(code) if 0 <= code <= MAX_CODE else ""


def _update(text: str, start: int, part: str) -> str:
    return (text[:start] + part + text[start + len(part) :])[: len(text)] if 0 <= start < len(text) else text


def _cased(text: str, first: str, shift: int) -> str:
    """ASCII letters from `first` on moved by `shift` code points."""
    return "".join(chr(ord(c) + shift) if ord(first) <= ord(c) < ord(first) + 26 else c for c in text)


def _div(number: int, *divisors: int) -> int:
    """The quotient that leaves a remainder in [0, |divisor|)."""
    for divisor in divisors:
        if divisor == 0:
            raise SmtError("a division by zero has no fixed value")
        number = number // divisor if divisor > 0 else -(number // -divisor)
    return number


def _mod(number: int, divisor: int) -> int:
    return number - divisor * _div(number, divisor)


def _minus(*numbers: int) -> int:
    return -numbers[0] if len(numbers) == 1 else reduce(sub, numbers)


def _implies(*values: bool) -> bool:
    return not all(values[:-1]) or values[-1]


def _folded(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda *values: reduce(function, values)


def _chained(holds: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    return lambda *values: all(holds(a, b) for a, b in pairwise(values))


OPERATORS: Mapping[str, tuple[Callable[..., Any], str]] = {
    "str.++": (lambda *texts: "".join(texts), "S+"),
    "str.len": (len, "S"),
    "str.at": (_at, "SI"),
    "str.substr": (_substr, "SII"),
    "str.indexof": (_indexof, "SSI"),
    "str.replace": (lambda text, part, new: text.replace(part, new, 1), "SSS"),
    "str.replace_all": (lambda text, part, new: text.replace(part, new) if part else text, "SSS"),
    "str.prefixof": (lambda part, text: text.startswith(part), "SS"),
    "str.suffixof": (lambda part, text: text.endswith(part), "SS"),
    "str.contains": (lambda text, part: part in text, "SS"),
    "str.<": (_chained(lambda a, b: a < b), "S+"),
    "str.<=": (_chained(lambda a, b: a <= b), "S+"),
    "str.from_int": (lambda number: str(number) if number >= 0 else "", "I"),
    "str.to_int": (_to_int, "S"),
    "str.is_digit": (lambda text: bool(re.fullmatch("[0-9]", text)), "S"),
    "str.to_code": (_to_code, "S"),
    "str.from_code": (_from_code, "I"),
    "str.rev": (lambda text: text[::-1], "S"),
    "str.to_lower": (lambda text: _cased(text, "A", 32), "S"),
    "str.to_upper": (lambda text: _cased(text, "a", -32), "S"),
    "str.update": (_update, "SIS"),
    "+": (_folded(add), "I+"),
    "-": (_minus, "I-"),
    "*": (_folded(mul), "I+"),
    "div": (_div, "I+"),
    "mod": (_mod, "II"),
    "abs": (abs, "I"),
    "<": (_chained(lambda a, b: a < b), "I+"),
    "<=": (_chained(lambda a, b: a <= b), "I+"),
    ">": (_chained(lambda a, b: a > b), "I+"),
    ">=": (_chained(lambda a, b: a >= b), "I+"),
    "not": (lambda value: not value, "B"),
    "and": (_folded(and_), "B+"),
    "or": (_folded(or_), "B+"),
    "xor": (_folded(xor), "B+"),
    "=>": (_implies, "B+"),
    "=": (_chained(lambda a, b: a == b), "aa"),
    "distinct": (lambda *values: all(a != b for a, b in combinations(values, 2)), "aa"),
    "ite": (lambda condition, a, b: a if condition else b, "Baa"),
}
"""Operators with what they do and the sorts that they take."""
