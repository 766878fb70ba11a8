"""Constants as free variables: holes c0..c3 of a known program, filled by gradient through the executor, then made exact by running the neighbours.

    theta: vectors in the constants block, the same for all examples; several starts; Adam on the surprise of the outputs
    after each step the nearest codes are noted; the real machine runs them, then what lies around the best of them

With `distribution` theta are logits over Ints instead, and the block holds their mixture; measured beside the free vectors in docs/search.md.

Shapes: S starts, H holes, E examples, D code width, N Ints that a hole may be.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product

import torch
from torch import Tensor

from dsl.errors import ConfigError
from dsl.tasks import Example
from embed.codes import unit_rms
from embed.vocab import Kind
from search.latent.machine import CONCRETE, Machine
from search.latent.programs import HOLES, Words
from search.latent.settings import Filling


class Holes:
    """The free variables of one program on some examples."""

    def __init__(self, machine: Machine, words: Words, examples: Sequence[Example], how: Filling, seed: int = 0) -> None:
        self.machine, self.words, self.how = machine, words, how
        self.count = len({word for word in words if word in HOLES})
        if {word for word in words if word in HOLES} != set(HOLES[: self.count]) or not self.count:
            raise ConfigError(f"{' '.join(words)}: a program with holes uses c0, then c1, and so on")
        self.examples = tuple(examples[: how.examples])
        block, reach = machine.vocab.blocks[Kind.INT], min(how.largest, machine.vocab.int_range)
        self.lowest, self.codes = (
            -reach,
            slice(block.first + machine.vocab.int_range - reach, block.first + machine.vocab.int_range + reach + 1),
        )
        """The Ints that a hole may be, as codes."""
        generator = torch.Generator().manual_seed(seed)
        table = machine.table[self.codes]
        chosen = torch.randint(len(table), (how.starts, self.count), generator=generator, device="cpu").to(machine.device)
        if how.distribution:
            noise = machine.normal(how.starts, self.count, len(table), generator=generator)
            self.theta = (noise + 2 * torch.nn.functional.one_hot(chosen, len(table))).requires_grad_()
        else:
            self.theta = table[chosen].clone().requires_grad_()
        inputs = [tuple(example.inputs) for example in self.examples]
        zeros, concrete = [(0,) * self.count] * len(inputs), [CONCRETE] * len(inputs)
        self.start = machine.embed(inputs, zeros, concrete).repeat(how.starts, 1, 1)
        self.targets = machine.targets([example.output for example in self.examples] * how.starts)
        self.first = torch.full((len(self.start),), len(HOLES) + 1, device=machine.device)

    def vectors(self) -> Tensor:
        """float32[S, H, D]: what stands in the block."""
        if self.how.distribution:
            return torch.softmax(self.theta, -1) @ self.machine.table[self.codes]
        return unit_rms(self.theta)

    def loss(self) -> Tensor:
        """float32[S]: the surprise of the outputs, and the probability of errors."""
        each = self.vectors().repeat_interleave(len(self.examples), 0)
        z = torch.cat([each, self.start[:, self.count :]], 1)
        trouble, domains = z.new_zeros(len(z)), [CONCRETE] * len(z)
        for place, word in enumerate(self.words):
            number = torch.full((len(z), 1), self.machine.vocab.numbers[word], device=z.device)
            flow = self.machine.flow(z, number, z.new_ones(len(z), 1), domains)
            z = flow.z if place + 1 == len(self.words) else self.machine.regrounded(flow.z, self.how.temperature)
            trouble = trouble + flow.trouble
        return (self.machine.surprise(z, self.targets, self.first) + trouble).view(self.how.starts, -1).mean(1)

    @torch.no_grad()
    def nearest(self) -> list[tuple[int, ...]]:
        """The constants of each start, as Ints."""
        scores = self.theta if self.how.distribution else self.vectors() @ self.machine.table[self.codes].T
        return [tuple(self.lowest + place for place in row) for row in scores.argmax(-1).tolist()]

    def descend(self) -> list[tuple[int, ...]]:
        """Every tuple of constants that some start came by, the one with the lowest loss first."""
        optimizer = torch.optim.Adam([self.theta], lr=self.how.rate)
        lowest: dict[tuple[int, ...], float] = {}
        for _ in range(self.how.steps):
            loss = self.loss()
            for constants, value in zip(self.nearest(), loss.tolist(), strict=True):
                lowest[constants] = min(float(value), lowest.get(constants, math.inf))
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
        return sorted(lowest, key=lambda constants: (lowest[constants], constants))

    def proposals(self) -> Iterator[tuple[int, ...]]:
        """Tuples to be run, without repetition: the best ones, their neighbours, then all the others that some start came by."""
        found = self.descend()
        best = found[: self.how.best]
        reach = range(-self.how.window, self.how.window + 1)
        around = (tuple(map(sum, zip(centre, step, strict=True))) for centre in best for step in product(reach, repeat=self.count))
        mixed = product(*(dict.fromkeys(constants[hole] for constants in found[: 2 * self.how.best]) for hole in range(self.count)))
        seen: set[tuple[int, ...]] = set()
        for constants in (*best, *around, *mixed, *found):
            if constants not in seen:
                seen.add(constants)
                yield constants
