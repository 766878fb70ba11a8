"""Higher-order words: their meaning in terms of plain Python, which element gets them stuck, and agreement of the two machines."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import pytest

from dsl.columns import each
from dsl.columns.layout import encode
from dsl.columns.run import run_columns
from dsl.machine import run
from dsl.ops import OPS
from dsl.ops.table import Category, Op
from dsl.parser import parse
from dsl.types import INT, LIST_INT, LIST_STR, Type
from dsl.values import DEFAULT, FUEL, PROFILES, RANGE, SIZE, UNDEFINED, Profile, Stuck, Value

ROWS = [op for op in OPS.values() if op.category is Category.HIGHER_ORDER]
LISTS: tuple[tuple[int, ...], ...] = ((), (4,), (3, -1, 4, 1, -5, 9, 2, 6), (2, 2, 1, 2), (-7, -7), tuple(range(-5, 6)))

MEANINGS: dict[str, Callable[[tuple[int, ...]], Any]] = {
    "( dup * 3 - ) map": lambda xs: tuple(x * x - 3 for x in xs),
    "( 2 > ) filter": lambda xs: tuple(x for x in xs if x > 2),
    "( odd? ) count": lambda xs: len([x for x in xs if x % 2]),
    "( 8 > ) any": lambda xs: any(x > 8 for x in xs),
    "( -6 > ) all": lambda xs: all(x > -6 for x in xs),
    "dup reverse ( - ) zip-with": lambda xs: tuple(x - y for x, y in zip(xs, xs[::-1], strict=True)),
    "dup 1 drop-first ( - ) zip-with": lambda xs: tuple(x - y for x, y in itertools.pairwise(xs)),
    "( - ) scan": lambda xs: tuple(itertools.accumulate(xs, lambda a, b: a - b)),
    "7 ( swap - ) fold": lambda xs: reduce(lambda a, x: x - a, xs, 7),
    "( 3 * + ) map-index": lambda xs: tuple(i + 3 * x for i, x in enumerate(xs)),
    "( + odd? ) filter-index": lambda xs: tuple(x for i, x in enumerate(xs) if (i + x) % 2),
    "1 ( swap - + ) fold-index": lambda xs: reduce(lambda a, ix: ix[0] + ix[1] - a, enumerate(xs), 1),
    "( even? ) positions-where": lambda xs: tuple(i for i, x in enumerate(xs) if x % 2 == 0),
    "( abs ) sort-by": lambda xs: tuple(sorted(xs, key=abs)),
    "( 3 mod ) group-by": lambda xs: tuple(tuple(x for x in xs if x % 3 == key) for key in dict.fromkeys(x % 3 for x in xs)),
    "length ( 3 < ) ( dup * ) ( 2 - ) unfold": lambda xs: tuple(n * n for n in range(len(xs), 2, -2)),
}


@pytest.mark.parametrize("text", MEANINGS)
@pytest.mark.parametrize("xs", LISTS, ids=str)
def test_a_word_means_what_python_says(text: str, xs: tuple[int, ...]) -> None:
    assert run(parse(text), [xs]) == (MEANINGS[text](xs),)


def test_every_word_has_its_meaning_here() -> None:
    assert {text.split()[-1] for text in MEANINGS} == {op.name for op in ROWS}


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_the_columnar_machine_has_the_word(op: Op) -> None:
    assert op.name in each._WORDS
    assert isinstance(op.kernels, Mapping) and set(op.kernels) == {"each"}


@pytest.mark.parametrize("base", [0, 1])
def test_indices_count_from_the_profiles_base(base: int) -> None:
    profile = Profile(index_base=base)  # type: ignore[arg-type]
    assert run(parse("( drop ) map-index"), [(7, 8, 9)], profile=profile) == ((base, base + 1, base + 2),)
    assert run(parse("( drop 1 = ) filter-index"), [(7, 8, 9)], profile=profile) == ((7,) if base else (8,),)
    assert run(parse("0 ( drop + ) fold-index"), [(7, 8, 9)], profile=profile) == (3 + 3 * base,)
    assert run(parse("( 8 > ) positions-where"), [(7, 8, 9)], profile=profile) == ((2 + base,),)


def test_an_index_outside_the_profiles_ints_is_out_of_range() -> None:
    narrow = Profile(int_min=-5, int_max=1)
    for text in ("( drop ) map-index", "( drop zero? ) filter-index", "0 ( drop nip ) fold-index"):
        assert not isinstance(run(parse(text), [(1, 1)], profile=narrow), Stuck)
        stuck = run(parse(text), [(1, 1, 1)], profile=narrow)
        assert isinstance(stuck, Stuck) and stuck.reason is RANGE.reason, text
    # An earlier element that is stuck for a reason of its own comes first.
    stuck = run(parse("( mod ) map-index"), [(1, 0, 1)], profile=narrow)
    assert isinstance(stuck, Stuck) and stuck.reason is UNDEFINED.reason


def test_bodies_see_the_stack_below_and_cannot_change_it_for_each_other() -> None:
    assert run(parse("10 [1,2,3] ( over + ) map")) == (10, (11, 12, 13))
    assert run(parse("10 [1,2,3] ( ( inc ) dip over * ) map")) == (10, (11, 22, 33))
    assert run(parse("10 [1,2,3] 0 ( + over + ) fold")) == (10, 36)
    assert run(parse("5 3 ( zero? ) ( over * ) ( dec ) unfold")) == (5, (15, 10, 5))


def test_the_empty_list_runs_no_body() -> None:
    broken = "( drop 1 0 div )"
    wanted = {"map": (), "count": 0, "scan": (), "sort-by": (), "group-by": (), "positions-where": ()}
    for word, result in wanted.items():
        body = broken.replace("div )", "div 0 = )") if word in ("count", "positions-where") else broken
        body = body.replace("( drop", "( drop drop") if word == "scan" else body
        assert run(parse(f"[] {body} {word}")) == (result,), word
    assert run(parse("[] [1] ( drop drop 1 0 div ) zip-with")) == ((),)
    assert run(parse("[] 5 ( drop drop 1 0 div ) fold")) == (5,)


@pytest.mark.parametrize("word", ["any", "all"])
def test_no_short_cut_past_a_stuck_element(word: str) -> None:
    for xs in ((1, 0), (6, 0), (0, 1)):
        stuck = run(parse(f"( 6 swap div even? ) {word}"), [xs])
        assert isinstance(stuck, Stuck) and stuck.reason is UNDEFINED.reason


def test_the_first_stuck_element_says_why() -> None:
    text = "( dup 0 = ( 1 swap div ) ( 1000000 * ) if ) map"
    assert run(parse(text), [(1, 0, 9999)]) == Stuck(UNDEFINED.reason, (0, 3, 2))
    assert run(parse(text), [(1, 9999, 0)]) == Stuck(RANGE.reason, (0, 4, 1))


def test_unfold_ends_at_the_largest_list() -> None:
    profile = Profile(max_list=3)
    text = "( 0 < ) ( ) ( dec ) unfold"
    assert run(parse(text), [2], profile=profile) == ((2, 1, 0),)
    assert run(parse(text), [3], profile=profile) == Stuck(SIZE.reason, (3,))


def test_results_together_may_be_too_large() -> None:
    assert run(parse('( drop "abcdefgh" ) map'), [tuple(range(32))]) == (("abcdefgh",) * 32,)
    assert run(parse('( drop "abcdefgh" ) map'), [tuple(range(33))]) == Stuck(SIZE.reason, (1,))
    assert run(parse("( iota ) map"), [(64, 64, 64, 64)]) == ((tuple(range(64)),) * 4,)
    assert run(parse("( iota ) map"), [(64, 64, 64, 64, 1)]) == Stuck(SIZE.reason, (1,))


def test_elements_share_the_words_fuel() -> None:
    text = "[1,2,3,4] ( inc inc inc ) map"
    enough = Profile(fuel=14)
    assert run(parse(text), profile=enough) == ((4, 5, 6, 7),)
    assert run(parse(text), profile=enough.with_limits(fuel=13)) == Stuck(FUEL.reason, (2,))


BODIES: dict[str, tuple[tuple[Type, ...], Sequence[str]]] = {
    "map": ((INT, LIST_INT), ("dup *", "over swap div", "dup iota sum", "nip", "10000 * dup *")),
    "filter": ((INT, LIST_INT), ("over >", "over swap div 0 >")),
    "count": ((INT, LIST_INT), ("over >", "over swap mod zero?")),
    "any": ((INT, LIST_INT), ("over >", "over swap mod zero?")),
    "all": ((INT, LIST_INT), ("over >", "over swap mod zero?")),
    "zip-with": ((INT, LIST_INT, LIST_INT), ("+", "rot mod -", "div", "< not", "singleton cons")),
    "scan": ((INT, LIST_INT), ("+", "*", "rot mod -", "swap div", "min")),
    "map-index": ((INT, LIST_INT), ("*", "rot + -", "swap div", "singleton cons")),
    "filter-index": ((INT, LIST_INT), ("<", "mod zero?")),
    "positions-where": ((INT, LIST_INT), ("over <", "over swap mod zero?")),
    "sort-by": ((INT, LIST_INT), ("neg", "over mod", "3 mod", "over swap div")),
    "group-by": ((LIST_INT,), ("3 mod", "6 swap div", "dup *")),
    "fold": ((INT, LIST_INT, INT), ("+", "swap -", "*", "div", "rot +")),
    "fold-index": ((INT, LIST_INT, INT), ("+ *", "rot mod +", "swap - -")),
}
STRING_BODIES: dict[str, Sequence[str]] = {
    "map": ("len", "upper", "dup concat", "words length", "str>int", "0 at ord"),
    "filter": ("blank?", "str>int 0 >"),
    "sort-by": ("len", "0 at ord"),
    "scan": ("concat", "before"),
    "map-index": ("swap left", "repeat"),
}
UNFOLDS = (
    "( 1 < ) ( dup * ) ( 2 - ) unfold",
    "( 50 > ) ( dup * dup * ) ( dup 3 mod + inc ) unfold",
    "( zero? ) ( 60 swap div ) ( dec ) unfold",
)


def agree(text: str, types: Sequence[Type], rows: Sequence[tuple[Value, ...]], profile: Profile) -> int:
    """Asserts that both machines end in the same way on every row; how many rows end in a value."""
    columns = [encode([row[i] for row in rows], kind, profile) for i, kind in enumerate(types)]
    program, values = parse(text), 0
    for row, got in zip(rows, run_columns(program, columns, profile=profile).stacks(), strict=True):
        wanted = run(program, row, profile=profile)
        if isinstance(wanted, Stuck) and isinstance(got, Stuck):
            assert (got.reason, got.at) == (wanted.reason, wanted.at), (text, row, profile.name)
        else:
            assert got == wanted, (text, row, profile.name)
            values += 1
    return values


PROFILES_TRIED = (*PROFILES.values(), Profile(name="tight", int_min=-9, int_max=9, max_list=4, fuel=40))


def random_rows(rng: random.Random, types: Sequence[Type], profile: Profile, count: int) -> list[tuple[Value, ...]]:
    """Rows of small values within the profile's limits."""

    def value(kind: Type) -> Value:
        if kind == INT:
            return rng.randint(-4, 9)
        size = rng.choice((0, 1, 2, 3, min(8, profile.max_list)))
        return tuple(rng.randint(-4, 9) if kind == LIST_INT else rng.choice(("", "12", "a b", "Ab", "-7")) for _ in range(size))

    return [tuple(value(kind) for kind in types) for _ in range(count)]


@pytest.mark.parametrize("word", BODIES)
@pytest.mark.parametrize("profile", PROFILES_TRIED, ids=lambda profile: profile.name)
def test_machines_agree_on_ints(word: str, profile: Profile) -> None:
    types, bodies = BODIES[word]
    values = 0
    for body in bodies:
        rows = random_rows(random.Random(f"{word} {body}"), types, profile, 24)
        values += agree(f"( {body} ) {word}", types, rows, profile)
    assert values > 0


@pytest.mark.parametrize("word", STRING_BODIES)
def test_machines_agree_on_strings(word: str) -> None:
    values = 0
    for body in STRING_BODIES[word]:
        rows = random_rows(random.Random(body), (LIST_STR,), DEFAULT, 24)
        values += agree(f"( {body} ) {word}", (LIST_STR,), rows, DEFAULT)
    assert values > 0


@pytest.mark.parametrize("profile", PROFILES_TRIED, ids=lambda profile: profile.name)
def test_machines_agree_on_unfold(profile: Profile) -> None:
    rows: list[tuple[Value, ...]] = [(n,) for n in range(-4, 10)]
    assert sum(agree(text, (INT,), rows, profile) for text in UNFOLDS) > 0
