"""The odds of every move on every kind of stack, as one sorted array in which thousands of programs draw at once."""

from __future__ import annotations

import numpy as np

from dsl.columns.layout import Array
from dsl.traces.moves import COMBINATOR, LITERAL, LOOK, ROUTE, VALUE, Moves, Offer
from dsl.types import VALUE_TYPES

LITERAL_CODES = len(VALUE_TYPES)
"""Added to the type code of a literal, which is told from other values: a word that sees nothing but literals gives the same on all examples."""

_LEAST, _MOST = 1 - LOOK, 2
"""A move takes away LOOK - 1 values at most; one that adds more than 2 is never wanted."""
_AXES = (1 + 2 * LITERAL_CODES,) * LOOK + (_MOST - _LEAST + 1,)


class Odds:
    """A *case* is a number that stands for what is on top of a stack and how much it may grow.

    The moves of case c share the interval c..c+1; a program in case c with the chance u gets the move in whose part c+u lies.
    """

    def __init__(self, moves: Moves) -> None:
        self.moves = moves
        self._known, self._has_moves = np.zeros((2, int(np.prod(_AXES))), bool)
        self._bounds: Array = np.zeros(0)
        self._numbers: Array = np.zeros(0, np.int32)

    def draw(self, top: Array, growth: Array, chances: Array) -> Array:
        """int32[N]: a move for each program, -1 where none fits.

        `top` int[N, LOOK] holds type codes (LITERAL_CODES more for a literal; -1: no value), `growth` int[N] how much the stack may
        grow, `chances` float[N] random numbers with at most 24 bits, so that adding the case loses none.
        """
        cases = np.ravel_multi_index((*(top.T + 1), growth.clip(_LEAST, _MOST) - _LEAST), _AXES)
        fresh = np.unique(cases[~self._known[cases]])
        if len(fresh):
            self._learn(fresh)
        if not len(self._numbers):
            return np.full(len(cases), -1, np.int32)
        places = np.searchsorted(self._bounds, cases + chances, side="right")
        return np.where(self._has_moves[cases], self._numbers[places.clip(max=len(self._numbers) - 1)], -1)

    def _learn(self, cases: Array) -> None:
        bounds, numbers = [self._bounds], [self._numbers]
        for case in cases:
            *codes, growth = (int(part) for part in np.unravel_index(case, _AXES))
            top = [code - 1 for code in codes if code]
            offer = self.moves.offer(tuple(code % LITERAL_CODES for code in top))
            literals = _above(top)
            fitting = np.flatnonzero((offer.growths <= growth + _LEAST) & ((offer.kinds <= LITERAL) | (offer.num_args > literals)))
            odds = self._odds(offer, fitting)
            if len(odds):
                bounds.append(case + odds)
                numbers.append(offer.numbers[fitting])
                self._has_moves[case] = True
        self._known[cases] = True
        unsorted = np.concatenate(bounds)
        order = np.argsort(unsorted, kind="stable")
        self._bounds, self._numbers = unsorted[order], np.concatenate(numbers)[order]

    def _odds(self, offer: Offer, fitting: Array) -> Array:
        """Cumulative odds of some of the moves, the last being 1. Literals and combinators have the generator's shares where there are any."""
        generator = self.moves.generator
        weights, kinds = offer.weights[fitting], offer.kinds[fitting]
        kinds = np.where(kinds == ROUTE, VALUE, kinds)  # words share what is left
        shares = np.zeros(COMBINATOR + 1)
        shares[[VALUE, LITERAL, COMBINATOR]] = (
            max(0.0, 1 - generator.literals - generator.quotations),
            generator.literals,
            generator.quotations,
        )
        total = np.bincount(kinds, weights, minlength=len(shares))
        cumulative = np.cumsum(weights * (shares / np.maximum(total, 1e-300))[kinds])
        return cumulative / cumulative[-1] if len(cumulative) and cumulative[-1] > 0 else cumulative[:0]


def _above(top: list[int]) -> int:
    """How many literals lie on top of the topmost other value."""
    count = 0
    while count < len(top) and top[-1 - count] >= LITERAL_CODES:
        count += 1
    return count
