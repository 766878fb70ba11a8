"""Where the item above a list or text occurs in it, of several cells as it may be. Shapes: as in `executor/layouts.py`."""

import torch
from torch import Tensor

from executor.layouts import Lowest, Order, covered


def occurrences(lowest: Lowest, keys: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """bool[B, W]: where the item above begins in the list, from the left and without overlaps; the cells of these; and where it begins at all."""
    at = torch.arange(keys.shape[1], device=keys.device)
    (first, cells), (column, size) = lowest.whole, lowest.above
    begins = (at > first) & (at + size <= first + cells - 1) & (size > 0)
    longest = int(torch.where(begins.any(1, keepdim=True), size, 0).max())
    for place in range(longest):
        here = keys.gather(1, (at + place).clamp(max=keys.shape[1] - 1).expand_as(keys)) == keys.gather(
            1, (column + place).clamp(max=keys.shape[1] - 1)
        )
        begins = begins & (here | (place >= size))
    everywhere = begins
    before = torch.where(begins, at, -1).cummax(1).values.roll(1, 1)
    before[:, 0] = -1
    if longest > 1 and bool((begins & (before >= 0) & (at - before < size)).any()):
        free, taken = torch.zeros_like(size[:, 0]), []
        for place in range(keys.shape[1]):
            now = begins[:, place] & (free <= place)
            free = torch.where(now, place + size[:, 0], free)
            taken.append(now)
        begins = torch.stack(taken, 1)
    return begins, covered(begins, size), everywhere


def found_numbers(lowest: Lowest, begins: Tensor, everywhere: Tensor, equal: Order, places: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Those of `executor.pieces.FOUND`, int64[B, W], and where there are any, bool[B, W]; `equal` is the order of that name."""
    number = lowest.element
    none, some, (order, count, there) = -torch.ones_like(lowest.count), everywhere.any(1, keepdim=True), equal
    first = torch.where(some, number.gather(1, everywhere.long().argmax(1, keepdim=True)), none)
    at = torch.arange(places.shape[1], device=places.device)
    last = torch.where(some, number.gather(1, torch.where(everywhere, at, 0).amax(1, keepdim=True)), none)
    place = (places - 1).clamp(0, order.shape[1] - 1)
    listed = there & (places >= 1) & (places - 1 < count)
    is_any = there.expand_as(places) & (lowest.whole[1] > 0)
    return [
        (first.expand_as(places), is_any), (last.expand_as(places), is_any), (begins.sum(1, keepdim=True).expand_as(places), is_any),
        (torch.where(listed, order.gather(1, place), 0), listed),
    ]  # fmt: skip
