"""Transitions to look at: every op about equally often, and some for every op."""

from dataclasses import replace
from typing import Any

import numpy as np

from dsl import machine
from dsl.ops import OPS
from dsl.parser import parse
from dsl.values import Stuck
from embed.batches import Stream
from embed.cells import State, decode, encode
from embed.data_config import DataConfig
from embed.moves import pops_of
from embed.pool import CellRows
from embed.steps import Steps, joined, rows_of
from executor.field import Field
from executor.view import cells_of

SHARD = 3_000_017
"""No shard of a training run has this number."""


def example_steps(field: Field, data: DataConfig, seed: int, *, rows: int) -> Steps:
    """Concrete transitions that do not get stuck, every op about equally often."""
    config = replace(
        data, rows=rows, chunk=2, programs=min(data.programs, 1024), compiled=False, balance=1.0, errors=0.0, abstract=0.0, soft=0.0, rollouts=0.0,
        max_cells=min(data.max_cells, 40),
    )  # fmt: skip
    stream = Stream(config, field.vocab, SHARD + seed)
    first, second = stream.batch(0).steps, stream.batch(1).steps
    width = max(first.before.codes.shape[1], second.before.codes.shape[1])
    return joined(*(_widened(steps, width) for steps in (first, second)))


def states_for(field: Field, states: Steps, name: str) -> Steps:
    """Some states that the op runs on; where the traces have none, states with enough values."""
    number = field.vocab.numbers[name]
    rows = np.flatnonzero((states.op == number) & (states.error == 0))[:16]
    if len(rows):
        return states.take(rows)
    depth = cells_of(field, states.before, field.table.table()).layout.sequence.amax(1).cpu().numpy() - 5
    rows = np.flatnonzero(depth >= max(1, pops_of(name)))[:16]
    borrowed = states.take(rows if len(rows) else np.arange(min(16, len(states))))
    count, after = len(borrowed), _after(field, borrowed, name)
    return replace(
        _widened(borrowed, after.codes.shape[1]),
        after=after,
        op=np.full(count, number),
        pops=np.full(count, pops_of(name)),
        bodies=np.full_like(borrowed.bodies, -1),
    )


def _after(field: Field, states: Steps, name: str) -> CellRows:
    """What the machine makes of the states with one word; what it cannot run stays as it is."""
    rows = []
    for row in range(len(states)):
        state = decode(states.before.row(row), field.vocab)
        given = tuple(constant for constant in state.constants if constant is not None)
        after = machine.run(parse(name), state.items, constants=given) if name in OPS and isinstance(state.items, tuple) else state.items
        rows.append(encode(State(state.items if isinstance(after, Stuck) else after, state.constants), field.vocab))
    return rows_of(rows, max(states.before.codes.shape[1], *map(len, rows)), field.vocab)


def _widened(steps: Steps, width: int) -> Steps:
    def wide(rows: Any) -> Any:
        pad = ((0, 0), (0, width - rows.codes.shape[1]))
        return type(rows)(np.pad(rows.codes, pad), np.pad(rows.numbers, pad))

    return replace(steps, before=wide(steps.before), after=wide(steps.after))
