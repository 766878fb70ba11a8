"""How often the first of the fits is right: by the order of `search/rank.py`, by learned ones, and at best.

    python -m benchmarks.ranking --fit FILE ... --check FILE ...

Reads files of `benchmarks.fits`. Weights are fitted to the first ones, which must be of drawn tasks, and looked at on the others. The fit is
a conditional logit (McFadden 1974): among the behaviours of a task's fits, the probability of the right ones is raised. Traits in MORE are
tried beside length and agreement, one at a time. docs/enumeration.md says what came of it.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from benchmarks.fits import Collected, read
from benchmarks.suites import word_set
from dsl.machine import steps
from dsl.ops import OPS
from dsl.program import Word, walk
from dsl.values import PROFILES, Profile, Stuck
from search.prior.model import Belief, Prior
from search.probe import probes
from search.rank import STUCK, behaviour_of, length_of
from search.verify import Fit

STEPS, RATE, DECAY = 400, 0.1, 0.02
"""Steps of the fit, their size, and how much weights are drawn to zero, for each task."""
LEAST, MOST = 1e-3, 1 - 1e-3
"""Bounds of probabilities whose logarithms are taken."""
WITHIN = (0.0, 0.3, 1.0, 2.0)
"""Seconds after the first fit up to which fits are collected, in the last table."""
OWN = ("length", "agreement")
"""What the shipped order looks at: the description length of the shortest program of a behaviour; the logarithm of the number of fits that behave so."""
MORE = ("variety", "stuck", "prior", "idle")
"""Traits tried besides: different answers on the probes, as a share of them; the share of probes without an answer; the logarithm of the
probability that the prior gives to a program with these words and no others (0 where it does not know the task); words that leave an argument as
it is, summed over the shares of examples on which they do."""
TRAITS = (*OWN, *MORE)
Order: TypeAlias = "Callable[[np.ndarray], np.ndarray]"
"""From traits to scores."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The behaviours among the fits of one task. B of them, F traits."""

    suite: str
    traits: np.ndarray
    """float64[B, F], in the order of TRAITS; the behaviours in the shipped order."""
    right: np.ndarray
    """bool[B]: whether the shortest program of each is right on the held-out examples."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the weights and a table for each file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ranking", description="How often the first of the fits is right.")
    parser.add_argument("--fit", nargs="+", default=[], metavar="FILE", help="fits of drawn tasks, to which weights are fitted")
    parser.add_argument("--check", nargs="+", required=True, metavar="FILE", help="fits of other tasks, on which orders are compared")
    args = parser.parse_args(arguments)
    orders: dict[str, Order] = {"shipped: length, then agreement": shipped}
    if args.fit:
        learned = [choice(looked_at(task)) for path in args.fit for task in read(path)]
        for names in (OWN, *((*OWN, other) for other in MORE)):
            places = [TRAITS.index(name) for name in names]
            weights = fitted(learned, places)
            orders[f"fitted: {', '.join(names)}"] = lambda rows, places=places, weights=weights: rows[:, places] @ weights
            print("weights in words of length:", ", ".join(f"{n} {w:.2f}" for n, w in zip(names, weights / abs(weights[0]), strict=True)))
        print(f"\nfitted to: {', '.join(args.fit)}\n\n{table(learned, orders)}")
    for path in args.check:
        tasks = [looked_at(task) for task in read(path)]
        print(f"\nchecked on: {path}\n\n{table([choice(task, more=bool(args.fit)) for task in tasks], orders)}")
        print(f"\nin the shipped order, by how long fits were collected after the first one:\n\n{trade(tasks)}")
    return 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A task with the behaviours of its fits, the shortest fit first."""

    task: Collected
    fits: tuple[Fit, ...]
    behaviours: tuple[tuple[object, ...], ...]
    """Of each fit, on the probes that a search would use."""


def looked_at(task: Collected) -> Seen:
    """The behaviours of all fits of a task."""
    inputs, order = probes(task.seen), sorted(task.fits, key=lambda fit: (length_of(fit), len(str(fit.program)), str(fit.program)))
    return Seen(task, tuple(order), tuple(behaviour_of(fit, inputs, PROFILES[task.profile]) for fit in order))


def choice(seen: Seen, *, within: float = math.inf, more: bool = True) -> Choice:
    """What there is to choose from, among the fits found up to `within` seconds after the first one; the traits in MORE are NaN without `more`."""
    task = seen.task
    end = min(fit.seconds for fit in seen.fits) + within
    pairs = [(fit, behaviour) for fit, behaviour in zip(seen.fits, seen.behaviours, strict=True) if fit.seconds <= end]
    votes, shortest = Counter(behaviour for _, behaviour in pairs), {}
    for fit, behaviour in pairs:
        shortest.setdefault(behaviour, fit)
    ranked = sorted(shortest.items(), key=lambda pair: (length_of(pair[1]), -votes[pair[0]]))
    belief = _belief(task) if more else None
    rows = [
        (
            fit.cost,
            math.log(votes[behaviour]),
            *(_more(fit, behaviour, task, belief, PROFILES[task.profile]) if more else [math.nan] * len(MORE)),
        )
        for behaviour, fit in ranked
    ]
    right_of = dict(zip(task.fits, task.right, strict=True))
    return Choice(task.suite, np.array(rows), np.array([right_of[fit] for _, fit in ranked]))


