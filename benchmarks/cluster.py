"""Jobs on a ray cluster: the same function as in `benchmarks.processes`, as ray tasks. Needs the extra `ray`."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from importlib import import_module
from typing import Any

from benchmarks.attempt import Job, Outcome, Record, read_task, record, run
from dsl.errors import ConfigError

HANG = 60.0
"""Seconds past its budget after which a task is cancelled; waiting for a place in the cluster counts."""


def run_jobs(jobs: Sequence[Job], num_workers: int, address: str | None = None) -> Generator[Record, None, None]:
    """The record of each job, in the order in which they end, at most `num_workers` at a time. `address` None starts a local cluster."""
    ray = _ray()
    if not ray.is_initialized():
        ray.init(address=address, **({} if address else {"num_cpus": num_workers}))
    # No retries: an attempt is made once. One call after the other goes to the same process, as with `benchmarks.processes`.
    remote = ray.remote(num_cpus=1, max_retries=0)(run)
    waiting = list(reversed(jobs))
    busy: dict[Any, tuple[Job, float]] = {}
    try:
        while waiting or busy:
            while waiting and len(busy) < num_workers:
                job = waiting.pop()
                busy[remote.remote(job)] = job, time.monotonic()
            done, _ = ray.wait(list(busy), num_returns=1, timeout=1.0)
            for reference in done:
                yield _result(ray, reference, *busy.pop(reference))
            for reference, (job, since) in list(busy.items()):
                if time.monotonic() - since > job.budget + job.warm_up + HANG:
                    del busy[reference]
                    ray.cancel(reference, force=True)
                    yield _failed(job, "overrun", since)
    finally:
        for reference in busy:
            ray.cancel(reference, force=True)


def _result(ray: Any, reference: Any, job: Job, since: float) -> Record:
    try:
        return ray.get(reference)
    except ray.exceptions.RayError:  # the worker died, or the node
        return _failed(job, "crashed", since)


def _failed(job: Job, status: str, since: float) -> Record:
    seconds = time.monotonic() - since
    return record(job, Outcome(status=status), wall_s=seconds, cpu_s=None, peak_mb=None, has_held_out=bool(read_task(job).held_out))


def _ray() -> Any:
    try:
        return import_module("ray")
    except ImportError:
        raise ConfigError("--engine ray needs ray; install the extra: pip install 'flowforth[ray]'") from None
