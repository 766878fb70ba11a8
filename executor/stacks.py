"""States while quotations run: their items as cells, what is read of these, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from dsl.values import CODES, Profile, Stuck, check
from dsl.values import Reason as Why
from embed.cells import Cell, CellError, decode, encode_value
from embed.vocab import OPENS, Kind, Vocabulary

Item: TypeAlias = "tuple[Cell, ...]"


@dataclass(frozen=True, slots=True)
class Stack:
    """A state while quotations run, as cells."""

    head: Item
    """The constants and SEP."""
    items: tuple[Item, ...]
    """Top first. They need not be values: what the network makes may follow no rule."""

    @classmethod
    def read(cls, cells: Sequence[Cell], vocab: Vocabulary) -> Stack:
        """The items of some cells; what follows no rule is one item."""
        opens, close, end = vocab.blocks[Kind.OPEN], vocab.code(Kind.CLOSE), vocab.code(Kind.END)
        first = next((place for place, (code, _) in enumerate(cells) if code == vocab.code(Kind.SEP)), len(cells) - 1) + 1
        items, depth = list[list[Cell]](), 0
        for cell in cells[first:]:
            if cell[0] == end and depth <= 0:
                break
            if depth <= 0:
                items.append([])
            items[-1].append(cell)
            depth = max(0, depth + (cell[0] in opens) - (cell[0] == close))
        return cls(tuple(cells[:first]), tuple(map(tuple, items)))

    def cells(self, vocab: Vocabulary) -> list[Cell]:
        """The state as it is."""
        return [*self.head, *(cell for item in self.items for cell in item), (vocab.code(Kind.END), 0)]

    def stuck(self, vocab: Vocabulary) -> bool:
        """Whether it is an error."""
        return bool(self.items) and self.items[0][0][0] in vocab.blocks[Kind.ERROR]

    def over(self, items: Iterable[Item], taken: int) -> Stack:
        """These items, top first, in place of the `taken` topmost."""
        return replace(self, items=(*items, *self.items[taken:]))


class Items:
    """What the items of states are, by a vocabulary, within the limits of a profile."""

    def __init__(self, vocab: Vocabulary, profile: Profile) -> None:
        self.vocab, self.profile = vocab, profile

    def stuck(self, stack: Stack, why: Why) -> Stack:
        """An error in place of all items."""
        return replace(stack, items=(((self.vocab.code(Kind.ERROR) + CODES[why] - 1, 0),),))

    def flag(self, item: Item) -> bool | None:
        """None for anything but a Bool."""
        code = item[0][0] - self.vocab.code(Kind.BOOL)
        return bool(code) if len(item) == 1 and code in (0, 1) else None

    def number(self, item: Item) -> int | None:
        """None for anything but an Int."""
        block, (code, number) = self.vocab.blocks[Kind.INT], item[0]
        if len(item) != 1:
            return None
        return code - block.first - self.vocab.int_range if code in block else number if code == self.vocab.code(Kind.BEYOND_INT) else None

    def int_item(self, number: int) -> Item:
        """A place or a count."""
        return tuple(encode_value(number, self.vocab))

    def elements(self, item: Item) -> list[Item] | None:
        """Those of a list; None for anything else, and for an empty one."""
        opens, close = self.vocab.blocks[Kind.OPEN], self.vocab.code(Kind.CLOSE)
        if len(item) < 3 or item[0][0] not in self._lists() or item[-1][0] != close:
            return None
        found, depth = list[list[Cell]](), 0
        for cell in item[1:-1]:
            if depth == 0:
                found.append([])
            found[-1].append(cell)
            depth += (cell[0] in opens) - (cell[0] == close)
            if depth < 0:
                return None
        return list(map(tuple, found)) if depth == 0 else None

    def list_of(self, elements: Sequence[Item], like: Item | None = None) -> Item | None:
        """The list of some items, of the kind of `like` where there are none; None where they make no list."""
        kinds = {self._bracket(element) for element in elements} if elements else {like[0][0] if like else None}
        if len(kinds) != 1 or None in kinds:
            return None
        (kind,) = kinds
        assert kind is not None
        return ((kind, 0), *(cell for element in elements for cell in element), (self.vocab.code(Kind.CLOSE), 0))

    def checked(self, stack: Stack, item: Item, taken: int) -> Stack:
        """The item in place of the arguments, or the limit that it breaks."""
        try:
            items = decode([*stack.head, *item, (self.vocab.code(Kind.END), 0)], self.vocab).items
        except CellError:
            items = "no value"
        found = check(items[0], self.profile) if not isinstance(items, str) and len(items) == 1 else None
        return self.stuck(stack, found.reason) if isinstance(found, Stuck) else stack.over([item], taken)

    def _lists(self) -> dict[int, str]:
        first = self.vocab.code(Kind.OPEN)
        return {first + place: name for place, name in enumerate(OPENS) if name.startswith("List")}

    def kind(self, item: Item) -> str | None:
        """The type of a value as its cells tell it."""
        if self.number(item) is not None:
            return "Int"
        if self.flag(item) is not None:
            return "Bool"
        closed = item[0][0] in self.vocab.blocks[Kind.OPEN] and item[-1][0] == self.vocab.code(Kind.CLOSE)
        return OPENS[item[0][0] - self.vocab.code(Kind.OPEN)] if closed else None

    def _bracket(self, element: Item) -> int | None:
        """What opens a list of such elements."""
        name = f"List[{self.kind(element)}]"
        return self.vocab.code(Kind.OPEN) + OPENS.index(name) if name in OPENS else None
