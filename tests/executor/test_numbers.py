"""Numbers among the arguments, and what is made of them, held against Python's integers, within the table and beyond; and that the field is shown them."""

from itertools import accumulate
from math import prod
from operator import mul
from random import Random
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from torch import Tensor  # noqa: E402

from dsl.ops import OPS  # noqa: E402
from dsl.parser import parse  # noqa: E402
from dsl.values import DEFAULT, Stuck  # noqa: E402
from embed.cells import encode_value  # noqa: E402
from embed.codes import CodeTable, angles_of_numbers  # noqa: E402
from embed.moves import body_tokens  # noqa: E402
from embed.vocab import Kind  # noqa: E402
from executor.condition import bodies_tensor  # noqa: E402
from executor.numbers import (  # noqa: E402
    ALONE,
    EXACT,
    LONGEST,
    UNSPELLED,
    divided,
    literals,
    multiplied,
    products_along,
    scalar,
    spelled,
    steps_of,
)
from executor.phases import DIVIDED, EXACTS, FOLDED, KINDS  # noqa: E402
from tests.executor.read import Read, close, shown, some_number  # noqa: E402
from tests.executor.samples import VOCAB, tensor  # noqa: E402

OFTEN, OTHERS, SQUARE, PRODUCT, TIMES = 5, 6, 7, KINDS, KINDS + 5
QUOTIENTS = KINDS + FOLDED
WHOLE_PRODUCT, SPELLED, STEPS = range(-EXACTS - ALONE, -ALONE)
FEW = 2000
"""Numbers that are drawn at once."""


def angles(numbers: list[int]) -> Tensor:
    return angles_of_numbers(torch.tensor(numbers, dtype=torch.float64)).float()


@pytest.mark.parametrize("shaken", [False, True])
def test_values(shaken: bool) -> None:
    """Also where the codes' learned residuals and gains are far from nothing."""
    random = Random(0)
    for _ in range(25):
        text = "".join(random.choices("aZ09- é€\U0001f600", k=random.randint(0, 5)))
        numbers = tuple(some_number(random) for _ in range(4))
        items = (True, text, numbers, 4_999_999_999, some_number(random), ((4, -101), ()), (text,))[random.randint(0, 3) :]
        expected = []
        for item in reversed(items):
            for code, number in encode_value(item, VOCAB):
                kind = VOCAB.kinds[code]
                values = {
                    Kind.INT: VOCAB.index(code) - 100,
                    Kind.CHAR: VOCAB.index(code),
                    Kind.BEYOND_INT: number,
                    Kind.BEYOND_CHAR: number,
                }
                expected.append((values.get(kind, 0), kind in (Kind.INT, Kind.BEYOND_INT), kind in (Kind.CHAR, Kind.BEYOND_CHAR)))
        read = Read(items, 4, shaken=shaken)
        found = zip(read.values[0].tolist(), read.is_number[0].tolist(), read.is_char[0].tolist(), strict=True)
        size = int(read.window.seen.sum())
        assert list(found)[1:size] == expected[: size - 1], items


def test_literals() -> None:
    bodies = [["7 +"], ["dup *", "-100 + 3 *"], ["70000 + 5 *"], ["70000 +"], [], ['"a" concat'], ["4 < ", "9 +"], ["true", "( 12 + ) map"]]
    tokens = bodies_tensor([[body_tokens(parse(body).body, VOCAB) for body in pair] for pair in bodies])
    number, there = literals(tokens, CodeTable(VOCAB, 96))
    assert number.tolist() == [7, -100, 5, 0, 0, 0, 4, 12]
    assert there.tolist() == [True, True, True, False, False, False, True, True]


@pytest.mark.parametrize("seed", range(3))
def test_products_along(seed: int) -> None:
    random = Random(seed)
    for _ in range(20):
        reach = random.choice((3, 100, 10**6, 2**31))
        numbers = tuple(random.randint(-reach, reach) for _ in range(random.randint(0, 8)))
        items = ("ab", random.randint(-9, 10**9), numbers, (4, 5))
        read = Read(items, 4)
        product, right = products_along(read.values, read.is_number, read.window.gather(read.layout.offset))
        # The lists with their brackets, which count as one: the last bracket is no number.
        expected = [(1, True), (4, True), (20, True), None, (1, True)]
        expected += [(n, True) if all(abs(m) < EXACT for m in so_far) else None for n, so_far in prefixes(numbers)]
        expected += [None, (items[1], True), (1, True), None, None, None]
        for place, pair in enumerate(expected, start=1):
            assert bool(right[0, place]) == (pair is not None), (items, place)
            assert pair is None or product[0, place] == pair[0], (items, place)


def prefixes(numbers: tuple[int, ...]) -> list[tuple[int, list[int]]]:
    """Each running product, with all up to it."""
    running = list(accumulate(numbers, mul))
    return [(number, running[: place + 1]) for place, number in enumerate(running)]


