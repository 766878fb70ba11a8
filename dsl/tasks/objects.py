"""Tasks from JSON: one object, a list of objects, a bare list of examples, or one object a line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from dsl.errors import TaskError
from dsl.tasks.records import Example, Path, RecordError, Task, Unfilled
from dsl.tasks.source import Source
from dsl.tasks.strictjson import MAX_DEPTH, JsonError, loads, locate, to_value
from dsl.values import Value

TASK_KEYS = ("name", "examples", "held_out", "unfilled", "constants", "arguments", "description")
"""The keys of a task that mean something; all others go into its metadata."""
EXAMPLE_FORM = '{"inputs": [...], "output": ...}'


def read_document(source: Source) -> tuple[Task, ...]:
    """The tasks of a JSON document. Raises `TaskError` naming line and column."""
    data, stem = _loaded(source), stem_of(source.name)
    if isinstance(data, dict):
        return (_located(source, data, (), stem),)
    if not isinstance(data, list):
        raise source.error(f"a task file holds an object or a list; this is {_kind(data)}", 0)
    if not data:
        raise source.error("the list is empty: no task", 0)
    if isinstance(data[0], dict) and "examples" not in data[0] and {"inputs", "output"} & data[0].keys():
        return (_located(source, {"examples": data}, (), stem, bare=True),)
    if len(data) == 1:
        return (_located(source, data[0], (0,), stem),)
    return tuple(_located(source, item, (index,), f"{stem}-{index + 1}") for index, item in enumerate(data))


def read_line(source: Source) -> Task:
    """The task on one line of a JSONL file."""
    return _located(source, _loaded(source), (), f"{stem_of(source.name)}-{source.first_line}")


def stem_of(name: str) -> str:
    """A task's name where its file gives none."""
    return "task" if name.startswith("<") else PurePath(name).stem


def _loaded(source: Source) -> Any:
    try:
        return loads(source.text)
    except JsonError as error:
        raise source.error(str(error), error.offset) from None


def _located(source: Source, data: Any, at: Path, name: str, bare: bool = False) -> Task:
    """The task that `data` describes; `at` is the path of `data` in the text. A bare list of examples has no `examples` key in the text."""
    try:
        return _task(data, name)
    except RecordError as error:
        path = (*at, *(error.path[1:] if bare else error.path))
        raise source.error(str(error), locate(source.text, path)) from None


def _task(data: Any, name: str) -> Task:
    if not isinstance(data, dict):
        raise RecordError(f'a task is an object {{"examples": [...]}}; this is {_kind(data)}')
    _check_keys(data)
    if "examples" not in data:
        raise RecordError(f"the task has no key 'examples'; its keys are {', '.join(map(repr, data)) or 'none'}")
    constants = data.get("constants")
    return Task(
        name=_text(data, "name", name),
        examples=_examples(data, "examples"),
        held_out=_examples(data, "held_out"),
        unfilled=tuple(_unfilled(row, ("unfilled", i)) for i, row in enumerate(_list(data, "unfilled"))),
        constants=None if constants is None else _values(_list(data, "constants"), ("constants",), "constant"),
        arguments=tuple(_argument(item, i) for i, item in enumerate(_list(data, "arguments"))),
        description=_text(data, "description", ""),
        metadata={key: _plain(value, (key,)) for key, value in data.items() if key not in TASK_KEYS},
    )


def _check_keys(data: dict[str, Any]) -> None:
    """Refuses a key that is one slip away from a key that means something and is not there."""
    for key in data:
        near = difflib.get_close_matches(key, [k for k in TASK_KEYS if k not in data], 1, 0.75) if key not in TASK_KEYS else ()
        if near:
            raise RecordError(f"unknown key {key!r}; did you mean {near[0]!r}?", (key,))


def _examples(data: dict[str, Any], section: str) -> tuple[Example, ...]:
    return tuple(_example(item, (section, index)) for index, item in enumerate(_list(data, section)))


def _example(data: Any, path: Path) -> Example:
    index = path[-1]
    assert isinstance(index, int)
    where = f"{'held-out example' if path[0] == 'held_out' else 'example'} {index + 1}"
    if not isinstance(data, dict):
        raise RecordError(f"{where} is {_kind(data)}; an example is {EXAMPLE_FORM}", path)
    for key in data:
        if key not in ("inputs", "output"):
            near = difflib.get_close_matches(key, ("inputs", "output"), 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; an example is {EXAMPLE_FORM}"
            raise RecordError(f"{where} has an unknown key {key!r}{hint}", (*path, key))
    for key in ("inputs", "output"):
        if key not in data:
            raise RecordError(f"{where} has no {key!r}; an example is {EXAMPLE_FORM}", path)
    return Example(_inputs(data, path, where), _value(data["output"], (*path, "output"), f"the output of {where}"))


def _unfilled(data: Any, path: Path) -> Unfilled:
    where = "an unfilled row"
    if not isinstance(data, dict) or data.keys() != {"row", "inputs"} or type(data["row"]) is not int:
        raise RecordError(f'{where} is {{"row": 2, "inputs": [...]}}', path)
    return Unfilled(data["row"], _inputs(data, path, where))


def _inputs(data: dict[str, Any], path: Path, where: str) -> tuple[Value, ...]:
    inputs = data["inputs"]
    if not isinstance(inputs, list):
        raise RecordError(
            f"the inputs of {where} are {_kind(inputs)}; write a list, also for one input: [{{...}}]".replace("{...}", "..."),
            (*path, "inputs"),
        )
    return _values(inputs, (*path, "inputs"), f"{where}: input")


def _values(items: list[Any], path: Path, where: str) -> tuple[Value, ...]:
    return tuple(_value(item, (*path, index), f"{where} {index + 1}") for index, item in enumerate(items))


def _value(data: Any, path: Path, where: str) -> Value:
    try:
        return to_value(data)
    except JsonError as error:
        raise RecordError(f"{where}: {error}", path) from None


def _list(data: dict[str, Any], key: str) -> list[Any]:
    items = data.get(key, [])
    if not isinstance(items, list):
        raise RecordError(f"{key!r} is {_kind(items)}; it must be a list", (key,))
    return items


def _text(data: dict[str, Any], key: str, default: str) -> str:
    text = data.get(key, default)
    if not isinstance(text, str):
        raise RecordError(f"{key!r} is {_kind(text)}; it must be a string", (key,))
    return text


def _argument(data: Any, index: int) -> str:
    if not isinstance(data, str):
        raise RecordError(f"argument name {index + 1} is {_kind(data)}; it must be a string", ("arguments", index))
    return data


def _plain(data: Any, path: Path, depth: int = 1) -> Any:
    """Metadata as it is, its depth checked so that nothing later has to fear it."""
    if depth > MAX_DEPTH:
        raise RecordError(f"nested more than {MAX_DEPTH} deep", path)
    for item in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        if isinstance(item, (dict, list)):
            _plain(item, path, depth + 1)
    return data


def _kind(data: Any) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bool: "true or false",
        int: "a number",
        float: "a number",
        type(None): "null",
    }
    return names[type(data)]


def read_lines_of(sources: Iterator[Source], name: str) -> Iterator[Task]:
    """The tasks of a JSONL file, one at a time."""
    empty = True
    for source in sources:
        empty = False
        yield read_line(source)
    if empty:
        raise TaskError(f"{name}: the file is empty")
