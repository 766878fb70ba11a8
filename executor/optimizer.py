"""The optimiser: Muon for the matrices of the blocks, AdamW for everything else.

Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"): the momentum of a matrix is replaced by the nearest
orthogonal matrix, so that all its directions move at one rate. With momentum M = 0.95 M + G and U = 0.95 M + G (Nesterov),

    W = (1 - lr * decay) W - lr * max(1, rows / columns)^0.5 * msign(U)

msign by five Newton-Schulz steps X = a X + (b A + c A A) X, A = X X^T, in float32: on CPUs without bf16 units the usual bf16 is far slower.
"""

from typing import Any

import torch
from torch import Tensor, nn

from executor.presets import TrainConfig

MOMENTUM = 0.95
_COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def msign(matrices: Tensor, steps: int = 5) -> Tensor:
    """float32[N, R, C]: near each matrix U S V^T, its U V^T; the singular values end within 0.7..1.2."""
    a, b, c = _COEFFICIENTS
    x = matrices.float()
    wide = x.shape[-2] > x.shape[-1]
    x = x.mT if wide else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) * 1.02 + 1e-7)
    for _ in range(steps):
        square = x @ x.mT
        x = a * x + torch.baddbmm(square, square, square, beta=b, alpha=c) @ x
    return x.mT if wide else x


class MuonAdamW(torch.optim.AdamW):
    """AdamW whose groups with `pieces` go by Muon; `pieces` says how many square-ish matrices each of their parameters is, stacked in rows."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """One update. The gradients of the matrices are used up."""
        for group in self.param_groups:
            if not group.get("pieces"):
                continue
            parameters = [p for p in group["params"] if p.grad is not None]
            if not parameters:
                continue
            moves = []
            for p in parameters:
                assert p.grad is not None
                state = self.state[p]
                if not state:
                    state["momentum"] = torch.zeros_like(p)
                state["momentum"].mul_(MOMENTUM).add_(p.grad)
                moves.append(state["momentum"].mul(MOMENTUM).add_(p.grad).unflatten(0, (group["pieces"], -1)))
                p.grad = None
            shapes = {move.shape[1:] for move in moves}
            signs = dict[int, Tensor]()
            for shape in shapes:
                here = [i for i, move in enumerate(moves) if move.shape[1:] == shape]
                signs.update(zip(here, msign(torch.cat([moves[i] for i in here])).split(group["pieces"]), strict=True))
            for p, move in zip(parameters, (signs[i] for i in range(len(moves))), strict=True):
                scale = max(1.0, move.shape[1] / move.shape[2]) ** 0.5
                p.mul_(1 - group["lr"] * group["weight_decay"]).add_(move.flatten(0, 1), alpha=-group["lr"] * scale)
        return super().step(closure)


def optimizer_of(model: nn.Module, config: TrainConfig) -> MuonAdamW:
    """The optimiser of what is trained of an executor. Matrices decay, vectors and tables do not; the Lagrange multiplier has a rate of its own."""
    groups: dict[str, dict[str, Any]] = {
        "blocks": {"params": [], "weight_decay": config.weight_decay, "scale": config.muon / config.learning_rate, "pieces": 1},
        "heads": {"params": [], "weight_decay": config.weight_decay, "scale": config.muon / config.learning_rate, "pieces": 3},
        "matrices": {"params": [], "weight_decay": config.weight_decay, "scale": 1.0},
        "others": {"params": [], "weight_decay": 0.0, "scale": 1.0},
        "multiplier": {"params": [], "weight_decay": 0.0, "scale": 5.0},
    }
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        groups[_group(name, parameter, muon=config.muon > 0)]["params"].append(parameter)
    kept = [group for group in groups.values() if group["params"]]
    return MuonAdamW(kept, lr=config.learning_rate, betas=(0.9, 0.95), fused=True)


def _group(name: str, parameter: Tensor, *, muon: bool) -> str:
    if name.endswith("log_multiplier"):
        return "multiplier"
    if (
        any(word in name for word in ("op.weight", "word.weight", "place", "relative", "sequence", "offset", "from_end", "residual"))
        or parameter.ndim != 2
    ):
        return "others"
    if muon and "blocks." in name and not name.endswith("bias"):
        return "heads" if "qkv" in name else "blocks"
    return "matrices"
