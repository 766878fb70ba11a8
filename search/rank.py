"""The order of fits: shortest description first, then agreement among the fits on fresh inputs.

Several programs fit a few examples; which one is meant cannot be known, only guessed. Smaller ones are more often right
(Occam), and among equals the behaviour that most fits share. Learned weights of these and other traits were no better:
`python -m benchmarks.ranking`, figures in docs/enumeration.md.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dsl.machine import answer
from dsl.tasks import Task
from dsl.values import Profile, Stuck, Value
from search.probe import probes
from search.verify import Fit

Behaviour = tuple[object, ...]
STUCK = "stuck"
"""In a behaviour: no answer. All ways of getting stuck are one."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An input on which the best two different programs answer differently: what the examples do not decide."""

    inputs: tuple[Value, ...]
    answers: tuple[Value | Stuck, ...]
    """One for each of the two programs."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Fits in order, one for each behaviour, with the share of all fits that behave like it."""

    fits: tuple[Fit, ...]
    agreement: tuple[float, ...]
    disagreement: Disagreement | None


def rank(fits: Sequence[Fit], task: Task, profile: Profile, *, seed: int = 0, until: float = math.inf) -> Ranking:
    """The different programs among the fits, best first. Deterministic for a seed, unless the time `until` (`time.perf_counter`)
    comes before all are compared: then the longest ones are left out. The shortest is always there."""
    if not fits:
        return Ranking((), (), None)
    inputs = probes(task, seed=seed)
    order = sorted(fits, key=lambda fit: (length_of(fit), len(str(fit.program)), str(fit.program)))
    behaviours: list[Behaviour] = []
    for fit in order:
        if behaviours and time.perf_counter() >= until:
            break
        behaviours.append(behaviour_of(fit, inputs, profile))
    votes = Counter(behaviours)
    chosen: dict[Behaviour, Fit] = {}
    for fit, behaviour in sorted(zip(order, behaviours, strict=False), key=lambda pair: (length_of(pair[0]), -votes[pair[1]])):
        chosen.setdefault(behaviour, fit)
    first_two = tuple(chosen.values())[:2]
    return Ranking(
        tuple(chosen.values()), tuple(votes[each] / len(behaviours) for each in chosen), _disagreement(first_two, inputs, profile)
    )


def length_of(fit: Fit) -> tuple[float, int]:
    """The description length; between equals, the words that the program needs for moving values about."""
    return round(fit.cost, 6), fit.size


def behaviour_of(fit: Fit, inputs: Sequence[tuple[Value, ...]], profile: Profile) -> Behaviour:
    """The answers on the probes."""
    answers = (answer(fit.program, row, profile=profile) for row in inputs)
    return tuple(STUCK if isinstance(value, Stuck) else repr(value) for value in answers)


def _disagreement(fits: Sequence[Fit], inputs: Sequence[tuple[Value, ...]], profile: Profile) -> Disagreement | None:
    """The shortest probe on which the first two programs differ; one where neither is stuck, if there is one."""
    if len(fits) < 2:
        return None
    found = None
    for row in sorted(inputs, key=lambda row: len(repr(row))):
        answers = tuple(answer(fit.program, row, profile=profile) for fit in fits)
        stuck = [isinstance(value, Stuck) for value in answers]
        if all(stuck) or (not any(stuck) and repr(answers[0]) == repr(answers[1])):
            continue
        if not any(stuck):
            return Disagreement(row, answers)
        found = found or Disagreement(row, answers)
    return found
