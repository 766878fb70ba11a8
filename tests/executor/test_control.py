"""What words mean that run quotations: what the machine says, with an exact executor in place of the network; and what the network is asked for on the way."""

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.parser import parse  # noqa: E402
from dsl.program import Quotation  # noqa: E402
from executor.control import CONTROL  # noqa: E402
from executor.programs import RUN, run_move  # noqa: E402
from executor.quotations import pops_with  # noqa: E402
from tests.executor.exact import Exact, condition, items_of, meant, some_field, states  # noqa: E402

Case = tuple[str, tuple[Any, ...], str]
CONSTANTS = (3, 30)

# A word with its quotations, a stack, and the words that the network is asked for: `;` between calls that wait for one another, equal calls once.
CASES: tuple[Case, ...] = (
    ("( inc ) call", (4,), "inc"),
    ("( ( neg ) dip inc ) call", (4, 5), "neg; inc"),
    ("( 70 [1,2] sum ) call", ("ab",), "sum"),
    ("( inc ) call", (), "inc"),
    ("( sum inc ) call", (3,), "sum"),
    ("( drop drop ) call", (1, 2), "drop; drop"),
    ("( inc ) dip", (1, 2), "inc"),
    ("( take ) dip", ((3, 4), 1, 2), "take"),
    ("( + ) dip", (1, 2, 30), "+"),
    ("( drop ) dip", (1, 2), "drop"),
    ("( 3 + [1,2] ) dip", (1, "ab"), "+"),
    ('( "x" concat ) dip', ("ab", True), "concat"),
    ("( c1 + ) dip", (3, 4), "c1; +"),
    ("( [1,-2] ( neg ) map ) dip", (7,), "neg neg"),
    ("( ( ( inc ) dip ) keep ) dip", (1, 2, 3), "inc"),
    ("( + ) dip", (1, 2), "+"),
    ("( sum inc ) dip", (1, 2), "sum"),
    ("( inc ) dip", (1,), "inc"),
    ("( inc ) keep", (5,), "inc"),
    ("( dup ) keep", ("ab",), "dup"),
    ("( + ) keep", (4, 5), "+"),
    ("( drop drop ) keep", (4, (True, False)), "drop; drop"),
    ("( 0 div inc ) keep", (5,), "div"),
    ("( sum ) ( length ) bi", ((3, 1, 2),), "sum; length"),
    ("( drop ) ( sum ) bi", (7, (1, 2)), "drop; sum"),
    ("( ( inc ) dip ) ( neg ) bi", (1,), "inc"),
    ("( swap ) ( + ) bi", (1, 20), "swap; +"),
    ("( 0 div ) ( neg ) bi", (1,), "div"),
    ("( neg ) ( sum ) bi", (1,), "neg; sum"),
    ("( len ) ( sum ) bi*", ("ab", (1, 2)), "len; sum"),
    ("( + ) ( neg ) bi*", (10, 1, 2), "+; neg"),
    ("( drop ) ( swap ) bi*", (10, 20, 1, 2), "drop; swap"),
    ("( len ) ( sum ) bi*", ("ab", 3), "len; sum"),
    ("( sum ) ( 0 div ) bi*", (3, 4), "sum"),
    ("( len ) bi@", ("ab", "cde"), "len; len"),
    ("( over + ) bi@", (10, 1, 2), "over; +; over; +"),
    ("( + ) bi@", (10, 20, 1, 2), "+; +"),
    ("( ( inc ) ( dec ) bi + ) bi@", (4, 5), "inc; dec; +; inc; dec; +"),
    ("( 6 swap div ) bi@", (2, 0), "swap; div; swap; div"),
    ("( 6 swap div ) bi@", (0, 2), "swap; div"),
    ("( drop ) bi@", (1, 2), "drop; drop"),
    ("( drop ) bi@", (10, 1, 2), "drop; drop"),
    ("( drop 7 8 ) bi@", (10, 1, 2), "drop; drop"),
    ("( sum ) bi@", ((), (1,)), "sum; sum"),
    ("( inc ) ( dec ) if", (5, True), "inc"),
    ("( inc ) ( dec ) if", (5, False), "dec"),
    ('( drop [1] ) ( drop "a" length ) if', ((2,), "ab", False), "drop; length"),
    ("( + ) ( drop ) if", (1, 2, True), "+"),
    ("( 0 div ) ( inc ) if", (5, True), "div"),
    ("( ( inc ) ( neg ) if ) ( drop drop 0 ) if", (3, False, True), "neg"),
    ("( neg ) when", (3, True), "neg"),
    ("( neg ) when", (3, False), ""),
    ("( dup even? ( 2 div ) when ) when", (8, True), "dup; even?; div"),
    ("( sum ) when", (3, True), "sum"),
    ("( inc ) times", (5, 3), "inc; inc; inc"),
    ("( inc ) times", (5, 0), ""),
    ("( inc ) times", (5, -2), ""),
    ("( dup ) times", (5, 2), "dup; dup"),
    ("( 2 * ) times", ("ab", 1, 5), "*; *; *; *; *"),
    ("( dec 6 over div drop ) times", (2, 4), "dec; over; div; drop; dec; over; div"),
    ("( 2 ( inc ) times ) times", (5, 2), "inc; inc; inc; inc"),
    ("( swap over + ) times", (1, 1, 4), "swap; over; +; swap; over; +; swap; over; +; swap; over; +"),
    ("( inc ) map", ((1, 5, 3),), "inc inc inc"),
    ("( dup * ) map", ((1, 2, 1),), "dup dup; * *"),
    ("( over + ) map", (10, (1, 2)), "over over; + +"),
    ("( drop ) map", (10, (1, 2)), "drop drop"),
    ("( 70 + ) map", ((90, -70, 3000),), "+ + +"),
    ("( c1 - ) map", ((1, 2),), "c1 c1; - -"),
    ("( len ) map", (("ab", ""),), "len len"),
    ("( not ) map", ((True, False),), "not not"),
    ("( sum ) map", (((1, 2), (), (4,)),), "sum sum sum"),
    ("( even? ) map", ((1, 2),), "even? even?"),
    ('( drop "ab" ) map', ((1, 2),), "drop drop"),
    ("( drop [] ) map", ((1, 2),), "drop drop"),
    ("( ( inc ) map ) map", (((1, 2), (), (4,)),), "inc inc map inc"),
    ("( ( even? ) filter ( inc ) map ) map", (((1, 2), (4,)),), "even? even? even?; inc inc"),
    ("( drop drop ) map", (5, (1, 2)), "drop drop; drop"),
    ("( drop drop ) map", ((1, 2),), "drop drop; drop"),
    ("( 6 swap div ) map", ((1, 0, 2),), "swap swap swap; div div div"),
    ("( 6 over div drop sum ) map", ((1, 0),), "over over; div div; drop; sum"),
    ("( 6 swap div drop ) map", ((1, 0),), "swap swap; div div; drop"),
    ("( drop [true] ) map", ((1, 0),), "drop drop"),
    ("( drop [[1]] ) map", ((1, 0),), "drop drop"),
    ("( dup 2 > ( drop true ) when ) map", ((1, 5),), "dup dup; > >; drop"),
    ("( 2 > ) filter", ((3, 1, 4, 1),), "> > >"),
    ("( 9 > ) filter", ((3, 1),), "> >"),
    ("( len 1 = ) filter", (("ab", "c"),), "len len; = ="),
    ("( dup drop ) filter", ((True, False, True),), "dup dup; drop drop"),
    ("( empty? not ) filter", (((1,), (), (2, 3)),), "empty? empty? empty?; not not"),
    ("( over > ) filter", (2, (1, 3)), "over over; > >"),
    ("( ( even? ) any ) filter", (((1, 2), (3,), (4,)),), "even? even? even? even?"),
    ("( 6 swap div even? ) filter", ((3, 0),), "swap swap; div div; even?"),
    ("( even? ) count", ((1, 2, 4),), "even? even? even?"),
    ("( even? ) count", ((1, 3),), "even? even?"),
    ("( len 2 = ) count", (("ab", "c"),), "len len; = ="),
    ("( = ) count", (3, (3, 1)), "= ="),
    ("( 6 swap div even? ) count", ((0, 3),), "swap swap; div div; even?"),
    ("( even? ) any", ((1, 2),), "even? even?"),
    ("( even? ) any", ((1, 3),), "even? even?"),
    ("( not ) any", ((True, True),), "not"),
    ("( 6 swap div even? ) any", ((3, 0),), "swap swap; div div; even?"),
    ("( even? ) all", ((4, 2),), "even? even?"),
    ("( even? ) all", ((4, 1),), "even? even?"),
    ("( sum zero? ) all", (((0,), (1, -1)),), "sum sum; zero?"),
    ("( 6 swap div odd? ) all", ((3, 0),), "swap swap; div div; odd?"),
    ("( + ) zip-with", ((1, 2, 3), (10, 20)), "+ +"),
    ("( - ) zip-with", ((1,), (10, 20)), "-"),
    ("( at ) zip-with", (("ab", "cd"), (1, 0)), "at at"),
    ("( rot rot - + ) zip-with", (5, (1, 2), (10, 20)), "rot rot; rot rot; - -; + +"),
    ("( div ) zip-with", ((4, 6, 8), (2, 0)), "div div"),
    ("( drop [1] ) zip-with", ((1, 2), (True, False)), "drop drop"),
    ("( and ) zip-with", ((True, False), (True, True)), "and and"),
    ("( + ) map-index", ((7, 8, 9),), "+ + +"),
    ("( drop ) map-index", (("a", "b"),), "drop drop"),
    ("( - ) map-index", ((7, 8),), "- -"),
    ("( 2 div swap ) map-index", ((7, 8, 9),), "div div div; swap swap swap"),
    ("( swap at ) map-index", (("ab", "cd"),), "swap swap; at at"),
    ("( div ) map-index", ((5, 6),), "div div"),
    ("( = ) filter-index", ((0, 5, 2),), "= = ="),
    ("( drop even? ) filter-index", ((7, 8, 9),), "drop drop drop; even? even? even?"),
    ("( nip even? ) filter-index", (("a", "b", "c"),), "nip nip nip; even? even? even?"),
    ("( div even? ) filter-index", ((5, 6),), "div div; even?"),
    ("( even? ) positions-where", ((4, 7, 6),), "even? even? even?"),
    ("( odd? ) positions-where", ((4, 6),), "odd? odd?"),
    ("( len 2 = ) positions-where", (("c", "ab"),), "len len; = ="),
    ("( over = ) positions-where", (4, (4, 7, 4)), "over over; = ="),
    ("( 6 swap div even? ) positions-where", ((3, 0),), "swap swap; div div; even?"),
    ("( abs ) sort-by", ((3, -1, 2),), "abs abs abs"),
    ("( drop 1 ) sort-by", ((3, -1, 2),), "drop drop drop"),
    ("( len ) sort-by", (("bb", "a", "cc", ""),), "len len len len"),
    ("( sum neg ) sort-by", (((1, 2), (), (4,)),), "sum sum sum; neg neg neg"),
    ("( over - abs ) sort-by", (3, (9, 1, 2, 4)), "over over over over; - - - -; abs abs abs abs"),
    ("( 50 * ) sort-by", ((3, -1, 2),), "* * *"),
    ("( 6 swap div ) sort-by", ((3, 0),), "swap swap; div div"),
    ("( 10 div ) group-by", ((1, 12, 3, 14),), "div div div div"),
    ("( drop 5 ) group-by", ((1, 2),), "drop drop"),
    ("( neg ) group-by", ((2, 1, 2),), "neg neg"),
    ("( 50 * ) group-by", ((2, 1, 2),), "* *"),
    ("( over mod ) group-by", (3, (4, 3, 7)), "over over over; mod mod mod"),
    ("( 6 swap div ) group-by", ((3, 0),), "swap swap; div div"),
    ("( + ) fold", ((1, 2, 3), 0), "+; +; +"),
    ("( - ) fold", ((1, 2), 10), "-; -"),
    ("( concat ) fold", (("a", "b"), ""), "concat; concat"),
    ("( dup * + ) fold", ((1, 2), 0), "dup; *; +; dup; *; +"),
    ("( append ) fold", ((1, 2), (9,)), "append; append"),
    ("( over > ) fold", (5, (1, 2), 0), "over; >; over; >"),
    ("( rot dup rot + nip + ) fold", (100, (1, 2), 0), "rot; dup; rot; +; nip; +; rot; dup; rot; +; nip; +"),
    ("( sum + ) fold", (((1, 2), (3,)), 0), "sum; +; sum; +"),
    ("( or ) fold", ((False, True), False), "or; or"),
    ("( div ) fold", ((2, 0, 1), 8), "div; div"),
    ("( drop drop ) fold", ((1, 2), 8), "drop; drop"),
    ("( drop drop ) fold", (5, (1, 2), 8), "drop; drop; drop; drop"),
    ("( rot * + ) fold-index", ((5, 6, 7), 0), "rot; *; +; rot; *; +; rot; *; +"),
    ("( drop drop ) fold-index", ((5, 6), 9), "drop; drop; drop; drop"),
    ("( - - ) fold-index", ((5, 6), 1), "-; -; -; -"),
    ("( len + + ) fold-index", (("ab", "c"), 0), "len; +; +; len; +; +"),
    ("( rot div + ) fold-index", ((5, 6), 1), "rot; div"),
    ("( drop drop drop ) fold-index", ((5, 6), 1), "drop; drop; drop"),
    ("( + ) scan", ((1, 2, 3),), "+; +"),
    ("( - ) scan", ((5, 2, 1),), "-; -"),
    ("( concat ) scan", (("a", "b", "c"),), "concat; concat"),
    ("( + ) scan", ((7,),), ""),
    ("( and ) scan", ((True, True, False),), "and; and"),
    ("( concat ) scan", (((1,), (2,)),), "concat"),
    ("( over + ) scan", ((1, 2, 3),), "over; +; over; +"),
    ("( div ) scan", ((8, 2, 0, 1),), "div; div"),
    ("( drop drop ) scan", ((8, 2),), "drop; drop"),
    ('( drop drop "a" ) scan', ((8, 2),), "drop; drop"),
    ("( drop 1 > ) scan", ((8, 2),), "drop; >"),
    ("( ( even? ) ( abs ) bi drop ) filter", ((2, 3),), "even? even?; abs abs; drop drop"),
    ("( ( + ) fold ) map-index", ((3, 4),), "fold fold"),
    ("( 0 swap ( + ) fold-index ) map", (((1, 2), (3,)),), "swap swap; fold-index fold-index"),
    ("( 0 ( + ) fold ) map", (((1, 2), (3,)),), "+ +; +"),
    ("( ( + ) scan last ) map", (((1, 2), (3, 4)),), "+ +; last last"),
    ("( 0 > ( neg ) when ) map", ((1, 5),), "> >; neg"),
    ("( dup 3 > ( neg ) when ) map", ((1, 5),), "dup dup; > >; neg"),
    ("( dup 3 > ( neg ) ( 2 * ) if ) map", ((1, 5),), "dup dup; > >; * neg"),
    ("( 2 ( 3 * ) times ) map", ((1, 5),), "* *; * *"),
    ("( ( neg ) keep - ) map", ((1, 5),), "neg neg; - -"),
    ("( dup ( 2 mod ) group-by concat ) call", ((1, 2, 3),), "dup; mod mod mod; concat"),
    ("( [1,2] [3] ( + ) zip-with ) dip", (4,), "+"),
    ("( [1,2] ( 1 > ) all ) keep", (4,), "> >"),
    ("( [3,5,3] ( 3 = ) positions-where ) call", (), "= ="),
)  # fmt: skip


