"""The abstract machine: what it says of programs, forwards and backwards, and that it always ends."""

from __future__ import annotations

import time

import pytest

from dsl import machine
from dsl.analysis import Analysis, run, steps
from dsl.domains.characters import BLANK, DIGIT, HYPHEN, LOWER, UPPER
from dsl.domains.product import BOTTOM, DOMAINS, Abstract, reduce
from dsl.domains.ranges import Range, exactly
from dsl.domains.transfers import boolean, integer, list_of, string
from dsl.errors import StackError
from dsl.parser import parse
from dsl.types import INT, LIST_INT, STR
from dsl.values import DEFAULT, PROFILES

ANY_INT, ANY_LIST, ANY_STR = Abstract.top(INT), Abstract.top(LIST_INT), Abstract.top(STR)
DIGITS = integer(Range(0, 9))
ITEMS = list_of(DIGITS, Range(2, 5))
NAME = string(Range(1, 20), LOWER | UPPER | BLANK)
FLAG = boolean(None)


def shown(stack: tuple[Abstract, ...] | None) -> str:
    return "nothing" if stack is None else ", ".join(value.show() for value in stack)


FORWARDS = [
    # arithmetic through a chain of words
    ("2 * inc", (DIGITS,), "Int 1..19 odd +"),
    ("dup square swap neg", (DIGITS,), "Int 0..81 0|+, Int -9..0 -|0"),
    ("3 mod 5 + 10 div", (ANY_INT,), "Int 0 even 0"),
    ("100 swap div", (DIGITS,), "Int 11..100 +"),
    ("1000000 * 1000000 *", (DIGITS,), "Int 0..2147483646 even 0|+"),
    # lists
    ("map*2 sum", (ITEMS,), "Int 0..90 even 0|+"),
    ("[] sort length", (), "Int 0 even 0"),
    ("[1,2,3] [4] ++ length", (), "Int 4 even +"),
    ("2 take-last reverse head", (ITEMS,), "Int 0..9 0|+"),
    ("dup sum swap length div", (ITEMS,), "Int 0..22 0|+"),
    ("iota ( dup * ) map", (integer(exactly(5)),), "List[Int] length 5 0..16 0|+"),
    # strings
    ('" " split ( 1 left upper ) map "" join', (string(Range(3, 9), LOWER | BLANK),), "Str length 0..10 chars upper"),
    ('"-" concat "x" swap concat len', (NAME,), "Int 3..22 +"),
    ("int>str len", (integer(Range(-99, 1000)),), "Int 1..4 +"),
    # quotations see the stack below them, afresh for every item
    ("5 [1,2] ( over + ) map nip", (), "List[Int] length 2 6..7 +"),
    ("10 [1,2,3] ( over < ) all", (), "Int 10 even +, Bool true"),
    ("swap ( over + ) map nip", (ITEMS, integer(exactly(100))), "List[Int] length 2..5 100..109 +"),
    # dataflow
    ("( inc ) ( dec ) bi", (DIGITS,), "Int 1..10 +, Int -1..8"),
    ("( inc ) ( neg ) bi*", (DIGITS, DIGITS), "Int 1..10 +, Int -9..0 -|0"),
    ("( 2 * ) bi@", (DIGITS, ANY_INT), "Int 0..18 even 0|+, Int -2147483646..2147483646 even"),
    ("( 1 + ) dip", (DIGITS, NAME), "Int 1..10 +, Str length 1..20 chars lower|upper|blank"),
    ("( length ) keep", (ITEMS,), "Int 2..5 +, List[Int] length 2..5 0..9 0|+"),
    ("( 2 + ) call", (DIGITS,), "Int 2..11 +"),
    ("10 1 2 ( over + ) bi@", (), "Int 10 even +, Int 11 odd +, Int 12 even +"),
    # conditionals: one branch where the flag is known, the join of both where not
    ("true ( 1 ) ( 2 ) if", (), "Int 1 odd +"),
    ("( 1 ) ( 4 ) if", (FLAG,), "Int 1..4 +"),
    ("0 >= ( 1 ) ( 4 ) if", (DIGITS,), "Int 1 odd +"),
    ("5 swap ( inc ) when", (FLAG,), "Int 5..6 +"),
    ("( 3 ) ( 1 0 div ) if", (FLAG,), "Int 3 odd +"),
    # what a flag says of the value that it was made from
    ("dup even? ( 1 + ) ( ) if", (DIGITS,), "Int 1..9 odd +"),
    ("dup even? not ( 1 + ) when", (ANY_INT,), "Int -2147483646..2147483646 even"),
    ("dup negative? ( neg ) when", (integer(Range(-7, 3)),), "Int 0..7 0|+"),
    ("dup 5 > ( drop 5 ) when", (DIGITS,), "Int 0..5 0|+"),
    ("dup 5 > over 8 < and ( ) ( drop 6 ) if", (DIGITS,), "Int 6..7 +"),
    ("dup 0 = ( drop 1 ) when 100 swap div", (DIGITS,), "Int 11..100 +"),
    ("dup empty? ( drop 0 ) ( head ) if", (list_of(integer(Range(3, 4))),), "Int 0..4 0|+"),
    ("over over > ( swap ) when -", (DIGITS, DIGITS), "Int -9..9"),
    # filters learn from their condition
    ("( 4 > ) filter", (ITEMS,), "List[Int] length 0..5 5..9 +"),
    ("( dup 2 mod 1 = swap 3 > and ) filter", (ITEMS,), "List[Int] length 0..5 5..9 odd +"),
    ("( odd? ) filter map+1", (ITEMS,), "List[Int] length 0..5 2..10 even +"),
    ("( 20 < ) filter", (ITEMS,), "List[Int] length 2..5 0..9 0|+"),
    ("( 20 > ) filter length", (ITEMS,), "Int 0 even 0"),
    ('( blank? not ) filter', (list_of(string(Range(0, 4), DIGIT), exactly(3)),), "List[Str] length 0..3 of 1..4 chars digit"),
    # loops
    ("3 ( 2 * ) times", (DIGITS,), "Int 0..72 even 0|+"),
    ("( 2 * ) times", (integer(exactly(1)), integer(Range(0, 4))), "Int 1..16 +"),
    ("( inc ) times", (integer(exactly(0)), integer(Range(0, 1000))), "Int 0..2147483647 0|+"),
    ("( 2 + ) times", (integer(exactly(1)), ANY_INT), "Int 1..2147483647 odd +"),
    ("( 3 * 2 mod ) times", (DIGITS, ANY_INT), "Int 0..9 0|+"),
    ("0 ( + ) fold", (ITEMS,), "Int 0..45 0|+"),
    ("0 ( + ) fold", (list_of(integer(Range(0, 9), 1)),), "Int 0..2147483646 even 0|+"),
    ('"" ( concat ) fold', (list_of(string(exactly(2), DIGIT), Range(1, 3)),), "Str length 2..6 chars digit"),
    ("( + ) scan", (list_of(DIGITS, exactly(3)),), "List[Int] length 3 0..27 0|+"),
    ("( 9 > ) ( dup * ) ( 2 + ) unfold", (integer(exactly(4)),), "List[Int] length 3 16..64 even +"),
    ("( 100 > ) ( ) ( 2 * ) unfold", (integer(exactly(1)),), "List[Int] length 7 1..64 +"),
    # definitions
    (": twice dup + ; twice twice", (DIGITS,), "Int 0..36 0|+"),
]  # fmt: skip


