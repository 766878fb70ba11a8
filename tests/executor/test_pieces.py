"""Layouts of lists and texts by pieces, held against plain Python and the words of the language; and that a field with them begins as one without."""

from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
pytest.importorskip("safetensors", reason="needs the extra `neural` (safetensors)")

from torch import Tensor  # noqa: E402

from dsl.ops import OPS  # noqa: E402
from dsl.program import NUM_CONSTANTS  # noqa: E402
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, Type  # noqa: E402
from dsl.values import DEFAULT, Stuck  # noqa: E402
from embed.cells import Cell, State, encode, encode_value  # noqa: E402
from embed.codes import CodeTable, number_features  # noqa: E402
from embed.moves import pops_of  # noqa: E402
from embed.steps import rows_of  # noqa: E402
from executor.addresses import elements_of  # noqa: E402
from executor.checkpoint import Executor, begin_with, save_weights  # noqa: E402
from executor.condition import Condition  # noqa: E402
from executor.field_config import FieldConfig  # noqa: E402
from executor.layout import layout_of  # noqa: E402
from executor.layouts import JUMPS  # noqa: E402
from executor.numbers import values_of  # noqa: E402
from executor.pieces import FOUND, SHARP, SHIFTS, SIGNS, Laid, Pieces  # noqa: E402
from executor.window import Window, window_of  # noqa: E402
from tests.executor.samples import VOCAB, batch, of_steps, small_field, tensor  # noqa: E402

TABLE = CodeTable(VOCAB, 96)
TAKING = ("nop", "sort", "take", "replace-value", "replace-nth")
"""An op that takes so many values: what it is does not matter."""
ITEM: dict[Type, Type] = {LIST_INT: INT, LIST_BOOL: BOOL, LIST_STR: STR, LIST_LIST_INT: LIST_INT, STR: STR}
"""What stands in a list; a text is looked for in a text."""
ABOVE = ("", "i", "n", "s", "ii", "ni", "in", "ns", "nn", "ss", "sn", "iin", "ssn", "nnn", "nni", "nns")
"""What lies above the list, the lowest first: an item, a number that names one, something of the list's own type."""
WORDS: dict[str, tuple[str, str]] = {
    "sort": ("sorted", ""), "reverse": ("reversed", ""), "str-reverse": ("reversed", ""), "unique": ("once", ""), "rotate": ("turned", "n"),
    "without": ("other", "i"), "without-first": ("but the first equal", "i"), "remove-at": ("but that one", "n"), "nth": ("alone", "n"),
    "swap-at": ("exchanged", "nn"), "replace-value": ("replaced", "ii"), "replace-all": ("replaced", "ii"), "remove-all": ("replaced", "i"),
    "replace-first": ("first replaced", "ii"), "insert": ("put in", "ni"), "splice": ("put in", "ns"), "replace-at": ("put instead", "ni"),
    "append": ("followed", "i"), "cons": ("preceded", "i"), "++": ("followed", "s"), "concat": ("followed", "s"),
    "slice": ("between", "nn"), "cut-slice": ("but between", "nn"), "substr": ("so many", "nn"), "overwrite": ("overwritten", "nni"),
}  # fmt: skip
"""The layout that a word's result has, and what lies above the list."""
FINDING = {"find": 0, "index-of": 0, "find-last": 1, "occurrences": 2, "count-of": 2}
"""The number found that a word gives."""
OF_TEXTS = (
    "find",
    "find-last",
    "occurrences",
    "substr",
    "overwrite",
    "str-reverse",
    "replace-all",
    "remove-all",
    "replace-first",
    "concat",
)

Elements = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """A list or text with what lies above it, the lowest first, and below."""

    kind: Type
    values: Any
    above: tuple[tuple[Any, Type], ...] = ()
    below: tuple[tuple[Any, Type], ...] = ()
    constants: tuple[Any, ...] = (None,) * NUM_CONSTANTS

    @property
    def pops(self) -> int:
        return 1 + len(self.above)

    def cells(self) -> list[Cell]:
        """Those of the state."""
        items = (*self.below, (self.values, self.kind), *self.above)
        return encode(State(tuple(value for value, _ in items), self.constants), VOCAB, types=[kind for _, kind in items])

    def numbers(self) -> list[int]:
        """The topmost first."""
        return [value for value, kind in reversed(self.above) if kind == INT]

    def part(self, place: int) -> Elements | None:
        """The elements that an item above makes in the list, none if there is no such item; None where it is of no type that fits."""
        if place >= len(self.above):
            return ()
        value, kind = self.above[place]
        return tuple(value) if kind == self.kind else (value,) if kind == ITEM[self.kind] else None

    def put(self, elements: Elements) -> list[Cell]:
        """The cells of such a list of other elements."""
        return encode_value("".join(elements) if self.kind == STR else elements, VOCAB, self.kind)

    def alone(self, element: Any) -> list[Cell]:
        """The cells of one element."""
        return encode_value(element, VOCAB)[1:-1] if self.kind == STR else encode_value(element, VOCAB, ITEM[self.kind])


