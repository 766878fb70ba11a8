"""States under two or three ops at once, each op's outcome made by the reference machine.

Shapes: N rows, L cells, M = MAX_MIX ops of a mixture, S mixtures.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from dsl import machine
from dsl.generate import moves_on
from dsl.program import Program, Word
from dsl.values import Stuck
from embed.cells import State, encode
from embed.source import Source
from embed.steps import Soft, Steps, rows_of
from embed.vocab import NOP
from embed.whole import Whole

MAX_MIX = 3


@dataclass(frozen=True, slots=True)
class Mixtures:
    """Draws mixtures of ops that fit the rows of a batch."""

    source: Source
    rng: np.random.Generator
    random: random.Random

    def drawn(self, steps: Steps, whole: list[Whole], count: int, width: int) -> Soft | None:
        """States under two or three ops that fit them, run by the reference machine."""
        if not count:
            return None
        before, after, ops, weights = [], [], [], []
        for i in self.rng.permutation(len(steps)).tolist():
            if len(before) == count:
                break
            names = [name for name in self.source.fits(whole[i].types)[0] if name]
            if len(names) < MAX_MIX:
                continue
            chosen = self.random.sample(names, MAX_MIX)
            if self.random.random() < 0.1:
                chosen[0] = NOP
            outcomes = [self._outcome(whole[i], name) for name in chosen]
            if any(len(cells) > width for cells in outcomes):
                continue
            share = self.rng.dirichlet((0.7,) * MAX_MIX)
            if self.random.random() < 0.6:  # two ops: the most frequent case in a relaxed program that is nearly decided
                share = np.append(share[:2] / share[:2].sum(), 0.0)
            before.append(i)
            after += outcomes
            ops.append([self.source.vocab.numbers[name] for name in chosen])
            weights.append(share)
        if len(before) < count:
            if not before:
                return None
            turns = np.resize(np.arange(len(before)), count).tolist()
            after = [after[t * MAX_MIX + m] for t in turns for m in range(MAX_MIX)]
            before, ops, weights = ([sequence[t] for t in turns] for sequence in (before, ops, weights))
        return Soft(
            before=steps.before.take(np.array(before)),
            after=rows_of(after, width, self.source.vocab),
            ops=np.array(ops, np.int64),
            weights=np.array(weights, np.float32),
        )

    def _outcome(self, whole: Whole, name: str) -> list[tuple[int, int]]:
        """The cells after one op without quotations."""
        state = whole.state
        assert not isinstance(state.items, str)
        if name == NOP:
            return encode(state, self.source.vocab, types=whole.deep_types)
        ran = machine.run(Program((Word(name),)), state.items, profile=self.source.config.profile)
        if isinstance(ran, Stuck):
            return encode(State(ran.reason.value, state.constants), self.source.vocab)
        top = whole.deep_types[-4:]
        move = next(move for move in moves_on(top, frozenset((name,))) if move.op.name == name)
        types = (*whole.deep_types[: len(whole.deep_types) - len(move.args)], *move.results)
        return encode(State(ran, state.constants), self.source.vocab, types=types)
