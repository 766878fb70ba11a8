"""Terms from what the kernels hit: words by their numbers, constants as literals."""

from __future__ import annotations

from collections.abc import Sequence

from dsl.program import Push
from dsl.types import INT
from search.holes.arithmetic import BETWEEN, WORDS
from search.holes.parts import AT_LEAST, AT_MOST, BEHIND, IN_FRONT, ONLY, REPLACED, WITHOUT, WITHOUT_FIRST
from search.term import Apply, Function, Literal, Param, Term


def chained(hit: Sequence[int], x: Term, z: Term) -> Term:
    """The words of a hit of `kernels` on a number, `z` being what may stand beside it."""
    found = with_constant(hit[0], hit[1], hit[2], x)
    word = BETWEEN[hit[3]]
    if hit[3] >= 3:
        found = Apply(word, (found, z) if hit[3] < 3 + len(WORDS) else (z, found))
    elif word:
        found = Apply(word, (found,))
    return with_constant(hit[7], hit[8], hit[9], with_constant(hit[4], hit[5], hit[6], found))


def with_constant(word: int, side: int, constant: int, x: Term) -> Term:
    """The word with that number on a term and a constant; the term where there is no word."""
    if word < 0:
        return x
    literal = Literal(Push(constant, INT))
    return Apply(WORDS[word], (x, literal) if side else (literal, x))


def words_of(term: Term) -> set[str]:
    """The words of a term without quotations."""
    if not isinstance(term, Apply):
        return set()
    return {term.word}.union(*map(words_of, term.args))


def list_term(hit: Sequence[int], x: Term, words: frozenset[str]) -> Term | None:
    """The words of a hit of `parts` on a list; None where they are not allowed."""
    way, a, b = hit
    first, second = Literal(Push(a, INT)), Literal(Push(b, INT))
    tests = {AT_LEAST: ">=", AT_MOST: "<=", ONLY: "=", WITHOUT: "!="}
    names = {WITHOUT: "without", WITHOUT_FIRST: "without-first", REPLACED: "replace-value", IN_FRONT: "cons", BEHIND: "append"}
    if way in names and names[way] in words:
        return Apply(names[way], (x, first, second) if way == REPLACED else (x, first))
    if way in tests and {"filter", tests[way]} <= words:
        return Apply("filter", (x,), (Function(1, Apply(tests[way], (Param(0), first))),))
    return None
