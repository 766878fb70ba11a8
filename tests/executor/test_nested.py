"""Layouts in which brackets go or are put in, and those of what stands before and after, held against plain Python and the words of the language."""

from dataclasses import replace
from itertools import groupby
from random import Random
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.ops import OPS  # noqa: E402
from dsl.program import NUM_CONSTANTS  # noqa: E402
from dsl.types import INT, LIST_INT, LIST_LIST_INT, LIST_STR, STR, Type  # noqa: E402
from dsl.values import DEFAULT, Stuck  # noqa: E402
from embed.cells import Cell, State, encode, encode_value  # noqa: E402
from executor.layouts import COUNTED, JUMPS, KEPT, NESTED  # noqa: E402
from executor.nested import NOWHERE, SPACES  # noqa: E402
from tests.executor.laid import Case, Elements, laid, laid_cases, led, some_case, some_cases  # noqa: E402
from tests.executor.samples import VOCAB  # noqa: E402

WHITE = "\t\n\v\f\r\x1c\x1d\x1e\x1f "
OPEN, CLOSE = encode_value("", VOCAB)
SPACE = encode_value(" ", VOCAB)[1]
WORDS: dict[str, tuple[str, str, Type, Type]] = {
    "join": ("joined", "i", LIST_STR, STR), "flatten": ("flattened", "", LIST_LIST_INT, LIST_INT), "zip": ("paired", "s", LIST_INT, LIST_LIST_INT),
    "group": ("grouped", "", LIST_INT, LIST_LIST_INT), "split": ("split", "i", STR, LIST_STR), "split-on": ("split", "i", LIST_INT, LIST_LIST_INT),
    "words": ("words", "", STR, LIST_STR), "before": ("before", "i", STR, STR), "after": ("after", "i", STR, STR), "before-last": ("before last", "i", STR, STR),
    "after-last": ("after last", "i", STR, STR), "trim": ("trimmed", "", STR, STR), "squeeze": ("squeezed", "", STR, STR),
}  # fmt: skip
"""The layout that a word's result has, what lies above the list, the list's type and that of the result."""

Row = list[Cell | None]
"""Cells of a layout; None where no cell of the arguments stands for one."""


def split_at(values: Elements, old: Elements) -> list[Elements]:
    """The pieces between occurrences from the left, without overlaps."""
    begin, pieces = 0, list[Elements]()
    for place in range(len(values)):
        if old and place >= begin and values[place : place + len(old)] == old:
            pieces.append(values[begin:place])
            begin = place + len(old)
    return [*pieces, values[begin:]]


def words_of(text: str) -> list[str]:
    """The pieces between white space, of ASCII alone."""
    return [piece for piece in "".join(" " if c in WHITE else c for c in text).split(" ") if piece]


def in_lists(case: Case, pieces: list[Any]) -> Row:
    """A list of pieces of the list, or such texts: no argument has its bracket."""
    return [None, *(cell for piece in pieces for cell in case.put(tuple(piece))), CLOSE]


def rid_of_brackets(case: Case) -> dict[str, Row | None]:
    """The first two of NESTED. What the elements of an empty list would be does not matter, if they may have brackets."""
    made: dict[str, Row | None] = {}
    inner = [case.alone(value) for value in case.values]
    if case.kind in (LIST_STR, LIST_LIST_INT):
        content = [cells[1:-1] for cells in inner]
        made["flattened"] = [inner[0][0] if inner else None, *(cell for cells in content for cell in cells), CLOSE]
        made["joined"] = None
        if case.above and len(between := encode_value(case.above[0][0], VOCAB, case.above[0][1])) > 1:
            made["joined"] = [between[0]]
            for place, cells in enumerate(content):
                made["joined"] += (between[1:-1] if place else []) + cells
            made["joined"].append(CLOSE)
    elif inner:
        made |= dict.fromkeys(("joined", "flattened"))
    return made


