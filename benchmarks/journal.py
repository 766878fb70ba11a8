"""The folder of a run: `attempts.jsonl`, one whole line per attempt, and `config.json`. Survives a kill at any moment.

A line is written by one call and flushed to the disk at once, so that a kill leaves at most a torn last line, which the next start
cuts off.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.attempt import Job, Key, Record
from dsl.errors import ConfigError

ATTEMPTS = "attempts.jsonl"
CONFIG = "config.json"
FORMAT_VERSION = 1
LATER = {"device": "auto"}
"""Settings that folders of earlier versions do not name, with what they were."""


class Journal:
    """An open folder that this process alone writes to. Made by `opened`."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.folder = folder
        self._descriptor = descriptor
        self.done = frozenset(key_of(record) for record in read_records(folder))
        """The attempts that were there when it was opened."""

    def append(self, record: Record) -> None:
        """Adds a line. If it cannot be written whole, such as on a full disk, it is taken back and the error raised."""
        line = (json.dumps(record) + "\n").encode()
        size = os.fstat(self._descriptor).st_size
        try:
            if os.write(self._descriptor, line) < len(line):
                raise OSError(f"{self.folder / ATTEMPTS}: a line could not be written whole; is the disk full?")
            os.fsync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, size)
            raise


@contextmanager
def opened(folder: Path) -> Iterator[Journal]:
    """The folder's journal, with a torn last line cut off. Raises `ConfigError` while another process has it open."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / ATTEMPTS, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(f"{folder}: another `flowforth bench` is writing into this folder") from None
        os.ftruncate(descriptor, whole_lines(folder / ATTEMPTS))
        yield Journal(folder, descriptor)
    finally:
        os.close(descriptor)


def whole_lines(path: Path) -> int:
    """Bytes up to the end of the last line that is whole: ended, and JSON."""
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    last = data[data.rfind(b"\n", 0, max(end - 1, 0)) + 1 : end]
    return end if not last or _is_json(last) else end - len(last)


def read_records(folder: Path) -> list[Record]:
    """The attempts of a folder in the order in which they ended; a torn last line is not read. Raises `ConfigError` for anything else that is no record."""
    path = folder / ATTEMPTS
    try:
        data = path.read_bytes()[: whole_lines(path)]
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}; a folder of results holds {ATTEMPTS}") from None
    records = []
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            record = json.loads(line)
            key_of(record)
        except (ValueError, KeyError, TypeError):
            raise ConfigError(f"{path}:{number}: this line is no attempt") from None
        records.append(record)
    return records


def key_of(record: Mapping[str, Any]) -> Key:
    """What makes a record one of its kind, as `Job.key`."""
    return (
        record["suite"], record["task"], record["method"], record["seed"], record["budget"], record["constants"], record["profile"],
        record["words"],
    )  # fmt: skip


def agree(folder: Path, settings: Mapping[str, Any], suites: Mapping[str, str]) -> None:
    """Writes the run's settings and the suites' digests; raises `ConfigError` where the folder holds attempts made under others."""
    path = folder / CONFIG
    old = _read_config(path)
    for name, value in settings.items():
        before = old["settings"].get(name, LATER.get(name)) if old else value
        if before != value:
            raise ConfigError(f"{folder} holds attempts made with {name} {before!r}, not {value!r}; name another folder by --out")
    for name, digest in suites.items():
        if old["suites"].get(name, digest) != digest if old else False:
            raise ConfigError(f"{folder} holds attempts on other tasks under the suite name {name!r}; name another folder by --out")
    config = {"format_version": FORMAT_VERSION, "settings": dict(settings), "suites": {**(old["suites"] if old else {}), **suites}}
    part = path.with_name(f".{CONFIG}.part")
    part.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def remaining(jobs: list[Job], done: frozenset[Key]) -> list[Job]:
    """The jobs that are not done."""
    return [job for job in jobs if job.key not in done]


def _read_config(path: Path) -> dict[str, Any] | None:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise ConfigError(f"{path}: this is not JSON; name another folder by --out") from None
    if config.get("format_version") != FORMAT_VERSION:
        raise ConfigError(f"{path}: written by another version of flowforth; name another folder by --out")
    return config


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
