"""The plane that fields are drawn on: the two principal directions of the code table's Ints, the same for all figures of a model."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from embed.vocab import Kind
from executor.field import Field


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Two directions in the space of codes, and the bounds of the pictures."""

    centre: Tensor
    axes: Tensor
    """float32[2, D], orthonormal."""
    bounds: tuple[float, float, float, float]

    def __call__(self, x: Tensor) -> np.ndarray:
        """float[n, 2] of vectors [n, D]."""
        return ((x - self.centre) @ self.axes.T).cpu().numpy()

    def lifted(self, points: np.ndarray, like: Tensor) -> Tensor:
        """float32[n, D]: the vector `like` [D] with its part in the plane replaced by each of the points."""
        flat = (like - self.centre) @ self.axes.T
        return like + (torch.as_tensor(points, dtype=torch.float32, device=like.device) - flat) @ self.axes


def plane_of(field: Field) -> Plane:
    """The plane of a field's code table."""
    with torch.no_grad():
        table = field.table.table()
        block = field.vocab.blocks[Kind.INT]
        ints = table[block.first : block.first + block.count]
        near = ints[max(0, block.count // 2 - 60) : block.count // 2 + 61]
        centre = near.mean(0)
        axes = torch.linalg.svd(near - centre, full_matrices=False).Vh[:2]
        points = ((table - centre) @ axes.T).cpu().numpy()
        spread = 1.25 * float(np.quantile(np.abs(points), 0.99))
        return Plane(centre, axes, (-spread, -spread, spread, spread))
