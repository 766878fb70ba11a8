"""A context: the items that the quotation of a higher-order word runs on, all in one column, and the bodies enumerated on them.

    [3,1,2] -> ...      rows   x  k
    [9,7]   -> ...             3  5      k and other Ints of the examples are the same for all items of one example
                               1  5
                               2  5      `x k +`, a body, is one Int column over the rows: the value of `( over + ) map`
                               9  4
                               7  4

The bodies are found by an `Enumerator` of scalars whose examples are the rows: one body for each distinct column, so none is tried that
means the same on all items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from dsl.columns.layout import BOOL_ROWS, INT_ROWS, Array, Column
from dsl.program import Push
from dsl.tasks import Example, Task
from dsl.types import BOOL, INT, LIST_INT, Type
from dsl.values import Profile
from search.exact.bank import MAX_ARGS
from search.exact.enumerate import Enumerator
from search.exact.grammar import Production, productions
from search.term import Apply, Branch, Function, Input, Param, Term

BODY_WORDS = frozenset(["+", "-", "*", "div", "mod", "neg", "abs", "sign", "square", "inc", "dec", "min", "max", "*2", "/2", "*3", "/3", "*4", "/4", ">", "<", "=", "not", "and", "or", "even?", "odd?", "positive?", "negative?", "zero?", "prime?", "square?", "choose", "bool>int"])  # fmt: skip
"""Words of bodies."""
CLOSURE_COSTS = (1, 2)
"""Costs of the bank's Ints that bodies may use, besides the task's own Ints (cost 0)."""
FIRST_SECONDS, USUAL_SECONDS = 20.0, 0.003
"""Most seconds of each of the first two levels, which may have to load or compile loops, and what they take without."""
BYTES_BESIDE = 110
"""Bytes of a body besides its values: hash, origin, place in the table."""
MAX_CLOSURES = 32
"""Most Ints of each of these costs."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a function may stand: `family` is items, indexed, pairs or scan; `sources` are the bank's numbers of the lists."""

    family: str
    sources: tuple[int, ...]
    cost: int

    @property
    def arity(self) -> int:
        """Arguments of a function here."""
        return 1 if self.family == "items" else 2


@dataclass(slots=True, eq=False)
class Rows:
    """The rows of a place."""

    params: Array
    """int64[arity, N]: the arguments of the function."""
    owner: Array
    """int64[N]: the example of each row."""
    place: Array
    """int64[N]: the row's position in its list."""
    lengths: Array
    """int64[E]: rows of each example."""


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """What a body must give on the rows so that `word` gives the task's outputs."""

    word: str
    kind: Type
    values: Array


