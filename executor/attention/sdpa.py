"""PyTorch's scaled_dot_product_attention."""

from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """As the reference. A sequence without allowed keys is given all of them, then zeroed: SDPA itself would give not-a-number."""
    some = mask.any(-1)
    keys = mask | ~some[:, None]
    out = scaled_dot_product_attention(q, k, v, attn_mask=keys[:, None, None, :])
    return out * some[:, None, None, None].to(out.dtype)
