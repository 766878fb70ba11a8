"""The parser: records and positions, golden messages for malformed programs, limits, and hostile texts."""

import subprocess
import sys
from pathlib import Path

import pytest

from dsl.errors import ParseError
from dsl.ops import OPS
from dsl.parser import INT64, MAX_CHARACTERS, MAX_NESTING, MAX_TOKENS, parse
from dsl.program import Constant, Definition, Instruction, Program, Push, Quotation, Span, Word
from dsl.suggest import mistaken_literal
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, ListOf, Var

EMPTY = ListOf(Var("a"))


def body(text: str) -> tuple[Instruction, ...]:
    return parse(text).body


LITERALS = {
    "0": Push(0, INT),
    "-0": Push(0, INT),
    "-12": Push(-12, INT),
    str(INT64 - 1): Push(INT64 - 1, INT),
    str(-INT64): Push(-INT64, INT),
    "true": Push(True, BOOL),
    "false": Push(False, BOOL),
    '""': Push("", STR),
    r'"\" \\ \/ \b \f \n \r \t"': Push('" \\ / \b \f \n \r \t', STR),
    r'"\u0000\u00e9\u00E9\ud83d\ude00"': Push("\0éé\U0001f600", STR),
    r'"\\ud800 \\\\"': Push("\\ud800 \\\\", STR),
    '"é日 \U0001f600 # ( ) [ ] { } , ; :"': Push("é日 \U0001f600 # ( ) [ ] { } , ; :", STR),
    '"\u00a0\u200b\x7f\ufeff"': Push("\u00a0\u200b\x7f\ufeff", STR),
    "[]": Push((), EMPTY),
    "[ 1 , -2 ]": Push((1, -2), LIST_INT),
    "[true,false]": Push((True, False), LIST_BOOL),
    '["a",""]': Push(("a", ""), LIST_STR),
    "[[1],[],[2,3]]": Push(((1,), (), (2, 3)), LIST_LIST_INT),
    "[[],[]]": Push(((), ()), LIST_LIST_INT),
    "[\n1, # one\n2\n]": Push((1, 2), LIST_INT),
}


@pytest.mark.parametrize("text", LITERALS)
def test_literal(text: str) -> None:
    assert body(text) == (LITERALS[text],)
    assert repr(body(text)) == repr((LITERALS[text],))  # 1 == True, but they print differently


@pytest.mark.parametrize("name", OPS)
def test_every_op_is_a_word(name: str) -> None:
    assert body(name) == (Word(name),)
    assert body(f"({name})[]") == (Quotation((Word(name),)), Push((), EMPTY))
    assert not mistaken_literal(name)


def test_program_with_everything() -> None:
    program = parse(': twice dup + ; : all-twice ( twice ) map ; [1,2] all-twice # twice each\nc0 "x"')
    twice = Definition("twice", (Word("dup"), Word("+")))
    every = Definition("all-twice", (Quotation((Word("twice"),)), Word("map")))
    assert program == Program((Push((1, 2), LIST_INT), Word("all-twice"), Constant(0), Push("x", STR)), (twice, every))


@pytest.mark.parametrize("text", ["", " \t\r\n", "# only a comment", "#", "\ufeff", "\ufeff# \0\u200b\ud800"])
def test_empty_program(text: str) -> None:
    assert parse(text) == Program()


def test_blanks_are_needed_only_between_runs() -> None:
    assert parse('3(inc)times"a"len[1]#x\nsum') == parse('3 ( inc ) times "a" len [1] sum')
    assert parse(":f dup;f") == parse(": f dup ; f")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    assert parse(f"1 # one{end}2") == parse("1 2")
    with pytest.raises(ParseError) as caught:
        parse(f"1{end}{end}  ]")
    assert (caught.value.line, caught.value.column) == (3, 3)


def test_names_may_hold_any_visible_character() -> None:
    for name in ("2dup", "1+", "größe", "日本", "x'", "a.b", "c0x", "--x", "->", "TRUE?", "@"):
        assert parse(f": {name} dup ; {name}") == Program((Word(name),), (Definition(name, (Word("dup"),)),))


