"""A process for the tests of `benchmarks.peers.child`, which does what FLOWFORTH_TEST_CHILD says, and a method that starts it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.attempt import Outcome
from benchmarks.peers.child import Child
from benchmarks.worker import die_with


def attempt(task: Any, job: Any) -> Outcome:
    """A method that waits for the process."""
    with Child("tests.benchmarks.peers.children", memory=1000, deadline=time.perf_counter() + job.budget) as child:
        child.receive()
    return Outcome(status="budget")


def main() -> None:
    """The process."""
    die_with(int(sys.argv[1]))
    if path := os.environ.get("FLOWFORTH_TEST_LOG"):
        Path(path).write_text(f"{os.getpid()}\n")
    behaviour, held = os.environ["FLOWFORTH_TEST_CHILD"], []
    while behaviour == "hang":
        time.sleep(1)
    while behaviour == "eat":
        held.append(b"x" * (10 << 20))
        time.sleep(0.02)
    if behaviour == "echo":
        for line in sys.stdin:
            print(line, end="", flush=True)
    sys.exit(3)


if __name__ == "__main__":
    main()
