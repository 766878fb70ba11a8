"""The words that traces are grown from, at concrete types: value words, routes, literals, and combinators with random bodies."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dsl.columns.layout import Array
from dsl.effects import Fold
from dsl.errors import DslError
from dsl.generate import Generator, moves_on
from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.program import Instruction, Push, Word, literal
from dsl.traces.bank import TYPE_CODES
from dsl.types import STR, VALUE_TYPES, Type

LOOK = 4
"""How many values from the top decide which words may come: no op pops more."""

LITERALS = (-1, 0, 1, 2, 3, 4, 5, 10, "", " ", ",", "-", ".", "/", "@", "0", "number", "word", "lower", "caps")


@dataclass(frozen=True, slots=True)
class Move:
    """Instructions (a word, a literal, or quotations and their combinator) with the types that they take and leave."""

    instructions: tuple[Instruction, ...]
    args: tuple[Type, ...]
    results: tuple[Type, ...]
    op: Op | None
    """The word; None for a literal."""
    weight: float

    @property
    def growth(self) -> int:
        """By how many values the stack grows."""
        return len(self.results) - len(self.args)


@dataclass(frozen=True, slots=True, eq=False)
class MoveTable:
    """What the growing loop needs of each move, by its number; M moves, at most LOOK arguments or results."""

    num_args: Array
    num_results: Array
    arg_types: Array
    result_types: Array
    """int8[M, LOOK]: type codes, -1 past the last."""
    routing: Array
    """int64[M, LOOK]: for routes, which argument each result is."""
    is_route: Array
    is_literal: Array
    is_swap: Array

    @classmethod
    def of(cls, moves: list[Move]) -> MoveTable:
        """The table of these moves."""
        arg_types, types = (np.full((len(moves), LOOK), -1, np.int8) for _ in range(2))
        routing = np.zeros((len(moves), LOOK), np.int64)
        for number, move in enumerate(moves):
            arg_types[number, : len(move.args)] = [TYPE_CODES[kind] for kind in move.args]
            types[number, : len(move.results)] = [TYPE_CODES[kind] for kind in move.results]
            if move.op is not None and move.op.routing is not None:
                routing[number, : len(move.results)] = move.op.routing
        return cls(
            np.array([len(move.args) for move in moves]),
            np.array([len(move.results) for move in moves]),
            arg_types,
            types,
            routing,
            np.array([move.op is not None and move.op.routing is not None for move in moves]),
            np.array([move.op is None for move in moves]),
            np.array([move.op is not None and move.op.name == "swap" for move in moves]),
        )


class Moves:
    """All moves of a configuration, found by the types on top of a stack. Moves are numbered in the order in which they are first met."""

    def __init__(self, generator: Generator, seed: int, *, bodies: int = 3) -> None:
        self.generator = generator
        self.seed = seed
        self.bodies = bodies
        self.all: list[Move] = []
        self._number: dict[tuple[Instruction, ...], dict[tuple[Type, ...], int]] = {}
        self._known: dict[tuple[int, ...], tuple[Array, Array, Array]] = {}
        self._plans: dict[tuple[tuple[int, ...], int], tuple[Array, Array]] = {}
        self._table: MoveTable | None = None

    def plan(self, top: tuple[int, ...], growth: int) -> tuple[Array, Array]:
        """Numbers of the moves that fit the type codes on top (deepest first) and grow the stack by at most `growth`; and their cumulative odds."""
        key = (top, growth)
        if key not in self._plans:
            numbers, growths, weights = self._fitting(top)
            fit = growths <= growth
            odds = np.cumsum(weights[fit])
            self._plans[key] = numbers[fit], odds / odds[-1] if len(odds) else odds
        return self._plans[key]

    def table(self) -> MoveTable:
        """The moves met so far, as arrays."""
        if self._table is None or len(self._table.num_args) != len(self.all):
            self._table = MoveTable.of(self.all)
        return self._table

    def _fitting(self, top: tuple[int, ...]) -> tuple[Array, Array, Array]:
        if top not in self._known:
            types = tuple(VALUE_TYPES[code] for code in top)
            found = [*self._words(types), *self._literals(types), *self._combinators(types)]
            numbers = np.array([self._numbered(move) for move in found], np.int32)
            self._known[top] = numbers, np.array([m.growth for m in found]), np.array([m.weight for m in found], np.float64)
        return self._known[top]

    def _numbered(self, move: Move) -> int:
        by_types = self._number.setdefault(move.instructions, {})
        if move.args not in by_types:
            by_types[move.args] = len(self.all)
            self.all.append(move)
        return by_types[move.args]

    def _words(self, types: tuple[Type, ...]) -> Iterable[Move]:
        weights = self.generator.weights
        for args, results, op in moves_on(types, self.generator.ops):
            route = op.routing is not None
            yield Move((Word(op.name),), args, results, op, weights.get(op.name, 0.5 if route else 1.0))

    def _literals(self, types: tuple[Type, ...]) -> Iterable[Move]:
        """Ints anywhere, strings beside strings; together the generator's share of the weight."""
        fitting = [value for value in LITERALS if not isinstance(value, str) or STR in types]
        share = self.generator.literals * 40 / max(len(fitting), 1)
        for value in fitting:
            push: Push = literal(value)
            yield Move((push,), (), (push.type,), None, share)

    def _combinators(self, types: tuple[Type, ...]) -> Iterable[Move]:
        """Words with quotations on exactly the values that they take (bodies look at nothing below), a few random bodies for each."""
        wanted = [op for op in OPS.values() if op.num_quotations and op.name in self.generator.ops and op.num_args <= len(types)]
        for op in wanted:
            stack = types[len(types) - op.num_args :]
            for number in range(self.bodies):
                move = self._combinator(op, stack, number)
                if move is not None:
                    yield move

    def _combinator(self, op: Op, stack: tuple[Type, ...], number: int) -> Move | None:
        # Seeded by what it is for, so that bodies do not depend on the order in which stacks are met, and shards agree.
        rng = random.Random(f"{self.seed} {op.name} {stack} {number}")
        for _ in range(8):
            bodies = self.generator.quotations_for(rng, stack, op)
            if bodies is None:
                continue
            instructions = (*bodies, Word(op.name))
            try:
                results = Fold.on(stack).extend(instructions).stack.types
            except DslError:
                continue
            if all(kind in TYPE_CODES for kind in results):
                return Move(instructions, stack, results, op, self.generator.weights.get(op.name, 1.0))
        return None