def test_spans() -> None:
    program = parse(': f dup ;\n  [1,\n2] ( f "é\\n" )\tc1 -7 true')
    definition, (numbers, quotation, constant, number, flag) = program.definitions[0], program.body
    assert definition.span == Span(1, 1, 1, 10)
    assert definition.body[0].span == Span(1, 5, 1, 8)
    assert numbers.span == Span(2, 3, 3, 3)
    assert quotation.span == Span(3, 4, 3, 15)
    assert isinstance(quotation, Quotation)
    assert [inner.span for inner in quotation.body] == [Span(3, 6, 3, 7), Span(3, 8, 3, 13)]
    assert [i.span for i in (constant, number, flag)] == [Span(3, 16, 3, 18), Span(3, 19, 3, 21), Span(3, 22, 3, 26)]


def test_spans_do_not_matter_to_equality() -> None:
    assert parse("1   2") == parse("1\n2")
    assert hash(parse("1   2")) == hash(parse("1\n2"))


# Text, line, column, and the sentence.
ERRORS = [
    # brackets that are not closed, or close nothing
    ("[1,2] ( inc map", 1, 7, "this quotation is never closed; add `)` where it ends"),
    ("( ( 1 )", 1, 1, "this quotation is never closed; add `)` where it ends"),
    ("1\n ( [1]", 2, 2, "this quotation is never closed; add `)` where it ends"),
    ("1 [1,2", 1, 3, "this list is never closed; add `]` where it ends"),
    ("[1,", 1, 1, "this list is never closed; add `]` where it ends"),
    ("[[1],[2]", 1, 1, "this list is never closed; add `]` where it ends"),
    (": f dup", 1, 1, "this definition is never closed; add `;` where it ends"),
    ("1 )", 1, 3, "this `)` closes nothing; remove it, or write `(` where the quotation begins"),
    (": f dup ) ;", 1, 9, "this `)` closes nothing; remove it, or write `(` where the quotation begins"),
    ("1 ]", 1, 3, "this `]` closes nothing; remove it, or write `[` where the list begins"),
    ("( 1 ]", 1, 5, "the quotation opened at line 1, column 1 is closed by `]`; write `)`, or `[` where a list begins"),
    ("\n[1 )", 2, 4, "the list opened at line 2, column 1 is closed by `)`; write `]`"),
    ("1 ; 2", 1, 3, "this `;` ends no definition; remove it, or write `: name` where the definition begins"),
    ("( 1 ; )", 1, 5, "this `;` ends no definition; remove it, or write `: name` where the definition begins"),
    (": f ( dup ;", 1, 11, "the quotation opened at line 1, column 5 is not closed before this `;`; write `)` first"),
    # lists
    ("[1 2]", 1, 4, "a comma is missing before `2`; write [1,2,3]"),
    ('["a""b"]', 1, 5, 'a comma is missing before `"b"`; write [1,2,3]'),
    ("[[1][2]]", 1, 5, "a comma is missing before `[`; write [1,2,3]"),
    ("[1,]", 1, 3, "an item is missing after this comma; remove the comma"),
    ("[1,\n]", 1, 3, "an item is missing after this comma; remove the comma"),
    ("[,1]", 1, 2, "an item is missing before this comma; write it, or remove the comma"),
    ("[1,,2]", 1, 4, "an item is missing before this comma; write it, or remove the comma"),
    ("[1 +]", 1, 4, "`+` cannot stand in a list of literals; close it with `]` first, or write a quotation as ( ... )"),
    ("[c0]", 1, 2, "`c0` cannot stand in a list of literals; close it with `]` first, or write a quotation as ( ... )"),
    ("[( 1 )]", 1, 2, "`(` cannot stand in a list of literals; close it with `]` first, or write a quotation as ( ... )"),
    ("[1;2]", 1, 3, "`;` cannot stand in a list; separate the items by commas and close the list with `]`"),
    ("[1:2]", 1, 3, "`:` cannot stand in a list; separate the items by commas and close the list with `]`"),
    ("[null]", 1, 2, '`null` is not a value; write an integer, true, false, a string or a list, such as "" or []'),
    ("[1, 2.5]", 1, 5, "`2.5` is not an integer, and there are no fractions; write an integer such as 12"),
    ("['a']", 1, 2, "strings stand in double quotes; write \"text\" instead of `'a'`"),
    ('[1,"a"]', 1, 4, "a list holds items of one type, but here Str follows Int; make two lists, or change the item"),
    ("[true, 1]", 1, 8, "a list holds items of one type, but here Int follows Bool; make two lists, or change the item"),
    ('[[],[1],["a"]]', 1, 9, "a list holds items of one type, but here List[Str] follows List[Int]; make two lists, or change the item"),
    ("[[],1]", 1, 5, "a list holds items of one type, but here Int follows List[a]; make two lists, or change the item"),
    ("[1,[]]", 1, 4, "a list holds items of one type, but here List[a] follows Int; make two lists, or change the item"),
    (
        '1 [["a"]]',
        1,
        3,
        "List[List[Str]] is not a type of the language; lists may hold Int, Bool, Str or List[Int]; write one of these instead",
    ),
    (
        "[[[1]]]",
        1,
        1,
        "List[List[List[Int]]] is not a type of the language; lists may hold Int, Bool, Str or List[Int]; write one of these instead",
    ),
    (",", 1, 1, "commas stand between the items of a list only; separate words by spaces"),
    ("1, 2", 1, 2, "commas stand between the items of a list only; separate words by spaces"),
    # definitions
    (":", 1, 1, "a name is missing after this `:`; write a definition as : name ... ;"),
    (": ;", 1, 1, "a name is missing after this `:`; write a definition as : name ... ;"),
    (": f dup ; : ( dup ) ;", 1, 11, "a name is missing after this `:`; write a definition as : name ... ;"),
    (": 5 dup ;", 1, 3, "`5` cannot be the name of a definition; write a word that is not an integer"),
    (': "f" dup ;', 1, 3, '`"f"` cannot be the name of a definition; write a word that is not a string'),
    (": c0 dup ;", 1, 3, "`c0` cannot be the name of a definition; write a word that is not a constant `c0`..`c3`"),
    (": true dup ;", 1, 3, "`true` cannot be the name of a definition; write a word that is not `true` or `false`"),
    (": dup 1 ;", 1, 3, "`dup` is already a word of the language; choose another name"),
    (
        ": 1.5 1 ;",
        1,
        3,
        "a definition cannot have this name: `1.5` is not an integer, and there are no fractions; write an integer such as 12",
    ),
    (": f dup ; : f drop ;", 1, 13, "`f` is defined twice; give one of the two another name"),
    (": f 1 ;\n: g h ;\n: h f ; g", 2, 5, "`h` is defined only further down; move its definition above that of `g`"),
    (": f ( f ) dip ;", 1, 7, "`f` cannot use itself; repeat with times, fold or unfold"),
    (
        ": f dup : g drop ; ;",
        1,
        9,
        "a definition cannot stand inside another; write `;` first, where the one begun at line 1, column 1 ends",
    ),
    ("1 : f dup ; f", 1, 3, "definitions stand before the body of the program; move this one to the start"),
    ("( : f dup ; )", 1, 3, "a definition cannot stand inside a quotation; move it to the start of the program"),
    # literals of other languages
    ("1.5", 1, 1, "`1.5` is not an integer, and there are no fractions; write an integer such as 12"),
    ("1e5", 1, 1, "`1e5` is not an integer, and there are no fractions; write an integer such as 12"),
    ("2 .5", 1, 3, "`.5` is not an integer, and there are no fractions; write an integer such as 12"),
    ("+5", 1, 1, "`+5` is not an integer of the language; write 5, without the plus sign"),
    ("007", 1, 1, "`007` begins with a zero; write the integer without leading zeros"),
    ("-01", 1, 1, "`-01` begins with a zero; write the integer without leading zeros"),
    ("1_000", 1, 1, "`1_000` is not an integer of the language; write it with the digits 0-9 alone, in decimal"),
    ("0x1F", 1, 1, "`0x1F` is not an integer of the language; write it with the digits 0-9 alone, in decimal"),
    ("\u0663", 1, 1, "`\u0663` is not an integer of the language; write it with the digits 0-9 alone, in decimal"),
    ("NaN", 1, 1, "`NaN` is not a value, because numbers are integers; write an integer such as 12"),
    ("-Infinity", 1, 1, "`-Infinity` is not a value, because numbers are integers; write an integer such as 12"),
    ("True", 1, 1, "`True` is not a value; write true or false in lower case"),
    ("1 None", 1, 3, '`None` is not a value; write an integer, true, false, a string or a list, such as "" or []'),
    ("C0", 1, 1, "`C0` is not a constant; write one of c0 to c3"),
    ("c00", 1, 1, "`c00` is not a constant; write one of c0 to c3"),
    ("c4", 1, 1, "`c4` is not a constant; write one of c0 to c3"),
    ("'abc'", 1, 1, "strings stand in double quotes; write \"text\" instead of `'abc'`"),
    ("\u201cabc\u201d", 1, 1, 'strings stand in double quotes; write "text" instead of `\u201cabc\u201d`'),
    ("1 {2}", 1, 3, "`{` has no meaning here; write a list as [1,2] and a quotation as ( dup + )"),
    ("-- sum", 1, 1, "unknown word `--`; a comment begins with # and goes on to the end of its line"),
    # integers that are too large
    (str(INT64), 1, 1, f"this integer, of 19 digits, does not fit in 64 bits; write one within {-INT64}..{INT64 - 1}"),
    (str(-INT64 - 1), 1, 1, f"this integer, of 19 digits, does not fit in 64 bits; write one within {-INT64}..{INT64 - 1}"),
    ("1 -" + "9" * 5000, 1, 3, f"this integer, of 5000 digits, does not fit in 64 bits; write one within {-INT64}..{INT64 - 1}"),
    # strings
    ('1 "abc', 1, 3, 'this string is not closed on its line; add `"` (a line break inside a string is written \\n)'),
    ('"abc\ndef"', 1, 1, 'this string is not closed on its line; add `"` (a line break inside a string is written \\n)'),
    ('"abc\\"', 1, 1, 'this string is not closed on its line; add `"` (a line break inside a string is written \\n)'),
    (r'"a\x41"', 1, 3, r"`\x` is not an escape of a JSON string; write one of \" \\ \/ \b \f \n \r \t \u00e9"),
    (r'"a\u12"', 1, 3, r"`\u` is followed by four hexadecimal digits, such as \u00e9; write all four"),
    ('"a\tb"', 1, 3, r"a string cannot hold the character U+0009 as it is; write \t"),
    ('"\0"', 1, 2, r"a string cannot hold the character U+0000 as it is; write \u0000"),
    (
        r'1 "ab\\\ud800"',
        1,
        8,
        r"`\ud800` is half of a surrogate pair and no character; write both halves, such as \ud83d\ude00, or the character itself",
    ),
    (
        r'"\ude00\ud83d"',
        1,
        2,
        r"`\ude00` is half of a surrogate pair and no character; write both halves, such as \ud83d\ude00, or the character itself",
    ),
    (
        '"\ud800"',
        1,
        2,
        r"`U+D800` is half of a surrogate pair and no character; write both halves, such as \ud83d\ude00, or the character itself",
    ),
    # characters that would not be seen
    ("1\u00a02", 1, 2, "U+00A0 (NO-BREAK SPACE) cannot stand here; write a plain space instead"),
    ("1 \u3000", 1, 3, "U+3000 (IDEOGRAPHIC SPACE) cannot stand here; write a plain space instead"),
    ("1\x0c", 1, 2, "U+000C (a control character) cannot stand here; write a plain space instead"),
    ("dup\u200b", 1, 4, "U+200B (ZERO WIDTH SPACE) cannot stand here; remove it, or write it inside a string"),
    ("[1\u200b]", 1, 3, "U+200B (ZERO WIDTH SPACE) cannot stand here; remove it, or write it inside a string"),
    (": f\u202e dup ;", 1, 4, "U+202E (RIGHT-TO-LEFT OVERRIDE) cannot stand here; remove it, or write it inside a string"),
    ("1 \ufeff", 1, 3, "U+FEFF (ZERO WIDTH NO-BREAK SPACE) cannot stand here; remove it, or write it inside a string"),
    ("\0", 1, 1, "U+0000 (a control character) cannot stand here; remove it, or write it inside a string"),
    ("dup\0", 1, 4, "U+0000 (a control character) cannot stand here; remove it, or write it inside a string"),
    ("dup \udc80", 1, 5, "U+DC80 is half of a surrogate pair, so the text was not valid UTF-8; save it as UTF-8"),
]


