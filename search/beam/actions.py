"""What can be applied to two values of a state: words with their arguments, and how likely the arguments are by their places alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from dsl.types import Type
from search.exact.rules import COMMUTATIVE
from search.prior.words import typings

LOWER, UPPER = -1, -2
"""Arguments that stand for the two values of a pair: the one made before, and the one made last. Others are numbers of literals."""
TWICE = math.log(0.1)
"""What it costs to use one value for two arguments."""


@dataclass(frozen=True, slots=True)
class Actions:
    """Applications of words to a pair of values and to literals. A of them."""

    words: np.ndarray
    """int64[A]: numbers of the words."""
    args: list[tuple[int, ...]]
    """LOWER, UPPER or the number of a literal each."""
    results: list[Type]
    odds: np.ndarray
    """float32[A]: log-probability of the arguments given the word."""
    upper: np.ndarray
    """bool[A]: those that use the upper value alone; `lower` the other, `both` both."""
    lower: np.ndarray
    both: np.ndarray

    def weigh(self, upper: float | None, lower: float | None, both: float | None) -> np.ndarray:
        """float32[A]: what is added to the actions of each use; -inf for a use that is left out."""
        given = (-np.inf if weight is None else weight for weight in (upper, lower, both))
        total = np.zeros(len(self.words), np.float32)
        for use, weight in zip((self.upper, self.lower, self.both), given, strict=True):
            total[use] = weight
        return total


def actions(words: Sequence[str], lower: Type | None, upper: Type, literals: Sequence[tuple[int, Type]]) -> Actions:
    """Every word on a pair of values of these types (`lower` is None where there is one alone), with literals as further arguments."""
    given: list[tuple[int, Type]] = [(UPPER, upper), *literals] if lower is None else [(UPPER, upper), (LOWER, lower), *literals]
    numbers, args, results, odds = [], [], [], []
    for number, word in enumerate(words):
        for kinds, result in typings(word):
            places = [[place for place, kind in given if kind == wanted] for wanted in kinds]
            for chosen in product(*places):
                if not {LOWER, UPPER} & set(chosen) or (word in COMMUTATIVE and chosen[0] > chosen[1] and kinds[0] == kinds[1]):
                    continue
                numbers.append(number)
                args.append(chosen)
                results.append(result)
                odds.append(_odds(chosen, places))
    uses = [(UPPER in chosen, LOWER in chosen) for chosen in args]
    upper_used, lower_used = (np.array([use[k] for use in uses], bool) for k in (0, 1))
    return Actions(
        np.array(numbers, np.int64), args, results, np.array(odds, np.float32),
        upper_used & ~lower_used, lower_used & ~upper_used, upper_used & lower_used,
    )  # fmt: skip


def _odds(chosen: tuple[int, ...], places: Sequence[Sequence[int]]) -> float:
    values = [place for place in chosen if place < 0]
    spread = sum(math.log(sum(place >= 0 for place in some)) for place, some in zip(chosen, places, strict=True) if place >= 0)
    return TWICE * (len(values) - len(set(values))) - spread
