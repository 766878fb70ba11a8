"""A task from pairs as one writes them on a command line: `'[3,1,2] -> [1,2,3]'`, several inputs separated by blanks."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dsl.errors import TaskError
from dsl.tasks.records import Example, Task
from dsl.tasks.strictjson import to_value
from dsl.values import Value

ARROW = "->"


def is_pair(text: str) -> bool:
    """Whether an argument looks like a pair rather than the name of a file."""
    return ARROW in text


def read_pairs(texts: Sequence[str], name: str = "command line") -> Task:
    """The task whose examples are these pairs. Raises `TaskError` saying which pair is wrong and how."""
    return Task(name=name, examples=tuple(_pair(text, number) for number, text in enumerate(texts, 1)))


def _pair(text: str, number: int) -> Example:
    # The arrow may also stand inside a string, so the inputs are read first, value by value, up to an arrow between values.
    inputs, rest = _values(text, number)
    if not rest.startswith(ARROW):
        raise TaskError(f"pair {number}: no '{ARROW}' between inputs and output in {text[:60]!r}; write for example '[3,1,2] -> [1,2,3]'")
    outputs, after = _values(rest[len(ARROW) :], number)
    if len(outputs) != 1 or after:
        raise TaskError(f"pair {number}: exactly one value must follow the '{ARROW}' in {text[:60]!r}")
    if not inputs:
        raise TaskError(f"pair {number}: no input stands before the '{ARROW}' in {text[:60]!r}")
    return Example(tuple(inputs), outputs[0])


def _values(text: str, number: int) -> tuple[list[Value], str]:
    """JSON values separated by blanks (or commas), up to an arrow or the end, and what follows them."""
    values: list[Value] = []
    decoder = json.JSONDecoder()
    rest = text.strip()
    while rest and not rest.startswith(ARROW):
        try:
            data, end = decoder.raw_decode(rest)
            values.append(to_value(data))
        except (ValueError, RecursionError) as error:
            wanted = 'a value as JSON writes it, such as 5, "text" or [1,2]'
            raise TaskError(f"pair {number}: {rest[:40]!r} does not begin with {wanted} ({error})") from None
        rest = rest[end:].lstrip(" \t,")
    return values, rest