@pytest.mark.parametrize(("text", "line", "column", "sentence"), ERRORS, ids=[ascii(row[0][:30]) for row in ERRORS])
def test_message(text: str, line: int, column: int, sentence: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)
    first, shown, caret = str(caught.value).split("\n")
    assert first == f"line {line}, column {column}: {sentence}"
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caret == " " * (len(caret) - 1) + "^"
    # In these texts the line is short and every character one column wide, so the caret stands under the very character.
    if len(text) < 70 and column <= len(text.split("\n")[line - 1]):
        wrong = text.split("\n")[line - 1][column - 1]
        assert shown[len(caret) - 1] == (wrong if wrong.isprintable() else " " if wrong == "\t" else "?")
    str(caught.value).encode("utf-8")


UNKNOWN = [
    ("[3,1,2] srt", 9, "unknown word `srt`; did you mean ", "`sort`"),
    ("1 ( inc2 ) call", 5, "unknown word `inc2`; did you mean ", "`inc`"),
    ("Map", 1, "unknown word `Map`; did you mean `map`?", "`map`"),
    (": swop-two swap ; swop-twp", 19, "unknown word `swop-twp`; did you mean ", "`swop-two`"),
    ("qqqqqqqq", 1, "unknown word `qqqqqqqq`; `flowforth ops` lists the words", ""),
    ("q" * 100, 1, f"unknown word `{'q' * 30}...`; `flowforth ops` lists the words", ""),
]


