"""Latent sampling with an executor that is never wrong, and with one that is."""

import pytest

pytest.importorskip("torch")

from dsl.tasks import Example, Task
from search.latent.search import LatentSearch
from search.settings import Settings
from search.solve import solve
from tests.latent.oracle import Oracle

WORDS = frozenset({"sort", "reverse", "map+1", "sum", "head", "take", "zip+", "drop-first"})
SORTED = Task(name="sorted", examples=(Example(((3, 1, 2),), (3, 2, 1)), Example(((9, 7, 4),), (9, 7, 4)), Example(((1, 0),), (1, 0))))
ADDED = Task(name="added", examples=(Example(((3, 1, 2),), (6, 2, 4)), Example(((9, 7),), (18, 14)), Example(((1, 0),), (2, 0))))
TOTAL = Task(name="total", examples=(Example(((3, 1, 2),), 9), Example(((9, 7),), 18), Example(((1,),), 2)))
SETTINGS = Settings(method="latent", ops=WORDS, constants="none", max_candidates=64, budget=60)


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
    assert result.solved and result.candidates <= 64, (result.status, result.seconds)
