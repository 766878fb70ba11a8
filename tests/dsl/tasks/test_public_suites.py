"""Every public task suite at hand loads. The suites are read by path and are no part of the project."""

import os
from pathlib import Path

import pytest

from dsl.tasks import load_tasks


def _data() -> Path | None:
    """The folder named by FLOWFORTH_DATA, or the nearest `shared/data` above this file."""
    if "FLOWFORTH_DATA" in os.environ:
        return Path(os.environ["FLOWFORTH_DATA"])
    above = (parent / "shared" / "data" for parent in Path(__file__).resolve().parents)
    return next((path for path in above if path.is_dir()), None)


DATA = _data()
pytestmark = pytest.mark.skipif(DATA is None, reason="no folder of public task suites; set FLOWFORTH_DATA to one")
FILES = sorted([*DATA.glob("*.jsonl"), *DATA.glob("*/*.sl")]) if DATA else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_loads(path):
    tasks = load_tasks(path)
    if path.suffix == ".jsonl":
        assert len(tasks) == sum(1 for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    else:
        assert len(tasks[0].examples) == path.read_text(encoding="utf-8").count("(constraint")
    assert len({hash(task) for task in tasks}) == len(set(tasks))
    for task in tasks:
        assert all(len(example.inputs) == len(task.arguments) for example in task.examples + task.held_out)
        if path.suffix == ".sl":
            assert task.constants, "every public grammar gives constants"


def test_the_folder_is_not_empty():
    assert len(FILES) >= 100
