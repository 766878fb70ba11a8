"""What list ops do to abstract values: whole functions for `transfers.whole`, one per op. `dsl.domains.items` has those that ask for items and numbers."""

from __future__ import annotations

from dsl.domains import parity, ranges
from dsl.domains.base import Context
from dsl.domains.items import NOTHING, amount, how_often, is_disjoint, may_be_gap, may_be_place, positions_of, without_value
from dsl.domains.product import BOTTOM, Abstract
from dsl.domains.ranges import EMPTY, Range, exactly, span
from dsl.domains.transfers import constant, integer, item, join_all, list_of, only_value, resized, size_of, up_to
from dsl.types import BOOL, INT, ListOf

ONE = exactly(1)


def take(ctx: Context, xs: Abstract, count: Abstract) -> Abstract:
    """So many items from either end."""
    return resized(xs, amount(ctx, size_of(xs), count.interval))


def drop(ctx: Context, xs: Abstract, count: Abstract) -> Abstract:
    """What `take` leaves."""
    n, k = size_of(xs), count.interval
    if not ctx.profile.negative_index:
        return resized(xs, ranges.positive(ranges.subtract(n, ranges.positive(k))))
    forwards = ranges.positive(ranges.subtract(n, ranges.meet(k, ranges.SIZES)))
    backwards = ranges.least(n, ranges.negate(ranges.meet(k, Range(None, -1))))
    return resized(xs, ranges.join(forwards, backwards))


def _slice_length(ctx: Context, n: Range, start: Range, end: Range) -> Range:
    """How many items a slice has."""
    base = exactly(ctx.profile.index_base)
    if ctx.profile.negative_index and (start.low < 0 or end.low < 0):
        return up_to(n)
    first = ranges.least(ranges.positive(ranges.subtract(start, base)), n)
    last = ranges.least(ranges.positive(end), n)
    return ranges.meet(ranges.positive(ranges.subtract(last, first)), up_to(n))


def slice_items(ctx: Context, xs: Abstract, start: Abstract, end: Abstract) -> Abstract:
    """The items between two indices."""
    return resized(xs, _slice_length(ctx, size_of(xs), start.interval, end.interval))


def cut_slice(ctx: Context, xs: Abstract, start: Abstract, end: Abstract) -> Abstract:
    """The items outside two indices."""
    n = size_of(xs)
    return resized(xs, ranges.positive(ranges.subtract(n, _slice_length(ctx, n, start.interval, end.interval))))


def unique(ctx: Context, xs: Abstract) -> Abstract:
    """Each item once: no more than there are different ones."""
    n = size_of(xs)
    different = xs.interval.high - xs.interval.low + 1 if xs.type in (ListOf(INT), ListOf(BOOL)) else n.high
    return resized(xs, span(min(n.low, 1), min(n.high, max(different, 0))))


def append(ctx: Context, xs: Abstract, x: Abstract) -> Abstract:
    """One item more, at either end."""
    return list_of(item(xs).join(x), ranges.add(size_of(xs), ONE))


def concatenate(ctx: Context, xs: Abstract, ys: Abstract) -> Abstract:
    """The items of both."""
    return resized(xs.join(ys), ranges.add(size_of(xs), size_of(ys)))


def insert(ctx: Context, xs: Abstract, index: Abstract, x: Abstract) -> Abstract:
    """One item more, at an index."""
    return append(ctx, xs, x) if may_be_gap(ctx, xs, index) else BOTTOM


def splice(ctx: Context, xs: Abstract, index: Abstract, ys: Abstract) -> Abstract:
    """The items of both, the second list's at an index."""
    return concatenate(ctx, xs, ys) if may_be_gap(ctx, xs, index) else BOTTOM


def remove_at(ctx: Context, xs: Abstract, index: Abstract) -> Abstract:
    """One item less."""
    n = ranges.meet(size_of(xs), Range(1, None))
    return resized(xs, ranges.subtract(n, ONE)) if may_be_place(ctx, xs, index) else BOTTOM


def replace_at(ctx: Context, xs: Abstract, index: Abstract, x: Abstract) -> Abstract:
    """Another item at an index."""
    if not may_be_place(ctx, xs, index):
        return BOTTOM
    return list_of(x if size_of(xs).high <= 1 else item(xs).join(x), ranges.meet(size_of(xs), Range(1, None)))


def swap_at(ctx: Context, xs: Abstract, index: Abstract, other: Abstract) -> Abstract:
    """Two items exchanged."""
    possible = may_be_place(ctx, xs, index) and may_be_place(ctx, xs, other)
    return resized(xs, ranges.meet(size_of(xs), Range(1, None))) if possible else BOTTOM


