"""`flowforth trace`: a program word by word, what is on the stack beside what the abstract interpreters know of it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dsl.errors import ConfigError
from flowforth.arguments import Job, add_inputs, add_json, add_program, did_you_mean, print_json, read_job

if TYPE_CHECKING:
    from dsl.domains.product import Abstract
    from flowforth.running import TraceStep

NAME = "trace"
HELP = "run a program word by word, with what each abstract domain knows of the stack beside it"
MAX_STEPS = 1000
"""Steps that are shown."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    add_program(parser)
    add_inputs(parser)
    parser.add_argument(
        "--domain",
        action="extend",
        nargs="+",
        metavar="NAME",
        help="domains to show: type, length, interval, parity, sign, chars or all (the default)",
    )
    parser.add_argument(
        "--any", action="store_true", help="let the abstract run start from every value of the inputs' types, not from these inputs"
    )
    add_json(parser)


def main(args: argparse.Namespace) -> int:
    """Prints one line for each executed word; exit code 1 if the run gets stuck."""
    from dsl.domains.product import Abstract, reduce
    from dsl.machine import run
    from dsl.types import type_of
    from dsl.values import Stuck
    from flowforth.running import trace

    job, domains = read_job(args), _domains(args.domain)
    start = [reduce(Abstract.top(type_of(value)), job.profile) if args.any else Abstract.of(value) for value in job.inputs]
    # All domains work together, as they do in a search; `domains` are those to be shown.
    steps = trace(job.program, job.inputs, constants=job.constants, profile=job.profile, abstract_inputs=start)
    outcome = run(job.program, job.inputs, constants=job.constants, profile=job.profile)
    if args.json:
        print_json(_json(job, steps, start, domains, outcome))
    else:
        _print(job, steps, start, domains, outcome)
    return 1 if isinstance(outcome, Stuck) else 0


def _domains(names: Sequence[str] | None) -> tuple[str, ...]:
    """The domains asked for, in the order of the product."""
    from dsl.domains.product import DOMAINS

    asked = [name for item in names or ("all",) for name in item.split(",")]
    for name in asked:
        if name != "all" and name not in DOMAINS:
            raise ConfigError(f"no domain {name!r}{did_you_mean(name, DOMAINS)}; the domains are {', '.join(DOMAINS)} and all")
    return tuple(name for name in DOMAINS if name in asked or "all" in asked)


def _print(job: Job, steps: Sequence[TraceStep], start: Sequence[Abstract], domains: Sequence[str], outcome: Any) -> None:
    from dsl.values import Stuck
    from flowforth.outcome import indented, short_stack, stuck_text, table
    from flowforth.running import word_text

    rows = [
        ["word", "stack", "/".join(domains) if len(domains) < 6 else "abstract"],
        ["start", short_stack(job.inputs), _shown(start, domains)],
    ]
    for step in steps[:MAX_STEPS]:
        failed = isinstance(step.after, Stuck) and step.path == step.after.at
        after = f"stuck ({step.after.reason.value})" if isinstance(step.after, Stuck) else short_stack(step.after)
        word = indented(step.path, word_text(step.instruction))
        rows.append([f"{word}  <-- here" if failed else word, after, _shown(step.abstract, domains)])
    print(table(rows))
    if len(steps) > MAX_STEPS:
        print(f"... and {len(steps) - MAX_STEPS} steps more")
    if isinstance(outcome, Stuck):
        print(stuck_text(outcome, job.program, job.text))


def _shown(stack: Sequence[Abstract] | None, domains: Sequence[str]) -> str:
    """An abstract stack on one line, top last, the values separated by semicolons."""
    from flowforth.outcome import shortened

    if stack is None:
        return "certainly stuck"
    shown = [element.show(domains) for element in stack]
    return shortened(reversed([*(f"{text};" for text in shown[:-1]), *shown[-1:]]), 100) or "(empty)"


def _json(job: Job, steps: Sequence[TraceStep], start: Sequence[Abstract], domains: Sequence[str], outcome: Any) -> dict[str, Any]:
    from dsl.values import to_json
    from flowforth.outcome import outcome_json
    from flowforth.running import word_text

    rows = [
        {
            "word": word_text(step.instruction),
            "at": list(step.path),
            "before": to_json(step.before),
            **outcome_json(step.after, job.program),
            "abstract": _abstract_json(step.abstract, domains),
        }
        for step in steps[:MAX_STEPS]
    ]
    return {
        "program": str(job.program),
        "start": _abstract_json(start, domains),
        "steps": rows,
        "outcome": outcome_json(outcome, job.program),
    }


def _abstract_json(stack: Sequence[Abstract] | None, domains: Sequence[str]) -> list[dict[str, str]] | None:
    from dsl.domains.product import DOMAINS

    if stack is None:
        return None
    return [{name: DOMAINS[name].show(getattr(element, name)) for name in domains} for element in stack]
