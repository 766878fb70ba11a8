"""Settings of the whole test run: hypothesis without deadlines (the machines are noisy) and with a fixed seed in CI."""

import os
import signal
import sys

import pytest
from hypothesis import settings

settings.register_profile("default", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

# Several workers test at a time, and torch's threads would wait for each other's cores: sixteen times as long was measured. Read when torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

if not os.path.exists("/dev/nvidiactl"):
    # Triton's kernels run on the CPU; the switch is read when triton is imported, which torch may do at any time.
    os.environ.setdefault("TRITON_INTERPRET", "1")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # Started in the background, a process ignores Ctrl-C and so do its children; the tests of Ctrl-C need it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module", autouse=True)
def memory_of_searches():
    """What a search keeps for the next one goes with the file: several workers may test at a time, and some tests measure memory."""
    yield
    bank = sys.modules.get("search.exact.bank")
    if bank is not None:
        bank._kept.clear()
