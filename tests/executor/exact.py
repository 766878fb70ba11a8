"""An exact executor in place of a network, which remembers what it is asked, and states and conditions as texts and values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch

from dsl import machine
from dsl.parser import parse
from dsl.program import Constant, Instruction, Program, Quotation, Word
from dsl.values import DEFAULT, Profile, Stuck
from embed.cells import State, decode, encode
from embed.steps import rows_of
from embed.vocab import CONSTANTS, ERRORS, Vocabulary
from executor.condition import Condition, bodies_tensor, moves_of
from executor.field import Field
from executor.integrate import Executed
from executor.quotations import instructions_of, pops_with
from tests.executor.samples import VOCAB, small_field, tensor

NOTHING = (None,) * len(CONSTANTS)


@dataclass
class Exact:
    """What `executor.integrate.execute` would give if the network were never wrong. What it is asked stands in `asked`: a list of words for each call."""

    vocab: Vocabulary = VOCAB
    profile: Profile = DEFAULT
    troubles: dict[str, float] = field(default_factory=dict)
    """What it says of words: how likely an error is, if not 0 or 1."""
    asked: list[list[str]] = field(default_factory=list)
    pops: list[tuple[str, int]] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)

    def __call__(self, field: object, codes: torch.Tensor, numbers: torch.Tensor, condition: Condition, table: object = None) -> Executed:
        names = [self.vocab.ops[op] for op in condition.ops[:, 0].tolist()]
        self.asked.append(names)
        self.pops.extend(zip(names, condition.pops[:, 0].tolist(), strict=True))
        self.widths.append(codes.shape[1])
        made, errors = [], []
        for row, name in enumerate(names):
            state = decode(list(zip(codes[row].tolist(), numbers[row].tolist(), strict=True)), self.vocab)
            items = self._after(name, condition.bodies[row].tolist(), state)
            made.append(encode(State(items, state.constants), self.vocab))
            errors.append(1 + ERRORS.index(items) if isinstance(items, str) else 0)
        rows = rows_of(made, max(codes.shape[1], *map(len, made)), self.vocab)
        trouble = torch.tensor([self.troubles.get(name, float(error > 0)) for name, error in zip(names, errors, strict=True)])
        return Executed(tensor(rows.codes), tensor(rows.numbers), tensor(errors), trouble, tensor([len(name) for name in names]))

    def _after(self, name: str, bodies: Sequence[Sequence[int]], state: State) -> Any:
        if isinstance(state.items, str):
            return state.items
        read = [instructions_of([token for token in body if token >= 0], self.vocab) for body in bodies if body[0] >= 0]
        last: Instruction = Constant(CONSTANTS.index(name)) if name in CONSTANTS else Word(name)
        body = (*(Quotation(each or ()) for each in read), last)
        after = machine.run(Program(body), state.items, constants=tuple(c or 0 for c in state.constants), profile=self.profile)
        return after.reason.value if isinstance(after, Stuck) else after


@cache
def some_field(vocab: Vocabulary = VOCAB) -> Field:
    """A field of which nothing but the vocabulary counts."""
    return small_field(vocab=vocab)


def states(some: Sequence[tuple[Any, ...]], constants: tuple[Any, ...] = NOTHING, width: int = 48) -> tuple[torch.Tensor, torch.Tensor]:
    """Stacks, top last, as rows of cells."""
    rows = rows_of([encode(State(items, constants), VOCAB) for items in some], width, VOCAB)
    return tensor(rows.codes), tensor(rows.numbers)


def condition(*texts: str) -> Condition:
    """A word with its quotations for each state."""
    told = [(*moves_of(parse(text), VOCAB)[0], [i for i in parse(text).body if isinstance(i, Quotation)]) for text in texts]
    ops = torch.tensor([op for op, _, _ in told])
    pops = torch.tensor([pops_with(VOCAB.ops[op], quotations) for op, _, quotations in told])
    return Condition.of(ops, pops, bodies_tensor([bodies for _, bodies, _ in told]))


def items_of(done: Executed, row: int = 0) -> Any:
    """A stack, top last, or the name of an error."""
    return decode(list(zip(done.codes[row].tolist(), done.numbers[row].tolist(), strict=True)), VOCAB).items


def meant(text: str, items: tuple[Any, ...], constants: tuple[Any, ...] = (), profile: Profile = DEFAULT) -> Any:
    """What the machine makes of it, as `items_of` tells it."""
    after = machine.run(parse(text), items, constants=constants, profile=profile)
    return after.reason.value if isinstance(after, Stuck) else after
