"""Costs of words on text: real words, and only for tasks on text."""

from dsl.ops import OPS
from search.exact.prices import text_costs
from tests.search.exact.small_bank import task


def test_they_are_words():
    costs = text_costs(task(("a", "b")))
    assert costs.keys() <= OPS.keys()
    assert set(costs.values()) == {2, 3}


def test_only_for_text():
    assert text_costs(task((1, 2))) == {}
    assert text_costs(task(("a", (1, 2)))) == {}
    assert text_costs(task(("a", 1))) and text_costs(task((3, "c")))
