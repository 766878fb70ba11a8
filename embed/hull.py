"""What a vector is a mixture of: the weights of the codes whose mean lies nearest to it.

A softmax of products gives the nearest code nearly all of the weight, also for a vector that is 0.7 of one code and 0.3 of another: norms are equal and directions of
many codes nearly orthogonal, so its logits are 19.6 times the weights at a width of 96. The nearest point of the codes' convex hull gives the weights back.

Shapes: C codes, D width, K codes that may have weight.
"""

import torch
from torch import Tensor

MOST = 6
"""Codes that may have weight."""
STEPS = 60
"""Of the weights, each time that a code is added."""


def mixture(x: Tensor, table: Tensor, *, most: int = MOST, steps: int = STEPS) -> tuple[Tensor, Tensor]:
    """Codes int64[..., K] and their weights float32[..., K], at least 0 and adding up to 1, whose mean sum_k w_k e_k is nearest to vectors float32[..., D], or nearly; of a
    table float32[C, D] of equal norms. A code may stand there twice, then its weights add up.

    By the fully corrective Frank-Wolfe method (Jaggi, ICML 2013): the code that has the largest product with what is missing is added, K times, and all weights are
    found again by accelerated projected gradient (Beck and Teboulle, SIAM J. Imaging Sciences 2009)."""
    codes = torch.empty(*x.shape[:-1], 0, dtype=torch.long, device=x.device)
    weights, missing = x.new_empty(*x.shape[:-1], 0), x
    for _ in range(most):
        codes = torch.cat([codes, (missing @ table.T).argmax(-1, keepdim=True)], -1)
        weights = _weights(table[codes], x, torch.cat([weights, torch.zeros_like(x[..., :1])], -1), steps)
        missing = x - (weights[..., None] * table[codes]).sum(-2)
    return codes, weights


def _weights(vectors: Tensor, x: Tensor, weights: Tensor, steps: int) -> Tensor:
    """float32[..., K]: the best weights of vectors float32[..., K, D], going on from some."""
    gram = vectors @ vectors.mT / x.shape[-1]
    wanted = (vectors @ x[..., None])[..., 0] / x.shape[-1]
    rate = 1 / gram.abs().sum(-1).amax(-1, keepdim=True)
    ahead, speed = weights, 1.0
    for _ in range(steps):
        new = onto_simplex(ahead - rate * ((gram @ ahead[..., None])[..., 0] - wanted))
        faster = (1 + (1 + 4 * speed**2) ** 0.5) / 2
        ahead = new + (speed - 1) / faster * (new - weights)
        weights, speed = new, faster
    return weights


def onto_simplex(v: Tensor) -> Tensor:
    """float32[..., K]: the nearest point whose entries are at least 0 and add up to 1 (Duchi et al., ICML 2008)."""
    ordered = v.sort(-1, descending=True).values
    excess = (ordered.cumsum(-1) - 1) / torch.arange(1, v.shape[-1] + 1, device=v.device)
    last = (ordered > excess).sum(-1, keepdim=True) - 1
    return (v - excess.gather(-1, last)).clamp(min=0)
