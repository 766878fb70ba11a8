"""Places as numbers: the elements of sequences, the places that cells are shown, and pointing by them."""

from random import Random
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from embed.cells import State, encode, encode_value  # noqa: E402
from embed.moves import pops_of  # noqa: E402
from embed.steps import rows_of  # noqa: E402
from executor.addresses import FEATURES, POINTED, Addresses, elements_of  # noqa: E402
from executor.condition import Condition  # noqa: E402
from executor.layout import layout_of  # noqa: E402
from executor.window import Window, window_of  # noqa: E402
from tests.executor.samples import VOCAB, small_field, tensor  # noqa: E402

OFFSET, FROM_END, INDEX, LEFT, INSIDE, INSIDE_FROM_END, BEFORE, BEHIND = range(POINTED)
PLACE, LESS, MORE, LESS_TOP, LESS_SECOND, INDEX_LESS, INDEX_MORE = range(7)


def some_value(random: Random, deep: int = 2) -> Any:
    kind = random.randrange(4 if deep else 2)
    if kind == 0:
        return random.randint(-9, 9)
    if kind == 1:
        return "".join(random.choices("abc", k=random.randint(0, 4)))
    return tuple(some_value_of(random, kind) for _ in range(random.randint(0, 4)))


def some_value_of(random: Random, kind: int) -> Any:
    return random.randint(-9, 9) if kind == 2 else tuple(random.randint(-9, 9) for _ in range(random.randint(0, 3)))


def by_hand(value: Any) -> list[tuple[int, int, int, int]]:
    """Element, elements left, place in the element and its size, for each cell of a value."""
    if isinstance(value, int):
        return [(-1, 0, 0, 1)]
    found = [(-1, len(value) + 1, 0, 1)]
    for number, item in enumerate(value):
        size = 1 if isinstance(value, str) else len(encode_value(item, VOCAB))
        found += [(number, len(value) - number, place, size) for place in range(size)]
    return [*found, (len(value), 0, 0, 1)]


def test_elements() -> None:
    random = Random(0)
    for _ in range(60):
        items = tuple(some_value(random) for _ in range(random.randint(1, 3)))
        rows = rows_of([encode(State(items), VOCAB)], 80, VOCAB)
        codes = tensor(rows.codes)
        layout = layout_of(codes, VOCAB)
        elements = elements_of(codes, layout, VOCAB)
        place = int(layout.base[0])
        for value in reversed(items):
            for wanted in by_hand(value):
                found = tuple(int(part[0, place]) for part in (elements.index, elements.left, elements.offset, elements.size))
                assert found == wanted, (items, value, place)
                place += 1


def places(items: tuple[Any, ...], op: str) -> tuple[torch.Tensor, torch.Tensor, Window]:
    """[W, POINTED] and [T, SHIFTED] of a state under an op that takes its items."""
    rows = rows_of([encode(State(items), VOCAB)], 60, VOCAB)
    codes = tensor(rows.codes)
    layout = layout_of(codes, VOCAB)
    window = window_of(layout, Condition.of(tensor([VOCAB.numbers[op]]), tensor([pops_of(op)])), tensor([2]), copy=True)
    own, shifted = Addresses(32, VOCAB).places(codes, elements_of(codes, layout, VOCAB), layout, window)
    return own[0], shifted, window


def test_places_in_the_window_are_shifted_by_the_number_on_top() -> None:
    _, shifted, _ = places(((5, 6, 7, 8), 2), "drop-first")
    assert shifted[:, PLACE].tolist() == list(range(-1, len(shifted) - 1))
    assert (shifted[:, LESS] == shifted[:, PLACE] - 2).all() and (shifted[:, MORE] == shifted[:, PLACE] + 2).all()
    assert (shifted[:, LESS_TOP] == shifted[:, PLACE] - 1).all() and (shifted[:, LESS_SECOND] == shifted[:, PLACE] - 6).all()
    numbers = slice(3, 7)  # SEP, the number, OPEN, then the list's
    assert shifted[numbers, INDEX_LESS].tolist() == [-2, -1, 0, 1] and shifted[numbers, INDEX_MORE].tolist() == [2, 3, 4, 5]


