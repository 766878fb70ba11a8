"""Compiled programs: read back as they were written, moved by the examples, and found."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from search.latent.compiled import Compiled  # noqa: E402
from search.latent.compiling import CompileSearch  # noqa: E402
from search.latent.learned import Learned, field_of, shipped  # noqa: E402
from search.latent.settings import Tuning  # noqa: E402
from search.solve import visible  # noqa: E402
from tests.latent.oracle import Oracle  # noqa: E402
from tests.latent.samples import NOTHING_FITS, SETTINGS, SORTED  # noqa: E402

WORDS = ("sort", "reverse", "sum", "map+1", "head")


@pytest.mark.parametrize("micro", [1, 3])
@pytest.mark.parametrize("machine", [Oracle(20), Learned(field_of(shipped()), 20)], ids=["oracle", "learned"])
def test_a_compiled_program_is_read_back_as_it_was(machine: Oracle | Learned, micro: int) -> None:
    program = Compiled(machine, ("sort", "map+1"), WORDS, SORTED.examples, (), Tuning(micro=micro))
    assert program.vectors.shape[:2] == (2, micro)
    assert program.decompiled() == ("sort", "map+1")
    program.loss().backward()
    assert program.vectors.grad is not None and bool((program.vectors.grad.abs().sum((1, 2)) > 0).any())


def test_tuning_leads_from_a_wrong_word_to_the_right_one() -> None:
    """From `sort map+1` the examples pull the second word to `reverse`."""
    program = Compiled(Oracle(20), ("sort", "map+1"), WORDS, SORTED.examples, (), Tuning(steps=60, rate=0.3, micro=1))
    assert ("sort", "reverse") in list(program.tuned())


def test_the_search_finds_a_program_and_says_what_it_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.prior.ready.is_ready", lambda: False)
    monkeypatch.setattr(CompileSearch, "_machine", lambda self: Oracle(20))
    search = CompileSearch(visible(SORTED), SETTINGS, lambda: search.progress.candidates >= 60, tuning=Tuning(steps=2))
    assert next(search.run(), None) is not None
    assert "were compiled and tuned" in search.explain()[-1]
    again = CompileSearch(visible(NOTHING_FITS), SETTINGS, lambda: again.progress.candidates >= 5, tuning=Tuning(steps=1))
    assert list(again.run()) == [] and again.progress.candidates == 5
