"""Held-out examples never reach a search, whichever of its parts are at work: they are an object that raises when anything looks at it."""

from dataclasses import replace

import pytest

from dsl.columns.available import available
from search import rank, solve
from search.exact import conditions, contexts, enumerate, flash, pieces, plain, search
from search.settings import Settings
from tests.search.exact.few_words import LIST_WORDS, TEXT_WORDS
from tests.search.test_steady import TASKS, settings_for

pytestmark = pytest.mark.skipif(not available(), reason="the columnar search needs numba")


class Guarded:
    """Raises at every touch but that of its class."""

    def __getattribute__(self, name):
        if name == "__class__":
            return Guarded
        raise AssertionError(f"held-out examples touched: {name}")

    def _touched(self, *_):
        raise AssertionError("held-out examples touched")

    __iter__ = __len__ = __bool__ = __getitem__ = __eq__ = __repr__ = __str__ = __contains__ = __hash__ = _touched  # type: ignore[assignment]


PARTS = {
    "constants": (search, "priced_constants"),
    "plain": (plain.PlainSearch, "run"),
    "flash": (flash.FlashBank, "of"),
    "columns": (enumerate.Enumerator, "step"),
    "contexts": (contexts.Contexts, "look"),
    "pieces": (pieces.Pieces, "look"),
    "conditions": (conditions.Conditions, "look"),
    "ranking": (rank, "rank"),
}
WANTED = {
    "lists": set(),
    "text": {"flash", "columns", "pieces"},
    "by cases": {"flash", "columns", "conditions"},
    "closures": {"flash", "columns", "contexts"},
}
"""What must have been at work besides the constants, the plain stage and the ranking; text with constants of its own is solved before the rest begins."""


@pytest.mark.parametrize("source", ["discovered", "given", "pool"])
@pytest.mark.parametrize("name", WANTED)
def test_no_part_touches_them(name, source, monkeypatch):
    used = set()
    for part, (owner, attribute) in PARTS.items():
        _spy(monkeypatch, owner, attribute, part, used)
    settings = replace(settings_for(name), constants=source, max_candidates=40_000)
    task = replace(TASKS[name])
    plain_result = solve.solve(task, settings)
    for hidden in ("held_out", "metadata"):
        object.__setattr__(task, hidden, Guarded())
    with pytest.raises(AssertionError):
        list(task.held_out)
    used.clear()
    result = solve.solve(task, settings)
    assert [str(fit.program) for fit in result.ranking.fits] == [str(fit.program) for fit in plain_result.ranking.fits]
    assert used >= {"constants", "plain", "ranking"} | (WANTED[name] if name != "text" or source == "pool" else set())


def _spy(monkeypatch, owner, attribute, part, used):
    true = getattr(owner, attribute)

    def spied(*args, **more):
        used.add(part)
        return true(*args, **more)

    monkeypatch.setattr(owner, attribute, spied)


def test_nor_do_other_programs_come_of_other_ones():
    """The same task with held-out examples of three kinds, wrong ones among them."""
    from dsl.tasks import Example

    def programs(held_out):
        task = replace(TASKS["many answers"], held_out=held_out)
        settings = Settings(budget=100, grace=100, max_candidates=20_000, ops=LIST_WORDS | TEXT_WORDS)
        return [str(fit.program) for fit in solve.solve(task, settings).ranking.fits]

    first = programs(())
    assert first == programs((Example(((4, 4, 4, 1),), 1),)) == programs((Example(((77,),), 77), Example(((1, 2),), 2)))
    assert rank.rank([], TASKS["lists"], Settings().profile).fits == ()
