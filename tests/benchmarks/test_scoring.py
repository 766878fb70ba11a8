"""Scoring with the limits that a suite's held-out outputs mean."""

from __future__ import annotations

from benchmarks.attempt import Job, run
from benchmarks.suites import scoring_profile
from dsl.values import DEFAULT, PROFILES

LINE = (
    '{"name": "far", "examples": [{"inputs": [[-10, 0]], "output": 12}, {"inputs": [[-1, -3]], "output": 6}, {"inputs": [[4, 1]], "output": -3}],'
    ' "held_out": [{"inputs": [[-136, -133]], "output": 271}], "constants": [2]}'
)


def test_limits_of_a_search_are_not_limits_of_the_answer() -> None:
    job = Job(
        suite="lambdabeam-like", task="far", text=LINE, method="plain", seed=0, budget=20.0, constants="given", profile="lambdabeam",
        words="lambdabeam", max_candidates=20_000,
    )  # fmt: skip
    record = run(job)
    assert record["solved"] and record["held_out_correct"], record["program"]


def test_other_suites_are_scored_in_their_profile() -> None:
    assert scoring_profile("exedec-none", PROFILES["exedec"]) is PROFILES["exedec"]
    wide = scoring_profile("lambdabeam-synthetic", PROFILES["lambdabeam"])
    assert wide.int_max == DEFAULT.int_max and wide.negative_index
