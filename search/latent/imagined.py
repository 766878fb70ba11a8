"""Best-first search over states that the executor imagines: method `beam` with the learned executor in place of the machine.

    a line      word(values) -> what the executor says it makes on the examples followed; nothing but the arguments lies on the stack
    a state     the inputs and the values imagined so far, in the order of the policy (`search.beam`)
    a program   a line whose result has the output's type, run on the real machine in the order of

    log p(lines | policy) - min(MISSED * number of examples on which another output is imagined, SYSTEMATIC) - FAR * mean distance to the outputs

which is the order of how probably it is right, if one imagined answer in ten is wrong by chance, and some words always. A word is imagined once on the same values, and one that the executor takes for stuck makes
nothing. All examples are followed as far as states have room: with three, values that differ look alike, and the right one is lost to another.

Source: planning in a learned model with real steps kept for the end, as in Ha & Schmidhuber (World Models, NeurIPS 2018); the order is that of `search.beam.search`.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from dsl.types import BOOL, LIST_INT, Type
from dsl.values import Value
from search.beam.search import BeamSearch, Ordered, State
from search.beam.space import Application, Space
from search.exact.plain import Column
from search.latent.programs import fits
from search.latent.rollouts import DOUBT
from search.term import Input, Literal, Term, size

if TYPE_CHECKING:
    from search.beam.judge import Judge
    from search.latent.machine import Guess, Machine

FIRST, PART, MOST = 16, 1 / 2, 128
"""Lines of the first step, how many more for each one imagined so far, and of a step at most: fewer make poor batches for the network, more are less well chosen."""
NOTHING = Ordered(np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(0, np.int32), ())
"""The actions of a state that does not exist."""
MISSED, SYSTEMATIC, FAR = 2.3, 5.0, 2.0
"""What an example on which the output is not imagined costs a program, in nats, as one answer in ten is wrong; all of them at most, as some words are imagined
wrong on everything; and how far the outputs are off on average."""
PACE, ALONE = 1 / 6, 64
"""Programs that are run for each line imagined after the first ALONE ones, besides those that are imagined right on all examples."""


@dataclass(slots=True)
class Imagined(Space):
    """Values as the executor imagines them."""

    machine: Machine | None = None
    mend: Callable[[Term], Column | None] = lambda term: None
    """What the real machine makes of a term, asked where the executor takes no example for stuck and says on some of them what is no value; None where it is not asked."""

    def prepare(self, lines: Sequence[Application]) -> None:
        """One call of the executor for all lines that are new."""
        assert self.machine is not None
        new = [line for line in dict.fromkeys(lines) if line[:2] not in self._done]
        stacks = [tuple(self.columns[arg][row] for arg in args) for _, args, _ in new for row in range(len(self.examples))]
        words = [word for word, _, _ in new for _ in self.examples]
        guesses = iter(self.machine.step(stacks, words))
        for word, args, result in new:
            some = [next(guesses) for _ in self.examples]
            column = _column(some, result)
            if column is None and _is_broken(some, result):
                column = self.mend(self.term(word, args))
            self.executed += 1
            self._done[word, args] = None if column is None else self._add(result, column, self.term(word, args))

    def apply(self, word: str, args: tuple[int, ...], result: Type) -> int | None:
        """The number of what it is imagined to make; None where it is thought to get stuck."""
        self.prepare([(word, args, result)])
        return self._done[word, args]

    def exactly(self, kind: Type, column: Column, term: Term) -> int:
        """The number of values that the machine made, with the program that it ran."""
        number = self._add(kind, column, term)
        self.terms[number] = term
        return number


def _column(guesses: Sequence[Guess], result: Type) -> tuple[Value, ...] | None:
    """The values on top, if there is one of the type on each example."""
    if any(guess.stack is None or len(guess.stack) != 1 or guess.trouble >= DOUBT for guess in guesses):
        return None
    column = tuple(guess.stack[0] for guess in guesses if guess.stack)
    return column if all(_is(value, result) for value in column) else None


def _is_broken(guesses: Sequence[Guess], result: Type) -> bool:
    """Whether nothing is thought to get stuck, and on some examples, but not on all, there is no value of the type."""
    fine = [guess.stack is not None and len(guess.stack) == 1 and _is(guess.stack[0], result) for guess in guesses]
    return any(fine) and not all(fine) and all(guess.trouble < DOUBT for guess in guesses)


def _is(value: Value, kind: Type) -> bool:
    """Whether it is of one of the types that the policy knows."""
    if kind == LIST_INT:
        return isinstance(value, tuple) and all(type(item) is int for item in value)
    return type(value) is (bool if kind == BOOL else int)


@dataclass(slots=True)
class ImaginedSearch(BeamSearch):
    """Yields terms that fit on the real machine. `space` is an `Imagined`."""

    run_term: Callable[[Term], Sequence[Value | None] | None] = lambda term: None
    """Runs a program on the real machine, on all examples; None for one that was run before, or is too long."""
    tried: Mapping[Term, Sequence[Value | None]] = field(default_factory=dict)
    """What the programs that were run answered."""
    grounded: int = 0
    """Bound on the values that are run on the real machine before states with them are gone on from (one that proves wrong counts twice); half as many more may be
    run where what was imagined is broken."""
    _mended: int = 0
    _real: dict[int, int | None] = field(default_factory=dict)
    """The number of what the machine makes in place of an imagined value; None where it gets stuck."""
    _fits: list[Term] = field(default_factory=list)
    _new: list[tuple[int, Term, float]] = field(default_factory=list)
    _open: list[tuple[bool, float, int, Term]] = field(default_factory=list)
    """Programs that were not run: whether the output was missed, how unlikely they are to be right, and a tie."""
    _ran: int = 0
    _ties: Iterator[int] = field(default_factory=count)

    def best_first(self, judge: Judge) -> Iterator[Term]:
        """As the beam's, with the real machine's word for whatever comes out, and the programs that are left in the end."""
        for term in BeamSearch.best_first(self, judge):
            answers = self._ran_now_or_before(term)
            if answers is not None and fits(answers, self.task.examples):
                yield term
        self.progress.exhausted = False  # much of what was tried was tried in imagination only
        yield from self._run(math.inf)

    def _answered(self, made: int, term: Term, odds: float) -> Iterator[Term]:
        """Keeps the program for the end of the step."""
        if size(term) <= self.settings.max_size:
            self._new.append((made, term, odds))
        return iter(())

    def _after_step(self) -> Iterator[Term]:
        """Runs the nearest ones."""
        yield from self._fits
        self._fits.clear()
        assert isinstance(self.space, Imagined) and self.space.machine is not None
        outputs = [example.output for example in self.space.examples]
        values = [value for made, _, _ in self._new for value in self.space.columns[made]]
        apart = iter(self.space.machine.distances(values, outputs * len(self._new)))
        for _, term, odds in self._new:
            each = [next(apart) for _ in outputs]
            missed = min(MISSED * sum(distance > 0 for distance in each), SYSTEMATIC)
            score = odds - missed - FAR * sum(each) / len(each)
            heapq.heappush(self._open, (any(each), -score, next(self._ties), term))
        self._new.clear()
        yield from self._run(PACE * (self.space.executed - ALONE))

    def _run(self, most: float) -> Iterator[Term]:
        """Runs programs until as many were run in all, and all those that are imagined right."""
        while self._open and not self._over() and (self._ran < most or not self._open[0][0]):
            term = heapq.heappop(self._open)[-1]
            answers = self.run_term(term)
            self._ran += answers is not None
            if answers is not None and fits(answers, self.task.examples):
                yield term

    def _ask(self, states: Sequence[State], judge: Judge) -> None:
        """Grounds them first."""
        if self.grounded:
            fine = [self._is_grounded(state) for state in states]
            for state, is_fine in zip(states, fine, strict=True):
                if not is_fine:
                    state.actions = NOTHING
            states = [state for state, is_fine in zip(states, fine, strict=True) if is_fine]
        if states:
            BeamSearch._ask(self, states, judge)

    def mend(self, term: Term) -> Column | None:
        """For `Imagined.mend`."""
        assert self.space is not None
        if self._mended >= self.grounded // 2:
            return None
        self._mended += 1
        answers = self._ran_now_or_before(term) or ()
        exact = self._on_followed(answers)
        if exact is not None and fits(answers, self.task.examples):
            self._fits.append(term)
        return exact

    def _ran_now_or_before(self, term: Term) -> Sequence[Value | None] | None:
        """What the machine answers on all examples; None for a term that is too long, or new when the search is to stop."""
        return self.tried.get(term) or (None if self._over() else self.run_term(term))

    def _on_followed(self, answers: Sequence[Value | None]) -> Column | None:
        """Answers on all examples, on those followed; None where there is none on some example."""
        assert self.space is not None
        exact = {id(example): value for example, value in zip(self.task.examples, answers, strict=False) if value is not None}
        return tuple(exact[id(example)] for example in self.space.examples) if len(exact) == len(self.task.examples) else None

    def _is_grounded(self, state: State) -> bool:
        """Puts what the machine makes in place of what was imagined; whether it made something new for each."""
        assert self.space is not None
        real = [self._of_machine(number) for number in state.values]
        if None in real or len(set(real)) < len(real):
            return False
        of = dict(zip(state.values, real, strict=True))
        state.values = tuple(of[number] for number in state.values)  # type: ignore[misc]
        state.waiting = tuple(of[number] for number in state.waiting)  # type: ignore[misc]
        return True

    def _of_machine(self, number: int) -> int | None:
        """The number of what the machine makes of a value's term on the examples followed, None where it gets stuck."""
        assert isinstance(self.space, Imagined)
        space = self.space
        if isinstance(space.terms[number], Input | Literal):
            return number
        if number not in self._real and len(self._real) >= self.grounded:
            return number
        if number not in self._real:
            term = space.terms[number]
            answers = self._ran_now_or_before(term) or ()
            exact = self._on_followed(answers)
            self._real[number] = None
            if exact is not None:
                if space.kinds[number] == self.task.output_type and fits(answers, self.task.examples):
                    self._fits.append(term)
                made = space.exactly(space.kinds[number], exact, term)
                self._real[number] = self._real[made] = made
        return self._real[number]

    def _step(self) -> int:
        assert self.space is not None
        return min(FIRST + int(PART * self.space.executed), MOST)

    def _note(self) -> None:
        """Candidates are programs that the real machine runs; `run_term` counts them."""
        assert self.space is not None
        self.progress.kept = len(self.space.columns)
