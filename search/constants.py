"""Constants that a program may write out: given by the task's file, from a shared pool, or discovered in the examples.

The three are kept apart everywhere, because they are different problems: suites that give the constants hand over part of the program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Literal, TypeAlias, get_args

from dsl.tasks import Task
from dsl.types import BOOL, INT, LIST_STR, STR
from dsl.values import Value

Source: TypeAlias = Literal["given", "pool", "discovered"]
SOURCES: tuple[str, ...] = get_args(Source)

POOL_INTS = (0, 1, 2, 3, -1, 4, 5, 10)
POOL_STRINGS = ("", " ", ",", ".", "-", "/", ":", "_", "@", "(", ")", ";", "'", "\n", "0", "1")
TOKEN_CLASSES = ("number", "word", "alnum", "caps", "proper", "lower", "digit", "char")
"""The classes that the token words take; part of the language, so they are no hint about the task."""

MAX_STRINGS = 24
"""Most strings discovered in one task: beyond it the search pays more for a constant than it gains."""


def constants_for(task: Task, source: Source) -> tuple[Value, ...]:
    """The constants of a task, cheapest first, without repetition. `given` falls back to `discovered` where the file gives none."""
    if source == "pool":
        found: Iterable[Value] = (*POOL_INTS, *(POOL_STRINGS if _has_text(task) else ()))
    elif source == "given" and task.constants is not None:
        found = task.constants
    else:
        found = (*_ints(task), *_strings(task))
    return tuple({(type(value), value): value for value in found}.values())


def _has_text(task: Task) -> bool:
    return any(kind in (STR, LIST_STR) for kind in (*task.input_types, task.output_type))


def _ints(task: Task) -> list[Value]:
    """0, 1, -1, 2, 3, then lengths that all outputs share and ints that all outputs contain."""
    outputs = [example.output for example in task.examples]
    found: list[Value] = [0, 1, 2, -1, 3]
    if task.output_type == INT:
        found += [value for value, count in Counter(outputs).items() if count > 1 and isinstance(value, int)][:4]
    elif task.output_type == BOOL:
        return found
    elif not isinstance(outputs[0], (bool, int)):
        lengths = {len(output) for output in outputs if isinstance(output, (str, tuple))}
        found += sorted(lengths) if len(lengths) == 1 else []
        common = set.intersection(*(set(o) for o in outputs if isinstance(o, tuple))) if isinstance(outputs[0], tuple) else set()
        found += sorted(value for value in common if isinstance(value, int) and not isinstance(value, bool))[:4]
    return found


def _strings(task: Task) -> list[Value]:
    """Delimiters that occur, pieces of outputs that no input contains, common substrings of outputs and of input columns; most frequent first."""
    if not _has_text(task):
        return []
    outputs = [_text(example.output) for example in task.examples]
    inputs = [[_text(value) for value in example.inputs] for example in task.examples]
    weight: Counter[str] = Counter()
    for text in (*outputs, *(text for row in inputs for text in row)):
        for character in set(text):
            if not character.isalnum():
                weight[character] += 1
    for output, row in zip(outputs, inputs, strict=True):
        for piece in uncopyable(output, row):
            weight[piece] += 2
    for column in (outputs, *(list(column) for column in zip(*inputs, strict=True))):
        for a, b in combinations(dict.fromkeys(column), 2):
            piece = longest_common_substring(a, b)
            if len(piece) >= 2:
                weight[piece] += 1
    if task.output_type == STR and len(set(outputs)) < len(outputs):
        for output, count in Counter(outputs).items():
            weight[output] += 2 * (count > 1)
    ranked = sorted((text for text in weight if text), key=lambda text: (-weight[text], len(text), text))
    return ["", *ranked[:MAX_STRINGS]]


def _text(value: Value) -> str:
    """All the characters of a value: a string, or the strings of a list one after the other."""
    if isinstance(value, str):
        return value
    return "\n".join(map(_text, value)) if isinstance(value, tuple) else ""


def uncopyable(output: str, inputs: Sequence[str]) -> list[str]:
    """The maximal pieces of `output` none of whose characters lies in a piece of two or more that some input contains (ignoring case)."""
    lowered, sources = output.lower(), [text.lower() for text in inputs]
    pieces, current, start = [], "", 0
    while start < len(output):
        end = start
        while end < len(output) and any(lowered[start : end + 1] in source for source in sources):
            end += 1
        if end - start >= 2 or (end > start and output[start].isalnum()):
            pieces.append(current)
            current, start = "", end
        else:
            current += output[start]
            start += 1
    return [piece for piece in (*pieces, current) if piece]


def longest_common_substring(a: str, b: str) -> str:
    """The longest string that lies in both; the first in `a` among equals."""
    best, previous = "", [0] * (len(b) + 1)
    for i, x in enumerate(a):
        row = [0] * (len(b) + 1)
        for j, y in enumerate(b):
            if x == y:
                row[j + 1] = previous[j] + 1
                if row[j + 1] > len(best):
                    best = a[i + 1 - row[j + 1] : i + 1]
        previous = row
    return best
