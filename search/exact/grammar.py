"""What an enumerator may build: words at concrete types, with costs. Made once per task from the op table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, Effect, ListOf, Type, Var, is_representable
from dsl.unification import substitute

TEXT_TYPES = frozenset({STR, LIST_STR})
HIGHER_ORDER = frozenset({"map", "filter", "count", "any", "all", "zip-with", "scan", "map-index", "filter-index", "positions-where"})
"""Words that take quotations and that the search applies, see `search.exact.contexts`."""


@dataclass(frozen=True, slots=True)
class Production:
    """A value word at concrete types."""

    op: Op
    args: tuple[Type, ...]
    result: Type
    cost: int


def productions(
    input_types: Sequence[Type],
    output_type: Type,
    *,
    costs: Mapping[str, int] | None = None,
    ops: Collection[str] | None = None,
    constants: Sequence[Type] = (),
) -> tuple[Production, ...]:
    """Every value word at every choice of types that the task can reach from its inputs and constants, in table order.

    `costs` are small positive ints by word (1 where it names none); `ops` restricts the words. Types that no chain of words can
    turn into the output's type are left out, as are text words for tasks without text. Worked out once for tasks of one kind.
    """
    words = None if ops is None else frozenset(ops)
    return _productions(tuple(input_types), output_type, tuple((costs or {}).items()), words, frozenset(constants))


@lru_cache(maxsize=64)
def _productions(
    input_types: tuple[Type, ...],
    output_type: Type,
    costs: tuple[tuple[str, int], ...],
    ops: frozenset[str] | None,
    constants: frozenset[Type],
) -> tuple[Production, ...]:
    given = {*input_types, output_type, *constants}
    usable_types = given | _common(given)
    every = tuple(p for p in _all(dict(costs), ops) if set(p.args) | {p.result} <= usable_types)
    reachable = _forward(every, {*input_types, *constants})
    usable = [p for p in every if set(p.args) <= reachable]
    wanted = _backward(usable, output_type)
    if LIST_INT in wanted and HIGHER_ORDER & set(OPS if ops is None else ops):
        wanted |= {INT, BOOL}  # what a quotation may use besides its item
    return tuple(p for p in usable if p.result in wanted)


def _common(given: set[Type]) -> frozenset[Type]:
    """Types that terms may pass through though the task has none of them: numbers always, lists of the kinds of things that the task has (of Ints beside text only where it has such lists)."""
    numbers = given & ({LIST_INT, LIST_LIST_INT, LIST_BOOL} if given & TEXT_TYPES else {INT, LIST_INT, LIST_LIST_INT, LIST_BOOL})
    lists = {LIST_INT} if numbers else set()
    texts = {LIST_STR, STR} if given & TEXT_TYPES else set()
    return frozenset({INT, BOOL, *lists, *texts})


def _all(costs: Mapping[str, int], ops: Collection[str] | None) -> Iterator[Production]:
    for op in OPS.values():
        if op.kind != "value" or (ops is not None and op.name not in ops):
            continue
        for args, result in instances_of(op.name):
            yield Production(op, args, result, costs.get(op.name, 1))


@cache
def instances_of(word: str) -> tuple[tuple[tuple[Type, ...], Type], ...]:
    """`instances` of a word, worked out once."""
    return tuple(instances(OPS[word]))


def instances(op: Op) -> Iterator[tuple[tuple[Type, ...], Type]]:
    """The concrete types of a value word: its type variables filled in every representable way."""
    wanted = tuple(kind for kind in op.type.before.types if not isinstance(kind, Effect))
    (result,) = op.type.after.types
    names = sorted({name for kind in (*wanted, result) for name in _variables(kind)})
    for choice in product((INT, STR, BOOL, LIST_INT, LIST_STR, LIST_BOOL, LIST_LIST_INT), repeat=len(names)):
        binding = dict(zip(names, choice, strict=True))
        filled = [substitute(kind, binding) for kind in (*wanted, result)]
        if all(map(is_representable, filled)):
            yield tuple(filled[:-1]), filled[-1]


def _variables(kind: Type) -> Iterator[str]:
    if isinstance(kind, Var):
        yield kind.name
    elif isinstance(kind, ListOf):
        yield from _variables(kind.item)


def _forward(every: Sequence[Production], start: set[Type]) -> set[Type]:
    """Types that some word can make from these."""
    reached = set(start)
    while True:
        more = {p.result for p in every if set(p.args) <= reached} - reached
        if not more:
            return reached
        reached |= more


def _backward(usable: Sequence[Production], target: Type) -> set[Type]:
    """Types from which some word can go on towards `target`."""
    wanted = {target}
    while True:
        more = {kind for p in usable if p.result in wanted for kind in p.args} - wanted
        if not more:
            return wanted
        wanted |= more
