"""Transformer blocks with adaLN-zero conditioning (DiT, arXiv 2212.09748) and one modulation shared by all blocks (PixArt, arXiv 2310.00426).

    m = shared(c) + bias_of_this_block                     six vectors: shift, scale, gate for attention and for the MLP
    x = x + gate * attention(norm(x) * (1 + scale) + shift)
    x = x + gate * mlp(norm(x) * (1 + scale) + shift)

Gates begin at zero, so that a new network is the identity.

Shapes: B states, L cells, d width, H heads, K = 32 width of a head.
"""

import torch
from torch import Tensor, nn

from executor.attention import attention

HEAD = 32
"""Width of a head."""


def norm(x: Tensor) -> Tensor:
    """RMSNorm without parameters."""
    return nn.functional.rms_norm(x, x.shape[-1:])


class Block(nn.Module):
    """One block. `modulation` [B, 6d] is None in blocks that see no condition: these keep their own bias, with gates that begin at one."""

    def __init__(self, width: int, *, conditioned: bool, attention_impl: str) -> None:
        super().__init__()
        self.heads, self.impl, self.conditioned = width // HEAD, attention_impl, conditioned
        self.bias = nn.Parameter(torch.zeros(6, width))
        if not conditioned:
            with torch.no_grad():
                self.bias[[2, 5]] = 1.0
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)
        for layer in (self.out, self.down):
            nn.init.normal_(layer.weight, std=0.5 / layer.in_features**0.5)

    def forward(self, x: Tensor, mask: Tensor, modulation: Tensor | None) -> Tensor:
        """[B, L, d] from the same; attention looks at the keys where `mask` bool[B, L] is true."""
        m = self.bias if modulation is None else modulation.unflatten(-1, (6, -1)) + self.bias
        shift, scale, gate, shift2, scale2, gate2 = (m[..., i, :].unsqueeze(-2) for i in range(6))
        x = x + gate * self.attend(norm(x) * (1 + scale) + shift, mask)
        hidden = self.up(norm(x) * (1 + scale2) + shift2)
        return x + gate2 * self.down(torch.relu(hidden).square())

    def attend(self, x: Tensor, mask: Tensor) -> Tensor:
        """Attention with normed queries and keys."""
        b, length, width = x.shape
        q, k, v = self.qkv(x).view(b, length, 3, self.heads, HEAD).permute(2, 0, 3, 1, 4)
        # Unit-RMS rows have dot products up to K; the extra factor makes a sharp choice of one key possible.
        mixed = attention(norm(q).to(v.dtype) * 1.5, norm(k).to(v.dtype), v, mask, self.impl)
        return self.out(mixed.transpose(1, 2).reshape(b, length, width))