@pytest.mark.parametrize("text, inputs, expected", FORWARDS, ids=[case[0] for case in FORWARDS])
def test_forwards(text: str, inputs: tuple[Abstract, ...], expected: str) -> None:
    assert shown(run(parse(text), inputs)) == expected


STUCK = [
    ("0 div", (DIGITS,)),
    ("[] head", ()),
    ("5 nth", (list_of(DIGITS, Range(0, 5)),)),
    ("inc", (integer(exactly(2147483647)),)),
    ("+", (DIGITS,)),
    ("c0", ()),
    ("-1 chr", ()),
    ("[1,2] ( 0 div ) map", ()),
    ("( 0 div ) map", (list_of(DIGITS, Range(1, 3)),)),
    ("3 ( [] head + ) times", (DIGITS,)),
    ("( 1 0 div ) ( 2 0 div ) if", (FLAG,)),
    ("1 ( 0 < ) ( ) ( inc ) unfold", ()),
    (" ".join(["dup"] * 64), (DIGITS,)),
]


@pytest.mark.parametrize("text, inputs", STUCK, ids=[case[0] for case in STUCK])
def test_certain_failure_is_no_stack(text: str, inputs: tuple[Abstract, ...]) -> None:
    assert run(parse(text), inputs) is None


def test_an_input_without_values_gives_no_stack() -> None:
    assert run(parse("1"), (BOTTOM,)) is None and steps(parse("1"), (BOTTOM,)) == []


