"""The way into the neural parts from commands: torch is asked for here, and what to install is said where it is not there."""

from __future__ import annotations

import importlib.util
from collections.abc import Collection
from pathlib import Path

from dsl.errors import ConfigError

NEEDED = ("torch", "safetensors", "tensorboard")


def require_neural() -> None:
    """Raises `ConfigError` naming the extra where a package of it is missing."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(f"this needs {', '.join(missing)}; install the extra with `pip install 'flowforth[neural]'`")


def set_threads(number: int | None) -> None:
    """How many CPU threads torch may use; as many as there are cores unless said otherwise."""
    import torch

    if number is not None:
        if number < 1:
            raise ConfigError(f"--threads {number} must be at least 1")
        torch.set_num_threads(number)


def check_device(name: str, methods: Collection[str]) -> None:
    """Raises `ConfigError` for a device that is not there, before its time begins, where a method computes on it. Without torch none does."""
    from search.settings import LATENT

    if name == "auto" or not set(methods) & set(LATENT) or importlib.util.find_spec("torch") is None:
        return
    from search.latent.devices import device_of

    device_of(name)


def weights_path(argument: str | None) -> Path:
    """The run or file of weights that RUN names; the shipped weights where it is left out."""
    if argument is not None:
        return Path(argument)
    import executor

    shipped = Path(executor.__file__).parent / "weights" / "model.safetensors"
    if not shipped.exists():
        raise ConfigError(
            "no weights are shipped with this version; name a run or a file of weights (`flowforth train --run-dir DIR` makes one)"
        )
    return shipped
