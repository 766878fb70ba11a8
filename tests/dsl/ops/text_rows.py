"""What a text row gives on some arguments, by each of its three executions: reference, kernel called as plain Python, Python rendering."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from dsl.kernels import Limits
from dsl.ops.table import Op
from dsl.values import DEFAULT, REASONS, Profile, Stuck, Value, check

ASCII = [
    "",
    "a",
    "A",
    " ",
    "aa",
    "aaa",
    "abab",
    "banana",
    "Hello World",
    "  two  spaces ",
    "x1y22Z-3",
    "123",
    "\n",
    "a\r\nb\n\nc\r",
    "\tQ r\x1cs",
]
WIDE = [
    *ASCII[:9],
    "stra\u00dfe",
    "\u0130\u01c5\u01c6b\u0149",
    "\u03a3\u03c3\u03c2 \u2170\u24d0\u00aa",
    "\u0663\u6f22\u5b57\u00e9",
    "\u2003x\u00a0",
    "\U0001d49c\U0001f600",
]
# An occurrence across the border of two blocks of 64, which kernels take at once.
LONG = "." * 63 + "an" + "a" * 40 + "A z" * 9
SMALL = [*"aAn- z", "", "an", "aa", "aA", "long pattern"]
CLASSES = ["number", "word", "alnum", "caps", "proper", "lower", "digit", "char", "a", " ", "", "vowel", "chars"]
NEW = ["", "X", "anan"]
INTS = [-(2**31) + 1, -2, -1, 0, 1, 2, 4, 300]
LISTS = [(), ("",), ("a",), ("a", "b"), ("", "x", ""), ("ab", "", "cde", "f"), ("banana", "an")]

TIGHT = Profile(name="tight", int_min=-2, int_max=4, max_str=8, max_list=3)
"""Limits that the pools above break: results get stuck by size and by range."""


def grid(op: Op, profile: Profile = DEFAULT, texts: list[str] = ASCII) -> Iterator[tuple[Value, ...]]:
    """Arguments of the row from the pools, all combinations that lie within the profile."""
    texts = [*texts, LONG]
    pools: list[list[Any]] = []
    for kind in map(str, op.type.before.types):
        strings = sum(isinstance(pool[0], str) for pool in pools)
        text_pools = [texts, CLASSES if op.category == "tokens" else SMALL, NEW]
        pools.append(INTS if kind == "Int" else LISTS if kind == "List[Str]" else text_pools[strings] if len(pools) < 3 else NEW)
    fits = [[value for value in pool if not isinstance(check(value, profile), Stuck)] for pool in pools]
    return itertools.product(*fits)


def by_reference(op: Op, args: tuple[Value, ...], profile: Profile = DEFAULT) -> Value | Stuck:
    """The machine's answer: the reference's value, if it lies within the limits."""
    assert op.reference is not None
    value = op.reference(profile, *args)
    return value if isinstance(value, Stuck) else check(value, profile)


def by_kernel(op: Op, args: tuple[Value, ...], profile: Profile, dtype: Any) -> Value | Stuck:
    """What the row's only kernel gives on rows of that dtype, with the limits of the profile."""
    assert not isinstance(op.kernels, str)
    ((signature, kernel),) = op.kernels.items()
    limits = Limits.of(profile)
    params = [part for letter, value in zip(signature, args, strict=False) for part in _parameter(letter, value, dtype, limits.max_str)]
    # 77 shows what a kernel leaves unwritten; the outputs are exactly as wide as the limits.
    row, ends = np.full(limits.max_str, 77, dtype), np.full(limits.max_list, 77, np.int32)
    match signature[-1]:
        case "i" | "b":
            value, status = kernel(limits, *params)
            return Stuck(REASONS[status - 1]) if status else bool(value) if signature[-1] == "b" else int(value)
        case "s":
            n = int(kernel(limits, *params, row))
            return Stuck(REASONS[-n - 1]) if n < 0 else _text(row[:n])
        case _:
            n = int(kernel(limits, *params, row, ends))
            return Stuck(REASONS[-n - 1]) if n < 0 else tuple(_text(row[a:b]) for a, b in itertools.pairwise([0, *ends[:n].tolist()]))


def by_python(op: Op, args: tuple[Value, ...]) -> Value:
    """What the row's Python template evaluates to."""
    scope: dict[str, Any] = {}
    exec(op.python_helper, scope)
    plain = [list(value) if isinstance(value, tuple) else value for value in args]
    value = eval(op.python.format(*(f"({value!r})" for value in plain)), scope)
    return tuple(value) if isinstance(value, list) else value


def inverse_mistakes(op: Op, texts: list[str] = ASCII) -> list[str]:
    """Where an inverse of the row gives an argument that does not give the result, or that is not the only one to do so."""
    mistakes = []
    for position, inverse in op.inverse.items():
        for args in grid(op, texts=texts):
            result, others = by_reference(op, args), args[:position] + args[position + 1 :]
            if isinstance(result, Stuck):
                continue
            found = inverse(DEFAULT, result, *others)
            if not isinstance(found, Stuck) and found != args[position]:
                mistakes.append(f"{args} {op.name}: inverse {position} of {result!r} is {found!r}")
    return mistakes


def inverse_found(op: Op, position: int, *args: Value) -> Value | Stuck:
    """The inverse at that position, asked with the result on `args`."""
    return op.inverse[position](DEFAULT, by_reference(op, args), *args[:position], *args[position + 1 :])


def _parameter(letter: str, value: Any, dtype: Any, width: int) -> tuple[Any, ...]:
    """One argument as kernels take it."""
    if letter in "ib":
        return (np.int64(value),)
    if letter == "s":
        return _row(value, dtype, width), len(value)
    return _row("".join(value), dtype, width), np.cumsum([len(item) for item in value], dtype=np.int32), len(value)


def _row(text: str, dtype: Any, width: int) -> np.ndarray:
    """A row of at least that width, with junk past the text."""
    return np.array([*map(ord, text)] + [32, 97, 32] * (max(width - len(text), 3) // 3), dtype)


def _text(row: np.ndarray) -> str:
    return "".join(map(chr, row.tolist()))
