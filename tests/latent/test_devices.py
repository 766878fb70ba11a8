"""`--device`: the searches on a second device give what they give on the CPU, and a device that is not there is refused before the search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.errors import ConfigError  # noqa: E402
from dsl.tasks import Example, Task  # noqa: E402
from executor.checkpoint import load_weights  # noqa: E402
from flowforth.cli import main  # noqa: E402
from search.latent.choices import Choices, Uniform  # noqa: E402
from search.latent.compiled import Compiled  # noqa: E402
from search.latent.compiling import CompileSearch  # noqa: E402
from search.latent.constants import Holes  # noqa: E402
from search.latent.devices import device_of  # noqa: E402
from search.latent.gradient import GradientSearch  # noqa: E402
from search.latent.learned import Learned, field_of, shipped  # noqa: E402
from search.latent.machine import Machine  # noqa: E402
from search.latent.relaxed import Relaxed  # noqa: E402
from search.latent.search import LatentSearch, LearnedSearch  # noqa: E402
from search.latent.settings import Descent, Filling, Sampling, Tuning  # noqa: E402
from search.settings import LATENT, Settings  # noqa: E402
from search.solve import solve, visible  # noqa: E402
from tests.latent.far import FAR, Far, second_device  # noqa: E402
from tests.latent.oracle import Oracle  # noqa: E402
from tests.latent.samples import NOTHING_FITS, SETTINGS, SORTED  # noqa: E402

PLUS = Task(name="plus", examples=tuple(Example((x,), x + 37) for x in (3, -8, 21)))
BEYOND = Task(name="beyond", examples=(Example(((3, 4000),), 9999), Example(((1,),), -7000)))
"""Numbers that have no code of their own."""
SMALL = Descent(starts=2, steps=3, every=1, examples=1, mixture=2, drawn=4, domains=("type",), longer=-2)
OTHER = replace(SMALL, feedback="expectation", reread=False, guidance=1.5, policy=False, hull=True)


@pytest.fixture(autouse=True, scope="module")
def kept() -> Iterator[None]:
    """The weights are read once, and not on the second device, where every op is slow."""
    model, about = load_weights(shipped())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("search.latent.learned.load_weights", lambda path: (deepcopy(model), about))
        field_of.cache_clear()
        yield
    field_of.cache_clear()


@pytest.fixture(params=["oracle", "learned"])
def made(request: pytest.FixtureRequest) -> Callable[[str], Machine]:
    """A machine on a device."""
    if request.param == "oracle":
        return lambda device: Oracle(20, device=device)
    return lambda device: Learned(field_of(shipped(), torch.device(device)), 20)


def on_both(found: Callable[[str], object]) -> None:
    """What is found on the CPU is found on the second device."""
    near = found("cpu")
    with second_device() as device:
        assert found(device.type) == near


def test_the_second_device_has_the_rules_of_a_gpu() -> None:
    with second_device() as device:
        here, there = torch.ones(3), torch.tensor([1.0, 2.0, 3.0], device=device)
        assert isinstance(there, Far) and there.device == FAR and torch.mul(there, 2).cpu().numpy().tolist() == [2, 4, 6]
        assert there[[0, 2]].tolist() == [1, 3] and float(there.sum() + torch.tensor(1.0)) == 7
        there[[1]] = 5.0
        assert there.tolist() == [1, 5, 3]
        for mixed in (lambda: here + there, lambda: there[torch.tensor([0])], lambda: torch.cat([here, there]), lambda: there.numpy()):
            with pytest.raises(RuntimeError):
                mixed()


@pytest.mark.parametrize("task", [SORTED, NOTHING_FITS, BEYOND], ids=lambda task: task.name)
def test_a_machine_says_the_same_on_both(made: Callable[[str], Machine], task: Task) -> None:
    def found(device: str) -> object:
        machine = made(device)
        assert machine.device.type == device
        stacks = [example.inputs for example in task.examples]
        outputs = [example.output for example in task.examples]
        guesses = machine.step(stacks, ["reverse"] * len(stacks))
        z = machine.embed(stacks, [()] * len(stacks), ["concrete"] * len(stacks))
        return guesses, machine.decode(z), machine.distances([guess.stack and guess.stack[-1] for guess in guesses], outputs)

    on_both(found)


def searching(kind: type[LearnedSearch], settings: Settings, most: int, **how: object) -> Callable[[str], object]:
    """The programs that a search runs on a device, with what it explains."""

    def found(device: str) -> object:
        search = kind(visible(NOTHING_FITS), replace(settings, device=device), lambda: search.progress.candidates >= most, **how)  # type: ignore[arg-type]
        assert list(search.run()) == [] and search.progress.candidates >= most
        assert search.machine is not None and search.machine.device.type == device
        return list(search.tried.items()), search.explain()

    return found


@pytest.fixture
def anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any device can be named, and no policy is asked."""
    monkeypatch.setattr("search.latent.devices.device_of", torch.device)
    monkeypatch.setattr("search.prior.ready.is_ready", lambda: False)


