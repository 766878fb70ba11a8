"""A network fitted by AdamW from where a run folder has it: what all networks of the prior share."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from search.prior.shards import VOCABULARY, languages
from search.prior.signature import allowed_bits

BATCH = 512


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is made of."""

    files: int = 60
    """Files of each language."""
    steps: int = 6_000
    """Updates for outputs that are lists; for numbers, a third of it."""
    rate: float = 1.5e-3
    seed: int = 0


def note(folder: Path, line: dict[str, object]) -> None:
    """A line for metrics.jsonl and for the terminal."""
    with (folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    print(json.dumps(line), file=sys.stderr, flush=True)


def fit(folder: Path, plan: Plan, name: str, network: nn.Module, steps: int, loss_at: Callable[[int], Tensor]) -> None:
    """Steps of AdamW from where the folder's state is; batches belong to step numbers."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=0.02)
    state, step = folder / f"{name}.pt", 0
    if state.exists():
        kept = torch.load(state, weights_only=True)
        network.load_state_dict(kept["network"])
        optimizer.load_state_dict(kept["optimizer"])
        step = kept["step"]
    begun, first, sums = time.monotonic(), step, []
    while step < steps:
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * min(1.0, (step + 1) / 200, 0.02 + 1.5 * (1 - step / steps))
        loss = loss_at(step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        step += 1
        sums.append(loss.item())
        if step % 200 == 0 or step == steps:
            rate = (step - first) * BATCH / (time.monotonic() - begun)
            note(
                folder,
                {"network": name, "step": step, "steps": steps, "loss": round(sum(sums) / len(sums), 4), "tasks_per_second": round(rate)},
            )
            sums = []
        if step % 1000 == 0 or step == steps:
            part = state.with_suffix(".part")
            torch.save({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, part)
            part.replace(state)
    network.eval()


@cache
def masks() -> np.ndarray:
    """float32[languages, V]: the words of each language."""
    return np.stack([allowed_bits(frozenset(language.words), VOCABULARY) for language in languages()])
