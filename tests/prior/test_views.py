"""The compiled signatures say what their names say, on every list: compared bit for bit with plain Python."""

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dsl.columns.available import available

if not available():
    pytest.skip("signatures are compiled by numba", allow_module_level=True)

from dsl.tasks import Example, Task
from dsl.types import BOOL, INT, LIST_INT, Type
from dsl.values import MACHINE_INT_MAX, Value
from search.prior import facts
from search.prior.facts import num_bits
from search.prior.relations import AGAINST, PROPERTIES, REDUCED, RELATIONS
from search.prior.signature import NUM_NUMBERS, encode_inputs, encode_values, is_seen, see
from search.prior.views import COUNTED, LARGEST, NUM_VIEWS, PAIRED, SLOTS, UNARY, WIDTH
from tests.prior.reference import NAMED, NO_LIMIT, bits_of, views_of

SHAPES = (
    (LIST_INT,),
    (LIST_INT, LIST_INT),
    (LIST_INT, INT),
    (INT, LIST_INT),
    (INT,),
    (INT, INT),
    (BOOL, LIST_INT),
    (LIST_INT, INT, LIST_INT),
)
Rows = tuple[tuple[tuple[Value, ...], ...], tuple[Value, ...]]
"""Inputs of the examples, and their outputs."""


def ints(largest: int = 9) -> st.SearchStrategy[int]:
    return st.integers(-largest, largest)


def values(kind: Type, items: st.SearchStrategy[int]) -> st.SearchStrategy[Value]:
    if kind == BOOL:
        return st.booleans()
    return items if kind == INT else st.lists(items, max_size=7).map(tuple)


@st.composite
def tasks(draw: st.DrawFn, output: Type, items: st.SearchStrategy[int]) -> Rows:
    """Up to three examples of one shape; half the outputs are a view of the inputs, so that relations hold often enough."""
    shape = draw(st.sampled_from(SHAPES))
    rows = tuple(tuple(draw(values(kind, items)) for kind in shape) for _ in range(draw(st.integers(1, 3))))
    outputs: list[Value] = [draw(values(output, items)) for _ in rows]
    if output == LIST_INT and draw(st.booleans()):
        found = list(zip(*map(views_of, rows), strict=True))
        outputs = list(draw(st.sampled_from([view for view in found if None not in view])))  # type: ignore[arg-type]
    return rows, tuple(outputs)


def computed(rows: Sequence[tuple[Value, ...]], outputs: Sequence[Value], number: bool) -> list[int]:
    kinds = [LIST_INT if isinstance(value, tuple) else INT for value in rows[0]]
    xs, xns = encode_inputs(kinds, rows)
    ys, yns = encode_values(outputs)
    return facts.compute(xs[None], xns[None], ys[None], yns[None], number)[0].tolist()


def names_of_bits(number: bool) -> list[str]:
    """What each bit is, for messages."""
    names = [f"{who}: {p}: {how}" for who in ("output", "input 0", "input 1") for p in PROPERTIES for how in ("all", "none")]
    of = [*(f"{name} of input {slot}" for slot in range(SLOTS) for name in UNARY), *PAIRED, *COUNTED]
    tests = ("equal", "never equal", "below", "above", "constant")
    facts = (
        [f"{name} {test}" for name in REDUCED for test in tests]
        if number
        else [f"{name}: {how}" for name in RELATIONS for how in ("all", "none")]
    )
    return names + [f"{view}: {fact}" for view in of for fact in facts]


def differing(rows: Sequence[tuple[Value, ...]], outputs: Sequence[Value], number: bool) -> list[str]:
    """Names of the bits in which the two differ."""
    ours, wanted = computed(rows, outputs, number), bits_of(rows, outputs, number)
    assert len(ours) == len(wanted)
    return [f"{name} is {bit}" for name, bit, other in zip(names_of_bits(number), ours, wanted, strict=True) if bit != other]


def test_every_name_has_a_meaning_here_and_there_are_as_many_bits_as_are_said() -> None:
    for names, meaning in NAMED.items():
        assert set(names) == set(meaning) and len(names) == len(meaning)
    assert SLOTS * len(UNARY) + len(PAIRED) + len(COUNTED) == NUM_VIEWS
    for number in (False, True):
        assert num_bits(number) == len(names_of_bits(number)) == len(computed([((1, 2),)], [3 if number else (3,)], number))
    assert num_bits(True) == 2 * (1 + SLOTS) * len(PROPERTIES) + NUM_VIEWS * len(REDUCED) * AGAINST


@settings(max_examples=150)
@given(tasks(LIST_INT, ints()))
@example(((((),),), ((),)))
@example(((((), ()), ((), ())), ((), ())))
@example(((((0,),), ((-3,),)), ((0,), (-3,))))
def test_bits_of_lists_are_the_facts(task: Rows) -> None:
    assert differing(*task, number=False) == []


@settings(max_examples=150)
@given(st.one_of(tasks(INT, ints()), tasks(BOOL, ints())))
@example(((((),),), (0,)))
@example((((5,), (-5,)), (5, -5)))
def test_bits_of_numbers_are_the_facts(task: Rows) -> None:
    assert differing(*task, number=True) == []


