"""Tasks with hidden constants in random skeletons: the bundled ones are what the command makes, and their constants matter."""

from functools import partial
from random import Random

import pytest

from benchmarks.build_suites import DATA
from benchmarks.generators import hidden
from benchmarks.generators.suite import generated, to_line
from benchmarks.hidden import _row
from dsl.machine import answer
from dsl.parser import parse
from dsl.program import Push, Word, walk
from dsl.tasks import load_tasks
from dsl.types import INT, LIST_INT
from dsl.values import DEFAULT
from search.postfix import to_program
from search.settings import Settings
from search.term import size
from search.verify import agrees

COUNTS = (1, 2, 3)
ROUTES = {"dup", "drop", "swap", "over", "nip", "rot", "dip"}


@pytest.mark.parametrize("count", COUNTS)
def test_the_bundled_tasks_are_right_and_show_no_constants(count: int) -> None:
    tasks = load_tasks(DATA / f"constants-{count}.jsonl")
    assert len(tasks) == len({task.name for task in tasks}) == 50
    assert {(task.input_types, task.output_type) for task in tasks} == {((given,), wanted) for _, given, wanted in hidden.KINDS}
    for task in tasks:
        program = parse(task.metadata["program"])
        assert agrees(program, task.examples, DEFAULT) and agrees(program, task.held_out, DEFAULT)
        assert task.constants is None and len(task.examples) == 8 and len(task.held_out) == 10
        literals = {word.value for word in walk(program.body) if isinstance(word, Push)}
        assert set(task.metadata["hidden"]) == literals and all(-1000 <= value <= 1000 for value in literals)
        assert len(task.metadata["hidden"]) == count
        words = [word for word in walk(program.body) if isinstance(word, Word) and word.name not in ROUTES]
        assert task.metadata["length"] <= hidden.MAX_WORDS and len(words) <= hidden.MAX_WORDS


@pytest.mark.parametrize("count", COUNTS)
def test_another_constant_gives_other_outputs(count: int) -> None:
    for task in load_tasks(DATA / f"constants-{count}.jsonl"):
        program = task.metadata["program"].split()
        for place in [k for k, word in enumerate(program) if word.lstrip("-").isdigit()]:
            changed = [parse(" ".join([*program[:place], str(value), *program[place + 1 :]])) for value in (-1001, -517, 333, 1001, 77)]
            alike = sum(all(answer(other, e.inputs) == e.output for e in task.examples) for other in changed)
            assert alike < len(changed), (task.name, program[place])


def test_the_first_task_is_made_again() -> None:
    _, task = next(generated(partial(hidden.attempt, 1, 0), 1))
    assert to_line(task) == (DATA / "constants-1.jsonl").read_text(encoding="utf-8").splitlines()[0]


def test_skeletons_have_as_many_holes_as_asked_for() -> None:
    random, seen = Random(3), 0
    for _ in range(600):
        for count in COUNTS:
            term = hidden.skeleton(LIST_INT, INT, count, random)
            if term is not None:
                seen += 1
                program = to_program(term, 1)
                holes = [word.value for word in walk(program.body) if isinstance(word, Push)]
                assert set(holes) == set(range(count)) and size(term) - count <= hidden.MAX_WORDS
    assert seen > 20


def test_a_row_counts_fits_and_those_that_are_right() -> None:
    tasks = load_tasks(DATA / "constants-1.jsonl")[:1]
    row = _row("some", "plain", tuple(tasks), Settings(method="plain", max_candidates=10, budget=600.0))
    assert row.startswith("| some | plain | 1 | ")
