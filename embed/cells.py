"""Stacks as cells, and back, exactly.

    constants c0..c3 | SEP | items, top first | END | PAD ...

An Int, a Bool or a character is one cell; a list or string is an OPEN cell, its elements, and CLOSE. An absent constant is one NONE
cell. In place of the items of a stack that is stuck stands one ERROR cell. A cell is a code of the vocabulary and a number beside it,
which is 0 but where the code says BEYOND: an Int, or a character, that has no code of its own.

Abstract values are cells of the same table. One domain speaks at a time: `type`, `parity` and `sign` take one cell, `interval` and
`length` are an OPEN cell, their bounds, and CLOSE; `chars` has a cell for each class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dsl.domains.characters import LABELS
from dsl.domains.length import lengths
from dsl.domains.product import BOTTOM, TOP, Abstract
from dsl.domains.ranges import EMPTY, Range
from dsl.domains.types import NEVER
from dsl.domains.types import TOP as ANY_TYPE
from dsl.errors import DslError
from dsl.program import NUM_CONSTANTS
from dsl.types import LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, VALUE_TYPES, ListOf, Type
from dsl.values import Stuck, Value
from embed.vocab import ERRORS, NUM_CHARS, OPENS, TYPES, Kind, Vocabulary

Cell = tuple[int, int]
"""A code and the number beside it."""

_TYPE_ELEMENTS: dict[str, Any] = {str(kind): kind for kind in VALUE_TYPES} | {
    "any": ANY_TYPE, "List[any]": ListOf(ANY_TYPE), "List[nothing]": ListOf(NEVER), "List[List[nothing]]": ListOf(ListOf(NEVER)),
}  # fmt: skip
_TYPE_NAMES = {element: name for name, element in _TYPE_ELEMENTS.items()}
_OPEN_INDEX = {name: i for i, name in enumerate(OPENS)}


class CellError(DslError):
    """Cells that are no stack: names the place and what is wrong. A network's output may be such cells."""


@dataclass(frozen=True, slots=True)
class State:
    """A stack (top last) or the name of an error (of `embed.vocab.ERRORS`), with the constants beside it; an absent constant is None."""

    items: tuple[Any, ...] | str
    constants: tuple[Any, ...] = (None,) * NUM_CONSTANTS

    def __post_init__(self) -> None:
        if len(self.constants) != NUM_CONSTANTS:
            object.__setattr__(self, "constants", (*self.constants, *(None,) * (NUM_CONSTANTS - len(self.constants))))


def encode_value(value: Value, vocab: Vocabulary, kind: Type | None = None) -> list[Cell]:
    """The cells of one value; an empty list of which `kind` does not say what it is a list of is taken for a List[Int]."""
    if isinstance(value, bool):
        return [(vocab.code(Kind.BOOL, int(value)), 0)]
    if isinstance(value, int):
        return [_int_cell(value, vocab)]
    if isinstance(value, str):
        return [_open("Str", vocab), *(_char_cell(ord(c), vocab) for c in value), (vocab.code(Kind.CLOSE), 0)]
    kind = kind if str(kind) in _OPEN_INDEX else _list_type(value)
    item = kind.item if isinstance(kind, ListOf) else None
    cells = [cell for element in value for cell in encode_value(element, vocab, item)]
    return [_open(str(kind), vocab), *cells, (vocab.code(Kind.CLOSE), 0)]


def encode_abstract(element: Abstract, domain: str, vocab: Vocabulary) -> list[Cell]:
    """The cells of what one domain says of one value, which may be anything but nothing."""
    if domain == "type":
        return [(vocab.code(Kind.TYPE, TYPES.index(_TYPE_NAMES.get(element.type, "any"))), 0)]
    if domain == "parity":
        return [(vocab.code(Kind.PARITY, element.parity), 0)]
    if domain == "sign":
        return [(vocab.code(Kind.SIGN, element.sign), 0)]
    if domain == "interval":
        inner = _range_cells(element.interval, vocab)
    elif domain == "length":
        inner = _range_cells(element.length.outer, vocab)
        inner += _range_cells(element.length.inner, vocab)
    else:
        inner = [(vocab.code(Kind.CLASS, bit), 0) for bit in range(len(LABELS)) if element.chars >> bit & 1]
    return [_open(domain, vocab), *inner, (vocab.code(Kind.CLOSE), 0)]


