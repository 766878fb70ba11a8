"""Jobs on this machine: a few long-lived worker processes, each making one attempt at a time. Yields the records as they come.

A new process for every attempt would spend a second or two of each on loading compiled code. So a worker is kept until it dies,
hangs, holds too much memory, or there is nothing left to do. What a dead worker was at is recorded as `crashed`, `overrun` or `overgrown`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

from benchmarks.attempt import Job, Outcome, Record, read_task, record
from benchmarks.measure import resident_mb
from benchmarks.worker import READY

HANG = 10.0
"""Seconds past its budget after which an attempt is ended from outside."""
START = 120.0
"""Seconds that a worker may take to start."""
POLL = 0.25
"""Seconds between two looks at clocks and memory."""
OWN_MB = 1500
"""Megabytes that a worker may hold beyond the job's memory, for interpreter, compiled code and what a method does not count."""
IDLE_MB = 3000
"""Megabytes above which an idle worker is replaced."""


@dataclass(slots=True)
class Worker:
    """A worker process and what it is at. Use as `start`, then `give` and `take` in turn, `end` at last."""

    process: subprocess.Popen[bytes]
    connection: Connection
    ready: bool = False
    job: Job | None = None
    since: float = field(default_factory=time.monotonic)
    """When the job began, or the process while it is not ready."""
    most_mb: float = 0.0
    """Most memory seen during the job."""

    @staticmethod
    def start() -> Worker:
        """A new process, in a session of its own: Ctrl-C reaches the parent alone."""
        ours, theirs = Pipe()
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", str(theirs.fileno()), str(os.getpid())],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=sys.__stderr__, start_new_session=True,
            env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        theirs.close()
        return Worker(process, ours)

    def give(self, job: Job) -> None:
        """Sends it a job. If it has died meanwhile, `take` will tell."""
        self.job, self.since, self.most_mb = job, time.monotonic(), 0.0
        try:
            self.connection.send(job)
        except OSError:
            return

    def take(self) -> Record | None:
        """What it sent: the job's record, also where it died; None for the word that it is ready."""
        assert self.job is not None
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            if not self.ready:
                self.end()
                raise OSError("a worker process could not be started; its message stands above") from None
            return self.fail("crashed")
        if message == READY:
            self.ready, self.since = True, time.monotonic()
            return None
        self.job = None
        return message

    def trouble(self) -> str | None:
        """The status with which its attempt has to be ended from outside, if it has."""
        job = self.job
        assert job is not None
        now = resident_mb(self.process.pid)
        self.most_mb = max(self.most_mb, now)
        if now > job.memory + OWN_MB:
            return "overgrown"
        limit = job.budget + job.warm_up + HANG if self.ready else START
        return "overrun" if time.monotonic() - self.since > limit else None

    def fail(self, status: str) -> Record:
        """Ends the process; gives the record of an attempt that failed."""
        assert self.job is not None
        seconds, job = time.monotonic() - self.since, self.job
        self.end()
        return record(
            job,
            Outcome(status=status),
            wall_s=seconds,
            cpu_s=None,
            peak_mb=self.most_mb or None,
            has_held_out=bool(read_task(job).held_out),
        )

    def usable(self) -> bool:
        """Whether it can take another job; ended if not."""
        if self.process.poll() is None and not self.connection.closed and resident_mb(self.process.pid) <= IDLE_MB:
            return True
        self.end()
        return False

    def end(self) -> None:
        """Ends the process and whatever it has started."""
        self.connection.close()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def run_jobs(jobs: Sequence[Job], num_workers: int) -> Generator[Record, None, None]:
    """The record of each job, in the order in which they end. Closing the iterator ends all workers."""
    waiting, idle = deque(jobs), list[Worker]()
    busy: dict[Connection, Worker] = {}
    try:
        while waiting or busy:
            while waiting and len(busy) < num_workers:
                worker = _free(idle)
                busy[worker.connection] = worker  # first, so that it is ended whatever happens
                worker.give(waiting.popleft())
            for connection in wait(list(busy), POLL):
                worker = busy[connection]  # type: ignore[index]
                found = worker.take()
                if found is not None:
                    del busy[connection]  # type: ignore[arg-type]
                    idle.append(worker)
                    yield found
            for connection, worker in list(busy.items()):
                status = worker.trouble()
                if status is not None:
                    del busy[connection]
                    yield worker.fail(status)
    finally:
        for worker in (*busy.values(), *idle):
            worker.end()


def _free(idle: list[Worker]) -> Worker:
    """A worker that is idle and in order, or a new one."""
    while idle:
        worker = idle.pop()
        if worker.usable():
            return worker
    return Worker.start()
