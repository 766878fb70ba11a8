"""An exception at a given time, for what cannot look at the clock itself: compiling a driver, a long call of a kernel.

A search looks at the clock many times a second and ends by itself; the alarm is for the rest. It works in the main thread on
systems with `setitimer`; elsewhere, and where an earlier alarm of somebody else is pending, it does nothing.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any, NoReturn

REPEAT = 0.05
"""Seconds between two tries: an exception raised inside a destructor or a C callback is swallowed."""


class Overdue(BaseException):
    """The time is up. No `Exception`, so that no broad handler on the way takes it for an error."""


class Alarm:
    """At most one pending alarm; `off` puts back what was there before."""

    def __init__(self) -> None:
        self._before: tuple[Any, float, float] | None = None
        """The handler that was there, the time left to its own alarm (0 for none), and when that was."""

    def set(self, at: float) -> None:
        """Raises `Overdue` in the main thread at `at` (`time.perf_counter`), instead of at a time set earlier."""
        if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
            return
        delay = max(at - time.perf_counter(), 0.001)
        if self._before is None:
            left, _ = signal.getitimer(signal.ITIMER_REAL)
            if 0 < left <= delay:
                return
            self._before = signal.signal(signal.SIGALRM, _raise), left, time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, delay, REPEAT)

    def off(self) -> None:
        """No alarm any more."""
        if self._before is None:
            return
        signal.setitimer(signal.ITIMER_REAL, 0)
        (handler, left, since), self._before = self._before, None
        signal.signal(signal.SIGALRM, handler)
        if left > 0:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.perf_counter() - since), 0.001))


def _raise(number: int, frame: FrameType | None) -> NoReturn:
    raise Overdue
