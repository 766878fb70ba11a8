"""Random programs, line by line: a word and its arguments uniformly, thrown away unless everything is used, as in DeepCoder (Balog et al., ICLR 2017)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from random import Random

import numpy as np
from numba import njit

from dsl.types import INT, Type
from search.exact.grammar import instances_of
from search.prior.language import KINDS, Language

MAX_LINES = 8
MAX_ARGS = 3
EAGER = 0.6
"""How often an argument is drawn from the values that nothing uses yet: drawn uniformly, long programs would nearly all be thrown away."""
TRIES = 200
"""Programs drawn for one that is kept, at most."""
POOL, GROUP = 8, 64
"""A pool has that many times the programs that a world takes from it, and serves that many worlds."""


@dataclass(slots=True)
class Table:
    """The words of a language as arrays for the compiled sampler."""

    names: list[str]
    args: list[tuple[Type, ...]]
    results: list[Type]
    arity: np.ndarray
    wanted: np.ndarray
    given: np.ndarray


@cache
def table_of(words: tuple[str, ...]) -> Table:
    """The words on and to KINDS, a row for each typing."""
    names, args, results = [], [], []
    for word in words:
        for before, after in instances_of(word):
            if {*before, after} <= set(KINDS):
                names.append(word)
                args.append(before)
                results.append(after)
    wanted = np.full((len(names), MAX_ARGS), -1, np.int64)
    for row, kinds in enumerate(args):
        wanted[row, : len(kinds)] = [KINDS.index(kind) for kind in kinds]
    return Table(names, args, results, np.array([len(a) for a in args]), wanted, np.array([KINDS.index(r) for r in results]))


@njit(cache=True)
def _structures(seed, count, lines, base, required, arity, wanted, given, eager, tries, words, args):  # type: ignore[no-untyped-def]
    """Draws `count` programs of `lines` lines; gives how many it found. `base` are the kinds of what programs start from, of which the first
    `required` must be used; literals come after those. Fills words[count, lines] and args[count, lines, MAX_ARGS]."""
    np.random.seed(seed)
    start = len(base)
    kinds = np.zeros(start + lines, np.int64)
    kinds[:start] = base
    used = np.zeros(start + lines, np.bool_)
    fitting = np.zeros(start + lines, np.int64)
    found, most = 0, arity.max() - 1
    for _ in range(count * tries):
        if found == count:
            break
        used[:] = False
        unused = required
        line = 0
        attempts = 0
        while line < lines and attempts < 8 * lines + 40:
            attempts += 1
            word = np.random.randint(0, len(arity))
            fine = True
            for k in range(arity[word]):
                size, fresh = 0, 0
                for v in range(start + line):
                    if kinds[v] == wanted[word, k]:
                        fitting[size] = v
                        if not used[v] and (v < required or v >= start):  # those that wait to be used, in front
                            fitting[size], fitting[fresh] = fitting[fresh], v
                            fresh += 1
                        size += 1
                if size == 0:
                    fine = False
                    break
                args[found, line, k] = fitting[np.random.randint(0, fresh if fresh > 0 and np.random.random() < eager else size)]
            if not fine:
                continue
            newly = 0
            for k in range(arity[word]):
                v = args[found, line, k]
                again = used[v] or not (v < required or v >= start)
                for j in range(k):
                    again = again or args[found, line, j] == v
                newly += not again
            if unused + 1 - newly - (lines - line - 1) * most > 1:  # a line uses up all its arguments at best, and is one more value to use
                continue
            unused += 1 - newly
            for k in range(arity[word]):
                used[args[found, line, k]] = True
            words[found, line] = word
            kinds[start + line] = given[word]
            line += 1
        found += line == lines and unused == 1
    return found


@lru_cache(maxsize=256)
def pool(language: Language, kinds: tuple[Type, ...], lines: int, count: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Programs of one length for inputs of these kinds: words [count, lines] and arguments [count, lines, MAX_ARGS]. Drawing takes longer than
    running them, so neighbouring worlds choose from one pool."""
    table = table_of(language.words)
    base = np.array([KINDS.index(kind) for kind in (*kinds, *(INT for _ in language.constants))])
    words, args = np.zeros((count, lines), np.int64), np.zeros((count, lines, MAX_ARGS), np.int64)
    seed = Random(f"pool {language.name} {kinds} {lines} {number}").randrange(1 << 31)
    found = _structures(seed, count, lines, base, len(kinds), table.arity, table.wanted, table.given, EAGER, TRIES, words, args)
    return words[:found], args[:found]


@dataclass(frozen=True, slots=True)
class Drafted:
    """Lines of a drawn program: a word of the table and its arguments each."""

    words: tuple[int, ...]
    args: tuple[tuple[int, ...], ...]
    values: tuple[tuple[np.ndarray, np.ndarray], ...] = ()
    """Values of all lines, as in `Way`."""
    middles: tuple[int, ...] = ()
    """Some lines that are lists."""

    def needs(self, line: int, start: int) -> set[int]:
        """The lines that a line is made of, itself included."""
        needed = {line}
        for number in range(line, -1, -1):
            if number in needed:
                needed |= {arg - start for arg in self.args[number] if arg >= start}
        return needed
