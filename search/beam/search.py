"""Method `beam`: the most promising states first. A state is what a program has after some lines: the inputs, and the values made so far.

    a state's score     log-probability of its lines under the policy + how near the values that wait to be used are to the output
    an action           a word on one or two of its values
    a step              takes the best few states and actions of all: states are asked for their actions, actions are executed

States get their actions one after the other, each as soon as no other state has a better one, so the search leaves nothing out if it goes
on for long enough, and nothing is executed twice. A step takes the more entries the longer the search has gone on: few candidates are chosen
one by one, many in batches for the networks. States with equal values are one, however their values came about.

Source: best-first search by policy and heuristic as in Orseau & Lelis (PHS, AAAI 2021); re-grounding each step by execution as in Ellis et
al. (Write, Execute, Assess, NeurIPS 2019).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, count
from typing import TYPE_CHECKING

import numpy as np

from dsl.types import Type
from search.beam.actions import LOWER, UPPER
from search.exact.search import MAX_EXAMPLES, ExactSearch, search_profile, spread
from search.prior.ready import Absent, make_ready, prior_for
from search.prior.words import KINDS, typings
from search.term import Term, size

if TYPE_CHECKING:
    from search.beam.actions import Actions
    from search.beam.judge import Judge, Question
    from search.beam.space import Space
    from search.prior.model import Prior

NEAR = 0.35
"""Weight of nearness beside log-probabilities."""
USED = 1.0
"""Weight of whether the values that wait are used at all."""
FLOOR = 0.02
"""Share of probability that all actions of a state have equally."""
PART, MOST = 1 / 16, 64
"""Entries of one step: that part of the applications executed so far, and at most."""


@dataclass(slots=True, eq=False)
class Ordered:
    """The actions of a state, the most probable first."""

    odds: np.ndarray
    """float32[A]: their log-probabilities, falling."""
    parts: np.ndarray
    """int32[A]: which pair each is of, and which of the pair's actions it is."""
    numbers: np.ndarray
    shapes: Sequence[tuple[tuple[int | None, int], Actions]]
    """The pair of each, None in front where it is one value alone."""

    @classmethod
    def of(cls, odds: Sequence[np.ndarray], shapes: Sequence[tuple[tuple[int | None, int], Actions]]) -> Ordered:
        """From scores of all actions of each pair, -inf for those that are left out."""
        every = np.concatenate(odds)
        parts = np.repeat(np.arange(len(odds), dtype=np.int32), [len(some) for some in odds])
        numbers = np.concatenate([np.arange(len(some), dtype=np.int32) for some in odds])
        order = np.argsort(-every, kind="stable")[: int(np.isfinite(every).sum())]
        every = every[order]
        share = np.exp(every - every.max(initial=0.0))
        every = np.log((1 - FLOOR) * share / max(share.sum(), 1e-30) + FLOOR / max(len(order), 1))
        return cls(every.astype(np.float32), parts[order], numbers[order], shapes)

    def __getitem__(self, place: int) -> tuple[int, tuple[int, ...], Type]:
        """Number of the word, arguments, type of the result."""
        (lower, upper), shape = self.shapes[self.parts[place]]
        number = int(self.numbers[place])
        args = tuple(upper if arg == UPPER else lower if arg == LOWER else arg for arg in shape.args[number])
        return int(shape.words[number]), args, shape.results[number]  # type: ignore[return-value]


@dataclass(slots=True, eq=False)
class State:
    """What a program has after some lines."""

    values: tuple[int, ...]
    """Inputs, then what was made, in order."""
    waiting: tuple[int, ...]
    """Those that nothing has used yet, in order."""
    made: int
    odds: float
    """Log-probability of its lines."""
    near: float = 0.0
    """How near what waits is to the output, weighted."""
    actions: Ordered | None = None
    """All of them, once it was asked."""
    next: int = 0

    @property
    def priority(self) -> float:
        """Log-probability and nearness, of its next action if it was asked for actions."""
        return self.odds + self.near + (0.0 if self.actions is None else float(self.actions.odds[self.next]))

    @property
    def done(self) -> bool:
        """Whether it has no further action."""
        return self.actions is not None and self.next >= len(self.actions.odds)


