"""Gradient and sampling: relaxed programs are moved by the gradient through the executor, and programs drawn from them are run on the real machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from search.latent.programs import Words, term_of
from search.latent.search import LONGEST, SHORTEST, LearnedSearch
from search.latent.settings import Descent, Filling
from search.term import Term

if TYPE_CHECKING:
    import numpy as np
    import torch

    from dsl.values import Value
    from executor.board import Board
    from search.latent.beam import Drawn
    from search.latent.choices import Choices
    from search.latent.machine import Machine
    from search.latent.relaxed import Relaxed, Rolled
    from search.latent.rollouts import Rollouts

SHOWN = 3
"""Words of a position that an explanation names."""


@dataclass(slots=True)
class GradientSearch(LearnedSearch):
    """Method `gradient`, and `gradient-without-grounding`, which runs programs at the end of each descent alone and learns nothing from them."""

    descent: Descent = field(default_factory=Descent)
    filling: Filling = field(default_factory=Filling)
    descents: int = 0
    filled: int = 0
    """Skeletons whose holes were filled."""
    _board: Board | None = None
    _shown: int = 0
    _skeletons: Iterator[Words] | None = None
    moved: list[str] = field(default_factory=list)
    """How the distributions of the last descent moved."""

    def __post_init__(self) -> None:
        if self.settings.method == "gradient-without-grounding":
            self.descent = replace(self.descent, every=self.descent.steps, feedback="none", commit=False)

    def through(self, machine: Machine) -> Iterator[Term]:
        """Descents until `stop` says so; what was written for TensorBoard is complete when the search ends."""
        try:
            yield from self._descents(machine)
        finally:
            if self._board is not None:
                self._board.close()

    def _descents(self, machine: Machine) -> Iterator[Term]:
        """Descents, and holes filled between them."""
        examples = self.followed(self.descent.examples)
        choices = self.choices(examples)
        longer = 0
        while not self.stop():
            before = len(self.tried)
            length = min(max(round(self.expected + self.descent.longer) + longer % 3, SHORTEST), LONGEST)
            yield from self._descend(machine, choices, length)
            self.descents += 1
            longer += len(self.tried) == before  # nothing new was drawn: there is more to draw among longer ones
            if longer > LONGEST:
                return
            yield from self._fill(machine)

    def _fill(self, machine: Machine) -> Iterator[Term]:
        """Fills the holes of the next skeleton, where programs may write out Ints; every tuple of constants that is run is a candidate."""
        from search.latent.skeletons import skeletons

        if self.settings.constants == "none":
            return
        if self._skeletons is None:
            self._skeletons = skeletons(self.task, self.settings.words, self.settings.seed)
        words = next(self._skeletons, None)
        if words is None:
            return
        from search.latent.constants import Holes

        self.filled += 1
        examples = self.followed(self.filling.examples)
        ran = 0
        for constants in Holes(machine, words, examples, self.filling, self.settings.seed + self.filled).proposals():
            if self.stop() or ran == self.filling.executed:
                return
            values = self.executed(words, constants)
            if values is not None:
                ran += 1
                yield from self.fitting(words, values, constants)

    def _descend(self, machine: Machine, choices: Choices, length: int) -> Iterator[Term]:
        """One descent of all starts."""
        import numpy as np
        import torch

        from search.latent.beam import draw
        from search.latent.relaxed import Relaxed
        from search.latent.rollouts import Rollouts
        from search.latent.typing import Typing

        how, examples = self.descent, self.followed(self.descent.examples)
        generator = torch.Generator().manual_seed(1_000_003 * self.settings.seed + self.descents)
        rng = np.random.default_rng([self.settings.seed, self.descents])
        relaxed = Relaxed(machine, choices, examples, self.constants, how, length, generator)
        if not how.reread:
            relaxed.remember()
        rollouts = Rollouts(machine=machine, choices=choices, examples=examples, constants=self.constants)
        typing = Typing(relaxed.words, self.task.input_types, self.task.output_type, length, self.constants)
        optimizer = torch.optim.Adam([relaxed.offsets], lr=how.rate, betas=(0.9, 0.95))
        ran: list[list[tuple[tuple[int, ...], float]]] = [[] for _ in range(how.starts)]
        for step in range(how.steps):
            if self.stop():
                break
            rolled = relaxed.roll(step / max(how.steps - 1, 1))
            loss = rolled.loss.sum()
            if rolled.gone is not None:
                for sequence, arrived in zip(rolled.gone.tolist(), rolled.arrived, strict=True):
                    if arrived:
                        yield from self._run(relaxed, [sequence])
            due = (step + 1) % how.every == 0
            if due:
                for start in range(how.starts):
                    drawn = draw(rolled.log_p[start].detach().cpu().numpy(), max(how.drawn // how.starts, 1), rng, typing.allowed)
                    yield from self._run(relaxed, drawn.sequences)
                    loss = loss + how.feedback_weight * self._feedback(machine, relaxed, rollouts, rolled, start, drawn, ran[start])
            self._note(relaxed, rolled, step)
            self._show(rolled)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if due and how.commit and step + 1 < how.steps:
                self._commit(relaxed, ran)

    def _run(self, relaxed: Relaxed, sequences: Iterable[Sequence[int] | np.ndarray]) -> Iterator[Term]:
        """Runs the programs that are new."""
        for sequence in sequences:
            if self.stop():
                return
            words = _words(relaxed, sequence)
            values = self.executed(words)
            if values is not None:
                yield from self.fitting(words, values)

    def _feedback(
        self, machine: Machine, relaxed: Relaxed, rollouts: Rollouts, rolled: Rolled, start: int, drawn: Drawn, ran: list[tuple[tuple[int, ...], float]]
    ) -> torch.Tensor:  # fmt: skip
        """What the exact losses of the drawn programs add to the loss; notes them in `ran`."""
        import torch

        from search.latent.grounding import expectation_loss, log_probabilities, score_loss

        known: list[tuple[int, tuple[Value | None, ...]]] = []
        for place, sequence in enumerate(drawn.sequences):
            term = term_of(_words(relaxed, sequence), len(self.task.input_types), self.constants)
            if term in self.tried:
                known.append((place, self.tried[term]))
        if not known:
            return rolled.loss.new_zeros(())
        outputs = [example.output for example in self.task.examples]
        losses = [sum(machine.distances(values, outputs)) / len(outputs) for _, values in known]
        ran += [(tuple(drawn.sequences[place].tolist()), loss) for (place, _), loss in zip(known, losses, strict=True)]
        if self.descent.feedback == "none":
            return rolled.loss.new_zeros(())
        log_p = log_probabilities(rolled.log_p[start], drawn)[[place for place, _ in known]]
        if self.descent.feedback == "expectation":
            chosen = [self.task.examples.index(example) for example in relaxed.examples]
            begin = start * len(relaxed.domains)
            targets = relaxed.targets.take(slice(begin, begin + len(chosen)))
            return expectation_loss(machine, log_p, [[values[index] for index in chosen] for _, values in known], targets)
        exact = torch.tensor(losses, device=machine.device)
        if self.descent.control:
            guessed = self._guessed(rollouts, relaxed, [drawn.sequences[place] for place, _ in known])
            exact = exact - torch.tensor(guessed, device=machine.device)
        weights = torch.as_tensor(drawn.weights[[place for place, _ in known]], dtype=torch.float32, device=machine.device)
        return score_loss(log_p, weights, exact)

    def _guessed(self, rollouts: Rollouts, relaxed: Relaxed, sequences: Sequence[np.ndarray]) -> list[float]:
        """The distances at which the executor thinks that programs end."""
        from search.latent.machine import WORST

        found = []
        for sequence in sequences:
            words: Words = ()
            stacks = tuple(tuple(example.inputs) for example in relaxed.examples)
            for word in _words(relaxed, sequence):
                words = (*words, word)
                after = rollouts.followed([(words, stacks)])[0]
                if after is None:
                    break
                stacks = after
            else:
                found.append(rollouts.measured([(words, stacks)], [0.0])[0].distance)
                continue
            found.append(WORST)
        return found

    def _commit(self, relaxed: Relaxed, ran: list[list[tuple[tuple[int, ...], float]]]) -> None:
        """Fixes in each start the word whose measured effect is largest."""
        from search.latent.grounding import effects

        for start, programs in enumerate(ran):
            fixed = relaxed.fixed[start].tolist()
            agreeing = [(seq, loss) for seq, loss in programs if all(word in (-1, seq[k]) for k, word in enumerate(fixed))]
            found = effects([seq for seq, _ in agreeing], [loss for _, loss in agreeing], fixed)
            if found is not None:
                relaxed.commit(start, *found)

    def _note(self, relaxed: Relaxed, rolled: Rolled, step: int) -> None:
        """Keeps how the best start's distributions look at the start, in the middle and at the end."""
        how = self.descent
        if step == 0:
            self.moved = []
        if step in {0, how.steps // 2, how.steps - 1}:
            best = int(rolled.loss.argmin())
            p = rolled.log_p[best].detach().exp()
            shown = []
            for row in p:
                top = row.topk(min(SHOWN, len(row)))
                shown.append(
                    " ".join(f"{relaxed.words[w]} {share:.0%}" for share, w in zip(top.values.tolist(), top.indices.tolist(), strict=True))
                )
            self.moved.append(f"Step {step + 1}, loss {float(rolled.loss[best].detach()):.2f}: " + " | ".join(shown))

    def _show(self, rolled: Rolled) -> None:
        """Writes the losses and the distributions of this step for TensorBoard, where a folder was named."""
        if self.settings.log_dir is None:
            return
        from pathlib import Path

        from executor.board import Board

        if self._board is None:
            self._board = Board(Path(self.settings.log_dir))
        self._board.scalars(self._shown, {"all": float(rolled.loss.detach().mean()), **rolled.parts})
        for place, log_p in enumerate(rolled.log_p.detach().unbind(1)):
            self._board.histogram(f"log-probabilities of words/position {place + 1}", log_p.cpu().numpy().ravel(), self._shown)
        self._shown += 1

    def explain(self) -> list[str]:
        """As `LearnedSearch.explain`, with how the distributions moved."""
        lines = LearnedSearch.explain(self)
        if self.why_not is not None:
            return lines
        return [
            *lines,
            f"Most probable words at each position of the best start, in the last of {max(self.descents, 1)} descent(s):",
            *self.moved,
        ]


def _words(relaxed: Relaxed, sequence: Sequence[int] | np.ndarray) -> Words:
    """The names of a sequence, what does nothing left out."""
    return tuple(word for word in (relaxed.words[int(number)] for number in sequence) if word != relaxed.words[0])
