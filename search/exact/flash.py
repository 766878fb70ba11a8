"""The values of the plain-Python stage as a bank: finders look at it before numba is loaded, which takes longer than most of their answers.

for finder in (Pieces(allowed), Conditions(pieces, allowed)):
    yield from finder.look(FlashBank.of(plain_search, spread(task.examples, MAX_EXAMPLES)))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dsl.columns.layout import Column, encode
from dsl.tasks import Example, Task
from dsl.types import Type
from dsl.values import Profile, Value
from search.exact.plain import Entry, PlainSearch
from search.term import Term

MAX_VALUES = 3_000
"""Values of each type that are looked at, the cheapest first."""


@dataclass(frozen=True, slots=True)
class FlashStore:
    """The values of one type, as finders read them."""

    column: Column
    count: int


@dataclass(slots=True, eq=False)
class FlashBank:
    """What `search.exact.finder` lets finders use, over a plain search that has ended."""

    task: Task
    examples: Sequence[Example]
    profile: Profile
    level: int
    stop: Callable[[], bool]
    entries: dict[Type, list[Entry]]
    rows: Sequence[int]
    """Places of `examples` among the task's."""
    full: bool = False
    plain: bool = True
    """That kernels shall not be compiled for it."""
    _stores: dict[Type, FlashStore] = field(default_factory=dict)

    @classmethod
    def of(cls, search: PlainSearch, examples: Sequence[Example]) -> FlashBank:
        """The bank of a search, restricted to some of the task's examples, as values that these do not tell apart may be there."""
        task = search.task
        entries: dict[Type, list[Entry]] = {}
        for kind, levels in search._bank.items():
            ordered = [(cost, entry) for cost in sorted(levels) for entry in levels[cost]][:MAX_VALUES]
            for cost, entry in ordered:
                entry.cost = cost
            if ordered:
                entries[kind] = [entry for _, entry in ordered]
        rows = [task.examples.index(example) for example in examples]
        return cls(task, examples, search.profile, max(search.level, 1), search.stop, entries, rows)

    @property
    def kinds(self) -> tuple[Type, ...]:
        """The types of which there are values."""
        return tuple(self.entries)

    def store(self, kind: Type) -> FlashStore:
        """The values of a type as a column, made when first asked for."""
        if kind not in self._stores:
            values = [value for number in range(len(self.entries[kind])) for value in self._values(kind, number)]
            self._stores[kind] = FlashStore(encode(values, kind, self.profile), len(self.entries[kind]))
        return self._stores[kind]

    def runs(self, kind: Type) -> list[tuple[int, int, int]]:
        """Runs of values of equal cost: (cost, first, past the last)."""
        costs = [entry.cost for entry in self.entries.get(kind, ())]
        starts = [0, *(i for i in range(1, len(costs)) if costs[i] != costs[i - 1]), len(costs)]
        return [(costs[low], low, high) for low, high in pairwise(starts) if high > low]

    def cost(self, kind: Type, number: int) -> int:
        """The cost of a value."""
        return self.entries[kind][number].cost

    def term(self, kind: Type, number: int) -> Term:
        """The term that made a value."""
        return self.entries[kind][number].term()

    def decode(self, kind: Type, numbers: Sequence[int]) -> list[tuple[Value, ...]]:
        """These values, each as one value an example."""
        return [self._values(kind, number) for number in numbers]

    def _values(self, kind: Type, number: int) -> tuple[Value, ...]:
        column = self.entries[kind][number].column
        return tuple(column[row] for row in self.rows)
