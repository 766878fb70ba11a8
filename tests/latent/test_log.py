"""`flowforth solve --log-dir`: what TensorBoard is given."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
pytest.importorskip("tensorboard", reason="needs the extra `neural` (torch)")

from flowforth.cli import main
from search.latent.gradient import GradientSearch
from tests.latent.oracle import Oracle


def events(folder: Path) -> tuple[set[str], str]:
    """The names of everything that was written, and the explanation."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(folder)).Reload()
    tags = found.Tags()
    text = found.Tensors("explanation/text_summary")[0].tensor_proto.string_val[0].decode()
    return {*tags["scalars"], *tags["histograms"], *tags["tensors"]}, text


def test_any_method_writes_its_explanation(tmp_path: Path) -> None:
    assert main(["solve", "[3,1] -> [1,3]", "[2,9,4] -> [2,4,9]", "--log-dir", str(tmp_path), "--quiet"]) == 0
    tags, text = events(tmp_path)
    assert "answer/text_summary" in tags and "stage" in text


def test_a_search_by_gradient_writes_losses_and_distributions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.prior.ready.is_ready", lambda: False)
    monkeypatch.setattr(GradientSearch, "_machine", lambda self: Oracle(20))
    arguments = [
        "[3,1] -> [3,1]",
        "[2,4,9] -> [9,4,2]",
        "--method",
        "gradient",
        "--ops",
        "sort",
        "reverse",
        "sum",
        "--constants",
        "none",
    ]
    main(["solve", *arguments, "--budget", "90", "--log-dir", str(tmp_path), "--quiet"])
    tags, text = events(tmp_path)
    assert {"loss/all", "loss/concrete", "log-probabilities of words/position 1"} <= tags
    assert "programs were run on the real machine" in text


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    assert main(["solve", "1 -> 2", "2 -> 3", "--log-dir", str(tmp_path / "taken")]) == 2
