"""What is too large, what words make of one number, and digits, held against Python's integers, on batches of states of different shapes; and that the field is shown them."""

from math import prod
from random import Random
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.ops import OPS  # noqa: E402
from dsl.values import DEFAULT, UNDEFINED, Stuck  # noqa: E402
from embed.cells import encode_value  # noqa: E402
from embed.vocab import Kind  # noqa: E402
from executor.numbers import ALONE, LIMITS, MULTIPLES, beside_it, digits_at, too_large  # noqa: E402
from executor.pieces import SIGNS  # noqa: E402
from tests.executor.laid import of  # noqa: E402
from tests.executor.read import Items, Read, close, shown, some_number  # noqa: E402
from tests.executor.samples import VOCAB  # noqa: E402

MOST = 2**31 - 1
PRODUCTS, SUMS, SQUARES, POWERS, PRODUCTS_ALONG, SUMS_ALONG = range(LIMITS)
EDGES = (
    0, 1, -1, 2, -2, 3, -3, 10, 19, 20, 30, 31, 32, 46_340, 46_341, -46_341, 1290, 1291, -1291, 215, 216, 32_767, 32_768, 65_536, 70_000, -70_000,
    2**30, 2**30 - 1, -(2**30), MOST, MOST - 1, -MOST,
)  # fmt: skip
"""Numbers whose products, sums and powers are near the largest Int."""


def some_edge(random: Random) -> int:
    return random.choice(EDGES) if random.random() < 0.7 else max(-MOST, min(MOST, some_number(random)))


def some_item(random: Random) -> Any:
    kind = random.randrange(8)
    if kind < 3:
        return some_edge(random)
    if kind < 6:
        few = [some_edge(random) for _ in range(random.randint(1, 3))]
        return tuple(random.choice((*few, 1, -1, 2)) for _ in range(random.randint(0, 9)))
    if kind == 6:
        return random.choice((True, "12", "", ("7", "")))
    return tuple(tuple(some_edge(random) for _ in range(random.randint(0, 3))) for _ in range(random.randint(1, 3)))


def some_states(seed: int) -> list[tuple[Items, int]]:
    random = Random(seed)
    states = [(tuple(some_item(random) for _ in range(random.randint(1, 4))), 0) for _ in range(150)]
    states += [((some_edge(random), some_edge(random)), 2) for _ in range(150)]
    return [(items, pops or min(len(items), random.randint(0, 3))) for items, pops in states]


def numbers_of(item: Any) -> list[int | None]:
    """The number that each cell of an item is."""
    kinds = [(VOCAB.kinds[code], code, number) for code, number in encode_value(item, VOCAB)]
    return [
        number if kind is Kind.BEYOND_INT else VOCAB.index(code) - VOCAB.int_range if kind is Kind.INT else None
        for kind, code, number in kinds
    ]


def arguments_of(items: Items, pops: int) -> list[list[int | None]]:
    """The cells of the arguments, the top one first."""
    return [numbers_of(item) for item in items[len(items) - pops :][::-1]]


def limits_of(items: Items, pops: int) -> list[list[bool]]:
    """What is too large at each cell, SEP first."""
    arguments, expected = arguments_of(items, pops), [[False] * LIMITS]
    for number, cells in enumerate(arguments):
        other = arguments[1 - number] if number < 2 and len(arguments) > 1 else []
        for place, cell in enumerate(cells):
            one, two = cell or 0, (other[0] if len(other) == 1 else other[place] if place < len(other) else None) or 0
            so_far = [each for each in cells[: place + 1] if each is not None]
            power = one ** (max(0, two) if abs(one) < 2 else max(0, min(two, 40)))
            along = [prod(so_far), sum(so_far)] if len(cells) > 1 else [0, 0]
            made = [one * two, abs(one) + abs(two), one * one, power, *along]
            expected.append([abs(each) > MOST for each in made])
    return expected


