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
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from dsl.program import Quotation
from dsl.values import Reason as Why
from embed.vocab import OPENS, Kind
from executor.running import Meaning, Run, Steps, together
from executor.stacks import Item, Stack

MOST_TIMES = 64
"""`times` more often than this is one call."""


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


CONTROL: Mapping[str, Meaning] = {
    "call": _call, "dip": partial(_aside, copy=False), "keep": partial(_aside, copy=True), "bi": partial(_both, copy=True),
    "bi*": partial(_both, copy=False), "bi@": _on_two, "if": _decided, "when": _decided, "times": _times,
    "map": partial(_each, combine=_map), "filter": partial(_each, combine=_filter), "count": partial(_each, combine=_count),
    "any": partial(_each, combine=partial(_of_flags, what=any)), "all": partial(_each, combine=partial(_of_flags, what=all)),
    "zip-with": _zip_with, "map-index": partial(_each, combine=_map, indexed=True), "filter-index": partial(_each, combine=_filter, indexed=True),
    "positions-where": partial(_each, combine=_places), "sort-by": partial(_each, combine=_sort_by), "group-by": _grouped,
    "fold": _fold, "fold-index": partial(_fold, indexed=True), "scan": _scan,
}  # fmt: skip
"""The words that are run as their quotations. Each is held against the machine in tests/executor/test_control.py."""