def test_multiplied() -> None:
    random = Random(0)
    one, other = ([some_number(random) for _ in range(FEW)] for _ in range(2))
    counted, there = ([random.random() < 0.7 for _ in range(FEW)] for _ in range(2))
    turned = torch.rand(1, FEW, angles([0]).shape[-1])
    found, where = multiplied(tensor([one]), tensor([other]), turned, torch.tensor([counted]), torch.tensor([there]))
    exact = [abs(a * b) < 2**53 for a, b in zip(one, other, strict=True)]
    assert where[0].tolist() == [a and b for a, b in zip(there, exact, strict=True)]
    assert 0 < sum(exact) < FEW
    expected = torch.where(torch.tensor(counted)[:, None], turned[0], angles([a * b for a, b in zip(one, other, strict=True)]))
    assert torch.equal(found[where], expected[where[0]])


@pytest.mark.parametrize("literal", [0, 7, -3])
def test_divided(literal: int) -> None:
    random = Random(literal)
    small = range(-12, 13)
    pairs = [(a, b) for a in small for b in small] + [(some_number(random), some_number(random)) for _ in range(FEW)]
    both, counted = ([random.random() < 0.8 for _ in pairs] for _ in range(2))
    counts, others = (tensor([list(each)]) for each in zip(*pairs, strict=True))
    found, where = divided(counts, others, torch.tensor([both]), torch.tensor([counted]), (torch.tensor([literal]), torch.tensor([True])))
    assert len(found) == len(where) == DIVIDED

    def power(base: int, exponent: int) -> int | None:
        if exponent < 0 or (abs(base) > 1 and exponent > 60):
            return None
        return made if abs(made := base**exponent) < 2**53 else None

    expected: list[list[int | None]] = []
    for (a, b), paired, is_number in zip(pairs, both, counted, strict=True):
        by = [(b, a, paired), (a, b, paired), (a, literal, is_number)]
        row = [part for above, below, fine in by for part in (divmod(above, below) if fine and below else (None, None))]
        expected.append([*row, power(a, b) if paired else None, power(b, a) if paired else None])
    for kind, column in enumerate(zip(*expected, strict=True)):
        there = [number is not None for number in column]
        assert where[kind][0].tolist() == there and (any(there) or (literal == 0 and kind in (4, 5)))
        assert torch.equal(found[kind][0][torch.tensor(there)], angles([number for number in column if number is not None])), kind
    _, untold = divided(counts, others, torch.tensor([both]), torch.tensor([counted]), (torch.tensor([3]), torch.tensor([False])))
    assert not untold[4].any() and not untold[5].any()


def test_scalars() -> None:
    items = (12, "ab", (5,), -70_000, True, 7)
    read = Read(items, 4)
    assert [part.item() for part in scalar(0, read.values, read.is_number, read.layout, read.window)] == [7, True]
    assert [part.item() for part in scalar(2, read.values, read.is_number, read.layout, read.window)] == [-70_000, True]
    for item in (1, 3, 4, 5, 6, 9):  # no number; not among the arguments; not there
        assert [part.item() for part in scalar(item, read.values, read.is_number, read.layout, read.window)] == [0, False]
    read = Read((4, 1, 2, 3), 3, results=1)
    assert read.values.tolist() == [[0, 3, 2, 1]]
    assert not scalar(3, read.values, read.is_number, read.layout, read.window)[1].item()  # the window ends before it


@pytest.mark.parametrize("seed", range(2))
def test_numbers_of_range(seed: int) -> None:
    random = Random(seed)
    for _ in range(20):
        start, step = some_number(random), random.choice((1, -1, 3, -7, 200, -5000, 10**6))
        end = start + step * random.randint(-2, 12) + random.randint(0, 3)
        read = Read(((9, 9), start, step, end), 3)
        number, there, goes_on = steps_of(read.values, read.is_number, read.layout, read.window)
        places = number.shape[1] - 2  # behind SEP and the bracket
        assert places >= 12
        assert number[0].tolist() == [0, 0, *(start + place * step for place in range(places))]
        assert there[0].tolist() == [False, False, *[True] * places]
        so_far = list(range(start, end, step))[:places]
        assert number[0][goes_on[0]].tolist() == so_far and goes_on[0, 2 : 2 + len(so_far)].all()
    for items, pops in (((3, "ab", 9), 3), ((3, 1, 9), 2), ((1, 9), 2), ((3, True, 9), 3), (((3,), 1, 9), 3)):
        read = Read(items, pops)
        assert not any(bool(part.any()) for part in steps_of(read.values, read.is_number, read.layout, read.window)), items


def some_text(random: Random) -> str:
    digits = "".join(random.choices("0123456789", k=random.randint(1, 9)))
    kind = random.randrange(5)
    if kind == 0:
        return "".join(random.choices("019--a é٣²", k=random.randint(1, 15)))
    return {1: digits, 2: "-" + digits, 3: "0" * random.randint(0, 2) + digits, 4: digits + random.choice(("-", " ", ".", "-1"))}[kind]


