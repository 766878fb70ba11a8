"""Python rendering: the function computes what the machine computes, is typed rightly, formatted as ruff leaves it, and readable (goldens).

`python -m tests.dsl.test_python` writes the goldens anew.
"""

from __future__ import annotations

import ast
import inspect
import random
import re
import subprocess
import sys
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from beartype import beartype

from dsl.effects import infer
from dsl.errors import ConfigError, DslError, StackError
from dsl.generate import Generator, random_value
from dsl.machine import run
from dsl.ops import OPS
from dsl.parser import parse
from dsl.program import Program
from dsl.python import render
from dsl.python.names import FUNCTIONS, RESULTS
from dsl.python.templates import fill, literal_text, spaced
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, Type, parse_type
from dsl.values import DEFAULT, PROFILES, Profile, Stuck, Value, to_json

GOLDENS = Path(__file__).parent / "goldens" / "python.txt"
LINE_LENGTH = 88


def compiled(source: str, name: str = "program", *, checked: bool = False) -> Any:
    """The function that a rendered source defines; `checked` has every function in it check its annotations when called."""
    tree = ast.parse(source)
    if checked:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                node.decorator_list = [ast.Name("beartype", ast.Load())]
    space: dict[str, Any] = {"beartype": beartype}
    exec(compile(ast.fix_missing_locations(tree), "<rendered>", "exec"), space)
    return space[name]


def agrees(program: Program, inputs: Sequence[Value], function: Any, profile: Profile = DEFAULT, constants: Sequence[Value] = ()) -> bool:
    """Asserts that the function gives the machine's answer; whether the machine has one."""
    stack = run(program, inputs, constants=constants, profile=profile)
    if isinstance(stack, Stuck):
        return False
    got = function(*map(to_json, inputs))
    wanted = to_json(stack[-1])
    assert repr(got) == repr(wanted), f"{program} on {inputs} with profile {profile.name}"
    return True


EXAMPLES = [(op.name, example.rpartition(" -> ")[0]) for op in OPS.values() for example in op.examples]


@pytest.mark.parametrize("word, text", EXAMPLES)
def test_worked_examples(word: str, text: str) -> None:
    program = parse(text)
    stack = run(program)
    if not isinstance(stack, Stuck):
        assert agrees(program, (), compiled(render(program), checked=True)) == bool(stack)
    else:
        ast.parse(render(program))


HAND_WRITTEN: tuple[tuple[str, tuple[tuple[Any, ...], ...]], ...] = (
    ("dup 0 > ( swap ) ( dup 5 < ( drop 2 ) when swap over + ) if -", ((1, 2), (4, -3), (4, 0), (9, 5))),
    ("dup ( over sum over > ( 1 + ) ( 2 * dup 3 mod over 5 mod + swap dup * + ) if ) map nip", (((1, 2, 3, 400),), ((),))),
    ("1 swap ( over over > ( swap ) ( over + over mod inc ) if ) times", ((7, 4), (3, 9), (5, 0), (5, -1))),
    ("1 2 rot ( swap ) times -", ((4,), (5,))),
    ("( 0 ( + ) fold ) ( 1 ( * ) fold ) bi -", (((1, 2, 3),), ((),))),
    ("0 ( dup even? ( + ) ( over positive? ( - ) ( 2 * - ) if ) if ) fold", (((1, 2, 3, 4, 5),),)),
    ("0 ( 0 ( over over > ( drop ) ( nip ) if ) fold + ) fold", ((((1, 5, 2), (), (4, -4)),),)),
    ("( 3 > ) ( dup dup * swap 2 mod + ) ( dup 2 mod 0 = ( 2 + ) ( 1 + ) if ) unfold", ((0,), (5,))),
    (": step dup even? ( 2 div ) ( 3 * inc ) if ; ( 1 = ) ( step ) ( step ) unfold length", ((7,), (1,))),
    (": both over over + rot rot - ; both both *", ((3, 4),)),
    (": keep-first over ; keep-first * -", ((3, 4),)),
    (": class dup * ; : list class 1 + ; list class 3 list +", ((3,),)),
    (": twice ( inc ) bi@ ; : more twice twice ; more +", ((3, 4),)),
    ("( ( inc ) map ( dup * ) map ) map ( sum ) map", ((((1, 2), ()),),)),
    ("3 ( ( + ) scan reverse ) times", (((1, 2, 3),),)),
    ("not swap not or not", ((True, False), (False, False))),
    ("( ( dup ) dip ) dip", ((1, 2, 3),)),
    ("swap ( inc ) dip ( dec ) keep", ((1, 2),)),
    ("2 ( 2 ( 2 ( over + ) times ) times ) times", ((1, 1),)),
    ('"it\'s \\"q\\" \\n\\t\\u0000\\\\ \\u00e9" swap concat', (("a",),)),
    ('"say \\"q\\"" swap concat', (("'",),)),
)


