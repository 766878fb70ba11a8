"""The numbers among the arguments, and numbers that are made of them: whole, and exact up to 2^53, where no turning of phases makes them or would be exact enough.

Shapes: B states, W cells of a window, T cells of all windows, P periods.
"""

from math import log2

import torch
from torch import Tensor

from dsl.values import DEFAULT
from embed.codes import CodeTable, angles_of_numbers
from embed.vocab import Kind
from executor.layout import FIRST_ITEM, Layout
from executor.window import Window, partners, result_places

EXACT = 2.0**53
"""Numbers beyond this are not shown."""
LONGEST = 11
"""Characters of a text that may spell a number."""
LIMITS = 6
"""Of what is made of two numbers, or of a list's up to here, the kinds that may be too large: products, sums, squares, powers, products and sums along lists."""
MULTIPLES = (2, 3, 4)
"""Factors that words have built in, such as `*3` and `map/4`."""
ALONE = 2 + 2 * len(MULTIPLES) + 2 + 2
"""Numbers that are made of one: `beside_it` and `digits_at`."""
UNSPELLED = -1
"""What a text that spells none is read as, as the language has it."""

Named = list[tuple[Tensor, Tensor]]
"""The two topmost numbers, int64[B, 1], and whether there are so many, bool[B, 1]."""


def values_of(z0: Tensor, codes: Tensor, table: CodeTable) -> tuple[Tensor, Tensor, Tensor]:
    """int64[B, W] numbers or code points of cells, 0 for others; and bool[B, W] twice, which cells are numbers, and which are characters."""
    ints, chars = table.vocab.blocks[Kind.INT], table.vocab.blocks[Kind.CHAR]
    beyond_int, beyond_char = codes == table.vocab.code(Kind.BEYOND_INT), codes == table.vocab.code(Kind.BEYOND_CHAR)
    in_ints = (codes >= ints.first) & (codes < ints.first + ints.count)
    in_chars = (codes >= chars.first) & (codes < chars.first + chars.count)
    values = torch.where(in_ints, codes - ints.first - table.vocab.int_range, torch.where(in_chars, codes - chars.first, 0))
    beyond = beyond_int | beyond_char
    if bool(beyond.any()):
        values = values.masked_scatter(beyond, table.read_numbers(z0[beyond].float()))
    return values, in_ints | beyond_int, in_chars | beyond_char


def literals(bodies: Tensor, table: CodeTable) -> tuple[Tensor, Tensor]:
    """The first Int that stands in the quotations int64[B, 2, W] of each state and has a code, int64[B], and whether there is one, bool[B]."""
    block, tokens = table.vocab.blocks[Kind.INT], bodies.flatten(1) - len(table.vocab.body_words)
    is_int = (tokens >= block.first) & (tokens < block.first + block.count)
    place = is_int.long().argmax(1, keepdim=True)
    number = tokens.gather(1, place)[:, 0] - block.first - table.vocab.int_range
    there = is_int.any(1)
    return torch.where(there, number, 0), there


def products_along(counts: Tensor, counted: Tensor, offset: Tensor) -> tuple[Tensor, Tensor]:
    """float64[B, W], the product of each sequence up to each cell, its bracket counting as one; and bool[B, W], where all before are numbers, and it is exact."""
    begins = offset == 0
    product, wrong = torch.where(counted, counts, 1).double(), ~(begins | counted)
    for far in _doublings(counts.shape[1]):
        within = offset[:, far:] >= far
        product = torch.cat([product[:, :far], torch.where(within, product[:, far:] * product[:, :-far], product[:, far:])], 1)
    # A product of too many is no number any more, and stays wrong for all that follow in the sequence, where a zero might hide it.
    wrong = wrong | ~(product.abs() < EXACT)
    for far in _doublings(counts.shape[1]):
        wrong = torch.cat([wrong[:, :far], wrong[:, far:] | wrong[:, :-far] & (offset[:, far:] >= far)], 1)
    return torch.where(wrong, 0.0, product), ~wrong


