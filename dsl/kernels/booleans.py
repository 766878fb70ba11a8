"""Kernels that ask something of ints and bools, or whether two values are equal. A Bool is 0 or 1."""

from dsl.kernels import OK, kernel


@kernel
def greater(p, a, b):
    """a > b."""
    return (1 if a > b else 0), OK


@kernel
def less(p, a, b):
    """a < b."""
    return (1 if a < b else 0), OK


@kernel
def at_least(p, a, b):
    """a >= b."""
    return (1 if a >= b else 0), OK


@kernel
def at_most(p, a, b):
    """a <= b."""
    return (1 if a <= b else 0), OK


@kernel
def equal(p, a, b):
    """a = b, of ints and of bools."""
    return (1 if a == b else 0), OK


@kernel
def unequal(p, a, b):
    """a != b, of ints and of bools."""
    return (1 if a != b else 0), OK


@kernel
def same_row(x, n, y, m):
    """Whether two rows have the same length and items."""
    i = 0
    while i < n and i < m and x[i] == y[i]:
        i += 1
    return n == m == i


@kernel
def same_nested(x, x_ends, n, y, y_ends, m):
    """Whether two nested lists have the same items."""
    if not same_row(x_ends, n, y_ends, m):
        return False
    width = x_ends[n - 1] if n > 0 else 0
    return same_row(x, width, y, width)


@kernel
def equal_rows(p, x, n, y, m):
    """Equality of lists and of strings."""
    return (1 if same_row(x, n, y, m) else 0), OK


@kernel
def unequal_rows(p, x, n, y, m):
    """Inequality of lists and of strings."""
    return (0 if same_row(x, n, y, m) else 1), OK


@kernel
def equal_nested(p, x, x_ends, n, y, y_ends, m):
    """Equality of lists of strings and of lists of lists."""
    return (1 if same_nested(x, x_ends, n, y, y_ends, m) else 0), OK


@kernel
def unequal_nested(p, x, x_ends, n, y, y_ends, m):
    """Inequality of lists of strings and of lists of lists."""
    return (0 if same_nested(x, x_ends, n, y, y_ends, m) else 1), OK


@kernel
def negation(p, a):
    """not a."""
    return 1 - a, OK


@kernel
def conjunction(p, a, b):
    """a and b."""
    return a & b, OK


@kernel
def disjunction(p, a, b):
    """a or b."""
    return a | b, OK


@kernel
def even(p, a):
    """Whether a is a multiple of 2."""
    return (0 if a & 1 else 1), OK


@kernel
def odd(p, a):
    """Whether a is not a multiple of 2; so is -3."""
    return (1 if a & 1 else 0), OK


@kernel
def positive(p, a):
    """a > 0."""
    return (1 if a > 0 else 0), OK


@kernel
def negative(p, a):
    """a < 0."""
    return (1 if a < 0 else 0), OK


@kernel
def zero(p, a):
    """a = 0."""
    return (1 if a == 0 else 0), OK


@kernel
def is_witness(base, n):
    """Whether `base` proves that the odd n > base is composite (a strong Fermat test). n lies below 2**31, so products fit in 64 bits."""
    exponent = n - 1
    while exponent & 1 == 0:
        exponent >>= 1
    value, factor, rest = 1, base, exponent
    while rest > 0:
        if rest & 1:
            value = value * factor % n
        factor = factor * factor % n
        rest >>= 1
    if value == 1:
        return False
    while exponent < n - 1:
        if value == n - 1:
            return False
        value = value * value % n
        exponent *= 2
    return True


@kernel
def prime(p, a):
    """Whether a is prime: odd divisors up to 61, then strong tests to three bases, which together err first at 4759123141 (Jaeschke 1993)."""
    if a < 3 or a & 1 == 0:
        return (1 if a == 2 else 0), OK
    divisor = 3
    while divisor <= 61:
        if divisor * divisor > a:
            return 1, OK
        if a % divisor == 0:
            return 0, OK
        divisor += 2
    for base in (2, 7, 61):
        if is_witness(base, a):
            return 0, OK
    return 1, OK


@kernel
def perfect_square(p, a):
    """Whether a is the square of an int. Doubles hold every int below 2**53, so the root's whole part is right to within one."""
    if a < 0:
        return 0, OK
    root = int(a**0.5)
    if root * root > a:
        root -= 1
    elif (root + 1) * (root + 1) <= a:
        root += 1
    return (1 if root * root == a else 0), OK
