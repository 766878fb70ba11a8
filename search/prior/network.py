"""The prior's network in torch, for training; `search.prior.model` runs the same weights in numpy."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from search.prior.pairs import USES
from search.prior.signature import LISTS, NUMBER
from search.prior.views import SLOTS

HIDDEN, BLOCKS = 384, 3
NEAR_HIDDEN, NEAR_BLOCKS = 128, 2
NEXT_SHAPE = {LISTS: (240, 3), NUMBER: (120, 2)}
"""Units and blocks of the policy's networks."""
MAX_LENGTH = 9
"""Classes of lengths: 1 .. MAX_LENGTH - 1, and longer."""


def _blocks(count: int, width: int) -> nn.ModuleList:
    """Residual blocks that begin as the identity."""
    blocks = nn.ModuleList()
    for _ in range(count):
        last = nn.Linear(width, width)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        blocks.append(nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.ReLU(), last))
    return blocks


class Nearness(nn.Module):
    """Whether a value is on the way to an output: signature of the value and an input, with the output -> one logit."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, NEAR_HIDDEN)
        self.blocks = _blocks(NEAR_BLOCKS, NEAR_HIDDEN)
        self.norm = nn.LayerNorm(NEAR_HIDDEN)
        self.near = nn.Linear(NEAR_HIDDEN, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits [N]."""
        hidden = torch.relu(self.first(x))
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return self.near(torch.relu(self.norm(hidden)))[:, 0]


class Next(nn.Module):
    """One family's policy: signature of two values and what else is known of them -> what is done with them next, whether each is still used."""

    def __init__(self, inputs: int, num_words: int, hidden: int, blocks: int) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, hidden)
        self.blocks = _blocks(blocks, hidden)
        self.norm = nn.LayerNorm(hidden)
        self.actions = nn.Linear(hidden, USES * num_words + 1)
        self.used = nn.Linear(hidden, SLOTS)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits [N, USES * V + 1] of actions, the last of there being none, and [N, SLOTS]."""
        hidden = torch.relu(self.first(x))
        for block in self.blocks:
            hidden = hidden + block(hidden)
        hidden = torch.relu(self.norm(hidden))
        return self.actions(hidden), self.used(hidden)


class Network(nn.Module):
    """One family's network: signature -> words that occur, last word, words on the inputs, length."""

    def __init__(self, inputs: int, num_words: int) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, HIDDEN)
        self.blocks = _blocks(BLOCKS, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN)
        self.words = nn.Linear(HIDDEN, num_words)
        self.roots = nn.Linear(HIDDEN, num_words)
        self.fronts = nn.Linear(HIDDEN, num_words)
        self.length = nn.Linear(HIDDEN, MAX_LENGTH)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits of the four heads: [N, V], [N, V], [N, V], [N, MAX_LENGTH]."""
        hidden = torch.relu(self.first(x))
        for block in self.blocks:
            hidden = hidden + block(hidden)
        hidden = torch.relu(self.norm(hidden))
        return self.words(hidden), self.roots(hidden), self.fronts(hidden), self.length(hidden)
