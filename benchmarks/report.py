"""The report of some folders of attempts: report.md, report.csv, report.html and figures, all from the same tables.

Every number comes from `benchmarks.statistics`. Tables never mix suites, constants sources, words, budgets or profiles.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import figures, html, markdown
from benchmarks.figures import Series
from benchmarks.statistics import (
    LEVEL,
    RESAMPLES,
    SECONDS,
    Attempt,
    Duel,
    Group,
    Row,
    Share,
    by_method,
    by_task,
    curve,
    duels,
    groups_of,
    rows_of,
    unsolved,
)
from dsl.errors import ConfigError

NOTES = (
    "solved: some program gives every example's output within the budget.",
    "right on held-out: solved, and the program is right on all held-out examples as well, of the tasks that have some. The search never sees them.",
    "fits wrong: of the solved tasks that have held-out examples, those whose program is wrong on them.",
    f"Intervals are {LEVEL:.0%} bootstrap intervals over tasks ({RESAMPLES:,} resamples, seeded).",
    "first fit and candidates: medians over solved attempts, up to the first fit. within: share of all attempts; '-' lies beyond the budget.",
    "Candidates are what a method itself counts; one that counts none has '-' and no curve. Lengths are words, for cvc5 nodes of the term, for pyshgp atoms.",
    "failed: attempts that crashed, hung, outgrew the memory allowed or raised an error. unsupported: the method cannot say such a task. Both count as not solved.",
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table for any of the formats. Cells are plain text."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the file name that it gets."""

    name: str
    title: str
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One group: what its methods did, task by task where there are several."""

    title: str
    summary: Table
    versus: Table | None
    figures: tuple[Figure, ...]
    tasks: Table
    unsolved: tuple[str, ...]
    """Tasks that no method solved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is written."""

    rows: tuple[Row, ...]
    sections: tuple[Section, ...]
    machines: tuple[str, ...]
    """What the attempts ran on."""


def build(attempts: Sequence[Attempt], machines: Sequence[str] = ()) -> Report:
    """The report of these attempts. Raises `ConfigError` if there are none."""
    if not attempts:
        raise ConfigError("there are no attempts to report")
    rows, names = rows_of(attempts), _Names()
    sections = tuple(
        _section(group, members, [row for row in rows if row.group == group], names) for group, members in groups_of(attempts).items()
    )
    return Report(rows=tuple(rows), sections=sections, machines=tuple(machines))


def write(report: Report, folder: Path) -> list[Path]:
    """Writes the files, each whole or not at all; gives their paths."""
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    texts = {
        "report.md": markdown.page(report),
        "report.csv": csv_text(report.rows),
        "report.html": html.page(report),
        **{f"figures/{figure.name}.svg": figure.svg + "\n" for section in report.sections for figure in section.figures},
    }
    for name, text in texts.items():
        path = folder / name
        part = path.with_name(f".{path.name}.part")
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(path)
    return [folder / name for name in texts]


def csv_text(rows: Sequence[Row]) -> str:
    """A line for each row; shares in [0, 1], empty where there is nothing to say."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    intervals = [f"{name}{end}" for name in ("solved", "right") for end in ("", "_low", "_high")]
    within = [f"within_{seconds:g}_s" for seconds in SECONDS]
    writer.writerow([
        "suite", "constants", "words", "budget", "profile", "method", "tasks", "attempts", "num_solved", *intervals[:3],
        "tasks_with_held_out", *intervals[3:], "fits_wrong", "median_first_s", "median_candidates", *within, "peak_mb", "failed",
    ])  # fmt: skip
    for row in rows:
        writer.writerow([
            row.suite, row.constants, row.group.words, f"{row.budget:g}", row.group.profile, row.method, row.num_tasks, row.num_attempts, row.num_solved,
            *_raw(row.solved), row.num_held_out, *_raw(row.right), _plain(row.wrong_fits), _plain(row.first_s), row.candidates,
            *(_plain(row.within[seconds]) for seconds in SECONDS), _plain(row.peak_mb), row.num_failed,
        ])  # fmt: skip
    return out.getvalue()


def _section(group: Group, attempts: Sequence[Attempt], rows: Sequence[Row], names: _Names) -> Section:
    return Section(
        title=group.title, summary=_summary(rows), versus=_versus(duels(attempts)), figures=_figures(group, attempts, names),
        tasks=_tasks(attempts), unsolved=tuple(unsolved(attempts)),
    )  # fmt: skip


def _summary(rows: Sequence[Row]) -> Table:
    budget = rows[0].budget
    head = (
        "method", "tasks", "attempts", "solved", "solved %", "with held-out", "right on held-out %", "fits wrong", "median first fit",
        "median candidates", *(f"within {seconds:g} s" for seconds in SECONDS if seconds <= budget), "peak MB", "failed",
    )  # fmt: skip
    return Table(head, tuple(
        (
            row.method, str(row.num_tasks), str(row.num_attempts), str(row.num_solved), percent(row.solved), str(row.num_held_out), percent(row.right),
            share(row.wrong_fits), seconds_text(row.first_s), "-" if row.candidates is None else f"{row.candidates:,}",
            *(share(row.within[seconds]) for seconds in SECONDS if seconds <= budget),
            "-" if row.peak_mb is None else f"{row.peak_mb:,.0f}", str(row.num_failed),
        )
        for row in rows
    ))  # fmt: skip


