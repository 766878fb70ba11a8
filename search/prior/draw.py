"""Training tasks by the thousand: random line programs on one shared set of inputs, labelled by the shortest tree that a bank holds.

    inputs    one set of examples' inputs for a whole *world* of tasks (`search.prior.language`)
    programs  drawn line by line (`search.prior.random_programs`), and evaluated in columns
    labels    the bank of everything that a few words make of the inputs is built once (`search.prior.labels`)

So labels are minimal up to the bank's depth, at the price of one bank for hundreds of tasks. Source: docs/prior.md, and the generator of
the study that it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from dsl.columns.layout import Column, encode
from dsl.columns.step import apply
from dsl.ops import OPS
from dsl.types import BOOL, INT, LIST_INT, Type
from dsl.values import Value
from search.prior.labels import Labels, labelled
from search.prior.language import KINDS, NUM_EXAMPLES, Language, random_inputs
from search.prior.random_programs import GROUP, POOL, Drafted, Table, pool, table_of
from search.prior.signature import NUMBER_SIZE, rows_of

MORE_NUMBERS = 1.0
"""Programs drawn besides whose outputs are Ints, as a share of the others: most of them have shorter ones, or hardly vary, and are thrown away."""
COUNTS = (20, 40, 80, 120, 400, 600, 800, 800)
"""Programs drawn of each number of lines: long ones mostly get stuck, or are shorter than they look."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The tasks of one world, all with the same inputs. T tasks, E examples."""

    language: str
    kinds: tuple[Type, ...]
    inputs: tuple[tuple[Value, ...], ...]
    """Of each example."""
    outputs: dict[Type, tuple[np.ndarray, np.ndarray]]
    """By type of the output: int64[T, E, WIDTH] and lengths int64[T, E], cut at WIDTH."""
    labels: dict[Type, Labels]


def world(language: Language, seed: int, counts: Sequence[int] = COUNTS) -> Drawn | None:
    """The tasks of one world; None where inputs were drawn on which hardly anything is defined. Depends on the arguments alone."""
    random = Random(f"world {language.name} {seed}")
    kinds, rows = random_inputs(language, random)
    table = table_of(language.words)
    found: dict[Type, list[tuple[tuple[Any, ...], Drafted]]] = {}
    for lines, count in enumerate(counts, 1):
        words, args = pool(language, kinds, lines, POOL * count, seed // GROUP)
        chosen = set(random.sample(range(len(words)), min(count, len(words))))
        numeric = np.flatnonzero(table.given[words[:, -1]] == KINDS.index(INT)).tolist()
        chosen |= set(random.sample(numeric, min(int(MORE_NUMBERS * count), len(numeric))))
        some = np.array(sorted(chosen), np.int64)
        for kind, column, program in _evaluated(language, table, kinds, rows, words[some], args[some]):
            found.setdefault(kind, []).append((column, program))
    drawn = Drawn(language.name, kinds, rows, {}, {})
    for kind, pairs in found.items():
        if (kept := labelled(language, kinds, rows, kind, pairs)) is not None:
            drawn.outputs[kind], drawn.labels[kind] = kept
    return drawn if drawn.outputs else None


def _evaluated(
    language: Language, table: Table, kinds: Sequence[Type], rows: Sequence[tuple[Value, ...]], words: np.ndarray, args: np.ndarray
) -> Iterator[tuple[Type, tuple[np.ndarray, np.ndarray], Drafted]]:
    """The outputs of programs that are defined on all examples and not too dull, with the programs."""
    count, lines = words.shape
    start = len(kinds) + len(language.constants)
    columns: list[list[Column | None]] = [[None] * count for _ in range(start + lines)]
    values: list[dict[int, tuple[np.ndarray, np.ndarray]]] = [{} for _ in range(lines)]
    leaves = [encode([row[i] for row in rows], kind, language.profile) for i, kind in enumerate(kinds)]
    leaves += [encode([value] * len(rows), INT, language.profile) for value in language.constants]
    for number, leaf in enumerate(leaves):
        columns[number] = [leaf] * count
    alive = np.ones(count, bool)
    for line in range(lines):
        for word in np.unique(words[alive, line]).tolist():
            programs = np.flatnonzero(alive & (words[:, line] == word))
            arity = int(table.arity[word])
            stacked = [_stack([columns[args[p, line, k]][p] for p in programs.tolist()]) for k in range(arity)]
            done = apply(OPS[table.names[word]], stacked, [None] * arity, examples=len(rows), profile=language.profile)
            stuck = done.status.reshape(len(programs), -1).max(axis=1) > 0
            seen, sizes = rows_of(done.column.data, done.column.lengths, np.arange(len(programs)), len(rows))
            sizes = sizes if done.column.kind == LIST_INT else np.full_like(sizes, NUMBER_SIZE)
            values[line] |= dict(zip(programs.tolist(), zip(seen, sizes, strict=True), strict=True))
            for place, p in enumerate(programs.tolist()):
                if stuck[place]:
                    alive[p] = False
                else:
                    columns[start + line][p] = done.column.take(slice(place * len(rows), (place + 1) * len(rows)))  # type: ignore[arg-type]
    for p in np.flatnonzero(alive).tolist():
        column = columns[start + lines - 1][p]
        assert column is not None
        distinct = len({value.tobytes() for value in _values(column)})
        if distinct < (2 if column.kind == BOOL else NUM_EXAMPLES - 1):
            continue
        arity = table.arity[words[p]]
        lists = [i for i in range(lines - 1) if (middle := columns[start + i][p]) is not None and middle.kind == LIST_INT]
        some = [lists[i] for i in {(7 * p) % len(lists), (3 * p + 1) % len(lists)}] if lists and lines > 2 else []
        program = Drafted(
            tuple(words[p].tolist()), tuple(tuple(args[p, i, : arity[i]].tolist()) for i in range(lines)),
            tuple(values[i][p] for i in range(lines)), tuple(some),
        )  # fmt: skip
        yield column.kind, (column.data, column.lengths), program  # type: ignore[misc]


def _values(column: Column) -> list[np.ndarray]:
    if column.lengths is None:
        return list(column.data.reshape(-1, 1))
    return [row[:length] for row, length in zip(column.data, column.lengths.tolist(), strict=True)]


def _stack(columns: Sequence[Column | None]) -> Column:
    """Columns of one layout, one below the other."""
    first = columns[0]
    assert first is not None
    data = np.concatenate([column.data for column in columns if column is not None])
    lengths = None if first.lengths is None else np.concatenate([column.lengths for column in columns if column is not None])  # type: ignore[misc]
    return Column(first.layout, data, lengths)
