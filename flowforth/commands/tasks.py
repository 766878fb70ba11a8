"""`flowforth tasks`: checks a task file and lists its tasks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
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

    tasks = iter_tasks(args.file, format=args.format, target=args.target, delimiter=args.delimiter)
    if args.json:
        print_json([{**task_to_json(task), "types": _types(task)} for task in tasks])
        return 0
    for task in tasks:
        print("  ".join(_line(task)))
        pair = task.contradiction()
        if pair:
            first, second = (index + 1 for index in pair)
            message = f"task {task.name}: examples {first} and {second} have equal inputs and different outputs; no program does both"
            print(f"flowforth: warning: {message}", file=sys.stderr)
    return 0


def _types(task: Task) -> dict[str, Any]:
    return {"inputs": [str(kind) for kind in task.input_types], "output": str(task.output_type)}


def _line(task: Task) -> Iterator[str]:
    """The parts of a task's line."""
    from dsl.suggest import visible

    types = _types(task)
    yield visible(task.name, 60)
    yield f"( {' '.join([*types['inputs'], '--', types['output']])} )"
    yield _count(len(task.examples), "example")
    if task.held_out:
        yield f"{len(task.held_out)} held out"
    if task.unfilled:
        yield f"{_count(len(task.unfilled), 'row')} to fill"
    if task.constants is not None:
        yield f"{_count(len(task.constants), 'constant')} given"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
