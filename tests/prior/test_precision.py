"""Average precision and calibration against definitions of their own."""

import numpy as np
import pytest

from search.prior.precision import average_precision, calibration_error, reliability


class TestPrecision:
    @pytest.mark.parametrize(
        ("scores", "wanted", "precision"),
        [
            ([0.9, 0.8, 0.1], [1, 1, 0], 1.0),
            ([0.1, 0.8, 0.9], [1, 0, 0], 1 / 3),
            ([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0], (1 + 2 / 3) / 2),
            ([0.2, 0.9, 0.4], [1, 0, 1], (1 / 2 + 2 / 3) / 2),
            ([0.5, 0.6], [0, 0], 0.0),
            ([0.3], [1], 1.0),
        ],
    )  # fmt: skip
    def test_average_precision(self, scores: list[float], wanted: list[float], precision: float) -> None:
        assert average_precision(np.array(scores), np.array(wanted, np.float64)) == pytest.approx(precision)

    def test_reliability(self) -> None:
        bins = reliability(np.array([0.05, 0.01, 0.55, 0.51, 1.0]), np.array([0.0, 1.0, 1.0, 1.0, 0.0]))
        assert [count for *_, count in bins] == [2, 2, 1]
        assert [part for mean, share, _ in bins for part in (mean, share)] == pytest.approx([0.03, 0.5, 0.53, 1.0, 1.0, 0.0])

    @pytest.mark.parametrize(
        ("probabilities", "wanted", "error"),
        [
            ([0.0, 1.0], [0, 1], 0.0),
            ([1.0, 0.0], [0, 1], 1.0),
            ([0.5] * 4, [1, 0, 1, 0], 0.0),
            ([0.8] * 5, [1, 1, 1, 1, 0], 0.0),
            ([0.9] * 4, [1, 0, 0, 0], 0.65),
            ([0.3] * 2 + [0.7] * 2, [0, 0, 1, 1], 0.3),
            ([0.1, 0.9, 0.9, 0.9], [1, 1, 1, 1], (0.9 + 0.3) / 4),
            ([], [], 0.0),
        ],
    )  # fmt: skip
    def test_calibration_error(self, probabilities: list[float], wanted: list[float], error: float) -> None:
        assert calibration_error(np.array(probabilities, np.float64), np.array(wanted, np.float64)) == pytest.approx(error)

    def test_bins_are_of_equal_width(self) -> None:
        """Over- and underconfidence cancel within a bin, not between two."""
        probabilities, wanted = np.array([0.2, 0.4]), np.array([0.0, 1.0])
        assert calibration_error(probabilities, wanted, bins=2) == pytest.approx(abs(0.6 - 1) / 2)
        assert calibration_error(probabilities, wanted, bins=5) == pytest.approx((0.2 + 0.6) / 2)


COUNTS = (4, 8, 12, 16, 16, 16)
