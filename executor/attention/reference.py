"""The specification of attention, in float32 and step by step."""

import math

import torch
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """softmax(q k^T / sqrt(K)) v over the keys that the mask allows; zeros where it allows none."""
    scores = q.float() @ k.float().transpose(-1, -2) / math.sqrt(q.shape[-1])
    keys = mask[:, None, None, :]
    scores = scores.masked_fill(~keys, -torch.inf)
    largest = scores.amax(-1, keepdim=True).clamp(min=-1e30)  # a finite number also where nothing is allowed
    weights = torch.exp(scores - largest) * keys
    weights = weights / weights.sum(-1, keepdim=True).clamp(min=1e-30)
    return (weights @ v.float()).to(q.dtype)
