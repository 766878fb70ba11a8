"""How many ops away: a learned quasimetric, and the bilinear form of the source beside it.

IQE (Wang and Isola 2022, arXiv 2211.15120), maxmean reduction. A vector is cut into G chunks of S numbers; chunk g of a point x is S intervals:

    d_g(x, y) = length of the union over s of [x_gs, max(x_gs, y_gs)]
    d(x, y)   = a max_g d_g + (1 - a) mean_g d_g

It is never negative, 0 from a point to itself, not symmetric, and obeys the triangle inequality, whatever the network is. So one bound on single ops
bounds every program: d(s_0, s_k) <= k.

Shapes: B states, L cells, D code width, W width of the metric space.
"""

import torch
from torch import Tensor, nn

from executor.layout import MAX_SEQUENCES
from executor.source import Source


def iqe(x: Tensor, y: Tensor, mix: Tensor, size: int = 16) -> Tensor:
    """float32[...]: d(x, y) of vectors [..., W], W a multiple of `size`; `mix` in [0, 1] is a."""
    x, y = (point.unflatten(-1, (-1, size)) for point in torch.broadcast_tensors(x, y))
    low, order = x.sort(-1)
    high = torch.maximum(y.gather(-1, order), low)
    # With intervals in order of their beginnings, each adds what reaches past all before it.
    reached = torch.cat([low[..., :1], high.cummax(-1).values[..., :-1]], -1)
    length = (high - torch.maximum(low, reached)).clamp(min=0).sum(-1)
    return mix * length.amax(-1) + (1 - mix) * length.mean(-1)


class Metric(nn.Module):
    """Both forms on one pooled view of a state."""

    def __init__(self, code_width: int, width: int = 128, space: int = 256) -> None:
        super().__init__()
        self.cell = nn.Linear(code_width, width)
        self.sequence = nn.Embedding(MAX_SEQUENCES + 1, width)
        self.offset = nn.Embedding(64, width)
        self.mixing = nn.Sequential(nn.SiLU(), nn.Linear(width, width), nn.SiLU())
        self.state = nn.Sequential(nn.Linear(2 * width, space), nn.SiLU(), nn.Linear(space, space))
        self.projector = nn.Sequential(nn.Linear(space, space), nn.SiLU(), nn.Linear(space, space))
        self.mix = nn.Parameter(torch.zeros(()))
        self.log_multiplier = nn.Parameter(torch.tensor(-4.6))
        """Logarithm of the Lagrange multiplier of the QRL constraint; trained upwards."""
        self.query, self.key = nn.Linear(space, 64), nn.Linear(space, 64)

    def pooled(self, source: Source) -> Tensor:
        """float32[B, W]: a state as one vector."""
        layout = source.layout
        where = self.sequence(layout.sequence) + self.offset(layout.offset.clamp(max=63))
        cells = self.mixing(self.cell(source.z0) + where)
        real = layout.real[..., None]
        mean = (cells * real).sum(1) / real.sum(1).clamp(min=1)
        return self.state(torch.cat([mean, cells.masked_fill(~real, -1e4).amax(1)], -1))

    def distance(self, start: Tensor, end: Tensor) -> Tensor:
        """float32[...]: ops from pooled states to pooled states."""
        return iqe(self.projector(start), self.projector(end), torch.sigmoid(self.mix))

    def scores(self, start: Tensor, end: Tensor) -> Tensor:
        """float32[B, B']: the bilinear form phi(s) . psi(g), the logarithm of how much more likely g follows s than not."""
        return self.query(start) @ self.key(end).T / 8


def qrl_loss(metric: Metric, before: Tensor, after: Tensor, *, cap: float = 15.0, slack: float = 0.25) -> Tensor:
    """Quasimetric RL (Wang et al. 2023, arXiv 2304.01203): push all pairs apart, but never an op's two states by more than one.

    max  E phi(d(s, g))           phi(d) = -softplus(cap - d; beta 0.1), s and g of different rows
    s.t. E relu(d(s, s') - 1)^2 <= slack^2

    As a loss: E softplus(cap - d) + m (E relu(d(s, s') - 1)^2 - slack^2), m = exp(log_multiplier), which is trained to grow while the
    constraint is broken (its gradient is turned round).
    """
    far = metric.distance(before, after.roll(1, 0))
    apart = nn.functional.softplus(cap - far, beta=0.1).mean()
    excess = torch.relu(metric.distance(before, after) - 1).square().mean() - slack**2
    multiplier = metric.log_multiplier.exp()
    return apart / cap + multiplier.detach() * excess - multiplier * excess.detach()


def info_nce(metric: Metric, before: Tensor, after: Tensor) -> Tensor:
    """-log softmax over the batch of the score of the true next state: the bilinear form as contrastive successor features."""
    scores = metric.scores(before, after)
    return nn.functional.cross_entropy(scores, torch.arange(len(scores), device=scores.device))
