"""Time and memory of this process: CPU seconds with those of its finished children, peak memory since a moment."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
RESET_PEAK = "5"
"""Written to clear_refs, sets VmHWM back to what is resident now (proc(5))."""


def cpu_seconds() -> float:
    """CPU time of this process and of its children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def reset_peak() -> bool:
    """Begins a new measurement of peak memory, where the system can do that."""
    try:
        CLEAR.write_text(RESET_PEAK)
    except OSError:
        return False
    return True


def peak_mb() -> float:
    """Peak resident memory in megabytes: since `reset_peak` where that works, else since the process began."""
    kilobytes = status_kilobytes("VmHWM", STATUS)
    if kilobytes is not None:
        return kilobytes / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20) if sys.platform == "darwin" else most / 1024


def peak_source() -> str:
    """Which of the two `peak_mb` gives: `VmHWM` (of the attempt alone) or `ru_maxrss` (of the process so far)."""
    return "VmHWM" if STATUS.exists() and os.access(CLEAR, os.W_OK) else "ru_maxrss"


def resident_mb(pid: int) -> float:
    """Memory that a process has now; 0 where it cannot be known."""
    return (status_kilobytes("VmRSS", Path(f"/proc/{pid}/status")) or 0) / 1024


def status_kilobytes(name: str, path: Path) -> int | None:
    """A number of /proc/PID/status."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), None)
