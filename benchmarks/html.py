"""The report as one HTML page that needs no other file: style and figures stand in it, no script. All text is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.report import Report, Section, Table

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { padding: 0.25rem 0.6rem; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top; }
th { background: #f4f4f4; }
.numbers td + td { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font-size: 13px; }
figure { display: inline-block; margin: 0.5rem; }
figure svg { max-width: 100%; height: auto; }
"""


def page(report: Report) -> str:
    """The whole page."""
    from benchmarks.report import NOTES

    machines = f"<p>Run on:</p>{_items(report.machines)}" if report.machines else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Benchmark report</title>
<style>{STYLE}</style>
</head>
<body>
<h1>Benchmark report</h1>
{_items(NOTES)}
{machines}
{chr(10).join(map(_section, report.sections))}
</body>
</html>
"""


def _section(section: Section) -> str:
    parts = [f"<h2>{escape(section.title)}</h2>", _table(section.summary, numbers=True)]
    if section.versus:
        parts += ["<p>Tasks solved by one method or the other:</p>", _table(section.versus, numbers=True)]
    parts += [f"<figure>{figure.svg}</figure>" for figure in section.figures]
    if section.unsolved:
        parts.append(f"<p>Not solved ({len(section.unsolved)}): {escape(', '.join(section.unsolved))}</p>")
    parts.append(f"<details><summary>Task by task ({len(section.tasks.rows)})</summary>{_table(section.tasks, code=True)}</details>")
    return "\n".join(parts)


def _table(table: Table, *, numbers: bool = False, code: bool = False) -> str:
    """A table; with `code` the last column is program text."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.head)
    rows = []
    for row in table.rows:
        cells = [escape(cell) for cell in row]
        if code and cells[-1]:
            cells[-1] = f"<code>{cells[-1]}</code>"
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    kind = ' class="numbers"' if numbers else ""
    return f"<table{kind}><tr>{head}</tr>\n{chr(10).join(rows)}</table>"


def _items(texts: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"
