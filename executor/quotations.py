"""Quotations read back from the tokens that a network is told them by, and what words take that run them."""

from collections.abc import Sequence
from functools import lru_cache

from dsl.effects import infer
from dsl.errors import DslError
from dsl.ops import OPS
from dsl.program import Constant, Instruction, Push, Quotation, Word
from dsl.types import type_of
from embed.cells import CellError, decode
from embed.moves import MAX_BODY
from embed.vocab import BRACKETS, CONSTANTS, Kind, Vocabulary


def quotations_of(op: int, bodies: Sequence[Sequence[int]], vocab: Vocabulary) -> tuple[Quotation, ...] | None:
    """The quotations of a word, from their tokens (-1 past their end); None where they are not known well enough to run them."""
    return _quotations_of(op, tuple(tuple(int(token) for token in body if token >= 0) for body in bodies), vocab)


@lru_cache(maxsize=10_000)
def _quotations_of(op: int, bodies: tuple[tuple[int, ...], ...], vocab: Vocabulary) -> tuple[Quotation, ...] | None:
    if any(len(body) >= MAX_BODY for body in bodies):
        return None  # what is longer was cut off there
    read = [instructions_of(body, vocab) for body in bodies if body]
    known = [Quotation(body) for body in read if body is not None and _can_be_told(body, vocab)]
    return tuple(known) if len(known) == len(read) == OPS[vocab.ops[op]].num_quotations else None


def _can_be_told(body: Sequence[Instruction], vocab: Vocabulary) -> bool:
    """Whether each word of a quotation, and of those in it, is one that a network can be asked for, with its quotations right before it."""
    waiting = 0
    for each in body:
        if isinstance(each, Quotation):
            waiting += 1
            if not _can_be_told(each.body, vocab):
                return False
        elif isinstance(each, Word) and (each.name not in vocab.numbers or each.name not in OPS):
            return False
        else:
            if waiting != (OPS[each.name].num_quotations if isinstance(each, Word) else 0) or waiting > 2:
                return False
            waiting = 0
    return waiting == 0


def pops_with(word: str, quotations: Sequence[Quotation]) -> int:
    """How many values a word takes when it runs with these quotations: what they take counts for those that run them on the stack as it is."""
    if word not in OPS or OPS[word].kind != "control":
        return OPS[word].num_args if word in OPS else 0
    try:
        return infer((*quotations, Word(word))).pops
    except DslError:
        return OPS[word].num_args


def instructions_of(tokens: Sequence[int], vocab: Vocabulary) -> tuple[Instruction, ...] | None:
    """The quotation that `embed.moves.body_tokens` wrote down; None where it is cut off, or has a number that the tokens do not tell."""
    beyond = {vocab.code(Kind.BEYOND_INT), vocab.code(Kind.BEYOND_CHAR)}
    opens, close, count = vocab.blocks[Kind.OPEN], vocab.code(Kind.CLOSE), len(vocab.body_words)
    bodies: list[list[Instruction]] = [[]]
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token >= count:
            end, depth = place, 0
            while end < len(tokens):
                depth += (tokens[end] - count in opens) - (tokens[end] - count == close)
                end += 1
                if depth == 0:
                    break
            codes = [each - count for each in tokens[place:end]]
            if depth or any(code in beyond or code < 0 for code in codes):
                return None
            value = _value(codes, vocab)
            if value is None:
                return None
            bodies[-1].append(value)
            place = end
            continue
        name = vocab.body_words[token]
        if name == BRACKETS[0]:
            bodies.append([])
        elif name == BRACKETS[1]:
            if len(bodies) == 1:
                return None
            inner = bodies.pop()
            bodies[-1].append(Quotation(tuple(inner)))
        else:
            bodies[-1].append(Constant(CONSTANTS.index(name)) if name in CONSTANTS else Word(name))
        place += 1
    return tuple(bodies[0]) if len(bodies) == 1 else None


def _value(codes: Sequence[int], vocab: Vocabulary) -> Push | None:
    nothing = [(vocab.code(Kind.NONE), 0)] * len(CONSTANTS)
    cells = [*nothing, (vocab.code(Kind.SEP), 0), *((code, 0) for code in codes), (vocab.code(Kind.END), 0)]
    try:
        items = decode(cells, vocab).items
    except CellError:
        return None
    return None if isinstance(items, str) or len(items) != 1 else Push(items[0], type_of(items[0]))
