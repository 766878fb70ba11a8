"""What a field is conditioned on: an op or a mixture of ops, their quotations, and the interpretation.

Shapes: B states, M ops of a mixture, W words of a quotation, A interpretations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dsl.program import Constant, Program, Push, Quotation, Word
from embed.moves import MAX_BODY, body_tokens, pops_of
from embed.vocab import CONSTANTS, INTERPRETATIONS, Vocabulary


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Condition:
    """The three condition vectors of each state are made from `ops` (what is executed), and the two `bodies` (then, else; or the quotations
    of map, filter, fold)."""

    ops: Tensor
    """int64[B, M]: numbers of ops."""
    weights: Tensor
    """float32[B, M]: their shares; a hard op has one with weight 1. A gradient may be taken with respect to them."""
    pops: Tensor
    """int64[B, M]: how many items each takes."""
    bodies: Tensor
    """int64[B, 2, W]: words of the quotations, -1 past their end."""
    interpretation: Tensor
    """float32[B, A]: weights over the interpretations."""
    vectors: Tensor | None = None
    """float32[B, op_width]: what stands in place of the vectors of `ops`, which must be single ones; they still say what is taken and left."""

    @classmethod
    def of(cls, ops: Tensor, pops: Tensor, bodies: Tensor | None = None, interpretation: Tensor | None = None) -> "Condition":
        """Hard ops int64[B]; without quotations and concrete unless said otherwise. `interpretation` int64[B] holds indices."""
        count, device = len(ops), ops.device
        if bodies is None:
            bodies = torch.full((count, 2, MAX_BODY), -1, device=device)
        chosen = torch.zeros(count, dtype=torch.long, device=device) if interpretation is None else interpretation
        return cls(
            ops=ops[:, None],
            weights=torch.ones(count, 1, device=device),
            pops=pops[:, None],
            bodies=bodies,
            interpretation=torch.nn.functional.one_hot(chosen, len(INTERPRETATIONS)).float(),
        )

    @classmethod
    def mixed(cls, ops: Tensor, weights: Tensor, vocab: Vocabulary) -> "Condition":
        """Mixtures of ops without quotations: int64[B, M] and float32[B, M], concrete."""
        pops = torch.tensor([pops_of(name) for name in vocab.ops], device=ops.device)[ops]
        plain = cls.of(ops[:, 0], pops[:, 0])
        return cls(ops=ops, weights=weights, pops=pops, bodies=plain.bodies, interpretation=plain.interpretation)

    def take(self, rows: Tensor) -> "Condition":
        """Some states' conditions."""
        return Condition(
            ops=self.ops[rows],
            weights=self.weights[rows],
            pops=self.pops[rows],
            bodies=self.bodies[rows],
            interpretation=self.interpretation[rows],
            vectors=None if self.vectors is None else self.vectors[rows],
        )


def moves_of(program: Program, vocab: Vocabulary) -> list[tuple[int, list[list[int]]]]:
    """The ops of a program with the tokens of their quotations. A literal must be written as a constant: raises `ValueError` for one."""
    moves: list[tuple[int, list[list[int]]]] = []
    bodies: list[list[int]] = []
    for instruction in program.body:
        if isinstance(instruction, Quotation):
            bodies.append(body_tokens(instruction.body, vocab))
        elif isinstance(instruction, Push):
            raise ValueError("a literal stands in the constants block; write c0..c3 in its place")
        elif isinstance(instruction, Constant):
            moves.append((vocab.numbers[CONSTANTS[instruction.index]], []))
        else:
            assert isinstance(instruction, Word)
            moves.append((vocab.numbers[instruction.name], bodies))
            bodies = []
    return moves


def bodies_tensor(bodies: Sequence[Sequence[Sequence[int]]]) -> Tensor:
    """int64[B, 2, W] of the tokens of up to two quotations for each state."""
    rows = torch.full((len(bodies), 2, MAX_BODY), -1)
    for row, pair in enumerate(bodies):
        for place, tokens in enumerate(pair[:2]):
            kept = list(tokens)[:MAX_BODY]
            rows[row, place, : len(kept)] = torch.tensor(kept, dtype=torch.long)
    return rows