@dataclass(slots=True, eq=False)
class Context:
    """One place with its bodies."""

    place: Place
    rows: Rows
    goal: Goal | None
    inner: Enumerator
    leaves: list[Term]
    """What the inner enumeration's inputs stand for."""
    now: Callable[[], float]
    """The clock by which it is limited."""
    loading: float = 0.0
    """Seconds of the last level that went, as far as one can tell, into loading compiled loops: they are not its own."""
    last: float = 0.0
    """Seconds that its last level took."""
    ended: bool = False
    """Whether nothing more is to be had: the last level gave nothing new, or was broken off."""
    limit: float = 0.0
    """When the level in progress is broken off."""
    number: int = -1
    """Its place among the contexts of the search."""
    answers: int = 0
    """Answers taken from it."""
    added: bool = False
    """Whether values of the bank come from here, so that its bodies must be kept."""
    closed: bool = False
    branched: int = 0
    """Conditional bodies up to this cost were looked for."""

    @property
    def level(self) -> int:
        """Bodies up to this cost were enumerated."""
        return self.inner.level

    def expected(self) -> float:
        """Seconds that the next level may take."""
        return max(0.001, self.last * 12)

    def step(self, seconds: float) -> list[Term]:
        """The next level of bodies; the functions that reach the goal. Broken off after about these seconds."""
        start = self.now()
        seconds = max(seconds, FIRST_SECONDS if self.level < 2 else 0.0)  # the first levels load compiled loops
        self.limit = start + seconds
        before = self.inner.kept
        found = list(self.inner.prepare()) if self.level == 0 else []
        found += self.inner.step()
        found += self._brought()
        self.last = self.now() - start
        self.loading = max(self.last - USUAL_SECONDS, 0.0) if self.level <= 2 else 0.0
        self.last -= self.loading
        self.ended = self.now() > self.limit or self.inner.full or (self.inner.kept == before and self.level > 3)
        return [self.body(term) for term in found]

    @property
    def bytes_used(self) -> int:
        """Bytes that its bodies fill, about."""
        return self.inner.kept * (4 * len(self.rows.owner) + BYTES_BESIDE)

    def close(self) -> None:
        """Gives the bodies up."""
        if self.level > 0:
            self.inner.close()
        self.closed = True

    def _brought(self) -> list[Term]:
        """The Ints of the bank that came in at this level and are the goal by themselves: the enumerator compares only what it makes."""
        if self.goal is None or self.goal.kind != INT or self.level not in CLOSURE_COSTS:
            return []
        new = self.inner.new(INT)
        same = (self.values(INT)[new.start :] == self.goal.values).all(axis=1)
        terms = [self.inner.term(INT, number) for number in (np.flatnonzero(same) + new.start).tolist()]
        return [term for term in terms if isinstance(term, Input)]

    def values(self, kind: Type) -> Array:
        """[V, N]: the inner values of a type."""
        store = self.inner.store(kind)
        return store.column.data[: store.count * len(self.rows.owner)].reshape(store.count, len(self.rows.owner))

    def body(self, term: Term) -> Term:
        """An inner term as the body of a function in the task."""
        if isinstance(term, Input):
            return self.leaves[term.index]
        if isinstance(term, Apply):
            return Apply(term.word, tuple(map(self.body, term.args)))
        if isinstance(term, Branch):
            return Branch(self.body(term.condition), self.body(term.then), self.body(term.other))
        return term

    def applied(self, word: str, body: Term, bank: Enumerator) -> Term:
        """The word on this place's lists and a body."""
        return Apply(word, tuple(bank.term(LIST_INT, source) for source in self.place.sources), (Function(self.place.arity, body),))


@dataclass(slots=True, eq=False)
class _Closures:
    """Brings Ints of the bank into an inner enumeration, at the same cost."""

    context: Context | None
    outer: Enumerator
    code: int | None = None
    done: set[int] = field(default_factory=set)

    def grow(self, bank: Enumerator) -> None:
        """The Ints of this cost of the outer bank, broadcast to the rows."""
        inner = bank
        if inner.level not in CLOSURE_COSTS or self.context is None:
            return
        owner, examples = self.context.rows.owner, len(self.outer.examples)
        numbers = [n for run in self.outer.runs(INT) if run.cost == inner.level for n in range(run.low, run.high)][:MAX_CLOSURES]
        if not numbers:
            return
        if self.code is None:
            self.code = inner.register(lambda args: Input(args[0]))
        first = len(self.context.leaves)
        self.context.leaves += [self.outer.term(INT, number) for number in numbers]
        values = self.outer.store(INT).column.data.reshape(-1, examples)[numbers][:, owner]
        origins = np.zeros((len(numbers), 1 + MAX_ARGS), np.int32)
        origins[:, 0], origins[:, 1] = self.code, np.arange(first, first + len(numbers))
        inner.absorb(INT, Column(INT_ROWS, np.ascontiguousarray(values.ravel(), np.int32)), origins)


def open_context(
    place: Place,
    rows: Rows,
    goal: Goal | None,
    bank: Enumerator,
    rules: Sequence[Production],
    pushes: Sequence[tuple[Push, int]],
    memory: int,
    now: Callable[[], float],
) -> Context:
    """A context with no bodies yet."""
    numbers = [n for run in bank.runs(INT) if run.cost == 0 for n in range(run.low, run.high)]
    examples = len(bank.examples)
    given = bank.store(INT).column.data.reshape(-1, examples)[numbers][:, rows.owner] if numbers else np.zeros((0, len(rows.owner)), int)
    columns = np.concatenate([rows.params, given]).T.tolist()
    outputs = np.zeros(len(columns), int).tolist() if goal is None else goal.values.tolist()
    examples_of = tuple(Example(tuple(inputs), output) for inputs, output in zip(columns, outputs, strict=True))
    closures = _Closures(None, bank)
    context: Context
    inner = Enumerator(
        Task(name="bodies", examples=examples_of), examples_of, rules,
        pushes, replace(bank.profile, max_list=8, max_str=8), memory,
        lambda: bank.stop() or now() > context.limit, sources=(closures,), testing=goal is not None,
    )  # fmt: skip
    leaves: list[Term] = [*map(Param, range(place.arity)), *(bank.term(INT, number) for number in numbers)]
    context = closures.context = Context(place, rows, goal, inner, leaves, now)
    return context


