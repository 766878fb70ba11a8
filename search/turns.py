"""Generators that take turns: each runs in a thread of its own, one at a time, and gives way where it looks at the clock.

A search looks whether to stop many times a second, deep inside its loops, where a generator cannot yield. There it hands over, so that
two searches share one core in slices however long a level of one of them takes. Nothing runs at the same time: who runs is decided here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

PATIENCE = 0.5
"""Seconds for which `end` waits."""


HEAD_START = 0.1
"""Seconds that the first part has alone: what is found by then needs no help."""
SLICE, PART = 0.02, 0.1
"""Seconds of the first slices; later ones are a part of the time so far, as changing over has its price too."""
HEAD_START_CANDIDATES, SLICE_CANDIDATES = 500_000, 200_000
"""The same where candidates are counted."""


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


@dataclass(frozen=True, slots=True)
class Turns(Generic[T]):
    """Parts by name, in their order, each with the length of its slices against the others'."""

    parts: Mapping[str, Part[T]]
    shares: Mapping[str, float]
    counted: bool
    """Whether slices end after so many candidates, and not after so much time."""
    count: Callable[[], int]
    """Candidates of all parts so far."""
    stop: Callable[[], bool]

    def run(self, at: Callable[[str], bool]) -> Iterator[T]:
        """What the parts yield, in slices, until all are done; a part that is done leaves its time to the others. `at` is told who comes next, and says
        whether it is still of use."""
        start, first, turn = time.perf_counter(), self.count(), 0
        waiting = list(self.parts)
        while waiting and not self.stop():
            name = waiting[turn % len(waiting)]
            part = self.parts[name]
            if not at(name):
                part.end()
                waiting.remove(name)
                continue
            over = self._slice(self.shares.get(name, 1.0), start, first, head_start=turn == 0 and len(self.parts) > 1)
            while not part.done and not self.stop():
                found = part.run(over)
                yield from found
                if not found or over():
                    break
            if part.done:
                waiting.remove(name)  # the next one has moved to its place
            else:
                turn += 1

    def _slice(self, share: float, start: float, first: int, *, head_start: bool) -> Callable[[], bool]:
        """What says that a slice is over."""
        if self.counted:
            now = self.count()
            limit = now + (HEAD_START_CANDIDATES if head_start else int(share * (SLICE_CANDIDATES + PART * (now - first))))
            return lambda: self.count() >= limit
        now = time.perf_counter()
        end = now + (HEAD_START if head_start else share * (SLICE + PART * (now - start)))
        return lambda: time.perf_counter() >= end


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
