"""Growing batches of traces: every program draws its next move, and all programs with the same move run it together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dsl.columns.hash import keys as hash_keys
from dsl.columns.layout import Array, Column
from dsl.errors import ConfigError
from dsl.kernels import FUEL, WIDEN
from dsl.ops import OPS
from dsl.traces.bank import TYPE_CODES, Bank
from dsl.traces.batch import TraceBatch
from dsl.traces.config import TraceConfig
from dsl.traces.inputs import random_column
from dsl.traces.moves import LITERAL, LOOK, ROUTE, Moves
from dsl.traces.odds import Odds
from dsl.traces.results import Results, Runner
from dsl.types import VALUE_TYPES, Type

SPARE = 4
"""Rounds beyond the longest program's moves: a program loses one when its move gets stuck or adds nothing. The last rounds have few
programs in them but nearly as many different moves, and it is moves that cost."""


def traces(config: TraceConfig, *, shard: int = 0, num_shards: int = 1, batches: int | None = None) -> Iterator[TraceBatch]:
    """Batches number `shard`, `shard + num_shards`, ... of the endless sequence that the configuration stands for; `batches` of them."""
    if not 0 <= shard < num_shards:
        raise ConfigError(f"shard is {shard}; it must lie in 0..{num_shards - 1}")
    moves = Moves(config.generator, config.seed)
    odds: dict[int, Odds] = {}
    bank = Bank(config.examples, config.profile)
    variants = config.variants if any(OPS[name].num_quotations for name in config.generator.ops) else 1
    number, end = shard, None if batches is None else shard + batches * num_shards
    while number != end:
        variant = number % variants
        if variant not in odds:
            odds[variant] = Odds(moves, variant)
        yield _Growth(config, odds[variant], bank, np.random.default_rng([config.seed, number])).batch()
        number += num_shards


class _Growth:
    """One batch while it grows. Stacks lie in arrays with one entry for every step of every program, as in `TraceBatch`."""

    def __init__(self, config: TraceConfig, odds: Odds, bank: Bank, rng: np.random.Generator) -> None:
        self.config, self.odds, self.bank, self.rng = config, odds, bank, rng
        self.moves = odds.moves
        count, longest, deepest = config.programs, config.max_length, config.generator.max_depth
        self.wanted = rng.integers(config.min_length, longest + 1, count).astype(np.int32)
        self.lengths = np.zeros(count, np.int32)
        self.words = np.full((count, longest), -1, np.int32)
        self.types = np.full((count, longest + 1, deepest), -1, np.int8)
        self.values = np.zeros((count, longest + 1, deepest), np.int32)
        self.depths = np.zeros((count, longest + 1), np.int8)
        self.status = np.zeros((count, config.examples), np.uint8)
        self.keys = np.zeros((count, deepest), np.uint64)  # fingerprints of the values on the stack as it is now
        self.stacks = np.zeros((count, longest + 1), np.uint64)  # fingerprints of all stacks so far
        bank.clear()
        self.runner = Runner(bank, config.profile.fuel // longest)

    def batch(self) -> TraceBatch:
        """The whole batch: inputs, then a move for every program in each round, then what came to a good end."""
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
                self.values[chosen, 0, slot], self.keys[chosen, slot], _ = self.bank.append(column)
                self.types[chosen, 0, slot] = TYPE_CODES[kind]
        self.stacks[:, 0] = _stack_keys(self.keys)

    def _advance(self, programs: Array) -> Array:
        """Lets each of the programs draw and run a move; gives those that go on growing."""
        drawn = self._draw(programs)
        programs, drawn = programs[drawn >= 0], drawn[drawn >= 0]
        if not len(programs):
            return programs
        table, steps = self.moves.table(), self.lengths[programs]
        base = self.depths[programs, steps] - table.num_args[drawn]
        places = (base[:, None] + np.arange(LOOK)).clip(max=self.keys.shape[1] - 1)
        args = np.take_along_axis(self.values[programs, steps], places, axis=1)
        keys = np.take_along_axis(self.keys[programs], places, axis=1)
        results = self.runner.run(self.moves.all, table, drawn, args, keys)
        failed = results.status.any(axis=1)
        adds = self._adds(programs, drawn, keys, results)
        ended = failed & self._may_fail(programs, results.status)
        after = self._after(programs, drawn, base, results)
        good = ~failed & adds & ~(self.stacks[programs] == after.stacks[:, None]).any(axis=1)
        self._record(programs, drawn, after, good | ended)
        self.status[programs[ended]] = results.status[ended]
        return programs[~ended & (self.lengths[programs] < self.wanted[programs])]

    def _draw(self, programs: Array) -> Array:
        """A move number for each program, -1 where none fits. A stack of height h needs h - 1 moves to come down to one value."""
        steps = self.lengths[programs]
        depth = self.depths[programs, steps].astype(np.int64)
        left = self.wanted[programs] - steps - 1
        growth = np.minimum(left + 1, self.config.generator.max_depth) - depth
        places = depth[:, None] + np.arange(-LOOK, 0)
        top = np.take_along_axis(self.types[programs, steps], places.clip(min=0), axis=1)
        return self.odds.draw(np.where(places < 0, -1, top), growth, self.rng.random(len(programs), np.float32))

    def _adds(self, programs: Array, drawn: Array, args: Array, results: Results) -> Array:
        """Whether a move adds something: it only routes or pushes, or computes a value that is none of its arguments (given by their
        fingerprints) and not the same on all examples. The last move must compute."""
        table = self.moves.table()
        adds = np.zeros(len(drawn), bool)
        for j in range(LOOK):
            new = (table.num_results[drawn] > j) & ~results.constant[:, j]
            for i in range(LOOK):
                new &= (table.num_args[drawn] <= i) | (results.keys[:, j] != args[:, i])
            adds |= new
        moves_only = (table.kinds[drawn] == ROUTE) | (table.kinds[drawn] == LITERAL)
        return np.where(moves_only, self.lengths[programs] + 1 < self.wanted[programs], adds)

    def _may_fail(self, programs: Array, status: Array) -> Array:
        """Which failures are kept, as examples of errors: a share of those that are the program's own and do not come too early."""
        ours = ((status == FUEL) | (status == WIDEN)).any(axis=1)  # a fuel of our own; text that the bank does not hold
        chosen = self.rng.random(len(programs), np.float32) < self.config.failing
        return chosen & ~ours & (self.lengths[programs] + 1 >= self.config.min_length)

    def _after(self, programs: Array, drawn: Array, base: Array, results: Results) -> _Stacks:
        """The stacks after the moves: below `base` as before, then the results."""
        table, steps, slots = self.moves.table(), self.lengths[programs], np.arange(self.keys.shape[1])
        depths = base + table.num_results[drawn]
        kept, gone = slots < base[:, None], slots >= depths[:, None]
        which = (slots - base[:, None]).clip(0, LOOK - 1)

        def mixed(before: Array, pushed: Array, nothing: int) -> Array:
            after = np.where(kept, before, np.take_along_axis(pushed, which, axis=1))
            after[gone] = nothing
            return after

        keys = mixed(self.keys[programs], results.keys, 0)
        # What a route pushes has the type of the argument that it comes from, which its table row says, too.
        types = mixed(self.types[programs, steps], table.types[drawn], -1)
        return _Stacks(types, mixed(self.values[programs, steps], results.values, 0), keys, depths, _stack_keys(keys))

    def _record(self, programs: Array, drawn: Array, after: _Stacks, chosen: Array) -> None:
        """Writes the moves and the stacks after them, for some of the programs."""
        which = programs[chosen]
        steps = self.lengths[which]
        self.words[which, steps] = drawn[chosen]
        self.types[which, steps + 1] = after.types[chosen]
        self.values[which, steps + 1] = after.values[chosen]
        self.depths[which, steps + 1] = after.depths[chosen]
        self.stacks[which, steps + 1] = after.stacks[chosen]
        self.keys[which] = after.keys[chosen]
        self.lengths[which] = steps + 1

    def _finish(self) -> TraceBatch:
        """The programs that reached their length with one value, and so many of the failing ones as are wanted."""
        failing = self.status.any(axis=1)
        good = np.flatnonzero(~failing & (self.lengths == self.wanted) & (_final(self.depths, self.lengths) == 1))
        share = self.config.failing / (1 - self.config.failing)
        kept = np.sort(np.concatenate([good, np.flatnonzero(failing)[: round(len(good) * share)]]))
        batch = self._batch(kept)
        return batch if self.config.keep is None else self._batch(kept[self.config.keep(batch)])

    def _batch(self, kept: Array) -> TraceBatch:
        """The batch of some of the programs, with the moves and values that they use, numbered in an order that is the same everywhere."""
        words, lengths, types, values = self.words[kept], self.lengths[kept], self.types[kept], self.values[kept]
        depths, status = self.depths[kept], self.status[kept]
        stuck = np.flatnonzero((status != 0).all(axis=1))  # on every example, so that there is no stack after the last move
        depths[stuck, lengths[stuck]], types[stuck, lengths[stuck]] = -1, -1
        columns: dict[Type, Column] = {}
        for code, kind in enumerate(VALUE_TYPES):
            mine = types == code
            values[mine], used = _renumbered(values[mine], self.bank.count(kind))
            columns[kind] = self.bank.selection(kind, used)
        place = self.moves.table().place.astype(np.int64)
        words[words >= 0], used = _renumbered(place[words[words >= 0]], len(place))
        moves = tuple(self.moves.all[number] for number in np.argsort(place)[used])
        return TraceBatch(moves, words, lengths, types, values, depths, status, columns, self.config.examples, self.config.profile)


class _Stacks(NamedTuple):
    """Stacks after a move: axes N programs and D places."""

    types: Array
    values: Array
    keys: Array
    depths: Array
    stacks: Array
    """uint64[N]: fingerprints of whole stacks."""


def _stack_keys(keys: Array) -> Array:
    return (keys * hash_keys(keys.shape[1])).sum(axis=1, dtype=np.uint64)


def _final(array: Array, lengths: Array) -> Array:
    """The entry of every program after its last move."""
    return array[np.arange(len(array)), lengths]


def _renumbered(numbers: Array, count: int) -> tuple[Array, Array]:
    """The numbers counted anew without gaps, and which of the first `count` occur."""
    occurs = np.zeros(count, bool)
    occurs[numbers] = True
    return (np.cumsum(occurs) - 1)[numbers], np.flatnonzero(occurs)
