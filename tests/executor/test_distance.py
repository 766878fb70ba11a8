"""The quasimetric is one whatever its weights are; both forms overfit a batch; gradients reach every parameter."""

import itertools

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from embed.distances import Searches  # noqa: E402
from executor.distance import Metric, info_nce, iqe, qrl_loss, taught_loss  # noqa: E402
from executor.sublanguage import spearman  # noqa: E402
from tests.executor.samples import VOCAB, batch, of_steps, small_field, tensor  # noqa: E402

GENERATOR = torch.Generator().manual_seed(0)


def by_hand(x: list[float], y: list[float]) -> float:
    """Length of the union of the intervals [x, max(x, y)], by cutting the line at every end."""
    intervals = [(a, max(a, b)) for a, b in zip(x, y, strict=True)]
    ends = sorted({end for interval in intervals for end in interval})
    return sum(b - a for a, b in itertools.pairwise(ends) if any(low <= a and b <= high for low, high in intervals))


def test_lengths_of_unions() -> None:
    x, y = torch.randn(20, 16, generator=GENERATOR), torch.randn(20, 16, generator=GENERATOR)
    found = iqe(x, y, torch.tensor(0.3), size=16)
    assert found.tolist() == pytest.approx([by_hand(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)], abs=1e-5)


def test_it_is_a_quasimetric() -> None:
    x, y, z = torch.randn(3, 200, 64, generator=GENERATOR)
    mix = torch.tensor(0.4)
    assert float(iqe(x, x, mix).abs().max()) == 0
    assert bool((iqe(x, y, mix) >= 0).all())
    assert bool((iqe(x, z, mix) <= iqe(x, y, mix) + iqe(y, z, mix) + 1e-5).all())
    assert float((iqe(x, y, mix) - iqe(y, x, mix)).abs().max()) > 0.1


def test_one_batch_can_be_learned_and_every_parameter_has_a_gradient() -> None:
    steps = batch().steps
    rows = steps.take(torch.arange(len(steps)).numpy()[(steps.error == 0) & (steps.interpretation == 0)])
    with torch.no_grad():
        before, after, _ = of_steps(small_field(), rows)
    torch.manual_seed(0)
    metric = Metric(96, len(VOCAB.ops))
    optimizer = torch.optim.Adam(metric.parameters(), 2e-3)
    for step in range(120):
        a, b = metric.pooled(before), metric.pooled(after)
        loss = qrl_loss(metric, a, b) + info_nce(metric, a, b)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            assert all(p.grad is not None and bool(p.grad.abs().sum() > 0) for p in metric.parameters())
        optimizer.step()
    with torch.no_grad():
        a, b = metric.pooled(before), metric.pooled(after)
        near, far = metric.distance(a, b).mean(), metric.distance(a, b.roll(1, 0)).mean()
        right = (metric.scores(a, b).argmax(1) == tensor(range(len(a)))).float().mean()
    assert float(far) > 2 * float(near)
    assert float(right) > 0.7


def test_exact_distances_are_learned_and_depend_on_the_language() -> None:
    torch.manual_seed(0)
    field, metric, pairs = small_field(), Metric(96, len(VOCAB.ops)), Searches(VOCAB).pairs(0, 128)
    table = field.table.table().detach()
    optimizer = torch.optim.Adam(metric.parameters(), 3e-3)
    losses = []
    for _ in range(80):
        loss = taught_loss(metric, field, pairs, table)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.3 * losses[0]
    state = torch.randn(2, 256)
    few, many = torch.zeros(2, 1, len(VOCAB.ops), dtype=torch.bool)
    few[:, :3], many[:, :30] = True, True
    with torch.no_grad():
        assert float((metric.distance(state[:1], state[1:], few) - metric.distance(state[:1], state[1:], many)).abs()) > 1e-3


def test_rank_correlation() -> None:
    import numpy as np

    assert spearman(np.array([1, 2, 2, 3]), np.array([1, 5, 5, 9])) == pytest.approx(1)
    assert spearman(np.array([1, 2, 3]), np.array([3, 2, 1])) == pytest.approx(-1)