@pytest.mark.parametrize("seed", range(3))
def test_what_is_too_large(seed: int) -> None:
    states = some_states(seed)
    read = Read(*states[0], beside=states[1:])
    found = torch.stack(too_large(read.values, read.is_number, read.layout, read.window), -1)
    assert found.shape[2] == LIMITS
    for row, (items, pops) in enumerate(states):
        expected = limits_of(items, pops)
        assert found[row, : len(expected)].tolist() == expected, (items, pops)
        assert not found[row, len(expected) :].any(), (items, pops)
    assert bool((found.sum((0, 1)) > 10).all())


@pytest.mark.parametrize(
    ("items", "kind", "expected"),
    [
        ((2, 31), POWERS, [0, 0, 1]), ((2, 30), POWERS, [0, 0, 0]), ((-2, 31), POWERS, [0, 0, 1]), ((46_341, 2), POWERS, [0, 1, 1]), ((3, -5), POWERS, [0, 0, 0]),
        ((46_341, 2), SQUARES, [0, 0, 1]), ((46_340, 2), SQUARES, [0, 0, 0]), ((MOST, 1), SUMS, [0, 1, 1]), ((MOST - 1, -1), SUMS, [0, 0, 0]),
        ((-65_536, 32_768), PRODUCTS, [0, 1, 1]), ((65_536, 32_767), PRODUCTS, [0, 0, 0]), ((MOST, 1), POWERS, [0, 0, 0]), ((MOST, 1), PRODUCTS, [0, 0, 0]),
        (((65_536, 32_768),), PRODUCTS_ALONG, [0, 0, 0, 1, 1]), (((MOST, -1, 1),), PRODUCTS_ALONG, [0, 0, 0, 0, 0, 0]), (((1290,) * 3,), PRODUCTS_ALONG, [0] * 6),
        (((10**9, 10**9, 0, 7),), PRODUCTS_ALONG, [0, 0, 0, 1, 0, 0, 0]), (((0, 10**9, 10**9),), PRODUCTS_ALONG, [0] * 6),
        (((MOST, 1, -1),), SUMS_ALONG, [0, 0, 0, 1, 0, 0]), (((-MOST, -1),), SUMS_ALONG, [0, 0, 0, 1, 1]), (((2,) * 31, "a"), PRODUCTS_ALONG, [0] * 35 + [1, 1]),
    ],
)  # fmt: skip
def test_examples_of_what_is_too_large(items: Items, kind: int, expected: list[int]) -> None:
    """Also among the signs of pieces, the last ones."""
    read = Read((MOST, (MOST, MOST), *items), len(items))
    found = too_large(read.values, read.is_number, read.layout, read.window)[kind][0]
    assert found[: len(expected)].tolist() == [bool(each) for each in expected] and not found[len(expected) :].any()
    assert of(items).signs[0, : len(expected), SIGNS - LIMITS + kind].tolist() == expected


@pytest.mark.parametrize(("word", "kind"), [("*", PRODUCTS), ("pow", POWERS), ("product", PRODUCTS_ALONG), ("sum", SUMS_ALONG)])
def test_words_get_stuck_where_something_is_too_large(word: str, kind: int) -> None:
    random, stuck = Random(word), 0
    reference: Any = OPS[word].reference
    for _ in range(150):
        lists = kind in (PRODUCTS_ALONG, SUMS_ALONG)
        items: Items = (tuple(some_edge(random) for _ in range(random.randint(1, 5))),) if lists else (some_edge(random), some_edge(random))
        result = reference(DEFAULT, *items)
        read = Read(items, len(items))
        large = too_large(read.values, read.is_number, read.layout, read.window)[kind][0]
        where = len(items[0]) + 1 if lists else 2  # the last item, or the lower number
        if result is not UNDEFINED:
            out_of_range = isinstance(result, Stuck) or abs(result) > MOST
            assert bool(large[where]) == out_of_range, items
            stuck += out_of_range
    assert stuck > 10


