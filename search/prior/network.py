"""The prior's network in torch, for training; `search.prior.model` runs the same weights in numpy."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from search.prior.items import NUM_CHANNELS, NUM_CODES, NUM_VALUES, NUM_WAVES, add_rows, add_to_rows, waves
from search.prior.pairs import USES
from search.prior.signature import LISTS, NUMBER
from search.prior.views import SLOTS, WIDTH

HIDDEN, BLOCKS = 384, 3
SECOND_HIDDEN, SECOND_BLOCKS = 192, 2
NEAR_HIDDEN, NEAR_BLOCKS = 128, 2
NEXT_SHAPE = {LISTS: (240, 3), NUMBER: (120, 2)}
"""Units and blocks of the policy's networks."""
MAX_LENGTH = 9
"""Classes of lengths: 1 .. MAX_LENGTH - 1, and longer."""
SUMS, PLACE, EXAMPLE = 64, 32, 128
"""Units of what sees the values themselves: for each place before and after they are put together, and for each example."""


def _blocks(count: int, width: int) -> nn.ModuleList:
    """Residual blocks that begin as the identity."""
    blocks = nn.ModuleList()
    for _ in range(count):
        last = nn.Linear(width, width)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        blocks.append(nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.ReLU(), last))
    return blocks


class _Sums(torch.autograd.Function):
    """Sums of rows of a table, without the zeros between them that a product would go through."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, seen: Tensor) -> Tensor:  # type: ignore[override]
        out = torch.zeros(len(seen), table.shape[1])
        add_rows(seen.numpy(), table.detach().numpy(), out.numpy())
        ctx.save_for_backward(seen)
        ctx.shape = table.shape
        return out

    @staticmethod
    def backward(ctx: Any, given: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        table = torch.zeros(ctx.shape)
        add_to_rows(ctx.saved_tensors[0].numpy(), given.contiguous().numpy(), table.numpy())
        return table, None


class Values(nn.Module):
    """What the values themselves say: codes of items -> what is added to a network's first layer, nothing at first. Places of an example are put
    together in their order, examples by mean and largest."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.channels = nn.Parameter(torch.randn(NUM_CHANNELS, NUM_WAVES, SUMS) * 2 / (NUM_CHANNELS * NUM_WAVES) ** 0.5)
        self.place = nn.Linear(SUMS, PLACE, bias=False)
        self.example = nn.Linear(WIDTH * PLACE, EXAMPLE)
        self.more = nn.Linear(EXAMPLE, EXAMPLE)
        self.last = nn.Linear(2 * EXAMPLE, outputs)
        for layer, there in ((self.place, 1.0), (self.example, 0.3), (self.more, 1.0)):  # most places are empty
            nn.init.normal_(layer.weight, std=(2 / (there * layer.in_features)) ** 0.5)
        for layer in (self.example, self.more):
            nn.init.zeros_(layer.bias)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, codes: Tensor) -> Tensor:
        """float[N, outputs] of int16[N, E, WIDTH, NUM_CHANNELS]."""
        count, examples = codes.shape[:2]
        flat = codes.reshape(-1, NUM_CHANNELS)
        there = (flat[:, :NUM_VALUES].amax(dim=1) >= 0).nonzero()[:, 0]
        table = torch.einsum("kw,cws->cks", torch.from_numpy(waves()), self.channels).reshape(NUM_CHANNELS * NUM_CODES, SUMS)
        some = torch.relu(self.place(torch.relu(_Sums.apply(table, flat[there]))))  # type: ignore[arg-type]
        places = torch.zeros(len(flat), PLACE).index_copy(0, there, some).reshape(count * examples, WIDTH * PLACE)
        rows = torch.relu(self.more(torch.relu(self.example(places)))).reshape(count, examples, EXAMPLE)
        return self.last(torch.cat([rows.mean(dim=1), rows.amax(dim=1)], dim=1))


class Nearness(nn.Module):
    """Whether a value is on the way to an output: signature and codes of the value and an input, with the output -> one logit."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, NEAR_HIDDEN)
        self.values = Values(NEAR_HIDDEN)
        self.blocks = _blocks(NEAR_BLOCKS, NEAR_HIDDEN)
        self.norm = nn.LayerNorm(NEAR_HIDDEN)
        self.near = nn.Linear(NEAR_HIDDEN, 1)

    def forward(self, x: Tensor, codes: Tensor) -> Tensor:
        """Logits [N]."""
        hidden = torch.relu(self.first(x) + self.values(codes))
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
        return self.heads(self.hidden(x))

    def hidden(self, x: Tensor) -> Tensor:
        """What the heads see: [N, HIDDEN]."""
        hidden = torch.relu(self.first(x))
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return torch.relu(self.norm(hidden))

    def heads(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits of what the heads see."""
        return self.words(hidden), self.roots(hidden), self.fronts(hidden), self.length(hidden)


class Second(nn.Module):
    """What the values themselves add to a network's answers: codes, and what that network's heads see -> logits, none at first."""

    def __init__(self, num_words: int) -> None:
        super().__init__()
        self.first = nn.Linear(HIDDEN, SECOND_HIDDEN)
        self.values = Values(SECOND_HIDDEN)
        self.blocks = _blocks(SECOND_BLOCKS, SECOND_HIDDEN)
        self.norm = nn.LayerNorm(SECOND_HIDDEN)
        self.words, self.roots, self.fronts = (nn.Linear(SECOND_HIDDEN, num_words) for _ in range(3))
        self.length = nn.Linear(SECOND_HIDDEN, MAX_LENGTH)
        for head in (self.words, self.roots, self.fronts, self.length):
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)
        nn.init.normal_(self.values.last.weight, std=(2 / self.values.last.in_features) ** 0.5)
        self.alone = nn.Linear(SECOND_HIDDEN, 3 * num_words + MAX_LENGTH)
        """Heads on the values alone, for training: without them the first network's answers leave the values too little to learn from."""

    def forward(self, hidden: Tensor, codes: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits to be added to those of the four heads."""
        return self.both(hidden, codes)[0]

    def both(self, hidden: Tensor, codes: Tensor) -> tuple[tuple[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, ...]]:
        """The same, and logits of the four heads from the values alone."""
        values = self.values(codes)
        count = self.words.out_features
        alone = self.alone(torch.relu(values)).split([count, count, count, MAX_LENGTH], dim=1)
        hidden = torch.relu(self.first(hidden) + values)
        for block in self.blocks:
            hidden = hidden + block(hidden)
        hidden = torch.relu(self.norm(hidden))
        return (self.words(hidden), self.roots(hidden), self.fronts(hidden), self.length(hidden)), alone
