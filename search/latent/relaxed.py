"""Programs as distributions: K positions, each a mixture of words, as offsets to the logits of a policy that is asked again at every position.

    p_k = softmax((policy(decoded z_k) + offset_k) / temperature),   z_(k+1) = reground(field(z_k, mixture p_k)),   loss = L(z_K, outputs) + ...

All examples go through the same mixtures; straight through, states go forward by one drawn word of each, and gradients back through all. Beside them go abstract states (type, length, sign, ...) of all inputs together, through the same
mixtures under their interpretation, towards what is known of the outputs: they are coarse targets, which fade while the concrete one grows. The
weights are on the losses and not in the interpretation vector itself, as the executor was trained on one interpretation at a time.

Shapes: R starts, E examples, K positions, W words, M words of a mixture, L cells, D code width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dsl.tasks import Example
from dsl.values import Value
from embed.cells import abstract_of
from search.latent.choices import Choices
from search.latent.machine import CONCRETE, Flow, Machine
from search.latent.programs import HOLES, NOP, Stack
from search.latent.settings import Descent

NOP_SHARE = 0.2
"""What a policy without a word for doing nothing is taken to give it."""
UNFIT = -8.0
"""Log-probability of words that do not fit the decoded state, which may be decoded wrongly."""
FIXED = 30.0
"""Logit of a word that is committed."""
REST = 0.1
"""What is left of a target's weight when it has faded."""


@dataclass(frozen=True, slots=True, eq=False)
class Rolled:
    """One pass through all positions."""

    loss: Tensor
    """float32[R]."""
    log_p: Tensor
    """float32[R, K, W]: log-probabilities of the words."""
    parts: Mapping[str, float]
    """The parts of the loss, means over starts."""
    gone: Tensor | None = None
    """int64[R, K]: the words that the states went forward by, where these are single ones (`Descent.straight`)."""
    arrived: Sequence[bool] = ()
    """Which of the starts end, by these, at the outputs of the examples followed, as far as the executor knows."""


