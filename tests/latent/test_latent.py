"""Latent sampling with an executor that is never wrong, and with one that is."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from collections.abc import Iterator
from dataclasses import replace

from dsl.machine import answer
from dsl.tasks import Task
from search.latent.choices import Choices, Uniform
from search.latent.rollouts import Rollouts
from search.latent.search import LatentSearch
from search.latent.settings import Sampling
from search.solve import solve, visible
from search.term import Term
from tests.latent.oracle import Oracle
from tests.latent.samples import ADDED, NOTHING_FITS, SETTINGS, SORTED, TOTAL, WORDS


@pytest.fixture(autouse=True)
def oracle(monkeypatch: pytest.MonkeyPatch) -> Oracle:
    """No weights are asked: neither the executor's nor the prior's."""
    made = Oracle()
    monkeypatch.setattr("search.prior.ready.is_ready", lambda: False)
    monkeypatch.setattr(LatentSearch, "_machine", lambda self: made)
    return made


@pytest.mark.parametrize("task", [SORTED, ADDED, TOTAL], ids=lambda task: task.name)
def test_short_programs_are_found(task: Task) -> None:
    result = solve(task, SETTINGS)
    assert result.solved and result.candidates <= 64
    assert all(answer(result.program, example.inputs) == example.output for example in task.examples)  # type: ignore[arg-type]


def first(search: LatentSearch) -> Term | None:
    return next(iter(search.run()), None)


def searching(task: Task, sampling: Sampling | None = None, most: int = 64) -> LatentSearch:
    search = LatentSearch(visible(task), SETTINGS, lambda: search.progress.candidates >= most, sampling=sampling or Sampling())
    return search


def test_the_executor_ranks_the_right_program_first() -> None:
    """One executed program is enough: what is right lies at distance 0, which nothing else does."""
    assert first(searching(TOTAL, Sampling(rollouts=256), most=1)) is not None


def test_without_the_executor_more_programs_are_run() -> None:
    with_it, without = searching(SORTED), searching(SORTED, Sampling(executor=False))
    first(with_it), first(without)
    assert with_it.progress.candidates < without.progress.candidates


def test_a_wrong_executor_costs_candidates_and_never_gives_a_wrong_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LatentSearch, "_machine", lambda self: Oracle(wrong={"sort": "reverse", "reverse": "sort"}))
    result = solve(SORTED, SETTINGS)
    assert not result.solved or all(answer(result.program, e.inputs) == e.output for e in SORTED.examples)  # type: ignore[arg-type]


def test_the_limit_counts_executed_programs() -> None:
    result = solve(NOTHING_FITS, replace(SETTINGS, max_candidates=20))
    assert not result.solved and result.candidates == 20
    assert "20 programs were run on the real machine" in " ".join(result.explanation)


def test_equal_seeds_run_equal_programs_and_others_do_not() -> None:
    def ran(seed: int) -> list[Term]:
        search = LatentSearch(visible(NOTHING_FITS), replace(SETTINGS, seed=seed), lambda: search.progress.candidates >= 30)
        list(search.run())
        return list(search.tried)

    assert ran(1) == ran(1) != ran(2)


@pytest.fixture
def rollouts(oracle: Oracle) -> Iterator[Rollouts]:
    yield Rollouts(machine=oracle, choices=Choices(Uniform(WORDS)), examples=SORTED.examples)


def test_rollouts_are_what_the_machine_does(rollouts: Rollouts) -> None:
    from dsl.machine import run
    from search.latent.programs import program_of

    found = rollouts.draw(40, 3, np.random.default_rng(0))
    assert len(found) > 40
    for rollout in found:
        assert rollout.stacks == tuple(run(program_of(rollout.words), example.inputs) for example in SORTED.examples)


def test_rollouts_do_not_repeat_words_nor_stacks(rollouts: Rollouts) -> None:
    found = rollouts.draw(40, 3, np.random.default_rng(0))
    assert len({rollout.words for rollout in found}) == len({repr(rollout.stacks) for rollout in found}) == len(found)
    rollouts.merged = False
    again = rollouts.draw(40, 3, np.random.default_rng(0))
    assert len({rollout.words for rollout in again}) == len(again) > len({repr(rollout.stacks) for rollout in again})


def test_what_was_executed_once_is_not_asked_again(rollouts: Rollouts, oracle: Oracle) -> None:
    before = oracle.evaluations
    rollouts.draw(40, 3, np.random.default_rng(0))
    between = oracle.evaluations
    rollouts.draw(40, 3, np.random.default_rng(0))
    assert oracle.evaluations == between > before


def test_the_distance_is_0_for_equal_values_alone(oracle: Oracle) -> None:
    values = [1, True, (1, 2), (2, 1), (1, 2, 3), (), "a", None, 500, 501]
    for a in values:
        for b in values:
            if b is not None:
                found = oracle.distances([a], [b])[0]
                assert (found < 1e-5) == (type(a) is type(b) and a == b), (a, b, found)
    near, far = oracle.distances([10, 90], [11, 11])
    assert near < far
