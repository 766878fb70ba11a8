"""Arguments for list rows, and what a row gives on them by its kernel, its Python template and its inverses."""

from __future__ import annotations

import itertools
import string
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dsl.kernels import Limits
from dsl.ops.table import Op
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, Effect, Type, is_representable
from dsl.unification import substitute
from dsl.values import DEFAULT, REASONS, Profile, Stuck, Value
from tests.dsl.ops.scalar_rows import PROFILES_TRIED, allowed, by_reference

LARGEST = 2**31 - 1
ITEMS: tuple[Type, ...] = (INT, BOOL, STR, LIST_INT)
LETTERS = {INT: "i", BOOL: "b", STR: "s", LIST_INT: "l", LIST_BOOL: "l", LIST_STR: "n", LIST_LIST_INT: "n"}

POOLS: dict[Type, tuple[Value, ...]] = {
    INT: (-LARGEST, -3, -1, 0, 1, 2, 3, 5, 64, LARGEST),
    BOOL: (False, True),
    STR: ("", "a", "b", "ab", "Zulu"),
    LIST_INT: ((), (5,), (2, 2), (3, -1, 2), (0, 7, 0, 7, 1), (-3, 5, 5, 5, -4, 2), (LARGEST, 1), (-LARGEST, -1), (LARGEST, LARGEST, 0)),
    LIST_BOOL: ((), (True,), (False, True, False), (True, True)),
    LIST_STR: ((), ("a",), ("b", "", "ab"), ("a", "ab", "a", "b"), ("", ""), ("abc", "Zulu", "abcd")),
    LIST_LIST_INT: ((), ((),), ((5,), (), (5,)), ((2, 2), (3, -1, 2), (2, 2)), ((1, 2), (1,), (1, 2, 0), (0, 9))),
}
"""Values with edge cases; some are related, so that searches find something."""

PROFILES = (
    *PROFILES_TRIED,
    DEFAULT.with_limits(name="python", negative_index=True),
    DEFAULT.with_limits(name="all switches", negative_index=True, index_base=1, undefined="zero", division="truncate"),
    DEFAULT.with_limits(name="narrow", int_min=-9, int_max=3, max_list=4, max_str=6),
)


def typings(op: Op) -> tuple[tuple[Type, ...], ...]:
    """The types that the row's arguments may have, and after them that of its result."""
    kinds = [kind for kind in (*op.type.before.types, *op.type.after.types) if not isinstance(kind, Effect)]
    filled = (tuple(substitute(kind, {"a": item}) for kind in kinds) for item in ITEMS)
    return tuple(dict.fromkeys(types for types in filled if all(map(is_representable, types))))


def signature(kinds: tuple[Type, ...]) -> str:
    """The layouts of arguments and result."""
    letters = "".join(LETTERS[kind] for kind in kinds)
    return f"{letters[:-1]}->{letters[-1]}"


def cases(op: Op, profile: Profile) -> Iterator[tuple[tuple[Type, ...], tuple[Value, ...]]]:
    """Types and arguments from the pools, all combinations that the profile allows."""
    for kinds in typings(op):
        for args in itertools.product(*(allowed(POOLS[kind], profile) for kind in kinds[:-1])):
            yield kinds, args


def is_told_apart(kinds: tuple[Type, ...], profile: Profile, args: tuple[Any, ...], result: Any) -> bool:
    """False where the reference takes an empty list for a List[Int], which it is not, and gives 0 for its missing item."""
    return not (profile.undefined == "zero" and args[0] == () and kinds[-1] != INT and type(result) is int)


