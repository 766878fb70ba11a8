"""Where a process of a training run stands: alone or one of several, on which device; and blocks that an interruption waits for."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Place:
    """Which of several processes this is."""

    rank: int
    world: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether this process writes the run."""
        return self.rank == 0


@contextmanager
def placed() -> Iterator[Place]:
    """The process group that `torchrun` has set up, or a process alone."""
    world, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    cuda = torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if cuda else torch.device("cpu")
    if world == 1:
        yield Place(0, 1, device)
        return
    torch.distributed.init_process_group("nccl" if cuda else "gloo")
    try:
        yield Place(rank, world, device)
    finally:
        torch.distributed.destroy_process_group()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C, and SIGTERM where it means the same, wait for the end of the block: weights between two steps are of no use to anyone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    numbers = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is signal.default_int_handler]
    for number in numbers:
        signal.signal(number, lambda got, frame: asked.append(got))
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.default_int_handler)
    if asked:
        raise KeyboardInterrupt
