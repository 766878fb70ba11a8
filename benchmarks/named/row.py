"""A named task as a row, and the task that comes of it: outputs are computed by the row's Python function, never typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias

from dsl.parser import parse
from dsl.tasks import Example, Task
from dsl.values import Value

NUM_HELD_OUT = 8
POOL = 60
"""Inputs drawn for a task, from which its examples are chosen."""
FEW = 3
"""A function with at most so many different outputs over the pool is shown with each of them."""

Draw: TypeAlias = "Callable[[Random], Value]"


@dataclass(frozen=True, slots=True)
class Row:
    """A task of ours."""

    name: str
    description: str
    function: Callable[..., Any]
    """What is wanted, in Python on plain values (lists are lists)."""
    program: str
    """The shortest program known to us; tests run it on every example and held-out input."""
    draws: tuple[Draw, ...]
    """Where each input comes from."""
    edges: tuple[tuple[Any, ...], ...] = ()
    """Inputs at the ends of what the task means; they are held out."""
    split: Callable[..., Any] | None = None
    """A property of the inputs of which the examples show every value, such as the side of a condition."""
    num_examples: int = 5


def task_of(row: Row) -> Task:
    """The row's task: the same one every time."""
    random = Random(f"bundled {row.name}")
    edges = [frozen(edge) for edge in row.edges]
    pool = [inputs for inputs in dict.fromkeys(tuple(draw(random) for draw in row.draws) for _ in range(POOL)) if inputs not in edges]
    shown = _balanced(row, pool)
    others = [inputs for inputs in pool if inputs not in shown]
    held_out = [*edges, *others[: max(NUM_HELD_OUT - len(edges), 4)]]
    return Task(
        name=row.name,
        description=row.description,
        examples=tuple(_example(row, inputs) for inputs in shown),
        held_out=tuple(_example(row, inputs) for inputs in held_out),
        metadata={"length": len(parse(row.program)), "program": row.program},
    )


def _balanced(row: Row, pool: Sequence[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    """The inputs to show: the values of `split` (or few outputs) in turn, otherwise those with an output not seen before first."""
    outputs = {inputs: _example(row, inputs).output for inputs in pool}
    few = len(set(outputs.values())) <= FEW
    groups: dict[Any, list[tuple[Value, ...]]] = {}
    for inputs in pool:
        key = row.split(*map(thawed, inputs)) if row.split else outputs[inputs] if few else None
        groups.setdefault(key, []).append(inputs)
    chosen: list[tuple[Value, ...]] = []
    while len(chosen) < row.num_examples:
        for group in groups.values():
            fresh = [i for i in group if i not in chosen and outputs[i] not in {outputs[c] for c in chosen}]
            again = [i for i in group if i not in chosen]
            if (fresh or again) and len(chosen) < row.num_examples:
                chosen.append((fresh or again)[0])
    return chosen


def _example(row: Row, inputs: tuple[Value, ...]) -> Example:
    return Example(inputs, frozen(row.function(*map(thawed, inputs))))


def frozen(value: Any) -> Any:
    """Lists as tuples, at every depth."""
    return tuple(map(frozen, value)) if isinstance(value, (list, tuple)) else value


def thawed(value: Any) -> Any:
    """Tuples as lists, at every depth."""
    return list(map(thawed, value)) if isinstance(value, tuple) else value
