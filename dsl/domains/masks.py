"""Bit-mask domains: a set of kinds (parities, signs, character classes) that the parts of a value may have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dsl.types import Type
from dsl.values import Value


def numbers_in(value: Value) -> Iterator[int]:
    """Every Int and Bool inside a value, itself included; a Bool counts as 0 or 1."""
    if isinstance(value, tuple):
        for item in value:
            yield from numbers_in(item)
    elif not isinstance(value, str):
        yield int(value)


def characters_in(value: Value) -> Iterator[str]:
    """Every character of the strings inside a value."""
    if isinstance(value, str):
        yield from value
    elif isinstance(value, tuple):
        for item in value:
            yield from characters_in(item)


class Masks:
    """A domain whose elements are masks of `labels`; mask 0 holds the values with no such part in them, `None` holds no value."""

    def __init__(self, name: str, labels: tuple[str, ...]) -> None:
        self.name = name
        self.labels = labels
        self.full = (1 << len(labels)) - 1

    def kinds(self, value: Value) -> int:
        """The mask of the kinds found in a value."""
        raise NotImplementedError

    def top(self, kind: Type) -> int:
        """The mask of the kinds that values of a type may have."""
        raise NotImplementedError

    def bottom(self) -> None:
        """`None`."""
        return None

    def is_bottom(self, element: int | None) -> bool:
        """Whether it is `None`; mask 0 is not."""
        return element is None

    def of(self, value: Value) -> int:
        """The kinds that occur in `value`."""
        return self.kinds(value)

    def contains(self, element: int | None, value: Value) -> bool:
        """Whether only kinds of the mask occur in `value`."""
        return element is not None and not self.kinds(value) & ~element

    def join(self, a: int | None, b: int | None) -> int | None:
        """The kinds of either."""
        return b if a is None else a if b is None else a | b

    def meet(self, a: int | None, b: int | None) -> int | None:
        """The kinds of both."""
        return None if a is None or b is None else a & b

    def leq(self, a: int | None, b: int | None) -> bool:
        """Whether the kinds of `a` are among those of `b`."""
        return a is None or (b is not None and not a & ~b)

    def widen(self, a: int | None, b: int | None) -> int | None:
        """Their join: masks are finite."""
        return self.join(a, b)

    def show(self, element: Any) -> str:
        """The labels joined by `|`; `any` for all, `none` for mask 0."""
        if element is None:
            return "nothing"
        if element in (0, self.full):
            return "any" if element else "none"
        return "|".join(label for bit, label in enumerate(self.labels) if element >> bit & 1)
