"""What the wanted output asks of an argument, so that most applications at the last level need not be computed.

Two kinds of demands, both *necessary*: a value that does not meet them cannot be the argument of this word in an answer.

* on lengths, found by the abstract interpreter: what length an argument of a known length gives (`map` keeps it, `filter` never adds);
* on items, from the table below: `take` leaves a beginning of its list, so the output must be one (its list is looked at once, not
  once for each count), and so on. A test runs every word of the table on random arguments and checks that its demand holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from dsl.domains.apply import apply_op
from dsl.domains.base import Context
from dsl.domains.product import TOP
from dsl.domains.ranges import exactly
from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.types import INT, STR, ListOf, Type
from dsl.values import DEFAULT, Profile

LENGTHS = (0, 1, 2, 3, 5)
"""Lengths of an argument at which its relation to the result's is looked up: some words treat short lists in their own way, or give always as many items."""
EQUAL, AT_LEAST_AS_LONG, AT_MOST_AS_LONG = "equal", "at least as long", "at most as long"
PREFIX, SUFFIX, INSIDE, SUBSEQUENCE, PREFIX_OF, SUFFIX_OF, PART_OF, AT_LEAST, AT_MOST, FACTOR, MEMBER = range(1, 12)
"""As in `search.exact.meeting`, which cannot be imported without numba."""

_FAMILIES: tuple[tuple[str, dict[int, int]], ...] = (
    ("take left drop-last drop-right before before-last", {0: PREFIX}),
    ("drop-first drop-left right after after-last", {0: SUFFIX}),
    ("slice substr at trim tok take-last", {0: INSIDE}),
    ("filter>0 filter<0 filter-even filter-odd unique without without-first remove-at cut-slice", {0: SUBSEQUENCE}),
    ("remove-all keep-class strip-class squeeze", {0: SUBSEQUENCE}),
    ("++ concat", {0: PREFIX_OF, 1: SUFFIX_OF}),
    ("append", {0: PREFIX_OF}),
    ("cons", {0: SUFFIX_OF}),
    ("zip-min min", {0: AT_LEAST, 1: AT_LEAST}),
    ("zip-max max", {0: AT_MOST, 1: AT_MOST}),
    ("zip* *", {0: FACTOR, 1: FACTOR}),
    ("head last second third nth minimum maximum", {0: MEMBER}),
)
ITEMS: dict[str, dict[int, int]] = {word: demand for words, demand in _FAMILIES for word in words.split()}
"""Word to argument to demand."""


def item_demand(word: str, position: int, kinds: Sequence[Type], result: Type, profile: Profile) -> int | None:
    """The demand on the items of an argument, where it makes sense for these types."""
    mode = ITEMS.get(word, {}).get(position)
    if mode is None:
        return None
    kind = kinds[position]
    if mode == MEMBER:
        # Such a profile gives 0 for an item that is not there.
        return mode if kind == ListOf(INT) and result == INT and profile.undefined == "stuck" else None
    return mode if kind == result and kind in (INT, STR, ListOf(INT)) else None


def length_demand(word: str, position: int, kinds: tuple[Type, ...], result: Type, profile: Profile) -> str | None:
    """How long an argument must be beside the output, as the abstract interpreter tells from two lengths."""
    return _length_demand(word, position, kinds, result, _roomy(profile))


@cache
def _roomy(profile: Profile) -> Profile:
    """The profile without the limits of one search's columns, so that its demands are worked out once."""
    return profile.with_limits(max_list=DEFAULT.max_list, max_str=DEFAULT.max_str)


@cache
def _length_demand(word: str, position: int, kinds: tuple[Type, ...], result: Type, profile: Profile) -> str | None:
    op = OPS[word]
    if not all(kind == STR or isinstance(kind, ListOf) for kind in (kinds[position], result)):
        return None
    hold = [_relations(op, position, kinds, profile, length) for length in LENGTHS]
    return next((relation for relation in (EQUAL, AT_LEAST_AS_LONG, AT_MOST_AS_LONG) if all(relation in some for some in hold)), None)


def _relations(op: Op, position: int, kinds: Sequence[Type], profile: Profile, length: int) -> frozenset[str]:
    """The relations that hold at one length of the argument; all of them where the word is stuck."""
    args = [replace(TOP, type=kind) for kind in kinds]
    args[position] = replace(args[position], length=replace(TOP.length, outer=exactly(length)))
    (given,) = apply_op(op, Context(profile), args)
    if given.is_bottom:
        return frozenset({EQUAL, AT_LEAST_AS_LONG, AT_MOST_AS_LONG})
    low, high = given.length.outer.low, given.length.outer.high
    fine = {
        EQUAL: low == high == length,
        AT_LEAST_AS_LONG: high is not None and high <= length,
        AT_MOST_AS_LONG: low is not None and low >= length,
    }
    return frozenset(relation for relation, holds in fine.items() if holds)


@cache
def demanded(word: str, kinds: tuple[Type, ...], result: Type, profile: Profile) -> tuple[bool, ...]:
    """Which arguments the table above asks something of."""
    return tuple(item_demand(word, k, kinds, result, profile) is not None for k in range(len(kinds)))
