"""Whether the prior can be asked at once: its own compiled code must lie in the cache, as compiling it takes longer than most searches may."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from dsl.columns.available import available
from dsl.columns.cache import folder, open_folder, write_once
from dsl.errors import ConfigError
from dsl.tasks import Task
from search.stamp import stamp

if TYPE_CHECKING:
    from search.prior.model import Prior


@lru_cache(maxsize=1)
def _name() -> str:
    return f"prior-{stamp(*(Path(__file__).with_name(name) for name in ('views.py', 'relations.py', 'facts.py', 'items.py')))}"


def is_ready() -> bool:
    """Whether asking the prior compiles nothing."""
    return available() and (folder() / _name() / "compiled").exists()


def make_ready() -> None:
    """Compiles what asking the prior needs, unless that was done on this machine."""
    if is_ready() or not available():
        return
    import numpy as np

    from dsl.types import INT, LIST_INT
    from search.prior.items import NUM_CHANNELS, NUM_CODES, add_rows, codes
    from search.prior.signature import look
    from search.prior.views import SLOTS, WIDTH

    xs, xns = np.zeros((1, SLOTS, 2, WIDTH), np.int64), np.ones((1, SLOTS, 2), np.int64)
    for kind in (LIST_INT, INT):
        task = xs, xns, np.zeros((1, 2, WIDTH), np.int64), np.ones((1, 2), np.int64)
        look(*task, kind)
        seen = codes(*task, number=kind == INT)
    add_rows(seen.reshape(-1, NUM_CHANNELS), np.zeros((NUM_CHANNELS * NUM_CODES, 1), np.float32), np.zeros((2 * WIDTH, 1), np.float32))
    write_once(open_folder(_name()) / "compiled", "")


@dataclass(frozen=True, slots=True)
class Absent:
    """Why the prior cannot be asked."""

    reason: str
    is_fault: bool = False
    """Whether something is wrong with the installation."""

    @property
    def warning(self) -> str | None:
        """What people should hear of, asked for or not."""
        return f"the learned prior cannot be used: {self.reason}" if self.is_fault else None


def prior_for(task: Task) -> Prior | Absent:
    """The shipped prior, if it can be asked about this task at once; else why not."""
    if not is_ready():
        return Absent("its compiled code is not on this machine yet; `flowforth warm` makes it, once")
    try:
        from search.prior.model import Prior

        prior = Prior.shipped()
    except (ConfigError, ImportError) as error:
        return Absent(str(error), is_fault=True)
    return prior if prior.knows(task) else Absent("the prior knows tasks on numbers and lists of numbers only")
