"""Layouts of a list's elements and of its cells beside other items, held against plain Python and the words of the language."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.ops import OPS  # noqa: E402
from dsl.program import NUM_CONSTANTS  # noqa: E402
from dsl.types import INT  # noqa: E402
from dsl.values import DEFAULT, Stuck  # noqa: E402
from embed.cells import Cell  # noqa: E402
from executor.layouts import COUNTED, EDGES, JUMPS, KEPT, NESTED  # noqa: E402
from tests.executor.laid import Case, Elements, kinds_of, laid_cases, led, replaced, some_case, some_cases  # noqa: E402

WORDS: dict[str, tuple[str, str]] = {
    "sort": ("sorted", ""), "reverse": ("reversed", ""), "str-reverse": ("reversed", ""), "unique": ("once", ""), "rotate": ("turned", "n"),
    "without": ("other", "i"), "without-first": ("but the first equal", "i"), "remove-at": ("but that one", "n"), "nth": ("alone", "n"),
    "swap-at": ("exchanged", "nn"), "replace-value": ("replaced", "ii"), "replace-all": ("replaced", "ii"), "remove-all": ("replaced", "i"),
    "replace-first": ("first replaced", "ii"), "insert": ("put in", "ni"), "splice": ("put in", "ns"), "replace-at": ("put instead", "ni"),
    "append": ("followed", "i"), "cons": ("preceded", "i"), "++": ("followed", "s"), "concat": ("followed", "s"),
    "slice": ("between", "nn"), "cut-slice": ("but between", "nn"), "substr": ("so many", "nn"), "overwrite": ("overwritten", "nni"),
    "take": ("first so many", "n"), "left": ("first so many", "n"), "drop-first": ("but first so many", "n"), "drop-left": ("but first so many", "n"),
    "take-last": ("last so many", "n"), "right": ("last so many", "n"), "drop-last": ("but last so many", "n"), "drop-right": ("but last so many", "n"),
}  # fmt: skip
"""The layout that a word's result has, and what lies above the list."""


def wanted(case: Case) -> dict[str, list[Cell] | None]:
    """The cells of each layout, None where there is none; layouts that mean nothing here are left out."""
    values, numbers, old, new = tuple(case.values), case.numbers(), case.part(0), case.part(1)
    count, index = len(values), range(len(values))
    made: dict[str, Elements | None] = {"sorted": tuple(sorted(values)), "reversed": values[::-1], "once": tuple(dict.fromkeys(values))}
    if not case.above:
        made |= dict.fromkeys(("equal", "other", "but the first equal", "replaced", "first replaced", "followed", "preceded"))
    else:
        where = [i for i in index if (values[i],) == old]
        made["equal"] = tuple(v for v in values if (v,) == old)
        made["other"] = tuple(v for v in values if (v,) != old)
        made["but the first equal"] = tuple(values[i] for i in index if i not in where[:1])
    if case.above and old is not None:
        made |= {"followed": (*values, *old), "preceded": (*old, *values)}
        if new is not None:
            made |= {"replaced": replaced(case, old, new), "first replaced": replaced(case, old, new, 1)}
    if not numbers:
        made |= dict.fromkeys(("turned", "turned back", "but that one", "that one", *EDGES))
    else:
        one = numbers[0]
        made["turned"] = tuple(values[(i + one) % count] for i in index)
        made["turned back"] = tuple(values[(i - one) % count] for i in index)
        made["but that one"] = tuple(values[i] for i in index if i != one)
        made["that one"] = tuple(values[i] for i in index if i == one)
        many = min(max(0, one), count)
        made |= zip(EDGES, (values[:many], values[many:], values[count - many :], values[: count - many]), strict=True)
    if len(case.above) < 2 or case.above[0][1] != INT:
        made |= dict.fromkeys(("put in", "put instead"))
    elif new is not None:
        place = case.above[0][0]
        if 0 <= place <= count:
            made["put in"] = (*values[:place], *new, *values[place:])
        if 0 <= place < count:
            made["put instead"] = (*values[:place], *new, *values[place + 1 :])
    if len(numbers) < 2:
        made |= dict.fromkeys(("exchanged", "between", "but between", "so many", "overwritten"))
    elif all(0 <= number < count for number in numbers[:2]):
        swapped = list(values)
        swapped[numbers[0]], swapped[numbers[1]] = values[numbers[1]], values[numbers[0]]
        made["exchanged"] = tuple(swapped)
    if len(numbers) >= 2:
        end, begin, top = numbers[0], numbers[1], case.part(len(case.above) - 1)
        made["between"] = values[max(0, begin) : max(0, end)]
        made["but between"] = tuple(values[i] for i in index if not begin <= i < end)
        made["so many"] = values[begin : begin + max(0, end)] if begin >= 0 else ()
        if top is not None:
            made["overwritten"] = (*values[: max(0, begin)], *top, *values[max(0, begin) + max(0, end) :])
    cells = {name: None if elements is None else case.put(elements) for name, elements in made.items()}
    if not numbers or 0 <= numbers[0] < count:
        cells["alone"] = case.alone(values[numbers[0]]) if numbers else None
    return cells


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_layouts_are_what_python_says(seed: int, copy: bool) -> None:
    cases, checked = [case if copy else replace(case, below=()) for case in some_cases(seed)], set[str]()
    found, cells, window = laid_cases(cases, copy=copy)
    assert found.jumps.shape == (*window.places.shape, len(JUMPS)) == found.there.shape
    first = 1 if copy else NUM_CONSTANTS + 1  # behind SEP
    for row, case in enumerate(cases):
        for name, expected in wanted(case).items():
            assert led(found, cells, row, name) == ((expected or [])[: window.places.shape[1] - first], len(expected or [])), (name, case)
            checked |= {name} if expected else set()
    assert checked == {*JUMPS} - {"over and over", *NESTED, *KEPT, *COUNTED}
    assert not found.jumps[~found.there].any()
    seen = window.seen[:, None].expand(-1, window.seen.shape[1], -1).gather(2, found.jumps)
    assert bool(seen[found.there].all()), "only cells of the arguments are pointed to"


@pytest.mark.parametrize("seed", range(2))
def test_over_and_over(seed: int) -> None:
    cases = some_cases(seed)
    found, cells, _ = laid_cases(cases)
    for row, case in enumerate(cases):
        reached, total = led(found, cells, row, "over and over")
        often = max(0, case.numbers()[0]) if case.numbers() else None
        expected = [] if often is None else case.put(tuple(case.values) * min(often, 1000))
        assert reached == expected[: found.places.shape[1] - 1], case
        assert total == len(expected)


@pytest.mark.parametrize("word", WORDS)
def test_words_of_the_language_have_their_layouts(word: str) -> None:
    name, shape = WORDS[word]
    random, op, cases, results = Random(word), OPS[word], [], []
    reference: Any = op.reference
    for kind in kinds_of(word):
        for _ in range(20):
            case = some_case(random, kind, shape)
            result = reference(DEFAULT, case.values, *(value for value, _ in case.above))
            in_front = name == "first replaced" and case.part(0) == ()  # nothing is found in front of all, and nowhere by the layouts
            if not isinstance(result, Stuck) and not in_front:
                cases.append(case)
                results.append(case.alone(result) if name == "alone" else case.put(tuple(result)))
    found, cells, _ = laid_cases(cases)
    assert len(results) >= 10
    for row, result in enumerate(results):
        assert led(found, cells, row, name) == (result, len(result)), cases[row]