def test_failure_on_some_items_only_empties_the_list() -> None:
    assert shown(run(parse("( 0 div ) map"), (list_of(DIGITS, Range(0, 3)),))) == "List[Never] length 0"


def test_profiles() -> None:
    wide = list_of(integer(Range(-9, 9)))
    expected = {"default": "Int -3..2", "deepcoder": "Int -2..2", "rule": "Int -3..2"}
    assert {name: shown(run(parse("head 4 div"), (wide,), profile=PROFILES[name])) for name in expected} == expected
    empty = list_of(integer(Range(5, 9)), Range(0, 3))
    assert shown(run(parse("head"), (empty,), profile=PROFILES["deepcoder"])) == "Int 0..9 0|+"
    assert shown(run(parse("-2 take length"), (empty,), profile=PROFILES["lambdabeam"])) == "Int 0..1 0|+"
    assert shown(run(parse("-2 take length"), (empty,))) == "Int 0 even 0"
    assert shown(run(parse("+"), (ANY_INT, ANY_INT), profile=PROFILES["exedec"])) == "Int -50..50"


def test_constants() -> None:
    assert shown(run(parse("c1 c0 -"), (), constants=(DIGITS, integer(exactly(20))))) == "Int 11..20 +"


ALONE = [
    ("type", "dup even? ( 2 div ) ( 3 * inc ) if", (ANY_INT,), "Int"),
    ("interval", "dup even? ( 2 div ) ( 3 * inc ) if", (DIGITS,), "0..28"),
    ("parity", "dup even? ( 2 * ) ( 3 * inc ) if", (ANY_INT,), "even"),
    ("parity", "2 * 7 +", (ANY_INT,), "odd"),
    ("parity", "2 * even? ( 1 ) ( 2 ) if", (ANY_INT,), "odd"),
    ("sign", "square 1 +", (ANY_INT,), "+"),
    ("sign", "abs neg negative? ( 1 ) ( -1 ) if", (integer(signs=1),), "+"),
    ("length", "reverse 3 drop-first", (ITEMS,), "length 0..5"),
    ("length", "dup ++", (ITEMS,), "length 4..10"),
    ("chars", 'upper "-" concat', (NAME,), "chars upper|blank|hyphen"),
]


@pytest.mark.parametrize("domain, text, inputs, expected", ALONE)
def test_one_domain_alone(domain: str, text: str, inputs: tuple[Abstract, ...], expected: str) -> None:
    stack = run(parse(text), inputs, domains=(domain,))
    assert stack is not None and [value.show() for value in stack] == [expected]


def test_two_domains_do_not_borrow_from_the_others() -> None:
    """Taking part in the analysis is what makes a domain know: a length is an interval only if both are there."""
    assert shown(run(parse("length"), (ITEMS,), domains=("length", "interval"))) == "2..5"
    assert shown(run(parse("length"), (ITEMS,), domains=("interval",))) == "0..2147483647"


def test_steps_pair_up_with_those_of_the_machine() -> None:
    program = parse(": half 2 div ; 3 ( half inc ) times dup even? ( neg ) ( ( 1 - ) call ) if")
    for value in range(10):
        concrete, abstract = machine.steps(program, (value,)), steps(program, (Abstract.of(value),))
        last = {step.path: step for step in concrete}
        assert {step.path for step in abstract} == set(last)
        assert [step.path for step in abstract if len(step.path) == 1] == [step.path for step in concrete if len(step.path) == 1]
        for step in abstract:
            assert step.instruction == last[step.path].instruction
            assert step.after is not None and all(a.contains(v) for a, v in zip(step.after, last[step.path].after, strict=True))


