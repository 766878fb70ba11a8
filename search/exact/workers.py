"""Worker processes that end with the process that began them, however that ends: a worker of a killed one would wait for work for ever."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait


def workers(count: int) -> ProcessPoolExecutor:
    """A pool of so many processes, begun anew and not forked: compiled code and torch's threads do not outlive a fork."""
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "only a worker is told to end with its parent"

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="ends with its parent", daemon=True).start()
