"""The printer: what it writes, that it reads back exactly, and what it refuses."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.errors import DslError, TypeMismatch
from dsl.ops import OPS
from dsl.parser import INT64, MAX_CHARACTERS, MAX_NESTING, MAX_TOKENS, parse
from dsl.printer import print_program, print_value
from dsl.program import Constant, Definition, Instruction, Program, Push, Quotation, Word, literal
from dsl.types import BOOL, INT, LIST_INT, LIST_STR, STR, VALUE_TYPES, ListOf, Var, type_of
from dsl.values import from_json, to_json

EMPTY = ListOf(Var("a"))

INTS = st.one_of(st.integers(-20, 20), st.integers(-INT64, INT64 - 1))
STRINGS = st.one_of(st.text(max_size=8), st.text(alphabet='"\\/\b\n\r\t\0\x7f\u00a0\u2028\ufeff\U000e0001\U0001f600aud83', max_size=8))
VALUES = st.one_of(
    INTS,
    st.booleans(),
    STRINGS,
    *(st.lists(items, max_size=4).map(tuple) for items in (INTS, st.booleans(), STRINGS, st.lists(INTS, max_size=3).map(tuple))),
)


def may_be_read(name: str) -> bool:
    """Whether the parser takes the name: asked of the parser itself, in a program that does nothing else."""
    try:
        return parse(f": {name} ;").definitions == (Definition(name, ()),)
    except DslError:
        return False


NAMES = st.one_of(st.sampled_from(("f", "g", "2dup", "x'", "größe", "->")), st.text(min_size=1, max_size=5)).filter(may_be_read)


def bodies(names: tuple[str, ...]) -> st.SearchStrategy[tuple[Instruction, ...]]:
    """Bodies of ops and the given names; not well typed, which the text form does not ask for."""
    words = st.sampled_from((*OPS, *names)).map(Word)
    leaves: st.SearchStrategy[Instruction] = st.one_of(words, VALUES.map(literal), st.integers(0, 3).map(Constant))
    one = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4).map(tuple).map(Quotation), max_leaves=8)
    return st.lists(one, max_size=6).map(tuple)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    names = tuple(draw(st.lists(NAMES, max_size=3, unique=True)))
    definitions = tuple(Definition(name, draw(bodies(names[:i]))) for i, name in enumerate(names))
    return Program(draw(bodies(names)), definitions)


def assert_round_trip(program: Program, text: str) -> None:
    again = parse(text)
    assert again == program
    assert repr(again) == repr(program)  # 1 == True, but they print differently
    assert print_program(again) == text


@given(programs())
def test_round_trip(program: Program) -> None:
    text = print_program(program)
    assert text.isprintable()  # so it is one line
    assert_round_trip(program, text)


ANY_VALUES = st.recursive(
    st.one_of(VALUES, st.none(), st.floats(), st.text(alphabet="\ud83d\ude00a", max_size=3), st.integers(-(2**70), 2**70)),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)
ANY_NAMES = st.one_of(st.text(max_size=4), st.sampled_from((*OPS, "true", "c0", "c4", "5", "007", "1.5", "'a'", "f", "( )", "f\u200b", "")))
ANY_TYPES = st.sampled_from((*VALUE_TYPES, EMPTY))
ANY_BODIES: st.SearchStrategy[tuple[Any, ...]] = st.lists(
    st.recursive(
        st.one_of(
            ANY_NAMES.map(Word),
            st.builds(Push, ANY_VALUES, ANY_TYPES),
            VALUES.map(literal),
            st.integers(-1, 4).map(Constant),
        ),
        lambda inner: st.lists(inner, max_size=2).map(tuple).map(Quotation),
        max_leaves=4,
    ),
    max_size=2,
).map(tuple)


@given(st.builds(Program, ANY_BODIES, st.lists(st.builds(Definition, ANY_NAMES, ANY_BODIES), max_size=2).map(tuple)))
def test_a_record_of_anything_is_refused_or_reads_back(program: Program) -> None:
    try:
        text = print_program(program)
    except DslError:
        return
    assert_round_trip(program, text)


@given(VALUES)
def test_values_print_as_json(value: Any) -> None:
    text = print_value(value)
    assert text.isprintable()
    assert from_json(json.loads(text)) == value
    assert repr(from_json(json.loads(text))) == repr(value)
    assert json.loads(text) == to_json(value)


PRINTED = {
    (): "[]",
    (1, -2): "[1,-2]",
    True: "true",
    -5: "-5",
    'a\n"\\/': r'"a\n\"\\/"',
    "é\U0001f600 ": '"é\U0001f600 "',
    "\u00a0\x7f\u2028\U000e0001": r'"\u00a0\u007f\u2028\udb40\udc01"',
    "\ud800": r'"\ud800"',
    ((1,), ()): "[[1],[]]",
    ("a", ""): '["a",""]',
}


@pytest.mark.parametrize("value", PRINTED, ids=ascii)
def test_printed_value(value: Any) -> None:
    assert print_value(value) == PRINTED[value]


@pytest.mark.parametrize("value", [None, 1.5, [1], {}, (1, None), b"a"])
def test_what_is_not_a_value_is_not_printed(value: Any) -> None:
    with pytest.raises(DslError, match="is not a value"):
        print_value(value)


def test_printed_program() -> None:
    program = parse('\n: sq  dup * ;# square\n: g [ [1 ,2],[] ](sq)map ; c0(  )"\\u0041\\/" true -0')
    assert str(program) == ': sq dup * ; : g [[1,2],[]] ( sq ) map ; c0 ( ) "A/" true 0'
    assert parse(str(program)) == program
    assert str(Program()) == ""
    assert str(Program((), (Definition("f", ()),))) == ": f ;"


def nested(depth: int, inner: tuple[Instruction, ...] = ()) -> Program:
    for _ in range(depth):
        inner = (Quotation(inner),)
    return Program(inner)


def chain(depth: int) -> Any:
    value: Any = ()
    for _ in range(depth):
        value = (value,)
    return value


REFUSED = {
    "unknown word": Program((Word("no-such-word"),)),
    "word used before its definition": Program((), (Definition("f", (Word("g"),)), Definition("g", ()))),
    "definition that uses itself": Program((), (Definition("f", (Word("f"),)),)),
    "definition of an op": Program((), (Definition("dup", ()),)),
    "defined twice": Program((), (Definition("f", ()), Definition("f", ()))),
    "name with a blank": Program((), (Definition("f g", ()),)),
    "name with a blank behind it": Program((), (Definition("f ", ()),)),
    "name that is a number": Program((), (Definition("5", ()),)),
    "name that looks like a number": Program((), (Definition("1.5", ()),)),
    "name that is a constant": Program((), (Definition("c1", ()),)),
    "name that is not seen": Program((), (Definition("f\u200b", ()),)),
    "empty name": Program((), (Definition("", ()),)),
    "name with a comment": Program((), (Definition("f#", ()),)),
    "constant beyond the block": Program((Constant(4),)),
    "negative constant": Program((Constant(-1),)),
    "bool as int": Program((Push(True, INT),)),
    "int as bool": Program((Push(1, BOOL),)),
    "empty list of a known type": Program((Push((), LIST_INT),)),
    "mixed list": Program((Push((1, "a"), LIST_STR),)),
    "float": Program((Push(1.5, INT),)),  # type: ignore[arg-type]
    "None in a list": Program((Push((None,), LIST_INT),)),
    "long int": Program((Push(INT64, INT),)),
    "very long int": Program((Push(10**6000, INT),)),
    "half of a surrogate pair": Program((Push("a\ud800", STR),)),
    "both halves, apart": Program((Push("\ud83d\ude00", STR),)),
    "deep quotations": nested(MAX_NESTING + 1),
    "very deep quotations": nested(100_000),
    "list in deep quotations": nested(MAX_NESTING - 1, (literal(((1,),)),)),
    "deep list": Program((Push(chain(100_000), LIST_INT),)),
    "too many words": Program((Word("dup"),) * (MAX_TOKENS + 1)),
    "too many characters": Program((literal("a" * MAX_CHARACTERS),)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    with pytest.raises(DslError) as caught:
        print_program(REFUSED[case])
    assert len(str(caught.value)) < 400
    str(caught.value).encode("utf-8")


def test_limits_are_those_of_the_parser() -> None:
    for program in (
        nested(MAX_NESTING),
        nested(MAX_NESTING - 2, (literal(((1,),)),)),
        Program((Word("dup"),) * MAX_TOKENS),
        Program((literal("a" * (MAX_CHARACTERS - 2)),)),
        Program((literal(INT64 - 1), literal(-INT64))),
    ):
        assert parse(print_program(program)) == program


def test_an_empty_list_stands_beside_lists_only() -> None:
    assert type_of(((), (1,))) == ListOf(LIST_INT)
    for value in (((), 1), (1, ()), ((), "a"), (True, ())):
        with pytest.raises(TypeMismatch):
            type_of(value)
