"""The policy: which word to apply next, given what lies on the stack. The prior asked again at each state, so nothing is trained for it.

    policy = Policy(Prior.shipped(), task, words)
    policy.log_probabilities(states)     states[n][e] is the stack of example e, top last

A stack is a task of its own: its top two values are the inputs, the output is the task's. The head for words on the inputs says what is
applied to them, the head for words that occur says what is still to come; a word that both name is the next one. Lengths are the steps
left. Numpy only. Source: docs/search.md; a value found on the way as a further input as in BUSTLE (Odena et al., ICLR 2021).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from dsl.ops import OPS
from dsl.tasks import Task
from dsl.types import BOOL, INT, LIST_INT, Type
from dsl.values import Value
from search.exact.grammar import instances_of
from search.prior.model import Prior
from search.prior.signature import MAX_EXAMPLES, encode_values, family_of, look
from search.prior.views import SLOTS, WIDTH

KINDS = (INT, BOOL, LIST_INT)
"""Types of the values that it knows."""
MAX_ARGS = 4
FRONTS, OCCURS = 1.0, 0.5
"""Weights of the two heads' log-probabilities: what is applied to the top values, and what occurs at all."""
FLOOR = 0.01
"""Share of probability that all words of the right types have equally."""
ABSENT, NUMBER_SIZE = -1, -2
"""Lengths that stand for no value and for a number, see `search.prior.views.signature`."""
ROWS = 1024
"""States that are asked for at once; more would not fit into a processor's cache."""


class Judgement(NamedTuple):
    """What the policy says of N states."""

    log_probabilities: np.ndarray
    """float32[N, W]."""
    lengths: np.ndarray
    """float32[N], words that are left, at least 1."""


