"""Suites by name or path: bundled files of benchmarks/data, and task files of other people, read where they lie."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from dsl.errors import ConfigError
from dsl.tasks import Task, iter_tasks, task_to_json
from dsl.tasks.source import MAX_SYGUS, read_source
from dsl.tasks.sygus import read_sygus
from dsl.values import DEFAULT, PROFILES, Profile

DATA = Path(__file__).parent / "data"
PROFILES_BY_NAME = (("lambdabeam-", "lambdabeam"), ("exedec-", "exedec"), ("deepcoder-", "deepcoder"), ("rule-", "rule"))
"""Beginnings of suite names, and the profile in which their tasks were made."""
LINES = "lines"
"""DeepCoder's functions with their fixed lambdas fused in (Balog et al., ICLR 2017): 38 words, no lambdas of one's own and no literals."""
WORDS_BY_NAME = (("exedec-*", LINES), ("deepcoder-*", LINES), ("lists-n[0-9]*", LINES), ("lambdabeam-*", "lambdabeam"))
"""Patterns of suite names, and the words in which their tasks were made; ExeDec's functions are DeepCoder's."""
LITERALS_BY_NAME = (("lambdabeam-*", (-1, 0, 1, 2, 3, 4)),)
"""Patterns of suite names, and the literals that their language has: the constants given where a task's file gives none."""
SCORED_WIDELY = ("lambdabeam-*",)
"""Patterns of suite names whose limits of ints and lengths hold for the search alone: their held-out outputs lie beyond them."""
LEFT_OUT = "+leave-one-out"
"""Ending of a suite's name where the last example of each task was taken out of the examples and held out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Tasks that are reported together, each with a name of its own."""

    name: str
    profile: str
    """Name of the profile that its tasks mean."""
    tasks: tuple[Task, ...]
    sygus: Mapping[str, str] = field(default_factory=dict)
    """Texts of the SyGuS files of its tasks, by the task's name, where there are such files."""

    @property
    def digest(self) -> str:
        """A hash of all the tasks: two suites of one name and different tasks must not meet in one folder."""
        return hashlib.sha256("\n".join(map(task_text, self.tasks)).encode()).hexdigest()[:16]


def load_suite(where: str, *, profile: str | None = None, leave_one_out: bool = False, sygus_files: str | None = None) -> Suite:
    """The suite of that name, or in that task file or folder of .sl files. Raises `TaskError` or `ConfigError` where there is none.

    With `leave_one_out` the last example of a task is what the program is scored on and no search sees it, as in ExeDec's protocol;
    tasks of one example and what the file itself holds out are left out. `sygus_files` is a folder with the SyGuS files of tasks
    that are kept as JSON: `NAME.sl` for the task NAME or NAME.sl, whose grammar gives the task's constants if it has none.
    """
    path = bundled().get(where) or Path(where)
    files = sorted(path.glob("*.sl")) if path.is_dir() else [path]
    if path.is_dir() and not files:
        raise ConfigError(f"{where}: no .sl file in this folder")
    if not path.exists():
        raise ConfigError(f"no suite {where!r}{_hint(where)}, and no such file; the bundled suites are {', '.join(bundled()) or 'none'}")
    tasks = _named([task for file in files for task in iter_tasks(file)])
    name = path.name if path.is_dir() else path.stem
    texts = {task.name: read_source(file, MAX_SYGUS).text for task, file in zip(tasks, files, strict=False) if file.suffix == ".sl"}
    if sygus_files is not None:
        tasks, texts = _with_sygus(tasks, Path(sygus_files), texts)
    tasks = tuple(_with_literals(name, task) for task in tasks)
    suite = Suite(name=name, profile=profile or profile_of(name, tasks), tasks=tasks, sygus=texts)
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


def scoring_profile(suite: str, profile: Profile) -> Profile:
    """The profile in which programs are scored on held-out inputs: the suite's, with the machine's own limits where the suite's are not part of its meaning."""
    if not any(fnmatch(suite, pattern) for pattern in SCORED_WIDELY):
        return profile
    return profile.with_limits(int_min=DEFAULT.int_min, int_max=DEFAULT.int_max, max_list=DEFAULT.max_list, max_str=DEFAULT.max_str)


def words_of(name: str, asked: str = "language") -> str:
    """The name of the words for a suite: what was asked for, or with `language` those in which such suites are made, else `all`."""
    if asked != "language":
        return asked
    return next((words for pattern, words in WORDS_BY_NAME if fnmatch(name, pattern)), "all")


def _with_literals(name: str, task: Task) -> Task:
    """The task with the literals of the suite's language, unless its file gives some."""
    literals = next((literals for pattern, literals in LITERALS_BY_NAME if fnmatch(name, pattern)), None)
    return task if literals is None or task.constants is not None else replace(task, constants=literals)


def word_names() -> tuple[str, ...]:
    """What `word_set` knows: `all`, `lines`, and each name under which the op table lists the words of a public suite's language."""
    from dsl.ops import OPS

    return ("all", LINES, *sorted({suite for op in OPS.values() for suite in op.suites}))


@cache
def word_set(name: str) -> frozenset[str] | None:
    """The words of that name; None for all of them. Raises `ConfigError` for a name that is none of `word_names`."""
    from benchmarks.generators.lines import words
    from dsl.ops import OPS

    if name == "all":
        return None
    found = frozenset(words()) if name == LINES else frozenset(word for word, op in OPS.items() if name in op.suites)
    if not found:
        raise ConfigError(f"no words are called {name!r}; --words takes language, {', '.join(word_names())}")
    return found


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


def _with_sygus(tasks: Iterable[Task], folder: Path, texts: Mapping[str, str]) -> tuple[tuple[Task, ...], dict[str, str]]:
    """The tasks with the constants of their SyGuS files, and the texts of those. Raises `ConfigError` where a file is for other types."""
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder of SyGuS files")
    found, made = dict(texts), []
    for task in tasks:
        path = folder / f"{task.name.removesuffix('.sl')}.sl"
        if task.name not in found and path.is_file():
            source = read_source(path, MAX_SYGUS)
            original = read_sygus(source)
            if (original.input_types, original.output_type) != (task.input_types, task.output_type):
                raise ConfigError(f"{path}: this file is for other types than the task {task.name!r}")
            found[task.name] = source.text
            task = task if task.constants is not None or original.constants is None else _made(task, constants=original.constants)
        made.append(task)
    return tuple(made), found


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
