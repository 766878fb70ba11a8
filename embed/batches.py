"""Traces as batches for training: seeded, sharded, made on the fly, and addressable, so that a resumed run goes on with the very next batch.

    stream = Stream(DataConfig(), vocab, shard=0)
    batch = stream.batch(step)           # the same arrays for the same step, however it is reached

A batch holds `steps` (one op on one state: concrete ones, a wanted share of which get stuck, then abstract ones made from some of these),
`soft` (one state, several ops with weights) and `rollouts` (several ops in a row). Programs' literals stand in the constants block, and
pushing one is `c0`..`c3`. Random values lie below the program's own and in free constants, so that nothing but the op's arguments can
matter. What a word with quotations does to the stack is known from its trace; its quotations are given as words.

Shapes: N rows, L cells, M ops of a mixture, W words of a quotation, A abstract rows, S soft rows, U rollouts of K ops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from dsl.columns.uncompiled import uncompiled
from dsl.traces import TraceBatch, traces
from embed.chunk import Chunk
from embed.data_config import DataConfig
from embed.single import Singles
from embed.source import Source
from embed.steps import Batch
from embed.vocab import Vocabulary


class Stream:
    """An endless sequence of batches by number. Shards are disjoint streams of the same kind."""

    def __init__(self, config: DataConfig, vocab: Vocabulary, shard: int = 0) -> None:
        self.config, self.vocab, self.shard = config, vocab, shard
        self._epoch: tuple[int, Source] | None = None
        self._chunk: tuple[int, list[Batch]] | None = None

    def batch(self, number: int) -> Batch:
        """Batch number `number`, counted from 0."""
        chunk, place = divmod(number, self.config.chunk)
        if self._chunk is None or self._chunk[0] != chunk:
            epoch, _ = divmod(chunk, self.config.chunks)
            if self._epoch is None or self._epoch[0] != epoch:
                self._epoch = epoch, Source(self.config, self.vocab, self._traces(epoch), self._singles(epoch))
            rng = np.random.default_rng([self.config.seed, self.shard, epoch, chunk, 1])
            # All shards have short and long batches at the same steps, so that no process waits for another.
            order = np.random.default_rng([self.config.seed, chunk]).permutation(self.config.chunk)
            first, every = chunk * self.config.chunk, self.config.every
            beside = {int(order[i]) for i in range(self.config.chunk) if (first + i + 1) % every == 0}
            made = Chunk(self._epoch[1], rng).batches(beside)
            self._chunk = chunk, [made[place] for place in order]
        return self._chunk[1][place]

    def __iter__(self) -> Iterator[Batch]:
        number = 0
        while True:
            yield self.batch(number)
            number += 1

    def _traces(self, epoch: int) -> TraceBatch:
        how: AbstractContextManager[Any] = nullcontext() if self.config.compiled else uncompiled()
        with how:
            return next(traces(self.config.traces(self._seed(epoch), long=_is_long(epoch))))

    def _singles(self, epoch: int) -> Singles | None:
        if not self.config.singles:
            return None
        return Singles(self.config, self.vocab, self._seed(epoch), self.config.inputs(long=_is_long(epoch)))

    def _seed(self, epoch: int) -> int:
        return int(np.random.default_rng([self.config.seed, self.shard, epoch]).integers(2**31))


Streams = Callable[[DataConfig, Vocabulary, int], Stream]
"""What makes the stream of a shard."""


def _is_long(epoch: int) -> bool:
    """Whether the programs of an epoch start from values of all lengths; those of the others are short."""
    return epoch % 3 == 2
