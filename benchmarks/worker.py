"""A worker process: makes the attempts that come through its pipe, one after the other. Started by `benchmarks.processes`."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from multiprocessing.connection import Connection

READY = "ready"
"""Sent once, before the first record."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
"""Set to 1: an attempt has one core."""
PR_SET_PDEATHSIG = 1


def work(connection: Connection, parent: int) -> None:
    """Jobs in, records out, until the pipe is closed."""
    die_with(parent)
    os.environ.update(dict.fromkeys(THREADS, "1"))
    from benchmarks.attempt import run

    connection.send(READY)
    while True:
        try:
            job = connection.recv()
        except EOFError:
            return
        connection.send(run(job))


def die_with(parent: int) -> None:
    """Ends this process when its parent ends, also by SIGKILL in the middle of an attempt; on Linux only, elsewhere after the attempt."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    work(Connection(int(sys.argv[1])), int(sys.argv[2]))
