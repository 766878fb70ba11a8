"""Whether fewer words do: a search for a shorter program over the 38 words, complete up to limits that the answer names.

A program of m words is either an expression (every intermediate value is used once), or it uses some value more than once. For m <= 4
the second kind has, after one or two words s1, s2 = g(s1, ...) of which the last is used at least twice, only an expression left:

* s1 alone is used twice: an expression of at most m - 1 words over the inputs and s1, for every s1;
* s2 is used twice (s1 perhaps too): an expression of at most m - 2 words that uses s2 twice, for every pair;
* two independent values used twice each need three words to join their four uses, five words in all;
* a value of three words used twice leaves one word that has it as both arguments: a list of zeros, or what one word on it gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from benchmarks.generators.lines import LISTS, words
from dsl.columns.layout import Column, concatenate, decode, encode
from dsl.columns.step import apply, matches
from dsl.ops import OPS
from dsl.tasks import Example, Task
from dsl.types import INT, LIST_INT, Type
from dsl.values import Value
from search.exact.enumerate import Enumerator
from search.exact.grammar import productions

MAX_EXPRESSION = 5
"""Largest expressions enumerated: about 40 million for a task, some seconds and a gigabyte."""
MAX_SHARING = 4
"""Largest programs with values used more than once that are enumerated; the case analysis above ends here."""
MEMORY = {1: 1 << 25, 2: 1 << 25, 3: 1 << 26, 4: 1 << 28, 5: 1500 << 20}
"""Bytes of the bank by size of expression, enough for every value of the level below: it is touched before use, which takes its time."""
TOGETHER = 16
"""Values of two words that are looked at in one go: more would take more memory, fewer more calls."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Sizes up to which nothing fits."""

    expressions: int
    sharing: int


def shorter(task: Task, num_words: int) -> Checked | None:
    """How far it is known that fewer than `num_words` words do not give the examples; None where fewer do."""
    expressions = min(num_words - 1, MAX_EXPRESSION)
    sharing = min(num_words - 1, MAX_SHARING)
    for size in sorted({min(3, expressions), min(4, expressions)}):
        if expression_fits(task, size):
            return None
    if expressions > 4:
        fits = expression_fits(task, expressions)
        if fits:
            return None
        expressions = 4 if fits is None else expressions
    return None if sharing_fits(task, sharing) else Checked(expressions, sharing)


def expression_fits(task: Task, size: int) -> bool | None:
    """Whether an expression of at most `size` words gives the examples; None if memory was too small to tell."""
    if size == 0:
        return False  # no task's output is one of its inputs
    rules = productions(task.input_types, task.output_type, ops=frozenset(words()))
    search = Enumerator(task, task.examples, rules, (), LISTS, MEMORY[size], words=frozenset(words()))
    try:
        if next(search.prepare(), None) is not None:
            return True
        while search.level < size - 1:
            if next(search.step(), None) is not None:
                return True
        # The last level is only tested: its values are not kept. Whether memory sufficed is whether it did up to there.
        full, search.full = search.full, True
        return True if next(search.step(), None) is not None else None if full else False
    finally:
        search.close()


def sharing_fits(task: Task, size: int) -> bool:
    """Whether a program of at most `size` words that uses a value more than once gives the examples."""
    if all(isinstance(e.output, tuple) and not any(e.output) for e in task.examples):
        return True  # lists of zeros: any list of that length subtracted from itself
    if size < 2:
        return False  # one word makes no value that it could then use
    firsts = list(_first_values(task))
    if size > 1 and any(_over(task, values, size - 1) for values in firsts):
        return True
    return size > 2 and _pairs_fit(task, firsts, size - 2)


def _over(task: Task, values: Sequence[Value], size: int) -> bool:
    """Whether an expression over the inputs and one value more fits."""
    examples = tuple(Example((*e.inputs, value), e.output) for e, value in zip(task.examples, values, strict=True))
    return expression_fits(Task(name=task.name, examples=examples), size) is not False


@dataclass(frozen=True, slots=True)
class _Batch:
    """A value for each of N candidates, as a column of N x E rows, with which candidates have it and how often it uses the newest leaf."""

    kind: Type
    column: Column
    fine: frozenset[int]
    uses: int


def _first_values(task: Task) -> Iterator[list[Value]]:
    """The distinct values of one word over the inputs, other than the inputs."""
    count = len(task.examples)
    leaves = [_leaf(kind, [e.inputs[i] for e in task.examples]) for i, kind in enumerate(task.input_types)]
    seen = {(leaf.kind, tuple(decode(leaf.column))) for leaf in leaves}
    for batch in _applied(leaves, leaves, count, 1, 0):
        values = decode(batch.column)
        if batch.fine and (batch.kind, tuple(values)) not in seen:
            seen.add((batch.kind, tuple(values)))
            yield values


def _leaf(kind: Type, values: list[Value], uses: int = 0) -> _Batch:
    return _Batch(kind, encode(values, kind, LISTS), frozenset({0}), uses)


