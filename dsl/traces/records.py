"""One trace as JSON for people: text, types, and for each move the stacks of every example, concrete beside abstract."""

from __future__ import annotations

from typing import Any

from dsl.analysis import steps as abstract_steps
from dsl.domains.product import Abstract
from dsl.program import Program
from dsl.traces.batch import TraceBatch, shown
from dsl.values import Stuck


def record(batch: TraceBatch, p: int) -> dict[str, Any]:
    """Program `p` of a batch. The abstract stacks start from the least that contains the inputs of all its examples."""
    program = batch.program(p)
    abstract = {step.path[0]: step for step in abstract_steps(program, _joined_inputs(batch, p), profile=batch.profile) if len(step.path) == 1}
    moves, at = [], -1
    for step in range(int(batch.lengths[p])):
        move = batch.moves[batch.words[p, step]]
        at += len(move.instructions)
        moves.append(
            {
                "word": str(Program(move.instructions)),
                "after": [shown(batch.stack(p, step + 1, e)) for e in range(batch.num_examples)],
                "abstract": _described(abstract[at].after) if at in abstract else None,
            }
        )
    inputs = [batch.stack(p, 0, e) for e in range(batch.num_examples)]
    return {"program": str(program), "types": [str(kind) for kind in batch.shape(p)], "inputs": [shown(row) for row in inputs], "steps": moves}


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
