"""Terms: what enumerators find, before it becomes a stack program. A term is a tree whose equal subterms are one value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from dsl.program import Instruction, Push, Word, walk


@dataclass(frozen=True, slots=True)
class Input:
    """The i-th input, counted from the deepest."""

    index: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant that the program writes out."""

    push: Push


@dataclass(frozen=True, slots=True)
class Apply:
    """A word on terms, and, for a higher-order word, its quotations: instructions that close over nothing, or functions, which may."""

    word: str
    args: tuple[Term, ...]
    quotations: tuple[tuple[Instruction, ...] | Function, ...] = ()


@dataclass(frozen=True, slots=True)
class Param:
    """The k-th argument of the `Function` around it, counted from the deepest. Functions are not nested, so one number says which."""

    index: int


@dataclass(frozen=True, slots=True)
class Function:
    """A quotation that may use the task's inputs besides its own arguments: `body` is a term over `Param`s, `Input`s and literals."""

    arity: int
    body: Term


@dataclass(frozen=True, slots=True)
class Branch:
    """`then` where the condition holds, else `other`; only the branch that is taken is computed (the word `if`)."""

    condition: Term
    then: Term
    other: Term


Term: TypeAlias = "Input | Literal | Apply | Param | Branch"


def size(term: Term) -> int:
    """Number of words applied, those in quotations and branches included: the length that suites count (inputs and shuffles are free, literals count one)."""
    if isinstance(term, Apply):
        return 1 + sum(map(size, term.args)) + sum(_body_size(body) for body in term.quotations)
    if isinstance(term, Branch):
        return 1 + size(term.condition) + size(term.then) + size(term.other)
    return int(isinstance(term, Literal))


def _body_size(body: tuple[Instruction, ...] | Function) -> int:
    return size(body.body) if isinstance(body, Function) else sum(1 for _ in walk(body))


INPUT_COST = 0.1
"""What a use of an input adds to a description: little, but a term with fewer uses is the simpler one."""


def description_length(term: Term, costs: Mapping[str, int]) -> float:
    """The cost of a term's words, those in quotations and branches included, and of its literals (1 each): what fits are ordered by."""
    if isinstance(term, Apply):
        inner = sum(_body_length(body, costs) for body in term.quotations)
        return costs.get(term.word, 1) + inner + sum(description_length(arg, costs) for arg in term.args)
    if isinstance(term, Branch):
        return costs.get("if", 1) + sum(description_length(part, costs) for part in (term.condition, term.then, term.other))
    return 1.0 if isinstance(term, Literal) else INPUT_COST


def _body_length(body: tuple[Instruction, ...] | Function, costs: Mapping[str, int]) -> float:
    if isinstance(body, Function):
        return description_length(body.body, costs)
    return sum(costs.get(word.name, 1) if isinstance(word, Word) else 1 for word in walk(body))


def subterms(term: Term) -> Iterator[Term]:
    """Every subterm outside functions, arguments before the term that uses them, repeated as often as it occurs."""
    if isinstance(term, Apply):
        for arg in term.args:
            yield from subterms(arg)
    if isinstance(term, Branch):
        for part in (term.condition, term.then, term.other):
            yield from subterms(part)
    yield term


def num_unused(term: Term, num_inputs: int) -> int:
    """How many of the inputs a term does not look at."""
    used = {node.index for node in _everything(term) if isinstance(node, Input)}
    return num_inputs - len(used)


def _everything(term: Term) -> Iterator[Term]:
    """Every subterm, those in functions included."""
    for node in subterms(term):
        yield node
        for body in node.quotations if isinstance(node, Apply) else ():
            if isinstance(body, Function):
                yield from _everything(body.body)
