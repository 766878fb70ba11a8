"""Stacks to cells and back, exactly; and cells that are no stack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.domains.product import BOTTOM, Abstract
from embed.cells import CellError, State, abstract_of, decode, encode
from embed.vocab import ERRORS, INTERPRETATIONS, Kind, vocabulary

VOCAB = vocabulary(100)
ints, texts = st.integers(-(2**31) + 1, 2**31 - 1), st.text(max_size=6)
values = st.one_of(
    ints,
    st.booleans(),
    texts,
    st.lists(ints, max_size=5).map(tuple),
    st.lists(texts, max_size=4).map(tuple),
    st.lists(st.booleans(), max_size=4).map(tuple),
    st.lists(st.lists(ints, max_size=3).map(tuple), max_size=3).map(tuple),
)
stacks = st.lists(values, max_size=4).map(tuple)
constants = st.lists(st.none() | values, max_size=4).map(tuple)


@given(stacks, constants)
def test_every_stack_comes_back(items: tuple[object, ...], beside: tuple[object, ...]) -> None:
    state = State(items, beside)
    again = decode(encode(state, VOCAB), VOCAB)
    assert again == state
    assert list(map(type, again.items)) == list(map(type, items))  # True is not 1


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_comes_back(error: str) -> None:
    state = State(error, (1, "a"))
    assert decode(encode(state, VOCAB), VOCAB) == state


@pytest.mark.parametrize("domain", INTERPRETATIONS[1:])
@given(examples=st.lists(st.lists(values, min_size=1, max_size=3), min_size=1, max_size=3))
def test_every_abstract_stack_comes_back(domain: str, examples: list[list[object]]) -> None:
    items = tuple(abstract_of(group, domain) for group in examples)  # type: ignore[arg-type]
    state = State(items, (items[0],))
    again = decode(encode(state, VOCAB, domain=domain), VOCAB, domain=domain)
    for before, after in zip(items, again.items, strict=True):
        assert before.leq(after)
        assert domain == "type" or after == before


def test_an_unknown_type_becomes_any() -> None:
    (element,) = decode(encode(State((Abstract(),)), VOCAB, domain="type"), VOCAB, domain="type").items
    assert element.contains("x") and element.contains((1,)) and element != BOTTOM


@given(st.lists(st.integers(0, VOCAB.num_codes - 1), max_size=30))
def test_any_cells_are_a_state_or_an_error_that_says_where(codes: list[int]) -> None:
    cells = [(VOCAB.code(Kind.NONE), 0)] * 4 + [(VOCAB.code(Kind.SEP), 0)] + [(code, 7) for code in codes]
    for domain in INTERPRETATIONS:
        try:
            state = decode(cells, VOCAB, domain=domain)
        except CellError as error:
            assert "cell" in str(error)
        else:
            assert isinstance(state, State)
