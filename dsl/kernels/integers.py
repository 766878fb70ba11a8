"""Kernels on single ints. The machine's ints are 31 bits and a sign, so every intermediate result fits in 64 bits."""

from dsl.kernels import OK, RANGE, UNDEFINED, kernel

FARTHEST = 2**31 - 1
"""The largest magnitude that any profile allows."""


@kernel
def within(p, value):
    """The pair for a result: the value, or RANGE where the profile has no such Int."""
    if value < p.lo or value > p.hi:
        return 0, RANGE
    return value, OK


@kernel
def add(p, a, b):
    """a + b."""
    return within(p, a + b)


@kernel
def subtract(p, a, b):
    """a - b."""
    return within(p, a - b)


@kernel
def multiply(p, a, b):
    """a * b."""
    return within(p, a * b)


@kernel
def quotient(p, a, b):
    """a / b rounded as the profile says; b is not 0."""
    if p.truncate and (a < 0) != (b < 0):
        return -(-a // b)
    return a // b


@kernel
def divide(p, a, b):
    """a / b rounded as the profile says."""
    if b == 0:
        return 0, UNDEFINED
    return within(p, quotient(p, a, b))


@kernel
def modulo(p, a, b):
    """What the division leaves: a - b * (a div b)."""
    if b == 0:
        return 0, UNDEFINED
    return within(p, a - b * quotient(p, a, b))


@kernel
def negate(p, a):
    """-a."""
    return within(p, -a)


@kernel
def absolute(p, a):
    """|a|."""
    return within(p, -a if a < 0 else a)


@kernel
def sign(p, a):
    """-1, 0 or 1."""
    if a < 0:
        return within(p, -1)
    return within(p, 1 if a > 0 else 0)


@kernel
def square(p, a):
    """a * a."""
    return within(p, a * a)


@kernel
def power(p, a, b):
    """a ** b. For |a| > 1 the loop leaves the range of every profile after at most 31 rounds."""
    if b < 0:
        return 0, UNDEFINED
    if a == 0 or a == 1 or b == 0:
        return within(p, a if b > 0 else 1)
    if a == -1:
        return within(p, -1 if b & 1 else 1)
    value = a
    for _ in range(b - 1):
        value *= a
        if value > FARTHEST or value < -FARTHEST:
            return 0, RANGE
    return within(p, value)


@kernel
def increment(p, a):
    """a + 1."""
    return within(p, a + 1)


@kernel
def decrement(p, a):
    """a - 1."""
    return within(p, a - 1)


@kernel
def least(p, a, b):
    """The smaller one."""
    return (b, OK) if b < a else (a, OK)


@kernel
def greatest(p, a, b):
    """The larger one."""
    return (b, OK) if b > a else (a, OK)


@kernel
def twice(p, a):
    """a * 2."""
    return within(p, a * 2)


@kernel
def thrice(p, a):
    """a * 3."""
    return within(p, a * 3)


@kernel
def fourfold(p, a):
    """a * 4."""
    return within(p, a * 4)


@kernel
def half(p, a):
    """a / 2 rounded as the profile says."""
    return within(p, quotient(p, a, 2))


@kernel
def third(p, a):
    """a / 3 rounded as the profile says."""
    return within(p, quotient(p, a, 3))


@kernel
def quarter(p, a):
    """a / 4 rounded as the profile says."""
    return within(p, quotient(p, a, 4))
