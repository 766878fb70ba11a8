"""The progress of a training run: steps per second, time left."""

import sys
import time


class Meter:
    """The progress line on standard error: rewritten on a terminal, else one line now and then."""

    def __init__(self, step: int, steps: int, *, quiet: bool) -> None:
        self.first, self.steps, self.quiet = step, steps, quiet
        self.begin = self.last = time.monotonic()
        self.live = sys.stderr.isatty()

    def rate(self, step: int) -> float:
        """Steps per second so far."""
        return (step - self.first) / max(1e-9, time.monotonic() - self.begin)

    def show(self, step: int, figures: dict[str, float]) -> None:
        """The line, if it is time."""
        now = time.monotonic()
        if self.quiet or not (self.live or now - self.last > 30 or step == self.steps):
            return
        self.last = now
        left = (self.steps - step) / max(1e-9, self.rate(step))
        hours, minutes = divmod(round(left / 60), 60)
        text = f"step {step}/{self.steps}  loss {figures['loss']:.4f}  {figures['states_per_second']:.0f} states/s  {hours} h {minutes:02} min left"
        print(f"\r\033[K{text}" if self.live else text, end="" if self.live else "\n", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Ends a line that is rewritten."""
        if self.live and not self.quiet:
            print(file=sys.stderr, flush=True)
