"""Rows that answer true or false about Ints and Bools, and equality of any two values."""

from __future__ import annotations

from functools import partial
from math import isqrt

from dsl.domains import numbers, preimages
from dsl.domains.transfers import narrowing, whole
from dsl.ops.late import KernelFile
from dsl.ops.table import Category, Op
from dsl.values import Profile, Value

kernels = KernelFile("booleans")

# ---------------------------------------------------------------- references


def _greater(profile: Profile, a: int, b: int) -> bool:
    return a > b


def _less(profile: Profile, a: int, b: int) -> bool:
    return a < b


def _at_least(profile: Profile, a: int, b: int) -> bool:
    return a >= b


def _at_most(profile: Profile, a: int, b: int) -> bool:
    return a <= b


def _equal(profile: Profile, a: Value, b: Value) -> bool:
    return a == b


def _unequal(profile: Profile, a: Value, b: Value) -> bool:
    return a != b


def _not(profile: Profile, a: bool) -> bool:
    return not a


def _and(profile: Profile, a: bool, b: bool) -> bool:
    return a and b


def _or(profile: Profile, a: bool, b: bool) -> bool:
    return a or b


def _even(profile: Profile, a: int) -> bool:
    return a % 2 == 0


def _odd(profile: Profile, a: int) -> bool:
    return a % 2 == 1


def _positive(profile: Profile, a: int) -> bool:
    return a > 0


def _negative(profile: Profile, a: int) -> bool:
    return a < 0


def _zero(profile: Profile, a: int) -> bool:
    return a == 0


def _prime(profile: Profile, a: int) -> bool:
    if a < 11:
        return a in (2, 3, 5, 7)
    # Strong Fermat tests to these bases together err first at 3215031751 (Jaeschke 1993), beyond every profile.
    return all(a % base and _passes(base, a) for base in (2, 3, 5, 7))


def _passes(base: int, n: int) -> bool:
    """Whether n looks prime to the base: base**d is 1, or one of its repeated squares is -1, for the odd part d of n - 1."""
    twos = ((n - 1) & (1 - n)).bit_length() - 1
    value = pow(base, (n - 1) >> twos, n)
    return value == 1 or any(pow(value, 1 << k, n) == n - 1 for k in range(twos))


def _perfect_square(profile: Profile, a: int) -> bool:
    return a >= 0 and isqrt(a) ** 2 == a


# ---------------------------------------------------------------- rows

_PRIME_HELPER = '''
def _is_prime(n):
    """Whether n is a prime number."""
    return n > 1 and all(n % k for k in range(2, int(n**0.5) + 1))
'''

_compare = partial(Op, category=Category.BOOLEANS, effect="( Int Int -- Bool )")
_same = partial(Op, category=Category.BOOLEANS, effect="( a a -- Bool )")
_logic = partial(Op, category=Category.BOOLEANS, effect="( Bool Bool -- Bool )")
_test = partial(Op, category=Category.BOOLEANS, effect="( Int -- Bool )")