def _pairs_fit(task: Task, firsts: Sequence[list[Value]], size: int) -> bool:
    """Whether an expression of at most `size` (1 or 2) words that uses s2 twice fits, for some s1 of `firsts` and s2 = g(s1, ...)."""
    count = len(task.examples)
    inputs = [[e.inputs[i] for e in task.examples] for i in range(len(task.input_types))]
    goal = encode([e.output for e in task.examples], task.output_type, LISTS)
    for kind in (INT, LIST_INT):
        group = [values for values in firsts if isinstance(values[0], tuple) == (kind == LIST_INT)]
        if not group:
            continue
        leaves = [_repeated(k, values, len(group)) for k, values in zip(task.input_types, inputs, strict=True)]
        first = _Batch(kind, encode([v for values in group for v in values], kind, LISTS), frozenset(range(len(group))), 1)
        seconds = list(_applied([*leaves, first], [*leaves, first], count, len(group), 1))
        for some in _by_kind(seconds):
            newest = _joined(some, count, 1)
            others = [_joined([leaf] * len(some), count, 0) for leaf in (*leaves, first)]
            if _twice(newest, others, goal, task.output_type, count, len(group) * len(some), size):
                return True
    return False


def _by_kind(batches: Sequence[_Batch]) -> Iterator[list[_Batch]]:
    """The batches, up to TOGETHER of one type at a time."""
    for kind in (INT, LIST_INT):
        group = [batch for batch in batches if batch.kind == kind]
        for start in range(0, len(group), TOGETHER):
            yield group[start : start + TOGETHER]


def _joined(batches: Sequence[_Batch], count: int, uses: int) -> _Batch:
    """The candidates of all batches, one after the other."""
    num = batches[0].column.num_rows // count
    fine = frozenset(place * num + i for place, batch in enumerate(batches) for i in batch.fine)
    return _Batch(batches[0].kind, concatenate([batch.column for batch in batches], LISTS), fine, uses)


def _repeated(kind: Type, values: list[Value], times: int) -> _Batch:
    return _Batch(kind, encode(values * times, kind, LISTS), frozenset(range(times)), 0)


def _twice(newest: _Batch, others: list[_Batch], goal: Column, kind: Type, count: int, num: int, size: int) -> bool:
    """Whether one or two words over the leaves that use the newest twice give the goal, for some of `num` candidates."""
    leaves = [*others, newest]
    if size == 1:
        return _last_word_fits(leaves, leaves, goal, kind, count)
    ones = list(_applied(leaves, leaves, count, num, 1))
    if any(_is(batch, goal, kind, count) for batch in ones if batch.uses >= 2):
        return True
    return any(_last_word_fits([one], [*leaves, one], goal, kind, count) for one in ones)


def _is(batch: _Batch, goal: Column, kind: Type, count: int) -> bool:
    """Whether some candidate is the goal."""
    if batch.kind != kind or not batch.fine:
        return False
    num = batch.column.num_rows // count
    same = [
        (ours.reshape(num, -1) == theirs.reshape(1, -1)).all(axis=1)
        for ours, theirs in zip(batch.column.arrays(), goal.arrays(), strict=True)
    ]
    hits = same[0] if len(same) == 1 else same[0] & same[1]
    return any(int(i) in batch.fine for i in np.flatnonzero(hits))


def _last_word_fits(some: Sequence[_Batch], every: Sequence[_Batch], goal: Column, kind: Type, count: int) -> bool:
    """Whether a word that uses the newest leaf at least twice gives the goal, on arguments as `_applied` takes them."""
    for name, args in _uses(some, every, 2, kind):
        hits = matches(OPS[name], [arg.column for arg in args], [None] * len(args), goal, examples=count, profile=LISTS)
        if any(all(int(i) in arg.fine for arg in args) for i in hits):
            return True
    return False


def _applied(some: Sequence[_Batch], every: Sequence[_Batch], count: int, num: int, min_uses: int) -> Iterator[_Batch]:
    """Every word on arguments from `every`, at least one of which is from `some`, that uses the newest leaf `min_uses` times or more."""
    for name, args in _uses(some, every, min_uses):
        done = apply(OPS[name], [arg.column for arg in args], [None] * len(args), examples=count, profile=LISTS)
        stuck = {int(i) for i in np.flatnonzero(done.status.reshape(num, count).max(axis=1))} if done.worst else set()
        fine = frozenset.intersection(*(arg.fine for arg in args)) - stuck
        if fine:
            yield _Batch(words()[name][1], done.column, fine, sum(arg.uses for arg in args))


def _uses(
    some: Sequence[_Batch], every: Sequence[_Batch], min_uses: int, result: Type | None = None
) -> Iterator[tuple[str, tuple[_Batch, ...]]]:
    """Words with their arguments, as `_applied` says; those that give the type `result`, if one is named."""
    for name, (kinds, gives) in words().items():
        if result is not None and gives != result:
            continue
        for args in product(*([batch for batch in every if batch.kind == kind] for kind in kinds)):
            if sum(arg.uses for arg in args) >= min_uses and any(arg is one for arg in args for one in some):
                yield name, args
