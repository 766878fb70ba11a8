"""Attention over very many short sequences, behind one function with several implementations that are tested equal.

Shapes: B sequences, H heads, L cells, K width of a head.
"""

from collections.abc import Callable, Mapping

from torch import Tensor

from dsl.errors import ConfigError
from executor.attention import hand, reference, sdpa

IMPLEMENTATIONS = ("reference", "sdpa", "hand", "triton")
"""`reference` is the specification; `hand` is written out for CPUs, where bf16 SDPA is slow; `triton` is the fused kernel for GPUs."""

_EAGER: Mapping[str, Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]] = {
    "reference": reference.attention,
    "sdpa": sdpa.attention,
    "hand": hand.attention,
}


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, impl: str = "sdpa") -> Tensor:
    """[B, H, L, K]: softmax(q k^T / sqrt(K)) v over the keys where `mask` bool[B, L] is true; zeros where a sequence has none.

    Raises `ConfigError` for an unknown implementation, and for `triton` where it is not installed.
    """
    if impl in _EAGER:
        return _EAGER[impl](q, k, v, mask)
    if impl == "triton":
        from executor.attention import packed  # imports triton, which few machines have

        return packed.attention(q, k, v, mask)
    raise ConfigError(f"no attention {impl!r}; there are {', '.join(IMPLEMENTATIONS)}")
