"""The sign domain: which signs the Ints inside a value may have. A Bool counts as 0 or 1."""

from __future__ import annotations

from collections.abc import Callable

from dsl.domains.masks import Masks, numbers_in
from dsl.domains.types import NEVER, leaf
from dsl.types import BOOL, STR, Type
from dsl.values import Value

NEGATIVE, ZERO, POSITIVE = 1, 2, 4
ANY = NEGATIVE | ZERO | POSITIVE
SIGNS = (NEGATIVE, ZERO, POSITIVE)


class Sign(Masks):
    """Masks of NEGATIVE, ZERO and POSITIVE."""

    def kinds(self, value: Value) -> int:
        """The signs that occur."""
        mask = 0
        for number in numbers_in(value):
            mask |= sign_of(number)
        return mask

    def top(self, kind: Type) -> int:
        """All three; 0 or 1 for Bools; none for types without Ints and Bools."""
        base = leaf(kind)
        return 0 if base in (STR, NEVER) else ZERO | POSITIVE if base == BOOL else ANY


DOMAIN = Sign("sign", ("-", "0", "+"))


def sign_of(number: int) -> int:
    """NEGATIVE, ZERO or POSITIVE."""
    return POSITIVE if number > 0 else NEGATIVE if number else ZERO


def pairwise(a: int, b: int, table: Callable[[int, int], int]) -> int:
    """The union of a table's entries over the single signs of `a` and `b`."""
    mask = 0
    for x in SIGNS:
        for y in SIGNS:
            if a & x and b & y:
                mask |= table(x, y)
    return mask


def negate(a: int) -> int:
    """The signs of -a."""
    return (a & ZERO) | (POSITIVE if a & NEGATIVE else 0) | (NEGATIVE if a & POSITIVE else 0)


def add(a: int, b: int) -> int:
    """The signs of a + b."""
    return pairwise(a, b, lambda x, y: y if x == ZERO else x if y in (ZERO, x) else ANY)


def multiply(a: int, b: int) -> int:
    """The signs of a * b."""
    return pairwise(a, b, lambda x, y: ZERO if ZERO in (x, y) else POSITIVE if x == y else NEGATIVE)


def divide(a: int, b: int, truncate: bool) -> int:
    """The signs of a / b: the product's, or 0 where the quotient may round to it."""

    def table(x: int, y: int) -> int:
        if y == ZERO:
            return 0
        if x == ZERO:
            return ZERO
        return ZERO | POSITIVE if x == y else NEGATIVE | (ZERO if truncate else 0)

    return pairwise(a, b, table)


def modulo(a: int, b: int, truncate: bool) -> int:
    """The signs of the remainder: 0, or that of the divisor (floored) or of the dividend (truncated)."""
    return pairwise(a, b, lambda x, y: 0 if y == ZERO else ZERO if x == ZERO else ZERO | (x if truncate else y))


def least(a: int, b: int) -> int:
    """The signs of min(a, b)."""
    return pairwise(a, b, min)


def greatest(a: int, b: int) -> int:
    """The signs of max(a, b)."""
    return pairwise(a, b, max)