@pytest.mark.parametrize(("text", "column", "sentence", "suggestion"), UNKNOWN)
def test_unknown_word(text: str, column: int, sentence: str, suggestion: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)
    first = str(caught.value).split("\n")[0]
    assert first.startswith(f"line 1, column {column}: {sentence}")
    assert suggestion in first
    assert caught.value.expected == ("a word",)


def test_names_of_other_languages_are_suggested() -> None:
    alias, op = next((alias, op) for op in OPS.values() for alias in op.suites.values() if alias.isalpha() and alias.lower() not in OPS)
    with pytest.raises(ParseError, match="did you mean") as caught:
        parse(alias)
    assert "did you mean `" in str(caught.value)
    wanted = [other.name for other in OPS.values() if alias.lower() in [name.lower() for name in other.suites.values()]]
    assert op.name in wanted
    assert any(f"`{name}`" in str(caught.value) for name in wanted)


def test_whole_message() -> None:
    with pytest.raises(ParseError) as caught:
        parse("# sum\n[1,2] \tsumm", name="prog.ff")
    lines = str(caught.value).split("\n")
    assert lines[0].startswith("prog.ff: line 2, column 8: unknown word `summ`; did you mean `sum`")
    assert lines[1:] == ["  [1,2]  summ", "         ^"]


