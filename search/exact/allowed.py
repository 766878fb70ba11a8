"""What the parts beside the enumerator may write into a program: words with their costs, and literals of their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from dsl.ops import OPS

UNIT = 10
"""Tenths of a word: finders count costs in these, so that small preferences fit between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Words and literals that a finder may use besides the values of the bank."""

    words: Collection[str] = frozenset(OPS)
    costs: Mapping[str, int] = field(default_factory=dict)
    """Cost of each word; 1 unless named here."""
    literals: bool = True
    """Whether literals may be made up from the examples: only where the constants of the search are discovered."""

    def cost(self, word: str) -> int:
        """The cost of a word in tenths."""
        return UNIT * self.costs.get(word, 1)
