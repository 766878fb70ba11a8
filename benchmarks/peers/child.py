"""A process of its own for a peer, with a hard end: it is killed at its deadline or when it outgrows its memory.

    with Child("benchmarks.peers.cvc5_process", memory=2000, deadline=start + 10) as child:
        child.send({"text": "..."})
        answer = child.receive()             # raises `Ended` at the deadline

Both sides send lines of JSON. The child dies with the process that started it, whatever ends that one.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.measure import resident_mb, status_kilobytes

POLL = 0.05
"""Seconds between two looks at the memory of the process."""


class Ended(Exception):
    """The child was ended or died; `status` as in `benchmarks.attempt.Outcome`."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Child:
    """A running module. Use as a context manager: at its end the process is gone."""

    def __init__(self, module: str, *, memory: int, deadline: float) -> None:
        self.memory = memory
        """Megabytes that the process may hold."""
        self.deadline = deadline
        """On the clock of `time.perf_counter`."""
        self.peak_mb: float | None = None
        self._module = module
        self._buffer = b""

    def __enter__(self) -> Child:
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module, str(os.getpid())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"},
        )  # fmt: skip
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # what could not be sent any more
                    pipe.close()

    def send(self, message: dict[str, Any]) -> None:
        """Sends a message. A child that has died meanwhile is noticed by `receive`."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return

    def receive(self) -> dict[str, Any]:
        """The next message. Raises `Ended` with the status `budget` at the deadline, `memory` or `crashed`."""
        assert self._process.stdout is not None
        while b"\n" not in self._buffer:
            left = self.deadline - time.perf_counter()
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, min(POLL, left)))
            self._look()
            if ready:
                data = os.read(self._process.stdout.fileno(), 1 << 16)
                if not data:
                    raise Ended("crashed")
                self._buffer += data
            elif left <= 0:
                raise Ended("budget")
        line, _, self._buffer = self._buffer.partition(b"\n")
        return json.loads(line)

    def _look(self) -> None:
        """Notes the most memory that it held; ends what holds too much."""
        peak = status_kilobytes("VmHWM", Path(f"/proc/{self._process.pid}/status"))
        if peak is not None:
            self.peak_mb = max(self.peak_mb or 0.0, peak / 1024)
        if resident_mb(self._process.pid) > self.memory:
            raise Ended("memory")