def by_kernel(op: Op, kinds: tuple[Type, ...], args: tuple[Value, ...], profile: Profile) -> Value | Stuck:
    """What the row's kernel gives, called as plain Python. Rows hold junk past their length, and outputs are exactly as wide as the limits."""
    limits, result = Limits.of(profile), kinds[-1]
    params = [part for kind, value in zip(kinds, args, strict=False) for part in _parameter(kind, value)]
    kernel = op.kernels[signature(kinds)]
    if LETTERS[result] in "ib":
        value, status = kernel(limits, *params)
        return Stuck(REASONS[status - 1]) if status else _entry(result, value)
    text = result in (STR, LIST_STR)
    width = limits.max_str if text else limits.max_list if LETTERS[result] == "l" else limits.max_flat
    # Compiled, what is out of range wraps before it is refused; numpy by itself would raise, so the row gets room for it.
    row, ends = np.full(width, 77, np.int64), np.full(limits.max_list, 77, np.int32)
    length = int(kernel(limits, *params, *((row, ends) if LETTERS[result] == "n" else (row,))))
    if length < 0:
        return Stuck(REASONS[-length - 1])
    if LETTERS[result] != "n":
        return _sequence(result, row[:length])
    return tuple(_sequence(result.item, row[a:b]) for a, b in itertools.pairwise([0, *ends[:length].tolist()]))  # type: ignore[union-attr]


def _parameter(kind: Type, value: Any) -> tuple[Any, ...]:
    if LETTERS[kind] in "ib":
        return (np.int64(value),)
    if LETTERS[kind] != "n":
        return _row(kind, value), len(value)
    return _row(kind, [part for item in value for part in item]), np.cumsum([len(item) for item in value], dtype=np.int32), len(value)


def _row(kind: Type, parts: Sequence[Any]) -> np.ndarray:
    return np.array([*(ord(part) if isinstance(part, str) else int(part) for part in parts), 1, 99], _dtype(kind))


def _dtype(kind: Type) -> Any:
    return np.uint8 if kind == LIST_BOOL else np.uint32 if kind in (STR, LIST_STR) else np.int32


def _sequence(kind: Type, row: np.ndarray) -> Value:
    return "".join(map(chr, row.tolist())) if kind == STR else tuple(_entry(kind.item, part) for part in row)  # type: ignore[union-attr]


def _entry(kind: Type, number: Any) -> Value:
    assert kind != BOOL or number in (0, 1)
    return bool(number) if kind == BOOL else int(number)


def by_python(op: Op, args: tuple[Value, ...], profile: Profile) -> Value:
    """What the row's Python template evaluates to."""
    scope: dict[str, Any] = {}
    exec(op.python_helper, scope)
    template = op.python(profile) if callable(op.python) else op.python
    names = {letter: letter for letter in string.ascii_lowercase}
    return _tuples(eval(template.format(*(f"({_lists(value)!r})" for value in args), **names), scope))


def inverse_mistakes(op: Op, pools: dict[Type, list[Any]], results: dict[Type, list[Any]], profile: Profile = DEFAULT) -> Iterator[str]:
    """Where an inverse is wrong: an answer that does not give the result, or another argument of the pools that gives it."""
    for kinds in typings(op):
        if kinds[0] not in pools:
            continue
        for position, inverse in op.inverse.items():
            others = [pools[kind] for i, kind in enumerate(kinds[:-1]) if i != position]
            for rest in itertools.product(*others):
                images: dict[Any, list[Any]] = {}
                for x in pools[kinds[position]]:
                    images.setdefault(by_reference(op, (*rest[:position], x, *rest[position:]), profile), []).append(x)
                for result in {*images, *results[kinds[-1]]}:
                    if isinstance(result, Stuck):
                        continue
                    found = inverse(profile, result, *rest)
                    told = f"{op.name}: the argument {position} for {result!r} beside {rest} is {found!r}"
                    if isinstance(found, Stuck):
                        yield from (f"{told}, but {x!r} gives it" for x in images.get(result, ()))
                    elif by_reference(op, (*rest[:position], found, *rest[position:]), profile) != result:
                        yield f"{told}, which does not give it"
                    else:
                        yield from (f"{told}, but {x!r} gives it, too" for x in images.get(result, ()) if x != found)


def _lists(value: Any) -> Any:
    return list(map(_lists, value)) if isinstance(value, tuple) else value


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
