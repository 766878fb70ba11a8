"""Tasks from JSON and JSONL."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.errors import TaskError
from dsl.tasks import Example, Task, Unfilled, iter_tasks, load_tasks, task_to_json


@pytest.fixture
def write(tmp_path):
    def written(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


ONE = '{"examples": [{"inputs": [[3, 1]], "output": 3}]}'


def test_one_object(write):
    (task,) = load_tasks(write("maximum.json", ONE))
    assert task == Task(name="maximum", examples=(Example(((3, 1),), 3),))


def test_a_list_of_tasks(write):
    tasks = load_tasks(write("many.json", f'[{ONE}, {ONE[:-1]}, "name": "b", "weight": 0.5}}]'))
    assert [task.name for task in tasks] == ["many-1", "b"]
    assert tasks[1].metadata == {"weight": 0.5}


def test_a_bare_list_of_examples(write):
    (task,) = load_tasks(write("double.json", '[{"inputs": [1], "output": 2}, {"inputs": [3], "output": 6}]'))
    assert task == Task(name="double", examples=(Example((1,), 2), Example((3,), 6)))


def test_all_keys(write):
    text = json.dumps(
        {
            "name": "n",
            "description": "d",
            "arguments": ["a"],
            "constants": [" ", 2],
            "examples": [{"inputs": ["x"], "output": "y"}],
            "held_out": [{"inputs": ["z"], "output": "w"}],
            "unfilled": [{"row": 4, "inputs": ["q"]}],
            "source": "ours",
        }
    )
    (task,) = load_tasks(write("t.json", text))
    assert task == Task(
        name="n",
        description="d",
        arguments=("a",),
        constants=(" ", 2),
        examples=(Example(("x",), "y"),),
        held_out=(Example(("z",), "w"),),
        unfilled=(Unfilled(4, ("q",)),),
    )
    assert task.metadata == {"source": "ours"}


def test_lines_are_read_one_at_a_time(write):
    path = write("t.jsonl", f"{ONE}\n\n{ONE}\nnot json\n")
    tasks = iter_tasks(path)
    assert [next(tasks).name, next(tasks).name] == ["t-1", "t-3"]
    with pytest.raises(TaskError, match=r"t\.jsonl:4:1: expected a value"):
        next(tasks)


def test_byte_order_mark_and_windows_line_ends(write):
    assert len(load_tasks(write("t.jsonl", b"\xef\xbb\xbf" + f"{ONE}\r\n{ONE}\r\n".encode()))) == 2


ITEMS = st.one_of(st.integers(-9, 9), st.booleans(), st.text(max_size=3), st.lists(st.integers(-9, 9), max_size=3).map(tuple))


@given(st.lists(ITEMS, max_size=3), ITEMS, st.none() | st.lists(ITEMS, max_size=3).map(tuple), st.text(max_size=5))
def test_round_trip(tmp_path_factory, inputs, output, constants, description):
    task = Task(name="t", examples=(Example(tuple(inputs), output),), constants=constants, description=description)
    path = tmp_path_factory.mktemp("tasks") / "t.json"
    path.write_text(json.dumps(task_to_json(task)), encoding="utf-8")
    assert load_tasks(path) == (task,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", r"t.json:1:1: the task has no key 'examples'; its keys are none"),
        ('{"exampels": []}', r"t.json:1:14: unknown key 'exampels'; did you mean 'examples'\?"),
        ('{"examples": []}', r"t.json:1:14: a task needs at least one example"),
        ('{"examples": {}}', r"t.json:1:14: 'examples' is an object; it must be a list"),
        ('{"examples": [[[1], 2]]}', r"t.json:1:15: example 1 is a list; an example is"),
        ('{"examples": [{"inputs": [1]}]}', r"t.json:1:15: example 1 has no 'output'"),
        ('{"examples": [{"input": 1, "output": 1}]}', r"t.json:1:25: example 1 has an unknown key 'input'; did you mean 'inputs'\?"),
        ('{"examples": [{"inputs": 1, "output": 1}]}', r"t.json:1:26: the inputs of example 1 are a number; write a list"),
        (
            '{"examples": [\n{"inputs": [1], "output": 1},\n{"inputs": [null], "output": 1}]}',
            r"t.json:3:13: example 2: input 1: null is not a value",
        ),
        (
            '[{"inputs": [1], "output": 1},\n {"inputs": ["a"], "output": 1}]',
            r"t.json:2:14: input 1 of example 2 is Str, but in example 1 it is Int",
        ),
        (
            '[{"examples": [{"inputs": [1], "output": 1}]},\n {"examples": [{"inputs": [1.5], "output": 1}]}]',
            r"t.json:2:28: example 1: input 1: the number 1.5",
        ),
        ('[{"examples": [{"inputs": [1], "output": 1}]},\n 3]', r"t.json:2:2: a task is an object .*; this is a number"),
        ('{"name": 3, "examples": []}', r"t.json:1:10: 'name' is a number; it must be a string"),
        ('{"arguments": [1], "examples": [{"inputs": [1], "output": 1}]}', r"t.json:1:16: argument name 1 is a number"),
        ('{"constants": [null], "examples": [{"inputs": [1], "output": 1}]}', r"t.json:1:16: constant 1: null"),
        ('{"unfilled": [3], "examples": [{"inputs": [1], "output": 1}]}', r"t.json:1:15: an unfilled row is"),
        ('{"examples": [{"inputs": [1], "output": 1}], "x": ' + "[" * 40 + "]" * 40 + "}", "t.json:1:51: nested more than 32 deep"),
        ("[]", "t.json:1:1: the list is empty"),
        ("3", "t.json:1:1: a task file holds an object or a list; this is a number"),
        ("  \n", "t.json: the file is empty"),
    ],
)
def test_refusals_name_line_and_column(write, text, message):
    with pytest.raises(TaskError, match=message):
        load_tasks(write("t.json", text))


def test_files_that_cannot_be_read(write, tmp_path, monkeypatch):
    for path, message in (
        (tmp_path / "none.json", "no such file"),
        (tmp_path, "this is a directory"),
        (write("t.txt", ONE), "cannot tell the format from the name; say which by --format"),
        (write("bad.json", b'{"a": "\xff"}'), r"bad.json:1: byte 0xff at offset 7 is not UTF-8"),
        (write("bad.jsonl", ONE.encode() + b'\n{"a": "\xff"}'), r"bad.jsonl:2: byte 0xff at offset 7 is not UTF-8"),
        (write("wide.json", ONE.encode("utf-16")), "the file is UTF-16"),
        (write("big.json", b" " * 4_000_001), "the file is longer than 4 MB"),
        (write("empty.jsonl", "\n\n"), "the file is empty"),
    ):
        with pytest.raises(TaskError, match=message):
            load_tasks(path)
    with pytest.raises(TaskError, match="a target column and a delimiter are for CSV"):
        load_tasks(write("t.json", ONE), target="x")
    with pytest.raises(TaskError, match="tasks from standard input need a format"):
        load_tasks("-")
    with pytest.raises(TaskError, match="unknown format 'xml'"):
        load_tasks("-", format="xml")
