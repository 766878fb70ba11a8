"""Columns hold what was put in, zeros past it, and hash by content."""

from __future__ import annotations

import numpy as np
import pytest

from dsl.columns.hash import finalise, hash_column, length_term
from dsl.columns.layout import EMPTY, EMPTY_LIST, INTS, LAYOUTS, LISTS, TEXT, WIDE, Column, concatenate, decode, encode, layout_of, zeros
from dsl.types import INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, VALUE_TYPES, Type
from dsl.values import DEFAULT, PROFILES, Profile
from tests.dsl.draws import draw_value

ODD = Profile(name="odd", max_list=7, max_str=13)


def draw_column(kind: Type, profile: Profile, rows: int, seed: int = 0) -> tuple[list, Column]:
    rng = np.random.default_rng(seed)
    values = [draw_value(rng, kind, profile) for _ in range(rows)]
    return values, encode(values, kind, profile)


@pytest.mark.parametrize("kind", VALUE_TYPES, ids=str)
@pytest.mark.parametrize("profile", [*PROFILES.values(), ODD], ids=lambda profile: profile.name)
def test_encode_then_decode_gives_the_values(kind: Type, profile: Profile) -> None:
    values, column = draw_column(kind, profile, 100)
    assert decode(column) == values
    assert [type(value) for value in decode(column)] == [type(value) for value in values]
    rows = np.array([5, 3, 3, 99])
    assert decode(column, rows) == [values[row] for row in rows]
    assert decode(column.wide()) == values
    assert decode(concatenate([column, column.wide()], profile)) == values + values


@pytest.mark.parametrize("kind", VALUE_TYPES, ids=str)
def test_rows_are_whole_words_and_zero_past_their_values(kind: Type) -> None:
    _, column = draw_column(kind, ODD, 200)
    if column.lengths is None:
        return
    assert column.data.strides[0] % 8 == 0
    used = (
        column.lengths
        if column.ends is None
        else np.where(column.lengths > 0, column.ends[np.arange(200), np.maximum(column.lengths - 1, 0)], 0)
    )
    assert not column.data[np.arange(column.data.shape[1]) >= used[:, None]].any()


def test_text_is_narrow_where_it_is_ascii() -> None:
    assert encode(["a", "\x7f"], STR, DEFAULT).layout is TEXT
    assert encode(["a", "\x80"], STR, DEFAULT).layout is WIDE
    assert encode([("a", "\u00e9")], LIST_STR, DEFAULT).data.dtype == np.uint32
    assert encode(["a"], STR, DEFAULT, wide=True).layout is WIDE
    assert decode(encode(["\ud800\0\U0001f600"], STR, DEFAULT)) == ["\ud800\0\U0001f600"]


def test_values_outside_the_limits_are_refused() -> None:
    for value, kind in ((2**31, INT), ("x" * 300, STR), ((1,) * 65, LIST_INT), (((1,) * 64,) * 5, LIST_LIST_INT)):
        with pytest.raises(ValueError, match="limits of the profile"):
            encode([value], kind, DEFAULT)


def test_lists_of_no_known_type_adapt() -> None:
    assert layout_of(EMPTY_LIST) is EMPTY
    bools = encode([(True,), ()], LIST_BOOL, DEFAULT)
    both = concatenate([zeros(EMPTY, 2, DEFAULT), bools], DEFAULT)
    assert both.kind == LIST_BOOL
    assert decode(both) == [(), (), (True,), ()]


def test_every_type_has_a_layout() -> None:
    assert {layout_of(kind).kind for kind in VALUE_TYPES} == set(VALUE_TYPES)
    assert {layout.letter for layout in LAYOUTS} == set("iblsn")


@pytest.mark.parametrize("kind", VALUE_TYPES, ids=str)
def test_hashes_are_equal_exactly_where_candidates_are(kind: Type) -> None:
    values, column = draw_column(kind, DEFAULT, 3000, seed=3)
    hashes = hash_column(column, examples=3).tolist()
    candidates = [tuple(values[c : c + 3]) for c in range(0, 3000, 3)]
    assert len(set(hashes)) == len({repr(candidate) for candidate in candidates})
    again = hash_column(column.take(np.arange(2999, -1, -1)), examples=1).tolist()
    assert again[::-1] == hash_column(column, examples=1).tolist()


@pytest.mark.parametrize("place", range(8))
def test_words_that_differ_in_one_byte_hash_apart(place: int) -> None:
    """Without folding, the last byte of each word would meet only eight bits of its key."""
    letters = [chr(code) for code in range(33, 127)]
    texts = [left * place and "." * place + left for left in letters] if place else letters
    pairs = [(first, second) for first in texts for second in texts]
    column = encode([text for pair in pairs for text in pair], STR, DEFAULT)
    assert len(set(hash_column(column, examples=2).tolist())) == len(set(pairs))


def test_sums_are_linear_in_ints() -> None:
    rng = np.random.default_rng(1)
    a, b = (rng.integers(-1000, 1000, size=60) for _ in range(2))
    for kind, pack in ((INT, lambda x: x.tolist()), (LIST_INT, lambda x: [tuple(row) for row in x.reshape(-1, 4).tolist()])):
        columns = [encode(pack(x), kind, DEFAULT) for x in (a, b, a - b)]
        sums = [hash_column(column, examples=5, final=False) for column in columns]
        terms = [length_term(column, examples=5) if kind == LIST_INT else np.uint64(0) for column in columns]
        np.testing.assert_array_equal(sums[2] - terms[2], (sums[0] - terms[0]) - (sums[1] - terms[1]))
        np.testing.assert_array_equal(finalise(sums[0]), hash_column(columns[0], examples=5))


def test_layouts_of_lists_match_their_docstring() -> None:
    column = encode([((1, 2), (), (3,))], LIST_LIST_INT, DEFAULT)
    assert column.layout is LISTS
    assert column.data[0, :4].tolist() == [1, 2, 3, 0]
    assert column.ends is not None and column.lengths is not None
    assert column.ends[0, :4].tolist() == [2, 2, 3, 0]
    assert column.lengths.tolist() == [3]
    assert encode([(7,)], LIST_INT, DEFAULT).layout is INTS