@pytest.mark.parametrize("text, rows", HAND_WRITTEN)
def test_hand_written_programs(text: str, rows: Sequence[tuple[Value, ...]]) -> None:
    program = parse(text)
    function = compiled(render(program), checked=True)
    for row in rows:
        assert agrees(program, row, function), f"{text} is stuck on {row}"


def random_programs(seed: int, count: int) -> Iterator[tuple[tuple[Type, ...], Program, random.Random]]:
    """Programs of up to 12 words of all kinds, and programs of control and higher-order words above all."""
    rng = random.Random(seed)
    busy = (
        "dup drop swap over nip rot call dip keep bi bi* bi@ if when times choose + - * div mod inc > < = not even? range sum fold unfold"
    )
    busy += " map filter scan fold-index map-index zip-with group-by sort-by any count iota reverse take length head singleton cons len words concat"
    drawers = Generator(quotations=0.35, ops=frozenset(OPS)), Generator(quotations=0.6, literals=0.1, ops=frozenset(busy.split()))
    for number, drawer in enumerate(drawers):
        for index, (shape, program) in enumerate(drawer.programs(rng, lengths=range(1, 13))):
            if index == count // 2 + number * (count % 2):
                break
            yield shape, program, rng


def check_random(seed: int, count: int) -> int:
    """Renders and runs so many random programs, each with a random profile; how many runs had an answer."""
    answers = 0
    for shape, program, rng in random_programs(seed, count):
        profile = rng.choice(tuple(PROFILES.values()))
        source = render(program, shape, profile=profile)
        # The head of an empty List[Str] is 0 under such a profile, in the machine too: an empty list does not say what it would hold.
        function = compiled(source, checked=rng.random() < 0.2 and profile.undefined == "stuck")
        answers += sum(agrees(program, [random_value(rng, kind) for kind in shape], function, profile) for _ in range(3))
    return answers


def test_random_programs() -> None:
    assert check_random(seed=1, count=300) > 300


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_many_random_programs(seed: int) -> None:
    assert check_random(seed, count=3000) > 3000


ANNOTATIONS: dict[Type, Any] = {
    INT: int,
    BOOL: bool,
    STR: str,
    LIST_INT: list[int],
    LIST_STR: list[str],
    LIST_BOOL: list[bool],
    LIST_LIST_INT: list[list[int]],
}


def test_annotations_are_the_inferred_types() -> None:
    for shape, program, _ in random_programs(seed=5, count=60):
        function = compiled(render(program, shape))
        hints = typing.get_type_hints(function)
        assert [hints[name] for name in inspect.signature(function).parameters] == [ANNOTATIONS[kind] for kind in shape]
        assert hints["return"] == ANNOTATIONS.get(infer(program, shape).after.types[-1], list)


GOLDEN_PROGRAMS: tuple[tuple[str, str], ...] = (
    ("List[Int]", "3 take sum"),
    ("List[Int]", "( dup * 1 - ) map ( 10 < ) filter"),
    ("List[Int]", "dup sum swap length div"),
    ("List[Int]", "sort dup head swap last + 2 div"),
    ("List[Int] List[Int]", "( * ) zip-with sum"),
    ("List[Int]", "( + ) scan reverse"),
    ("List[Int]", "1 ( over 0 > ( * ) ( drop ) if ) fold"),
    ("Int", "dup even? ( 2 div ) ( 3 * inc ) if"),
    ("Int", "dup 0 > ( drop 1 ) ( dup 0 < ( drop -1 ) ( drop 0 ) if ) if"),
    ("Int", "0 1 rot ( dup rot + ) times drop"),
    ("Int", "( 1 = ) ( ) ( dup even? ( 2 div ) ( 3 * inc ) if ) unfold length"),
    ("Int Int", "over over > ( swap ) when ( dup * ) bi@ -"),
    ("Str", 'words ( 0 1 substr upper ) map "" join'),
    ("Str", 'dup "@" find 0 swap substr "." split " " join title'),
    ("Str Str", "over over contains? ( len swap len swap - ) ( drop len neg ) if"),
    ("List[Str]", '( len ) sort-by ( blank? not ) filter ", " join'),
    ("List[Int]", "( 10 mod ) group-by ( sum ) map ( + ) map-index"),
    ("List[Int]", "( dup dup 3 mod swap 5 mod + swap over over * + - dup * ) map"),
    ("List[List[Int]]", "( ( even? ) count ) map maximum"),
    ("Int List[Int]", "( over < ) count nip"),
    ("Int Int", ": sq dup * ; : hypotenuse sq swap sq + ; hypotenuse dup sq swap -"),
    ("Int", "c0 + c1 *"),
    ("Bool Bool", "over and not swap not or"),
    ("List[Int]", "( prime? ) positions-where ( square? not ) all"),
    ("Int", "[1,2,3,5,8,13,21,34,55,89,144,233,377,610,987,1597,2584,4181] swap nth"),
)


