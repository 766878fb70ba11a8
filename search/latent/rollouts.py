"""Roll-outs: sequences of words drawn without replacement, followed by the executor and not by the machine, ranked by where they end.

Every state is re-grounded, so it is a stack of values on which the policy is asked again. Prefixes are programs too, so every node of the trie
of roll-outs is ranked. Prefixes that lead to stacks which another has led to already are dropped: what follows would be the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dsl.tasks import Example
from dsl.values import Value
from search.latent.beam import grow
from search.latent.choices import Choices
from search.latent.programs import Stack, Words

if TYPE_CHECKING:
    from search.latent.machine import Guess, Machine

DOUBT = 0.5
"""Trouble from which on a roll-out ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A program that the executor has followed."""

    words: Words
    stacks: tuple[Stack, ...]
    """What it is thought to leave on each example."""
    log_p: float
    distance: float
    """From what it is thought to answer to the outputs."""


@dataclass(slots=True, kw_only=True)
class Rollouts:
    """Roll-outs on some examples. What the executor has said once is not asked again."""

    machine: Machine
    choices: Choices
    examples: Sequence[Example]
    constants: tuple[Value, ...] = ()
    worst: bool = False
    """Whether distances are those of the worst example, and not means."""
    merged: bool = True
    """Whether prefixes that lead to the same stacks are one."""
    _known: dict[tuple[str, str], Guess] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def draw(self, count: int, length: int, rng: np.random.Generator) -> list[Rollout]:
        """At most `count` sequences of `length` words and their prefixes, in the order in which they were drawn."""
        found: list[Rollout] = []
        self._seen = {repr(tuple(example.inputs for example in self.examples))}
        nodes: list[tuple[Words, tuple[Stack, ...]]] = [((), tuple(tuple(example.inputs) for example in self.examples))]
        log_p, perturbed = np.zeros(1), np.zeros(1)
        for _ in range(length):
            steps = self.choices.log_probabilities([stacks for _, stacks in nodes])
            level = grow(log_p, perturbed, steps, count, rng)
            grown = [
                ((*nodes[parent][0], self.choices.words[word]), nodes[parent][1])
                for parent, word in zip(level.parents.tolist(), level.words.tolist(), strict=True)
            ]
            after = self.followed(grown)
            kept = [place for place, stacks in enumerate(after) if stacks is not None and self._is_new(stacks)]
            nodes = [(grown[place][0], after[place]) for place in kept]  # type: ignore[misc]
            log_p, perturbed = level.log_p[kept], level.perturbed[kept]
            found += self.measured(nodes, log_p.tolist())
            if not nodes:
                break
        return found

    def followed(self, nodes: Sequence[tuple[Words, tuple[Stack, ...]]]) -> list[tuple[Stack, ...] | None]:
        """The stacks after the last word of each, executed on the stacks before it; None where that is thought to get stuck on some example."""
        asked: dict[tuple[str, str], tuple[Stack, str]] = {}
        for words, stacks in nodes:
            for stack in stacks:
                key = repr(stack), words[-1]
                if key not in self._known:
                    asked[key] = stack, words[-1]
        guesses = self.machine.step([stack for stack, _ in asked.values()], [word for _, word in asked.values()], self.constants)
        self._known.update(zip(asked, guesses, strict=True))
        found: list[tuple[Stack, ...] | None] = []
        for words, stacks in nodes:
            after = [self._known[repr(stack), words[-1]] for stack in stacks]
            fine = all(guess.stack and guess.trouble < DOUBT for guess in after) and _alike([guess.stack or () for guess in after])
            found.append(tuple(guess.stack or () for guess in after) if fine else None)
        return found

    def measured(self, nodes: Sequence[tuple[Words, tuple[Stack, ...]]], log_p: Sequence[float]) -> list[Rollout]:
        """Nodes with their distances."""
        tops = [stack[-1] for _, stacks in nodes for stack in stacks]
        wanted = [example.output for _ in nodes for example in self.examples]
        every = np.array(self.machine.distances(tops, wanted) if nodes else []).reshape(len(nodes), len(self.examples))
        distances = every.max(axis=1) if self.worst else every.mean(axis=1)
        return [
            Rollout(words=words, stacks=stacks, log_p=p, distance=float(distance))
            for (words, stacks), p, distance in zip(nodes, log_p, distances, strict=True)
        ]

    def _is_new(self, stacks: tuple[Stack, ...]) -> bool:
        key = repr(stacks)
        fresh = key not in self._seen or not self.merged
        self._seen.add(key)
        return fresh


def _alike(stacks: Sequence[Stack]) -> bool:
    """Whether the stacks have equally many values, of the same Python types: an executor that is wrong on one example may say anything."""
    return len({tuple(map(type, stack)) for stack in stacks}) == 1