def shipped(rows: np.ndarray) -> np.ndarray:
    """Scores that keep the order of `search/rank.py`, in which a `Choice` has its behaviours."""
    return -np.arange(len(rows), dtype=float)


def fitted(learned: Sequence[Choice], places: Sequence[int]) -> np.ndarray:
    """Weights of some traits; only tasks with right and wrong behaviours count."""
    mixed = [
        (each.traits[:, places] - each.traits[:, places].mean(axis=0), each.right)
        for each in learned
        if 0 < each.right.sum() < len(each.right)
    ]
    if not mixed:
        return np.eye(len(places))[0] * -1.0
    spread = np.concatenate([rows for rows, _ in mixed]).std(axis=0) + 1e-9
    weights = np.zeros(len(places))
    for _ in range(STEPS):
        slope = -DECAY * weights
        for rows, right in mixed:
            chances = _softmax(rows / spread @ weights)
            slope += (np.where(right, chances / chances[right].sum(), 0.0) - chances) @ rows / spread / len(mixed)
        weights += RATE * slope
    return weights / spread


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def table(some: Sequence[Choice], orders: dict[str, Order]) -> str:
    """As Markdown: for each suite the tasks with fits, those with a right one among them, and those where each order puts a right one first."""
    lines = [f"| {' | '.join(['suite', 'tasks with fits', 'a right one among them', *orders])} |", "|" + "---|" * (3 + len(orders))]
    suites = sorted({each.suite for each in some})
    for name, members in [(name, [each for each in some if each.suite == name]) for name in suites] + [("all", list(some))]:
        first = [sum(bool(each.right[np.argmax(np.round(order(each.traits), 6))]) for each in members) for order in orders.values()]
        lines.append(f"| {' | '.join([name, str(len(members)), str(sum(bool(each.right.any()) for each in members)), *map(str, first)])} |")
    return "\n".join(lines)


def trade(tasks: Sequence[Seen]) -> str:
    """As Markdown: what collecting longer brings."""
    lines = ["| seconds after the first fit | fits (median) | a right one among them | a right one first |", "|---|---|---|---|"]
    for within in (*WITHIN, math.inf):
        some = [choice(task, within=within, more=False) for task in tasks]
        counts = [sum(fit.seconds <= task.task.fits[0].seconds + within for fit in task.fits) for task in tasks]
        among = sum(bool(each.right.any()) for each in some)
        first = sum(bool(each.right[np.argmax(np.round(shipped(each.traits), 6))]) for each in some)
        lines.append(f"| {'to the end' if within == math.inf else f'{within:g}'} | {np.median(counts):.0f} | {among} | {first} |")
    return "\n".join(lines)


def _more(fit: Fit, behaviour: Sequence[object], task: Collected, belief: Belief | None, profile: Profile) -> tuple[float, ...]:
    stuck = sum(answer == STUCK for answer in behaviour) / max(len(behaviour), 1)
    used = {part.name for part in walk(fit.program.body) if isinstance(part, Word)}
    said = 0.0 if belief is None else sum(_log(p if word in used else 1 - p) for word, p in belief.occurs.items())
    return len(set(behaviour)) / max(len(behaviour), 1), stuck, said, _idle(fit, task, profile)


def _belief(task: Collected) -> Belief | None:
    prior = Prior.shipped()
    return prior.believe(task.seen, word_set(task.words) or frozenset(OPS)) if prior.knows(task.seen) else None


def _idle(fit: Fit, task: Collected, profile: Profile) -> float:
    """For each word the share of its steps on the examples whose result is one of the arguments, summed over the words."""
    found: dict[tuple[int, ...], list[bool]] = {}
    for example in task.seen.examples:
        for step in steps(fit.program, example.inputs, profile=profile):
            op = OPS.get(step.instruction.name) if isinstance(step.instruction, Word) else None
            if op is not None and op.kind == "value" and not isinstance(step.after, Stuck):
                arguments = step.before[len(step.before) - len(op.type.before.types) :]
                found.setdefault(step.path, []).append(any(repr(step.after[-1]) == repr(value) for value in arguments))
    return sum(sum(same) / len(same) for same in found.values())


def _log(probability: float) -> float:
    return math.log(min(max(probability, LEAST), MOST))


if __name__ == "__main__":
    raise SystemExit(main())
