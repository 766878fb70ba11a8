"""Higher-order words on many rows: quotations run on all elements at once, or, where one result feeds the next, on one position at a time.

The reference calls its quotations element by element and stops at the first that gets stuck, or that uses up the word's fuel
(see `dsl.machine`). Elements do not see each other, so they may all run first; what the reference would have met first is
found afterwards, in the order of its calls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from dsl.columns.control import joined, numbers, taken
from dsl.columns.layout import BOOL_ROWS, EMPTY, INT_ROWS, INTS, LISTS, Array, Column, zeros
from dsl.columns.slots import Elements, Slot, flatten, items_layout, merge, regroup
from dsl.errors import TypeMismatch
from dsl.kernels import FUEL, RANGE, SIZE, TYPE
from dsl.machine import Body
from dsl.ops.table import Op
from dsl.values import FUEL as ALL_STUCK
from dsl.values import Stuck

if TYPE_CHECKING:  # `run` imports this module
    from dsl.columns.run import Rows, Stack


def run(rows: Rows, op: Op, rest: Stack, args: tuple[Slot, ...], bodies: tuple[Body, ...], path: tuple[int, ...]) -> Stack | Stuck:
    """The stack after a higher-order word. Raises `TypeMismatch` where an argument or a body's result has a type that the word does not take."""
    word = _Word(rows, rest, path)
    result = _WORDS[op.name](word, *args, *bodies)
    rows.set_fuel(rows.fuel() - word.used)
    if result is None or not rows.num_running:
        return ALL_STUCK
    return (*rest, result)


class _Word:
    """One higher-order word while it runs: the stack that its bodies see, the fuel that each row had, and what has been used of it."""

    def __init__(self, rows: Rows, rest: Stack, path: tuple[int, ...]) -> None:
        self.rows = rows
        self.rest = rest
        self.path = path
        self.profile = rows.machine.profile
        self.budget = rows.fuel()
        self.used = np.zeros(rows.num, np.int64)

    def stick(self, owners: Array, code: int) -> None:
        """These rows get stuck at the word itself."""
        codes = np.zeros(self.rows.num, np.uint8)
        codes[owners] = code
        self.rows.stick(codes, self.path)

    def call(self, owner: Array, slots: tuple[Slot, ...], body: Body, refused: Array | None = None) -> Slot | None:
        """A body's results on elements, which belong to the rows `owner` (ascending), one call after the other in each row.

        Elements that are `refused` have an index that is no Int of the profile: the word gets stuck instead of calling. Rows that
        get stuck are marked; what their elements give means nothing. None if no element has a result.
        """
        if len(owner) == 0:
            return None
        budget = self.budget[owner]
        part = self.rows.part(owner, budget)
        after = part.execute(body, (*taken(self.rest, owner), *slots))
        if not isinstance(after, Stuck) and (not after or isinstance(after[-1], Body)):
            after = part.stick_all(TYPE, self.path)
        codes, places, used = part.status, part.places, budget - part.fuel()
        here = self.rows.machine.place(self.path)
        if refused is not None and refused.any():
            codes, places = np.where(refused, np.uint8(RANGE), codes), np.where(refused, here, places)
            used = np.where(refused, 0, used)
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        total = np.cumsum(used)
        total -= np.repeat(total[first] - used[first], np.diff(first, append=len(owner)))
        spent = total + self.used[owner]
        over = spent > budget
        self.used[owner] = spent  # the last of a row's elements counts
        bad = np.flatnonzero((codes != 0) | over)
        if len(bad):
            owners, which = np.unique(owner[bad], return_index=True)
            met = bad[which]
            row_codes, row_places = np.zeros(self.rows.num, np.uint8), np.zeros(self.rows.num, np.int32)
            row_codes[owners] = np.where(codes[met] != 0, codes[met], FUEL)
            row_places[owners] = np.where(codes[met] != 0, places[met], here)
            self.rows.stick_at(row_codes, row_places)
        return None if isinstance(after, Stuck) else after[-1]

    def elements(self, slot: Slot, lengths: Array | None = None) -> Elements:
        """The items of the lists of running rows."""
        if items_layout(slot.column.layout) is None:
            raise TypeMismatch(f"expected a list, got {slot.column.kind}")
        lengths = slot.lengths() if lengths is None else lengths
        return flatten(slot, np.where(self.rows.status == 0, lengths, 0), self.profile)

    def lists(self, items: Slot | None, lengths: Array) -> Slot:
        """Lists of so many items for each row; rows whose list is too big get stuck."""
        if items is None:
            return Slot(zeros(EMPTY, self.rows.num, self.profile))
        column, too_big = regroup(items, lengths, self.profile)
        self.stick(np.flatnonzero(too_big), SIZE)
        return Slot(column)

    def ints(self, values: Array) -> Slot:
        """An Int for each row; running rows whose number the profile lacks get stuck."""
        outside = (values < self.profile.int_min) | (values > self.profile.int_max)
        self.stick(np.flatnonzero(outside), RANGE)
        return Slot(Column(INT_ROWS, np.where(outside, 0, values).astype(np.int32)))

    def indices(self, positions: Array) -> tuple[Slot, Array]:
        """The indices of these positions, and which of them the profile lacks."""
        values = positions + self.profile.index_base
        refused = (values < self.profile.int_min) | (values > self.profile.int_max)
        return Slot(Column(INT_ROWS, values.astype(np.int32))), refused

    def flags(self, items: Elements, body: Body, indexed: bool = False) -> Array:
        """What a body that gives Bools says of each item; all false if none has a result."""
        result = self.on_each(items, body, indexed)
        return np.zeros(len(items.owner), bool) if result is None else numbers(result, BOOL_ROWS) != 0

    def on_each(self, items: Elements, body: Body, indexed: bool = False) -> Slot | None:
        """A body's result on each item, or on each index and item."""
        if not indexed:
            return self.call(items.owner, (Slot(items.column),), body)
        index, refused = self.indices(items.position)
        return self.call(items.owner, (index, Slot(items.column)), body, refused)


