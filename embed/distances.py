"""How many words apart states are, exactly, where only a few words are allowed: what the learned distance learns from, and is held against.

    Searches(vocab, seed=0).pairs(number)      the same pairs for the same number

A *language* is a set of words on Ints, Bools and lists of Ints; from a random state all that it reaches within FARTHEST words is found by breadth-first search.
One language in twenty is never learned from, nor is EVALUATED.

Shapes: N pairs, S searches, L cells, W ops.
"""

from __future__ import annotations

import random
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from dsl import machine
from dsl.columns.layout import Array
from dsl.ops import OPS
from dsl.program import Program, Word
from dsl.types import BOOL, INT, ListOf, Type, Var
from dsl.values import Stuck, Value
from embed.cells import State, encode
from embed.pool import CellRows
from embed.steps import rows_of
from embed.vocab import Vocabulary

Stack = tuple[Value, ...]
EVALUATED = frozenset(("inc", "dec", "neg", "+", "-", "dup", "swap", "drop"))
"""A language that distances have been measured in from the beginning."""
FEWEST, MOST = 3, 10
"""Words of a language."""
LIMIT, ITEMS, DEPTH = 12, 4, 3
"""Ints from -LIMIT to LIMIT, lists of up to ITEMS, stacks of up to DEPTH values."""
FARTHEST = 6
LEAST_STATES, MAX_STATES = 50, 3000
"""Languages that reach fewer teach little; a search ends with the level in which it finds so many."""
ROUTES = 3
"""Up to so many words of a language only move values; drawn evenly there would be few of them, and little to reach."""
NEAR = 6
"""Ints of the states that searches begin from lie within -NEAR..NEAR."""
BEYOND = 0.12
"""Share of pairs that are farther apart than FARTHEST."""
WIDTH = 24
"""Cells of a state: constants, SEP, END, and DEPTH lists of ITEMS with their brackets or fewer."""
PAIRS, STARTS, NUMBERS = 512, 48, 32
"""Pairs of a batch; searches, from each of which NUMBERS batches take some."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Distances:
    """N states that are reached from the starts of S searches, and how many words that takes at least."""

    starts: CellRows
    language: Array
    """bool[S, W]: the words that may be used in each search, by their numbers."""
    search: Array
    """int64[N]: whose start it is that leads to a state."""
    ends: CellRows
    words: Array
    """int64[N]: 0..FARTHEST, or FARTHEST + 1 for anything farther."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What a language reaches from one state."""

    language: frozenset[str]
    start: Stack
    found: dict[Stack, int]
    whole: bool
    """Whether every state within FARTHEST words is there."""

    def at(self, distance: int) -> list[Stack]:
        """The states at a distance."""
        return [state for state, words in self.found.items() if words == distance]


def is_held_out(language: frozenset[str]) -> bool:
    """Whether a language is kept for evaluation."""
    return language == EVALUATED or zlib.crc32(" ".join(sorted(language)).encode()) % 20 == 0


@cache
def pool(*, lists: bool) -> tuple[str, ...]:
    """The words that languages are made of: on Ints and Bools, or also on lists of Ints; none with quotations."""
    kinds: list[Any] = [INT, BOOL] + [ListOf(INT), ListOf(Var("a"))] * lists
    fitting = [op for op in OPS.values() if op.kind in ("route", "value")]
    return tuple(op.name for op in fitting if all(_is(kind, kinds) for kind in (*op.type.before.types, *op.type.after.types)))


def _is(kind: Type | Any, kinds: Sequence[Any]) -> bool:
    return isinstance(kind, Var) or kind in kinds or (isinstance(kind, ListOf) and isinstance(kind.item, Var) and ListOf(INT) in kinds)


def search(start: Stack, language: frozenset[str], *, most: int = MAX_STATES) -> Search:
    """Every state within FARTHEST words of a start, level by level, until there are too many."""
    programs = [Program((Word(word),)) for word in sorted(language)]
    found, queue = {start: 0}, deque([start])
    while queue:
        state = queue.popleft()
        distance = found[state] + 1
        if distance > FARTHEST:
            break
        if len(found) >= most and found[queue[-1] if queue else state] == distance:
            # The level that is being found is not whole, but all that is in it is as far as it says.
            return Search(language, start, found, whole=False)
        for program in programs:
            after = machine.run(program, state)
            if not isinstance(after, Stuck) and after not in found and _is_small(after):
                found[after] = distance
                queue.append(after)
    return Search(language, start, found, whole=True)


