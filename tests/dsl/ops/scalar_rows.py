"""What a row over Ints, Bools and single values gives on some arguments, by each of its executions, and what its inverses find."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from dsl.kernels import WIDEN, Limits
from dsl.ops.table import Op
from dsl.values import DEFAULT, PROFILES, REASONS, UNDEFINED, Profile, Stuck, Value, check

LARGEST = 2**31 - 1
INTS = (0, 1, -1, 2, -2, 3, -3, 4, 7, -8, 9, 10, -10, 30, 31, 97, 100, -128, 255, 256, 1024, 46340, 46341, LARGEST - 1, LARGEST, -LARGEST)
FEW = range(-40, 41)
"""Where every argument is tried."""

PROFILES_TRIED = (
    *PROFILES.values(),
    Profile(name="tight", int_min=-9, int_max=9, max_list=2, max_str=3),
    Profile(name="above", int_min=2, int_max=50, max_list=1, max_str=4, division="truncate"),
)
"""The named profiles, and two whose limits get results stuck by size and by range, 0 and -1 among them."""


def allowed(values: Iterable[Any], profile: Profile) -> list[Any]:
    """The values that lie within the profile's limits."""
    return [value for value in values if not isinstance(check(value, profile), Stuck)]


def ints(count: int, profile: Profile = DEFAULT) -> Iterator[tuple[int, ...]]:
    """All tuples of so many Ints of the pool that the profile has."""
    return itertools.product(allowed(INTS, profile), repeat=count)


def by_reference(op: Op, args: tuple[Any, ...], profile: Profile = DEFAULT) -> Value | Stuck:
    """The machine's answer: the reference's value, if it lies within the limits."""
    assert op.reference is not None
    value = op.reference(profile, *args)
    return value if isinstance(value, Stuck) else check(value, profile)


def by_kernel(op: Op, signature: str, args: tuple[Any, ...], profile: Profile = DEFAULT, text: Any = np.uint32) -> Value | Stuck | int:
    """What the row's kernel gives, called as plain Python; `WIDEN` where it asks for wider text."""
    *given, result = signature.replace("->", "")
    nested_text = any(letter == "n" and any(isinstance(item, str) for item in value) for letter, value in zip(given, args, strict=True))
    texts = "s" in signature or nested_text
    dtype = text if texts else np.int32
    params = [part for letter, value in zip(given, args, strict=True) for part in _parameter(letter, value, dtype)]
    limits = Limits.of(profile)
    if result in "ib":
        value, status = op.kernels[signature](limits, *params)
        assert result == "i" or status or value in (0, 1)
        return Stuck(REASONS[status - 1]) if status else bool(value) if result == "b" else int(value)
    width = limits.max_str if texts else limits.max_list if result == "l" else limits.max_flat
    # 77 shows what a kernel leaves unwritten; the outputs are exactly as wide as the limits.
    row, ends = np.full(width, 77, dtype), np.full(limits.max_list, 77, np.int32)
    n = int(op.kernels[signature](limits, *params, *((row, ends) if result == "n" else (row,))))
    if n < 0:
        return WIDEN if n == -WIDEN else Stuck(REASONS[-n - 1])
    if result == "n":
        return tuple(_value(row[a:b], texts) for a, b in itertools.pairwise([0, *ends[:n].tolist()]))
    return _value(row[:n], texts)


def by_python(op: Op, args: tuple[Any, ...], profile: Profile = DEFAULT) -> Value:
    """What the row's Python template evaluates to."""
    scope: dict[str, Any] = {}
    exec(op.python_helper, scope)
    template = op.python(profile) if callable(op.python) else op.python
    return _value_of(eval(template.format(*(f"({_plain(value)!r})" for value in args)), scope))


def inverse_mistakes(op: Op, arguments: Iterable[Any], results: Iterable[Any], profile: Profile = DEFAULT) -> list[str]:
    """Where an inverse of the row is wrong. Beside the values of others from `arguments`, and asked for what those arguments give and
    for `results`, it must give the only one of `arguments` with that result; UNDEFINED where several have it; and where none has it,
    UNDEFINED or an argument of its own finding that does."""
    mistakes, arguments, results = [], allowed(arguments, profile), allowed(results, profile)
    for position, inverse in op.inverse.items():
        for others in itertools.product(arguments, repeat=op.num_args - 1):
            images = [(x, by_reference(op, (*others[:position], x, *others[position:]), profile)) for x in arguments]
            for result in {*results, *(image for _, image in images if not isinstance(image, Stuck))}:
                having = [x for x, image in images if image == result]
                found = inverse(profile, result, *others)
                right = found == (having[0] if len(having) == 1 else UNDEFINED)
                if not having and not isinstance(found, Stuck):
                    right = by_reference(op, (*others[:position], found, *others[position:]), profile) == result
                if not right:
                    mistakes.append(f"inverse {position} of {op.name} beside {others}: {result!r} comes from {having}, not {found!r}")
    return mistakes


def _value_of(plain: Any) -> Value:
    return tuple(map(_value_of, plain)) if isinstance(plain, list) else plain


def _plain(value: Any) -> Any:
    return list(map(_plain, value)) if isinstance(value, tuple) else value


def _parameter(letter: str, value: Any, dtype: Any) -> tuple[Any, ...]:
    """One argument as kernels take it; rows hold junk past their length."""
    if letter in "ib":
        return (np.int64(value),)
    if letter in "ls":
        return _row(value, dtype if letter == "s" else np.int32), len(value)
    ends = np.cumsum([len(item) for item in value], dtype=np.int32)
    return _row([part for item in value for part in item], dtype), ends, len(value)


def _row(parts: Iterable[Any], dtype: Any) -> np.ndarray:
    return np.array([*(ord(part) if isinstance(part, str) else int(part) for part in parts), 9, 8], dtype)


def _value(row: np.ndarray, texts: bool) -> Value:
    return "".join(map(chr, row.tolist())) if texts else tuple(row.tolist())
