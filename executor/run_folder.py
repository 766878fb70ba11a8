"""A run's folder: its settings, what it was made with, its figures; and whether a run may go on there.

config.json      all settings, with dotted names
versions.json    revision, Python, torch, device, threads, precision
metrics.jsonl    a line for every figure that was written down
"""

import json
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from dsl.errors import ConfigError
from executor.checkpoint import CHECKPOINT, WEIGHTS, write_whole
from executor.presets import TrainConfig, flat

SCHEDULE = ("steps", "decay", "log_every", "save_every", "evaluate_every", "held_out", "figures")
"""Settings that may change when a run goes on: how long it is to be, and what is written when."""


class RunFolder:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        self.path, self.checkpoint, self.weights = path, path / CHECKPOINT, path / WEIGHTS

    def check(self, config: TrainConfig) -> None:
        """Raises `ConfigError` where the folder holds a run with other settings."""
        path, ours = self.path / "config.json", flat(config)
        if not path.exists():
            return
        # What an older version did not know was as it is by default.
        kept = flat(TrainConfig(name=config.name)) | json.loads(path.read_text(encoding="utf-8"))
        differing = sorted(key for key in kept.keys() | ours.keys() if kept.get(key) != ours.get(key) and key not in SCHEDULE)
        if differing:
            first = differing[0]
            raise ConfigError(
                f"{self.path} holds a run with {first}={kept.get(first)!r}, not {ours.get(first)!r}; give another --run-dir, or the same settings"
            )

    def begin(self, config: TrainConfig, step: int, precision: str) -> None:
        """Writes down the settings and the versions; figures of steps after this one, which will be made again, are forgotten."""
        self.path.mkdir(parents=True, exist_ok=True)
        path = self.path / "config.json"
        if not path.exists() or json.loads(path.read_text(encoding="utf-8")) != flat(config):
            write_whole(path, json.dumps(flat(config), indent=1).encode())
        write_whole(self.path / "versions.json", json.dumps(versions() | {"precision": precision}, indent=1).encode())
        self._forget_after(step)

    def note(self, figures: Mapping[str, Any]) -> None:
        """A line of metrics.jsonl."""
        with (self.path / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(figures) + "\n")

    def _forget_after(self, step: int) -> None:
        """Also half a line, where the process was killed in it."""
        path = self.path / "metrics.jsonl"
        if not path.exists():
            return
        kept = []
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                if json.loads(line)["step"] <= step:
                    kept.append(line + "\n")
            except ValueError:
                continue
        write_whole(path, "".join(kept).encode())


def versions() -> dict[str, Any]:
    """What a run was made with."""
    root = Path(__file__).parent.parent
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, timeout=10)
        revision = done.stdout.strip() or None
    except (OSError, subprocess.TimeoutExpired):
        revision = None
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else platform.processor() or platform.machine()
    return {
        "git": revision,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "device": device,
        "threads": torch.get_num_threads(),
    }
