"""Which word comes next: the policy's words, and beside them words that move values and constants, which no policy knows.

p(word) = (1 - SHARE) policy(word)   for words that compute
p(word) = SHARE / number that fit    for words that move, of those that fit
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Protocol

import numpy as np

from dsl.generate import moves_on
from dsl.ops import OPS
from dsl.tasks import Task
from dsl.types import type_of
from search.latent.programs import HOLES, Stack

MOVES = ("dup", "swap", "over", "drop", "rot")
"""They cost nothing in the length of a program, as in all searches, so they are always allowed."""
SHARE = 0.15
"""Of all words that come next, how many move values."""
DEEPEST = 4
"""Values on a stack, more are not made."""


class PolicyLike(Protocol):
    """What is asked of a policy, such as `search.prior.policy.Policy`."""

    @property
    def words(self) -> Sequence[str]:
        """What the columns are."""
        ...

    def log_probabilities(self, states: Sequence[Sequence[Stack]]) -> np.ndarray:
        """float32[N, W]; `states[n][e]` is the stack of example e, top last. -inf for words that do not fit."""
        ...


class Uniform:
    """Every word whose types fit is as likely: what is left where no policy knows the task, and what policies are compared with."""

    def __init__(self, words: Collection[str]) -> None:
        self.words: Sequence[str] = tuple(name for name, op in OPS.items() if name in words and op.kind == "value")
        self._names = frozenset(self.words)

    def log_probabilities(self, states: Sequence[Sequence[Stack]]) -> np.ndarray:
        """float32[N, W]: -log of how many fit."""
        rows = np.full((len(states), len(self.words)), -np.inf, np.float32)
        for row, state in enumerate(states):
            fitting = fitting_words(tuple(map(type_of, state[0][-DEEPEST:])), self._names) if state and state[0] else frozenset()
            for place, word in enumerate(self.words):
                if word in fitting:
                    rows[row, place] = -np.log(len(fitting))
        return rows


class Choices:
    """The distribution over all words. `words` says what the columns are."""

    def __init__(self, policy: PolicyLike, num_constants: int = 0, *, share: float = SHARE) -> None:
        self.policy, self.share = policy, share
        self.moves = (*MOVES, *HOLES[:num_constants])
        self.words = (*policy.words, *self.moves)

    def log_probabilities(self, states: Sequence[Sequence[Stack]]) -> np.ndarray:
        """float32[N, W]: adding up to 1 where any word fits, -inf for the others."""
        if not states:
            return np.zeros((0, len(self.words)), np.float32)
        ours = np.asarray(self.policy.log_probabilities(states), np.float32)
        depths = [min(map(len, state)) for state in states]
        theirs = np.array([[_fits(word, depth) for word in self.moves] for depth in depths], bool)
        some = np.isfinite(ours).any(axis=1)
        share = np.where(some, self.share, 1.0)
        with np.errstate(divide="ignore"):
            computing = ours + np.log(np.where(theirs.any(axis=1), 1 - share, 1.0))[:, None]
            moving = np.where(theirs, np.log(share / np.maximum(theirs.sum(axis=1), 1))[:, None], -np.inf)
        computing = np.where(np.isfinite(ours), computing, -np.inf)
        return np.concatenate([computing, moving], axis=1).astype(np.float32)


def choices_for(task: Task, words: Collection[str], num_constants: int = 0, *, uniform: bool = False) -> tuple[Choices, str | None]:
    """The choices under the policy, or uniform ones with the reason why there is no policy."""
    if uniform:
        return Choices(Uniform(words), num_constants), None
    from search.prior.ready import Absent, prior_for

    prior = prior_for(task)
    if isinstance(prior, Absent):
        return Choices(Uniform(words), num_constants), prior.reason
    from search.prior.policy import Policy

    return Choices(Policy(prior, task, words), num_constants), None


def _fits(word: str, depth: int) -> bool:
    if word in HOLES:
        return depth < DEEPEST
    op = OPS[word]
    assert op.routing is not None
    after = depth - op.num_args + len(op.routing)
    return depth >= op.num_args and 1 <= after <= DEEPEST


@cache
def fitting_words(kinds: tuple[object, ...], words: frozenset[str]) -> frozenset[str]:
    """The words that may run on a stack with these types on top."""
    return frozenset(move.op.name for move in moves_on(kinds, words))  # type: ignore[arg-type]
