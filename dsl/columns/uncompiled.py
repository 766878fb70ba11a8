"""Columns without compiled kernels, for work too small to be worth loading or compiling them: the same answers from the references."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from dsl.columns.compile import available

_SWITCH = "FLOWFORTH_NO_NUMBA"


@contextmanager
def uncompiled() -> Iterator[None]:
    """Within it no op gets a kernel. How an op runs is remembered for each profile object, so use one of your own inside."""
    before = os.environ.get(_SWITCH)
    os.environ[_SWITCH] = "1"
    available.cache_clear()
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SWITCH]
        else:
            os.environ[_SWITCH] = before
        available.cache_clear()
