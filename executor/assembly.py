"""How an end point is put together: by the ops' own routing, which is known from their stack effects. Nothing here is learned.

    x1 = p(ok) * sum_m w_m * (copied cells of op m, or generated cells followed by copied ones) + sum_e p(error e) * (the state of error e)

Shapes: B states, L cells, D code width, M ops of a mixture, E errors.
"""

import torch
from torch import Tensor, nn

from embed.vocab import ERRORS, Kind, Vocabulary
from executor.condition import Condition
from executor.field_config import FieldConfig
from executor.layout import FIRST_ITEM, MAX_SEQUENCES, copied_below, copied_from, routing_of
from executor.source import Endpoint, Source


class Assembly(nn.Module):
    """The routing of every op of a vocabulary, and what follows from it."""

    generates: Tensor
    plan: Tensor
    result_size: Tensor
    leaves: Tensor

    def __init__(self, config: FieldConfig, vocab: Vocabulary) -> None:
        super().__init__()
        self.config, self.vocab = config, vocab
        routing = routing_of(vocab)
        self.register_buffer("generates", routing.generates, persistent=False)
        self.register_buffer("plan", routing.plan, persistent=False)
        self.register_buffer("result_size", routing.size, persistent=False)
        self.register_buffer("leaves", routing.leaves, persistent=False)

    def known_sizes(self, condition: Condition) -> Tensor:
        """int64[B, M]: how many cells the results of each op have, where its effect says so; else -1."""
        return torch.where(condition.interpretation[:, :1] > 0.5, self.result_size[condition.ops], -1)

    def can_stand(self, condition: Condition) -> Tensor:
        """bool[B, C]: the codes that can stand in the results of hard ops, as far as their effects say; all for abstract states."""
        return self.leaves[condition.ops[:, 0]] | (condition.interpretation[:, :1] < 0.5)

    def counted_errors(self, source: Source, condition: Condition) -> tuple[Tensor, Tensor]:
        """int64[B, M] and bool[B, M]: the error (0: none) of each op on each state as far as counting tells, and whether it does."""
        layout, block = source.layout, self.vocab.blocks[Kind.ERROR]
        items = (layout.sizes > 0).sum(1) - FIRST_ITEM - 1
        plan = self.plan[condition.ops][..., 0]
        is_constant = (plan >= 0) & (plan < FIRST_ITEM)
        first = layout.starts.gather(1, plan.clamp(min=0)).clamp(max=source.codes.shape[1] - 1)
        absent = is_constant & (source.codes.gather(1, first) == self.vocab.code(Kind.NONE))
        kind = ((condition.pops > items[:, None]) | absent).long()
        top = source.codes.gather(1, layout.base.clamp(max=source.codes.shape[1] - 1)[:, None])
        stuck = (top >= block.first) & (top < block.first + block.count)
        kind = torch.where(stuck, top - block.first + 1, kind)
        return kind, (kind > 0) | ~self.generates[condition.ops]

    def expected(self, end: Endpoint, source: Source, condition: Condition) -> Tensor:
        """float32[B, L, D]: the end point with everything that is uncertain averaged: sizes, errors, ops. Differentiable in all of it."""
        if not self.config.copy:
            return end.generated
        ok = end.error[..., 0].exp() * condition.weights
        x1 = torch.zeros_like(end.generated)
        for m in range(condition.ops.shape[1]):
            ops, pops = condition.ops[:, m], condition.pops[:, m]
            computed = self.generates[ops]
            parts = x1.new_zeros(x1.shape)
            if bool((~computed).any()):
                parts = (
                    parts + self.fetch(source, copied_from(source.layout, self.plan[ops], pops, x1.shape[1])) * (~computed)[:, None, None]
                )
            if bool(computed.any()):
                parts = parts + self._spread(end.generated, end.stop[:, m].exp(), source, pops) * computed[:, None, None]
            x1 = x1 + ok[:, m, None, None] * parts
        failed = (end.error[..., 1:].exp() * condition.weights[..., None]).sum(1)
        return x1 + self.error_states(source, failed)

    def known(self, end: Endpoint, source: Source, condition: Condition, result: Tensor, error: Tensor) -> Tensor:
        """As `expected`, for hard ops whose number of result cells int64[B] and error int64[B] (0: none) are known, as in training."""
        if not self.config.copy:
            return end.generated
        places = self.route(source, condition, result)
        cells = self.fetch(source, places)
        x1 = torch.where((places < 0)[..., None], end.generated, cells)
        wrong = nn.functional.one_hot(error, 1 + len(ERRORS))[:, 1:].float()
        return torch.where((error > 0)[:, None, None], self.error_states(source, wrong), x1)

    def route(self, source: Source, condition: Condition, result: Tensor) -> Tensor:
        """int64[B, L]: for hard ops, which cell of the source each cell of the end is; -1: a generated one; L: padding."""
        ops, pops, width = condition.ops[:, 0], condition.pops[:, 0], source.codes.shape[1]
        below = copied_below(source.layout, result, pops, width)
        return torch.where(self.generates[ops][:, None], below, copied_from(source.layout, self.plan[ops], pops, width))

    def fetch(self, source: Source, places: Tensor) -> Tensor:
        """float32[B, L, D]: cells of the source, padding for places past its end."""
        width = source.codes.shape[1]
        cells = source.z0.gather(1, places.clamp(0, width - 1)[..., None].expand(-1, -1, source.z0.shape[-1]))
        return torch.where((places >= width)[..., None], self._special(source, Kind.PAD), cells)

    def _spread(self, generated: Tensor, stop: Tensor, source: Source, pops: Tensor) -> Tensor:
        """Generated cells as far as the result may reach, then the cells below the arguments, shifted by every size that it may have."""
        length = generated.shape[1]
        below = source.layout.starts.gather(1, (FIRST_ITEM + pops).clamp(max=MAX_SEQUENCES)[:, None])
        index = torch.arange(length, device=pops.device)
        tail = self.fetch(source, (below + index).clamp(max=length))
        lag = index[:, None] - index[None, :]  # place minus place in the tail: the size that puts it there
        shift = torch.where(lag >= 0, stop[:, lag.clamp(min=0)], 0.0)
        from_base = torch.bmm(shift, tail)
        longer = 1 - stop.cumsum(-1)  # probability that the result has more than r cells
        places = source.relative
        inside = places.clamp(min=0)
        copied = from_base.gather(1, inside[..., None].expand_as(generated))
        reach = longer.gather(1, inside)[..., None]
        return torch.where((places < 0)[..., None], source.z0, reach * generated + copied)

    def error_states(self, source: Source, failed: Tensor) -> Tensor:
        """float32[B, L, D]: the states of errors with probabilities float32[B, E], each times its probability."""
        total = failed.sum(-1)[:, None, None]
        first = self.vocab.code(Kind.ERROR)
        names = source.table[first : first + len(ERRORS)]
        relative = source.relative[..., None]
        rest = torch.where(relative == 1, self._special(source, Kind.END), self._special(source, Kind.PAD))
        state = torch.where(relative < 0, source.z0, rest) * total
        return torch.where(relative == 0, (failed @ names)[:, None], state)

    def _special(self, source: Source, kind: Kind) -> Tensor:
        """float32[D]: the vector of a kind with one code."""
        return source.table[self.vocab.code(kind)]
