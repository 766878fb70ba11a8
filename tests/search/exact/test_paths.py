"""Ways of writing texts from pieces: against all ways tried one after the other, and what is preferred."""

import random
from itertools import islice

import pytest

from search.exact.allowed import UNIT
from search.exact.paths import Atlas, Piece, literal_cost


def written(way, count):
    return tuple("".join(link if isinstance(link, str) else link.values[e] for link in way) for e in range(count))


def test_a_way_writes_every_text():
    texts = ("Lee, A.", "Kim, B.")
    pieces = [Piece(("Lee", "Kim"), 10), Piece(("A", "B"), 20), Piece(("Le", "K"), 5)]
    cost, way = next(Atlas.of(texts, pieces).ways(100))
    assert way == (pieces[0], ", ", pieces[1], ".")
    assert cost == 30 + 2 * UNIT + literal_cost(", ", "Lee", "A.") + literal_cost(".", "Lee, A", "")


def test_literals_never_follow_each_other():
    ways = list(Atlas.of(("abc", "abc"), []).ways(1_000))
    assert [way for _, way in ways] == [("abc",)]


def test_pieces_may_be_empty_in_some_texts():
    texts = ("ab", "b")
    pieces = [Piece(("a", ""), 10), Piece(("b", "b"), 10)]
    assert next(Atlas.of(texts, pieces).ways(100))[1] == tuple(pieces)


def test_there_may_be_no_way():
    assert list(Atlas.of(("ab", "cd"), [Piece(("a", "c"), 10)]).ways(1_000)) == []
    assert list(Atlas.of(("ab", "cd"), []).ways(1_000)) == []


def test_the_clock_may_end_it():
    pieces = [Piece(("a" * length, "b" * length), 10 + length) for length in (1, 2, 3)]
    atlas = Atlas.of(("a" * 40, "b" * 40), pieces)
    assert len(list(atlas.ways(10_000, lambda: True))) < len(list(atlas.ways(10_000)))


@pytest.mark.parametrize("seed", range(12))
def test_the_first_way_is_the_cheapest(seed):
    draw = random.Random(seed)
    texts = tuple("".join(draw.choice("ab-") for _ in range(draw.randint(3, 6))) for _ in range(2))
    pieces = []
    for _ in range(25):
        values = []
        for text in texts:
            start = draw.randrange(len(text))
            values.append(text[start : start + draw.randint(0, 3)])
        if any(values):
            pieces.append(Piece(tuple(values), draw.randint(3, 30)))
    found = list(islice(Atlas.of(texts, pieces).ways(3_000), 5))
    assert [cost for cost, _ in found] == sorted(cost for cost, _ in found)
    assert all(written(way, 2) == texts for _, way in found)
    best = cheapest(texts, pieces)
    assert (found[0][0] if found else None) == best


def cheapest(texts, pieces):
    """The least cost of any way, by trying all states over and over."""
    best = {((0, 0), False): 0}
    for _ in range(60):
        changed = False
        for (state, literal), cost in list(best.items()):
            steps = []
            for piece in pieces:
                if all(text.startswith(value, at) for text, value, at in zip(texts, piece.values, state, strict=True)):
                    steps.append((piece.cost, tuple(at + len(value) for at, value in zip(state, piece.values, strict=True)), False))
            for length in range(1, 7):
                rests = {text[at : at + length] for text, at in zip(texts, state, strict=True)}
                if not literal and len(rests) == 1 and len(min(rests)) == length:
                    price = UNIT + literal_cost(min(rests), texts[0][: state[0]], texts[0][state[0] + length :])
                    steps.append((price, tuple(at + length for at in state), True))
            for more, there, flag in steps:
                if cost + more < best.get((there, flag), 1 << 30):
                    best[there, flag] = cost + more
                    changed = True
        if not changed:
            break
    ends = [cost for (state, _), cost in best.items() if state == tuple(map(len, texts))]
    return min(ends, default=None)


def test_what_literals_cost():
    assert literal_cost(", ", "Lee", "A") == UNIT
    assert literal_cost("na", "Du", "Ba") > literal_cost("na", " ", " ") > literal_cost(", ", " ", " ")
