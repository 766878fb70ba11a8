"""The learned machine: one velocity field per op on the vectors of stacks.

    v(z, t | z0, op or mixture, interpretation) = (x1 - z) / (1 - t)

The network predicts the end point x1, given the point z at time t in [0, 1], *and the source z0*: for ops that undo themselves (swap, neg, reverse) the
straight paths there and back cross, and a field that does not know where it came from is zero there (augmented bridge matching, arXiv
2311.06978). One call at t = 0, z = z0 executes one op.

The end point is put together by the op's own routing, which is known from its stack effect:

    x1 = p(ok) * sum_m w_m * (copied cells of op m, or generated cells followed by copied ones) + sum_e p(error e) * (the state of error e)
    generated = g * (A z0) + (1 - g) * (z0 + h)

A is attention over the cells of the arguments (a pointer), g the share of a cell that is pointed to, h the network's output. What is learned are the generated cells, the number of cells of the result (`stop`), and whether the op gets stuck (`error`).

Shapes: B states, L cells, D code width, d width, M ops of a mixture, E errors, A interpretations.
"""

import math
from contextlib import nullcontext

import torch
from torch import Tensor, nn

from embed.codes import CodeTable
from embed.vocab import ERRORS, INTERPRETATIONS, Kind, Vocabulary
from executor.addresses import Addresses, elements_of
from executor.assembly import Assembly
from executor.blocks import Block, norm
from executor.condition import Condition
from executor.field_config import FieldConfig
from executor.layout import MAX_SEQUENCES, Layout, layout_of
from executor.numbers import values_of
from executor.orders import Compared, Orders
from executor.phases import Phases
from executor.pieces import FOUND, Laid, Pieces
from executor.source import Endpoint, Source
from executor.window import Window, window_of

NUM_TIMES = 16
"""Fourier features of the time."""
MAX_RELATIVE = 160
"""Places, counted from SEP, that have vectors of their own."""


