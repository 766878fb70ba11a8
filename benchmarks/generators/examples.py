"""A task from a program text and a source of inputs: examples and held-out ones that differ, their outputs computed by the reference machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dsl.machine import answer
from dsl.parser import parse
from dsl.program import walk
from dsl.tasks import Example, Task
from dsl.values import Stuck, Value

NUM_EXAMPLES = 6
NUM_HELD_OUT = 10
MAX_DRAWS = 200
"""Inputs tried for one task before it is thrown away."""

EVERYDAY: tuple[str, ...] = (
    "apple", "river stone", "Monday", "night train", "oak", "Harbour Street", "green tea", "seven", "paper", "northern lights", "Bo", "radio",
    "salt and pepper", "Otter", "winter coat", "a", "lantern", "Red Square", "bicycle", "open door", "tomorrow", "mint", "copper wire", "Ines Karr",
    "old map", "thunder", "sugar", "late arrival", "Pine Road", "east",
)  # fmt: skip
"""Texts of daily life, from one to three words."""


def make_task(
    name: str,
    text: str,
    draw: Callable[[], tuple[Value, ...]],
    *,
    metadata: Mapping[str, Any],
    accept: Callable[[tuple[Example, ...]], bool] = lambda examples: True,
) -> Task | None:
    """A task whose shown examples have at least two different outputs, and four where the output is no Bool, or None. `accept` looks at them too."""
    program = parse(text)
    found: dict[tuple[Value, ...], Value] = {}
    for _ in range(MAX_DRAWS):
        inputs = draw()
        output = answer(program, inputs)
        if not isinstance(output, Stuck):
            found[inputs] = output
        if len(found) == NUM_EXAMPLES + NUM_HELD_OUT:
            break
    else:
        return None
    examples = tuple(Example(inputs, output) for inputs, output in found.items())
    shown = examples[:NUM_EXAMPLES]
    outputs = {e.output for e in shown}
    if len(outputs) < (2 if isinstance(shown[0].output, bool) else 4) or not accept(shown):
        return None
    length = sum(1 for _ in walk(program.body))
    return Task(name=name, examples=shown, held_out=examples[NUM_EXAMPLES:], metadata={"length": length, **metadata, "program": text})
