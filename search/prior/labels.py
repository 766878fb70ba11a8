"""Labels of drawn programs: an output that a bank of short programs holds has those of its cheapest tree, any other those of its own program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dsl.columns.layout import Column, layout_of
from dsl.ops import OPS
from dsl.tasks import Example, Task
from dsl.types import BOOL, INT, LIST_INT, Type
from dsl.values import Profile, Value
from search.exact.bank import Arena, Store, fitted
from search.exact.enumerate import Enumerator
from search.exact.grammar import productions
from search.exact.plain import evaluate, literals
from search.prior.language import KINDS, Language
from search.prior.random_programs import Drafted, Table, table_of
from search.prior.signature import NUMBER_SIZE, encode_values, rows_of
from search.term import Apply, Input, Literal, Term

LITERAL = -1
"""Stands for an argument that is a literal."""


@dataclass(slots=True)
class Labels:
    """What programs look like, for each task of an output type."""

    words: list[tuple[str, ...]] = field(default_factory=list)
    """The words that occur, each once."""
    roots: list[str] = field(default_factory=list)
    """The last word."""
    fronts: list[tuple[str, ...]] = field(default_factory=list)
    """The words applied to an input."""
    lengths: list[int] = field(default_factory=list)
    minimal: list[bool] = field(default_factory=list)
    """Whether the bank holds the output, so that the program is a shortest one."""
    middles: list[Middle] = field(default_factory=list)
    """Values on the way, of programs that the bank does not hold."""
    ways: list[Way] = field(default_factory=list)
    """The programs themselves."""


@dataclass(frozen=True, slots=True)
class Way:
    """A program as lines, with their values. The last line is the output."""

    words: tuple[str, ...]
    args: tuple[tuple[int, ...], ...]
    """Of each line: numbers of values, the inputs first, then the lines; LITERAL for a literal."""
    values: tuple[tuple[np.ndarray, np.ndarray], ...]
    """Of each line: int64[E, WIDTH], and lengths int64[E], NUMBER_SIZE for numbers."""


@dataclass(frozen=True, slots=True)
class Middle:
    """A list on the way from the inputs to an output."""

    owner: int
    """Number of the task."""
    values: np.ndarray
    """int64[E, WIDTH]."""
    lengths: np.ndarray
    """int64[E]."""
    made_of: int
    """Lines that it needs."""
    left: int
    """Lines of the program that it does not need."""
    words_left: tuple[str, ...]
    """Their words."""


def labelled(
    language: Language,
    kinds: tuple[Type, ...],
    rows: Sequence[tuple[Value, ...]],
    kind: Type,
    pairs: Sequence[tuple[tuple[Any, ...], Drafted]],
) -> tuple[tuple[np.ndarray, np.ndarray], Labels] | None:
    """The distinct outputs of one type, as in `search.prior.draw.Drawn`, with their labels; None where there are none."""
    from search.exact.loops import MASK, lookups

    data = np.concatenate([column[0] for column, _ in pairs])
    lengths = None if pairs[0][0][1] is None else np.concatenate([column[1] for column, _ in pairs])
    examples = len(rows)
    table = table_of(language.words)
    pushes = literals(language.constants)
    rules = productions(kinds, kind, ops=frozenset(language.words), constants=[INT] * bool(pushes))
    rules = [rule for rule in rules if {*rule.args, rule.result} <= set(KINDS)]
    task = Task(name="", examples=tuple(Example(row, _some(kind)) for row in rows))
    bank = Enumerator(task, task.examples, rules, pushes, language.profile, 1 << 28, words=frozenset(language.words))
    try:
        bank.grow(language.depth, language.most)
        store = bank.store(kind)
        small = Store.allocate(store.layout, len(pairs) + 64, examples, language.profile, Arena(np.empty(0, np.uint8)))
        column = fitted(Column(layout_of(kind), data, lengths), store.layout)
        picks = np.zeros((len(pairs), 5), np.int32)
        picks[:, 0] = np.arange(len(pairs))
        small.absorb(column, picks)
        hits = np.zeros((small.count + 1, 2), np.int32)
        num = lookups(small.hashes, 0, small.count, store.table, store.counters[MASK], hits)
        held = dict(hits[:num].tolist())
        labels, chosen = Labels(), []
        inputs = {number for run in bank.runs(kind) if run.cost == 0 for number in range(run.low, run.high)}
        for number in range(small.count):
            if held.get(number) in inputs:
                continue
            pair = int(small.origins[number, 1])
            if number in held:
                term = bank.term(kind, held[number])
                described = _of_term(term)
                if described is None:
                    continue
                way = way_of(term, rows, language.profile)
            else:
                start, program = len(kinds) + len(language.constants), pairs[pair][1]
                described = _of_lines(table, program, len(kinds), start)
                way = _way(table, program, len(kinds), start)
                for line in program.middles:
                    needs = program.needs(line, start)
                    left = [table.names[word] for number, word in enumerate(program.words) if number not in needs]
                    middle = Middle(len(labels.words), *program.values[line], len(needs), len(left), tuple(dict.fromkeys(left)))
                    labels.middles.append(middle)
            words, root, fronts, length = described
            labels.words.append(words)
            labels.roots.append(root)
            labels.fronts.append(fronts)
            labels.lengths.append(length)
            labels.minimal.append(number in held)
            labels.ways.append(way)
            chosen.append(pair)
    finally:
        bank.close()
    return (rows_of(data, lengths, np.array(chosen), examples), labels) if chosen else None


def _some(kind: Type) -> Value:
    return () if kind == LIST_INT else kind == BOOL or 0


def _of_term(term: Term) -> tuple[tuple[str, ...], str, tuple[str, ...], int] | None:
    """Words, root, words on inputs, and size of a term."""
    words: dict[str, None] = {}
    fronts: dict[str, None] = {}
    seen: set[Term] = set()

    def walk(part: Term) -> None:
        if not isinstance(part, Apply) or part in seen:
            return
        seen.add(part)
        words[part.word] = None
        for arg in part.args:
            if isinstance(arg, Input):
                fronts[part.word] = None
            walk(arg)

    walk(term)
    return (tuple(words), term.word, tuple(fronts), len(seen)) if isinstance(term, Apply) else None


def _of_lines(table: Table, program: Drafted, inputs: int, start: int) -> tuple[tuple[str, ...], str, tuple[str, ...], int]:
    names = [table.names[word] for word in program.words]
    fronts = dict.fromkeys(name for name, args in zip(names, program.args, strict=True) if any(arg < inputs for arg in args))
    return tuple(dict.fromkeys(names)), names[-1], tuple(fronts), len(names)


def _way(table: Table, program: Drafted, inputs: int, start: int) -> Way:
    args = [[arg if arg < inputs else LITERAL if arg < start else arg - start + inputs for arg in some] for some in program.args]
    return Way(tuple(table.names[word] for word in program.words), tuple(map(tuple, args)), program.values)


def way_of(term: Term, rows: Sequence[tuple[Value, ...]], profile: Profile) -> Way:
    """The lines of a term, equal subterms once."""
    inputs = [tuple(row[i] for row in rows) for i in range(len(rows[0]))]
    numbers: dict[Term, int] = {}
    words, args, columns = [], [], list(inputs)

    def number(part: Term) -> int:
        if isinstance(part, Input):
            return part.index
        if part not in numbers and isinstance(part, Apply):
            below = tuple(map(number, part.args))
            given = [columns[k] if k != LITERAL else (_literal(arg),) * len(rows) for k, arg in zip(below, part.args, strict=True)]
            reference = OPS[part.word].reference
            assert reference is not None
            column = evaluate(reference, profile, given)
            assert column is not None
            numbers[part] = len(columns)
            columns.append(column)
            words.append(part.word)
            args.append(below)
        return numbers.get(part, LITERAL)

    number(term)
    return Way(tuple(words), tuple(args), tuple(map(_encoded, columns[len(inputs) :])))


def _literal(term: Term) -> Value:
    assert isinstance(term, Literal)
    return term.push.value  # type: ignore[return-value]


def _encoded(column: tuple[Value, ...]) -> tuple[np.ndarray, np.ndarray]:
    values, lengths = encode_values(column)
    return values, lengths if isinstance(column[0], tuple) else np.full_like(lengths, NUMBER_SIZE)
