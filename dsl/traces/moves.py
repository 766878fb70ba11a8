"""The moves that traces are grown from, at concrete types: value words, routes, literals, and combinators with random quotations."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from dsl.columns.layout import Array
from dsl.generate import LITERAL_INTS, LITERAL_STRINGS, Generator, moves_on
from dsl.liveness import dead_words
from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.program import Instruction, Program, Push, Word, literal
from dsl.traces.bank import TYPE_CODES
from dsl.types import VALUE_TYPES, Type

LOOK = 4
"""How many values from the top decide which moves may come: no word pops more."""

LITERALS = (*LITERAL_INTS, *LITERAL_STRINGS)
ROUTE, LITERAL, VALUE, COMBINATOR = range(4)
"""The kinds of moves."""

TRIES = 60
"""How often quotations are drawn until some fit."""

RARITY = 6
"""There are quotations for one in so many of the stacks that a combinator fits: the fewer different moves a batch has, the faster it grows."""


@dataclass(frozen=True)
class Move:
    """Instructions (a word, a literal, or quotations and their combinator) with the types that they take and leave."""

    instructions: tuple[Instruction, ...]
    args: tuple[Type, ...]
    results: tuple[Type, ...]

    @cached_property
    def text(self) -> str:
        """The instructions as a program writes them."""
        return str(Program(self.instructions))

    @cached_property
    def op(self) -> Op | None:
        """The word; None for a literal."""
        last = self.instructions[-1]
        return OPS[last.name] if isinstance(last, Word) else None

    @cached_property
    def kind(self) -> int:
        """ROUTE, LITERAL, VALUE or COMBINATOR."""
        if self.op is None:
            return LITERAL
        return COMBINATOR if self.op.num_quotations else VALUE if self.op.routing is None else ROUTE

    @cached_property
    def rank(self) -> tuple[int, int, str, str]:
        """Moves are run and stored in this order, which is the same in every process; those of one kind and result type come together."""
        code = TYPE_CODES[self.results[0]] if self.results else -1
        return self.kind, code, self.text, " ".join(map(str, self.args))


class MoveTable(NamedTuple):
    """What the growing loop needs of each of M moves, as arrays by its number; at most LOOK arguments or results."""

    kinds: Array
    num_args: Array
    num_results: Array
    result_type: Array
    """int8[M]: type code of the deepest result; -1 if there is none."""
    routing: Array
    """int64[M, LOOK]: for routes, which argument each result is."""
    literal: Array
    """Index in LITERALS; -1 for other moves."""
    place: Array
    """int16[M]: each move's place in the order of their ranks."""


class Offer(NamedTuple):
    """The moves that fit the types on top of a stack."""

    numbers: Array
    num_args: Array
    growths: Array
    weights: Array
    """Relative frequency among moves of the same kind."""
    kinds: Array


@dataclass(slots=True)
class Moves:
    """All moves of a generator, found when a stack asks for them. They are numbered as they are met, so numbers differ between processes.

    The quotations are random, by the seed and the variant; each variant has others.
    """

    generator: Generator
    seed: int
    variant: int
    all: list[Move] = field(default_factory=list)
    _numbers: dict[Move, int] = field(default_factory=dict)
    _offers: dict[tuple[int, ...], Offer] = field(default_factory=dict)
    _combined: dict[tuple[str, tuple[Type, ...]], Move | None] = field(default_factory=dict)
    _rows: list[tuple[int, int, int, int, list[int], int]] = field(default_factory=list)
    _table: MoveTable | None = None

    def offer(self, top: tuple[int, ...]) -> Offer:
        """The moves that fit the type codes on top (deepest first)."""
        if top not in self._offers:
            types = tuple(VALUE_TYPES[code] for code in top)
            found = [*self._words(types), *self._literals(types), *self._combinators(types)]
            found = [(move, weight) for move, weight in found if weight]
            self._offers[top] = Offer(
                np.array([self._numbered(move) for move, _ in found], np.int32),
                np.array([len(move.args) for move, _ in found], np.int32),
                np.array([len(move.results) - len(move.args) for move, _ in found], np.int32),
                np.array([weight for _, weight in found], np.float64),
                np.array([move.kind for move, _ in found], np.int32),
            )
        return self._offers[top]

    def table(self) -> MoveTable:
        """The moves met so far."""
        if self._table is None or len(self._table.kinds) != len(self.all):
            kinds, num_args, num_results, result_type, routing, index = zip(*self._rows, strict=True)
            place = np.empty(len(self.all), np.int16)
            place[sorted(range(len(self.all)), key=lambda number: self.all[number].rank)] = np.arange(len(self.all))
            self._table = MoveTable(
                np.array(kinds, np.int8),
                np.array(num_args),
                np.array(num_results),
                np.array(result_type, np.int8),
                np.array(routing),
                np.array(index),
                place,
            )
        return self._table

    def _numbered(self, move: Move) -> int:
        if move not in self._numbers:
            self._numbers[move] = len(self.all)
            self.all.append(move)
            routing = list(move.op.routing or ()) if move.op is not None else []
            index = LITERALS.index(move.instructions[0].value) if isinstance(move.instructions[0], Push) else -1
            row = (move.kind, len(move.args), len(move.results), move.rank[1], routing + [0] * (LOOK - len(routing)), index)
            self._rows.append(row)
        return self._numbers[move]

    def _words(self, types: tuple[Type, ...]) -> Iterator[tuple[Move, float]]:
        for args, results, op in moves_on(types, self.generator.ops):
            # Routes fit everywhere and compute nothing, so they come half as often.
            yield Move((Word(op.name),), args, results), self.generator.weight(op) * (1.0 if op.routing is None else 0.5)

    def _literals(self, types: tuple[Type, ...]) -> Iterator[tuple[Move, float]]:
        for values in self.generator.fitting_literals(types):
            for value in values:
                push: Push = literal(value)
                yield Move((push,), (), (push.type,)), 1.0

    def _combinators(self, types: tuple[Type, ...]) -> Iterator[tuple[Move, float]]:
        """Words with quotations on the values that they take, and with one value below that their quotations may use."""
        for op in OPS.values():
            if not op.num_quotations or op.name not in self.generator.ops:
                continue
            for count in (op.num_args, op.num_args + 1):
                if count <= len(types):
                    move = self._combinator(op, types[len(types) - count :])
                    if move is not None:
                        yield move, self.generator.weight(op)

    def _combinator(self, op: Op, stack: tuple[Type, ...]) -> Move | None:
        key = (op.name, stack)
        if key not in self._combined:
            self._combined[key] = self._drawn(op, stack)
        return self._combined[key]

    def _drawn(self, op: Op, stack: tuple[Type, ...]) -> Move | None:
        # Seeded by what it is for, so that quotations do not depend on the order in which stacks are met, and shards agree.
        rng = random.Random(f"{self.seed} {op.name} {' '.join(map(str, stack))} {self.variant}")
        for _ in range(0 if rng.randrange(RARITY) else TRIES):
            found = self.generator.combination(rng, stack, op)
            if found is None:
                continue
            instructions, results = found
            if len(results) <= LOOK and not dead_words(Program(instructions), len(stack)):
                return Move(instructions, stack, results)
        return None
