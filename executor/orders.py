"""How the elements of a list compare: what sorting, the least so far, filtering and counting point to.

Attention finds the least of some numbers only as far as it has learned to subtract each from each. Here that is done by comparing: of the topmost list (or string) among the arguments
each place of the result is shown, as cells that can be pointed to, the element that would stand there if the list were sorted, either way; the least and the most of all and up to
there; and, for some properties of elements, the element that would stand there if only those with the property were left. Which of them an op means is learned:

    score_ij = content_ij + sum_k choice_k(x_i) [j = jump_k(i)]

How many elements have each property is shown as a place is (`executor/addresses.py`), and so is how far each place of the result is from there; and whether each number is below, equal to, or
above its partner (`executor/phases.py`) and the literal of the op's quotation.

Shapes: B states, W cells of a window, T cells of all windows, N elements, J jumps, P properties.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from embed.codes import CodeTable
from executor.addresses import FEATURES, Addresses
from executor.layout import FIRST_ITEM, Layout
from executor.numbers import literals
from executor.window import Window, partners, result_places

PROPERTIES = ("negative", "positive", "even", "odd", "first", "equal", "other", "less", "more")
"""`first`: no element before is equal; the last four are of numbers beside the number on top of the stack, or else the quotation's literal."""
JUMPS = ("sorted", "sorted down", "least so far", "most so far", "least", "most", *PROPERTIES, "turned", "turned back", "again")
"""The last three: the list turned by the number on top of the stack, or else the literal, either way; and the list over and over."""
SIGNS = 8
"""Below, equal, above: the partner, the literal; whether the partner is the same cell, and whether all of the two top values is."""
DEPTH = 3
"""Items among which the topmost list is looked for."""
SHARP = 4.0
"""How much a jump's score grows with its choice."""
LARGE = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What is known of a batch by comparing."""

    jumps: Tensor
    """int64[B, W, J]: the column of the window that each cell of the result may jump to; 0 where there is none."""
    there: Tensor
    """bool[B, W, J]: where there is one."""
    totals: Tensor
    """int64[B, P]: how many elements have each property."""
    signs: Tensor
    """float32[B, W, SIGNS]."""
    places: Tensor
    """int64[B, W]: the place of each cell in the result."""


@dataclass(frozen=True, slots=True, eq=False)
class Elements:
    """The topmost list of numbers, or string, among the arguments of each state."""

    values: Tensor
    """int64[B, N]: numbers, or code points."""
    valid: Tensor
    """bool[B, N]: where there is an element; nowhere in a list of anything longer than a cell."""
    first: Tensor
    """int64[B, 1]: the column of the window that the first one stands in."""
    numbers: Tensor
    """bool[B, 1]: whether they are numbers."""


class Orders(nn.Module):
    """The comparisons' ways into the network and to the pointer. Both begin at zero, so that a field that gets them goes on as it was."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.into = nn.Linear(2 * len(PROPERTIES) * FEATURES + SIGNS, width, bias=False)
        self.choice = nn.Linear(width, len(JUMPS))
        for layer in (self.into, self.choice):
            nn.init.zeros_(layer.weight)
        nn.init.zeros_(self.choice.bias)

    def compared(
        self, known: tuple[Tensor, Tensor, Tensor], codes: Tensor, table: CodeTable, layout: Layout, window: Window, bodies: Tensor
    ) -> Compared:
        """`codes` are those of the window, `known` what `numbers.values_of` says of them, `bodies` the words of the quotations."""
        values, is_number, is_char = known
        is_number, is_char = is_number & window.seen, is_char & window.seen
        elements = topmost(values, is_number, is_char, layout, window)
        literal, told = literals(bodies, table)
        beside, has_one = _beside(values, is_number, layout, window, literal, told)
        has = torch.stack(_properties(elements, beside, has_one), -1)
        places = result_places(layout, window)
        jumps, there = _jumps(elements, has, torch.where(has_one, beside, 0), has_one, places)
        sequence, offset = window.gather(layout.sequence), window.gather(layout.offset)
        partner, paired = partners(layout, window, sequence, offset)
        both = paired & is_number & is_number.gather(1, partner)
        same = paired & (codes == codes.gather(1, partner)) & (values == values.gather(1, partner))
        top = window.seen & (sequence >= FIRST_ITEM) & (sequence <= FIRST_ITEM + 1)
        alike = (same | ~top).all(1, keepdim=True) & top
        signs = [
            *_signs(values, values.gather(1, partner), both),
            *_signs(values, literal[:, None], is_number & told[:, None]),
            same,
            alike,
        ]
        return Compared(jumps, there, has.sum(1), torch.stack(signs, -1).float(), places)

    def tokens(self, compared: Compared, window: Window, addresses: Addresses) -> Tensor:
        """float32[T, d]: what is added to the tokens that the blocks start from."""
        totals = compared.totals[window.rows]
        places = torch.cat([totals, window.pack(compared.places)[:, None] - totals], 1)
        return self.into(torch.cat([addresses.shown(places).flatten(1), window.pack(compared.signs)], 1))

    def scores(self, x: Tensor, compared: Compared) -> Tensor:
        """float32[B, W, W]: what is added to the pointer's scores, from each cell of the network's output [B, W, d] to each cell of the arguments."""
        return jump_scores(self.choice(x), compared.jumps, compared.there)


