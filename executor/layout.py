"""Where things stand in states that are cells: constants, items, their beginnings; and where an op's routing takes each cell from.

Everything here follows from codes and stack effects by counting; nothing is learned.

Shapes: B states, L cells, I sequences counted from the left (constants 0..3, SEP 4, then items, top first, then END), M ops of a mixture.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dsl.ops import OPS
from dsl.program import NUM_CONSTANTS
from dsl.types import BOOL, INT, STR, ListOf, Type
from embed.vocab import CONSTANTS, OPENS, Kind, Vocabulary

FIRST_ITEM = NUM_CONSTANTS + 1
MAX_SEQUENCES = FIRST_ITEM + 16
"""Sequences that are told apart; items further down are one."""
MAX_PLAN = 3
"""No routing word leaves more values."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The structure of some states."""

    sequence: Tensor
    """int64[B, L]: which sequence each cell belongs to."""
    offset: Tensor
    """int64[B, L]: place in its sequence."""
    starts: Tensor
    """int64[B, I + 1]: first cell of each sequence."""
    sizes: Tensor
    """int64[B, I]: cells of each sequence."""
    real: Tensor
    """bool[B, L]: cells that are not padding."""

    @property
    def base(self) -> Tensor:
        """int64[B]: the first cell after SEP."""
        return self.starts[:, FIRST_ITEM]


def layout_of(codes: Tensor, vocab: Vocabulary) -> Layout:
    """The structure of int64[B, L] codes. Codes that are no state have some structure, too; it never leaves the bounds."""
    opens, close, pad = vocab.blocks[Kind.OPEN], vocab.code(Kind.CLOSE), vocab.code(Kind.PAD)
    is_open = (codes >= opens.first) & (codes < opens.first + opens.count)
    is_close = codes == close
    change = is_open.long() - is_close.long()
    depth = change.cumsum(1) - change
    real = codes != pad
    begins = (depth <= 0) & real & ~is_close
    begins[:, 0] = True
    sequence = (begins.cumsum(1) - 1).clamp(max=MAX_SEQUENCES - 1)
    places = torch.arange(codes.shape[1], device=codes.device).expand_as(codes)
    offset = places - torch.where(begins, places, 0).cummax(1).values
    sizes = torch.zeros(len(codes), MAX_SEQUENCES, dtype=torch.long, device=codes.device)
    sizes.scatter_add_(1, sequence, real.long())
    starts = torch.cat([torch.zeros_like(sizes[:, :1]), sizes.cumsum(1)], 1)
    return Layout(sequence, offset, starts, sizes, real)


@dataclass(frozen=True, slots=True, eq=False)
class Routing:
    """What stack effects say of every op of a vocabulary. Axis K: ops."""

    generates: Tensor
    """bool[K]: whether its results are computed; those of the others are copies."""
    plan: Tensor
    """int64[K, 3]: for an op that copies, the sequences that its results are, top first; -1 for none."""
    size: Tensor
    """int64[K]: how many cells its concrete results have where the effect says so (scalars), else -1."""
    leaves: Tensor
    """bool[K, C]: which codes can stand in its concrete results, as far as the effect says their types."""


def routing_of(vocab: Vocabulary) -> Routing:
    """The routing of every op, from the op table."""
    generates, plan, size, leaves = [], [], [], []
    for name in vocab.ops:
        row: list[int] = []
        if name in CONSTANTS:
            row = [CONSTANTS.index(name)]
        elif name in OPS and OPS[name].routing is not None:
            op = OPS[name]
            row = [FIRST_ITEM + op.type.pops - 1 - index for index in reversed(op.routing or ())]
        generates.append(name in OPS and OPS[name].routing is None)
        plan.append(row + [-1] * (MAX_PLAN - len(row)))
        kinds = OPS[name].type.after.types if name in OPS and OPS[name].control is None else ()
        size.append(len(kinds) if kinds and all(kind in (INT, BOOL) for kind in kinds) else -1)
        leaves.append(_leaves(kinds, vocab))
    return Routing(torch.tensor(generates), torch.tensor(plan), torch.tensor(size), torch.stack(leaves))


def _leaves(kinds: Sequence[Type], vocab: Vocabulary) -> Tensor:
    """bool[C]: the codes that can stand in values of these types; all where there are type variables or nothing is known."""
    leaves: dict[Type, tuple[Kind, ...]] = {INT: (Kind.INT, Kind.BEYOND_INT), BOOL: (Kind.BOOL,), STR: (Kind.CHAR, Kind.BEYOND_CHAR)}
    known, todo = torch.zeros(vocab.num_codes, dtype=torch.bool), list(kinds)
    for kind in todo:
        for block in (vocab.blocks[each] for each in leaves.get(kind, ())):
            known[block.first : block.first + block.count] = True
        if str(kind) in OPENS:
            known[vocab.code(Kind.OPEN) + OPENS.index(str(kind))] = known[vocab.code(Kind.CLOSE)] = True
        elif kind not in leaves:
            return torch.ones_like(known)
        if isinstance(kind, ListOf):
            todo.append(kind.item)
    return known if kinds else torch.ones_like(known)


def copied_from(layout: Layout, plan: Tensor, pops: Tensor, width: int) -> Tensor:
    """int64[B, L]: for each cell after ops that only copy, the cell before that it is; `width` (one past the end) for padding.

    `plan` int64[B, 3] names sequences, `pops` int64[B] counts the items that go.
    """
    safe = plan.clamp(min=0)
    sizes = torch.where(plan >= 0, layout.sizes.gather(1, safe), 0)
    return _spliced(layout, sizes, layout.starts.gather(1, safe), pops, width)


def copied_below(layout: Layout, result: Tensor, pops: Tensor, width: int) -> Tensor:
    """As `copied_from`, for ops with computed results of `result` int64[B] cells; in those cells it gives -1."""
    nothing = torch.zeros(len(result), MAX_PLAN, dtype=torch.long, device=result.device)
    sizes = nothing.clone()
    sizes[:, 0] = result
    source = _spliced(layout, sizes, nothing, pops, width)
    relative = torch.arange(width, device=result.device) - layout.base[:, None]
    return torch.where((relative >= 0) & (relative < result[:, None]), -1, source)


def _spliced(layout: Layout, sizes: Tensor, starts: Tensor, pops: Tensor, width: int) -> Tensor:
    """Constants and SEP as they are, then the pieces of these sizes and starts, then what lies below the arguments."""
    places = torch.arange(width, device=pops.device).expand(len(pops), width)
    relative = places - layout.base[:, None]
    ends = sizes.cumsum(1)
    below = layout.starts.gather(1, (FIRST_ITEM + pops).clamp(max=MAX_SEQUENCES)[:, None])
    source = below + relative - ends[:, -1:]
    for piece in reversed(range(sizes.shape[1])):
        begin = ends[:, piece : piece + 1] - sizes[:, piece : piece + 1]
        source = torch.where(relative < ends[:, piece : piece + 1], starts[:, piece : piece + 1] + relative - begin, source)
    source = torch.where(relative < 0, places, source)
    return source.clamp(0, width)
