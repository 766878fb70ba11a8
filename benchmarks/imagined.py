"""How much of a program the executor imagines right: the lines of programs that made drawn list tasks, each from the true values, on up to six examples.

    python -m benchmarks.imagined [--weights FILE|RUN] [--n 5..6] [--count 25] [--seed 700]

A *state* is a line on one example; a *column* is a line on all examples, which is what a search through the executor needs right. Tasks have their own seed, so they are none of the suites'.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.generate import positive, sizes
from benchmarks.generators import lists
from benchmarks.generators.lines import LISTS
from benchmarks.generators.suite import generated
from dsl.machine import run
from dsl.ops import OPS
from dsl.parser import parse
from dsl.program import Program, Word
from dsl.tasks import Task
from dsl.values import Stuck, Value

EXAMPLES = 6
WIDTH = 96
"""Cells of a state."""


@dataclass(frozen=True, slots=True)
class Line:
    """A word of a program on one example."""

    task: str
    place: int
    word: str
    arguments: tuple[Value, ...]
    result: Value


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table, the worst words first."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imagined", description="How much of a program the executor imagines right.")
    parser.add_argument("--weights", type=Path, metavar="FILE|RUN", help="those of the executor (default: the shipped ones)")
    parser.add_argument("--n", type=sizes, default="5..6", metavar="N|LOW..HIGH", help="minimal numbers of words (5..6)")
    parser.add_argument("--count", type=positive, default=25, help="tasks of each (25)")
    parser.add_argument("--seed", type=int, default=700)
    args = parser.parse_args(arguments)
    tasks = [task for n in args.n for _, task in generated(partial(lists.attempt, n, args.seed), args.count)]
    some = [line for task in tasks for line in lines(task)]
    from search.latent.learned import Learned, field_of, shipped

    weights = shipped() if args.weights is None else args.weights
    guesses = Learned(field_of(weights), WIDTH).step([line.arguments for line in some], [line.word for line in some])
    right = [guess.stack == (line.result,) for line, guess in zip(some, guesses, strict=True)]
    for row in table(some, right):
        print(f"| {' | '.join(row)} |")
    return 0


def lines(task: Task) -> Iterator[Line]:
    """What a task's program does, but for words that only move values."""
    for example in task.examples[:EXAMPLES]:
        stack: tuple[Value, ...] | Stuck = tuple(example.inputs)
        for place, instruction in enumerate(parse(str(task.metadata["program"])).body):
            assert not isinstance(stack, Stuck), "a task's program runs on its examples"
            after = run(Program((instruction,)), stack, profile=LISTS)
            if isinstance(instruction, Word) and OPS[instruction.name].routing is None and not isinstance(after, Stuck):
                taken = OPS[instruction.name].type.pops
                yield Line(task.name, place, instruction.name, stack[len(stack) - taken :], after[-1])
            stack = after


def table(some: Sequence[Line], right: Sequence[bool]) -> Iterator[list[str]]:
    """Rows for all words together and for each, those with the fewest right columns first."""
    columns: dict[tuple[str, str, int], list[bool]] = defaultdict(list)
    for line, fine in zip(some, right, strict=True):
        columns[line.word, line.task, line.place].append(fine)
    words: dict[str, list[list[bool]]] = defaultdict(list)
    for (word, _, _), column in columns.items():
        words[word].append(column)
    yield ["word", "states", "right", "columns", "right"]
    yield ["---"] * 5
    yield ["all", *_shares(list(columns.values()))]
    for word, each in sorted(words.items(), key=lambda item: (sum(map(all, item[1])) / len(item[1]), item[0])):
        yield [f"`{word}`", *_shares(each)]


def _shares(columns: Sequence[Sequence[bool]]) -> list[str]:
    states = [fine for column in columns for fine in column]
    return [f"{len(states):,}", f"{sum(states) / len(states):.1%}", f"{len(columns):,}", f"{sum(map(all, columns)) / len(columns):.1%}"]


if __name__ == "__main__":
    raise SystemExit(main())