def _is_small(stack: Stack) -> bool:
    return 0 < len(stack) <= DEPTH and all(
        all(_is_near(item) for item in value) and len(value) <= ITEMS if isinstance(value, tuple) else _is_near(value) for value in stack
    )


def _is_near(value: Value) -> bool:
    return isinstance(value, int) and -LIMIT <= value <= LIMIT


def languages(seed: int, *, held_out: bool) -> Iterator[frozenset[str]]:
    """Random languages, half of them with lists."""
    drawn = random.Random(seed)
    while True:
        words = pool(lists=drawn.random() < 0.5)
        moving = [word for word in words if OPS[word].kind == "route"]
        some = drawn.sample(moving, drawn.randint(0, ROUTES))
        language = frozenset((*some, *drawn.sample(words, drawn.randint(FEWEST, MOST) - len(some))))
        if is_held_out(language) == held_out:
            yield language


def random_start(language: frozenset[str], drawn: random.Random) -> Stack:
    """One or two small values of the types that the language's words take."""
    lists = any(isinstance(kind, ListOf) for word in language for kind in OPS[word].type.before.types)

    def one() -> Value:
        if lists and drawn.random() < 0.6:
            return tuple(drawn.randint(-NEAR, NEAR) for _ in range(drawn.randint(1, ITEMS)))
        return drawn.randint(-NEAR, NEAR)

    return tuple(one() for _ in range(drawn.randint(1, 2)))


def rows(states: Sequence[Stack], vocab: Vocabulary) -> CellRows:
    """States as rows of WIDTH cells."""
    return rows_of([encode(State(state), vocab) for state in states], WIDTH, vocab)


class Searches:
    """An endless sequence of batches of pairs by number."""

    def __init__(self, vocab: Vocabulary, seed: int = 0, shard: int = 0) -> None:
        self.vocab, self.seed, self.shard = vocab, seed, shard
        self._made: tuple[int, list[Search]] | None = None

    def pairs(self, number: int, count: int = PAIRS) -> Distances:
        """Batch number `number`: as many pairs of each distance as there are searches that reach it."""
        block = number // NUMBERS
        if self._made is None or self._made[0] != block:
            self._made = block, self._searches(block)
        every = self._made[1]
        drawn = random.Random(f"{self.seed} {self.shard} {number}")
        numbers = [drawn.randrange(len(every)) for _ in range(count)]
        chosen = [_end(every[number], every, drawn) for number in numbers]
        language = np.zeros((len(every), len(self.vocab.ops)), bool)
        for row, one in enumerate(every):
            language[row, [self.vocab.numbers[word] for word in one.language]] = True
        return Distances(
            starts=rows([one.start for one in every], self.vocab),
            language=language,
            search=np.array(numbers, np.int64),
            ends=rows([end for end, _ in chosen], self.vocab),
            words=np.array([words for _, words in chosen], np.int64),
        )

    def _searches(self, block: int) -> list[Search]:
        drawn = random.Random(f"{self.seed} {self.shard} {block} searches")
        some = languages(drawn.getrandbits(32), held_out=False)
        found: list[Search] = []
        while len(found) < STARTS:
            language = next(some)
            for _ in range(2):
                one = search(random_start(language, drawn), language)
                if len(one.found) >= LEAST_STATES:
                    found.append(one)
        return found


def _end(one: Search, every: Sequence[Search], drawn: random.Random) -> tuple[Stack, int]:
    """A state with its distance from the start of a search; now and then one that the search does not reach."""
    if one.whole and drawn.random() < BEYOND:
        other = drawn.choice(list(drawn.choice(every).found))
        if other not in one.found:
            return other, FARTHEST + 1
    distance = drawn.randint(0, max(one.found.values()))
    return drawn.choice(one.at(distance)), distance
