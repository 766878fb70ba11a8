"""Rows of integer arithmetic. Division rounds as the profile says; what leaves the profile's range is stuck."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from dsl.domains import numbers, preimages
from dsl.domains.transfers import narrowing, whole
from dsl.ops.late import KernelFile
from dsl.ops.table import Category, Op
from dsl.values import RANGE, UNDEFINED, Profile, Stuck, Value, check

kernels = KernelFile("integers")

MOST_FACTORS = 31
"""2 to this power lies outside every profile."""


# ---------------------------------------------------------------- references


def _add(profile: Profile, a: int, b: int) -> int:
    return a + b


def _subtract(profile: Profile, a: int, b: int) -> int:
    return a - b


def _multiply(profile: Profile, a: int, b: int) -> int:
    return a * b


def _divide(profile: Profile, a: int, b: int) -> int | Stuck:
    if b == 0:
        return UNDEFINED
    if profile.division == "truncate" and (a < 0) != (b < 0):
        return -(-a // b)
    return a // b


def _modulo(profile: Profile, a: int, b: int) -> int | Stuck:
    quotient = _divide(profile, a, b)
    return quotient if isinstance(quotient, Stuck) else a - b * quotient


def _negate(profile: Profile, a: int) -> int:
    return -a


def _absolute(profile: Profile, a: int) -> int:
    return abs(a)


def _sign(profile: Profile, a: int) -> int:
    return (a > 0) - (a < 0)


def _square(profile: Profile, a: int) -> int:
    return a * a


def _power(profile: Profile, a: int, b: int) -> int | Stuck:
    if b < 0:
        return UNDEFINED
    if abs(a) > 1:
        return RANGE if b >= MOST_FACTORS else a**b
    return a ** (2 - b % 2) if b else 1


def _least(profile: Profile, a: int, b: int) -> int:
    return min(a, b)


def _greatest(profile: Profile, a: int, b: int) -> int:
    return max(a, b)


def _increase(by: int) -> Callable[[Profile, int], int]:
    return lambda profile, a: a + by


def _times(factor: int) -> Callable[[Profile, int], int]:
    return lambda profile, a: a * factor


def _over(divisor: int) -> Callable[[Profile, int], int | Stuck]:
    return lambda profile, a: _divide(profile, a, divisor)


# ---------------------------------------------------------------- inverses


def _possible(profile: Profile, value: int) -> Value | Stuck:
    """An inverse's answer, or UNDEFINED if the profile has no such Int."""
    return UNDEFINED if isinstance(check(value, profile), Stuck) else value


def _summand(profile: Profile, result: int, other: int) -> Value | Stuck:
    return _possible(profile, result - other)


def _minuend(profile: Profile, result: int, subtrahend: int) -> Value | Stuck:
    return _possible(profile, result + subtrahend)


def _subtrahend(profile: Profile, result: int, minuend: int) -> Value | Stuck:
    return _possible(profile, minuend - result)


