"""What higher-order ops do to abstract values: whole functions for `transfers.whole`, one per op.

A quotation arrives as a callable from abstract arguments to its abstract result (`BOTTOM` where it certainly gets stuck),
with a method `narrow(wanted, *args)`: the arguments that may still give a `wanted` result (see `dsl.analysis`).
"""

from __future__ import annotations

from collections.abc import Callable

from dsl.domains import ranges
from dsl.domains.base import Context
from dsl.domains.product import BOTTOM, Abstract
from dsl.domains.ranges import exactly, span
from dsl.domains.transfers import (
    TRUE,
    Quoted,
    boolean,
    constant,
    count,
    integer,
    item,
    list_of,
    resized,
    size_of,
    up_to,
    verdict,
)  # fmt: skip

UNROLLED = 12
"""So many rounds of a loop are followed one by one; after that, one element is widened until it holds for all the others."""


def run(body: Quoted, *args: Abstract) -> Abstract:
    """The body's result; no value where an argument has none."""
    return BOTTOM if any(arg.is_bottom for arg in args) else body(*args)


def fixpoint(start: Abstract, step: Callable[[Abstract], Abstract]) -> Abstract:
    """An element that holds after any number of steps, none included."""
    reached = start
    while True:
        following = step(reached)
        if following.leq(reached):
            return reached
        reached = reached.widen(reached.join(following))


def iterate(start: Abstract, step: Callable[[Abstract], Abstract], rounds: ranges.Range) -> tuple[Abstract, Abstract]:
    """The state after any of the numbers of steps in `rounds`, and the join of all the states on the way there."""
    state, passed, after = start, start, start if 0 in rounds else BOTTOM
    for number in range(1, UNROLLED + 1):
        if number > rounds.high or state.is_bottom:
            return after, passed
        state = step(state)
        passed = passed.join(state)
        after = after.join(state) if number in rounds else after
    if rounds.high > UNROLLED and not state.is_bottom:
        state = fixpoint(state, step)
        passed = passed.join(state)
        after = after.join(state)
    return after, passed


def map_items(ctx: Context, xs: Abstract, body: Quoted) -> Abstract:
    """The body's result for every item."""
    return list_of(run(body, item(xs)), size_of(xs))


def map_index(ctx: Context, xs: Abstract, body: Quoted) -> Abstract:
    """The body's result for every index and item."""
    return list_of(run(body, index_in(ctx, xs), item(xs)), size_of(xs))


def index_in(ctx: Context, xs: Abstract) -> Abstract:
    """Any index of a list, as the profile counts."""
    base = ctx.profile.index_base
    places = span(base, size_of(xs).high - 1 + base)
    return BOTTOM if places.is_empty else integer(places)


def filter_items(ctx: Context, xs: Abstract, body: Quoted) -> Abstract:
    """The items for which the body holds."""
    return _kept(xs, run(body, item(xs)), lambda: body.narrow(TRUE, item(xs))[-1])


def filter_index(ctx: Context, xs: Abstract, body: Quoted) -> Abstract:
    """The items for which the body holds, given their index too."""
    index = index_in(ctx, xs)
    return _kept(xs, run(body, index, item(xs)), lambda: body.narrow(TRUE, index, item(xs))[-1])


def _kept(xs: Abstract, holds: Abstract, narrowed: Callable[[], Abstract]) -> Abstract:
    if holds.is_bottom or verdict(holds) is not None:
        return resized(xs, how_many(xs, holds))
    return list_of(narrowed(), up_to(size_of(xs)))


def how_many(xs: Abstract, holds: Abstract) -> ranges.Range:
    """For how many of the items a condition holds; no number where it gets stuck on every item of a list that has some."""
    n = size_of(xs)
    if holds.is_bottom:
        return ranges.meet(n, exactly(0))
    return {True: n, False: exactly(0), None: up_to(n)}[verdict(holds)]


def count_items(ctx: Context, xs: Abstract, body: Quoted) -> Abstract:
    """For how many items the body holds."""
    return count(how_many(xs, run(body, item(xs))))


