"""Building blocks of transfer functions: `whole`, `domains`, and constructors of abstract values.

A row of the op table usually says `domains=whole(function)` with a function of `dsl.domains.numbers`, `lists` or `texts`:
one function from whole abstract arguments to the whole abstract result, from which each of the six domains takes its
component. What the function says beyond the truth of the result's type is sharpened by `reduce` afterwards, so a function
need not repeat in the sign what it said in the interval; but with one domain alone every other component of the arguments
is top, so what each domain can know by itself is worth saying.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dsl.domains import characters, parity, ranges, sign, types
from dsl.domains.base import Context
from dsl.domains.length import SCALAR, lengths
from dsl.domains.product import BOTTOM, DOMAINS, Abstract, signs_within
from dsl.domains.ranges import ALL, EMPTY, SIZES, Range, exactly
from dsl.types import BOOL, INT, STR, ListOf, Type
from dsl.values import Value

Whole = Callable[..., Abstract]
"""`function(ctx, *args, *bodies) -> Abstract`: the whole result from the whole arguments."""


class Quoted(Protocol):
    """A quotation on abstract values."""

    def __call__(self, *args: Abstract) -> Abstract:
        """Its result."""
        ...

    def narrow(self, wanted: Abstract, *args: Abstract) -> tuple[Abstract, ...]:
        """The arguments for which the result may be `wanted`."""
        ...


@dataclass(frozen=True, slots=True)
class Component:
    """The transfer or backward function of one domain, taken out of a whole one."""

    function: Callable[..., Any]
    domain: str

    def __call__(self, ctx: Context, *args: Any) -> Any:
        result = self.function(ctx, *args)
        return getattr(result, self.domain) if isinstance(result, Abstract) else tuple(getattr(part, self.domain) for part in result)


def whole(function: Whole) -> Mapping[str, Any]:
    """A row's `domains`, all six from one function."""
    return {name: Component(function, name) for name in DOMAINS}


def narrowing(function: Callable[..., tuple[Abstract, ...]]) -> Mapping[str, Any]:
    """A row's `backward`, all six from one function `(ctx, result, *args, *bodies) -> the args narrowed` (or anything above them)."""
    return {name: Component(function, name) for name in DOMAINS}


def domains(**transfers: Any) -> Mapping[str, Any]:
    """A row's `domains` with functions `(ctx, *args) -> element` for some, GENERIC for the others."""
    from dsl.ops.table import GENERIC  # the table imports the rows, and the rows this module

    return {name: transfers.get(name, GENERIC) for name in DOMAINS}


def flipped(function: Whole) -> Whole:
    """The function with its first two arguments exchanged."""

    def flip(ctx: Context, first: Abstract, second: Abstract, *rest: Any) -> Abstract:
        return function(ctx, second, first, *rest)

    return flip


def integer(interval: Range = ALL, parities: int = parity.BOTH, signs: int = sign.ANY) -> Abstract:
    """An Int with these components; what a domain alone would not see is told to it: the signs in an interval, the parity of a single Int."""
    only = interval.single
    return Abstract(
        INT, SCALAR, interval, parities if only is None else parities & parity.parity_of(only), signs & signs_within(interval), 0
    )


def constant(value: Any) -> Abstract:
    """The abstract value that holds one value."""
    return Abstract.of(value)


TRUE, FALSE = Abstract.of(True), Abstract.of(False)
UNKNOWN = Abstract.top(BOOL)


def boolean(verdict: bool | None) -> Abstract:
    """True, False, or (None) a Bool of which nothing is known."""
    return UNKNOWN if verdict is None else TRUE if verdict else FALSE


def verdict(abstract: Abstract) -> bool | None:
    """What an abstract Bool says, in whichever of interval, parity and sign it says it; None where both are possible."""
    if abstract.interval.single is not None:
        return bool(abstract.interval.single)
    if abstract.parity in (parity.EVEN, parity.ODD):
        return abstract.parity == parity.ODD
    return {sign.ZERO: False, sign.POSITIVE: True}.get(abstract.sign)


def string(length: Range = SIZES, chars: int = characters.FULL) -> Abstract:
    """A Str with these components."""
    return Abstract(STR, lengths(length), EMPTY, 0, 0, chars)


