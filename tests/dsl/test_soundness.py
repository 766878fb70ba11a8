"""The one law of the abstract interpreters: what a run leaves is contained in what the analysis says, for every op, domain and profile."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import pytest

from dsl import machine
from dsl.analysis import Analysis
from dsl.domains.product import Abstract
from dsl.effects import Fold
from dsl.errors import DslError
from dsl.generate import Generator, random_value
from dsl.ops import OPS
from dsl.ops.table import Category, Op
from dsl.parser import parse
from dsl.program import Instruction, Program, Quotation, Word
from dsl.types import INT, LIST_INT, STR, Type, type_of
from dsl.values import PROFILES, Stuck, Value, check
from tests.dsl.domains.abstracts import MODES, draw_around
from tests.dsl.draws import TOKEN_CLASSES, draw_args, draw_types

Stack = tuple[Value, ...]

QUOTATIONS = (
    "", "drop", "dup", "swap", "nip", "over", "drop 3", "inc", "dec", "neg", "abs", "2 *", "3 div", "4 mod", "dup *", "5 +", "10 swap -", "+", "-", "*", "min",
    "max", "swap -", "div", "mod", "even?", "odd?", "zero?", "0 >", "2 <", "5 >", "negative?", "not", "=", "!=", ">", "<", "and", "or", "drop true", "drop false",
    "2 mod 0 =", "dup 0 > swap 7 < and", "len", "upper", "\"-\" concat", "concat", "1 left", "drop \"x\"", "int>str", "str>int", "str-reverse", "\"a\" contains?",
    "blank?", "length", "sum", "reverse", "2 take", "head", "empty?", "++", "dup ++", "sort", "map+1", "dup empty? ( drop 0 ) ( head ) if", "dup even? ( 2 div ) ( inc ) if",
    "dup 9 > ( drop 9 ) when", "3 ( inc ) times", "drop drop 1", "rot + +", "* +", "drop nip", "nip nip", "chars", "drop [ ]", "100 >", "dup 50 > swap -50 < or", "prime?",
    "dup negative? ( neg ) when", "over +", "over drop",
)  # fmt: skip


@cache
def bodies() -> tuple[Quotation, ...]:
    """The quotations that higher-order and control words are tried with."""
    return tuple(Quotation(parse(text.replace("[ ]", "[]")).body) for text in QUOTATIONS)


@cache
def fitting(name: str, kinds: tuple[Type, ...]) -> tuple[tuple[Instruction, ...], ...]:
    """Ways to write the op with quotations before it that fit a stack of these types."""
    op = OPS[name]
    rng = np.random.default_rng(zlib.crc32(f"{name} {kinds}".encode()))
    fits, found = Fold.on(kinds), []
    num_tries = (1, len(bodies()), 900, 1800)[op.num_quotations]
    order = [rng.permutation(num_tries) % len(bodies()) for _ in range(op.num_quotations)]
    for chosen in zip(*order, strict=True) if order else [()]:
        words = (*(bodies()[i] for i in chosen), Word(name))
        try:
            fits.extend(words)
        except DslError:
            continue
        found.append(words)
        if len(found) == 20:
            break
    return tuple(found)


@cache
def stacks(name: str) -> tuple[tuple[tuple[Type, ...], tuple[tuple[Instruction, ...], ...]], ...]:
    """Stacks of types on which the op can run, for ops with quotations also with other values below, and how it is then written."""
    op = OPS[name]
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    below: list[tuple[Type, ...]] = [()]
    if op.num_quotations:
        below += [(INT,), (STR,), (LIST_INT,), (INT, INT), (LIST_INT, INT), (STR, INT)]
    found = []
    for _ in range(8 if op.num_quotations else 24):
        kinds = (*below[rng.integers(len(below))], *draw_types(rng, op))
        if fitting(name, kinds):
            found.append((kinds, fitting(name, kinds)))
    return tuple(found)


def draws(op: Op, num_draws: int, seed: int) -> Iterator[tuple[Program, tuple[Type, ...], Stack, str]]:
    """Programs of one op with arguments, over all profiles."""
    rng = np.random.default_rng([seed, zlib.crc32(op.name.encode())])
    for _ in range(num_draws):
        profile = list(PROFILES)[rng.integers(len(PROFILES))]
        kinds, ways = stacks(op.name)[rng.integers(len(stacks(op.name)))]
        args = draw_args(rng, kinds, PROFILES[profile])
        if op.category == Category.TOKENS and rng.integers(4):
            # Classes that are none and numbers of tokens that are not there are all too common otherwise.
            classes = [*TOKEN_CLASSES, *args[0][:3]]
            args = (args[0], classes[rng.integers(len(classes))], *(int(rng.integers(-2, 3)) if kind == INT else "-" for kind in kinds[2:]))
        yield Program(ways[rng.integers(len(ways))]), kinds, args, profile


def check_op(op: Op, num_draws: int, seed: int = 0) -> int:
    """Checks that many draws forwards, and backwards from what came out; gives how many of them had a result."""
    rng = np.random.default_rng([seed, 1, zlib.crc32(op.name.encode())])
    num_results = 0
    for program, kinds, args, name in draws(op, num_draws, seed):
        stack = machine.run(program, args, profile=PROFILES[name])
        if not isinstance(stack, Stuck):
            num_results += 1
            domains = MODES[rng.integers(len(MODES)) if rng.integers(3) else 0]
            check_run(rng, program, kinds, args, stack, Analysis(profile=PROFILES[name], domains=domains))
    return num_results


def check_run(rng: np.random.Generator, program: Program, kinds: tuple[Type, ...], args: Stack, stack: Stack, settings: Analysis) -> None:
    """Checks one run: its final stack lies in the abstract one, and its arguments in what a wanted result around the stack leaves of the abstract ones."""
    inputs = [draw_around(rng, value, kind, settings.profile, settings.domains) for value, kind in zip(args, kinds, strict=True)]
    assert contains(inputs, args)
    told = f"{[*args]} {program} -> {stack}; {show(inputs)} ({settings.profile.name}, {settings.domains})"
    abstract = settings.run(program, inputs)
    assert contains(abstract, stack), f"{told} -> {show(abstract)}"
    wanted = [
        draw_around(rng, value, type_of(value), settings.profile, settings.domains) for value in stack[rng.integers(len(stack) + 1) :]
    ]
    narrowed = settings.refine(program, wanted, inputs, rounds=2)
    assert contains(narrowed, args), f"{told}, wanted {show(wanted)}: {show(narrowed)}"


def contains(abstract: Sequence[Abstract] | None, stack: Stack) -> bool:
    """Whether every value lies in its slot."""
    return abstract is not None and all(a.contains(value) for a, value in zip(abstract, stack, strict=True))


def show(abstract: Sequence[Abstract] | None) -> str:
    return "nothing" if abstract is None else ", ".join(value.show() for value in abstract)


@pytest.mark.parametrize("op", OPS.values(), ids=OPS)
def test_op_contains_concrete_result(op: Op) -> None:
    assert check_op(op, 20_000 // len(OPS) + 1) > 5


@pytest.mark.slow
@pytest.mark.parametrize("op", OPS.values(), ids=OPS)
def test_op_contains_concrete_result_often(op: Op) -> None:
    assert check_op(op, 200_000 // len(OPS) + 1, seed=1) > 50


def check_programs(num_programs: int, seed: int) -> int:
    """Checks random programs of up to 12 words at every step, and backwards; gives how many of the runs had a result."""
    rng, chance = np.random.default_rng(seed), random.Random(seed)
    num_results = 0
    for number in range(num_programs):
        profile = list(PROFILES.values())[number % len(PROFILES)]
        generator = Generator(profile=profile, quotations=0.35)
        kinds, program = next(generator.programs(chance, lengths=range(1, 13)))
        settings = Analysis(profile=profile, domains=MODES[rng.integers(len(MODES)) if rng.integers(3) else 0])
        for _ in range(2):
            args = draw_args(rng, kinds, profile) if rng.integers(2) else tuple(random_value(chance, kind) for kind in kinds)
            if any(isinstance(check(value, profile), Stuck) for value in args):
                continue
            check_steps(rng, program, kinds, args, settings)
            stack = machine.run(program, args, profile=profile)
            if not isinstance(stack, Stuck):
                num_results += 1
                check_run(rng, program, kinds, args, stack, settings)
    return num_results


def check_steps(rng: np.random.Generator, program: Program, kinds: tuple[Type, ...], args: Stack, settings: Analysis) -> None:
    """Checks that every step of a run lies in the abstract step at its path, and that an impossible one gets stuck."""
    inputs = [draw_around(rng, value, kind, settings.profile, settings.domains) for value, kind in zip(args, kinds, strict=True)]
    abstract = {step.path: step for step in settings.steps(program, inputs)}
    for step in machine.steps(program, args, profile=settings.profile):
        told = f"{[*args]} {program} at {step.path}: {step.before} -> {step.after} ({settings.profile.name}, {settings.domains})"
        assert step.path in abstract, told
        known = abstract[step.path]
        assert known.instruction == step.instruction
        assert lies_in(step.before, known.before), f"{told}: {known.before}"
        assert isinstance(step.after, Stuck) or (known.after is not None and lies_in(step.after, known.after)), f"{told}: {known.after}"


def lies_in(stack: Stack, abstract: Sequence[Abstract | machine.Body]) -> bool:
    """As `contains`, for stacks with quotations on them."""
    return len(stack) == len(abstract) and all(
        value == known if isinstance(known, machine.Body) else known.contains(value) for value, known in zip(stack, abstract, strict=True)
    )


def test_programs_lie_in_their_analysis() -> None:
    assert check_programs(600, seed=0) > 300


@pytest.mark.slow
def test_programs_lie_in_their_analysis_often() -> None:
    assert check_programs(10_000, seed=1) > 5_000
