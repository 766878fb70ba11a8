"""Single ops on arguments that are drawn for them. Traces repeat few moves many times, above all those with quotations; here every row has values of its own.

Arguments of one type are often made from one another, so that values are equal, or parts of each other, as often as matters. Whether an op gets stuck is for
the machine to say; most rows that do are drawn again.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, product
from typing import NamedTuple

from dsl import machine
from dsl.columns.layout import Array
from dsl.generate import LITERAL_INTS, LITERAL_STRINGS, Generator, Inputs, moves_on, random_value
from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.program import NUM_CONSTANTS, Program, Word
from dsl.traces.moves import Move
from dsl.types import BOOL, INT, STR, VALUE_TYPES, Type
from dsl.values import Stuck, Value
from embed.cells import State, encode
from embed.data_config import DataConfig
from embed.moves import bodies_of, popped
from embed.vocab import ERRORS, Vocabulary

QUOTED = 16
"""Moves with quotations that are drawn for each such op, as far as they can be found."""
TRIES = 40
"""How often quotations are drawn for one of them."""
REDRAWN = 0.7
"""Share of the rows that get stuck which are drawn again."""
RELATED = 0.35
"""How often an argument is made from one before it, where types allow."""
BELOW = 0.25
"""How often a value lies below the arguments of an op with quotations for these to use."""
SMALL = (-3, 12)
"""The least and the largest small number."""


class Told(NamedTuple):
    """A move as the network is told of it."""

    move: Move
    op: int
    """Its op's number."""
    pops: int
    """How many values it takes from the top."""
    bodies: Array
    """int64[2, W]: its quotations' words, -1 past their end."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Single:
    """One op on one state."""

    before: list[tuple[int, int]]
    after: list[tuple[int, int]]
    told: Told
    error: int
    """0 where there is a result, else 1 + index in ERRORS."""
    result: int
    """Cells of the result."""
    looked_at: int
    """Cells of the arguments."""
    types: tuple[int, ...]
    """Type codes of the state before, top first."""


class Singles:
    """Draws single ops; those with quotations from a stock of moves that belongs to the seed."""

    def __init__(self, config: DataConfig, vocab: Vocabulary, seed: int, how: Inputs) -> None:
        self.config, self.vocab, self.seed, self.how = config, vocab, seed, how
        self.profile = config.profile
        self.generator = Generator(ops=frozenset(config.ops) or Generator().ops, profile=self.profile)
        self.names = [name for name in sorted(self.generator.ops) if OPS[name].routing is None]
        self.weights = list(accumulate(config.factors.get(name, 1.0) for name in self.names))
        """How often each word is drawn, added up."""
        self._stock: dict[str, list[Told]] = {}

    def __bool__(self) -> bool:
        return bool(self.names)

    def row(self, rng: random.Random, width: int) -> Single | None:
        """One row whose states fit into so many cells; None where none of some tries does."""
        for _ in range(8):
            stock = self.stock(rng.choices(self.names, cum_weights=self.weights)[0])
            if not stock:
                continue
            made = self._tried(rng, rng.choice(stock))
            if max(len(made.before), len(made.after)) <= width and (not made.error or rng.random() >= REDRAWN):
                return made
        return None

    def stock(self, name: str) -> list[Told]:
        """The moves of a word: all types that it may find, or some random quotations."""
        if name not in self._stock:
            # Seeded by the word, so that it does not matter which words were asked for before.
            moves = (
                _quoted(OPS[name], self.generator, random.Random(f"{self.seed} {name}")) if OPS[name].num_quotations else _plain(OPS[name])
            )
            bodies, fine = bodies_of(tuple(moves), self.vocab)
            number = self.vocab.numbers[name]
            self._stock[name] = [
                Told(move, number, popped(move)[0], body) for move, body, told in zip(moves, bodies, fine, strict=True) if told
            ]
        return self._stock[name]

    def _tried(self, rng: random.Random, told: Told) -> Single:
        move, profile = told.move, self.profile
        values = self._arguments(rng, move.args)
        kinds = [rng.choice(VALUE_TYPES) for _ in range(rng.randint(1, 2) if rng.random() < self.config.frame else 0)]
        frame = tuple(random_value(rng, kind, self.how, profile) for kind in kinds)
        constants = tuple(self._value(rng, rng.choice((INT, STR, BOOL))) if rng.random() < 0.3 else None for _ in range(NUM_CONSTANTS))
        types, items = (*kinds, *move.args), (*frame, *values)
        ran = machine.run(Program(move.instructions), items, profile=profile)
        before = encode(State(items, constants), self.vocab, types=types)
        error = result = 0
        if isinstance(ran, Stuck):
            error = 1 + ERRORS.index(ran.reason.value)
            after = encode(State(ran.reason.value, constants), self.vocab)
        else:
            left = (*types[: len(types) - len(move.args)], *move.results)
            after = encode(State(ran, constants), self.vocab, types=left)
            result = sum(_cells(ran[-1 - i]) for i in range(popped(move)[1]))
        looked_at = sum(_cells(items[-1 - i]) for i in range(told.pops))
        codes = tuple(VALUE_TYPES.index(kind) for kind in reversed(types))
        return Single(before=before, after=after, told=told, error=error, result=result, looked_at=looked_at, types=codes)

    def _arguments(self, rng: random.Random, types: tuple[Type, ...]) -> tuple[Value, ...]:
        values: list[Value] = []
        for kind in types:
            other = rng.choice(values) if values and rng.random() < RELATED else None
            related = _related(rng, other, kind) if other is not None else None
            values.append(self._value(rng, kind) if related is None else related)
        return tuple(values)

    def _value(self, rng: random.Random, kind: Type) -> Value:
        """A value. Small numbers, such as count and point, come as often as all others, and strings that programs push or that are numbers sometimes."""
        draw = rng.random()
        if kind == INT and draw < 0.5:
            return rng.choice(LITERAL_INTS) if draw < 0.1 else rng.randint(*SMALL)
        if kind == STR and draw < 0.3:
            return rng.choice(LITERAL_STRINGS) if draw < 0.2 else str(rng.randint(self.how.min_int, self.how.max_int))
        value = random_value(rng, kind, self.how, self.profile)
        if isinstance(value, (tuple, str)) and len(value) > 1 and rng.random() < 0.25:
            few = [rng.choice(value) for _ in range(2)]  # few different items, so that some are equal
            picked = [rng.choice(few) for _ in value]
            return "".join(picked) if isinstance(value, str) else tuple(picked)
        return value


def _related(rng: random.Random, value: Value, kind: Type) -> Value | None:
    """A value of a type made from another: itself, a part of it, one of its items, or its length; None where there is none."""
    if isinstance(value, (tuple, str)):
        if kind == INT and rng.random() < 0.5:
            return len(value) - rng.randint(0, 2)
        items = [item for item in value if _is(item, kind)]
        if items and not isinstance(value, str):
            return rng.choice(items)
        if _is(value, kind):
            start, end = sorted(rng.randint(0, len(value)) for _ in range(2))
            return value if rng.random() < 0.3 else value[start : min(end, start + rng.choice((1, 2, 20)))]
        return None
    return value if _is(value, kind) else None


def _cells(value: Value) -> int:
    """How many cells a value has."""
    return 2 + sum(map(_cells, value)) if isinstance(value, tuple) else 2 + len(value) if isinstance(value, str) else 1


def _is(value: Value, kind: Type) -> bool:
    """Whether a value certainly has a type; an empty list has several."""
    if kind in (INT, BOOL, STR):
        return type(value) is {INT: int, BOOL: bool, STR: str}[kind]
    return isinstance(value, tuple) and bool(value) and _is(value[0], kind.item)  # type: ignore[union-attr]  # lists are left


@lru_cache(maxsize=1024)
def _shapes(op: Op) -> tuple[tuple[Type, ...], ...]:
    """The types that an op without quotations may find."""
    return tuple(types for types in product(VALUE_TYPES, repeat=op.type.pops) if moves_on(types, frozenset((op.name,))))


def _plain(op: Op) -> list[Move]:
    found = []
    for types in _shapes(op):
        args, results, _ = moves_on(types, frozenset((op.name,)))[0]
        found.append(Move((Word(op.name),), args, results))
    return found


def _quoted(op: Op, generator: Generator, rng: random.Random) -> list[Move]:
    """Moves with random quotations on random types."""
    found: list[Move] = []
    for _ in range(TRIES * QUOTED):
        if len(found) == QUOTED:
            break
        stack = tuple(rng.choice(VALUE_TYPES) for _ in range(op.num_args + (rng.random() < BELOW)))
        made = generator.combination(rng, stack, op)
        if made is not None:
            instructions, results = made
            found.append(Move(instructions, stack, results))
    return found
