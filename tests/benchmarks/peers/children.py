"""A process for the tests of `benchmarks.peers.child`: does what FLOWFORTH_TEST_CHILD says."""

from __future__ import annotations

import os
import sys
import time


def main() -> None:
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
