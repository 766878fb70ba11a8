"""Rules: words at concrete types with their compiled loops, and the value ranges that a rule is applied to at a cost level."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import product
from typing import Any, NamedTuple

from dsl.columns.available import available
from dsl.columns.layout import Layout
from dsl.kernels import Limits
from dsl.ops import OPS
from dsl.types import Type
from dsl.values import Profile
from search.exact.drivers import grower, tester
from search.exact.grammar import Production

CHUNK = 400_000
"""Candidates in one call of a driver: between two calls the clock is looked at."""

COMMUTATIVE = frozenset({"+", "*", "min", "max", "and", "or", "=", "!=", "zip+", "zip*", "zip-min", "zip-max"})
"""Words that need each pair of arguments in one order only."""


class Run(NamedTuple):
    """Values of equal cost of one type: numbers `low` .. `high - 1`."""

    cost: int
    low: int
    high: int


@dataclass(slots=True, eq=False)
class Rule:
    """A production with its kernel. Its drivers are made when first asked for."""

    number: int
    word: str
    kinds: tuple[Type, ...]
    result: Type
    cost: int
    kernel: Callable[..., object]
    args: tuple[Layout, ...]
    out: Layout
    symmetric: bool = field(init=False)
    """Whether each pair of arguments is needed in one order only."""
    _grower: Callable[..., None] | None = field(default=None, repr=False)
    _tester: Callable[..., int] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.symmetric = len(self.kinds) == 2 and self.word in COMMUTATIVE and self.kinds[0] == self.kinds[1]

    @property
    def grow(self) -> Callable[..., None]:
        """The loop that keeps what is new."""
        if self._grower is None:
            self._grower = grower(self.kernel, self.args, self.out)
        return self._grower

    @property
    def test(self) -> Callable[..., int]:
        """The loop that compares with the target."""
        if self._tester is None:
            self._tester = tester(self.kernel, self.args, self.out)
        return self._tester


def rules_of(productions: Sequence[Production], layouts: Mapping[Type, Layout]) -> Sequence[Rule]:
    """The productions that have a kernel for these layouts, in order; a rule's number is its production's place. Searches of one kind share them."""
    return _rules(tuple(productions), tuple(layouts.items()))


@lru_cache(maxsize=256)
def _rules(productions: tuple[Production, ...], layouts: tuple[tuple[Type, Layout], ...]) -> tuple[Rule, ...]:
    layout_of = dict(layouts)
    found = []
    for number, p in enumerate(productions):
        args, out = tuple(layout_of[kind] for kind in p.args), layout_of[p.result]
        kernel = _kernel(p.op.name, "".join(layout.letter for layout in args), out.letter)
        if kernel is not None:
            found.append(Rule(number, p.op.name, p.args, p.result, p.cost, kernel, args, out))
    return tuple(found)


@cache
def _kernel(word: str, args: str, out: str) -> Callable[..., object] | None:
    """The kernel of a word for arguments and a result of these letters."""
    kernels = OPS[word].kernels
    return kernels.get(f"{args}->{out}") if isinstance(kernels, Mapping) and available() else None


def limits_of(profile: Profile) -> Any:
    """The profile as drivers take it."""
    import numpy as np

    return np.array(Limits.of(profile), np.int64)


def choices(rule: Rule, runs: Sequence[Mapping[int, Sequence[Run]]], budget: int) -> list[tuple[Run, ...]]:
    """The ways of giving a rule's arguments runs of values whose costs add up to `budget`. `runs` are those of each argument's type by their cost:
    under the prior's costs there are many."""
    if budget < 0:
        return []
    *others, last = runs
    if not others:
        return [(run,) for run in last.get(budget, ())]
    found: list[tuple[Run, ...]] = []
    for costs in product(*[[cost for cost in of_cost if cost <= budget] for of_cost in others]):
        fitting = last.get(budget - sum(costs))
        if fitting:
            for some in product(*[of_cost[cost] for of_cost, cost in zip(others, costs, strict=True)]):
                found += [(*some, run) for run in fitting if not (rule.symmetric and some[0].low > run.low)]
    return found


def pieces(sizes: Sequence[tuple[int, int]], most: int = CHUNK) -> Sequence[tuple[int, int]]:
    """The first range in pieces, so that each with all of the others is about `most` candidates."""
    rest = 1
    for low, high in sizes[1:]:
        rest *= max(high - low, 0)
    low, high = sizes[0]
    if rest == 0 or high <= low:
        return ()
    piece = max(most // rest, 1)
    return [(first, min(first + piece, high)) for first in range(low, high, piece)]