class Field(Assembly):
    """The velocity field of every op of a vocabulary. It owns the code table."""

    def __init__(self, config: FieldConfig, vocab: Vocabulary) -> None:
        super().__init__(config, vocab)
        d, op_width, code_width = config.width, config.op_width, config.code_width
        self.table = CodeTable(vocab, code_width)
        self.at_source = nn.Linear(code_width, d)
        self.at_difference = nn.Linear(code_width, d, bias=False)
        self.relative = nn.Embedding(2 * MAX_RELATIVE, d)
        self.sequence = nn.Embedding(MAX_SEQUENCES + 1, d)
        self.offset = nn.Embedding(MAX_RELATIVE, d)
        self.from_end = nn.Embedding(MAX_RELATIVE, d)
        self.op = nn.Embedding(len(vocab.ops), op_width)
        self.word = nn.Embedding(len(vocab.body_words), op_width)
        self.literal = nn.Linear(code_width, op_width, bias=False)
        self.place = nn.Embedding(32, op_width)
        self.body = nn.Sequential(nn.Linear(op_width, 2 * op_width), nn.SiLU(), nn.Linear(2 * op_width, op_width))
        self.no_body = nn.Parameter(torch.zeros(2, op_width))
        self.interpretation = nn.Linear(len(INTERPRETATIONS), 32, bias=False)
        self.condition = nn.Sequential(nn.Linear(3 * op_width + 32 + NUM_TIMES, 2 * d), nn.SiLU(), nn.Linear(2 * d, d), nn.SiLU())
        self.modulation = nn.Linear(d, 6 * d)
        self.blocks = nn.ModuleList(
            Block(d, conditioned=seen, attention_impl=config.attention, products=config.products) for seen in config.conditioned
        )
        self.generate = nn.Linear(d, code_width)
        if config.phases:
            self.phases = Phases(
                d,
                self.table,
                pure=config.purifies,
                folded=config.folds,
                divided=config.divides,
                exact=config.reckons,
                found=FOUND * config.finds,
            )
        if config.addresses:
            self.addresses = Addresses(d, vocab)
        if config.ordered:
            self.orders = Orders(d)
        if config.pieces:
            self.pieces = Pieces(d, op_width, vocab)
        if config.lend:
            self.lent = nn.Embedding(len(vocab.ops), 1)
            nn.init.zeros_(self.lent.weight)
        if config.points:
            self.pointing, self.pointed, self.gate = nn.Linear(d, d, bias=False), nn.Linear(d, d, bias=False), nn.Linear(d, 1)
        self.stop_query = nn.Linear(op_width, d)
        self.stop_bias = nn.Linear(d, 1)
        self.error = nn.Sequential(nn.Linear(2 * d + op_width, d), nn.SiLU(), nn.Linear(d, 1 + len(ERRORS)))
        self.precision = "float32"
        """`float32` or `bfloat16`: what blocks multiply their matrices in. All else is in float32: in bfloat16 the phases of near numbers are the same."""
        self._initialise()

    def _initialise(self) -> None:
        """Embeddings small; modulation and the generated part at zero, so that a new field stands still."""
        for table in (self.relative, self.sequence, self.offset, self.from_end, self.place):
            nn.init.normal_(table.weight, std=0.5)
        for table in (self.op, self.word):
            nn.init.normal_(table.weight, std=1.0)
        for layer in (self.modulation, self.generate, *((self.gate,) if self.config.points else ())):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        if self.config.points:
            nn.init.constant_(self.gate.bias, -3.0)

    # Sources

    def source(self, codes: Tensor, numbers: Tensor, table: Tensor | None = None) -> Source:
        """States given as cells."""
        table = self.table.table() if table is None else table
        return Source(self.table.embed(codes, numbers, table), codes, layout_of(codes, self.vocab), table)

    def source_of_vectors(self, z: Tensor, table: Tensor | None = None) -> Source:
        """States given as vectors, as they are; only their structure is read by decoding. For chaining without re-grounding."""
        table = self.table.table() if table is None else table
        with torch.no_grad():
            codes, _ = self.table.decode(z, table)
        return Source(z, codes, layout_of(codes, self.vocab), table)

    # The field

    def velocity(self, z: Tensor, t: Tensor, source: Source, condition: Condition) -> Tensor:
        """float32[B, L, D]: v at the points `z` [B, L, D] and times `t` [B] in [0, 1)."""
        return self.towards(self.endpoint(z, t, source, condition), t, source, condition)

    def towards(self, end: Endpoint, t: Tensor, source: Source, condition: Condition) -> Tensor:
        """float32[B, L, D]: v where a call of the network looked from, at times `t` [B]."""
        return (self.expected(end, source, condition) - end.z) / (1 - t)[:, None, None].clamp(min=1e-4)

    def endpoint(self, z: Tensor, t: Tensor, source: Source, condition: Condition, results: Tensor | None = None) -> Endpoint:
        """One call of the network. `results` int64[B] says for how many cells of results there must be room, where that is known, as in training;
        otherwise there is as much as the states have."""
        op, c = self.condition_vectors(t, condition, source.table)
        window = window_of(source.layout, condition, self._room(source, condition) if results is None else results, self.config.copy)
        z0 = window.gather(source.z0)
        if self.config.copy:
            # Room for results is empty to the network, whatever lies there before the values below move away.
            empty = torch.where(window.seen[..., None], z0, self._special(source, Kind.PAD))
            inside, z0 = window.gather(z) + (1 - t)[:, None, None] * (empty - z0), empty
        else:
            inside = window.gather(z)
        x = self.tokens(window.pack(inside), window.pack(z0), source.layout, window)
        places = compared = laid = None
        if self.config.addresses:
            elements = elements_of(source.codes, source.layout, self.vocab)
            places = self.addresses.places(source.codes, elements, source.layout, window)
            x = x + self.addresses.tokens(*places, window)
            if self.config.ordered:
                codes = window.gather(source.codes)
                known = values_of(z0, codes, self.table)
                compared = self.orders.compared(known, codes, self.table, source.layout, window, condition.bodies)
                x = x + self.orders.tokens(compared, window, self.addresses)
                if self.config.pieces:
                    laid = self.pieces.laid(codes, known, elements, source.layout, window)
                    x = x + self.pieces.tokens(laid, window, self.addresses)
        shown = None
        if self.config.phases:
            found = laid.found if laid is not None and self.config.finds else ()
            shown = self.phases.shown(z0, window.gather(source.codes), self.table, source.layout, window, condition.bodies, found)
            x = x + self.phases.tokens(shown)
        modulation = self.modulation(c)
        with torch.autocast(x.device.type, torch.bfloat16) if self.precision == "bfloat16" else nullcontext():
            for block in self.blocks:
                assert isinstance(block, Block)
                x = block(x, window, modulation if block.conditioned else None)
        x = norm(x)
        made = self.generate(x)
        if shown is not None:
            made = made + self.phases.generated(x, shown)
        begin, way = (z0, made) if self.config.anchored else (inside, (1 - t)[window.rows, None] * made)
        if shown is not None and self.config.purifies:
            way = way + self.phases.correction(x, shown, window.pack(begin) + way, self.table)
        x, ahead = window.pad(x), begin + window.pad(way)
        if self.config.points:
            ahead = self._pointed(x, z0, ahead, window, None if places is None else places[0], compared, laid)
        stop, error = self._stop(x, op, source, condition, window, laid), self._error(x, op, source, condition, window)
        return Endpoint(window, ahead, z, stop, error, shown)

    def _pointed(
        self, x: Tensor, z0: Tensor, made: Tensor, window: Window, places: Tensor | None, compared: Compared | None, laid: Laid | None
    ) -> Tensor:
        """[B, W, D]: cells that are made, or taken from the arguments by attention, or a mixture of both."""
        scores = norm(self.pointing(x)) @ norm(self.pointed(x)).mT * (4 / math.sqrt(x.shape[-1]))
        if places is not None:
            scores = scores + self.addresses.scores(x, places, window)
        if compared is not None:
            scores = scores + self.orders.scores(x, compared)
        if laid is not None:
            scores = scores + self.pieces.scores(x, laid)
        share = torch.softmax(scores.masked_fill(~window.seen[:, None], -1e4), -1)
        return torch.lerp(made, (share @ z0).to(made.dtype), torch.sigmoid(self.gate(x)).to(made.dtype))

    def _room(self, source: Source, condition: Condition) -> Tensor:
        """int64[B]: the most cells that results may have: as the effects say, or all that the states have room for."""
        sizes = self.known_sizes(condition)
        most = torch.where(self.generates[condition.ops], torch.where(sizes >= 0, sizes, source.codes.shape[1]), 0).amax(1)
        return torch.minimum(most, source.codes.shape[1] - source.layout.base)

    def condition_vectors(self, t: Tensor, condition: Condition, table: Tensor) -> tuple[Tensor, Tensor]:
        """[B, M, op_width] of the single ops, and [B, d] of everything together: (op, then, else), interpretation, time."""
        ops = self.op(condition.ops) if condition.vectors is None else condition.vectors[:, None]
        if self.config.lend:
            ops = ops + self.lent(condition.ops) * self._named(condition.bodies)[:, None]
        mixture = (condition.weights[..., None] * ops).sum(1)
        angles = t[:, None] * (math.pi * 2 ** torch.arange(NUM_TIMES // 2, device=t.device) / 2)
        times = torch.cat([angles.sin(), angles.cos()], -1)
        known = self.interpretation(condition.interpretation)
        both = self.body_vectors(condition.bodies, table)
        return ops, self.condition(torch.cat([mixture, both.flatten(1), known, times], -1))

    def body_vectors(self, bodies: Tensor, table: Tensor) -> Tensor:
        """[B, 2, op_width]: the vectors of quotations int64[B, 2, W]; a learned one where there is none."""
        there = bodies >= 0
        if not bool(there.any()):
            return self.no_body.expand(len(bodies), 2, -1)
        length = int(there.sum(-1).max())
        tokens, there = bodies[..., :length].clamp(min=0), there[..., :length]
        count = len(self.vocab.body_words)
        is_literal = tokens >= count
        words = self.word(tokens.clamp(max=count - 1))
        literals = self.literal(nn.functional.embedding((tokens - count).clamp(min=0), table))
        # Sharing vectors: a word in a quotation is near the op of that name, and differs from it by its own vector.
        named = self.op(tokens.clamp(max=len(self.vocab.ops) - 1)) * (tokens < len(self.vocab.ops))[..., None]
        vectors = torch.where(is_literal[..., None], literals, words + named) + self.place(torch.arange(length, device=tokens.device))
        summed = (self.body(vectors) * there[..., None]).sum(2)
        return torch.where(there.any(-1)[..., None], summed, self.no_body)

    def _named(self, bodies: Tensor) -> Tensor:
        """[B, op_width]: the sum of the vectors of the ops in the quotations int64[B, 2, W]."""
        is_op = (bodies >= 0) & (bodies < len(self.vocab.ops))
        return (self.op(torch.where(is_op, bodies, 0)) * is_op[..., None]).sum((1, 2))

    def tokens(self, inside: Tensor, z0: Tensor, layout: Layout, window: Window) -> Tensor:
        """[T, d]: what the blocks start from: the source, the way gone so far, and where each cell stands."""
        relative = self.relative(window.pack(window.places - layout.base[:, None] + MAX_RELATIVE).clamp(0, 2 * MAX_RELATIVE - 1))
        if not self.config.source:
            return self.at_source(inside) + relative
        sequence = window.pack(torch.where(window.seen, window.gather(layout.sequence), MAX_SEQUENCES))
        offset = window.pack(torch.where(window.seen, window.gather(layout.offset), 0).clamp(max=MAX_RELATIVE - 1))
        sizes = layout.sizes.gather(1, window.gather(layout.sequence))
        from_end = window.pack(torch.where(window.seen, sizes - window.gather(layout.offset), 0).clamp(0, MAX_RELATIVE - 1))
        where = relative + self.sequence(sequence) + self.offset(offset) + self.from_end(from_end)
        return self.at_source(z0) + self.at_difference(inside - z0) + where

    def _stop(self, x: Tensor, op: Tensor, source: Source, condition: Condition, window: Window, laid: Laid | None) -> Tensor:
        """Log-probabilities of the number of result cells, each op's own: the result ends at the first place that says so,

            log p(r) = log sigmoid(s_r) + sum_(i < r) log sigmoid(-s_i)

        so that how many places were looked at does not matter. Where the effect says the number, it is sure."""
        length = source.codes.shape[1]
        size = self.known_sizes(condition)
        sure = torch.where(torch.arange(length, device=x.device) == size[..., None], 0.0, -1e4)
        if not self.config.copy:
            return sure
        places = x[:, 1:]
        scores = torch.einsum("bld,bmd->bml", places, self.stop_query(op)) / math.sqrt(x.shape[-1]) + self.stop_bias(places).transpose(1, 2)
        if laid is not None:
            scores = scores + self.pieces.stops(op, laid)
        room = (window.packed[:, 1:] < len(window.rows))[:, None]
        going_on = nn.functional.logsigmoid(-scores)
        stops = nn.functional.logsigmoid(scores) + going_on.cumsum(-1) - going_on
        learned = nn.functional.pad(stops.masked_fill(~room, -1e4), (0, length - places.shape[1]), value=-1e4)
        return torch.where((size >= 0)[..., None], sure, learned)

    def _error(self, x: Tensor, op: Tensor, source: Source, condition: Condition, window: Window) -> Tensor:
        """Log-probabilities of a result and of each error, each op's own. What can be counted is sure: too few values, an absent constant, and that
        an error stays what it is; words that only move values have no other. All other errors are learned."""
        seen = window.seen[..., None]
        mean = (x * seen).sum(1) / seen.sum(1).clamp(min=1)
        most = x.masked_fill(~seen, -1e4).amax(1)
        pooled = torch.cat([mean, most], -1)[:, None].expand(-1, op.shape[1], -1)
        scores = self.error(torch.cat([pooled, op], -1))
        if not self.config.copy:
            return torch.log_softmax(scores, -1)
        kind, sure = self.counted_errors(source, condition)
        known = torch.where(torch.arange(scores.shape[-1], device=x.device) == kind[..., None], 0.0, -1e4)
        underflow = torch.arange(scores.shape[-1], device=x.device) == 1
        return torch.log_softmax(torch.where(sure[..., None], known, scores.masked_fill(underflow, -1e4)), -1)


def count_parameters(module: nn.Module) -> int:
    """Learned numbers."""
    return sum(parameter.numel() for parameter in module.parameters())
