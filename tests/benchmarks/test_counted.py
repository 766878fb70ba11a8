"""Tables of what is solved within a number of candidates, and of how good the policy is."""

import json
from pathlib import Path

import pytest

from benchmarks import counted, policy
from dsl.columns.available import available

TASKS = [
    {"name": "sorted", "length": 1, "examples": [{"inputs": [[3, 1, 2]], "output": [1, 2, 3]}, {"inputs": [[9, 7]], "output": [7, 9]}],
     "held_out": [{"inputs": [[5, 4]], "output": [4, 5]}]},
    {"name": "no pattern", "length": 4, "examples": [{"inputs": [[1, 2]], "output": [91, 27]}, {"inputs": [[5]], "output": [-44]}]},
]  # fmt: skip


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")][2:]


def test_a_row_for_each_length_and_method(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lists-n1.jsonl"
    file.write_text("".join(json.dumps(task) + "\n" for task in TASKS))
    methods = ["beam", "plain", "random"] if available() else ["plain", "random"]
    assert counted.main(["--suite", str(file), "--methods", *methods, "--max-candidates", "150"]) == 0
    found = rows(capsys.readouterr().out)
    assert [row[:3] for row in found] == [["lists-n1", length, method] for length in ("1", "4") for method in methods]
    assert all(row[3] == ("1 of 1" if row[1] == "1" else "0 of 1") and row[4] == ("1" if row[1] == "1" else "-") for row in found)
    assert counted.main(["--suite", str(file), "--methods", "plain", "--max-candidates", "3", "--lengths", "1..2"]) == 0
    assert [row[1] for row in rows(capsys.readouterr().out)] == ["1"]


@pytest.mark.skipif(not available(), reason="the policy needs numba")
def test_the_policy_is_asked_before_each_word_of_programs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "SECONDS", 0.0)
    monkeypatch.setattr(policy, "BATCHES", (2,))
    assert policy.main(["--suite", "lists-n3", "--limit", "3"]) == 0
    found = rows(capsys.readouterr().out)
    assert found[0][:2] == ["lists-n3", "9"] and found[-1][0] == "2"