ROWS: tuple[Op, ...] = (
    _compare(
        name=">",
        doc="Whether the deeper Int is greater than the top one.",
        examples=("3 2 > -> true", "2 2 > -> false"),
        python="{0} > {1}",
        domains=whole(numbers.is_greater),
        backward=narrowing(preimages.is_greater),
        reference=_greater,
        kernels={"ii->b": kernels.greater},
        suites={"lambdabeam": "Greater", "dreamcoder": "gt?", "rule": ">", "bustle": "GT"},
    ),
    _compare(
        name="<",
        doc="Whether the deeper Int is less than the top one.",
        examples=("2 3 < -> true",),
        python="{0} < {1}",
        domains=whole(numbers.is_less),
        backward=narrowing(preimages.is_less),
        reference=_less,
        kernels={"ii->b": kernels.less},
        suites={"lambdabeam": "Less", "rule": "<"},
    ),
    _compare(
        name=">=",
        doc="Whether the deeper Int is greater than or equal to the top one.",
        examples=("2 2 >= -> true",),
        python="{0} >= {1}",
        domains=whole(numbers.is_at_least),
        backward=narrowing(preimages.is_at_least),
        reference=_at_least,
        kernels={"ii->b": kernels.at_least},
        suites={"bustle": "GTE"},
    ),
    _compare(
        name="<=",
        doc="Whether the deeper Int is less than or equal to the top one.",
        examples=("3 2 <= -> false",),
        python="{0} <= {1}",
        domains=whole(numbers.is_at_most),
        backward=narrowing(preimages.is_at_most),
        reference=_at_most,
        kernels={"ii->b": kernels.at_most},
    ),
    _same(
        name="=",
        doc="Whether two values of one type are equal.",
        examples=("2 2 = -> true", '"a" "A" = -> false', "[1,2] [2,1] = -> false"),
        python="{0} == {1}",
        domains=whole(numbers.is_equal),
        backward=narrowing(preimages.is_equal),
        reference=_equal,
        kernels={
            "ii->b": kernels.equal,
            "bb->b": kernels.equal,
            "ss->b": kernels.equal_rows,
            "ll->b": kernels.equal_rows,
            "nn->b": kernels.equal_nested,
        },
        suites={"lambdabeam": "Equal", "dreamcoder": "eq?", "rule": "==", "sygus": "=", "bustle": "EXACT"},
    ),
    _same(
        name="!=",
        doc="Whether two values of one type differ.",
        examples=("2 3 != -> true", '"a" "a" != -> false'),
        python="{0} != {1}",
        domains=whole(numbers.is_different),
        backward=narrowing(preimages.is_different),
        reference=_unequal,
        kernels={
            "ii->b": kernels.unequal,
            "bb->b": kernels.unequal,
            "ss->b": kernels.unequal_rows,
            "ll->b": kernels.unequal_rows,
            "nn->b": kernels.unequal_nested,
        },
    ),
    Op(
        name="not",
        category=Category.BOOLEANS,
        effect="( Bool -- Bool )",
        doc="The other truth value.",
        examples=("true not -> false",),
        python="not {0}",
        domains=whole(numbers.negation),
        backward=narrowing(preimages.negation),
        reference=_not,
        kernels={"b->b": kernels.negation},
        inverse={0: _not},
        suites={"dreamcoder": "not", "rule": "not"},
    ),
    _logic(
        name="and",
        doc="Whether both are true.",
        examples=("true false and -> false",),
        python="{0} and {1}",
        domains=whole(numbers.conjunction),
        backward=narrowing(preimages.conjunction),
        reference=_and,
        kernels={"bb->b": kernels.conjunction},
        suites={"dreamcoder": "and", "rule": "and"},
    ),
    _logic(
        name="or",
        doc="Whether at least one is true.",
        examples=("true false or -> true",),
        python="{0} or {1}",
        domains=whole(numbers.disjunction),
        backward=narrowing(preimages.disjunction),
        reference=_or,
        kernels={"bb->b": kernels.disjunction},
        suites={"dreamcoder": "or", "rule": "or"},
    ),
    _test(
        name="even?",
        doc="Whether the Int is a multiple of 2.",
        examples=("4 even? -> true", "-3 even? -> false"),
        python="{0} % 2 == 0",
        domains=whole(numbers.is_even),
        backward=narrowing(preimages.is_even),
        reference=_even,
        kernels={"i->b": kernels.even},
        suites={"deepcoder": "(even)", "exedec": "(even)", "lambdabeam": "IsEven", "rule": "is_even"},
    ),
    _test(
        name="odd?",
        doc="Whether the Int is not a multiple of 2.",
        examples=("-3 odd? -> true",),
        python="{0} % 2 == 1",
        domains=whole(numbers.is_odd),
        backward=narrowing(preimages.is_odd),
        reference=_odd,
        kernels={"i->b": kernels.odd},
        suites={"deepcoder": "(odd)", "exedec": "(odd)", "lambdabeam": "IsOdd", "rule": "is_odd"},
    ),
    _test(
        name="positive?",
        doc="Whether the Int is greater than 0.",
        examples=("0 positive? -> false",),
        python="{0} > 0",
        domains=whole(numbers.is_positive),
        backward=narrowing(preimages.is_positive),
        reference=_positive,
        kernels={"i->b": kernels.positive},
        suites={"deepcoder": "(>0)", "exedec": "(>0)"},
    ),
    _test(
        name="negative?",
        doc="Whether the Int is less than 0.",
        examples=("-1 negative? -> true",),
        python="{0} < 0",
        domains=whole(numbers.is_negative),
        backward=narrowing(preimages.is_negative),
        reference=_negative,
        kernels={"i->b": kernels.negative},
        suites={"deepcoder": "(<0)", "exedec": "(<0)"},
    ),
    _test(
        name="zero?",
        doc="Whether the Int is 0.",
        examples=("0 zero? -> true",),
        python="{0} == 0",
        domains=whole(numbers.is_zero),
        backward=narrowing(preimages.is_zero),
        reference=_zero,
        kernels={"i->b": kernels.zero},
    ),
    _test(
        name="prime?",
        doc="Whether the Int is a prime number.",
        examples=("7 prime? -> true", "1 prime? -> false", "2147483647 prime? -> true"),
        python="_is_prime({0})",
        python_helper=_PRIME_HELPER,
        domains=whole(numbers.is_prime),
        backward=narrowing(preimages.is_prime),
        reference=_prime,
        kernels={"i->b": kernels.prime},
        suites={"dreamcoder": "is-prime"},
    ),
    _test(
        name="square?",
        doc="Whether the Int is the square of an Int.",
        examples=("49 square? -> true", "50 square? -> false", "-4 square? -> false"),
        python="{0} >= 0 and round({0} ** 0.5) ** 2 == {0}",
        domains=whole(numbers.is_square),
        backward=narrowing(preimages.is_square),
        reference=_perfect_square,
        kernels={"i->b": kernels.perfect_square},
        suites={"dreamcoder": "is-square"},
    ),
)
