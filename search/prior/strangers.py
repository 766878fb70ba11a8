"""Lists that a few words make of a world's inputs, such as a search has: most of them are on the way to no output that anyone wants.

The network that scores values learns to tell those that are from these. They lie in files beside the drawn tasks, by the same numbers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dsl.tasks import Example, Task
from dsl.types import INT, LIST_INT
from search.exact.enumerate import Enumerator
from search.exact.grammar import productions
from search.exact.plain import literals
from search.prior.language import KINDS, Language, inputs_of
from search.prior.shards import WORLDS, languages
from search.prior.signature import rows_of

DEPTH, MOST = 3, 60_000
"""Words that they are made of, at most, and lists among which they are chosen."""
CHEAP = 1000
"""Half of them are from that many that are made of the fewest words."""
COUNT = 160
"""Lists of a world."""


@dataclass(frozen=True, slots=True)
class Strangers:
    """K lists."""

    world: np.ndarray
    """int32[K]: numbers of worlds, rising, as in `search.prior.shards.Shard`."""
    values: np.ndarray
    """int32[K, E, WIDTH]."""
    sizes: np.ndarray
    """int8[K, E]."""


def lists_of(language: Language, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Some lists of a world: int64[K, E, WIDTH] and lengths int64[K, E], cut at WIDTH. Depends on the arguments alone."""
    kinds, rows = inputs_of(language, seed)
    task = Task(name="", examples=tuple(Example(row, ()) for row in rows))
    pushes = literals(language.constants)
    rules = productions(kinds, LIST_INT, ops=frozenset(language.words), constants=[INT] * bool(pushes))
    rules = [rule for rule in rules if {*rule.args, rule.result} <= set(KINDS)]
    bank = Enumerator(task, task.examples, rules, pushes, language.profile, 1 << 28, words=frozenset(language.words))
    try:
        bank.grow(DEPTH, MOST)
        if LIST_INT not in bank.kinds:
            return rows_of(np.zeros((0, 1), np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), len(rows))
        store, random = bank.store(LIST_INT), np.random.default_rng(seed)
        cheap = random.choice(min(CHEAP, store.count), min(COUNT // 2, store.count), replace=False)
        others = random.choice(store.count, min(COUNT // 2, store.count), replace=False)
        return rows_of(store.column.data, store.column.lengths, np.unique(np.concatenate([cheap, others])), len(rows))
    finally:
        bank.close()


def path_of(tasks: Path) -> Path:
    """The file of lists that belongs to a file of tasks."""
    return tasks.with_name(f"strangers-{tasks.name}")


def make_strangers(tasks: Path, language: int, number: int) -> Path:
    """Makes the file that belongs to a file of tasks, unless it is there."""
    path = path_of(tasks)
    if path.exists():
        return path
    found = []
    for seed in range(number * WORLDS, (number + 1) * WORLDS):
        values, sizes = lists_of(languages()[language], seed)
        found.append(Strangers(np.full(len(values), 2 * seed + language, np.int32), values.astype(np.int32), sizes.astype(np.int8)))
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with part.open("wb") as file:
        np.savez(file, allow_pickle=False, **{name: np.concatenate([getattr(one, name) for one in found]) for name in Strangers.__slots__})
    part.replace(path)
    return path


def read_strangers(tasks: Sequence[Path]) -> Strangers:
    """The lists that belong to these files of tasks, by worlds."""
    found = []
    for path in map(path_of, tasks):
        with np.load(path) as kept:
            found.append(Strangers(**{name: kept[name] for name in Strangers.__slots__}))
    order = np.argsort(np.concatenate([one.world for one in found]), kind="stable")
    return Strangers(**{name: np.concatenate([getattr(one, name) for one in found])[order] for name in Strangers.__slots__})