def test_steps_of_a_loop_are_joined() -> None:
    found = {step.path: step for step in steps(parse("4 ( 2 * ) times"), (integer(exactly(1)),))}
    assert shown(found[(1, 0)].before) == "Int 1..8 +" and shown(found[(1, 1)].after) == "Int 2..16 even +"
    assert shown(found[(2,)].after) == "Int 16 even +"


def test_steps_end_where_every_run_gets_stuck() -> None:
    found = steps(parse("0 div 1"), (DIGITS,))
    assert [(step.path, step.after is None) for step in found] == [((0,), False), ((1,), True)]


def test_a_branch_that_cannot_be_taken_has_no_steps() -> None:
    assert {step.path for step in steps(parse("0 < ( 1 ) ( 2 ) if"), (DIGITS,))} == {(0,), (1,), (3, 0), (4,)}


BACKWARDS = [
    ("2 * inc", (integer(Range(7, 12)),), (ANY_INT,), "Int 3..5 +"),
    ("dup *", (integer(exactly(49)),), (DIGITS,), "Int 5..9 odd +"),
    ("square", (integer(exactly(49)),), (DIGITS,), "Int 7 odd +"),
    ("swap -", (integer(Range(10, 20)),), (DIGITS, DIGITS), "nothing"),
    ("over +", (integer(exactly(18)),), (DIGITS, DIGITS), "Int 9 odd +, Int 9 odd +"),
    ("map+1 reverse", (list_of(integer(Range(5, 6)), exactly(3)),), (ITEMS,), "List[Int] length 3 4..5 +"),
    ("( 2 * 1 - ) map", (list_of(integer(Range(5, 6)), Range(3, 9)),), (ITEMS,), "List[Int] length 3..5 3 odd +"),
    ("length", (integer(exactly(2)),), (ITEMS,), "List[Int] length 2 0..9 0|+"),
    ("[1] ++ 5 take [99] ++", (ITEMS,), (ITEMS,), "nothing"),
    ("[7] ++", (list_of(integer(Range(7, 9)), exactly(3)),), (ITEMS,), "List[Int] length 2 7..9 +"),
    ('"-" concat', (string(exactly(4), LOWER | HYPHEN),), (NAME,), "Str length 3 chars lower"),
    ("upper", (string(exactly(4), UPPER),), (NAME,), "Str length 4 chars lower|upper"),
    ("len 2 *", (integer(Range(5, 9)),), (NAME,), "Str length 3..4 chars lower|upper|blank"),
    # routes are exact: both copies are narrowed
    ("dup 3 + swap", (integer(Range(4, 9)), integer(Range(0, 5))), (DIGITS,), "Int 1..5 +"),
    ("rot drop", (integer(exactly(1)), integer(exactly(2))), (DIGITS, DIGITS, DIGITS), "Int 0..9 0|+, Int 1 odd +, Int 2 even +"),
    # dataflow and control words
    ("( inc ) dip", (integer(exactly(5)), DIGITS), (DIGITS, DIGITS), "Int 4 even +, Int 0..9 0|+"),
    ("( inc ) keep", (integer(Range(3, 5)), integer(Range(0, 3))), (DIGITS,), "Int 2..3 +"),
    ("( inc ) ( dec ) bi", (integer(Range(3, 5)), integer(Range(2, 9))), (DIGITS,), "Int 3..4 +"),
    ("( inc ) ( dec ) bi*", (integer(exactly(3)), integer(exactly(3))), (DIGITS, DIGITS), "Int 2 even +, Int 4 even +"),
    ("( inc ) bi@", (integer(exactly(3)), integer(Range(5, 7))), (DIGITS, DIGITS), "Int 2 even +, Int 4..6 +"),
    ("( inc ) ( dec ) if", (integer(exactly(5)),), (DIGITS, FLAG), "Int 4..6 even +, Bool"),
    ("( 100 + ) ( ) if", (integer(Range(0, 50)),), (DIGITS, FLAG), "Int 0..9 0|+, Bool false"),
    ("( inc ) when", (integer(exactly(10)),), (DIGITS, FLAG), "Int 9 odd +, Bool true"),
    ("dup 5 > ( drop 0 ) when", (integer(Range(1, 9)),), (DIGITS,), "Int 1..5 +"),
    ("3 ( 2 * ) times", (integer(Range(17, 40)),), (ANY_INT,), "Int 3..5 +"),
    ("( 2 * ) times", (integer(exactly(12)),), (integer(exactly(3)), integer(Range(0, 5))), "Int 3 odd +, Int 2 even +"),
    (": up 3 + ; up up", (integer(exactly(10)),), (DIGITS,), "Int 4 even +"),
    # a wanted result that cannot be
    ("2 *", (integer(exactly(7)),), (ANY_INT,), "nothing"),
    ("( even? ) all", (boolean(True),), (ITEMS,), "List[Int] length 2..5 0..8 even 0|+"),
]


