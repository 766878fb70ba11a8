"""What is read of numbers among the arguments, and what a field is shown of them: what the tests of numbers share."""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

import torch
from torch import Tensor

from dsl.parser import parse
from embed.cells import State, encode
from embed.codes import CodeTable, number_features
from embed.moves import body_tokens, pops_of
from embed.steps import rows_of
from executor.condition import Condition, bodies_tensor
from executor.field import Field
from executor.layout import layout_of
from executor.numbers import ALONE, values_of
from executor.phases import DIVIDED, EXACTS, FOLDED, KINDS
from executor.window import window_of
from tests.executor.samples import VOCAB, small_field, tensor

TAKING = ("nop", "sort", "take", "replace-value", "replace-nth")
"""An op that takes so many values: what it is does not matter."""
Items = tuple[Any, ...]


@cache
def code_table(shaken: bool) -> CodeTable:
    table = CodeTable(VOCAB, 96)
    if shaken:
        with torch.no_grad():
            for parameter in table.parameters():
                parameter.add_(0.2 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(0)))
    return table


@cache
def field_of(shaken: bool) -> Field:
    return small_field(phases=True, pure_phases=True, folded=True, divided=True, exact=True, shaken=shaken)


class Read:
    """What is read of a state under an op that takes some of its items, by the place in the window; and of others in the same batch."""

    def __init__(
        self, items: Items, pops: int, *, results: int = 12, shaken: bool = False, beside: Sequence[tuple[Items, int]] = ()
    ) -> None:
        states, table = [(items, pops), *beside], code_table(shaken)
        rows = rows_of([encode(State(each), VOCAB) for each, _ in states], 160, VOCAB)
        codes, numbers = tensor(rows.codes), tensor(rows.numbers)
        self.layout = layout_of(codes, VOCAB)
        condition = Condition.of(tensor([VOCAB.numbers[TAKING[count]] for _, count in states]), tensor([count for _, count in states]))
        self.window = window_of(self.layout, condition, tensor([results] * len(states)), copy=True)
        with torch.no_grad():
            z0 = self.window.gather(table.embed(codes, numbers))
            self.values, is_number, is_char = values_of(z0, self.window.gather(codes), table)
        self.is_number, self.is_char = is_number & self.window.seen, is_char & self.window.seen


def some_number(random: Random) -> int:
    return random.choice((random.randint(-9, 9), random.randint(-100, 100), random.randint(-(2**31), 2**31), random.choice((101, -101))))


def shown(items: Items, op: str, body: str = "", *, shaken: bool = True) -> Tensor:
    """[W, kinds, 2 P] of a state under an op that takes its items, by the place in the window."""
    field = field_of(shaken)
    rows = rows_of([encode(State(items), VOCAB)], 60, VOCAB)
    source = field.source(tensor(rows.codes), tensor(rows.numbers))
    bodies = bodies_tensor([[body_tokens(parse(body).body, VOCAB)] if body else []])
    window = window_of(source.layout, Condition.of(tensor([VOCAB.numbers[op]]), tensor([pops_of(op)]), bodies), tensor([8]), copy=True)
    with torch.no_grad():
        found = field.phases.shown(window.gather(source.z0), window.gather(source.codes), field.table, source.layout, window, bodies)
    assert found.shape[1] == KINDS + FOLDED + DIVIDED + EXACTS + ALONE
    return found


def close(found: Tensor, number: int) -> None:
    torch.testing.assert_close(found, number_features(torch.tensor(float(number), dtype=torch.float64))[1], atol=2e-3, rtol=0)