@dataclass(slots=True)
class BeamSearch(ExactSearch):
    """One search. Where the prior is of no help, it is the exact one."""

    why_not: str | None = None
    """Why the prior was not asked."""
    states: int = 0
    """Distinct states that came up."""
    expanded: int = 0
    """Those that were asked for their actions."""
    space: Space | None = None
    _shapes: dict[tuple[Type | None, Type], Actions] = field(default_factory=dict)

    def run(self) -> Iterator[Term]:
        """Terms that give the outputs of the examples searched over, unverified."""
        prior = prior_for(self.task)
        if isinstance(prior, Absent):
            self.why_not, self.progress.warning = prior.reason, f"the learned prior cannot be used: {prior.reason}"
            yield from ExactSearch.run(self)
            return
        from search.beam.space import Space

        self.progress.stage = "beam"
        pushes = self.literals()
        examples = spread(self.task.examples, MAX_EXAMPLES)
        profile = search_profile(self.task, self.settings.profile, self.productions(pushes), pushes)
        self.space = Space.of(self.task, examples, [push for push, _ in pushes if push.type in KINDS], profile)
        yield from self.best_first(self.judge(prior))

    def judge(self, prior: Prior) -> Judge:
        """What says which states and actions come first."""
        from dataclasses import replace

        from search.beam.judge import Judge
        from search.prior.policy import Policy

        assert self.space is not None
        task = replace(self.task, examples=tuple(self.space.examples))
        return Judge(Policy(prior, task, self.settings.words), self.space)

    def load(self) -> None:
        """What asking the prior needs; where it is of no help, what the exact search does."""
        make_ready()
        if isinstance(prior_for(self.task), Absent):
            ExactSearch.load(self)

    def explain(self) -> list[str]:
        """What was executed, or why the search was another one."""
        if self.why_not is not None:
            return [*ExactSearch.explain(self), f"The prior was not asked, so this was the exact search: {self.why_not}."]
        made = 0 if self.space is None else len(self.space.columns)
        return [
            f"{self.progress.candidates:,} applications were executed and made {made:,} distinct values; "
            f"{self.states:,} states came up, and {self.expanded:,} of them were gone on from."
        ]

    def best_first(self, judge: Judge) -> Iterator[Term]:
        """Steps until nothing is left or the search is to stop."""
        space = self.space
        assert space is not None
        goal = space.find(self.task.output_type, [example.output for example in space.examples])
        if goal is not None:
            yield space.terms[goal]
        ties, seen = count(), set[tuple[frozenset[int], frozenset[int]]]()
        queue: list[tuple[float, int, State]] = [(0.0, next(ties), State(space.inputs, space.inputs, 0, 0.0))]
        while queue and not self._over():
            some = [heapq.heappop(queue)[2] for _ in range(min(len(queue), self._step()))]
            asked = [state for state in some if state.actions is None]
            self._ask(asked, judge)
            acting = [(state, state.actions[state.next]) for state in some if state.actions is not None and state not in asked]
            space.prepare([(judge.words[number], args, result) for _, (number, args, result) in acting])
            children: list[State] = []
            for state, (number, args, result) in acting:
                if self._over():
                    break
                assert state.actions is not None
                word, odds = judge.words[number], float(state.actions.odds[state.next])
                state.next += 1
                made = space.apply(word, args, result)
                self._note()
                if result == self.task.output_type and made is not None:
                    yield from self._answered(made, space.term(word, args), state.odds + odds)
                    if self._is_goal(made):
                        continue
                if made is not None and (child := self._child(state, made, args, odds, seen)) is not None:
                    children.append(child)
            yield from self._after_step()
            self._score(children, judge)
            for state in (*some, *children):
                if not state.done:
                    heapq.heappush(queue, (-state.priority, next(ties), state))
        # Words may take three values that are no literals, and pairs are all that is asked about.
        narrow = all(len(kinds) <= 2 for word in judge.words for kinds, _ in typings(word))
        self.progress.exhausted = not queue and narrow and len(self.task.examples) <= MAX_EXAMPLES

    def _child(
        self, state: State, made: int, args: Sequence[int], odds: float, seen: set[tuple[frozenset[int], frozenset[int]]]
    ) -> State | None:
        """The state after a line; None for one that is known, that made nothing new, or that may not go on."""
        assert self.space is not None
        if made in state.values or made in self.space.literals or state.made + 1 >= self.settings.max_size:
            return None
        waiting = (*(number for number in state.waiting if number not in args), made)
        child = State((*state.values, made), waiting, state.made + 1, state.odds + odds)
        key = frozenset(child.values), frozenset(waiting)
        if key in seen:
            return None
        seen.add(key)
        return child

    def _score(self, children: Sequence[State], judge: Judge) -> None:
        """Sets how near the new states are."""
        assert self.space is not None
        self.states += len(children)
        inputs = frozenset(self.space.inputs)
        open_ = [[number for number in child.waiting if number not in inputs] for child in children]
        near = iter(judge.nearness(number for some in open_ for number in some))
        asked = [questions(child) for child in children]
        answers = iter(judge.answers([question for some in asked for question in some]))
        for child, some, each in zip(children, open_, asked, strict=True):
            child.near = NEAR * sum(next(near) for _ in some)
            logits: dict[int, list[float]] = {}
            for question in each:
                answer = next(answers)
                logits.setdefault(question.upper, []).append(answer.upper_is_used)
                if question.lower is not None:
                    logits.setdefault(question.lower, []).append(answer.lower_is_used)
            child.near += USED * sum(sum(logits[number]) / len(logits[number]) for number in some)

    def _ask(self, states: Sequence[State], judge: Judge) -> None:
        """Gives states their actions."""
        self.expanded += len(states)
        asked = [questions(state) for state in states]
        answers = iter(judge.answers([question for some in asked for question in some]))
        for state, some in zip(states, asked, strict=True):
            alone: dict[int, list[np.ndarray]] = {}
            parts: list[np.ndarray] = []
            shapes: list[tuple[tuple[int | None, int], Actions]] = []
            for question in some:
                answer = next(answers)
                alone.setdefault(question.upper, []).append(answer.upper)
                if question.lower is None:
                    continue
                alone.setdefault(question.lower, []).append(answer.lower)
                shape = self._shape(question.lower, question.upper, judge)
                parts.append(answer.both[shape.turned.astype(np.int64), shape.words] + shape.odds)
                shapes.append(((question.lower, question.upper), shape))
            for number, rows in alone.items():
                shape = self._shape(None, number, judge)
                parts.append(np.log(np.exp(rows).mean(axis=0))[shape.words] + shape.odds)
                shapes.append(((None, number), shape))
            state.actions = Ordered.of(parts, shapes)

    def _shape(self, lower: int | None, upper: int, judge: Judge) -> Actions:
        from search.beam.actions import actions

        assert self.space is not None
        kinds = self.space.kinds
        key = (None if lower is None else kinds[lower], kinds[upper])
        if key not in self._shapes:
            self._shapes[key] = actions(judge.words, *key, [(number, kinds[number]) for number in self.space.literals])
        return self._shapes[key]

    def _answered(self, made: int, term: Term, odds: float) -> Iterator[Term]:
        """What is done with a program that makes a value of the output's type."""
        if self._is_goal(made) and size(term) <= self.settings.max_size:
            yield term

    def _after_step(self) -> Iterator[Term]:
        """What is done once a step's lines are run."""
        return iter(())

    def _is_goal(self, made: int) -> bool:
        assert self.space is not None
        return self.space.columns[made] == tuple(example.output for example in self.space.examples)

    def _step(self) -> int:
        """Entries of the next step."""
        assert self.space is not None
        return min(1 + int(PART * self.space.executed), MOST)

    def _note(self) -> None:
        assert self.space is not None
        self.progress.candidates, self.progress.kept = self.space.executed, len(self.space.columns)

    def _over(self) -> bool:
        self._note()
        return self.stop()


def questions(state: State) -> list[Question]:
    """What is asked about a state: all pairs of its values, or the one that it has."""
    from search.beam.judge import Question

    waiting = frozenset(state.waiting)
    if len(state.values) == 1:
        return [Question(None, state.values[0], False, False, 0)]
    return [
        Question(lower, upper, lower not in waiting, upper not in waiting, min(len(waiting - {lower, upper}), 2))
        for lower, upper in combinations(state.values, 2)
    ]
