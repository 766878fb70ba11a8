"""Drawing without replacement: no repetition, the right probabilities, weights that make means unbiased."""

from collections import Counter
from itertools import product

import numpy as np
import pytest

from search.latent.beam import draw, inclusion, normalised

STEPS = np.log(np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]]))
EVERY = {pair: 1.0 * np.exp(STEPS[0, pair[0]] + STEPS[1, pair[1]]) for pair in product(range(3), range(3))}


def sequences(seed: int, count: int) -> list[tuple[int, ...]]:
    return [tuple(row) for row in draw(STEPS, count, np.random.default_rng(seed)).sequences.tolist()]


@pytest.mark.parametrize("count", [1, 4, 9, 20])
def test_nothing_comes_twice_and_no_more_than_there_is(count: int) -> None:
    for seed in range(20):
        found = sequences(seed, count)
        assert len(found) == len(set(found)) == min(count, 9)


def test_the_first_is_drawn_with_its_probability() -> None:
    draws = 1500
    counts = Counter(sequences(seed, 1)[0] for seed in range(draws))
    for pair, p in EVERY.items():
        assert abs(counts[pair] / draws - p) < 4 * np.sqrt(p * (1 - p) / draws) + 1e-3


def test_two_draws_are_as_two_draws_without_replacement() -> None:
    """The chance that a sequence is among the first two: p + sum over the others of p' p / (1 - p')."""
    draws = 1500
    counts = Counter(pair for seed in range(draws) for pair in sequences(seed, 2))
    for pair, p in EVERY.items():
        expected = p + sum(other * p / (1 - other) for key, other in EVERY.items() if key != pair)
        assert abs(counts[pair] / draws - expected) < 0.04


def test_weighted_means_are_unbiased() -> None:
    rng = np.random.default_rng(0)
    values = {pair: float(rng.normal()) for pair in EVERY}
    true = sum(p * values[pair] for pair, p in EVERY.items())
    found = []
    for seed in range(1500):
        drawn = draw(STEPS, 3, np.random.default_rng(seed))
        found.append(sum(weight * values[tuple(row)] for row, weight in zip(drawn.sequences.tolist(), drawn.weights, strict=True)))
    assert abs(np.mean(found) - true) < 4 * np.std(found) / np.sqrt(len(found))


def test_what_is_forbidden_does_not_come_and_the_rest_shares_its_probability() -> None:
    def allowed(prefix: tuple[int, ...]) -> np.ndarray:
        return np.array([True, True, False]) if not prefix else np.array([prefix[0] == 0, prefix[0] == 1, True])

    drawn = draw(STEPS, 9, np.random.default_rng(0), allowed)
    assert {tuple(row) for row in drawn.sequences.tolist()} == {(0, 0), (0, 2), (1, 1), (1, 2)}
    assert np.exp(drawn.log_p).sum() == pytest.approx(1)
    by_pair = dict(zip(map(tuple, drawn.sequences.tolist()), np.exp(drawn.log_p), strict=True))
    assert by_pair[1, 2] == pytest.approx(0.3 / 0.8 * 0.3 / 0.9)


def test_a_dead_end_is_not_drawn() -> None:
    drawn = draw(STEPS, 5, np.random.default_rng(0), lambda prefix: np.array([not prefix, False, False]))
    assert len(drawn.sequences) == 0


def test_inclusion_without_a_threshold_is_sure() -> None:
    assert inclusion(np.log(np.array([0.2, 0.8])), -np.inf).tolist() == [1, 1]


def test_rows_without_anything_stay_so() -> None:
    rows = normalised(np.array([[0.0, 0.0], [-np.inf, -np.inf]]))
    assert np.exp(rows[0]).sum() == pytest.approx(1) and np.isneginf(rows[1]).all()
