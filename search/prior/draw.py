"""Training tasks by the thousand: random line programs on one shared set of inputs, labelled by the shortest tree that a bank holds.

    inputs    one set of examples' inputs for a whole *world* of tasks
    programs  drawn line by line, a word and its arguments uniformly, thrown away unless everything is used; evaluated in columns
    labels    the bank of everything that a few words make of the inputs is built once; an output that it holds is labelled with
              the words of its cheapest tree, any other with those of its own program

So labels are minimal up to the bank's depth, at the price of one bank for hundreds of tasks. Source: docs/prior.md, and the generator of
the study that it names; random programs as in DeepCoder (Balog et al., ICLR 2017).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from random import Random
from typing import Any

import numpy as np
from numba import njit

from dsl.columns.layout import Column, encode
from dsl.columns.step import apply
from dsl.ops import OPS
from dsl.tasks import Example, Task
from dsl.types import BOOL, INT, LIST_INT, Type
from dsl.values import PROFILES, Profile, Value
from search.exact.bank import Arena, Store, fitted
from search.exact.enumerate import Enumerator
from search.exact.grammar import instances_of, productions
from search.exact.plain import evaluate, literals
from search.prior.signature import NUMBER_SIZE, encode_values, rows_of
from search.term import Apply, Input, Literal, Term

KINDS = (INT, LIST_INT, BOOL)
MAX_LINES = 8
MAX_ARGS = 3
NUM_EXAMPLES = 5
EAGER = 0.6
"""How often an argument is drawn from the values that nothing uses yet: drawn uniformly, long programs would nearly all be thrown away."""
MORE_NUMBERS = 1.0
"""Programs drawn besides whose outputs are Ints, as a share of the others: most of them have shorter ones, or hardly vary, and are thrown away."""
TRIES = 200
"""Programs drawn for one that is kept, at most."""
POOL, GROUP = 8, 64
"""A pool has that many times the programs that a world takes from it, and serves that many worlds."""
HIGHS = (4, 9, 20, 50, 100, 255)
"""Largest items of an input list."""
NUMBERS = (-1, 0, 1, 2, 3, 4, 5, 10)
"""Literals of programs outside of languages that have none."""
LITERAL = -1
"""Stands for an argument that is a literal."""


@dataclass(frozen=True, slots=True)
class Language:
    """Words with what inputs they are drawn for."""

    name: str
    words: tuple[str, ...]
    profile: Profile
    shapes: tuple[tuple[Type, ...], ...]
    constants: tuple[Value, ...] = ()
    depth: int = 4
    """Cost up to which the bank is complete, memory permitting."""
    most: int = 250_000
    """Values at which the bank stops growing."""
    every: int = 1
    """One file in so many is of this language."""


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


@dataclass(slots=True)
class _Table:
    """The words of a language as arrays for the compiled sampler."""

    names: list[str]
    args: list[tuple[Type, ...]]
    results: list[Type]
    arity: np.ndarray
    wanted: np.ndarray
    given: np.ndarray


@cache
def _table(words: tuple[str, ...]) -> _Table:
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
    return _Table(names, args, results, np.array([len(a) for a in args]), wanted, np.array([KINDS.index(r) for r in results]))


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


COUNTS = (20, 40, 80, 120, 400, 600, 800, 800)
"""Programs drawn of each number of lines: long ones mostly get stuck, or are shorter than they look."""


def world(language: Language, seed: int, counts: Sequence[int] = COUNTS) -> Drawn | None:
    """The tasks of one world; None where inputs were drawn on which hardly anything is defined. Depends on the arguments alone."""
    random = Random(f"world {language.name} {seed}")
    kinds, rows = _inputs(language, random)
    table = _table(language.words)
    found: dict[Type, list[tuple[tuple[Any, ...], _Program]]] = {}
    for lines, count in enumerate(counts, 1):
        words, args = _pool(language, kinds, lines, POOL * count, seed // GROUP)
        chosen = set(random.sample(range(len(words)), min(count, len(words))))
        numeric = np.flatnonzero(table.given[words[:, -1]] == KINDS.index(INT)).tolist()
        chosen |= set(random.sample(numeric, min(int(MORE_NUMBERS * count), len(numeric))))
        some = np.array(sorted(chosen), np.int64)
        for kind, column, program in _evaluated(language, table, kinds, rows, words[some], args[some]):
            found.setdefault(kind, []).append((column, program))
    drawn = Drawn(language.name, kinds, rows, {}, {})
    for kind, pairs in found.items():
        _label(language, kinds, rows, kind, pairs, drawn)
    return drawn if drawn.outputs else None


def inputs_of(language: Language, seed: int) -> tuple[tuple[Type, ...], tuple[tuple[Value, ...], ...]]:
    """The inputs that a world has: their types, and those of each example."""
    return _inputs(language, Random(f"world {language.name} {seed}"))


def _inputs(language: Language, random: Random) -> tuple[tuple[Type, ...], tuple[tuple[Value, ...], ...]]:
    kinds = random.choice(language.shapes)
    bounds = [_bounds(kind, random) for kind in kinds]
    return kinds, tuple(tuple(_draw(kind, *bound, random) for kind, bound in zip(kinds, bounds, strict=True)) for _ in range(NUM_EXAMPLES))


@lru_cache(maxsize=256)
def _pool(language: Language, kinds: tuple[Type, ...], lines: int, count: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Programs of one length for inputs of these kinds: words [count, lines] and arguments [count, lines, MAX_ARGS]. Drawing takes longer than
    running them, so neighbouring worlds choose from one pool."""
    table = _table(language.words)
    base = np.array([KINDS.index(kind) for kind in (*kinds, *(INT for _ in language.constants))])
    words, args = np.zeros((count, lines), np.int64), np.zeros((count, lines, MAX_ARGS), np.int64)
    seed = Random(f"pool {language.name} {kinds} {lines} {number}").randrange(1 << 31)
    found = _structures(seed, count, lines, base, len(kinds), table.arity, table.wanted, table.given, EAGER, TRIES, words, args)
    return words[:found], args[:found]


