"""Unification of types and stacks: what the variables of two of them must be to make them equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dsl.types import Effect, ListOf, Stack, Type, Var

RIGID = ""
"""Row of a stack whose bottom is known: there is nothing below."""


class Clash(Exception):
    """Two types or stacks that cannot be made equal; caught and reworded by `Fold.push`."""


@dataclass(slots=True)
class Unifier:
    """A substitution under construction."""

    types: dict[str, Type] = field(default_factory=dict)
    rows: dict[str, Stack] = field(default_factory=dict)

    def stack(self, stack: Stack) -> Stack:
        """The stack with everything known filled in."""
        tail, types = stack.row, [self.type(kind) for kind in stack.types]
        while tail in self.rows:
            below = self.rows[tail]
            tail, types = below.row, [self.type(kind) for kind in below.types] + types
        return Stack(tail, tuple(types))

    def type(self, kind: Type) -> Type:
        """The type with everything known filled in."""
        while isinstance(kind, Var) and kind.name in self.types:
            kind = self.types[kind.name]
        if isinstance(kind, ListOf):
            return ListOf(self.type(kind.item))
        if isinstance(kind, Effect):
            return Effect(self.stack(kind.before), self.stack(kind.after))
        return kind

    def unify_stacks(self, a: Stack, b: Stack) -> None:
        a, b = self.stack(a), self.stack(b)
        shared = min(len(a.types), len(b.types))
        for left, right in zip(a.types[len(a.types) - shared :], b.types[len(b.types) - shared :], strict=True):
            self.unify(left, right)
        # Unifying quotations may have said what the rows are, so the rests are looked up again.
        a, b = (self.stack(Stack(s.row, s.types[: len(s.types) - shared])) for s in (a, b))
        if a.types and b.types:
            self.unify_stacks(a, b)
        elif a.types:
            self._bind_row(b.row, a)
        else:
            self._bind_row(a.row, b)

    def _bind_row(self, row: str, stack: Stack) -> None:
        """Makes `row`, a whole stack of which nothing is known, equal to `stack`."""
        if row == stack.row and not stack.types:
            return
        if row == RIGID:
            row, stack = (stack.row, Stack(row)) if not stack.types else (row, stack)
        if row in (RIGID, stack.row) or any(_mentions_row(kind, row) for kind in stack.types):
            raise Clash
        self.rows[row] = stack

    def unify(self, a: Type, b: Type) -> None:
        a, b = self.type(a), self.type(b)
        if a == b:
            return
        if isinstance(b, Var) and not isinstance(a, Var):
            a, b = b, a
        if isinstance(a, Var):
            if isinstance(b, Effect) or _mentions(b, a.name):
                raise Clash
            self.types[a.name] = b
        elif isinstance(a, ListOf) and isinstance(b, ListOf):
            self.unify(a.item, b.item)
        elif isinstance(a, Effect) and isinstance(b, Effect):
            self.unify_stacks(a.before, b.before)
            self.unify_stacks(a.after, b.after)
        else:
            raise Clash


def _mentions(kind: Type, name: str) -> bool:
    if isinstance(kind, Var):
        return kind.name == name
    return isinstance(kind, ListOf) and _mentions(kind.item, name)


def _mentions_row(kind: Type, row: str) -> bool:
    if not isinstance(kind, Effect):
        return False
    sides = (kind.before, kind.after)
    return any(s.row == row or any(_mentions_row(t, row) for t in s.types) for s in sides)


def unify_args(wanted: Sequence[Type], given: Sequence[Type]) -> Mapping[str, Type] | None:
    """What the type variables of `wanted` (an op's argument types) are when it meets values of the types `given`; None if they do not fit."""
    unifier = Unifier()
    try:
        for left, right in zip(wanted, given, strict=True):
            unifier.unify(left, right)
    except (Clash, ValueError):
        return None
    return {name: unifier.type(Var(name)) for name in unifier.types}


def substitute(kind: Type, types: Mapping[str, Type]) -> Type:
    """`kind` with its variables replaced as `types` says."""
    return Unifier(dict(types)).type(kind)
