"""One batch of traces with what batches need of it: its transitions, how likely each is drawn, and what its moves are to a network."""

from __future__ import annotations

import random
from functools import cached_property
from typing import Any

import numpy as np

from dsl.columns.layout import Array
from dsl.errors import ConfigError
from dsl.program import NUM_CONSTANTS, Push
from dsl.traces import TraceBatch
from embed.data_config import DataConfig
from embed.moves import bodies_of, fitting_ops, is_held_out, op_number, popped
from embed.single import Singles
from embed.vocab import Vocabulary


class Source:
    """One batch of traces with what chunks need of it: its transitions and what its moves are to a network."""

    def __init__(self, config: DataConfig, vocab: Vocabulary, made: TraceBatch, singles: Singles | None = None) -> None:
        self.config, self.vocab, self.traces, self.singles = config, vocab, made, singles
        self.fits = fitting_ops(frozenset(config.ops) or None)
        self.move_ops = np.array([op_number(move, vocab) for move in made.moves], np.int64)
        self.move_bodies, fine = bodies_of(made.moves, vocab)
        args = [popped(move) for move in made.moves]
        self.move_pops = np.array([count for count, _ in args], np.int64)
        self.move_pushes = np.array([count for _, count in args], np.int64)
        self.literals = [move.instructions[0].value if isinstance(move.instructions[0], Push) else None for move in made.moves]
        lengths, steps = made.lengths, np.arange(made.words.shape[1])
        p, s = np.nonzero((steps < lengths[:, None]) & fine[np.where(made.words < 0, 0, made.words)] & (made.words >= 0))
        few = np.array([len(set(self._literals_of(p))) <= NUM_CONSTANTS for p in range(len(made))], bool)
        p, s = p[few[p]], s[few[p]]
        wanted = (s >= config.from_step) & self._pairs(p, s)
        p, s = p[wanted], s[wanted]
        e = np.tile(np.arange(made.num_examples), len(p))
        self.p, self.s, self.e = np.repeat(p, made.num_examples), np.repeat(s, made.num_examples), e
        last = self.s + 1 == lengths[self.p]
        self.error = np.where(last, made.status[self.p, self.e], 0).astype(np.int64)
        self.move = made.words[self.p, self.s]
        keys = self.move_ops[self.move] * 16 + self.error
        _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        weights = counts[inverse].astype(np.float64) ** -config.balance
        computes = np.array([move.op is not None and move.op.routing is None for move in made.moves], bool)
        weights = np.where(computes[self.move], weights, weights * config.copies)
        factors = config.factors
        emphasis = np.array([1.0 if move.op is None else factors.get(move.op.name, 1.0) for move in made.moves])
        weights = weights * emphasis[self.move]
        self.good, self.bad = np.flatnonzero(self.error == 0), np.flatnonzero(self.error > 0)
        if not weights[self.good].sum() > 0:
            raise ConfigError("no transition could be made from these traces; allow more ops or programs")
        self.good_odds, self.bad_odds = (
            weights[rows] / weights[rows].sum() if len(rows) else weights[rows] for rows in (self.good, self.bad)
        )

    def _pairs(self, p: Array, s: Array) -> Array:
        """Which transitions' ops may stand after the op before them. A program's first op stands after none, and is no pair."""
        if self.config.pairs == "all":
            return np.ones(len(p), bool)
        names = [move.op.name if move.op is not None else "c0" for move in self.traces.moves]
        table = np.array([[is_held_out(a, b) for b in names] for a in names], bool)
        held = (s > 0) & table[self.traces.words[p, np.maximum(s - 1, 0)], self.traces.words[p, s]]
        return held if self.config.pairs == "unseen" else ~held

    @cached_property
    def places(self) -> dict[tuple[int, int, int], int]:
        """Program, step and example to the number of the transition."""
        return {key: i for i, key in enumerate(zip(self.p.tolist(), self.s.tolist(), self.e.tolist(), strict=True))}

    def _literals_of(self, p: int) -> list[Any]:
        words = self.traces.words[p, : self.traces.lengths[p]]
        return [(type(self.literals[w]), self.literals[w]) for w in words if self.literals[w] is not None]

    def constants(self, p: int, rng: random.Random) -> list[Any]:
        """The program's literals in random places of the block; None where there is none."""
        block: list[Any] = [None] * NUM_CONSTANTS
        distinct = [value for _, value in dict.fromkeys(self._literals_of(p))]
        for place, value in zip(rng.sample(range(NUM_CONSTANTS), len(distinct)), distinct, strict=True):
            block[place] = value
        return block
