"""The reduced product: `Abstract`, one element of every domain for one stack slot, and `reduce`, by which they sharpen each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from dsl.domains import characters, interval, length, parity, ranges, sign, types
from dsl.domains.base import Domain
from dsl.domains.length import Lengths, lengths
from dsl.domains.ranges import EMPTY, Range, exactly, span
from dsl.types import BOOL, INT, STR, ListOf, Type, Var
from dsl.values import Profile, Value

DOMAINS: Mapping[str, Domain] = MappingProxyType(
    {module.DOMAIN.name: module.DOMAIN for module in (types, length, interval, parity, sign, characters)}
)
"""The six domains by name, in the order of the fields of `Abstract`."""
NUMERIC = frozenset({"interval", "parity", "sign"})
"""Domains of Ints and Bools."""


@dataclass(frozen=True, slots=True)
class Abstract:
    """A set of values: those that every component contains. The default is all values.

    `None` anywhere is no value. The annotations leave it out: transfer functions never meet it in an argument.
    """

    type: Type = types.TOP
    length: Lengths = length.ANY
    interval: Range = ranges.ALL
    parity: int = parity.BOTH
    sign: int = sign.ANY
    chars: int = characters.FULL

    @classmethod
    def top(cls, kind: Type) -> Abstract:
        """All values of a type."""
        return cls(*(domain.top(kind) for domain in DOMAINS.values()))

    @classmethod
    def of(cls, value: Value) -> Abstract:
        """The least element that contains `value`."""
        return cls(*(domain.of(value) for domain in DOMAINS.values()))

    @property
    def is_bottom(self) -> bool:
        """Whether some component contains no value. After `reduce`, the others agree."""
        return (
            self.type is None
            or self.length is None
            or self.interval is None
            or self.parity is None
            or self.sign is None
            or self.chars is None
        )

    def contains(self, value: Value) -> bool:
        """Whether every component contains `value`."""
        return all(domain.contains(getattr(self, name), value) for name, domain in DOMAINS.items())

    def join(self, other: Abstract) -> Abstract:
        """The least element above both, component by component."""
        return other if self.is_bottom else self if other.is_bottom else self._zip("join", other)

    def meet(self, other: Abstract) -> Abstract:
        """What both contain."""
        return self._zip("meet", other)

    def widen(self, other: Abstract) -> Abstract:
        """An element above both; repeated widening ends."""
        return other if self.is_bottom else self if other.is_bottom else self._zip("widen", other)

    def leq(self, other: Abstract) -> bool:
        """Whether every component lies below the other's."""
        return self.is_bottom or all(domain.leq(getattr(self, name), getattr(other, name)) for name, domain in DOMAINS.items())

    def only(self, domains: Collection[str]) -> Abstract:
        """The same with every other domain at its top; no value stays no value."""
        if self.is_bottom:
            return BOTTOM
        if len(domains) == len(DOMAINS):
            return self
        return Abstract(*(getattr(self if name in domains else TOP, name) for name in DOMAINS))

    def show(self, domains: Collection[str] = tuple(DOMAINS)) -> str:
        """For people: the components that say something, e.g. `Int 0..9 even`; `any` or `nothing`."""
        if self.is_bottom:
            return "nothing"
        shown = {name: DOMAINS[name].show(getattr(self, name)) for name in DOMAINS if name in domains}
        words = [f"{name} {text}" if name in ("length", "chars") else text for name, text in shown.items() if text not in ("any", "none")]
        if types.leaf(self.type) == BOOL and not NUMERIC.isdisjoint(domains):
            flag = {0: ["false"], 1: ["true"], None: []}[self.interval.single]
            words = [word for word in words if word not in (shown.get(name) for name in NUMERIC)] + flag
        return " ".join(words) or "any"

    def _zip(self, method: str, other: Abstract) -> Abstract:
        return Abstract(*(getattr(domain, method)(getattr(self, name), getattr(other, name)) for name, domain in DOMAINS.items()))


TOP = Abstract()
_NOTHING: Any = None
BOTTOM = Abstract(_NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING)


