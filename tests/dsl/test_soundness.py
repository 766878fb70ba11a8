"""The one law of the abstract interpreters: what a run leaves is contained in what the analysis says, for every op, domain and profile."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import pytest

from dsl import analysis, machine
from dsl.effects import Fold
from dsl.errors import DslError
from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.parser import parse
from dsl.program import Instruction, Program, Quotation, Word
from dsl.types import Type
from dsl.values import PROFILES, Stuck, Value
from tests.dsl.domains.abstracts import MODES, draw_around
from tests.dsl.draws import draw_args, draw_types

QUOTATIONS = (
    "", "drop", "dup", "swap", "nip", "over", "drop 3", "inc", "dec", "neg", "abs", "2 *", "3 div", "4 mod", "dup *", "5 +", "10 swap -", "+", "-", "*", "min",
    "max", "swap -", "div", "mod", "even?", "odd?", "zero?", "0 >", "2 <", "5 >", "negative?", "not", "=", "!=", ">", "<", "and", "or", "drop true", "drop false",
    "2 mod 0 =", "dup 0 > swap 7 < and", "len", "upper", "\"-\" concat", "concat", "1 left", "drop \"x\"", "int>str", "str>int", "str-reverse", "\"a\" contains?",
    "blank?", "length", "sum", "reverse", "2 take", "head", "empty?", "++", "dup ++", "sort", "map+1", "dup empty? ( drop 0 ) ( head ) if", "dup even? ( 2 div ) ( inc ) if",
    "dup 9 > ( drop 9 ) when", "3 ( inc ) times", "drop drop 1", "rot + +", "* +", "singleton", "chars", "drop [ ]", "100 >", "dup 50 > swap -50 < or", "prime?",
    "dup negative? ( neg ) when", "over +", "over drop",
)  # fmt: skip


@cache
def bodies() -> tuple[Quotation, ...]:
    """The quotations that higher-order and control words are tried with."""
    return tuple(Quotation(parse(text.replace("[ ]", "[]")).body) for text in QUOTATIONS)


def quoted(rng: np.random.Generator, op: Op, kinds: Sequence[Type]) -> tuple[Instruction, ...] | None:
    """The op after quotations that fit it on a stack of these types, or None if no luck."""
    for _ in range(400):
        chosen = [bodies()[i] for i in rng.integers(len(bodies()), size=op.num_quotations)]
        words = (*chosen, Word(op.name))
        try:
            Fold.on(kinds).extend(words)
        except DslError:
            continue
        return words
    return None


def draws(op: Op, num_draws: int, seed: int) -> Iterator[tuple[Program, tuple[Type, ...], tuple[Value, ...], str]]:
    """Programs of one op with arguments, over all profiles."""
    rng = np.random.default_rng([seed, zlib.crc32(op.name.encode())])
    for _ in range(num_draws):
        profile = list(PROFILES)[rng.integers(len(PROFILES))]
        kinds = draw_types(rng, op)
        words = quoted(rng, op, kinds)
        if words is not None:
            yield Program(words), kinds, draw_args(rng, kinds, PROFILES[profile]), profile


def check_op(op: Op, num_draws: int, seed: int = 0) -> int:
    """Checks that many draws; gives how many of them had a result."""
    rng = np.random.default_rng([seed, 1, zlib.crc32(op.name.encode())])
    num_results = 0
    for program, kinds, args, name in draws(op, num_draws, seed):
        profile = PROFILES[name]
        domains = MODES[rng.integers(len(MODES)) if rng.integers(3) else 0]
        inputs = [draw_around(rng, value, kind, profile, domains) for value, kind in zip(args, kinds, strict=True)]
        assert all(a.contains(value) for a, value in zip(inputs, args, strict=True))
        stack = machine.run(program, args, profile=profile)
        abstract = analysis.run(program, inputs, profile=profile, domains=domains)
        if not isinstance(stack, Stuck):
            num_results += 1
            told = f"{[*args]} {program} -> {stack}; {[a.show() for a in inputs]} -> {abstract and [a.show() for a in abstract]} ({name}, {domains})"
            assert abstract is not None and len(abstract) == len(stack), told
            assert all(a.contains(value) for a, value in zip(abstract, stack, strict=True)), told
    return num_results


@pytest.mark.parametrize("op", OPS.values(), ids=OPS)
def test_op_contains_concrete_result(op: Op) -> None:
    assert check_op(op, 20_000 // len(OPS) + 1) > 10


@pytest.mark.slow
@pytest.mark.parametrize("op", OPS.values(), ids=OPS)
def test_op_contains_concrete_result_often(op: Op) -> None:
    assert check_op(op, 200_000 // len(OPS) + 1, seed=1) > 100
