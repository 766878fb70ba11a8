"""What searches ask of an executor: what a word would do to a stack, as values and as vectors through which gradients pass.

The learned one is in `search.latent.learned`. Tests put the exact machine behind the same interface, so that the search is tested without
training. Both share the code table, which gives every cell a vector of root mean square 1.

Shapes: B states, L cells, D code width, M words of a mixture, T cells of a target.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dsl.values import Value
from embed.cells import CellError, State, decode, encode, encode_abstract, encode_value
from embed.codes import CodeTable
from embed.hull import mixture
from embed.steps import rows_of
from embed.vocab import INTERPRETATIONS, Kind, Vocabulary
from search.latent.programs import Stack

MIXED, MIXING = 3, 20
"""Codes of a mixture that a state is re-grounded to, and steps of finding their weights: as exact as a hundred descents can afford."""
CONCRETE = INTERPRETATIONS[0]
WORST = 2.0
"""The distance of what is no value from any: that of opposite vectors."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What an executor says comes after a word."""

    stack: Stack | None
    """None for an error, and for cells that are no stack."""
    trouble: float
    """How probable it thinks it that the word gets stuck, in 0..1."""


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """States after a mixture of words, differentiable in the weights and in the states before."""

    z: Tensor
    """float32[B, L, D]."""
    trouble: Tensor
    """float32[B]: the probability of an error, in 0..1."""


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Wanted values, one a state."""

    codes: Tensor
    """int64[B, T]: their cells, padded."""
    sizes: Tensor
    """int64[B]: how many cells each has."""
    beyond: Tensor
    """bool[B, T]: numbers that have no code of their own."""
    vectors: Tensor
    """float32[B, T, D]."""

    def take(self, rows: slice) -> Targets:
        """Those of some states."""
        return Targets(self.codes[rows], self.sizes[rows], self.beyond[rows], self.vectors[rows])


class Machine(ABC):
    """An executor with its code table. `width` is the number of cells that its states have room for."""

    def __init__(self, vocab: Vocabulary, codes: CodeTable, width: int) -> None:
        self.vocab, self.codes, self.width = vocab, codes, width
        self.table = codes.table().detach()
        self.evaluations = 0
        """States that were executed one word, by calls of the executor."""

    @property
    def device(self) -> torch.device:
        """Where the code table lies; all vectors are made there."""
        return self.table.device

    @abstractmethod
    def step(self, stacks: Sequence[Stack], words: Sequence[str], constants: Sequence[Value] = ()) -> list[Guess]:
        """One word on each stack, re-grounded: values in, values out."""

    @abstractmethod
    def flow(self, z: Tensor, words: Tensor, weights: Tensor, domains: Sequence[str]) -> Flow:
        """Mixtures of words int64[B, M] (numbers in the vocabulary) with weights float32[B, M] on states [B, L, D], each under its interpretation."""

    @property
    @abstractmethod
    def op_vectors(self) -> Tensor:
        """float32[K, V]: the vector of every word of the vocabulary."""

    @abstractmethod
    def flow_along(self, z: Tensor, words: Tensor, vectors: Tensor) -> Flow:
        """Along the fields of vectors float32[B, k, V], one after the other through an equal part of the time; words int64[B] say what is taken and left."""

    def embed(self, stacks: Sequence[Sequence[Any]], constants: Sequence[Sequence[Any]], domains: Sequence[str]) -> Tensor:
        """float32[B, L, D]: the vectors of stacks with constants beside them, abstract values where the domain is not CONCRETE."""
        cells = [
            encode(State(tuple(stack), tuple(block)), self.vocab, domain=domain)
            for stack, block, domain in zip(stacks, constants, domains, strict=True)
        ]
        rows = rows_of(cells, self.width, self.vocab)
        codes, numbers = (torch.as_tensor(array, dtype=torch.long, device=self.device) for array in (rows.codes, rows.numbers))
        return self.codes.embed(codes, numbers, self.table).detach()

    def normal(self, *shape: int, generator: torch.Generator) -> Tensor:
        """Standard normal float32, drawn on the CPU: equal seeds give equal numbers on every device."""
        return torch.randn(shape, generator=generator, device="cpu").to(self.device)

    def decode(self, z: Tensor) -> list[Stack | None]:
        """The nearest stacks; None for an error and for what is none."""
        with torch.no_grad():
            codes, numbers = self.codes.decode(z.detach(), self.table)
        return [self.stack_of(*row) for row in zip(codes.tolist(), numbers.tolist(), strict=True)]

    def stack_of(self, codes: Sequence[int], numbers: Sequence[int]) -> Stack | None:
        """The stack that cells stand for; None for an error and for what is none."""
        try:
            items = decode(list(zip(codes, numbers, strict=True)), self.vocab).items
        except CellError:
            return None
        return None if isinstance(items, str) else items

    def fits(self, stack: Sequence[Any], constants: Sequence[Any] = (), domain: str = CONCRETE) -> bool:
        """Whether states have room for it."""
        return len(encode(State(tuple(stack), tuple(constants)), self.vocab, domain=domain)) <= self.width

    def targets(self, values: Sequence[Any], domains: Sequence[str] | None = None) -> Targets:
        """The cells of wanted values, one a state: abstract ones where a domain is named that is not CONCRETE."""
        named = [CONCRETE] * len(values) if domains is None else domains
        cells = [
            encode_value(value, self.vocab) if domain == CONCRETE else encode_abstract(value, domain, self.vocab)
            for value, domain in zip(values, named, strict=True)
        ]
        longest = max(map(len, cells))
        padded = [[*row, *[(self.vocab.code(Kind.PAD), 0)] * (longest - len(row))] for row in cells]
        pairs = torch.tensor(padded, device=self.device)
        sizes = torch.tensor([len(row) for row in cells], device=self.device)
        codes, numbers = pairs[..., 0], pairs[..., 1]
        beyond = (codes == self.vocab.code(Kind.BEYOND_INT)) | (codes == self.vocab.code(Kind.BEYOND_CHAR))
        return Targets(codes, sizes, beyond, self.codes.embed(codes, numbers, self.table).detach())

    def regrounded(self, z: Tensor, temperature: float) -> Tensor:
        """float32[B, L, D]: an average of codes, which goes over into the nearest one where the decision is clear; see `executor.integrate.reground`."""
        q = torch.softmax(self.codes.logits(z, self.table) / temperature, -1)
        soft = q @ self.table
        entropy = -(q * torch.log(q.clamp(min=1e-9))).sum(-1, keepdim=True)
        sure = 1 - entropy / math.log(len(self.table))
        return soft + (sure * (self.table[q.argmax(-1)] - soft)).detach()

    def nearest_mixture(self, z: Tensor) -> Tensor:
        """float32[B, L, D]: the mixtures of codes that lie nearest (`embed.hull`), by which a mixture of outcomes stays what it is; the gradient passes as if nothing
        had been done."""
        codes, weights = mixture(z.detach(), self.table, most=MIXED, steps=MIXING)
        return z + ((weights[..., None] * self.table[codes]).sum(-2) - z).detach()

    def surprise(self, z: Tensor, targets: Targets, first: Tensor) -> Tensor:
        """float32[B]: how little the cells from the places `first` int64[B] on look like the wanted ones: mean cross-entropy under the tied decoder.

        Numbers beyond the table have no code and so no cross-entropy: there it is the squared distance of the vectors over 2 D."""
        cells = torch.arange(targets.codes.shape[1], device=self.device)
        places = first[:, None] + cells
        there = z.gather(1, places.clamp(max=z.shape[1] - 1)[..., None].expand(-1, -1, z.shape[-1]))
        log_p = torch.log_softmax(self.codes.logits(there, self.table), -1)
        far = (there - targets.vectors).square().mean(-1) / 2
        cost = torch.where(targets.beyond, far, -log_p.gather(-1, targets.codes[..., None])[..., 0])
        real = cells < targets.sizes[:, None]
        return (cost * real).sum(-1) / targets.sizes

    def distances(self, values: Sequence[Value | None], wanted: Sequence[Value]) -> list[float]:
        """How far values lie from the wanted ones, in code space, each in 0..WORST: mean over cells of the squared distance over 2 D, which is 1 between
        unrelated cells; a cell that the other value lacks counts 1. 0 for equal values alone."""
        pairs = {(_key(a), _key(b)): (a, b) for a, b in zip(values, wanted, strict=True) if a is not None}
        found: dict[object, float] = {}
        if pairs:
            ours, theirs = (self.targets([pair[side] for pair in pairs.values()]) for side in (0, 1))
            longest = min(ours.vectors.shape[1], theirs.vectors.shape[1])
            both = torch.arange(longest, device=self.device) < torch.minimum(ours.sizes, theirs.sizes)[:, None]
            apart = (ours.vectors[:, :longest] - theirs.vectors[:, :longest]).square().mean(-1) / 2
            each = torch.where(both, apart, 0.0).sum(-1) + (ours.sizes - theirs.sizes).abs()
            mean = each / torch.maximum(ours.sizes, theirs.sizes)
            found = dict(zip(pairs, mean.tolist(), strict=True))
        return [WORST if a is None else found[_key(a), _key(b)] for a, b in zip(values, wanted, strict=True)]


def _key(value: Value) -> tuple[str, object]:
    """Tells 1 from true, and empty lists from nothing."""
    return repr(value), type(value)
