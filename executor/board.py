"""What TensorBoard shows of a run: scalars by loss and by op, settings in the run's own event file. Figures of fields are in `pictures`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dsl.errors import ConfigError
from executor.exactness import families


class Board:
    """The event file of a run's folder. Opening one on a run that goes on hides what lies after `purge`."""

    def __init__(self, folder: Path, *, purge: int = 0) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise ConfigError("TensorBoard is not installed; install the extra with `pip install flowforth[neural]`") from None
        self.writer = SummaryWriter(str(folder), purge_step=purge or None)

    def settings(self, settings: Mapping[str, Any], figures: Mapping[str, float]) -> None:
        """The run's settings on the HPARAMS page, in this run and not in a folder below it."""
        from torch.utils.tensorboard.summary import hparams

        plain = {key: value if isinstance(value, (int, float, str, bool)) else str(value) for key, value in settings.items()}
        for summary in hparams(plain, {f"hparam/{name}": float(value) for name, value in figures.items()}):
            self.writer.file_writer.add_summary(summary)  # type: ignore[union-attr]
        for name, value in figures.items():
            self.writer.add_scalar(f"hparam/{name}", value, 0)

    def scalars(self, step: int, figures: Mapping[str, float]) -> None:
        """Losses and rates."""
        speed = ("learning_rate", "states_per_second", "gradient", "rank")
        for name, value in figures.items():
            self.writer.add_scalar(f"{'training' if name in speed else 'loss'}/{name}", value, step)

    def exactness(self, step: int, shares: Mapping[str, float], total: float, macro: float) -> None:
        """Exact next states, by op and by family."""
        self.writer.add_scalar("exact/all", total, step)
        self.writer.add_scalar("exact/mean over ops", macro, step)
        family, sums = families(), {}
        for name, share in shares.items():
            self.writer.add_scalar(f"exact by op/{name}", share, step)
            sums.setdefault(family.get(name, "route"), []).append(share)
        for name, values in sums.items():
            self.writer.add_scalar(f"exact by family/{name}", sum(values) / len(values), step)

    def image(self, name: str, image: Any, step: int) -> None:
        """uint8[H, W, 3]."""
        self.writer.add_image(name, image, step, dataformats="HWC")

    def histogram(self, name: str, values: Any, step: int) -> None:
        """Numbers; those that are none are left out."""
        finite = values[np.isfinite(values)]
        if len(finite):
            self.writer.add_histogram(name, finite, step)

    def embedding(self, name: str, vectors: Any, told: list[list[str]], header: list[str], step: int) -> None:
        """Vectors for the projector, with what is told of each."""
        clean = [[cell.replace("\t", " ").replace("\n", " ") for cell in row] for row in told]
        self.writer.add_embedding(vectors, metadata=clean, metadata_header=header, tag=name, global_step=step)

    def text(self, name: str, text: str, step: int) -> None:
        """Markdown."""
        self.writer.add_text(name, text, step)

    def close(self) -> None:
        """Writes what is left."""
        self.writer.close()