def reduce(abstract: Abstract, profile: Profile) -> Abstract:
    """The same values within the profile's limits, each component sharpened by the others; `BOTTOM` where there are none."""
    if abstract.is_bottom:
        return BOTTOM
    kind = abstract.type
    size_limits, interval_limits, char_limits = _limits(kind, profile)
    size = lengths(ranges.meet(abstract.length.outer, size_limits.outer), ranges.meet(abstract.length.inner, size_limits.inner))
    numbers = _sharpen(ranges.meet(abstract.interval, interval_limits), abstract.parity, abstract.sign)
    chars = abstract.chars & char_limits
    if isinstance(kind, ListOf):
        size, numbers, chars = _reduce_list(kind, size, numbers, chars)
    elif kind == STR:
        size, chars = _reduce_string(size, chars)
    elif isinstance(kind, Var) and size.outer.high <= 0:
        chars = 0
    impossible = (kind in (INT, BOOL) and not numbers[1]) or ((isinstance(kind, ListOf) or kind == STR) and size.outer.is_empty)
    return BOTTOM if impossible else Abstract(kind, size, *numbers, chars)


@lru_cache(maxsize=1024)
def _limits(kind: Type, profile: Profile) -> tuple[Lengths, Range, int]:
    """What the values of a type may be within a profile."""
    return length.limits(kind, profile), interval.limits(kind, profile), characters.DOMAIN.top(kind)


Numbers = tuple[Range, int, int]
NO_NUMBERS: Numbers = (EMPTY, 0, 0)


def _sharpen(numbers: Range, parities: int, signs: int) -> Numbers:
    """Range, parities and signs of the same Ints, brought to agree. The bounds move inwards, so it ends."""
    if numbers.is_empty or not parities or not signs:
        return NO_NUMBERS
    while True:
        before = numbers, parities, signs
        signs &= signs_within(numbers)
        parities &= parity.BOTH if numbers.single is None else parity.parity_of(numbers.single)
        signs &= sign.ANY if parities & parity.EVEN else ~sign.ZERO
        parities &= parity.EVEN if signs == sign.ZERO else parity.BOTH
        if numbers.is_empty or not parities or not signs:
            return NO_NUMBERS
        numbers = _fit(numbers, parities, signs)
        if (numbers, parities, signs) == before:
            return before


def signs_within(numbers: Range) -> int:
    """The signs that the ints of a range have."""
    mask = (sign.NEGATIVE if numbers.low < 0 else 0) | (sign.POSITIVE if numbers.high > 0 else 0)
    return mask | (sign.ZERO if 0 in numbers else 0)


def _fit(numbers: Range, parities: int, signs: int) -> Range:
    """The range without the ends that the signs and parities rule out."""
    low, high = numbers.low, numbers.high
    if not signs & sign.NEGATIVE:
        low = max(low, 0)
    if not signs & sign.POSITIVE:
        high = min(high, 0)
    if not signs & sign.ZERO:
        low, high = (1 if low == 0 else low), (-1 if high == 0 else high)
    if parities != parity.BOTH:
        odd = parities == parity.ODD
        low = low + 1 if isinstance(low, int) and low % 2 != odd else low
        high = high - 1 if isinstance(high, int) and high % 2 != odd else high
    return span(low, high)


def _reduce_string(size: Lengths, chars: int) -> tuple[Lengths, int]:
    """No characters and length 0 are the same thing for a string."""
    outer = size.outer if chars else ranges.meet(size.outer, exactly(0))
    return lengths(outer), chars if outer.high > 0 else 0


def _reduce_list(kind: ListOf, size: Lengths, numbers: Numbers, chars: int) -> tuple[Lengths, Numbers, int]:
    """A list whose items cannot be is empty; an empty list has no numbers and characters in it."""
    outer, inner = size.outer, size.inner
    leaf = types.leaf(kind)
    has_leaf = bool(numbers[1]) if leaf in (INT, BOOL) else bool(chars) if leaf == STR else leaf != types.NEVER
    nested = isinstance(kind.item, ListOf) or kind.item == STR
    if nested:
        inner = inner if has_leaf else ranges.meet(inner, exactly(0))
    if (nested and inner.is_empty) or not (nested or has_leaf):
        outer = ranges.meet(outer, exactly(0))
    if outer.high <= 0 or (nested and inner.high <= 0):
        numbers, chars = NO_NUMBERS, 0
    return lengths(outer, inner), numbers, chars
