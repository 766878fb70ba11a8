"""Where the executor cannot be used, the search is the exact one and says why."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from dsl.errors import ConfigError
from dsl.tasks import Example, Task
from search.latent.search import LatentSearch
from search.settings import LATENT
from search.solve import solve
from tests.latent.samples import SETTINGS, TOTAL


@pytest.mark.parametrize("method", LATENT)
def test_without_torch_the_search_is_the_exact_one(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("search.latent.learned") or name.split(".")[0] == "torch"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    result = solve(TOTAL, replace(SETTINGS, method=method, max_candidates=20_000))
    assert result.solved
    assert "The executor was not used" in " ".join(result.explanation)


def test_who_names_the_method_hears_that_there_is_no_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
    monkeypatch.setattr("search.prior.ready.is_ready", lambda: False)
    search = LatentSearch(TOTAL, SETTINGS)
    next(search.run())
    assert search.progress.warning is not None and "the policy cannot be asked: its compiled code" in search.progress.warning


def test_without_weights_the_search_is_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    learned = pytest.importorskip("search.latent.learned", reason="needs the extra `neural` (torch)")

    def missing() -> None:
        raise ConfigError("there are no weights of the executor")

    monkeypatch.setattr(learned, "shipped", missing)
    result = solve(TOTAL, replace(SETTINGS, max_candidates=20_000))
    assert result.solved and "there are no weights" in " ".join(result.explanation)


def test_values_that_are_too_long_for_the_executor_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
    long = Task(name="long", examples=(Example((tuple(range(50)),), 0), Example((tuple(range(1, 50)),), 1)))
    result = solve(long, replace(SETTINGS, max_candidates=20_000))
    assert result.solved and "cells" in " ".join(result.explanation)
