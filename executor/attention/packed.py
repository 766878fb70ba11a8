# pyright: reportMissingImports=false, reportCallIssue=false, reportArgumentType=false, reportIndexIssue=false, reportInvalidTypeForm=false, reportOptionalMemberAccess=false
"""Attention for very many short sequences as one Triton kernel each way.

Flash attention tiles sequences by 64 to 128 rows, so at 16 to 64 cells most of a tile is empty. Here a program takes one head of as many whole
sequences as fit into a tile of 64 rows, with a block-diagonal mask; K and V of all of them lie on chip at once, so there is no online softmax; and
the backward pass computes the weights again from q and k instead of reading them.

Tested equal to the reference, forward and backward, under `TRITON_INTERPRET=1`, which runs the kernels on a CPU.

Shapes: B sequences, H heads, L cells, K width of a head (a power of two, at least 16); R rows of a tile, P = L rounded up to a power of two, R / P
sequences in a tile.
"""

import os
from typing import Any

import torch
from torch import Tensor

from dsl.errors import ConfigError

try:
    import triton
    import triton.language as tl
except ImportError as error:
    raise ConfigError("attention 'triton' needs the package triton (pip install triton) and a GPU; take 'sdpa' or 'hand'") from error

TILE = 64
MAX_CELLS = 128


@triton.jit
def _place(pid: Any, B, H, L, P: tl.constexpr, R: tl.constexpr):
    """Of each row of a tile: where its vector begins (in rows of K), whether there is one, its sequence in the tile, and its place in the mask."""
    row = tl.arange(0, R)
    group = row // P
    place = row % P
    head = pid % H
    b = (pid // H) * (R // P) + group
    there = (b < B) & (place < L)
    return (b * H + head) * L + place, there, group, b * L + place


@triton.jit
def _weights(q, k, group, keys, scale, R: tl.constexpr):
    """float32[R, R]: softmax of the scores within each sequence; zeros in rows without keys."""
    scores = tl.dot(q, tl.trans(k), input_precision="ieee") * scale
    allowed = (group[:, None] == group[None, :]) & keys[None, :]
    scores = tl.where(allowed, scores, -1.0e30)
    largest = tl.max(scores, 1)
    weights = tl.where(allowed, tl.exp(scores - largest[:, None]), 0.0)
    return weights / tl.maximum(tl.sum(weights, 1), 1.0e-30)[:, None]


@triton.jit
def _forward(q_ptr, k_ptr, v_ptr, mask_ptr, out_ptr, B, H, L, scale, K: tl.constexpr, P: tl.constexpr, R: tl.constexpr, WIDE: tl.constexpr):
    at, there, group, mask_at = _place(tl.program_id(0), B, H, L, P, R)
    cells = at[:, None] * K + tl.arange(0, K)[None, :]
    inside = there[:, None]
    q = tl.load(q_ptr + cells, mask=inside, other=0.0)
    k = tl.load(k_ptr + cells, mask=inside, other=0.0)
    v = tl.load(v_ptr + cells, mask=inside, other=0.0)
    if WIDE:
        q, k, v = q.to(tl.float32), k.to(tl.float32), v.to(tl.float32)
    keys = tl.load(mask_ptr + mask_at, mask=there, other=0) != 0
    weights = _weights(q, k, group, keys, scale, R)
    out = tl.dot(weights.to(v.dtype), v, input_precision="ieee")
    tl.store(out_ptr + cells, out.to(out_ptr.dtype.element_ty), mask=inside)


@triton.jit
def _backward(
    q_ptr,
    k_ptr,
    v_ptr,
    mask_ptr,
    grad_ptr,
    dq_ptr,
    dk_ptr,
    dv_ptr,
    B,
    H,
    L,
    scale,
    K: tl.constexpr,
    P: tl.constexpr,
    R: tl.constexpr,
    WIDE: tl.constexpr,
):
    """With P the weights and g the gradient of the output: dV = P^T g, dP = g V^T, dS = P * (dP - rowsum(P * dP)), dQ = dS K, dK = dS^T Q."""
    at, there, group, mask_at = _place(tl.program_id(0), B, H, L, P, R)
    cells = at[:, None] * K + tl.arange(0, K)[None, :]
    inside = there[:, None]
    q = tl.load(q_ptr + cells, mask=inside, other=0.0)
    k = tl.load(k_ptr + cells, mask=inside, other=0.0)
    v = tl.load(v_ptr + cells, mask=inside, other=0.0)
    g = tl.load(grad_ptr + cells, mask=inside, other=0.0)
    if WIDE:
        q, k, v, g = q.to(tl.float32), k.to(tl.float32), v.to(tl.float32), g.to(tl.float32)
    keys = tl.load(mask_ptr + mask_at, mask=there, other=0) != 0
    weights = _weights(q, k, group, keys, scale, R)
    dv = tl.dot(tl.trans(weights).to(g.dtype), g, input_precision="ieee")
    dp = tl.dot(g, tl.trans(v), input_precision="ieee")
    ds = weights * (dp - tl.sum(weights * dp, 1)[:, None]) * scale
    dq = tl.dot(ds.to(k.dtype), k, input_precision="ieee")
    dk = tl.dot(tl.trans(ds).to(q.dtype), q, input_precision="ieee")
    tl.store(dq_ptr + cells, dq.to(dq_ptr.dtype.element_ty), mask=inside)
    tl.store(dk_ptr + cells, dk.to(dk_ptr.dtype.element_ty), mask=inside)
    tl.store(dv_ptr + cells, dv.to(dv_ptr.dtype.element_ty), mask=inside)


class _Packed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
        q, k, v, mask = q.contiguous(), k.contiguous(), v.contiguous(), mask.to(torch.int8).contiguous()
        ctx.save_for_backward(q, k, v, mask)
        out = torch.empty_like(q)
        grid, sizes = _grid(q)
        _forward[grid](q, k, v, mask, out, *sizes)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        q, k, v, mask = ctx.saved_tensors
        dq, dk, dv = torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)
        grid, sizes = _grid(q)
        _backward[grid](q, k, v, mask, grads[0].contiguous(), dq, dk, dv, *sizes)
        return dq, dk, dv, None


def _grid(q: Tensor) -> tuple[tuple[int], tuple[Any, ...]]:
    """Programs, and the kernels' last arguments."""
    b, h, length, width = q.shape
    padded = max(16, triton.next_power_of_2(length))
    tile = max(TILE, padded)
    groups = -(-b // (tile // padded))
    # The interpreter multiplies matrices of bf16 wrongly, so there everything is widened first; on a GPU bf16 stays what it is.
    wide = q.dtype == torch.float32 or not q.is_cuda
    return (groups * h,), (b, h, length, width**-0.5, width, padded, tile, wide)


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """As the reference. Raises `ConfigError` for shapes that the kernel does not take, and on a CPU unless TRITON_INTERPRET=1."""
    length, width = q.shape[-2:]
    if length > MAX_CELLS or width < 16 or width & (width - 1):
        raise ConfigError(
            f"attention 'triton' takes at most {MAX_CELLS} cells and heads whose width is a power of two from 16, not {length} and {width}"
        )
    if not q.is_cuda and os.environ.get("TRITON_INTERPRET") != "1":
        raise ConfigError("attention 'triton' runs on a GPU; on a CPU take 'sdpa' or 'hand'")
    return _Packed.apply(q, k, v, mask)  # type: ignore[return-value]
