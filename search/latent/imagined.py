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
from search.prior.words import typings
from search.term import Apply, Input, Literal, Term, size

if TYPE_CHECKING:
    from search.beam.judge import Judge
    from search.latent.machine import Guess, Machine
    from search.latent.shown import Shown

FIRST, PART, MOST = 16, 1 / 2, 128
"""Lines of the first step, how many more for each one imagined so far, and of a step at most: fewer make poor batches for the network, more are less well chosen."""
NOTHING = Ordered(np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(0, np.int32), ())
"""The actions of a state that does not exist."""
MISSED, SYSTEMATIC, FAR = 2.3, 5.0, 2.0
"""What an example on which the output is not imagined costs a program, in nats, as one answer in ten is wrong; all of them at most, as some words are imagined
wrong on everything; and how far the outputs are off on average."""
PACE, ALONE = 1 / 6, 64
"""Programs that are run for each line imagined after the first ALONE ones, besides those that are imagined right on all examples."""


@dataclass(slots=True, kw_only=True)
class Imagined(Space):
    """Values as the executor imagines them, and, for lines that the real machine has come by, as they are."""

    machine: Machine
    shown: Shown
    mend: Callable[[Term], Column | None] = lambda term: None
    """What the real machine makes of a term, asked where the executor takes no example for stuck and says on some of them what is no value; None where it is not asked."""

    def prepare(self, lines: Sequence[Application]) -> None:
        """One call of the executor for all lines that are new, but for those that the machine has shown."""
        new = [line for line in dict.fromkeys(lines) if line[:2] not in self._done and not self._is_shown(line)]
        stacks = [tuple(self.columns[arg][row] for arg in args) for _, args, _ in new for row in range(len(self.examples))]
        words = [word for word, _, _ in new for _ in self.examples]
        guesses = iter(self.machine.step(stacks, words))
        for word, args, result in new:
            some = [next(guesses) for _ in self.examples]
            column = _column(some, result)
            if column is None and _is_broken(some, result):
                column = self.mend(self.term(word, args))
            self.executed += 1
            self._note(word, args, result, column)

    def _is_shown(self, line: Application) -> bool:
        """Whether the machine has shown what comes out; takes it down."""
        word, args, result = line
        term = self.term(word, args)
        if term not in self.shown:
            return False
        self._note(word, args, result, self.shown.on(self.examples, term))
        return True

    def _note(self, word: str, args: tuple[int, ...], result: Type, column: Column | None) -> None:
        term = self.term(word, args)
        self._done[word, args] = None if column is None else self._made(result, column, term)

    def _made(self, kind: Type, column: Column, term: Term) -> int:
        """The number of a term's values. The first term to make values stands for them, but one that does not, or may not, gives way to one that does."""
        number = self._add(kind, column, term)
        held = self.terms[number]
        if held == term or isinstance(held, Input | Literal):
            return number
        if held in self.shown:
            worse = self.shown.on(self.examples, held) != column or (term in self.shown and size(term) < size(held))
        else:
            worse = term in self.shown
        if worse:
            self.terms[number] = term
        return number

    def again(self, term: Term) -> int | None:
        """The number of what a term of lines makes, by all that the machine has shown by now; None where it gets stuck."""
        if isinstance(term, Input | Literal):
            return self.terms.index(term)
        assert isinstance(term, Apply)
        if term in self.shown:
            return self.of_machine(term)
        args = [self.again(arg) for arg in term.args]
        fine = tuple(arg for arg in args if arg is not None)
        return self.apply(term.word, fine, self._kind(term)) if len(fine) == len(args) else None

    def _kind(self, term: Term) -> Type:
        """The type of a term of lines."""
        if not isinstance(term, Apply):
            return self.kinds[self.terms.index(term)]
        args = tuple(map(self._kind, term.args))
        return next(result for kinds, result in typings(term.word) if kinds == args)

    def of_machine(self, term: Term) -> int | None:
        """The number of what the machine has shown of a line."""
        column = self.shown.on(self.examples, term)
        return None if column is None else self._made(self._kind(term), column, term)

    def apply(self, word: str, args: tuple[int, ...], result: Type) -> int | None:
        """The number of what it is imagined to make; None where it is thought to get stuck."""
        self.prepare([(word, args, result)])
        return self._done[word, args]


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
    _grounds: int = 0
    """How many were run by now, and proved wrong."""
    _fits: list[Term] = field(default_factory=list)
    _new: list[tuple[int, Term, float]] = field(default_factory=list)
    """Programs of this step: the number of what they are imagined to make, and the log-probability of their lines."""
    _open: list[tuple[bool, float, int, int, Term, float]] = field(default_factory=list)
    """Programs that were not run: whether the output was missed, how unlikely they are to be right, a tie; then as in `_new`."""
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
        assert self.space is not None
        self._open_up(self._new)
        self._new.clear()
        yield from self._run(PACE * (self.space.executed - ALONE))

    def _open_up(self, programs: Sequence[tuple[int, Term, float]]) -> None:
        """Programs go among those that wait to be run."""
        assert isinstance(self.space, Imagined)
        outputs = [example.output for example in self.space.examples]
        values = [value for made, _, _ in programs for value in self.space.columns[made]]
        apart = iter(self.space.machine.distances(values, outputs * len(programs)))
        for made, term, odds in programs:
            each = [next(apart) for _ in outputs]
            missed = min(MISSED * sum(distance > 0 for distance in each), SYSTEMATIC)
            score = odds - missed - FAR * sum(each) / len(each)
            heapq.heappush(self._open, (any(each), -score, next(self._ties), made, term, odds))

    def _run(self, most: float) -> Iterator[Term]:
        """Runs programs until as many were run in all, and all those that are imagined right; one with lines that have proved wrong is imagined again first."""
        assert isinstance(self.space, Imagined)
        while self._open and not self._over() and (self._ran < most or not self._open[0][0]):
            *_, made, term, odds = heapq.heappop(self._open)
            if term in self.tried:
                continue
            now = self.space.again(term)
            if now is not None and now != made:
                self._open_up([(now, term, odds)])
            elif now is not None and (answers := self._run_new(term)) is not None:
                self._ran += 1
                if fits(answers, self.task.examples):
                    yield term

    def _run_new(self, term: Term) -> Sequence[Value | None] | None:
        """As `run_term`; takes down what the run shows."""
        assert isinstance(self.space, Imagined)
        answers = self.run_term(term)
        if answers is not None:
            self.space.shown.note(term)
        return answers

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
        assert isinstance(self.space, Imagined)
        if self._mended >= self.grounded // 2:
            return None
        self._mended += 1
        answers = self._ran_now_or_before(term)
        if answers is None:
            return None
        if fits(answers, self.task.examples):
            self._fits.append(term)
        return self.space.shown.on(self.space.examples, term)

    def _ran_now_or_before(self, term: Term) -> Sequence[Value | None] | None:
        """What the machine answers on all examples; None for a term that is too long, or new when the search is to stop."""
        return self.tried.get(term) or (None if self._over() else self._run_new(term))

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
        """The number of what the machine makes of a value's term on the examples followed, None where it gets stuck, or where the search is over."""
        assert isinstance(self.space, Imagined)
        space, term = self.space, self.space.terms[number]
        if isinstance(term, Input | Literal):
            return number
        if term in space.shown:
            return space.of_machine(term)
        if self._grounds >= self.grounded:
            return number
        answers = self._ran_now_or_before(term)
        if answers is None:
            return None
        made = space.of_machine(term)
        self._grounds += 1 if made == number else 2
        if made is not None and space.kinds[made] == self.task.output_type and fits(answers, self.task.examples):
            self._fits.append(term)
        return made

    def _step(self) -> int:
        assert self.space is not None
        return min(FIRST + int(PART * self.space.executed), MOST)

    def _note(self) -> None:
        """Candidates are programs that the real machine runs; `run_term` counts them."""
        assert self.space is not None
        self.progress.kept = len(self.space.columns)
