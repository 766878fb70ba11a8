"""`flowforth run`: runs a program on inputs and prints the stack that it leaves."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from dsl.errors import ConfigError
from flowforth.arguments import Job, add_inputs, add_json, add_program, print_json, read_job

NAME = "run"
HELP = "run a program on inputs and print the stack that it leaves, top last"
MAX_STEPS = 1000
"""Steps that are shown; a loop may take twenty thousand."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    add_program(parser)
    add_inputs(parser)
    parser.add_argument("--steps", action="store_true", help=f"show the stack after each word (of the first {MAX_STEPS} steps)")
    parser.add_argument("--python", action="store_true", help="also print the program as a Python function")
    parser.add_argument(
        "--neural",
        metavar="RUN|WEIGHTS",
        help="run it by the neural executor, too, word by word beside the machine; `shipped` names the weights of this version",
    )
    add_json(parser)


def main(args: argparse.Namespace) -> int:
    """Prints the final stack, or where and why the run got stuck (exit code 1)."""
    from dsl.machine import run
    from dsl.values import Stuck
    from flowforth.outcome import outcome_json, stack_text, stuck_text

    job = read_job(args)
    if args.neural is not None:
        return _neural(job, args)
    source = _python(job) if args.python else None
    stack = run(job.program, job.inputs, constants=job.constants, profile=job.profile)
    if args.json:
        data: dict[str, Any] = outcome_json(stack, job.program)
        if args.steps:
            data["steps"] = _steps_json(job)
        if source is not None:
            data["python"] = source
        print_json(data)
        return 0 if data.get("stack") else 1
    if source is not None:
        print(source)
    if args.steps:
        _print_steps(job)
    if isinstance(stack, Stuck):
        print(stuck_text(stack, job.program, job.text))
        return 1
    if not stack:
        print("flowforth: the final stack is empty, so there is no answer", file=sys.stderr)
        return 1
    print(stack_text(stack))
    return 0


def _neural(job: Job, args: argparse.Namespace) -> int:
    """Both runs side by side; exit code 0 where the ends are equal."""
    from flowforth.neural import require_neural, weights_path
    from flowforth.outcome import outcome_json, short_stack, table

    if args.steps or args.python:
        raise ConfigError("--neural shows every word by itself; leave out --steps and --python")
    require_neural()
    from executor.checkpoint import load_weights
    from executor.predict import predictions

    model, _ = load_weights(weights_path(None if args.neural == "shipped" else args.neural))
    found = predictions(model, job.program, job.inputs, constants=job.constants, profile=job.profile)
    right = bool(found) and found[-1].right

    def shown(items: Any) -> str:
        return f"stuck ({items})" if isinstance(items, str) else short_stack(items, 60)

    if args.json:
        steps = [
            {
                "word": step.word,
                "machine": outcome_json(step.true, job.program),
                "executor": None if step.state is None else step.state.items,
                "trouble": step.trouble,
                "right": step.right,
            }
            for step in found
        ]
        print_json({"steps": steps, "right": right})
        return 0 if right else 1
    rows = [["word", "machine", "executor", "gets stuck", ""]]
    for step in found:
        true = shown(step.true if isinstance(step.true, tuple) else step.true.reason.value)
        said = "no state" if step.state is None else shown(step.state.items)
        rows.append([step.word, true, said, f"{step.trouble:.1%}", "" if step.right else "differs"])
    print(table(rows))
    return 0 if right else 1


def _python(job: Job) -> str:
    from dsl.python import render
    from dsl.types import type_of

    return render(job.program, [type_of(value) for value in job.inputs], constants=job.constants, profile=job.profile)


def _print_steps(job: Job) -> None:
    from dsl.values import Stuck
    from flowforth.outcome import indented, short_stack, table
    from flowforth.running import word_text

    steps = _steps(job)
    rows = [["start", short_stack(job.inputs, 100)]]
    for step in steps[:MAX_STEPS]:
        after = f"stuck ({step.after.reason.value})" if isinstance(step.after, Stuck) else short_stack(step.after, 100)
        rows.append([indented(step.path, word_text(step.instruction)), after])
    print(table(rows))
    if len(steps) > MAX_STEPS:
        print(f"... and {len(steps) - MAX_STEPS} steps more")


def _steps_json(job: Job) -> list[dict[str, Any]]:
    from flowforth.outcome import outcome_json
    from flowforth.running import word_text

    return [
        {"word": word_text(step.instruction), "at": list(step.path), **outcome_json(step.after, job.program)}
        for step in _steps(job)[:MAX_STEPS]
    ]


def _steps(job: Job) -> list[Any]:
    from dsl.machine import steps

    return steps(job.program, job.inputs, constants=job.constants, profile=job.profile)
