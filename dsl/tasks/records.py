"""Tasks as records: examples of a function that is wanted, their types, and what else a file said. Hashable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from dsl.errors import TaskError, TypeMismatch
from dsl.tasks.strictjson import MAX_ITEMS, MAX_STRING
from dsl.types import LIST_INT, ListOf, Type, Var, type_of
from dsl.values import Value, to_json

MAX_INPUTS = 64
"""Most inputs of an example: what the default profile's stack holds."""

Path = tuple[str | int, ...]
"""Where something stands inside a task, as keys and indices: `("examples", 2, "inputs", 0)`."""

EMPTY_LIST = ListOf(Var("a"))
"""The type of a value about which only the empty list is known."""


class RecordError(TaskError):
    """A task whose parts do not fit together. `path` says where, so that a reader can name the line."""

    def __init__(self, message: str, path: Path = ()) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class Example:
    """What the wanted program finds on the stack (first argument deepest) and what it must leave on top."""

    inputs: tuple[Value, ...]
    output: Value


@dataclass(frozen=True, slots=True)
class Unfilled:
    """Inputs whose output is wanted: a table's row with an empty target. Row 1 is the header, as a spreadsheet counts."""

    row: int
    inputs: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A function wanted, given by examples. The types are inferred over all examples and held-out ones when it is made.

    Raises `RecordError`, naming the example, the argument and both types, where two examples disagree.
    """

    name: str
    examples: tuple[Example, ...]
    """What a program must reproduce."""
    held_out: tuple[Example, ...] = ()
    """For scoring only; no search may look at them."""
    unfilled: tuple[Unfilled, ...] = ()
    """Rows whose output is wanted."""
    constants: tuple[Value, ...] | None = None
    """The constants that the file gives (a SyGuS grammar's literals: strings, then ints); None if it says nothing about them."""
    arguments: tuple[str, ...] = ()
    """Names of the inputs; `x0`, `x1`, ... where the file gives none."""
    description: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """Everything else in the file, such as `source`, `licence`, `length`. Not part of equality."""
    input_types: tuple[Type, ...] = field(init=False)
    """A type for each argument; List[Int] where only empty lists are seen."""
    output_type: Type = field(init=False)

    def __post_init__(self) -> None:
        if not self.examples:
            raise RecordError("a task needs at least one example", ("examples",))
        kinds = _column_types(self)
        arity = len(self.examples[0].inputs)
        if not self.arguments:
            object.__setattr__(self, "arguments", tuple(f"x{i}" for i in range(arity)))
        _check_arguments(self.arguments, arity)
        object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata)))
        object.__setattr__(self, "input_types", kinds[:arity])
        object.__setattr__(self, "output_type", kinds[arity])

    def contradiction(self) -> tuple[int, int] | None:
        """The first two examples (indices) with equal inputs and different outputs, which no program can satisfy; or None."""
        seen: dict[tuple[Value, ...], int] = {}
        for index, example in enumerate(self.examples):
            first = seen.setdefault(example.inputs, index)
            if self.examples[first].output != example.output:
                return first, index
        return None


def argument_path(section: str, index: int, argument: int, arity: int) -> Path:
    """The path of one argument of one example; `argument == arity` is its output."""
    return (section, index, "output") if argument == arity else (section, index, "inputs", argument)


def checked_type(value: Value, where: str, path: Path) -> Type:
    """The type of one value of a task. Raises `RecordError` for what no stack can hold."""
    size = len(value) if isinstance(value, (str, tuple)) else 0
    if isinstance(value, str) and size > MAX_STRING:
        raise RecordError(f"{where} is a string of {size:,} characters; at most {MAX_STRING:,} are read", path)
    if isinstance(value, tuple) and size > MAX_ITEMS:
        raise RecordError(f"{where} is a list of {size:,} items; at most {MAX_ITEMS:,} are read", path)
    try:
        return type_of(value)
    except TypeMismatch as error:
        raise RecordError(f"{where}: {error}", path) from None


def join_types(a: Type, b: Type) -> Type | None:
    """The one type of two values, or None: the empty list goes with every list."""
    if a == b or (b == EMPTY_LIST and isinstance(a, ListOf)):
        return a
    return b if a == EMPTY_LIST and isinstance(b, ListOf) else None


def _column_types(task: Task) -> tuple[Type, ...]:
    """The types of all the arguments, then of the output, over every example of the task."""
    arity = len(task.examples[0].inputs)
    if arity > MAX_INPUTS:
        raise RecordError(
            f"{arity:,} inputs; at most {MAX_INPUTS} fit on the stack (a list as one input stands in brackets of its own)",
            ("examples", 0, "inputs"),
        )
    kinds: list[Type | None] = [None] * (arity + 1)
    first: list[str] = [""] * (arity + 1)
    for section, index, values in _rows(task):
        where = _row_name(section, index)
        num_inputs = len(values) - (section != "unfilled")
        if num_inputs != arity:
            raise RecordError(
                f"{where} has {num_inputs} inputs, but example 1 has {arity}; all need the same number", (section, index, "inputs")
            )
        for column, value in enumerate(values):
            name = "the output" if column == arity else f"input {column + 1}"
            path = argument_path(section, index, column, arity)
            kind = checked_type(value, f"{name} of {where}", path)
            known = kinds[column]
            joined = kind if known is None else join_types(known, kind)
            if joined is None:
                raise RecordError(f"{name} of {where} is {kind}, but in {first[column]} it is {known}; a column has one type", path)
            if joined != known:
                kinds[column], first[column] = joined, where
    return tuple(LIST_INT if kind is None or kind == EMPTY_LIST else kind for kind in kinds)


def _rows(task: Task) -> Iterator[tuple[str, int, tuple[Value, ...]]]:
    for section, examples in (("examples", task.examples), ("held_out", task.held_out)):
        for index, example in enumerate(examples):
            yield section, index, (*example.inputs, example.output)
    for index, row in enumerate(task.unfilled):
        yield "unfilled", index, row.inputs


def _row_name(section: str, index: int) -> str:
    return f"{({'held_out': 'held-out example', 'unfilled': 'unfilled row'}).get(section, 'example')} {index + 1}"


def _check_arguments(names: Iterable[str], arity: int) -> None:
    names = tuple(names)
    if len(names) != arity:
        raise RecordError(f"{len(names)} argument names for {arity} inputs", ("arguments",))
    for index, name in enumerate(names):
        if not name or name in names[:index]:
            problem = "is empty" if not name else f"stands twice: {name!r}"
            raise RecordError(f"argument name {index + 1} {problem}; each argument needs a name of its own", ("arguments", index))


def task_to_json(task: Task) -> dict[str, Any]:
    """The task as `json.dumps` takes it, in the form that the JSON reader reads back to an equal task."""
    examples, held_out = (
        [{"inputs": to_json(e.inputs), "output": to_json(e.output)} for e in part] for part in (task.examples, task.held_out)
    )
    data: dict[str, Any] = {"name": task.name, "arguments": list(task.arguments), "examples": examples}
    if held_out:
        data["held_out"] = held_out
    if task.unfilled:
        data["unfilled"] = [{"row": row.row, "inputs": to_json(row.inputs)} for row in task.unfilled]
    if task.constants is not None:
        data["constants"] = to_json(task.constants)
    if task.description:
        data["description"] = task.description
    return data | dict(task.metadata)
