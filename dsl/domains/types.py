"""The type domain: a `Type` as a set of values. `TOP` holds every value, `List[Never]` only the empty list, `None` none."""

from __future__ import annotations

from functools import reduce

from dsl.types import BOOL, INT, STR, Base, ListOf, Type, Var
from dsl.values import Value

TOP = Var("a")
NEVER = Base("Never")
"""The type of no value: List[Never] is what is known of a literal `[]`. Stands only inside lists."""


class Types:
    """Types ordered by inclusion: `List[Never]` below every list type, `List[a]` above them, `a` above all."""

    name = "type"

    def top(self, kind: Type) -> Type:
        """The type itself, its variables all read as `any`."""
        return _read(kind)

    def bottom(self) -> None:
        """`None`."""
        return None

    def is_bottom(self, element: Type | None) -> bool:
        """Whether it is `None`."""
        return element is None

    def of(self, value: Value) -> Type:
        """The least type of `value`; `List[Never]` for the empty list."""
        if isinstance(value, tuple):
            return ListOf(reduce(union, map(self.of, value), NEVER))
        return BOOL if isinstance(value, bool) else INT if isinstance(value, int) else STR

    def contains(self, element: Type | None, value: Value) -> bool:
        """Whether `value` has that type."""
        return element is not None and union(self.of(value), element) == element

    def join(self, a: Type | None, b: Type | None) -> Type | None:
        """The least type of the values of both."""
        return b if a is None else a if b is None else union(a, b)

    def meet(self, a: Type | None, b: Type | None) -> Type | None:
        """The type of the values that have both types: List[Int] and List[Str] share the empty list."""
        if a is None or b is None:
            return None
        common = _common(a, b)
        return None if common == NEVER else common

    def leq(self, a: Type | None, b: Type | None) -> bool:
        """Whether the values of `a` all have type `b`."""
        return a is None or (b is not None and union(a, b) == b)

    def widen(self, a: Type | None, b: Type | None) -> Type | None:
        """Their join: no type lies more than a few steps below `any`."""
        return self.join(a, b)

    def show(self, element: Type | None) -> str:
        """As types are printed; `any` and `nothing` at the ends."""
        return "nothing" if element is None else "any" if isinstance(element, Var) else str(element)


DOMAIN = Types()


def leaf(kind: Type) -> Type:
    """What lies innermost: Int of List[List[Int]]; a variable where that is not known."""
    while isinstance(kind, ListOf):
        kind = kind.item
    return kind


def depth(kind: Type) -> int:
    """How many lists are around the leaf."""
    return 1 + depth(kind.item) if isinstance(kind, ListOf) else 0


def _read(kind: Type) -> Type:
    if isinstance(kind, ListOf):
        return ListOf(_read(kind.item))
    return TOP if isinstance(kind, Var) else kind


def union(a: Type, b: Type) -> Type:
    """The least type above both; `NEVER` is below all."""
    if a == b or b == NEVER:
        return a
    if a == NEVER:
        return b
    if isinstance(a, ListOf) and isinstance(b, ListOf):
        return ListOf(union(a.item, b.item))
    return TOP


def _common(a: Type, b: Type) -> Type:
    if a == b or isinstance(b, Var):
        return a
    if isinstance(a, Var):
        return b
    if isinstance(a, ListOf) and isinstance(b, ListOf):
        return ListOf(_common(a.item, b.item))
    return NEVER
