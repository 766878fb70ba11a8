"""The benchmark of kernels runs, and says what it measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.kernels import PROFILE, columns_for, main, usual_types
from dsl.columns.layout import decode
from dsl.ops import OPS
from dsl.values import Stuck, check


def test_times_are_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--ops", "reverse", "concat", "--no-compile-times", "--json", str(tmp_path / "k.json"), "--markdown", str(tmp_path / "k.md")])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["op", "reverse", "concat"]
    timings = json.loads((tmp_path / "k.json").read_text())["timings"]
    assert [(timing["op"], timing["signature"]) for timing in timings] == [("reverse", "l->l"), ("concat", "ss->s")]
    assert all(timing["ratio"] == timing["reference"] / timing["uniform"] > 1 for timing in timings)
    assert "| `reverse` |" in (tmp_path / "k.md").read_text()


def test_an_unknown_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--ops", "revers"])
    assert "unknown word 'revers'" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["tok", "str>int", "take", "join", "="])
def test_arguments_lie_within_the_limits_and_use_them(name: str) -> None:
    kinds = usual_types(OPS[name])
    assert kinds is not None
    rows, columns, order = columns_for(OPS[name], kinds, "uniform", seed=1)
    assert sorted(order.tolist()) == list(range(len(rows) // 5))
    assert not any(isinstance(check(value, PROFILE), Stuck) for row in rows for value in row)
    assert [decode(column) for column in columns] == [list(values) for values in zip(*rows, strict=True)]
