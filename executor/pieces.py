"""The elements of a list and the occurrences of a text, as pieces of several cells: what lists of lists and replacing are made of.

`executor/orders.py` compares elements of one cell. Here an element may be a list or a text itself: a result that is put together of pieces of the arguments is laid out piece by piece, and each of its places
is shown, as a cell that can be pointed to, the cell that would stand there if the list were sorted, reversed, turned, without repetitions, and so on; or if the item above it were put in somewhere, or
replaced by the item above that. Which of these layouts an op means, if any, is learned:

    score_ij = content_ij + sum_k choice_k(x_i) [j = jump_k(i)]

The list (or text) is the lowest one among the arguments. Shown as places are (`executor/addresses.py`): where in it the elements begin that the two topmost numbers name, and each place of the result
beside these; and how far it is from the end of each layout.

Shapes: B states, W cells of a window, T cells of all windows, N elements, K pieces, J layouts.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from embed.vocab import Kind, Vocabulary
from executor.addresses import FEATURES, Addresses
from executor.addresses import Elements as Begun
from executor.layout import Layout
from executor.layouts import (
    CHARACTERS,
    DEPTH,
    JUMPS,
    LEAST,
    ORDERS,
    Lowest,
    again_and_alone,
    compared,
    edges,
    equal_to_above,
    filled,
    in_order,
    lowest_list,
    orders_of,
    overwritten,
    sliced,
)
from executor.nested import bracketed, counted, kept, unbracketed
from executor.numbers import LIMITS, Named, named_by, steps_of, too_large
from executor.occurrences import found_numbers, occurrences
from executor.orders import SHARP, jump_scores
from executor.window import Window, result_places

SHIFTS = 12
"""Places in the result beside the elements named; see `_shifted`."""
SIGNS = 6 + LIMITS
"""Whether a cell stands in an occurrence, or begins one; whether its element is equal to the item above, or had an equal before; whether `range` has a number here, and goes on; what is too large (`numbers.too_large`)."""
FOUND = 4
"""Numbers: where the item above begins in the list first, and last, -1 where nowhere, how often it does; and the number of the element that is equal to it, the first one at the first place, and so on."""


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """What is known of a batch's pieces."""

    jumps: Tensor
    """int64[B, W, J]: the column of the window that each cell of the result may jump to; 0 where there is none."""
    there: Tensor
    """bool[B, W, J]: where there is one."""
    totals: Tensor
    """int64[B, J]: the cells of each layout."""
    shifts: Tensor
    """int64[B, W, SHIFTS]."""
    signs: Tensor
    """float32[B, W, SIGNS]."""
    places: Tensor
    """int64[B, W]: the place of each cell in the result."""
    found: list[tuple[Tensor, Tensor]]
    """FOUND numbers int64[B, W], and where there are any, bool[B, W]."""


