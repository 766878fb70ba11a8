"""Integrators have their orders; a field that knows its source gives the same at one step and at many, also where paths cross; programs."""

import math

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.errors import ConfigError  # noqa: E402
from embed.cells import State, encode  # noqa: E402
from embed.steps import rows_of  # noqa: E402
from embed.vocab import vocabulary  # noqa: E402
from executor.condition import Condition  # noqa: E402
from executor.field import Field  # noqa: E402
from executor.field_config import FieldConfig  # noqa: E402
from executor.integrate import METHODS, execute, integrate, reground, run_latent  # noqa: E402
from executor.programs import run_program  # noqa: E402
from tests.executor.samples import VOCAB, batch, of_steps, small_field, tensor  # noqa: E402

ORDERS = {"euler": 1, "midpoint": 2, "rk4": 4}


@pytest.mark.parametrize("method", METHODS)
def test_orders(method: str) -> None:
    """z' = -z z up to t = 0.9: halving the step divides the error by two to the order."""

    def v(z: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return -z * z

    start, exact = torch.ones(1, 1, 1, dtype=torch.float64), 1 / 1.9
    errors = [abs(float(integrate(v, start, steps=n, method=method, end=0.9)) - exact) for n in (16, 32)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(ORDERS[method], abs=0.25)


@pytest.mark.parametrize("method", ["euler", "midpoint"])  # RK4's last stage looks where an ideal field ends
@pytest.mark.parametrize("steps", [1, 2, 4, 8])
def test_an_ideal_field_is_exact_at_any_number_of_steps(method: str, steps: int) -> None:
    apex = torch.randn(3, 2, 4, generator=torch.Generator().manual_seed(0))

    def v(z: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return (apex - z) / (1 - t)[:, None, None].clamp(min=1e-4)

    assert torch.allclose(integrate(v, torch.zeros(3, 2, 4), steps=steps, method=method), apex, atol=1e-4)


@pytest.mark.parametrize(
    ("method", "steps", "times"), [("euler", 4, [0, 0.25, 0.5, 0.75]), ("midpoint", 2, [0, 0.25, 0.5, 0.75]), ("euler", 1, [0])]
)
def test_executing_in_several_steps_looks_along_the_way(
    monkeypatch: pytest.MonkeyPatch, method: str, steps: int, times: list[float]
) -> None:
    field, seen = small_field(), []
    cells, condition = (
        [tensor(each) for each in (batch().steps.before.codes, batch().steps.before.numbers)],
        of_steps(field, batch().steps)[2],
    )
    looked = field.endpoint
    monkeypatch.setattr(field, "endpoint", lambda z, t, *rest: (seen.append(float(t[0])), looked(z, t, *rest))[1])
    execute(field, *cells, condition, steps=steps, method=method)
    assert seen == pytest.approx(times)
    with pytest.raises(ConfigError, match="no integrator"):
        execute(field, *cells, condition, steps=2, method="leapfrog")


@pytest.mark.parametrize(("method", "steps"), [("euler", 2), ("euler", 8), ("midpoint", 2), ("rk4", 1)])
def test_a_field_that_does_not_see_where_it_is_ends_the_same_in_any_number_of_steps(method: str, steps: int) -> None:
    """Ends are read in the same way, however many calls there were: sizes, errors, what can stand there and numbers that were shown."""
    field = small_field()
    with torch.no_grad():
        field.at_difference.weight.zero_()
        field.condition[0].weight[:, -16:] = 0  # nor what time it is
    cells, condition = (
        [tensor(each) for each in (batch().steps.before.codes, batch().steps.before.numbers)],
        of_steps(field, batch().steps)[2],
    )
    once, often = execute(field, *cells, condition), execute(field, *cells, condition, steps=steps, method=method)
    sure = (once.trouble < 1e-3) | (once.trouble > 1 - 1e-3)
    assert torch.equal(once.error, often.error) and torch.equal(once.result, often.result)
    same = ((once.codes == often.codes) & (once.numbers == often.numbers)).all(1)
    assert bool(same[sure].all()) and float(same.float().mean()) > 0.8


def swap_error(*, source: bool, steps: int) -> float:
    """Share of wrong cells after some Euler steps of a field trained on `swap` alone, without built-in routing."""
    vocab = vocabulary(3)
    torch.manual_seed(0)
    field = Field(FieldConfig(depth=2, int_range=3, copy=False, source=source, attention="hand"), vocab)
    numbers = [(a, b) for a in range(-3, 4) for b in range(-3, 4) if a != b]
    before, after = (rows_of([encode(State(pair[::turn]), vocab) for pair in numbers], 8, vocab) for turn in (1, -1))
    cells = tensor(before.codes), tensor(before.numbers)
    condition = Condition.of(torch.full((len(numbers),), vocab.numbers["swap"]), torch.full((len(numbers),), 2))
    optimizer = torch.optim.Adam([p for name, p in field.named_parameters() if not name.startswith("table")], 3e-3)
    generator = torch.Generator().manual_seed(1)
    for _ in range(150):
        here, there = field.source(*cells), field.source(tensor(after.codes), tensor(after.numbers))
        t = torch.rand(len(numbers), generator=generator) * 0.95 * (torch.rand(len(numbers), generator=generator) < 0.7)
        z = (1 - t)[:, None, None] * here.z0 + t[:, None, None] * there.z0
        loss = (field.endpoint(z, t, here, condition).generated - there.z0).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        here = field.source(*cells)
        z = integrate(lambda z, t: field.velocity(z, t, here, condition), here.z0, steps=steps)
        return float((field.table.decode(z)[0] != tensor(after.codes)).any(1).float().mean())


def test_swap_needs_the_source() -> None:
    """The straight paths of swap cross half-way; the same field without the source is lost there, and is not with it."""
    assert swap_error(source=True, steps=8) < 0.05
    assert swap_error(source=False, steps=8) > 0.3


@pytest.mark.parametrize("temperature", [0.0, 0.5])
def test_regrounding_leaves_codes_where_they_are(temperature: float) -> None:
    field, steps = small_field(), batch().steps
    before, _, _ = of_steps(field, steps)
    moved = before.z0 + 0.2 * torch.randn(before.z0.shape, generator=torch.Generator().manual_seed(0))
    plain = (tensor(steps.before.numbers) == 0).all(1)
    assert torch.allclose(reground(field, moved, before.table, temperature)[plain], before.z0[plain], atol=0.05)


def test_latent_programs_of_routes_are_exact_with_and_without_regrounding_and_windows() -> None:
    field = small_field()
    rows = rows_of([encode(State((1, "ab", 3)), VOCAB), encode(State(((4, 5), 6, 7)), VOCAB)], 24, VOCAB)
    codes, numbers = tensor(rows.codes), tensor(rows.numbers)
    words = {"swap": 2, "over": 2, "rot": 3}
    conditions = [Condition.of(torch.full((2,), VOCAB.numbers[word]), torch.full((2,), pops)) for word, pops in words.items()]
    wanted = run_program(field, codes, numbers, conditions)[-1].codes
    for temperature in (None, 0.0, 1.0):
        z = run_latent(field, field.source(codes, numbers), conditions, temperature=temperature)
        assert torch.equal(field.table.decode(z)[0], wanted)
    smooth = run_latent(field, field.source(codes, numbers), conditions[:2], steps=4, window=0.1, temperature=0.0)
    assert smooth.shape == (2, 24, 96) and bool(smooth.isfinite().all())


def test_a_latent_program_has_a_gradient_to_its_constants() -> None:
    field = small_field()
    rows = rows_of([encode(State((1, 2), (5,)), VOCAB)], 16, VOCAB)
    source = field.source(tensor(rows.codes), tensor(rows.numbers))
    z0 = source.z0.detach().requires_grad_()
    free = type(source)(z0, source.codes, source.layout, source.table)
    conditions = [Condition.of(torch.tensor([VOCAB.numbers[word]]), torch.tensor([pops])) for word, pops in (("c0", 0), ("+", 2))]
    run_latent(field, free, conditions, temperature=1.0).square().sum().backward()
    assert z0.grad is not None and bool(z0.grad[0, 0].abs().sum() > 0)


def test_execution_keeps_the_frame_whatever_the_network_says() -> None:
    field = small_field()
    rows = rows_of([encode(State(("below", 1, 2)), VOCAB)], 24, VOCAB)
    done = execute(field, tensor(rows.codes), tensor(rows.numbers), Condition.of(torch.tensor([VOCAB.numbers["+"]]), torch.tensor([2])))
    if int(done.error) == 0:
        assert done.codes[0, 6:15].tolist() == rows.codes[0, 7:16].tolist()


def test_wrong_settings_are_named() -> None:
    z = torch.zeros(1, 1, 1)
    with pytest.raises(ConfigError, match="no integrator 'heun'"):
        integrate(lambda z, t: z, z, method="heun")
    with pytest.raises(ConfigError, match="steps is 0"):
        integrate(lambda z, t: z, z, steps=0)
    with pytest.raises(ConfigError, match=r"window is 0\.7"):
        run_latent(small_field(), None, [], window=0.7)  # type: ignore[arg-type]
