"""The preview of the plain enumerator: the same fits in the same order as from whole levels, and fewer candidates before the first."""

import pytest

from search.exact.plain import PlainSearch
from tests.search.exact.few_words import PROFILE, lists, parts_of, task_of, texts

TASKS = {
    "number": task_of(lambda x: sum(x[:2]), [(x,) for x in lists(1)]),
    "list": task_of(lambda x: tuple(sorted(n + 1 for n in x))[::-1], [(x,) for x in lists(2)]),
    "flag": task_of(lambda x: min(x) % 2 == 0, [(x,) for x in lists(3, count=5)]),
    "text": task_of(lambda s: s[:2].upper(), [(s,) for s in texts(4)]),
    "input": task_of(lambda x: x, [(x,) for x in lists(5)]),
    "nothing": task_of(lambda x: 918273 + len(x), [(x,) for x in lists(6)]),
}


def run(task, most=3, **more):
    rules, constants = parts_of(task)
    search = PlainSearch(task, rules, constants, PROFILE, variants=True, **more)
    found = [(search.level, search.candidates, term) for term in search.run(most)]
    return search, found


@pytest.mark.parametrize("name", TASKS)
def test_the_same_fits_in_the_same_order(name):
    whole, previewed = run(TASKS[name])[1], run(TASKS[name], preview=True)[1]
    assert [term for _, _, term in whole] == [term for _, _, term in previewed]
    assert [level for level, _, _ in whole] == [level for level, _, _ in previewed]
    assert bool(whole) == (name != "nothing")


@pytest.mark.parametrize("name", TASKS)
def test_the_same_values(name):
    whole, previewed = run(TASKS[name])[0], run(TASKS[name], preview=True)[0]
    assert whole._bank.keys() == previewed._bank.keys()
    for kind, levels in whole._bank.items():
        assert [entry.column for entries in levels.values() for entry in entries] == [
            entry.column for entries in previewed._bank[kind].values() for entry in entries
        ]


def test_the_first_fit_comes_after_fewer_candidates():
    (_, whole, _), (_, previewed, _) = run(TASKS["list"])[1][0], run(TASKS["list"], preview=True)[1][0]
    assert previewed < whole
    assert run(TASKS["nothing"])[0].candidates == run(TASKS["nothing"], preview=True)[0].candidates, "each is counted once"