@pytest.mark.parametrize("seed", range(2))
def test_texts_that_spell_numbers(seed: int) -> None:
    """Texts that are longer than may spell one, but do, are left out: they begin with zeros."""
    random, op = Random(seed), OPS["str>int"]
    reference: Any = op.reference
    texts = ["0", "-", "-0", "--1", "1-", "007", "2147483647", "-2147483648", "9999999999", "0123456789", "-123456789"]
    texts += [some_text(random) for _ in range(60)]
    spelling = 0
    for text, other in zip(texts, reversed(texts), strict=True):
        numbers = [reference(DEFAULT, each) for each in (text, other)]
        if any(
            isinstance(number, Stuck) or (number != UNSPELLED and len(each) > LONGEST)
            for number, each in zip(numbers, (text, other), strict=True)
        ):
            continue
        read = Read(((1, 2), text, 5, other), 3)
        number, of_text = spelled(read.values, read.is_char, read.layout, read.window)
        # SEP, the other text with its brackets, 5, the text; below it nothing is an argument.
        long, short = len(other) + 2, len(text) + 2
        rest = number.shape[1] - long - short - 2
        assert of_text[0].tolist() == [False, *[True] * long, False, *[True] * short, *[False] * rest], (text, other)
        assert number[0, of_text[0]].tolist() == [numbers[1]] * long + [numbers[0]] * short, (text, other)
        spelling += numbers[0] != UNSPELLED
    assert spelling > 15


def test_lists_spell_no_numbers() -> None:
    read = Read((("1", "2"), (4, 5), ()), 3)
    number, of_text = spelled(read.values, read.is_char, read.layout, read.window)
    assert not of_text.any() and bool((number == UNSPELLED).all())


def test_products_beyond_the_table_are_shown() -> None:
    random = Random(0)
    for shaken in (False, True):
        for _ in range(8):
            a, b = random.randint(-(2**31), 2**31), random.choice((random.randint(-100, 100), random.randint(-90_000, 90_000)))
            cells = shown((a, b), "-", "7 +", shaken=shaken)
            top, below = cells[1], cells[2]
            for kind, of_top, of_below in ((OFTEN, a * b, a * b), (OTHERS, a * b, a * b), (SQUARE, b * b, a * a), (TIMES, 7 * b, 7 * a)):
                for where, number in ((top, of_top), (below, of_below)):
                    if abs(number) < EXACT:
                        close(where[kind], number)
                    else:
                        assert not where[kind].any()
            if b:
                close(top[QUOTIENTS], a // b)
                close(top[QUOTIENTS + 1], a % b)
            close(below[QUOTIENTS + 4], a // 7)
            close(below[QUOTIENTS + 5], a % 7)
            assert not cells[0, [OFTEN, SQUARE, TIMES, QUOTIENTS]].any()  # SEP is no number
    close(shown((70_000,), "inc")[1, SQUARE], 4_900_000_000)
    cubed = shown((-2000, 3), "-")
    close(cubed[2, QUOTIENTS + 6], -8_000_000_000)
    close(cubed[1, QUOTIENTS + 7], -8_000_000_000)


def test_products_of_whole_lists_are_shown() -> None:
    for numbers in ((3, 70_000, -2), (70_000, 70_000, 1000), (-5,), (), (10**9, 10**9), (10**9, 10**9, 0)):
        cells = shown((numbers,), "product")
        running = [number for number, _ in prefixes(numbers)]
        for place, number in enumerate(running, start=2):
            if all(abs(before) < EXACT for before in running[: place - 1]):
                close(cells[place, PRODUCT], number)
            else:
                assert not cells[place, PRODUCT].any()
        for place in range(1, len(numbers) + 3):  # brackets, too
            if all(abs(number) < EXACT for number in running):
                close(cells[place, WHOLE_PRODUCT], prod(numbers))
            else:
                assert not cells[place, WHOLE_PRODUCT].any()
        assert not cells[0, WHOLE_PRODUCT].any() and not cells[len(numbers) + 3 :, WHOLE_PRODUCT].any()
    assert not shown(((1, 2), 70_000), "take")[1, WHOLE_PRODUCT].any()  # a number is no list
    assert not shown(((), 70_000), "inc")[:, WHOLE_PRODUCT].any()  # the list is no argument
    assert not shown(("ab",), "len")[:, WHOLE_PRODUCT].any()


def test_what_texts_spell_is_shown() -> None:
    for text, number in (("-70123", -70_123), ("42", 42), ("2147483647", 2_147_483_647), ("4 2", -1), ("é", -1)):
        cells = shown((text, 5), "left")
        assert not cells[:2, SPELLED].any() and not cells[len(text) + 4 :, SPELLED].any()
        for place in range(2, len(text) + 4):
            close(cells[place, SPELLED], number)
    assert not shown(((5, 70_000),), "sort")[:, SPELLED].any()


def test_numbers_of_range_are_shown() -> None:
    for start, step, end in ((70_000, -3, 5), (0, 5000, 70_000), (-2_000_000_000, 10**6, 0)):
        cells = shown((start, step, end), "range")
        assert not cells[:2, STEPS].any()  # SEP and the bracket
        for place in range(8):
            close(cells[2 + place, STEPS], start + place * step)
    assert not shown((7, 70_000), "-")[:, STEPS].any()
