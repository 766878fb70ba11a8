"""What DeepCoder's fused words do to abstract lists: whole functions made from those on numbers."""

from __future__ import annotations

from dataclasses import replace

from dsl.domains import numbers, parity, ranges, sign
from dsl.domains.base import Context
from dsl.domains.higher_order import how_many, running
from dsl.domains.product import BOTTOM, Abstract
from dsl.domains.ranges import Range, span
from dsl.domains.transfers import Whole, count, integer, item, list_of, resized, size_of, up_to, verdict

POSITIVE, NEGATIVE = integer(signs=sign.POSITIVE), integer(signs=sign.NEGATIVE)
EVEN, ODD = integer(parities=parity.EVEN), integer(parities=parity.ODD)


def mapped(function: Whole) -> Whole:
    """`function` of every item: `map+1`."""

    def transfer(ctx: Context, xs: Abstract) -> Abstract:
        each = item(xs)
        return list_of(each if each.is_bottom else function(ctx, each), size_of(xs))

    return transfer


def filtered(predicate: Whole, bound: Abstract) -> Whole:
    """The items for which `predicate` holds, which all lie in `bound`: `filter>0`."""

    def transfer(ctx: Context, xs: Abstract) -> Abstract:
        each = item(xs)
        holds = each if each.is_bottom else predicate(ctx, each)
        if holds.is_bottom or verdict(holds) is not None:
            return resized(xs, how_many(xs, holds))
        return list_of(each.meet(bound), up_to(size_of(xs)))

    return transfer


def counted(predicate: Whole) -> Whole:
    """For how many items `predicate` holds: `count>0`."""

    def transfer(ctx: Context, xs: Abstract) -> Abstract:
        each = item(xs)
        return count(how_many(xs, each if each.is_bottom else predicate(ctx, each)))

    return transfer


def zipped(function: Whole) -> Whole:
    """`function` of every pair of items: `zip+`."""

    def transfer(ctx: Context, xs: Abstract, ys: Abstract) -> Abstract:
        x, y = item(xs), item(ys)
        return list_of(BOTTOM if x.is_bottom or y.is_bottom else function(ctx, x, y), ranges.least(size_of(xs), size_of(ys)))

    return transfer


def scanned(function: Whole) -> Whole:
    """The running results of `function`: `scan+`."""
    return lambda ctx, xs: running(xs, lambda state, each: function(ctx, state, each))


def running_sum(ctx: Context, xs: Abstract) -> Abstract:
    """`scan+`: a sum of at least one and at most all of the items."""
    return _within(scanned(numbers.add)(ctx, xs), ranges.multiply(span(1, size_of(xs).high), xs.interval))


def running_difference(ctx: Context, xs: Abstract) -> Abstract:
    """`scan-`: the first item less a sum of at most all the others."""
    taken = ranges.multiply(span(0, size_of(xs).high - 1), xs.interval)
    return _within(scanned(numbers.subtract)(ctx, xs), ranges.subtract(xs.interval, taken))


def _within(result: Abstract, interval: Range) -> Abstract:
    return result if result.is_bottom else replace(result, interval=ranges.meet(result.interval, interval))
