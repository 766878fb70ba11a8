"""Comparisons: what each place of a result may jump to, held against Python's own sorting and counting; and that a field with them begins as one without."""

from random import Random
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from embed.cells import State, encode  # noqa: E402
from embed.codes import CodeTable  # noqa: E402
from embed.moves import pops_of  # noqa: E402
from embed.steps import rows_of  # noqa: E402
from executor.condition import Condition  # noqa: E402
from executor.layout import layout_of  # noqa: E402
from executor.numbers import values_of  # noqa: E402
from executor.orders import JUMPS, PROPERTIES, Orders  # noqa: E402
from executor.window import window_of  # noqa: E402
from tests.executor.samples import VOCAB, batch, of_steps, small_field, tensor  # noqa: E402

TABLE = CodeTable(VOCAB, 96)
OPS = {1: "sort", 2: "take", 3: "replace-value"}
"""An op that takes so many values: what it is does not matter."""


def wanted(values: list[Any], beside: int | None) -> tuple[dict[str, list[Any]], dict[str, int]]:
    """The elements that each jump leads to, for one place of the result after the other, and the totals."""
    numbers = all(isinstance(value, int) for value in values)
    known = numbers and beside is not None
    kept = {
        "negative": [v for v in values if numbers and v < 0],
        "positive": [v for v in values if numbers and v > 0],
        "even": [v for v in values if numbers and v % 2 == 0],
        "odd": [v for v in values if numbers and v % 2],
        "first": list(dict.fromkeys(values)),
        "equal": [v for v in values if known and v == beside],
        "other": [v for v in values if known and v != beside],
        "less": [v for v in values if known and v < beside],
        "more": [v for v in values if known and v > beside],
    }
    jumps = {
        "sorted": sorted(values),
        "sorted down": sorted(values, reverse=True),
        "least so far": [min(values[: i + 1]) for i in range(len(values))],
        "most so far": [max(values[: i + 1]) for i in range(len(values))],
    }
    size = len(values)
    turns = (
        {"turned": [], "turned back": []}
        if beside is None
        else {
            "turned": [values[(i + beside) % size] for i in range(size)],
            "turned back": [values[(i - beside) % size] for i in range(size)],
        }
    )
    return jumps | kept | turns, {name: len(kept[name]) for name in PROPERTIES}


def cell_of(value: Any) -> tuple[int, int]:
    """The cell of a number or a character."""
    return encode(State((value,)), VOCAB)[5 if isinstance(value, int) else 6]


def compared(items: tuple[Any, ...], literal: int | None = None) -> tuple[Any, list[list[int]], Any]:
    rows = rows_of([encode(State(items), VOCAB)], 60, VOCAB)
    codes, numbers = tensor(rows.codes), tensor(rows.numbers)
    layout, z0 = layout_of(codes, VOCAB), TABLE.embed(codes, numbers)
    bodies = torch.full((1, 2, 4), -1)
    if literal is not None:
        bodies[0, 0, 0] = len(VOCAB.body_words) + cell_of(literal)[0]
    name = OPS[len(items)]
    condition = Condition.of(torch.tensor([VOCAB.numbers[name]]), torch.tensor([pops_of(name)]))
    window = window_of(layout, condition, torch.tensor([30]), copy=True)
    inside = window.gather(codes)
    found = Orders(32).compared(values_of(window.gather(z0), inside, TABLE), inside, TABLE, layout, window, bodies)
    return found, list(zip(window.gather(codes)[0].tolist(), window.gather(numbers)[0].tolist(), strict=True)), window


def some_list(random: Random) -> Any:
    if random.random() < 0.3:
        return "".join(random.choices("abAB -", k=random.randint(0, 7)))
    reach = random.choice((3, 20, 5000))
    return tuple(random.randint(-reach, reach) for _ in range(random.randint(0, 8)))