@pytest.mark.parametrize("text, wanted, inputs, expected", BACKWARDS, ids=[case[0] for case in BACKWARDS])
def test_backwards(text: str, wanted: tuple[Abstract, ...], inputs: tuple[Abstract, ...], expected: str) -> None:
    assert shown(Analysis().backward(parse(text), wanted, [reduce(value, DEFAULT) for value in inputs])) == expected


def test_refinement_goes_on_where_one_pass_stops() -> None:
    """x + (x + y) = 27 with digits: what one pass learns of x it learns more of in the next."""
    analysis, program, wanted = Analysis(), parse("over + +"), (integer(exactly(27)),)
    once = analysis.backward(parse("over +"), wanted, (DIGITS, DIGITS))
    assert once is None
    program = parse("over over + rot rot - 3 * +")
    once = analysis.backward(program, (integer(exactly(30)),), (DIGITS, DIGITS))
    refined = analysis.refine(program, (integer(exactly(30)),), (DIGITS, DIGITS))
    assert once is not None and refined is not None and once != refined
    assert all(later.leq(earlier) for later, earlier in zip(refined, once, strict=True))


def test_wanting_more_than_is_there() -> None:
    assert Analysis().backward(parse("+"), (DIGITS, DIGITS), (DIGITS, DIGITS)) is None


BOMBS = {
    "nested loops": "1 " + "( " * 20 + "inc" + " 9 swap drop 3 ) times".replace(" 9 swap drop 3", " 3") * 20,
    "deep quotations": "1 " + "( " * 90 + "inc" + " ) call" * 90,
    "definitions that double": " ".join(f": w{i} {f'w{i - 1} w{i - 1}' if i else 'inc'} ;" for i in range(40)) + " 1 w39",
    "folds in folds": "[1,2,3] 0 " + "( + [1,2,3] swap " * 10 + "( + ) fold " + ") fold " * 10,
    "a long program": "1 " + "inc " * 9_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_it_always_ends(name: str) -> None:
    """Beyond its budget the analysis still answers, with what the types say."""
    program = parse(BOMBS[name])
    start = time.process_time()
    stack = run(program, ())
    found = steps(program, ())
    assert time.process_time() - start < 20
    assert stack is None or [value.type for value in stack] == [INT]
    assert found and all(len(step.path) >= 1 for step in found)


def test_giving_up_says_the_types() -> None:
    program = parse("( " * 90 + "inc" + " ) call" * 90)
    assert shown(run(program, (DIGITS,))) == "Int -2147483647..2147483647"
    (step,) = steps(program, (DIGITS,))
    assert step.path == (1,) and step.after == run(program, (DIGITS,))
    assert Analysis().backward(program, (DIGITS,), (DIGITS,)) == (DIGITS,)


def test_programs_that_are_not_well_typed_are_refused() -> None:
    with pytest.raises(StackError, match="unequal height"):
        run(parse("( 1 ) ( 1 2 ) if"), (FLAG,))
    with pytest.raises(StackError, match="unequal height"):
        run(parse("( dup ) times"), (DIGITS, ANY_INT))


def test_the_domains_are_those_of_the_table() -> None:
    from dsl.ops.table import DOMAINS as NAMES

    assert tuple(DOMAINS) == NAMES