ASKED: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("( inc ) dip", ()),
    ("( inc ) keep", ()),
    ("( inc ) ( dec ) bi", ()),
    ("( inc ) ( dec ) bi*", (1,)),
    ("( inc ) bi@", (1,)),
    ("( drop ) bi@", (1, "ab")),
    ("( drop ) bi@", (1, True)),
    ("( drop ) bi@", ((1,), ("a",))),
    ("( inc ) ( dec ) if", ()),
    ("( inc ) ( dec ) if", (1, 1)),
    ("( inc ) when", ()),
    ("( inc ) when", (1, "ab")),
    ("( inc ) times", ()),
    ("( inc ) times", (1, True)),
    ("( inc ) times", (1, "ab")),
    ("( inc ) times", (1, 65)),
    ("( inc ) times", (1, 30000)),
    ("( inc ) map", ()),
    ("( inc ) map", ((),)),
    ("( inc ) map", (3,)),
    ("( inc ) map", ("ab",)),
    ("( even? ) filter", ((),)),
    ("( even? ) count", ((),)),
    ("( even? ) any", ((),)),
    ("( even? ) all", ((),)),
    ("( even? ) all", (True,)),
    ("( + ) zip-with", ((1,),)),
    ("( + ) zip-with", ()),
    ("( + ) zip-with", ((1,), ())),
    ("( + ) zip-with", ((), (1,))),
    ("( + ) zip-with", ((1,), 3)),
    ("( + ) zip-with", ("ab", (1,))),
    ("( + ) map-index", ((),)),
    ("( = ) filter-index", ((),)),
    ("( even? ) positions-where", ((),)),
    ("( abs ) sort-by", ((),)),
    ("( abs ) group-by", ((),)),
    ("( len 0 div ) group-by", (("a", "b"),)),
    ("( abs ) group-by", (3,)),
    ("( + ) fold", ((),)),
    ("( + ) fold", (1,)),
    ("( + ) fold", ()),
    ("( + ) fold", ((), 3)),
    ("( + ) fold", (3, 4)),
    ("( rot * + ) fold-index", ((), 3)),
    ("( + ) scan", ((),)),
    ("( + ) scan", ()),
)  # fmt: skip
"""Where what lies on the stack does not fit: the network is asked for the word itself."""


