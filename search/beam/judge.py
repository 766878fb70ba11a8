"""What the networks say of the values of a search: which word is next on a pair of them, and which are on the way to the output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from dsl.types import LIST_INT
from search.beam.space import Space
from search.prior.pairs import NUM_FLAGS
from search.prior.policy import Policy
from search.prior.signature import ABSENT, NUMBER_SIZE, encode_values
from search.prior.views import SLOTS, WIDTH

CLIPPED = 6.0
"""Logits beyond +- this count as this."""


class Question(NamedTuple):
    """Two values of a state, by their numbers in a space."""

    lower: int | None
    """The one that was made before; None where there is one value alone."""
    upper: int
    lower_used: bool
    """Whether a line has used it."""
    upper_used: bool
    waiting: int
    """Others that nothing has used yet; several count as 2."""


class Answer(NamedTuple):
    """What the policy says of a question."""

    upper: np.ndarray
    """float32[W]: log-probabilities of words being applied to the upper value alone; `lower`: to the other alone."""
    lower: np.ndarray
    both: np.ndarray
    """float32[2, W]: to both, the lower one first, the upper one first."""
    upper_is_used: float
    """Logits of the values being used at all, within +-CLIPPED."""
    lower_is_used: float


class Judge:
    """The policy of one search, asked once for each question."""

    def __init__(self, policy: Policy, space: Space) -> None:
        self.policy, self.space = policy, space
        self._answers: dict[Question, Answer] = {}
        self._near: dict[int, float] = {}
        self._rows: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    @property
    def words(self) -> Sequence[str]:
        """The words that it scores."""
        return self.policy.words

    def answers(self, questions: Sequence[Question]) -> list[Answer]:
        """An answer to each. All that are new share a call of the network: one row costs nearly as much as a dozen."""
        new = [question for question in dict.fromkeys(questions) if question not in self._answers]
        if new:
            scores, used = self.policy.judge_pairs(*self._encoded(new))
            used = np.clip(used, -CLIPPED, CLIPPED).tolist()
            for question, row, (first, second) in zip(new, scores, used, strict=True):
                if question.lower is None:
                    self._answers[question] = Answer(row[0], row[1], row[2:], first, second)
                else:
                    self._answers[question] = Answer(row[1], row[0], row[2:], second, first)
        return [self._answers[question] for question in questions]

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

    def _encoded(self, questions: Sequence[Question]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        count, examples = len(questions), self.policy.num_examples
        xs, sizes = np.zeros((count, SLOTS, examples, WIDTH), np.int64), np.full((count, SLOTS, examples), ABSENT, np.int64)
        flags = np.zeros((count, NUM_FLAGS), np.float32)
        for row, (lower, upper, lower_used, upper_used, waiting) in enumerate(questions):
            values = [(upper, upper_used)] if lower is None else [(lower, lower_used), (upper, upper_used)]
            for slot, (number, used) in enumerate(values):
                xs[row, slot], found = self._row(number)
                sizes[row, slot] = found if self.space.kinds[number] == LIST_INT else NUMBER_SIZE
                flags[row, slot] = used
            flags[row, SLOTS:] = waiting == 1, waiting > 1
        return xs, sizes, flags

    def _row(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        if number not in self._rows:
            self._rows[number] = encode_values(self.space.columns[number])
        return self._rows[number]