def body_productions(words: frozenset[str], costs: Mapping[str, int]) -> tuple[Production, ...]:
    """The words of bodies on Ints and Bools."""
    rules: dict[tuple[str, tuple[Type, ...]], Production] = {}
    for goal in (INT, BOOL):
        for rule in productions((INT,), goal, ops=words & BODY_WORDS, constants=[INT], costs=costs):
            if set(rule.args) | {rule.result} <= {INT, BOOL}:
                rules[rule.op.name, rule.args] = rule
    return tuple(rules.values())


def rows_of(place: Place, lists: Callable[[int], tuple[Array, Array]], targets: Sequence[Sequence[int]] | None) -> Rows | None:
    """The rows of a place; None where there are none. `lists` gives data and lengths of a list value; `targets` are wanted for scans."""
    parts = [lists(source) for source in place.sources]
    lengths = np.minimum.reduce([lengths for _, lengths in parts])
    if place.family == "scan":
        lengths = np.maximum(lengths - 1, 0)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    at = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    if len(owner) == 0:
        return None
    params = [data[owner, at + (place.family == "scan")] for data, _ in parts]
    if place.family == "indexed":
        params = [at, *params]
    if place.family == "scan":
        assert targets is not None
        params = [np.array([targets[e][i] for e, i in zip(owner.tolist(), at.tolist(), strict=True)]), *params]
    return Rows(np.array(params, np.int64), owner, at, lengths.astype(np.int64))


def within(rows: Rows, goal: Goal | None, profile: Profile) -> bool:
    """Whether all arguments and goals are ints that the profile allows."""
    values = rows.params if goal is None else np.concatenate([rows.params.ravel(), goal.values.ravel()])
    return bool(values.min() >= profile.int_min and values.max() <= profile.int_max)


def mapped(values: Array, rows: Rows, layout_like: Column) -> Column:
    """The lists that `map` and its like give for bodies' Int columns [V, N]."""
    count, examples = len(values), len(rows.lengths)
    data = np.zeros((count, examples, layout_like.data.shape[1]), layout_like.data.dtype)
    data[:, rows.owner, rows.place] = values
    lengths = np.tile(rows.lengths.astype(np.int32), count)
    return Column(layout_like.layout, data.reshape(count * examples, -1), lengths)


def selected(masks: Array, items: Array, rows: Rows, layout_like: Column) -> Column:
    """The lists of those `items` [N] for which bodies' Bool columns [V, N] hold."""
    count, examples = len(masks), len(rows.lengths)
    data = np.zeros((count, examples, layout_like.data.shape[1]), layout_like.data.dtype)
    lengths = np.zeros((count, examples), np.int32)
    for e in range(examples):
        here = np.flatnonzero(rows.owner == e)
        held = masks[:, here] != 0
        places = np.cumsum(held, axis=1) - 1
        value, item = np.nonzero(held)
        data[value, e, places[value, item]] = items[here][item]
        lengths[:, e] = held.sum(axis=1)
    return Column(layout_like.layout, data.reshape(count * examples, -1), lengths.ravel())


def counted(masks: Array, rows: Rows) -> Array:
    """int[V, E]: how many items of each example the Bool columns [V, N] hold for."""
    counts = np.zeros((len(masks), len(rows.lengths)), np.int32)
    for e in range(len(rows.lengths)):
        counts[:, e] = (masks[:, rows.owner == e] != 0).sum(axis=1)
    return counts


def ints(values: Array) -> Column:
    """An Int column of candidates [V, E]."""
    return Column(INT_ROWS, np.ascontiguousarray(values.ravel(), np.int32))


def bools(values: Array) -> Column:
    """A Bool column of candidates [V, E]."""
    return Column(BOOL_ROWS, np.ascontiguousarray(values.ravel(), np.uint8))