def test_expected_is_in_the_users_words() -> None:
    with pytest.raises(ParseError) as caught:
        parse("[1 2]")
    assert caught.value.expected == ("`]`", "`,`")
    with pytest.raises(ParseError) as caught:
        parse(": 1 ;")
    assert caught.value.expected == ("a word",)
    with pytest.raises(ParseError) as caught:
        parse("1 )")
    assert caught.value.expected == (
        "an integer",
        "a string",
        "`true` or `false`",
        "a constant `c0`..`c3`",
        "a word",
        "`(`",
        "`[`",
        "the end of the program",
    )


@pytest.mark.parametrize("before", [0, 30, 37, 38, 39, 40, 200])
@pytest.mark.parametrize("after", [0, 30, 37, 38, 39, 200])
def test_long_lines_are_shortened_around_the_caret(before: int, after: int) -> None:
    with pytest.raises(ParseError) as caught:
        parse(" " * before + "}" + " " * after)
    _, shown, caret = str(caught.value).split("\n")
    assert shown[len(caret) - 1] == "}"
    assert len(shown) <= 84
    assert caught.value.column == before + 1


def test_wide_characters_move_the_caret() -> None:
    with pytest.raises(ParseError) as caught:
        parse('"日本e\u0301" }')
    assert str(caught.value).split("\n")[1:] == ['  "日本e\u0301" }', " " * 10 + "^"]


