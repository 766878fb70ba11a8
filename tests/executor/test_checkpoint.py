"""Files of weights: round trips, and what is no such file."""

from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
pytest.importorskip("safetensors", reason="needs the extra `neural` (safetensors)")

from dsl.errors import ConfigError  # noqa: E402
from embed.vocab import Vocabulary  # noqa: E402
from executor.checkpoint import Executor, begin_with, load_tensors, load_weights, save_tensors, save_weights  # noqa: E402
from executor.field_config import FieldConfig  # noqa: E402
from tests.executor.samples import VOCAB, batch, of_steps  # noqa: E402

CONFIG = FieldConfig(depth=1, int_range=100)


def weights(model: Executor) -> dict[str, torch.Tensor]:
    return dict(model.named_parameters())


def test_weights_come_back(tmp_path: Path) -> None:
    model = Executor(CONFIG, VOCAB)
    save_weights(tmp_path / "model.safetensors", model, weights(model), {"step": 3})
    again, about = load_weights(tmp_path)
    assert about["step"] == 3
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), again.state_dict().values(), strict=True))


@pytest.mark.parametrize("setting", ["anchored", "products", "phases", "addresses", "ordered", "lend"])
def test_a_field_with_more_ways_in_may_begin_with_weights_without_and_does_the_same(setting: str, tmp_path: Path) -> None:
    config = replace(CONFIG, addresses=setting == "ordered")
    plain, grown = Executor(config, VOCAB), Executor(replace(config, **{setting: True}), VOCAB)
    save_weights(tmp_path / "plain.safetensors", plain, weights(plain), {})
    begin_with(grown, tmp_path / "plain.safetensors")
    steps = batch().steps
    ends = []
    for model in (plain, grown):
        before, _, condition = of_steps(model.field, steps)
        ends.append(model.field.endpoint(before.z0, torch.zeros(len(steps)), before, condition).inside)
    torch.testing.assert_close(ends[0], ends[1])
    save_weights(tmp_path / "grown.safetensors", grown, weights(grown), {})
    with pytest.raises(ConfigError, match=f"{setting}=True, not False"):
        begin_with(plain, tmp_path / "grown.safetensors")


def test_weights_of_another_vocabulary_are_refused_with_the_names_of_the_ops(tmp_path: Path) -> None:
    model = Executor(CONFIG, Vocabulary((*(name for name in VOCAB.ops if name != "sort"), "frobnicate"), 100))
    save_weights(tmp_path / "m.safetensors", model, weights(model), {})
    with pytest.raises(ConfigError, match=r"lacks: frobnicate; it lacks ops of the op table: sort; train it again"):
        load_weights(tmp_path / "m.safetensors")


def test_what_is_no_file_of_weights_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    with pytest.raises(ConfigError, match="there is no such file"):
        load_weights(path)
    path.write_bytes(b"\x00\x01nothing")
    with pytest.raises(ConfigError, match="not a file of weights"):
        load_weights(path)
    save_tensors(path, {"a": torch.zeros(2)}, {})
    with pytest.raises(ConfigError, match="not the weights of an executor"):
        load_weights(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 4])
    with pytest.raises(ConfigError, match="not a file of weights"):
        load_weights(path)
    save_tensors(path, {"a": torch.zeros(2)}, {"format_version": 99})
    with pytest.raises(ConfigError, match="its format version is 99"):
        load_tensors(path)
