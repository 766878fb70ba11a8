"""What the network is shown of the numbers among the arguments: their phases, turned by one another and summed along lists.

A number's code has its phases, the points (cos, sin) of 2 pi n / p for many periods p (`embed.codes`). The phases of a sum are those of its terms, one turned by
the other,

    exp(i (a + b)) = exp(i a) exp(i b)        exp(i (a - b)) = exp(i a) exp(-i b)

and those of a product are the phases of one factor, turned as often as the other says. What must be learned is which of them an op makes, and not tables for
each period. Each cell of the arguments is shown beside the cell at the same place of the other argument (the one cell, where that is a number), beside itself,
and beside all numbers before it in its list, as a data-dependent rotation carries them along a sequence. The result's cells can point to these products as
they can point to cells; and what else is made must not blur them, so a cell's phases may be products alone, p(x) saying how much so:

    generated = W x + M sum_k choice_k(x) products_k
    end = e + p(x) (a sum_k share_k(x) products_k - phases of e) for the end point e that was made so

With `folded` it is shown more: products along a list, the first number less all others up to here, each number with the literal of the op's quotation (`map [3 +]`), and
the two top numbers each with the cell's place in a result that is a list (`range`). With `divided` quotients, remainders and powers are shown as well, which are no turns of phases but
made of the numbers themselves; and with `exact` so are products, quotients and powers of numbers beyond the table, the product of a whole list, the number that a text spells and those of `range` (`executor/numbers.py`).

Shapes: B states, W cells of a window, T cells of all windows, P periods.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from embed.codes import NUM_PERIODS, CodeTable, angles_of_numbers, read_phases
from embed.vocab import Kind
from executor.layout import FIRST_ITEM, Layout
from executor.numbers import (
    ALONE,
    beside_it,
    digits_at,
    divided,
    elements_at,
    literals,
    multiplied,
    products_along,
    spelled,
    steps_of,
    values_of,
)
from executor.source import Endpoint
from executor.window import Window, partners

KINDS = 8
"""Sum and difference with the partner, twice itself, the list up to here, the whole list; itself as often as the partner says, the partner as often as it
says, itself as often as it says."""
FOLDED = 8
"""The product of the list up to here, the first less the others up to here; sum, difference both ways, and product with the quotation's literal; the top number and
the one below it, each with the place in the result."""
DIVIDED = 8
"""The partner by itself, itself by the partner, itself by the quotation's literal, each as quotient and as remainder, rounded down; itself to the power of the partner, and the other way."""
EXACTS = 3
"""The product of the whole list, the number that the text spells, the third number and as many times the second as the place in the result says. After these come the numbers found
(`executor/pieces.py`), and those that `numbers.ALONE` counts: what words make of one number, such as `*3`, and its digits."""
RARE = -4.0
"""Logit of the share of each of these in a new field, where the others have 0: what a field did without them it still does."""
PURE_AT_FIRST = -5.0
"""Logit of how pure cells are in a new field: hardly."""
LOG_SIZE = 0.4
"""Logarithm of the length of each phase in the vectors of numbers beyond the table, while nothing is learned."""