def _doublings(length: int) -> list[int]:
    """1, 2, 4, ... below a length: how far back each round of a scan looks."""
    return [1 << power for power in range(max(0, length - 1).bit_length())]


def divided(
    counts: Tensor, others: Tensor, both: Tensor, counted: Tensor, literal: tuple[Tensor, Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    """Angles float32[B, W, P] of quotients, remainders and powers of numbers int64[B, W] and their partners; and where there are any, bool[B, W]."""
    number, told = literal[0][:, None].expand_as(counts), literal[1][:, None] & counted
    numbers, where = list[Tensor](), list[Tensor]()
    for above, below, there in ((others, counts, both), (counts, others, both), (counts, number, told)):
        fine = there & (below != 0)
        safe = torch.where(fine, below, 1)
        numbers += [torch.div(above, safe, rounding_mode="floor"), torch.remainder(above, safe)]
        where += [fine, fine]
    for base, exponent in ((counts, others), (others, counts)):
        power = base.double() ** exponent.clamp(min=0).double()
        fine = both & (exponent >= 0) & (power.abs() < EXACT)
        numbers.append(power.where(fine, 0))
        where.append(fine)
    return [angles_of_numbers(one.double()).float() for one in numbers], where


def multiplied(one: Tensor, other: Tensor, turned: Tensor, counted: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """Angles float32[B, W, P] of the products of numbers int64[B, W], and where there are any, bool[B, W]. `turned` has them where both are of the table (`counted`), and
    passes gradients there; elsewhere they are made of the numbers."""
    product = one.double() * other.double()
    there = there & (product.abs() < EXACT)
    return torch.where(counted[..., None], turned, angles_of_numbers(product.where(there, 0)).to(turned.dtype)), there


def scalar(item: int, values: Tensor, is_number: Tensor, layout: Layout, window: Window) -> tuple[Tensor, Tensor]:
    """int64[B, 1], the number that an item is, counted from the top, from 0; and bool[B, 1], whether it is one."""
    item += FIRST_ITEM
    column = layout.starts[:, item : item + 1] - window.places[:, :1]
    safe = column.clamp(0, values.shape[1] - 1)
    there = (column < values.shape[1]) & (layout.sizes[:, item : item + 1] == 1) & is_number.gather(1, safe)
    return torch.where(there, values.gather(1, safe), 0), there


def named_by(values: Tensor, is_number: Tensor, layout: Layout, window: Window, items: int) -> Named:
    """The two topmost numbers among so many items."""
    numbers, there = (
        torch.cat(each, 1) for each in zip(*(scalar(item, values, is_number, layout, window) for item in range(items)), strict=True)
    )
    found = []
    for rank in (1, 2):
        this = there & (there.cumsum(1) == rank)
        found.append(((numbers * this).sum(1, keepdim=True), this.any(1, keepdim=True)))
    return found


def beside_it(values: Tensor, is_number: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Numbers int64[B, W] that words make of each number alone, and where there are any, bool[B, W]: the next and the one before, and MULTIPLES times and by it, rounded down; it with the other
    sign, and without one."""
    made = [values + 1, values - 1]
    made += [values * factor for factor in MULTIPLES] + [torch.div(values, factor, rounding_mode="floor") for factor in MULTIPLES]
    made += [-values, values.abs()]
    return [(torch.where(is_number, number, 0), is_number) for number in made]


def count_digits(number: Tensor) -> Tensor:
    """int64[...]: how many decimal digits numbers have."""
    powers = 10 ** torch.arange(1, 19, device=number.device)
    return 1 + (number.abs()[..., None] >= powers).sum(-1)


def digits_at(values: Tensor, is_number: Tensor, layout: Layout, window: Window) -> list[tuple[Tensor, Tensor]]:
    """int64[B, W], the decimal digit of the topmost number at the place in the result, the most significant first, and where there is one, bool[B, W]: where the result begins with a digit,
    and where it begins with a sign."""
    (number, there), place = named_by(values, is_number, layout, window, 1)[0], elements_at(layout, window)
    size, digits = number.abs(), count_digits(number)
    found = []
    for shift in (0, 1):
        exponent = digits - 1 - (place - shift)
        here = there & (exponent >= 0) & (exponent < digits)
        digit = torch.div(size, 10 ** exponent.clamp(0, 18), rounding_mode="floor") % 10
        found.append((torch.where(here, digit, 0), here))
    return found


def too_large(values: Tensor, is_number: Tensor, layout: Layout, window: Window) -> list[Tensor]:
    """LIMITS tensors bool[B, W]: whether the number of each cell and its partner's make one that no Int can be, or the numbers of its list up to there do: what gets stuck."""
    sequence, offset = window.gather(layout.sequence), window.gather(layout.offset)
    number = torch.where(is_number & window.seen, values, 0).double()
    partner, paired = partners(layout, window, sequence, offset)
    other = torch.where(paired, number.gather(1, partner), 0)
    exponent = other.clamp(min=0)
    size = torch.where(offset > 0, number.abs().clamp(min=1).log2(), 0)
    before = size.cumsum(1)
    first = (torch.arange(values.shape[1], device=values.device) - offset).clamp(min=0)
    listed = before - (before - size).gather(1, first)
    nothing = ((number == 0) & is_number & (offset > 0)).cumsum(1)
    nothing = (nothing - nothing.gather(1, first)) > 0
    sums = number.cumsum(1)
    summed = sums - (sums - number).gather(1, first)
    highest = log2(DEFAULT.int_max + 0.5)  # the next number is too large
    return [
        *(each.abs() > DEFAULT.int_max for each in (number * other, number.abs() + other.abs(), number.square())),
        (number.abs() > 1) & (exponent * number.abs().clamp(min=1).log2() > highest),
        (listed > highest) & ~nothing,
        summed.abs() > DEFAULT.int_max,
    ]


def elements_at(layout: Layout, window: Window) -> Tensor:
    """int64[B, W]: which element of a result that is a list each cell of the window is, where elements are single cells; below 0 before the first."""
    return result_places(layout, window) - 1


def steps_of(values: Tensor, is_number: Tensor, layout: Layout, window: Window) -> tuple[Tensor, Tensor, Tensor]:
    """int64[B, W], the third item and as many times the second as the place in a result that is a list says; bool[B, W], where there is one; and bool[B, W], where
    it is not yet at the first item: the numbers of `range`."""
    (end, ends), (step, steps), (start, starts) = (scalar(item, values, is_number, layout, window) for item in range(3))
    place = elements_at(layout, window)
    number, there = start + place * step, ends & steps & starts & (place >= 0)
    return torch.where(there, number, 0), there, there & torch.where(step > 0, number < end, number > end)


def spelled(values: Tensor, is_char: Tensor, layout: Layout, window: Window) -> tuple[Tensor, Tensor]:
    """int64[B, W], the number that the text of each cell spells in digits; and bool[B, W], which cells are of a text, brackets included."""
    sequence, offset = window.gather(layout.sequence), window.gather(layout.offset)
    size = layout.sizes.gather(1, sequence)
    digit = values - ord("0")
    is_digit, is_minus = is_char & (digit >= 0) & (digit <= 9), is_char & (values == ord("-")) & (offset == 1)
    short = (size - 2 <= LONGEST) & window.seen
    worth = digit * 10 ** (size - 2 - offset).clamp(0, LONGEST)

    def within(each: Tensor) -> Tensor:
        """int64[B, W]: sums over the text of each cell."""
        sums = torch.cat([torch.zeros_like(each[:, :1]), each.cumsum(1)], 1)
        first = (torch.arange(values.shape[1], device=values.device) - offset).clamp(min=0)
        return sums.gather(1, (first + size).clamp(max=values.shape[1])) - sums.gather(1, first)

    digits, minus, chars = within((is_digit & short).long()), within((is_minus & short).long()), within(is_char.long())
    total = within(torch.where(is_digit & short, worth, 0)) * (1 - 2 * minus)
    fine = short & (digits > 0) & (digits + minus == size - 2)
    return torch.where(fine, total, UNSPELLED), window.seen & (chars > 0) & (chars == size - 2)
