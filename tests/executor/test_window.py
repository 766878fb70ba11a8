"""The window: what an op cannot see cannot matter, and how much room there is for results does not either."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from embed.cells import State, encode  # noqa: E402
from embed.steps import rows_of  # noqa: E402
from embed.vocab import Kind  # noqa: E402
from executor.condition import Condition, pops_of  # noqa: E402
from executor.window import results_between, window_of  # noqa: E402
from tests.executor.samples import VOCAB, batch, of_steps, small_field, tensor  # noqa: E402


def test_frame_and_constants_cannot_matter() -> None:
    field = small_field()
    states = [
        State(((1, 2, 3), 4, (5, 6))),
        State(("below", True, 4, (5, 6)), constants=(7, None, None, "abc")),
        State((4, (5, 6)), constants=((1, 2), 9, None, None)),
    ]
    rows = rows_of([encode(state, VOCAB) for state in states], 40, VOCAB)
    source = field.source(tensor(rows.codes), tensor(rows.numbers))
    for name in ("take", "cons", "sum"):
        condition = Condition.of(torch.full((3,), VOCAB.numbers[name]), torch.full((3,), pops_of(name)))
        end = field.endpoint(source.z0, torch.zeros(3), source, condition)
        results = [end.generated[row, source.layout.base[row] :][:4] for row in range(3)]
        for other in (1, 2):
            assert torch.allclose(results[0], results[other], atol=1e-5)
            assert torch.allclose(end.error[0], end.error[other], atol=1e-5)
            assert torch.allclose(end.stop[0, :, :6], end.stop[other, :, :6], atol=1e-5)


def test_more_room_for_results_changes_nothing() -> None:
    field, steps = small_field(), batch().steps
    before, _, condition = of_steps(field, steps)
    t, result = torch.full((len(steps),), 0.25), tensor(steps.result)
    z = before.z0 + 0.1
    few, all_of_them = field.endpoint(z, t, before, condition, result), field.endpoint(z, t, before, condition)
    true = (tensor(range(z.shape[1])) - before.layout.base[:, None] >= 0) & (
        tensor(range(z.shape[1])) - before.layout.base[:, None] < result[:, None]
    )
    assert torch.allclose(few.generated[true], all_of_them.generated[true], atol=1e-5)
    assert torch.allclose(few.error, all_of_them.error, atol=1e-5)
    sizes = [end.stop[:, 0].gather(1, result[:, None]) for end in (few, all_of_them)]
    assert torch.allclose(*sizes, atol=1e-5)


def test_sizes_are_a_distribution() -> None:
    field, steps = small_field(), batch().steps
    before, _, condition = of_steps(field, steps)
    end = field.endpoint(before.z0, torch.zeros(len(steps)), before, condition)
    total = end.stop.exp().sum(-1)
    assert bool((total <= 1 + 1e-5).all()) and bool((total > 0).all())


def test_results_are_counted_from_the_lengths() -> None:
    field, steps = small_field(), batch().steps
    before, after, condition = of_steps(field, steps)
    fine = tensor(steps.error) == 0
    counted = results_between(before.layout, after.layout, condition.pops[:, 0])
    computed = fine & field.generates[tensor(steps.op)]
    assert torch.equal(counted[computed], tensor(steps.result)[computed])


def test_a_window_holds_the_arguments_and_the_results() -> None:
    field, steps = small_field(), batch().steps
    before, _, condition = of_steps(field, steps)
    window = window_of(before.layout, condition, tensor(steps.result), copy=True)
    assert bool((window.gather(before.codes)[:, 0] == VOCAB.code(Kind.SEP)).all())  # SEP
    assert window.places.shape[1] < steps.before.codes.shape[1] + 4
    assert bool((window.places[:, 1 + int(steps.result.max())] - before.layout.base >= int(steps.result.max())).any())
    untouched = window.put_into(before.z0, window.gather(before.z0))
    assert torch.equal(untouched, before.z0)
