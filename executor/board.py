"""What TensorBoard shows of a run: scalars by loss and by op, settings in the run's own event file. Figures of fields are in `pictures`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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

    def close(self) -> None:
        """Writes what is left."""
        self.writer.close()
