"""Terms as stack programs: the same meaning on every input, no word too many where it is easy to see."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsl.effects import infer
from dsl.machine import answer
from dsl.parser import parse
from dsl.program import Program, Push, Word
from dsl.types import INT, LIST_INT, STR
from dsl.values import Stuck
from search.postfix import copy, simplified, to_program
from search.term import Apply, Branch, Function, Input, Literal, Param, description_length, size, subterms
from search.verify import same
from tests.search.terms import VALUES, Maker, evaluate, random_term


@given(seed=st.integers(0, 2**32), num_inputs=st.integers(1, 4), depth=st.integers(0, 4))
def test_a_program_means_what_its_term_means(seed, num_inputs, depth):
    rng = random.Random(seed)
    inputs = [rng.choice(list(VALUES)) for _ in range(num_inputs)]
    term = random_term(rng, rng.choice(list(VALUES)), inputs, depth, [])
    program = to_program(term, num_inputs)
    infer(program, inputs)  # well typed; it raises where not
    assert parse(str(program)) == program
    for _ in range(6):
        row = tuple(rng.choice(VALUES[kind]) for kind in inputs)
        wanted, got = evaluate(term, row), answer(program, row)
        # A shared part may be computed before the word that gets stuck first, so only that it is stuck must agree.
        assert isinstance(got, Stuck) if isinstance(wanted, Stuck) else same(got, wanted), (term, str(program), row)


@settings(max_examples=300)
@given(seed=st.integers(0, 2**32), num_inputs=st.integers(1, 4), depth=st.integers(1, 5))
def test_functions_and_branches_mean_what_their_terms_mean(seed, num_inputs, depth):
    rng = random.Random(seed)
    inputs = [rng.choice(list(VALUES)) for _ in range(num_inputs)]
    term = Maker(rng, inputs).term(rng.choice(list(VALUES)), depth, [])
    program = to_program(term, num_inputs)
    infer(program, inputs)
    assert parse(str(program)) == program
    for _ in range(6):
        row = tuple(rng.choice(VALUES[kind]) for kind in inputs)
        wanted, got = evaluate(term, row), answer(program, row)
        assert isinstance(got, Stuck) if isinstance(wanted, Stuck) else same(got, wanted), (term, str(program), row)


@given(seed=st.integers(0, 2**32), num_inputs=st.integers(1, 3), depth=st.integers(0, 4))
def test_every_part_is_computed_once(seed, num_inputs, depth):
    rng = random.Random(seed)
    inputs = [rng.choice(list(VALUES)) for _ in range(num_inputs)]
    term = random_term(rng, rng.choice(list(VALUES)), inputs, depth, [])
    program = to_program(term, num_inputs)
    distinct = {part for part in subterms(term) if isinstance(part, Apply)}
    shuffles = {"dup", "drop", "swap", "over", "nip", "rot", "dip"}
    applied = [word for word in program.body if isinstance(word, Word) and word.name not in shuffles]
    assert len(applied) == len(distinct)
    assert sum(isinstance(word, Push) for word in program.body) == sum(isinstance(part, Literal) for part in _paths(term))


def _paths(term):
    """The subterms of a term, those of equal subterms once."""
    seen, pending = set(), [term]
    while pending:
        node = pending.pop()
        if isinstance(node, Apply):
            if node in seen:
                continue
            seen.add(node)
            pending += node.args
        yield node


A, B, C = Input(0), Input(1), Input(2)


@pytest.mark.parametrize(
    ("term", "inputs", "text"),
    [
        (A, 1, ""),
        (A, 2, "over"),
        (B, 2, ""),
        (Apply("sort", (A,)), 1, "sort"),
        (Apply("+", (A, B)), 2, "+"),
        (Apply("-", (A, B)), 2, "-"),
        (Apply("-", (B, A)), 2, "swap -"),
        (Apply("+", (B, A)), 2, "+"),
        (Apply("*", (A, A)), 1, "dup *"),
        (Apply("-", (Apply("inc", (A,)), A)), 1, "dup inc swap -"),
        (Apply("-", (A, Apply("inc", (A,)))), 1, "dup inc -"),
        (Apply("*", (Apply("inc", (A,)), Apply("inc", (A,)))), 1, "inc dup *"),
        (Apply("+", (Apply("inc", (A,)), Apply("dec", (B,)))), 2, "dec swap inc +"),
        (Apply("take", (A, Literal(Push(2, INT)))), 1, "2 take"),
        (Apply("-", (Literal(Push(9, INT)), A)), 1, "9 swap -"),
        (Apply("concat", (A, Apply("concat", (B, C)))), 3, "concat concat"),
        (Apply("concat", (Apply("concat", (A, Literal(Push(" ", STR)))), B)), 2, 'swap " " concat swap concat'),
    ],
)
def test_short_where_possible(term, inputs, text):
    assert len(to_program(term, inputs)) <= len(parse(text)), str(to_program(term, inputs))


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("swap swap", ""),
        ("dup swap", "dup"),
        ("swap +", "+"),
        ("swap -", "swap -"),
        ("rot rot rot", ""),
        ("dup swap swap swap *", "dup *"),
        ("rot swap swap rot rot", ""),
    ],
)
def test_shuffles_that_undo_each_other(long, short):
    assert simplified(parse(long)) == parse(short)


@pytest.mark.parametrize("depth", range(5))
def test_copies_from_any_depth(depth):
    stack = tuple(range(6))
    program = Program(tuple(copy(depth)))
    assert answer(program, stack) == stack[-1 - depth]
    assert len(infer(program, [INT] * 6).after.types) == 7


def test_size_counts_words_and_literals():
    term = Apply("take", (Apply("sort", (A,)), Literal(Push(2, INT))))
    assert size(term) == 3
    assert size(A) == 0


def test_quotations_stand_before_their_word():
    term = Apply("map", (A,), ((Word("inc"), Word("inc")),))
    program = to_program(term, 1)
    assert str(program) == "( inc inc ) map"
    assert answer(program, ((1, 2),)) == (3, 4)
    assert infer(program, [LIST_INT]).after.types == (LIST_INT,)
    assert size(term) == 3


X, Y = Param(0), Param(1)


def number(value):
    return Literal(Push(value, INT))


@pytest.mark.parametrize(
    ("term", "inputs", "text"),
    [
        (Apply("map", (A,), (Function(1, Apply("inc", (X,))),)), 1, "( inc ) map"),
        (Apply("map", (A,), (Function(1, Apply("*", (X, X))),)), 1, "( dup * ) map"),
        (Apply("map", (B,), (Function(1, Apply("+", (X, A))),)), 2, "( over + ) map"),
        (Apply("map", (A,), (Function(1, Apply("+", (X, B))),)), 2, "swap ( over + ) map"),
        (Apply("map", (A,), (Function(1, Apply("-", (X, Apply("minimum", (A,))))),)), 1, "dup ( over minimum - ) map"),
        (Apply("zip-with", (A, B), (Function(2, Apply("-", (Y, X))),)), 2, "( swap - ) zip-with"),
        (Apply("fold", (A, number(0)), (Function(2, Apply("max", (X, Y))),)), 1, "0 ( max ) fold"),
        (Apply("map-index", (A,), (Function(2, Apply("inc", (X,))),)), 1, "( drop inc ) map-index"),
        (Apply("map-index", (A,), (Function(2, Apply("inc", (Y,))),)), 1, "( nip inc ) map-index"),
        (Branch(Apply("even?", (A,)), Apply("/2", (A,)), Apply("inc", (Apply("*3", (A,)),))), 1, "dup even? ( /2 ) ( *3 inc ) if"),
        (Branch(Apply(">", (A, B)), A, B), 2, "( dup ) dip swap over > ( drop ) ( nip ) if"),
        (Branch(Apply("empty?", (A,)), number(0), Apply("head", (A,))), 1, "dup empty? ( 0 ) ( dup head ) if"),
        (Apply("map", (A,), (Function(1, Branch(Apply("even?", (X,)), Apply("/2", (X,)), X)),)), 1, "( dup even? ( /2 ) ( ) if ) map"),
    ],
)
def test_functions_and_branches_are_short(term, inputs, text):
    assert len(to_program(term, inputs)) <= len(parse(text)), str(to_program(term, inputs))


def test_sizes_of_functions_and_branches():
    term = Apply("map", (A,), (Function(1, Branch(Apply("even?", (X,)), Apply("/2", (X,)), Apply("+", (X, number(1))))),))
    assert size(term) == 6
    assert description_length(term, {"if": 3, "even?": 2}) == pytest.approx(1 + 3 + 2 + 1 + 1 + 1 + 4 * 0.1)
