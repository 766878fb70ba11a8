"""What a field learns from a batch: one function for each loss, with its equation, and their sum.

Every loss is a sum over the rows that it concerns, divided by the number of rows of the batch (not of those), so that a batch split over several
processes gives the same gradient.

Notation: z0 source, z1 true end, x1 predicted end, E code table, G the generated cells of a row, t in [0, 1] time.

Shapes: N rows, L cells, D code width, M ops of a mixture, C codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from dsl.errors import ConfigError
from embed.pool import CellRows
from embed.steps import Batch, Rollouts, Soft, Steps
from embed.vocab import INTERPRETATIONS, OPENS, TYPES, Kind, Vocabulary
from executor.condition import Condition
from executor.distance import Metric, info_nce, qrl_loss
from executor.field import Endpoint, Field, Source
from executor.integrate import reground
from executor.layout import layout_of
from executor.window import results_between

BESIDE = ("soft", "unroll", "commute", "distance", "bilinear")
"""Losses that a batch with `beside` above 1 has for others too, and weighs so many times; see `DataConfig.every`."""


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
    soft: float = 0.1
    """Mixtures of ops."""
    unroll: float = 0.25
    """Several ops in a row, from `unroll_from` on."""
    commute: float = 0.1
    """Abstracting the predicted state agrees with executing on the abstract state."""
    distance: float = 0.1
    """IQE with the QRL objective."""
    bilinear: float = 0.05
    """InfoNCE of the bilinear form."""
    variance: float = 0.0
    """Variance floor of codes; for ablation, and when the monitor trips."""
    contrast: float = 0.0
    """InfoNCE of the predicted cells against the true ones of the batch; for ablation."""
    slow_target: float = 0.0
    """1: the target of `flow` is embedded by the average of the weights (BYOL, arXiv 2006.07733), and passes no gradient; for ablation."""
    at_source: float = 0.6
    """Share of rows at t = 0, where ops are executed; the others have t in [0, 0.98)."""
    noise: float = 0.3
    """Largest noise (root mean square) of the cone path's source; 0 is the linear path."""
    noisy: float = 0.4
    """Share of rows with noise."""
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
        for name in ("at_source", "noisy", "unroll_from", "target_from", "slow_target"):
            if getattr(self, name) > 1:
                raise ConfigError(f"loss setting {name} is {getattr(self, name)}; it is a share, in 0..1")


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
        parts |= metric_losses(metric, view, config, through=progress >= 0.3)
    if config.variance:
        parts["variance"] = variance_floor(table)
    weights: Mapping[str, float] = {name: getattr(config, name) * (batch.beside if name in BESIDE else 1) for name in parts}
    total = sum((weights[name] * value for name, value in parts.items()), start=torch.zeros((), device=table.device))
    return total, parts


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


def path(view: View, config: LossConfig, draws: Draws) -> tuple[Tensor, Tensor]:
    """Points and times on the cone path, whose noise shrinks towards the apex z1, so that a point past it is pulled back:

    z_t = (1 - t) (z0 + s e) + t z1,    e ~ N(0, 1),    s ~ U[0, noise] on a share `noisy` of the rows, else 0
    t = 0 on a share `at_source` of the rows, else t ~ U[0, 0.98)
    """
    z0, z1 = view.before.z0, view.after.z0.detach()
    count = len(z0)
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
    return _over_rows(losses * scale, view.generated, weight)


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


def flow_loss(view: View, end: Endpoint, weight: Tensor, target: Tensor) -> Tensor:
    """|x1 - z1|^2 / D averaged over the cells of G: (1 - t)^2 |v - v*|^2, the flow-matching loss weighted by the way that is left. `target` is z1."""
    losses = (end.cells(view.generated) - target[view.generated]).square().mean(-1)
    return _over_rows(losses, view.generated, weight)


def contrast_loss(view: View, end: Endpoint, weight: Tensor) -> Tensor:
    """-log softmax over the true cells y of the batch of 2 x1 . e(y) / sqrt(D), for the cells of G; equal cells count as one (InfoNCE)."""
    x, true = end.cells(view.generated), view.after.z0[view.generated]
    codes, numbers = view.after.codes[view.generated], view.numbers[view.generated]
    same = (codes[:, None] == codes) & (numbers[:, None] == numbers)
    scores = x @ true.T * (2 / x.shape[-1] ** 0.5)
    losses = torch.logsumexp(scores - same.sum(1).log(), 1) - torch.diagonal(scores)
    return _over_rows(losses, view.generated, weight)


