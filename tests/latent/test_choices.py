"""What may come next."""

import numpy as np

from dsl.tasks import Example
from dsl.types import INT, LIST_INT
from dsl.values import DEFAULT
from search.latent.choices import MOVES, SHARE, Choices, Uniform
from search.latent.programs import answers, fits, term_of
from search.latent.typing import Typing

WORDS = ("sort", "sum", "take", "+")


def test_probabilities_add_up_to_1_and_only_what_fits_has_some() -> None:
    choices = Choices(Uniform(WORDS), 1)
    states = [[((3, 1),), ((2,),)], [(2, (3, 1)), (1, (2,))], [(2, 3), (1, 4)]]
    p = np.exp(choices.log_probabilities(states))
    assert np.allclose(p.sum(axis=1), 1)
    fine = [{word for word, share in zip(choices.words, row, strict=True) if share > 0} for row in p]
    assert fine[0] == {"sort", "sum", "dup", "c0"}
    assert fine[1] == {"sort", "sum", "dup", "swap", "over", "drop", "c0"}
    assert fine[2] == {"+", "dup", "swap", "over", "drop", "c0"}
    assert np.allclose(p[0][[choices.words.index(word) for word in (*MOVES, "c0")]].sum(), SHARE)


def test_where_no_word_computes_moves_have_everything() -> None:
    p = np.exp(Choices(Uniform(("upper",))).log_probabilities([[(1, 2)]]))
    assert np.isclose(p.sum(), 1)


def test_terms_of_words_leave_no_trace_of_moves() -> None:
    assert term_of(("dup", "drop", "sort"), 1) == term_of(("sort",), 1)
    assert term_of(("swap", "take"), 2) != term_of(("take",), 2)
    assert term_of(("take",), 1) is None and term_of(("c0",), 1) is None and term_of(("drop",), 1) is None
    assert term_of(("nop", "sort", "nop"), 1) == term_of(("sort",), 1)


def test_answers_are_the_machines() -> None:
    examples = (Example(((3, 1),), 4), Example(((),), 0))
    assert answers(("sum",), examples, (), DEFAULT) == (4, 0)
    assert answers(("head",), examples, (), DEFAULT) == (3, None)
    assert answers(("sum", "c0", "+"), examples, (5,), DEFAULT) == (9, 5)
    assert fits((4, 0), examples) and not fits((4, None), examples) and not fits((4, False), examples)


def test_types_say_what_may_follow() -> None:
    typing = Typing(("nop", "sort", "sum", "take", "swap", "dup"), (LIST_INT, INT), LIST_INT, 2)
    assert typing.allowed(()).tolist() == [True, False, False, True, True, True]
    assert typing.allowed((4,)).tolist() == [True, True, False, False, False, True]
    assert not typing.allowed((1,)).any()
