"""Fuzzing: whatever the text, `parse` gives a program that prints and reads back, or a `ParseError` with a place in the text."""

import random
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark

from dsl.errors import ParseError
from dsl.ops import OPS
from dsl.parser import grammar, parse

NAMES = ("f", "g", "h")
RUNS = {
    # Each with a blank behind it, because the strategy puts terminals side by side.
    "WORD": st.sampled_from((*OPS, *NAMES, *NAMES, *NAMES)).map(lambda word: f"{word} "),
    "INTEGER": st.integers(-(2**65), 2**65).map(lambda number: f"{number} "),
    "BOOLEAN": st.sampled_from(("true ", "false ")),
    "CONSTANT": st.sampled_from(("c0 ", "c1 ", "c2 ", "c3 ")),
    "BLANKS_AND_COMMENTS": st.sampled_from((" ", "\n", "\t", '# ( [ : "\n', " #\n\n")),
}
TEXTS = from_lark(grammar(), explicit=RUNS)
QUOTATIONS = from_lark(
    grammar(),
    start="quotation",
    explicit={**RUNS, "WORD": st.sampled_from(tuple(OPS)).map(lambda word: f"{word} "), "INTEGER": st.integers(-99, 99).map("{} ".format)},
)
"""Most texts of the grammar are no programs, because their words are not defined; of these most are."""
BEYOND_THE_GRAMMAR = re.compile(
    "does not fit in|a list holds items of one type|is not a type of the language|half of a surrogate pair|deep; define"
    "|unknown word|is already a word|is defined twice|cannot use itself|is defined only further down"
)
"""What the grammar does not say, and the parser checks besides it."""


def read(text: str) -> str:
    """`program`, or the sentence of the error without what it quotes; fails unless the outcome is a proper one."""
    try:
        program = parse(text)
    except ParseError as error:
        check_error(text, error)
        return re.sub(r"[0-9,.]+|`.*?`", "", str(error).split("\n")[0])
    printed = str(program)
    assert parse(printed) == program
    assert str(parse(printed)) == printed
    return "program"


def check_error(text: str, error: ParseError) -> None:
    lines = re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))
    assert 1 <= error.line <= len(lines)
    assert 1 <= error.column <= len(lines[error.line - 1])
    first, shown, caret = str(error).split("\n")
    assert first.startswith(f"line {error.line}, column {error.column}: ")
    assert shown.isprintable() and re.fullmatch(" +\\^", caret)
    assert len(str(error)) < 1000
    str(error).encode("utf-8")


@given(st.one_of(TEXTS, QUOTATIONS))
def test_texts_of_the_grammar_never_break_it(text: str) -> None:
    outcome = read(text)
    assert outcome == "program" or BEYOND_THE_GRAMMAR.search(outcome), outcome


@given(st.text())
def test_any_text(text: str) -> None:
    read(text)


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    read(data.decode("utf-8", errors="surrogateescape"))
    read(data.decode("latin-1"))


VALID = (
    ": sq dup * ; [1,-2,3] ( sq ) map sum",
    ': f ( upper ) ( len ) bi ; "ab\\u00e9\\n" f # a comment\n',
    ': a 1 ; : b a a + ; : c b b + ; c ( b ) ( a ) if [[1],[],[2,3]] true "\\ud83d\\ude00 \\"x\\"" ',
    "c0 c1 > ( c2 ) ( c3 ) if 3 ( inc ) times",
    '["a","b,c"] ( len ) map ( 0 > ) filter [true,false] [] -5 0',
    "( ( ( dup ) dip ) call ) call",
)
PIECES = (
    *("( ", ") ", "[", "]", ",", ": ", "; ", ":", ";", "{", "}", '"', '""', '"a"', "\\", "'", "#", "# x\n", "\n", " ", "\t", "\r", "\0"),
    *(
        "1 ",
        "-5 ",
        "007 ",
        "1.5 ",
        "+3 ",
        "9" * 30,
        "true ",
        "True ",
        "null ",
        "c0 ",
        "c9 ",
        "f ",
        "g ",
        "dup ",
        "map ",
        "+ ",
        "*2 ",
        "mapp ",
    ),
    *("\u00a0", "\u200b", "\ufeff", "\ud800", "\\u12", "\\ud800", "\\n", "é", "日", "\U0001f600"),
)


def fuzzed(rng: random.Random) -> str:
    """One text: random characters, random pieces of the language, or a valid program with some damage."""
    kind = rng.randrange(4)
    if kind == 0:
        top = rng.choice((128, 256, 0x3000, 0x110000))
        return "".join(chr(rng.randrange(top)) for _ in range(rng.randrange(30)))
    if kind == 1:
        return "".join(rng.choices(PIECES, k=rng.randrange(12)))
    text = rng.choice(VALID)
    for _ in range(rng.randrange(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 0, 1, 1, 2, 10)))
        new = rng.choice((rng.choice(PIECES), "", text[start:end] * 2, rng.choice(VALID)[: rng.randrange(20)]))
        text = text[:start] + new + text[end:]
    return text if rng.randrange(8) else text[: rng.randrange(len(text) + 1)]


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_damaged_programs(count: int) -> None:
    rng = random.Random(count)
    outcomes = Counter(read(fuzzed(rng)) for _ in range(count))
    # The fuzzer reaches what it should: many kinds of mistakes, and programs that are still good.
    assert len(outcomes) > 40, outcomes
    assert count // 50 < outcomes["program"] < count * 9 // 10, outcomes
