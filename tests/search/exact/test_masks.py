"""Masks of equality and of occurrence: compiled and plain kernels against Python's own comparison, on random values."""

import random

import numpy as np
import pytest

from dsl.columns import compile as compiler
from dsl.types import BOOL, INT, LIST_INT, LIST_LIST_INT, LIST_STR, STR
from search.exact import mask_kernels, masks
from search.exact.masks import Matches, occurrences, supersets
from search.term import Input
from tests.search.exact.small_bank import SmallBank, task


@pytest.fixture(params=["compiled", "plain"])
def kernels(request, monkeypatch):
    if request.param == "plain":
        monkeypatch.setattr(masks, "driver", lambda name, layout: getattr(mask_kernels, name))
    elif not compiler.available():
        pytest.skip("no numba")


def text(draw):
    return "".join(draw.choice("ab") for _ in range(draw.randint(0, 3)))


DRAWS = {
    INT: lambda draw: draw.randint(0, 2),
    BOOL: lambda draw: draw.random() < 0.5,
    STR: text,
    LIST_INT: lambda draw: tuple(draw.randint(0, 1) for _ in range(draw.randint(0, 2))),
    LIST_STR: lambda draw: tuple(text(draw) for _ in range(draw.randint(0, 2))),
    LIST_LIST_INT: lambda draw: tuple(tuple(draw.randint(0, 1) for _ in range(draw.randint(0, 2))) for _ in range(draw.randint(0, 2))),
}


@pytest.mark.parametrize("kind", DRAWS, ids=str)
def test_matches_are_the_first_values_of_each_mask(kind, kernels):
    draw = random.Random(5)
    wanted = tuple(DRAWS[kind](draw) for _ in range(3))
    bank = SmallBank(task(*[(x, x) for x in wanted]))
    rows = [tuple(DRAWS[kind](draw) for _ in range(3)) for _ in range(120)] + [wanted]
    for row in rows:
        bank.add(kind, 1, Input(0), row)
    matches = Matches(kind, wanted, 2)
    assert matches.add(bank, range(0, 60))
    matches.add(bank, range(60, 121))
    expected = {}
    for number, row in enumerate(rows):
        mask = sum(1 << e for e in range(3) if row[e] == wanted[e])
        expected.setdefault(mask, []).append(number)
    assert {mask: matches.values(mask) for mask in matches.masks} == {mask: numbers[:2] for mask, numbers in expected.items()}
    assert not matches.add(bank, range(120, 120))


def test_occurrences_are_what_python_finds(kernels):
    draw = random.Random(6)
    texts = ["abba", "baab", "aab"]
    bank = SmallBank(task(*[(x, x) for x in texts]))
    rows = [tuple(text(draw) for _ in texts) for _ in range(300)]
    for row in rows:
        bank.add(STR, 1, Input(0), row)
    interests = [0b011, 0b101]
    found = {}
    for numbers, of in occurrences(bank, STR, range(300), texts, supersets(interests, 3)):
        found.update(zip(numbers.tolist(), of.tolist(), strict=True))
    for number, row in enumerate(rows):
        mask = sum(1 << e for e in range(3) if row[e] in texts[e])
        useful = any(mask & interest == interest for interest in interests) and any(row)
        assert found.get(number) == (mask if useful else None), row


def test_supersets():
    assert np.flatnonzero(supersets([0b01, 0b10], 2)).tolist() == [1, 2, 3]
    assert supersets([], 2).tolist() == [0, 0, 0, 0]


def test_text_beyond_ascii():
    bank = SmallBank(task(("é", "née"), ("x", "xyz"))).add(STR, 0, Input(0), ("é", "x"))
    (found,) = occurrences(bank, STR, range(1), ["née", "xyz"], supersets([0b11], 2))
    assert found[0].tolist() == [0] and found[1].tolist() == [0b11]
