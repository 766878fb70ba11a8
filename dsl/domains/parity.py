"""The parity domain: which parities the Ints inside a value may have. A Bool counts as 0 or 1."""

from __future__ import annotations

from dsl.domains.masks import Masks, numbers_in
from dsl.domains.types import NEVER, leaf
from dsl.types import STR, Type
from dsl.values import Value

EVEN, ODD = 1, 2
BOTH = EVEN | ODD


class Parity(Masks):
    """Masks of EVEN and ODD."""

    def kinds(self, value: Value) -> int:
        """The parities that occur."""
        mask = 0
        for number in numbers_in(value):
            mask |= parity_of(number)
        return mask

    def top(self, kind: Type) -> int:
        """Both, or none for types without Ints and Bools."""
        return 0 if leaf(kind) in (STR, NEVER) else BOTH


DOMAIN = Parity("parity", ("even", "odd"))


def parity_of(number: int) -> int:
    """EVEN or ODD."""
    return ODD if number % 2 else EVEN


def add(a: int, b: int) -> int:
    """The parities of a + b, and of a - b."""
    same = a & b  # even+even or odd+odd, where both may have that parity
    mixed = (a & EVEN and b & ODD) or (a & ODD and b & EVEN)
    return (EVEN if same else 0) | (ODD if mixed else 0)


def multiply(a: int, b: int) -> int:
    """The parities of a * b."""
    if not a or not b:
        return 0
    return (EVEN if (a | b) & EVEN else 0) | (ODD if a & b & ODD else 0)


def modulo(a: int, b: int) -> int:
    """The parities of the remainder of a / b: those of `a` where the divisor is even."""
    return a if b == EVEN else BOTH if a and b else 0