def some_value(random: Random, kind: Type) -> Any:
    if kind == INT:
        return random.choice((random.randint(-2, 4), random.randint(-2, 4), 70_000, -70_001))
    if kind == BOOL:
        return random.random() < 0.5
    if kind == STR:
        return "".join(random.choices("abé\t", k=random.randint(0, 3)))  # a tab's number is the code of the bracket that opens a text
    few = [some_value(random, ITEM[kind]) for _ in range(3)]
    return tuple(random.choice(few) for _ in range(random.randint(0, 3 if kind == LIST_INT else 5)))


def some_list(random: Random, kind: Type) -> Any:
    if kind == STR:
        return "".join(random.choices(random.choice(("ab", "aabBé -")), k=random.randint(0, 9)))
    return tuple(random.choices((-3, 0, 2, 9, 70_000, 70_001), k=random.randint(0, 8))) if kind == LIST_INT else some_value(random, kind)


def some_case(random: Random, kind: Type, shape: str) -> Case:
    values = some_list(random, kind)
    above: list[tuple[Any, Type]] = []
    for letter in shape:
        begin = random.randint(0, max(0, len(values) - 1))
        piece = values[begin : begin + random.choice((0, 1, 1, 2, 3))]
        if letter == "n":
            above.append((random.randint(0, max(0, len(values) - 1)) if random.random() < 0.7 else random.randint(-6, 9), INT))
        elif letter == "s" or kind == STR:
            above.append((piece if random.random() < 0.7 else some_value(random, kind), kind))
        else:
            above.append((random.choice(values) if values and random.random() < 0.6 else some_value(random, ITEM[kind]), ITEM[kind]))
    below = tuple((some_value(random, other), other) for other in random.choices((INT, LIST_STR, LIST_LIST_INT), k=random.randint(0, 2)))
    return Case(kind, values, tuple(above), below)


def some_cases(seed: int) -> list[Case]:
    random = Random(seed)
    return [some_case(random, kind, shape) for kind in ITEM for shape in ABOVE]


def laid(states: list[list[Cell]], pops: list[int], *, copy: bool = True) -> tuple[Laid, list[list[Cell]], Window]:
    """What is known of some states, and the cells of their windows."""
    rows = rows_of(states, 220, VOCAB)
    codes, numbers = tensor(rows.codes), tensor(rows.numbers)
    layout, z0 = layout_of(codes, VOCAB), TABLE.embed(codes, numbers)
    condition = Condition.of(tensor([VOCAB.numbers[TAKING[count]] for count in pops]), tensor(pops))
    window = window_of(layout, condition, torch.full((len(states),), 60), copy)
    inside = window.gather(codes)
    found = Pieces(32, 64, VOCAB).laid(
        inside, values_of(window.gather(z0), inside, TABLE), elements_of(codes, layout, VOCAB), layout, window
    )
    pairs = zip(inside.tolist(), window.gather(numbers).tolist(), strict=True)
    return found, [list(zip(*pair, strict=True)) for pair in pairs], window


def laid_cases(cases: list[Case], *, copy: bool = True) -> tuple[Laid, list[list[Cell]], Window]:
    return laid([case.cells() for case in cases], [case.pops for case in cases], copy=copy)


def of(items: tuple[Any, ...]) -> Laid:
    """Of one state whose items are all arguments."""
    return laid([encode(State(items), VOCAB)], [len(items)])[0]


