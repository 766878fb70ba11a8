"""The length domain: how many items a list or characters a string has, and how long the items of a list are themselves."""

from __future__ import annotations

from dataclasses import dataclass

from dsl.domains import ranges
from dsl.domains.ranges import EMPTY, SIZES, Range, exactly
from dsl.domains.types import NEVER, depth, leaf
from dsl.types import STR, ListOf, Type, Var
from dsl.values import Profile, Value


@dataclass(frozen=True, slots=True)
class Lengths:
    """`outer`: the length of the value, empty for Ints and Bools; `inner`: of each item, empty where no item has one. Make one with `lengths`."""

    outer: Range = SIZES
    inner: Range = SIZES


ANY, SCALAR = Lengths(), Lengths(EMPTY, EMPTY)


def lengths(outer: Range, inner: Range = EMPTY) -> Lengths:
    """The element with these ranges; a value without items has no item lengths."""
    return Lengths(outer, EMPTY if outer.high <= 0 or outer.is_empty else inner)


def _size(value: Value) -> Range:
    return exactly(len(value)) if isinstance(value, (str, tuple)) else EMPTY


class Length:
    """Pairs of ranges; `None` holds no value."""

    name = "length"

    def top(self, kind: Type) -> Lengths:
        """Every length that a value of the type can have."""
        base, levels = leaf(kind), depth(kind) + (leaf(kind) == STR)
        if isinstance(base, Var):
            return ANY
        if isinstance(kind, ListOf) and kind.item == NEVER:
            return lengths(exactly(0))
        return Lengths(SIZES if levels else EMPTY, SIZES if levels > 1 else EMPTY)

    def bottom(self) -> None:
        """`None`."""
        return None

    def is_bottom(self, element: Lengths | None) -> bool:
        """Whether it is `None`; empty ranges hold Ints and Bools."""
        return element is None

    def of(self, value: Value) -> Lengths:
        """The length of `value` and the range of its items' lengths."""
        inner = EMPTY
        if isinstance(value, tuple):
            for item in value:
                inner = ranges.join(inner, _size(item))
        return lengths(_size(value), inner)

    def contains(self, element: Lengths | None, value: Value) -> bool:
        """Whether the lengths of `value` and its items lie in the ranges."""
        return element is not None and self.leq(self.of(value), element)

    def join(self, a: Lengths | None, b: Lengths | None) -> Lengths | None:
        """The least ranges around both."""
        if a is None or b is None:
            return b if a is None else a
        return lengths(ranges.join(a.outer, b.outer), ranges.join(a.inner, b.inner))

    def meet(self, a: Lengths | None, b: Lengths | None) -> Lengths | None:
        """What lies in both."""
        if a is None or b is None:
            return None
        return a if a is b else lengths(ranges.meet(a.outer, b.outer), ranges.meet(a.inner, b.inner))

    def leq(self, a: Lengths | None, b: Lengths | None) -> bool:
        """Whether both ranges of `a` lie inside those of `b`."""
        return a is None or (b is not None and ranges.leq(a.outer, b.outer) and ranges.leq(a.inner, b.inner))

    def widen(self, a: Lengths | None, b: Lengths | None) -> Lengths | None:
        """Ranges around both whose growing bounds soon give way."""
        if a is None or b is None:
            return b if a is None else a
        outer, inner = ranges.widen(a.outer, b.outer), ranges.widen(a.inner, b.inner)
        return lengths(ranges.meet(outer, SIZES), ranges.meet(inner, SIZES))

    def show(self, element: Lengths | None) -> str:
        """E.g. `3`, `0..64`, `2 of 1..5` where the items have lengths; `none` for Ints and Bools."""
        if element is None or element == ANY:
            return "any" if element else "nothing"
        return str(element.outer) if element.inner.is_empty else f"{element.outer} of {element.inner}"


DOMAIN = Length()


def limits(kind: Type, profile: Profile) -> Lengths:
    """The lengths that a value of a type may have, by the profile."""
    top = DOMAIN.top(kind)
    either = max(profile.max_list, profile.max_str)

    def most(part: Type) -> int:
        return profile.max_str if part == STR else profile.max_list if isinstance(part, ListOf) else either

    outer = ranges.meet(top.outer, Range(0, most(kind)))
    return lengths(outer, ranges.meet(top.inner, Range(0, most(kind.item) if isinstance(kind, ListOf) else either)))
