"""Random terms, and their meaning straight from the references: what a stack program made from them must compute."""

from __future__ import annotations

import random
from functools import cache

from dsl.ops import OPS
from dsl.program import literal
from dsl.types import BOOL, INT, LIST_INT, LIST_STR, STR, Type
from dsl.values import DEFAULT, Stuck, Value, check
from search.exact.grammar import instances
from search.term import Apply, Input, Literal, Term

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


def evaluate(term: Term, inputs: tuple[Value, ...]) -> Value | Stuck:
    """What a term means on inputs."""
    if isinstance(term, Input):
        return inputs[term.index]
    if isinstance(term, Literal):
        return term.push.value
    args = []
    for arg in term.args:
        value = evaluate(arg, inputs)
        if isinstance(value, Stuck):
            return value
        args.append(value)
    reference = OPS[term.word].reference
    assert reference is not None
    value = reference(DEFAULT, *args)
    return value if isinstance(value, Stuck) else check(value, DEFAULT)
