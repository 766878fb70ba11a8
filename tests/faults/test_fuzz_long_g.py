"""Random damage: whatever the bytes, a reader gives tasks or a `TaskError`; whatever the words, a program runs, is stuck or is a `DslError`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flowforth
from dsl.errors import DslError, TaskError
from dsl.ops import OPS
from dsl.tasks.objects import read_document
from dsl.tasks.source import Source
from dsl.tasks.sygus import read_sygus
from dsl.tasks.table import read_table
from dsl.values import Stuck

GOOD = {
    read_document: '{"name": "n", "examples": [{"inputs": [[1, -2], "a\\u00e9"], "output": true}], "held_out": [], "constants": [" "], "x": {"y": 1.5}}',
    read_table: 'first;"la;st";initials\nAda;"Love""lace";AL\n1;[2];\ntrue;;x\n',
    read_sygus: '(set-logic SLIA)(synth-fun f ((s String)) Int ((S Int) (T Int)) ((S Int (0 (- 1) "a""b" s))))(declare-var s String)(constraint (= (f "\\u{41}") -1))(check-synth)',
}
PIECES = ['"', "\\", "[", "]", "{", "}", "(", ")", ",", ":", ";", "\n", "\0", "-", "1e9", "NaN", "null", "\ud800", "\u2028", "9" * 30, " "]


@st.composite
def damaged(draw, text):
    """The text with a few pieces cut out, doubled or put in."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        new = draw(st.one_of(st.just(""), st.sampled_from(PIECES), st.just(text[start:end] * 2)))
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize("read", GOOD, ids=lambda read: read.__name__)
def test_the_undamaged_files_are_read(read):
    assert read(Source("t", GOOD[read]))


@pytest.mark.parametrize("read", GOOD, ids=lambda read: read.__name__)
@given(data=st.data())
@settings(max_examples=6000)
def test_damaged_files(read, data):
    text = data.draw(damaged(GOOD[read]))
    try:
        read(Source("t", text))
    except TaskError as error:
        assert str(error).startswith("t:")


WORDS = [
    *OPS,
    "(",
    ")",
    "(",
    ")",
    "[",
    "]",
    ":",
    ";",
    "0",
    "1",
    "-3",
    "7",
    "64",
    "2147483647",
    "true",
    '"a b"',
    '"1,2"',
    "[1,2,3]",
    '["x",""]',
    "[]",
    "[[1],[]]",
    "c0",
]
INPUTS = st.lists(st.sampled_from([0, 5, True, "ab c", (1, 2, 3), ("p", "q"), ((1,), ()), ()]), max_size=3)


def exercise(words, inputs):
    """Everything that a user can do with a program, well formed or not."""
    text = " ".join(words)
    try:
        program = flowforth.parse(text)
        outcome = flowforth.run(program, inputs, constants=[1])
        steps = flowforth.trace(program, inputs, constants=[1])
        assert isinstance(outcome, Stuck) == bool(steps and isinstance(steps[-1].after, Stuck))
        flowforth.render(program)
    except DslError as error:
        assert str(error)


@given(st.lists(st.sampled_from(WORDS), max_size=12), INPUTS)
@settings(max_examples=6000)
def test_random_words(words, inputs):
    exercise(words, inputs)


@pytest.mark.slow
@given(st.lists(st.sampled_from(WORDS), max_size=30), INPUTS)
@settings(max_examples=20_000)
def test_many_random_words(words, inputs):
    exercise(words, inputs)


@given(st.integers(0, 2**32), st.lists(st.sampled_from(list(OPS)), min_size=1, max_size=8), INPUTS)
@settings(max_examples=6000)
def test_random_words_that_fit(seed, names, inputs):
    """Words are kept where they fit, so that far more of the programs run; quotations are small ones that fit often."""
    from dsl.effects import Fold
    from dsl.types import type_of

    bodies = ["( inc )", "( dup )", "( odd? )", "( + )", "( upper )", "( drop 1 )", "( length )"]
    kept: list[str] = []
    fold = Fold.on([type_of(value) for value in inputs], ())
    for index, name in enumerate(names):
        quotations = OPS[name].num_quotations
        piece = [bodies[(seed + 3 * index + i) % len(bodies)] for i in range(quotations)] + [name]
        try:
            fold = fold.extend(flowforth.parse(" ".join(piece)).body)
        except DslError:
            continue
        kept += piece
    exercise(kept, inputs)
