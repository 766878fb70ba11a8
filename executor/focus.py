"""Which words a further training should see most: those that the weights it begins with get wrong (hard-example sampling, by op)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dsl.ops import OPS
from embed.batches import Stream
from embed.vocab import vocabulary
from executor.checkpoint import load_weights
from executor.exactness import Tally, by_op
from executor.presets import TrainConfig

LEAST = 0.15
"""The factor of a word that is never wrong, so that none is forgotten; a word that is always wrong has 1."""
SHARD = 1_500_003
"""The states that the weights are measured on: neither those of training nor those of evaluations."""


def focused(config: TrainConfig, folder: Path, weights: Path, *, batches: int = 32) -> TrainConfig:
    """The configuration with `data.emphasis` by the errors of `weights`, or as the run in `folder` has it, which then goes on with what was measured
    at its start.

    factor = LEAST + (1 - LEAST) * (wrong + 1) / (seen + 2)        for each word, over `batches` held-out batches
    """
    path = folder / "config.json"
    if path.exists():
        emphasis = tuple(json.loads(path.read_text(encoding="utf-8")).get("data.emphasis", ()))
    else:
        model, _ = load_weights(weights)
        plain = replace(config.data, rows=min(config.data.rows, 128), balance=1.0, soft=0, rollouts=0, abstract=0, emphasis=())
        stream = Stream(plain, vocabulary(config.field.int_range), SHARD)
        emphasis = emphasis_of(by_op(model.field, (stream.batch(number).steps for number in range(batches))))
    return replace(config, data=replace(config.data, emphasis=emphasis))


def emphasis_of(tally: Tally) -> tuple[str, ...]:
    """`NAME:FACTOR` for every word that was seen; constants and NOP, which are no words, are left out."""
    wrong: Mapping[str, int] = {name: count - tally.right[name] for name, count in tally.count.items()}
    return tuple(
        f"{name}:{LEAST + (1 - LEAST) * (wrong[name] + 1) / (tally.count[name] + 2):.3f}" for name in sorted(tally.count) if name in OPS
    )
