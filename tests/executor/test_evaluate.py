"""The table on weights that know nothing: every row is there, and is what JSON says it is; the figures of a field that is known."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
pytest.importorskip("tensorboard", reason="needs the extra `neural` (tensorboard)")
pytest.importorskip("safetensors", reason="needs the extra `neural` (safetensors)")

from embed.cells import decode  # noqa: E402
from executor.bench import Bench  # noqa: E402
from executor.checkpoint import Executor, save_weights  # noqa: E402
from executor.diagnostics import LEVELS, basin, basin_radius, figures  # noqa: E402
from executor.evaluate import MEASURES, evaluate  # noqa: E402
from executor.exactness import families  # noqa: E402
from executor.example_states import example_steps, states_for  # noqa: E402
from executor.field_config import FieldConfig  # noqa: E402
from executor.losses import Draws  # noqa: E402
from executor.pictures import write_fields  # noqa: E402
from executor.plane import plane_of  # noqa: E402
from executor.table import as_json, as_markdown, auroc  # noqa: E402
from executor.trajectories import PROGRAMS  # noqa: E402
from executor.window import window_of  # noqa: E402
from flowforth import cli  # noqa: E402
from tests.executor.samples import DATA, VOCAB, batch, of_steps, small_field, tensor  # noqa: E402


def executor() -> Executor:
    torch.manual_seed(0)
    return Executor(FieldConfig(depth=1, int_range=100, attention="hand"), VOCAB).eval()


def test_the_quick_rows_of_the_table() -> None:
    bench = Bench(executor(), DATA, 0, 32)
    table = [row for name in ("next_states", "errors", "soft", "distances", "identities") for row in MEASURES[name](bench)]
    data = as_json(table)
    assert set(data["rows"][0]) == {"name", "value", "target", "met", "seeds"}
    assert json.loads(json.dumps(data)) == data
    assert as_markdown(table).count("\n") == len(table) + 2
    by_name = {row.name: row for row in table}
    assert by_name["distance: triangle violations"].met is True
    assert by_name["exact next state, scalar ops: mean / worst"].met is False


def test_words_that_are_run_word_by_word_are_no_calls() -> None:
    bench = Bench(executor(), DATA, 0, 32)
    steps = next(bench.steps(bench.data, 32))
    for name, interpretation, is_call in (("map", 0, False), ("map", 1, True), ("unfold", 0, True), ("sort", 0, True), ("dip", 0, False)):
        op, seen = np.full(len(steps), VOCAB.numbers[name]), np.full(len(steps), interpretation)
        assert (bench.is_call(replace(steps, op=op, interpretation=seen)) == is_call).all()


def test_fields_are_measured_on_calls_and_beside_on_all_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every word is a call both are the same."""
    bench = Bench(executor(), DATA, 0, 32)
    monkeypatch.setattr(Bench, "is_call", lambda self, steps: np.ones(len(steps), bool))
    *four, same = MEASURES["integrators"](bench)
    assert [row.value.split(",")[0] for row in four] == same.value.split(" / ")
    *four, same = MEASURES["field_figures"](bench)
    assert [row.value for row in four] == same.value.split(" / ")
    calls, same = MEASURES["retrieval"](bench)
    assert calls.value == same.value


def test_weights_whose_training_had_rollouts_and_mixtures_in_few_batches_are_measured_all_the_same() -> None:
    bench = Bench(executor(), replace(DATA, every=5), 0, 32)
    assert bench.rollouts(4, 48)
    once, apart = MEASURES["soft"](bench)
    assert "nan" not in once.value and "nan" not in apart.value


@pytest.mark.slow
def test_the_whole_table() -> None:
    assert len(evaluate(executor(), {}, rows=32)) >= 25


def test_area_under_the_curve() -> None:
    assert auroc(np.array([0.1, 0.9, 0.8, 0.2]), np.array([False, True, True, False])) == 1
    assert auroc(np.array([0.5, 0.5]), np.array([True, False])) == 0.5


def test_a_field_that_stands_still() -> None:
    """x1 = z: no speed, neither contraction nor curl, and the whole way is missed. Where results are longer than the arguments, the room for them
    is empty at the start, so these rows are left out."""
    field, steps = small_field(shaken=False, pointer=False), batch().steps
    before, _, condition = of_steps(field, steps)
    arguments = window_of(before.layout, condition, tensor(steps.result), copy=True).seen.sum(1) - 1
    found = figures(field, steps.take((arguments >= tensor(steps.result)).nonzero()[:, 0].numpy()), 0.25, Draws(0))
    assert found is not None
    assert found.speed == pytest.approx(0, abs=1e-6)
    assert found.divergence == pytest.approx(0, abs=1e-6)
    assert found.straightness == pytest.approx(0.75**2, rel=1e-4)


