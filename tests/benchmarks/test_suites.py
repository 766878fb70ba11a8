"""The bundled suites: rebuilt and compared, their programs run, their held-out inputs looked at."""

from pathlib import Path

import pytest

from benchmarks.build_suites import DATA, DEMO, SUITES, build
from benchmarks.named.row import Row, frozen, task_of, thawed
from dsl.effects import infer
from dsl.machine import answer
from dsl.parser import parse
from dsl.tasks import Task, load_tasks
from dsl.values import DEFAULT
from search.verify import agrees, same

ALL = [(suite, row) for suite, rows in SUITES.items() for row in rows]
TASKS = {suite: load_tasks(DATA / f"{suite}.jsonl") for suite in (*SUITES, "demo")}
rows = pytest.mark.parametrize("suite, row", ALL, ids=lambda value: value.name if isinstance(value, Row) else value)


def bundled(suite: str, row: Row) -> Task:
    return next(task for task in TASKS[suite] if task.name == row.name)


def test_the_files_are_what_the_builder_makes(tmp_path: Path) -> None:
    build(tmp_path)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(f"{name}.jsonl" for name in (*SUITES, "demo"))
    for name in made:
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), f"{name}: run python -m benchmarks.build_suites"


def test_there_are_enough_tasks_with_names_of_their_own() -> None:
    names = [row.name for _, row in ALL]
    assert len(set(names)) == len(names) >= 150
    assert all(len(TASKS[suite]) >= 30 for suite in SUITES)
    assert [task.name for task in TASKS["demo"]] == list(DEMO)


def test_programs_are_of_many_lengths() -> None:
    lengths = {task.metadata["length"] for suite in SUITES for task in TASKS[suite]}
    assert lengths >= set(range(1, 9))


@rows
def test_the_program_is_right_everywhere(suite: str, row: Row) -> None:
    """The program in our language and the Python function were written apart; they agree on examples, held-out inputs and other draws."""
    task, program = bundled(suite, row), parse(row.program)
    infer(program, task.input_types)
    assert agrees(program, task.examples, DEFAULT)
    assert agrees(program, task.held_out, DEFAULT)
    assert task.metadata["length"] == len(program)
    for number in range(40):
        from random import Random

        random = Random(f"{row.name} {number}")
        inputs = tuple(draw(random) for draw in row.draws)
        assert same(answer(program, inputs), frozen(row.function(*map(thawed, inputs)))), inputs


@rows
def test_examples_tell_something(suite: str, row: Row) -> None:
    task = bundled(suite, row)
    assert row.description
    assert 3 <= len(task.examples) <= 8
    assert task.contradiction() is None
    assert len({example.output for example in task.examples}) >= 2
    assert not any(all(e.output == e.inputs[i] for e in task.examples) for i in range(len(task.input_types)))
    if row.split is not None:
        sides = [row.split(*map(thawed, example.inputs)) for example in task.examples]
        assert len(set(sides)) >= 2


@rows
def test_held_out_inputs_are_new_and_have_the_edges(suite: str, row: Row) -> None:
    task = bundled(suite, row)
    held_out = [example.inputs for example in task.held_out]
    assert len(set(held_out)) == len(held_out) >= 4
    assert not {example.inputs for example in task.examples} & set(held_out)
    assert row.edges
    assert set(map(frozen, row.edges)) <= set(held_out)


def test_an_empty_held_out_edge_differs_from_the_rest() -> None:
    """Somewhere among the edges stand the empty list, the empty text, zero and a negative number."""
    edges = [value for _, row in ALL for edge in row.edges for value in edge]
    assert [] in edges
    assert "" in edges
    assert 0 in edges
    assert any(isinstance(value, int) and value < 0 for value in edges)


def test_task_of_is_the_same_every_time() -> None:
    row = ALL[0][1]
    assert task_of(row) == task_of(row)
