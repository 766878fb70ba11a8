"""What a field learns from a batch: the four main losses, each with its equation, and the sum of all. The others are in `executor.beside`.

Every loss is a sum over the rows that it concerns, divided by the number of rows of the batch (not of those), so that a batch split over several
processes gives the same gradient.

Notation: z0 source, z1 true end, x1 predicted end, E code table, G the generated cells of a row, t in [0, 1] time.

Shapes: N rows, L cells, D code width, M ops of a mixture, C codes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor, nn

from dsl.errors import ConfigError
from embed.codes import PERIODS, angles_of_numbers
from embed.steps import Batch
from embed.vocab import Kind
from executor.beside import commuting_loss, metric_losses, soft_loss, unrolled_loss, variance_floor
from executor.distance import Metric
from executor.field import Field
from executor.source import Endpoint
from executor.view import View, code_losses, over_rows, view_of

BESIDE = ("soft", "unroll", "commute", "distance", "bilinear")
"""Losses that a batch with `beside` above 1 has for others too, and weighs so many times; see `DataConfig.every`."""


NAMES = ("decode", "flow", "stop", "error", "soft", "unroll", "commute", "distance", "taught", "bilinear", "variance", "contrast", "digits")
"""The losses that are added up; `LossConfig` has the weight of each by its name."""


SHARP = 40.0
"""Of the digits' logits: with it, a phase that is where it should be has 0.999 of the probability against its neighbours, a tenth of a turn away."""
KIND_SHARP = 8.0
ASTRAY = 0.3
"""Share of the cells of a row that goes astray."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LossConfig:
    """Weights; 0 switches a loss off. `--loss NAME=WEIGHT` on the command line."""

    decode: float = 1.0
    """Cross-entropy on generated cells."""
    flow: float = 0.25
    """Squared distance of the end point."""
    stop: float = 0.5
    """Number of result cells."""
    error: float = 0.25
    """Which error, if any."""
    abstract: float = 1.0
    """Weight of abstract rows in the four losses above; concrete rows have 1."""
    soft: float = 0.5
    """Mixtures of ops."""
    unroll: float = 0.25
    """Several ops in a row, from `unroll_from` on."""
    commute: float = 0.1
    """Abstracting the predicted state agrees with executing on the abstract state."""
    distance: float = 0.1
    """IQE with the QRL objective."""
    taught: float = 0.1
    """The distance against exact ones in small languages (`embed.distances`)."""
    bilinear: float = 0.05
    """InfoNCE of the bilinear form."""
    variance: float = 0.0
    """Variance floor of codes; for ablation, and when the monitor trips."""
    contrast: float = 0.0
    """InfoNCE of the predicted cells against the true ones of the batch; for ablation."""
    digits: float = 0.25
    """Digit by digit, on generated numbers beyond the table."""
    slow_target: float = 0.0
    """1: the target of `flow` is embedded by the average of the weights (BYOL, arXiv 2006.07733), and passes no gradient; for ablation."""
    at_source: float = 0.6
    """Share of rows at t = 0, where ops are executed; the others have t in [0, 0.98)."""
    noise: float = 0.3
    """Largest noise (root mean square) of the cone path's source; 0 is the linear path."""
    noisy: float = 0.4
    """Share of rows with noise."""
    astray: float = 0.0
    """Share of rows of which ASTRAY of the generated cells are on the way to something else."""
    unroll_from: float = 0.4
    """Share of the training after which rollouts begin."""
    target_from: float = 0.2
    """Share of the training up to which the flow target passes no gradient to the codes."""
    temperature: float = 1.0
    """Of re-grounding between the ops of a rollout."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value <= 100:
                raise ConfigError(f"loss setting {field.name} is {value}; it must lie in 0..100")
        for name in ("at_source", "noisy", "astray", "unroll_from", "target_from", "slow_target"):
            if getattr(self, name) > 1:
                raise ConfigError(f"loss setting {name} is {getattr(self, name)}; it is a share, in 0..1")

    @property
    def distance_alone(self) -> bool:
        """Whether nothing but exact distances is learned: then the field stays as it is, and no traces are asked for."""
        return self.taught > 0 and not any(getattr(self, name) for name in NAMES if name != "taught")


class Draws:
    """The random numbers of one training step: equal seeds give equal numbers, whatever was drawn before."""

    def __init__(self, *seed: int, device: torch.device | None = None) -> None:
        self.device = device or torch.device("cpu")
        self.generator = torch.Generator().manual_seed(int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0] >> 1))

    def uniform(self, *shape: int) -> Tensor:
        """float32 in [0, 1)."""
        return torch.rand(shape, generator=self.generator).to(self.device)

    def normal(self, *shape: int) -> Tensor:
        """Standard normal float32."""
        return torch.randn(shape, generator=self.generator).to(self.device)


def total_loss(
    field: Field,
    batch: Batch,
    config: LossConfig,
    draws: Draws,
    *,
    progress: float,
    metric: Metric | None = None,
    slow: Tensor | None = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """The weighted sum, and every loss that is on, unweighted. `progress` in [0, 1] is how much of the training is done; `slow` is the code table of
    the averaged weights, which `slow_target` asks for."""
    table = field.table.table()
    view = view_of(field, batch.steps, table)
    z, t = path(view, config, draws)
    end = field.endpoint(z, t, view.before, view.condition, view.result)
    weight = torch.where(view.is_abstract, config.abstract, 1.0)
    parts: dict[str, Tensor] = {}
    if config.decode:
        parts["decode"] = decode_loss(field, view, end, weight)
    if config.flow:
        target = view.after.z0.detach() if progress < config.target_from else view.after.z0
        if slow is not None and config.slow_target:
            target = field.table.embed(view.after.codes, view.numbers, slow).detach()
        parts["flow"] = flow_loss(view, end, weight, target)
    if config.contrast:
        parts["contrast"] = contrast_loss(view, end, weight)
    if config.digits:
        parts["digits"] = digits_loss(field, view, end, weight)
    if config.stop and field.config.copy:
        parts["stop"] = stop_loss(field, view, end, weight)
    if config.error:
        parts["error"] = error_loss(view, end, weight)
    if config.commute and batch.beside:
        parts["commute"] = commuting_loss(field, view, end)
    if config.soft and batch.soft is not None:
        parts["soft"] = soft_loss(field, batch.soft, table, batch.beside * len(batch.steps))
    if config.unroll and batch.rollouts is not None and progress >= config.unroll_from:
        parts["unroll"] = unrolled_loss(field, batch.rollouts, table, batch.beside * len(batch.steps), config.temperature)
    if metric is not None and (config.distance or config.bilinear) and batch.beside:
        parts |= metric_losses(metric, view, distance=config.distance > 0, bilinear=config.bilinear > 0, through=progress >= 0.3)
    if config.variance:
        parts["variance"] = variance_floor(table)
    weights: Mapping[str, float] = {name: getattr(config, name) * (batch.beside if name in BESIDE else 1) for name in parts}
    total = sum((weights[name] * value for name, value in parts.items()), start=torch.zeros((), device=table.device))
    return total, parts


def path(view: View, config: LossConfig, draws: Draws) -> tuple[Tensor, Tensor]:
    """Points and times on the cone path, whose noise shrinks towards the apex z1, so that a point past it is pulled back:

    z_t = (1 - t) (z0 + s e) + t z1,    e ~ N(0, 1),    s ~ U[0, noise] on a share `noisy` of the rows, else 0
    t = 0 on a share `at_source` of the rows, else t ~ U[0, 0.98)

    On a share `astray` of the rows, some cells of z1 are cells of other rows in z_t, and the end is z1 all the same. Such points are where small steps lead that begin a
    little wrong: a field that has not seen them believes what it finds on the way more than the source.
    """
    z0, z1 = view.before.z0, view.after.z0.detach()
    count = len(z0)
    if config.astray:
        lost = view.generated & (draws.uniform(count) < config.astray)[:, None] & (draws.uniform(*z0.shape[:2]) < ASTRAY)
        cells = z1[view.generated]
        z1 = z1.clone()
        z1[lost] = cells[(draws.uniform(int(lost.sum())) * len(cells)).long()]
    t = draws.uniform(count) * 0.98 * (draws.uniform(count) >= config.at_source)
    size = config.noise * draws.uniform(count) * (draws.uniform(count) < config.noisy)
    noise = draws.normal(*z0.shape) * size[:, None, None]
    return (1 - t)[:, None, None] * (z0 + noise) + t[:, None, None] * z1, t


def decode_loss(field: Field, view: View, end: Endpoint, weight: Tensor) -> Tensor:
    """-log softmax(2 x1 E^T / sqrt(D)) of the true code, averaged over the cells of G. It cannot be satisfied by a collapsed table.

    For a number beyond the table its own code stands beside the table's. Without built-in routing, unchanged cells weigh a quarter.
    """
    losses = code_losses(field, end.cells(view.generated), view.after.codes[view.generated], view.after, view.generated)
    scale = torch.ones_like(losses)
    if not field.config.copy:
        same = (view.after.codes == view.before.codes) & (view.numbers == view.before.codes.new_zeros(()))
        scale = torch.where(same[view.generated], 0.25, 1.0)
    return over_rows(losses * scale, view.generated, weight)


def flow_loss(view: View, end: Endpoint, weight: Tensor, target: Tensor) -> Tensor:
    """|x1 - z1|^2 / D averaged over the cells of G: (1 - t)^2 |v - v*|^2, the flow-matching loss weighted by the way that is left. `target` is z1."""
    losses = (end.cells(view.generated) - target[view.generated]).square().mean(-1)
    return over_rows(losses, view.generated, weight)


def contrast_loss(view: View, end: Endpoint, weight: Tensor) -> Tensor:
    """-log softmax over the true cells y of the batch of 2 x1 . e(y) / sqrt(D), for the cells of G; equal cells count as one (InfoNCE)."""
    x, true = end.cells(view.generated), view.after.z0[view.generated]
    codes, numbers = view.after.codes[view.generated], view.numbers[view.generated]
    same = (codes[:, None] == codes) & (numbers[:, None] == numbers)
    scores = x @ true.T * (2 / x.shape[-1] ** 0.5)
    losses = torch.logsumexp(scores - same.sum(1).log(), 1) - torch.diagonal(scores)
    return over_rows(losses, view.generated, weight)


def digits_loss(field: Field, view: View, end: Endpoint, weight: Tensor) -> Tensor:
    """What the decoder asks of a number beyond the table, for which the cross-entropy of `decode` has no other numbers beside it: each of its decimal digits, as in
    FoNE (arXiv 2502.09741), and the kind of the cell.

    For each period P of the decimals with the true angle a = 2 pi n / P and the direction u of the phase of x1, the mean of -log softmax of

        SHARP u . (cos(a + 2 pi d / 10), sin(a + 2 pi d / 10))        d = 0..9, of which 0 is true

    and -log softmax of KIND_SHARP 2 x1 . e / sqrt(D) for the number as an Int, and as a character, whose vectors e differ in little.
    """
    kinds = [field.vocab.code(kind) for kind in (Kind.BEYOND_INT, Kind.BEYOND_CHAR)]
    x, codes, numbers = end.cells(view.generated).float(), view.after.codes[view.generated], view.numbers[view.generated]
    beyond = (codes == kinds[0]) | (codes == kinds[1])
    losses = x.new_zeros(len(x))
    if bool(beyond.any()):
        x, codes, numbers = x[beyond], codes[beyond], numbers[beyond]
        found = torch.stack([part[:, len(PERIODS) :] for part in field.table.phases(x)], -1)
        found = found * torch.rsqrt(found.square().sum(-1, keepdim=True) + 1e-4)
        angles = angles_of_numbers(numbers.double())[:, len(PERIODS) :, None] + torch.arange(10, device=x.device) * (math.pi / 5)
        logits = SHARP * torch.einsum("gkc,gkdc->gkd", found, torch.stack([angles.cos(), angles.sin()], -1).float())
        digits = -torch.log_softmax(logits, -1)[..., 0].mean(1)
        both = torch.stack([field.table.beyond(torch.full_like(codes, kind), numbers) for kind in kinds], 1)
        kind_logits = torch.einsum("gd,gkd->gk", x, both) * (KIND_SHARP * 2 / field.table.width**0.5)
        kind_losses = nn.functional.cross_entropy(kind_logits, (codes == kinds[1]).long(), reduction="none")
        losses = losses.masked_scatter(beyond, digits + kind_losses)
    return over_rows(losses, view.generated, weight)


def stop_loss(field: Field, view: View, end: Endpoint, weight: Tensor) -> Tensor:
    """-log p(r) of the true number of result cells, on rows with a computed result."""
    concerned = (view.error == 0) & field.generates[view.condition.ops[:, 0]]
    losses = -end.stop[:, 0].gather(1, view.result[:, None])[:, 0]
    return (losses * weight * concerned).sum() / len(losses)


def error_loss(view: View, end: Endpoint, weight: Tensor) -> Tensor:
    """-log p(error) of the true error or of none: separates the region of states that ops crash into."""
    losses = -end.error[:, 0].gather(1, view.error[:, None])[:, 0]
    return (losses * weight).mean()
