"""What words that run quotations leave as it is: the limits of a profile, the kinds of empty lists, constants."""

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.values import DEFAULT, PROFILES, Profile  # noqa: E402
from embed.vocab import Kind  # noqa: E402
from executor.control import MOST_TIMES  # noqa: E402
from executor.programs import RUN, run_move  # noqa: E402
from tests.executor.exact import Exact, condition, items_of, meant, some_field, states  # noqa: E402

SMALL = DEFAULT.with_limits(max_list=16, max_str=32)
LIMITED: tuple[tuple[str, tuple[Any, ...], Profile, Any], ...] = (
    ("( drop 5 ) map", (tuple(range(16)),), SMALL, ((5,) * 16,)),
    ("( dup concat ) map", (("abcdefgh", "ijklmnop"),), SMALL, (("abcdefghabcdefgh", "ijklmnopijklmnop"),)),
    ("( dup concat ) map", (("abcdefgh", "ijklmnopq"),), SMALL, "size"),
    ("( concat ) zip-with", (("abcdefgh", "a"), ("ijklmnop", "bcdefghijklmnop")), SMALL, (("abcdefghijklmnop", "abcdefghijklmnop"),)),
    ("( concat ) zip-with", (("abcdefgh", "a"), ("ijklmnop", "bcdefghijklmnopq")), SMALL, "size"),
    ("( concat ) scan", (("abcdef", "ghijkl", "mnopqr"),), SMALL, "size"),
    ("( append ) fold", ((1, 2), tuple(range(15))), SMALL, "size"),
    ("( append ) fold", ((1,), tuple(range(15))), SMALL, ((*range(15), 1),)),
    ("( drop dup ) map", (tuple(range(16)), (1, 2, 3, 4)), SMALL, (tuple(range(16)), (tuple(range(16)),) * 4)),
    ("( drop dup ) map", (tuple(range(16)), (1, 2, 3, 4, 5)), SMALL, "size"),
    ("( 60 ) dip", (1,), DEFAULT.with_limits(int_max=50), "range"),
    ("( -60 0 ) dip", (1,), DEFAULT.with_limits(int_min=-50), "range"),
    ('( "abcdef" ) dip', (1,), DEFAULT.with_limits(max_str=5), "size"),
    ("( [1,2,3] drop ) dip", (1,), DEFAULT.with_limits(max_list=2), "size"),
    ("( 2 ) dip", (1, 2, 3, 4), DEFAULT.with_limits(max_stack=5), (1, 2, 3, 2, 4)),
    ("( 2 3 drop ) dip", (1, 2, 3, 4), DEFAULT.with_limits(max_stack=5), (1, 2, 3, 2, 4)),
    ("( 2 3 4 drop drop ) dip", (1, 2, 3, 4), DEFAULT.with_limits(max_stack=5), "size"),
    ("( dup dup ) keep", (1, 2), DEFAULT.with_limits(max_stack=4), "size"),
    ("( ( inc ) dip ) call", (1, 2, 3), DEFAULT.with_limits(max_stack=4), (1, 3, 3)),
    ("( ( inc ) dip ) call", (1, 2, 3), DEFAULT.with_limits(max_stack=3), "size"),
    ("( swap drop ) map-index", ((7, 8),), PROFILES["rule"], ((7, 8),)),
    ("( drop ) map-index", ((7, 8),), PROFILES["rule"], ((1, 2),)),
    ("( = ) filter-index", ((0, 2, 5),), PROFILES["rule"], ((2,),)),
    ("( rot * + ) fold-index", ((5, 6, 7), 0), PROFILES["rule"], (38,)),
    ("( even? ) positions-where", ((4, 7, 6),), PROFILES["rule"], ((1, 3),)),
    ("( 2 div ) map", ((-3, 3),), PROFILES["deepcoder"], ((-1, 1),)),
)


@pytest.mark.parametrize(("text", "items", "profile", "after"), LIMITED)
def test_values_keep_the_limits_of_the_profile(text: str, items: tuple[Any, ...], profile: Profile, after: Any, exact: Exact) -> None:
    exact.profile = profile
    assert items_of(run_move(some_field(), *states([items], width=200), condition(text), profile=profile)) == after
    assert meant(text, items, profile=profile) == after
    assert not RUN & {name for names in exact.asked for name in names}


def test_without_a_profile_the_limits_are_the_usual_ones(exact: Exact) -> None:
    for many, after in ((12, (("abcdefghijabcdefghij",) * 12,)), (13, "size")):
        assert items_of(run_move(some_field(), *states([(("abcdefghij",) * many,)], width=400), condition("( dup concat ) map"))) == after


def test_words_that_run_more_often_than_told_are_one_call(exact: Exact) -> None:
    start = states([(5, MOST_TIMES), (5, MOST_TIMES + 1)])
    done = run_move(some_field(), *start, condition("( inc ) times", "( inc ) times"))
    assert [items_of(done, row) for row in (0, 1)] == [(5 + MOST_TIMES,), (6 + MOST_TIMES,)]
    assert MOST_TIMES == 64 and exact.asked == [["inc", "times"], *[["inc"]] * (MOST_TIMES - 1)]


def test_an_empty_list_is_of_the_kind_that_went_in(exact: Exact) -> None:
    """Of flags come places, which are numbers."""
    some = [(("a", "b"),), ((True,),), (((1,), (2,)),)]
    for word, kinds in (("filter", ["List[Str]", "List[Bool]", "List[List[Int]]"]), ("positions-where", ["List[Int]"] * 3)):
        start = states(some)
        done = run_move(some_field(), *start, condition(*[f"( drop false ) {word}"] * 3))
        names = [[exact.vocab.name(code) for code in row] for row in done.codes.tolist()]
        assert [row[5:8] for row in names] == [[f"OPEN {kind}", "CLOSE", "END"] for kind in kinds]


def test_constants_stay_as_they_are(exact: Exact) -> None:
    """Also where an error comes in place of all items."""
    constants = (1, "ab", None, (2, 3))
    for text, items in (("( c0 + ) dip", (1, 2)), ("( drop drop ) map", ((1, 2),)), ("( 0 div ) dip", (1, 2))):
        start = states([items], constants)
        done = run_move(some_field(), *start, condition(text))
        end = start[0][0].tolist().index(exact.vocab.code(Kind.SEP)) + 1
        assert torch.equal(done.codes[0, :end], start[0][0, :end])
