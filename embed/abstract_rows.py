"""Abstract counterparts of the rows of a batch, each run by its domain's own interpreter.

Shapes: N rows, A abstract rows, W words of a quotation.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np

from embed.cells import State, abstract_of, encode
from embed.moves import MAX_BODY, abstract_results
from embed.source import Source
from embed.steps import Steps, joined, rows_of
from embed.vocab import ERRORS, INTERPRETATIONS
from embed.whole import Whole


@dataclass(frozen=True, slots=True)
class AbstractRows:
    """Draws abstract rows."""

    source: Source
    rng: np.random.Generator
    random: random.Random

    def added(self, steps: Steps, whole: list[Whole], count: int, width: int) -> Steps:
        """The steps, then abstract counterparts of some of them, run by the domain's own abstract interpreter."""
        made: list[_AbstractRow] = []
        plain = [i for i in self.rng.permutation(len(steps)).tolist() if steps.error[i] == 0 and steps.bodies[i, 0, 0] < 0]
        for i in plain:
            if len(made) == count:
                break
            domain = self.random.choice(INTERPRETATIONS[1:])
            row = self._abstract_row(whole[i], i, int(steps.op[i]), domain, width)
            if row is not None:
                made.append(row)
        if not count or not made:
            return steps
        made = [made[i % len(made)] for i in range(count)]
        new = Steps(
            before=rows_of([row.before for row in made], width, self.source.vocab),
            after=rows_of([row.after for row in made], width, self.source.vocab),
            op=np.array([steps.op[row.partner] for row in made]),
            pops=np.array([steps.pops[row.partner] for row in made]),
            bodies=np.full((count, 2, MAX_BODY), -1),
            error=np.array([row.error for row in made]),
            result=np.array([row.result for row in made]),
            interpretation=np.array([row.interpretation for row in made]),
            partner=np.array([row.partner for row in made]),
        )
        return joined(steps, new)

    def _abstract_row(self, whole: Whole, partner: int, op: int, domain: str, width: int) -> _AbstractRow | None:
        name, vocab, state = self.source.vocab.ops[op], self.source.vocab, whole.state
        assert not isinstance(state.items, str)
        join = self.random.random() < 0.5
        items = tuple(abstract_of((value, *self._others(value)) if join else (value,), domain) for value in state.items)
        constants = tuple(None if value is None else abstract_of((value,), domain) for value in state.constants)
        results = abstract_results(name, items, constants, domain, self.source.config.profile)
        before = encode(State(items, constants), vocab, domain=domain)
        error, size = 0, 0
        if results is None:
            error, after = 1 + ERRORS.index("impossible"), encode(State("impossible", constants), vocab, domain=domain)
        else:
            left, new = results
            after = encode(State((*left, *new), constants), vocab, domain=domain)
            size = len(encode(State(new), vocab, domain=domain)) - len(encode(State(()), vocab, domain=domain))
        if max(len(before), len(after)) > width:
            return None
        return _AbstractRow(before, after, error, size, INTERPRETATIONS.index(domain), partner)

    def _others(self, value: Any) -> tuple[Any, ...]:
        """Values like this one, so that an abstract value is that of several examples."""
        draw = self.random.randint
        if isinstance(value, bool):
            return (draw(0, 1) == 1,)
        if isinstance(value, int):
            return (value + draw(-9, 9),)
        if isinstance(value, str):
            return (value[draw(0, len(value)) :],)
        return (value[draw(0, len(value)) :],)


@dataclass(slots=True)
class _AbstractRow:
    before: list[tuple[int, int]]
    after: list[tuple[int, int]]
    error: int
    result: int
    interpretation: int
    partner: int