def wanted(case: Case) -> dict[str, Row | None]:
    """The cells of each layout, None where there is none; layouts that mean nothing here are left out."""
    values, old = tuple(case.values), case.part(0) or ()
    made = rid_of_brackets(case)
    if values and case.kind in (LIST_STR, LIST_LIST_INT):
        made |= dict.fromkeys(("paired", "grouped", "split", "words"))
    else:
        beside = case.above[0][0] if case.above and case.above[0][1] == case.kind else None
        made["paired"] = None if beside is None else in_lists(case, list(zip(values, beside, strict=False)))
        made["grouped"] = in_lists(case, [tuple(group) for _, group in groupby(values)])
        made["split"] = in_lists(case, split_at(values, old)) if case.above else None
        made["words"] = in_lists(case, words_of(case.values) if case.kind == STR else [values] * bool(values))
    if case.kind == LIST_LIST_INT and case.above and case.part(0) is None:
        pass  # a number may stand in the elements, and no word looks for it there
    elif case.above:
        where = [i for i in range(len(values)) if old and values[i : i + len(old)] == old] or [len(values)]
        made["before"], made["after"] = [*case.put(values[: where[0]])], [*case.put(values[where[0] + len(old) :])]
        made["before last"], made["after last"] = [*case.put(values[: where[-1]])], [*case.put(values[where[-1] + len(old) :])]
    else:
        made |= dict.fromkeys(("before", "after", "before last", "after last"))
    whole = case.put(values)
    made["trimmed"] = [*encode_value(case.values.strip(WHITE), VOCAB)] if case.kind == STR else [*whole]
    made["squeezed"] = [cell for place, cell in enumerate(whole) if not (cell == SPACE == whole[place - 1])]
    top = case.above[-1][0] if case.above and case.above[-1][1] == INT else None
    made["digits"] = None if top is None else [None] * (2 + len(str(abs(top))))
    made["spelled"] = None if top is None else [None] * (2 + len(str(top)))
    made["range"] = None
    if len(case.above) > 2 and all(kind == INT for _, kind in case.above):
        start, step, end = (value for value, _ in case.above[-3:])
        if step:
            made["range"] = [None] * (2 + len(range(start, end, step)))
        else:
            del made["range"]
    return made


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_layouts_are_what_python_says(seed: int, copy: bool) -> None:
    cases, checked = [case if copy else replace(case, below=()) for case in some_cases(100 + seed)], set[str]()
    found, cells, window = laid_cases(cases, copy=copy)
    room = window.places.shape[1] - (1 if copy else NUM_CONSTANTS + 1)  # behind SEP
    for row, case in enumerate(cases):
        for name, expected in wanted(case).items():
            reached, total = led(found, cells, row, name)
            assert reached == (expected or [])[:room], (name, case)
            assert min(total, room) == min(len(expected or []), room), (name, case)
            checked |= {name} if expected else set()
    assert checked == {*NESTED, *KEPT, *COUNTED}
    assert not found.jumps[~found.there].any()
    seen = window.seen[:, None].expand(-1, window.seen.shape[1], -1).gather(2, found.jumps)
    assert bool(seen[found.there].all()), "only cells of the arguments are pointed to"


@pytest.mark.parametrize("word", WORDS)
def test_words_of_the_language_have_their_layouts(word: str) -> None:
    name, shape, kind, made = WORDS[word]
    random, op, cases, results = Random(word), OPS[word], [], []
    reference: Any = op.reference
    for _ in range(80):
        case = some_case(random, kind, shape)
        result = reference(DEFAULT, case.values, *(value for value, _ in case.above))
        if not isinstance(result, Stuck) and "\x85" not in case.values:  # white space that the layouts know nothing of
            cases.append(case)
            results.append(encode_value(result, VOCAB, made))
    found, cells, _ = laid_cases(cases)
    assert len(results) >= 40
    for row, result in enumerate(results):
        reached, total = led(found, cells, row, name)
        assert reached[1:] == result[1:] and total == len(result), cases[row]
        assert reached[0] == result[0] or reached[0] is None, cases[row]


def test_white_space_is_what_python_says() -> None:
    assert list(SPACES) == [point for point in range(128) if chr(point).isspace()] == sorted(map(ord, WHITE))


def test_range_says_how_many_cells() -> None:
    random, states, lengths = Random(0), list[list[Cell]](), list[int]()
    reference: Any = OPS["range"].reference
    for _ in range(100):
        start, step = random.choice((0, 3, -70_000, 2**31 - 60)), random.choice((-7, -1, 1, 2, 5000))
        end = start + step * random.randint(-3, 9) + random.randint(-2, 2)
        result = reference(DEFAULT, start, step, end)
        below = random.choice(((), ((1, 2),), ("a b", 5), (7, -3)))
        if end < 2**31 and not isinstance(result, Stuck):
            states.append(encode(State((*below, start, step, end)), VOCAB))
            lengths.append(2 + len(result))
    found, cells, _ = laid(states, [3] * len(states))
    for row, length in enumerate(lengths):
        assert led(found, cells, row, "range") == ([None] * length, length)
        assert not found.totals[row, [number for number, name in enumerate(JUMPS) if name not in COUNTED]].any()
    assert len({*lengths}) > 8
    for items, pops in (((3, "ab", 9), 3), ((3, 1, 9), 2), ((3, True, 9), 3), (((3,), 1, 9), 3), ((3, 1, (9,)), 3)):
        found, cells, _ = laid([encode(State(items), VOCAB)], [pops])
        assert led(found, cells, 0, "range") == ([], 0), items


@pytest.mark.parametrize(
    ("items", "name", "result"),
    [
        ((("a b", "", "c"), ", "), "joined", "a b, , c"),
        ((((3,), (), (1, 70_000)),), "flattened", (3, 1, 70_000)),
        (((1, 2, 3), (8, 9)), "paired", ((1, 8), (2, 9))),
        (((8, 9), (1, 2, 3)), "paired", ((8, 1), (9, 2))),
        (((3, 3, 1, 3),), "grouped", ((3, 3), (1,), (3,))),
        (("a,b,,c", ","), "split", ("a", "b", "", "c")),
        (("aaaaa", "aa"), "split", ("", "", "a")),
        ((" to  be\t",), "words", ("to", "be")),
        (("aaa-", "aa"), "before last", "a"),
        (("aaa-", "aa"), "after last", "-"),
        (("aaa-", "aa"), "after", "a-"),
        (("a   b  c ",), "squeezed", "a b c "),
        (("\t a  b \n",), "trimmed", "a  b"),
    ],
)
def test_examples(items: tuple[Any, ...], name: str, result: Any) -> None:
    found, cells, _ = laid([encode(State(("below", *items)), VOCAB)], [len(items)])
    expected: Row = [*encode_value(result, VOCAB)]
    if name in ("paired", "grouped", "split", "words"):
        expected[0] = None
    assert led(found, cells, 0, name) == (expected, len(expected))
    assert NOWHERE < 0
