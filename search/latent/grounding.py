"""What exact results do to a relaxed program: programs drawn from it without repetition are run, and their exact losses give a gradient.

    score:        grad E f = E sum_i w_i (f_i - p_i f_i - sum_(j != i) w_j f_j) grad log p_i
    expectation:  L(sum_i p_i encode(answer_i)), p normalised over the drawn ones

w_i = p_i / q_i, q_i the probability that i is among the drawn ones given the threshold. The baseline of i is made from the others alone, with the
known share p_i f_i of i itself; so it has the same mean for every i, and the estimate stays unbiased. f is the exact loss, less what the
executor says in its place where that is the control variate; the executor's own part of the gradient comes through the relaxed loss.

Sources: Kool, van Hoof and Welling, Buy 4 REINFORCE Samples, Get a Baseline for Free (2019), and Estimating Gradients for Discrete Random Variables
by Sampling without Replacement (ICLR 2020); control variates of a surrogate as in RELAX (Grathwohl et al., ICLR 2018).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dsl.values import Value
from search.latent.beam import Drawn
from search.latent.machine import Machine, Targets


def log_probabilities(log_p: Tensor, drawn: Drawn) -> Tensor:
    """float32[n]: of sequences under positions float32[K, W], what was forbidden left out; differentiable."""
    masks = torch.as_tensor(drawn.masks, device=log_p.device)
    rows = log_p[None].expand(len(masks), -1, -1).masked_fill(~masks, -float("inf"))
    chosen = rows.gather(2, torch.as_tensor(drawn.sequences, device=log_p.device)[..., None])[..., 0]
    return (chosen - torch.logsumexp(rows, -1)).sum(-1)


def score_loss(log_p: Tensor, weights: Tensor, losses: Tensor) -> Tensor:
    """A number whose gradient is the score function's, of sequences with log-probabilities float32[n], weights and losses float32[n]."""
    weighed = weights * losses
    baseline = log_p.detach().exp() * losses + weighed.sum() - weighed
    return (weights * (losses - baseline) * log_p).sum()


def expectation_loss(machine: Machine, log_p: Tensor, answers: Sequence[Sequence[Value | None]], targets: Targets) -> Tensor:
    """The loss of the mixture of exact answers: n programs with log-probabilities float32[n] on E examples, targets of one start. Programs that get
    stuck add nothing to the mixture."""
    share = torch.softmax(log_p, 0)
    count, length, width = len(targets.codes), targets.codes.shape[1], machine.table.shape[1]
    mixture = log_p.new_zeros(count, length, width)
    chosen = torch.eye(count, device=machine.device)
    for place, values in enumerate(answers):
        for example, value in enumerate(values):
            if value is None:
                continue
            vectors = machine.targets([value]).vectors[0, :length]
            row = torch.nn.functional.pad(vectors, (0, 0, 0, length - len(vectors)))
            mixture = mixture + share[place] * chosen[example, :, None, None] * row
    return machine.surprise(mixture, targets, targets.sizes.new_zeros(count)).mean()


def effects(sequences: Sequence[tuple[int, ...]], losses: Sequence[float], fixed: Sequence[int]) -> tuple[int, int] | None:
    """The place and word whose presence lowered the exact loss most, over programs that were run; None where nothing lowered it."""
    best, found = 0.0, None
    for place in range(len(fixed)):
        if fixed[place] >= 0:
            continue
        for word in sorted({sequence[place] for sequence in sequences}):
            inside = [loss for sequence, loss in zip(sequences, losses, strict=True) if sequence[place] == word]
            outside = [loss for sequence, loss in zip(sequences, losses, strict=True) if sequence[place] != word]
            if len(inside) < 2 or not outside:
                continue  # one program alone says too little about one of its words
            effect = sum(inside) / len(inside) - sum(outside) / len(outside)
            if effect < best:
                best, found = effect, (place, word)
    return found
