"""Whether there are compiled kernels. Imports nothing heavy: it is asked before anything else is loaded."""

from __future__ import annotations

import importlib.util
import os
from functools import lru_cache


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether columns are computed by compiled kernels; if not, by the references. `FLOWFORTH_NO_NUMBA=1`, read once, says no."""
    return os.environ.get("FLOWFORTH_NO_NUMBA", "") in ("", "0") and importlib.util.find_spec("numba") is not None
