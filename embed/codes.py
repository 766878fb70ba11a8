"""The code table: a vector for every cell, and the tied decoder.

    e(cell) = unit_rms( (g * phi(cell)) W + r(code) )

phi are fixed features (kind, number features, character bits), g a learned gain for each group of them, W fixed orthonormal rows, r a learned
residual that begins at zero (and is absent for numbers beyond the table). All codes have the same norm, so a cell decodes to itself by the
largest dot product, before and after training, and the features of a vector can be read out again: numbers beyond the table are
decoded digit by digit from their phases, as in FoNE (arXiv 2502.09741).

Shapes: B batch, L cells, D code width, C codes in the table, F features.
"""

import math

import torch
from torch import Tensor, nn

from dsl.domains.characters import LABELS, class_of
from embed.vocab import Kind, Vocabulary

PERIODS = (2, 3, 5, 7, 20, 50, 200, 400, 2000)
DECIMALS = tuple(10**k for k in range(1, 11))
"""Periods whose phases give the decimal digits: the last is more than twice what any Int may be."""
NUM_PERIODS = len(PERIODS) + len(DECIMALS)
_NUM_PHASES = 2 * NUM_PERIODS
_BITS = 7
_NUM_BITS = _BITS + len(LABELS)
_GROUPS = ("kind", "size", "phases", "bits")