def stop_loss(field: Field, view: View, end: Endpoint, weight: Tensor) -> Tensor:
    """-log p(r) of the true number of result cells, on rows with a computed result."""
    concerned = (view.error == 0) & field.generates[view.condition.ops[:, 0]]
    losses = -end.stop[:, 0].gather(1, view.result[:, None])[:, 0]
    return (losses * weight * concerned).sum() / len(losses)


def error_loss(view: View, end: Endpoint, weight: Tensor) -> Tensor:
    """-log p(error) of the true error or of none: separates the region of states that ops crash into."""
    losses = -end.error[:, 0].gather(1, view.error[:, None])[:, 0]
    return (losses * weight).mean()


def soft_loss(field: Field, soft: Soft, table: Tensor, count: int) -> Tensor:
    """Fields add: under sum_m w_m op_m the end point is the mixture of the ops' outcomes y_m, and decodes to the mixture of their codes.

    - sum_m w_m log softmax(2 x1 E^T / sqrt(D))[y_m] - H(w)    +    |x1 - sum_m w_m e(y_m)|^2 / D

    over the cells in which the outcomes differ. H(w) of the codes is subtracted, so that the least value is zero.
    """
    device = table.device
    before = cells_of(field, soft.before, table)
    rows, mixed = soft.ops.shape
    outcomes = cells_of(field, soft.after, table)
    codes = outcomes.codes.view(rows, mixed, -1)
    vectors = outcomes.z0.view(rows, mixed, *outcomes.z0.shape[1:])
    weights = torch.as_tensor(soft.weights).to(device)
    condition = Condition.mixed(torch.as_tensor(soft.ops).to(device), weights, field.vocab)
    t = torch.zeros(rows, device=device)
    results = torch.stack([results_between(before.layout, layout_of(codes[:, m], field.vocab), condition.pops[:, m]) for m in range(mixed)])
    x1 = field.expected(field.endpoint(before.z0, t, before, condition, results.amax(0)), before, condition)
    shares = weights[:, :, None].expand_as(codes)
    first = codes[:, :1]
    differs = ((codes != first) & (shares > 0)).any(1)
    if not bool(differs.any()):
        return x1.sum() * 0
    logits = torch.log_softmax(field.table.logits(x1[differs], table), -1)
    there, share = codes.transpose(1, 2)[differs], shares.transpose(1, 2)[differs]
    beyond = (there == field.vocab.code(Kind.BEYOND_INT)) | (there == field.vocab.code(Kind.BEYOND_CHAR))
    crossed = -(share * logits.gather(1, there).masked_fill(beyond, 0)).sum(1)
    same = (there[:, :, None] == there[:, None, :]).float()
    entropy = -(share * torch.log(torch.einsum("gmn,gn->gm", same, share).clamp(min=1e-9)) * ~beyond).sum(1)
    target = torch.einsum("nm,nmld->nld", weights, vectors).detach()
    squared = (x1 - target)[differs].square().mean(-1)
    return _over_rows(crossed - entropy + squared, differs, torch.ones(rows, device=device)) * rows / count


def unrolled_loss(field: Field, rollouts: Rollouts, table: Tensor, count: int, temperature: float) -> Tensor:
    """Cross-entropy of the cells after each of K ops in a row, each op starting from what the ops before it left, softly re-grounded."""
    device = table.device
    states = [cells_of(field, rows, table) for rows in rollouts.states]
    source, total = states[0], torch.zeros((), device=device)
    ones = torch.ones(len(rollouts.ops), device=device)
    for k in range(rollouts.ops.shape[1]):
        ops, pops, bodies = (torch.as_tensor(array[:, k]).to(device) for array in (rollouts.ops, rollouts.pops, rollouts.bodies))
        condition = Condition.of(ops, pops, bodies)
        t = torch.zeros(len(ops), device=device)
        true = states[k + 1]
        results = results_between(source.layout, true.layout, pops)
        z = field.expected(field.endpoint(source.z0, t, source, condition, results), source, condition)
        where = true.layout.real & (true.codes != field.vocab.code(Kind.NONE))
        losses = code_losses(field, z[where], true.codes[where], true, where)
        total = total + _over_rows(losses, where, ones)
        # The structure is the true one: what is trained is to stay near the codes, not to find the way from a broken state.
        source = Source(reground(field, z, table, temperature), true.codes, true.layout, table)
    return total / rollouts.ops.shape[1] * len(rollouts.ops) / count


