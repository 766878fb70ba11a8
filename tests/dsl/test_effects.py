"""Inference: golden effects and errors, slices, and agreement with what running does."""

import random

import pytest

from dsl.effects import Fold, infer
from dsl.errors import DslError, StackError, TypeMismatch
from dsl.generate import INPUT_SHAPES, Generator, random_value
from dsl.machine import run
from dsl.notation import parse_effect
from dsl.ops import OPS
from dsl.parser import parse
from dsl.program import Word
from dsl.types import INT, LIST_INT, STR, ListOf, Type, Var, type_of
from dsl.unification import RIGID
from dsl.values import Reason, Stuck, Value

EFFECTS = {
    "dup +": "( Int -- Int )",
    "over over": "( a b -- a b a b )",
    "( dup + ) map": "( List[Int] -- List[Int] )",
    "( over + ) map": "( Int List[Int] -- Int List[Int] )",
    "( 1 + ) ( dup + ) if": "( Int Bool -- Int )",
    "singleton singleton": "( a -- List[List[a]] )",
    "c0 + c0 singleton": "( Int -- Int List[Int] )",
    ": f c0 ; f f + f": "( -- Int Int )",
    ": twice dup + ; twice ( twice ) map": None,
    "( ( dup + ) map ) map": "( List[List[Int]] -- List[List[Int]] )",
    "[]": "( -- List[a] )",
    "[] ( 1 + ) map": "( -- List[Int] )",
    "( inc ) dip": "( Int a -- Int a )",
    "( len ) ( upper ) bi": "( Str -- Int Str )",
    "3 ( dup * ) times": "( Int -- Int )",
    "=": "( a a -- Bool )",
    "drop drop": "( a b -- )",
    "": "( -- )",
    "[[1], []] flatten": "( -- List[Int] )",
    "swap swap": "( a b -- a b )",
    "( > ) zip-with ( not ) filter length": "( List[Int] List[Int] -- Int )",
}

ERRORS = {
    "1 ( dup ) ( drop ) if": "`if`",
    "( 1 2 ) ( 1 ) if": "must leave the same types",
    '( 1 ) ( "x" ) if': "must leave the same types",
    "singleton singleton singleton": "`singleton` wants a",
    'c0 + c0 "s" =': "`=` wants a a",
    "( call ) call": "not written just before it",
    "( drop )": "a quotation is left on the stack",
    "( inc ) dup": "`dup`",
    "3 ( 1 ) times": "`times`",
    '"x" 1 +': "`+` wants Int Int on top of the stack, but the stack there is Str Int",
}


@pytest.mark.parametrize("text", EFFECTS)
def test_inferred_effect(text: str) -> None:
    wanted = EFFECTS[text]
    if wanted is None:
        with pytest.raises(TypeMismatch):
            infer(parse(text))
    else:
        assert str(infer(parse(text))) == wanted


@pytest.mark.parametrize("text", ERRORS)
def test_type_error_says_what_and_where(text: str) -> None:
    with pytest.raises(StackError) as caught:
        infer(parse(text))
    assert ERRORS[text] in str(caught.value)
    assert "line 1, column" in str(caught.value)


def test_the_error_names_the_position_of_the_word() -> None:
    with pytest.raises(TypeMismatch, match="line 2, column 3"):
        infer(parse('"a"\n  inc'))


def test_a_known_bottom_makes_underflow_an_error() -> None:
    assert infer(parse("+"), [INT, INT]).after.types == (INT,)
    for text, inputs in (("+", [INT]), ("( drop drop ) dip", [INT, STR]), ("( over + ) map", [LIST_INT])):
        with pytest.raises(StackError):
            infer(parse(text), inputs)


def test_any_slice_has_an_effect_and_effects_compose() -> None:
    words = parse("dup length swap sum swap div").body
    for cut in range(len(words) + 1):
        left, right = Fold().extend(words[:cut]), Fold().extend(words[cut:])
        whole = left
        for word in words[cut:]:
            whole = whole.push(word)
        assert str(infer(words)) == str(infer(words[:cut] + words[cut:]))
        assert left.effect.pushes - left.effect.pops + right.effect.pushes - right.effect.pops == whole.effect.pushes - whole.effect.pops


def test_allows_is_the_mask_of_next_words() -> None:
    fold = Fold.on([LIST_INT])
    allowed = {name for name in OPS if fold.allows(Word(name))}
    assert {"sum", "dup", "sort", "reverse"} <= allowed
    assert not {"+", "upper", "take", "map", "swap"} & allowed


@pytest.mark.parametrize("name", OPS)
def test_every_row_has_a_readable_effect(name: str) -> None:
    effect = OPS[name].type
    assert infer([Word(name)]).pops == effect.pops
    assert parse_effect(OPS[name].effect) == effect


@pytest.mark.parametrize("text", ["( Int -- )( )", "Int -- Int", "( Int )", "( int -- Int )", "( Int -- Int -- Int )", "( List[Foo] -- )"])
def test_malformed_effects_are_refused(text: str) -> None:
    with pytest.raises(DslError):
        parse_effect(text)


def fits(value: Value, kind: Type) -> bool:
    """Whether a value may have a type: an empty list fits every list."""
    if isinstance(kind, ListOf):
        return isinstance(value, tuple) and all(fits(item, kind.item) for item in value)
    return isinstance(kind, Var) or type_of(value) == kind


@pytest.mark.parametrize("seed", range(4))
def test_inferred_effect_agrees_with_running(seed: int) -> None:
    """Random programs of up to 12 words: what inference says lies on the stack is what running leaves; a well-typed run never underflows and never mistypes."""
    rng = random.Random(seed)
    generator = Generator()
    checked = 0
    for shape, program in generator.programs(rng, INPUT_SHAPES, lengths=range(1, 13)):
        effect = infer(program, shape)
        assert effect.before.row == RIGID
        for _ in range(3):
            stack = run(program, [random_value(rng, kind) for kind in shape])
            if isinstance(stack, Stuck):
                assert stack.reason not in (Reason.UNDERFLOW, Reason.TYPE), (str(program), stack)
            else:
                assert len(stack) == len(effect.after.types)
                assert all(map(fits, stack, effect.after.types)), (str(program), stack)
                checked += 1
        if checked > 300:
            break
