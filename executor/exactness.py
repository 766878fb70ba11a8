"""How often the next stack is exactly right: counts by op, the core of every evaluation."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import torch

from dsl.ops import OPS
from embed.steps import Steps
from executor.condition import Condition
from executor.field import Field
from executor.integrate import execute


@dataclass(slots=True)
class Tally:
    """Right and all, by key."""

    right: dict[str, int] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)

    def add(self, key: str, right: bool) -> None:
        """One more."""
        self.right[key] = self.right.get(key, 0) + int(right)
        self.count[key] = self.count.get(key, 0) + 1

    def share(self, key: str) -> float:
        """Share that is right."""
        return self.right[key] / self.count[key]

    def shares(self, least: int = 1) -> dict[str, float]:
        """Share of each key that was seen at least so often."""
        return {key: self.share(key) for key, count in sorted(self.count.items()) if count >= least}

    @property
    def total(self) -> float:
        """Share of all; 0 if there are none."""
        return sum(self.right.values()) / max(1, sum(self.count.values()))


def condition_of(steps: Steps, device: torch.device) -> Condition:
    """The condition of a batch's steps."""
    op, pops, bodies, interpretation = (
        torch.as_tensor(array, dtype=torch.long).to(device) for array in (steps.op, steps.pops, steps.bodies, steps.interpretation)
    )
    return Condition.of(op, pops, bodies, interpretation)


@torch.no_grad()
def exact_rows(model: Field, steps: Steps) -> np.ndarray:
    """bool[N]: whether one call gives every cell of the next state, errors included."""
    device = model.table.residual.device
    codes, numbers = (torch.as_tensor(a, dtype=torch.long).to(device) for a in (steps.before.codes, steps.before.numbers))
    done = execute(model, codes, numbers, condition_of(steps, device))
    same = (done.codes.cpu().numpy() == steps.after.codes) & (done.numbers.cpu().numpy() == steps.after.numbers)
    return same.all(1)


def by_op(model: Field, batches: Iterable[Steps]) -> Tally:
    """Exact next states of concrete rows that have one, by op."""
    tally = Tally()
    for steps in batches:
        right = exact_rows(model, steps)
        for i in np.flatnonzero((steps.interpretation == 0) & (steps.error == 0)):
            tally.add(model.vocab.ops[steps.op[i]], bool(right[i]))
    return tally


def families() -> dict[str, str]:
    """Op name to `scalar`, `list`, `string`, `quotation` or `route`, by what its effect is about."""
    found = {}
    for name, op in OPS.items():
        kinds = " ".join(map(str, (*op.type.before.types, *op.type.after.types)))
        if op.routing is not None:
            found[name] = "route"
        elif op.num_quotations:
            found[name] = "quotation"
        else:
            found[name] = "string" if "Str" in kinds else "list" if "List" in kinds else "scalar"
    return found
