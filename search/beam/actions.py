"""What can be applied to two values of a state: words with their arguments, and how likely the arguments are by their places alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from dsl.types import Type
from search.exact.rules import COMMUTATIVE
from search.prior.words import typings

LOWER, UPPER = -1, -2
"""Arguments that stand for the two values of a pair: the one made before, and the one made last. Others are numbers of literals."""
TWICE = 0.1
"""Weight of using one value for two arguments, beside 1 for another choice of arguments."""


@dataclass(frozen=True, slots=True)
class Actions:
    """Applications of words to both values of a pair, or to one alone, with literals as further arguments. A of them."""

    words: np.ndarray
    """int64[A]: numbers of the words."""
    args: list[tuple[int, ...]]
    """LOWER, UPPER or the number of a literal each."""
    results: list[Type]
    odds: np.ndarray
    """float32[A]: log-probability of the arguments given the word and which of the two values comes first."""
    turned: np.ndarray
    """bool[A]: those of both values that take the upper one first, where that makes a difference."""


def actions(words: Sequence[str], lower: Type | None, upper: Type, literals: Sequence[tuple[int, Type]]) -> Actions:
    """Every word on a pair of values of these types, both of which it takes, or on the upper one alone (`lower` is None)."""
    given: list[tuple[int, Type]] = [(UPPER, upper), *literals] if lower is None else [(UPPER, upper), (LOWER, lower), *literals]
    wanted = {UPPER} if lower is None else {UPPER, LOWER}
    numbers, args, results, turned = list[int](), list[tuple[int, ...]](), list[Type](), list[bool]()
    for number, word in enumerate(words):
        for kinds, result in typings(word):
            symmetric = word in COMMUTATIVE and len(kinds) == 2
            for chosen in product(*([place for place, kind in given if kind == taken] for taken in kinds)):
                if not wanted <= set(chosen) or (symmetric and chosen[0] > chosen[1]):
                    continue
                numbers.append(number)
                args.append(chosen)
                results.append(result)
                turned.append(lower is not None and not symmetric and next(place for place in chosen if place < 0) == UPPER)
    weights = np.array([TWICE if sum(place < 0 for place in chosen) > len(wanted) else 1.0 for chosen in args], np.float64)
    groups = np.array(numbers, np.int64) * 2 + np.array(turned, np.int64)
    total = np.bincount(groups, weights, minlength=1)
    return Actions(
        np.array(numbers, np.int64), args, results, np.log(weights / total[groups]).astype(np.float32), np.array(turned, bool)
    )  # fmt: skip