class Phases(nn.Module):
    """The products' ways into the network and out of it. Both begin at zero, so that a field that gets them goes on as it was."""

    def __init__(
        self,
        width: int,
        table: CodeTable,
        *,
        pure: bool = False,
        folded: bool = False,
        divided: bool = False,
        exact: bool = False,
        found: int = 0,
    ) -> None:
        super().__init__()
        self.folded, self.divided, self.exact, self.found = folded, divided, exact, found
        kinds = KINDS + FOLDED * folded + DIVIDED * divided + (EXACTS + ALONE) * exact + found
        self.into = nn.Linear(2 * kinds * NUM_PERIODS, width, bias=False)
        self.choice = nn.Linear(width, kinds)
        self.made = nn.Linear(2 * NUM_PERIODS, table.width, bias=False)
        for layer in (self.into, self.choice):
            nn.init.zeros_(layer.weight)
        nn.init.zeros_(self.choice.bias)
        with torch.no_grad():
            self.made.weight.copy_(2 * table.phase_directions().T)
        if pure:
            self.share, self.pure, self.log_size = (
                nn.Linear(width, kinds),
                nn.Linear(width, 1),
                nn.Parameter(torch.full((NUM_PERIODS,), LOG_SIZE)),
            )
            for layer in (self.share, self.pure):
                nn.init.zeros_(layer.weight)
                nn.init.zeros_(layer.bias)
            nn.init.constant_(self.pure.bias, PURE_AT_FIRST)
            nn.init.constant_(self.share.bias[KINDS:], RARE)

    def shown(
        self,
        z0: Tensor,
        codes: Tensor,
        table: CodeTable,
        layout: Layout,
        window: Window,
        bodies: Tensor,
        found: Sequence[tuple[Tensor, Tensor]] = (),
    ) -> Tensor:
        """float32[T, kinds, 2 P]: the products of each cell of use. `z0` and `codes` are those of the window, `bodies` the words of the quotations, `found` other numbers
        int64[B, W] and where there are any, as many as the module was made for (`executor/pieces.py`)."""
        block = table.vocab.blocks[Kind.INT]
        counted = window.seen & (codes >= block.first) & (codes < block.first + block.count)
        is_number = counted | window.seen & (codes == table.vocab.code(Kind.BEYOND_INT))
        some = angles_of(z0[is_number], codes[is_number], table)
        angles = some.new_zeros(*codes.shape, NUM_PERIODS).masked_scatter(is_number[..., None], some)
        sequence, offset = window.gather(layout.sequence), window.gather(layout.offset)
        partner, paired = partners(layout, window, sequence, offset)
        paired = paired & is_number & is_number.gather(1, partner)
        other = angles.gather(1, partner[..., None].expand_as(angles))
        before = angles.cumsum(1)
        first = (torch.arange(z0.shape[1], device=z0.device) - offset).clamp(min=0)
        along = before - (before - angles).gather(1, first[..., None].expand_as(angles))
        last = (first + layout.sizes.gather(1, sequence) - 1).clamp(max=z0.shape[1] - 1)
        whole = along.gather(1, last[..., None].expand_as(angles))
        # How often is a number of the table: its angles, so many times, are exact enough, and larger ones' would not be.
        counts = torch.where(counted, codes - block.first - table.vocab.int_range, 0)
        often, others = counts[..., None], counts.gather(1, partner)[..., None]
        turned = [angles + other, other - angles, 2 * angles, along, whole, others * angles, often * other, often * angles]
        both = paired & counted & counted.gather(1, partner)
        there = [paired, paired, is_number, window.seen, window.seen, both, both, counted]
        values, is_char, in_table = counts, torch.zeros_like(counted), counted
        if self.exact:
            # Then larger numbers are counted, too, and what is made of them is made of the numbers.
            values, _, is_char = values_of(z0, codes, table)
            is_char = is_char & window.seen
            counts, counted = torch.where(is_number, values, 0), is_number
            both, beside = paired, counts.gather(1, partner)
            for kind, one, of_table in (
                (5, beside, in_table & in_table.gather(1, partner)),
                (6, beside, in_table & in_table.gather(1, partner)),
                (7, counts, in_table),
            ):
                turned[kind], there[kind] = multiplied(counts, one, turned[kind], of_table, both if kind < 7 else counted)
        literal = literals(bodies, table)
        product, right = products_along(counts, counted, offset)
        if self.folded:
            more, of_use = [], []
            for part, where in (
                _along_lists(angles, along, product, right & counted, counted, offset, first),
                _with_literal(angles, counts, is_number, in_table, literal, exact=self.exact),
                _with_places(angles, is_number, layout, window),
            ):
                more += part
                of_use += where
            turned, there = turned + more, there + of_use
        if self.divided:
            more, of_use = divided(counts, counts.gather(1, partner), both, counted, literal)
            turned, there = turned + more, there + of_use
        if self.exact:
            last_number = (last - 1).clamp(min=0)
            listed = window.seen & (layout.sizes.gather(1, sequence) > 1)
            made = [
                (product.gather(1, last_number), right.gather(1, last_number) & listed),
                spelled(values, is_char, layout, window),
                steps_of(counts, counted, layout, window)[:2],
                *found,
                *beside_it(counts, counted),
                *digits_at(counts, counted, layout, window),
            ]
            turned += [angles_of_numbers(number.double()).to(angles.dtype) for number, _ in made]
            there += [where for _, where in made]
        turned, there = window.pack(torch.stack(turned, -2)), window.pack(torch.stack(there, -1))
        return torch.cat([turned.cos(), turned.sin()], -1) * there[..., None]

    def tokens(self, shown: Tensor) -> Tensor:
        """float32[T, d]: what is added to the tokens that the blocks start from."""
        return self.into(shown.flatten(1))

    def generated(self, x: Tensor, shown: Tensor) -> Tensor:
        """float32[T, D]: what is added to generated cells, the products that the network's output float32[T, d] chooses."""
        return self.made(torch.einsum("tk,tkp->tp", self.choice(x), shown))

    def correction(self, x: Tensor, shown: Tensor, ahead: Tensor, table: CodeTable) -> Tensor:
        """float32[T, D]: what makes the phases of the end points float32[T, D] products, as far as the network's output float32[T, d] says that they are."""
        directions = table.phase_directions()
        wanted = torch.einsum("tk,tkp->tp", torch.softmax(self.share(x), -1), shown) * self.log_size.exp().repeat(2)
        return torch.sigmoid(self.pure(x)) * ((wanted - ahead @ directions.T) @ directions)


