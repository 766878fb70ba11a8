"""How good probabilities are."""

from __future__ import annotations

import numpy as np


def average_precision(scores: np.ndarray, wanted: np.ndarray) -> float:
    """Mean over the wanted entries of the precision at each one's rank; 0 where none is wanted."""
    order = np.argsort(-scores, kind="stable")
    places = np.flatnonzero(wanted[order] > 0)
    return float(((np.arange(len(places)) + 1) / (places + 1)).mean()) if len(places) else 0.0


def calibration_error(probabilities: np.ndarray, wanted: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error: over bins of equal width, the mean difference between probability and frequency, weighted by size."""
    place = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    size = np.bincount(place, minlength=bins)
    gap = np.abs(np.bincount(place, probabilities, bins) - np.bincount(place, wanted, bins))
    return float(gap.sum() / max(size.sum(), 1))


def reliability(probabilities: np.ndarray, wanted: np.ndarray, bins: int = 10) -> list[tuple[float, float, int]]:
    """For each of some bins of equal width that is not empty: mean probability, frequency, number of entries."""
    place = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    size, said, seen = (np.bincount(place, weights, bins) for weights in (None, probabilities, wanted))
    return [(float(said[k] / size[k]), float(seen[k] / size[k]), int(size[k])) for k in np.flatnonzero(size)]
