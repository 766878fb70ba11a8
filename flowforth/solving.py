"""Solving a task for people: from pairs, records or a file, with settings by name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from dsl.errors import ConfigError, TaskError
from dsl.tasks.records import Example, Task
from dsl.values import PROFILES

if TYPE_CHECKING:
    from search.result import SearchResult

Examples: TypeAlias = "Task | str | os.PathLike[str] | Sequence[Any]"


def solve(examples: Examples, *, name: str | None = None, constants: str | Sequence[Any] = "given", **settings: Any) -> SearchResult:
    """Programs that give every example's output, the best first, found within `budget` seconds (10 unless given).

    `examples` is a `Task`, the path of a task file (`name` says which task where it holds several), or a list of examples: pairs
    `(inputs, output)`, where a tuple holds several inputs and anything else is the one input, or `{"inputs": [...], "output": ...}`.
    `constants` is where constants come from (`given`, `pool`, `discovered`) or a list of them. The other settings are those of
    `search.settings.Settings`; `profile` may be a name. Ctrl-C ends the search and keeps what was found.
    """
    task = _task(examples, name)
    if not isinstance(constants, str):
        from flowforth.running import values

        task, constants = _with_constants(task, values(constants)), "given"
    from search.settings import Settings
    from search.solve import solve as search

    unknown = set(settings) - set(Settings.__dataclass_fields__)
    if unknown:
        raise ConfigError(f"no search setting {sorted(unknown)[0]!r}; the settings are {', '.join(Settings.__dataclass_fields__)}")
    profile = settings.get("profile")
    if isinstance(profile, str):
        if profile not in PROFILES:
            raise ConfigError(f"no profile {profile!r}; the profiles are {', '.join(PROFILES)}")
        settings["profile"] = PROFILES[profile]
    for words in ("ops", "without"):
        if settings.get(words) is not None:
            settings[words] = frozenset(settings[words])
    return search(task, Settings(constants=constants, **settings))  # type: ignore[arg-type]


def one_task(tasks: Iterable[Task], name: str | None, source: str) -> Task:
    """The task of that name, or the only one. Raises `TaskError` where there is none, or several and no name."""
    iterator: Iterator[Task] = iter(tasks)
    if name is None:
        first, *more = islice(iterator, 4)
        if more:
            names = ", ".join([*(repr(task.name) for task in (first, *more[:2])), *(["..."] if len(more) > 2 else [])])
            raise TaskError(f"{source}: there are several tasks ({names}); say which by its name (--name)")
        return first
    names = []
    for task in iterator:
        if task.name == name:
            return task
        names.append(task.name)
    from difflib import get_close_matches

    near = get_close_matches(name, names, 1)
    raise TaskError(f"{source}: no task is named {name!r}{f'; did you mean {near[0]!r}?' if near else f'; there are {len(names)}'}")


def _task(examples: Examples, name: str | None) -> Task:
    if isinstance(examples, Task):
        return examples
    if isinstance(examples, (str, os.PathLike)):
        from dsl.tasks import iter_tasks

        return one_task(iter_tasks(examples), name, os.fspath(examples))
    return Task(name=name or "task", examples=tuple(_example(item, number) for number, item in enumerate(examples, 1)))


def _example(item: Any, number: int) -> Example:
    from flowforth.running import values

    if isinstance(item, Example):
        return item
    if isinstance(item, Mapping):
        if item.keys() != {"inputs", "output"} or not isinstance(item["inputs"], (list, tuple)):
            raise TaskError(f'example {number}: write {{"inputs": [...], "output": ...}}; here the keys are {", ".join(map(repr, item))}')
        inputs, output = tuple(item["inputs"]), item["output"]
    elif isinstance(item, (tuple, list)) and len(item) == 2:
        inputs, output = item[0] if isinstance(item[0], tuple) else (item[0],), item[1]
    else:
        raise TaskError(f"example {number}: {str(item)[:60]!r} is no pair (inputs, output)")
    try:
        return Example(values(inputs), values([output])[0])
    except ValueError as error:
        raise TaskError(f"example {number}: {error}") from None


def _with_constants(task: Task, constants: tuple[Any, ...]) -> Task:
    from dataclasses import replace

    return replace(task, constants=constants)
