"""The interval domain: a `Range` around every Int inside a value. A Bool counts as 0 or 1; `ranges` has the arithmetic."""

from __future__ import annotations

from dsl.domains import ranges
from dsl.domains.masks import numbers_in
from dsl.domains.ranges import ALL, EMPTY, Range
from dsl.domains.types import NEVER, leaf
from dsl.types import BOOL, STR, Type
from dsl.values import Profile, Value

BOOLS = Range(0, 1)


class Interval:
    """Ranges; the empty one holds the values with no Int in them (strings, the empty list), `None` holds no value."""

    name = "interval"

    def top(self, kind: Type) -> Range:
        """Every Int; 0..1 for Bools; the empty range for types without either."""
        base = leaf(kind)
        return EMPTY if base in (STR, NEVER) else BOOLS if base == BOOL else ALL

    def bottom(self) -> None:
        """`None`."""
        return None

    def is_bottom(self, element: Range | None) -> bool:
        """Whether it is `None`; the empty range is not."""
        return element is None

    def of(self, value: Value) -> Range:
        """The least range around the Ints in `value`."""
        return ranges.hull(numbers_in(value))

    def contains(self, element: Range | None, value: Value) -> bool:
        """Whether every Int in `value` lies in the range."""
        return element is not None and all(number in element for number in numbers_in(value))

    def join(self, a: Range | None, b: Range | None) -> Range | None:
        """The least range around both."""
        return b if a is None else a if b is None else ranges.join(a, b)

    def meet(self, a: Range | None, b: Range | None) -> Range | None:
        """What lies in both."""
        return None if a is None or b is None else ranges.meet(a, b)

    def leq(self, a: Range | None, b: Range | None) -> bool:
        """Whether `a` lies inside `b`."""
        return a is None or (b is not None and ranges.leq(a, b))

    def widen(self, a: Range | None, b: Range | None) -> Range | None:
        """A range around both whose growing bounds soon give way."""
        return b if a is None else a if b is None else ranges.widen(a, b)

    def show(self, element: Range | None) -> str:
        """E.g. `0..9`, `5`, `..-1`, `any`; `none` where there is no Int."""
        return "nothing" if element is None else str(element)


DOMAIN = Interval()


def limits(kind: Type, profile: Profile) -> Range:
    """The Ints that may lie inside a value of a type, by the profile."""
    base = leaf(kind)
    if base in (STR, NEVER):
        return EMPTY
    if base == BOOL:
        return BOOLS
    ints = Range(profile.int_min, profile.int_max)
    return ints if isinstance(base, type(BOOL)) else ranges.join(ints, BOOLS)
