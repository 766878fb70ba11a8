"""Sequences of words as programs: run on the real machine, and turned into terms, in which moving values about leaves no trace.

A sequence is a tuple of names: words of the table without quotations, and c0..c3 for the constants beside the stack.
"""

from __future__ import annotations

from collections.abc import Sequence

from dsl.machine import answer
from dsl.ops import OPS
from dsl.program import Constant, Program, Word, literal
from dsl.tasks import Example
from dsl.values import Profile, Stuck, Value
from search.term import Apply, Input, Literal, Term
from search.verify import same

Stack = tuple[Value, ...]
"""Values, top last."""
Words = tuple[str, ...]
HOLES = ("c0", "c1", "c2", "c3")
NOP = "nop"


def program_of(words: Words) -> Program:
    """The words as a program that reads the constants beside the stack."""
    return Program(tuple(Constant(HOLES.index(word)) if word in HOLES else Word(word) for word in words if word != NOP))


def term_of(words: Words, num_inputs: int, constants: Sequence[Value] = ()) -> Term | None:
    """What the words leave on top, as a term with the constants written out; None where there is nothing, or too little for a word."""
    stack: list[Term] = [Input(index) for index in range(num_inputs)]
    for word in words:
        if word == NOP:
            continue
        if word in HOLES:
            if HOLES.index(word) >= len(constants):
                return None
            stack.append(Literal(literal(constants[HOLES.index(word)])))
            continue
        op = OPS[word]
        if op.num_args > len(stack):
            return None
        kept = len(stack) - op.num_args
        args, stack = stack[kept:], stack[:kept]
        stack += [args[index] for index in op.routing] if op.routing is not None else [Apply(word, tuple(args))]
    return stack[-1] if stack else None


def answers(words: Words, examples: Sequence[Example], constants: Sequence[Value], profile: Profile) -> tuple[Value | None, ...]:
    """What the real machine answers on each example; None where it gets stuck."""
    program = program_of(words)
    found = (answer(program, example.inputs, constants=constants, profile=profile) for example in examples)
    return tuple(None if isinstance(value, Stuck) else value for value in found)


def fits(values: Sequence[Value | None], examples: Sequence[Example]) -> bool:
    """Whether these are the outputs of all the examples."""
    return all(value is not None and same(value, example.output) for value, example in zip(values, examples, strict=True))
