"""The layouts of a list: where its pieces would lie in results that are put together of them. `executor/pieces.py` says what they are for.

The list (or text) is the lowest one among the arguments; its elements may be several cells long. All columns are of the window.
Shapes: B states, W cells of a window, N elements, M cells of one, K pieces, J layouts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from executor.addresses import Elements as Begun
from executor.layout import FIRST_ITEM, Layout
from executor.numbers import Named
from executor.window import Window

ORDERS = ("sorted", "reversed", "once", "equal", "other", "but the first equal", "turned", "turned back", "but that one", "that one", "exchanged")  # fmt: skip
"""Layouts of elements. `equal`: to the item above the list; `turned`, `that one`: by the topmost number, or that it names; `exchanged`: those that the two topmost numbers name."""
FILLED = ("replaced", "first replaced", "put in", "put instead", "followed", "preceded")
"""Layouts of the list's cells and another item's: what is equal to the item above, all or the first, gives way to the item above that; this stands before the element that the item above names, if that is a number,
or instead of it; the item above stands behind all elements, or before."""
SLICED = ("between", "but between", "so many", "overwritten")
"""Layouts of elements by the two topmost numbers: from the second to before the first, or all but these; from the second on as many as the first says; and the item on top in place of these."""
EDGES = ("first so many", "but first so many", "last so many", "but last so many")
"""Layouts of elements by the topmost number."""
NESTED = ("joined", "flattened", "paired", "grouped", "split", "words")
"""`joined`: what stands in the elements, with what stands in the item above between them, in that one's brackets; `flattened`: what stands in the elements; `paired`: lists of each element and the one at the same
place of the item above; the others are lists of pieces of the list or text: of equal neighbours, between occurrences of the item above, and between white space (`executor/nested.py`)."""
KEPT = ("before", "after", "before last", "after last", "trimmed", "squeezed")
"""Layouts of the list's or text's cells: those before or after the first or last occurrence of the item above (all or none of them where it has none); those between white space at both ends; without spaces that follow spaces."""
COUNTED = ("range", "digits", "spelled")
"""Nothing that stands anywhere, but as many cells as there are: numbers of `range`, digits of the topmost number, and these with its sign."""
JUMPS = (*ORDERS, *FILLED, "over and over", "alone", *SLICED, *EDGES, *NESTED, *KEPT, *COUNTED)
"""`over and over`: the list as often as the topmost number says; `alone`: the element that the topmost number names, without the list's brackets."""
DEPTH = 4
"""Items that are looked at."""
MOST = 1000
"""A list is not laid out more often than this."""
CHARACTERS = 2**41
"""The key of a character is so much and its code point."""
LEAST = -(2**62)
"""The key of what ends a list, so that a shorter list comes before the longer one that it begins."""

Piece = tuple[Tensor, Tensor]
"""int64[B, 1] twice: the column that it begins in, and its cells."""
Order = tuple[Tensor, Tensor, Tensor]
"""int64[B, N], the element at each place, int64[B, 1], how many there are, and bool[B, 1], whether there is such a layout."""
Jumps = tuple[Tensor, Tensor, Tensor]
"""Layouts: int64[B, J, W], the column that stands at each place, bool[B, J, W], where there is one, and int64[B, J], the cells of each."""


@dataclass(frozen=True, slots=True, eq=False)
class Lowest:
    """The lowest list or text among the arguments, with what stands above it."""

    whole: Piece
    """No cells where there is none."""
    items: Tensor
    """int64[B, 1]: how many items stand above it."""
    above: Piece
    """The item above it; without its brackets where these are of the same kind as the list's, so that it is a part of such a list."""
    single: Tensor
    """bool[B, 1]: whether the item above is one cell."""
    over: Piece
    """The same of the item above that."""
    top: Piece
    """The same of the topmost item, where that is not the list."""
    separator: Piece
    """The item above it with its brackets."""
    start: Tensor
    """int64[B, N]: the column of each element; those past the last one have that of the bracket that ends the list."""
    length: Tensor
    """int64[B, N]: cells of each element; 0 past the last one."""
    count: Tensor
    """int64[B, 1]: its elements."""
    element: Tensor
    """int64[B, W]: the element that each cell stands in; N where in none."""


