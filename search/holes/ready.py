"""Whether the search for hidden constants can begin at once: its compiled loops must lie in the cache, as compiling them takes longer than most searches may."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from dsl.columns.available import available
from dsl.columns.cache import folder, open_folder, write_once
from search.stamp import stamp


@lru_cache(maxsize=1)
def _name() -> str:
    return f"holes-{stamp(*(Path(__file__).with_name(name) for name in ('arithmetic.py', 'one.py', 'two.py', 'kernels.py', 'parts.py')))}"


def is_ready() -> bool:
    """Whether it compiles nothing."""
    return available() and (folder() / _name() / "compiled").exists()


def make_ready() -> None:
    """Compiles its loops, unless that was done on this machine."""
    if is_ready() or not available():
        return
    import numpy as np

    import search.holes.kernels  # noqa: F401  importing it compiles most of them
    from search.exact.bank import INTS, SHORTS
    from search.holes.arithmetic import WIDTH
    from search.holes.parts import parts

    hits = np.zeros((16, WIDTH), np.int64)
    for layout in (SHORTS, INTS):
        data, sizes = np.ones((2, 4), layout.dtype), np.ones(2, np.int64)
        parts(data, np.ones(2, np.int32), 2, 0, 1, np.ones((2, 1), np.int64), sizes, np.zeros(16, np.int64), hits)
    write_once(open_folder(_name()) / "compiled", "")
