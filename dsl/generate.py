"""Random well-typed programs and random inputs: seeded, length-controlled, without dead words.

Two sizes of the same thing. `Generator.program` draws one program of any kind (quotations, conditionals, loops) for tests and
people; `dsl.traces` grows thousands at once, in columns, for training.

No dead words: nothing computed is thrown away (`drop` and `nip` are not drawn, and `dsl.liveness` looks into quotations), the final
stack is one value, and every input is used.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from dsl.effects import Fold
from dsl.errors import ConfigError, DslError
from dsl.liveness import dead_words
from dsl.machine import run
from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.program import Instruction, Program, Quotation, Word, literal, walk
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, VALUE_TYPES, Effect, Type, is_representable
from dsl.unification import substitute, unify_args
from dsl.values import DEFAULT, Profile, Stuck, Value, check

DISCARDING = frozenset({"drop", "nip"})
"""Words that throw a value away: a program without dead words does not need them."""

INPUT_SHAPES: tuple[tuple[Type, ...], ...] = (
    (LIST_INT,),
    (LIST_INT, INT),
    (LIST_INT, LIST_INT),
    (INT,),
    (INT, INT),
    (STR,),
    (STR, STR),
    (STR, INT),
    (LIST_STR,),
    (LIST_LIST_INT,),
)
"""Stack shapes that programs start from, unless the caller names some."""

LITERAL_INTS = (-1, 0, 1, 2, 3, 4, 5, 10)
LITERAL_STRINGS = ("", " ", ",", "-", ".", "/", "@", "a", "0", "number", "word", "lower", "caps")
"""Literals that programs push: ints anywhere, strings beside a string."""

_ALPHABET = "abcdefghij ABCXYZ 0123456789 .,-/@_()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """How random inputs are drawn."""

    min_int: int = -20
    max_int: int = 99
    max_items: int = 8
    """Longest list."""
    max_chars: int = 12
    """Longest string."""

    def __post_init__(self) -> None:
        if self.min_int > self.max_int:
            raise ConfigError(f"inputs field min_int is {self.min_int}; it must not be above max_int, {self.max_int}")
        for name in ("max_items", "max_chars"):
            if getattr(self, name) < 0:
                raise ConfigError(f"inputs field {name} is {getattr(self, name)}; it must be at least 0")

    @lru_cache(maxsize=64)  # noqa: B019  # few of them, and asked for with every value
    def within(self, profile: Profile) -> Inputs:
        """The same, cut to what a profile allows."""
        low, high = (min(max(end, profile.int_min), profile.int_max) for end in (self.min_int, self.max_int))
        return Inputs(
            min_int=low, max_int=high, max_items=min(self.max_items, profile.max_list), max_chars=min(self.max_chars, profile.max_str)
        )


def random_value(rng: random.Random, kind: Type, how: Inputs = Inputs(), profile: Profile = DEFAULT) -> Value:
    """One value of a type, within the profile's limits."""
    value = _random_value(rng, kind, how.within(profile))
    while isinstance(check(value, profile), Stuck):  # a list of strings may hold too many characters
        value = _random_value(rng, kind, how.within(profile))
    return value


def _random_value(rng: random.Random, kind: Type, how: Inputs) -> Value:
    if kind == INT:
        return rng.randint(how.min_int, how.max_int)
    if kind == BOOL:
        return rng.random() < 0.5
    if kind == STR:
        return "".join(rng.choices(_ALPHABET, k=rng.randint(0, how.max_chars)))
    size = rng.randint(0, how.max_items if kind in (LIST_INT, LIST_BOOL) else min(4, how.max_items))
    item = kind.item  # type: ignore[union-attr]  # the seven value types leave only lists here
    return tuple(_random_value(rng, item, how) for _ in range(size))


class Move(NamedTuple):
    """A word without quotations as it applies to concrete types on top of a stack."""

    args: tuple[Type, ...]
    results: tuple[Type, ...]
    op: Op


