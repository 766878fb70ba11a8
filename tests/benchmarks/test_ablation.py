"""The ablation's variants: each is a configuration that trains, and a table says what was measured."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from benchmarks.ablation import COLUMNS, VARIANTS, Kept, table  # noqa: E402
from dsl.errors import ConfigError  # noqa: E402
from executor.field import Field  # noqa: E402
from executor.presets import preset, with_settings  # noqa: E402
from executor.train import train  # noqa: E402
from tests.executor.samples import VOCAB  # noqa: E402


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_is_a_field_of_its_own(name: str) -> None:
    config = with_settings(preset("tiny"), [*VARIANTS[name], "field.int_range=100", "data.int_range=100"])
    assert (config == with_settings(preset("tiny"), ["field.int_range=100", "data.int_range=100"])) == (name == "as shipped")
    Field(config.field, VOCAB)


def test_settings_must_be_valid_together_and_not_one_by_one() -> None:
    settings = [f"field.{name}=false" for name in ("source", "copy", "phases", "addresses", "ordered", "pieces")]
    for order in (settings, settings[::-1]):
        assert not with_settings(preset("tiny"), order).field.source
    with pytest.raises(ConfigError, match="source is False"):
        with_settings(preset("tiny"), settings[:3])


def record(name: str, seed: int, value: float) -> dict[str, Any]:
    return {"variant": name, "seed": seed, "rows": [{"name": begins, "value": f"{value} %"} for begins, _ in COLUMNS.values()]}


def test_a_table_has_means_and_ranges() -> None:
    text = table([record("as shipped", 0, 40.0), record("as shipped", 1, 50.0), record("linear path", 0, 12.5)])
    assert "| as shipped | 45 (40..50) |" in text and "| linear path | 12.5 |" in text
    assert text.count("\n") == 4


def test_batches_that_are_made_once_train_as_their_own_do(tmp_path: Path) -> None:
    settings = ["steps=3", "field.int_range=100", "data.int_range=100", "data.programs=128", "data.rows=16", "data.chunk=2", "held_out=1"]
    config, kept = with_settings(preset("tiny"), [*settings, "figures=false", "log_every=1", "precision=float32"]), cache(Kept)
    losses = [train(config, tmp_path / name, quiet=True, streams=streams)["loss"] for name, streams in (("first", kept), ("second", kept))]
    assert train(config, tmp_path / "own", quiet=True)["loss"] == losses[0] == losses[1]
    assert kept.cache_info().hits == 2, "the second run's batches, and those that it is measured on, were made again"
