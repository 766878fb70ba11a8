"""Short programs with holes for Ints, for tasks whose inputs and outputs are Ints and lists of Ints: shortest first, in a seeded order."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product
from random import Random

from dsl.ops import OPS
from dsl.tasks import Task
from dsl.types import INT, LIST_INT
from search.exact.grammar import instances_of
from search.latent.programs import HOLES, Words
from search.latent.typing import Typing

LONGEST = 2
"""Words of a skeleton besides its holes."""
MOST = 2
"""Holes of a skeleton."""


def skeletons(task: Task, words: Collection[str], seed: int = 0) -> Iterator[Words]:
    """Every chain of words in which some word takes a hole as its last argument, c0 before c1. Nothing for other types."""
    if not {*task.input_types, task.output_type} <= {INT, LIST_INT}:
        return
    known = [
        name
        for name in words
        if OPS[name].kind == "value" and any({*args, result} <= {INT, LIST_INT} for args, result in instances_of(name))
    ]
    single = [(name,) for name in known if OPS[name].num_args == 1]
    holed = [("", name) for name in known if OPS[name].num_args == 2]
    for length in range(1, LONGEST + 1):
        chains = [
            chain for chain in product((*sorted(holed), *sorted(single)), repeat=length) if 1 <= sum(len(w) == 2 for w in chain) <= MOST
        ]
        Random(f"skeletons {seed} {length}").shuffle(chains)
        for chain in chains:
            found = _numbered(chain)
            if _fits(found, task):
                yield found


def _numbered(chain: tuple[tuple[str, ...], ...]) -> Words:
    """The words with c0 and c1 where the holes are."""
    holes = iter(HOLES)
    return tuple(word or next(holes) for words in chain for word in words)


def _fits(words: Words, task: Task) -> bool:
    typing = Typing(tuple(dict.fromkeys(words)), task.input_types, task.output_type, len(words), (0,) * MOST)
    stack = typing.stack(tuple(typing.words.index(word) for word in words))
    return stack is not None and stack[-1] == task.output_type