def test_there_are_cases_of_each_word() -> None:
    ends = [parse(text).body[-1].name for text, *_ in CASES]  # type: ignore[union-attr]
    assert {name for name in CONTROL if ends.count(name) >= 4} == set(CONTROL) == RUN
    assert set(CONTROL) - {"call"} == {parse(text).body[-1].name for text, _ in ASKED}  # type: ignore[union-attr]


@pytest.mark.parametrize(("text", "items", "asked"), CASES)
def test_each_word_means_what_the_machine_says(text: str, items: tuple[Any, ...], asked: str, exact: Exact) -> None:
    done = run_move(some_field(), *states([items], (*CONSTANTS, None, None)), condition(text))
    assert items_of(done) == meant(text, items, CONSTANTS)
    assert bool(done.error[0]) == isinstance(items_of(done), str)
    assert "; ".join(map(" ".join, exact.asked)) == asked


@pytest.mark.parametrize(("text", "items"), ASKED)
def test_the_network_is_asked_for_a_word_where_what_lies_there_does_not_fit(text: str, items: tuple[Any, ...], exact: Exact) -> None:
    done = run_move(some_field(), *states([items]), condition(text))
    assert items_of(done) == meant(text, items)
    body = parse(text).body
    word = body[-1].name  # type: ignore[union-attr]
    assert exact.asked == [[word]]
    assert exact.pops == [(word, pops_with(word, [i for i in body if isinstance(i, Quotation)]))]


