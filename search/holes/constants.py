"""The constants that are tried, in order, and on which sides of a word."""

from __future__ import annotations

import numpy as np

from dsl.columns.layout import Array

LOW, HIGH = -1000, 1000
ORDER: Array = np.array(sorted(range(LOW, HIGH + 1), key=lambda c: (abs(c), c < 0)), np.int64)
"""All of them, small ones first, the positive one before the negative one."""
ONE_SIDED = frozenset({"+", "*", "min", "max", "=", "!=", ">", "<", ">=", "<="})
"""Words to which the side of the constant is all one, or which have a twin for the other side."""


def sides(word: str) -> tuple[int, ...]:
    """The sides of a word of two arguments on which constants are tried: 1 behind the other argument, 0 before it."""
    return (1,) if word in ONE_SIDED else (1, 0)
