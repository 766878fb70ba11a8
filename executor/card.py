"""The model card of trained weights: what they are, how they were made, and what they do; every line from the run's own files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dsl.errors import ConfigError
from executor.checkpoint import Executor
from executor.field import count_parameters
from executor.table import Row, as_markdown


def model_card(run: Path, model: Executor, about: Mapping[str, Any], table: list[Row], seed: int) -> str:
    """Markdown. Raises `ConfigError` where `run` is not the folder of a run."""
    try:
        config = json.loads((run / "config.json").read_text(encoding="utf-8"))
        versions = json.loads((run / "versions.json").read_text(encoding="utf-8"))
        lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError):
        raise ConfigError(f"{run} is not the folder of a run: a card needs its config.json, versions.json and metrics.jsonl") from None
    rows = config["data.rows"] * config["shards"]
    step, losses = int(about["step"]), [line for line in lines if "loss" in line]
    seconds, before = 0.0, 0
    for line in losses:
        seconds += (line["step"] - before) * rows / line["states_per_second"]
        before = line["step"]
    settings = sorted(f"`{key}={value}`" for key, value in config.items() if not key.startswith(("data.", "losses.")) and key != "name")
    data = sorted(f"`{key}={value}`" for key, value in config.items() if key.startswith(("data.", "losses.")))
    return f"""# Weights of the neural executor: `{config["name"]}`

Written by `flowforth eval RUN --card FILE`.

* **Made by** `flowforth train --preset {config["name"]} --run-dir RUN --set steps={config["steps"]}`, seed {config["seed"]}: {step:,} of {config["steps"]:,} steps,
  {step * rows:,} concrete states (and their abstract, soft and rolled-out ones), about {seconds / 3600:.1f} hours with {versions["threads"]} thread(s) a process on
  {versions["device"]}, torch {versions["torch"]}, {versions["precision"]}. These are the averaged weights.
* **Size**: {count_parameters(model):,} parameters; {len(model.field.vocab.ops)} ops; codes for the Ints from -{model.field.vocab.int_range} to {model.field.vocab.int_range}.
* **Data**: transitions of random programs of the language, made on the fly; nothing else. No task of any suite was used.
* **Last losses**: {", ".join(f"{name} {losses[-1][name]:.3g}" for name in ("decode", "flow", "stop", "error", "soft") if name in losses[-1])}.

{as_markdown(table)}
One seed of training; states of evaluation seed {seed}, none of which training can have drawn.

Settings: {", ".join(settings)}.

Data and losses: {", ".join(data)}.
"""