def _versus(pairs: Sequence[Duel]) -> Table | None:
    if not pairs:
        return None
    head = ("methods", "both", "only the first", "only the second", "neither", "difference in points", "time of the first / the second")
    return Table(head, tuple(
        (
            f"{duel.first} / {duel.second}", str(duel.both), str(duel.only_first), str(duel.only_second), str(duel.neither),
            f"{duel.difference.mean * 100:+.1f} [{duel.difference.low * 100:+.1f}, {duel.difference.high * 100:+.1f}]",
            "-" if duel.slower is None else f"{duel.slower.mean:.2f} [{duel.slower.low:.2f}, {duel.slower.high:.2f}]",
        )
        for duel in pairs
    ))  # fmt: skip


def _tasks(attempts: Sequence[Attempt]) -> Table:
    """Every task: for each method how fast it was and whether it was right, then the shortest program found."""
    methods = list(by_method(attempts))
    rows = []
    for task, members in by_task(attempts).items():
        fits = sorted(
            (attempt for attempt in members if attempt.solved), key=lambda attempt: (attempt.held_out_correct is False, attempt.size or 0)
        )
        cells = [_cell([attempt for attempt in members if attempt.method == method]) for method in methods]
        rows.append((task, *cells, fits[0].program or "" if fits else ""))
    return Table(("task", *methods, "shortest program"), tuple(rows))


def _cell(attempts: Sequence[Attempt]) -> str:
    """A method on a task: the median time to the first fit, how many seeds solved it, and how many are wrong on held-out examples."""
    if not attempts:
        return ""
    fits = [attempt for attempt in attempts if attempt.solved]
    if not fits:
        return "/".join(dict.fromkeys(attempt.status for attempt in attempts))
    times = sorted(attempt.first_s for attempt in fits if attempt.first_s is not None)
    wrong = sum(attempt.held_out_correct is False for attempt in fits)
    parts = [seconds_text(times[len(times) // 2]) if times else "solved"]
    parts += [f"{len(fits)}/{len(attempts)} seeds"] if len(attempts) > 1 else []
    parts += ["wrong on held-out" if len(fits) == 1 else f"{wrong} wrong on held-out"] if wrong else []
    return ", ".join(parts)


def _figures(group: Group, attempts: Sequence[Attempt], names: _Names) -> tuple[Figure, ...]:
    methods = by_method(attempts)
    places = {name: place for place, name in enumerate(methods)}
    time = [Series(name, [(x, 100 * y) for x, y in curve(members, "first_s")], places[name]) for name, members in methods.items()]
    tried = [
        Series(name, [(max(x, 1), 100 * y) for x, y in curve(members, "first_candidates")], places[name])
        for name, members in methods.items()
        if any(attempt.candidates is not None for attempt in members)
    ]
    scored = {name: [attempt for attempt in members if attempt.held_out_correct is not None] for name, members in methods.items()}
    right = [
        Series(name, [(x, 100 * y) for x, y in curve(members, "first_s", right=True)], places[name])
        for name, members in scored.items()
        if members
    ]
    sizes = [
        Series(name, [(a.size, a.first_s) for a in members if a.size is not None and a.first_s is not None], places[name])
        for name, members in methods.items()
    ]
    title = f"{group.suite}, constants {group.constants}, words {group.words}, {group.budget:g} s"
    stem = names.unique(f"{group.suite}-{group.constants}-{group.budget:g}s")
    drawn = [
        ("time", "Solved within time", figures.steps, "seconds to the first fit", "solved", time),
        ("right", "Right on held-out within time", figures.steps, "seconds to the first fit", "right on held-out", right),
        ("candidates", "Solved within candidates", figures.steps, "candidates tried", "solved", tried),
        ("length", "Time against program length", figures.scatter, "length of the program found", "seconds to the first fit", sizes),
    ]
    return tuple(
        Figure(
            f"{stem}-{name}", f"{words}: {title}",
            draw(f"{words}: {title}", x, y, series, **({"x_end": group.budget} if name in ("time", "right") else {})),
        )
        for name, words, draw, x, y, series in drawn
        if series
    )  # fmt: skip


def share(value: float | None) -> str:
    """A share as percents."""
    return "-" if value is None else f"{value * 100:.1f} %"


def percent(value: Share | None) -> str:
    """A share with its interval, as percents."""
    return "-" if value is None else f"{value.mean * 100:.1f} [{value.low * 100:.1f}, {value.high * 100:.1f}]"


def seconds_text(value: float | None) -> str:
    """A time with the unit that suits it."""
    if value is None:
        return "-"
    return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"


def _raw(value: Share | None) -> tuple[str, str, str]:
    return ("", "", "") if value is None else (_plain(value.mean), _plain(value.low), _plain(value.high))


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


class _Names:
    """File names, each given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def unique(self, text: str) -> str:
        """A file name like the text that was not given before."""
        stem = re.sub(r"[^A-Za-z0-9.+]+", "-", text).strip("-.") or "suite"
        name, number = stem, 1
        while name.lower() in self._given:
            number += 1
            name = f"{stem}-{number}"
        self._given.add(name.lower())
        return name
