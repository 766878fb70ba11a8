"""What the network is given, states before an op, and what it says about the end of the way.

Shapes: B states, L cells, W cells of a window, D code width, M ops of a mixture, E errors.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from executor.layout import Layout
from executor.window import Window


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """States before an op: their vectors and their structure."""

    z0: Tensor
    """float32[B, L, D]."""
    codes: Tensor
    """int64[B, L]: what the vectors decode to; the routing reads them."""
    layout: Layout
    table: Tensor
    """float32[C, D]: the code table that the vectors come from."""

    @property
    def relative(self) -> Tensor:
        """int64[B, L]: places counted from the first cell after SEP."""
        return torch.arange(self.codes.shape[1], device=self.codes.device) - self.layout.base[:, None]


@dataclass(frozen=True, eq=False)
class Endpoint:
    """What the network says about the end of the way."""

    window: Window
    inside: Tensor
    """float32[B, W, D]: the cells of the window at the end; those of the result stand where they are to lie."""
    z: Tensor
    """float32[B, L, D]: the point that was looked from."""
    stop: Tensor
    """float32[B, M, L]: log-probability that the result of op m has r cells, r in 0..L-1."""
    error: Tensor
    """float32[B, M, 1 + E]: log-probability of a result, or of each error."""
    shown: Tensor | None = None
    """float32[T, kinds, 2 P]: the numbers that the network was shown at each cell, as phases (`executor/phases.py`); zero where there are none."""

    @cached_property
    def generated(self) -> Tensor:
        """float32[B, L, D]: the cells of the window in their places, and the others where they were."""
        return self.window.put_into(self.z, self.inside)

    def cells(self, where: Tensor) -> Tensor:
        """float32[G, D]: the cells that `where` bool[B, L] marks, which must lie in the window; row by row."""
        return self.inside[self.window.gather(where) & (self.window.places < where.shape[1])]

    def first(self, rows: Tensor) -> Tensor:
        """float32[R, D]: the first cell of the results of some rows, with built-in routing."""
        return self.inside[rows, 1]
