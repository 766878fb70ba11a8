"""A second device without a GPU: tensors that say they lie on `meta` and hold their numbers on the CPU, with the rules of a CUDA device.

An op whose tensors lie on both devices raises, unless those on the CPU are single numbers; a far tensor is turned into an array by way of the CPU
alone. Numbers are computed on the CPU, so a search gives exactly the same there as here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

FAR = torch.device("meta")
CPU = torch.device("cpu")
FROM_DATA = (torch.tensor, torch.as_tensor)
"""What makes tensors of values; torch itself would throw these away on `meta`."""
MOVES = (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)
"""Ops that take tensors from one device to another."""
INDEXED = (Tensor.__getitem__, Tensor.__setitem__)
"""What takes lists of places; on `meta` torch would throw these away, too."""


class Far(Tensor):
    """A tensor on the second device."""

    near: Tensor

    @staticmethod
    def __new__(cls, near: Tensor) -> Far:
        made = Tensor._make_wrapper_subclass(cls, near.shape, near.stride(), near.storage_offset(), dtype=near.dtype, device=FAR)  # type: ignore[attr-defined]
        made.near = near
        return made

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> Any:
        return computed(func, args, kwargs or {})


class _Ops(TorchDispatchMode):
    def __torch_dispatch__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> Any:
        return computed(func, args, kwargs or {})


class _Values(TorchFunctionMode):
    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        given = dict(kwargs or {})
        if func in FROM_DATA and given.get("device") == FAR and not isinstance(args[0], Far):
            return func(*args, **{**given, "device": CPU}).to(FAR)
        if func is Tensor.tolist and isinstance(args[0], Far):  # torch has none for subclasses
            return args[0].cpu().tolist()
        if func in INDEXED and isinstance(args[0], Far) and isinstance(args[1], list):
            args = (args[0], torch.tensor(args[1]).to(FAR), *args[2:])
        return func(*args, **given)


@contextmanager
def second_device() -> Iterator[torch.device]:
    """The device, while it is there."""
    with _Values(), _Ops():
        yield FAR


def computed(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The op's results, far ones where its tensors are, or where it makes new ones there. Raises `RuntimeError` for tensors on both devices."""
    theirs: list[Far] = []
    ours: list[Tensor] = []

    def near(tensor: Tensor) -> Tensor:
        if isinstance(tensor, Far):
            theirs.append(tensor)
            return tensor.near
        if tensor.is_meta:
            raise RuntimeError(f"{func}: a tensor was made that holds no numbers")
        ours.append(tensor)
        return tensor

    args, given = _each(args, near), {name: _each(value, near) for name, value in kwargs.items()}
    if theirs and func not in MOVES and any(tensor.dim() for tensor in ours):
        raise RuntimeError(f"{func}: expected all tensors to be on the same device")
    far, wanted = bool(theirs), given.get("device")
    if wanted is not None:
        far, given["device"] = wanted == FAR, CPU
    made = func(*args, **given)
    # What is changed in place is given back as it was given.
    known = {id(tensor.near): tensor for tensor in theirs}
    return _each(made, lambda tensor: known[id(tensor)] if id(tensor) in known else Far(tensor)) if far else made


def _each(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """A value, or lists and tuples of such, with its tensors changed."""
    if isinstance(value, Tensor):
        return change(value)
    return type(value)([_each(part, change) for part in value]) if isinstance(value, list | tuple) else value
