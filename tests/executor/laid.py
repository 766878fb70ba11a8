"""Random lists and texts with what lies above and below them, and what the pieces' layouts lead to there: what the tests of layouts and pieces share."""

from dataclasses import dataclass
from random import Random
from typing import Any

import torch

from dsl.ops import OPS
from dsl.program import NUM_CONSTANTS
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, Type
from embed.cells import Cell, State, encode, encode_value
from embed.codes import CodeTable
from embed.steps import rows_of
from executor.addresses import elements_of
from executor.condition import Condition
from executor.layout import layout_of
from executor.layouts import JUMPS
from executor.numbers import values_of
from executor.pieces import Laid, Pieces
from executor.window import Window, window_of
from tests.executor.samples import VOCAB, tensor

TABLE = CodeTable(VOCAB, 96)
TAKING = ("nop", "sort", "take", "replace-value", "replace-nth")
"""An op that takes so many values: what it is does not matter."""
ITEM: dict[Type, Type] = {LIST_INT: INT, LIST_BOOL: BOOL, LIST_STR: STR, LIST_LIST_INT: LIST_INT, STR: STR}
"""What stands in a list; a text is looked for in a text."""
ODD = "a !\x08\t\r\x0e\x1b\x1c\x1f\x85"
"""White space and what stands beside it among the code points."""
ABOVE = ("", "i", "n", "s", "ii", "ni", "in", "ns", "nn", "ss", "sn", "iin", "ssn", "nnn", "nni", "nns")
"""What lies above the list, the lowest first: an item, a number that names one, something of the list's own type."""
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
        return "".join(random.choices("abé\t  ", k=random.randint(0, 3)))  # a tab's number is the code of the bracket that opens a text
    few = [some_value(random, ITEM[kind]) for _ in range(3)]
    return tuple(random.choice(few) for _ in range(random.randint(0, 3 if kind == LIST_INT else 5)))


def some_list(random: Random, kind: Type) -> Any:
    if kind == STR:
        return "".join(random.choices(random.choice(("ab", "aabBé -", "a  b\t", ODD)), k=random.randint(0, 9)))
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


def kinds_of(word: str) -> tuple[Type, ...]:
    """The lists that a word is tried on."""
    return (STR,) if OPS[word].type.before.types[0] == STR else (LIST_BOOL, LIST_STR, LIST_LIST_INT, LIST_INT)


def led(found: Laid, cells: list[list[Cell]], row: int, name: str) -> tuple[list[Cell | None], int]:
    """The cells that a layout leads to, by the place in the result, as far as the window goes, None where it leads nowhere; and how many it says that it has."""
    number = JUMPS.index(name)
    there, columns = found.there[row, :, number].tolist(), found.jumps[row, :, number].tolist()
    places, total = found.places[row].tolist(), int(found.totals[row, number])
    assert all(0 <= place < total for place, here in zip(places, there, strict=True) if here), name
    led_to = zip(places, columns, there, strict=True)
    return [cells[row][column] if here else None for place, column, here in led_to if 0 <= place < total], total
