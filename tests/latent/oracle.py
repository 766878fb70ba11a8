"""The exact machine behind the interface of an executor, so that searches are tested without training.

Under a mixture it gives the expectation over the exact outcomes: sum over words of the weight times the code vectors of the state after the word,
which is what a perfect executor would give. A word that gets stuck leaves the state as it is, and adds its weight to the trouble.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from dsl.domains.apply import apply_op
from dsl.domains.base import Context
from dsl.machine import run
from dsl.ops import OPS
from dsl.values import DEFAULT, Profile, Stuck, Value
from embed.cells import CellError, decode
from embed.codes import CodeTable
from embed.vocab import vocabulary
from search.latent.machine import CONCRETE, Flow, Guess, Machine
from search.latent.programs import NOP, Stack, program_of

WIDTH = 96
NEAR = (NOP, "sort", "reverse", "sum", "map+1", "head")
"""Words between which vectors may lie."""
Held = tuple[tuple[Any, ...], tuple[Any, ...]]
"""Items and constants."""


class Oracle(Machine):
    """Never wrong, unless `wrong` says for a word what it does instead."""

    def __init__(self, width: int = 32, profile: Profile = DEFAULT, wrong: dict[str, str] | None = None, device: str = "cpu") -> None:
        torch.manual_seed(0)
        vocab = vocabulary(200)
        super().__init__(vocab, CodeTable(vocab, WIDTH).requires_grad_(False).to(device), width)
        self.profile, self.wrong = profile, wrong or {}
        self.known: dict[tuple[str, int, str], Held | None] = {}

    def step(self, stacks: Sequence[Stack], words: Sequence[str], constants: Sequence[Value] = ()) -> list[Guess]:
        self.evaluations += len(stacks)
        return [self._guess(stack, word, constants) for stack, word in zip(stacks, words, strict=True)]

    def flow(self, z: Tensor, words: Tensor, weights: Tensor, domains: Sequence[str]) -> Flow:
        self.evaluations += len(z)
        states = self._read(z, domains)
        ends, trouble = torch.zeros_like(z), z.new_zeros(len(z))
        for column in range(words.shape[1]):
            after = [
                self._next(state, number, domain) for state, number, domain in zip(states, words[:, column].tolist(), domains, strict=True)
            ]
            stuck = torch.tensor([state is None for state in after], device=z.device)
            made = self.embed([state[0] if state else () for state in after], [state[1] if state else () for state in after], domains)
            share = weights[:, column]
            ends = ends + share[:, None, None] * torch.where(stuck[:, None, None], z, made)
            trouble = trouble + share * stuck
        return Flow(ends, trouble)

    @property
    def op_vectors(self) -> Tensor:
        return self.normal(len(self.vocab.ops), 16, generator=torch.Generator().manual_seed(1))

    def flow_along(self, z: Tensor, words: Tensor, vectors: Tensor) -> Flow:
        """The mixture of a few words by how near they are to the mean vector, as if vectors between two words did a part of each."""
        numbers = torch.tensor([self.vocab.numbers[word] for word in NEAR], device=z.device)
        weights = torch.softmax(-torch.cdist(vectors.mean(1), self.op_vectors[numbers]) / 2, -1)
        return self.flow(z, numbers.expand(len(z), -1), weights, [CONCRETE] * len(z))

    def _guess(self, stack: Stack, word: str, constants: Sequence[Value]) -> Guess:
        after = run(program_of((self.wrong.get(word, word),)), stack, constants=constants, profile=self.profile)
        return Guess(None, 1.0) if isinstance(after, Stuck) else Guess(after, 0.0)

    def _read(self, z: Tensor, domains: Sequence[str]) -> list[Held | None]:
        codes, numbers = self.codes.decode(z.detach(), self.table)
        found: list[Held | None] = []
        for *row, domain in zip(codes.tolist(), numbers.tolist(), domains, strict=True):
            try:
                state = decode(list(zip(*row, strict=True)), self.vocab, domain=domain)
            except CellError:
                found.append(None)
                continue
            found.append(None if isinstance(state.items, str) else (state.items, state.constants))
        return found

    def _next(self, state: Held | None, number: int, domain: str) -> Held | None:
        if state is None:
            return None
        key = repr(state), number, domain
        if key not in self.known:
            after = self._one(state, self.vocab.ops[number], domain)
            fine = after is not None and self.fits(*after, domain)
            self.known[key] = after if fine else None
        return self.known[key]

    def _one(self, state: Held, word: str, domain: str) -> Held | None:
        items, constants = state
        if word == NOP:
            return state
        if domain == CONCRETE:
            given = [value for value in constants if value is not None]
            guess = self._guess(items, word, given)
            return None if guess.stack is None else (guess.stack, constants)
        op = OPS.get(word)
        if op is None or op.num_args > len(items):
            return None
        kept = len(items) - op.num_args
        if op.routing is not None:
            return (*items[:kept], *(items[kept + index] for index in op.routing)), constants
        results = apply_op(op, Context(self.profile), items[kept:], (), (domain,))
        if any(result.is_bottom for result in results):
            return None
        return (*items[:kept], *(result.only((domain,)) for result in results)), constants
