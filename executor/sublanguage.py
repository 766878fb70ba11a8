"""The learned distance held against exact ones, in small languages that it did not learn from."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from embed.distances import EVALUATED, FARTHEST, LEAST_STATES, Search, Stack, languages, random_start, rows, search
from executor.checkpoint import Executor

LANGUAGES = 6
"""EVALUATED and others that are drawn."""
STARTS, ENDS = 6, 120
"""Searches in each language; states of each that are asked about, as many of each distance as there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How a learned distance compares with the exact one in one language."""

    language: frozenset[str]
    spearman: float
    error: float
    """Mean absolute error where the exact distance is at most 4."""
    violations: int
    """Triples whose triangle inequality does not hold."""
    bilinear: float
    """Rank correlation of the bilinear form (the other way round)."""


@dataclass(frozen=True, slots=True)
class Agreements:
    """The same for all languages; the figures are means over them, violations are added up."""

    each: tuple[Agreement, ...]

    @property
    def spearman(self) -> float:
        return float(np.mean([one.spearman for one in self.each]))

    @property
    def error(self) -> float:
        return float(np.mean([one.error for one in self.each]))

    @property
    def violations(self) -> int:
        return sum(one.violations for one in self.each)

    @property
    def bilinear(self) -> float:
        return float(np.mean([one.bilinear for one in self.each]))


@torch.no_grad()
def distances(model: Executor, *, seed: int = 0) -> Agreements:
    """The figures. Languages and states belong to the seed."""
    return Agreements(tuple(_agreement(model, searches, seed) for searches in measured_in(seed)))


@cache
def measured_in(seed: int) -> tuple[tuple[Search, ...], ...]:
    """STARTS searches in each of LANGUAGES languages: EVALUATED, and others that lead somewhere."""
    found = [_searches(EVALUATED, seed)]
    for language in languages(seed, held_out=True):
        searches = _searches(language, seed) if language != EVALUATED else ()
        if len(searches) == STARTS:
            found.append(searches)
            if len(found) == LANGUAGES:
                break
    return tuple(found)


def _searches(language: frozenset[str], seed: int) -> tuple[Search, ...]:
    """Searches from STARTS states from which the language leads somewhere; fewer where that is rare."""
    drawn = random.Random(f"{seed} {' '.join(sorted(language))}")
    tried = (search(random_start(language, drawn), language) for _ in range(2 * STARTS))
    return tuple(itertools.islice((one for one in tried if len(one.found) >= 2 * LEAST_STATES), STARTS))


def _agreement(model: Executor, searches: Sequence[Search], seed: int) -> Agreement:
    drawn = random.Random(seed)
    exact: list[int] = []
    learned: list[np.ndarray] = []
    scores: list[np.ndarray] = []
    violations = 0
    vocab, device = model.field.vocab, model.field.table.residual.device
    language = torch.zeros(len(vocab.ops), dtype=torch.bool, device=device)
    language[[vocab.numbers[word] for word in searches[0].language]] = True
    for one in searches:
        chosen = [(distance, state) for distance in range(FARTHEST + 1) for state in _some(one.at(distance), drawn)]
        pooled = _pooled(model, [one.start, *(state for _, state in chosen)])
        learned.append(model.metric.distance(pooled[:1], pooled[1:], language).cpu().numpy())
        scores.append(model.metric.scores(pooled[:1], pooled[1:])[0].cpu().numpy())
        exact += [distance for distance, _ in chosen]
        third = drawn.sample(range(len(chosen)), min(12, len(chosen)))
        among = model.metric.distance(pooled[1:][third][:, None], pooled[1:][third][None], language).cpu().numpy()
        violations += int((among[:, None, :] > among[:, :, None] + among[None] + 1e-3).sum())
    truth, guess = np.array(exact), np.concatenate(learned)
    return Agreement(
        language=searches[0].language,
        spearman=spearman(truth, guess),
        error=float(np.abs(truth - guess)[truth <= 4].mean()),
        violations=violations,
        bilinear=spearman(truth, -np.concatenate(scores)),
    )


def _some(states: list[Stack], drawn: random.Random) -> list[Stack]:
    return drawn.sample(states, min(len(states), ENDS // FARTHEST))


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Rank correlation, ties averaged."""
    ranks = []
    for values in (a, b):
        _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
        ends = np.cumsum(counts)
        ranks.append((ends - (counts - 1) / 2)[inverse])
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _pooled(model: Executor, states: list[Stack]) -> torch.Tensor:
    device = model.field.table.residual.device
    cells = rows(states, model.field.vocab)
    codes, numbers = (torch.as_tensor(array, dtype=torch.long).to(device) for array in (cells.codes, cells.numbers))
    return model.metric.pooled(model.field.source(codes, numbers))