@pytest.mark.parametrize(
    ("text", "items", "asked"),
    [
        ("( ( inc ) map ) dip", ((), 5), [["map"]]),
        ("( dup ( + ) zip-with ) keep", ((1, 2),), [["dup"], ["+", "+"]]),
        ("( ( even? ) filter ( inc ) map ) call", ((1, 3),), [["even?", "even?"], ["map"]]),
        ("( 0 ( + ) fold ) map", (((1, 2), ()),), [["+", "fold"], ["+"]]),
        ("( ( inc ) when ) dip", (1, 2, 3), [["when"]]),
        ("( ( ( inc ) map ) dip ) dip", (1, 2, 3), [["map"]]),
        ("( 70 ( inc ) times ) dip", (1, 2), [["times"]]),
    ],
)
def test_words_of_a_quotation_that_do_not_fit_are_asked_for(
    text: str, items: tuple[Any, ...], asked: list[list[str]], exact: Exact
) -> None:
    done = run_move(some_field(), *states([items]), condition(text))
    assert (items_of(done), exact.asked) == (meant(text, items), asked)


def test_what_words_take_is_told_with_them(exact: Exact) -> None:
    """A word of RUN that is asked for takes what its quotations take."""
    run_move(some_field(), *states([(1, 2, 3, 70)]), condition("( 1 + ( rot ) times inc ) call"))
    assert exact.pops == [("+", 2), ("times", 4), ("inc", 1)]
    exact.pops.clear()
    run_move(some_field(), *states([((),)], (1, None, None, None)), condition("( 5 c0 rot ( + over ) map ) call"))
    assert exact.pops == [("c0", 0), ("rot", 3), ("map", 1)]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("( even? ) sort-by", ((1, 2),)),
        ("( abs ) filter", ((1, 2),)),
        ("( abs ) any", ((1, 2),)),
        ("( abs ) all", ((1, 2),)),
        ("( abs ) count", ((1, 2),)),
        ("( even? ) group-by", ((1, 2),)),
        ("( len ) positions-where", (("a", "b"),)),
    ],
)
def test_what_is_no_flag_or_no_key_is_a_type_error(text: str, items: tuple[Any, ...], exact: Exact) -> None:
    """The machine, which is never given such programs, would take anything that Python can compare."""
    assert items_of(run_move(some_field(), *states([items]), condition(text))) == "type"
    assert not RUN & {name for names in exact.asked for name in names}