def _factor(profile: Profile, result: int, other: int) -> Value | Stuck:
    # Every Int times 0 is 0, so 0 has no only factor beside 0.
    return UNDEFINED if other == 0 or result % other else _possible(profile, result // other)


def _negated(profile: Profile, result: int) -> Value | Stuck:
    return _possible(profile, -result)


def _before(by: int) -> Callable[[Profile, int], Value | Stuck]:
    return lambda profile, result: _possible(profile, result - by)


def _part(factor: int) -> Callable[[Profile, int], Value | Stuck]:
    return lambda profile, result: _factor(profile, result, factor)


# ---------------------------------------------------------------- rows


def _rounded(dividend: str, divisor: str) -> Callable[[Profile], str]:
    """Python's quotient by profile. Both are below 2**31, so that a double's quotient truncates to the right Int."""
    return lambda profile: f"int({dividend} / {divisor})" if profile.division == "truncate" else f"{dividend} // {divisor}"


def _remainder(profile: Profile) -> str:
    return "{0} - int({0} / {1}) * {1}" if profile.division == "truncate" else "{0} % {1}"


def _named(op: str) -> dict[str, Any]:
    """Suites of a DeepCoder lambda, which ExeDec writes the same."""
    return {"deepcoder": f"({op})", "exedec": f"({op})"}


_unary = partial(Op, category=Category.INTEGERS, effect="( Int -- Int )")
_binary = partial(Op, category=Category.INTEGERS, effect="( Int Int -- Int )")

ROWS: tuple[Op, ...] = (
    _binary(
        name="+",
        doc="The sum.",
        examples=("2 3 + -> 5", "2147483647 1 + -> stuck range"),
        python="{0} + {1}",
        domains=whole(numbers.add),
        backward=narrowing(preimages.add),
        reference=_add,
        kernels={"ii->i": kernels.add},
        inverse={0: _summand, 1: _summand},
        suites={**_named("+"), "lambdabeam": "Add", "dreamcoder": "+", "rule": "+", "sygus": "+", "bustle": "ADD"},
    ),
    _binary(
        name="-",
        doc="The deeper Int minus the top one.",
        examples=("10 3 - -> 7",),
        python="{0} - {1}",
        domains=whole(numbers.subtract),
        backward=narrowing(preimages.subtract),
        reference=_subtract,
        kernels={"ii->i": kernels.subtract},
        inverse={0: _minuend, 1: _subtrahend},
        suites={**_named("-"), "lambdabeam": "Subtract", "dreamcoder": "-", "rule": "-", "sygus": "-", "bustle": "MINUS"},
    ),
    _binary(
        name="*",
        doc="The product.",
        examples=("6 7 * -> 42",),
        python="{0} * {1}",
        domains=whole(numbers.multiply),
        backward=narrowing(preimages.multiply),
        reference=_multiply,
        kernels={"ii->i": kernels.multiply},
        inverse={0: _factor, 1: _factor},
        suites={**_named("*"), "lambdabeam": "Multiply", "dreamcoder": "*", "rule": "*"},
    ),
    _binary(
        name="div",
        doc="The whole part of the quotient, rounded down (to zero in a truncating profile).",
        examples=("7 2 div -> 3", "-7 2 div -> -4", "1 0 div -> stuck undefined"),
        python=_rounded("{0}", "{1}"),
        domains=whole(numbers.divide),
        backward=narrowing(preimages.divide),
        reference=_divide,
        kernels={"ii->i": kernels.divide},
        suites={"lambdabeam": "IntDivide", "rule": "/", "bustle": "DIVIDE"},
    ),
    _binary(
        name="mod",
        doc="What `div` leaves over: a - b * (a div b).",
        examples=("7 3 mod -> 1", "-7 3 mod -> 2", "1 0 mod -> stuck undefined"),
        python=_remainder,
        domains=whole(numbers.modulo),
        backward=narrowing(preimages.modulo),
        reference=_modulo,
        kernels={"ii->i": kernels.modulo},
        suites={"dreamcoder": "mod", "rule": "%"},
    ),
    _unary(
        name="neg",
        doc="The Int with the other sign.",
        examples=("5 neg -> -5",),
        python="-{0}",
        domains=whole(numbers.negate),
        backward=narrowing(preimages.negate),
        reference=_negate,
        kernels={"i->i": kernels.negate},
        inverse={0: _negated},
        suites=_named("*(-1)"),
    ),
    _unary(
        name="abs",
        doc="The distance from 0.",
        examples=("-5 abs -> 5",),
        python="abs({0})",
        domains=whole(numbers.absolute),
        backward=narrowing(preimages.absolute),
        reference=_absolute,
        kernels={"i->i": kernels.absolute},
        suites={"rule": "abs"},
    ),
    _unary(
        name="sign",
        doc="-1, 0 or 1.",
        examples=("-5 sign -> -1", "0 sign -> 0"),
        python="({0} > 0) - ({0} < 0)",
        domains=whole(numbers.sign_of),
        backward=narrowing(preimages.sign_of),
        reference=_sign,
        kernels={"i->i": kernels.sign},
    ),
    _unary(
        name="square",
        doc="The Int times itself.",
        examples=("-5 square -> 25",),
        python="{0} ** 2",
        domains=whole(numbers.square),
        backward=narrowing(preimages.square),
        reference=_square,
        kernels={"i->i": kernels.square},
        suites={**_named("**2"), "lambdabeam": "Square"},
    ),
    _binary(
        name="pow",
        doc="The deeper Int to the power of the top one; anything to the power 0 is 1.",
        examples=("2 10 pow -> 1024", "2 31 pow -> stuck range", "2 -1 pow -> stuck undefined"),
        python="{0} ** {1}",
        domains=whole(numbers.power),
        backward=narrowing(preimages.power),
        reference=_power,
        kernels={"ii->i": kernels.power},
    ),
    _unary(
        name="inc",
        doc="The Int plus 1.",
        examples=("5 inc -> 6",),
        python="{0} + 1",
        domains=whole(numbers.increase(1)),
        backward=narrowing(preimages.increase(1)),
        reference=_increase(1),
        kernels={"i->i": kernels.increment},
        inverse={0: _before(1)},
        suites=_named("+1"),
    ),
    _unary(
        name="dec",
        doc="The Int minus 1.",
        examples=("5 dec -> 4",),
        python="{0} - 1",
        domains=whole(numbers.increase(-1)),
        backward=narrowing(preimages.increase(-1)),
        reference=_increase(-1),
        kernels={"i->i": kernels.decrement},
        inverse={0: _before(-1)},
        suites=_named("-1"),
    ),
    _binary(
        name="min",
        doc="The smaller of the two.",
        examples=("3 5 min -> 3",),
        python="min({0}, {1})",
        domains=whole(numbers.least),
        backward=narrowing(preimages.least),
        reference=_least,
        kernels={"ii->i": kernels.least},
        suites={**_named("min"), "lambdabeam": "Min"},
    ),
    _binary(
        name="max",
        doc="The larger of the two.",
        examples=("3 5 max -> 5",),
        python="max({0}, {1})",
        domains=whole(numbers.greatest),
        backward=narrowing(preimages.greatest),
        reference=_greatest,
        kernels={"ii->i": kernels.greatest},
        suites={**_named("max"), "lambdabeam": "Max"},
    ),
    _unary(
        name="*2",
        doc="The Int times 2.",
        examples=("5 *2 -> 10",),
        python="{0} * 2",
        domains=whole(numbers.times(2)),
        backward=narrowing(preimages.times(2)),
        reference=_times(2),
        kernels={"i->i": kernels.twice},
        inverse={0: _part(2)},
        suites=_named("*2"),
    ),
    _unary(
        name="/2",
        doc="Half of the Int, rounded as `div` rounds.",
        examples=("7 /2 -> 3", "-7 /2 -> -4"),
        python=_rounded("{0}", "2"),
        domains=whole(numbers.over(2)),
        backward=narrowing(preimages.over(2)),
        reference=_over(2),
        kernels={"i->i": kernels.half},
        suites=_named("/2"),
    ),
    _unary(
        name="*3",
        doc="The Int times 3.",
        examples=("5 *3 -> 15",),
        python="{0} * 3",
        domains=whole(numbers.times(3)),
        backward=narrowing(preimages.times(3)),
        reference=_times(3),
        kernels={"i->i": kernels.thrice},
        inverse={0: _part(3)},
        suites=_named("*3"),
    ),
    _unary(
        name="/3",
        doc="A third of the Int, rounded as `div` rounds.",
        examples=("7 /3 -> 2", "-7 /3 -> -3"),
        python=_rounded("{0}", "3"),
        domains=whole(numbers.over(3)),
        backward=narrowing(preimages.over(3)),
        reference=_over(3),
        kernels={"i->i": kernels.third},
        suites=_named("/3"),
    ),
    _unary(
        name="*4",
        doc="The Int times 4.",
        examples=("5 *4 -> 20",),
        python="{0} * 4",
        domains=whole(numbers.times(4)),
        backward=narrowing(preimages.times(4)),
        reference=_times(4),
        kernels={"i->i": kernels.fourfold},
        inverse={0: _part(4)},
        suites=_named("*4"),
    ),
    _unary(
        name="/4",
        doc="A quarter of the Int, rounded as `div` rounds.",
        examples=("7 /4 -> 1", "-7 /4 -> -2"),
        python=_rounded("{0}", "4"),
        domains=whole(numbers.over(4)),
        backward=narrowing(preimages.over(4)),
        reference=_over(4),
        kernels={"i->i": kernels.quarter},
        suites=_named("/4"),
    ),
)
