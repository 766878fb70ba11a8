"""What a result says of the arguments of list, string and higher-order ops: whole functions for `transfers.narrowing`.

`function(ctx, result, *args, *bodies)` gives an `Abstract` for every argument; it is met with what is known of the argument
already, so `TOP` says nothing, and what the argument's type says need not be repeated. `dsl.domains.preimages` has the numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from dsl.domains import characters, ranges
from dsl.domains.base import Context
from dsl.domains.numbers import bounds
from dsl.domains.product import TOP, Abstract
from dsl.domains.ranges import SIZES, Range, exactly, span
from dsl.domains.texts import WHITE
from dsl.domains.transfers import TRUE, Quoted, item, list_of, resized, size_of, string, up_to, verdict

Narrowing = Callable[..., tuple[Abstract, ...]]


def answered(when_true: Abstract, when_false: Abstract = TOP) -> Narrowing:
    """A question about one value: what the value is by the answer."""
    return lambda ctx, result, a: ({True: when_true, False: when_false, None: TOP}[verdict(result)],)


is_empty = answered(resized(TOP, exactly(0)), resized(TOP, Range(1, None)))
has_only_digits = answered(string(Range(1, None), characters.DIGIT))


def same(ctx: Context, result: Abstract, a: Abstract, *rest: Abstract) -> tuple[Abstract, ...]:
    """The first argument with its items in another order."""
    return (result, *(TOP for _ in rest))


def no_shorter(ctx: Context, result: Abstract, a: Abstract, *rest: Abstract) -> tuple[Abstract, ...]:
    """A part of the first argument."""
    return (resized(TOP, span(size_of(result).low, inf)), *(TOP for _ in rest))


def trim(ctx: Context, result: Abstract, text: Abstract) -> tuple[Abstract, ...]:
    """A string without white space at its ends."""
    return (string(span(size_of(result).low, inf), result.chars | WHITE),)


def squeeze(ctx: Context, result: Abstract, text: Abstract) -> tuple[Abstract, ...]:
    """A string with every run of blanks made one."""
    return (string(span(size_of(result).low, inf), result.chars),)


def unique(ctx: Context, result: Abstract, xs: Abstract) -> tuple[Abstract, ...]:
    """Each item once: all of them are in the result."""
    n = size_of(result)
    return (resized(result, n if n.high <= 0 else span(n.low, inf)),)


def length(ctx: Context, result: Abstract, a: Abstract) -> tuple[Abstract, ...]:
    """The length of a list or a string."""
    return (resized(TOP, ranges.meet(bounds(result), SIZES)),)


def mapped(function: Narrowing) -> Narrowing:
    """A fused map, by the backward function of what it does to an item."""

    def backward(ctx: Context, result: Abstract, xs: Abstract) -> tuple[Abstract, ...]:
        wanted, given = item(result), item(xs)
        return (list_of(wanted if wanted.is_bottom or given.is_bottom else function(ctx, wanted, given)[0], size_of(result)),)

    return backward


def append(ctx: Context, result: Abstract, xs: Abstract, x: Abstract) -> tuple[Abstract, ...]:
    """One item more at either end."""
    return resized(result, ranges.positive(ranges.subtract(size_of(result), exactly(1)))), item(result)


def concatenate(ctx: Context, result: Abstract, a: Abstract, b: Abstract) -> tuple[Abstract, ...]:
    """Two lists or strings, one after the other."""
    n = size_of(result)
    return tuple(resized(result, ranges.meet(ranges.subtract(n, size_of(other)), SIZES)) for other in (b, a))


def singleton(ctx: Context, result: Abstract, x: Abstract) -> tuple[Abstract, ...]:
    """A list of one."""
    return (item(result),)


def map_items(ctx: Context, result: Abstract, xs: Abstract, body: Quoted) -> tuple[Abstract, ...]:
    """The body's result for every item."""
    wanted, given = item(result), item(xs)
    return (list_of(wanted if wanted.is_bottom or given.is_bottom else body.narrow(wanted, given)[0], size_of(result)),)


def all_items(ctx: Context, result: Abstract, xs: Abstract, body: Quoted) -> tuple[Abstract, ...]:
    """Whether the body holds for every item."""
    given = item(xs)
    return (list_of(body.narrow(TRUE, given)[0], size_of(xs)) if verdict(result) and not given.is_bottom else TOP,)


def case_mapped(mapping: Callable[[int], int]) -> Narrowing:
    """A string mapped character by character, by what becomes of each class."""

    def backward(ctx: Context, result: Abstract, text: Abstract) -> tuple[Abstract, ...]:
        classes = sum(1 << bit for bit in range(len(characters.LABELS)) if mapping(1 << bit) & result.chars)
        return (string(size_of(result), classes),)

    return backward


def join(ctx: Context, result: Abstract, items: Abstract, separator: Abstract) -> tuple[Abstract, ...]:
    """The items with the separator between them: none is longer than the result, nor of other characters."""
    return list_of(string(up_to(size_of(result)), result.chars)), TOP


def contains(ctx: Context, result: Abstract, text: Abstract, part: Abstract) -> tuple[Abstract, ...]:
    """Whether the part stands in the text."""
    if not verdict(result):
        return TOP, TOP
    return string(span(size_of(part).low, inf)), string(up_to(size_of(text)), text.chars)
