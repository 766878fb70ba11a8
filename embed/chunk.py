"""Rows drawn together from a batch of traces, then split into batches of like length.

Shapes: N rows, L cells, M ops of a mixture, W words of a quotation, A abstract rows, S soft rows, U rollouts of K ops.
"""

from __future__ import annotations

import random
from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dsl.columns.layout import Array
from dsl.errors import ConfigError
from dsl.program import NUM_CONSTANTS
from dsl.types import VALUE_TYPES, Type
from embed.abstract_rows import AbstractRows
from embed.cells import encode_value
from embed.mixtures import Mixtures
from embed.moves import pops_of
from embed.pool import CellRows, Pool
from embed.source import Source
from embed.steps import Batch, Rollouts, Steps
from embed.vocab import CONSTANTS, ERRORS, NOP, Kind, Vocabulary
from embed.whole import Whole

_SLOTS = NUM_CONSTANTS + 1
_SHARE_OF_FAILED = 0.5
"""Of the rows that get stuck, how many come from traces; the others are ops on stacks that do not fit them."""


class Chunk:
    """Rows drawn together, then split into batches of like length."""

    def __init__(self, source: Source, rng: np.random.Generator) -> None:
        self.source, self.rng, self.config, self.vocab = source, rng, source.config, source.vocab
        self.random = random.Random(int(rng.integers(2**62)))
        self.pool = Pool(self.vocab)
        self.specials = {kind: self.pool.add([(self.vocab.code(kind), 0)]) for kind in (Kind.NONE, Kind.SEP, Kind.END)}
        self.errors = np.array([self.pool.add([(self.vocab.code(Kind.ERROR, i), 0)]) for i in range(len(ERRORS))])
        self.literal_ids: dict[Any, int] = {}

    def batches(self, beside: Container[int]) -> list[Batch]:
        """All batches of the chunk, the shortest rows first; those whose places are in `beside` have soft rows and rollouts, for the others with them."""
        count, source = self.config.rows * self.config.chunk, self.source
        num_bad = round(count * self.config.errors * _SHARE_OF_FAILED) if len(source.bad) else 0
        num_misfit = round(count * self.config.errors) - num_bad
        spare = count // 4 + 8  # some rows do not fit into the cells
        bad = self.rng.choice(source.bad, num_bad + num_bad // 4 + 1, p=source.bad_odds) if num_bad else source.bad[:0]
        good = self.rng.choice(source.good, count - num_bad + spare, p=source.good_odds)
        drawn = self._drawn(np.concatenate([bad, good]))
        fit_bad, fit_good = (rows[drawn.fits[rows]] for rows in (np.arange(len(bad)), np.arange(len(bad), len(bad) + len(good))))
        rows = np.concatenate([fit_bad[:num_bad], fit_good])[:count]
        if len(rows) < count:
            rows = np.resize(rows, count) if len(rows) else rows
        if not len(rows):
            raise ConfigError(f"no state of these traces fits into max_cells={self.config.max_cells}")
        first_misfit = len(rows) - num_misfit
        misfits = rows[first_misfit:]
        steps, types = self._steps(drawn, rows, {int(r) for r in misfits})
        looked_at = self._looked_at(drawn, rows, steps)
        runs = source.error[drawn.transitions[rows[:first_misfit]]] == 0
        types = self._singles(steps, types, looked_at, np.flatnonzero(runs))
        order = np.lexsort((_used(steps.before, self.vocab).clip(min=_used(steps.after, self.vocab)), looked_at))
        parts = enumerate(np.split(order, self.config.chunk))
        return [self._batch(steps.take(part), types, part, self.config.every if place in beside else 0) for place, part in parts]

    def _drawn(self, transitions: Array) -> _Drawn:
        """Value ids of the states before and after these transitions, framed at random."""
        source, made, rng = self.source, self.source.traces, self.rng
        p, s, e = source.p[transitions], source.s[transitions], source.e[transitions]
        before = self._items(p, s, e)
        failed = source.error[transitions] > 0
        after = np.full_like(before, -1)
        after[~failed] = self._items(p[~failed], s[~failed] + 1, e[~failed])
        before_types = _top_first(made.types[p, s], made.depths[p, s])
        # The frame: values of other rows below the program's own, the same before and after; and in free places of the block.
        filled, filled_types = before[:, 0], before_types[:, 0]  # the tops of all rows, of which any may lie anywhere
        some = np.flatnonzero(filled >= 0)
        picks = some[rng.integers(0, len(some), (len(p), 2))]
        frame = np.where(rng.random((len(p), 1)) < self.config.frame, filled[picks], -1)
        frame[:, 1] = np.where(rng.random(len(p)) < 0.5, frame[:, 1], -1)
        frame_types = np.where(frame >= 0, filled_types[picks], -1)
        blocks = self._blocks(p, some, filled)
        separator, end = self.specials[Kind.SEP], self.specials[Kind.END]
        head = np.concatenate([blocks.ids, np.full((len(p), 1), separator)], axis=1)
        tail = np.full((len(p), 1), end)
        error = self.errors[(source.error[transitions] - 1).clip(min=0)][:, None]
        ids_before = np.concatenate([head, before, frame, tail], axis=1)
        kept = np.where(failed[:, None], -1, np.concatenate([after, frame], axis=1))
        ids_after = np.concatenate([head, np.where(failed[:, None], error, -1), kept, tail], axis=1)
        types = np.concatenate([before_types, frame_types], axis=1)
        sizes = np.maximum(self.pool.lengths(ids_before).sum(axis=1), self.pool.lengths(ids_after).sum(axis=1))
        return _Drawn(transitions, ids_before, ids_after, types, blocks, sizes <= self.config.max_cells)

    def _items(self, p: Array, s: Array, e: Array) -> Array:
        """int64[N, D]: ids of the values on these stacks, top first, -1 past the bottom. New values join the pool."""
        made = self.source.traces
        depths = made.depths[p, s]
        types, values = _top_first(made.types[p, s], depths), _top_first(made.values[p, s], depths)
        ids = np.full(types.shape, -1, np.int64)
        for code, kind in enumerate(VALUE_TYPES):
            here = types == code
            if here.any():
                rows = (values * made.num_examples + e[:, None])[here]
                unique, inverse = np.unique(rows, return_inverse=True)
                ids[here] = self.pool.add_column(made.columns[kind].take(unique))[inverse]
        return ids

    def _blocks(self, p: Array, some: Array, filled: Array) -> _Blocks:
        """The constants of each row: the program's literals, other rows' values, or nothing."""
        ids = np.full((len(p), NUM_CONSTANTS), self.specials[Kind.NONE], np.int64)
        places: list[dict[Any, int]] = []
        for row, program in enumerate(p.tolist()):
            block = self.source.constants(program, self.random)
            mine: dict[Any, int] = {}
            for place, value in enumerate(block):
                if value is not None:
                    mine[type(value), value] = place
                    ids[row, place] = self._literal(value)
            places.append(mine)
        free = (ids == self.specials[Kind.NONE]) & (self.rng.random(ids.shape) < 0.3)
        drawn = filled[some[self.rng.integers(0, len(some), ids.shape)]]
        short = self.pool.lengths(drawn) <= 6
        return _Blocks(np.where(free & short, drawn, ids), places)

    def _literal(self, value: Any) -> int:
        key = type(value), value
        if key not in self.literal_ids:
            self.literal_ids[key] = self.pool.add(encode_value(value, self.vocab))
        return self.literal_ids[key]

    def _steps(self, drawn: _Drawn, rows: Array, misfits: set[int]) -> tuple[Steps, Array]:
        """The chosen rows as steps, some with an op that does not fit instead of their own; and their types, top first."""
        source, vocab = self.source, self.vocab
        transitions = drawn.transitions[rows]
        moves = source.move[transitions]
        op, pops, pushes = source.move_ops[moves].copy(), source.move_pops[moves].copy(), source.move_pushes[moves]
        bodies, error = source.move_bodies[moves].copy(), source.error[transitions].copy()
        ids_after = drawn.after[rows].copy()
        for i, row in enumerate(rows.tolist()):
            value = source.literals[moves[i]]
            if value is not None:
                op[i] = vocab.numbers[CONSTANTS[drawn.blocks.places[row][type(value), value]]]
            if row in misfits:
                types = tuple(VALUE_TYPES[code] for code in drawn.types[row][drawn.types[row] >= 0][:4])
                op[i], error[i] = self._misfit(types, drawn.blocks.ids[row])
                pops[i], bodies[i] = pops_of(vocab.ops[int(op[i])]), -1
                ids_after[i, _SLOTS:-1] = -1
                ids_after[i, _SLOTS] = self.errors[error[i] - 1]
        top = np.arange(ids_after.shape[1] - _SLOTS - 2) < pushes[:, None]
        sizes = self.pool.lengths(ids_after[:, _SLOTS + 1 : -1])
        result = np.where(error > 0, 0, np.where(top, sizes, 0).sum(axis=1)).astype(np.int64)
        width = self.config.max_cells
        before, after = self.pool.assemble(drawn.before[rows], width), self.pool.assemble(ids_after, width)
        nop = np.flatnonzero((self.rng.random(len(rows)) < 0.01) & (error == 0))
        op[nop], pops[nop], result[nop], bodies[nop] = vocab.numbers[NOP], 0, 0, -1
        after.codes[nop], after.numbers[nop] = before.codes[nop], before.numbers[nop]
        steps = Steps(
            before=before, after=after, op=op, pops=pops, bodies=bodies, error=error, result=result,
            interpretation=np.zeros(len(rows), np.int64), partner=np.full(len(rows), -1),
        )  # fmt: skip
        return steps, drawn.types[rows]

    def _singles(self, steps: Steps, types: Array, looked_at: Array, free: Array) -> Array:
        """Puts single ops into some of the rows that are `free`, in place; gives the types with theirs."""
        singles = self.source.singles
        if not singles:
            return types
        chosen = self.rng.permutation(free)[: round(self.config.singles * len(steps))]
        width = max(types.shape[1], 8)
        types = np.pad(types, ((0, 0), (0, width - types.shape[1])), constant_values=-1)
        for i in chosen.tolist():
            made = singles.row(self.random, self.config.max_cells)
            if made is None:
                continue
            for rows, cells in ((steps.before, made.before), (steps.after, made.after)):
                rows.codes[i], rows.numbers[i] = self.vocab.code(Kind.PAD), 0
                rows.codes[i, : len(cells)], rows.numbers[i, : len(cells)] = zip(*cells, strict=True)
            _, steps.op[i], steps.pops[i], steps.bodies[i] = made.told
            steps.error[i], steps.result[i], looked_at[i] = made.error, made.result, max(made.looked_at, made.result + 1)
            types[i] = -1
            types[i, : len(made.types)] = made.types
        return types

    def _looked_at(self, drawn: _Drawn, rows: Array, steps: Steps) -> Array:
        """How many cells each row's op reads or writes: what its cost depends on."""
        ids = drawn.before[rows][:, _SLOTS:-1]
        argument = (ids >= 0) & (np.cumsum(ids >= 0, axis=1) <= steps.pops[:, None])
        return np.maximum(np.where(argument, self.pool.lengths(ids), 0).sum(axis=1), steps.result + 1)

    def _misfit(self, types: tuple[Type, ...], block: Array) -> tuple[int, int]:
        """An op that gets stuck on these types (top first), and its error."""
        absent = np.flatnonzero(block == self.specials[Kind.NONE])
        if len(absent) and self.random.random() < 0.05:
            return self.vocab.numbers[CONSTANTS[self.random.choice(absent.tolist())]], 1
        names, stuck = self.source.fits(types)[1]
        pick = self.random.randrange(len(names))
        return self.vocab.numbers[names[pick]], 1 + ERRORS.index(stuck[pick])

    def _batch(self, steps: Steps, types: Array, part: Array, beside: int) -> Batch:
        width = self._bucket(int(max(_used(steps.before, self.vocab).max(), _used(steps.after, self.vocab).max())))
        everything = np.arange(len(steps))
        steps = replace(steps, before=steps.before.take(everything, width), after=steps.after.take(everything, width))
        whole = (
            [self._typed(steps.before.row(i), types[part[i]]) for i in range(len(steps))]
            if self.config.soft or self.config.abstract
            else []
        )
        soft = Mixtures(self.source, self.rng, self.random).drawn(steps, whole, round(beside * self.config.soft * len(steps)), width)
        steps = AbstractRows(self.source, self.rng, self.random).added(steps, whole, round(self.config.abstract * len(steps)), width)
        rollouts = self._rollouts(round(beside * self.config.rollouts * self.config.rows))
        return Batch(steps=steps, soft=soft, rollouts=rollouts, beside=beside)

    def _bucket(self, used: int) -> int:
        """The width that rows are padded to: few different ones, so that few shapes are compiled or planned."""
        return min(self.config.max_cells, -(-used // 8) * 8)

    def _typed(self, cells: list[tuple[int, int]], types: Array) -> Whole:
        """A row as plain values, made only when asked for."""
        return Whole(cells, tuple(VALUE_TYPES[code] for code in types[types >= 0]), self.vocab)

    def _rollouts(self, count: int) -> Rollouts | None:
        """Windows of programs that run through, as states and ops."""
        length, source = self.config.rollout_length, self.source
        starts = source.good[source.s[source.good] + length <= source.traces.lengths[source.p[source.good]]]
        # No op of the window may get stuck, nor have too long a quotation: each of its transitions is a good one.
        if not count or not len(starts):
            return None
        place = source.places
        windows = []
        for t in self.rng.choice(starts, 6 * count).tolist():
            keys = [place.get((int(source.p[t]), int(source.s[t]) + k, int(source.e[t]))) for k in range(length)]
            if all(key is not None and source.error[key] == 0 for key in keys):
                windows.append(keys)
            if len(windows) == 2 * count:
                break
        if not windows:
            return None
        index = np.array(windows)
        p, s, e = source.p[index[:, 0]], source.s[index[:, 0]], source.e[index[:, 0]]
        blocks = self._blocks(p, np.zeros(1, np.int64), np.array([self.specials[Kind.NONE]]))
        head = np.concatenate([blocks.ids, np.full((len(p), 1), self.specials[Kind.SEP])], axis=1)
        tail = np.full((len(p), 1), self.specials[Kind.END])
        ids = [np.concatenate([head, self._items(p, s + k, e), tail], axis=1) for k in range(length + 1)]
        sizes = np.max([self.pool.lengths(block).sum(axis=1) for block in ids], axis=0)
        fitting = np.flatnonzero(sizes <= self.config.max_cells)
        if not len(fitting):
            return None
        rows = np.resize(fitting[np.argsort(sizes[fitting], kind="stable")][:count], count)
        width = self._bucket(int(sizes[rows].max()))
        moves = source.move[index[rows]]
        ops = source.move_ops[moves].copy()
        for i, row in enumerate(rows.tolist()):
            for k in range(length):
                value = source.literals[moves[i, k]]
                if value is not None:
                    ops[i, k] = self.vocab.numbers[CONSTANTS[blocks.places[row][type(value), value]]]
        states = tuple(self.pool.assemble(block[rows], width) for block in ids)
        return Rollouts(states=states, ops=ops, pops=source.move_pops[moves], bodies=source.move_bodies[moves])


@dataclass(slots=True, eq=False)
class _Blocks:
    ids: Array
    places: list[dict[Any, int]]


@dataclass(slots=True, eq=False)
class _Drawn:
    transitions: Array
    before: Array
    after: Array
    types: Array
    blocks: _Blocks
    fits: Array


def _top_first(array: Array, depths: Array) -> Array:
    """Rows of stacks turned round: column 0 is the top, -1 past the bottom."""
    places = depths[:, None].astype(np.int64) - 1 - np.arange(array.shape[1])
    return np.where(places < 0, -1, np.take_along_axis(array, places.clip(min=0), axis=1)).astype(np.int64)


def _used(rows: CellRows, vocab: Vocabulary) -> Array:
    """How many cells of each row are not padding."""
    return (rows.codes != vocab.code(Kind.PAD)).sum(axis=1)
