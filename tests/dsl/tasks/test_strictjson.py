"""Strict JSON: what is refused, and that each refusal knows its place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.tasks.strictjson import JsonError, loads, locate, parse_value

SCALARS = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text(), st.none(), st.floats(allow_nan=False, allow_infinity=False))
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(DOCUMENTS, st.sampled_from([None, 1]))
def test_reads_what_the_standard_library_writes(data, indent):
    assert loads(json.dumps(data, indent=indent)) == data


@given(DOCUMENTS, st.data())
def test_locate_finds_every_part(data, draw):
    text = json.dumps(data, ensure_ascii=False)
    path, part = [], data
    while isinstance(part, (list, dict)) and part and draw.draw(st.booleans()):
        key = draw.draw(st.sampled_from(list(part) if isinstance(part, dict) else range(len(part))))
        path.append(key)
        part = part[key]
    assert json.JSONDecoder().raw_decode(text, locate(text, path))[0] == part


@pytest.mark.parametrize(
    ("text", "offset", "reason"),
    [
        ('{"a": 1,\n "a": 2}', 10, 'key "a" stands twice'),
        ('[{"a": 1}, {"b": {"a": 1, "c": [], "a": 2}}]', 35, 'key "a" stands twice'),
        ('{"a": 1, "\\u0061": 2}', 9, "stands twice"),
        ("[1, NaN]", 4, "NaN is not JSON"),
        ('{"a": [NaN1, 2], "b\\00": 3}', 7, "NaN is not JSON"),
        ("[-Infinity]", 1, "-Infinity is not JSON"),
        ("[1, 9223372036854775808]", 4, "does not fit in 64 bits"),
        ("[-9223372036854775809]", 1, "does not fit in 64 bits"),
        ("[" + "9" * 5000 + "]", 1, "999999999999... (5000 digits) does not fit in 64 bits"),
        ("[" * 100_000, 32, "nested more than 32 deep"),
        ("[" * 100_000 + "]" * 100_000, 32, "nested more than 32 deep"),
        ('["ok", "\\ud800"]', 7, "half of a surrogate pair"),
        ('["a\nb"]', 3, "a raw control character"),
        ('["a\0b"]', 3, "a raw control character"),
        ('["abc', 1, 'has no closing "'),
        ("[1, 2", 5, "the text ends too early"),
        ("", 0, "the text ends too early"),
        ("[1,, 2]", 3, "expected a value"),
        ("[1 2]", 3, "expected a comma"),
        ("{1: 2}", 1, "expected a key in double quotes"),
        ('{"a" 1}', 5, "expected a colon"),
        ("[1]\n[2]", 4, "the value ends before this"),
        ('["\\q"]', 2, "unknown escape"),
        ('["\\u12"]', 3, "four hexadecimal digits"),
        ("'a'", 0, "expected a value"),
    ],
)
def test_refusals_have_a_place(text, offset, reason):
    with pytest.raises(JsonError) as caught:
        loads(text)
    assert reason in str(caught.value)
    assert caught.value.offset == offset


def test_a_pair_of_surrogate_escapes_is_one_character():
    assert loads('"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize(("text", "value"), [("-5", -5), ("[[1],[]]", ((1,), ())), ('"\\u0000"', "\0"), ("[true]", (True,))])
def test_values(text, value):
    assert parse_value(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("null", "null is not a value"),
        ("1.5", "the number 1.5"),
        ("1e3", "the number 1000.0"),
        ('{"a": 1}', "an object"),
        ("[[[1]]]", "two deep"),
    ],
)
def test_what_is_no_value(text, reason):
    with pytest.raises(JsonError, match=reason):
        parse_value(text)
