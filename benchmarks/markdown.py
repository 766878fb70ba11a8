"""The report as Markdown, as GitHub reads it. What comes from task files and programs is escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.report import Report, Section, Table


def page(report: Report) -> str:
    """The whole text."""
    from benchmarks.report import NOTES

    parts = ["# Benchmark report", "\n".join(f"- {escape(note)}" for note in NOTES)]
    if report.machines:
        parts.append("Run on:\n\n" + "\n".join(f"- {escape(machine)}" for machine in report.machines))
    parts += [_section(section) for section in report.sections]
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> str:
    parts = [f"## {escape(section.title)}", _table(section.summary)]
    if section.versus:
        parts += ["Tasks solved by one method or the other:", _table(section.versus)]
    parts.append("\n".join(f"![{escape(figure.title)}](figures/{figure.name}.svg)" for figure in section.figures))
    if section.unsolved:
        parts.append(f"Not solved ({len(section.unsolved)}): {', '.join(map(escape, section.unsolved))}")
    parts += [f"<details><summary>Task by task ({len(section.tasks.rows)})</summary>", _table(section.tasks, code=True), "</details>"]
    return "\n\n".join(parts)


def _table(table: Table, *, code: bool = False) -> str:
    """A pipe table; with `code` the last column is program text."""
    lines = [_line(map(escape, table.head)), "|" + "---|" * len(table.head)]
    for row in table.rows:
        cells = [escape(cell) for cell in row]
        if code:
            cells[-1] = _code(row[-1])
        lines.append(_line(cells))
    return "\n".join(lines)


def _line(cells: object) -> str:
    return f"| {' | '.join(cells)} |"  # type: ignore[arg-type]


def escape(text: str) -> str:
    """Text that Markdown and the HTML in it show as it is, on one line."""
    flat = _flat(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"[\\`*_|~#$]|\](?=[(\[:])", r"\\\g<0>", flat)


def _code(text: str) -> str:
    """A code span inside a table, with a fence longer than any run of backticks in the text."""
    if not text:
        return ""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{_flat(text)}{pad}{fence}".replace("|", "\\|")


def _flat(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
