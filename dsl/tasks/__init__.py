"""Task files: `load_tasks` and `iter_tasks` give `Task` records from JSON, JSONL, CSV and SyGuS files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePath

from dsl.errors import TaskError
from dsl.tasks.objects import read_document, read_lines_of
from dsl.tasks.records import Example as Example
from dsl.tasks.records import Task as Task
from dsl.tasks.records import Unfilled as Unfilled
from dsl.tasks.records import task_to_json as task_to_json
from dsl.tasks.source import MAX_DOCUMENT, MAX_SYGUS, STDIN, display_name, read_lines, read_source

FORMATS = ("json", "jsonl", "csv", "sl")
_SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".tsv": "csv", ".sl": "sl"}


def load_tasks(
    path: str | os.PathLike[str], *, format: str | None = None, target: str | None = None, delimiter: str | None = None
) -> tuple[Task, ...]:
    """The tasks of a file, or of standard input for `-`. The format is told by the name's ending unless given.

    `target` names the output column of a CSV file (default: the last one), `delimiter` its delimiter where the header leaves
    it open. Raises `TaskError` naming file, line and column for anything that is not a task.
    """
    return tuple(iter_tasks(path, format=format, target=target, delimiter=delimiter))


def iter_tasks(
    path: str | os.PathLike[str], *, format: str | None = None, target: str | None = None, delimiter: str | None = None
) -> Iterator[Task]:
    """As `load_tasks`, one at a time: a JSONL file of any length is read line by line."""
    kind = format or _format_of(path)
    if kind not in FORMATS:
        raise TaskError(f"unknown format {kind!r}; the formats are {', '.join(FORMATS)}")
    if kind != "csv" and (target is not None or delimiter is not None):
        raise TaskError(f"{display_name(path)}: a target column and a delimiter are for CSV files; this one is read as {kind}")
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise TaskError(f"the delimiter {delimiter!r} must be one character, such as ';'")
    if kind == "jsonl":
        return read_lines_of(read_lines(path, MAX_DOCUMENT), display_name(path))
    return iter(_whole(path, kind, target, delimiter))


def _whole(path: str | os.PathLike[str], kind: str, target: str | None, delimiter: str | None) -> tuple[Task, ...]:
    source = read_source(path, MAX_SYGUS if kind == "sl" else MAX_DOCUMENT)
    if kind == "json":
        return read_document(source)
    # The two readers below are imported where used: they are needed for one file in a run at most.
    if kind == "csv":
        from dsl.tasks.table import read_table

        tab = "\t" if delimiter is None and os.fspath(path).lower().endswith(".tsv") else delimiter
        return (read_table(source, target, tab),)
    from dsl.tasks.sygus import read_sygus

    return (read_sygus(source),)


def _format_of(path: str | os.PathLike[str]) -> str:
    name = os.fspath(path)
    if name == STDIN:
        raise TaskError(f"tasks from standard input need a format: --format {'|'.join(FORMATS)}")
    if os.path.isdir(name):
        raise TaskError(f"{name}: this is a directory; name a file in it")
    if not os.path.exists(name):
        raise TaskError(f"{name}: no such file")
    kind = _SUFFIXES.get(PurePath(name).suffix.lower())
    if kind is None:
        raise TaskError(f"{name}: cannot tell the format from the name; say which by --format {'|'.join(FORMATS)}")
    return kind