def test_basins() -> None:
    shares = basin(small_field(), batch().steps, Draws(0))
    assert set(shares) == set(LEVELS)
    assert basin_radius({0.1: 1.0, 0.2: 0.995, 0.3: 0.9, 0.4: 1.0}) == 0.2
    assert basin_radius({0.1: 0.5}) == 0


def test_families() -> None:
    found = families()
    assert (found["+"], found["sort"], found["upper"], found["map"], found["swap"]) == ("scalar", "list", "string", "quotation", "route")


def test_fields_are_written_for_tensorboard(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    about = {"step": 7, "data": {"rows": 16, "int_range": 100, "programs": 96, "max_list": 16, "max_str": 32}}
    count = write_fields(executor(), about, tmp_path / "log", ops=("swap", "+", "drop"), png=tmp_path / "png")
    assert count == 3
    assert {path.read_bytes()[:4] for path in (tmp_path / "png").iterdir()} == {b"\x89PNG"}
    events = EventAccumulator(str(tmp_path / "log"), size_guidance={"images": 0})
    tags = events.Reload().Tags()
    assert {"fields/swap", "fields/+", "fields/drop"} <= set(tags["images"])
    assert any(tag.startswith("divergence/") for tag in tags["histograms"])
    assert sum(tag.startswith("trajectories/") for tag in tags["tensors"]) == len(PROGRAMS)
    projector = (tmp_path / "log" / "projector_config.pbtxt").read_text()
    assert "ops" in projector and "states" in projector


def test_the_plane_is_one_of_the_code_table() -> None:
    plane = plane_of(small_field())
    assert torch.allclose(plane.axes @ plane.axes.T, torch.eye(2), atol=1e-5)
    points = np.array([[1.0, 2.0], [0.0, -3.0]])
    assert np.allclose(plane(plane.lifted(points, torch.randn(96))), points, atol=1e-4)
    assert len(example_steps(small_field(), DATA, 0, rows=16)) == 32


def test_states_that_traces_do_not_have_end_where_the_machine_takes_them() -> None:
    field = small_field()
    states = example_steps(field, DATA, 0, rows=32)
    mine = states_for(field, states.take(np.flatnonzero(states.op != VOCAB.numbers["swap"])), "swap")
    moved = 0
    for row in range(len(mine)):
        before, after = decode(mine.before.row(row), VOCAB).items, decode(mine.after.row(row), VOCAB).items
        assert isinstance(before, tuple) and isinstance(after, tuple)
        assert after == (*before[:-2], before[-1], before[-2])
        moved += before != after
    assert moved


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["eval", str(tmp_path / "nothing.safetensors")]) == 2
    assert "there is no such file" in capsys.readouterr().err
    model = executor()
    save_weights(tmp_path / "m.safetensors", model, dict(model.named_parameters()), {"step": 1})
    assert cli.main(["fields", str(tmp_path / "m.safetensors"), "--logdir", str(tmp_path / "log"), "--op", "frobnicate"]) == 2
    assert "no word 'frobnicate'" in capsys.readouterr().err
    assert cli.main(["train", "--preset", "huge", "--run-dir", str(tmp_path / "run")]) == 2
    assert "no preset 'huge'; there are tiny, small, large" in capsys.readouterr().err
    assert cli.main(["train", "--run-dir", str(tmp_path / "run"), "--loss", "flux=0"]) == 2
    assert "'losses.flux=0' is no setting" in capsys.readouterr().err
    assert cli.main(["train", "--run-dir", str(tmp_path / "m.safetensors")]) == 2
    assert "is a file; name a folder" in capsys.readouterr().err
    assert cli.main(["train", "--run-dir", str(tmp_path / "run"), "--threads", "0"]) == 2
    capsys.readouterr()
    assert cli.main(["train", "--run-dir", str(tmp_path / "run"), "--focus"]) == 2
    assert "name them with --from" in capsys.readouterr().err


def test_without_weights_the_user_is_told_how_to_make_some(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowforth.neural.Path.exists", lambda _: False)
    assert cli.main(["eval"]) == 2
    assert "no weights are shipped" in capsys.readouterr().err


def test_without_torch_the_extra_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert cli.main(["train", "--run-dir", "x"]) == 2
    assert "pip install 'flowforth[neural]'" in capsys.readouterr().err
