"""Kernels that rows name without importing them: whoever only parses, runs or enumerates in plain Python does not wait for numpy.

kernels = KernelFile("integers")
row = Op(name="+", kernels={"ii->i": kernels.add}, ...)
row.kernels["ii->i"]    # imports dsl.kernels.integers, and is its function `add`
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any


class KernelFile:
    """A file of `dsl.kernels`; its attributes are names of kernels."""

    def __init__(self, name: str) -> None:
        self._module = f"dsl.kernels.{name}"

    def __getattr__(self, name: str) -> KernelName:
        if name.startswith("__"):  # what copying and inspecting ask every object for
            raise AttributeError(name)
        return KernelName(self._module, name)


class KernelName:
    """The name of a kernel."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def load(self) -> Callable[..., Any]:
        """The kernel."""
        return getattr(import_module(self._module), self._name)


class Kernels(Mapping[str, Callable[..., Any]]):
    """The kernels of a row by layout signature, each imported when it is asked for."""

    def __init__(self, kernels: Mapping[str, Callable[..., Any] | KernelName]) -> None:
        self._kernels = dict(kernels)

    def __getitem__(self, signature: str) -> Callable[..., Any]:
        kernel = self._kernels[signature]
        if isinstance(kernel, KernelName):
            kernel = self._kernels[signature] = kernel.load()
        return kernel

    def __iter__(self) -> Iterator[str]:
        return iter(self._kernels)

    def __len__(self) -> int:
        return len(self._kernels)
