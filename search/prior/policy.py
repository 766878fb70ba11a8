"""The policy: which word to apply next, to values that are there: inputs, and what was made of them.

    policy = Policy(Prior.shipped(), task, words)
    policy.log_probabilities(states)     states[n][e] is the stack of example e, top last
    policy.judge_pairs(xs, sizes, flags)     what is done next with two values each

Networks of their own look at two values beside the output, and say which word is applied to the one, the other, or both, if any, and whether
each is still used. Of a stack these are the top two, and the prior is asked besides, as if they were the task's inputs: what comes out is the
geometric mean of both. Numpy only. Source: docs/search.md; a value found on the way as a further input as in BUSTLE (Odena et al., ICLR 2021).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from dsl.ops import OPS
from dsl.tasks import Task
from dsl.types import BOOL, INT, LIST_INT, Type
from dsl.values import Value
from search.prior.items import codes
from search.prior.model import Prior
from search.prior.pairs import BOTH, LOWER, NUM_FLAGS, UPPER, USES
from search.prior.signature import ABSENT, MAX_EXAMPLES, NUMBER, NUMBER_SIZE, encode_values, family_of, look
from search.prior.views import SLOTS, WIDTH
from search.prior.words import typings

MAX_ARGS = 4
FLOOR = 0.01
"""Share of probability that all words of the right types have equally."""
OCCURS = 0.5
"""Weight of the log-probability that a word occurs beside that of its being applied to an input."""
LEAST = -20.0
"""Log-probability of words that the networks do not know."""
ROWS = 1024
"""States that are asked for at once; more would not fit into a processor's cache."""


