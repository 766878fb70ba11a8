"""Text of task files: bounded reading, strict UTF-8, and errors that name file, line and column."""

from __future__ import annotations

import os
import sys
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import BinaryIO

from dsl.errors import TaskError

MAX_DOCUMENT = 4_000_000
"""Most bytes of a JSON or CSV document, and of one line of JSONL: what can be read within a second and far below 1 GiB."""
MAX_SYGUS = 1_000_000
"""Most bytes of a SyGuS file; the largest public one has 26 kB."""

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of text and where it comes from. `first_line` is the number of its first line in the file."""

    name: str
    text: str
    first_line: int = 1
    marked: bool = False
    """Whether the file begins with a byte order mark, which is no part of `text`."""

    def error(self, reason: str, offset: int | None = None) -> TaskError:
        """The error `FILE:LINE:COLUMN: reason` for a character of the text, or `FILE: reason`."""
        if offset is None:
            return TaskError(f"{self.name}: {reason}")
        line = self.first_line + self.text.count("\n", 0, offset)
        column = offset - (self.text.rfind("\n", 0, offset) + 1) + 1
        return TaskError(f"{self.name}:{line}:{column}: {reason}")


def display_name(path: str | os.PathLike[str]) -> str:
    """The name of a file in messages."""
    return "<stdin>" if os.fspath(path) == STDIN else os.fspath(path)


def read_source(path: str | os.PathLike[str], limit: int) -> Source:
    """A whole file (or standard input for `-`) as text. Raises `TaskError` for whatever keeps it from being read."""
    name = display_name(path)
    with _opened(path) as stream:
        data = _read(stream.read, limit, name, "the file")
    if not data.strip():
        raise TaskError(f"{name}: the file is empty")
    return Source(name, _decoded(data, name, 1), marked=data.startswith(BOM_UTF8))


def read_lines(path: str | os.PathLike[str], limit: int) -> Iterator[Source]:
    """The lines of a file that are not blank, one at a time, each at most `limit` bytes."""
    name = display_name(path)
    with _opened(path) as stream:
        number = 0
        while line := _read(stream.readline, limit, name, f"line {number + 1}"):
            number += 1
            if line.strip():
                yield Source(name, _decoded(line, name, number).rstrip("\r\n"), number)


def _opened(path: str | os.PathLike[str]) -> AbstractContextManager[BinaryIO]:
    if os.fspath(path) == STDIN:
        return nullcontext(sys.stdin.buffer)
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise TaskError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise TaskError(f"{path}: this is a directory; name a file in it") from None
    except OSError as error:
        raise TaskError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:  # a NUL byte in the name
        raise TaskError(f"{os.fspath(path)!r}: not a file name") from None


def _read(read: Callable[[int], bytes], limit: int, name: str, part: str) -> bytes:
    try:
        data = read(limit + 1)
    except OSError as error:
        raise TaskError(f"{name}: cannot be read: {error.strerror}") from None
    if len(data) > limit:
        raise TaskError(f"{name}: {part} is longer than {limit // 1_000_000} MB, more than is read at once; split it")
    return data


def _decoded(data: bytes, name: str, line: int) -> str:
    """UTF-8 text without a byte order mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TaskError(f"{name}: the file is UTF-16; save it as UTF-8")
    try:
        return data.decode("utf-8-sig" if line == 1 else "utf-8")
    except UnicodeDecodeError as error:
        line += data.count(b"\n", 0, error.start)
        byte = data[error.start]
        raise TaskError(f"{name}:{line}: byte 0x{byte:02x} at offset {error.start} is not UTF-8; save the file as UTF-8") from None
