"""What the measurements of an evaluation share: a model, unseen states, and what the model makes of them.

Shapes: N rows, L cells.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from embed.batches import Stream, Streams
from embed.cells import CellError, State, decode
from embed.data_config import DataConfig
from embed.pool import CellRows
from embed.steps import Rollouts, Steps
from executor.checkpoint import Executor
from executor.condition import Condition
from executor.exactness import condition_of
from executor.integrate import execute
from executor.layout import FIRST_ITEM
from executor.programs import RUN

SHARD = 2_000_003
"""Shards from here on are for evaluation alone."""

BATCH = 128
"""States of a batch, whatever training takes: each batch has programs of its own, so evaluations of any weights look at as many."""


class Bench:
    """One model, and states that it has not seen."""

    def __init__(self, model: Executor, data: DataConfig, seed: int, rows: int, streams: Streams = Stream) -> None:
        self.streams = streams
        self.model, self.field, self.seed, self.rows = model, model.field, seed, rows
        self.vocab = model.field.vocab
        self.device = model.field.table.residual.device
        small = min(BATCH, rows)
        # Reference kernels: an evaluation must not wait for a hundred kernels to be compiled.
        self.data = replace(
            data,
            rows=small,
            programs=min(data.programs, 1024),
            compiled=False,
            chunk=4,
            chunks=1,  # each chunk has traces of its own: programs, quotations and lengths of inputs change with them
            soft=0.0,
            rollouts=0.0,
            abstract=0.0,
            emphasis=(),
            every=1,
            singles=0.0,
        )
        self.traced = replace(self.data, balance=0.8)
        # Traces repeat the arguments of rare ops; half of the rows that next states are measured on have their own.
        self.balanced = replace(self.traced, singles=0.5)

    def steps(self, config: DataConfig, count: int, shard: int = 0) -> Iterator[Steps]:
        """Batches of about so many concrete rows."""
        stream = self.streams(config, self.vocab, SHARD + 10 * self.seed + shard)
        for number in range(max(1, -(-count // config.rows))):
            yield stream.batch(number).steps

    def tensors(self, rows: CellRows) -> tuple[Tensor, Tensor]:
        """Codes and numbers on the device."""
        return tuple(torch.as_tensor(array, dtype=torch.long).to(self.device) for array in (rows.codes, rows.numbers))  # type: ignore[return-value]

    def equal(self, codes: Tensor, numbers: Tensor, rows: CellRows) -> np.ndarray:
        """bool[N]: whether these cells are those of the rows."""
        return ((codes.cpu().numpy() == rows.codes) & (numbers.cpu().numpy() == rows.numbers)).all(1)

    def exact(self, steps: Steps) -> np.ndarray:
        """bool[N]: whether one call gives the next state."""
        done = execute(self.field, *self.tensors(steps.before), condition_of(steps, self.device))
        return self.equal(done.codes, done.numbers, steps.after)

    def is_call(self, steps: Steps) -> np.ndarray:
        """bool[N]: whether executing the word is one call of the network; false for words that are run as their quotations, word by word."""
        return ~np.isin(steps.op, [self.vocab.numbers[name] for name in RUN]) | (steps.interpretation > 0)

    def longest_argument(self, steps: Steps) -> np.ndarray:
        """int64[N]: the length of the longest list or string among the op's arguments."""
        source = self.field.source(*self.tensors(steps.before))
        sizes = source.layout.sizes[:, FIRST_ITEM : FIRST_ITEM + 4].cpu().numpy()
        there = np.arange(4) < steps.pops[:, None]
        return np.where(there, sizes - 2, 0).clip(min=0).max(1)

    def rollouts(self, length: int, count: int) -> list[Rollouts]:
        """About so many rollouts of so many ops, in four batches that share no programs; fewer where no program is as long."""
        config = replace(self.data, rollouts=1.0, rollout_length=length, max_length=max(length, self.data.max_length), rows=max(12, min(count // 4, 256)), pairs="all", programs=768, min_length=length, chunk=1)  # fmt: skip
        stream = self.streams(config, self.vocab, SHARD + 1000 * self.seed + 20 + length)
        made = [stream.batch(number).rollouts for number in range(4)]
        return [each for each in made if each is not None]

    def conditions(self, made: Rollouts) -> list[Condition]:
        """The condition of each op of rollouts."""
        arrays = [torch.as_tensor(array, dtype=torch.long).to(self.device) for array in (made.ops, made.pops, made.bodies)]
        return [Condition.of(arrays[0][:, k], arrays[1][:, k], arrays[2][:, k]) for k in range(made.ops.shape[1])]

    def with_abstract(self, count: int, shard: int) -> Iterator[tuple[Steps, Any]]:
        """Batches with abstract rows, executed."""
        config = replace(self.data, abstract=1.0, errors=0.0)
        for steps in self.steps(config, count // 2, shard):
            yield steps, execute(self.field, *self.tensors(steps.before), condition_of(steps, self.device))

    def contains(self, done: Any, row: int, domain: str, concrete: State) -> bool:
        """Whether the abstract state of an executed row contains a concrete one, as far as depth goes too."""
        try:
            abstract = decode(cells_of_row(done.codes, done.numbers, row), self.vocab, domain=domain)
        except CellError:
            return False
        if isinstance(abstract.items, str) or isinstance(concrete.items, str) or len(abstract.items) != len(concrete.items):
            return False
        return all(element.contains(value) for element, value in zip(abstract.items, concrete.items, strict=True))


def cells_of_row(codes: Tensor, numbers: Tensor, row: int) -> list[tuple[int, int]]:
    """The cells of one row with the numbers beside them."""
    return list(zip(codes[row].tolist(), numbers[row].tolist(), strict=True))
