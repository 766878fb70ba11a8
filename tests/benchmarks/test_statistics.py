"""Statistics against formulas of their own: exact binomial quantiles, counting by hand."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace

import pytest

from benchmarks.statistics import Group, by_task, curve, duels, interval, load_attempts, machines_of, rows_of, unsolved
from dsl.errors import ConfigError
from tests.benchmarks.made import NASTY, attempt, small


def binomial_quantile(n: int, p: float, q: float) -> float:
    """The smallest share k/n with P(X <= k) >= q: what the bootstrap of 0/1 values tends to."""
    total = 0.0
    for k in range(n + 1):
        total += math.comb(n, k) * p**k * (1 - p) ** (n - k)
        if total >= q:
            return k / n
    return 1.0


class TestInterval:
    @pytest.mark.parametrize(("n", "k"), [(10, 3), (50, 40), (100, 99), (43, 20), (7, 0), (5, 5)])
    def test_of_shares_is_the_binomial_one(self, n, k):
        share = interval([1.0] * k + [0.0] * (n - k))
        assert share.mean == pytest.approx(k / n)
        assert share.low == pytest.approx(binomial_quantile(n, k / n, 0.025), abs=1.01 / n)
        assert share.high == pytest.approx(binomial_quantile(n, k / n, 0.975), abs=1.01 / n)
        assert (share.low == share.high) == (k in (0, n))

    def test_of_numbers_is_near_the_normal_one(self):
        rng = random.Random(3)
        values = [rng.gauss(5, 2) for _ in range(200)]
        share = interval(values)
        mean = sum(values) / 200
        error = math.sqrt(sum((value - mean) ** 2 for value in values)) / 200
        assert share.mean == pytest.approx(mean)
        assert share.low == pytest.approx(mean - 1.96 * error, abs=0.03)
        assert share.high == pytest.approx(mean + 1.96 * error, abs=0.03)

    def test_a_lower_level_is_narrower(self):
        values = [0.0, 1.0] * 30
        wide, narrow = interval(values), interval(values, level=0.5)
        assert wide.low < narrow.low < narrow.high < wide.high

    def test_it_is_seeded(self):
        values = [0.0, 0.3, 1.0, 0.6]
        assert interval(values) == interval(values)
        assert interval(values, resamples=100) != interval(values, resamples=100, seed=1)

    def test_no_values(self):
        with pytest.raises(ValueError, match="no values"):
            interval([])


class TestRows:
    def test_groups_are_kept_apart(self):
        rows = rows_of(small())
        assert [(row.constants, row.method) for row in rows] == [("discovered", "exact"), ("given", "exact"), ("given", "plain")]
        others = [attempt("t", first_s=1.0), attempt("t", suite="b"), attempt("t", budget=5.0), attempt("t", profile="rule")]
        assert len(rows_of(others)) == 4

    def test_counts_and_shares(self):
        _, exact, plain = rows_of(small())
        assert (exact.num_tasks, exact.num_attempts, exact.num_solved, exact.num_held_out, exact.num_failed) == (4, 4, 3, 3, 0)
        assert exact.solved.mean == 3 / 4
        assert exact.right is not None
        assert exact.right.mean == pytest.approx(1 / 3), "of the tasks that have held-out examples, solved or not"
        assert exact.wrong_fits == 1 / 2, "of the fits that could be judged"
        assert exact.first_s == 0.5
        assert exact.candidates == 20_000
        assert exact.within == {0.1: 0.25, 1.0: 0.5, 5.0: 0.75, 10.0: 0.75, 30.0: None, 60.0: None}
        assert (plain.num_solved, plain.num_failed, plain.peak_mb) == (1, 1, 100.0)

    def test_nothing_held_out(self):
        row = rows_of([attempt("a", first_s=1.0)])[0]
        assert (row.num_held_out, row.right, row.wrong_fits) == (0, None, None)

    def test_nothing_solved(self):
        row = rows_of([attempt("a")])[0]
        assert (row.first_s, row.candidates, row.wrong_fits, row.within[10.0]) == (None, None, None, 0.0)

    def test_seeds_of_a_task_are_no_tasks_of_their_own(self):
        """Ten seeds of two tasks, one always solved and one never: the interval is that of two tasks."""
        attempts = [replace(attempt(task, first_s=time), seed=seed) for task, time in (("a", 1.0), ("b", None)) for seed in range(10)]
        row = rows_of(attempts)[0]
        assert (row.num_tasks, row.num_attempts, row.num_solved) == (2, 20, 10)
        assert (row.solved.low, row.solved.mean, row.solved.high) == (0.0, 0.5, 1.0)

    def test_the_order_in_which_attempts_ended_changes_nothing(self):
        attempts = [
            attempt(f"t{i}", method=method, first_s=i / 10 if i % 3 else None) for i in range(1, 30) for method in ("plain", "exact", "a:b")
        ]
        shuffled = random.Random(1).sample(attempts, len(attempts))
        assert rows_of(attempts) == rows_of(shuffled)
        assert duels(attempts) == duels(shuffled)
        assert [row.method for row in rows_of(shuffled)] == ["exact", "plain", "a:b"]


class TestTasks:
    def test_numbers_in_names_are_ordered_as_numbers(self):
        assert list(by_task(small()[:4])) == [NASTY, "never", "task 2", "task 10"]

    def test_unsolved(self):
        assert unsolved(small()) == ["never"]

    def test_duels_against_counting(self):
        rng = random.Random(5)
        results = {(method, task): rng.random() < 0.5 for method in ("exact", "plain") for task in range(40)}
        attempts = [attempt(str(task), method=method, first_s=1.0 if solved else None) for (method, task), solved in results.items()]
        duel = duels(attempts)[0]
        pairs = [(results["exact", task], results["plain", task]) for task in range(40)]
        assert (duel.both, duel.only_first, duel.only_second, duel.neither) == tuple(map(pairs.count, ((1, 1), (1, 0), (0, 1), (0, 0))))
        assert duel.difference.mean == pytest.approx((duel.only_first - duel.only_second) / 40)
        deviation = math.sqrt(sum((a - b - duel.difference.mean) ** 2 for a, b in pairs)) / 40
        assert duel.difference.high - duel.difference.low == pytest.approx(2 * 1.96 * deviation, rel=0.15)

    def test_duels_are_fought_on_common_tasks(self):
        duel = duels([attempt("a", first_s=1.0), attempt("b", first_s=1.0), attempt("b", method="plain")])[0]
        assert (duel.both, duel.only_first, duel.only_second, duel.neither) == (0, 1, 0, 0)

    def test_how_many_times_as_long_the_first_takes_where_both_solve(self):
        times = {"a": ([4.0, 1.0], 1.0), "b": ([8.0, 8.0], 1.0), "c": ([0.1, 0.1], None)}  # 2 times, 8 times, solved by one alone
        attempts = [
            attempt(task, method="exact", first_s=at, seed=seed) for task, (ours, _) in times.items() for seed, at in enumerate(ours)
        ]
        attempts += [attempt(task, method="plain", first_s=at, seed=0) for task, (_, at) in times.items()]
        slower = duels(attempts)[0].slower
        assert slower is not None
        assert slower.mean == pytest.approx(4.0) and slower.low == pytest.approx(2.0) and slower.high == pytest.approx(8.0)
        assert duels([attempt("a", first_s=1.0), attempt("a", method="plain")])[0].slower is None

    def test_curve(self):
        assert curve(small()[:4], "first_s") == [(0.05, 0.25), (0.5, 0.5), (4.0, 0.75)]
        assert curve([attempt("a")], "first_s") == []


class TestLoading:
    def test_folders_together(self, tmp_path):
        for name, task in (("a", "one"), ("b", "two"), ("c", "one")):
            (tmp_path / name).mkdir()
            record = {slot: getattr(attempt(task), slot) for slot in attempt(task).__slots__} | {"versions": {"python": name}, "more": 1}
            (tmp_path / name / "attempts.jsonl").write_text(json.dumps(record) + "\n")
        folders = [tmp_path / name for name in "abc"]
        attempts, repeated = load_attempts(folders)
        assert ([a.task for a in attempts], repeated) == (["one", "two"], 1)
        assert attempts[0].group == Group("made", "given", 10.0, "default", "all")
        assert machines_of(folders) == ["python a", "python b", "python c"]

    def test_no_folder(self, tmp_path):
        with pytest.raises(ConfigError, match="cannot be read"):
            load_attempts([tmp_path])