@pytest.mark.parametrize("seed", range(2))
def test_what_words_make_of_one_number(seed: int) -> None:
    states = some_states(seed)
    read = Read(*states[0], beside=states[1:])
    found = beside_it(read.values, read.is_number)
    assert len(found) == ALONE - 2
    for row, (items, pops) in enumerate(states):
        cells = [None, *(number for argument in arguments_of(items, pops) for number in argument)]
        for kind, (made, there) in enumerate(found):
            makes = [
                lambda n: n + 1,
                lambda n: n - 1,
                *(lambda n, k=k: n * k for k in MULTIPLES),
                *(lambda n, k=k: n // k for k in MULTIPLES),
                lambda n: -n,
                abs,
            ]
            assert made[row, : len(cells)].tolist() == [0 if number is None else makes[kind](number) for number in cells], (items, kind)
            assert there[row, : len(cells)].tolist() == [number is not None for number in cells], (items, kind)
            assert not made[row, len(cells) :].any() and not there[row, len(cells) :].any(), (items, pops)


@pytest.mark.parametrize("seed", range(2))
def test_digits(seed: int) -> None:
    random, states = Random(seed), some_states(seed)
    states += [((random.randint(-(10**size), 10**size),), 1) for size in range(10) for _ in range(5)]
    states += [((number,), 1) for size in range(10) for number in (10**size, 10**size - 1, -(10**size), 1 - 10**size)]
    states += [((5, number), 0) for number in (7, 12)]
    read, numbers = Read(*states[0], beside=states[1:]), 0
    found = digits_at(read.values, read.is_number, read.layout, read.window)
    for row, (items, pops) in enumerate(states):
        is_number = pops > 0 and isinstance(items[-1], int) and not isinstance(items[-1], bool)
        digits = [int(digit) for digit in str(abs(items[-1]))] if is_number else []
        for signs, (made, there) in enumerate(found):
            before = 2 + signs  # SEP, the bracket, the sign
            behind = made.shape[1] - before - len(digits)
            assert behind >= 0
            assert made[row].tolist() == [0] * before + digits + [0] * behind, (items, pops)
            assert there[row].tolist() == [False] * before + [True] * len(digits) + [False] * behind, (items, pops)
        numbers += is_number
    assert numbers > 100


def test_a_state_does_not_matter_to_the_others() -> None:
    states = some_states(7)
    together = Read(*states[0], beside=states[1:])
    for row in range(0, len(states), 9):
        alone = Read(*states[row])
        width = alone.window.places.shape[1]
        for make in (too_large, digits_at):
            all_of_them, its = (make(read.values, read.is_number, read.layout, read.window) for read in (together, alone))
            for many, one in zip(all_of_them, its, strict=True):
                pairs = zip(many, one, strict=True) if isinstance(many, tuple) else [(many, one)]
                assert all(torch.equal(ours[row, :width], mine[0]) for ours, mine in pairs), states[row]


def test_what_lies_below_does_not_matter() -> None:
    for items, pops in some_states(8)[::3]:
        plain, other = (
            Read((*below, *items[len(items) - pops :]), pops, results=30) for below in (((3, MOST),), ((MOST,) * 4, -MOST, "12"))
        )
        for make in (too_large, digits_at):
            for one, two in zip(*(make(read.values, read.is_number, read.layout, read.window) for read in (plain, other)), strict=True):
                pairs = zip(one, two, strict=True) if isinstance(one, tuple) else [(one, two)]
                assert all(torch.equal(first, second) for first, second in pairs), (items, pops)


def test_what_words_make_of_one_number_is_shown() -> None:
    for number in (70_123, -5, 0, 7, -MOST):
        cells = shown((number, 3), "-")
        made = [number + 1, number - 1, *(number * k for k in MULTIPLES), *(number // k for k in MULTIPLES), -number, abs(number)]
        assert len(made) == ALONE - 2
        for kind, expected in enumerate(made):
            close(cells[2, kind - ALONE], expected)
        assert not cells[0, -ALONE:-2].any() and not cells[3:, -ALONE:-2].any()  # SEP; the result behind the arguments
        close(cells[2, -2], 3)  # the one digit of the number on top, at the first place of a list
        cells = shown((number,), "digits")
        for place, digit in enumerate(str(abs(number))):
            if place + 3 < len(cells):
                close(cells[place + 2, -2], int(digit))
                close(cells[place + 3, -1], int(digit))
        assert not cells[:2, -2:].any() and not cells[2, -1].any()