def replace_value(ctx: Context, xs: Abstract, old: Abstract, new: Abstract) -> Abstract:
    """Every item that equals `old` replaced."""
    each = item(xs)
    if is_disjoint(ctx, each, old):
        return xs
    value = only_value(each)
    all_of_them = value is not None and value == only_value(old)
    return list_of(new if all_of_them else without_value(each, old).join(new), size_of(xs))


def without(ctx: Context, xs: Abstract, x: Abstract) -> Abstract:
    """The items that differ from `x`."""
    each, n = item(xs), size_of(xs)
    if is_disjoint(ctx, each, x):
        return xs
    return list_of(without_value(each, x), ranges.positive(ranges.subtract(n, how_often(ctx, xs, x))))


def without_first(ctx: Context, xs: Abstract, x: Abstract) -> Abstract:
    """The items but for the first that equals `x`."""
    n, found = size_of(xs), how_often(ctx, xs, x)
    return resized(xs, ranges.positive(ranges.subtract(n, span(min(found.low, 1), min(found.high, 1)))))


def singleton(ctx: Context, x: Abstract) -> Abstract:
    """A list of one."""
    return list_of(x, ONE)


def replicate(ctx: Context, x: Abstract, count: Abstract) -> Abstract:
    """A list of so many."""
    return list_of(x, ranges.positive(count.interval))


def iota(ctx: Context, count: Abstract) -> Abstract:
    """0, 1 and so on to before `count`."""
    numbers = span(0, count.interval.high - 1)
    return constant(()) if numbers.is_empty else list_of(integer(numbers), ranges.positive(count.interval))


def arithmetic_series(ctx: Context, start: Abstract, step: Abstract, end: Abstract) -> Abstract:
    """From `start` by `step` to before `end` (with it where indices count from 1)."""
    base = exactly(ctx.profile.index_base)
    first, last = start.interval, end.interval
    up, down = ranges.meet(step.interval, Range(1, None)), ranges.meet(step.interval, Range(None, -1))
    rising = _series(first, ranges.add(last, base), up)
    falling = _series(ranges.negate(first), ranges.negate(ranges.subtract(last, base)), ranges.negate(down))
    numbers = ranges.join(rising[0], ranges.negate(falling[0]))
    length = ranges.join(rising[1], falling[1])
    if length.high <= 0:
        return BOTTOM if length.is_empty else constant(())
    parities = start.parity if step.parity == parity.EVEN or length.high <= 1 else parity.BOTH
    return list_of(integer(numbers, parities), length)


def _series(start: Range, end: Range, step: Range) -> tuple[Range, Range]:
    """The numbers from `start` to before `end` and how many they are, for steps above 0."""
    if step.is_empty:
        return EMPTY, EMPTY
    rounded_up = ranges.negate(ranges.divide(ranges.subtract(start, end), step, truncate=False))
    return span(start.low, end.high - 1), ranges.positive(rounded_up)


def positions(ctx: Context, xs: Abstract, x: Abstract) -> Abstract:
    """The indices of the items that equal `x`."""
    return list_of(positions_of(ctx, xs), how_often(ctx, xs, x))


def flatten(ctx: Context, xs: Abstract) -> Abstract:
    """The items of the items."""
    inner = NOTHING if xs.length.inner.is_empty else xs.length.inner
    return list_of(integer(xs.interval, xs.parity, xs.sign), ranges.multiply(size_of(xs), inner))


def zip_items(ctx: Context, xs: Abstract, ys: Abstract) -> Abstract:
    """Pairs."""
    pair = list_of(join_all(item(xs), item(ys)), exactly(2))
    return list_of(pair, ranges.least(size_of(xs), size_of(ys)))


def group(ctx: Context, xs: Abstract) -> Abstract:
    """Runs of equal items, none of them empty."""
    n = size_of(xs)
    if n.high <= 0:
        return constant(())
    most = 1 if only_value(item(xs)) is not None else n.high
    return list_of(resized(xs, span(1, n.high)), span(min(n.low, 1), most))


def split_on(ctx: Context, xs: Abstract, x: Abstract) -> Abstract:
    """The lists between the items that equal `x`."""
    found = how_often(ctx, xs, x)
    if found.high <= 0:
        return list_of(xs, ONE)
    part = list_of(without_value(item(xs), x), span(0, size_of(xs).high - found.low))
    return list_of(part, ranges.add(found, ONE))
