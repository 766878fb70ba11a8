"""String rows: references against independent formulas, kernels and Python templates against references, inverses both ways."""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import Any

import numpy as np
import pytest

from dsl.kernels import text_case
from dsl.kernels.string_edit import is_space
from dsl.ops import OPS
from dsl.ops.table import Category, Op
from dsl.values import DEFAULT, PROFILES, SIZE, UNDEFINED, Stuck, Value
from tests.dsl.ops.text_rows import (
    ASCII,
    INTS,
    NEW,
    SMALL,
    TIGHT,
    WIDE,
    by_kernel,
    by_python,
    by_reference,
    grid,
    inverse_found,
    inverse_mistakes,
)

ROWS = [op for op in OPS.values() if op.category == Category.STRINGS]
each_row = pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)


def give(word: str, *args: Value) -> Any:
    return by_reference(OPS[word], args)


@each_row
@pytest.mark.parametrize("texts, dtype", [(ASCII, np.uint8), (WIDE, np.uint32)], ids=["uint8", "uint32"])
@pytest.mark.parametrize("profile", [DEFAULT, TIGHT], ids=["default", "tight"])
def test_the_kernel_agrees_with_the_reference(op: Op, texts: list[str], dtype, profile) -> None:
    for args in grid(op, profile, texts):
        assert by_kernel(op, args, profile, dtype) == by_reference(op, args, profile), args


@each_row
def test_the_python_template_agrees_with_the_reference(op: Op) -> None:
    for args in grid(op, texts=[*ASCII, *WIDE]):
        expected = by_reference(op, args)
        if not isinstance(expected, Stuck):
            assert by_python(op, args) == expected, args


@pytest.mark.parametrize("op", [op for op in ROWS if op.inverse], ids=lambda op: op.name)
def test_an_inverse_gives_the_only_argument(op: Op) -> None:
    assert inverse_mistakes(op) == []


@pytest.mark.parametrize(
    "word, position, args",
    [
        ("concat", 0, ("ab", "b")),
        ("concat", 1, ("ab", "")),
        ("repeat", 0, ("ab", 3)),
        ("repeat", 0, ("", 2)),
        ("repeat", 1, ("ab", 3)),
        ("str-reverse", 0, ("abc",)),
        ("chars", 0, ("abc",)),
        ("join", 1, (("a", "b", ""), "--")),
        ("overwrite", 3, ("abcdef", 1, 2, "XYZ")),
        ("overwrite", 3, ("abc", -5, 99, "")),
        ("replace-first", 2, ("banana", "an", "AN")),
        ("replace-first", 2, ("banana", "", ">")),
        ("replace-all", 2, ("banana", "an", "")),
        ("replace-all", 2, ("banana", "a", "aa")),
        ("replace-nth", 2, ("banana", "a", "oo", -1)),
        ("split", 0, ("a,b,,c", ",")),
        ("split", 0, ("", ",")),
    ],
)
def test_an_inverse_finds_the_argument(word: str, position: int, args: tuple) -> None:
    assert inverse_found(OPS[word], position, *args) == args[position]


@pytest.mark.parametrize(
    "word, position, result, others",
    [
        ("concat", 0, "abc", ("b",)),
        ("concat", 1, "abc", ("b",)),
        ("repeat", 0, "ababa", (2,)),
        ("repeat", 0, "", (0,)),
        ("repeat", 1, "", ("ab",)),
        ("repeat", 1, "abx", ("ab",)),
        ("chars", 0, ("ab",), ()),
        ("join", 1, "a", (("a",),)),
        ("join", 1, "a-b+c", (("a", "b", "c"),)),
        ("overwrite", 3, "axdef", ("abcdef", 2, 1)),
        ("replace-first", 2, "abc", ("abc", "x")),
        ("replace-all", 2, "b-+a", ("banana", "an")),
        ("replace-all", 2, "abc", ("abc", "")),
        ("split", 0, (), (",",)),
        ("split", 0, ("a,b",), (",",)),
        ("split", 0, ("aa", "a"), ("aa",)),
    ],
)
def test_an_inverse_knows_when_there_is_none(word: str, position: int, result, others: tuple) -> None:
    assert OPS[word].inverse[position](DEFAULT, result, *others) == UNDEFINED