def test_latent_sampling_is_the_same_on_both(anywhere: None) -> None:
    on_both(searching(LatentSearch, SETTINGS, 8, sampling=Sampling(rollouts=8, longer=-1)))


@pytest.mark.parametrize("how", [SMALL, OTHER], ids=["score", "expectation"])
def test_gradient_and_sampling_is_the_same_on_both(anywhere: None, how: Descent, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="needs the extra `neural` (torch)")
    on_both(searching(GradientSearch, replace(SETTINGS, method="gradient", log_dir=str(tmp_path)), 4, descent=how))


def test_compiled_programs_are_the_same_on_both(anywhere: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.latent.compiling.DRAWN", 4)
    on_both(searching(CompileSearch, replace(SETTINGS, method="compile"), 2, tuning=Tuning(programs=2, steps=1, micro=1, examples=1)))


def test_committed_words_are_the_same_on_both() -> None:
    def found(device: str) -> object:
        choices = Choices(Uniform(("sort", "reverse", "sum")))
        program = Relaxed(Oracle(20, device=device), choices, SORTED.examples[:1], (), SMALL, 2, torch.Generator().manual_seed(0))
        program.commit(0, 1, program.words.index("reverse"))
        program.commit(1, 0, 0)
        program.commit(1, 1, 1)
        rolled = program.roll(0.5)
        rolled.loss.sum().backward()
        assert program.offsets.grad is not None
        return program.fixed.tolist(), rolled.loss.tolist(), rolled.log_p.tolist(), program.offsets.grad.tolist()

    on_both(found)


def test_a_compiled_program_moves_the_same_way_on_both(made: Callable[[str], Machine]) -> None:
    def found(device: str) -> object:
        program = Compiled(made(device), ("sort", "map+1"), ("sort", "reverse", "map+1"), SORTED.examples, (), Tuning(steps=2))
        return list(program.tuned()), program.vectors.tolist()

    on_both(found)


@pytest.mark.parametrize("distribution", [False, True])
def test_constants_are_the_same_on_both(made: Callable[[str], Machine], distribution: bool) -> None:
    def found(device: str) -> object:
        how = Filling(starts=3, steps=3, distribution=distribution)
        holes = Holes(made(device), ("c0", "+"), PLUS.examples, how)
        return list(holes.proposals()), holes.theta.tolist()

    on_both(found)


def test_auto_is_the_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for there, name in ((False, "cpu"), (True, "cuda")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        assert device_of("auto") == torch.device(name)
    assert device_of("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["nowhere", "cuda:999", "meta", "mps:x", ""])
def test_a_device_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="name cpu") as caught:
        device_of(name)
    assert len(str(caught.value)) < 250 and "\n" not in str(caught.value)


@pytest.mark.parametrize("method", LATENT)
def test_the_command_refuses_it_before_the_search(method: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.solve.solve", lambda *args, **kwargs: pytest.fail("the search began"))
    assert main(["solve", "[3,1] -> [1,3]", "--method", method, "--device", "nowhere"]) == 2
    output, error = capsys.readouterr()
    assert output == "" and error.count("\n") == 1 and "device 'nowhere'" in error


def test_a_benchmark_refuses_it_before_the_first_attempt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tasks, out = tmp_path / "tasks.jsonl", tmp_path / "out"
    tasks.write_text('{"name": "one", "examples": [{"inputs": [[3, 1]], "output": [1, 3]}]}\n')
    assert main(["bench", "--suite", str(tasks), "--methods", "exact", "latent", "--device", "nowhere", "--out", str(out)]) == 2
    assert "device 'nowhere'" in capsys.readouterr().err and not out.exists()


def test_from_python_it_is_refused_when_the_search_begins() -> None:
    with pytest.raises(ConfigError, match="device 'nowhere'"):
        solve(SORTED, replace(SETTINGS, device="nowhere"))


def test_methods_without_the_executor_take_no_device(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "[3,1] -> [1,3]", "[2,9,4] -> [2,4,9]", "--device", "nowhere", "--quiet"]) == 0
    assert capsys.readouterr().out == "sort\n"