def encode(state: State, vocab: Vocabulary, *, domain: str = "concrete", types: Sequence[Type] = ()) -> list[Cell]:
    """The cells of a state, END included. `types` (of the items, top last) says what empty lists are lists of."""

    def cells(value: Any, kind: Type | None = None) -> list[Cell]:
        if value is None:
            return [(vocab.code(Kind.NONE), 0)]
        return encode_value(value, vocab, kind) if domain == "concrete" else encode_abstract(value, domain, vocab)

    parts = [cells(value) for value in state.constants]
    parts.append([(vocab.code(Kind.SEP), 0)])
    if isinstance(state.items, str):
        parts.append([(vocab.code(Kind.ERROR, ERRORS.index(state.items)), 0)])
    else:
        kinds = list(types) if types else [None] * len(state.items)
        parts += [cells(value, kind) for value, kind in zip(reversed(state.items), reversed(kinds), strict=True)]
    parts.append([(vocab.code(Kind.END), 0)])
    return [cell for part in parts for cell in part]


def decode(cells: Sequence[Cell], vocab: Vocabulary, *, domain: str = "concrete") -> State:
    """The state that the cells stand for. Raises `CellError` where they stand for none."""
    reader = _Reader(cells, vocab, domain)
    constants = tuple(reader.constant() for _ in range(NUM_CONSTANTS))
    reader.expect(Kind.SEP)
    if reader.kind() is Kind.ERROR:
        error = ERRORS[vocab.index(reader.next()[0])]
        reader.expect(Kind.END)
        return State(error, constants)
    items = []
    while reader.kind() is not Kind.END:
        items.append(reader.value())
    return State(tuple(reversed(items)), constants)


def stuck_name(stuck: Stuck | None) -> str:
    """The error that a run which got stuck is shown as; `impossible` for an abstract one."""
    return "impossible" if stuck is None else stuck.reason.value


