"""The table of few executed programs."""

import pytest

pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from benchmarks.executed import ARMS, GRADIENTS, LIMIT, SAMPLINGS, TUNINGS, USUAL, main
from benchmarks.shares import AT, duels, sign_test, table, wilson


@pytest.mark.parametrize(("part", "whole", "low", "high"), [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634)])
def test_wilson_intervals(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == pytest.approx((low, high), abs=1e-4)


def test_a_task_counts_from_the_number_of_programs_at_which_it_was_solved() -> None:
    row = {"n": 2, "arm": "enumeration", "evaluations": 0, "cpu_s": 0.1}
    rows = [{**row, "solved": True, "executed": 16, "held_out": True}, {**row, "solved": False, "executed": 256, "held_out": False}]
    line = table(rows)[2]
    assert line[:3] == ["2", "enumeration", "2"]
    assert [cell.split()[0] for cell in line[3:6]] == ["0%", "50%", "50%"] and line[6] == "50%"


def test_arms_are_compared_on_the_tasks_that_both_had() -> None:
    def row(task: str, arm: str, solved: bool, evaluations: int) -> dict[str, object]:
        return {"n": 2, "task": task, "arm": arm, "solved": solved, "evaluations": evaluations}

    rows = [row("a", "x", True, 200), row("b", "x", True, 600), row("c", "x", False, 50), row("d", "x", True, 1)]
    rows += [row("a", "y", True, 300), row("b", "y", False, 900), row("c", "y", True, 1000), row("e", "y", True, 1)]
    _, _, line = duels(rows, "x")
    assert line == ["2", "y", "3", "1", "1", "1", "1.000", "1 / 0", "1 / 1", "2 / 2"]


@pytest.mark.parametrize(("first", "second", "chance"), [(0, 0, 1.0), (5, 0, 0.0625), (0, 5, 0.0625), (9, 1, 22 / 1024), (3, 3, 1.0)])
def test_the_sign_test(first: int, second: int, chance: float) -> None:
    assert sign_test(first, second) == pytest.approx(chance)


def test_every_arm_is_known() -> None:
    assert AT[-1] == LIMIT
    assert set(USUAL) <= set(ARMS) == {*GRADIENTS, *SAMPLINGS, *TUNINGS, "beam", "enumeration"}


def test_a_run_goes_on_where_it_was(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "few.jsonl"
    arguments = ["--n", "2", "--count", "1", "--arms", "enumeration", "--out", str(out)]
    assert main(arguments) == 0
    first = out.read_text()
    assert len(first.splitlines()) == 1
    assert main(arguments) == 0 and out.read_text() == first
    assert "enumeration" in capsys.readouterr().out
    assert main([*arguments, "--against", "beam"]) == 0 and "only beam" in capsys.readouterr().out


def test_no_tasks_are_refused_at_once(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--count", "0", "--out", str(tmp_path / "few.jsonl")])
    assert ended.value.code == 2 and "--count" in capsys.readouterr().err
