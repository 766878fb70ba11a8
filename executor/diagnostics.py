"""What kind of field has been learned: straight, contracting, without curl, with a wide basin. All on the cells that are generated.

With v(z) = (x1(z) - z) / (1 - t), J = dv/dz, d coordinates and p random signs:

    straightness   |x1 - z1|^2 / |z1 - z0|^2                 ideal 0
    cosine         of v with z1 - z_t                        ideal 1
    divergence     (1 - t) / d  E[p . J p]                   ideal -1: pure contraction to the apex
    curl ratio     E|(J - J^T) p|^2 / E|(J + J^T) p|^2       ideal 0
    basin          the largest noise (RMS of a coordinate) at which 99 % still decode right

J p is a forward, J^T p a reverse derivative; forward ones do not go through SDPA, so attention is computed by hand here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from embed.steps import Steps
from executor.blocks import Block
from executor.field import Field
from executor.losses import Draws
from executor.view import View, view_of

LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
"""Noises of the basin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFigures:
    """Of one batch at one time."""

    time: float
    straightness: float
    cosine: float
    divergence: float
    curl: float
    speed: float
    """Mean length of v, per coordinate."""


@contextmanager
def attention_of(field: Field, impl: str) -> Iterator[None]:
    """The field with another implementation of attention."""
    blocks = [block for block in field.blocks if isinstance(block, Block)]
    before = [block.impl for block in blocks]
    try:
        for block in blocks:
            block.impl = impl
        yield
    finally:
        for block, old in zip(blocks, before, strict=True):
            block.impl = old


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowFigures:
    """Of each row at one time; sums over the generated cells, so that means over rows are ratios of sums. Rows without such cells are left out."""

    rows: Tensor
    """int64[R]: which rows these are."""
    missed: Tensor
    """|x1 - z1|^2."""
    way: Tensor
    """|z1 - z0|^2."""
    cosine: Tensor
    """Not-a-number where nothing is left to go."""
    traced: Tensor
    """(1 - t) p . J p."""
    odd: Tensor
    """|(J - J^T) p|^2."""
    even: Tensor
    """|(J + J^T) p|^2."""
    squared: Tensor
    """|v|^2."""
    coordinates: Tensor


def row_figures(field: Field, steps: Steps, time: float, draws: Draws, *, noise: float = 0.0) -> RowFigures | None:
    """The figures of every row with generated cells, at one time; None where there are none. `noise` leaves the straight path for the cone."""
    with attention_of(field, "hand"):
        table = field.table.table().detach()
        view = view_of(field, steps, table)
        where = view.generated & (view.error == 0)[:, None]
        if not bool(where.any()):
            return None
        t = torch.full((len(steps),), time, device=table.device)
        z0, z1 = view.before.z0.detach(), view.after.z0.detach()
        z = (1 - time) * (z0 + noise * draws.normal(*z0.shape)) + time * z1
        cells = where[..., None].float()

        def velocity(point: Tensor) -> Tensor:
            end = field.endpoint(point, t, view.before, view.condition, view.result)
            x1 = field.known(end, view.before, view.condition, view.result, view.error)
            return (x1 - point) / (1 - time) * cells

        probe = ((draws.uniform(*z.shape) < 0.5).float() * 2 - 1) * cells
        forward = torch.func.jvp(velocity, (z,), (probe,))[1].detach()
        pulled = torch.func.vjp(velocity, z)
        v, backward = pulled[0].detach(), (pulled[1](probe)[0] * cells).detach()
        left = (z1 - z) * cells
        cosine = torch.nn.functional.cosine_similarity(v.flatten(1), left.flatten(1))
        rows = where.any(1).nonzero().flatten()

        def total(x: Tensor) -> Tensor:
            return x.sum((1, 2))[rows]

        return RowFigures(
            rows=rows,
            missed=total((((1 - time) * v - left) * cells).square()),
            way=total(((z1 - z0) * cells).square()),
            cosine=torch.where(left.square().sum((1, 2)) > 1e-3, cosine, torch.nan)[rows],
            traced=(1 - time) * total(probe * forward),
            odd=total((forward - backward).square()),
            even=total((forward + backward).square()),
            squared=total(v.square()),
            coordinates=total(cells.expand_as(z)),
        )


def figures(field: Field, steps: Steps, time: float, draws: Draws, *, noise: float = 0.0) -> FieldFigures | None:
    """The figures of a batch, its rows together."""
    found = row_figures(field, steps, time, draws, noise=noise)
    if found is None:
        return None
    count = found.coordinates.sum()
    return FieldFigures(
        time=time,
        straightness=float(found.missed.sum() / found.way.sum().clamp(min=1e-9)),
        cosine=float(found.cosine.nanmean()),
        divergence=float(found.traced.sum() / count),
        curl=float(found.odd.sum() / found.even.sum().clamp(min=1e-9)),
        speed=float((found.squared.sum() / count).sqrt()),
    )


@torch.no_grad()
def decodes_right(field: Field, view: View, z: Tensor, t: Tensor) -> Tensor:
    """bool[N]: whether every generated cell decodes to the true one from the points z."""
    end = field.endpoint(z, t, view.before, view.condition)
    codes, numbers = field.table.decode(end.generated, view.after.table)
    return ((codes == view.after.codes) & (numbers == view.numbers) | ~view.generated).all(1)


@torch.no_grad()
def basin(field: Field, steps: Steps, draws: Draws) -> dict[float, float]:
    """For each noise, which share of the rows that decode right without it still does."""
    view = view_of(field, steps, field.table.table())
    rows = (view.error == 0) & view.generated.any(1)
    t = torch.zeros(len(steps), device=rows.device)
    clean = decodes_right(field, view, view.before.z0, t) & rows
    shares = {}
    for level in LEVELS:
        noisy = decodes_right(field, view, view.before.z0 + level * draws.normal(*view.before.z0.shape), t)
        shares[level] = float((noisy & clean).sum() / clean.sum().clamp(min=1))
    return shares


def basin_radius(shares: dict[float, float], wanted: float = 0.99) -> float:
    """The largest noise up to which the share stays at what is wanted; 0 if none."""
    radius = 0.0
    for level in sorted(shares):
        if shares[level] < wanted:
            break
        radius = level
    return radius