def replaced(case: Case, old: Elements, new: Elements, most: int = -1) -> Elements:
    """From the left and without overlaps, `most` of all; nothing is found nowhere."""
    if not old:
        return tuple(case.values)
    if case.kind == STR:
        return tuple(case.values.replace("".join(old), "".join(new), most))
    made, rest = [], case.values
    while rest:
        found = most != 0 and rest[: len(old)] == old
        made += new if found else rest[:1]
        rest, most = rest[len(old) if found else 1 :], most - found
    return tuple(made)


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
        made |= dict.fromkeys(("turned", "turned back", "but that one", "that one"))
    else:
        one = numbers[0]
        made["turned"] = tuple(values[(i + one) % count] for i in index)
        made["turned back"] = tuple(values[(i - one) % count] for i in index)
        made["but that one"] = tuple(values[i] for i in index if i != one)
        made["that one"] = tuple(values[i] for i in index if i == one)
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


def led(found: Laid, cells: list[list[Cell]], row: int, name: str) -> tuple[list[Cell], list[bool], int]:
    """The cells that a layout leads to, where, and how many it says that it has."""
    number = JUMPS.index(name)
    there, columns = found.there[row, :, number].tolist(), found.jumps[row, :, number].tolist()
    return [cells[row][column] for column, here in zip(columns, there, strict=True) if here], there, int(found.totals[row, number])


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_layouts_are_what_python_says(seed: int, copy: bool) -> None:
    cases, checked = [case if copy else replace(case, below=()) for case in some_cases(seed)], set[str]()
    found, cells, window = laid_cases(cases, copy=copy)
    assert found.jumps.shape == (*window.places.shape, len(JUMPS)) == found.there.shape
    first = 1 if copy else NUM_CONSTANTS + 1  # behind SEP
    for row, case in enumerate(cases):
        for name, expected in wanted(case).items():
            reached, there, total = led(found, cells, row, name)
            room = there[first:]
            assert reached == (expected or [])[: len(room)], (name, case)
            assert total == len(expected or []), (name, case)
            assert not any(there[:first]) and all(room[: len(reached)]), (name, case)
            checked |= {name} if expected else set()
    assert checked == {*JUMPS} - {"over and over"}
    assert not found.jumps[~found.there].any()
    seen = window.seen[:, None].expand(-1, window.seen.shape[1], -1).gather(2, found.jumps)
    assert bool(seen[found.there].all()), "only cells of the arguments are pointed to"


@pytest.mark.parametrize("seed", range(2))
def test_over_and_over(seed: int) -> None:
    cases = some_cases(seed)
    found, cells, _ = laid_cases(cases)
    for row, case in enumerate(cases):
        reached, there, total = led(found, cells, row, "over and over")
        often = max(0, case.numbers()[0]) if case.numbers() else None
        expected = [] if often is None else case.put(tuple(case.values) * min(often, 1000))
        assert reached == expected[: len(there) - 1], case
        assert total == len(expected)


def kinds_of(word: str) -> tuple[Type, ...]:
    return (STR,) if word in OF_TEXTS else (LIST_BOOL, LIST_STR, LIST_LIST_INT, LIST_INT)


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
        reached, _, total = led(found, cells, row, name)
        assert (reached, total) == (result, len(result)), cases[row]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_found(seed: int) -> None:
    cases = [case for case in some_cases(seed) if not case.above or case.part(0)]
    found, _, _ = laid_cases(cases)
    assert len(found.found) == FOUND
    for row, case in enumerate(cases):
        values, old, at = tuple(case.values), case.part(0) or (), found.places[row].tolist()
        where = [i for i in range(len(values)) if old and values[i : i + len(old)] == old]
        equal = [i for i in where if (values[i],) == old]
        often = (len(values) - len(replaced(case, old, ()))) // len(old) if old else 0
        for (number, there), expected in zip(found.found, (where[:1] or [-1], where[-1:] or [-1], [often]), strict=False):
            assert there[row].tolist() == [bool(old)] * len(at), case
            assert not old or set(number[row].tolist()) == set(expected), case
        number, there = found.found[-1]
        assert there[row].tolist() == [1 <= place <= len(equal) for place in at], case
        assert number[row, there[row]].tolist() == equal, case


@pytest.mark.parametrize("word", [*FINDING, "positions"])
def test_words_that_find(word: str) -> None:
    random, op = Random(word), OPS[word]
    reference: Any = op.reference
    cases = [some_case(random, kind, "i") for kind in kinds_of(word) for _ in range(20)]
    cases = [case for case in cases if case.part(0) != ()]
    found, _, _ = laid_cases(cases)
    for row, case in enumerate(cases):
        result = reference(DEFAULT, case.values, case.above[0][0])
        number, there = found.found[FINDING.get(word, FOUND - 1)]
        if word == "positions":
            assert tuple(number[row, there[row]].tolist()) == result, case
        else:
            assert number[row, 1] == result and there[row, 1], case