@dataclass(frozen=True, slots=True)
class _Program:
    """Lines of a program: a word of the table and its arguments each."""

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


def _evaluated(
    language: Language, table: _Table, kinds: Sequence[Type], rows: Sequence[tuple[Value, ...]], words: np.ndarray, args: np.ndarray
) -> Iterator[tuple[Type, tuple[np.ndarray, np.ndarray], _Program]]:
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
        program = _Program(
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


def _label(
    language: Language,
    kinds: tuple[Type, ...],
    rows: Sequence[tuple[Value, ...]],
    kind: Type,
    pairs: Sequence[tuple[tuple[Any, ...], _Program]],
    drawn: Drawn,
) -> None:
    """Puts the distinct outputs of one type into the world, with their labels."""
    from search.exact.loops import MASK, lookups

    data = np.concatenate([column[0] for column, _ in pairs])
    lengths = None if pairs[0][0][1] is None else np.concatenate([column[1] for column, _ in pairs])
    examples = len(rows)
    table = _table(language.words)
    pushes = literals(language.constants)
    rules = productions(kinds, kind, ops=frozenset(language.words), constants=[INT] * bool(pushes))
    rules = [rule for rule in rules if {*rule.args, rule.result} <= set(KINDS)]
    task = Task(name="", examples=tuple(Example(row, _some(kind)) for row in rows))
    bank = Enumerator(task, task.examples, rules, pushes, language.profile, 1 << 28, words=frozenset(language.words))
    try:
        bank.grow(language.depth, language.most)
        store = bank.store(kind)
        small = Store.allocate(store.layout, len(pairs) + 64, examples, language.profile, Arena(np.empty(0, np.uint8)))
        from dsl.columns.layout import layout_of

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
    if chosen:
        drawn.outputs[kind] = rows_of(data, lengths, np.array(chosen), examples)
        drawn.labels[kind] = labels


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


def _of_lines(table: _Table, program: _Program, inputs: int, start: int) -> tuple[tuple[str, ...], str, tuple[str, ...], int]:
    names = [table.names[word] for word in program.words]
    fronts = dict.fromkeys(name for name, args in zip(names, program.args, strict=True) if any(arg < inputs for arg in args))
    return tuple(dict.fromkeys(names)), names[-1], tuple(fronts), len(names)


def _way(table: _Table, program: _Program, inputs: int, start: int) -> Way:
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


def _bounds(kind: Type, random: Random) -> tuple[int, int]:
    """The range of a list's items, or of an Int."""
    if kind == LIST_INT:
        high = random.choice(HIGHS)
        return random.choice((0, 1, -high)), high
    return random.choice(((0, 3), (0, 6), (-9, 9), (0, 20), (-50, 99)))


def _draw(kind: Type, low: int, high: int, random: Random) -> Value:
    if kind == LIST_INT:
        return tuple(random.randint(low, high) for _ in range(random.randint(3, 12)))
    return random.randint(low, high)


def lines_language() -> Language:
    """DeepCoder's functions with their fixed lambdas fused in, without literals."""
    words = tuple(
        name for name, op in OPS.items()
        if op.kind == "value" and op.suites.get("deepcoder", "").split(" ")[0] in _FUNCTIONS
        and any({*args, result} <= {INT, LIST_INT} and LIST_INT in args for args, result in instances_of(name))
    )  # fmt: skip
    return Language("lines", words, PROFILES["lists"], ((LIST_INT,), (LIST_INT, LIST_INT), (LIST_INT, INT)))


def numbers_language() -> Language:
    """All value words on Ints, Bools and lists of Ints, with the literals of everyday programs."""
    words = tuple(
        name for name, op in OPS.items()
        if op.kind == "value" and any({*args, result} <= set(KINDS) for args, result in instances_of(name))
    )  # fmt: skip
    shapes = ((LIST_INT,), (LIST_INT,), (LIST_INT, LIST_INT), (LIST_INT, INT), (INT, LIST_INT), (INT,), (INT, INT))
    return Language("numbers", words, PROFILES["default"], shapes, NUMBERS, depth=3, most=120_000, every=4)


_FUNCTIONS = frozenset(
    [
        "HEAD",
        "LAST",
        "ACCESS",
        "SUM",
        "MINIMUM",
        "MAXIMUM",
        "TAKE",
        "DROP",
        "REVERSE",
        "SORT",
        "MAP",
        "FILTER",
        "COUNT",
        "ZIPWITH",
        "SCANL1",
    ]
)
