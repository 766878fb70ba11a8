"""Whether a task's text is ASCII: then columns hold it in one byte a character, else in four."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dsl.program import Push
from dsl.tasks import Example
from dsl.values import Value


def is_ascii(examples: Iterable[Example], pushes: Sequence[tuple[Push, int]]) -> bool:
    """Whether the values of the examples and the constants need no wide characters."""
    values = [value for e in examples for value in (*e.inputs, e.output)] + [push.value for push, _ in pushes]
    return all(map(_narrow, values))


def _narrow(value: Value) -> bool:
    if isinstance(value, str):
        return value.isascii()
    return all(map(_narrow, value)) if isinstance(value, tuple) else True
