"""The reduced product: what the components of an abstract value learn from each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dsl.domains import parity, sign
from dsl.domains.characters import DIGIT, LOWER
from dsl.domains.length import SCALAR, lengths
from dsl.domains.product import BOTTOM, TOP, Abstract, reduce
from dsl.domains.ranges import EMPTY, Range, exactly
from dsl.domains.transfers import integer
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR
from dsl.values import DEFAULT, PROFILES, Profile


def reduced(kind: Any = INT, profile: Profile = DEFAULT, **components: Any) -> Abstract:
    return reduce(replace(Abstract.top(kind), **components), profile)


CASES = [
    ("one Int has one parity and one sign", reduced(interval=exactly(2)), "Int 2 even +"),
    ("positive is from 1", reduced(sign=sign.POSITIVE), "Int 1..2147483647 +"),
    ("odd is not 0", reduced(parity=parity.ODD, sign=sign.ZERO | sign.POSITIVE), "Int 1..2147483647 odd +"),
    ("0 is even", reduced(sign=sign.ZERO), "Int 0 even 0"),
    ("ends fit the parity", reduced(interval=Range(1, 9), parity=parity.EVEN), "Int 2..8 even +"),
    ("ends fit the parity until one is left", reduced(interval=Range(1, 3), parity=parity.EVEN), "Int 2 even +"),
    ("nothing between the parities", reduced(interval=exactly(3), parity=parity.EVEN), "nothing"),
    ("no 0 at the end", reduced(interval=Range(-5, 0), sign=sign.NEGATIVE | sign.POSITIVE), "Int -5..-1 -"),
    ("the profile's range", reduced(profile=PROFILES["exedec"], parity=parity.ODD), "Int -49..49 odd -|+"),
    ("a Bool is 0 or 1", reduced(BOOL, parity=parity.ODD), "Bool true"),
    ("a Bool above 0", reduced(BOOL, interval=Range(1, 9)), "Bool true"),
    ("no characters, no length", reduced(STR, chars=0), "Str length 0"),
    ("no length, no characters", reduced(STR, length=lengths(exactly(0))), "Str length 0"),
    ("some length needs characters", reduced(STR, length=lengths(exactly(2)), chars=0), "nothing"),
    ("lengths of the profile", reduced(STR, DEFAULT.with_limits(max_str=9), chars=DIGIT), "Str length 0..9 chars digit"),
    ("no items can be", reduced(LIST_INT, interval=EMPTY), "List[Int] length 0"),
    ("no items can be, by parity and interval", reduced(LIST_INT, interval=exactly(3), parity=parity.EVEN), "List[Int] length 0"),
    ("no items can be, yet some must", reduced(LIST_INT, length=lengths(Range(1, 4)), sign=0), "nothing"),
    ("no items are there", reduced(LIST_INT, length=lengths(exactly(0)), interval=Range(1, 9)), "List[Int] length 0"),
    ("only empty strings", reduced(LIST_STR, chars=0), "List[Str] length 0..64 of 0"),
    ("strings too long", reduced(LIST_STR, DEFAULT.with_limits(max_str=9), length=lengths(Range(0, 3), Range(10, 20)), chars=LOWER), "List[Str] length 0"),
    ("only empty lists", reduced(LIST_LIST_INT, sign=0), "List[List[Int]] length 0..64 of 0"),
    ("lists of Bools", reduced(LIST_BOOL, length=lengths(exactly(2)), interval=exactly(0)), "List[Bool] length 2 false"),
    ("an Int has no length", reduced(INT, length=lengths(exactly(2)), interval=exactly(1)), "Int 1 odd +"),
]  # fmt: skip


@pytest.mark.parametrize("abstract, shown", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_components_sharpen_each_other(abstract: Abstract, shown: str) -> None:
    assert abstract.show() == shown


def test_parts_that_do_not_apply_are_cleared() -> None:
    """So that equal knowledge has one form: no characters in an Int, no Ints in a string."""
    assert reduced(INT, chars=LOWER) == reduced(INT) and reduced(INT).length == SCALAR
    assert reduced(STR).interval == EMPTY and reduced(STR).parity == reduced(STR).sign == 0


def test_bottom_is_everywhere() -> None:
    assert reduce(replace(TOP, sign=None), DEFAULT) == BOTTOM
    assert BOTTOM.is_bottom and replace(TOP, chars=None).is_bottom and not TOP.is_bottom


def test_some_domains_only() -> None:
    alone = integer(exactly(4)).only(("interval",))
    assert alone == Abstract(interval=exactly(4)) and alone.parity == parity.BOTH
    assert BOTTOM.only(("interval",)) == BOTTOM
