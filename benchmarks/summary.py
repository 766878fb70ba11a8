"""The figures of docs/results.md, from the runs in benchmarks/results.

    python -m benchmarks.summary           prints them
    python -m benchmarks.summary --write   puts them into docs/results.md, between its two markers

A row of the page is a row of ROWS. What the figures are held against is written there, with the words of the source.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.enumeration import report

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parent.parent / "docs" / "results.md"
BEGIN, END = "<!-- written by python -m benchmarks.summary --write -->", "<!-- to here -->"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: some suites of one run, by one method."""

    title: str
    run: str
    """Folder in benchmarks/results, and name of the run in benchmarks/exact.sh."""
    suites: str
    """A suite's name, or the beginning of the names of several."""
    method: str = "exact"
    against: str = ""


ROWS = (
    *(Row(f"generated lists, minimal length {n}", "lists", f"lists-n{n}", against=f"wanted: {aim}") for n, aim in (
        (3, "50, median 5 ms"), (4, "50, median 15 ms"), (5, "49, median 100 ms"), (6, "35"),
    )),
    *(Row(f"the same, plain Python, first 20 of length {n}", "lists-plain", f"lists-n{n}", "plain") for n in (3, 4, 5)),
    Row("LambdaBeam handwritten", "lambdabeam-handwritten", "lambdabeam", against="its neural system, 600 s on a V100: 67.2 % fit, 61.8 % right, of the whole suite"),
    Row("LambdaBeam synthetic", "lambdabeam-synthetic", "lambdabeam", against="88.6 % / 66.6 %; its enumerator 71.6 % / 68.4 %"),
    Row("ExeDec, in distribution", "exedec", "exedec-none", against="published neural best 74 %"),
    Row("ExeDec, length generalisation", "exedec", "exedec-length", against="published neural best 41 %"),
    Row("ExeDec, all six splits", "exedec", "exedec"),
    Row("ExeDec leave-one-out, in distribution", "exedec-leave-one-out", "exedec-none", against="TIIPS 47.5 % right"),
    Row("ExeDec leave-one-out, length", "exedec-leave-one-out", "exedec-length", against="TIIPS 6.3 % right"),
    Row("DreamCoder lists, 15 examples", "dreamcoder", "dreamcoder", against="DeepSynth 83 of 137 (61 %) in 10 s"),
    *(Row(f"BUSTLE, constants discovered, {method}", f"bustle-{s}s", "bustle", method, "CrossBeam on a GPU 63 % right" if method == "exact" else "")
      for s in (5, 30) for method in ("exact", "cvc5")),
    *(Row(f"SyGuS-89, constants given, {method}", f"sygus-{s}s", "sygus", method) for s in (10, 30) for method in ("exact", "cvc5")),
    *(Row(f"generated lists, minimal length {n}, {method}", "prior", f"lists-n{n}", method) for n in (6, 7, 8) for method in ("exact", "prior", "portfolio")),
    *(Row(f"{title}, {method}", run, suites, method) for title, run, suites in (
        ("lists, minimal length 3", "portfolio", "lists-n3"), ("lists, minimal length 4", "portfolio", "lists-n4"), ("lists, minimal length 5", "portfolio", "lists-n5"),
        ("named: ints", "portfolio", "ints"), ("named: lists", "portfolio", "lists"), ("named: strings", "portfolio", "strings"),
        ("named: conditionals", "portfolio", "conditionals"), ("named: constants", "portfolio", "constants"),
        ("DreamCoder lists", "portfolio", "dreamcoder"), ("ExeDec, in distribution", "portfolio", "exedec-none"), ("ExeDec, length", "portfolio", "exedec-length"),
        ("LambdaBeam handwritten", "portfolio-lambdabeam", "lambdabeam-handwritten"), ("LambdaBeam synthetic", "portfolio-lambdabeam", "lambdabeam-synthetic"),
      ) for method in ("exact", "portfolio")),
    *(Row(f"{n} hidden constant{'s' * (n > 1)}, {method}", "hidden-constants", f"constants-{n}", method) for n in (1, 2, 3) for method in ("exact", "constants", "portfolio")),
    *(Row(f"generated lists, length {n}, {method}", "long", f"lists-n{n}", method) for n in (10, 12, 14) for method in ("exact", "portfolio")),
    Row("bundled named tasks", "named", ""),
    *(Row(f"first ten of the bundled ints, {method}", "pyshgp", "ints", method) for method in ("exact", "pyshgp")),
)  # fmt: skip


def main() -> None:
    """Prints the figures, or writes them into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write them into docs/results.md")
    args = parser.parse_args()
    text = summary()
    if not args.write:
        print(text)
        return
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def summary() -> str:
    """The table of runs, the rates and the times of cold processes, as Markdown; runs that are not there are left out."""
    lines = [line for row in ROWS if (line := _line(row)) is not None]
    head = ["| tasks | time | attempts | fits | right on held-out | median first fit | held against |", "|---|---|---|---|---|---|---|"]
    return "\n\n".join(["\n".join([*head, *lines]), *_rates(), *_cold()])


def _line(row: Row) -> str | None:
    path = RESULTS / row.run / "attempts.jsonl"
    if not path.exists():
        return None
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    one = row.suites in {r["suite"] for r in records}
    mine = [r for r in records if (r["suite"] == row.suites if one else r["suite"].startswith(row.suites)) and r["method"] == row.method]
    if not mine:
        return None
    held_out = [r for r in mine if r["held_out_correct"] is not None]
    fits, right = sum(r["solved"] for r in mine), sum(r["held_out_correct"] for r in held_out)
    times = [r["first_s"] for r in mine if r["solved"] and r["first_s"] is not None]
    cells = [
        f"{row.title} (`{row.run}`)", f"{mine[0]['budget']:g} s", str(len(mine)), _share(fits, len(mine)),
        _share(right, len(held_out)) if held_out else "-", f"{1000 * statistics.median(times):.0f} ms" if times else "-", row.against,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _share(count: int, total: int) -> str:
    return f"{count} ({100 * count / total:.1f} %)"


def _rates() -> Sequence[str]:
    path = RESULTS / "enumeration.json"
    if not path.exists():
        return ()
    kept = json.loads(path.read_text(encoding="utf-8"))
    return (report(kept["figures"], len(kept["tasks"])),)


def _cold() -> Sequence[str]:
    path = RESULTS / "cold.json"
    if not path.exists():
        return ()
    groups: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))["tasks"]
    lines = [
        "First answers of cold processes on tasks of at most three words; command: python -m benchmarks.cold", "",
        "| tasks | number | answered | median s | within 0.5 s |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for name, tasks in groups.items():
        times = [task["seconds"] for task in tasks if task["seconds"] is not None]
        lines.append(
            f"| {name} | {len(tasks)} | {len(times)} | {statistics.median(times):.2f} | {sum(seconds <= 0.5 for seconds in times)} |"
        )
    return ("\n".join(lines),)


if __name__ == "__main__":
    main()
