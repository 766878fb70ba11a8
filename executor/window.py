"""The part of a state that an op can see and change: SEP, the cells of its arguments, and the places of its results.

Arguments and results both lie on top, so the network runs on a window that begins at SEP, and not on whole states: what lies below cannot
matter, and is moved by the routing. That makes the frame rule exact, and saves the work on the frame.

The cells of all windows that are of use stand one after the other (T of them, without padding) in everything but attention: windows are of very
different lengths, and most of a padded batch would be padding.

Shapes: B states, L cells, W cells of the window, T cells of all windows that are of use.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from executor.condition import Condition
from executor.layout import FIRST_ITEM, MAX_SEQUENCES, Layout

STEP = 4
"""Windows have a multiple of so many cells: few different shapes."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Which cells of some states the network looks at."""

    places: Tensor
    """int64[B, W]: their places in the state; L (one past the end) where the state has no room for them."""
    seen: Tensor
    """bool[B, W]: SEP and the cells of the arguments; the others are room for results."""
    rows: Tensor
    """int64[T]: the state of each cell that is of use."""
    columns: Tensor
    """int64[T]: its place in the window."""
    packed: Tensor
    """int64[B, W]: where each cell stands among those of use; T for the others."""

    @classmethod
    def of(cls, places: Tensor, seen: Tensor, used: Tensor) -> "Window":
        """The window where `used` bool[B, W] says which cells are of use."""
        rows, columns = used.nonzero(as_tuple=True)
        packed = torch.where(used, used.flatten().cumsum(0).view(used.shape) - 1, len(rows))
        return cls(places, seen, rows, columns, packed)

    def pack(self, x: Tensor) -> Tensor:
        """[T, ...] of [B, W, ...]."""
        return x[self.rows, self.columns]

    def pad(self, x: Tensor) -> Tensor:
        """[B, W, ...] of [T, ...], zero elsewhere."""
        longer = torch.cat([x, x.new_zeros(1, *x.shape[1:])])
        return longer.index_select(0, self.packed.flatten()).unflatten(0, self.packed.shape)

    def gather(self, x: Tensor) -> Tensor:
        """[B, W, ...] of [B, L, ...]."""
        safe = self.places.clamp(max=x.shape[1] - 1)
        return x.gather(1, safe if x.dim() == 2 else safe[..., None].expand(-1, -1, x.shape[-1]))

    def put_into(self, x: Tensor, inside: Tensor) -> Tensor:
        """[B, L, D]: `x` with the cells of the window replaced by [B, W, D]."""
        longer = torch.cat([x, x[:, :1]], 1)  # what the state has no room for falls into the cell that is cut off again
        return longer.scatter(1, self.places[..., None].expand_as(inside), inside)[:, : x.shape[1]]


def window_of(layout: Layout, condition: Condition, results: Tensor, copy: bool) -> Window:
    """The window of some states. `results` int64[B] says how many cells of results there must be room for; without built-in routing it is the
    whole state."""
    count, length = layout.sequence.shape
    places = torch.arange(length, device=results.device)
    if not copy:
        return Window.of(places.expand(count, length), layout.real, torch.ones_like(layout.real))
    first = (layout.base - 1)[:, None]
    pops = torch.where(condition.weights > 0, condition.pops, 0).amax(1)
    args = layout.starts.gather(1, (FIRST_ITEM + pops).clamp(max=MAX_SEQUENCES)[:, None]) - first
    # One place more than the result has cells: where it stops.
    needed = torch.minimum(torch.maximum(args, (results + 2)[:, None]), length - first)
    width = min(length, -(-int(needed.max()) // STEP) * STEP)
    index = places[:width]
    return Window.of((first + index).clamp(max=length), index < args, index < needed)


def results_between(before: Layout, after: Layout, pops: Tensor) -> Tensor:
    """int64[B]: how many cells an op that took `pops` values left, from the lengths of both states; 0 where it got stuck."""
    used, args = before.real.sum(1), before.starts.gather(1, (FIRST_ITEM + pops).clamp(max=MAX_SEQUENCES)[:, None])[:, 0] - before.base
    return (after.real.sum(1) - used + args).clamp(min=0)


def result_places(layout: Layout, window: Window) -> Tensor:
    """int64[B, W]: the place of each cell of the window in the result, which lies on top; -1 for SEP."""
    return torch.arange(window.places.shape[1], device=layout.base.device) - (layout.base[:, None] - window.places[:, :1])


def partners(layout: Layout, window: Window, sequence: Tensor, offset: Tensor) -> tuple[Tensor, Tensor]:
    """int64[B, W], the place in the window of the cell at the same place of the other one of the two top items, or of its one cell; and bool[B, W], whether
    there is such a cell among the arguments."""
    item = sequence - FIRST_ITEM
    other = (FIRST_ITEM + 1 - item).clamp(FIRST_ITEM, FIRST_ITEM + 1)
    size = layout.sizes.gather(1, other)
    place = layout.starts.gather(1, other) + torch.where(size == 1, 0, offset) - window.places[:, :1]
    there = (item >= 0) & (item <= 1) & ((size == 1) | (offset < size)) & (place >= 0) & (place < sequence.shape[1]) & window.seen
    place = place.clamp(0, sequence.shape[1] - 1)
    return place, there & window.seen.gather(1, place)
