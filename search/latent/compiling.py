"""Method `compile`: roll-outs as compiled programs, tuned on the examples, read back and run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from search.latent.search import IDLE, LONGEST, SHORTEST, LearnedSearch
from search.latent.settings import Tuning
from search.term import Term

if TYPE_CHECKING:
    from search.latent.machine import Machine

DRAWN = 32
"""Roll-outs of a round."""


@dataclass(slots=True)
class CompileSearch(LearnedSearch):
    """Each round draws roll-outs, and tunes those that end nearest to the outputs; whatever they are read back as on the way is run."""

    tuning: Tuning = field(default_factory=Tuning)
    rounds: int = 0
    compiled: int = 0
    read: int = 0
    """Programs that compiled ones were read back as."""

    def through(self, machine: Machine) -> Iterator[Term]:
        """Rounds until `stop` says so, or nothing new comes."""
        import numpy as np

        from search.latent.compiled import Compiled
        from search.latent.rollouts import Rollouts

        examples = self.followed(self.tuning.examples)
        choices = self.choices(examples)
        rollouts = Rollouts(machine=machine, choices=choices, examples=examples, constants=self.constants)
        begun: set[tuple[str, ...]] = set()
        idle = 0
        while not self.stop() and idle < IDLE:
            length = min(max(round(self.expected), SHORTEST) + self.rounds % 3, LONGEST)
            found = rollouts.draw(DRAWN, length, np.random.default_rng([self.settings.seed, self.rounds]))
            found = [rollout for rollout in found if rollout.words not in begun]
            found.sort(key=lambda rollout: (rollout.distance, -rollout.log_p))
            idle = 0 if found else idle + 1
            self.rounds += 1
            for rollout in found[: self.tuning.programs]:
                if self.stop():
                    return
                begun.add(rollout.words)
                self.compiled += 1
                seed = 1_000_003 * self.settings.seed + self.compiled
                program = Compiled(machine, rollout.words, choices.words, examples, self.constants, self.tuning, seed)
                for words in program.tuned():
                    self.read += 1
                    values = self.executed(words)
                    if values is not None:
                        yield from self.fitting(words, values)
                    if self.stop():
                        return

    def explain(self) -> list[str]:
        """As `LearnedSearch.explain`, with what was compiled."""
        lines = LearnedSearch.explain(self)
        if self.why_not is not None:
            return lines
        return [*lines, f"{self.compiled} programs were compiled and tuned; they were read back as {self.read}."]
