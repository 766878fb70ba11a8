"""Weights and training states as single files: safetensors with a JSON head, no pickle, written whole.

    model.safetensors        what `flowforth eval`, `fields` and the search load: averaged weights, the field's settings, the vocabulary
    checkpoint.safetensors   the same run's training state: weights, their average, the optimiser's moments, the step

A file is written under another name, flushed to the disk and renamed, so that a process killed at any moment leaves the last whole one.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from dsl.errors import ConfigError
from embed.codes import NUM_PERIODS
from embed.vocab import Vocabulary, vocabulary
from executor.distance import Metric
from executor.field import Field
from executor.field_config import FieldConfig, config_from_json
from executor.numbers import ALONE
from executor.pieces import FOUND

FORMAT_VERSION = 1
"""Raised when the files change their meaning."""
WEIGHTS, CHECKPOINT = "model.safetensors", "checkpoint.safetensors"


class Executor(nn.Module):
    """Everything that is trained together: the field, which owns the codes, and the metric on states."""

    def __init__(self, config: FieldConfig, vocab: Vocabulary) -> None:
        super().__init__()
        self.field = Field(config, vocab)
        self.metric = Metric(config.code_width, len(vocab.ops))


def write_whole(path: Path, data: bytes) -> None:
    """The bytes as a file that is whole or not there."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)


def save_tensors(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """Tensors with a JSON head."""
    from safetensors.torch import save

    kept = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_whole(path, save(kept, metadata={"about": json.dumps({"format_version": FORMAT_VERSION, **about})}))


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What `save_tensors` wrote. Raises `ConfigError` for anything else."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file; `flowforth train --run-dir DIR` makes a run")
    try:
        with safe_open(str(path), framework="pt") as file:
            about = json.loads((file.metadata() or {}).get("about", "null"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a mapping
    except (SafetensorError, OSError, ValueError) as error:
        raise ConfigError(f"{path}: not a file of weights, or only a part of one ({str(error)[:80]})") from None
    if not isinstance(about, dict) or about.get("format_version") != FORMAT_VERSION:
        found = about.get("format_version") if isinstance(about, dict) else None
        raise ConfigError(f"{path}: its format version is {found}; this version reads {FORMAT_VERSION}")
    return tensors, about


def save_weights(path: Path, model: Executor, weights: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """The weights (such as averaged ones) of a model."""
    head = {"field": asdict(model.field.config), "vocabulary": model.field.vocab.to_json()}
    save_tensors(path, weights, {**head, **about})


def load_weights(path: Path) -> tuple[Executor, dict[str, Any]]:
    """The model and what its file says about it. `path` is a file of weights or the folder of a run.

    Raises `ConfigError` where there is none, and where it was trained with another vocabulary.
    """
    file = path / WEIGHTS if path.is_dir() else path
    tensors, about = load_tensors(file)
    try:
        config = config_from_json(about["field"])
        kept = about["vocabulary"]
    except (KeyError, TypeError):
        raise ConfigError(f"{file}: not the weights of an executor") from None
    vocab = vocabulary(config.int_range)
    vocab.require(kept, str(file))
    model = Executor(config, vocab)
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        raise ConfigError(f"{file}: its weights do not fit this version: {str(error).splitlines()[-1].strip()[:160]}") from None
    return model.eval(), about


GROWN = ("anchored", "products", "phases", "pure_phases", "folded", "divided", "exact", "addresses", "ordered", "pieces", "lend")
"""Settings of a field that add weights which do nothing at first, or that say the same of a state before an op."""


def begin_with(model: Executor, path: Path) -> None:
    """Puts the weights of a file or a run into a model of the same settings. One with more of GROWN may begin with weights of one without, and does the same as it
    at first, or nearly. Raises `ConfigError` where other settings differ."""
    kept, _ = load_weights(path)
    theirs, ours = asdict(kept.field.config), asdict(model.field.config)
    grown = [name for name in GROWN if ours[name] and not theirs[name]]
    differing = [name for name in ours if theirs[name] != ours[name] and name not in ("attention", *grown)]
    if differing:
        name = differing[0]
        raise ConfigError(
            f"{path} has weights of a field with {name}={theirs[name]!r}, not {ours[name]!r}; set field.{name}={theirs[name]}"
        )
    state = model.state_dict()
    for name, tensor in kept.state_dict().items():
        if state[name].shape == tensor.shape:
            state[name] = tensor
        else:  # what has grown begins with what was there
            state[name][tuple(map(slice, tensor.shape))] = tensor
            if name.startswith("field.phases.") and kept.field.config.reckons and model.field.config.finds:
                state[name] = _found_before_alone(state[name], 1 if name.endswith("into.weight") else 0)
    model.load_state_dict(state)


def _found_before_alone(grown: Tensor, axis: int) -> Tensor:
    """Weights of all kinds of numbers along an axis, of which those found are new and stand last, where they belong: before those that are made of one number."""
    each = 2 * NUM_PERIODS if axis else 1
    alone, found = ALONE * each, FOUND * each
    kept, last, new = grown.split([grown.shape[axis] - alone - found, alone, found], axis)
    return torch.cat([kept, new, last], axis)


class TrainState:
    """A model in training with its average and its optimiser."""

    def __init__(self, model: Executor, optimizer: torch.optim.AdamW, decay: float) -> None:
        self.model, self.optimizer, self.decay = model, optimizer, decay
        self.step = 0
        self.average = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}

    @torch.no_grad()
    def update_average(self) -> None:
        """One step of the exponential moving average, whose memory grows with the number of steps."""
        decay = min(self.decay, (1 + self.step) / (10 + self.step))
        for name, parameter in self.model.named_parameters():
            self.average[name].lerp_(parameter.detach(), 1 - decay)

    def average_table(self) -> Tensor:
        """float32[C, D]: the code table of the averaged weights."""
        return self.model.field.table.table(self.average["field.table.log_gain"], self.average["field.table.residual"])

    def save(self, path: Path, about: Mapping[str, Any]) -> None:
        """Everything that going on needs."""
        tensors = {f"weight.{name}": parameter for name, parameter in self.model.named_parameters()}
        tensors |= {f"average.{name}": tensor for name, tensor in self.average.items()}
        for name, parameter in self.model.named_parameters():
            for key, value in self.optimizer.state.get(parameter, {}).items():
                tensors[f"optimizer.{key}.{name}"] = value if isinstance(value, Tensor) else torch.tensor(value)
        save_tensors(path, tensors, {"step": self.step, "vocabulary": self.model.field.vocab.to_json(), **about})

    def load(self, path: Path) -> dict[str, Any]:
        """What `save` wrote, into this state; gives what was said about it."""
        tensors, about = load_tensors(path)
        self.model.field.vocab.require(about.get("vocabulary", {}), str(path))
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                if f"weight.{name}" not in tensors or tensors[f"weight.{name}"].shape != parameter.shape:
                    raise ConfigError(f"{path}: it does not fit the model: {name} is missing or of another shape")
                parameter.copy_(tensors[f"weight.{name}"])
                self.average[name].copy_(tensors[f"average.{name}"])
                keys = {key.split(".")[1] for key in tensors if key.startswith("optimizer.") and key.split(".", 2)[2] == name}
                if keys:
                    self.optimizer.state[parameter] = {key: tensors[f"optimizer.{key}.{name}"].to(_home(key, parameter)) for key in keys}
        self.step = int(about["step"])
        return about


def _home(key: str, parameter: Tensor) -> torch.device:
    """Step counters stay on the CPU."""
    return torch.device("cpu") if key == "step" else parameter.device