# ---------------------------------------------------------------- elements side by side


def _map(word: _Word, slot: Slot, body: Body, indexed: bool = False) -> Slot:
    items = word.elements(slot)
    return word.lists(word.on_each(items, body, indexed), items.lengths)


def _map_index(word: _Word, slot: Slot, body: Body) -> Slot:
    return _map(word, slot, body, indexed=True)


def _zip_with(word: _Word, left: Slot, right: Slot, body: Body) -> Slot:
    both = [word.elements(slot).lengths for slot in (left, right)]
    lengths = np.minimum(*both)
    first, second = word.elements(left, lengths), word.elements(right, lengths)
    return word.lists(word.call(first.owner, (Slot(first.column), Slot(second.column)), body), lengths)


def _filter(word: _Word, slot: Slot, body: Body, indexed: bool = False) -> Slot:
    items = word.elements(slot)
    kept = np.flatnonzero(word.flags(items, body, indexed))
    # A filtered list keeps its type even if nothing is left.
    if len(kept) == 0:
        return Slot(zeros(slot.column.layout, word.rows.num, word.profile))
    return word.lists(Slot(items.column, kept), _per_row(word, items.owner[kept]))


def _filter_index(word: _Word, slot: Slot, body: Body) -> Slot:
    return _filter(word, slot, body, indexed=True)


def _count(word: _Word, slot: Slot, body: Body) -> Slot:
    items = word.elements(slot)
    return word.ints(_per_row(word, items.owner[word.flags(items, body)]))


def _any(word: _Word, slot: Slot, body: Body) -> Slot:
    items = word.elements(slot)
    found = _per_row(word, items.owner[word.flags(items, body)])
    return Slot(Column(BOOL_ROWS, (found > 0).astype(np.uint8)))


def _all(word: _Word, slot: Slot, body: Body) -> Slot:
    items = word.elements(slot)
    missing = _per_row(word, items.owner[~word.flags(items, body)])
    return Slot(Column(BOOL_ROWS, (missing == 0).astype(np.uint8)))


def _positions_where(word: _Word, slot: Slot, body: Body) -> Slot:
    items = word.elements(slot)
    kept = np.flatnonzero(word.flags(items, body))
    index, refused = word.indices(items.position[kept])
    word.stick(items.owner[kept[refused]], RANGE)
    result = word.lists(index, _per_row(word, items.owner[kept])) if len(kept) else None
    return result or Slot(zeros(INTS, word.rows.num, word.profile))


def _per_row(word: _Word, owner: Array) -> Array:
    """How many of these items each row owns."""
    return np.bincount(owner, minlength=word.rows.num)


def _sort_by(word: _Word, slot: Slot, body: Body) -> Slot:
    items = word.elements(slot)
    keys = word.on_each(items, body)
    if keys is None:
        return slot
    order = np.lexsort((numbers(keys, INT_ROWS), items.owner)).astype(np.int32)
    return word.lists(Slot(items.column, order), items.lengths)


def _group_by(word: _Word, slot: Slot, body: Body) -> Slot:
    items = word.elements(slot)
    result = word.on_each(items, body)
    if result is None:
        return Slot(zeros(LISTS, word.rows.num, word.profile))
    keys = numbers(result, INT_ROWS).astype(np.int64) + (1 << 31)
    pairs = (items.owner.astype(np.int64) << 32) + keys
    _, firsts, group = np.unique(pairs, return_index=True, return_inverse=True)
    leader = firsts[group]
    order = np.argsort(leader, kind="stable").astype(np.int32)
    # Groups in order of their first item: row after row, since owners ascend.
    leaders, sizes = np.unique(leader, return_counts=True)
    groups, _ = regroup(Slot(items.column, order), sizes, word.profile)
    return word.lists(Slot(groups), _per_row(word, items.owner[leaders]))