class Relaxed:
    """The offsets of R starts, and the loss of the programs that they relax."""

    def __init__(
        self, machine: Machine, choices: Choices, examples: Sequence[Example], constants: tuple[Value, ...], how: Descent, length: int,
        generator: torch.Generator,
    ) -> None:  # fmt: skip
        self.machine, self.choices, self.examples, self.constants, self.how = machine, choices, examples, constants, how
        self.length, self.generator = length, generator
        self.words: tuple[str, ...] = (NOP, *choices.words)
        self.numbers = torch.tensor([machine.vocab.numbers[word] for word in self.words], device=machine.device)
        self.offsets = self.noise().requires_grad_()
        self.fixed = torch.full((how.starts, length), -1, device=machine.device)
        self._remembered: list[Tensor] | None = None
        self._embed()

    def _embed(self) -> None:
        """States and targets of a start: the examples, then one abstract state for each domain; repeated for every start."""
        inputs = [tuple(example.inputs) for example in self.examples]
        outputs = [example.output for example in self.examples]
        stacks, blocks, wanted = list[Any](inputs), list[Any]([self.constants] * len(inputs)), list[Any](outputs)
        self.abstract: list[str] = []
        """The domains for which there is room: several abstract constants can be longer than the concrete state."""
        for domain in self.how.domains:
            seen = [abstract_of(column, domain) for column in zip(*inputs, strict=True)]
            block = [abstract_of([value], domain) for value in self.constants]
            if self.machine.fits(seen, block, domain):
                self.abstract.append(domain)
                stacks.append(seen)
                blocks.append(block)
                wanted.append(abstract_of(outputs, domain))
        self.domains = [*[CONCRETE] * len(inputs), *self.abstract]
        machine, starts = self.machine, self.how.starts
        self.start = machine.embed(stacks, blocks, self.domains).repeat(starts, 1, 1)
        self.targets = machine.targets(wanted * starts, self.domains * starts)
        places = [first_place(self.machine, block, domain) for block, domain in zip(blocks, self.domains, strict=True)]
        self.first = torch.tensor(places * starts, device=machine.device)
        """int64[B]: the place of the first item's first cell: behind the constants and SEP, which words do not change."""

    def noise(self) -> Tensor:
        """float32[R, K, W]: fresh offsets."""
        return self.how.spread * self.machine.normal(self.how.starts, self.length, len(self.words), generator=self.generator)

    def roll(self, progress: float) -> Rolled:
        """The loss at a stage of the annealing, 0 to 1."""
        how, starts = self.how, self.how.starts
        heat, state_heat = (hot * (cold / hot) ** progress for hot, cold in ((how.hot, how.cold), (how.state_hot, how.state_cold)))
        z, rows, concrete = self.start, len(self.domains), len(self.examples)
        trouble = z.new_zeros(starts)
        log_ps: list[Tensor] = []
        gone: list[Tensor] = []
        for k in range(self.length):
            prior = self.prior(k, z)
            log_ps.append(self.distribution(k, prior, heat))
            words, weights = self.mixture(log_ps[-1], torch.log_softmax(prior / heat, -1))
            numbers = self.numbers[words]
            gone.append(words.gather(1, weights.argmax(-1, keepdim=True))[:, 0])
            flow = self._flow(z, numbers.repeat_interleave(rows, 0), weights.repeat_interleave(rows, 0))
            z = flow.z if k + 1 == self.length else self.regrounded(flow.z, state_heat)
            trouble = trouble + flow.trouble.view(starts, rows)[:, :concrete].mean(1)
        rolled = self._rolled(z, trouble, torch.stack(log_ps, 1), progress)
        if not how.straight:
            return rolled
        ends = self.machine.decode(z.view(starts, rows, *z.shape[1:])[:, :concrete].flatten(0, 1))
        wanted = [example.output for example in self.examples]
        arrived = [
            all(_is_on_top(end, output) for end, output in zip(ends[start * concrete : (start + 1) * concrete], wanted, strict=True))
            for start in range(starts)
        ]
        return replace(rolled, gone=torch.stack(gone, 1), arrived=arrived)

    def _flow(self, z: Tensor, numbers: Tensor, weights: Tensor) -> Flow:
        """States [B, L, D] after mixtures of words int64[B, M]."""
        domains, count = self.domains * self.how.starts, numbers.shape[1]
        if not self.how.apart:
            return self.machine.flow(z, numbers, weights, domains)
        alone = self.machine.flow(
            z.repeat_interleave(count, 0), numbers.reshape(-1, 1), weights.new_ones(numbers.numel(), 1), [name for name in domains for _ in range(count)]
        )  # fmt: skip
        return Flow((alone.z.unflatten(0, (-1, count)) * weights[..., None, None]).sum(1), (alone.trouble.view(-1, count) * weights).sum(1))

    def _rolled(self, z: Tensor, trouble: Tensor, log_p: Tensor, progress: float) -> Rolled:
        how, concrete = self.how, len(self.examples)
        surprise = self.machine.surprise(z, self.targets, self.first).view(how.starts, -1)
        parts = {"concrete": (REST + (1 - REST) * progress if self.abstract else 1.0) * surprise[:, :concrete].mean(1)}
        for place, domain in enumerate(self.abstract):
            parts[domain] = how.coarse / len(self.abstract) * (1 - (1 - REST) * progress) * surprise[:, concrete + place]
        p = log_p.exp()
        parts["trouble"] = how.trouble * trouble
        parts["entropy"] = how.entropy * progress * -(p * log_p).sum(-1).mean(-1)
        parts["length"] = how.length * (1 - p[..., 0]).sum(-1)
        loss = torch.stack(list(parts.values())).sum(0)
        return Rolled(loss, log_p, {name: float(part.detach().mean()) for name, part in parts.items()})

    def prior(self, k: int, z: Tensor) -> Tensor:
        """float32[R, W]: what the policy says at this position, with `nop` beside its words; without a policy, which words fit."""
        if self._remembered is not None and k < len(self._remembered):
            return self._remembered[k]
        per = len(self.examples)
        stacks = self.machine.decode(z.view(self.how.starts, len(self.domains), *z.shape[1:])[:, :per].flatten(0, 1))
        rows = z.new_full((self.how.starts, len(self.words)), -float(np.log(len(self.words))))
        known = [r for r in range(self.how.starts) if _is_state(stacks[r * per : (r + 1) * per])]
        if known:
            said = self.choices.log_probabilities([stacks[r * per : (r + 1) * per] for r in known])  # type: ignore[misc]
            there = torch.as_tensor(said, device=z.device) + float(np.log(1 - NOP_SHARE))
            if not self.how.policy:
                there = torch.where(torch.isfinite(there), 0.0, there)
            nop = z.new_full((len(known), 1), float(np.log(NOP_SHARE)) if self.how.policy else 0.0)
            rows[known] = torch.cat([nop, there.clamp(min=UNFIT)], 1)
        return rows

    def remember(self) -> None:
        """Asks the policy once for all steps: along its own most probable words, straight through along drawn ones."""
        found: list[Tensor] = []
        with torch.no_grad():
            z, rows = self.start, len(self.domains)
            for k in range(self.length):
                found.append(self.prior(k, z))
                words, weights = self.mixture(torch.log_softmax(found[-1], -1), torch.log_softmax(found[-1], -1))
                z = self._flow(z, self.numbers[words].repeat_interleave(rows, 0), weights.repeat_interleave(rows, 0)).z
                z = self.regrounded(z, self.how.state_cold)
        self._remembered = found

    def regrounded(self, z: Tensor, heat: float) -> Tensor:
        """States between two words."""
        return self.machine.nearest_mixture(z) if self.how.hull else self.machine.regrounded(z, heat)

    def distribution(self, k: int, prior: Tensor, heat: float) -> Tensor:
        """float32[R, W]: log-probabilities at one position."""
        logits = prior + self.offsets[:, k]
        fixed = self.fixed[:, k]
        sure = torch.nn.functional.one_hot(fixed.clamp(min=0), len(self.words)) * FIXED
        return torch.log_softmax(torch.where((fixed >= 0)[:, None], sure, logits / heat), -1)

    def mixture(self, log_p: Tensor, base: Tensor) -> tuple[Tensor, Tensor]:
        """The most probable words int64[R, M], with weights that add up to 1."""
        top = log_p.topk(min(self.how.mixture, log_p.shape[1]), -1)
        weights = torch.softmax(top.values, -1)
        if self.how.guidance != 1:
            usual = torch.softmax(base.gather(1, top.indices), -1)
            weights = (usual + self.how.guidance * (weights - usual)).clamp(min=0)
            weights = weights / weights.sum(-1, keepdim=True)
        if self.how.straight:
            noise = -torch.log(-torch.log(torch.rand(weights.shape, generator=self.generator).to(weights.device).clamp(1e-9, 1 - 1e-6)))
            drawn = (weights.detach().clamp(min=1e-9).log() + noise).argmax(-1)
            weights = torch.nn.functional.one_hot(drawn, weights.shape[-1]) + weights - weights.detach()
        return top.indices, weights

    def commit(self, start: int, place: int, word: int) -> None:
        """Fixes a word; the positions of this start that are not fixed begin anew."""
        self.fixed[start, place] = word
        if bool((self.fixed[start] >= 0).all()):
            self.fixed[start] = -1
        with torch.no_grad():
            self.offsets[start] = torch.where((self.fixed[start] >= 0)[:, None], self.offsets[start], self.noise()[start])


def first_place(machine: Machine, block: Sequence[Any], domain: str) -> int:
    """The place of the first item's first cell in a state with these constants."""
    return sum(int(machine.targets([value], [domain]).sizes[0]) for value in block) + len(HOLES) - len(block) + 1


def _is_on_top(stack: Stack | None, value: Value) -> bool:
    """Whether a value lies on top of a stack."""
    return bool(stack) and type(stack[-1]) is type(value) and stack[-1] == value


def _is_state(stacks: Sequence[Stack | None]) -> bool:
    """Whether all are stacks, of the same types, with something on them."""
    return all(stacks) and len({tuple(map(type, stack or ())) for stack in stacks}) == 1