def lowest_list(codes: Tensor, begun: Begun, layout: Layout, window: Window) -> Lowest:
    """The list of each state whose pieces are looked at. `codes` are those of the window."""
    nothing = torch.zeros_like(layout.base)[:, None]
    columns, sizes, number = [nothing, nothing], [nothing, nothing], nothing  # two that are none stand above the first
    for item in range(FIRST_ITEM, FIRST_ITEM + DEPTH):
        column = layout.starts[:, item : item + 1] - window.places[:, :1]
        there = (column < codes.shape[1]) & window.seen.gather(1, column.clamp(0, codes.shape[1] - 1))
        size = torch.where(there, layout.sizes[:, item : item + 1], 0)
        columns.append(torch.where(there, column, 0))
        sizes.append(size)
        number = torch.where(size > 1, item - FIRST_ITEM + 1, number)
    all_columns, all_sizes = torch.cat(columns, 1), torch.cat(sizes, 1)
    first, cells = (each.gather(1, number + 1) for each in (all_columns, all_sizes))

    def part(index: Tensor) -> Piece:
        column, size = all_columns.gather(1, index), all_sizes.gather(1, index)
        bare = (size > 1) & (codes.gather(1, column) == codes.gather(1, first))
        return torch.where(bare, column + 1, column), torch.where(bare, size - 2, size)

    at = torch.arange(codes.shape[1], device=codes.device)
    mine = (at > first) & (at < first + cells - 1)
    begins = mine & (window.gather(begun.offset) == 0)
    count = begins.sum(1, keepdim=True)
    most = max(1, int(count.max()))
    element = torch.where(mine, window.gather(begun.index).clamp(0, most - 1), most)
    end = (first + cells - 1).clamp(min=0)
    start = end.repeat(1, most + 1).scatter(1, torch.where(begins, element, most), torch.where(begins, at, end))
    start = torch.cat([start[:, :most], end], 1)
    length = torch.where(torch.arange(most, device=codes.device) < count, start[:, 1:] - start[:, :-1], 0)
    top = part(torch.where(number > 1, 2, 0))
    above, over, single = part(number), part((number - 1).clamp(min=0)), all_sizes.gather(1, number) == 1
    separator = all_columns.gather(1, number), all_sizes.gather(1, number)
    return Lowest((first, cells), (number - 1).clamp(min=0), above, single, over, top, separator, start[:, :-1], length, count, element)


def _content(start: Tensor, length: Tensor, keys: Tensor, most: int) -> Tensor:
    """int64[B, N, M]: the keys of `most` cells from each of some columns on, LEAST past `length`."""
    place = torch.arange(most, device=keys.device)
    columns = (start[..., None] + place).clamp(max=keys.shape[1] - 1)
    return torch.where(place < length[..., None], keys.gather(1, columns.flatten(1)).view(columns.shape), LEAST)


def compared(lowest: Lowest, keys: Tensor) -> Tensor:
    """int64[B, N, N]: the sign of each element beside each other one: the first difference of their cells."""
    sign = torch.zeros(*lowest.start.shape, lowest.start.shape[1], dtype=torch.long, device=keys.device)
    longest = lowest.length.amax(1)
    for rows in (
        (longest <= 1).nonzero()[:, 0],
        (longest > 1).nonzero()[:, 0],
    ):  # apart, since the latter have few elements and the former one cell each
        if len(rows):
            most = max(1, int(lowest.count[rows].max()))
            content = _content(lowest.start[rows, :most], lowest.length[rows, :most], keys[rows], max(1, int(longest[rows].max())))
            differs = (content[:, :, None] - content[:, None]).sign()
            first = (differs != 0).long().argmax(-1, keepdim=True)
            sign[rows, :most, :most] = differs.gather(-1, first)[..., 0]
    return sign


def equal_to_above(lowest: Lowest, keys: Tensor) -> Tensor:
    """bool[B, N]: whether each element is the item above."""
    column, size = lowest.above
    most = max(1, int(lowest.length.max()))
    same = (_content(lowest.start, lowest.length, keys, most) == _content(column, size, keys, most)).all(-1)
    return same & (lowest.length == size) & (size > 0) & (lowest.length > 0)


