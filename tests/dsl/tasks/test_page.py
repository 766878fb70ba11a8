"""docs/tasks.md: its files are read, its messages are those of the readers."""

import re
from pathlib import Path

import pytest

from dsl.errors import TaskError
from dsl.tasks import load_tasks

PAGE = (Path(__file__).parents[3] / "docs" / "tasks.md").read_text(encoding="utf-8")
BLOCKS = {
    heading: re.findall(r"```\w+\n(.*?)```", text, re.DOTALL)
    for heading, text in re.findall(r"^## (.*)\n((?:(?!^## ).*\n)*)", PAGE, re.MULTILINE)
}

WRONG = {
    "tasks.json": '[\n {"inputs": [1], "output": 1},\n {"inputs": ["a"], "output": 1}\n]',
    "names.csv": "first,last,initials\nAda,Lovelace,AL\nAlan,Turing,\nGrace,Hopper\n",
    "max.sl": "; our own\n" * 6 + "(set-logic SLIA)\n(synth-fun f ((x Int)) Int)\n(constraint (>= (f x) x))\n",
}


@pytest.mark.parametrize(
    ("heading", "suffix", "number"), [("JSON and JSONL", ".json", 2), ("CSV", ".csv", 1), ("SyGuS", ".sl", 1)], ids=lambda part: str(part)
)
def test_files_are_read(heading, suffix, number, tmp_path):
    assert len(BLOCKS[heading]) == number
    for index, block in enumerate(BLOCKS[heading]):
        path = tmp_path / f"t{index}{suffix}"
        path.write_text(block, encoding="utf-8")
        assert len(load_tasks(path)) == 1


def test_messages_are_current(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    messages = []
    for name, text in WRONG.items():
        Path(name).write_text(text, encoding="utf-8")
        with pytest.raises(TaskError) as caught:
            load_tasks(name)
        messages.append(f"flowforth: error: {caught.value}\n")
    assert BLOCKS["Errors"] == ["".join(messages)]
