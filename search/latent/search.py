"""Searches through the learned executor. They yield terms that fit on the real machine; `progress.candidates` counts the programs run there.

Where there is no executor (no torch, no weights, values too long for it), the search is the exact one, and `explain` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dsl.errors import ConfigError
from dsl.machine import answer
from dsl.tasks import Example
from dsl.values import Stuck, Value
from search.exact.search import ExactSearch
from search.latent.programs import HOLES, Words, answers, fits, term_of
from search.latent.settings import Sampling
from search.postfix import to_program
from search.prior.ready import make_ready
from search.prior.words import KINDS
from search.term import Term, size

if TYPE_CHECKING:
    from search.latent.choices import Choices
    from search.latent.imagined import ImaginedSearch
    from search.latent.machine import Machine

ROOM = 4
"""Cells that states have room for beyond two values as long as the longest."""
WIDEST = 96
"""Cells of the widest states; the executor was trained on up to 64."""
FOLLOWED = 3
"""Examples that the executor follows in most searches."""
SHORTEST, LONGEST = 2, 8
"""Words of a roll-out."""
IDLE = 6
"""Rounds without a new program after which roll-outs become longer."""


@dataclass(slots=True)
class LearnedSearch(ExactSearch):
    """What the searches through the executor share: the executor, the choices, and running programs on the real machine."""

    why_not: str | None = None
    """Why the executor is not used."""
    without_policy: str | None = None
    """Why no policy is asked."""
    tried: dict[Term, tuple[Value | None, ...]] = field(default_factory=dict)
    """The answers of every program that was run on the real machine, by what it computes."""
    constants: tuple[Value, ...] = ()
    """The block beside the stack: the literals that a program may use."""
    expected: float = 3.0
    """Words that the prior expects."""
    machine: Machine | None = None

    def run(self) -> Iterator[Term]:
        """The search, or the exact one in its place."""
        self.machine = self._machine()
        if self.machine is None:
            self.progress.warning = f"the executor cannot be used: {self.why_not}"
            yield from ExactSearch.run(self)
            return
        self.progress.stage = self.settings.method
        self.constants = tuple(push.value for push, _ in self.literals())[: len(HOLES)]
        yield from self.through(self.machine)

    @property
    def evaluations(self) -> int:
        """States that the network was evaluated on."""
        return self.machine.evaluations if self.machine is not None else 0

    @property
    def examples_followed(self) -> int:
        """Examples for which the executor's states must have room, as far as they can."""
        return FOLLOWED

    def through(self, machine: Machine) -> Iterator[Term]:
        """The search with an executor."""
        raise NotImplementedError

    def load(self) -> None:
        """What the search needs, loaded before its time begins: the executor, and the policy's compiled code; where there is no executor, what the exact search does."""
        make_ready()
        ExactSearch.load(self)
        self._machine()

    def executed(self, words: Words, constants: Sequence[Value] | None = None) -> tuple[Value | None, ...] | None:
        """The real machine's answers on all examples, with one more candidate counted; None for what was run before, is no program, or is too long."""
        block = self.constants if constants is None else constants
        term = term_of(words, len(self.task.input_types), block)
        return None if term is None else self._once(term, lambda: answers(words, self.task.examples, block, self.settings.profile))

    def run_term(self, term: Term) -> tuple[Value | None, ...] | None:
        """As `executed`, of a term."""
        return self._once(term, lambda: self._answers(term))

    def _answers(self, term: Term) -> tuple[Value | None, ...]:
        program = to_program(term, len(self.task.input_types))
        found = (answer(program, example.inputs, profile=self.settings.profile) for example in self.task.examples)
        return tuple(None if isinstance(value, Stuck) else value for value in found)

    def _once(self, term: Term, run: Callable[[], tuple[Value | None, ...]]) -> tuple[Value | None, ...] | None:
        if term in self.tried or size(term) > self.settings.max_size:
            return None
        self.tried[term] = run()
        self.progress.candidates += 1
        return self.tried[term]

    def fitting(self, words: Words, found: Sequence[Value | None], constants: Sequence[Value] | None = None) -> Iterator[Term]:
        """The term of the words, if these answers are the outputs."""
        if fits(found, self.task.examples):
            term = term_of(words, len(self.task.input_types), self.constants if constants is None else constants)
            assert term is not None
            yield term

    def followed(self, count: int) -> Sequence[Example]:
        """The examples that the executor follows: short ones, whose states are cheap, with different outputs, and nothing empty where that can be."""
        order = sorted(
            self.task.examples, key=lambda e: (not all(map(_says_something, (*e.inputs, e.output))), len(repr((e.inputs, e.output))))
        )
        first: dict[str, Example] = {}
        for example in order:
            first.setdefault(repr(example.output), example)
        chosen = [*first.values(), *(example for example in order if example not in first.values())]
        return tuple(chosen[:count])

    def choices(self, examples: Sequence[Example], *, uniform: bool = False) -> Choices:
        """What may come next on these examples; notes the expected number of words."""
        from search.latent.choices import choices_for

        seen = replace(self.task, examples=tuple(examples))
        found, self.without_policy = choices_for(seen, self.settings.words, len(self.constants), uniform=uniform)
        if self.without_policy is not None:
            self.progress.warning = f"the policy cannot be asked: {self.without_policy}"
        if hasattr(found.policy, "expected_length"):
            lengths = found.policy.expected_length([tuple(tuple(example.inputs) for example in examples)])  # type: ignore[attr-defined]
            self.expected = float(lengths[0])
        return found

    def explain(self) -> list[str]:
        """What the search did, in sentences."""
        if self.why_not is not None:
            return [*ExactSearch.explain(self), f"The executor was not used: {self.why_not}. The search was the exact one."]
        lines = [
            f"{self.progress.candidates} programs were run on the real machine, and the network was evaluated on {self.evaluations:,} states."
        ]
        if self.without_policy is not None:
            lines.append(f"All words that fit were as likely: {self.without_policy}.")
        return lines

    def _machine(self) -> Machine | None:
        """The executor, with states wide enough for the task; else `why_not` says why there is none. Raises `ConfigError` for a device that is not
        there: who names one does not want another search instead."""
        try:
            from search.latent.devices import device_of
            from search.latent.learned import Learned, field_of, shipped
        except ImportError as error:
            self.why_not = str(error).rstrip(".")
            return None
        device = device_of(self.settings.device)
        try:
            field = field_of(shipped(), device)
        except ConfigError as error:
            self.why_not = str(error).rstrip(".")
            return None
        from embed.cells import encode_value

        def cells(example: Example) -> list[int]:
            return [len(encode_value(value, field.vocab)) for value in (*example.inputs, example.output)]

        def room(rows: Sequence[list[int]]) -> int:
            return max(sum(row[:-1]) for row in rows) + max(map(max, rows)) + len(HOLES) + ROOM

        width = room([cells(example) for example in self.followed(FOLLOWED)])
        if width > WIDEST:
            self.why_not = f"the values of this task take {width} cells, and its states have room for {WIDEST}"
            return None
        # Further examples are followed where they have room.
        needed = [room([cells(example)]) for example in self.followed(self.examples_followed)]
        width = max([width, *(need for need in needed if need <= WIDEST)])
        return Learned(field, -(-width // 4) * 4)


def _says_something(value: Value) -> bool:
    return not isinstance(value, tuple | str) or bool(value)


@dataclass(slots=True)
class LatentSearch(LearnedSearch):
    """Latent sampling, method `latent`: imagined lines, best first, where a policy knows the task; then, and elsewhere, rounds of roll-outs, of which the real
    machine runs those that end nearest to the outputs."""

    sampling: Sampling = field(default_factory=Sampling)
    rounds: int = 0
    imagined: ImaginedSearch | None = None

    @property
    def examples_followed(self) -> int:
        """As many as lines are imagined on."""
        return max(FOLLOWED, self.sampling.followed) if self.sampling.lines else FOLLOWED

    def through(self, machine: Machine) -> Iterator[Term]:
        """Lines best first, or rounds of roll-outs, until `stop` says so."""
        if self.sampling.lines and self.sampling.executor and not self.sampling.uniform:
            yield from self._imagined(machine)
        if not self.stop():
            yield from self._rounds(machine)

    def _imagined(self, machine: Machine) -> Iterator[Term]:
        """States of imagined lines, where a policy knows the task."""
        from search.beam.judge import Judge
        from search.latent.imagined import Imagined, ImaginedSearch
        from search.latent.shown import Shown
        from search.prior.policy import Policy
        from search.prior.ready import Absent, prior_for

        prior = prior_for(self.task)
        examples = [example for example in self.followed(self.sampling.followed) if machine.fits((*example.inputs, example.output))]
        if isinstance(prior, Absent) or not examples:
            return
        shown = Shown(self.task.examples, self.settings.profile, lines=self.sampling.traced)
        pushes = [push for push, _ in self.literals() if push.type in KINDS]
        space = Imagined(examples, self.settings.profile, machine=machine, shown=shown).begun(self.task, pushes)
        search = ImaginedSearch(
            self.task,
            self.settings,
            self.stop,
            self.progress,
            space=space,
            run_term=self.run_term,
            tried=self.tried,
            grounded=self.sampling.grounded,
        )
        space.mend = search.mend
        policy = Policy(prior, replace(self.task, examples=tuple(examples)), self.settings.words)
        self.imagined = search
        yield from search.best_first(Judge(policy, space))

    def _rounds(self, machine: Machine) -> Iterator[Term]:
        """Rounds of roll-outs."""
        import numpy as np

        from search.latent.rollouts import Rollouts

        examples = self.followed(self.sampling.examples)
        choices = self.choices(examples, uniform=self.sampling.uniform)
        rollouts = Rollouts(
            machine=machine,
            choices=choices,
            examples=examples,
            constants=self.constants,
            worst=self.sampling.worst,
            merged=self.sampling.merged,
        )
        count, idle, longer = self.sampling.rollouts, 0, 0
        while not self.stop():
            rng = np.random.default_rng([self.settings.seed, self.rounds])
            length = min(max(round(self.expected + self.sampling.longer) + longer, SHORTEST), LONGEST)
            found = rollouts.draw(count, length, rng)
            self.rounds += 1
            if self.sampling.executor:
                found.sort(key=lambda rollout: (rollout.distance, -rollout.log_p))
            ran = 0
            for rollout in found:
                if ran == self.sampling.executed or self.stop():
                    break
                values = self.executed(rollout.words)
                if values is not None:
                    ran += 1
                    yield from self.fitting(rollout.words, values)
            idle = 0 if ran else idle + 1
            if idle == IDLE:
                idle, longer = 0, longer + 1
                if length == LONGEST:
                    return
            count = min(2 * count, self.sampling.most)

    def explain(self) -> list[str]:
        """As `LearnedSearch.explain`, with the rounds."""
        lines = LearnedSearch.explain(self)
        if self.why_not is not None:
            return lines
        if self.imagined is not None and self.imagined.space is not None:
            lines.append(
                f"{self.imagined.space.executed:,} lines were imagined, of {self.imagined.expanded:,} states; the likeliest and nearest programs were run."
            )
        return [*lines, f"They were the nearest ones of {self.rounds} round(s) of roll-outs."] if self.rounds else lines
