"""Ways of writing several texts at once as one sequence of pieces: A* over states that say how far each text is written.

A state is a position in each text, from all 0 to all at the end. A piece (a string for each text) leads from a state to the one past
it where it stands at the state's position in every text; a literal does where all the texts go on alike. Costs are small ints.

The distance left is estimated from below by the text that needs most: for one text alone the exact distance is a row of a table, which
the pieces that lie at each place of it fill from the end. So dead ends, which every text has, are never entered.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from dsl.columns.layout import Array
from dsl.types import STR, Type
from search.exact.allowed import UNIT

FAR = 1 << 20
"""More than any way costs."""
MAX_WAYS = 4
"""Ways by which one state is left again."""
MAX_EDGES = 60
"""Pieces tried at one state, cheapest per character first."""
MAX_WORDS = 40
"""Pieces of one way, at most."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A string for each text."""

    values: tuple[str, ...]
    cost: int
    """In tenths of a word, joining included."""
    kind: Type = STR
    number: int = 0
    """Where it comes from: a value of the bank."""


Way: TypeAlias = "tuple[Piece | str, ...]"
"""Pieces and literals."""


def literal_cost(text: str, before: str, after: str) -> int:
    """What pushing and writing out `text` costs between these neighbouring characters: more where it cuts a word or number, and for text that is data rather than punctuation."""
    cuts = (before[-1:] + text[:1]).isalnum() * bool(before) + (text[-1:] + after[:1]).isalnum() * bool(after)
    return UNIT + UNIT * cuts // 2 + UNIT * text.isalnum() // 2


@dataclass(slots=True, eq=False)
class Atlas:
    """Where the pieces lie in the texts. Made once for a set of pieces and texts; `ways` walks it."""

    texts: tuple[str, ...]
    pieces: Sequence[Piece]
    starts: list[Array]
    """Of each text bool[length + 1, P]: whether the piece stands at that position."""
    lengths: Array
    """int64[E, P]: lengths of the pieces."""
    costs: Array
    left: list[list[int]]
    """Of each text, for each position, the least cost of writing the rest of it."""
    joint: int | None
    """What joining a literal to the rest costs; None where literals may not be written."""

    @classmethod
    def of(cls, texts: Sequence[str], pieces: Sequence[Piece], joint: int | None = UNIT) -> Atlas:
        """The atlas of these pieces, which occur in the texts."""
        lengths = np.array([[len(value) for value in piece.values] for piece in pieces], np.int64).reshape(len(pieces), len(texts)).T.copy()
        costs = np.array([piece.cost for piece in pieces], np.int64)
        starts = [_starts(text, [piece.values[e] for piece in pieces]) for e, text in enumerate(texts)]
        left = [
            _distances(text, starts[e], lengths[e], costs, [other for i, other in enumerate(texts) if i != e], joint)
            for e, text in enumerate(texts)
        ]
        return cls(tuple(texts), pieces, starts, lengths, costs, left, joint)

    def ways(self, steps: int, stop: Callable[[], bool] = lambda: False) -> Iterator[tuple[int, Way]]:
        """Ways of writing all the texts, cheapest first, with their costs; ends after so many steps."""
        start = (0,) * len(self.texts)
        end = tuple(map(len, self.texts))
        queue: list[tuple[int, int, int, tuple[int, ...], Way]] = [(self.estimate(start), 0, 0, start, ())]
        left_again: dict[tuple[tuple[int, ...], bool], int] = {}
        ties = 0
        for step in range(steps):
            if not queue or (step % 64 == 63 and stop()):
                return
            _, cost, _, state, way = heapq.heappop(queue)
            if state == end:
                yield cost, way
                continue
            literal = bool(way) and isinstance(way[-1], str)
            seen = left_again.get((state, literal), 0)
            if seen == MAX_WAYS or len(way) == MAX_WORDS:
                continue
            left_again[state, literal] = seen + 1
            for more, link, there in self.edges(state, literal):
                rest = self.estimate(there)
                if rest < FAR:
                    ties += 1
                    heapq.heappush(queue, (cost + more + rest, cost + more, ties, there, (*way, link)))

    def estimate(self, state: tuple[int, ...]) -> int:
        """No more than what the rest of the texts costs."""
        return max(row[position] for row, position in zip(self.left, state, strict=True))

    def edges(self, state: tuple[int, ...], after_literal: bool) -> Iterator[tuple[int, Piece | str, tuple[int, ...]]]:
        """Cost, piece and next state of each step from here; a literal is not followed by another."""
        if len(self.pieces):
            fits = self.starts[0][state[0]]
            for rows, position in zip(self.starts[1:], state[1:], strict=True):
                fits = fits & rows[position]
            chosen = np.flatnonzero(fits)
            if len(chosen) > MAX_EDGES:
                worth = self.costs[chosen] * 4 - np.minimum(self.lengths[:, chosen], 12).sum(axis=0) * 8 // len(self.texts)
                chosen = chosen[np.argsort(worth, kind="stable")[:MAX_EDGES]]
            there = (self.lengths[:, chosen].T + np.array(state)).tolist()
            for number, cost, after in zip(chosen.tolist(), self.costs[chosen].tolist(), there, strict=True):
                yield cost, self.pieces[number], tuple(after)
        if self.joint is not None and not after_literal:
            first, position = self.texts[0], state[0]
            for length in range(1, self.common(state) + 1):
                text = first[position : position + length]
                yield self.joint + literal_cost(text, first[:position], first[position + length :]), text, tuple(p + length for p in state)

    def common(self, state: tuple[int, ...]) -> int:
        """For how many characters all the texts go on alike."""
        rests = [text[position:] for text, position in zip(self.texts, state, strict=True)]
        low, high = min(rests), max(rests)
        return next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))


def _starts(text: str, values: Sequence[str]) -> Array:
    """bool[length + 1, P]: at which positions each value stands."""
    rows = np.zeros((len(text) + 1, len(values)), np.bool_)
    for number, value in enumerate(values):
        at = text.find(value)
        while at >= 0:
            rows[at, number] = True
            at = text.find(value, at + 1)
    return rows


def _distances(text: str, starts: Array, lengths: Array, costs: Array, others: Sequence[str], joint: int | None) -> list[int]:
    """The least cost of writing the rest of one text from each position, literals being what all the others contain too."""
    left = np.full(len(text) + 1, FAR, np.int64)
    left[len(text)] = 0
    for position in range(len(text) - 1, -1, -1):
        fits = np.flatnonzero(starts[position] & (lengths > 0))
        best = int((costs[fits] + left[position + lengths[fits]]).min()) if len(fits) else FAR
        for past in range(position + 1, len(text) + 1):
            if joint is None or not all(text[position:past] in other for other in others):
                break
            best = min(best, joint + UNIT + int(left[past]))
        left[position] = min(best, FAR)
    return left.tolist()
