"""Named tasks on ints."""

from __future__ import annotations

from math import factorial

from benchmarks.named.draws import around, ints, mixed, one_of
from benchmarks.named.row import Row

NUMBERS = ints(-50, 50)
COUNTS = ints(1, 12)


def _divisors(n: int) -> int:
    return sum(n % d == 0 for d in range(1, n + 1))


def _prime(n: int) -> bool:
    return n > 1 and _divisors(n) == 2


def _digits(n: int) -> list[int]:
    return [int(c) for c in str(abs(n))]


ROWS: tuple[Row, ...] = (
    Row("double", "Twice the number.", lambda x: 2 * x, "*2", (NUMBERS,), ((0,), (-1,), (99999,))),
    Row("square-plus-one", "One more than the square.", lambda x: x * x + 1, "square inc", (NUMBERS,), ((0,), (-1,), (1000,))),
    Row("gap", "How far apart two numbers are.", lambda a, b: abs(a - b), "- abs", (NUMBERS, NUMBERS), ((4, 4), (-3, 3), (0, 7))),
    Row("midpoint", "The middle of two numbers, rounded down.", lambda a, b: (a + b) // 2, "+ /2", (NUMBERS, NUMBERS), ((4, 4), (-3, 0), (0, 1))),
    Row("last-digit", "The last digit.", lambda x: abs(x) % 10, "digits last", (ints(-999, 9999),), ((0,), (-7,), (120,))),
    Row("digit-sum", "The sum of the digits.", lambda x: sum(_digits(x)), "digits sum", (ints(0, 99999),), ((0,), (-45,), (1000,))),
    Row("digit-count", "How many digits.", lambda x: len(_digits(x)), "digits length", (mixed(ints(0, 999), ints(0, 999999)),), ((0,), (-10,), (9,))),
    Row("first-digit", "The first digit.", lambda x: _digits(x)[0], "digits head", (ints(10, 99999),), ((0,), (-31,), (7,))),
    Row(
        "number-backwards", "The number read from right to left.", lambda x: int(str(x)[::-1]), "int>str str-reverse str>int",
        (ints(10, 99999),), ((0,), (100,), (7,)),
    ),
    Row("digit-squares", "The sum of the squares of the digits.", lambda x: sum(d * d for d in _digits(x)), "digits map**2 sum", (ints(0, 9999),), ((0,), (-12,), (100,))),
    Row(
        "digit-spread", "The largest digit minus the smallest.", lambda x: max(_digits(x)) - min(_digits(x)),
        "digits dup maximum swap minimum -", (ints(10, 99999),), ((7,), (555,), (-90,)),
    ),
    Row(
        "mirror-number", "Whether the digits read the same from both ends.", lambda x: _digits(x) == _digits(x)[::-1], "digits dup reverse =",
        (mixed(ints(10, 2000), one_of((121, 7, 44, 1331, 909, 26062, 88, 535))),), ((0,), (10,), (-22,), (1010,)), num_examples=6,
    ),
    Row("stack-of-cans", "Cans in a triangle with x in its lowest row.", lambda x: x * (x + 1) // 2, "dup inc * /2", (ints(1, 60),), ((0,), (1,), (100,))),
    Row("cube", "The third power.", lambda x: x**3, "3 pow", (NUMBERS,), ((0,), (-1,), (100,))),
    Row("sum-of-squares", "The sum of the two squares.", lambda a, b: a * a + b * b, "( square ) bi@ +", (NUMBERS, NUMBERS), ((0, 0), (-3, 4), (0, 9))),
    Row("signed-square", "The square with the sign of the number.", lambda x: x * abs(x), "dup abs *", (NUMBERS,), ((0,), (-1,), (200,))),
    Row("orders", "In how many orders x things can stand.", factorial, "iota map+1 product", (ints(0, 10),), ((0,), (1,), (12,))),
    Row("doublings", "2 to the power x.", lambda x: 2**x, "2 swap pow", (ints(0, 20),), ((0,), (1,), (30,))),
    Row(
        "pyramid", "The sum of the squares of 1 to x.", lambda x: sum(i * i for i in range(1, x + 1)), "inc iota map**2 sum",
        (ints(1, 30),), ((0,), (1,), (50,)),
    ),
    Row(
        "multiple-of", "Whether the first number is a multiple of the second.", lambda a, b: a % b == 0, "mod zero?",
        (ints(-40, 60), ints(1, 6)), ((0, 5), (-9, 3), (3, 9)), num_examples=6,
    ),
    Row("largest-of-three", "The largest of three numbers.", lambda a, b, c: max(a, b, c), "max max", (NUMBERS,) * 3, ((1, 1, 1), (-5, -3, -9), (0, 0, 2))),
    Row(
        "middle-of-three", "The second largest of three numbers.", lambda a, b, c: sorted((a, b, c))[1],
        "singleton rot append swap append sort second", (NUMBERS,) * 3, ((1, 1, 1), (5, 5, 2), (-1, 0, 1)),
    ),
    Row("divisors", "How many numbers divide it.", _divisors, "dup iota map+1 ( over swap mod zero? ) count", (ints(1, 40),), ((1,), (2,), (60,))),
    Row("primes-below", "How many primes are below x.", lambda x: sum(map(_prime, range(x))), "iota ( prime? ) count", (ints(3, 60),), ((0,), (2,), (3,))),
    Row(
        "prime-total", "The sum of the primes below x.", lambda x: sum(filter(_prime, range(x))), "iota ( prime? ) filter sum",
        (ints(3, 60),), ((0,), (2,), (3,)),
    ),
    Row("down-to-ten", "The number rounded down to a multiple of ten.", lambda x: x // 10 * 10, "10 div 10 *", (ints(-99, 400),), ((0,), (-1,), (70,))),
    Row(
        "next-departure", "The first multiple of k that is not below x.", lambda x, k: -(-x // k) * k, "neg over swap mod -",
        (ints(-30, 90), ints(2, 15)), ((0, 5), (20, 5), (-7, 3)),
    ),
    Row("celsius", "Degrees Fahrenheit in Celsius, rounded down.", lambda f: (f - 32) * 5 // 9, "32 - 5 * 9 div", (ints(-40, 220),), ((32,), (0,), (-40,))),
    Row(
        "seconds-of-clock", "Seconds since midnight for hours, minutes, seconds.", lambda h, m, s: h * 3600 + m * 60 + s,
        "rot 60 * rot + 60 * +", (ints(0, 23), ints(0, 59), ints(0, 59)), ((0, 0, 0), (23, 59, 59), (0, 1, 0)),
    ),
    Row("minute-hand", "Where the minute hand stands after x minutes.", lambda x: x % 60, "60 mod", (ints(0, 900),), ((0,), (60,), (-1,))),
    Row(
        "turn", "The smaller angle between two headings of 0 to 359 degrees.", lambda a, b: min(abs(a - b), 360 - abs(a - b)),
        "- abs dup 360 swap - min", (ints(0, 359), ints(0, 359)), ((0, 0), (0, 180), (1, 359)),
    ),
    Row("evens-below", "The even numbers from 0 to before x.", lambda x: list(range(0, x, 2)), "iota filter-even", (ints(3, 17),), ((0,), (1,), (2,))),
    Row("countdown", "x, x - 1 and so on to 1.", lambda x: list(range(x, 0, -1)), "iota map+1 reverse", (COUNTS,), ((0,), (1,), (15,))),
    Row(
        "times-table", "The first ten multiples.", lambda x: [x * i for i in range(1, 11)], "10 iota map+1 ( over * ) map",
        (around(7, 25, reach=18),), ((0,), (-3,), (1,)),
    ),
    Row(
        "both-odd", "Whether both numbers are odd.", lambda a, b: a % 2 == 1 and b % 2 == 1, "( odd? ) bi@ and",
        (NUMBERS, NUMBERS), ((0, 0), (-1, 7), (1, 2), (2, 1)), lambda a, b: (a % 2, b % 2), 6,
    ),
)  # fmt: skip
