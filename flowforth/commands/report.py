"""`flowforth report`: what `flowforth bench` has measured, as Markdown, CSV, HTML and figures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

NAME = "report"
HELP = "report what `bench` has measured, as Markdown, CSV, a page of HTML and figures"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument("folders", nargs="+", metavar="DIR", help="folders that `flowforth bench --out` has written")
    parser.add_argument("--out", metavar="DIR", help="folder of the report (default: the first of the folders)")


def main(args: argparse.Namespace) -> int:
    """Writes the files and prints their names."""
    from benchmarks import report
    from benchmarks.statistics import load_attempts, machines_of

    folders = [Path(folder) for folder in args.folders]
    attempts, num_repeated = load_attempts(folders)
    if num_repeated:
        print(f"flowforth: warning: {num_repeated} attempts stand in two folders; the first one's count", file=sys.stderr)
    paths = report.write(report.build(attempts, machines_of(folders)), Path(args.out) if args.out else folders[0])
    for path in paths:
        print(path)
    return 0
