"""Generated suites: reproducible, well formed, and as long as they say, by an enumeration of another make."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.build_suites import DATA
from benchmarks.generate import main
from benchmarks.generators import conditionals, constants, lists
from benchmarks.generators.lines import LISTS, Line, LineProgram, draw, words
from benchmarks.generators.suite import generated
from dsl.machine import answer
from dsl.ops import OPS
from dsl.parser import parse
from dsl.tasks import Example, Task, load_tasks
from dsl.types import INT, LIST_INT
from dsl.values import DEFAULT, Stuck, check
from search.exact.grammar import productions
from search.exact.plain import PlainSearch
from search.postfix import to_program
from search.verify import agrees

ROOT = Path(__file__).parent.parent.parent
SIZES = sorted(int(path.stem.removeprefix("lists-n")) for path in DATA.glob("lists-n*.jsonl"))
FILES = {n: load_tasks(DATA / f"lists-n{n}.jsonl") for n in SIZES}


def plain_fits(task: Task, size: int) -> bool:
    """Whether an expression of at most `size` words gives the examples, by the plain-Python enumerator."""
    rules = productions(task.input_types, task.output_type, ops=frozenset(words()))
    return next(PlainSearch(task, rules, (), LISTS).run(size), None) is not None


def line_programs(task: Task, size: int) -> bool:
    """Whether some line program of at most `size` lines gives the examples: all of them, one by one, values shared or not."""
    rows = [example.inputs for example in task.examples]
    wanted = tuple(example.output for example in task.examples)

    def search(columns: tuple, left: int) -> bool:  # type: ignore[type-arg]
        for name, (args, _) in words().items():
            choices = [[c for c in columns if isinstance(c[0], tuple) == (kind == LIST_INT)] for kind in args]
            for chosen in itertools.product(*choices):
                values = []
                for row in zip(*chosen, strict=True):
                    value = OPS[name].reference(LISTS, *row)  # type: ignore[misc]
                    value = value if isinstance(value, Stuck) else check(value, LISTS)
                    if isinstance(value, Stuck):
                        break
                    values.append(value)
                else:
                    column = tuple(values)
                    if column == wanted or (left > 1 and column not in columns and search((*columns, column), left - 1)):
                        return True
        return False

    return search(tuple(zip(*rows, strict=True)), size)


def test_the_words_are_deepcoders_38() -> None:
    kinds = [(args, result) for args, result in words().values()]
    assert len(words()) == 38
    assert kinds.count(((LIST_INT,), INT)) == 9
    assert kinds.count(((LIST_INT,), LIST_INT)) == 21
    assert kinds.count(((LIST_INT, INT), INT)) == 1
    assert kinds.count(((LIST_INT, INT), LIST_INT)) == 2
    assert kinds.count(((LIST_INT, LIST_INT), LIST_INT)) == 5


@pytest.mark.parametrize(("num_lines", "ahead"), [(1, False), (2, False), (4, False), (8, False), (1, True), (4, True), (14, True)])
def test_drawn_programs_use_everything_and_are_programs_of_the_language(num_lines: int, ahead: bool) -> None:
    from random import Random

    random, checked = Random(num_lines), 0
    for _ in range(60):
        program = draw(num_lines, random, ahead=ahead)
        used = {i for line in program.lines for i in line.args}
        assert used == set(range(len(program.inputs) + num_lines - 1))
        inputs = tuple((3, -1, 4, 1) if kind == LIST_INT else 2 for kind in program.inputs)
        value = program.answer(inputs)
        if not isinstance(value, Stuck):
            checked += 1
            assert answer(to_program(program.term(), len(inputs)), inputs, profile=LISTS) == value
    assert checked >= 5


def test_drawing_ahead_has_the_same_distribution() -> None:
    """Shapes of programs, which depend on how often arguments are what nothing else uses, as often one way as the other."""
    from collections import Counter
    from random import Random

    def shape(program: LineProgram) -> tuple[object, ...]:
        return program.inputs, tuple(len(line.args) for line in program.lines), program.lines[0].args

    count = 1500
    one, two = (Counter(shape(draw(3, Random(f"{ahead} {k}"), ahead=ahead)) for k in range(count)) for ahead in (False, True))
    shapes = [each for each in one | two if one[each] + two[each] >= 20]
    squares = sum((one[each] - two[each]) ** 2 / (one[each] + two[each]) for each in shapes)
    assert len(shapes) > 10
    assert squares < len(shapes) + 5 * (2 * len(shapes)) ** 0.5


def test_chances_are_those_of_uniform_draws() -> None:
    from random import Random

    from benchmarks.generators.lines import _line, _state, chance

    random, inputs, used_up, count = Random(5), (LIST_INT, INT), 0, 2000
    for _ in range(count):
        kinds, used = list(inputs), set[int]()
        for _ in range(3):
            line, result = _line(kinds, random)
            kinds.append(result)
            used |= set(line.args)
        used_up += used == set(range(len(kinds) - 1))
    expected = chance(_state(inputs, set()), 3)
    assert abs(used_up / count - expected) < 5 * (expected / count) ** 0.5


def test_the_bundled_list_suites_are_there() -> None:
    assert set(SIZES) == {3, 4, 5, 6, 7, 8, 10, 12, 14}
    assert all(len(tasks) == 50 for tasks in FILES.values())


@pytest.mark.parametrize("n", SIZES)
def test_list_tasks_are_what_the_page_says(n: int) -> None:
    for task in FILES[n]:
        program = parse(task.metadata["program"])
        assert agrees(program, task.examples, LISTS), task.name
        assert agrees(program, task.held_out, LISTS), task.name
        assert (len(task.examples), len(task.held_out)) == (5, 10)
        assert task.metadata["length"] == n
        assert task.metadata["minimal"] == ("proven" if n <= 5 else "partial")
        assert task.metadata["checked"] == {"expressions": min(n - 1, 5), "sharing": min(n - 1, 4)}
        assert len({e.output for e in task.examples}) >= 4
        assert len({e.inputs for e in (*task.examples, *task.held_out)}) == 15
        assert all(3 <= len(v) <= 12 for e in task.examples for v in e.inputs if isinstance(v, tuple))
        assert not any(all(e.output == e.inputs[i] for e in task.examples) for i in range(len(task.input_types)))
    assert len({task.metadata["program"] for task in FILES[n]}) == len(FILES[n])


@pytest.mark.parametrize("task", FILES.get(3, ()), ids=lambda task: task.name)
def test_no_shorter_line_program_fits_n3(task: Task) -> None:
    assert not line_programs(task, 2)


def test_some_tasks_of_four_words_have_no_shorter_expression() -> None:
    for task in FILES[4][:3]:
        assert not plain_fits(task, 3)


@pytest.mark.slow
@pytest.mark.parametrize("task", [task for task in FILES.get(4, ()) if len(task.input_types) == 1][:4], ids=lambda task: task.name)
def test_no_shorter_line_program_fits_n4(task: Task) -> None:
    assert not line_programs(task, 3)


def planted(program: LineProgram, *inputs: tuple) -> Task:  # type: ignore[type-arg]
    return Task(name="planted", examples=tuple(Example(row, program.answer(row)) for row in inputs))  # type: ignore[arg-type]


SHARED = (
    # Values used twice: one word, two words, both; with what is left an expression of one, two and three words.
    ((LIST_INT,), ("sort", 0), ("reverse", 1), ("zip*", 1, 2)),
    ((LIST_INT,), ("scan+", 0), ("map/3", 1), ("map*-1", 2), ("zip-min", 3, 2)),
    ((LIST_INT,), ("scan+", 0), ("map*3", 1), ("count>0", 1), ("take", 2, 3)),
    ((LIST_INT, LIST_INT), ("zip+", 0, 1), ("scan-min", 2), ("zip*", 3, 2), ("zip-", 4, 3)),
    ((LIST_INT,), ("filter-odd", 0), ("count>0", 1), ("take", 1, 2), ("scan-", 3)),
)


@pytest.mark.slow
@pytest.mark.parametrize("spec", SHARED, ids=str)
def test_programs_that_use_a_value_twice_are_found(spec: tuple) -> None:  # type: ignore[type-arg]
    from random import Random

    from benchmarks.generators.shorter import expression_fits, sharing_fits

    inputs, *lines = spec
    program = LineProgram(inputs, tuple(Line(OPS[name], tuple(args)) for name, *args in lines))
    random, rows = Random(1), []
    while len(rows) < 5:
        row = tuple(tuple(random.randint(-7, 9) for _ in range(random.randint(4, 8))) for _ in inputs)
        if not isinstance(program.answer(row), Stuck):
            rows.append(row)
    task = planted(program, *rows)
    assert sharing_fits(task, len(lines))
    assert not sharing_fits(task, len(lines) - 1)
    assert expression_fits(task, len(lines)) is False


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 2, 3])
def test_both_enumerators_agree_on_what_fits(size: int) -> None:
    from random import Random

    from benchmarks.generators.shorter import expression_fits

    random, answers = Random(size), set()
    for number in range(12):
        program = draw(size + number % 2, random)
        examples = lists._examples(program, random)
        if examples is not None:
            task = Task(name="", examples=examples[:5])
            answers.add(plain_fits(task, size))
            assert expression_fits(task, size) == plain_fits(task, size)
    assert answers == {True, False}


@pytest.mark.slow
def test_list_suites_do_not_depend_on_the_jobs_and_match_the_bundled_one(tmp_path: Path) -> None:
    outs = [tmp_path / f"{jobs}.jsonl" for jobs in (1, 2)]
    for jobs, out in enumerate(outs, start=1):
        assert main(["lists", "--n", "3", "--count", "5", "--jobs", str(jobs), "--out", str(out)]) == 0
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert outs[0].read_text().splitlines() == (DATA / "lists-n3.jsonl").read_text().splitlines()[:5]


@pytest.mark.parametrize("kind, attempt, families", [("constants", constants.attempt, 16), ("conditionals", conditionals.attempt, 4)])
def test_hidden_constants_and_conditions(kind: str, attempt: object, families: int, tmp_path: Path) -> None:
    out = tmp_path / "suite.jsonl"
    assert main([kind, "--count", "60", "--seed", "7", "--out", str(out)]) == 0
    tasks = load_tasks(out)
    assert len(tasks) == len({task.name for task in tasks}) == 60
    assert len({task.metadata["family"] for task in tasks}) == families
    for task in tasks:
        program = parse(task.metadata["program"])
        assert agrees(program, task.examples, DEFAULT)
        assert agrees(program, task.held_out, DEFAULT)
        assert len(program) == task.metadata["length"]
        assert len(task.held_out) >= 4
    again = tmp_path / "again.jsonl"
    main([kind, "--count", "60", "--seed", "7", "--jobs", "2", "--out", str(again)])
    assert again.read_bytes() == out.read_bytes()
    main([kind, "--count", "60", "--seed", "8", "--out", str(again)])
    assert again.read_bytes() != out.read_bytes()


def test_both_sides_of_a_hidden_condition_are_needed() -> None:
    for _, task in generated(lambda number: conditionals.attempt(3, number), 40):
        first, second = (str(parse(part)) for part in sides(task.metadata["program"]))
        for side in (first, second):
            wrong = [e for e in task.examples if answer(parse(side), e.inputs) != e.output]
            assert len(wrong) >= 2


def sides(program: str) -> tuple[str, str]:
    """The two quotations before the last word."""
    body = parse(program).body
    from dsl.printer import print_program
    from dsl.program import Program

    first, second = (print_program(Program(part.body)) for part in body[-3:-1])  # type: ignore[union-attr]
    return first, second


def test_ctrl_c_keeps_what_was_made(tmp_path: Path) -> None:
    out = tmp_path / "kept.jsonl"
    command = [sys.executable, "-m", "benchmarks.generate", "conditionals", "--count", "1000000", "--out", str(out)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert process.stderr is not None
    process.stderr.readline()
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "interrupted" in errors
    tasks = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(tasks) >= 10
    assert [path.name for path in tmp_path.iterdir()] == ["kept.jsonl"]


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["lists", "--n", "0"], "1..14"),
        (["lists", "--n", "5..3"], "1..14"),
        (["lists", "--n", "x"], "write a number"),
        (["lists", "--count", "0"], "at least 1"),
    ],
)
def test_arguments_that_make_no_sense(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([*arguments, "--out", "nowhere.jsonl"])
    assert stop.value.code == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("size", [1, 2])
def test_the_shortest_programs_are_as_long_as_they_say(size: int, tmp_path: Path) -> None:
    """There a program has no value of one word that it could use twice."""
    file = tmp_path / "suite.jsonl"
    assert main(["lists", "--n", str(size), "--count", "2", "--seed", "5", "--out", str(file)]) == 0
    tasks = load_tasks(file)
    assert len(tasks) == 2 and all(task.metadata["length"] == size for task in tasks)
    assert not any(plain_fits(task, size - 1) for task in tasks) and all(plain_fits(task, 2 * size) for task in tasks)
