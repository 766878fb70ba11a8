"""Growing batches of traces: configuration, and the loop that draws a word for every program and runs equal words together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from dsl.columns.layout import EMPTY, Array, encode, layout_of, zeros
from dsl.columns.run import run_columns
from dsl.columns.step import apply
from dsl.errors import ConfigError
from dsl.generate import INPUT_SHAPES, Generator, Inputs
from dsl.program import Program, Push
from dsl.traces.bank import TYPE_CODES, Bank, constant_over_examples, narrowed, same_values
from dsl.traces.batch import TraceBatch
from dsl.traces.inputs import random_column
from dsl.traces.moves import LOOK, Move, Moves
from dsl.types import VALUE_TYPES, Type
from dsl.values import DEFAULT, Profile

TRIES = 3
"""How often a program draws again at one step, after a word that got stuck or changed nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceConfig:
    """What traces are drawn from. Equal configurations give equal traces, batch by batch, on any number of shards."""

    seed: int = 0
    programs: int = 4096
    """Programs begun in one batch; about half of them come to a good end."""
    examples: int = 5
    """Examples of each program."""
    min_length: int = 1
    max_length: int = 6
    """Program length in moves: words, literals, and combinators with their quotations."""
    shapes: tuple[tuple[Type, ...], ...] = INPUT_SHAPES
    """Stack shapes that programs start from."""
    failing: float = 0.25
    """Wanted share of programs whose last word gets stuck on some example."""
    generator: Generator = field(default_factory=lambda: Generator(profile=DEFAULT.with_limits(max_list=20, max_str=64)))
    inputs: Inputs = Inputs()
    keep: Callable[[TraceBatch], Array] | None = None
    """Called with each batch; gives the numbers of the programs to keep: how an enumerator filters programs of minimal length."""

    def __post_init__(self) -> None:
        rules = {
            "programs": self.programs >= 1,
            "examples": self.examples >= 1,
            "max_length": 1 <= self.min_length <= self.max_length,
            "failing": 0 <= self.failing < 1,
            "shapes": bool(self.shapes) and all(0 < len(shape) <= self.generator.max_depth for shape in self.shapes),
        }
        for name, fine in rules.items():
            if not fine:
                raise ConfigError(f"trace field {name} is {getattr(self, name)!r}: counts are at least 1, min_length <= max_length, failing in [0, 1), shapes fit max_depth")

    @property
    def profile(self) -> Profile:
        """The profile that traces run under."""
        return self.generator.profile


def traces(config: TraceConfig, *, shard: int = 0, num_shards: int = 1, batches: int | None = None) -> Iterator[TraceBatch]:
    """Batches number `shard`, `shard + num_shards`, ... of the endless sequence that the configuration stands for; `batches` of them."""
    if not 0 <= shard < num_shards:
        raise ConfigError(f"shard is {shard}; it must lie in 0..{num_shards - 1}")
    moves = Moves(config.generator, config.seed)
    bank = Bank(config.examples, config.profile)
    done = 0
    while batches is None or done < batches:
        rng = np.random.default_rng([config.seed, shard + done * num_shards])
        yield _Growth(config, moves, bank, rng).batch()
        done += 1