def orders_of(lowest: Lowest, sign: Tensor, equal: Tensor, repeated: Tensor, named: Named) -> list[Order]:
    """Those of ORDERS."""
    index = torch.arange(sign.shape[1], device=sign.device)
    valid, count = index < lowest.count, lowest.count
    less = ((sign > 0) | (sign == 0) & (index[:, None] > index)) & valid[:, None]
    rank = torch.where(valid, less.sum(2), sign.shape[1])
    (number, known), (second, both) = named
    some, above, always = count.clamp(min=1), lowest.items > 0, torch.ones_like(known)
    first_equal = equal & (equal.cumsum(1) == 1)
    exchanged = torch.where(index == number, second, torch.where(index == second, number, index)).clamp(min=0)

    def kept(which: Tensor, there: Tensor) -> Order:
        return _kept(valid & which, there)

    return [
        (rank.argsort(1), count, always),
        ((count - 1 - index).clamp(min=0), count, always),
        kept(~repeated, always),
        kept(equal, above),
        kept(~equal, above),
        kept(~first_equal, above),
        (torch.remainder(index + number, some), count, known),
        (torch.remainder(index - number, some), count, known),
        kept(index != number, known),
        kept(index == number, known),
        (torch.minimum(exchanged, some - 1), count, both),
    ]


def sliced(lowest: Lowest, named: Named) -> list[Order]:
    """As `orders_of`, of all of SLICED but the last."""
    index = torch.arange(lowest.start.shape[1], device=lowest.start.device)
    (end, _), (begin, there) = named
    many = (index >= begin) & (index < begin + end)
    return [
        _kept(which & (index < lowest.count), there)
        for which in ((index >= begin) & (index < end), (index < begin) | (index >= end), many & (begin >= 0))
    ]


def edges(lowest: Lowest, named: Named) -> list[Order]:
    """As `orders_of`, of EDGES."""
    index = torch.arange(lowest.start.shape[1], device=lowest.start.device)
    (many, known), valid = named[0], index < lowest.count
    begin, end = index < many, index >= lowest.count - many.clamp(min=0)
    return [_kept(which & valid, known) for which in (begin, ~begin, end, ~end)]


def _kept(which: Tensor, there: Tensor) -> Order:
    return (~which).long().sort(dim=1, stable=True).indices, which.sum(1, keepdim=True), there


def in_order(lowest: Lowest, orders: list[Order], places: Tensor) -> Jumps:
    """The layouts of some orders of elements, between the list's brackets."""
    index = torch.arange(lowest.start.shape[1], device=places.device)
    (first, cells), starts, lengths = lowest.whole, [], []
    for order, count, there in orders:
        bracket = ((cells > 0) & there).long()
        starts.append(torch.cat([first, lowest.start.gather(1, order), (first + cells - 1).clamp(min=0)], 1))
        lengths.append(torch.cat([bracket, torch.where(index < count, lowest.length.gather(1, order), 0) * bracket, bracket], 1))
    return laid_out(torch.stack(starts, 1), torch.stack(lengths, 1), places)


def filled(lowest: Lowest, begins: Tensor, inside: Tensor, beside: tuple[Tensor, Tensor], places: Tensor) -> Jumps:
    """The layouts of FILLED: at each cell of the list another piece, or the cell itself, or both. `begins` and `inside` bool[B, W] say where occurrences are, `beside` the number above the list,
    int64[B, 1], and whether there is one."""
    at = torch.arange(places.shape[1], device=places.device)
    (first, cells), (number, known) = lowest.whole, beside
    mine = (at >= first) & (at < first + cells)
    only = begins & (begins.cumsum(1) == 1)
    gap = torch.cat([lowest.start, (first + cells - 1).clamp(min=0)], 1).gather(1, torch.minimum(number.clamp(min=0), lowest.count))
    here, it = (at == gap) & known, (lowest.element == number) & (number < lowest.count)
    nowhere = torch.zeros_like(mine)
    is_any = {"above": (lowest.items > 0) & mine, "over": (lowest.items > 1) & mine & known}
    plans = (
        (begins, inside, lowest.over, is_any["above"]), (only, covered(only, lowest.above[1]), lowest.over, is_any["above"]),
        (here, nowhere, lowest.over, is_any["over"]), (here, it, lowest.over, is_any["over"]),
        (at == first + cells - 1, nowhere, lowest.above, is_any["above"]), (at == first + 1, nowhere, lowest.above, is_any["above"]),
    )  # fmt: skip
    return _with_new(plans, places)


