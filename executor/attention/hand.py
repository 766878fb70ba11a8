"""Two batched matrix products and a softmax, in the dtype of the inputs: on CPUs in bf16 several times as fast as SDPA, and open to jvp."""

import math

import torch
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """As the reference. The mask is added as a large negative number, which softmax turns into exact zeros."""
    b, h, length, width = q.shape
    flat = (b * h, length, width)
    scores = torch.bmm((q * (1 / math.sqrt(width))).reshape(flat), k.reshape(flat).transpose(1, 2)).view(b, h, length, length)
    scores = scores + torch.where(mask, 0.0, -3e4).to(q.dtype)[:, None, None, :]
    weights = torch.softmax(scores, -1).to(v.dtype)
    out = torch.bmm(weights.reshape(b * h, length, length), v.reshape(flat)).view(b, h, length, width)
    return out * mask.any(-1)[:, None, None, None].to(out.dtype)
