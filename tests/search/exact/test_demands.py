"""Demands are necessary: whatever arguments a word has, they meet what its result asks of them. And the loops that check them, against plain Python."""

import numpy as np
import pytest

from dsl.columns.available import available
from dsl.ops import OPS
from dsl.tasks import Example, Task
from dsl.types import BOOL, INT, LIST_INT, STR, VALUE_TYPES, ListOf
from dsl.values import PROFILES, Stuck, check
from search.exact import demands
from search.exact.demands import ITEMS, item_demand, length_demand
from search.exact.grammar import Production, instances, productions
from search.exact.search import never_longer, search_profile
from tests.dsl.draws import draw_args

DRAWS = 150
NAMES = ("PREFIX", "SUFFIX", "INSIDE", "SUBSEQUENCE", "PREFIX_OF", "SUFFIX_OF", "PART_OF", "AT_LEAST", "AT_MOST", "FACTOR", "MEMBER")
CASES = [(word, name) for word in ITEMS for name in PROFILES]


def holds(mode, argument, result):
    """The definition of each demand, in plain Python."""
    if mode == demands.PREFIX:
        return argument[: len(result)] == result
    if mode == demands.SUFFIX:
        return len(result) <= len(argument) and argument[len(argument) - len(result) :] == result
    if mode == demands.INSIDE:
        return any(argument[i : i + len(result)] == result for i in range(len(argument) - len(result) + 1))
    if mode == demands.SUBSEQUENCE:
        rest = iter(argument)
        return all(item in rest for item in result)
    if mode == demands.PREFIX_OF:
        return result[: len(argument)] == argument
    if mode == demands.SUFFIX_OF:
        return len(argument) <= len(result) and result[len(result) - len(argument) :] == argument
    if mode == demands.PART_OF:
        return holds(demands.INSIDE, result, argument)
    if mode == demands.MEMBER:
        return result in argument
    pairs = [(argument, result)] if type(result) is int else list(zip(argument, result, strict=False))
    longer = type(result) is int or len(argument) >= len(result)
    compares = {
        demands.AT_LEAST: lambda a, t: a >= t,
        demands.AT_MOST: lambda a, t: a <= t,
        demands.FACTOR: lambda a, t: t == 0 if a == 0 else t % a == 0,
    }[mode]
    return longer and all(compares(a, t) for a, t in pairs)


def calls(word, profile, seed, count):
    """Random calls of a word that are not stuck: types of the arguments, type of the result, arguments, result."""
    rng = np.random.default_rng(seed)
    choices = list(instances(OPS[word]))
    for _ in range(count):
        kinds, result = choices[rng.integers(len(choices))]
        args = draw_args(rng, kinds, profile)
        value = OPS[word].reference(profile, *args)
        value = value if isinstance(value, Stuck) else check(value, profile)
        if not isinstance(value, Stuck):
            yield kinds, result, args, value


@pytest.mark.parametrize(("word", "name"), CASES)
def test_items(word, name):
    profile, seen = PROFILES[name], 0
    for kinds, result, args, value in calls(word, profile, 1, DRAWS):
        for position, (argument, kind) in enumerate(zip(args, kinds, strict=True)):
            mode = item_demand(word, position, kinds, result, profile)
            if mode is not None:
                seen += 1
                assert holds(mode, argument, value), (word, kind, mode, args, value)
    assert seen or all(
        item_demand(word, position, kinds, result, profile) is None
        for kinds, result in instances(OPS[word])
        for position in range(len(kinds))
    )


WORDS = [name for name, op in OPS.items() if op.kind == "value"]


@pytest.mark.parametrize("name", PROFILES)
def test_lengths(name):
    """Of every word, not of a table."""
    profile, seen = PROFILES[name], set()
    for word in WORDS:
        if not any(isinstance(kind, ListOf) or kind == STR for kind in next(instances(OPS[word]))[0]):
            continue
        for kinds, result, args, value in calls(word, profile, 2, 40):
            for position, argument in enumerate(args):
                relation = length_demand(word, position, kinds, result, profile)
                if relation is not None:
                    seen.add(relation)
                    fine = {
                        demands.EQUAL: len(argument) == len(value),
                        demands.AT_LEAST_AS_LONG: len(argument) >= len(value),
                        demands.AT_MOST_AS_LONG: len(argument) <= len(value),
                    }  # fmt: skip
                    assert fine[relation], (word, kinds, relation, args, value)
    assert seen == {demands.EQUAL, demands.AT_LEAST_AS_LONG, demands.AT_MOST_AS_LONG}


