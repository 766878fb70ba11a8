"""Quotations read back from tokens: which ones can be run word by word, and what words take with them."""

import pytest

pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.parser import parse
from dsl.program import Quotation, Word
from embed.moves import body_tokens
from embed.vocab import NOP, Kind, Vocabulary
from executor.quotations import instructions_of, pops_with, quotations_of
from tests.executor.samples import VOCAB


def tokens(text: str, vocab: Vocabulary = VOCAB) -> list[int]:
    return body_tokens(parse(text).body, vocab)


def known(word: str, *texts: str, vocab: Vocabulary = VOCAB) -> tuple[Quotation, ...] | None:
    """What is read of these quotations, told in two rows of one length."""
    bodies = [tokens(text, vocab) for text in (*texts, "", "")[:2]]
    longest = max(map(len, bodies)) + 1
    return quotations_of(vocab.numbers[word], [body + [-1] * (longest - len(body)) for body in bodies], vocab)


@pytest.mark.parametrize(
    "text",
    [
        "inc 3 +",
        "[1,-2] sum",
        '"a b" concat',
        "( ( inc ) map 2 take ) dip",
        "c2 over - c0 c1 c3",
        "[[1],[]] length",
        "true not false",
        "[] drop",
        '"" ["a",""] [true]',
        "( inc ) ( dec ) bi ( neg ) dip",
        "-100 100",
        "",
    ],
)
def test_quotations_are_read_back_from_their_tokens(text: str) -> None:
    assert instructions_of(tokens(text), VOCAB) == parse(text).body


def test_quotations_that_are_cut_off_are_none() -> None:
    for text, kept in (
        ("( inc ) map", 1),
        ("( inc ) map", 2),
        ("inc [1,2] sum", 2),
        ("inc [1,2] sum", 3),
        ("[[1],[2]] length", 4),
        ('"ab"', 1),
    ):
        assert instructions_of(tokens(text)[:kept], VOCAB) is None
    assert instructions_of(tokens("inc ( inc ) map")[2:], VOCAB) is None
    assert instructions_of(tokens("[1,2]")[1:], VOCAB) is None


def test_numbers_that_tokens_do_not_tell_are_none() -> None:
    for text in ("101", "-101 +", "[1,101] sum", "[[1],[-101]]", '"a\u00e9"'):
        assert instructions_of(tokens(text), VOCAB) is None, text
    assert instructions_of(tokens("100", Vocabulary(VOCAB.ops, 99)), Vocabulary(VOCAB.ops, 99)) is None


def test_cells_that_are_no_value_are_none() -> None:
    words = len(VOCAB.body_words)
    for kinds in ((Kind.NONE,), (Kind.END,), (Kind.CLOSE,), (Kind.SEP,), (Kind.CHAR,), (Kind.ERROR,), (Kind.OPEN, Kind.BOOL, Kind.CLOSE)):
        assert instructions_of([words + VOCAB.code(kind) for kind in kinds], VOCAB) is None


def test_an_empty_list_of_anything_is_told_as_one_of_numbers() -> None:
    for text, like in (("[] drop", "[] 1 append drop"), ("[[]] drop", "[[1]] drop")):
        assert tokens(text)[0] == tokens(like)[0]
        assert instructions_of(tokens(text), VOCAB) is not None


def test_a_word_runs_the_quotations_it_is_told() -> None:
    assert known("dip", "inc") == (Quotation(parse("inc").body),)
    assert known("if", "inc", "( neg ) dip") == (Quotation(parse("inc").body), Quotation(parse("( neg ) dip").body))
    assert known("bi*", "inc", "inc") == (Quotation(parse("inc").body),) * 2


def test_a_word_with_too_few_or_too_many_quotations_is_not_known() -> None:
    assert known("dip") is None
    assert known("if", "inc") is None
    assert known("dip", "inc", "inc") is None
    assert known("inc", "inc") is None
    assert known("inc") == ()


def test_a_quotation_of_twelve_tokens_may_have_been_cut_off() -> None:
    assert known("dip", " ".join(["inc"] * 11)) is not None
    assert known("dip", " ".join(["inc"] * 12)) is None
    assert known("if", "inc", " ".join(["inc"] * 12)) is None


def test_numbers_beyond_the_table_are_not_known() -> None:
    assert known("dip", "70000 +") is None
    assert known("if", "inc", "( 70000 + ) dip") is None


@pytest.mark.parametrize(
    "text",
    [
        "map",  # its quotation is not there
        "( inc )",
        "( inc ) ( inc ) map",
        "( inc ) bi",
        "( inc ) inc",
        "( inc ) [1,2] map",
        "( inc ) c0 map",
        "( map ) dip",
        "( ( inc ) ) dip",
        "1 ( zero? ) ( inc ) ( dec ) unfold",  # three quotations are more than are told
        "( 1 ( zero? ) ( inc ) ( dec ) unfold ) dip",
    ],
)
def test_words_without_their_quotations_right_before_them_are_not_known(text: str) -> None:
    assert known("dip", text) is None


def test_words_that_a_network_cannot_be_asked_for_are_not_known() -> None:
    assert known("dip", "( inc ) dip neg") is not None
    assert quotations_of(VOCAB.numbers["dip"], [[VOCAB.numbers[NOP], VOCAB.numbers["inc"]], []], VOCAB) is None


@pytest.mark.parametrize(
    ("text", "pops"),
    [
        ("inc", 1),
        ("( inc ) map", 1),
        ("( over + ) map", 1),
        ("( + ) fold", 2),
        ("( inc ) when", 2),
        ("( + ) ( drop ) if", 3),
        ("( + ) dip", 3),
        ("( inc ) keep", 1),
        ("( + ) ( neg ) bi*", 3),
        ("( rot ) times", 4),
        ("( swap 3 ) call", 2),
        ("( [1] inc ) dip", 1),  # no effect: what the word itself takes
        ("c0", 0),
    ],
)
def test_how_many_values_a_word_takes_with_its_quotations(text: str, pops: int) -> None:
    body = parse(text).body
    last = body[-1]
    assert pops_with(last.name if isinstance(last, Word) else text, [i for i in body if isinstance(i, Quotation)]) == pops