# ---------------------------------------------------------------- one position after the other


def _fold(word: _Word, slot: Slot, start: Slot, body: Body, indexed: bool = False) -> Slot | None:
    """The state goes through the positions of the lists; a row leaves when its list ends."""
    items = word.elements(slot)
    starts = items.starts
    mine, state = word.rows.running(), start.take(word.rows.running())
    done: list[tuple[Array, Stack]] = []
    position = 0
    while len(mine):
        ended = items.lengths[mine] <= position
        if ended.any():
            done.append((mine[ended], (state.take(np.flatnonzero(ended)),)))
            mine, state = mine[~ended], state.take(np.flatnonzero(~ended))
            if len(mine) == 0:
                break
        item = Slot(items.column, (starts[mine] + position).astype(np.int32))
        index, refused = word.indices(np.full(len(mine), position))
        slots = (index, state, item) if indexed else (state, item)
        result = word.call(mine, slots, body, refused if indexed else None)
        if result is None:
            break
        fine = np.flatnonzero(word.rows.status[mine] == 0)
        mine, state, position = mine[fine], result.take(fine), position + 1
    stack = joined(word.rows, [(chosen, slots) for chosen, slots in done])
    return None if isinstance(stack, Stuck) else stack[0]


def _fold_index(word: _Word, slot: Slot, start: Slot, body: Body) -> Slot | None:
    return _fold(word, slot, start, body, indexed=True)


def _scan(word: _Word, slot: Slot, body: Body) -> Slot:
    items = word.elements(slot)
    starts = items.starts
    mine = np.flatnonzero(items.lengths > 0).astype(np.int32)
    if len(mine) == 0:
        return slot
    state = Slot(items.column, starts[mine].astype(np.int32))
    pieces, position = [(starts[mine], (state,))], 1
    while True:
        going = np.flatnonzero(items.lengths[mine] > position)
        mine, state = mine[going], state.take(going)
        if len(mine) == 0:
            break
        result = word.call(mine, (state, Slot(items.column, (starts[mine] + position).astype(np.int32))), body)
        if result is None:
            break
        fine = np.flatnonzero(word.rows.status[mine] == 0)
        mine, state = mine[fine], result.take(fine)
        pieces.append((starts[mine] + position, (state,)))
        position += 1
    return word.lists(_laid(word, pieces, len(items.owner)), items.lengths)


def _unfold(word: _Word, seed: Slot, stop: Body, item: Body, following: Body) -> Slot:
    """All rows step together; a row leaves when its first body says so."""
    mine = word.rows.running()
    state = seed.take(mine)
    lengths = np.zeros(word.rows.num, np.int64)
    steps: list[tuple[Array, Slot]] = []

    def call(body: Body) -> Slot | None:
        """The body's results on the rows that go on; those that get stuck leave."""
        nonlocal mine, state
        result = word.call(mine, (state,), body)
        fine = np.flatnonzero(word.rows.status[mine] == 0)
        mine, state = mine[fine], state.take(fine)
        return None if result is None or len(mine) == 0 else result.take(fine)

    while (ended := call(stop)) is not None:
        going = np.flatnonzero(numbers(ended, BOOL_ROWS) == 0)
        mine, state = mine[going], state.take(going)
        full = lengths[mine] == word.profile.max_list
        word.stick(mine[full], SIZE)
        mine, state = mine[~full], state.take(np.flatnonzero(~full))
        value = call(item)
        if value is None:
            break
        steps.append((mine, value))
        lengths[mine] += 1
        after = call(following)
        if after is None:
            break
        state = after
    return _stepped(word, steps, lengths)


def _stepped(word: _Word, steps: list[tuple[Array, Slot]], lengths: Array) -> Slot:
    """Lists of what each row gave in steps 0, 1, 2, ..."""
    if not steps:
        return word.lists(None, lengths)
    starts = np.cumsum(lengths) - lengths
    pieces = [(starts[mine] + step, (value,)) for step, (mine, value) in enumerate(steps)]
    return word.lists(_laid(word, pieces, int(lengths.sum())), lengths)


def _laid(word: _Word, pieces: list[tuple[Array, Any]], count: int) -> Slot:
    """One slot of `count` items from pieces that say where each of theirs belongs; places that no piece fills belong to stuck rows."""
    return merge([(places, slots[0]) for places, slots in pieces], count, word.profile)


_WORDS: dict[str, Callable[..., Slot | None]] = {
    "map": _map,
    "filter": _filter,
    "count": _count,
    "any": _any,
    "all": _all,
    "zip-with": _zip_with,
    "scan": _scan,
    "fold": _fold,
    "map-index": _map_index,
    "filter-index": _filter_index,
    "fold-index": _fold_index,
    "positions-where": _positions_where,
    "sort-by": _sort_by,
    "group-by": _group_by,
    "unfold": _unfold,
}
"""The words by name. A test compares them with the op table."""
