"""Megabytes that this process holds in memory."""

from __future__ import annotations

import os
import sys

FRESH = 64
"""What a process that has just started to search holds. What it holds beyond that, such as a notebook's data, is not the search's."""

DRIVERS = 112
"""What loading and compiling drivers takes while a search runs."""

BANK = 0.75
"""Part of the rest that the bank may take; quotations' own banks and lists of candidates take what is left."""


def resident() -> int:
    """Megabytes resident now; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
    except OSError:
        return _peak()


def foreign() -> int:
    """Megabytes that are resident now and were taken by others than a search."""
    return max(resident() - FRESH, 0)


def room(limit: int, others: int) -> int:
    """Bytes that a bank may take so that the process stays within `limit` megabytes besides the `others`'."""
    held = max(resident() - others, FRESH)  # of what others held, some may be free again
    return int(max(BANK * (limit - held - DRIVERS), 16)) << 20


def _peak() -> int:
    """The most that was ever resident: an upper bound where the present figure is not to be had."""
    try:
        import resource
    except ImportError:
        return 0
    unit = 20 if sys.platform == "darwin" else 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> unit
