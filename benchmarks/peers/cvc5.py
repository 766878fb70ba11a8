"""The method `cvc5`: its SyGuS solver with its own choice of strategy, from PyPI, on tasks over strings, ints and booleans.

Each attempt is a process of its own, whose start (about 0.1 s) counts. With `--constants given` a task that comes from a .sl file is
solved in the grammar of that file; any other in a grammar of all the operators that SyGuS files use, with the constants of the job.
What comes back is run on every example by `benchmarks.peers.smtlib`, which knows nothing of cvc5.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.attempt import Job, Outcome
from benchmarks.peers import sygus
from benchmarks.peers.child import Child, Ended
from benchmarks.peers.smt_operators import SmtError
from benchmarks.peers.smtlib import Function, read_function

if TYPE_CHECKING:
    from dsl.tasks import Task
    from dsl.tasks.records import Example

PROCESS = "benchmarks.peers.cvc5_process"
GAVE_UP = ("infeasible", "fail", "unknown")
"""Answers that say that there is nothing more to come."""


def attempt(task: Task, job: Job) -> Outcome:
    """What cvc5 finds within the budget. `unsupported` for lists. It counts no candidates, so `max_candidates` does not end it."""
    start = time.perf_counter()
    if not sygus.supported(task):
        return Outcome(status="unsupported")
    text = sygus.text_of(task, function_of(task, job))
    with Child(PROCESS, memory=job.memory, deadline=start + job.budget) as child:
        child.send({"text": text, "seed": job.seed})
        try:
            reply = child.receive()
        except Ended as ended:
            return Outcome(status=ended.status, peak_mb=child.peak_mb)
        first_s = time.perf_counter() - start
    if "refused" in reply:
        raise RuntimeError(f"cvc5 refused the task: {reply['refused']}\n{text}")
    if reply["said"] in GAVE_UP:
        return Outcome(status="exhausted", peak_mb=child.peak_mb)
    program = " ".join(reply["said"].removeprefix("(\n").removesuffix("\n)").split("\n"))
    function = read_function(program)
    wrong = next((example for example in task.examples if not right(function, example)), None)
    if wrong is not None:
        raise RuntimeError(f"cvc5's answer does not give the output of {wrong}:\n{program}")
    return Outcome(
        status="solved", program=program, size=function.size, first_s=first_s, peak_mb=child.peak_mb,
        held_out_correct=all(right(function, example) for example in task.held_out),
    )  # fmt: skip


def function_of(task: Task, job: Job) -> str:
    """The `synth-fun` for a task: with its file's grammar where the job brings one and constants are to be the given ones."""
    from search.constants import constants_for

    if job.sygus is not None and job.constants == "given":
        return sygus.converted(job.sygus)
    return sygus.made(task, constants_for(task, job.constants))  # type: ignore[arg-type]


def right(function: Function, example: Example) -> bool:
    """Whether the function gives the example's output, of the same sort."""
    try:
        found = function.answer(example.inputs)  # type: ignore[arg-type]
    except SmtError:
        return False
    return type(found) is type(example.output) and found == example.output
