"""SMT-LIB's strings and ints, as the standard's own text has them, and terms of any depth."""

from __future__ import annotations

import pytest

from benchmarks.peers.smt_operators import MAX_CODE, SmtError
from benchmarks.peers.smtlib import evaluate, quoted, read_function, unquoted


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ('(str.++ "a" "" "b")', "ab"),
        ('(str.len "a\\u{1F600}")', 2),
        ('(str.at "abc" 2)', "c"),
        ('(str.at "abc" 3)', ""),
        ('(str.at "abc" (- 1))', ""),
        ('(str.substr "abcd" 1 2)', "bc"),
        ('(str.substr "abcd" 1 100)', "bcd"),
        ('(str.substr "abcd" 4 1)', ""),
        ('(str.substr "abcd" (- 1) 2)', ""),
        ('(str.substr "abcd" 0 0)', ""),
        ('(str.substr "abcd" 0 (- 3))', ""),
        ('(str.indexof "abab" "b" 0)', 1),
        ('(str.indexof "abab" "b" 2)', 3),
        ('(str.indexof "abab" "c" 0)', -1),
        ('(str.indexof "abab" "" 2)', 2),
        ('(str.indexof "abab" "" 4)', 4),
        ('(str.indexof "abab" "" 5)', -1),
        ('(str.indexof "abab" "a" (- 1))', -1),
        ('(str.replace "aXbX" "X" "-")', "a-bX"),
        ('(str.replace "ab" "" "-")', "-ab"),
        ('(str.replace "ab" "c" "-")', "ab"),
        ('(str.replace_all "aXbX" "X" "-")', "a-b-"),
        ('(str.replace_all "ab" "" "-")', "ab"),
        ('(str.replace_all "aaa" "aa" "b")', "ba"),
        ('(str.prefixof "ab" "abc")', True),
        ('(str.prefixof "abc" "ab")', False),
        ('(str.suffixof "bc" "abc")', True),
        ('(str.contains "abc" "b")', True),
        ('(str.contains "b" "abc")', False),
        ('(str.contains "b" "")', True),
        ('(str.to_int "007")', 7),
        ('(str.to_int "")', -1),
        ('(str.to_int "-7")', -1),
        ('(str.to_int "\\u{661}")', -1),
        ("(str.from_int 70)", "70"),
        ("(str.from_int (- 7))", ""),
        ('(str.is_digit "7")', True),
        ('(str.is_digit "77")', False),
        ('(str.to_code "A")', 65),
        ('(str.to_code "AB")', -1),
        ("(str.from_code 65)", "A"),
        (f"(str.from_code {MAX_CODE + 1})", ""),
        ('(str.< "a" "b" "c")', True),
        ('(str.< "b" "b")', False),
        ('(str.<= "b" "b")', True),
        ('(str.< "Z" "a")', True),
        ('(str.rev "abc")', "cba"),
        ('(str.to_lower "AbC\\u{c4}")', "abc\xc4"),
        ('(str.to_upper "abz\\u{e4}")', "ABZ\xe4"),
        ('(str.update "abcd" 2 "XYZ")', "abXY"),
        ('(str.update "abcd" 4 "X")', "abcd"),
        ("(+ 1 2 3)", 6),
        ("(- 7)", -7),
        ("(- 7 2 1)", 4),
        ("(* 2 3 4)", 24),
        ("(div 7 2)", 3),
        ("(div (- 7) 2)", -4),
        ("(div 7 (- 2))", -3),
        ("(div (- 7) (- 2))", 4),
        ("(mod (- 7) 2)", 1),
        ("(mod (- 7) (- 2))", 1),
        ("(mod 7 (- 2))", 1),
        ("(abs (- 3))", 3),
        ("(< 1 2 3)", True),
        ("(< 1 3 2)", False),
        ("(= 1 1 1)", True),
        ('(= "a" "b")', False),
        ("(distinct 1 2 1)", False),
        ("(and true true false)", False),
        ("(or false true)", True),
        ("(xor true true)", False),
        ("(=> false false)", True),
        ("(not true)", False),
        ('(ite (= 1 2) "a" "b")', "b"),
        ("(let ((x 1) (y 2)) (+ x y))", 3),
        ("(let ((x 1)) (let ((x 2) (y x)) (+ x y)))", 3),
        ("(let ((x 1)) (+ (let ((x 5)) x) x))", 6),
        ('"say ""hi"""', 'say "hi"'),
        ('"\\x41 \\u0041 \\u{41} \\n"', "\\x41 A A \\n"),
    ],
)
def test_values(term, value):
    found = evaluate(term)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "term",
    ["(str.at 1 2)", "(+ 1 true)", '(= 1 "1")', "(= 1 true)", "(ite 1 2 3)", '(ite true 1 "a")', "(div 1 0)", "(mod 1 0)", "x", "(frob 1)",
     "((x))", "()", "(+ 1", "1 2", ")", "(let ((x)) x)", "(let () 1)", "(str.++ \"a\")", '(str.len "a" "b")', "(str.++)"],
)  # fmt: skip
def test_what_has_no_value_is_an_error(term):
    with pytest.raises(SmtError):
        evaluate(term)