class Answers(NamedTuple):
    """What the policy says of N pairs of values."""

    scores: np.ndarray
    """float32[N, USES, W]: log-probabilities of words being applied next to the lower value, the upper, both, both the other way round, as in
    `search.prior.pairs`. What is missing from 1 is the probability that nothing is done with them. Types are not looked at."""
    used: np.ndarray
    """float32[N, SLOTS]: logits of the lower and the upper value being used at all."""


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
        known = frozenset(self.words)
        self._mask = np.array([*(word in known for _ in range(USES) for word in prior.vocabulary), True], bool)
        self._fitting: dict[tuple[tuple[Type | None, ...], bool], np.ndarray] = {}

    def log_probabilities(self, states: Sequence[Sequence[tuple[Value, ...]]]) -> np.ndarray:
        """float32[N, W]: log-probability that each word is applied next to the top values of each stack. Words that the types there do not allow have
        -inf, and the others' probabilities add up to 1; where no word fits all have -inf."""
        xs, sizes = self._encoded(states)
        flags = np.zeros((len(states), NUM_FLAGS), np.float32)
        for row, state in enumerate(states):
            others = min(map(len, state), default=0) - SLOTS
            flags[row, 2:] = others == 1, others > 1
        uses = np.zeros((len(states), USES, len(self.words)), bool)
        for row, state in enumerate(states):
            uses[row] = self._uses(_kinds(state), bool(sizes[row, 1, 0] == ABSENT))
        found: list[np.ndarray] = [np.zeros((0, len(self.words)), np.float32)]
        for some in _blocks(len(states)):
            seen = self._seen(xs[some], sizes[some])
            with np.errstate(divide="ignore"):
                next_ = np.log(np.where(uses[some], np.exp(self._next(seen, flags[some]).scores), 0.0).sum(axis=1))
            found.append(normalised((next_ + self._as_inputs(seen, self._codes(xs[some], sizes[some]))) / 2))
        return np.concatenate(found)

    def expected_length(self, states: Sequence[Sequence[tuple[Value, ...]]]) -> np.ndarray:
        """float32[N]: words that are left to do, in 1..9, by the prior with the top values as inputs."""
        found: list[np.ndarray] = [np.zeros(0, np.float32)]
        xs, sizes = self._encoded(states)
        for some in _blocks(len(xs)):
            length = self.prior.run(self.family, self._seen(xs[some], sizes[some]), self._codes(xs[some], sizes[some]))[3]
            share = np.exp(length - length.max(axis=1, keepdims=True))
            found.append(share @ np.arange(1, share.shape[1] + 1) / share.sum(axis=1))
        return np.concatenate(found).astype(np.float32)

    def nearness(self, values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """float32[N]: logits of values being on the way to the output; see `Prior.nearness`."""
        return self.prior.nearness(self.task, values, lengths)

    def judge_pairs(self, xs: np.ndarray, sizes: np.ndarray, flags: np.ndarray) -> Answers:
        """What is done with the values int64[N, SLOTS, E, WIDTH] with lengths int64[N, SLOTS, E], as in `search.prior.facts.signature`. The one that
        was made before comes first, and a value alone too. `flags` are float32[N, NUM_FLAGS]."""
        found = [Answers(np.zeros((0, USES, len(self.words)), np.float32), np.zeros((0, SLOTS), np.float32))]
        found += [self._next(self._seen(xs[some], sizes[some]), flags[some]) for some in _blocks(len(xs))]
        return Answers(*map(np.concatenate, zip(*found, strict=True)))

    def _next(self, seen: np.ndarray, flags: np.ndarray) -> Answers:
        """`judge_pairs` of what the networks see."""
        actions, used = self.prior.next(self.family, np.concatenate([seen, flags], axis=1))
        actions = np.where(self._mask, actions, -np.inf)
        actions -= actions.max(axis=1, keepdims=True)
        actions -= np.log(np.exp(actions).sum(axis=1, keepdims=True))
        every = actions[:, :-1].reshape(len(actions), USES, -1)
        return Answers(np.where(self._places >= 0, every[:, :, self._places], LEAST).astype(np.float32), used.astype(np.float32))

    def _as_inputs(self, seen: np.ndarray, items: np.ndarray) -> np.ndarray:
        """float32[N, W]: scores of the words if the values were the task's inputs, by the prior's heads for words on inputs and words that occur."""
        occurs, _, fronts, _ = self.prior.run(self.family, seen, items)
        every = _log_sigmoid(fronts) + OCCURS * _log_sigmoid(occurs / self.prior.temperature[self.family])
        return np.where(self._places >= 0, every[:, self._places], LEAST).astype(np.float32)

    def _seen(self, xs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """float32[N, width]: facts about values beside the output."""
        ys, yns = self._beside(len(xs))
        return self.prior.inputs(look(xs, sizes, ys, yns, self.task.output_type), self.words)

    def _codes(self, xs: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The codes of values beside the output, as `search.prior.items.codes` gives them."""
        return codes(xs, sizes, *self._beside(len(xs)), number=self.family == NUMBER)

    def _beside(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        ys, yns = self._outputs
        return np.repeat(ys[None], count, 0), np.repeat(yns[None], count, 0)

    def _encoded(self, states: Sequence[Sequence[tuple[Value, ...]]]) -> tuple[np.ndarray, np.ndarray]:
        """The top two values of each stack, the deeper one first, as `judge_pairs` takes them; one alone where they are equal."""
        xs = np.zeros((len(states), SLOTS, self.num_examples, WIDTH), np.int64)
        sizes = np.full((len(states), SLOTS, self.num_examples), ABSENT, np.int64)
        for number, state in enumerate(states):
            stacks = state[: self.num_examples]
            depth = min(SLOTS, *map(len, stacks)) if stacks else 0
            columns = [[stack[place - depth] for stack in stacks] for place in range(depth)]
            columns = [column for column in columns if all(map(_known, column))]
            if len(columns) == SLOTS and columns[0] == columns[1]:
                columns.pop()
            for slot, column in enumerate(columns):
                xs[number, slot], found = encode_values(column)
                sizes[number, slot] = found if isinstance(column[0], tuple) else NUMBER_SIZE
        return xs, sizes

    def _uses(self, kinds: tuple[Type | None, ...], alone: bool) -> np.ndarray:
        """bool[USES, W]: what words take of the top two values of a stack of these types, or of the one that stands for them."""
        key = (kinds[-MAX_ARGS:], alone)
        if key not in self._fitting:
            fitting = np.zeros((USES, len(self.words)), bool)
            for place, word in enumerate(self.words):
                for args, _ in typings(word):
                    if kinds[-len(args) :] == args:
                        fitting[LOWER if alone else UPPER if len(args) == 1 else BOTH, place] = True
            self._fitting[key] = fitting
        return self._fitting[key]


def _blocks(count: int) -> list[slice]:
    return [slice(start, start + ROWS) for start in range(0, count, ROWS)]


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