@pytest.mark.parametrize("seed", range(4))
def test_signs(seed: int) -> None:
    """Whether a cell stands in an occurrence, or begins one; whether its element is equal to the item above, or had an equal before."""
    cases, counted = [case for case in some_cases(seed) if case.part(0) is not None], torch.zeros(SIGNS)
    found, _, window = laid_cases(cases)
    assert found.signs.shape == (*window.places.shape, SIGNS)
    for row, case in enumerate(cases):
        values, old, expected = tuple(case.values), case.part(0) or (), torch.zeros(window.places.shape[1], SIGNS - 2)
        at = 2 + sum(len(encode_value(value, VOCAB, kind)) for value, kind in case.above)  # SEP, what lies above, OPEN
        going_on = 0
        for i, value in enumerate(values):
            begins = bool(old) and not going_on and values[i : i + len(old)] == old
            going_on = len(old) if begins else going_on
            size = len(case.alone(value))
            expected[at, 1] = begins
            expected[at : at + size] += torch.tensor([going_on > 0, 0, (value,) == old, value in values[:i]]).float()
            at, going_on = at + size, max(0, going_on - 1)
        assert torch.equal(found.signs[row, :, : SIGNS - 2], expected), case
        counted[: SIGNS - 2] += expected.sum(0)
    assert bool((counted[: SIGNS - 2] > 0).all())


@pytest.mark.parametrize("numbers", [(2, 3, 12), (5, -2, -1), (0, 1, 0), (70_000, 5, 70_012), (-70_012, 4, -70_000), (3, 1, -4)])
def test_signs_of_range(numbers: tuple[int, int, int]) -> None:
    signs = of(numbers).signs[0]
    start, step, end = numbers
    places, length = signs.shape[0] - 2, len(range(start, end, step))
    assert signs[:, SIGNS - 2].tolist() == [0, 0] + [1] * places  # behind SEP and the bracket
    assert signs[:, SIGNS - 1].tolist() == [0, 0] + [1] * length + [0] * (places - length)
    assert not of((numbers[0], "ab", numbers[2])).signs[0, :, SIGNS - 2 :].any()


def test_shifts() -> None:
    lists = ((3, 1), (2,), (5, 6, 7))  # they begin at 1, 5 and 8, and the last bracket is at 13
    found = of((lists, 1, (2,)))
    assert found.shifts.shape[2] == SHIFTS
    assert found.places[0].tolist() == list(range(-1, found.places.shape[1] - 1))
    for column, p in enumerate(found.places[0].tolist()):
        beside = [p - 5, p - 5 - 3, p + 3, p - 3, 5, 1, p - 1, p - 1 - 4, p + 5 - 1, p + 1 - 1, p - 3, p - 5 - 3]
        assert found.shifts[0, column].tolist() == beside
    found = of((lists, 0, 2))
    for column, p in enumerate(found.places[0].tolist()):
        beside = [p - 8, p - 8 - 5, p + 5, p - 5, 8, 1, p - 1, p - 1 - 4, p + 8 - 1, p + 1 - 1, p - 1, p - 8 - 1]
        assert found.shifts[0, column].tolist() == beside
    assert of((lists, 3)).shifts[0, 1, [1, 4]].tolist() == [-13, 13], "behind the last one stands the bracket"


def test_a_state_does_not_matter_to_the_others() -> None:
    cases = [case for seed in range(2) for case in some_cases(seed)]
    Random(0).shuffle(cases)
    together, _, _ = laid_cases(cases)
    for row in range(0, len(cases), 4):
        alone, _, window = laid_cases([cases[row]])
        width = window.places.shape[1]
        for name in ("jumps", "there", "shifts", "signs", "places"):
            assert torch.equal(getattr(together, name)[row, :width], getattr(alone, name)[0]), (name, cases[row])
        for ours, mine in zip(together.found, alone.found, strict=True):
            assert all(torch.equal(our[row, :width], my[0]) for our, my in zip(ours, mine, strict=True)), cases[row]
        assert torch.equal(together.totals[row], alone.totals[0])
        others = [number for number, name in enumerate(JUMPS) if name != "over and over"]
        assert not together.there[row, width:, others].any()


