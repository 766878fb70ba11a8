"""Running results by one word: the lists that `scan` gives with `+`, `max` and the like, for the bank's cheap lists.

What a longer body does to a result so far cannot be told without running it; with one word there are so few bodies that the references do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dsl.columns.layout import Column
from dsl.ops import OPS
from dsl.types import LIST_INT
from dsl.values import Profile, Stuck, Value, check
from search.exact.bank import MAX_ARGS
from search.exact.enumerate import Enumerator
from search.term import Apply, Function, Param, Term

BODIES = (("+", 0), ("*", 0), ("min", 0), ("max", 0), ("-", 0), ("-", 1), ("div", 0), ("div", 1), ("mod", 0), ("mod", 1))
"""Words of two Ints, and 1 where the item comes first."""
MAX_LISTS = 200
"""Most lists that are scanned at a level."""


@dataclass(slots=True)
class Scans:
    """A source of the enumerator."""

    costs: Mapping[str, int] = field(default_factory=dict)
    _code: int = -1

    def grow(self, bank: Enumerator) -> None:
        """Adds the lists of cost `bank.level`."""
        if "scan" not in bank.words or LIST_INT not in bank.kinds:
            return
        if self._code < 0:
            self._code = bank.register(lambda args: self._term(bank, args))
        for body, (word, _) in enumerate(BODIES):
            cost = bank.level - self.costs.get("scan", 1) - self.costs.get(word, 1)
            lists = [n for run in bank.runs(LIST_INT) if run.cost == cost for n in range(run.low, run.high)][:MAX_LISTS]
            if word in bank.words and lists and not bank.stop():
                self._add(bank, body, lists)

    def _add(self, bank: Enumerator, body: int, lists: Sequence[int]) -> None:
        """Adds the lists that one body gives."""
        found = [(n, values) for n in lists if (values := self._scanned(bank, body, n)) is not None]
        if not found:
            return
        like, examples = bank.store(LIST_INT).column, len(bank.examples)
        data = np.zeros((len(found) * examples, like.data.shape[1]), like.data.dtype)
        lengths = np.zeros(len(found) * examples, np.int32)
        for k, (_, values) in enumerate(found):
            for e, value in enumerate(values):
                data[k * examples + e, : len(value)] = value
                lengths[k * examples + e] = len(value)
        origins = np.zeros((len(found), 1 + MAX_ARGS), np.int32)
        origins[:, 0], origins[:, 1], origins[:, 2] = self._code, body, [n for n, _ in found]
        bank.absorb(LIST_INT, Column(like.layout, data, lengths), origins)

    def _scanned(self, bank: Enumerator, body: int, number: int) -> list[list[int]] | None:
        """The running results on each example; None where one is stuck."""
        (lists,) = bank.decode(LIST_INT, [number])
        rows = [scanned(body, value, bank.profile) for value in lists]
        return None if any(row is None for row in rows) else rows  # type: ignore[return-value]

    def _term(self, bank: Enumerator, args: Sequence[int]) -> Term:
        word, first = BODIES[args[0]]
        params = (Param(1), Param(0)) if first else (Param(0), Param(1))
        return Apply("scan", (bank.term(LIST_INT, args[1]),), (Function(2, Apply(word, params)),))


def scanned(body: int, items: Value, profile: Profile) -> list[int] | None:
    """The running results of a body on a list; None where it is stuck."""
    assert isinstance(items, tuple)
    word, first = BODIES[body]
    reference = OPS[word].reference
    assert reference is not None
    found: list[int] = []
    for item in items:
        value = item
        if found:
            value = reference(profile, item, found[-1]) if first else reference(profile, found[-1], item)
        if isinstance(value, Stuck) or isinstance(check(value, profile), Stuck):
            return None
        assert isinstance(value, int)
        found.append(value)
    return found