@cache
def containment(vocab: Vocabulary) -> Tensor:
    """float32[C, C]: 1 where the first cell of a concrete value (row) is one that an abstract cell of `type`, `parity` or `sign` (column) contains."""
    matrix = torch.zeros(vocab.num_codes, vocab.num_codes)
    types = {name: vocab.code(Kind.TYPE, i) for i, name in enumerate(TYPES)}
    ints = [(vocab.code(Kind.INT, i), i - vocab.int_range) for i in range(2 * vocab.int_range + 1)]
    bools = [(vocab.code(Kind.BOOL, i), i) for i in range(2)]
    for code, number in (*ints, *bools):
        for mask in range(4):
            matrix[code, vocab.code(Kind.PARITY, mask)] = float(mask >> number % 2 & 1)
        for mask in range(8):
            matrix[code, vocab.code(Kind.SIGN, mask)] = float(mask >> (1 if number == 0 else 2 if number > 0 else 0) & 1)
    for code, _ in ints:
        matrix[code, types["Int"]] = 1
    matrix[vocab.code(Kind.BEYOND_INT), types["Int"]] = 1
    for code, _ in bools:
        matrix[code, types["Bool"]] = 1
    for index, name in enumerate(OPENS):
        if name in types:
            matrix[vocab.code(Kind.OPEN, index), types[name]] = 1
        if name.startswith("List"):
            matrix[vocab.code(Kind.OPEN, index), types["List[any]"]] = 1
    matrix[[code for code, kind in enumerate(vocab.kinds) if kind in (Kind.INT, Kind.BOOL, Kind.OPEN, Kind.BEYOND_INT)], types["any"]] = 1
    return matrix


def commuting_loss(field: Field, view: View, end: Endpoint) -> Tensor:
    """-log sum_(a, c) p_abstract(a) p_concrete(c) [c in a] for the first cell of the results of a row and of its abstract counterpart:

    the abstraction of what the op gives lies in what the op gives on the abstraction. For `type`; and for `parity` and `sign` of Ints and Bools.
    """
    domains = torch.tensor([INTERPRETATIONS.index(name) for name in ("type", "parity", "sign")], device=view.error.device)
    chosen = torch.isin(view.condition.interpretation.argmax(-1), domains) & (view.partner >= 0)
    partner = view.partner.clamp(min=0)
    base = view.before.layout.base.clamp(max=view.generated.shape[1] - 1)[:, None]
    first_abstract = view.after.codes.gather(1, base)[:, 0]
    generated = view.generated.gather(1, base)[:, 0]
    chosen = chosen & generated & generated[partner]
    concrete_codes = view.after.codes[partner].gather(1, base[partner])[:, 0]
    matrix = containment(field.vocab).to(view.error.device)
    chosen = chosen & (matrix[concrete_codes, first_abstract] > 0)
    if not bool(chosen.any()):
        return end.inside.sum() * 0
    rows = torch.arange(len(base), device=base.device)[chosen]
    abstract = torch.softmax(field.table.logits(end.first(rows), view.after.table), -1)
    others = partner[rows]
    concrete = torch.softmax(field.table.logits(end.first(others), view.after.table), -1)
    agree = ((concrete @ matrix) * abstract).sum(-1)
    return -torch.log(agree.clamp(min=1e-6)).sum() / len(view.error)


def metric_losses(metric: Metric, view: View, config: LossConfig, *, through: bool) -> dict[str, Tensor]:
    """The distance losses on every other concrete row that did not get stuck (they look at whole states, which is costly); gradients reach the codes
    only where `through` says so."""
    rows = ((~view.is_abstract) & (view.error == 0)).nonzero()[::2, 0]
    if len(rows) < 4:
        return {}

    def pooled(source: Source) -> Tensor:
        layout = source.layout
        z = source.z0 if through else source.z0.detach()
        part = type(layout)(layout.sequence[rows], layout.offset[rows], layout.starts[rows], layout.sizes[rows], layout.real[rows])
        return metric.pooled(Source(z[rows], source.codes[rows], part, source.table))

    before, after = pooled(view.before), pooled(view.after)
    parts = {"distance": qrl_loss(metric, before, after)} if config.distance else {}
    return parts | ({"bilinear": info_nce(metric, before, after)} if config.bilinear else {})


def variance_floor(table: Tensor) -> Tensor:
    """VICReg's hinge (arXiv 2105.04906): mean over coordinates of relu(0.5 - standard deviation over the codes)."""
    return torch.relu(0.5 - table.std(0)).mean()


def _over_rows(losses: Tensor, where: Tensor, weight: Tensor) -> Tensor:
    """The mean over all rows of each row's mean over its cells; `losses` are those of the cells that `where` marks, in order."""
    counts = where.sum(1).clamp(min=1)
    scale = (weight / counts)[:, None].expand(where.shape)[where]
    return (losses * scale).sum() / len(where)