@pytest.mark.parametrize("number", [False, True])
def test_longer_lists_too(number: bool) -> None:
    """Long ones of few different items, where items come again and orders matter, and what is too large to go on with."""
    draws = random.Random(3)
    for _ in range(60):
        largest, longest = draws.choice((1, 2, 12, 100)), draws.choice((3, WIDTH // 2))
        rows = [
            tuple(tuple(draws.randint(-largest, largest) for _ in range(draws.randint(0, longest))) for _ in range(2)) for _ in range(3)
        ]
        outputs: list[Value] = [draws.randint(-9, 9) if number else tuple(sorted(row[draws.randint(0, 1)])) for row in rows]
        assert differing(rows, outputs, number) == []


@pytest.mark.parametrize("number", [False, True])
def test_a_bit_is_a_fact_however_large_the_numbers(number: bool) -> None:
    """What grows too large has no view: all its bits are zero, and no bit says what is not so."""
    draws = random.Random(7)
    sizes = (3, 40_000, 1 << 20, LARGEST - 1, LARGEST, LARGEST + 5, MACHINE_INT_MAX)

    def number_of() -> int:
        return draws.choice((1, -1)) * draws.choice((draws.choice(sizes), draws.randint(0, 9)))

    for _ in range(150):
        rows = [(tuple(number_of() for _ in range(draws.randint(0, 4))), number_of()) for _ in range(2)]
        outputs: list[Value] = [
            number_of() if number else draws.choice((row[0], tuple(-v for v in row[0]), (number_of(),))) for row in rows
        ]
        names, ours, wanted = names_of_bits(number), computed(rows, outputs, number), bits_of(rows, outputs, number, NO_LIMIT)
        false = [name for name, bit, other in zip(names, ours, wanted, strict=True) if bit > other]
        assert not false, (rows, outputs, false)


def test_bits_mean_all_and_none_of_the_examples() -> None:
    """A fact that holds on some examples alone sets neither bit; on all the first, on none the second."""
    names = names_of_bits(False)
    equal = names.index("itself of input 0: equal: all")
    assert names[equal + 1] == "itself of input 0: equal: none"
    rows = [((1, 2),), ((3, 4),)]
    for outputs, wanted in (([(1, 2), (3, 4)], [1, 0]), ([(2, 1), (4, 3)], [0, 1]), ([(1, 2), (4, 3)], [0, 0])):
        assert computed(rows, outputs, False)[equal : equal + 2] == wanted
    rises = names.index("output: rises: all")
    for outputs, wanted in (([(1, 2), (3, 4)], [1, 0]), ([(2, 1), (4, 3)], [0, 1]), ([(1, 2), (4, 3)], [0, 0])):
        assert computed(rows, outputs, False)[rises : rises + 2] == wanted


def test_missing_inputs_and_views_give_zeros() -> None:
    for number, outputs in ((False, [(2, 1), (4, 3)]), (True, [3, 7])):
        bits = dict(zip(names_of_bits(number), computed([((1, 2),), ((3, 4),)], outputs, number), strict=True))
        absent = [bit for name, bit in bits.items() if "input 1" in name or name.split(":")[0].split(" ")[0] in COUNTED]
        assert absent and not any(absent)
        assert any(bit for name, bit in bits.items() if "input 0" in name)


@pytest.mark.parametrize("word", ["scan*", "map**2"])
def test_a_view_that_is_missing_on_one_example_is_missing(word: str) -> None:
    """Facts of the examples before it must not stand."""
    names = names_of_bits(False)
    bits = computed([((2, 3),), ((LARGEST - 1, LARGEST - 1),)], [(2, 3), (1, 1)], False)
    assert not any(bit for name, bit in zip(names, bits, strict=True) if name.startswith(f"{word} of input 0"))
    assert any(bit for name, bit in zip(names, bits, strict=True) if name.startswith("scan-max of input 0"))


def test_tasks_do_not_touch_each_other() -> None:
    """The signature of a task among others is its signature alone."""
    draws = random.Random(11)
    every = [
        ([(tuple(draws.randint(-9, 9) for _ in range(draws.randint(0, 6))),) for _ in range(3)], (1 << 29,) if k % 3 == 0 else (k,))
        for k in range(9)
    ]
    inputs = [encode_inputs([LIST_INT], rows) for rows, _ in every]
    outputs = [encode_values([last] * 3) for _, last in every]
    xs, xns, ys, yns = (np.stack(parts) for parts in (*zip(*inputs, strict=True), *zip(*outputs, strict=True)))
    together = facts.compute(xs, xns, ys, yns, False)
    assert [row.tolist() for row in together] == [computed(rows, [last] * 3, False) for rows, last in every]


def test_what_is_seen_of_a_task() -> None:
    """Bits of the examples, then whether the output is a Bool or an Int; lists longer than WIDTH are cut, not refused."""
    rows = [((3, 1, 2),), ((5, 4),)]
    flag = Task(name="t", examples=tuple(Example(row, row[0][0] > 3) for row in rows))
    seen = see(flag)
    assert seen.bits.shape == (1, num_bits(True) + 2) and seen.numbers.shape == (1, NUM_NUMBERS)
    assert seen.bits[0, :-2].tolist() == bits_of(rows, [False, True], True) and seen.bits[0, -2:].tolist() == [1, 0]
    long = Task(name="t", examples=(Example((tuple(range(40)), 2), tuple(range(40))),))
    seen = see(long)
    assert seen.bits[0, -2:].tolist() == [0, 0] and np.isfinite(seen.numbers).all()
    equal = names_of_bits(False).index("itself of input 0: equal: all")
    assert seen.bits[0, equal] == 1


def test_only_numbers_and_their_lists_are_seen() -> None:
    def task(given: Value, wanted: Value) -> Task:
        return Task(name="t", examples=(Example((given,), wanted),))

    assert is_seen(task((1, 2), 1)) and is_seen(task(True, (1,))) and is_seen(task(1, False))
    assert not is_seen(task("a", 1)) and not is_seen(task(1, "a")) and not is_seen(task((True,), 1)) and not is_seen(task(((1,),), 1))
    assert not is_seen(Task(name="t", examples=(Example((), 1),)))
