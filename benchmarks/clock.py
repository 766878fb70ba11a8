"""Searches whose clock is the time that the process has had on its processor, so that figures hold on a machine that others use too."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


def in_processor_time(work: Callable[[], None]) -> None:
    """Does the work with `time.perf_counter` counting the processor's seconds. In a thread of its own, where a search sets no alarm, as alarms go by the
    clock on the wall. Raises what the work raises."""
    error: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as raised:  # it goes on in the thread that waits
            error.append(raised)

    usual, time.perf_counter = time.perf_counter, time.process_time
    try:
        worker = threading.Thread(target=run, daemon=True)
        worker.start()
        worker.join()
    finally:
        time.perf_counter = usual
    if error:
        raise error[0]
