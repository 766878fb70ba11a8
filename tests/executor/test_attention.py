"""Every implementation of attention is the reference, forward and backward, with masks and with sequences of nothing."""

import importlib.util

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.errors import ConfigError  # noqa: E402
from executor.attention import IMPLEMENTATIONS, attention  # noqa: E402

HAS_TRITON = importlib.util.find_spec("triton") is not None
SHAPES = ((3, 2, 16, 16), (5, 1, 24, 32), (2, 2, 7, 16), (1, 1, 64, 32))


def inputs(shape: tuple[int, ...], dtype: torch.dtype) -> tuple[list[torch.Tensor], torch.Tensor]:
    generator = torch.Generator().manual_seed(sum(shape))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tensors = [torch.randn(shape, generator=generator).to(device, dtype).requires_grad_() for _ in range(3)]
    mask = torch.rand(shape[0], shape[2], generator=generator) < 0.7
    mask[0] = True
    mask[-1, :] = shape[0] == 1  # the last of several has no key at all
    return tensors, mask.to(device)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("impl", [name for name in IMPLEMENTATIONS if name != "reference"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_equal_to_the_reference_forward_and_backward(impl: str, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    if impl == "triton" and not HAS_TRITON:
        pytest.skip("the package triton is not installed; `pip install triton` runs these under its interpreter")
    tensors, mask = inputs(shape, dtype)
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(1)).to(mask.device)
    wanted = attention(*tensors, mask, "reference")
    wanted_grads = torch.autograd.grad((wanted.float() * weight).sum(), tensors)
    found = attention(*tensors, mask, impl)
    found_grads = torch.autograd.grad((found.float() * weight).sum(), tensors)
    close = {"atol": 2e-5, "rtol": 1e-4} if dtype == torch.float32 else {"atol": 6e-2, "rtol": 6e-2}
    assert torch.allclose(found, wanted, **close)
    assert found.dtype == dtype
    for mine, theirs in zip(found_grads, wanted_grads, strict=True):
        assert torch.allclose(mine, theirs, **close)


def test_masked_keys_do_not_matter() -> None:
    (q, k, v), mask = inputs((3, 2, 16, 16), torch.float32)
    moved = torch.where(mask[:, None, :, None], v, v + 100)
    assert torch.allclose(attention(q, k, v, mask, "reference"), attention(q, k, moved, mask, "reference"))


def test_an_unknown_implementation_is_named() -> None:
    (q, k, v), mask = inputs((1, 1, 16, 16), torch.float32)
    with pytest.raises(ConfigError, match="no attention 'flash'; there are reference, sdpa, hand, triton"):
        attention(q, k, v, mask, "flash")


@pytest.mark.skipif(not HAS_TRITON, reason="the package triton is not installed")
def test_shapes_that_the_kernel_does_not_take_are_refused() -> None:
    (q, k, v), mask = inputs((1, 1, 16, 24), torch.float32)
    with pytest.raises(ConfigError, match="power of two"):
        attention(q, k, v, mask, "triton")


def test_jvp_goes_through_attention_by_hand() -> None:
    """Divergence and curl of a field need it; SDPA has none on a CPU."""
    (q, k, v), mask = inputs((2, 1, 16, 16), torch.float32)
    _, tangent = torch.func.jvp(lambda x: attention(x, k, v, mask, "hand"), (q.detach(),), (torch.ones_like(q),))
    assert bool(tangent.isfinite().all())


@pytest.mark.skipif(HAS_TRITON, reason="the package triton is installed")
def test_without_triton_the_package_is_named() -> None:
    (q, k, v), mask = inputs((1, 1, 16, 16), torch.float32)
    with pytest.raises(ConfigError, match="needs the package triton"):
        attention(q, k, v, mask, "triton")