def test_no_number_on_top_shifts_nothing() -> None:
    _, shifted, _ = places(("ab", "cde"), "concat")
    assert (shifted[:, LESS] == shifted[:, PLACE]).all()
    assert (shifted[:, LESS_TOP] == shifted[:, PLACE] - 5).all() and (shifted[:, LESS_SECOND] == shifted[:, PLACE] - 4).all()


def test_places_in_a_list_of_lists() -> None:
    own, _, _ = places((((1, 2), (), (3,)),), "reverse")
    cells = own[1:11]  # OPEN, (1 2), (), (3), CLOSE
    assert cells[:, INDEX].tolist() == [-1, 0, 0, 0, 0, 1, 1, 2, 2, 2]
    assert cells[:, BEFORE].tolist() == [0, 1, 1, 1, 1, 5, 5, 7, 7, 7]
    assert cells[:, BEHIND].tolist() == [10, 6, 6, 6, 6, 4, 4, 1, 1, 1]
    assert cells[:, INSIDE_FROM_END].tolist() == [1, 4, 3, 2, 1, 2, 1, 3, 2, 1]
    assert (cells[:, OFFSET] + cells[:, FROM_END] == 11).all() and own[11, LEFT] == 0


def test_what_lies_below_does_not_matter() -> None:
    alone, shifted, window = places(((1, 2), 1), "take")
    deep, shifted_deep, _ = places((99, "below", (1, 2), 1), "take")
    seen = window.seen[0]
    assert (alone[: len(seen)][seen] == deep[: len(seen)][seen]).all() and (shifted == shifted_deep).all()


def test_a_cell_can_be_pointed_to_by_its_place() -> None:
    """The numbers of a place as the aim: the highest score is that place's, wherever the cell stands."""
    addresses = Addresses(32, VOCAB)
    own, _, window = places(("abcdefghij", 3), "left")
    for offset in range(1, 11):
        with torch.no_grad():
            addresses.aim.bias.zero_()
            addresses.aim.bias[OFFSET * FEATURES : OFFSET * FEATURES + FEATURES - 1] = addresses.shown(torch.tensor(offset))[:-1]
        scores = addresses.scores(torch.zeros(1, own.shape[0], 32), own[None], window)[0, 0]
        scores = torch.where(window.seen[0], scores, -1e9)
        best = torch.where(own[:, OFFSET] == offset, scores, -1e9).max()
        others = torch.where(own[:, OFFSET] != offset, scores, -1e9).max()
        assert best > others + 0.5


def test_a_new_field_with_addresses_is_what_it_was_and_one_that_uses_them_is_not() -> None:
    rows = rows_of([encode(State(((4, 5, 6), 1)), VOCAB)], 40, VOCAB)
    condition = Condition.of(tensor([VOCAB.numbers["drop-first"]]), tensor([2]))
    ends = []
    for aimed in (0.0, 0.5):
        field = small_field(addresses=True, shaken=False)
        with torch.no_grad():
            field.gate.bias.fill_(3.0)
            field.addresses.aim.bias.fill_(aimed)
        source = field.source(tensor(rows.codes), tensor(rows.numbers))
        ends.append(field.endpoint(source.z0, torch.zeros(1), source, condition).inside)
    plain = small_field(shaken=False)
    with torch.no_grad():
        plain.gate.bias.fill_(3.0)
        plain.load_state_dict({name: tensor for name, tensor in field.state_dict().items() if not name.startswith("addresses")})
    source = plain.source(tensor(rows.codes), tensor(rows.numbers))
    torch.testing.assert_close(plain.endpoint(source.z0, torch.zeros(1), source, condition).inside, ends[0])
    assert not torch.allclose(ends[0], ends[1])
