"""Growing batches of traces: every program draws its next move, and all programs with the same move run it together."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from dsl.columns.hash import keys as hash_keys
from dsl.columns.layout import Array
from dsl.errors import ConfigError
from dsl.kernels import FUEL, WIDEN
from dsl.ops import OPS
from dsl.traces.bank import Bank
from dsl.traces.batch import TraceBatch
from dsl.traces.config import TraceConfig
from dsl.traces.inputs import random_column
from dsl.traces.moves import LITERAL, LOOK, Moves
from dsl.traces.odds import LITERAL_CODES, Odds
from dsl.traces.results import Results, Runner

SPARE = 6
"""Rounds beyond the longest program's moves: a program loses one when its move gets stuck or adds nothing. The last rounds have few
programs in them but nearly as many different moves, and it is moves that cost."""


MOVE_FUEL = 200
"""Words that one move may execute: a longer loop takes much time and shows no more. Programs with such a move are not kept."""


def traces(config: TraceConfig, *, shard: int = 0, num_shards: int = 1, batches: int | None = None) -> Iterator[TraceBatch]:
    """This shard's part of the endless sequence of batches that the configuration stands for; the first `batches` of it.

    Shards take turns: the first `config.reuse` batches are the first shard's, the next the second's, and so on.
    """
    if not 0 <= shard < num_shards:
        raise ConfigError(f"shard {shard} of {num_shards}: there must be at least one, and they are counted from 0")
    bank, odds = Bank(config.examples, config.profile), None
    # However much each move takes, no program uses up its fuel; so a move may run on its own.
    profile = config.profile.with_limits(fuel=min(MOVE_FUEL, config.profile.fuel // config.max_length))
    has_quotations = any(OPS[name].num_quotations for name in config.generator.ops)
    for done in itertools.count() if batches is None else range(batches):
        turn, place = divmod(done, config.reuse)
        number = (turn * num_shards + shard) * config.reuse + place
        variant = number // config.reuse if has_quotations else 0
        if odds is None or odds.moves.variant != variant:
            odds = Odds(Moves(config.generator, config.seed, variant))
        bank.clear()
        yield _Growth(config, odds, Runner(bank, profile), np.random.default_rng([config.seed, number])).batch()


class _Growth:
    """One batch while it grows. Axes: P programs, L longest program, D deepest stack."""

    def __init__(self, config: TraceConfig, odds: Odds, runner: Runner, rng: np.random.Generator) -> None:
        self.config, self.odds, self.runner, self.rng = config, odds, runner, rng
        self.bank, self.moves = runner.bank, odds.moves
        count, longest, deepest = config.programs, config.max_length, config.generator.max_depth
        self.wanted = rng.integers(config.min_length, longest + 1, count).astype(np.int32)
        # Not every program that may fail meets a failure, so twice as many as wanted may.
        self.may_fail = rng.random(count) < 2 * config.failing
        self.lengths = np.zeros(count, np.int32)
        self.words = np.full((count, longest), -1, np.int32)
        self.slots = np.zeros((count, longest + 1, deepest), np.int32)
        """int32[P, L + 1, D]: ids of the values on each stack, deepest first."""
        self.depths = np.zeros((count, longest + 1), np.int8)
        self.stacks = np.zeros((count, longest + 1), np.uint64)
        """uint64[P, L + 1]: a hash of each stack."""
        self.status = np.zeros((count, config.examples), np.uint8)

    def batch(self) -> TraceBatch:
        """The whole batch: inputs, then a move for every program in each round, then what came to an end."""
        self._draw_inputs()
        growing = np.arange(self.config.programs)
        for _ in range(self.config.max_length + SPARE):
            growing = self._advance(growing)
            if not len(growing):
                break
        return self._finish()

    def _draw_inputs(self) -> None:
        config = self.config
        shape_of = self.rng.integers(0, len(config.shapes), config.programs)
        for number, shape in enumerate(config.shapes):
            chosen = np.flatnonzero(shape_of == number)
            self.depths[chosen, 0] = len(shape)
            for slot, kind in enumerate(shape):
                column = random_column(self.rng, kind, len(chosen), config.examples, config.inputs, config.profile)
                self.slots[chosen, 0, slot], _ = self.bank.append(column)
        self.stacks[:, 0] = self._hashes(self.slots[:, 0])

    def _advance(self, programs: Array) -> Array:
        """Lets each of the programs draw and run a move; gives those that go on growing."""
        before = self.slots[programs, self.lengths[programs]]
        drawn = self._draw(programs, before)
        if (drawn < 0).any():
            programs, before, drawn = programs[drawn >= 0], before[drawn >= 0], drawn[drawn >= 0]
        if not len(programs):
            return programs
        table, slots = self.moves.table(), np.arange(before.shape[1])
        base = self.depths[programs, self.lengths[programs]] - table.num_args[drawn]
        args = np.take_along_axis(before, (base[:, None] + np.arange(LOOK)).clip(max=slots[-1]), axis=1)
        results = self.runner.run(self.moves.all, table, drawn, args)
        depths = base + table.num_results[drawn]
        pushed = np.take_along_axis(results.ids, (slots - base[:, None]).clip(0, LOOK - 1), axis=1)
        after = np.where(slots < base[:, None], before, pushed)
        after[slots >= depths[:, None]] = 0
        stacks = self._hashes(after)
        failed = results.status.any(axis=1)
        ended = failed & self._may_end(programs, results.status)
        good = ~failed & self._adds(programs, drawn, args, results) & ~(self.stacks[programs] == stacks[:, None]).any(axis=1)
        self.status[programs[ended]] = results.status[ended]
        chosen = good | ended
        which, steps = programs[chosen], self.lengths[programs[chosen]]
        self.words[which, steps] = drawn[chosen]
        self.slots[which, steps + 1], self.depths[which, steps + 1] = after[chosen], depths[chosen]
        self.stacks[which, steps + 1] = stacks[chosen]
        self.lengths[which] = steps + 1
        return programs[~ended & (self.lengths[programs] < self.wanted[programs])]

    def _draw(self, programs: Array, slots: Array) -> Array:
        """A move number for each program, -1 where none fits. A stack of height h needs h - 1 moves to come down to one value."""
        steps = self.lengths[programs]
        depth = self.depths[programs, steps].astype(np.int64)
        growth = np.minimum(self.wanted[programs] - steps, self.config.generator.max_depth) - depth
        places = depth[:, None] + np.arange(-LOOK, 0)
        top = np.where(places < 0, 0, np.take_along_axis(slots, places.clip(min=0), axis=1))
        codes = self.bank.types[top] + LITERAL_CODES * self.bank.is_literal[top]
        return self.odds.draw(codes, growth, self.rng.random(len(programs), np.float32))

    def _adds(self, programs: Array, drawn: Array, args: Array, results: Results) -> Array:
        """Whether a move adds something: it only routes or pushes, or computes a value that is none of its arguments and not the same on
        all examples. The last move must compute."""
        table, given, made = self.moves.table(), self.bank.keys[args], self.bank.keys[results.ids]
        num_args, num_results = table.num_args[drawn], table.num_results[drawn]
        adds = np.zeros(len(drawn), bool)
        for j in range(num_results.max()):
            new = (num_results > j) & ~results.constant[:, j]
            for i in range(num_args.max()):
                new &= (num_args <= i) | (made[:, j] != given[:, i])
            adds |= new
        computes = table.kinds[drawn] > LITERAL
        return np.where(computes, adds, self.lengths[programs] + 1 < self.wanted[programs])

    def _may_end(self, programs: Array, status: Array) -> Array:
        """Which programs may end with their failure, as examples of errors."""
        ours = ((status == FUEL) | (status == WIDEN)).any(axis=1)  # not the program's failure: our fuel, and text that the bank cannot hold
        return self.may_fail[programs] & ~ours & (self.lengths[programs] + 1 >= self.config.min_length)

    def _hashes(self, slots: Array) -> Array:
        """A hash of each stack of ids."""
        return (self.bank.keys[slots] * hash_keys(slots.shape[1])).sum(axis=1, dtype=np.uint64)

    def _finish(self) -> TraceBatch:
        """The programs that reached their length with one value, and the failing ones, as far as they come in the wanted proportion."""
        share, failing = self.config.failing, self.status.max(axis=1) > 0
        whole = ~failing & (self.lengths == self.wanted) & (self.depths[np.arange(len(failing)), self.lengths] == 1)
        good, bad = np.flatnonzero(whole), np.flatnonzero(failing)
        num_bad = min(len(bad), round(len(good) * share / (1 - share)))
        # Where most are to fail, there may be too few of them; a handful missing from a small share is no reason to drop good ones.
        num_good = min(len(good), round(num_bad * (1 - share) / share)) if share >= 0.5 else len(good)
        kept = np.sort(np.concatenate([good[:num_good], bad[:num_bad]]))
        batch = self._batch(kept)
        return batch if self.config.keep is None else self._batch(kept[self.config.keep(batch)])

    def _batch(self, kept: Array) -> TraceBatch:
        """The batch of some of the programs, with the moves and values that they use, numbered in an order that is the same everywhere."""
        words, lengths, slots, depths = self.words[kept], self.lengths[kept], self.slots[kept], self.depths[kept]
        stuck = np.flatnonzero(self.status[kept].all(axis=1))  # on every example, so that there is no stack after the last move
        depths[stuck, lengths[stuck]], slots[stuck, lengths[stuck]] = -1, 0
        numbers, columns = self.bank.compacted(slots)
        place = self.moves.table().place.astype(np.int64)
        words[words >= 0], used = _renumbered(place[words[words >= 0]], len(place))
        return TraceBatch(
            moves=tuple(self.moves.all[number] for number in np.argsort(place)[used]),
            words=words,
            lengths=lengths,
            types=self.bank.types[slots],
            values=numbers[slots],
            depths=depths,
            status=self.status[kept],
            columns=columns,
            num_examples=self.config.examples,
            profile=self.config.profile,
        )


def _renumbered(numbers: Array, count: int) -> tuple[Array, Array]:
    """The numbers counted anew without gaps, and which of the first `count` occur."""
    occurs = np.zeros(count, bool)
    occurs[numbers] = True
    return (np.cumsum(occurs) - 1)[numbers], np.flatnonzero(occurs)