class _Growth:
    """One batch while it grows."""

    def __init__(self, config: TraceConfig, moves: Moves, bank: Bank, rng: np.random.Generator) -> None:
        self.config, self.moves, self.bank, self.rng = config, moves, bank, rng
        count, longest, deepest = config.programs, config.max_length, config.generator.max_depth
        self.wanted = rng.integers(config.min_length, longest + 1, count).astype(np.int32)
        self.lengths = np.zeros(count, np.int32)
        self.words = np.full((count, longest), -1, np.int32)
        self.types = np.full((count, longest + 1, deepest), -1, np.int8)
        self.values = np.zeros((count, longest + 1, deepest), np.int32)
        self.depths = np.zeros((count, longest + 1), np.int8)
        self.status = np.zeros((count, config.examples), np.uint8)
        self.stuck = np.zeros(count, bool)
        self._literals: dict[int, int] = {}
        bank.clear()

    def batch(self) -> TraceBatch:
        """The whole batch: inputs, then one move after the other, then the good ends."""
        self._draw_inputs()
        for step in range(self.config.max_length):
            growing = np.flatnonzero((self.wanted > step) & (self.lengths == step) & ~self.stuck)
            for _ in range(TRIES):
                growing = self._grow(growing, step)
        return self._finish()

    def _draw_inputs(self) -> None:
        config = self.config
        shape_of = self.rng.integers(0, len(config.shapes), config.programs)
        for number, shape in enumerate(config.shapes):
            chosen = np.flatnonzero(shape_of == number)
            self.depths[chosen, 0] = len(shape)
            for slot, kind in enumerate(shape):
                column = random_column(self.rng, kind, len(chosen), config.examples, config.inputs, config.profile)
                self.values[chosen, 0, slot] = self.bank.append(column)
                self.types[chosen, 0, slot] = TYPE_CODES[kind]

    def _grow(self, programs: Array, step: int) -> Array:
        """Lets each of the programs draw and run a move; gives those whose move was no good."""
        drawn = self._draw(programs, step)
        dead, programs, drawn = programs[drawn < 0], programs[drawn >= 0], drawn[drawn >= 0]
        if not len(programs):
            return dead
        table = self.moves.table()
        base = self.depths[programs, step] - table.num_args[drawn]
        args = np.take_along_axis(self.values[programs, step], (base[:, None] + np.arange(LOOK)).clip(max=self.types.shape[2] - 1), axis=1)
        results = np.take_along_axis(args, table.routing[drawn], axis=1)
        good = ~self._exchanges_equals(drawn, args)
        computed = np.flatnonzero(~table.is_route[drawn])
        order = computed[np.argsort(drawn[computed], kind="stable")]
        for group in np.split(order, np.flatnonzero(np.diff(drawn[order])) + 1):
            if len(group):
                good[group] = self._run(int(drawn[group[0]]), programs[group], args[group], results, group, step)
        good &= ~self._is_dull(drawn, args, results, good)
        self._record(programs[good], drawn[good], base[good], results[good], step)
        return np.sort(np.concatenate([dead, programs[~good & ~self.stuck[programs]]]))

    def _record(self, programs: Array, drawn: Array, base: Array, results: Array, step: int) -> None:
        """Writes the stacks after the moves: below `base` as before, then the results."""
        table = self.moves.table()
        types, values = self.types[programs, step], self.values[programs, step]
        depth = base + table.num_results[drawn]
        for slot in range(types.shape[1]):
            mine = (base <= slot) & (slot < depth)
            which = slot - base[mine]
            types[mine, slot] = table.result_types[drawn[mine], which]
            values[mine, slot] = results[mine, which]
        types[np.arange(types.shape[1]) >= depth[:, None]] = -1
        self.types[programs, step + 1], self.values[programs, step + 1] = types, values
        self.depths[programs, step + 1] = depth
        self.words[programs, step] = drawn
        self.lengths[programs] = step + 1

    def _draw(self, programs: Array, step: int) -> Array:
        """A move number for each program, -1 where none fits. A stack of height h needs h - 1 moves to come down to one value."""
        depth = self.depths[programs, step].astype(np.int64)
        left = self.wanted[programs] - step - 1
        # In the last move the stack must come to one value; before it, it may be as high as the moves left can bring down.
        growth = np.minimum(np.where(left == 0, 1 - depth, left + 1 - depth), self.config.generator.max_depth - depth).clip(-3, 2)
        top = np.full((len(programs), LOOK), -1, np.int64)
        for back in range(min(LOOK, self.types.shape[2])):
            there = depth > back
            top[there, LOOK - 1 - back] = self.types[programs[there], step, depth[there] - 1 - back]
        codes = np.ravel_multi_index((*(top.T + 1), growth + 3), (*(len(VALUE_TYPES) + 1,) * LOOK, 6))
        unique, inverse = np.unique(codes, return_inverse=True)
        odds = self.rng.random(len(programs))
        drawn = np.full(len(programs), -1, np.int32)
        for i, code in enumerate(unique):
            *shape, allowed = (int(part) for part in np.unravel_index(code, (*(len(VALUE_TYPES) + 1,) * LOOK, 6)))
            numbers, cumulative = self.moves.plan(tuple(part - 1 for part in shape if part), allowed - 3)
            if len(numbers):
                mine = np.flatnonzero(inverse == i)
                drawn[mine] = numbers[np.searchsorted(cumulative, odds[mine], side="right").clip(max=len(numbers) - 1)]
        return drawn

    def _run(self, number: int, programs: Array, args: Array, results: Array, group: Array, step: int) -> Array:
        """Runs one literal, word or combinator for all programs that drew it, fills their `results`; gives for which it was no failure."""
        move = self.moves.all[number]
        if move.op is None:
            results[group, 0] = self._literal(number, move)
            return np.ones(len(group), bool)
        values = [np.ascontiguousarray(args[:, i]) for i in range(len(move.args))]
        numbers, status = self._value(move, values) if move.op.kind == "value" else self._combinator(move, values)
        for i, column in enumerate(numbers):
            results[group, i] = column
        fine = ~status.any(axis=1)
        if not fine.all():
            self._note_failures(number, programs[~fine], status[~fine], step)
        return fine

    def _value(self, move: Move, values: list[Array]) -> tuple[list[Array], Array]:
        """Result numbers of a word, computed straight into the bank, and the status of every program and example."""
        e, (kind,) = self.config.examples, move.results
        assert move.op is not None
        first, count = self.bank.count(kind), len(values[0])
        room, status = self.bank.room(kind, count), np.empty(count * e, np.uint8)
        columns = [self.bank.column(k) for k in move.args]
        applied = apply(move.op, columns, values, examples=e, profile=self.config.profile, out=(room, status))
        column, status = narrowed(applied.column, applied.status)
        self.bank.take_in(room, column)
        return [np.arange(first, first + count, dtype=np.int32)], status.reshape(-1, e)

    def _combinator(self, move: Move, values: list[Array]) -> tuple[list[Array], Array]:
        """The same for quotations and their combinator, which run as a program of their own."""
        e = self.config.examples
        rows = [(numbers[:, None].astype(np.int64) * e + np.arange(e)).ravel() for numbers in values]
        inputs = [self.bank.column(kind).take(part) for kind, part in zip(move.args, rows, strict=True)]
        ran = run_columns(Program(move.instructions), inputs, profile=self.config.profile)
        status, numbers = ran.status, []
        for slot, kind in zip(ran.stack, move.results, strict=bool(ran.stack)):
            column = slot.gathered()
            if column.layout is EMPTY:  # no row holds an item, so the lists may be of the type that the move says
                column = zeros(layout_of(kind), column.num_rows, self.config.profile)
            column, status = narrowed(column, status)
            numbers.append(self.bank.append(column))
        return numbers, status.reshape(-1, e)

    def _exchanges_equals(self, drawn: Array, args: Array) -> Array:
        """Where the move is a swap of a value with itself."""
        table = self.moves.table()
        return table.is_swap[drawn] & (table.arg_types[drawn, 0] == table.arg_types[drawn, 1]) & (args[:, 0] == args[:, 1])

    def _is_dull(self, drawn: Array, args: Array, results: Array, good: Array) -> Array:
        """Where a computed result equals an argument on every example, or is the same on all examples."""
        table, e = self.moves.table(), self.config.examples
        dull = np.zeros(len(drawn), bool)
        checked = good & ~table.is_route[drawn] & ~table.is_literal[drawn] & (table.num_results[drawn] == 1)
        for code, kind in enumerate(VALUE_TYPES):
            mine = np.flatnonzero(checked & (table.result_types[drawn, 0] == code))
            if not len(mine):
                continue
            column = self.bank.column(kind)
            for i in range(LOOK):
                alike = mine[table.arg_types[drawn[mine], i] == code]
                dull[alike] |= same_values(column, args[alike, i], column, results[alike, 0], e)
            if e > 1:
                dull[mine] |= constant_over_examples(column, results[mine, 0], e)
        return dull

    def _note_failures(self, number: int, programs: Array, status: Array, step: int) -> None:
        """Ends some of the programs whose word got stuck, as examples of errors; the others draw again."""
        ended = self.rng.random(len(programs)) < self.config.failing
        programs = programs[ended]
        self.stuck[programs] = True
        self.status[programs] = status[ended]
        self.words[programs, step] = number
        self.lengths[programs] = step + 1
        self.depths[programs, step + 1] = -1

    def _literal(self, number: int, move: Move) -> int:
        """The value number of a literal, which lies in the bank once."""
        if number not in self._literals:
            (push,) = move.instructions
            assert isinstance(push, Push)
            column = encode([push.value] * self.config.examples, push.type, self.config.profile)
            self._literals[number] = int(self.bank.append(column)[0])
        return self._literals[number]

    def _finish(self) -> TraceBatch:
        """The programs that reached their length with one value that varies over the examples, and the failing ones."""
        whole = np.flatnonzero(~self.stuck & (self.lengths == self.wanted) & (self._final(self.depths) == 1))
        varying = [whole[:0]]
        for code, kind in enumerate(VALUE_TYPES):
            mine = whole[self._final(self.types)[whole, 0] == code]
            if len(mine):
                constant = constant_over_examples(self.bank.column(kind), self._final(self.values)[mine, 0], self.config.examples)
                varying.append(mine[~constant] if self.config.examples > 1 else mine)
        good = np.concatenate(varying)
        share = self.config.failing / (1 - self.config.failing)
        kept = np.sort(np.concatenate([good, np.flatnonzero(self.stuck)[: int(len(good) * share)]]))
        batch = self._batch(kept)
        return batch if self.config.keep is None else self._batch(kept[self.config.keep(batch)])

    def _final(self, array: Array) -> Array:
        """The entry of every program after its last move."""
        return array[np.arange(len(array)), self.lengths]

    def _batch(self, kept: Array) -> TraceBatch:
        return TraceBatch(
            tuple(self.moves.all), self.words[kept], self.lengths[kept], self.types[kept], self.values[kept], self.depths[kept],
            self.status[kept], self.bank.snapshot(), self.config.examples, self.config.profile,
        )  # fmt: skip
