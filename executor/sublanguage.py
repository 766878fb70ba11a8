"""Exact distances: breadth-first search over all states of a small language, to hold a learned distance against."""

import random
from collections import deque
from dataclasses import dataclass

import numpy as np
import torch

from dsl import machine
from dsl.program import Program, Word
from dsl.values import Stuck
from embed.cells import State, encode
from embed.steps import rows_of
from executor.checkpoint import Executor

WORDS = ("inc", "dec", "neg", "+", "-", "dup", "swap", "drop")
LIMIT, DEPTH, FARTHEST = 12, 3, 6
"""Ints from -LIMIT to LIMIT, stacks up to DEPTH, distances up to FARTHEST."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distances:
    """How a learned distance compares."""

    spearman: float
    error: float
    """Mean absolute error where the exact distance is at most 4."""
    violations: int
    """Triples whose triangle inequality does not hold."""
    bilinear: float
    """Rank correlation of the bilinear form (the other way round)."""


def search_from(start: tuple[int, ...]) -> dict[tuple[int, ...], int]:
    """Every state within FARTHEST ops of a start, with its distance."""
    found, queue = {start: 0}, deque([start])
    while queue:
        state = queue.popleft()
        if found[state] == FARTHEST:
            continue
        for word in WORDS:
            after = machine.run(Program((Word(word),)), state)
            if isinstance(after, Stuck) or not after or len(after) > DEPTH or any(not -LIMIT <= n <= LIMIT for n in after):  # type: ignore[operator]
                continue
            if after not in found:
                found[after] = found[state] + 1  # type: ignore[index]
                queue.append(after)  # type: ignore[arg-type]
    return found


@torch.no_grad()
def distances(model: Executor, *, seed: int = 0, starts: int = 6, ends: int = 120) -> Distances:
    """The figures, from some starts to random ends, as many of each exact distance as there are."""
    rng = random.Random(seed)
    exact: list[int] = []
    learned: list[np.ndarray] = []
    scores: list[np.ndarray] = []
    violations = 0
    for _ in range(starts):
        start = tuple(rng.randint(-5, 5) for _ in range(rng.randint(1, 2)))
        found = search_from(start)
        by_distance: dict[int, list[tuple[int, ...]]] = {}
        for state, distance in found.items():
            by_distance.setdefault(distance, []).append(state)
        chosen = [(d, s) for d, states in by_distance.items() for s in rng.sample(states, min(len(states), ends // FARTHEST))]
        pooled = _pooled(model, [start, *(state for _, state in chosen)])
        learned.append(model.metric.distance(pooled[:1], pooled[1:]).cpu().numpy())
        scores.append(model.metric.scores(pooled[:1], pooled[1:])[0].cpu().numpy())
        exact += [d for d, _ in chosen]
        third = rng.sample(range(len(chosen)), min(12, len(chosen)))
        among = model.metric.distance(pooled[1:][third][:, None], pooled[1:][third][None]).cpu().numpy()
        violations += int((among[:, None, :] > among[:, :, None] + among[None] + 1e-3).sum())
    truth, guess = np.array(exact), np.concatenate(learned)
    near = truth <= 4
    return Distances(
        spearman=spearman(truth, guess), error=float(np.abs(truth - guess)[near].mean()), violations=violations, bilinear=spearman(truth, -np.concatenate(scores))
    )  # fmt: skip


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Rank correlation, ties averaged."""
    ranks = []
    for values in (a, b):
        _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
        ends = np.cumsum(counts)
        ranks.append((ends - (counts - 1) / 2)[inverse])
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _pooled(model: Executor, states: list[tuple[int, ...]]) -> torch.Tensor:
    vocab, device = model.field.vocab, model.field.table.residual.device
    rows = rows_of([encode(State(state), vocab) for state in states], 12, vocab)
    codes, numbers = (torch.as_tensor(array, dtype=torch.long).to(device) for array in (rows.codes, rows.numbers))
    return model.metric.pooled(model.field.source(codes, numbers))
