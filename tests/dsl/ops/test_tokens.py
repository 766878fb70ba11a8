"""Token rows: references against regular expressions, kernels and Python templates against references, the inverse both ways."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from dsl.ops import OPS
from dsl.ops.table import Category, Op
from dsl.values import DEFAULT, UNDEFINED, Stuck, Value
from tests.dsl.ops.text_rows import ASCII, TIGHT, WIDE, by_kernel, by_python, by_reference, grid, inverse_found, inverse_mistakes

ROWS = [op for op in OPS.values() if op.category == Category.TOKENS]
each_row = pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)

# RobustFill's token types, which are about ASCII only.
ASCII_PATTERNS = {
    "number": "[0-9]+",
    "word": "[A-Za-z]+",
    "alnum": "[A-Za-z0-9]+",
    "caps": "[A-Z]+",
    "proper": "[A-Z][a-z]+",
    "lower": "[a-z]+",
    "digit": "[0-9]",
    "char": "(?s:.)",
    "-": "-",
    " ": " ",
}
TEXTS = [*ASCII, "John FITZGERALD Kennedy", "tel. 555-0199 ext 7", "aBcDEf", "ABc1", "Aa-A-a", "--"]


def give(word: str, *args: Value) -> Any:
    return by_reference(OPS[word], args)


@each_row
@pytest.mark.parametrize("texts, dtype", [(TEXTS, np.uint8), (WIDE, np.uint32)], ids=["uint8", "uint32"])
@pytest.mark.parametrize("profile", [DEFAULT, TIGHT], ids=["default", "tight"])
def test_the_kernel_agrees_with_the_reference(op: Op, texts: list[str], dtype, profile) -> None:
    for args in grid(op, profile, texts):
        assert by_kernel(op, args, profile, dtype) == by_reference(op, args, profile), args


@each_row
def test_the_python_template_agrees_with_the_reference(op: Op) -> None:
    for args in grid(op, texts=[*TEXTS, *WIDE]):
        expected = by_reference(op, args)
        if not isinstance(expected, Stuck):
            assert by_python(op, args) == expected, args


@pytest.mark.parametrize("token", ASCII_PATTERNS)
def test_tokens_agree_with_regular_expressions(token: str) -> None:
    pattern = ASCII_PATTERNS[token]
    for text in TEXTS:
        found = list(re.finditer(pattern, text))
        assert give("count-class", text, token) == len(found)
        assert give("keep-class", text, token) == "".join(match.group() for match in found)
        assert give("strip-class", text, token) == re.sub(pattern, "", text)
        assert give("subst-class", text, token, "<>") == re.sub(pattern, "<>", text)
        for number in range(-3, 4):
            match = found[number - (number > 0)] if 0 < abs(number) <= len(found) else None
            assert give("tok", text, token, number) == (match.group() if match else UNDEFINED)
            assert give("tok-start", text, token, number) == (match.start() if match else UNDEFINED)
            assert give("tok-end", text, token, number) == (match.end() if match else UNDEFINED)


def test_classes_beyond_ascii() -> None:
    assert give("keep-class", "na\u00efve \u0415\u041b\u041a\u0410!", "word") == "na\u00efve\u0415\u041b\u041a\u0410"
    assert give("tok", "le Ch\u00e2teau", "proper", 1) == "Ch\u00e2teau"
    assert give("count-class", "\u6f22\u5b57", "word") == 1 and give("count-class", "\u6f22\u5b57", "caps") == 0
    # An Arabic digit is no digit, a Roman numeral no letter, a titlecase letter neither upper nor lower.
    assert give("count-class", "\u0663\u2170", "alnum") == 0
    assert (give("count-class", "\u01c5", "word"), give("count-class", "\u01c5", "caps"), give("count-class", "\u01c5", "lower")) == (
        1,
        0,
        0,
    )


@pytest.mark.parametrize("token", ["", "Number", "vowel", "numbers", "ab", "a\u0100"])
def test_another_class_is_undefined(token: str) -> None:
    for op in ROWS:
        rest = {"subst-class": ("x",), "tok": (1,), "tok-start": (1,), "tok-end": (1,)}.get(op.name, ())
        assert by_reference(op, ("a1 b", token, *rest)) == UNDEFINED
        assert by_kernel(op, ("a1 b", token, *rest), DEFAULT, np.uint32) == UNDEFINED


def test_the_inverse_of_subst_class() -> None:
    op = OPS["subst-class"]
    assert inverse_mistakes(op, TEXTS) == []
    assert inverse_found(op, 2, "a1b22c", "number", "#-") == "#-"
    assert inverse_found(op, 2, "a1b22c", "number", "") == ""
    # Without a match any replacement would do; with two they must be alike.
    assert inverse_found(op, 2, "abc", "number", "#") == UNDEFINED
    assert op.inverse[2](DEFAULT, "a#b+c", "a1b22c", "number") == UNDEFINED
