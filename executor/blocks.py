"""Transformer blocks with adaLN-zero conditioning (DiT, arXiv 2212.09748) and one modulation shared by all blocks (PixArt, arXiv 2310.00426).

    m = shared(c) + bias_of_this_block                     six vectors: shift, scale, gate for attention and for the MLP
    x = x + gate * attention(norm(x) * (1 + scale) + shift)
    x = x + gate * mlp(norm(x) * (1 + scale) + shift)

Gates begin at zero, so that a new network is the identity. In a block with `products`, what attention brings to a cell is multiplied by what the
cell itself holds, out(found * (1 + W y)) with y the block's input and W zero at first: the phases of a sum are products of the phases of its terms.

Shapes: B states, W cells of a window, T cells of all windows, d width, H heads, K = 32 width of a head.
"""

import torch
from torch import Tensor, nn

from executor.attention import attention
from executor.window import Window

HEAD = 32
"""Width of a head."""


def norm(x: Tensor) -> Tensor:
    """RMSNorm without parameters."""
    return nn.functional.rms_norm(x, x.shape[-1:])


class Block(nn.Module):
    """One block. `modulation` [B, 6d] is None in blocks that see no condition: these keep their own bias, with gates that begin at one."""

    def __init__(self, width: int, *, conditioned: bool, attention_impl: str, products: bool = False) -> None:
        super().__init__()
        self.heads, self.impl, self.conditioned, self.products = width // HEAD, attention_impl, conditioned, products
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
        if products:
            self.times = nn.Linear(width, width, bias=False)
            nn.init.zeros_(self.times.weight)

    def forward(self, x: Tensor, window: Window, modulation: Tensor | None) -> Tensor:
        """[T, d] from the same; attention goes from each cell to those of its own state that are seen."""
        if modulation is None:
            shift, scale, gate, shift2, scale2, gate2 = self.bias.unbind()
        else:
            parts = (modulation.unflatten(-1, (6, -1)) + self.bias).unbind(1)
            shift, scale, gate, shift2, scale2, gate2 = (part.index_select(0, window.rows) for part in parts)
        x = x + gate * self.attend(norm(x) * (1 + scale) + shift, window)
        hidden = self.up(norm(x) * (1 + scale2) + shift2)
        return x + gate2 * self.down(torch.relu(hidden).square())

    def attend(self, x: Tensor, window: Window) -> Tensor:
        """Attention with normed queries and keys."""
        q, k, v = self.qkv(x).view(len(x), 3, self.heads, HEAD).unbind(1)
        # Unit-RMS rows have dot products up to K; the extra factor makes a sharp choice of one key possible.
        parts = torch.stack([norm(q).to(v.dtype) * 1.5, norm(k).to(v.dtype), v], 1)
        q, k, v = window.pad(parts).permute(2, 0, 3, 1, 4)
        found = window.pack(attention(q, k, v, window.seen, self.impl).transpose(1, 2)).flatten(1)
        return self.out(found * (1 + self.times(x)) if self.products else found)
