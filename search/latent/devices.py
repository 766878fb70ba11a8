"""Where the learned executor computes."""

from __future__ import annotations

from textwrap import shorten

import torch

from dsl.errors import ConfigError

CPU = torch.device("cpu")
AUTO = "auto"
"""CUDA where there is one, else the CPU."""
MESSAGE = 80
"""Most characters that are shown of what torch says."""


def device_of(name: str) -> torch.device:
    """The device that torch knows by that name, or AUTO. Raises `ConfigError` for one on which it cannot compute here."""
    if name == AUTO:
        return torch.device("cuda") if torch.cuda.is_available() else CPU
    try:
        device = torch.device(name)
        torch.ones(1, dtype=torch.float64, device=device).tolist()  # there and back; code vectors are made from float64
    # What a device raises that is not there, or has no float64: torch has no class of its own for that.
    except (AssertionError, ImportError, RuntimeError, TypeError) as error:
        why = shorten(str(error).partition(". ")[0], MESSAGE, placeholder=" ...")
        raise ConfigError(f"device {name!r}: torch cannot compute there ({why}); name cpu, or cuda where there is a GPU, or auto") from None
    return device
