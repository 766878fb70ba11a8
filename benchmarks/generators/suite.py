"""A generated suite: the first tasks, in the order of their attempts, that a generator accepts, no program twice."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count as numbers
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from dsl.tasks import Task, task_to_json
from dsl.tasks.objects import read_line
from dsl.tasks.source import Source

Attempt: TypeAlias = "Callable[[int], Task | None]"
"""From an attempt's number to its task, or None where it comes to nothing. Picklable, and a function of the number alone."""

BLOCK = 16
"""Attempts handed to the workers at a time, for each worker: the most that is computed and not used."""


def generated(attempt: Attempt, count: int, jobs: int = 1) -> Iterator[tuple[int, Task]]:
    """`count` tasks, each with the number of attempts it took so far. The same ones on any number of jobs."""
    found, seen = 0, set()
    for number, task in enumerate(_attempts(attempt, jobs), start=1):
        if task is None or task.metadata["program"] in seen:
            continue
        seen.add(task.metadata["program"])
        found += 1
        yield number, task
        if found == count:
            return


def _attempts(attempt: Attempt, jobs: int) -> Iterator[Task | None]:
    if jobs == 1:
        yield from map(attempt, numbers())
        return
    source = numbers()
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        while True:
            # Tasks cannot be pickled as they are (their metadata are read-only), so they travel as JSON.
            for data in pool.imap(partial(_as_json, attempt), list(islice(source, BLOCK * jobs))):
                yield None if data is None else _from_json(data)


def _as_json(attempt: Attempt, number: int) -> str | None:
    task = attempt(number)
    return None if task is None else to_line(task)


def _from_json(line: str) -> Task:
    return read_line(Source("<worker>", line))


def to_line(task: Task) -> str:
    """The task as one line of a JSONL file, without its line end."""
    return json.dumps(task_to_json(task), ensure_ascii=False)


def write_tasks(tasks: Iterable[Task], path: str | os.PathLike[str]) -> None:
    """Writes a JSONL file, whole or not at all."""
    target = Path(path)
    temporary = target.with_name(f"{target.name}.{os.getpid()}.new")
    temporary.write_text("".join(to_line(task) + "\n" for task in tasks), encoding="utf-8", newline="\n")
    temporary.replace(target)
