"""Sequences drawn without replacement: stochastic beam search over a trie of prefixes.

Every prefix has a perturbed log-probability: that of its parent, split among its children so that the largest child has just the parent's. The k
largest leaves are k sequences without repetition, drawn as by k draws without replacement.

    G(child) = -log(exp(-G(parent)) - exp(-Z) + exp(-G'(child))),   G' = log p(child) + Gumbel noise,   Z = max over the children of G'

Source: Kool, van Hoof and Welling, Stochastic Beams and Where to Find Them (ICML 2019, arXiv 1903.06059); the weights from Appendix C there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Children:
    """The chosen children of a level, largest first."""

    parents: np.ndarray
    """int64[k]."""
    words: np.ndarray
    """int64[k]."""
    log_p: np.ndarray
    """float64[k]: of the whole prefix."""
    perturbed: np.ndarray
    """float64[k]."""
    threshold: float
    """The largest perturbed value that was not chosen; -inf where all were."""


Allowed = Callable[[tuple[int, ...]], np.ndarray]
"""bool[W]: the words that may follow a prefix."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Sequences without repetition, most probable ones first only by chance."""

    sequences: np.ndarray
    """int64[n, K]."""
    masks: np.ndarray
    """bool[n, K, W]: what might have come at each place."""
    log_p: np.ndarray
    """float64[n]."""
    weights: np.ndarray
    """float64[n]: the mean of any f over all sequences is on average sum_i weights_i f(i)."""


def grow(log_p: np.ndarray, perturbed: np.ndarray, steps: np.ndarray, count: int, rng: np.random.Generator) -> Children:
    """The next level of a beam: from prefixes with `log_p` and `perturbed` float64[n], and log-probabilities of the next word [n, W], at most
    `count` prefixes that are one word longer."""
    total = log_p[:, None] + steps.astype(np.float64)
    noisy = total + rng.gumbel(size=total.shape)
    noisy = np.where(np.isfinite(total), noisy, -np.inf)
    highest = noisy.max(axis=1, keepdims=True, initial=-np.inf)
    some = np.isfinite(highest[:, 0])
    split = np.full_like(noisy, -np.inf)
    if some.any():
        split[some] = _split(perturbed[some][:, None], highest[some], noisy[some])
    flat = split.ravel()
    order = np.argsort(-flat, kind="stable")
    order = order[np.isfinite(flat[order])]
    chosen, rest = order[:count], order[count : count + 1]
    parents, words = np.divmod(chosen, steps.shape[1])
    return Children(parents, words, total.ravel()[chosen], flat[chosen], float(flat[rest[0]]) if len(rest) else -np.inf)


def _split(parent: np.ndarray, highest: np.ndarray, noisy: np.ndarray) -> np.ndarray:
    """The perturbed values of children given that the largest is the parent's, without loss of digits (Appendix B.3 of the source)."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        v = parent - noisy + np.log1p(-np.exp(noisy - highest))
        split = parent - np.maximum(v, 0) - np.log1p(np.exp(-np.abs(v)))
    return np.where(noisy == highest, parent, np.where(np.isfinite(noisy), split, -np.inf))


def draw(steps: np.ndarray, count: int, rng: np.random.Generator, allowed: Allowed | None = None) -> Drawn:
    """At most `count` sequences from independent positions, log-probabilities float64[K, W]. What `allowed` forbids after a prefix does not come,
    and the others share its probability."""
    sequences, log_p, perturbed, threshold = np.zeros((1, 0), np.int64), np.zeros(1), rng.gumbel(size=1), -np.inf
    masks = np.ones((1, 0, steps.shape[1]), bool)
    for row in steps:
        fine = np.stack([np.ones(len(row), bool) if allowed is None else allowed(tuple(prefix)) for prefix in sequences.tolist()])
        nexts = normalised(np.where(fine, row, -np.inf))
        # One more than wanted is kept: the last one's value is the threshold that the weights are made from.
        level = grow(log_p, perturbed, nexts, count + 1, rng)
        sequences = np.concatenate([sequences[level.parents], level.words[:, None]], axis=1)
        masks = np.concatenate([masks[level.parents], fine[level.parents][:, None]], axis=1)
        log_p, perturbed = level.log_p, level.perturbed
        if not len(log_p):
            break
    if len(log_p) > count:
        threshold, sequences, masks, log_p = float(perturbed[count]), sequences[:count], masks[:count], log_p[:count]
    return Drawn(sequences, masks, log_p, np.exp(log_p) / inclusion(log_p, threshold))


def normalised(log_p: np.ndarray) -> np.ndarray:
    """Rows whose probabilities add up to 1; rows of -inf stay."""
    highest = log_p.max(axis=1, keepdims=True, initial=-np.inf)
    highest = np.where(np.isfinite(highest), highest, 0.0)
    with np.errstate(divide="ignore"):
        total = np.log(np.exp(log_p - highest).sum(axis=1, keepdims=True)) + highest
    return np.where(np.isfinite(total), log_p - np.where(np.isfinite(total), total, 0.0), -np.inf)


def inclusion(log_p: np.ndarray, threshold: float) -> np.ndarray:
    """float64[n]: the probability that a sequence's perturbed value lies above a threshold, 1 where there is none."""
    if threshold == -np.inf:
        return np.ones_like(log_p)
    return -np.expm1(-np.exp(log_p - threshold))
