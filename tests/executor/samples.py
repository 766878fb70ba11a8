"""A small vocabulary, batch and field that the tests of this folder share."""

from functools import cache

import torch

from embed.batches import Stream
from embed.data_config import DataConfig
from embed.steps import Batch, Steps
from embed.vocab import Vocabulary, vocabulary
from executor.condition import Condition
from executor.field import Field
from executor.field_config import FieldConfig
from executor.source import Source

VOCAB = vocabulary(100)
DATA = DataConfig(rows=32, chunk=2, programs=160, compiled=False, int_range=100, abstract=0.25, soft=0.2, rollouts=0.2, max_cells=40)
DEVICE = torch.device("cpu")


@cache
def batch(number: int = 0) -> Batch:
    return Stream(DATA, VOCAB).batch(number)


def small_field(*, shaken: bool = True, vocab: Vocabulary = VOCAB, **settings: object) -> Field:
    """A field of two blocks; `shaken` moves everything that begins at zero, so that every gradient is there."""
    torch.manual_seed(0)
    field = Field(FieldConfig(**({"depth": 2, "int_range": vocab.int_range} | settings)), vocab)  # type: ignore[arg-type]
    if shaken:
        with torch.no_grad():
            for parameter in field.parameters():
                parameter.add_(0.05 * torch.randn_like(parameter))
    return field


def tensor(array: object) -> torch.Tensor:
    return torch.as_tensor(array).long()


def of_steps(field: Field, steps: Steps) -> tuple[Source, Source, Condition]:
    """Sources before and after, and the condition, of a batch's steps."""
    before = field.source(tensor(steps.before.codes), tensor(steps.before.numbers))
    after = field.source(tensor(steps.after.codes), tensor(steps.after.numbers))
    return before, after, Condition.of(tensor(steps.op), tensor(steps.pops), tensor(steps.bodies), tensor(steps.interpretation))
