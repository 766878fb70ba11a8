"""The page of results holds what the runs in the repository say, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import summary


def test_the_page_is_current() -> None:
    page = summary.PAGE.read_text(encoding="utf-8")
    _, _, rest = page.partition(summary.BEGIN)
    written, _, _ = rest.partition(summary.END)
    assert written.strip() == summary.summary(), "run `python -m benchmarks.summary --write`"


def test_every_run_in_the_repository_has_a_row() -> None:
    runs = {path.parent.name for path in summary.RESULTS.glob("*/attempts.jsonl")}
    assert runs <= {row.run for row in summary.ROWS}


def test_a_suites_own_name_goes_before_names_that_begin_like_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`lists` is a suite, and the beginning of `lists-n3`."""
    monkeypatch.setattr(summary, "RESULTS", tmp_path)
    (tmp_path / "run").mkdir()
    lines = [
        {"suite": suite, "method": "exact", "solved": solved, "held_out_correct": None, "first_s": 0.01, "budget": 10.0}
        for suite, solved in (("lists", True), ("lists-n3", False), ("lists-n3", False), ("ints", True))
    ]
    (tmp_path / "run" / "attempts.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    counts = {name: (summary._line(summary.Row("row", "run", name)) or "").split("|")[3:5] for name in ("lists", "lists-n", "")}
    assert counts == {"lists": [" 1 ", " 1 (100.0 %) "], "lists-n": [" 2 ", " 0 (0.0 %) "], "": [" 4 ", " 2 (50.0 %) "]}
    assert summary._line(summary.Row("row", "run", "strings")) is None and summary._line(summary.Row("row", "other", "lists")) is None
