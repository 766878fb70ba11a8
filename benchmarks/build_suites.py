"""Writes the bundled suites from `benchmarks.named`: `python -m benchmarks.build_suites [--out DIR]`. The same files every time."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.generators.suite import write_tasks
from benchmarks.named import conditionals, constants, ints, lists, strings
from benchmarks.named.row import Row, task_of

DATA = Path(__file__).parent / "data"
SUITES: Mapping[str, Sequence[Row]] = {
    "ints": ints.ROWS,
    "lists": lists.ROWS,
    "strings": strings.ROWS,
    "conditionals": conditionals.ROWS,
    "constants": constants.ROWS,
}
"""The named suites."""
DEMO = ("gap", "best-two", "peeled", "first-name-first", "rounded-to-even", "sevenfold-less-4")
"""A task or two of each suite, for the first look."""


def build(folder: Path) -> None:
    """Writes every bundled suite into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in SUITES.items():
        write_tasks(map(task_of, rows), folder / f"{name}.jsonl")
    by_name = {row.name: row for rows in SUITES.values() for row in rows}
    write_tasks((task_of(by_name[name]) for name in DEMO), folder / "demo.jsonl")


def main() -> None:
    """Builds them where they are bundled, or elsewhere."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.build_suites", description="Writes the bundled suites of named tasks.")
    parser.add_argument("--out", type=Path, default=DATA, metavar="DIR", help="folder (benchmarks/data)")
    build(parser.parse_args().out)


if __name__ == "__main__":
    main()
