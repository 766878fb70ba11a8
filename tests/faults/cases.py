"""Malformed and hostile programs, tasks and arguments, each with the exit code and the words that the one message must have.

Contents are functions where they are large, so that collecting the tests costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Content = str | bytes | Callable[[], "str | bytes"]


@dataclass(frozen=True)
class Case:
    """One call of the command. `{file}` in the arguments is the path of a file with `content`, whose name ends in `suffix`."""

    name: str
    argv: tuple[str, ...]
    says: str
    code: int = 2
    content: Content | None = None
    suffix: str = ".txt"
    stdin: Content | None = None
    alone: bool = False
    """Also run in a process of its own, limited to 1 GiB and 2 seconds of processor time."""


def program(name: str, text: Content, says: str, *, code: int = 2, alone: bool = False, inputs: tuple[str, ...] = ()) -> Case:
    """A program in a file, run on inputs."""
    given = tuple(part for value in inputs for part in ("--input", value))
    return Case(f"program: {name}", ("run", "{file}", *given), says, code, content=text, suffix=".ff", alone=alone)


def stuck(name: str, text: Content, reason: str, *, alone: bool = False, inputs: tuple[str, ...] = ()) -> Case:
    """A program that runs and gets stuck."""
    return program(name, text, f"stuck ({reason})", code=1, alone=alone, inputs=inputs)


def tasks(name: str, suffix: str, text: Content, says: str, *, alone: bool = False, options: tuple[str, ...] = ()) -> Case:
    """A task file that is refused."""
    return Case(f"{suffix[1:]}: {name}", ("tasks", "{file}", *options), says, content=text, suffix=suffix, alone=alone)


def called(name: str, *argv: str, says: str, code: int = 2, stdin: Content | None = None) -> Case:
    """Arguments that are refused."""
    return Case(f"arguments: {name}", argv, says, code, stdin=stdin)


def doubling(body: str, levels: int) -> str:
    """Definitions, each of which runs the one before it twice, and the last one as the program."""
    first = f": d0 {body} ;"
    return " ".join([first, *(f": d{i} d{i - 1} d{i - 1} ;" for i in range(1, levels)), f"d{levels - 1}"])


def nested(opening: str, core: str, closing: str, depth: int) -> str:
    """`core` inside so many brackets."""
    return opening * depth + core + closing * depth


TEXTS = (
    program("empty file", "", "the file is empty"),
    program("only blanks", " \n\t\n", "the file is empty"),
    program("unknown word", "[1] srot", "unknown word `srot`; did you mean"),
    program("unclosed list", "[1, 2", "this list is never closed"),
    program("unclosed quotation", "[1] ( inc", "this quotation is never closed"),
    program("unclosed definition", ": twice dup", "this definition is never closed"),
    program("unclosed string", '"abc', "this string is not closed"),
    program("string over two lines", '"abc\ndef"', "this string is not closed on its line"),
    program("closing quotation", "1 )", "this `)` closes nothing"),
    program("closing list", "1 ]", "this `]` closes nothing"),
    program("stray semicolon", "1 ;", "this `;` ends no definition"),
    program("crossed brackets", "[1] ( inc ]", "is closed by `]`"),
    program("braces", "{ 1 }", "`{` has no meaning here"),
    program("fraction", "1.5", "`1.5` is not an integer"),
    program("NaN", "NaN", "`NaN` is not a value"),
    program("infinity", "-Infinity", "`-Infinity` is not a value"),
    program("null", "null", "`null` is not a value"),
    program("capital True", "True", "write true or false in lower case"),
    program("leading zero", "007", "begins with a zero"),
    program("plus sign", "+5", "without the plus sign"),
    program("hexadecimal", "0x1F", "is not an integer"),
    program("exponent", "1e9", "is not an integer"),
    program("single quotes", "'abc'", "strings stand in double quotes"),
    program("typographic quotes", "\u201cabc\u201d", "strings stand in double quotes"),
    program("bad escape", '"\\q"', "is not an escape"),
    program("short escape", '"\\u12"', "four hexadecimal digits"),
    program("lone surrogate escape", '"\\ud800"', "half of a surrogate pair"),
    program("raw control character", '"a\x07b"', "cannot hold the character U+0007"),
    program("NUL byte", "1 \0 2", "U+0000"),
    program("NUL byte in a string", '"a\0b"', "U+0000"),
    program("bad UTF-8", b"1 \xff 2", "byte 0xff at offset 2 is not UTF-8"),
    program("truncated UTF-8", b'"caf\xc3', "is not UTF-8"),
    program("UTF-16", "1 2 +".encode("utf-16"), "UTF-16"),
    program("mixed list", '[1, "a"]', "a list holds items of one type"),
    program("booleans among integers", "[1, true]", "a list holds items of one type"),
    program("deep literal", "[[[1]]]", "List[List[List[Int]]]"),
    program("list of lists of strings", '[["a"]]', "List[List[Str]]"),
    program("trailing comma", "[1, ]", "an item is missing after this comma"),
    program("double comma", "[1,, 2]", "an item is missing before this comma"),
    program("missing comma", "[1 2]", "a comma is missing"),
    program("comma outside a list", "1, 2", "commas stand between the items of a list only"),
    program("word in a list", "[1, dup]", "cannot stand in a list"),
    program("definition without a name", ": ;", "a name is missing"),
    program("definition of an op", ": dup drop ;", "`dup` is already a word of the language"),
    program("definition of a number", ": 5 drop ;", "cannot be the name of a definition"),
    program("definition twice", ": a dup ; : a drop ; a", "defined twice"),
    program("recursion", ": a a ; a", "`a` cannot use itself"),
    program("mutual recursion", ": a b ; : b a ; a", "defined only further down"),
    program("definition in a quotation", "( : a dup ; )", "a definition cannot stand inside a quotation"),
    program("definition after the body", "1 : a dup ;", "definitions stand before the body"),
    program("constant too high", "c4", "`c4` is not a constant"),
    program("C comment", "// dup", "a comment begins with #"),
    program("no-break space", "1\u00a02", "U+00A0"),
    program("right-to-left override", "1 \u202e 2", "U+202E"),
    program("integer of 5,000 digits", "9" * 5000, "5000 digits, does not fit in 64 bits"),
    program("integer of 65 bits", "9223372036854775808", "does not fit in 64 bits"),
    program("integer of 2 million digits", lambda: "9" * 2_000_000, "characters", alone=True),
    program("100,000 opening brackets", lambda: "[" * 100_000, "nest", alone=True),
    program("100,000 opening parentheses", lambda: "( " * 100_000, "nest", alone=True),
    program("100,000 nested quotations", lambda: nested("( ", "1 ", ") ", 100_000), "nest"),
    program("string of 50 MB", lambda: b'"' + b"x" * 50_000_000 + b'"', "longer than 4 MB", alone=True),
    program("string of 3 MB", lambda: '"' + "x" * 3_000_000 + '"', "more than 1,000,000"),
    program("word of 900 kB", lambda: "x" * 900_000, "unknown word", alone=True),
    program("400,000 words", lambda: "dup " * 250_000, "more than 10,000 words", alone=True),
    program("comment of 3 MB", lambda: "#" + "x" * 3_000_000, "more than 1,000,000"),
)

TYPES = (
    program("nothing to add", "1 +", "`+` wants Int Int on top of the stack"),
    program("text plus number", '"a" 1 +', "`+` wants Int Int"),
    program("branches of two types", 'true ( 1 ) ( "a" ) if', "its two branches must leave the same types"),
    program("branches of two heights", "1 true ( dup ) ( ) if", "`if` wants"),
    program("quotation left over", "( inc )", "a quotation is left on the stack"),
    program("quotation of the wrong type", '[1] ( "a" concat ) map', "`map` wants"),
    program("loop that grows", "3 ( 1 ) times", "`times` wants"),
    program("inputs too few", "+", "`+` wants Int Int", inputs=("1",)),
    program("input of another type", "inc", "`inc` wants Int", inputs=('"a"',)),
    program("type error in a definition", ': a "x" inc ; a', "`inc` wants Int"),
    program("doubling pushes", doubling("1", 40), "more than 128 values", alone=True),
    program("doubling drops", doubling("drop", 40), "more than 128 values", alone=True),
    program("doubling sums", doubling("+", 40), "more than 128 values", alone=True),
    program("9,000 literals", "1 " * 9_000, "more than 128 values", alone=True),
    program("4,000 quotations", "( 1 ) " * 2_000, "more than 128 values", alone=True),
    program("9,000 constants", "c0 " * 9_000, "more than 128 values"),
    program("90 nested bi@", "1 2 " + nested("( ", "inc ", ") bi@ ", 90), "`bi@` wants", alone=True),
)

BOMBS = (
    stuck("forty times dup concat", '"a"' + " dup concat" * 40, "size", alone=True),
    stuck("forty times dup ++", "[1]" + " dup ++" * 40, "size"),
    stuck("doubling in a loop", "[1] 1000000 ( dup ++ ) times", "size"),
    stuck("doubling text in a loop", '"ab" 1000000 ( dup concat ) times', "size"),
    stuck("doubling definitions that run", doubling("inc", 30), "fuel", inputs=("1",), alone=True),
    stuck("nested loops", "1 1000 ( 1000 ( 1000 ( inc ) times ) times ) times", "fuel", alone=True),
    stuck("nested empty loops", "1000000 ( 1000000 ( 1000000 ( ) times ) times ) times", "fuel", alone=True),
    stuck("sixty nested loops", "1 " + nested("2 ( ", "inc ", ") times ", 60), "fuel", alone=True),
    stuck("nested maps", "64 iota ( drop 64 iota ( drop 64 iota ( drop 64 iota sum ) map sum ) map sum ) map sum", "fuel", alone=True),
    stuck("nested folds", "64 iota 0 ( drop 64 iota 0 ( drop 64 iota 0 ( + ) fold + ) fold + ) fold", "fuel"),
    stuck("iota of two billion", "2147483647 iota", "size", alone=True),
    stuck("replicate two billion times", "1 2147483647 replicate", "size"),
    stuck("repeat two billion times", '"abc" 2147483647 repeat', "size"),
    stuck("tower of powers", "2 2147483647 pow", "range"),
    stuck("forty squares", "3 " + "square " * 40, "range"),
    stuck("join of long pieces", f'64 iota ( int>str ) map "{"x" * 250}" join', "size"),
    stuck("replace-all that grows", f'"{"a" * 250}" "a" "{"b" * 250}" replace-all', "size"),
    stuck("ninety-nine nested calls", nested("( ", "1 ", ") call ", 99), "size", alone=True),
    stuck(
        "three hundred nested definitions",
        ": e0 inc ; " + " ".join(f": e{i} e{i - 1} ;" for i in range(1, 300)) + " e299",
        "size",
        inputs=("1",),
    ),
    stuck("one hundred literals", "1 " * 100, "size"),
    stuck("integer of 63 bits", "9223372036854775807", "range"),
    stuck("long literal", lambda: '"' + "x" * 300 + '"', "size"),
    stuck("long list literal", "[" + ",".join(["1"] * 65) + "]", "size"),
    stuck("division by zero", "1 0 div", "undefined"),
    stuck("head of nothing", "[] head", "undefined"),
    stuck("constant without a value", "c0 inc", "underflow"),
    stuck("overflow", "2147483647 inc", "range"),
    Case("input outside the limits", ("run", "inc", "--input", "4294967296"), "an input or constant is outside the limits", 1),
    Case("trace of a loop bomb", ("trace", "1 1000 ( 1000 ( 1000 ( inc ) times ) times ) times"), "stuck (fuel)", 1, alone=True),
    Case("trace of forty concats", ("trace", '"a"' + " dup concat" * 40), "stuck (size)", 1, alone=True),
    Case("steps of a loop bomb", ("run", "1 100000 ( inc ) times", "--steps"), "stuck (fuel)", 1, alone=True),
    Case("Python of sixty nested loops", ("python", "1 " + nested("2 ( ", "inc ", ") times ", 60)), "loops", alone=True),
    Case("Python of ninety nested calls", ("python", nested("( ", "1 ", ") call ", 90)), "deep"),
)

EXAMPLE = '{"inputs": [1], "output": 2}'
TASK = f'{{"examples": [{EXAMPLE}]}}'

JSON = (
    tasks("empty file", ".json", "", "the file is empty"),
    tasks("blank file", ".json", "\n\n", "the file is empty"),
    tasks("truncated", ".json", TASK[:-5], ":1:", alone=True),
    tasks("truncated in a string", ".json", '{"exampl', "has no closing"),
    tasks("text after the value", ".json", TASK + "\n" + TASK, ":2:1: the value ends before this"),
    tasks("duplicate key", ".json", f'{{"examples": [{EXAMPLE}], "name": "a", "name": "b"}}', 'the key "name" stands twice'),
    tasks("duplicate key in an example", ".json", '[{"inputs": [1], "output": 1,\n "output": 2}]', ":2:2: the key"),
    tasks("duplicate key, escaped", ".json", f'{{"examples": [{EXAMPLE}], "name": "a", "\\u006eame": "b"}}', "stands twice"),
    tasks("NaN", ".json", '[{"inputs": [NaN], "output": 1}]', "NaN is not JSON"),
    tasks("Infinity", ".json", '[{"inputs": [1], "output": -Infinity}]', "-Infinity is not JSON"),
    tasks("fraction", ".json", '[{"inputs": [1.5], "output": 1}]', "the number 1.5 is not a value"),
    tasks("fraction beyond floating point", ".json", '[{"inputs": [1e999], "output": 1}]', "is not a value"),
    tasks("null", ".json", '[{"inputs": [null], "output": 1}]', "null is not a value"),
    tasks("object as a value", ".json", '[{"inputs": [{"a": 1}], "output": 1}]', "an object is not a value"),
    tasks("integer of 65 bits", ".json", '[{"inputs": [18446744073709551616], "output": 1}]', "does not fit in 64 bits"),
    tasks("integer of 5,000 digits", ".json", f'[{{"inputs": [{"9" * 5000}], "output": 1}}]', "(5000 digits) does not fit"),
    tasks("integer of 3 million digits", ".json", lambda: f'[{{"inputs": [{"9" * 3_000_000}], "output": 1}}]', "does not fit", alone=True),
    tasks("deep list", ".json", '[{"inputs": [[[[1]]]], "output": 1}]', "two deep at most"),
    tasks("nesting of 100,000", ".json", lambda: "[" * 100_000, "nested more than 32 deep", alone=True),
    tasks("nesting of 100,000, closed", ".json", lambda: nested("[", "", "]", 100_000), "nested more than 32 deep"),
    tasks("objects nested 100,000 deep", ".json", lambda: nested('{"a":', "1", "}", 100_000), "nested more than 32 deep"),
    tasks("deep metadata", ".json", f'{{"examples": [{EXAMPLE}], "x": {nested("[", "", "]", 500)}}}', "nested more than 32 deep"),
    tasks("bad UTF-8", ".json", b'{"name": "\xe9"}', ":1: byte 0xe9 at offset 10 is not UTF-8"),
    tasks("overlong UTF-8", ".json", b'{"name": "\xc0\xaf"}', "is not UTF-8"),
    tasks("UTF-16", ".json", TASK.encode("utf-16"), "the file is UTF-16"),
    tasks("NUL byte", ".json", '{"name": "a\0"}', "a raw control character"),
    tasks("NUL bytes alone", ".json", b"\0" * 100, "expected a value"),
    tasks("lone surrogate", ".json", '[{"inputs": ["\\udc00"], "output": 1}]', "half of a surrogate pair"),
    tasks("string of 50 MB", ".json", lambda: b'[{"inputs": ["' + b"x" * 50_000_000 + b'"], "output": 1}]', "longer than 4 MB", alone=True),
    tasks("string of 2 MB", ".json", lambda: '[{"inputs": ["' + "x" * 2_000_000 + '"], "output": 1}]', "at most 1,000,000 are read"),
    tasks(
        "list of a million",
        ".json",
        lambda: '[{"inputs": [[' + "1," * 1_000_000 + '1]], "output": 1}]',
        "at most 65,536 are read",
        alone=True,
    ),
    tasks("a million inputs", ".json", lambda: '[{"inputs": [' + "1," * 1_000_000 + '1], "output": 1}]', "at most 64 fit"),
    tasks("a million empty lists", ".json", lambda: "[" + "[]," * 1_000_000 + "[]]", "a task is an object", alone=True),
    tasks("no examples", ".json", "{}", "no key 'examples'"),
    tasks("empty examples", ".json", '{"examples": []}', "at least one example"),
    tasks("misspelt key", ".json", '{"exampels": []}', "did you mean 'examples'?"),
    tasks("misspelt held_out", ".json", f'{{"examples": [{EXAMPLE}], "heldout": []}}', "did you mean 'held_out'?"),
    tasks("example as a list", ".json", '{"examples": [[1, 2]]}', "an example is"),
    tasks("example without an output", ".json", '{"examples": [{"inputs": [1]}]}', "has no 'output'"),
    tasks("inputs not a list", ".json", '{"examples": [{"inputs": 1, "output": 2}]}', "write a list, also for one input"),
    tasks("types that change", ".json", f'[{EXAMPLE},\n{{"inputs": ["a"], "output": 2}}]', ":2:13: input 1 of example 2 is Str"),
    tasks("outputs that change", ".json", f'[{EXAMPLE},\n{{"inputs": [1], "output": true}}]', "the output of example 2 is Bool"),
    tasks("mixed list", ".json", '[{"inputs": [[1, "a"]], "output": 1}]', "a list holds items of one type"),
    tasks("numbers of inputs that change", ".json", f'[{EXAMPLE},\n{{"inputs": [1, 2], "output": 2}}]', "example 2 has 2 inputs"),
    tasks(
        "argument names too few", ".json", f'{{"arguments": [], "constants": {{}}, "examples": [{EXAMPLE}]}}', "'constants' is an object"
    ),
    tasks("name as a number", ".json", f'{{"name": 1, "examples": [{EXAMPLE}]}}', "'name' is a number"),
    tasks("a number alone", ".json", "17", "a task file holds an object or a list"),
    tasks("an empty list", ".json", "[]", "the list is empty"),
    tasks("single quotes", ".json", "{'examples': []}", "expected a key in double quotes"),
    tasks("trailing comma", ".json", f"[{EXAMPLE},]", "expected a value"),
    tasks("comment", ".json", f"// ours\n{TASK}", "expected a value"),
    tasks("an ending that says nothing", ".txt", TASK, "say which by --format"),
    tasks("bad second line", ".jsonl", f"{TASK}\n{TASK[:-3]}\n", ":2:"),
    tasks("number on a line", ".jsonl", f"{TASK}\n3\n", ":2:1: a task is an object"),
    tasks("blank lines only", ".jsonl", "\n \n\n", "the file is empty"),
    tasks("bad UTF-8 on line 2", ".jsonl", TASK.encode() + b"\n\xff\n", ":2: byte 0xff"),
    tasks("line of 5 MB", ".jsonl", lambda: TASK + "\n" + " " * 5_000_000, "line 2 is longer than 4 MB"),
    tasks("duplicate key on line 3", ".jsonl", f'{TASK}\n\n{{"name": "", "name": ""}}\n', ":3:14: the key"),
    tasks("deep line", ".jsonl", lambda: "[" * 100_000, ":1:33: nested more than 32 deep"),
)

CSV = (
    tasks("empty file", ".csv", "", "the file is empty"),
    tasks("one column", ".csv", "a\n1\n", "only one column"),
    tasks("header alone", ".csv", "a,b\n", "no row has a value in the target column"),
    tasks("no filled target", ".csv", "a,b\n1,\n2,\n", "no row has a value in the target column"),
    tasks("ragged row", ".csv", "a,b\n1,2\n3\n", ":3:1: row 3: 1 cells, but the header has 2"),
    tasks("row too long", ".csv", "a,b\n1,2,3\n", "row 2: 3 cells"),
    tasks("duplicate column", ".csv", "a,a,b\n1,2,3\n", "column 2 has the name 'a'"),
    tasks("column without a name", ".csv", "a,,b\n1,2,3\n", "column 2 has no name"),
    tasks("unclosed quote", ".csv", 'a,b\n"1,2\n3,4\n', "row 2: a quoted cell that starts in this row has no closing"),
    tasks("text after a quote", ".csv", 'a,b\n"1"x,2\n', "row 2: text after the closing"),
    tasks("NUL byte", ".csv", "a,b\n1,\0\n", ":2:3: a NUL byte"),
    tasks("bad UTF-8", ".csv", b"a,b\n\xff,1\n", ":2: byte 0xff at offset 4"),
    tasks("UTF-16", ".csv", "a,b\n1,2\n".encode("utf-16"), "the file is UTF-16"),
    tasks("Latin-1", ".csv", "n\u00e9,b\n1,2\n".encode("latin-1"), ":1: byte 0xe9"),
    tasks("cell of 1 MB", ".csv", lambda: "a,b\n" + "x" * 1_000_000 + ",2\n", "row 2: a cell of more than"),
    tasks("file of 50 MB", ".csv", lambda: b"a,b\n" + b"x" * 50_000_000 + b",2\n", "longer than 4 MB", alone=True),
    tasks("a million rows", ".csv", lambda: "a,b\n" + ",\n" * 1_000_000, "more than 200,000 rows", alone=True),
    tasks("a million columns", ".csv", lambda: "," * 1_000_000 + "\n", "column 1 has no name"),
    tasks("delimiter left open", ".csv", "a,b;c\n1,2;3\n", "say which by --delimiter"),
    tasks("no such target", ".csv", "first,b\n1,2\n", "did you mean 'first'?", options=("--target", "frist")),
    tasks("delimiter of two characters", ".csv", "a,b\n1,2\n", "must be one character", options=("--delimiter", "::")),
    tasks(
        "one hundred columns", ".csv", ",".join(f"c{i}" for i in range(100)) + "\n" + ",".join("1" * 100) + "\n", "99 inputs; at most 64"
    ),
)

HEAD = "(set-logic SLIA)\n(synth-fun f ((s String)) String)\n"

SYGUS = (
    tasks("empty file", ".sl", "", "the file is empty"),
    tasks("comments alone", ".sl", "; nothing\n", "no synth-fun"),
    tasks("truncated", ".sl", HEAD + '(constraint (= (f "a"', ":3:1: the parenthesis that opens here is never closed", alone=True),
    tasks("truncated in a string", ".sl", HEAD + '(constraint (= (f "a', "has no closing"),
    tasks("no check-synth", ".sl", HEAD + '(constraint (= (f "a") "b"))', "no (check-synth) at the end"),
    tasks("closing parenthesis too many", ".sl", HEAD + "))", ":3:1: a closing parenthesis too many"),
    tasks("other logic", ".sl", "(set-logic LIA)", "logic LIA is not read"),
    tasks("bit vectors", ".sl", "(set-logic BV)", "logic BV is not read"),
    tasks("no logic", ".sl", "(synth-fun f () Int)", "expected (set-logic SLIA) before"),
    tasks("two functions", ".sl", HEAD + "(synth-fun g () Int)", ":3:1: a second synth-fun"),
    tasks("quantifier", ".sl", HEAD + "(constraint (forall ((x Int)) (= x x)))", "is no example: (forall"),
    tasks("inequality", ".sl", HEAD + '(constraint (>= (str.len (f "a")) 1))', "is no example"),
    tasks("variable in a constraint", ".sl", HEAD + '(declare-var s String)(constraint (= (f s) "a"))', "s is no string"),
    tasks("helper function", ".sl", HEAD + "(define-fun g () Int 1)", "the command define-fun is not read"),
    tasks("invariant", ".sl", "(set-logic SLIA)(synth-inv inv ((x Int)))", "the command synth-inv is not read"),
    tasks("argument of another sort", ".sl", HEAD + '(constraint (= (f 1) "a"))', "1 is Int, but f is declared with Str here"),
    tasks("arguments too many", ".sl", HEAD + '(constraint (= (f "a" "b") "a"))', "f takes 1 arguments; here it has 2"),
    tasks("real number", ".sl", HEAD + '(constraint (= (f 1.5) "a"))', "1.5 is no string"),
    tasks("unknown sort", ".sl", "(set-logic SLIA)(synth-fun f ((x Real)) Int)", "sort Real is not read"),
    tasks("grammar that is none", ".sl", "(set-logic SLIA)(synth-fun f ((x Int)) Int 5)", "expected a grammar"),
    tasks(
        "integer of 5,000 digits", ".sl", f"(set-logic SLIA)(synth-fun f ((x Int)) Int)(constraint (= (f {'9' * 5000}) 1))", "does not fit"
    ),
    tasks("nesting of 100,000", ".sl", lambda: HEAD + "(" * 100_000, "nested more than 100 deep", alone=True),
    tasks("nesting of 100,000, closed", ".sl", lambda: HEAD + nested("(", "", ")", 100_000), "nested more than 100 deep"),
    tasks("NUL byte", ".sl", HEAD + "\0", "expected a command in parentheses"),
    tasks("bad UTF-8", ".sl", HEAD.encode() + b"\xff", ":3: byte 0xff"),
    tasks("string of 50 MB", ".sl", lambda: HEAD + '(constraint (= (f "' + "x" * 50_000_000, "longer than 1 MB", alone=True),
    tasks("300,000 parentheses", ".sl", lambda: HEAD + "(set-info " + "()" * 300_000, "never closed", alone=True),
)

ARGUMENTS = (
    called("no subcommand", says="the following arguments are required: COMMAND"),
    called("unknown subcommand", "rnu", says="invalid choice: 'rnu'"),
    called("unknown option", "run", "1", "--frob", says="unrecognized arguments: --frob"),
    called("program without quotes", "run", "1", "2", "+", says="a program of several words stands in quotes"),
    called("no program", "run", says="the following arguments are required: PROGRAM"),
    called("program with a NUL", "run", "1 \0", says="U+0000"),
    called("program with broken UTF-8", "run", "\udcff", says="half of a surrogate pair"),
    called("a file that is not there", "run", "none/prog.ff", says="there is no file 'none/prog.ff' either"),
    called("standard input empty", "run", "-", says="<stdin>: the file is empty", stdin=""),
    called("standard input of bad UTF-8", "run", "-", says="<stdin>:1: byte 0xff", stdin=b"\xff"),
    called("standard input of 50 MB", "run", "-", says="longer than 4 MB", stdin=lambda: b"x" * 50_000_000),
    called("input that is no JSON", "run", "dup", "--input", "hello", says="text stands in quotes: --input '\"hello\"'"),
    called("input truncated", "run", "dup", "--input", "[1,", says="--input 1: the text ends too early"),
    called("second input null", "run", "+", "--input", "1", "--input", "null", says="--input 2: null is not a value"),
    called("input NaN", "run", "dup", "--input", "NaN", says="--input 1: NaN is not JSON"),
    called("input of 5,000 digits", "run", "dup", "--input", "9" * 5000, says="does not fit in 64 bits"),
    called("input nested 50,000 deep", "run", "dup", "--input", "[" * 50_000, says="nested more than 32 deep"),
    called("input of mixed types", "run", "dup", "--input", '[1, "a"]', says="--input 1: a list holds items of one type"),
    called("input empty", "run", "dup", "--input", "", says="--input 1: the text ends too early"),
    called("five constants", "run", "c0", "--constants", "1", "2", "3", "4", "5", says="5 constants; there are 4"),
    called("unknown profile", "run", "1", "--profile", "deepcodr", says="did you mean 'deepcoder'?"),
    called("unknown domain", "trace", "1", "--domain", "intervall", says="did you mean 'interval'?"),
    called("unknown op", "ops", "srot", says="did you mean 'rot'?"),
    called("op of a suite", "ops", "str.++", says="here it is called 'concat'"),
    called("unknown category", "ops", "--category", "list", says="did you mean 'lists'?"),
    called("unknown type", "python", "dup", "--types", "String", says="'String' is not a type"),
    called("program without a result", "python", "drop", says="leaves nothing on the stack"),
    called("graph of an unknown type", "graph", "--from", "Foo", "--to", "Int", says="'Foo' is not a type"),
    called("graph of no plans", "graph", "--from", "Int", "--to", "Int", "--k", "0", says="--k 0 must lie in 1..1000"),
    called("graph without a number", "graph", "--from", "Int", "--to", "Int", "--k", "x", says="invalid int value: 'x'"),
    called("graph of too long plans", "graph", "--from", "Int", "--to", "Int", "--max-length", "99999", says="must lie in 1..12"),
    called(
        "graph that leads nowhere",
        "graph",
        "--from",
        "Int",
        "--to",
        "List[Str]",
        "--max-length",
        "1",
        says="no way of at most 1 words",
        code=1,
    ),
    called("tasks from nowhere", "tasks", "none.json", says="none.json: no such file"),
    called("tasks from a directory", "tasks", ".", says="this is a directory"),
    called("tasks from standard input", "tasks", "-", says="need a format", stdin=TASK),
    called("tasks in a format unknown", "tasks", "-", "--format", "xml", says="unknown format 'xml'", stdin=TASK),
    called("tasks with a NUL in the name", "tasks", "a\0.json", says="no such file"),
    called("a target for JSON", "tasks", "-", "--format", "json", "--target", "x", says="are for CSV files", stdin=TASK),
)

CASES = (*TEXTS, *TYPES, *BOMBS, *JSON, *CSV, *SYGUS, *ARGUMENTS)