@pytest.mark.slow
@pytest.mark.parametrize(("word", "name"), CASES)
def test_items_of_many(word, name):
    for kinds, result, args, value in calls(word, PROFILES[name], 3, 20 * DRAWS):
        for position, argument in enumerate(args):
            mode = item_demand(word, position, kinds, result, PROFILES[name])
            assert mode is None or holds(mode, argument, value), (word, mode, args, value)


@pytest.mark.slow
@pytest.mark.parametrize("name", PROFILES)
def test_lengths_of_many(name):
    for word in WORDS:
        for kinds, result, args, value in calls(word, PROFILES[name], 4, 400):
            for position, argument in enumerate(args):
                relation = length_demand(word, position, kinds, result, PROFILES[name])
                if relation == demands.EQUAL:
                    assert len(argument) == len(value), (word, args, value)
                elif relation == demands.AT_LEAST_AS_LONG:
                    assert len(argument) >= len(value), (word, args, value)
                elif relation == demands.AT_MOST_AS_LONG:
                    assert len(argument) <= len(value), (word, args, value)


def test_the_numbers_are_those_of_the_loops():
    if not available():
        pytest.skip("no numba")
    from search.exact import meeting

    assert [getattr(meeting, name) for name in NAMES] == [getattr(demands, name) for name in NAMES]


def test_words_and_places_exist():
    for word, by_place in ITEMS.items():
        places = [len(kinds) for kinds, _ in instances(OPS[word])]
        assert places and all(place < min(places) for place in by_place)


def test_kinds_without_items_ask_nothing():
    profile = PROFILES["default"]
    assert item_demand("head", 0, (ListOf(STR),), STR, profile) is None
    assert item_demand("nth", 1, (LIST_INT, INT), INT, profile) is None
    assert length_demand("length", 0, (LIST_INT,), INT, profile) is None
    assert length_demand("take", 1, (LIST_INT, INT), LIST_INT, profile) is None
    assert {INT, BOOL, STR} < set(VALUE_TYPES)


def test_a_result_that_is_always_as_long_asks_nothing():
    """The list of the empty list has one item; of lengths three and five alone, `singleton` would seem to shorten its argument."""
    assert length_demand("singleton", 0, (LIST_INT,), ListOf(LIST_INT), PROFILES["default"]) is None
    assert length_demand("sort", 0, (LIST_INT,), LIST_INT, PROFILES["default"]) == demands.EQUAL
    assert length_demand("take", 0, (LIST_INT, INT), LIST_INT, PROFILES["default"]) == demands.AT_LEAST_AS_LONG
    assert length_demand("++", 1, (LIST_INT, LIST_INT), LIST_INT, PROFILES["default"]) == demands.AT_MOST_AS_LONG


@pytest.mark.parametrize("profile", [PROFILES["lists"], PROFILES["deepcoder"]], ids=lambda profile: profile.name)
def test_words_that_make_no_longer_lists(profile):
    """Where rows are cut to the task's longest list, no result is longer than the lists it is made from."""
    found = []
    for word, op in OPS.items():
        rules = [Production(op, kinds, result, 1) for kinds, result in (instances(op) if op.kind == "value" else ())]
        rules = [rule for rule in rules if rule.result == LIST_INT]
        if not rules or not never_longer(tuple(rules), profile):
            continue
        found.append(word)
        for kinds, result, args, value in calls(word, profile, 3, DRAWS):
            if result == LIST_INT:
                assert len(value) <= max(len(arg) for arg, kind in zip(args, kinds, strict=True) if kind == LIST_INT), (word, args, value)
    assert {"take", "sort", "map+1", "filter>0", "zip+", "scan+"} <= set(found)
    assert not {"++", "cons", "append", "iota", "digits"} & set(found)


def test_rows_are_as_wide_as_words_can_fill_them():
    task = Task(name="t", examples=(Example((tuple(range(11)),), (0,)), Example(((1,),), (1,))))
    keeping, growing = (productions((LIST_INT,), LIST_INT, ops=["sort", "take", *more]) for more in ((), ("++",)))
    assert search_profile(task, PROFILES["default"], keeping).max_list == 11
    assert search_profile(task, PROFILES["default"], growing).max_list == search_profile(task, PROFILES["default"]).max_list == 22
