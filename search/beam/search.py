"""Method `beam`: the most promising states first. A state is what a program has after some lines: the inputs, and the values made so far.

    a state's score     log-probability of its lines under the policy + how near the values that wait to be used are to the output
    an action           a word on some of its values, rather those that nothing has used yet
    a step              takes the best few states and actions of all: states are asked for their actions, actions are executed

States get their actions one after the other, each as soon as no other state has a better one, so the search leaves nothing out if it goes
on for long enough, and nothing is executed twice. A step takes the more entries the longer the search has gone on: few candidates are chosen
one by one, many in batches for the networks. States with equal values are one, however their values came about.

Source: best-first search by policy and heuristic as in Orseau & Lelis (PHS, AAAI 2021); re-grounding each step by execution as in Ellis et
al. (Write, Execute, Assess, NeurIPS 2019).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from dsl.types import Type
from search.beam.actions import LOWER, UPPER
from search.exact.search import MAX_EXAMPLES, ExactSearch, search_profile, spread
from search.prior.ready import prior_for
from search.term import Term

if TYPE_CHECKING:
    from search.beam.actions import Actions
    from search.beam.judge import Judge, Pair
    from search.beam.space import Space
    from search.prior.model import Prior

NEAR = 0.7
"""Weight of nearness beside log-probabilities."""
BEFORE = math.log(0.3)
"""What it costs to leave the last value alone and use one that waited before it."""
AGAIN = math.log(0.2)
"""To use the last value together with one that was used before."""
BRANCH = math.log(0.1)
"""To begin anew at a value that was used before."""
FLOOR = 0.02
"""Share of probability that all actions of a state have equally."""
PART, MOST = 1 / 32, 64
"""Entries of one step: that part of the applications executed so far, and at most."""

Action: TypeAlias = tuple[str, tuple[int, ...], Type]
"""A word, its arguments, the type of its result."""


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
    actions: list[Action] = field(default_factory=list)
    """All of them once it was asked, the most probable first."""
    action_odds: list[float] = field(default_factory=list)
    next: int = 0


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
        if isinstance(prior, str):
            self.why_not = prior
            yield from ExactSearch.run(self)
            return
        from search.beam.space import Space
        from search.prior.words import KINDS

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

    def best_first(self, judge: Judge) -> Iterator[Term]:
        """Steps until nothing is left or the search is to stop."""
        space = self.space
        assert space is not None
        goal = space.find(self.task.output_type, [example.output for example in space.examples])
        if goal is not None:
            yield space.terms[goal]
        ties, seen = count(), set[tuple[frozenset[int], frozenset[int]]]()
        queue: list[tuple[float, int, State]] = []

        def push(state: State) -> None:
            odds = state.action_odds[state.next] if state.actions else 0.0
            heapq.heappush(queue, (-(state.odds + state.near + odds), next(ties), state))

        push(State(space.inputs, space.inputs, 0, 0.0))
        while queue and not self._over():
            some = [heapq.heappop(queue)[2] for _ in range(min(len(queue), self._step()))]
            asked = [state for state in some if not state.actions]
            self._ask(asked, judge)
            children: list[State] = []
            for state in some:
                if state in asked or self._over():
                    continue
                word, args, result = state.actions[state.next]
                odds = state.action_odds[state.next]
                state.next += 1
                made = space.apply(word, args, result)
                self._note()
                if result == self.task.output_type and made is not None and self._is_goal(made):
                    yield space.term(word, args)
                elif made is not None and (child := self._child(state, made, args, odds, seen)) is not None:
                    children.append(child)
            self._score(children, judge)
            for state in (*some, *children):
                if not state.actions or state.next < len(state.actions):
                    push(state)
        self.progress.exhausted = not queue and len(self.task.examples) <= MAX_EXAMPLES

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
        for child, some in zip(children, open_, strict=True):
            child.near = NEAR * sum(next(near) for _ in some)

    def _ask(self, states: Sequence[State], judge: Judge) -> None:
        """Gives states their actions."""
        self.expanded += len(states)
        places = [_places(state) for state in states]
        scores = iter(judge.scores(pair for some in places for pair, _ in some))
        for state, some in zip(states, places, strict=True):
            parts: list[np.ndarray] = []
            found: list[tuple[Pair, Actions, np.ndarray]] = []
            for pair, weights in some:
                shape = self._shape(pair, judge)
                row = next(scores)
                odds = row[shape.words] + shape.odds
                for use, weight in zip((shape.upper, shape.lower, shape.both), weights, strict=True):
                    odds = odds + np.where(use, -np.inf if weight is None else weight, 0.0)
                kept = np.flatnonzero(np.isfinite(odds))
                parts.append(odds[kept])
                found.append((pair, shape, kept))
            self._order(state, parts, found, judge)

    def _order(self, state: State, parts: Sequence[np.ndarray], found: Sequence[tuple[Pair, Actions, np.ndarray]], judge: Judge) -> None:
        """Normalises and sorts the actions of a state."""
        odds = np.concatenate(parts) if parts else np.zeros(0)
        if not len(odds):
            state.actions, state.action_odds, state.next = [("", (), self.task.output_type)], [-math.inf], 1
            return
        share = np.exp(odds - odds.max())
        odds = np.log((1 - FLOOR) * share / share.sum() + FLOOR / len(odds))
        origin = [(part, number) for part, (_, _, kept) in enumerate(found) for number in kept.tolist()]
        order = np.argsort(-odds, kind="stable")
        state.action_odds = odds[order].tolist()
        for place in order.tolist():
            part, number = origin[place]
            (lower, upper), shape, _ = found[part]
            args = tuple(upper if arg == UPPER else lower if arg == LOWER else arg for arg in shape.args[number])
            state.actions.append((judge.words[int(shape.words[number])], args, shape.results[number]))

    def _shape(self, pair: Pair, judge: Judge) -> Actions:
        from search.beam.actions import actions

        assert self.space is not None
        kinds = self.space.kinds
        key = (None if pair[0] is None else kinds[pair[0]], kinds[pair[1]])
        if key not in self._shapes:
            self._shapes[key] = actions(judge.words, *key, [(number, kinds[number]) for number in self.space.literals])
        return self._shapes[key]

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


def _places(state: State) -> list[tuple[Pair, tuple[float | None, float | None, float | None]]]:
    """The pairs of a state's values that it is asked about, with the log-weights of actions that use the last value alone, the other alone,
    and both; None for those that another pair has."""
    *before, last = state.waiting
    used = [number for number in state.values if number not in state.waiting]
    found: list[tuple[Pair, tuple[float | None, float | None, float | None]]] = []
    if not before:
        found.append(((None, last), (0.0, None, None)))
    share = -math.log(max(len(before), 1))
    found += [((other, last), (share, share + BEFORE, 0.0)) for other in before]
    share = -math.log(max(len(used), 1))
    found += [((other, last), (None, share + BRANCH, share + AGAIN)) for other in used]
    others = [(a, b) for k, b in enumerate(state.values) for a in state.values[:k] if last not in (a, b)]
    share = -math.log(max(len(others), 1))
    found += [((a, b), (None, None, share + BRANCH)) for a, b in others]
    return found
