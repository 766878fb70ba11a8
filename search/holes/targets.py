"""Targets: columns that known last words turn into the output, by exact inverses, also of words with a constant that the output shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from dsl.program import Push
from dsl.types import INT, LIST_INT, Type
from dsl.values import Stuck, Value, check
from search.exact.grammar import Production
from search.term import Apply, Literal, Term

if TYPE_CHECKING:
    from search.exact.enumerate import Enumerator

Column = tuple[Value, ...]
MOST = 40
"""Targets, at most."""
DEPTH = 2
"""Inverses one after the other, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A column with the way on from it."""

    kind: Type
    values: Column
    words: int
    """Words from here to the output."""
    wrap: Callable[[Term], Term]
    """The output's term from this one's."""


def targets_of(bank: Enumerator, beside: Sequence[tuple[Type, Column, Term]]) -> list[Target]:
    """The output, then what inverses make of it, nearest first. `beside` are the values that may stand beside the inverted argument."""
    outputs = tuple(example.output for example in bank.examples)
    kind = bank.task.output_type
    found = {(kind, outputs): Target(kind, outputs, 0, lambda term: term)}
    newest = list(found.values())
    for _ in range(DEPTH):
        fresh: list[Target] = []
        for target in newest:
            for production in bank.productions:
                if production.result != target.kind or not production.op.inverse or {*production.args} - {INT, LIST_INT}:
                    continue
                for part in _inverses(bank, production, target, beside):
                    if (part.kind, part.values) not in found and len(found) < MOST:
                        found[part.kind, part.values] = part
                        fresh.append(part)
            if bank.stop():
                break
        newest = sorted(fresh, key=lambda target: target.words)
    return sorted(found.values(), key=lambda target: target.words)


def _inverses(
    bank: Enumerator, production: Production, target: Target, beside: Sequence[tuple[Type, Column, Term]]
) -> Iterator[Target]:  # fmt: skip
    """What must stand at one place, the other arguments being `beside`, or a constant that the first of the target's lists shows."""
    for position, inverse in production.op.inverse.items():
        others = [kind for k, kind in enumerate(production.args) if k != position]
        choices = [[*(leaf for leaf in beside if leaf[0] == kind), *_shown(bank, kind, target)] for kind in others]
        for chosen in product(*choices):
            if not chosen or any(not isinstance(leaf[2], Literal) for leaf in chosen) or len(chosen) == 1:
                values = _inverted(bank, inverse, target.values, [leaf[1] for leaf in chosen])
                if values is not None and any(value != values[0] for value in values):
                    yield Target(
                        production.args[position], values, target.words + 1, _wrapping(production, position, [c[2] for c in chosen], target)
                    )


def _shown(bank: Enumerator, kind: Type, target: Target) -> list[tuple[Type, Column, Term]]:
    """Constants that every list of the target has at one of its ends."""
    lists = [value for value in target.values if isinstance(value, tuple)]
    if kind != INT or target.kind != LIST_INT or not all(lists):
        return []
    ends = [{row[end] for row in lists} for end in (0, -1)]
    shown = {item for end in ends if len(end) == 1 for item in end}
    return [(INT, (item,) * len(lists), Literal(Push(item, INT))) for item in sorted(shown, key=str)]


def _inverted(bank: Enumerator, inverse: Callable[..., Value | Stuck], column: Column, others: Sequence[Column]) -> Column | None:
    found = []
    for values in zip(column, *others, strict=True):
        value = inverse(bank.profile, *values)
        if isinstance(value, Stuck) or isinstance(check(value, bank.profile), Stuck):
            return None
        found.append(value)
    return tuple(found)


def _wrapping(production: Production, position: int, others: Sequence[Term], target: Target) -> Callable[[Term], Term]:
    def wrap(term: Term) -> Term:
        args = list(others)
        args.insert(position, term)
        return target.wrap(Apply(production.op.name, tuple(args)))

    return wrap
