"""Tasks from CSV: a header, rows of examples, and rows whose target cell is empty and wants filling."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dsl.errors import TaskError, TypeMismatch
from dsl.tasks.objects import stem_of
from dsl.tasks.records import EMPTY_LIST, Example, RecordError, Task, Unfilled, join_types
from dsl.tasks.source import Source
from dsl.tasks.strictjson import JsonError, parse_value
from dsl.types import Type, type_of
from dsl.values import MACHINE_INT_MAX, Value

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
MAX_ROWS = 200_000
"""Most rows of a table."""

_INTEGER = re.compile(r"-?[1-9][0-9]{0,9}|0")


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its number as a spreadsheet counts, the line it starts on, its cells."""

    number: int
    line: int
    cells: list[str]


def read_table(source: Source, target: str | None = None, delimiter: str | None = None) -> Task:
    """The task of a CSV text. `target` names the output column (default: the last one). Raises `TaskError` naming the line."""
    if "\0" in source.text:
        raise source.error("a NUL byte; a CSV file is text", source.text.index("\0"))
    rows = _rows(source, delimiter or _delimiter(source))
    header, body = rows[0], rows[1:]
    column = _target(source, header, target)
    for row in body:
        if len(row.cells) != len(header.cells):
            hint = "; quote a cell that contains the delimiter" if len(row.cells) > len(header.cells) else ""
            raise _error(source, row, f"{len(row.cells)} cells, but the header has {len(header.cells)}{hint}")
    columns = [_column([row.cells[i] for row in body], i == column) for i in range(len(header.cells))]
    outputs = columns.pop(column)
    names = [name.strip() for i, name in enumerate(header.cells) if i != column]
    inputs: list[tuple[Value, ...]] = [tuple(values) for values in zip(*columns, strict=True)]  # type: ignore[arg-type]
    filled = [i for i, output in enumerate(outputs) if output is not None]
    if not filled:
        raise source.error(f"no row has a value in the target column {header.cells[column].strip()!r}: there is no example")
    try:
        return Task(
            name=stem_of(source.name),
            examples=tuple(Example(inputs[i], outputs[i]) for i in filled),  # type: ignore[arg-type]
            unfilled=tuple(Unfilled(row.number, inputs[i]) for i, row in enumerate(body) if outputs[i] is None),
            arguments=tuple(names),
            metadata={"format": "csv", "target": header.cells[column].strip()},
        )
    except RecordError as error:
        index = error.path[1] if len(error.path) > 1 else None
        raise _error(source, body[filled[index]] if isinstance(index, int) else header, str(error)) from None


def shape_of(source: Source, target: str | None = None, delimiter: str | None = None) -> tuple[str, int]:
    """The delimiter of a table that `read_table` reads, and the index of its output column."""
    used = delimiter or _delimiter(source)
    return used, _target(source, _rows(source, used)[0], target)


def _error(source: Source, row: _Row, reason: str) -> TaskError:
    return source.error(f"row {row.number}: {reason}", _line_offset(source.text, row.line))


def _line_offset(text: str, line: int) -> int:
    offset = 0
    for _ in range(line - 1):
        offset = text.find("\n", offset) + 1
    return offset


def _delimiter(source: Source) -> str:
    """The delimiter that the header uses. Where it holds several kinds, the one that cuts every row into equally many cells."""
    header = re.sub(r'"[^"]*"', "", source.text.split("\n", 1)[0])
    present = [d for d in DELIMITERS if d in header]
    if len(present) <= 1:
        return present[0] if present else ","
    even = [d for d in present if len({len(row.cells) for row in _rows(source, d)}) == 1]
    if len(even) != 1:
        raise source.error(f"the delimiter may be {' or '.join(DELIMITERS[d] for d in present)}; say which by --delimiter", 0)
    return even[0]


def _rows(source: Source, delimiter: str) -> list[_Row]:
    """All rows that are not blank; the header is row 1."""
    reader = csv.reader(io.StringIO(source.text, newline=""), delimiter=delimiter, strict=True)
    rows: list[_Row] = []
    number, line = 0, 1
    try:
        for cells in reader:
            number += 1
            if cells and (len(cells) > 1 or cells[0].strip()):
                rows.append(_Row(number, line, cells))
            line = reader.line_num + 1
            if len(rows) > MAX_ROWS:
                raise source.error(f"more than {MAX_ROWS:,} rows; split the file", _line_offset(source.text, line))
    except csv.Error as error:
        raise source.error(f"row {number + 1}: {_in_words(str(error))}", _line_offset(source.text, line)) from None
    return rows


def _in_words(message: str) -> str:
    if "unexpected end of data" in message:
        return 'a quoted cell that starts in this row has no closing "'
    if "field larger than" in message:
        return f"a cell of more than {csv.field_size_limit():,} characters"
    if "expected after" in message:
        return 'text after the closing " of a cell; inside a quoted cell, write a quote as ""'
    return message


def _target(source: Source, header: _Row, target: str | None) -> int:
    """The index of the output column."""
    names = [name.strip() for name in header.cells]
    for index, name in enumerate(names):
        if not name or name in names[:index]:
            problem = "has no name" if not name else f"has the name {name!r}, which stands before it"
            raise _error(source, header, f"column {index + 1} {problem}; every column needs a name of its own")
    if len(names) < 2:
        raise _error(source, header, "only one column; a task needs at least one input column and the target column")
    if target is None:
        return len(names) - 1
    if target not in names:
        near = difflib.get_close_matches(target, names, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise source.error(f"no column {target!r}; the columns are {', '.join(names[:20])}{hint}")
    return names.index(target)


def _column(cells: Sequence[str], is_target: bool) -> list[Value | None]:
    """The values of a column, of the narrowest type that fits every cell; None for an empty cell of the target.

    Cautious: a column is Int only if each cell is an integer written the plain way and within the machine's range, so that
    codes like 007 and long telephone numbers stay text.
    """
    kept = [i for i, cell in enumerate(cells) if cell.strip() or not is_target]
    texts = [cells[i] for i in kept]
    values = _integers(texts) or _booleans(texts) or _lists(texts) or texts
    column: list[Value | None] = [None] * len(cells)
    for i, value in zip(kept, values, strict=True):
        column[i] = value
    return column


def _integers(cells: Sequence[str]) -> Sequence[Value] | None:
    """The cells as integers, or None if one is not."""
    if not all(_INTEGER.fullmatch(cell.strip()) for cell in cells):
        return None
    numbers = [int(cell) for cell in cells]
    return numbers if all(abs(n) <= MACHINE_INT_MAX for n in numbers) else None


def _booleans(cells: Sequence[str]) -> Sequence[Value] | None:
    """The cells as booleans, however a spreadsheet writes their case, or None if one is not."""
    words = [cell.strip().lower() for cell in cells]
    return [word == "true" for word in words] if all(word in ("true", "false") for word in words) else None


def _lists(cells: Sequence[str]) -> Sequence[Value] | None:
    """The cells as JSON lists of one type, or None if one is not."""
    if not all(cell.strip().startswith("[") for cell in cells):
        return None
    kind: Type = EMPTY_LIST
    values: list[Value] = []
    for cell in cells:
        try:
            value = parse_value(cell)
            joined = join_types(kind, type_of(value))
        except (JsonError, TypeMismatch):
            return None
        if joined is None:
            return None
        kind = joined
        values.append(value)
    return values
