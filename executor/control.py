"""What words do that run quotations: which calls of the network they come down to.

A word that runs a quotation puts values aside and back, takes a list apart and puts one together of what comes out, and looks at flags, counts and keys: that is routing, and is done exactly, on cells. In
between, its quotations run word by word, each word one call of the network. So a field need not know in one call what several ops do after one another.

    dip [f]       aside, f, back                  bi [f] [g]    a copy aside, f, back, g
    keep [f]      a copy aside, f, back           bi* [f] [g]   aside, f, back, g
    call [f]      f                               bi@ [f]       aside, f, aside, back below, f, aside, back below, back
    if [f] [g]    f or g                          when [f]      f or nothing                times [f]   f so often
    map [f], filter, count, any, all, zip-with, map-index, filter-index, positions-where, sort-by, group-by      f on each element, all at once
    fold [f], fold-index, scan                                                                                   f on one after the other

Where what lies on the stack does not fit (no list, no flag, too few values), or a list is empty, so that nothing tells the kind of the result, the network is asked for the word itself, in one call.

Programs are generators: they ask for calls, as many at once as do not wait for one another, and are sent what the network made of these.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from dsl.program import Constant, Instruction, Push, Quotation
from dsl.values import CODES, Profile, Stuck, check
from dsl.values import Reason as Why
from embed.cells import Cell, CellError, decode, encode_value
from embed.moves import body_tokens
from embed.vocab import CONSTANTS, OPENS, Kind, Vocabulary
from executor.quotations import pops_with

MOST_TIMES = 64
"""`times` more often than this is one call."""

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


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the network."""

    op: int
    pops: int
    bodies: tuple[tuple[int, ...], ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out of it: cells, how likely an error was, and cells of the result."""

    cells: tuple[Cell, ...]
    trouble: float
    result: int


Steps: TypeAlias = "Generator[list[Call], Sequence[Answer], Stack]"
"""A program: it ends with a state."""
Meaning: TypeAlias = "Callable[[Run, Stack, Sequence[Quotation]], Steps | None]"
"""What a word does with these quotations; None where what lies on the stack does not fit."""


def together(programs: Sequence[Steps]) -> Generator[list[Call], Sequence[Answer], list[Stack]]:
    """Several programs side by side: the states that they end with."""
    ends: dict[int, Stack] = {}
    asked: dict[int, list[Call]] = {}

    def go_on(number: int, answers: Sequence[Answer] | None) -> None:
        try:
            asked[number] = next(programs[number]) if answers is None else programs[number].send(answers)
        except StopIteration as end:
            ends[number] = end.value
            asked.pop(number, None)

    for number in range(len(programs)):
        go_on(number, None)
    while asked:
        answers = yield [call for calls in asked.values() for call in calls]
        place = 0
        for number, calls in list(asked.items()):
            go_on(number, answers[place : place + len(calls)])
            place += len(calls)
    return [ends[number] for number in range(len(programs))]


class Run:
    """One state's program."""

    def __init__(self, vocab: Vocabulary, profile: Profile) -> None:
        self.vocab, self.profile = vocab, profile
        self.trouble, self.result = 0.0, 0

    def word(self, stack: Stack, name: str, quotations: Sequence[Quotation]) -> Steps:
        """A word, as its quotations where it has some and they can run."""
        steps = CONTROL[name](self, stack, quotations) if name in CONTROL else None
        if steps is not None:
            return (yield from steps)
        tokens = tuple(tuple(body_tokens(quotation.body, self.vocab)) for quotation in quotations)
        return (yield from self.call(stack, self.vocab.numbers[name], pops_with(name, quotations), tokens))

    def call(self, stack: Stack, op: int, pops: int, bodies: tuple[tuple[int, ...], ...] = ()) -> Steps:
        """One call of the network."""
        (answer,) = yield [Call(op, pops, bodies, tuple(stack.cells(self.vocab)))]
        self.trouble, self.result = max(self.trouble, answer.trouble), answer.result
        return Stack.read(answer.cells, self.vocab)

    def body(self, stack: Stack, body: Sequence[Instruction]) -> Steps:
        """The words of a quotation, until one gets stuck."""
        pending = list[Quotation]()
        for instruction in body:
            if stack.stuck(self.vocab):
                break
            if isinstance(instruction, Quotation):
                pending.append(instruction)
            elif isinstance(instruction, Push):
                codes = [token - len(self.vocab.body_words) for token in body_tokens((instruction,), self.vocab)]
                stack = self.checked(stack, tuple((code, 0) for code in codes), 0)
            elif isinstance(instruction, Constant):
                stack = yield from self.call(stack, self.vocab.numbers[CONSTANTS[instruction.index]], 0)
            else:
                stack = yield from self.word(stack, instruction.name, pending)
                pending = []
            if len(stack.items) + len(pending) > self.profile.max_stack:
                return self.stuck(stack, Why.SIZE)
        return stack

    # What is read of items, and made of them.

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


# Words that run quotations on parts of the stack: None where there are too few values.


def _call(run: Run, stack: Stack, quotations: Sequence[Quotation]) -> Steps | None:
    return run.body(stack, quotations[0].body)


def _aside(run: Run, stack: Stack, quotations: Sequence[Quotation], *, copy: bool) -> Steps | None:
    """`dip`, and `keep`, which leaves a copy."""

    def steps() -> Steps:
        after = yield from run.body(stack.over([], 0 if copy else 1), quotations[0].body)
        return after if after.stuck(run.vocab) else after.over([stack.items[0]], 0)

    return steps() if stack.items else None


def _both(run: Run, stack: Stack, quotations: Sequence[Quotation], *, copy: bool) -> Steps | None:
    """`bi`, where both quotations run on the value, and `bi*`, where the first runs on what lies below it."""

    def steps() -> Steps:
        after = yield from run.body(stack.over([], 0 if copy else 1), quotations[0].body)
        return after if after.stuck(run.vocab) else (yield from run.body(after.over([stack.items[0]], 0), quotations[1].body))

    return steps() if len(stack.items) >= (1 if copy else 2) else None


def _on_two(run: Run, stack: Stack, quotations: Sequence[Quotation]) -> Steps | None:
    """`bi@`, on two values of one type."""
    if len(stack.items) < 2 or run.kind(stack.items[0]) != run.kind(stack.items[1]):
        return None

    def steps() -> Steps:
        first = yield from run.body(stack.over([stack.items[1]], 2), quotations[0].body)
        if first.stuck(run.vocab):
            return first
        last = yield from run.body(first.over([stack.items[0]], 1), quotations[0].body)
        return last if last.stuck(run.vocab) else last.over([*last.items[:1], *first.items[:1]], 1)

    return steps()


def _decided(run: Run, stack: Stack, quotations: Sequence[Quotation]) -> Steps | None:
    """`if`, and `when`, which has nothing else."""
    flag = run.flag(stack.items[0]) if stack.items else None
    if flag is None:
        return None
    chosen = quotations[0].body if flag else quotations[1].body if len(quotations) > 1 else ()
    return run.body(stack.over([], 1), chosen)


def _times(run: Run, stack: Stack, quotations: Sequence[Quotation]) -> Steps | None:
    many = run.number(stack.items[0]) if stack.items else None
    if many is None or many > MOST_TIMES:
        return None

    def steps() -> Steps:
        after = stack.over([], 1)
        for _ in range(many):
            if after.stuck(run.vocab):
                break
            after = yield from run.body(after, quotations[0].body)
        return after

    return steps()


# Words that run a quotation on elements.

Combine: TypeAlias = "Callable[[Run, Sequence[Item], Sequence[Item], Item], Item | None]"
"""What is made of the elements, what came out for each, and the list; None where this makes nothing."""


def _each(run: Run, stack: Stack, quotations: Sequence[Quotation], *, combine: Combine, indexed: bool = False) -> Steps | None:
    """The quotation on each element, and its place where `indexed`."""
    elements = run.elements(stack.items[0]) if stack.items else None
    if elements is None:
        return None
    places = [[run.int_item(place)] if indexed else [] for place in range(run.profile.index_base, run.profile.index_base + len(elements))]
    given = [[element, *place] for element, place in zip(elements, places, strict=True)]
    return _on_all(run, stack, quotations[0], given, 1, lambda tops: combine(run, elements, tops, stack.items[0]))


def _zip_with(run: Run, stack: Stack, quotations: Sequence[Quotation]) -> Steps | None:
    lists = [run.elements(item) for item in stack.items[:2]]
    right, left = lists if len(lists) == 2 else (None, None)
    if left is None or right is None:
        return None
    return _on_all(run, stack, quotations[0], [[b, a] for a, b in zip(left, right, strict=False)], 2, run.list_of)


def _on_all(
    run: Run,
    stack: Stack,
    quotation: Quotation,
    given: Sequence[Sequence[Item]],
    taken: int,
    combine: Callable[[Sequence[Item]], Item | None],
) -> Steps:
    """The quotation on each of these items, all at once; the first that gets stuck is what all do."""
    ends = yield from together([run.body(stack.over(items, taken), quotation.body) for items in given])
    for end in ends:
        if end.stuck(run.vocab):
            return end
        if not end.items:
            return run.stuck(stack, Why.TYPE)
    made = combine([end.items[0] for end in ends])
    return run.stuck(stack, Why.TYPE) if made is None else run.checked(stack, made, taken)


def _map(run: Run, elements: Sequence[Item], tops: Sequence[Item], whole: Item) -> Item | None:
    return run.list_of(tops)


def _flags(run: Run, tops: Sequence[Item]) -> list[bool] | None:
    flags = [run.flag(top) for top in tops]
    return None if None in flags else [bool(flag) for flag in flags]


def _filter(run: Run, elements: Sequence[Item], tops: Sequence[Item], whole: Item) -> Item | None:
    flags = _flags(run, tops)
    return None if flags is None else run.list_of([element for element, kept in zip(elements, flags, strict=True) if kept], whole)


def _count(run: Run, elements: Sequence[Item], tops: Sequence[Item], whole: Item) -> Item | None:
    flags = _flags(run, tops)
    return None if flags is None else run.int_item(sum(flags))


def _of_flags(
    run: Run, elements: Sequence[Item], tops: Sequence[Item], whole: Item, *, what: Callable[[Iterable[bool]], bool]
) -> Item | None:
    flags = _flags(run, tops)
    return None if flags is None else ((run.vocab.code(Kind.BOOL) + what(flags), 0),)


def _places(run: Run, elements: Sequence[Item], tops: Sequence[Item], whole: Item) -> Item | None:
    flags = _flags(run, tops)
    if flags is None:
        return None
    nothing = ((run.vocab.code(Kind.OPEN) + OPENS.index("List[Int]"), 0),)
    return run.list_of([run.int_item(place) for place, kept in enumerate(flags, run.profile.index_base) if kept], nothing)


def _keys(run: Run, tops: Sequence[Item]) -> list[int] | None:
    keys = [run.number(top) for top in tops]
    return None if None in keys else [key for key in keys if key is not None]


def _sort_by(run: Run, elements: Sequence[Item], tops: Sequence[Item], whole: Item) -> Item | None:
    keys = _keys(run, tops)
    return None if keys is None else run.list_of([elements[place] for place in sorted(range(len(keys)), key=keys.__getitem__)])


def _grouped(run: Run, stack: Stack, quotations: Sequence[Quotation]) -> Steps | None:
    """`group-by`, which takes nothing but a List[Int]."""
    return _each(run, stack, quotations, combine=_group_by) if stack.items and run.kind(stack.items[0]) == "List[Int]" else None


def _group_by(run: Run, elements: Sequence[Item], tops: Sequence[Item], whole: Item) -> Item | None:
    keys = _keys(run, tops)
    if keys is None:
        return None
    groups: dict[int, list[Item]] = {}
    for key, element in zip(keys, elements, strict=True):
        groups.setdefault(key, []).append(element)
    made = [run.list_of(group) for group in groups.values()]
    return None if None in made else run.list_of([group for group in made if group is not None])


def _fold(run: Run, stack: Stack, quotations: Sequence[Quotation], *, indexed: bool = False) -> Steps | None:
    elements = run.elements(stack.items[1]) if len(stack.items) > 1 else None
    if elements is None:
        return None
    given = [(element, run.int_item(place) if indexed else None) for place, element in enumerate(elements, run.profile.index_base)]

    def steps() -> Steps:
        value = stack.items[0]
        for element, place in given:
            after = yield from run.body(stack.over([element, value, *([place] if place else [])], 2), quotations[0].body)
            if after.stuck(run.vocab):
                return after
            if not after.items:
                return run.stuck(stack, Why.TYPE)
            value = after.items[0]
        return run.checked(stack, value, 2)

    return steps()


def _scan(run: Run, stack: Stack, quotations: Sequence[Quotation]) -> Steps | None:
    elements = run.elements(stack.items[0]) if stack.items else None
    if elements is None:
        return None

    def steps() -> Steps:
        values = elements[:1]
        for element in elements[1:]:
            after = yield from run.body(stack.over([element, values[-1]], 1), quotations[0].body)
            if after.stuck(run.vocab):
                return after
            if not after.items:
                return run.stuck(stack, Why.TYPE)
            values.append(after.items[0])
        made = run.list_of(values)
        return run.stuck(stack, Why.TYPE) if made is None else run.checked(stack, made, 1)

    return steps()


CONTROL: dict[str, Meaning] = {
    "call": _call, "dip": partial(_aside, copy=False), "keep": partial(_aside, copy=True), "bi": partial(_both, copy=True),
    "bi*": partial(_both, copy=False), "bi@": _on_two, "if": _decided, "when": _decided, "times": _times,
    "map": partial(_each, combine=_map), "filter": partial(_each, combine=_filter), "count": partial(_each, combine=_count),
    "any": partial(_each, combine=partial(_of_flags, what=any)), "all": partial(_each, combine=partial(_of_flags, what=all)),
    "zip-with": _zip_with, "map-index": partial(_each, combine=_map, indexed=True), "filter-index": partial(_each, combine=_filter, indexed=True),
    "positions-where": partial(_each, combine=_places), "sort-by": partial(_each, combine=_sort_by), "group-by": _grouped,
    "fold": _fold, "fold-index": partial(_fold, indexed=True), "scan": _scan,
}  # fmt: skip
"""The words that are run as their quotations. Each is held against the machine in tests/executor/test_control.py."""