def golden_text() -> str:
    """Every golden program with its source."""
    parts = []
    for shape, text in GOLDEN_PROGRAMS:
        types = [parse_type(name) for name in shape.split()]
        parts.append(f"#### {shape} : {text}\n{render(parse(text), types)}")
    return "\n".join(parts)


def test_goldens() -> None:
    assert golden_text() == GOLDENS.read_text(encoding="utf-8"), "python -m tests.dsl.test_python writes them anew"


def as_ruff_leaves_it(source: str) -> str:
    """The source formatted by ruff's defaults."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", str(LINE_LENGTH), "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout


def test_formatting_is_ruffs() -> None:
    sources = [render(parse(text), [parse_type(name) for name in shape.split()]) for shape, text in GOLDEN_PROGRAMS]
    sources += [render(program, shape, profile=rng.choice(tuple(PROFILES.values()))) for shape, program, rng in random_programs(7, 300)]
    sources += [render(parse(text)) for text, _ in HAND_WRITTEN]
    # One call for all: the functions get names of their own, as long as the one they had.
    joined = "\n\n".join(source.replace("def program(", f"def p{number:06}(") for number, source in enumerate(sources))
    assert as_ruff_leaves_it(joined) == joined


def test_no_name_hides_another() -> None:
    source = render(parse("+ *"), argument_names=["list", "class", "x y"])
    assert source.startswith("def program(list_: int, class_: int, x_y: int) -> int:")
    assert compiled(source)(2, 3, 4) == 14
    assert compiled(render(parse("( over + ) map"), argument_names=["x", "x"]))(3, [1]) == [4]
    source = render(parse(': len_ 1 + ; : program len_ ; 3 program "ab" len len_ *'), name="program")
    assert compiled(source)() == 12


VALUE_OPS = [op for op in OPS.values() if op.kind == "value"]


@pytest.mark.parametrize("op", VALUE_OPS, ids=lambda op: op.name)
def test_an_argument_may_have_any_name(op: Any) -> None:
    """Names that a template binds for itself do not catch an argument of that name."""
    example = next(e.rpartition(" -> ")[0] for e in op.examples if not e.rpartition(" -> ")[2].startswith("stuck"))
    *literals, word = parse(example).body
    stack = run(Program(tuple(literals)))
    assert not isinstance(stack, Stuck)
    args = stack[len(stack) - op.num_args :]
    for name in ("x", "y", "i", "s", "c", "char", "item", "row", "at", "text", "items"):
        source = render(Program((word,)), argument_names=[f"{name}{n or ''}" for n in range(op.num_args)])
        assert agrees(Program((word,)), args, compiled(source))


def test_names_are_for_words_of_the_table() -> None:
    assert set(RESULTS) | set(FUNCTIONS) <= set(OPS)


def test_constants_are_literals_or_keywords() -> None:
    program = parse("c1 + c0 *")
    source = render(program)
    assert source.startswith("def program(n: int, *, c0: int, c1: int) -> int:")
    assert compiled(source)(5, c0=2, c1=3) == 16
    assert "c1: int" in render(program, constants=[2]) and "c0" not in render(program, constants=[2])
    assert agrees(program, [5], compiled(render(program, constants=[2, 3])), constants=[2, 3])
    inner = parse(": add c0 + ; ( add ) map")
    assert agrees(inner, [(1, 2)], compiled(render(inner, constants=[7])), constants=[7])


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_profiles_change_the_code(profile: Profile) -> None:
    for text, rows in (("div", ((7, 2), (-7, 2), (7, -2))), ("nth", (((4, 5, 6), 1), ((4, 5, 6), -1))), ("head", (((),), ((3,),)))):
        program = parse(text)
        function = compiled(render(program, [INT, INT] if text == "div" else None, profile=profile))
        assert any([agrees(program, row, function, profile) for row in rows])


def test_dead_words_are_left_out() -> None:
    assert render(parse("dup 7 div drop 1 +"), [INT]) == "def program(n: int) -> int:\n    return n + 1\n"


def test_helpers_are_printed_once_and_only_if_called() -> None:
    source = render(parse("( + ) scan ( * ) scan"))
    assert source.count("def _scan(") == 1
    assert "def " not in render(parse("nth"), [LIST_INT, INT]).partition("def program")[0]


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.python_helper], ids=lambda op: op.name)
def test_a_helper_is_one_function_with_a_name_of_its_own(op: Any) -> None:
    tree = ast.parse(op.python_helper)
    assert len(tree.body) == 1 and isinstance(tree.body[0], ast.FunctionDef)
    name = tree.body[0].name
    assert name.startswith("_")
    same = {o.python_helper.strip() for o in OPS.values() if re.match(rf"\s*def {name}\(", o.python_helper)}
    assert len(same) == 1, "two helpers of one name"


def test_refusals() -> None:
    with pytest.raises(StackError, match="nothing on the stack"):
        render(parse("drop"))
    with pytest.raises(StackError):
        render(parse("+"), [INT])
    with pytest.raises(ConfigError, match="2 argument names for a program of 1"):
        render(parse("inc"), argument_names=["a", "b"])
    doubled = "dup *"
    for _ in range(15):
        doubled = f"dup ( {doubled} ) bi@ +"
    with pytest.raises(DslError, match="too long"):
        render(parse(doubled))
    for depth, said in ((21, "20 loops"), (66, "64 deep")):
        with pytest.raises(DslError, match=said):
            render(parse("2 ( " * depth + "inc" + " ) times" * depth))
    assert compiled(render(parse("2 ( " * 19 + "inc" + " ) times" * 19)))(0) == 2**19


def test_long_programs() -> None:
    assert compiled(render(parse("inc " * 2000)))(0) == 2000
    definitions = " ".join(f": d{i} {f'd{i - 1} d{i - 1}' if i else 'inc'} ;" for i in range(12))
    assert compiled(render(parse(f"{definitions} d11")))(0) == 2**11


@pytest.mark.parametrize(
    "line, values, wanted",
    [
        ("{0} * {1}", ("a + b", "c"), "(a + b) * c"),
        ("{0} + {1}", ("a + b", "c + d"), "a + b + (c + d)"),
        ("{0} == {1}", ("a < b", "c"), "(a < b) == c"),
        ("{0}[{1}]", ("a + b", "c + d"), "(a + b)[c + d]"),
        ("{0} ** 2", ("-3",), "(-3) ** 2"),
        ("-{0}", ("x ** 2",), "-(x ** 2)"),
        ("{0}.upper()", ('"a" + s',), '("a" + s).upper()'),
        ("not {0}", ("a < b",), "a >= b"),
        ("not {0}", ("a and b",), "not (a and b)"),
        ("not {0}", ("s in words",), "s not in words"),
        ("max({0}, 0)", ("-3",), "0"),
        ("[{x} for {x} in {0}]", ("a if b else c",), "[x for x in (a if b else c)]"),
        ("{0} if {1} else {2}", ("a if b else c", "d", "e if f else g"), "(a if b else c) if d else e if f else g"),
    ],
)
def test_parentheses_only_where_needed(line: str, values: tuple[str, ...], wanted: str) -> None:
    slots = {str(n): value for n, value in enumerate(values)} | {"x": "x"}
    assert fill(line, slots) == wanted


def test_operands_decide_the_spacing() -> None:
    source = 'x = [a ** b, (a + 1) ** 2, c[1:n], c[n + 1:], c[:len(c) - 1], c[a + 1:b], "a ** b", "c[n + 1:]"]\n'
    assert spaced(source) == as_ruff_leaves_it(source).replace("\n    ", " ").replace("[ a", "[a").replace(",\n]", "]")


@pytest.mark.parametrize(
    "value", ["", "a'b", 'a"b', "a'\"b", "\\'", '\\"', "\n\t\0\x7f", "\u00e9\u2028\ud800", (1, -2), (("a",), ()), True]
)
def test_literals(value: Any) -> None:
    assert ast.literal_eval(literal_text(value)) == to_json(value)


if __name__ == "__main__":
    GOLDENS.write_text(golden_text(), encoding="utf-8")
