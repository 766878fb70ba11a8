"""Small functions of one Int, enumerated as programs of their own and kept as tables: the bodies of map, filter, count and their like.

A function is one value of a bank whose "examples" are all ints from -HALF to HALF - 1: the same enumerator finds them, one per
distinct table, and a higher-order word on a list and a function is one more word with a compiled kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dsl.columns.layout import Array, Column, Layout
from dsl.effects import infer
from dsl.program import Instruction, Push, Word
from dsl.tasks import Example, Task
from dsl.types import BOOL, INT, LIST_INT, Base, Type
from dsl.values import DEFAULT, Profile
from search.exact import function_kernels as kernels
from search.exact.grammar import Production, productions
from search.postfix import to_program
from search.term import Term

HALF = 256
"""Functions are known on -HALF .. HALF - 1."""
MAX_FUNCTIONS = 2500
"""Most functions of each result type."""
MAX_BODY = 3
"""Most words of a body."""

INT_FUNCTION, BOOL_FUNCTION = Base("( Int -- Int )"), Base("( Int -- Bool )")
FUNCTION_LAYOUTS = {
    INT_FUNCTION: Layout("FUNCTION", INT_FUNCTION, "l", "int32"),
    BOOL_FUNCTION: Layout("PREDICATE", BOOL_FUNCTION, "l", "int32"),
}
"""Laid out as lists of their values; longer than lists may be, which their kernels know."""

BODY_WORDS = frozenset(["+", "-", "*", "div", "mod", "neg", "abs", "sign", "square", "inc", "dec", "min", "max", "*2", "/2", "*3", "/3", "*4", "/4", ">", "<", "=", "not", "and", "or", "even?", "odd?", "positive?", "negative?", "zero?", "prime?", "square?", "choose", "bool>int", "digits"])  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableWord:
    """A higher-order word as the enumerator applies it: to a list (or an int) and a function."""

    name: str
    kernel: Callable[..., object]
    args: tuple[Type, ...]
    result: Type


TABLE_WORDS = (
    TableWord("map", kernels.map_table, (LIST_INT, INT_FUNCTION), LIST_INT),
    TableWord("filter", kernels.filter_table, (LIST_INT, BOOL_FUNCTION), LIST_INT),
    TableWord("count", kernels.count_table, (LIST_INT, BOOL_FUNCTION), INT),
    TableWord("any", kernels.any_table, (LIST_INT, BOOL_FUNCTION), BOOL),
    TableWord("all", kernels.all_table, (LIST_INT, BOOL_FUNCTION), BOOL),
    TableWord("positions-where", kernels.positions_table, (LIST_INT, BOOL_FUNCTION), LIST_INT),
)


@dataclass(frozen=True, slots=True, eq=False)
class Functions:
    """Functions of one result type, cheapest first."""

    kind: Base
    tables: Array
    """int32[F, 2 * HALF]."""
    costs: tuple[int, ...]
    terms: tuple[Term, ...]

    def column(self, examples: int) -> Column:
        """The tables as the rows that drivers read: each once for every example."""
        tables = np.ascontiguousarray(np.repeat(self.tables, examples, axis=0))
        return Column(FUNCTION_LAYOUTS[self.kind], tables, np.full(len(tables), tables.shape[1], np.int32))

    def runs(self) -> list[tuple[int, int, int]]:
        """Runs of equal cost: (cost, first, past the last)."""
        edges = [i for i, cost in enumerate(self.costs) if i == 0 or cost != self.costs[i - 1]] + [len(self.costs)]
        return [(self.costs[low], low, high) for low, high in pairwise(edges)]


def enumerate_functions(
    constants: Sequence[tuple[Push, int]], words: frozenset[str], profile: Profile, stop: Callable[[], bool]
) -> list[Functions]:
    """The functions of up to MAX_BODY words, literals included, that the words and int constants make."""
    from search.exact.enumerate import Enumerator  # which applies what is found here

    pushes = [(push, cost) for push, cost in constants if push.type == INT]
    rows = tuple(Example((n,), n) for n in range(-HALF, HALF))
    task = Task(name="functions", examples=rows)
    rules: dict[tuple[str, tuple[Type, ...]], Production] = {}
    for goal in (INT, BOOL):
        for rule in productions((INT,), goal, ops=words & BODY_WORDS, constants=[INT]):
            if set(rule.args) | {rule.result} <= {INT, BOOL}:
                rules[rule.op.name, rule.args] = rule
    # Values may leave the profile's range on the way; the look-up checks what comes out.
    wide = DEFAULT.with_limits(division=profile.division, max_list=8, max_str=8)
    search = Enumerator(task, rows, tuple(rules.values()), pushes, wide, memory=64 << 20, stop=stop)
    search.grow(MAX_BODY, most=4 * MAX_FUNCTIONS)
    return [_collect(search, INT, INT_FUNCTION), _collect(search, BOOL, BOOL_FUNCTION)]


def _collect(search, kind: Type, function: Base) -> Functions:  # type: ignore[no-untyped-def]  # an Enumerator, which imports this module
    """The values of one type as functions, without the element itself and without the constants."""
    store, numbers, costs = search.store(kind), [], []
    for cost, low, high in search.runs(kind):
        for number in range(low, high):
            table = store.column.data[number * 2 * HALF : (number + 1) * 2 * HALF]
            if cost and table.min() != table.max() and len(numbers) < MAX_FUNCTIONS:
                numbers.append(number)
                costs.append(cost)
    order = sorted(range(len(numbers)), key=lambda i: costs[i])
    tables = (
        np.stack([store.column.data[numbers[i] * 2 * HALF : (numbers[i] + 1) * 2 * HALF].astype(np.int32) for i in order])
        if order
        else np.zeros((0, 2 * HALF), np.int32)
    )
    return Functions(function, tables, tuple(costs[i] for i in order), tuple(search.term(kind, numbers[i]) for i in order))


def body(term: Term) -> tuple[Instruction, ...]:
    """The quotation that computes a function: takes the element, leaves the result and nothing else."""
    words = to_program(term, 1).body
    extra = infer(words, (INT,)).after.types
    return (*words, *(Word("nip") for _ in extra[1:]))