def overwritten(lowest: Lowest, named: Named, places: Tensor) -> Jumps:
    """The layout in which the item on top stands in place of the elements from the one on that the second number names, as many as the first says."""
    at = torch.arange(places.shape[1], device=places.device)
    (first, cells), (many, _), (number, known) = lowest.whole, *named
    begin = torch.minimum(number.clamp(min=0), lowest.count)
    gap = torch.cat([lowest.start, (first + cells - 1).clamp(min=0)], 1).gather(1, begin)
    gone = (lowest.element >= begin) & (lowest.element < torch.minimum(begin + many.clamp(min=0), lowest.count))
    mine = (at >= first) & (at < first + cells) & known & (lowest.items > 0)
    return _with_new(((at == gap, gone, lowest.top, mine),), places)


def _with_new(plans: Sequence[tuple[Tensor, Tensor, Piece, Tensor]], places: Tensor) -> Jumps:
    """Layouts of the list's cells (`mine`) and another piece: where that is put in, which cells are gone, the piece, and bool[B, W], which cells are the list's."""
    at = torch.arange(places.shape[1], device=places.device)
    starts, lengths = [], []
    for where, gone, (column, size), mine in plans:
        new = torch.where(where & mine, size, 0)
        old = (mine & ~gone).long()
        starts.append(torch.stack([column.expand_as(new), at.expand_as(new)], 2).flatten(1))
        lengths.append(torch.stack([new, old], 2).flatten(1))
    return laid_out(torch.stack(starts, 1), torch.stack(lengths, 1), places)


def again_and_alone(lowest: Lowest, named: Named, places: Tensor) -> Jumps:
    """The layouts of the list as often as the topmost number says, and of one element without brackets."""
    (first, cells), (number, known) = lowest.whole, named[0]
    inner, often = (cells - 2).clamp(min=0), torch.where(known, number.clamp(0, MOST), 0)
    total = torch.where(known & (cells > 0), 2 + inner * often, 0)
    again = torch.where(places == 0, first, first + 1 + torch.remainder(places - 1, inner.clamp(min=1)))
    again = torch.where(places == total - 1, first + cells - 1, again)
    index = torch.minimum(number.clamp(min=0), (lowest.count - 1).clamp(min=0))
    start, length = lowest.start.gather(1, index), lowest.length.gather(1, index) * known
    there = torch.stack([(places >= 0) & (places < total), (places >= 0) & (places < length)], 1)
    jumps = torch.stack([again, start + places], 1).clamp(0, places.shape[1] - 1)
    return jumps, there, torch.cat([total, length], 1)


def laid_out(starts: Tensor, lengths: Tensor, places: Tensor) -> Jumps:
    """int64[B, J, W] columns, bool[B, J, W] and int64[B, J] totals of pieces one after the other: int64[B, J, K] columns that they begin in, below 0 where nothing stands for them, and their cells."""
    ends = lengths.cumsum(2)
    wanted = places[:, None].expand(-1, starts.shape[1], -1).contiguous()
    piece = torch.searchsorted(ends, wanted, right=True).clamp(max=starts.shape[2] - 1)
    offset = wanted - (ends - lengths).gather(2, piece)
    total = ends[..., -1]
    start = starts.gather(2, piece)
    return (start + offset).clamp(0, places.shape[1] - 1), (wanted >= 0) & (wanted < total[..., None]) & (start >= 0), total


def covered(begins: Tensor, size: Tensor) -> Tensor:
    """bool[B, W]: cells of pieces of `size` int64[B, 1] cells that begin where `begins` says."""
    at = torch.arange(begins.shape[1], device=begins.device)
    last = torch.where(begins, at, -1).cummax(1).values
    return (last >= 0) & (at - last < size)