class Policy:
    """The policy of one task. Raises `ValueError` for a task that the prior does not know."""

    def __init__(self, prior: Prior, task: Task, words: Collection[str]) -> None:
        if not prior.knows(task):
            raise ValueError("the prior knows tasks on numbers and lists of numbers only")
        family = family_of(task.output_type)
        assert family is not None
        self.prior, self.task, self.family = prior, task, family
        self.words: tuple[str, ...] = tuple(word for word, op in OPS.items() if op.kind == "value" and word in words and typings(word))
        """The words that may be applied: those that are allowed and take and give Ints, Bools and lists of Ints."""
        self.num_examples = min(len(task.examples), MAX_EXAMPLES)
        """Examples that it looks at: the first ones."""
        self._outputs = encode_values([example.output for example in task.examples[:MAX_EXAMPLES]])
        place_of = {word: place for place, word in enumerate(prior.vocabulary)}
        self._places = np.array([place_of.get(word, -1) for word in self.words], np.int64)
        self._fitting: dict[tuple[Type | None, ...], np.ndarray] = {}

    def judge(self, states: Sequence[Sequence[tuple[Value, ...]]]) -> Judgement:
        """Both answers for one call of the network. Words that the types on top of a stack do not allow have -inf, and the others' probabilities
        add up to 1; where no word fits all have -inf."""
        xs, sizes = self._encoded(states)
        scores, lengths = self.judge_inputs(xs, sizes)
        fitting = np.stack([self._fits(_kinds(state)) for state in states]) if len(states) else np.zeros(scores.shape, bool)
        return Judgement(normalised(np.where(fitting, scores, -np.inf).astype(np.float32)), lengths)

    def log_probabilities(self, states: Sequence[Sequence[tuple[Value, ...]]]) -> np.ndarray:
        """float32[N, W]: log-probability that each word is applied next to the top values of each stack; see `judge`."""
        return self.judge(states).log_probabilities

    def expected_length(self, states: Sequence[Sequence[tuple[Value, ...]]]) -> np.ndarray:
        """float32[N]: words that are left to do, in 1..9."""
        return self.judge(states).lengths

    def nearness(self, values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """float32[N]: logits of values being on the way to the output; see `Prior.nearness`."""
        return self.prior.nearness(self.task, values, lengths)

    def judge_inputs(self, xs: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scores float32[N, W] of the words on the values int64[N, SLOTS, E, WIDTH] with lengths int64[N, SLOTS, E], as in
        `search.prior.views.signature`, and lengths float32[N]. Scores are log-probabilities that are comparable between states: not
        normalised, types not looked at."""
        ys, yns = self._outputs
        scores: list[np.ndarray] = [np.zeros((0, len(self.words)), np.float32)]
        lengths: list[np.ndarray] = [np.zeros(0, np.float32)]
        for start in range(0, len(xs), ROWS):
            some = slice(start, start + ROWS)
            count = len(xs[some])
            seen = look(xs[some], sizes[some], np.repeat(ys[None], count, 0), np.repeat(yns[None], count, 0), self.task.output_type)
            occurs, _, fronts, length = self.prior.run(self.family, self.prior.inputs(seen, self.words))
            heat = self.prior.temperature[self.family]
            every = FRONTS * _log_sigmoid(fronts) + OCCURS * _log_sigmoid(occurs / heat)
            every = np.concatenate([every, every.mean(axis=1, keepdims=True)], axis=1)  # place -1: words that the prior does not know
            scores.append(every[:, self._places])
            share = np.exp(length - length.max(axis=1, keepdims=True))
            lengths.append((share @ np.arange(1, share.shape[1] + 1) / share.sum(axis=1)).astype(np.float32))
        return np.concatenate(scores).astype(np.float32), np.concatenate(lengths).astype(np.float32)

    def _encoded(self, states: Sequence[Sequence[tuple[Value, ...]]]) -> tuple[np.ndarray, np.ndarray]:
        """The top two values of each stack, the deeper one first, as `judge_inputs` takes them."""
        xs = np.zeros((len(states), SLOTS, self.num_examples, WIDTH), np.int64)
        sizes = np.full((len(states), SLOTS, self.num_examples), ABSENT, np.int64)
        for number, state in enumerate(states):
            stacks = state[: self.num_examples]
            depth = min(SLOTS, *map(len, stacks)) if stacks else 0
            for slot in range(depth):
                column = [stack[slot - depth] for stack in stacks]
                if not all(map(_known, column)):
                    continue
                xs[number, slot], found = encode_values(column)
                sizes[number, slot] = found if isinstance(column[0], tuple) else NUMBER_SIZE
        return xs, sizes

    def _fits(self, kinds: tuple[Type | None, ...]) -> np.ndarray:
        """bool[W]: the words that can be applied to the top of a stack of these types."""
        top = kinds[-MAX_ARGS:]
        if top not in self._fitting:
            self._fitting[top] = np.array([any(top[-len(args) :] == args for args, _ in typings(word)) for word in self.words], bool)
        return self._fitting[top]


@cache
def typings(word: str) -> tuple[tuple[tuple[Type, ...], Type], ...]:
    """The types of arguments and result at which a word stays among the types that the policy knows."""
    return tuple((args, result) for args, result in instances_of(word) if {*args, result} <= set(KINDS))


def normalised(scores: np.ndarray) -> np.ndarray:
    """float32[N, W] log-probabilities from scores that are -inf where there must be none: a softmax, FLOOR of it spread evenly."""
    fine = np.isfinite(scores)
    count = np.maximum(fine.sum(axis=1, keepdims=True), 1)
    highest = np.max(scores, axis=1, keepdims=True, initial=-1e9)
    share = np.where(fine, np.exp(scores - np.where(np.isfinite(highest), highest, 0.0)), 0.0)
    share = (1 - FLOOR) * share / np.maximum(share.sum(axis=1, keepdims=True), 1e-9) + FLOOR / count
    return np.where(fine, np.log(share), -np.inf).astype(np.float32)


def _kinds(state: Sequence[tuple[Value, ...]]) -> tuple[Type | None, ...]:
    """Types of the values that lie on the stacks of all examples, the top last; None for those that the policy does not know."""
    depth = min(map(len, state), default=0)
    if not depth:
        return ()
    return tuple(_kind([stack[place - depth] for stack in state]) for place in range(depth))


def _kind(column: Sequence[Value]) -> Type | None:
    if not all(map(_known, column)):
        return None
    return LIST_INT if isinstance(column[0], tuple) else BOOL if isinstance(column[0], bool) else INT


def _known(value: Value) -> bool:
    """Whether it is an Int, a Bool or a list of Ints."""
    return all(type(item) is int for item in value) if isinstance(value, tuple) else isinstance(value, int)


def _log_sigmoid(logits: np.ndarray) -> np.ndarray:
    return -np.logaddexp(0.0, -logits)
