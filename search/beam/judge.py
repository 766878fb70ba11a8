"""What the networks say of the values of a search: which word is next on a pair of them, and which are on the way to the output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from dsl.types import LIST_INT, Type
from search.beam.space import Space
from search.prior.policy import ABSENT, NUMBER_SIZE, Policy
from search.prior.signature import encode_values
from search.prior.views import SLOTS, WIDTH

Pair = tuple[int | None, int]
"""Numbers of two values of a space, the one made before and the one made last; None where there is one alone."""
CLIPPED = 6.0
"""Logits of nearness beyond +- this count as this."""


class Judge:
    """The policy and the nearness of one search, asked once for each pair and each value."""

    def __init__(self, policy: Policy, space: Space) -> None:
        self.policy, self.space = policy, space
        self._scores: dict[Pair, np.ndarray] = {}
        self._near: dict[int, float] = {}
        self._rows: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    @property
    def words(self) -> Sequence[str]:
        """The words that it scores."""
        return self.policy.words

    def scores(self, pairs: Sequence[Pair], later: Iterable[Pair] = ()) -> list[np.ndarray]:
        """float32[W] for each pair: log-probabilities of the words being applied to it, not normalised. A call of the network takes pairs that are asked
        for `later` with it: one row costs nearly as much as a dozen."""
        new = list(dict.fromkeys(pair for pair in pairs if pair not in self._scores))
        if new:
            new = list(dict.fromkeys([*new, *(pair for pair in later if pair not in self._scores)]))
            xs, sizes = self._encoded(new)
            for pair, row in zip(new, self.policy.judge_inputs(xs, sizes)[0], strict=True):
                self._scores[pair] = row
        return [self._scores[pair] for pair in pairs]

    def nearness(self, numbers: Iterable[int]) -> list[float]:
        """How likely each value is to be on the way to the output, as logits within +-CLIPPED; 0 for those that are no lists."""
        numbers = list(numbers)
        new = [number for number in dict.fromkeys(numbers) if number not in self._near]
        lists = [number for number in new if self.space.kinds[number] == LIST_INT]
        self._near |= dict.fromkeys(new, 0.0)
        if lists:
            values, sizes = (np.stack([self._row(number)[part] for number in lists]) for part in (0, 1))
            logits = np.clip(self.policy.nearness(values, sizes), -CLIPPED, CLIPPED)
            self._near |= dict(zip(lists, logits.tolist(), strict=True))
        return [self._near[number] for number in numbers]

    def _encoded(self, pairs: Sequence[Pair]) -> tuple[np.ndarray, np.ndarray]:
        count = self.policy.num_examples
        xs, sizes = np.zeros((len(pairs), SLOTS, count, WIDTH), np.int64), np.full((len(pairs), SLOTS, count), ABSENT, np.int64)
        for row, pair in enumerate(pairs):
            for slot, number in enumerate(number for number in pair if number is not None):
                xs[row, slot], found = self._row(number)
                sizes[row, slot] = found if _is_list(self.space.kinds[number]) else NUMBER_SIZE
        return xs, sizes

    def _row(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        if number not in self._rows:
            self._rows[number] = encode_values(self.space.columns[number])
        return self._rows[number]


def _is_list(kind: Type) -> bool:
    return kind == LIST_INT
