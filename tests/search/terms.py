"""Random terms, and their meaning straight from the references: what a stack program made from them must compute."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from dsl.ops import OPS
from dsl.program import literal
from dsl.types import BOOL, INT, LIST_INT, LIST_STR, STR, Type
from dsl.values import DEFAULT, Stuck, Value, check
from search.exact.grammar import instances
from search.term import Apply, Branch, Function, Input, Literal, Param, Term

VALUES: dict[Type, tuple[Value, ...]] = {
    INT: (0, 1, -2, 5),
    BOOL: (True, False),
    STR: ("", "a", "ab c", "x-Y"),
    LIST_INT: ((), (3,), (3, 1, 2), (5, -5, 0, 5)),
    LIST_STR: ((), ("a", "bb"), ("c",)),
}


@cache
def makers() -> dict[Type, tuple[tuple[str, tuple[Type, ...]], ...]]:
    """Words by the type that they make, with the types that they take; only types that have values here."""
    found: dict[Type, list[tuple[str, tuple[Type, ...]]]] = {kind: [] for kind in VALUES}
    for op in OPS.values():
        if op.kind == "value":
            for args, result in instances(op):
                if result in VALUES and set(args) <= set(VALUES):
                    found[result].append((op.name, args))
    return {kind: tuple(rows) for kind, rows in found.items()}


EACH: tuple[tuple[str, tuple[Type, ...], tuple[Type, ...], Type, Type], ...] = (
    ("map", (LIST_INT,), (INT,), INT, LIST_INT),
    ("map", (LIST_STR,), (STR,), INT, LIST_INT),
    ("map", (LIST_INT,), (INT,), STR, LIST_STR),
    ("filter", (LIST_STR,), (STR,), BOOL, LIST_STR),
    ("count", (LIST_INT,), (INT,), BOOL, INT),
    ("any", (LIST_INT,), (INT,), BOOL, BOOL),
    ("zip-with", (LIST_INT, LIST_INT), (INT, INT), INT, LIST_INT),
    ("zip-with", (LIST_INT, LIST_STR), (INT, STR), STR, LIST_STR),
    ("scan", (LIST_INT,), (INT, INT), INT, LIST_INT),
    ("fold", (LIST_INT, STR), (STR, INT), STR, STR),
    ("fold", (LIST_INT, INT), (INT, INT), INT, INT),
    ("map-index", (LIST_STR,), (INT, STR), STR, LIST_STR),
    ("fold-index", (LIST_INT, INT), (INT, INT, INT), INT, INT),
)
"""Higher-order words at some types: word, arguments, the function's arguments and result, result."""


@dataclass(slots=True)
class Maker:
    """Makes random terms with functions and branches."""

    rng: random.Random
    inputs: list[Type]

    def term(self, kind: Type, depth: int, made: list[tuple[Type, Term]], params: tuple[Type, ...] = ()) -> Term:
        """A term of a type; `made` gets every subterm, and what lies in it is used again now and then. `params` is empty outside functions."""
        again = [term for other, term in made if other == kind]
        own: list[Term] = [Input(i) for i, other in enumerate(self.inputs) if other == kind]
        own += 3 * [Param(k) for k, other in enumerate(params) if other == kind]
        if again and self.rng.random() < 0.3:
            return self.rng.choice(again)
        if depth <= 0 or self.rng.random() < 0.15:
            if own and self.rng.random() < 0.8:
                return self.rng.choice(own)
            return Literal(literal(self.rng.choice(VALUES[kind])) if kind not in (LIST_INT, LIST_STR) else literal(VALUES[kind][1]))
        term = self.applied(kind, depth, made, params)
        made.append((kind, term))
        return term

    def applied(self, kind: Type, depth: int, made: list[tuple[Type, Term]], params: tuple[Type, ...]) -> Term:
        """A word, a branch or a higher-order word on random terms."""
        draw = self.rng.random()
        if draw < 0.2:
            condition = self.term(BOOL, depth - 1, made, params)
            then, other = (self.term(kind, depth - 1, list(made), params) for _ in range(2))
            return Branch(condition, then, other)
        each = [row for row in EACH if row[-1] == kind]
        if draw < 0.6 and each and not params:
            word, args, elements, result, _ = self.rng.choice(each)
            body = self.term(result, depth - 1, list(made), elements)
            return Apply(word, tuple(self.term(arg, depth - 1, made) for arg in args), (Function(len(elements), body),))
        word, args = self.rng.choice(makers()[kind])
        return Apply(word, tuple(self.term(arg, depth - 1, made, params) for arg in args))


def random_term(rng: random.Random, kind: Type, inputs: list[Type], depth: int, made: list[tuple[Type, Term]]) -> Term:
    """A term of a type; `made` gets every subterm, and what lies in it is used again now and then."""
    again = [term for other, term in made if other == kind]
    own = [Input(i) for i, other in enumerate(inputs) if other == kind]
    if again and rng.random() < 0.3:
        return rng.choice(again)
    if depth == 0 or rng.random() < 0.15:
        if own and rng.random() < 0.8:
            return rng.choice(own)
        return Literal(literal(rng.choice(VALUES[kind])) if kind not in (LIST_INT, LIST_STR) else literal(VALUES[kind][1]))
    word, args = rng.choice(makers()[kind])
    term = Apply(word, tuple(random_term(rng, arg, inputs, depth - 1, made) for arg in args))
    made.append((kind, term))
    return term


def evaluate(term: Term, inputs: tuple[Value, ...], params: tuple[Value, ...] = ()) -> Value | Stuck:
    """What a term means on inputs, and in a function on its arguments."""
    if isinstance(term, Input):
        return inputs[term.index]
    if isinstance(term, Param):
        return params[term.index]
    if isinstance(term, Literal):
        return term.push.value
    if isinstance(term, Branch):
        condition = evaluate(term.condition, inputs, params)
        return condition if isinstance(condition, Stuck) else evaluate(term.then if condition else term.other, inputs, params)
    args = []
    for arg in term.args:
        value = evaluate(arg, inputs, params)
        if isinstance(value, Stuck):
            return value
        args.append(value)
    reference = OPS[term.word].reference
    assert reference is not None
    value = reference(DEFAULT, *args, *(_function(body, inputs) for body in term.quotations))
    return value if isinstance(value, Stuck) else check(value, DEFAULT)


def _function(function: object, inputs: tuple[Value, ...]) -> Callable[..., Value | Stuck]:
    assert isinstance(function, Function)
    return lambda *params: evaluate(function.body, inputs, params)
