"""Method `random`: words and arguments by chance alone, the control beside which anything learned must show itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from search.beam.space import Space
from search.exact.search import MAX_EXAMPLES, ExactSearch, search_profile, spread
from search.term import Term, size

LINES = 8
"""Lines of a program, at most; then another one is begun."""
FRUITLESS = 10_000
"""Applications in a row of which none is new, after which nothing new is expected."""


@dataclass(slots=True)
class RandomSearch(ExactSearch):
    """One search: line programs from the inputs, each line a word that can be applied and values that it takes, both drawn evenly. What was executed
    before is not executed again and does not count."""

    def run(self) -> Iterator[Term]:
        """Terms that give the outputs of the examples searched over, unverified."""
        self.progress.stage = "random"
        random, pushes = Random(self.settings.seed), self.literals()
        examples = spread(self.task.examples, MAX_EXAMPLES)
        profile = search_profile(self.task, self.settings.profile, self.productions(pushes), pushes)
        space = Space.of(self.task, examples, [push for push, _ in pushes], profile)
        rules = self.productions(pushes)
        goal = tuple(example.output for example in examples)
        if (given := space.find(self.task.output_type, goal)) is not None:
            yield space.terms[given]
        fruitless = 0
        while fruitless < FRUITLESS and not self.stop():
            values = [*space.inputs, *space.literals]
            for _ in range(min(LINES, self.settings.max_size)):
                of_kind = {kind: [v for v in values if space.kinds[v] == kind] for kind in set(space.kinds)}
                fitting = [
                    (rule.op.name, places, rule.result) for rule in rules if all(places := [of_kind.get(kind, ()) for kind in rule.args])
                ]
                if not fitting or self.stop():
                    break
                word, places, result = random.choice(fitting)
                args, before = tuple(map(random.choice, places)), space.executed
                made = space.apply(word, args, result)
                fruitless = 0 if space.executed > before else fruitless + 1
                self.progress.candidates, self.progress.kept = space.executed, len(space.columns)
                if made is None:
                    continue
                if result == self.task.output_type and space.columns[made] == goal:
                    if size(term := space.term(word, args)) <= self.settings.max_size:
                        yield term
                elif made not in values:
                    values.append(made)

    def load(self) -> None:
        """Nothing: no compiled code is used."""

    def explain(self) -> list[str]:
        """How much was drawn."""
        return [f"{self.progress.candidates:,} applications were drawn by chance and made {self.progress.kept:,} distinct values."]
