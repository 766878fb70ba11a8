"""The method `pyshgp`: PushGP from PyPI with the package's own settings, on ints, booleans, strings and flat lists of them.

Each attempt is a process of its own, whose start (about 1 s, for pandas) counts. The evolved program is run again by pyshgp's
interpreter on every example and, once the search is over, on the held-out inputs, which the process does not get before.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from benchmarks.attempt import Job, Outcome
from benchmarks.peers.child import Child, Ended
from dsl.types import BOOL, INT, STR, ListOf, Type
from dsl.values import Value, to_json

if TYPE_CHECKING:
    from dsl.tasks import Task

PROCESS = "benchmarks.peers.pyshgp_process"
STACKS: dict[Type, str] = {
    INT: "int", BOOL: "bool", STR: "str", ListOf(INT): "vector_int", ListOf(BOOL): "vector_bool", ListOf(STR): "vector_str",
}  # fmt: skip
"""pyshgp's stack for each type; it has none for lists of lists."""
LATE = 0.25
"""Seconds past the budget in which a program found in time may still be written down; the process stops simplifying at the budget."""
SCORING = 5.0
"""Most seconds for running the answer on examples and held-out inputs, after the search has ended."""


def attempt(task: Task, job: Job) -> Outcome:
    """What PushGP evolves within the budget. `unsupported` for lists of lists. `max_candidates` ends it after so many individuals."""
    start = time.perf_counter()
    kinds = [STACKS.get(kind) for kind in (*task.input_types, task.output_type)]
    if None in kinds:
        return Outcome(status="unsupported")
    first_s = first_candidates = candidates = None
    with Child(PROCESS, memory=job.memory, deadline=start + job.budget) as child:
        child.send(request(task, job, kinds))
        try:
            while "program" not in (message := child.receive()):
                candidates = message["candidates"]
                if "spent" in message:
                    return Outcome(status="budget", candidates=candidates, executions=_runs(candidates, task), peak_mb=child.peak_mb)
                if "found" in message:
                    first_s, first_candidates = time.perf_counter() - start, candidates
                    child.deadline += LATE
            candidates = message["candidates"]
            child.deadline = time.perf_counter() + SCORING
            rows = [*task.examples, *task.held_out]
            child.send({"inputs": [to_json(row.inputs) for row in rows]})
            outputs = child.receive()["outputs"]
        except Ended as ended:
            return Outcome(status=ended.status, candidates=candidates, executions=_runs(candidates, task), peak_mb=child.peak_mb)
    agreeing = [same(found, row.output) for found, row in zip(outputs, rows, strict=True)]
    if not all(agreeing[: len(task.examples)]):
        raise RuntimeError(f"the program that pyshgp evolved is wrong on its examples when it is run again:\n{message['program']}")
    return Outcome(
        status="solved", program=message["program"], size=message["size"], held_out_correct=all(agreeing[len(task.examples) :]),
        first_s=first_s, candidates=candidates, first_candidates=first_candidates, executions=_runs(candidates, task), peak_mb=child.peak_mb,
    )  # fmt: skip


def request(task: Task, job: Job, kinds: list[str | None]) -> dict[str, Any]:
    """What the process is told. Held-out examples are no part of it."""
    from search.constants import constants_for

    return {
        "kinds": kinds, "inputs": [to_json(example.inputs) for example in task.examples],
        "outputs": [to_json(example.output) for example in task.examples],
        "constants": [value for value in constants_for(task, job.constants) if _usable(value, kinds)],  # type: ignore[arg-type]
        "seed": job.seed, "max_candidates": job.max_candidates, "seconds": job.budget, "since": time.monotonic(),
    }  # fmt: skip


def same(found: Any, wanted: Value) -> bool:
    """Whether a value as JSON has it is the wanted one, of the same type."""
    expected = to_json(wanted)
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(_same_scalar, found, expected))
    return _same_scalar(found, expected)


def _same_scalar(found: Any, wanted: Any) -> bool:
    return type(found) is type(wanted) and found == wanted


def _usable(value: Value, kinds: list[str | None]) -> bool:
    """Whether a constant has a stack here: strings where the task has text."""
    text = any(kind in ("str", "vector_str") for kind in kinds)
    return type(value) in (int, bool) or (isinstance(value, str) and text)


def _runs(candidates: int | None, task: Task) -> int | None:
    """Runs of whole programs by its interpreter."""
    return None if candidates is None else candidates * len(task.examples)
