"""The losses beside the four main ones: mixtures of ops, ops in a row, abstraction, distance, spread of the codes.

Notation and division by rows are those of `executor.losses`. Shapes: N rows, L cells, D code width, M ops of a mixture, C codes.
"""

from functools import cache

import torch
from torch import Tensor

from embed.steps import Rollouts, Soft
from embed.vocab import INTERPRETATIONS, OPENS, TYPES, Kind, Vocabulary
from executor.condition import Condition
from executor.distance import Metric, info_nce, qrl_loss
from executor.field import Field
from executor.integrate import reground
from executor.layout import layout_of
from executor.source import Endpoint, Source
from executor.view import View, cells_of, code_losses, over_rows
from executor.window import results_between


def soft_loss(field: Field, soft: Soft, table: Tensor, count: int) -> Tensor:
    """Fields add: under sum_m w_m op_m the end point is the mixture of the ops' outcomes y_m,

    |x1 - sum_m w_m e(y_m)|^2 / D

    over the cells in which the outcomes differ. `embed.hull` reads the weights from it. A cross-entropy with the weights beside it would pull elsewhere: the mixture of two
    codes is no point whose softmax is their weights.
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
    target = torch.einsum("nm,nmld->nld", weights, vectors).detach()
    squared = (x1 - target)[differs].square().mean(-1)
    return over_rows(squared, differs, torch.ones(rows, device=device)) * rows / count


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
        total = total + over_rows(losses, where, ones)
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


def metric_losses(metric: Metric, view: View, *, distance: bool, bilinear: bool, through: bool) -> dict[str, Tensor]:
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
    parts = {"distance": qrl_loss(metric, before, after)} if distance else {}
    return parts | ({"bilinear": info_nce(metric, before, after)} if bilinear else {})


def variance_floor(table: Tensor) -> Tensor:
    """VICReg's hinge (arXiv 2105.04906): mean over coordinates of relu(0.5 - standard deviation over the codes)."""
    return torch.relu(0.5 - table.std(0)).mean()