def test_what_lies_below_and_the_constants_do_not_matter() -> None:
    cases = [replace(case, below=()) for case in some_cases(3)]
    one, _, _ = laid_cases(cases)
    for changed in ({"below": (((1, 2), LIST_INT), (3, INT))}, {"constants": ("ab", (1, 2), None, 7)}):
        other, _, _ = laid_cases([replace(case, **changed) for case in cases])
        width = min(one.places.shape[1], other.places.shape[1])
        for name in ("jumps", "there", "shifts", "signs", "places"):
            assert torch.equal(getattr(one, name)[:, :width], getattr(other, name)[:, :width]), (name, changed)
        assert torch.equal(one.totals, other.totals)


def test_no_list_no_layout() -> None:
    states = [encode(State(items), VOCAB) for items in ((4,), (4, True), (70_000, 3, 2), ((1, 2), 3), "range", ())]
    found, _, _ = laid(states, [1, 2, 3, 1, 2, 3])  # the list of the fourth lies below its one argument
    assert not found.there.any() and not found.jumps.any()
    assert not found.totals.any()
    assert not found.signs[:, :, :4].any()
    assert bool(of(((1, 2), 3)).there.any())


def test_the_lowest_list_is_looked_at() -> None:
    """And of what lies above it, what is of the same type is a part of it."""
    found, cells, _ = laid([encode(State(((9, 8), ("b", "a"), 0, ("c",))), VOCAB)], [3])
    assert led(found, cells, 0, "sorted")[0] == encode_value(("a", "b"), VOCAB)
    assert led(found, cells, 0, "put in")[0] == encode_value(("c", "b", "a"), VOCAB)


def test_scores_are_those_of_the_layouts_that_lead_there() -> None:
    found, _, _ = laid_cases(some_cases(0)[::9])
    pieces = Pieces(32, 64, VOCAB)
    with torch.no_grad():
        pieces.choice.bias.copy_(2.0 ** torch.arange(len(JUMPS)))  # sums say which were added
        scores = pieces.scores(torch.zeros(*found.places.shape, 32), found) / SHARP
    for row, (jumps, there) in enumerate(zip(found.jumps.tolist(), found.there.tolist(), strict=True)):
        for column, (each, here) in enumerate(zip(jumps, there, strict=True)):
            expected = [0.0] * len(jumps)
            for number, jump in enumerate(each):
                expected[jump] += 2.0**number * here[number]
            assert scores[row, column].tolist() == expected


def test_results_may_end_where_a_layout_does() -> None:
    cases = some_cases(1)[::5]
    found, _, _ = laid_cases(cases)
    pieces = Pieces(32, len(JUMPS), VOCAB)
    with torch.no_grad():
        pieces.ends.weight.copy_(torch.eye(len(JUMPS)))
        stops = pieces.stops(torch.eye(len(JUMPS)).expand(len(cases), -1, -1), found)  # as many ops as layouts
    for row in range(len(cases)):
        for number, total in enumerate(found.totals[row].tolist()):
            expected = [SHARP * ((place == total) - (place < total)) for place in range(stops.shape[2])]
            assert stops[row, number].tolist() == (expected if total else [0.0] * len(expected))


def test_a_new_field_with_pieces_is_what_it_was_and_one_that_uses_them_is_not() -> None:
    steps, ends = batch().steps.take(tensor(range(12)).numpy()), list[Tensor]()
    plain = small_field(addresses=True, ordered=True)
    for pieces, moved in ((False, ""), (True, ""), (True, "choice"), (True, "into")):
        field = small_field(addresses=True, ordered=True, pieces=pieces, shaken=False)
        absent = field.load_state_dict(plain.state_dict(), strict=False).missing_keys
        assert bool(absent) == pieces and all(name.startswith("pieces.") for name in absent)
        with torch.no_grad():
            field.gate.bias.fill_(3.0)
            if moved:
                getattr(field.pieces, moved).weight.normal_(generator=torch.Generator().manual_seed(0))
            before, _, condition = of_steps(field, steps)
            end = field.endpoint(before.z0, torch.zeros(len(steps)), before, condition)
            ends.append(torch.cat([end.generated.flatten(), end.stop.flatten(), end.error.flatten()]))
    assert torch.equal(ends[0], ends[1])
    assert not torch.allclose(ends[1], ends[2], atol=1e-3) and not torch.allclose(ends[1], ends[3], atol=1e-3)


