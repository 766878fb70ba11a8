"""Backward functions of list, string and higher-order rows: what a wanted result says of the arguments. `test_soundness` has their law."""

from __future__ import annotations

import pytest

from dsl.analysis import Analysis
from dsl.domains.characters import BLANK, DIGIT, HYPHEN, LOWER, SPACE, UPPER
from dsl.domains.product import Abstract, reduce
from dsl.domains.ranges import Range, exactly
from dsl.domains.transfers import boolean, integer, list_of, string
from dsl.ops import OPS
from dsl.ops.table import Category
from dsl.parser import parse
from dsl.types import INT, LIST_INT, LIST_STR, STR
from dsl.values import DEFAULT, PROFILES

INTS, STRS, LISTS, STRINGS = (Abstract.top(kind) for kind in (INT, STR, LIST_INT, LIST_STR))
TRUE, FALSE = boolean(True), boolean(False)


def ints(low: int, high: int, size: Range) -> Abstract:
    return list_of(integer(Range(low, high)), size)


def number(low: int, high: int | None = None) -> Abstract:
    return integer(Range(low, low if high is None else high))


ANY_INT = "Int -2147483647..2147483647"
ANY_LIST = "List[Int] length 0..64 -2147483647..2147483647"

CASES = [
    # the same items: in another order, some of them, each once
    ("reverse", ints(1, 2, exactly(3)), (LISTS,), "List[Int] length 3 1..2 +"),
    ("sort", ints(1, 2, exactly(3)), (ints(0, 1, Range(1, 9)),), "List[Int] length 3 1 odd +"),
    ("rotate", ints(1, 2, exactly(3)), (LISTS, INTS), f"List[Int] length 3 1..2 +, {ANY_INT}"),
    ("unique", ints(1, 2, exactly(2)), (LISTS,), "List[Int] length 2..64 1..2 +"),
    ("unique", ints(1, 2, exactly(0)), (LISTS,), "List[Int] length 0"),
    ("2 take", ints(1, 2, exactly(2)), (LISTS,), "List[Int] length 2..64 -2147483647..2147483647"),
    ("1 drop-first", ints(1, 2, Range(2, 3)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2..5 0..9 0|+"),
    ("3 take-last", ints(1, 2, exactly(2)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2..5 0..9 0|+"),
    ("1 drop-last", ints(1, 2, exactly(2)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2..5 0..9 0|+"),
    ("1 4 slice", ints(1, 2, exactly(2)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2..5 0..9 0|+"),
    ("1 4 cut-slice", ints(1, 2, exactly(2)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2..5 0..9 0|+"),
    ("3 without", ints(1, 2, exactly(2)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2..5 0..9 0|+"),
    ("3 without-first", ints(1, 2, exactly(2)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2..5 0..9 0|+"),
    ("filter>0", ints(1, 2, exactly(2)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2..5 0..9 0|+"),
    ("filter<0", ints(-9, -1, exactly(4)), (LISTS,), "List[Int] length 4..64 -2147483647..2147483647"),
    ("filter-even", ints(0, 9, exactly(2)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2..5 0..9 0|+"),
    ("filter-odd", ints(0, 9, exactly(2)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2..5 0..9 0|+"),
    ("( 5 > ) filter", ints(6, 9, exactly(2)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2..5 0..9 0|+"),
    ("( drop even? ) filter-index", ints(6, 9, exactly(2)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2..5 0..9 0|+"),
    ("( neg ) sort-by", ints(6, 7, exactly(2)), (ints(0, 9, Range(0, 5)),), "List[Int] length 2 6..7 +"),
    # lengths
    ("length", number(2, 3), (ints(0, 9, Range(0, 9)),), "List[Int] length 2..3 0..9 0|+"),
    ("empty?", TRUE, (LISTS,), "List[Int] length 0"),
    ("empty?", FALSE, (LISTS,), "List[Int] length 1..64 -2147483647..2147483647"),
    ("len", number(2, 3), (string(Range(0, 9), DIGIT),), "Str length 2..3 chars digit"),
    ("blank?", TRUE, (STRS,), "Str length 0"),
    ("blank?", FALSE, (string(Range(0, 9), DIGIT),), "Str length 1..9 chars digit"),
    # what was put together
    ("cons", ints(1, 2, exactly(3)), (LISTS, INTS), "List[Int] length 2 1..2 +, Int 1..2 +"),
    ("append", ints(1, 2, exactly(1)), (LISTS, INTS), "List[Int] length 0, Int 1..2 +"),
    ("++", ints(1, 2, exactly(5)), (ints(2, 9, Range(0, 3)), LISTS), "List[Int] length 0..3 2 even +, List[Int] length 2..5 1..2 +"),
    ("singleton", ints(1, 2, Range(0, 9)), (INTS,), "Int 1..2 +"),
    ("concat", string(exactly(5), DIGIT), (string(Range(0, 3)), STRS), "Str length 0..3 chars digit, Str length 2..5 chars digit"),
    ('"-" join', string(Range(0, 4), DIGIT | HYPHEN), (STRINGS,), "List[Str] length 0..64 of 0..4 chars digit|hyphen"),
    # maps
    ("map+1", ints(1, 2, exactly(3)), (LISTS,), "List[Int] length 3 0..1 0|+"),
    ("map-1", ints(1, 2, exactly(3)), (LISTS,), "List[Int] length 3 2..3 +"),
    ("map*2", ints(1, 5, exactly(3)), (LISTS,), "List[Int] length 3 1..2 +"),
    ("map*3", ints(1, 5, exactly(3)), (LISTS,), "List[Int] length 3 1 odd +"),
    ("map*4", ints(1, 3, Range(0, 3)), (LISTS,), "List[Never] length 0"),
    ("map/2", ints(1, 2, exactly(3)), (LISTS,), "List[Int] length 3 2..5 +"),
    ("map/3", ints(1, 2, exactly(3)), (LISTS,), "List[Int] length 3 3..8 +"),
    ("map/4", ints(-1, -1, exactly(3)), (LISTS,), "List[Int] length 3 -4..-1 -"),
    ("map*-1", ints(1, 2, exactly(3)), (LISTS,), "List[Int] length 3 -2..-1 -"),
    ("map**2", ints(5, 20, exactly(3)), (ints(0, 9, Range(0, 3)),), "List[Int] length 3 3..4 +"),
    ("( 2 + neg ) map", ints(-9, -5, exactly(3)), (LISTS,), "List[Int] length 3 3..7 +"),
    ("( even? ) all", TRUE, (ints(0, 9, Range(0, 3)),), "List[Int] length 0..3 0..8 even 0|+"),
    ("( even? ) all", FALSE, (ints(0, 9, Range(0, 3)),), "List[Int] length 0..3 0..9 0|+"),
    # strings
    ("str-reverse", string(exactly(3), DIGIT), (STRS,), "Str length 3 chars digit"),
    ("upper", string(exactly(3), UPPER | HYPHEN), (string(Range(0, 9), LOWER | DIGIT),), "Str length 3 chars lower"),
    ("lower", string(exactly(3), LOWER), (STRS,), "Str length 3 chars lower|upper|other"),
    ("trim", string(exactly(3), LOWER), (string(Range(0, 9)),), "Str length 3..9 chars lower|blank|space|other"),
    ("squeeze", string(Range(3, 4), LOWER), (string(Range(0, 9), DIGIT | LOWER | BLANK),), "Str length 3..9 chars lower"),
    ("2 left", string(exactly(2), LOWER), (string(Range(0, 9), DIGIT | LOWER),), "Str length 2..9 chars lower|digit"),
    ("2 right", string(exactly(2), LOWER), (string(Range(0, 9), DIGIT | LOWER),), "Str length 2..9 chars lower|digit"),
    ("2 drop-left", string(exactly(2), LOWER), (string(Range(0, 9), DIGIT | LOWER),), "Str length 2..9 chars lower|digit"),
    ("2 drop-right", string(exactly(2), LOWER), (string(Range(0, 9), DIGIT | LOWER),), "Str length 2..9 chars lower|digit"),
    ("1 2 substr", string(exactly(2), LOWER), (string(Range(0, 9), DIGIT | LOWER),), "Str length 2..9 chars lower|digit"),
    ('"-" before', string(exactly(2), LOWER), (string(Range(0, 9), HYPHEN | LOWER),), "Str length 2..9 chars lower|hyphen"),
    ('"-" after', string(exactly(2), LOWER), (string(Range(0, 9), HYPHEN | LOWER),), "Str length 2..9 chars lower|hyphen"),
    ('"-" before-last', string(exactly(2), LOWER), (string(Range(0, 9), HYPHEN | LOWER),), "Str length 2..9 chars lower|hyphen"),
    ('"-" after-last', string(exactly(2), LOWER), (string(Range(0, 9), HYPHEN | LOWER),), "Str length 2..9 chars lower|hyphen"),
    ("contains?", TRUE, (string(Range(0, 4), LOWER), string(Range(2, 9), LOWER | DIGIT)), "Str length 2..4 chars lower, Str length 2..4 chars lower"),
    ("starts?", TRUE, (string(Range(0, 4), LOWER), string(Range(2, 9), LOWER | BLANK)), "Str length 2..4 chars lower, Str length 2..4 chars lower"),
    ("ends?", TRUE, (string(Range(0, 4), LOWER), string(Range(2, 9), LOWER | SPACE)), "Str length 2..4 chars lower, Str length 2..4 chars lower"),
    ("contains?", FALSE, (string(Range(1, 4), LOWER), string(Range(2, 9), LOWER)), "Str length 1..4 chars lower, Str length 2..9 chars lower"),
    ("digits?", TRUE, (string(Range(0, 4), LOWER | DIGIT),), "Str length 1..4 chars digit"),
]  # fmt: skip


@pytest.mark.parametrize("text, wanted, args, expected", CASES, ids=[f"{case[0]} {number}" for number, case in enumerate(CASES)])
def test_what_a_result_says_of_the_arguments(text: str, wanted: Abstract, args: tuple[Abstract, ...], expected: str) -> None:
    given = [reduce(arg, DEFAULT) for arg in args]
    narrowed = Analysis().backward(parse(text), (wanted,), given)
    assert ("nothing" if narrowed is None else ", ".join(arg.show() for arg in narrowed)) == expected


def test_rows_with_backward_functions_have_a_case() -> None:
    families = (Category.LISTS, Category.FUSED, Category.HIGHER_ORDER, Category.STRINGS)
    words = {word for case in CASES for word in case[0].split()}
    assert {op.name for op in OPS.values() if op.backward and op.category in families} <= words


def test_an_index_from_the_end_is_no_reason_to_forget() -> None:
    """Part-of words keep their law where the profile counts from the end."""
    narrowed = Analysis(profile=PROFILES["lambdabeam"]).backward(parse("-2 take"), (ints(0, 9, exactly(3)),), (ints(0, 9, Range(0, 6)),))
    assert narrowed is not None and narrowed[0].show() == "List[Int] length 3..6 0..9 0|+"
