"""What the moves of traces are to a network: numbers of ops, quotations as tokens, values taken; which ops fit a stack, and what they do to abstract ones."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from dsl.columns.layout import Array
from dsl.domains.apply import apply_op
from dsl.domains.base import Context
from dsl.generate import moves_on
from dsl.ops import OPS
from dsl.program import Constant, Instruction, Push, Quotation, Word
from dsl.traces.moves import Move
from dsl.types import Type
from dsl.values import REASONS, Profile
from embed.cells import encode_value
from embed.vocab import BRACKETS, CONSTANTS, NOP, Vocabulary

MAX_BODY = 12
"""Words of a quotation, nested ones included; rows with longer ones are left out."""


@lru_cache(maxsize=100_000)
def is_held_out(first: str, second: str) -> bool:
    """Whether a pair of ops in a row is kept for evaluation: one pair in twenty."""
    return zlib.crc32(f"{first} {second}".encode()) % 20 == 0


def abstract_results(
    name: str, items: tuple[Any, ...], constants: tuple[Any, ...], domain: str, profile: Profile
) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
    """What one op without quotations leaves below its results, and its results, on a stack of one domain; None where it certainly gets stuck."""
    if name == NOP:
        return items, ()
    if name in CONSTANTS:
        value = constants[CONSTANTS.index(name)]
        return None if value is None else (items, (value,))
    op = OPS[name]
    if op.type.pops > len(items):
        return None
    below = items[: len(items) - op.type.pops]
    results = apply_op(op, Context(profile), items[len(below) :], (), (domain,))
    return None if any(result.is_bottom for result in results) else (below, results)


def body_tokens(body: tuple[Instruction, ...], vocab: Vocabulary) -> list[int]:
    """A quotation's words as tokens: numbers in `body_words`, then cell codes for literals; numbers beyond the table are told by their code alone."""
    numbers = {word: number for number, word in enumerate(vocab.body_words)}
    tokens: list[int] = []
    for instruction in body:
        if isinstance(instruction, Word):
            tokens.append(numbers[instruction.name])
        elif isinstance(instruction, Constant):
            tokens.append(numbers[CONSTANTS[instruction.index]])
        elif isinstance(instruction, Push):
            tokens += [len(numbers) + code for code, _ in encode_value(instruction.value, vocab, instruction.type)]
        else:
            tokens += [numbers[BRACKETS[0]], *body_tokens(instruction.body, vocab), numbers[BRACKETS[1]]]
    return tokens


def bodies_of(moves: tuple[Move, ...], vocab: Vocabulary) -> tuple[Array, Array]:
    """int64[moves, 2, W] and whether each move can be told to a network."""
    made, fine = np.full((len(moves), 2, MAX_BODY), -1, np.int64), np.ones(len(moves), bool)
    for number, move in enumerate(moves):
        bodies = [body_tokens(i.body, vocab) for i in move.instructions if isinstance(i, Quotation)]
        fine[number] = len(bodies) <= 2 and all(len(body) <= MAX_BODY for body in bodies)
        if fine[number]:
            for place, body in enumerate(bodies):
                made[number, place, : len(body)] = body
    return made, fine


def popped(move: Move) -> tuple[int, int]:
    """How many values a move takes and leaves; a value that quotations only look at lies below, and counts in neither."""
    unused = len(move.args) - move.op.num_args if move.op is not None and move.op.kind == "each" else 0
    return len(move.args) - unused, len(move.results) - unused


def op_number(move: Move, vocab: Vocabulary) -> int:
    """The number of a move's op; pushing a literal counts as the first constant."""
    return vocab.numbers[CONSTANTS[0]] if move.op is None else vocab.numbers[move.op.name]


def pops_of(name: str) -> int:
    """How many values an op takes by its own effect; quotations may take more."""
    return OPS[name].num_args if name in OPS else 0


def fitting_ops(only: frozenset[str] | None) -> Callable[[tuple[Type, ...]], tuple[list[str], tuple[list[str], list[str]]]]:
    """For the types on top of a stack (top first, four at most): the words without quotations that fit, and those that do not with their errors."""
    plain = [name for name, op in OPS.items() if not op.num_quotations and (only is None or name in only or op.routing is not None)]

    @lru_cache(maxsize=100_000)
    def fits(types: tuple[Type, ...]) -> tuple[list[str], tuple[list[str], list[str]]]:
        deep = tuple(reversed(types))
        fitting = [move.op.name for move in moves_on(deep, frozenset(plain))]
        known = set(fitting)
        others = [name for name in plain if name not in known]
        if not others:  # every word of a small language fits
            all_plain = [name for name, op in OPS.items() if not op.num_quotations]
            known = {move.op.name for move in moves_on(deep, frozenset(all_plain))}
            others = [name for name in all_plain if name not in known]
        reasons = [REASONS[0].value if OPS[name].type.pops > len(types) else REASONS[1].value for name in others]
        return fitting, (others, reasons)

    return fits