@pytest.mark.parametrize(
    ("word", "name", "items", "result"),
    [
        ("sort", "sorted", (((3,), (1, 2), (), (1,)),), ((), (1,), (1, 2), (3,))),
        ("replace-all", "replaced", ("baaab", "aa", "xyz"), "bxyzab"),
        ("insert", "put in", (("a", "bc"), 1, "de"), ("a", "de", "bc")),
    ],
)
def test_a_word_is_a_choice_of_one_layout(word: str, name: str, items: tuple[Any, ...], result: Any) -> None:
    """A field whose pointer chooses it, and nothing else, does what the word does."""
    field = small_field(addresses=True, ordered=True, pieces=True, shaken=False)
    rows = rows_of([encode(State(items), VOCAB)], 60, VOCAB)
    condition = Condition.of(tensor([VOCAB.numbers[word]]), tensor([pops_of(word)]))
    with torch.no_grad():
        field.gate.bias.fill_(20.0)
        field.pieces.choice.bias[JUMPS.index(name)] = 20.0
        source = field.source(tensor(rows.codes), tensor(rows.numbers))
        end = field.endpoint(source.z0, torch.zeros(1), source, condition)
        codes, _ = field.table.decode(end.inside, source.table)
    expected = [code for code, _ in encode_value(result, VOCAB)]
    assert codes[0, 1 : 1 + len(expected)].tolist() == expected


@pytest.mark.parametrize("exact", [False, True])
def test_weights_without_may_begin_a_field_with(exact: bool, tmp_path: Path) -> None:
    """Also where what is found is shown as numbers."""
    config = FieldConfig(depth=1, int_range=100, phases=exact, folded=exact, divided=exact, exact=exact, addresses=True, ordered=True)
    plain, grown = Executor(config, VOCAB), Executor(replace(config, pieces=True), VOCAB)
    assert grown.field.config.finds == exact
    with torch.no_grad():
        for parameter in plain.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(parameter.numel())))
    save_weights(tmp_path / "plain", plain, plain.state_dict(), {})
    begin_with(grown, tmp_path / "plain")
    before, _, condition = of_steps(plain.field, batch().steps.take(tensor(range(12)).numpy()))
    with torch.no_grad():
        ends = [model.field.endpoint(before.z0, torch.zeros(len(before.z0)), before, condition) for model in (plain, grown)]
    torch.testing.assert_close(ends[0].inside, ends[1].inside)
    torch.testing.assert_close(ends[0].stop, ends[1].stop)


def test_what_is_found_is_shown_as_numbers() -> None:
    field = small_field(phases=True, folded=True, divided=True, exact=True, addresses=True, ordered=True, pieces=True)
    for items, numbers, places in ((("baaab", "aa"), (1, 2, 1), ()), (((9, 4, 9), 9), (0, 2, 2), (0, 2)), (((4, 4), 9), (-1, -1, 0), ())):
        rows = rows_of([encode(State(items), VOCAB)], 60, VOCAB)
        source = field.source(tensor(rows.codes), tensor(rows.numbers))
        window = window_of(source.layout, Condition.of(tensor([VOCAB.numbers["take"]]), tensor([2])), tensor([8]), copy=True)
        z0, codes, layout = window.gather(source.z0), window.gather(source.codes), source.layout
        with torch.no_grad():
            known = values_of(z0, codes, field.table)
            found = field.pieces.laid(codes, known, elements_of(source.codes, layout, VOCAB), layout, window).found
            shown = field.phases.shown(z0, codes, field.table, layout, window, torch.full((1, 2, 4), -1), found)[:, -FOUND:]
        for place in range(8):
            for kind, number in enumerate(numbers):
                torch.testing.assert_close(shown[place, kind], phases_of(number), atol=1e-5, rtol=0)
            if 0 <= place - 2 < len(places):  # behind SEP and the bracket
                torch.testing.assert_close(shown[place, FOUND - 1], phases_of(places[place - 2]), atol=1e-5, rtol=0)
            else:
                assert not shown[place, FOUND - 1].any()


def phases_of(number: int) -> Tensor:
    return number_features(torch.tensor(float(number), dtype=torch.float64))[1]