@lru_cache(maxsize=100_000)
def moves_on(top: tuple[Type, ...], names: frozenset[str]) -> tuple[Move, ...]:
    """Every route and value word among `names` that may run on a stack with these types on top, in table order."""
    found = []
    for op in OPS.values():
        if op.name not in names or op.num_quotations or op.type.pops > len(top):
            continue
        args = top[len(top) - op.type.pops :]
        binding = unify_args(op.type.before.types, args)
        if binding is None:
            continue
        results = tuple(substitute(kind, binding) for kind in op.type.after.types)
        if all(map(is_representable, results)):
            found.append(Move(args, results, op))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """Draws programs. All randomness comes from the `random.Random` that each method is given."""

    ops: frozenset[str] = field(default_factory=lambda: frozenset(OPS) - DISCARDING)
    """Words that may be drawn."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Relative frequency of words; 1 unless named here."""
    literals: float = 0.15
    """Share of steps that push a literal."""
    quotations: float = 0.2
    """Share of steps that draw a word with quotations."""
    max_depth: int = 4
    """Deepest stack."""
    profile: Profile = DEFAULT

    def __post_init__(self) -> None:
        for name in ("ops", "weights"):
            unknown = set(getattr(self, name)) - set(OPS)
            if unknown:
                raise ConfigError(f"generator field {name} names {min(unknown)!r}, which is not a word; `flowforth ops` lists the words")
        rules = {
            "weights": all(0 <= weight < math.inf for weight in self.weights.values()),
            "literals": 0 <= self.literals <= 1,
            "quotations": 0 <= self.quotations <= 1,
            "max_depth": self.max_depth >= 1,
        }
        for name, fine in rules.items():
            if not fine:
                raise ConfigError(
                    f"generator field {name} is {getattr(self, name)!r}; weights are at least 0, shares lie in 0..1, max_depth is at least 1"
                )

    def program(self, rng: random.Random, inputs: Sequence[Type], length: int, *, tries: int = 200) -> Program | None:
        """A program of `length` words (see `len(Program)`) that turns these inputs into one value; None if no try succeeded."""
        if length < 1:
            raise ConfigError(f"length is {length}; a program has at least one word")
        for _ in range(tries):
            body = self._body(rng, tuple(inputs), length, nesting=0)
            if body is not None and len(body[1]) == 1:
                program = Program(tuple(body[0]))
                if not dead_words(program, len(inputs)):
                    return program
        return None

    def programs(
        self, rng: random.Random, shapes: Sequence[tuple[Type, ...]] = INPUT_SHAPES, *, lengths: range
    ) -> Iterator[tuple[tuple[Type, ...], Program]]:
        """Input shapes and programs, without end. Raises `ConfigError` where none can be found."""
        if not shapes or not lengths:
            raise ConfigError("programs need at least one shape of inputs and one length to draw from")
        in_vain = 0
        while in_vain < 1000:
            shape = rng.choice(tuple(shapes))
            program = self.program(rng, shape, rng.choice(lengths), tries=20)
            in_vain = in_vain + 1 if program is None else 0
            if program is not None:
                yield shape, program
        raise ConfigError(f"no program of {lengths.start} to {lengths.stop - 1} of these words was found for these shapes")

    def weight(self, op: Op) -> float:
        """Relative frequency of a word."""
        return self.weights.get(op.name, 1.0)

    def fitting_literals(self, stack: Sequence[Type]) -> tuple[list[int], list[str]]:
        """The ints and strings that may be pushed on a stack: within the profile, and strings only beside a string."""
        ints = [value for value in LITERAL_INTS if check(value, self.profile) == value]
        return ints, [value for value in LITERAL_STRINGS if check(value, self.profile) == value] if STR in stack else []

    def _body(
        self, rng: random.Random, stack: tuple[Type, ...], length: int, *, nesting: int
    ) -> tuple[list[Instruction], tuple[Type, ...]] | None:
        """Some words of total length `length`, and the stack types that they leave; None at a dead end."""
        words: list[Instruction] = []
        left = length
        while left > 0:
            drawn = self._step(rng, stack, left, nesting)
            if drawn is None:
                return None
            more, stack = drawn
            left -= sum(1 for _ in walk(tuple(more)))
            # With `left` words to go, each of which takes away one value at best, a higher stack cannot come down to one.
            if left < 0 or len(stack) > self.max_depth or (nesting == 0 and len(stack) - 1 > left):
                return None
            words.extend(more)
        return words, stack

    def _step(
        self, rng: random.Random, stack: tuple[Type, ...], left: int, nesting: int
    ) -> tuple[list[Instruction], tuple[Type, ...]] | None:
        draw = rng.random()
        if draw < self.quotations and nesting < 2 and left >= 2:
            found = self._with_quotations(rng, stack, left, nesting)
            if found is not None:
                return found
        ints, strings = self.fitting_literals(stack)
        if draw > 1 - self.literals and left >= 2 and ints:
            push = literal(rng.choice(strings if strings and rng.random() < 0.4 else ints))
            return [push], (*stack, push.type)
        moves = [move for move in moves_on(stack[-4:], self.ops) if self.weight(move.op)]
        if not moves:
            return None
        move = rng.choices(moves, weights=[self.weight(move.op) for move in moves])[0]
        return [Word(move.op.name)], (*stack[: len(stack) - len(move.args)], *move.results)

    def _with_quotations(
        self, rng: random.Random, stack: tuple[Type, ...], left: int, nesting: int
    ) -> tuple[list[Instruction], tuple[Type, ...]] | None:
        """A combinator that fits the stack, with random bodies."""
        fitting = [op for op in OPS.values() if op.num_quotations and op.name in self.ops and op.num_args <= len(stack) and self.weight(op)]
        for op in rng.choices(fitting, weights=[self.weight(op) for op in fitting], k=6) if fitting else ():
            found = self.combination(rng, stack, op, left=left, nesting=nesting)
            if found is not None:
                words, after = found
                return list(words), after
        return None

    def combination(
        self, rng: random.Random, stack: tuple[Type, ...], op: Op, *, left: int = 4, nesting: int = 0
    ) -> tuple[tuple[Instruction, ...], tuple[Type, ...]] | None:
        """`op` after random short bodies for its quotations, and the types of the stack that they leave; None where what was drawn does not fit. Checked
        by the same inference as a user's program."""
        drawn = [self._quotation(rng, stack, op, i, left, nesting) for i in range(op.num_quotations)]
        bodies = [body for body in drawn if body is not None]
        if len(bodies) < len(drawn):
            return None
        words = (*bodies, Word(op.name))
        try:
            after = Fold.on(stack).extend(words).stack.types
        except DslError:
            return None
        return (words, after) if all(kind in VALUE_TYPES for kind in after) else None

    def _quotation(self, rng: random.Random, stack: tuple[Type, ...], op: Op, position: int, left: int, nesting: int) -> Quotation | None:
        """A short random body for one quotation of `op`; whether it fits is for the inference to say."""
        kind = op.type.before.types[op.num_args + position]
        assert isinstance(kind, Effect)
        binding = unify_args(op.type.before.types[: op.num_args], stack[len(stack) - op.num_args :])
        if binding is None:
            return None
        below = stack[: len(stack) - op.num_args]
        given = tuple(substitute(t, binding) for t in kind.before.types)
        if not all(t in VALUE_TYPES for t in given):
            return None
        drawn = self._body(rng, (*below, *given), min(left - 1, rng.choice((1, 1, 1, 2, 2, 3))), nesting=nesting + 1)
        if drawn is None:
            return None
        words, after = drawn
        wanted = tuple(substitute(t, binding) for t in kind.after.types)
        # Where the stack below must stay, most bodies fail this test, which is quicker than the inference.
        if kind.after.row == kind.before.row and (len(after) != len(below) + len(wanted) or unify_args((*below, *wanted), after) is None):
            return None
        return Quotation(tuple(words))


def examples(
    rng: random.Random,
    program: Program,
    shape: Sequence[Type],
    count: int,
    *,
    how: Inputs = Inputs(),
    profile: Profile = DEFAULT,
    tries: int = 20,
) -> list[tuple[tuple[Value, ...], Value]] | None:
    """`count` random inputs with the program's answers, which are not all equal; None if it gets stuck or is constant on them `tries` times."""
    if count < 1:
        raise ConfigError(f"count is {count}; it must be at least 1")
    for _ in range(tries):
        rows = []
        for _ in range(count):
            inputs = tuple(random_value(rng, kind, how, profile) for kind in shape)
            stack = run(program, inputs, profile=profile)
            if isinstance(stack, Stuck) or not stack:
                break
            rows.append((inputs, stack[-1]))
        if len(rows) == count and (count == 1 or len({repr(output) for _, output in rows}) > 1):
            return rows
    return None
