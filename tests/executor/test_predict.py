"""Programs run by the network beside the machine: words that only move values are right untrained, and what is wrong is said to be."""

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
pytest.importorskip("safetensors", reason="needs the extra `neural` (safetensors)")

from dsl.errors import ConfigError  # noqa: E402
from dsl.parser import parse  # noqa: E402
from dsl.values import Stuck  # noqa: E402
from executor.checkpoint import Executor, save_weights  # noqa: E402
from executor.field_config import FieldConfig  # noqa: E402
from executor.predict import predictions  # noqa: E402
from flowforth import cli  # noqa: E402
from tests.executor.samples import VOCAB  # noqa: E402


def executor() -> Executor:
    torch.manual_seed(0)
    return Executor(FieldConfig(depth=1, int_range=100, attention="hand"), VOCAB).eval()


def test_words_that_move_values_and_literals() -> None:
    found = predictions(executor(), parse('dup 7 swap c0 "ab"'), ((1, 2), 5), constants=(9,))
    assert all(step.right for step in found)
    assert found[-1].true == ((1, 2), 5, 7, 5, 9, "ab") and found[-1].state is not None
    assert found[-1].state.constants == (9, 7, "ab", None)
    assert [step.word for step in found] == ["dup", "7", "swap", "c0", '"ab"']


def test_it_ends_where_the_machine_gets_stuck() -> None:
    found = predictions(executor(), parse("drop drop dup"), (3,))
    assert len(found) == 2 and isinstance(found[-1].true, Stuck)
    assert found[-1].right and found[-1].trouble == pytest.approx(1)


def test_quotations_stand_with_their_word() -> None:
    found = predictions(executor(), parse("( 2 * ) map dup"), ((1, 2),))
    assert [step.word for step in found] == ["( 2 * ) map", "dup"]
    assert found[0].true == ((2, 4),)


def test_what_it_cannot_run_is_named() -> None:
    with pytest.raises(ConfigError, match="5 constants and literals outside quotations; the network has room for 4"):
        predictions(executor(), parse("1 2 3 4 5"), ())


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights = tmp_path / "model.safetensors"
    save_weights(weights, executor(), executor().state_dict(), {})
    assert cli.main(["run", "dup swap", "--input", "[1, 2]", "--neural", str(weights)]) == 0
    assert "differs" not in capsys.readouterr().out
    assert cli.main(["run", "sum", "--input", "[100, 200]", "--neural", str(weights), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["right"] is False
    assert cli.main(["run", "dup", "--input", "1", "--neural", str(tmp_path / "none")]) == 2
    assert cli.main(["run", "dup", "--input", "1", "--neural", str(weights), "--steps"]) == 2
    assert "leave out --steps and --python" in capsys.readouterr().err