def test_an_inverse_stays_within_the_profile() -> None:
    assert OPS["repeat"].inverse[1](PROFILES["exedec"], "a" * 51, "a") == UNDEFINED
    assert OPS["split"].inverse[0](TIGHT, ("abcd", "efgh"), "-") == UNDEFINED


# The edge cases of the SMT-LIB theory of strings.
@pytest.mark.parametrize(
    "word, args, expected",
    [
        ("at", ("abc", 0), "a"),
        ("at", ("abc", 3), ""),
        ("at", ("abc", -1), ""),
        ("at", ("", 0), ""),
        ("substr", ("abc", 0, 3), "abc"),
        ("substr", ("abc", 1, 9), "bc"),
        ("substr", ("abc", 3, 1), ""),
        ("substr", ("abc", -1, 2), ""),
        ("substr", ("abc", 0, 0), ""),
        ("substr", ("abc", 0, -1), ""),
        ("find-from", ("abc", "", 0), 0),
        ("find-from", ("abc", "", 3), 3),
        ("find-from", ("abc", "", 4), -1),
        ("find-from", ("abc", "", -1), -1),
        ("find-from", ("", "", 0), 0),
        ("find-from", ("abcabc", "abc", 1), 3),
        ("find-from", ("abc", "abcd", 0), -1),
        ("replace-first", ("abc", "", "x"), "xabc"),
        ("replace-first", ("", "", "x"), "x"),
        ("replace-first", ("aaa", "aa", "b"), "ba"),
        ("replace-all", ("abc", "", "x"), "abc"),
        ("replace-all", ("aaa", "aa", "b"), "ba"),
        ("contains?", ("abc", ""), True),
        ("starts?", ("abc", ""), True),
        ("ends?", ("", "a"), False),
    ],
)
def test_smt_lib_edge_cases(word: str, args: tuple, expected) -> None:
    assert give(word, *args) == expected


def test_cutting_by_count_splits_the_string_in_two() -> None:
    for text in WIDE:
        for count in INTS:
            near = [text[i] for i in range(len(text)) if i < count]
            assert give("left", text, count) == "".join(near)
            assert give("right", text[::-1], count) == "".join(reversed(near))
            assert give("left", text, count) + give("drop-left", text, count) == text
            assert give("drop-right", text, count) + give("right", text, count) == text


def test_overwrite_writes_between_what_stays() -> None:
    for text in ASCII:
        for start in INTS:
            for count in INTS:
                stays = [(i, c) for i, c in enumerate(text) if not max(start, 0) <= i < max(start, 0) + count]
                expected = "".join(c for i, c in stays if i < start) + "XY" + "".join(c for i, c in stays if i >= start)
                assert give("overwrite", text, start, count, "XY") == expected


def test_occurrences_and_their_positions_agree_with_re() -> None:
    for text in [*WIDE, "aaaaa", "anananan"]:
        for pattern in filter(None, SMALL):
            hits = [match.start() for match in re.finditer(re.escape(pattern), text)]
            assert give("occurrences", text, pattern) == len(hits)
            for number in range(-4, 5):
                exists = 0 < abs(number) <= len(hits)
                at = hits[number - (number > 0)] if exists else -1
                assert give("find-nth", text, pattern, number) == at
                cut = text[:at] + "X" + text[at + len(pattern) :] if exists else text
                assert give("replace-nth", text, pattern, "X", number) == cut
            for new in NEW:
                assert give("replace-all", text, pattern, new) == re.sub(re.escape(pattern), new, text)
            assert give("remove-all", text, pattern) == give("replace-all", text, pattern, "")


def test_an_empty_pattern_occurs_nowhere_that_counts() -> None:
    assert (give("occurrences", "abc", ""), give("find-nth", "abc", "", 1), give("find-nth", "abc", "", -1)) == (0, -1, -1)
    assert (give("find", "abc", ""), give("find-last", "abc", "")) == (0, 3)
    assert give("replace-nth", "abc", "", "x", 1) == "abc"
    assert give("find-last", "aaa", "aa") == 1 and give("find-nth", "aaa", "aa", -1) == 0


def test_the_parts_around_a_mark_make_the_string_again() -> None:
    for text in WIDE:
        for mark in filter(None, SMALL):
            first = give("before", text, mark) + mark + give("after", text, mark)
            last = give("before-last", text, mark) + mark + give("after-last", text, mark)
            # An absent mark counts as standing just past the end.
            assert first == last == (text if mark in text else text + mark)
            assert mark not in give("after-last", text, mark) and mark not in give("before", text, mark)


