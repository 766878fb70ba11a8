"""The model card says what the run's own files say."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
pytest.importorskip("tensorboard", reason="needs the extra `neural` (tensorboard)")
pytest.importorskip("safetensors", reason="needs the extra `neural` (safetensors)")

from dsl.errors import ConfigError
from executor.card import model_card
from executor.checkpoint import load_weights
from executor.table import Row
from executor.train import train
from tests.executor.test_train import SMALLEST


def test_a_card(tmp_path: Path) -> None:
    train(SMALLEST, tmp_path, stop_after=4, quiet=True)
    model, about = load_weights(tmp_path)
    card = model_card(tmp_path, model, about, [Row(name="a figure", value="3", target="4", met=False)], seed=7)
    assert "--set steps=6`, seed 0: 4 of 6 steps" in card and f"{4 * 12:,} concrete states" in card
    assert "| a figure | 3 | 4 | no |" in card and "evaluation seed 7" in card
    assert "`field.depth=1`" in card and "`data.rows=12`" in card


def test_a_file_alone_has_no_card(tmp_path: Path) -> None:
    train(SMALLEST, tmp_path / "run", stop_after=1, quiet=True)
    model, about = load_weights(tmp_path / "run")
    with pytest.raises(ConfigError, match="is not the folder of a run"):
        model_card(tmp_path, model, about, [], seed=0)
