"""A table's own text with answers in its empty target cells; every other character stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from dsl.printer import print_value
from dsl.tasks.source import Source
from dsl.tasks.table import shape_of
from dsl.values import Value

BYTE_ORDER_MARK = "\ufeff"

Cell = tuple[int, int]
"""Where a cell begins and ends in the text, its quotes included."""


def filled_table(source: Source, answers: Mapping[int, Value], target: str | None = None, delimiter: str | None = None) -> str:
    """The text of a table that `read_table` reads with the answers written in, by row number (the header is row 1).

    Rows without an answer, delimiter, quoting, line ends and a byte order mark stay as they are. A cell that holds something
    already is never changed.
    """
    used, column = shape_of(source, target, delimiter)
    text, done = source.text, 0
    cells = {number: row[column] for number, row in enumerate(_rows(text, used), 1) if column < len(row) and number > 1}
    contents = {number: _content(text[start:end]) for number, (start, end) in cells.items()}
    style = next((content for content in contents.values() if content.lower() in ("true", "false")), "true")
    parts = [BYTE_ORDER_MARK] if source.marked else []
    for number, (start, end) in cells.items():
        if number in answers and not contents[number]:
            parts += text[done:start], _cell(answers[number], style, used, quoted=text[start:end].startswith('"'))
            done = end
    return "".join([*parts, text[done:]])


def _content(cell: str) -> str:
    """What a cell says, without the blanks around it."""
    return (cell[1:-1].replace('""', '"') if cell.startswith('"') else cell).strip()


def _cell(value: Value, style: str, delimiter: str, *, quoted: bool) -> str:
    """A value as a cell: quoted if the empty cell was or the text needs it; booleans in the case that the table uses."""
    text = value if isinstance(value, str) else print_value(value)
    if isinstance(value, bool):
        text = text.upper() if style.isupper() else text.capitalize() if style[0].isupper() else text
    if quoted or any(character in text for character in (delimiter, '"', "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def _rows(text: str, delimiter: str) -> Iterator[list[Cell]]:
    """The cells of every row as the `csv` module cuts them, blank rows included."""
    pattern = _pattern(delimiter)
    row: list[Cell] = []
    at = 0
    while at < len(text) or row:
        match = pattern.match(text, at)
        assert match is not None  # every text begins with a cell, if an empty one
        row.append(match.span(1))
        at = match.end()
        if match[2] != delimiter:
            yield row
            row = []


@lru_cache(maxsize=8)
def _pattern(delimiter: str) -> re.Pattern[str]:
    """A cell, and the delimiter, line end or end of text that closes it."""
    mark = re.escape(delimiter)
    return re.compile(rf'("[^"]*(?:""[^"]*)*"|[^{mark}\r\n]*)({mark}|\r\n|\n|\r|\Z)')
