"""One trace as JSON for people: text, types, and for each move the stacks of every example, concrete beside abstract."""

from __future__ import annotations

from typing import Any

from dsl.analysis import steps as abstract_steps
from dsl.domains.product import Abstract
from dsl.traces.batch import TraceBatch
from dsl.values import Stuck, to_json


def record(batch: TraceBatch, p: int) -> dict[str, Any]:
    """Program `p` of a batch. The abstract stacks are what the analysis knows from the least stack that contains the inputs of all examples.

    The stack before a step is the one after the step before it, or the inputs.
    """
    program, start = batch.program(p), _joined_inputs(batch, p)
    abstract = {step.path[0]: step.after for step in abstract_steps(program, start, profile=batch.profile) if len(step.path) == 1}
    steps, at = [], -1
    for step in range(int(batch.lengths[p])):
        move = batch.move(p, step)
        at += len(move.instructions)
        steps.append({"word": move.text, "after": _stacks(batch, p, step + 1), "abstract": _described(abstract.get(at))})
    return {
        "program": str(program),
        "types": [str(kind) for kind in batch.shape(p)],
        "inputs": _stacks(batch, p, 0),
        "abstract": _described(start),
        "steps": steps,
    }


def _stacks(batch: TraceBatch, p: int, step: int) -> list[Any]:
    """The stack of every example as JSON, or why it is stuck."""
    stacks = [batch.stack(p, step, e) for e in range(batch.num_examples)]
    return [{"stuck": stack.reason.value} if isinstance(stack, Stuck) else to_json(stack) for stack in stacks]


def _joined_inputs(batch: TraceBatch, p: int) -> list[Abstract]:
    stacks = [batch.stack(p, 0, e) for e in range(batch.num_examples)]
    joined: list[Abstract] = []
    for slot in range(len(batch.shape(p))):
        values = [stack[slot] for stack in stacks if not isinstance(stack, Stuck)]
        element = Abstract.of(values[0])
        for value in values[1:]:
            element = element.join(Abstract.of(value))
        joined.append(element)
    return joined


def _described(stack: Any) -> list[str] | None:
    """An abstract stack as text, one for each value; None where every run is stuck."""
    return None if stack is None or isinstance(stack, Stuck) else [element.show() for element in stack]