def item(xs: Abstract) -> Abstract:
    """Any one item of a list; no value where the list is certainly empty."""
    kind = xs.type.item if isinstance(xs.type, ListOf) else types.TOP
    if kind == types.NEVER or xs.length.outer.high <= 0:
        return BOTTOM
    return Abstract(kind, lengths(xs.length.inner, _inmost(kind)), xs.interval, xs.parity, xs.sign, xs.chars)


def _inmost(kind: Type) -> Range:
    """Lengths of the items of a list's item: unknown only where the item's type is."""
    return EMPTY if types.leaf(kind) != types.TOP else SIZES


def list_of(element: Abstract, length: Range = SIZES) -> Abstract:
    """A list of such items; the empty list where there can be no item."""
    if element.is_bottom:
        return constant(()) if 0 in length else BOTTOM
    size = lengths(length, element.length.outer)
    return Abstract(ListOf(element.type), size, element.interval, element.parity, element.sign, element.chars)


def resized(value: Abstract, length: Range) -> Abstract:
    """A list or string of the same items or characters, of another length."""
    return Abstract(value.type, lengths(length, value.length.inner), value.interval, value.parity, value.sign, value.chars)


def count(n: Range) -> Abstract:
    """An Int that counts something: within `n`, never below 0."""
    return integer(ranges.meet(n, SIZES))


def up_to(n: Range) -> Range:
    """0 to the upper end of `n`."""
    return ranges.span(0, n.high)


def size_of(value: Abstract) -> Range:
    """The length of a list or string argument; every length where it is not known."""
    return value.length.outer


def join_all(*parts: Abstract) -> Abstract:
    """The join of several abstract values, those without values skipped."""
    result = BOTTOM
    for part in parts:
        result = result.join(part)
    return result


def same(index: int = 0) -> Whole:
    """The argument at that position, unchanged in every domain (also for `reverse`, `sort`: same length, same items)."""
    return lambda ctx, *args: args[index]


def items(index: int = 0) -> Whole:
    """Any item of the list at that position."""
    return lambda ctx, *args: item(args[index])


def either(*indices: int) -> Whole:
    """One of the arguments at those positions (all of them by default)."""
    return lambda ctx, *args: join_all(*(args[i] for i in indices or range(len(args))))


def sublist(index: int = 0) -> Whole:
    """A list with some of the items (or a string with some of the characters) of the argument at that position, in any order."""
    return lambda ctx, *args: resized(args[index], up_to(size_of(args[index])))


def nonempty_sublist(index: int = 0) -> Whole:
    """As `sublist`, but not empty unless the argument may be: `unique`, `squeeze`."""

    def transfer(ctx: Context, *args: Any) -> Abstract:
        n = size_of(args[index])
        return resized(args[index], ranges.span(min(n.low, 1), n.high))

    return transfer


def counted(index: int = 0) -> Whole:
    """0 to the length of the argument at that position: `count`, `occurrences`."""
    return lambda ctx, *args: count(up_to(size_of(args[index])))


def position(index: int = 0) -> Whole:
    """-1 to the last index of the argument at that position, counted from 0: `find`."""
    return lambda ctx, *args: integer(ranges.span(-1, size_of(args[index]).high - 1))


def list_position(index: int = 0) -> Whole:
    """-1, or an index of the list at that position, counted from the profile's index base: `index-of`."""

    def transfer(ctx: Context, *args: Any) -> Abstract:
        n = size_of(args[index])
        base = ctx.profile.index_base
        return integer(ranges.join(exactly(-1), ranges.span(base, n.high - 1 + base)))

    return transfer


def unknown_bool(ctx: Context, *args: Any) -> Abstract:
    """A Bool of which nothing is known."""
    return UNKNOWN


def top_of(kind: Type) -> Whole:
    """All values of a type."""
    top = Abstract.top(kind)
    return lambda ctx, *args: top


def only_value(a: Abstract) -> Value | None:
    """The one value that an abstract value of known type holds; None where there are several, or it is not plain to see."""
    if a.is_bottom:
        return None
    number, size = a.interval.single, size_of(a).single
    if isinstance(a.type, ListOf) and size is not None:
        single = None if size == 0 else only_value(item(a))
        return () if size == 0 else None if single is None or single == () else (single,) * size
    if a.type in (INT, BOOL) and number is not None:
        return bool(number) if a.type == BOOL else number
    if a.type == STR and size is not None:
        return "" if size == 0 else characters.SINGLE[a.chars] * size if a.chars in characters.SINGLE else None
    return None
