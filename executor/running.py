"""Runs of quotations, word by word, each word one call of the network.

Programs are generators: they ask for calls, as many at once as do not wait for one another, and are sent what the network made of these.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from dsl.program import Constant, Instruction, Push, Quotation
from dsl.values import Profile
from dsl.values import Reason as Why
from embed.cells import Cell
from embed.moves import body_tokens
from embed.vocab import CONSTANTS, Vocabulary
from executor.quotations import pops_with
from executor.stacks import Items, Stack


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the network."""

    op: int
    pops: int
    bodies: tuple[tuple[int, ...], ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out of it: cells, how likely an error was, and cells of the result."""

    cells: tuple[Cell, ...]
    trouble: float
    result: int


Steps: TypeAlias = "Generator[list[Call], Sequence[Answer], Stack]"
"""A program: it ends with a state."""
Meaning: TypeAlias = "Callable[[Run, Stack, Sequence[Quotation]], Steps | None]"
"""What a word does with these quotations; None where what lies on the stack does not fit."""


def together(programs: Sequence[Steps]) -> Generator[list[Call], Sequence[Answer], list[Stack]]:
    """Several programs side by side: the states that they end with."""
    ends: dict[int, Stack] = {}
    asked: dict[int, list[Call]] = {}

    def go_on(number: int, answers: Sequence[Answer] | None) -> None:
        try:
            asked[number] = next(programs[number]) if answers is None else programs[number].send(answers)
        except StopIteration as end:
            ends[number] = end.value
            asked.pop(number, None)

    for number in range(len(programs)):
        go_on(number, None)
    while asked:
        answers = yield [call for calls in asked.values() for call in calls]
        place = 0
        for number, calls in list(asked.items()):
            go_on(number, answers[place : place + len(calls)])
            place += len(calls)
    return [ends[number] for number in range(len(programs))]


class Run(Items):
    """One state's program."""

    def __init__(self, vocab: Vocabulary, profile: Profile, meanings: Mapping[str, Meaning]) -> None:
        super().__init__(vocab, profile)
        self.meanings = meanings
        self.trouble, self.result = 0.0, 0

    def word(self, stack: Stack, name: str, quotations: Sequence[Quotation]) -> Steps:
        """A word, as its quotations where it has some and they can run."""
        steps = self.meanings[name](self, stack, quotations) if name in self.meanings else None
        if steps is not None:
            return (yield from steps)
        tokens = tuple(tuple(body_tokens(quotation.body, self.vocab)) for quotation in quotations)
        return (yield from self.call(stack, self.vocab.numbers[name], pops_with(name, quotations), tokens))

    def call(self, stack: Stack, op: int, pops: int, bodies: tuple[tuple[int, ...], ...] = ()) -> Steps:
        """One call of the network."""
        (answer,) = yield [Call(op, pops, bodies, tuple(stack.cells(self.vocab)))]
        self.trouble, self.result = max(self.trouble, answer.trouble), answer.result
        return Stack.read(answer.cells, self.vocab)

    def body(self, stack: Stack, body: Sequence[Instruction]) -> Steps:
        """The words of a quotation, until one gets stuck."""
        pending = list[Quotation]()
        for instruction in body:
            if stack.stuck(self.vocab):
                break
            if isinstance(instruction, Quotation):
                pending.append(instruction)
            elif isinstance(instruction, Push):
                codes = [token - len(self.vocab.body_words) for token in body_tokens((instruction,), self.vocab)]
                stack = self.checked(stack, tuple((code, 0) for code in codes), 0)
            elif isinstance(instruction, Constant):
                stack = yield from self.call(stack, self.vocab.numbers[CONSTANTS[instruction.index]], 0)
            else:
                stack = yield from self.word(stack, instruction.name, pending)
                pending = []
            if len(stack.items) + len(pending) > self.profile.max_stack:
                return self.stuck(stack, Why.SIZE)
        return stack