def any_item(ctx: Context, xs: Abstract, body: Quoted) -> Abstract:
    """Whether the body holds for some item."""
    n = how_many(xs, run(body, item(xs)))
    return BOTTOM if n.is_empty else boolean(True if n.low > 0 else False if n.high <= 0 else None)


def all_items(ctx: Context, xs: Abstract, body: Quoted) -> Abstract:
    """Whether the body holds for every item."""
    holds, n = run(body, item(xs)), size_of(xs)
    if holds.is_bottom or n.high <= 0:
        return boolean(True) if 0 in n else BOTTOM
    known = verdict(holds)
    return boolean(None if known is False and 0 in n else known)


def zip_with(ctx: Context, xs: Abstract, ys: Abstract, body: Quoted) -> Abstract:
    """The body's result for every pair of items."""
    return list_of(run(body, item(xs), item(ys)), ranges.least(size_of(xs), size_of(ys)))


def scan(ctx: Context, xs: Abstract, body: Quoted) -> Abstract:
    """The first item, then the body's result of the one before and the next item."""
    return running(xs, lambda state, each: run(body, state, each))


def running(xs: Abstract, step: Callable[[Abstract, Abstract], Abstract]) -> Abstract:
    """The first item, then what a step makes of the one before and the next item."""
    first, n = item(xs), size_of(xs)
    if first.is_bottom:
        return resized(xs, ranges.meet(n, exactly(0)))
    after, passed = iterate(first, lambda state: step(state, first), span(max(n.low - 1, 0), n.high - 1))
    return BOTTOM if after.is_bottom else list_of(passed, n)


def fold(ctx: Context, xs: Abstract, start: Abstract, body: Quoted) -> Abstract:
    """The body's result of the value so far and the next item, to the end."""
    each = item(xs)
    return iterate(start, lambda state: run(body, state, each), size_of(xs))[0]


def fold_index(ctx: Context, xs: Abstract, start: Abstract, body: Quoted) -> Abstract:
    """As `fold`, with the index too."""
    each, index = item(xs), index_in(ctx, xs)
    return iterate(start, lambda state: run(body, index, state, each), size_of(xs))[0]


def positions_where(ctx: Context, xs: Abstract, body: Quoted) -> Abstract:
    """The indices of the items for which the body holds."""
    n = how_many(xs, run(body, item(xs)))
    return BOTTOM if n.is_empty else list_of(index_in(ctx, xs), n)


def sort_by(ctx: Context, xs: Abstract, body: Quoted) -> Abstract:
    """The same items, in order of the body's results."""
    key = run(body, item(xs))
    return resized(xs, ranges.meet(size_of(xs), exactly(0))) if key.is_bottom else xs


def group_by(ctx: Context, xs: Abstract, body: Quoted) -> Abstract:
    """The items in lists, one for every result of the body."""
    n, key = size_of(xs), run(body, item(xs))
    if key.is_bottom:
        return constant(()) if 0 in n else BOTTOM
    different = key.interval.high - key.interval.low + 1
    return list_of(resized(xs, span(1, n.high)), span(min(n.low, 1), min(n.high, different)))


def unfold(ctx: Context, seed: Abstract, stop: Quoted, body: Quoted, following: Quoted) -> Abstract:
    """The items made of one state after the other until one of them says stop."""
    states, length = _states(ctx, seed, stop, following)
    each = run(body, states)
    return BOTTOM if length.is_empty else list_of(each, length)


def _states(ctx: Context, seed: Abstract, stop: Quoted, following: Quoted) -> tuple[Abstract, ranges.Range]:
    """The states that give an item, joined, and how many there are; no length where the list never ends."""
    state, states, length = seed, BOTTOM, ranges.EMPTY
    for number in range(UNROLLED):
        ended = run(stop, state)
        known = verdict(ended) if not ended.is_bottom else True
        if not ended.is_bottom and known is not False:
            length = ranges.join(length, exactly(number))
        if known:
            return states, length
        states = states.join(state)
        state = run(following, state)
    rest = fixpoint(state, lambda reached: run(following, reached))
    may_end = not rest.is_bottom and not run(stop, rest).is_bottom and verdict(run(stop, rest)) is not False
    if may_end:
        length = ranges.join(length, span(UNROLLED, ctx.profile.max_list))
    return states.join(rest), length
