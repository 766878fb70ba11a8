"""Where cells stand, as numbers that can be added: what pointing to a cell by counting needs.

A place p is given as the points (cos, sin) of 2 pi p / period for the small periods of numbers (`embed.codes`), so that places and numbers are of one
kind, and that a shift by a fixed number is a rotation, which a linear layer makes: what is learned for one place holds for all. Each cell is shown its place
in the window, and that place shifted by the number on top and by the sizes of the two top arguments (`drop`, `rotate`, `concat`); a cell of an argument
also its place in it from both ends, which element of it it belongs to, counted from both ends, its place in the element, and how many cells lie before and behind
the element. A result's cell can point by these numbers:

    score_ij = content_ij + aim(x_i) . places_j

Shapes: B states, W cells of a window, T cells of all windows, F = FEATURES.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from embed.codes import PERIODS
from embed.vocab import Kind, Vocabulary
from executor.layout import FIRST_ITEM, Layout
from executor.window import Window

USED_PERIODS = PERIODS[:7]
"""Those that tell all places of a state apart."""
FEATURES = 2 * len(USED_PERIODS) + 1
"""Numbers for each place; the last one is the place itself, small."""
FARTHEST = 1200
"""Places further from zero are shown as this."""
POINTED, SHIFTED = 8, 7
"""Places of a cell in its argument, which can be pointed to; and places in the window, which every cell has."""


@dataclass(frozen=True, slots=True, eq=False)
class Elements:
    """Where cells stand in the elements of their sequences. An element is a cell one OPEN deep, or a list or a string there."""

    index: Tensor
    """int64[B, L]: number of the element in its sequence, from 0; -1 before the first."""
    left: Tensor
    """int64[B, L]: elements of the sequence from this one on: none for its CLOSE; its OPEN counts as one, too."""
    offset: Tensor
    """int64[B, L]: place in the element."""
    size: Tensor
    """int64[B, L]: cells of the element."""


def elements_of(codes: Tensor, layout: Layout, vocab: Vocabulary) -> Elements:
    """The elements of int64[B, L] codes."""
    opens, close = vocab.blocks[Kind.OPEN], vocab.code(Kind.CLOSE)
    change = ((codes >= opens.first) & (codes < opens.first + opens.count)).long() - (codes == close).long()
    deep = change.cumsum(1) - change
    begins = (deep == 1) & layout.real
    places = torch.arange(codes.shape[1], device=codes.device).expand_as(codes)
    first = (places - layout.offset).clamp(min=0)
    seen = begins.long().cumsum(1)
    # Counts up to the first cell of a sequence, which is never an element, are those of the sequences before it. Its CLOSE counts as one that is empty.
    index = seen - seen.gather(1, first) - 1
    last = (first + layout.sizes.gather(1, layout.sequence) - 1).clamp(0, codes.shape[1] - 1)
    begun = torch.where(begins, places, -1).cummax(1).values
    start = torch.maximum(begun, first)
    # The next beginning, of an element or of the sequence after this one: found from the right.
    ends = torch.where(begins | (layout.offset == 0), places, codes.shape[1])
    following = torch.cat([ends[:, 1:], torch.full_like(ends[:, :1], codes.shape[1])], 1).flip(1).cummin(1).values.flip(1)
    return Elements(index, (seen.gather(1, last) - seen.gather(1, first) - index - 1).clamp(min=0), places - start, following - start)


class Addresses(nn.Module):
    """The places' way into the network, and the pointer's. Both begin at zero, so that a field that gets them goes on as it was."""

    features: Tensor

    def __init__(self, width: int, vocab: Vocabulary) -> None:
        super().__init__()
        self.vocab = vocab
        self.into = nn.Linear((POINTED + SHIFTED) * FEATURES, width, bias=False)
        self.aim = nn.Linear(width, POINTED * FEATURES)
        for layer in (self.into, self.aim):
            nn.init.zeros_(layer.weight)
        nn.init.zeros_(self.aim.bias)
        places = torch.arange(-FARTHEST, FARTHEST + 1)[:, None]
        angles = places * (2 * torch.pi / torch.tensor(USED_PERIODS))
        self.register_buffer("features", torch.cat([angles.cos(), angles.sin(), (places / 64).clamp(-2, 2)], -1), persistent=False)

    def places(self, codes: Tensor, elements: Elements, layout: Layout, window: Window) -> tuple[Tensor, Tensor]:
        """int64[B, W, POINTED], places of the arguments' cells; and int64[T, SHIFTED], those of every cell in the window. `codes` int64[B, L], with their elements."""
        size = layout.sizes.gather(1, layout.sequence)
        behind = size - layout.offset + elements.offset - elements.size
        own = (
            layout.offset, size - layout.offset, elements.index, elements.left, elements.offset, elements.size - elements.offset,
            layout.offset - elements.offset, behind,
        )  # fmt: skip
        relative = window.pack(window.places - layout.base[:, None])
        number = self._number_on_top(codes, layout)[window.rows]
        sizes = layout.sizes[:, FIRST_ITEM : FIRST_ITEM + 2][window.rows]
        element = window.pack(torch.where(window.seen, window.gather(elements.index), 0))
        shifted = (
            relative, relative - number, relative + number, relative - sizes[:, 0], relative - sizes[:, 1], element - number, element + number,
        )  # fmt: skip
        return torch.stack([window.gather(each) for each in own], -1), torch.stack(shifted, -1)

    def tokens(self, own: Tensor, shifted: Tensor, window: Window) -> Tensor:
        """float32[T, d]: what is added to the tokens that the blocks start from."""
        mine = self.shown(window.pack(own)) * window.pack(window.seen)[:, None, None]
        return self.into(torch.cat([mine, self.shown(shifted)], 1).flatten(1))

    def scores(self, x: Tensor, own: Tensor, window: Window) -> Tensor:
        """float32[B, W, W]: what is added to the pointer's scores, from each cell of the network's output [B, W, d] to each cell of the arguments."""
        keys = self.shown(own).flatten(2) * window.seen[..., None]
        return self.aim(x) @ keys.mT

    def shown(self, places: Tensor) -> Tensor:
        """float32[..., F]."""
        return nn.functional.embedding(places.clamp(-FARTHEST, FARTHEST) + FARTHEST, self.features)

    def _number_on_top(self, codes: Tensor, layout: Layout) -> Tensor:
        """int64[B]: the top item where it is a number of the table, else 0."""
        block = self.vocab.blocks[Kind.INT]
        top = codes.gather(1, layout.base.clamp(max=codes.shape[1] - 1)[:, None])[:, 0]
        is_number = (top >= block.first) & (top < block.first + block.count)
        return torch.where(is_number, top - block.first - self.vocab.int_range, 0)
