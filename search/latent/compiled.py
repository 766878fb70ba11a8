"""Compiled programs: N words as N vectors of k micro-steps each, tuned on the task's examples, and read back as words.

    z moves along the field of vector v_ij from time j/k to (j+1)/k, for each word i and micro-step j
    v_ij begins as the vector of word i and is free; what word i takes and leaves is that of the word nearest to it
    read back: for each i the word whose vector is nearest to the mean over j

Source: the compiled programs of the idea that this project began with; docs/search.md has what they are good for.

Shapes: N words, k micro-steps, V width of a word's vector, E examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from dsl.tasks import Example
from dsl.values import Value
from search.latent.machine import CONCRETE, Machine
from search.latent.programs import NOP, Words
from search.latent.relaxed import first_place
from search.latent.settings import Tuning


class Compiled:
    """A compiled program on some examples. `words` are those that it may be read back as."""

    def __init__(
        self, machine: Machine, program: Words, words: Sequence[str], examples: Sequence[Example], constants: Sequence[Value], how: Tuning, seed: int = 0
    ) -> None:  # fmt: skip
        self.machine, self.how = machine, how
        self.words = (NOP, *words)
        self.numbers = torch.tensor([machine.vocab.numbers[word] for word in self.words], device=machine.device)
        self.known = machine.op_vectors[self.numbers]
        generator = torch.Generator().manual_seed(seed)
        chosen = machine.op_vectors[torch.tensor([machine.vocab.numbers[word] for word in program], device=machine.device)]
        begun = chosen[:, None].repeat(1, how.micro, 1)
        self.vectors = (begun + how.noise * machine.normal(*begun.shape, generator=generator)).requires_grad_()
        inputs = [tuple(example.inputs) for example in examples]
        self.start = machine.embed(inputs, [tuple(constants)] * len(inputs), [CONCRETE] * len(inputs))
        self.targets = machine.targets([example.output for example in examples])
        self.first = torch.full((len(inputs),), first_place(machine, constants, CONCRETE), device=machine.device)

    @torch.no_grad()
    def nearest(self) -> Tensor:
        """int64[N]: the places in `words` of the words that the vectors are nearest to."""
        return torch.cdist(self.vectors.mean(1), self.known).argmin(-1)

    def decompiled(self) -> Words:
        """The words that it is read back as."""
        return tuple(self.words[place] for place in self.nearest().tolist() if place)

    def loss(self) -> Tensor:
        """float32[]: the surprise of the outputs, and the probability of errors."""
        z, trouble = self.start, self.start.new_zeros(len(self.start))
        routes = self.numbers[self.nearest()]
        for place, number in enumerate(routes):
            flow = self.machine.flow_along(z, number.expand(len(z)), self.vectors[place].expand(len(z), -1, -1))
            z = flow.z if place + 1 == len(routes) else self.machine.regrounded(flow.z, self.how.temperature)
            trouble = trouble + flow.trouble
        return (self.machine.surprise(z, self.targets, self.first) + trouble).mean()

    def tuned(self) -> Iterator[Words]:
        """What it is read back as, before and after each step; repetitions left out."""
        optimizer = torch.optim.Adam([self.vectors], lr=self.how.rate)
        seen = {self.decompiled()}
        yield from seen
        for _ in range(self.how.steps):
            optimizer.zero_grad()
            self.loss().backward()
            optimizer.step()
            words = self.decompiled()
            if words not in seen:
                seen.add(words)
                yield words
