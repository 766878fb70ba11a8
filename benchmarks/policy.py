"""How good and how fast the policy is: where it ranks the words of programs that made tasks, and how many states it takes a second.

    python -m benchmarks.policy [--suite NAME ...] [--limit N]

A task's program is run word by word; before each of its value words the policy is asked about the stacks. Programs are one of perhaps several that fit.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.suites import load_suite, word_set, words_of
from dsl.machine import run
from dsl.ops import OPS
from dsl.parser import parse
from dsl.program import Program, Word
from dsl.tasks import Task
from dsl.values import PROFILES, Profile, Stuck, Value
from search.prior.model import Prior
from search.prior.policy import Policy

SUITES = tuple(f"lists-n{n}" for n in range(3, 9))
BATCHES = (1, 16, 256, 2048)
SECONDS = 1.0
"""Least time for which a batch size is measured."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.policy", description="How good and how fast the policy is.")
    parser.add_argument("--suite", nargs="+", default=list(SUITES), metavar="NAME", help="suites whose tasks name their programs")
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="tasks of each suite (50)")
    args = parser.parse_args(arguments)
    prior, kept = Prior.shipped(), list[tuple[Policy, list[tuple[Value, ...]]]]()
    print(
        "| suite | words asked for | likeliest | among the five likeliest | mean probability | log |\n| --- | --- | --- | --- | --- | --- |"
    )
    for name in args.suite:
        words, ranks, odds = word_set(words_of(name)) or frozenset(OPS), list[int](), list[float]()
        suite = load_suite(name)
        for task in suite.tasks[: args.limit]:
            if not prior.knows(task):
                continue
            policy = Policy(prior, task, words)
            steps = list(lines(task, policy, PROFILES[suite.profile]))
            every = policy.log_probabilities([stacks for _, stacks in steps])
            kept += [(policy, stacks) for _, stacks in steps]
            for (place, _), row in zip(steps, every, strict=True):
                ranks.append(int((row > row[place]).sum()))
                odds.append(float(row[place]))
        rank, log = np.array(ranks), np.array(odds)
        shown = [f"{(rank < 1).mean():.0%}", f"{(rank < 5).mean():.0%}", f"{np.exp(log).mean():.2f}", f"{log.mean():.2f}"]
        print(f"| {name} | {len(rank)} | {' | '.join(shown)} |")
    print("\n| states in one call | states a second | milliseconds a call |\n| --- | --- | --- |")
    policy, stacks = kept[len(kept) // 2]
    for size in BATCHES:
        seconds = _seconds(policy, [stacks] * size)
        print(f"| {size} | {size / seconds:,.0f} | {1000 * seconds:.1f} |")
    return 0


def lines(task: Task, policy: Policy, profile: Profile) -> Iterator[tuple[int, list[tuple[Value, ...]]]]:
    """The value words of a task's program, as places in the policy's words, with the stacks of the examples that each finds."""
    body = parse(str(task.metadata["program"])).body
    for place, word in enumerate(body):
        if not isinstance(word, Word) or word.name not in policy.words:
            continue
        stacks = [run(Program(body[:place]), example.inputs, profile=profile) for example in task.examples]
        if not any(isinstance(stack, Stuck) for stack in stacks):
            yield policy.words.index(word.name), stacks  # type: ignore[misc]


def _seconds(policy: Policy, states: Sequence[Sequence[tuple[Value, ...]]]) -> float:
    """Process time of one call."""
    policy.log_probabilities(states)
    calls, start, passed = 0, time.process_time(), 0.0
    while not calls or passed < SECONDS:
        policy.log_probabilities(states)
        calls, passed = calls + 1, time.process_time() - start
    return passed / calls


if __name__ == "__main__":
    raise SystemExit(main())
