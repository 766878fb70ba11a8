"""An exception at a given time, for what cannot look at the clock itself: compiling a driver, a long call of a kernel.

A search looks at the clock many times a second and ends by itself; the alarm is for the rest. It works in the main thread on
systems with `setitimer`; elsewhere, and where an earlier alarm of somebody else is pending, it does nothing.

In the middle of an import or of numba's work the exception would leave behind what breaks every later use in the process, so
there it waits; if the process is about to end, only while C code calls back.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any

WAIT = 0.02
"""Seconds until the next try where the exception had to wait."""
AGAIN = 1.0
"""Seconds until it is raised again if the alarm is still on: one that falls into a destructor or a C callback is swallowed.
Long enough for what was interrupted to be unwound."""


class Overdue(BaseException):
    """The time is up. No `Exception`, so that no broad handler on the way takes it for an error."""


class Alarm:
    """At most one pending alarm; `off` puts back what was there before. With `anywhere`, imports and numba are broken off too."""

    def __init__(self, *, anywhere: bool = False) -> None:
        self._anywhere = anywhere
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
            self._before = signal.signal(signal.SIGALRM, self._ring), left, time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, delay, WAIT)

    def off(self) -> None:
        """No alarm any more."""
        if self._before is None:
            return
        signal.setitimer(signal.ITIMER_REAL, 0)
        (handler, left, since), self._before = self._before, None
        signal.signal(signal.SIGALRM, handler)
        if left > 0:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.perf_counter() - since), 0.001))

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if not _delicate(frame, _CALLBACKS if self._anywhere else _DELICATE):
            signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
            raise Overdue


_CALLBACKS = ("/llvmlite/", "/_weakrefset.py", "/weakref.py")
"""Code that C calls: an exception in it is printed and lost, as it is in callbacks of weak references."""
_DELICATE = ("<frozen importlib", "/numba/", *_CALLBACKS)


def _delicate(frame: FrameType | None, places: tuple[str, ...]) -> bool:
    """Whether code of one of these places is at work in this frame or one that called it."""
    while frame is not None:
        if any(place in frame.f_code.co_filename for place in places):
            return True
        frame = frame.f_back
    return False
