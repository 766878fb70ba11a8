"""Training: a stopped run goes on as if it had not stopped, also after SIGKILL; two processes are one; not-a-number and collapse stop it."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
pytest.importorskip("tensorboard", reason="needs the extra `neural` (tensorboard)")
pytest.importorskip("safetensors", reason="needs the extra `neural` (safetensors)")

from dsl.errors import ConfigError  # noqa: E402
from executor.checkpoint import WEIGHTS, TrainState, load_weights  # noqa: E402
from executor.exactness import Tally  # noqa: E402
from executor.field_config import FieldConfig  # noqa: E402
from executor.focus import LEAST, emphasis_of, focused  # noqa: E402
from executor.losses import NAMES  # noqa: E402
from executor.presets import PRESETS, TrainConfig, preset, with_settings  # noqa: E402
from executor.speed import resolved  # noqa: E402
from executor.train import TrainingStopped, learning_rate, train  # noqa: E402
from tests.executor.samples import DATA  # noqa: E402

SMALLEST = TrainConfig(
    name="smallest",
    field=FieldConfig(depth=1, int_range=100, attention="hand"),
    data=replace(DATA, rows=12, programs=80, soft=0.2, rollouts=0.2),
    losses=replace(preset("tiny").losses, unroll_from=0.5),
    steps=6,
    warm_up=2,
    log_every=1,
    save_every=2,
    evaluate_every=3,
    held_out=1,
    figures=False,
)
FIGURES = ("loss", "decode", "flow", "gradient", "soft", "error")


def curve(folder: Path) -> list[list[float]]:
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [[line[name] for name in FIGURES] for line in lines if "loss" in line]


def test_a_run_is_a_folder_and_its_weights_load(tmp_path: Path) -> None:
    train(SMALLEST, tmp_path, quiet=True)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"config.json", "versions.json", "metrics.jsonl", "model.safetensors", "checkpoint.safetensors"} <= names
    assert any(name.startswith("events.out") for name in names)
    assert not any(path.is_dir() for path in tmp_path.iterdir())  # the settings stand in the run's own event file
    assert not any(name.endswith(".part") for name in names)
    model, about = load_weights(tmp_path)
    assert about["step"] == 6 and model.field.config == SMALLEST.field
    assert len(curve(tmp_path)) == 6


def test_a_resumed_run_has_the_curve_of_one_that_was_not_stopped(tmp_path: Path) -> None:
    train(SMALLEST, tmp_path / "whole", quiet=True)
    train(SMALLEST, tmp_path / "parts", stop_after=3, quiet=True)
    train(SMALLEST, tmp_path / "parts", quiet=True)
    assert curve(tmp_path / "parts") == curve(tmp_path / "whole")
    one, two = (load_weights(tmp_path / name)[0].state_dict() for name in ("whole", "parts"))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_run_of_two_shards_is_the_same_on_any_number_of_processes(tmp_path: Path) -> None:
    """Two processes under gloo, against one with the same global batch."""
    config = replace(SMALLEST, shards=2, steps=3, evaluate_every=3)
    train(config, tmp_path / "one", quiet=True)
    code = (
        "from pathlib import Path; import sys, torch; torch.set_num_threads(1)\n"
        "from dataclasses import replace; from executor.train import train; from tests.executor.test_train import SMALLEST\n"
        "train(replace(SMALLEST, shards=2, steps=3, evaluate_every=3), Path(sys.argv[1]), quiet=True)"
    )
    port = 29500 + os.getpid() % 2000
    processes = []
    for rank in range(2):
        env = os.environ | {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        processes.append(subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "two")], env=env, stderr=subprocess.PIPE, text=True))
    for process in processes:
        errors = process.communicate(timeout=200)[1]
        assert process.returncode == 0, errors
    for one, two in zip(curve(tmp_path / "one"), curve(tmp_path / "two"), strict=True):
        assert one == pytest.approx(two, rel=1e-4, abs=1e-5)


@pytest.mark.slow
def test_a_killed_run_loses_no_more_than_the_last_interval(tmp_path: Path) -> None:
    train(SMALLEST, tmp_path / "whole", quiet=True)
    code = (
        "from pathlib import Path; import sys\nfrom executor.train import train; from tests.executor.test_train import SMALLEST\n"
        "train(SMALLEST, Path(sys.argv[1]), quiet=True)"
    )
    folder = tmp_path / "killed"
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)])
    for _ in range(2000):
        if (folder / "checkpoint.safetensors").exists() or process.poll() is not None:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    train(SMALLEST, folder, quiet=True)
    assert curve(folder) == curve(tmp_path / "whole")


def test_a_run_may_begin_with_the_weights_of_another(tmp_path: Path) -> None:
    train(SMALLEST, tmp_path / "first", quiet=True)
    train(SMALLEST, tmp_path / "second", stop_after=1, quiet=True, weights=tmp_path / "first")
    assert curve(tmp_path / "second")[0][0] < 0.9 * curve(tmp_path / "first")[0][0]
    other = replace(SMALLEST, field=replace(SMALLEST.field, depth=2))
    with pytest.raises(ConfigError, match=r"weights of a field with depth=1, not 2; set field\.depth=1"):
        train(other, tmp_path / "third", quiet=True, weights=tmp_path / "first")


def test_a_run_that_is_asked_to_end_is_kept(tmp_path: Path) -> None:
    """SIGTERM, which job schedulers and torchrun send, is like Ctrl-C: the step that was reached is saved, far from any interval."""
    command = [sys.executable, "-m", "flowforth", "train", "--preset", "tiny", "--run-dir", str(tmp_path / "run"), "--threads", "1"]
    settings = ["data.rows=16", "data.programs=80", "log_every=1", "save_every=100000", "evaluate_every=100000", "field.depth=1"]
    process = subprocess.Popen([*command, *(part for item in settings for part in ("--set", item))], stderr=subprocess.PIPE, text=True)
    metrics = tmp_path / "run" / "metrics.jsonl"
    for _ in range(2000):
        if (metrics.exists() and metrics.stat().st_size) or process.poll() is not None:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "goes on from there" in said
    assert load_weights(tmp_path / "run")[1]["step"] >= 1


def test_an_interrupt_within_an_update_waits_for_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights between two steps cannot be saved, and a run must not lose its steps because of the moment at which it was asked to end."""
    usual = TrainState.update_average

    def interrupted(state: TrainState) -> None:
        if state.step == 2:
            signal.raise_signal(signal.SIGINT)
        usual(state)

    monkeypatch.setattr(TrainState, "update_average", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(SMALLEST, tmp_path / "run", quiet=True)
    assert load_weights(tmp_path / "run")[1]["step"] == 2
    monkeypatch.undo()
    train(SMALLEST, tmp_path / "run", stop_after=4, quiet=True)
    train(SMALLEST, tmp_path / "never stopped", stop_after=4, quiet=True)
    assert curve(tmp_path / "run")[-1] == curve(tmp_path / "never stopped")[-1]


def test_evaluations_write_figures_of_the_fields(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    train(replace(SMALLEST, figures=True, evaluate_every=100), tmp_path, stop_after=1, quiet=True)
    tags = EventAccumulator(str(tmp_path), size_guidance={"images": 0}).Reload().Tags()
    assert "fields/swap" in tags["images"] and "exact/all" in tags["scalars"] and "loss/decode" in tags["scalars"]


def test_deterministic_runs_are_equal(tmp_path: Path) -> None:
    for name in ("a", "b"):
        train(SMALLEST, tmp_path / name, stop_after=2, deterministic=True, quiet=True)
    assert curve(tmp_path / "a") == curve(tmp_path / "b")


def test_the_distance_can_be_trained_alone_and_goes_on(tmp_path: Path) -> None:
    alone = with_settings(SMALLEST, [f"losses.{name}={float(name == 'taught')}" for name in NAMES])
    train(SMALLEST, tmp_path / "field", stop_after=1, quiet=True)
    begun, _ = load_weights(tmp_path / "field")
    for folder in ("whole", "parts"):
        if folder == "parts":
            train(alone, tmp_path / folder, stop_after=2, quiet=True, weights=tmp_path / "field")
        train(alone, tmp_path / folder, quiet=True, weights=tmp_path / "field")
    whole, parts = (load_weights(tmp_path / folder)[0].state_dict() for folder in ("whole", "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    changed = {name.split(".")[0] for name, weights in begun.state_dict().items() if not torch.equal(weights, whole[name])}
    assert changed == {"metric"}
    assert "spearman" in (tmp_path / "whole" / "metrics.jsonl").read_text()


def test_the_command_trains_the_distance_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flowforth.cli import main

    seen: list[TrainConfig] = []
    monkeypatch.setattr("executor.train.train", lambda config, *_, **__: seen.append(config))
    for more in ([], ["--only-distance"]):
        assert main(["train", "--preset", "tiny", "--run-dir", str(tmp_path), *more]) == 0
    assert [config.losses.distance_alone for config in seen] == [False, True]


def test_not_a_number_stops_the_run_and_keeps_the_last_good_weights(tmp_path: Path) -> None:
    train(SMALLEST, tmp_path, stop_after=2, quiet=True)
    good = (tmp_path / WEIGHTS).read_bytes()
    broken = with_settings(SMALLEST, ["losses.noise=100"])
    (tmp_path / "config.json").unlink()
    import executor.train as module

    original = module.total_loss
    try:
        module.total_loss = lambda *args, **kwargs: (original(*args, **kwargs)[0] * torch.nan, {})  # type: ignore[assignment]
        with pytest.raises(TrainingStopped, match=r"stopped at step 2: the loss is nan .* has the last good weights"):
            train(broken, tmp_path, quiet=True)
    finally:
        module.total_loss = original  # type: ignore[assignment]
    assert (tmp_path / WEIGHTS).read_bytes() == good


def test_a_collapsed_table_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("executor.train.effective_rank", lambda _: 1.2)
    with pytest.raises(TrainingStopped, match=r"the code table has collapsed: its effective rank is 1\.2"):
        train(SMALLEST, tmp_path, quiet=True)


def test_other_settings_in_the_same_folder_are_refused(tmp_path: Path) -> None:
    train(SMALLEST, tmp_path, stop_after=1, quiet=True)
    with pytest.raises(ConfigError, match=r"holds a run with losses\.flow=0\.25, not 0\.0"):
        train(with_settings(SMALLEST, ["losses.flow=0"]), tmp_path, quiet=True)


def test_a_run_of_a_version_that_lacked_a_setting_goes_on_where_it_is_as_by_default(tmp_path: Path) -> None:
    train(SMALLEST, tmp_path, stop_after=1, quiet=True)
    path = tmp_path / "config.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    for name in ("field.lend", "data.singles"):
        del kept[name]
    path.write_text(json.dumps(kept), encoding="utf-8")
    train(replace(SMALLEST, steps=2), tmp_path, quiet=True)
    with pytest.raises(ConfigError, match=r"data\.singles=0\.0, not 0\.5"):
        train(replace(SMALLEST, steps=3, data=replace(SMALLEST.data, singles=0.5)), tmp_path, quiet=True)


@pytest.mark.parametrize(
    ("setting", "message"),
    [("losses.flux=1", "is no setting"), ("steps", "is no setting"), ("steps=x", "is not a value like 6"), ("steps=0", "steps is 0")],
)
def test_wrong_settings_are_named(setting: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        with_settings(SMALLEST, [setting])


def test_bfloat16_trains(tmp_path: Path) -> None:
    """The precision of `large`: every part of the field and of the losses takes what blocks in bfloat16 give."""
    train(replace(SMALLEST, precision="bfloat16", losses=replace(SMALLEST.losses, unroll_from=0.0)), tmp_path, stop_after=2, quiet=True)
    assert all(math.isfinite(value) for line in curve(tmp_path) for value in line)


@pytest.mark.parametrize("attention", ["sdpa", "hand"])
def test_auto_is_a_precision_that_blocks_run_in(attention: str) -> None:
    found = resolved("auto", torch.device("cpu"), attention)
    assert found in ("float32", "bfloat16")
    assert resolved("bfloat16", torch.device("cpu"), attention) == "bfloat16"


def test_a_focused_run_sees_what_its_first_weights_get_wrong(tmp_path: Path) -> None:
    """Measured once: the run goes on with the factors that it began with."""
    train(SMALLEST, tmp_path / "first", stop_after=1, quiet=True)
    run = tmp_path / "focused"
    config = focused(SMALLEST, run, tmp_path / "first", batches=4)
    factors = config.data.factors
    assert len(factors) > 5 and all(LEAST < factor <= 1 for factor in factors.values())
    assert max(factors.values()) > 0.5  # after one step hardly any word that computes is right
    train(config, run, stop_after=1, quiet=True, weights=tmp_path / "first")
    again = focused(SMALLEST, run, tmp_path / "focused", batches=1)
    assert again == config
    train(again, run, stop_after=2, quiet=True)


def test_factors_come_from_errors() -> None:
    tally = Tally()
    for right in (True, True, False, False):
        tally.add("+", right)
        tally.add("sort", True)
        tally.add("c0", False)
    assert dict(text.rsplit(":", 1) for text in emphasis_of(tally)) == {
        "+": f"{LEAST + (1 - LEAST) * 3 / 6:.3f}",
        "sort": f"{LEAST + (1 - LEAST) * 1 / 6:.3f}",
    }


def test_presets() -> None:
    assert {preset(name).name for name in PRESETS} == {"tiny", "small", "large"}
    assert preset("small").data.max_list >= 16 and preset("small").data.max_str >= 32 and preset("small").field.int_range >= 1000
    assert preset("large").data.max_list == 32 and preset("large").data.max_str == 64
    with pytest.raises(ConfigError, match="no preset 'huge'"):
        preset("huge")


def test_the_rate_warms_up_and_falls_to_nothing() -> None:
    rates = [learning_rate(SMALLEST, step) for step in range(7)]
    assert rates[0] < rates[1] == rates[3] == SMALLEST.learning_rate > rates[5] > rates[6] == 0


def test_the_large_run_in_small(tmp_path: Path) -> None:
    """What only a GPU runs otherwise: bfloat16 through the fused kernel, here under Triton's interpreter."""
    pytest.importorskip("triton", reason="the package triton is not installed; `pip install triton` runs this under its interpreter")
    large = preset("large")
    config = replace(
        large,
        field=replace(large.field, depth=1, code_width=96, int_range=100),
        data=replace(SMALLEST.data, rows=4, rollouts=0.5),
        losses=replace(large.losses, unroll_from=0.0),
        steps=2, warm_up=1, log_every=1, evaluate_every=2, held_out=1, figures=False,
    )  # fmt: skip
    assert config.precision == "bfloat16" and config.field.attention == "triton"
    train(config, tmp_path, quiet=True)
    assert all(math.isfinite(value) for line in curve(tmp_path) for value in line)