class _Reader:
    """A place among cells."""

    def __init__(self, cells: Sequence[Cell], vocab: Vocabulary, domain: str) -> None:
        self.cells, self.vocab, self.domain, self.at = cells, vocab, domain, 0

    def kind(self) -> Kind:
        """The kind of the cell here."""
        if self.at >= len(self.cells):
            raise CellError(f"the cells end after {self.at}, before END")
        return self.vocab.kinds[self.cells[self.at][0]]

    def next(self) -> Cell:
        """The cell here; goes on to the next."""
        self.kind()
        self.at += 1
        return self.cells[self.at - 1]

    def expect(self, kind: Kind) -> None:
        """Goes past a cell that must be of this kind."""
        if self.kind() is not kind:
            raise self.wrong(kind.name)
        self.at += 1

    def wrong(self, wanted: str) -> CellError:
        """The error for what is here."""
        return CellError(f"cell {self.at} is {self.vocab.name(self.cells[self.at][0])}; {wanted} should stand there")

    def constant(self) -> Any:
        """The next constant, None for an absent one."""
        if self.kind() is Kind.NONE:
            self.at += 1
            return None
        return self.value()

    def value(self) -> Any:
        """The next value, concrete or abstract."""
        return self.concrete() if self.domain == "concrete" else self.abstract()

    def concrete(self) -> Value:
        """The next concrete value."""
        kind = self.kind()
        if kind in (Kind.INT, Kind.BEYOND_INT):
            return self.number()
        if kind is Kind.BOOL:
            return self.vocab.index(self.next()[0]) == 1
        if kind is not Kind.OPEN:
            raise self.wrong("a value")
        name = OPENS[self.vocab.index(self.next()[0])]
        if name == "Str":
            return self.text()
        wanted = {
            "List[Int]": (Kind.INT, Kind.BEYOND_INT),
            "List[Bool]": (Kind.BOOL,),
            "List[Str]": (Kind.OPEN,),
            "List[List[Int]]": (Kind.OPEN,),
        }
        if name not in wanted:
            self.at -= 1
            raise self.wrong("a concrete value")
        inner = {"List[Str]": "Str", "List[List[Int]]": "List[Int]"}.get(name)
        items: list[Value] = []
        while self.kind() is not Kind.CLOSE:
            if self.kind() not in wanted[name] or (inner and OPENS[self.vocab.index(self.cells[self.at][0])] != inner):
                raise self.wrong(f"an item of a {name}")
            items.append(self.concrete())
        self.at += 1
        return tuple(items)

    def number(self) -> int:
        """The next Int."""
        code, number = self.next()
        return number if self.vocab.kinds[code] is Kind.BEYOND_INT else self.vocab.index(code) - self.vocab.int_range

    def text(self) -> str:
        """Characters up to CLOSE."""
        characters = []
        while self.kind() is not Kind.CLOSE:
            if self.kind() not in (Kind.CHAR, Kind.BEYOND_CHAR):
                raise self.wrong("a character")
            code, number = self.next()
            code_point = number if self.vocab.kinds[code] is Kind.BEYOND_CHAR else self.vocab.index(code)
            if not 0 <= code_point < 0x110000:
                raise CellError(f"cell {self.at - 1} is the character number {code_point}, which is none")
            characters.append(chr(code_point))
        self.at += 1
        return "".join(characters)

    def abstract(self) -> Abstract:
        """The next abstract value; the other domains say nothing."""
        single = {"type": Kind.TYPE, "parity": Kind.PARITY, "sign": Kind.SIGN}.get(self.domain)
        if single is not None:
            if self.kind() is not single:
                raise self.wrong(f"a {self.domain}")
            index = self.vocab.index(self.next()[0])
            return _with(self.domain, _TYPE_ELEMENTS[TYPES[index]] if self.domain == "type" else index)
        if self.kind() is not Kind.OPEN or OPENS[self.vocab.index(self.cells[self.at][0])] != self.domain:
            raise self.wrong(f"an abstract value of the domain {self.domain}")
        self.at += 1
        if self.domain == "chars":
            mask = 0
            while self.kind() is Kind.CLASS:
                mask |= 1 << self.vocab.index(self.next()[0])
            self.expect(Kind.CLOSE)
            return _with("chars", mask)
        found = []
        while self.kind() is not Kind.CLOSE:
            found.append(self.bounds())
        self.at += 1
        if len(found) > (1 if self.domain == "interval" else 2):
            raise CellError(f"an abstract value with {len(found)} ranges, before cell {self.at}")
        outer, inner = [*found, EMPTY, EMPTY][:2]
        return _with(self.domain, outer if self.domain == "interval" else lengths(outer, inner))

    def bounds(self) -> Range:
        """The next range: two cells."""
        ends: list[int | None] = []
        for none in (Kind.LOW, Kind.HIGH):
            if self.kind() is none:
                self.at += 1
                ends.append(None)
            elif self.kind() in (Kind.INT, Kind.BEYOND_INT):
                ends.append(self.number())
            else:
                raise self.wrong("a bound")
        return Range(ends[0], ends[1])


def _with(domain: str, element: Any) -> Abstract:
    fields = {name: getattr(TOP, name) for name in ("type", "length", "interval", "parity", "sign", "chars")}
    return Abstract(**(fields | {domain: element}))


def abstract_of(values: Sequence[Value], domain: str) -> Abstract:
    """The least element of a domain that contains all the values; the other domains say nothing."""
    element = BOTTOM
    for value in values:
        element = element.join(Abstract.of(value))
    return element.only((domain,))


def _int_cell(value: int, vocab: Vocabulary) -> Cell:
    if abs(value) <= vocab.int_range:
        return vocab.code(Kind.INT, value + vocab.int_range), 0
    return vocab.code(Kind.BEYOND_INT), value


def _char_cell(code_point: int, vocab: Vocabulary) -> Cell:
    return (vocab.code(Kind.CHAR, code_point), 0) if code_point < NUM_CHARS else (vocab.code(Kind.BEYOND_CHAR), code_point)


def _open(name: str, vocab: Vocabulary) -> Cell:
    return vocab.code(Kind.OPEN, _OPEN_INDEX[name]), 0


def _range_cells(bounds: Range, vocab: Vocabulary) -> list[Cell]:
    if bounds.is_empty:
        return []
    low = (vocab.code(Kind.LOW), 0) if bounds.lo is None else _int_cell(bounds.lo, vocab)
    high = (vocab.code(Kind.HIGH), 0) if bounds.hi is None else _int_cell(bounds.hi, vocab)
    return [low, high]


def _list_type(value: tuple[Any, ...]) -> Type:
    if not value:
        return LIST_INT
    first = value[0]
    if isinstance(first, tuple):
        return LIST_LIST_INT
    return LIST_BOOL if isinstance(first, bool) else LIST_STR if isinstance(first, str) else LIST_INT
