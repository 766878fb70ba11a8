"""Suites by name or path: bundled files of benchmarks/data, and task files of other people, read where they lie."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dsl.errors import ConfigError
from dsl.tasks import Task, iter_tasks, task_to_json
from dsl.values import DEFAULT, PROFILES

DATA = Path(__file__).parent / "data"
PROFILES_BY_NAME = (("lambdabeam-", "lambdabeam"), ("exedec-", "exedec"), ("deepcoder-", "deepcoder"), ("rule-", "rule"))
"""Beginnings of suite names, and the profile in which their tasks were made."""
LEFT_OUT = "+leave-one-out"
"""Ending of a suite's name where the last example of each task was taken out of the examples and held out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Tasks that are reported together, each with a name of its own."""

    name: str
    profile: str
    """Name of the profile that its tasks mean."""
    tasks: tuple[Task, ...]

    @property
    def digest(self) -> str:
        """A hash of all the tasks: two suites of one name and different tasks must not meet in one folder."""
        return hashlib.sha256("\n".join(map(task_text, self.tasks)).encode()).hexdigest()[:16]


def load_suite(where: str, *, profile: str | None = None, leave_one_out: bool = False) -> Suite:
    """The suite of that name, or in that task file or folder of .sl files. Raises `TaskError` or `ConfigError` where there is none.

    With `leave_one_out` the last example of a task is what the program is scored on and no search sees it, as in ExeDec's protocol;
    tasks of one example and what the file itself holds out are left out.
    """
    path = bundled().get(where) or Path(where)
    files = sorted(path.glob("*.sl")) if path.is_dir() else [path]
    if path.is_dir() and not files:
        raise ConfigError(f"{where}: no .sl file in this folder")
    if not path.exists():
        raise ConfigError(f"no suite {where!r}{_hint(where)}, and no such file; the bundled suites are {', '.join(bundled()) or 'none'}")
    tasks = _named([task for file in files for task in iter_tasks(file)])
    name = path.name if path.is_dir() else path.stem
    suite = Suite(name=name, profile=profile or profile_of(name, tasks), tasks=tasks)
    if not leave_one_out:
        return suite
    tasks = tuple(_last_left_out(task) for task in tasks if len(task.examples) >= 2)
    return replace(suite, name=name + LEFT_OUT, tasks=tasks)


def bundled() -> dict[str, Path]:
    """The bundled suites by name."""
    return {path.stem: path for path in sorted(DATA.glob("*.jsonl"))}


def profile_of(name: str, tasks: Iterable[Task] = ()) -> str:
    """The profile for a suite: by the beginning of its name, else the one that all its tasks name in their metadata, else the default."""
    for start, profile in PROFILES_BY_NAME:
        if name.startswith(start):
            return profile
    named = {task.metadata.get("profile") for task in tasks}
    return next((profile for profile in PROFILES if named == {profile}), DEFAULT.name)


def task_text(task: Task) -> str:
    """The task as a line of JSON, from which `benchmarks.attempt.read_task` makes an equal one."""
    return json.dumps(task_to_json(task))


def _named(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """The tasks, with `#2`, `#3` and so on behind names that came before."""
    seen: Counter[str] = Counter()
    found = []
    for task in tasks:
        seen[task.name] += 1
        name = task.name if seen[task.name] == 1 else f"{task.name}#{seen[task.name]}"
        if name != task.name:
            seen[name] += 1
        found.append(task if name == task.name else _made(task, name=name))
    return tuple(found)


def _last_left_out(task: Task) -> Task:
    return _made(task, examples=task.examples[:-1], held_out=task.examples[-1:])


def _made(task: Task, **changes: Any) -> Task:
    """The task with other parts; its types are inferred anew, over all its examples."""
    parts: dict[str, Any] = {
        name: getattr(task, name)
        for name in ("name", "examples", "held_out", "unfilled", "constants", "arguments", "description", "metadata")
    }
    return Task(**(parts | changes))


def _hint(name: str) -> str:
    near = difflib.get_close_matches(name[:60], bundled(), 1)
    return f"; did you mean {near[0]!r}?" if near else ""