def number_features(numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Size features [..., 6] (value, two squashed values, sign, two logs) and phase features [..., P], of float64 numbers."""
    size = torch.stack(
        [
            (numbers / 1000).clamp(-2, 2), torch.tanh(numbers / 8), torch.tanh(numbers / 64), torch.sign(numbers),
            torch.sign(numbers) * torch.log1p(numbers.abs()) / 8, torch.log1p(numbers.abs()) / 8,
        ],
        -1,
    )  # fmt: skip
    angles = angles_of_numbers(numbers)
    return size.float(), torch.cat([angles.cos(), angles.sin()], -1).float()


def angles_of_numbers(numbers: Tensor) -> Tensor:
    """float64[..., P]: the angle of float64 whole numbers in each period, 2 pi (n mod p) / p."""
    periods = torch.tensor((*PERIODS, *DECIMALS), dtype=torch.float64, device=numbers.device)
    return torch.remainder(numbers[..., None], periods) * (2 * math.pi / periods)


def _features(vocab: Vocabulary) -> Tensor:
    """float32[C, F]: the fixed features of every code; those of numbers are left at zero for the two BEYOND codes."""
    count = vocab.num_codes
    kinds = torch.zeros(count, len(Kind))
    size, phases, bits = torch.zeros(count, 6), torch.zeros(count, _NUM_PHASES), torch.zeros(count, _NUM_BITS)
    for code, kind in enumerate(vocab.kinds):
        kinds[code, kind] = 1.0
        index = vocab.index(code)
        if kind is Kind.CHAR:
            bits[code, :_BITS] = torch.tensor([1.0 if index >> bit & 1 else -1.0 for bit in range(_BITS)])
            bits[code, _BITS:] = _class_bits(class_of(chr(index)))
        elif kind is Kind.CLASS:
            bits[code, _BITS + index] = 1.0
        elif kind in (Kind.PARITY, Kind.SIGN):
            bits[code, :_BITS] = torch.tensor([1.0 if index >> bit & 1 else -1.0 for bit in range(_BITS)])
        elif kind is Kind.BOOL:
            size[code, 3] = 1.0 if index else -1.0
        elif kind in (Kind.OPEN, Kind.TYPE, Kind.ERROR):
            bits[code, :_BITS] = torch.tensor([1.0 if (index + 1) >> bit & 1 else -1.0 for bit in range(_BITS)])
    block = vocab.blocks[Kind.INT]
    ints = torch.arange(-vocab.int_range, vocab.int_range + 1, dtype=torch.float64)
    size[block.first :], phases[block.first :] = number_features(ints)
    return torch.cat([kinds, size, phases, bits], -1)


def _class_bits(mask: int) -> Tensor:
    return torch.tensor([1.0 if mask >> bit & 1 else 0.0 for bit in range(len(LABELS))])


NUM_FEATURES = len(Kind) + 6 + _NUM_PHASES + _NUM_BITS


def unit_rms(x: Tensor) -> Tensor:
    """Vectors of the same direction whose entries have root mean square 1."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-8)


def read_phases(cosine: Tensor, sine: Tensor) -> Tensor:
    """int64[...]: the whole number that decimal phases float32[..., P] spell, least digits first."""
    cosine, sine = (part[..., len(PERIODS) :].double() for part in (cosine, sine))
    turns = torch.atan2(sine, cosine) / (2 * math.pi)
    number = torch.zeros(turns.shape[:-1], dtype=torch.float64, device=turns.device)
    for place, period in enumerate(DECIMALS):
        step = period // 10
        read = torch.remainder(turns[..., place], 1.0) * period
        digit = torch.round((read - number) / step)
        number = number + torch.remainder(digit, 10) * step
    largest = DECIMALS[-1]
    return torch.where(number >= largest / 2, number - largest, number).long()


class CodeTable(nn.Module):
    """Codes of cells as vectors, and back."""

    features: Tensor
    spread: Tensor
    group: Tensor

    def __init__(self, vocab: Vocabulary, width: int) -> None:
        super().__init__()
        if width < NUM_FEATURES:
            raise ValueError(f"code width {width} must be at least {NUM_FEATURES}, the number of features, so that numbers can be read out")
        self.vocab, self.width = vocab, width
        generator = torch.Generator().manual_seed(0)  # fixed, part of the format: every table of this width has the same directions
        orthonormal = torch.linalg.qr(torch.randn(width, NUM_FEATURES, generator=generator))[0].T.contiguous()
        sizes = (len(Kind), 6, _NUM_PHASES, _NUM_BITS)
        group = torch.repeat_interleave(torch.arange(len(_GROUPS)), torch.tensor(sizes))
        self.register_buffer("features", _features(vocab), persistent=False)
        self.register_buffer("spread", orthonormal, persistent=False)
        self.register_buffer("group", group, persistent=False)
        self.log_gain = nn.Parameter(torch.zeros(len(_GROUPS)))
        self.residual = nn.Parameter(torch.zeros(vocab.num_codes, width))

    def table(self, log_gain: Tensor | None = None, residual: Tensor | None = None) -> Tensor:
        """float32[C, D]: the vector of every code; for the BEYOND codes, of the number zero, which is not used. With other weights (such as averaged
        ones) where both are given."""
        return unit_rms((self.features * self._gains(log_gain)) @ self.spread + (self.residual if residual is None else residual))

    def embed(self, codes: Tensor, numbers: Tensor, table: Tensor | None = None) -> Tensor:
        """float32[..., D] of int64 codes [...] and int64 numbers [...] beside them. `table` saves making it again."""
        table = self.table() if table is None else table
        vectors = nn.functional.embedding(codes, table)
        beyond = (codes == self.vocab.code(Kind.BEYOND_INT)) | (codes == self.vocab.code(Kind.BEYOND_CHAR))
        if not bool(beyond.any()):
            return vectors
        made = self.beyond(codes[beyond], numbers[beyond])
        return vectors.masked_scatter(beyond[..., None], made.to(vectors.dtype))

    def beyond(self, codes: Tensor, numbers: Tensor) -> Tensor:
        """float32[N, D]: the vectors of numbers beyond the table."""
        size, phases = number_features(numbers.double())
        kinds = self.features[codes][:, : len(Kind)]
        bits = torch.zeros(len(codes), _NUM_BITS, device=codes.device)
        return unit_rms((torch.cat([kinds, size, phases, bits], -1) * self._gains()) @ self.spread)

    def logits(self, x: Tensor, table: Tensor | None = None) -> Tensor:
        """float32[..., C]: 2 x.e / sqrt(D) for every code of the table, the tied decoder. The BEYOND codes are scored by `decode` alone."""
        table = self.table() if table is None else table
        scores = (x.float() @ table.T) * (2 / math.sqrt(self.width))
        dead = torch.zeros(len(table), device=x.device)
        dead[[self.vocab.code(Kind.BEYOND_INT), self.vocab.code(Kind.BEYOND_CHAR)]] = -1e4
        return scores + dead

    def decode(
        self, x: Tensor, table: Tensor | None = None, allowed: Tensor | None = None, shown: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Codes and numbers int64[...] of the nearest cells: of the table, or of the number that the phases spell where that lies nearer. `allowed` bool[..., C] says which codes
        there can be, where that is known; `shown` int64[...] are numbers that are likely, and bool[...] where there are any: they are cells to be nearest to as well, also where
        a phase is blurred so far that it spells another digit."""
        table = self.table() if table is None else table
        x = x.float()
        logits = self.logits(x, table)
        best, codes = (logits if allowed is None else logits.masked_fill(~allowed, -1e4)).max(-1)
        spelled = self.read_numbers(x)
        numbers = torch.zeros_like(codes)
        ways = [
            (Kind.BEYOND_INT, spelled, spelled.abs() > self.vocab.int_range),
            (Kind.BEYOND_CHAR, spelled, (spelled > 127) & (spelled < 0x110000)),
        ]
        if shown is not None:
            ways.append((Kind.BEYOND_INT, shown[0], shown[1] & (shown[0].abs() > self.vocab.int_range)))
        for kind, made, outside in ways:
            if allowed is not None:
                outside = outside & allowed[..., self.vocab.code(kind)]
            if not bool(outside.any()):
                continue
            code = torch.full_like(made[outside], self.vocab.code(kind))
            score = (x[outside] * self.beyond(code, made[outside])).sum(-1) * (2 / math.sqrt(self.width))
            nearer = score > best[outside]
            place = outside.clone()
            place[outside] = nearer
            codes[place], numbers[place], best[place] = code[nearer], made[place], score[nearer]
        return codes, numbers

    def read_numbers(self, x: Tensor) -> Tensor:
        """int64[...]: the whole number that the decimal phases of a vector spell, least digits first; any vector spells one."""
        return read_phases(*self.phases(x.float()))

    def phases(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """float32[..., P] twice: cosines and sines of vectors [..., D] in each period, times a length of their own."""
        phases = x @ self.phase_directions().T
        return phases[..., :NUM_PERIODS], phases[..., NUM_PERIODS:]

    def phase_directions(self) -> Tensor:
        """float32[2 P, D]: the unit vectors along which a code has its cosines, then its sines."""
        first = len(Kind) + 6
        return self.spread[first : first + _NUM_PHASES]

    def residues(self, codes: Tensor) -> Tensor:
        """float32[N, D]: what of the vectors of int64[N] codes is not made of their features; nothing for numbers beyond the table."""
        beyond = (codes == self.vocab.code(Kind.BEYOND_INT)) | (codes == self.vocab.code(Kind.BEYOND_CHAR))
        residual = self.residual[codes]
        raw = (self.features[codes] * self._gains()) @ self.spread + residual
        return (residual * torch.rsqrt(raw.square().mean(-1, keepdim=True) + 1e-8)).masked_fill(beyond[:, None], 0.0)

    def _gains(self, log_gain: Tensor | None = None) -> Tensor:
        return torch.exp(self.log_gain if log_gain is None else log_gain)[self.group]