def test_case_maps_one_character_to_one() -> None:
    assert give("upper", "stra\u00dfe \ufb01n") == "STRA\u00dfE \ufb01N"
    assert give("lower", "\u0130I \u03a3\u03a3") == "\u0130i \u03c3\u03c3"
    for word in ("upper", "lower", "title", "capitalize"):
        for text in WIDE:
            assert len(give(word, text)) == len(text)


def test_case_agrees_with_str_on_ascii() -> None:
    for text in ASCII:
        assert give("upper", text) == text.upper()
        assert give("lower", text) == text.lower()
        assert give("capitalize", text) == text.capitalize()
        assert give("title", text) == text.title()


@pytest.mark.parametrize("word", ["upper", "lower", "title", "capitalize", "words", "trim"])
def test_kernels_know_every_ascii_character(word: str) -> None:
    for letter in ("a", "Z", "0"):
        for text in ("".join(chr(code) + letter for code in codes) for codes in (range(64), range(64, 128))):
            for dtype in (np.uint8, np.uint32):
                assert by_kernel(OPS[word], (text,), DEFAULT, dtype) == give(word, text)


def test_white_space_words() -> None:
    assert give("trim", "\t\u2003 a b\x1f\u00a0\n") == "a b"
    assert give("squeeze", "  a \t  b\n\n") == " a \t b\n\n"
    assert give("trim", give("squeeze", "  a   b ")) == "a b"
    for text in WIDE:
        assert give("words", text) == tuple(re.findall(r"\S+", text.replace("\x1c", " ")))


def test_lines_end_at_two_terminators_only() -> None:
    assert give("lines", "a\x0bb\u2028c\rd") == ("a\x0bb\u2028c\rd",)
    assert give("lines", "\n\n") == ("", "")
    assert give("lines", "a\r\r\nb") == ("a\r", "b")
    for text in ("", "a", "a\n", "a\nb", "\r\na\r\n\nb", "\n"):
        assert give("lines", text) == tuple(text.splitlines())


def test_a_bomb_is_refused_before_it_is_built() -> None:
    wide = DEFAULT.with_limits(max_str=8192)
    text = "a" * 8192
    for word, args in [("repeat", (text, 2**31 - 1)), ("replace-all", (text, "a", text)), ("join", ((text,) + ("",) * 63, text))]:
        reference = OPS[word].reference
        # Not by the check that follows in the machine: the reference itself must not build it.
        assert reference is not None and reference(wide, *args) == SIZE


def test_too_many_pieces_are_stuck() -> None:
    for word, args in [("chars", ("a" * 65,)), ("split", ("," * 64, ",")), ("words", ("a " * 65,)), ("lines", ("\n" * 65,))]:
        assert give(word, *args) == SIZE
        assert by_kernel(OPS[word], args, DEFAULT, np.uint8) == SIZE
    assert len(give("split", "," * 63, ",")) == 64


def test_the_tables_of_kinds_agree_with_str_everywhere() -> None:
    codes = np.arange(sys.maxunicode + 1)
    chars = [chr(code) for code in codes]
    letters = np.array([char.isalpha() for char in chars])
    for edges, member in [
        (text_case.LETTER_EDGES, letters),
        (text_case.UPPER_EDGES, letters & [char.isupper() for char in chars]),
        (text_case.LOWER_EDGES, letters & [char.islower() for char in chars]),
    ]:
        assert np.array_equal(np.searchsorted(edges, codes, side="right") % 2 == 1, member)
    assert [code for code in codes.tolist() if is_space(code)] == [code for code in codes.tolist() if chars[code].isspace()]


def test_the_tables_of_case_agree_with_str_everywhere() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        upper, lower = char.upper(), char.lower()
        if upper != char or lower != char:
            assert text_case.upper_of(code) == (ord(upper) if len(upper) == 1 else code), char
            assert text_case.lower_of(code) == (ord(lower) if len(lower) == 1 else code), char
    # Every entry is one of the characters looked at above.
    assert all(unicodedata.category(chr(code))[0] in "LNSM" for code in [*text_case.UPPER_FROM, *text_case.LOWER_FROM])
