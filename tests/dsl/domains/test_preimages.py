"""Backward functions of integer, Boolean and conversion rows: no possible argument is lost, and what a result says is used."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from dsl.domains.apply import apply_op, narrow_op
from dsl.domains.base import Context
from dsl.domains.characters import DIGIT, HYPHEN, UPPER
from dsl.domains.product import TOP, Abstract, reduce
from dsl.domains.ranges import Range
from dsl.domains.transfers import boolean, integer, string
from dsl.ops import OPS
from dsl.ops.table import Category, Op
from dsl.types import INT, STR
from dsl.unification import substitute, unify_args
from dsl.values import DEFAULT, PROFILES, Profile, Stuck, check
from tests.dsl.domains.abstracts import MODES, draw_around
from tests.dsl.draws import draw_args, draw_types

FAMILIES = (Category.INTEGERS, Category.BOOLEANS, Category.CONVERSIONS)
ROWS = [op for op in OPS.values() if op.kind == "value" and op.category in (*FAMILIES, Category.CONTROL)]
PROFILES_TRIED = (*PROFILES.values(), Profile(name="above", int_min=2, int_max=50, max_str=4, division="truncate"))
CTX, TRUNCATING = Context(DEFAULT), Context(DEFAULT.with_limits(division="truncate"))


def check_op(op: Op, num_draws: int, seed: int) -> int:
    """Narrows around concrete calls and checks that their arguments are still there; gives how many calls had a result."""
    rng, num_results = np.random.default_rng([seed, zlib.crc32(op.name.encode())]), 0
    for _ in range(num_draws):
        profile = PROFILES_TRIED[rng.integers(len(PROFILES_TRIED))]
        kinds = draw_types(rng, op)
        args = draw_args(rng, kinds, profile)
        assert op.reference is not None
        result = op.reference(profile, *args)
        if isinstance(result, Stuck) or isinstance(check(result, profile), Stuck):
            continue
        ctx, domains = Context(profile), MODES[rng.integers(len(MODES)) if rng.integers(3) else 0]
        around = [draw_around(rng, value, kind, profile, domains) for value, kind in zip(args, kinds, strict=True)]
        kind = substitute(op.type.after.types[0], unify_args(op.type.before.types, kinds) or {})
        wanted = draw_around(rng, result, kind, profile, domains)
        if rng.integers(2):
            wanted = reduce(wanted.meet(apply_op(op, ctx, around, (), domains)[0]), profile).only(domains)
        narrowed = narrow_op(op, ctx, (wanted,), around, (), domains)
        told = f"{args} {op.name} -> {result}; {[a.show() for a in around]} for {wanted.show()} -> {[a.show() for a in narrowed]} ({profile.name}, {domains})"
        assert all(a.contains(value) for a, value in zip(narrowed, args, strict=True)), told
        num_results += 1
    return num_results


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_no_argument_that_gives_the_result_is_lost(op: Op) -> None:
    assert check_op(op, 250, seed=0) > 20


@pytest.mark.slow
@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_no_argument_that_gives_the_result_is_lost_often(op: Op) -> None:
    assert check_op(op, 5_000, seed=1) > 500


def test_every_row_has_backward_functions() -> None:
    assert all(op.backward for op in ROWS)


def between(low: int | None, high: int | None) -> Abstract:
    return reduce(integer(Range(low, high)), DEFAULT)


ANY_INT, ANY_STR = reduce(Abstract.top(INT), DEFAULT), reduce(Abstract.top(STR), DEFAULT)
ANY_BOOL, TRUE, FALSE = boolean(None), boolean(True), boolean(False)
NO_ZERO = reduce(integer(signs=5), DEFAULT)

CASES = [
    ("+", between(10, 20), (ANY_INT, between(1, 2)), (between(8, 19), between(1, 2))),
    ("-", between(10, 20), (ANY_INT, between(1, 2)), (between(11, 22), between(1, 2))),
    ("-", between(10, 20), (between(1, 2), ANY_INT), (between(1, 2), between(-19, -8))),
    ("*", between(10, 20), (ANY_INT, between(5, 5)), (between(2, 4), between(5, 5))),
    ("*", between(0, 20), (ANY_INT, between(0, 5)), (ANY_INT, between(0, 5))),
    ("div", between(3, 3), (ANY_INT, between(10, 10)), (between(30, 39), between(10, 10))),
    ("mod", between(4, 6), (ANY_INT, between(0, 20)), (ANY_INT, between(5, 20))),
    ("neg", between(1, 5), (ANY_INT,), (between(-5, -1),)),
    ("abs", between(3, 5), (between(-4, 9),), (reduce(integer(Range(-4, 5), signs=5), DEFAULT),)),
    ("abs", between(3, 5), (between(-2, 9),), (between(3, 5),)),
    ("sign", between(1, 1), (ANY_INT,), (between(1, None),)),
    ("square", between(10, 30), (between(0, None),), (between(4, 5),)),
    ("square", between(-9, -1), (ANY_INT,), None),
    ("pow", between(-30, 30), (ANY_INT, between(1, 9)), (between(-30, 30), between(1, 9))),
    ("inc", between(1, 5), (ANY_INT,), (between(0, 4),)),
    ("dec", between(1, 5), (ANY_INT,), (between(2, 6),)),
    ("min", between(3, 9), (ANY_INT, between(20, 30)), (between(3, 9), between(20, 30))),
    ("min", between(3, 9), (ANY_INT, between(0, 30)), (between(3, None), between(3, 30))),
    ("max", between(3, 9), (ANY_INT, between(-5, 2)), (between(3, 9), between(-5, 2))),
    ("*3", between(-7, 10), (ANY_INT,), (between(-2, 3),)),
    ("*2", between(3, 3), (ANY_INT,), None),
    ("/3", between(1, 2), (ANY_INT,), (between(3, 8),)),
    (">", TRUE, (between(0, 9), between(3, 20)), (between(4, 9), between(3, 8))),
    (">", FALSE, (between(0, 9), between(-5, 7)), (between(0, 7), between(0, 7))),
    ("<=", TRUE, (between(0, 9), between(-5, 7)), (between(0, 7), between(0, 7))),
    ("=", TRUE, (between(0, 9), between(3, 20)), (between(3, 9), between(3, 9))),
    ("=", FALSE, (between(0, 9), between(0, 0)), (between(1, 9), between(0, 0))),
    ("!=", TRUE, (ANY_BOOL, FALSE), (TRUE, FALSE)),
    ("!=", ANY_BOOL, (between(0, 9), between(0, 0)), (between(0, 9), between(0, 0))),
    ("not", TRUE, (ANY_BOOL,), (FALSE,)),
    ("and", TRUE, (ANY_BOOL, ANY_BOOL), (TRUE, TRUE)),
    ("and", FALSE, (ANY_BOOL, TRUE), (FALSE, TRUE)),
    ("or", FALSE, (ANY_BOOL, ANY_BOOL), (FALSE, FALSE)),
    ("or", TRUE, (FALSE, ANY_BOOL), (FALSE, TRUE)),
    ("odd?", TRUE, (between(0, 10),), (reduce(integer(Range(1, 9), 2), DEFAULT),)),
    ("positive?", FALSE, (ANY_INT,), (between(None, 0),)),
    ("negative?", FALSE, (ANY_INT,), (between(0, None),)),
    ("zero?", FALSE, (ANY_INT,), (NO_ZERO,)),
    ("prime?", TRUE, (ANY_INT,), (between(2, None),)),
    ("square?", TRUE, (ANY_INT,), (between(0, None),)),
    ("choose", between(3, 4), (between(0, 1), between(0, 9), ANY_BOOL), (between(0, 1), between(3, 4), FALSE)),
    ("choose", between(3, 4), (between(0, 9), ANY_INT, TRUE), (between(3, 4), ANY_INT, TRUE)),
    ("int>str", string(Range(1, 2), DIGIT | HYPHEN), (ANY_INT,), (between(-9, 99),)),
    ("int>str", string(Range(3, 3), DIGIT), (between(-5, 999),), (between(0, 999),)),
    ("str>int", between(100, 200), (ANY_STR,), (reduce(string(Range(3, None), DIGIT), DEFAULT),)),
    ("str>int", between(-1, 5), (ANY_STR,), (ANY_STR,)),
    ("bool>str", Abstract.of("true"), (ANY_BOOL,), (TRUE,)),
    ("bool>int", between(1, 7), (ANY_BOOL,), (TRUE,)),
    ("chr", string(Range(1, 1), UPPER), (ANY_INT,), (between(65, 90),)),
    ("ord", ANY_INT, (ANY_STR,), (reduce(string(Range(1, None)), DEFAULT),)),
    ("digits", reduce(Abstract.of((1, 2, 3)).join(Abstract.of((4, 5))), DEFAULT), (between(0, None),), (between(10, 999),)),
]


@pytest.mark.parametrize("word, wanted, args, narrowed", CASES, ids=[f"{case[0]} {number}" for number, case in enumerate(CASES)])
def test_what_a_result_says_of_the_arguments(
    word: str, wanted: Abstract, args: tuple[Abstract, ...], narrowed: tuple[Abstract, ...] | None
) -> None:
    found = narrow_op(OPS[word], CTX, (wanted,), args)
    if narrowed is None:
        assert any(arg.is_bottom for arg in found), [arg.show() for arg in found]
    else:
        assert found == narrowed, [arg.show() for arg in found]


def test_rounding_is_undone_by_profile() -> None:
    for wanted, floored, truncated in ((0, (0, 1), (-1, 1)), (1, (2, 3), (2, 3)), (-1, (-2, -1), (-3, -2))):
        assert narrow_op(OPS["/2"], CTX, (between(wanted, wanted),), (ANY_INT,)) == (between(*floored),)
        assert narrow_op(OPS["/2"], TRUNCATING, (between(wanted, wanted),), (ANY_INT,)) == (between(*truncated),)
    assert narrow_op(OPS["mod"], TRUNCATING, (between(-6, -4),), (ANY_INT, between(0, 20))) == (between(None, -1), between(5, 20))


def test_one_domain_alone_learns_what_it_can() -> None:
    anything = (TOP.only(("parity",)),) * 2
    wanted = Abstract.of(7).only(("parity",))
    assert [arg.parity for arg in narrow_op(OPS["*"], CTX, (wanted,), anything, (), ("parity",))] == [2, 2]
    negative = Abstract.of(-7).only(("sign",))
    assert [arg.sign for arg in narrow_op(OPS["/2"], CTX, (negative,), anything[:1], (), ("sign",))] == [1]
    assert [arg.sign for arg in narrow_op(OPS["neg"], CTX, (negative,), anything[:1], (), ("sign",))] == [4]
