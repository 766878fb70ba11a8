"""A batch's steps as tensors, and what losses on their cells share.

Shapes: N rows, L cells, D code width, G cells that are looked at.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from embed.pool import CellRows
from embed.steps import Steps
from embed.vocab import Kind
from executor.condition import Condition
from executor.field import Field
from executor.source import Source


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Steps as tensors."""

    before: Source
    after: Source
    condition: Condition
    result: Tensor
    error: Tensor
    numbers: Tensor
    """int64[N, L]: numbers beside the codes after the op."""
    partner: Tensor
    is_abstract: Tensor
    generated: Tensor
    """bool[N, L]: cells after the op that must be generated; without built-in routing all cells up to END."""


def view_of(field: Field, steps: Steps, table: Tensor) -> View:
    """The steps of a batch on the field's device."""
    device = table.device

    def tensor(array: np.ndarray) -> Tensor:
        return torch.as_tensor(array, dtype=torch.long).to(device)

    before = cells_of(field, steps.before, table)
    after, numbers = cells_of(field, steps.after, table), tensor(steps.after.numbers)
    interpretation, error, result = tensor(steps.interpretation), tensor(steps.error), tensor(steps.result)
    condition = Condition.of(tensor(steps.op), tensor(steps.pops), tensor(steps.bodies), interpretation)
    generated = after.layout.real
    if field.config.copy:
        generated = (field.route(before, condition, result) < 0) & (error == 0)[:, None]
    return View(before, after, condition, result, error, numbers, tensor(steps.partner), interpretation > 0, generated)


def cells_of(field: Field, rows: CellRows, table: Tensor) -> Source:
    """States as a source on the field's device."""
    codes, numbers = (torch.as_tensor(array, dtype=torch.long).to(table.device) for array in (rows.codes, rows.numbers))
    return field.source(codes, numbers, table)


def code_losses(field: Field, x: Tensor, codes: Tensor, after: Source, where: Tensor) -> Tensor:
    """float32[G]: cross-entropy of each of some cells."""
    logits = field.table.logits(x, after.table)
    beyond = (codes == field.vocab.code(Kind.BEYOND_INT)) | (codes == field.vocab.code(Kind.BEYOND_CHAR))
    if not bool(beyond.any()):
        return nn.functional.cross_entropy(logits, codes, reduction="none")
    own = (x.float() * after.z0[where]).sum(-1) * (2 / field.table.width**0.5)
    own = torch.where(beyond, own, -1e4)
    labels = torch.where(beyond, logits.shape[-1], codes)
    return nn.functional.cross_entropy(torch.cat([logits, own[:, None]], -1), labels, reduction="none")


def over_rows(losses: Tensor, where: Tensor, weight: Tensor) -> Tensor:
    """The mean over all rows of each row's mean over its cells; `losses` are those of the cells that `where` marks, in order."""
    counts = where.sum(1).clamp(min=1)
    scale = (weight / counts)[:, None].expand(where.shape)[where]
    return (losses * scale).sum() / len(where)