def jump_scores(choice: Tensor, jumps: Tensor, there: Tensor) -> Tensor:
    """float32[B, W, W]: the choices float32[B, W, J] of some jumps, int64[B, W, J] columns, as scores of the columns; `there` bool[B, W, J] says which there are."""
    scores = choice.new_zeros(*choice.shape[:2], choice.shape[1])
    return scores.scatter_add(2, jumps, choice * SHARP * there)


def topmost(values: Tensor, is_number: Tensor, is_char: Tensor, layout: Layout, window: Window) -> Elements:
    """The list whose elements are compared: of the first DEPTH items, the topmost one that has brackets."""
    columns = torch.arange(values.shape[1], device=values.device)
    first, size = torch.zeros_like(layout.base)[:, None], torch.zeros_like(layout.base)[:, None]
    for item in reversed(range(FIRST_ITEM, FIRST_ITEM + DEPTH)):
        column = layout.starts[:, item : item + 1] - window.places[:, :1]
        here = (
            (layout.sizes[:, item : item + 1] > 1)
            & window.seen.gather(1, column.clamp(0, values.shape[1] - 1))
            & (column < values.shape[1])
        )
        first, size = torch.where(here, column + 1, first), torch.where(here, layout.sizes[:, item : item + 1], size)
    place = (first + columns).clamp(max=values.shape[1] - 1)
    valid = columns < size - 2
    numbers, chars = is_number.gather(1, place), is_char.gather(1, place)
    all_numbers, all_chars = (numbers | ~valid).all(1, keepdim=True), (chars | ~valid).all(1, keepdim=True)
    return Elements(values.gather(1, place), valid & (all_numbers | all_chars), first, all_numbers)


def _beside(values: Tensor, is_number: Tensor, layout: Layout, window: Window, literal: Tensor, told: Tensor) -> tuple[Tensor, Tensor]:
    """int64[B, 1], the number on top of the stack, or else the literal; and bool[B, 1], whether there is one."""
    top = (layout.base[:, None] - window.places[:, :1]).clamp(0, values.shape[1] - 1)
    on_top = is_number.gather(1, top) & (layout.sizes[:, FIRST_ITEM : FIRST_ITEM + 1] == 1)
    return torch.where(on_top, values.gather(1, top), literal[:, None]), on_top | told[:, None]


def _properties(elements: Elements, beside: Tensor, known: Tensor) -> list[Tensor]:
    """bool[B, N] for each of PROPERTIES."""
    values, numbers = elements.values, elements.valid & elements.numbers
    equal = (values[:, :, None] == values[:, None]) & elements.valid[:, None]
    known = numbers & known
    return [
        numbers & (values < 0), numbers & (values > 0), numbers & (values % 2 == 0), numbers & (values % 2 != 0),
        elements.valid & ~equal.tril(-1).any(2),
        known & (values == beside), known & (values != beside), known & (values < beside), known & (values > beside),
    ]  # fmt: skip


def _jumps(elements: Elements, has: Tensor, number: Tensor, known: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
    """int64[B, W, J] columns and bool[B, W, J]. The result's bracket stands at place 0, its elements from 1 on. `number` int64[B, 1] is what a list is turned by."""
    valid, values = elements.valid, elements.values
    up = values.masked_fill(~valid, LARGE)
    down = (-values).masked_fill(~valid, LARGE)
    rising, falling = up.sort(dim=1, stable=True).indices, down.sort(dim=1, stable=True).indices
    kept = has.long().sort(dim=1, descending=True, stable=True).indices
    count, index = valid.sum(1, keepdim=True), places - 1
    place = index.clamp(min=0)
    within = (index >= 0) & (index < count)
    some = (count > 0).expand_as(index)
    jumps = [one.gather(1, place) for one in (rising, falling, up.cummin(1).indices, down.cummin(1).indices)]
    there = [within] * len(jumps)
    for one in (rising, falling):  # least and most of all, wherever the result is one cell
        jumps.append(one[:, :1].expand_as(index))
        there.append(some)
    for one, kept_of_it in zip(kept.unbind(-1), has.sum(1).split(1, 1), strict=True):
        jumps.append(one.gather(1, place))
        there.append((index >= 0) & (index < kept_of_it))
    for turned, here in ((place + number, known & within), (place - number, known & within), (place, (index >= 0) & some)):
        jumps.append(torch.remainder(turned, count.clamp(min=1)))
        there.append(here)
    where = torch.stack(there, -1)
    return torch.where(where, torch.stack(jumps, -1) + elements.first[..., None], 0), where


def _signs(values: Tensor, others: Tensor, known: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return known & (values < others), known & (values == others), known & (values > others)
