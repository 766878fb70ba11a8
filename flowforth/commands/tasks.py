"""`flowforth tasks`: checks a task file and lists its tasks."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from flowforth.arguments import add_json, print_json

if TYPE_CHECKING:
    from dsl.tasks import Task

NAME = "tasks"
HELP = "check a task file (JSON, JSONL, CSV or SyGuS .sl) and list its tasks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument("file", metavar="FILE", help="the task file, or - for standard input")
    add_task_options(parser)
    add_json(parser)


def add_task_options(parser: argparse.ArgumentParser) -> None:
    """How a task file is read: --format, --target, --delimiter."""
    parser.add_argument("--format", metavar="FORMAT", help="json, jsonl, csv or sl, where the file's name does not say it")
    parser.add_argument("--target", metavar="COLUMN", help="output column of a CSV file (default: the last one)")
    parser.add_argument("--delimiter", metavar="CHARACTER", help="delimiter of a CSV file, where its header leaves it open")


def main(args: argparse.Namespace) -> int:
    """Prints a line for each task; exit code 2 if the file holds anything else."""
    from dsl.tasks import iter_tasks, task_to_json
    from flowforth.outcome import table

    tasks = iter_tasks(args.file, format=args.format, target=args.target, delimiter=args.delimiter)
    if args.json:
        print_json([{**task_to_json(task), "types": _types(task)} for task in tasks])
        return 0
    rows: list[list[str]] = []
    for task in tasks:
        rows.append(_row(task))
        pair = task.contradiction()
        if pair:
            first, second = (index + 1 for index in pair)
            message = f"task {rows[-1][0]}: examples {first} and {second} have equal inputs and different outputs; no program does both"
            print(f"flowforth: warning: {message}", file=sys.stderr)
    print(table(rows))
    return 0


def _types(task: Task) -> dict[str, Any]:
    return {"inputs": [str(kind) for kind in task.input_types], "output": str(task.output_type)}


def _row(task: Task) -> list[str]:
    """The cells of a task's line."""
    from dsl.suggest import visible

    types = _types(task)
    more = [f"{len(task.held_out)} held out"] if task.held_out else []
    if task.unfilled:
        more.append(f"{_count(len(task.unfilled), 'row')} to fill")
    if task.constants is not None:
        more.append(f"{_count(len(task.constants), 'constant')} given")
    effect = f"( {' '.join([*types['inputs'], '--', types['output']])} )"
    return [visible(task.name, 60), effect, _count(len(task.examples), "example"), ", ".join(more)]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