def nearest_shown(end: Endpoint, where: Tensor, cells: Tensor, table: CodeTable) -> tuple[Tensor, Tensor]:
    """int64[G], of the numbers that the network was shown at cells of its result the one whose phases are nearest to theirs, and bool[G], whether there is one. `where` bool[B, L] marks
    the cells, which are float32[G, D]."""
    assert end.shown is not None
    rows, columns = where.nonzero(as_tuple=True)
    inside = columns - end.window.places[rows, 0]
    known = (inside >= 0) & (inside < end.window.places.shape[1])
    token = end.window.packed[rows, inside.clamp(0, end.window.places.shape[1] - 1)]
    known = known & (token < len(end.shown))
    shown = end.shown[token.clamp(max=len(end.shown) - 1)]
    cosine, sine = table.phases(cells)
    size = torch.hypot(cosine, sine).clamp(min=1e-6)
    likeness = torch.einsum("gkp,gp->gk", shown, torch.cat([cosine / size, sine / size], -1))
    there = shown.square().sum(-1) > 0
    best = likeness.masked_fill(~there, -torch.inf).argmax(-1)
    found = shown[torch.arange(len(best), device=best.device), best]
    return read_phases(found[:, :NUM_PERIODS], found[:, NUM_PERIODS:]), known & there.any(-1)


def _along_lists(
    angles: Tensor, along: Tensor, product: Tensor, right_product: Tensor, counted: Tensor, offset: Tensor, first: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    """Angles float32[B, W, P] of the products of lists up to each cell, and of the first number less the others; and where there are any, bool[B, W]."""
    number = (first + (offset > 0).long()).clamp(max=offset.shape[1] - 1)
    head = angles.gather(1, number[..., None].expand_as(angles))
    listed = offset > 0
    return [angles_of_numbers(product.where(right_product, 0)).to(angles.dtype), 2 * head - along], [
        right_product & listed,
        counted & listed,
    ]


def _with_literal(
    angles: Tensor, counts: Tensor, is_number: Tensor, in_table: Tensor, literal: tuple[Tensor, Tensor], *, exact: bool
) -> tuple[list[Tensor], list[Tensor]]:
    """The same of numbers with the literal of their op's quotation, int64[B] and bool[B], whether there is one."""
    number, there = literal[0][:, None], literal[1][:, None]
    other = angles_of_numbers(number.double()).to(angles.dtype)
    product, has_product = number[..., None] * angles, in_table & there
    if exact:
        product, has_product = multiplied(counts, number.expand_as(counts), product, in_table, is_number & there)
    return [angles + other, angles - other, other - angles, product], [is_number & there, is_number & there, is_number & there, has_product]


def _with_places(angles: Tensor, is_number: Tensor, layout: Layout, window: Window) -> tuple[list[Tensor], list[Tensor]]:
    """The same of the two top numbers with the place in the result of each cell of the window: 0 behind the bracket that the result begins with."""
    elements = elements_at(layout, window)
    place = angles_of_numbers(elements.double()).to(angles.dtype)
    turned, there = [], []
    for item in (FIRST_ITEM, FIRST_ITEM + 1):
        column = (layout.starts[:, item : item + 1] - window.places[:, :1]).clamp(0, angles.shape[1] - 1)
        here = (layout.sizes[:, item : item + 1] == 1) & is_number.gather(1, column)
        turned.append(angles.gather(1, column[..., None].expand(-1, -1, angles.shape[-1])) + place)
        there.append(here & (elements >= 0))
    return turned, there


def angles_of(z: Tensor, codes: Tensor, table: CodeTable) -> Tensor:
    """float32[N, P]: the angles of vectors float32[N, D] in each period, where what is not made of features is that of int64[N] codes: exact at a code's own
    vector, differentiable everywhere."""
    cosine, sine = table.phases(z.float() - table.residues(codes))
    # No angle is asked of what has none: its gradient would not be a number.
    safe = cosine.square() + sine.square() > 1e-6
    return torch.atan2(torch.where(safe, sine, 0.0), torch.where(safe, cosine, 1.0))