class Pieces(nn.Module):
    """The pieces' ways into the network and to the pointer. Both begin at zero, so that a field that gets them goes on as it was."""

    def __init__(self, width: int, op_width: int, vocab: Vocabulary) -> None:
        super().__init__()
        self.vocab = vocab
        self.into = nn.Linear((SHIFTS + len(JUMPS)) * FEATURES + SIGNS, width, bias=False)
        self.choice = nn.Linear(width, len(JUMPS))
        self.ends = nn.Linear(op_width, len(JUMPS), bias=False)
        for layer in (self.into, self.choice, self.ends):
            nn.init.zeros_(layer.weight)
        nn.init.zeros_(self.choice.bias)

    def laid(self, codes: Tensor, known: tuple[Tensor, Tensor, Tensor], begun: Begun, layout: Layout, window: Window) -> Laid:
        """`codes` are those of the window, `known` what `numbers.values_of` says of them, `begun` the elements of the states."""
        values, is_number, is_char = known
        is_number = is_number & window.seen
        # Numbers and characters by what they are, all else by its code: equal where cells are, and in the order of the values of each type.
        keys = torch.where(is_number, values, torch.where(is_char, values + CHARACTERS, codes + 2**40))
        keys = torch.where(codes == self.vocab.code(Kind.CLOSE), LEAST, keys)
        lowest = lowest_list(codes, begun, layout, window)
        named = named_by(values, is_number, layout, window, DEPTH)
        sign, equal = compared(lowest, keys), equal_to_above(lowest, keys)
        index = torch.arange(sign.shape[1], device=codes.device)
        repeated = ((sign == 0) & (index[:, None] > index)).any(2) & (lowest.length > 0)
        places = result_places(layout, window)
        begins, inside, everywhere = occurrences(lowest, keys)
        beside = is_number.gather(1, lowest.above[0]) & lowest.single
        orders = orders_of(lowest, sign, equal, repeated, named)
        parts = [
            in_order(lowest, orders, places),
            filled(lowest, begins, inside, (values.gather(1, lowest.above[0]), beside), places),
            again_and_alone(lowest, named, places),
            in_order(lowest, sliced(lowest, named), places),
            overwritten(lowest, named, places),
            in_order(lowest, edges(lowest, named), places),
            unbracketed(lowest, places),
            bracketed(lowest, sign, keys, begins, inside, places),
            kept(lowest, keys, everywhere, places),
            counted(values, is_number, layout, window, places),
        ]
        jumps, there, totals = (torch.cat(each, 1) for each in zip(*parts, strict=True))
        jumps, there = jumps.mT, there.mT
        here = lowest.element < sign.shape[1]
        element = lowest.element.clamp(max=sign.shape[1] - 1)
        _, going, goes_on = steps_of(values, is_number, layout, window)
        signs = [inside, begins, here & equal.gather(1, element), here & repeated.gather(1, element), going, goes_on]
        signs += too_large(values, is_number, layout, window)
        found = found_numbers(lowest, begins, everywhere, orders[ORDERS.index("equal")], places)
        shifts, shown = _shifted(lowest, named, places), torch.stack(signs, -1).float()
        return Laid(torch.where(there, jumps, 0), there, totals, shifts, shown, places, found)

    def tokens(self, laid: Laid, window: Window, addresses: Addresses) -> Tensor:
        """float32[T, d]: what is added to the tokens that the blocks start from."""
        ends = window.pack(laid.places)[:, None] - laid.totals[window.rows]
        places = torch.cat([window.pack(laid.shifts), ends], 1)
        return self.into(torch.cat([addresses.shown(places).flatten(1), window.pack(laid.signs)], 1))

    def scores(self, x: Tensor, laid: Laid) -> Tensor:
        """float32[B, W, W]: what is added to the pointer's scores, from each cell of the network's output [B, W, d] to each cell of the arguments."""
        return jump_scores(self.choice(x), laid.jumps, laid.there)

    def stops(self, op: Tensor, laid: Laid) -> Tensor:
        """float32[B, M, W - 1]: what is added to the scores that say where the results of ops with vectors float32[B, M, op_width] end: at a layout's end, and not before it."""
        beyond = laid.places[:, 1:, None] - laid.totals[:, None]
        where = (beyond == 0).to(op.dtype) - (beyond < 0).to(op.dtype)
        return torch.einsum("bmj,bpj->bmp", self.ends(op) * SHARP * (laid.totals[:, None] > 0), where)


def _shifted(lowest: Lowest, named: Named, places: Tensor) -> Tensor:
    """int64[B, W, SHIFTS]: places beside the elements that the two topmost numbers name, and the size of the item that may be put in."""
    (first, cells), size = lowest.whole, lowest.over[1]
    end = (first + cells - 1).clamp(min=0)
    starts, lengths = torch.cat([lowest.start, end], 1), torch.cat([lowest.length, torch.zeros_like(end)], 1)
    (one, its), (two, others) = (
        (starts.gather(1, index) - first, lengths.gather(1, index))
        for index in (torch.minimum(number.clamp(min=0), lowest.count) for number, _ in named)
    )
    shifts = (
        places - one, places - one - its, places + its, places - its, one, two, places - two, places - two - others,
        places + one - 1, places + two - 1, places - size, places - one - size,
    )  # fmt: skip
    return torch.stack([each.expand_as(places) for each in shifts], -1)