def test_a_function():
    function = read_function('(define-fun f ((|the name| String) (n Int)) String (str.++ |the name| (str.at |the name| (- n 1)) "-"))')
    assert function.answer(("abc", 2)) == "abcb-"
    assert (function.parameters, function.sorts, function.sort) == (("|the name|", "n"), ("String", "Int"), "String")
    assert function.size == 1 + 1 + (1 + 1 + (1 + 1 + 1)) + 1
    for inputs in (("abc",), ("abc", "2"), ("abc", True)):
        with pytest.raises(SmtError):
            function.answer(inputs)


@pytest.mark.parametrize(
    "text",
    ["", "infeasible", "(define-fun f () Real 1.0)", "(define-fun f ((x Real)) Int 1)", "(define-fun f ((x Int)) Int)", "(define-fun f ((x Int)) Int y z)"],
)  # fmt: skip
def test_what_is_no_function(text):
    with pytest.raises(SmtError):
        read_function(text)


def test_a_wrong_sort_is_no_answer():
    with pytest.raises(SmtError, match="sort String"):
        read_function("(define-fun f ((x Int)) String x)").answer((1,))


def test_a_let_counts_as_the_tree_that_it_stands_for():
    function = read_function("(define-fun f ((x Int)) Int (let ((y (+ x 1))) (let ((z (* y y))) (+ z z))))")
    assert function.answer((2,)) == 18
    assert function.size == 15
    assert read_function("(define-fun f ((x Int)) Int (+ x (- 1)))").size == 3


def test_no_depth_is_too_deep():
    depth = 20_000
    text = f"(define-fun f ((x Int)) Int {'(ite (< x 0) 1 ' * depth}x{')' * depth})"
    function = read_function(text)
    assert function.answer((7,)) == 7
    assert function.size == 5 * depth + 1


@pytest.mark.parametrize(
    "value", ["", "plain", 'a "quoted" one', "back\\slash", "\\u{41}", "\\u0041", "tab\tline\n", "\xe9\u20ac", chr(MAX_CODE), "\x00\x7f"]
)
def test_strings_survive_being_written(value):
    assert unquoted(quoted(value)) == value
    assert evaluate(quoted(value)) == value
    assert all(" " <= character <= "~" for character in quoted(value))


@pytest.mark.parametrize("value", [0, 5, -5, True, False, 10**30])
def test_other_values_survive_being_written(value):
    assert evaluate(quoted(value)) is value or evaluate(quoted(value)) == value
    assert type(evaluate(quoted(value))) is type(value)


def test_characters_that_smtlib_lacks():
    with pytest.raises(SmtError):
        quoted(chr(MAX_CODE + 1))
