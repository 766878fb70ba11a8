"""Exact distances in small languages: shortest indeed, repeatable, and never from a language that is kept for evaluation."""

import itertools

import numpy as np
import pytest

from dsl import machine
from dsl.program import Program, Word
from dsl.values import Stuck
from embed.cells import State, decode
from embed.distances import (
    DEPTH,
    EVALUATED,
    FARTHEST,
    LIMIT,
    Searches,
    Stack,
    is_held_out,
    languages,
    pool,
    search,
)
from embed.vocab import vocabulary

VOCAB = vocabulary(100)


def reached(start: Stack, language: frozenset[str], length: int) -> set[Stack]:
    """What programs of so many words lead to, all of them tried."""
    found = set()
    for words in itertools.product(sorted(language), repeat=length):
        after = machine.run(Program(tuple(map(Word, words))), start)
        if not isinstance(after, Stuck):
            found.add(after)
    return found


@pytest.mark.parametrize("start", [(3,), (2, -4), ((1, 2), 3)])
def test_no_shorter_program_leads_there(start: Stack) -> None:
    language = frozenset(("+", "dup", "swap", "drop", "sum"))
    one = search(start, language)
    for length in range(4):
        for state, distance in one.found.items():
            if distance == length + 1:
                assert state not in reached(start, language, length)
        assert {state for state, distance in one.found.items() if distance == length} <= reached(start, language, length)


def test_searches_end_with_a_level() -> None:
    whole, part = search((3,), EVALUATED), search((3,), EVALUATED, most=100)
    assert whole.whole and not part.whole
    assert max(whole.found.values()) == FARTHEST
    assert all(whole.found[state] == distance for state, distance in part.found.items())
    assert all(len(state) <= DEPTH and all(abs(item) <= LIMIT for item in state) for state in whole.found)  # type: ignore[arg-type]


def test_languages_for_evaluation_are_never_learned_from() -> None:
    assert is_held_out(EVALUATED)
    for held_out in (False, True):
        some = list(itertools.islice(languages(1, held_out=held_out), 30))
        assert len(set(some)) > 25 and all(is_held_out(language) == held_out for language in some)
    assert {"+", "dup", "neg"} <= set(pool(lists=False)) <= set(pool(lists=True)) >= {"sort", "head", "zip+"}
    assert not {"map", "upper", "concat-str"} & set(pool(lists=True))


def test_batches_are_repeatable_and_true() -> None:
    pairs = Searches(VOCAB, 3).pairs(40, 64)
    again = Searches(VOCAB, 3).pairs(40, 64)
    assert np.array_equal(pairs.ends.codes, again.ends.codes) and np.array_equal(pairs.words, again.words)
    assert not np.array_equal(Searches(VOCAB, 3).pairs(41, 64).ends.codes, pairs.ends.codes)
    assert set(pairs.words) == set(range(FARTHEST + 2))
    for row, number in enumerate(pairs.search.tolist()):
        start, end = (
            decode(list(zip(rows.codes[place].tolist(), rows.numbers[place].tolist(), strict=True)), VOCAB)
            for rows, place in ((pairs.starts, number), (pairs.ends, row))
        )
        language = frozenset(name for name, there in zip(VOCAB.ops, pairs.language[number], strict=True) if there)
        assert isinstance(start, State) and isinstance(end, State)
        assert search(tuple(start.items), language).found.get(tuple(end.items), FARTHEST + 1) == pairs.words[row]
