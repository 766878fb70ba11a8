"""What ops that ask a list for an item or a number do to abstract values: whole functions, and what abstract indices and items may be."""

from __future__ import annotations

from dsl.domains import ranges, sign, types
from dsl.domains.base import Context
from dsl.domains.higher_order import iterate
from dsl.domains.numbers import add, multiply
from dsl.domains.product import BOTTOM, Abstract, reduce
from dsl.domains.ranges import SIZES, Range, exactly, span
from dsl.domains.transfers import Whole, boolean, constant, count, integer, item, only_value, size_of, up_to
from dsl.types import BOOL, INT, LIST_INT

NOTHING = exactly(0)


def offset(ctx: Context, n: Range, index: Range) -> Range:
    """The places, counted from 0, that an index may name in a list of length `n`; places outside the list too."""
    base = exactly(ctx.profile.index_base)
    if not ctx.profile.negative_index:
        return ranges.subtract(index, base)
    backwards = ranges.add(n, ranges.meet(index, Range(None, -1)))
    return ranges.join(ranges.subtract(ranges.meet(index, SIZES), base), backwards)


def may_be_place(ctx: Context, xs: Abstract, index: Abstract) -> bool:
    """Whether the index may be that of an item."""
    n = size_of(xs)
    return not ranges.meet(offset(ctx, n, index.interval), span(0, n.high - 1)).is_empty


def may_be_gap(ctx: Context, xs: Abstract, index: Abstract) -> bool:
    """Whether the index may be that of an item or of the end."""
    n = size_of(xs)
    return not ranges.meet(offset(ctx, n, index.interval), up_to(n)).is_empty


def amount(ctx: Context, n: Range, k: Range) -> Range:
    """How many of `n` items a count means."""
    if not ctx.profile.negative_index:
        return ranges.least(ranges.positive(k), n)
    backwards = ranges.positive(ranges.add(n, ranges.meet(k, Range(None, -1))))
    return ranges.least(ranges.join(ranges.meet(k, SIZES), backwards), n)


def positions_of(ctx: Context, xs: Abstract) -> Abstract:
    """Any index of a list."""
    base = ctx.profile.index_base
    places = span(base, size_of(xs).high - 1 + base)
    return BOTTOM if places.is_empty else integer(places)


def is_disjoint(ctx: Context, a: Abstract, b: Abstract) -> bool:
    """Whether no value lies in both."""
    return a.is_bottom or b.is_bottom or reduce(a.meet(b), ctx.profile).is_bottom


def how_often(ctx: Context, xs: Abstract, x: Abstract) -> Range:
    """How many items may equal `x`."""
    each, value = item(xs), only_value(x)
    if is_disjoint(ctx, each, x):
        return NOTHING
    return size_of(xs) if value is not None and value == only_value(each) else up_to(size_of(xs))


def without_value(each: Abstract, x: Abstract) -> Abstract:
    """The items that differ from `x`: an end of the interval may go, or the zero."""
    number = x.interval.single
    if each.type not in (INT, BOOL) or number is None:
        return each
    low = each.interval.low + (each.interval.low == number)
    interval = span(low, each.interval.high - (each.interval.high == number))
    signs = each.sign & ~sign.ZERO if number == 0 else each.sign
    if interval.is_empty or not signs:
        return BOTTOM
    return Abstract(each.type, each.length, interval, each.parity, signs, each.chars)


def item_at(place: int) -> Whole:
    """The item at a place from 0, or from the end where it is negative."""
    needed = place + 1 if place >= 0 else -place

    def transfer(ctx: Context, xs: Abstract) -> Abstract:
        n = size_of(xs)
        found = item(xs) if n.high >= needed else BOTTOM
        return found.join(_missing(ctx, xs)) if n.low < needed else found

    return transfer


def nth(ctx: Context, xs: Abstract, index: Abstract) -> Abstract:
    """The item at an index."""
    n = size_of(xs)
    places = offset(ctx, n, index.interval)
    found = item(xs) if may_be_place(ctx, xs, index) else BOTTOM
    backwards = ctx.profile.negative_index and index.interval.low < 0
    # Counted from the end, an index is inside if it is so for the shortest list.
    certain = -index.interval.low <= n.low and index.interval.high < 0 if backwards else places.low >= 0 and places.high < n.low
    return found if certain else found.join(_missing(ctx, xs))


def _missing(ctx: Context, xs: Abstract) -> Abstract:
    """What stands for an item that is not there: 0 if the profile says so and the list may be of Ints; the empty list always may."""
    may_be_ints = types.DOMAIN.leq(LIST_INT, xs.type) or 0 in size_of(xs)
    return constant(0) if ctx.profile.undefined == "zero" and may_be_ints else BOTTOM


def extreme(ctx: Context, xs: Abstract) -> Abstract:
    """The least or the greatest item."""
    return item_at(0)(ctx, xs)


def length(ctx: Context, xs: Abstract) -> Abstract:
    """The number of items."""
    return count(size_of(xs))


def total(ctx: Context, xs: Abstract) -> Abstract:
    """The sum of the items."""
    each, n = item(xs), size_of(xs)
    if each.is_bottom:
        return constant(0)
    result, _ = iterate(constant(0), lambda so_far: add(ctx, so_far, each), n)
    return result.meet(integer(NOTHING if each.interval.is_empty else ranges.multiply(n, each.interval)))


def product(ctx: Context, xs: Abstract) -> Abstract:
    """The product of the items."""
    each = item(xs)
    if each.is_bottom:
        return constant(1)
    return iterate(constant(1), lambda so_far: multiply(ctx, so_far, each), size_of(xs))[0]


def count_of(ctx: Context, xs: Abstract, x: Abstract) -> Abstract:
    """How many items equal `x`."""
    return count(how_often(ctx, xs, x))


def is_member(ctx: Context, xs: Abstract, x: Abstract) -> Abstract:
    """Whether some item equals `x`."""
    found = how_often(ctx, xs, x)
    return boolean(True if found.low >= 1 else False if found.high <= 0 else None)


def is_empty(ctx: Context, xs: Abstract) -> Abstract:
    """Whether there are no items."""
    n = size_of(xs)
    return boolean(True if n.high <= 0 else False if n.low >= 1 else None)


def index_of(ctx: Context, xs: Abstract, x: Abstract) -> Abstract:
    """The index of the first item that equals `x`, or one less than the first index."""
    found, base = how_often(ctx, xs, x), ctx.profile.index_base
    last = 0 if found.low >= 1 else size_of(xs).high - 1
    places = span(0 if found.low >= 1 else -1, last) if found.high > 0 else exactly(-1)
    return integer(ranges.add(places, exactly(base)))