def test_nesting_limit() -> None:
    for opening, closing in ("()", "[]"):
        with pytest.raises(ParseError, match=f"more than {MAX_NESTING} deep") as caught:
            parse(opening * 100_000)
        assert caught.value.column == MAX_NESTING + 1
        with pytest.raises(ParseError):
            parse(opening * 100_000 + closing * 100_000)
    assert len(parse("(" * MAX_NESTING + "1" + ")" * MAX_NESTING)) == 1
    with pytest.raises(ParseError, match="deep"):
        parse("(" * MAX_NESTING + "[]" + ")" * MAX_NESTING)


def test_length_limits() -> None:
    assert parse("#" * MAX_CHARACTERS) == Program()
    with pytest.raises(ParseError, match=r"1,000,001 characters, more than 1,000,000; write a shorter program"):
        parse("#" * (MAX_CHARACTERS + 1))
    with pytest.raises(ParseError, match="more than 10,000 words") as caught:
        parse("1 " * (MAX_TOKENS + 1))
    assert caught.value.column == 2 * MAX_TOKENS + 1
    assert len(parse("1 " * MAX_TOKENS)) == MAX_TOKENS


HOSTILE = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from dsl.errors import ParseError
from dsl.ops import OPS
from dsl.parser import MAX_TOKENS, parse
texts = [
    "x" * 50_000_000,
    '"' + "x" * 50_000_000 + '"',
    "x" * 1_000_000,
    "1" * 1_000_000,
    '"' + "x" * 999_999,
    '"' + chr(92) + "n" * 499_999,
    '"' + (chr(92) + "n") * 499_990 + chr(92) + "x",
    '"' + (chr(92) + "ud800") * 160_000 + '"',
    chr(0) * 1_000_000,
    chr(0xDC80) * 1_000_000,
    "(" * 1_000_000,
    "dup " * 250_000,
    "dup " * (MAX_TOKENS - 1) + "foo",
    "#" + chr(10),
    ("#x" + chr(10)) * 330_000 + "foo",
    chr(10) * 999_990 + "foo",
    chr(13) * 999_990 + "foo",
    "[" + "1," * (MAX_TOKENS // 2 - 2) + "true]",
    "[" + "[]," * (MAX_TOKENS // 3 - 1) + "1]",
    '""' * 500_000,
    "".join(f": f{i} ;" for i in range(MAX_TOKENS // 3)) + "foo",
    "".join(f": f{i} ( ) ;" for i in range(MAX_TOKENS // 5 - 1)) + "f0 g",
    "( " * 99 + "[1] " * (MAX_TOKENS // 3 - 40),
]
limits = 0
for text in texts:
    start = time.process_time()
    try:
        parse(text)
        kind = "program"
    except ParseError as error:
        kind = "error" if len(str(error)) < 1000 else "long message"
        limits += "words, literals and brackets" in str(error)
    print(kind, time.process_time() - start)
print("limits", limits)
"""


def test_hostile_texts_end_in_one_short_message_within_time_and_memory() -> None:
    """Seconds of processor time for each and 1 GiB of address space, in a process of its own."""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", HOSTILE], capture_output=True, text=True, cwd=root, timeout=300)
    assert done.returncode == 0, done.stderr
    *rows, (_, limits) = (line.rsplit(" ", 1) for line in done.stdout.splitlines())
    assert [kind for kind, _ in rows].count("program") == 1  # the lone comment
    assert {kind for kind, _ in rows} == {"error", "program"}
    assert len(rows) == 23
    assert limits == "2"  # the others are read to their end
    assert max(float(seconds) for _, seconds in rows) < 10, "two seconds at most on an idle machine"
