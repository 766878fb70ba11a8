"""The order of fits: shortest description first, then agreement among the fits on fresh inputs.

Several programs fit a few examples; which one is meant cannot be known, only guessed. Smaller ones are more often right
(Occam; measured in docs/enumeration.md), and among equals the behaviour that most fits share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dsl.machine import answer
from dsl.tasks import Task
from dsl.values import Profile, Stuck, Value
from search.probe import probes
from search.verify import Fit

Behaviour = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An input on which the best two different programs answer differently: what the examples do not decide."""

    inputs: tuple[Value, ...]
    answers: tuple[Value | Stuck, ...]
    """One for each of the programs, in order."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Fits in order, one for each behaviour, with the share of all fits that behave like it."""

    fits: tuple[Fit, ...]
    agreement: tuple[float, ...]
    disagreement: Disagreement | None


def rank(fits: Sequence[Fit], task: Task, profile: Profile, *, seed: int = 0) -> Ranking:
    """The different programs among the fits, best first. Deterministic for a seed."""
    if not fits:
        return Ranking((), (), None)
    inputs = probes(task, seed=seed)
    behaviours = [_behaviour(fit, inputs, profile) for fit in fits]
    votes = Counter(behaviours)
    order = sorted(range(len(fits)), key=lambda i: (fits[i].cost, fits[i].size, -votes[behaviours[i]], str(fits[i].program)))
    first: dict[Behaviour, int] = {}
    for index in order:
        first.setdefault(behaviours[index], index)
    chosen = list(first.values())
    return Ranking(
        tuple(fits[i] for i in chosen),
        tuple(votes[behaviours[i]] / len(fits) for i in chosen),
        _disagreement([fits[i] for i in chosen], inputs, profile),
    )


def _behaviour(fit: Fit, inputs: Sequence[tuple[Value, ...]], profile: Profile) -> Behaviour:
    """The answers on the probes; all ways of getting stuck are one."""
    answers = (answer(fit.program, row, profile=profile) for row in inputs)
    return tuple("stuck" if isinstance(value, Stuck) else repr(value) for value in answers)


def _disagreement(fits: Sequence[Fit], inputs: Sequence[tuple[Value, ...]], profile: Profile) -> Disagreement | None:
    """The shortest probe on which the first two programs give different values."""
    if len(fits) < 2:
        return None
    for row in sorted(inputs, key=lambda row: len(repr(row))):
        answers = tuple(answer(fit.program, row, profile=profile) for fit in fits)
        shown = [None if isinstance(value, Stuck) else repr(value) for value in answers[:2]]
        if shown[0] != shown[1]:
            return Disagreement(row, answers)
    return None
