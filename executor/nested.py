"""Layouts made cell by cell: elements that lose their brackets, pieces of a list that get brackets of their own, parts that are kept, and sizes alone (NESTED, KEPT and COUNTED of `executor/layouts.py`).

A result may begin with a bracket of a kind that no argument has, as that of a list of lists does that is made of a list. No layout leads there, and the cell is made and not pointed to; all that follow are led to.

Shapes: as in `executor/layouts.py`.
"""

import torch
from torch import Tensor

from executor.layout import Layout
from executor.layouts import CHARACTERS, Jumps, Lowest, laid_out
from executor.numbers import count_digits, named_by, steps_of
from executor.window import Window

NOWHERE = -1
"""The column of a cell that nothing stands for."""
SPACES = (*range(9, 14), *range(28, 33))
"""Code points of white space below 128."""


def unbracketed(lowest: Lowest, places: Tensor) -> Jumps:
    """`joined`, `flattened` and `paired`."""
    (first, cells), (column, size), index = lowest.whole, lowest.separator, torch.arange(lowest.start.shape[1], device=places.device)
    valid, end = index < lowest.count, (first + cells - 1).clamp(min=0)
    # What stands in a list's elements: they all have brackets or none has.
    nested = ((lowest.length > 1) | ~valid).all(1, keepdim=True) & (cells > 0)
    inside, inner = torch.where(nested, lowest.start + 1, 0), torch.where(nested & valid, lowest.length - 2, 0)
    joins = nested & (size > 1)
    between = torch.where((index < lowest.count - 1) & joins, (size - 2).clamp(min=0), 0)
    joined = _around(
        column, torch.stack([inside, (column + 1).expand_as(inside)], 2).flatten(1), column + size - 1,
        torch.stack([inner * joins, between], 2).flatten(1), joins,
    )  # fmt: skip
    opening = torch.where(lowest.count > 0, lowest.start[:, :1], NOWHERE)
    flattened = _around(opening, inside, end, inner, nested)
    # The other list has its brackets off where it is of the same kind as this one, and so it is of cells.
    beside, many = lowest.above
    pairs = (cells > 0) & (lowest.items > 0) & (lowest.length <= 1).all(1, keepdim=True) & (size > 1) & (many == size - 2)
    paired = valid & (index < many) & pairs
    each = torch.stack([first.expand_as(inside), lowest.start, (beside + index), end.expand_as(inside)], 2).flatten(1)
    couples = _around(torch.full_like(first, NOWHERE), each, end, paired.long().repeat_interleave(4, 1), pairs)
    return _together([joined, flattened, couples], places)


def bracketed(lowest: Lowest, sign: Tensor, keys: Tensor, begins: Tensor, inside: Tensor, places: Tensor) -> Jumps:
    """`grouped`, `split` and `words`. `sign` is what `compared` says, `begins` and `inside` bool[B, W] where occurrences are."""
    at = torch.arange(places.shape[1], device=places.device)
    (first, cells), element = lowest.whole, lowest.element
    mine = (at > first) & (at < first + cells - 1)
    is_list, flat = cells > 0, (lowest.length <= 1).all(1, keepdim=True)
    before = torch.nn.functional.pad(sign.diagonal(-1, 1, 2), (1, 1))  # beside the one before; nothing is before the first
    differs = mine & ((element == 0) | (before.gather(1, element) != 0))
    word = mine & ~_is_white(keys)
    follows = torch.nn.functional.pad(word[:, :-1], (1, 0))
    opening = at == first
    above = lowest.items > 0
    return _together(
        [
            _in_brackets(lowest, differs & flat, mine, is_list & flat),
            _in_brackets(lowest, (opening | begins) & above & is_list, mine & ~inside, is_list & above & flat),
            _in_brackets(lowest, word & ~follows, word, is_list & flat),
        ],
        places,
    )


def kept(lowest: Lowest, keys: Tensor, everywhere: Tensor, places: Tensor) -> Jumps:
    """Those of KEPT. `everywhere` bool[B, W] says where the item above begins."""
    at = torch.arange(places.shape[1], device=places.device)
    (first, cells), size = lowest.whole, lowest.above[1]
    mine, found = (at > first) & (at < first + cells - 1), everywhere.any(1, keepdim=True)
    end = (first + cells - 1).clamp(min=0)
    first_begin = torch.where(found, everywhere.long().argmax(1, keepdim=True), end)
    last_begin = torch.where(found, torch.where(everywhere, at, 0).amax(1, keepdim=True), end)
    dark = mine & ~_is_white(keys)
    seen, rest = dark.cumsum(1) > 0, dark.flip(1).cumsum(1).flip(1) > 0
    space = mine & (keys == CHARACTERS + ord(" "))
    follows = torch.nn.functional.pad(space[:, :-1], (1, 0))
    bracket, is_list, above = (at == first) | (at == end), cells > 0, lowest.items > 0
    layouts = []
    for which, there in (
        (at < first_begin, above), (at >= first_begin + size, above), (at < last_begin, above), (at >= last_begin + size, above),
        (seen & rest, is_list), (~(space & follows), is_list),
    ):  # fmt: skip
        layouts.append((at.expand_as(places), ((mine & which | bracket) & is_list & there).long()))
    return _together(layouts, places)


def _is_white(keys: Tensor) -> Tensor:
    return torch.stack([keys == CHARACTERS + space for space in SPACES]).any(0)


def counted(values: Tensor, is_number: Tensor, layout: Layout, window: Window, places: Tensor) -> Jumps:
    """Those of COUNTED."""
    _, there, going = steps_of(values, is_number, layout, window)
    ((number, known),) = named_by(values, is_number, layout, window, 1)[:1]
    digits = torch.where(known, 2 + count_digits(number), 0)
    totals = [torch.where(there.any(1, keepdim=True), 2 + going.sum(1, keepdim=True), 0), digits, digits + ((number < 0) & known).long()]
    nothing = torch.zeros_like(places)[:, None].expand(-1, len(totals), -1)
    return nothing, nothing.bool(), torch.cat(totals, 1)


def _in_brackets(lowest: Lowest, opens: Tensor, kept: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """int64[B, K] twice: the pieces of a list of lists or texts, each of which begins where `opens` bool[B, W] says; `kept` bool[B, W] are the cells that stand in them."""
    at = torch.arange(opens.shape[1], device=opens.device)
    (first, cells), opens = lowest.whole, opens & there
    end = (first + cells - 1).clamp(min=0)
    closes = opens & (opens.cumsum(1) > 1)
    lengths = torch.stack([closes, opens, kept & there & (opens.cumsum(1) > 0)], 2).flatten(1).long()
    starts = torch.stack([end.expand_as(opens), first.expand_as(opens), at.expand_as(opens)], 2).flatten(1)
    last = opens.any(1, keepdim=True).long()
    return _around(torch.full_like(first, NOWHERE), torch.cat([starts, end], 1), end, torch.cat([lengths, last], 1), there)


def _around(opening: Tensor, starts: Tensor, closing: Tensor, lengths: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """int64[B, K] twice: pieces with one cell before and one behind them, where there is such a layout."""
    one = there.long()
    return torch.cat([opening, starts, closing], 1), torch.cat([one, lengths * one, one], 1)


def _together(layouts: list[tuple[Tensor, Tensor]], places: Tensor) -> Jumps:
    most = max(starts.shape[1] for starts, _ in layouts)
    padded = [[torch.nn.functional.pad(each, (0, most - each.shape[1])) for each in layout] for layout in layouts]
    return laid_out(torch.stack([starts for starts, _ in padded], 1), torch.stack([lengths for _, lengths in padded], 1), places)
