"""Generators that take turns: each runs in a thread of its own, one at a time, and gives way where it looks at the clock.

A search looks whether to stop many times a second, deep inside its loops, where a generator cannot yield. There it hands over, so that
two searches share one core in slices however long a level of one of them takes. Nothing runs at the same time: who runs is decided here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")

PATIENCE = 0.5
"""Seconds for which `end` waits."""


class Ended(BaseException):
    """Raised where a part gives way and shall not go on. No `Exception`, so that nothing on the way takes it for an error."""


def end_all(parts: Iterable[Part[Any]]) -> None:
    """Ends all parts, also where an alarm or Ctrl-C comes meanwhile; it is raised again afterwards."""
    late: BaseException | None = None
    for part in parts:
        try:
            part.end()
        except BaseException as error:  # whatever it is, the other parts are ended first; it is raised again below
            late = error
            part.end()
    if late is not None:
        raise late


class Part(Generic[T]):
    """One generator with its thread, which begins at the first `run`."""

    def __init__(self, make: Callable[[Part[T]], Iterator[T]]) -> None:
        self._make = make
        self._mine, self._theirs = threading.Semaphore(0), threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        self._found: list[T] = []
        self._error: BaseException | None = None
        self._over: Callable[[], bool] = lambda: True
        self._ending = False
        self.done = False
        """Whether it has come to its end."""

    def run(self, over: Callable[[], bool]) -> list[T]:
        """Lets it run until it yields something, ends, or asks `give_way` when its slice is `over`; gives what it yielded. Raises what it raised."""
        if self.done:
            return []
        self._over = over
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True, name="flowforth-search")
            self._thread.start()
        else:
            self._mine.release()
        self._theirs.acquire()
        found, self._found = self._found, []
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        return found

    def give_way(self) -> None:
        """Called from within: hands over if the slice is over. Raises `Ended` if it shall not go on."""
        if threading.current_thread() is self._thread and self._over():
            self._hand_over()

    def end(self) -> None:
        """Ends it where it gave way; its `finally` blocks run before this returns, unless it does not look at the clock for PATIENCE."""
        if self._thread is None or self.done:
            return
        self._ending, self._over = True, lambda: True
        self._mine.release()
        self._thread.join(timeout=PATIENCE)

    def _hand_over(self) -> None:
        if self._ending:
            raise Ended
        self._theirs.release()
        self._mine.acquire()
        if self._ending:
            raise Ended

    def _work(self) -> None:
        generator: Iterator[T] | None = None
        try:
            generator = self._make(self)
            for item in generator:
                self._found.append(item)
                self._hand_over()
        except Ended:
            pass
        except BaseException as error:  # it goes on in the thread that runs the parts
            self._error = error
        finally:
            close = getattr(generator, "close", None)
            try:
                if close is not None:
                    close()
            finally:
                self.done = True
                self._theirs.release()
