"""The weights that ship: they fit the op table as it is, do what their card says, and every command finds them."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
pytest.importorskip("safetensors", reason="needs the extra `neural` (safetensors)")

from embed.batches import Stream
from embed.data_config import data_config
from executor.checkpoint import load_weights
from executor.exactness import exact_rows
from flowforth import cli
from flowforth.neural import weights_path

LEAST = 0.65
"""Share of exact next states on a few hundred unseen ones; the card next to the weights has the measured figures."""


def test_they_execute_unseen_states() -> None:
    model, about = load_weights(weights_path(None))
    data = replace(data_config(about["data"]), rows=128, chunk=2, programs=400, soft=0.0, rollouts=0.0, abstract=0.0, compiled=False)
    stream = Stream(data, model.field.vocab, 2_000_003)
    right = [exact_rows(model.field, steps)[steps.error == 0] for steps in (stream.batch(0).steps, stream.batch(1).steps)]
    assert np.concatenate(right).mean() > LEAST


def test_a_card_lies_beside_them() -> None:
    card = weights_path(None).with_name("README.md").read_text(encoding="utf-8")
    _, about = load_weights(weights_path(None))
    assert f"{about['step']:,} of {about['steps']:,} steps" in card
    assert "| exact next state, scalar ops: mean / worst |" in card


def test_commands_find_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "dup swap", "--input", "[1, 2]", "--neural", "shipped"]) == 0
    assert "differs" not in capsys.readouterr().out
