"""The page of results holds what the runs in the repository say, and nothing else."""

from __future__ import annotations

from benchmarks import summary


def test_the_page_is_current() -> None:
    page = summary.PAGE.read_text(encoding="utf-8")
    _, _, rest = page.partition(summary.BEGIN)
    written, _, _ = rest.partition(summary.END)
    assert written.strip() == summary.summary(), "run `python -m benchmarks.summary --write`"


def test_every_run_in_the_repository_has_a_row() -> None:
    runs = {path.parent.name for path in summary.RESULTS.glob("*/attempts.jsonl")}
    assert runs <= {row.run for row in summary.ROWS}
