"""Rows between types: references against independent formulas, kernels on both text widths, Python templates, inverses."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pytest

from dsl.kernels import WIDEN
from dsl.ops import OPS
from dsl.ops.table import Category, Op
from dsl.types import INT, STR
from dsl.values import DEFAULT, RANGE, UNDEFINED, Profile, Stuck
from tests.dsl.ops.scalar_rows import FEW, INTS, LARGEST, PROFILES_TRIED, allowed, by_kernel, by_python, by_reference, inverse_mistakes

ROWS = [op for op in OPS.values() if op.category == Category.CONVERSIONS]
each_row = pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
CODES = (0, 9, 31, 65, 127, 128, 233, 255, 256, 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF, 0x110000)
TEXTS = (
    *("", "-", "--1", "0", "-0", "00", "007", "-007", "12", "-12", "+5", "1-", "1a", "a1", " 1", "1 ", "1.5", "1_0", "0x1"),
    *("2147483647", "2147483648", "-2147483647", "-2147483648", "0" * 200 + "7", "9" * 256, "9" * 255 + "x"),
    *("true", "false", "True", "A", "ab", "\u0663", "\u00b2", "\uff11", "\u00e9", "\ud800", "\U0001f600", "x\u00e9"),
)
POOLS = {"i": {*INTS, *CODES, 1000000000, 999999999, -1000000000}, "b": (False, True), "s": TEXTS}


def cases(op: Op, profile: Profile = DEFAULT) -> list:
    """The only argument of the row from its pool, where the profile has it."""
    ((signature),) = op.kernels
    return allowed(POOLS[signature[0]], profile)


def give(word: str, arg, profile: Profile = DEFAULT):
    return by_reference(OPS[word], (arg,), profile)


@each_row
@pytest.mark.parametrize("profile", PROFILES_TRIED, ids=lambda p: p.name)
@pytest.mark.parametrize("text", [np.uint8, np.uint32])
def test_the_kernel_agrees_with_the_reference(op: Op, profile: Profile, text) -> None:
    (signature,) = op.kernels
    for value in cases(op, profile):
        if text is np.uint8 and isinstance(value, str) and not value.isascii():
            continue
        expected = by_reference(op, (value,), profile)
        too_wide = text is np.uint8 and isinstance(expected, str) and not expected.isascii()
        assert by_kernel(op, signature, (value,), profile, text) == (WIDEN if too_wide else expected), value


@each_row
def test_the_python_template_agrees_with_the_reference(op: Op) -> None:
    for value in cases(op):
        expected = by_reference(op, (value,))
        if not isinstance(expected, Stuck):
            assert by_python(op, (value,)) == expected, value


@pytest.mark.parametrize("profile", PROFILES_TRIED, ids=lambda p: p.name)
@pytest.mark.parametrize("op", [op for op in ROWS if op.inverse], ids=lambda op: op.name)
def test_an_inverse_gives_the_only_argument(op: Op, profile: Profile) -> None:
    arguments = {*cases(op, profile), *(FEW if op.type.before.types == (INT,) else ())}
    results = TEXTS if op.type.after.types == (STR,) else INTS
    assert inverse_mistakes(op, arguments, results, profile) == []


def test_which_rows_have_an_inverse() -> None:
    assert [op.name for op in ROWS if op.inverse] == ["int>str", "bool>str", "bool>int", "chr"]


def test_only_digits_after_at_most_one_minus_write_an_int() -> None:
    for text in TEXTS:
        written = re.fullmatch(r"-?[0-9]+", text)
        expected = int(text) if written else -1
        assert give("str>int", text) == (expected if abs(expected) <= LARGEST else RANGE), text


def test_ints_read_back_what_they_write() -> None:
    for number in INTS:
        written = give("int>str", number)
        assert isinstance(written, str) and give("str>int", written) == number and written == f"{number:d}"


def test_characters_are_the_unicode_scalar_values() -> None:
    for code in (*CODES, -1, LARGEST):
        scalar = 0 <= code <= 0x10FFFF and unicodedata.category(chr(code)) != "Cs"
        result = give("chr", code)
        assert result == (code.to_bytes(4, "little").decode("utf-32-le") if scalar else UNDEFINED), code
        assert not scalar or give("ord", result) == code
    assert give("ord", "") == UNDEFINED and give("ord", "zA") == 122


def test_digits_are_those_of_the_positional_system() -> None:
    for number in (*INTS, 1000000000, 999999999, -10):
        digits = give("digits", number)
        assert isinstance(digits, tuple) and sum(d * 10**k for k, d in enumerate(reversed(digits))) == abs(number)
        assert all(0 <= d <= 9 for d in digits) and (digits[0] != 0 or digits == (0,))


def test_bools_are_written_as_in_programs() -> None:
    assert [give("bool>str", flag) for flag in (True, False)] == ["true", "false"]
    assert [give("bool>int", flag) for flag in (True, False)] == [1, 0]
    assert give("bool>int", False, Profile(int_min=1, int_max=5)) == RANGE
