"""How many ops away: a learned quasimetric, and the bilinear form of the source beside it.

IQE (Wang and Isola 2022, arXiv 2211.15120), maxmean reduction. A vector is cut into G chunks of S numbers; chunk g of a point x is S intervals:

    d_g(x, y) = length of the union over s of [x_gs, max(x_gs, y_gs)]
    d(x, y)   = a max_g d_g + (1 - a) mean_g d_g

It is never negative, 0 from a point to itself, not symmetric, and obeys the triangle inequality, whatever the network is. So one bound on single ops
bounds every program: d(s_0, s_k) <= k. How far states are apart depends on the words that may be used, so a point is made from a state and these words, the *language*.

Shapes: B states, L cells, D code width, W width of the metric space, V words.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import silu, smooth_l1_loss

from embed.distances import FARTHEST, Distances
from executor.field import Field
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

    def __init__(self, code_width: int, num_words: int, width: int = 128, space: int = 256) -> None:
        super().__init__()
        self.cell = nn.Linear(code_width, width)
        self.sequence = nn.Embedding(MAX_SEQUENCES + 1, width)
        self.offset = nn.Embedding(64, width)
        self.mixing = nn.Sequential(nn.SiLU(), nn.Linear(width, width), nn.SiLU())
        self.state = nn.Sequential(nn.Linear(2 * width, space), nn.SiLU(), nn.Linear(space, space))
        self.word = nn.Embedding(num_words, width // 2)
        self.language = nn.Sequential(nn.Linear(width // 2, width), nn.SiLU(), nn.Linear(width, width))
        self.first, self.second, self.last = nn.Linear(space + width, space), nn.Linear(space, space), nn.Linear(space, space)
        self.scale = nn.Linear(width, space)
        self.mix = nn.Parameter(torch.zeros(()))
        self.log_multiplier = nn.Parameter(torch.tensor(-4.6))
        """Logarithm of the Lagrange multiplier of the QRL constraint; trained upwards."""
        self.query, self.key = nn.Linear(space, 64), nn.Linear(space, 64)

    def pooled(self, source: Source) -> Tensor:
        """float32[B, W]: a state as one vector."""
        layout = source.layout
        where = self.sequence(layout.sequence[layout.real]) + self.offset(layout.offset[layout.real].clamp(max=63))
        mixed = self.mixing(self.cell(source.z0[layout.real]) + where)
        cells = mixed.new_zeros(*layout.real.shape, mixed.shape[-1]).masked_scatter(layout.real[..., None], mixed)
        real = layout.real[..., None]
        mean = (cells * real).sum(1) / real.sum(1).clamp(min=1)
        return self.state(torch.cat([mean, cells.masked_fill(~real, -1e4).amax(1)], -1))

    def distance(self, start: Tensor, end: Tensor, language: Tensor | None = None) -> Tensor:
        """float32[...]: ops from pooled states to pooled states, where only the words of `language` bool[..., V] may be used; all of them without one."""
        every = self.word.weight.new_ones(1, len(self.word.weight)) if language is None else language.to(self.word.weight.dtype)
        words = self.language(every @ self.word.weight / every.sum(-1, keepdim=True).clamp(min=1).sqrt())
        return iqe(self._point(start, words), self._point(end, words), torch.sigmoid(self.mix))

    def _point(self, state: Tensor, words: Tensor) -> Tensor:
        """float32[..., W]: where a state lies, given the words that may be used."""
        hidden = silu(self.first(torch.cat([state, words.expand(*state.shape[:-1], -1)], -1)))
        hidden = hidden + silu(self.second(hidden) * (1 + self.scale(words)))
        return self.last(hidden)

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


def taught_loss(metric: Metric, field: Field, pairs: Distances, table: Tensor) -> Tensor:
    """Exact distances of small languages: mean of huber(d(s, g) - n) for states n <= FARTHEST words apart, of relu(FARTHEST + 1 - d(s, g))^2 for any farther ones."""
    device = table.device
    points = []
    for rows in (pairs.starts, pairs.ends):
        codes, numbers = (torch.as_tensor(array, dtype=torch.long).to(device) for array in (rows.codes, rows.numbers))
        source = field.source(codes, numbers, table)
        points.append(metric.pooled(Source(source.z0.detach(), source.codes, source.layout, source.table)))
    searched = torch.as_tensor(pairs.search).to(device)
    found = metric.distance(points[0][searched], points[1], torch.as_tensor(pairs.language).to(device)[searched])
    wanted = torch.as_tensor(pairs.words).to(device)
    beyond = torch.relu(FARTHEST + 1 - found).square()
    return torch.where(wanted > FARTHEST, beyond, smooth_l1_loss(found, wanted.to(found.dtype), reduction="none")).mean()


def info_nce(metric: Metric, before: Tensor, after: Tensor) -> Tensor:
    """-log softmax over the batch of the score of the true next state: the bilinear form as contrastive successor features."""
    scores = metric.scores(before, after)
    return nn.functional.cross_entropy(scores, torch.arange(len(scores), device=scores.device))