@pytest.mark.parametrize("seed", range(8))
def test_jumps_lead_where_python_says(seed: int) -> None:
    random = Random(seed)
    for _ in range(25):
        values, kind = some_list(random), random.randrange(3)
        number = random.choice((random.randint(-4, 4), *(v for v in values if isinstance(v, int) and abs(v) <= 100)))
        items, literal = ((values,), None) if kind == 0 else ((values, number), None) if kind == 1 else ((values,), number)
        found, cells, window = compared(items, literal)
        jumps, totals = wanted(list(values), None if kind == 0 else number)
        assert dict(zip(PROPERTIES, found.totals[0].tolist(), strict=True)) == totals
        expected = {name: [cell_of(value) for value in some] for name, some in jumps.items()}
        for number_of_jump, name in enumerate(JUMPS):
            there = found.there[0, :, number_of_jump].tolist()
            columns = found.jumps[0, :, number_of_jump].tolist()
            if name in ("least", "most"):
                assert all(there) == bool(values) and any(there) == bool(values)
                if values:
                    best = expected["sorted" if name == "least" else "sorted down"][0]
                    assert {cells[column] for column in columns} == {best}
                continue
            if name == "again":
                over = [cells[column] for column, is_there in zip(columns, there, strict=True) if is_there]
                assert over == [cell_of(values[i % len(values)]) for i in range(len(over))]
                assert bool(over) == bool(values)
                continue
            led = [cells[column] for column, is_there in zip(columns, there, strict=True) if is_there]
            assert led == expected[name], (name, values, number)
            assert not there[0] and not there[1]
            assert all(there[2 : 2 + len(led)])
        assert bool((found.jumps[0] <= window.places.shape[1]).all())


def test_lists_of_longer_things_have_no_order() -> None:
    for values in ((("b",), ("a",)), ("ab", "a"), ((1, 2), (0,))):
        found, _, _ = compared((values,))
        assert not bool(found.there.any()) and not bool(found.totals.any())


def test_signs_of_pairs() -> None:
    found, cells, _ = compared(((1, 5, 3), (4, 5, 2)))
    below, same, above = (found.signs[0, :, k].tolist() for k in range(3))
    top = cells.index(cell_of(4))
    assert (above[top], same[top + 1], below[top + 2]) == (1, 1, 1)
    assert sum(below) == sum(above) == 2 and sum(same) == 2


def test_signs_beside_a_literal() -> None:
    found, _, _ = compared(((1, 5, 3),), 3)
    assert found.signs[0, :, 3:6].sum(0).tolist() == [1, 1, 1]


def test_values_that_are_the_same() -> None:
    for items, same, alike in (
        (("ab", "ab"), 8, True),
        (("ab", "abc"), 6, False),
        (((1, 2), (1, 3)), 6, False),
        ((5, 5), 2, True),
        ((70_000, 70_001), 0, False),
    ):
        found, _, _ = compared(items)
        assert int(found.signs[0, :, 6].sum()) == same, items
        assert bool(found.signs[0, :, 7].any()) == alike, items


def test_a_new_field_with_orders_is_what_it_was_and_one_that_uses_them_is_not() -> None:
    steps = batch().steps
    ends = []
    for ordered, moved in ((False, 0.0), (True, 0.0), (True, 1.0)):
        field = small_field(addresses=True, ordered=ordered, shaken=False)
        plain = small_field(addresses=True, shaken=False)
        field.load_state_dict(plain.state_dict(), strict=False)
        with torch.no_grad():
            field.gate.bias.fill_(3.0)
            if moved:
                field.orders.choice.bias.fill_(moved)
            before, _, condition = of_steps(field, steps)
            ends.append(field.endpoint(before.z0, torch.zeros(len(steps)), before, condition).generated)
    assert torch.equal(ends[0], ends[1])
    assert not torch.allclose(ends[1], ends[2], atol=1e-3)


def test_sorting_is_a_choice_of_one_jump() -> None:
    """A field whose pointer chooses the first jump, and nothing else, sorts whatever list it sees."""
    field = small_field(addresses=True, ordered=True, shaken=False)
    with torch.no_grad():
        field.gate.bias.fill_(20.0)
        field.orders.choice.bias[JUMPS.index("sorted")] = 20.0
        rows = rows_of([encode(State(((3, -1, 2, -1, 40),)), VOCAB)], 40, VOCAB)
        source = field.source(tensor(rows.codes), tensor(rows.numbers))
        condition = Condition.of(torch.tensor([VOCAB.numbers["sort"]]), torch.tensor([1]))
        end = field.endpoint(source.z0, torch.zeros(1), source, condition)
        codes, _ = field.table.decode(end.inside, source.table)
    wanted_codes = [cell_of(value)[0] for value in (-1, -1, 2, 3, 40)]
    assert codes[0, 2:7].tolist() == wanted_codes
