"""Mixtures of codes: the weights come back, and no others would be nearer."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from embed.codes import CodeTable  # noqa: E402
from embed.hull import mixture, onto_simplex  # noqa: E402
from embed.vocab import Kind, vocabulary  # noqa: E402

VOCAB = vocabulary(100)
TABLE = CodeTable(VOCAB, 96).table().detach()


@pytest.mark.parametrize("weights", [(1.0,), (0.7, 0.3), (0.5, 0.3, 0.2)])
def test_weights_come_back(weights: tuple[float, ...]) -> None:
    generator = torch.Generator().manual_seed(1)
    some = torch.randint(VOCAB.blocks[Kind.INT].first, VOCAB.num_codes, (40, len(weights)), generator=generator)
    some = some[[len(set(row)) == len(weights) for row in some.tolist()]]
    codes, found = mixture((torch.tensor(weights)[:, None] * TABLE[some]).sum(1), TABLE)
    dense = torch.zeros(len(some), VOCAB.num_codes).scatter_add_(1, codes, found)
    wanted = torch.zeros_like(dense).scatter_(1, some, torch.tensor(weights).expand(len(some), -1))
    distance = (dense - wanted).abs().sum(1) / 2
    assert float(distance.median()) < 0.02 and float(distance.mean()) < 0.1
    assert torch.allclose(found.sum(-1), torch.ones(len(some)), atol=1e-5) and bool((found >= 0).all())


def test_no_other_weights_are_nearer() -> None:
    x = torch.randn(1, 96, generator=torch.Generator().manual_seed(2))
    codes, found = mixture(x, TABLE, most=3, steps=500)
    best = (found[..., None] * TABLE[codes]).sum(1).sub(x).square().sum()
    grid = torch.linspace(0, 1, 41)
    for first in grid:
        for second in grid[grid <= 1 - first + 1e-6]:
            other = torch.stack([first, second, (1 - first - second).clamp(min=0)])
            assert float((other @ TABLE[codes[0]] - x[0]).square().sum()) >= float(best) - 1e-3


def test_points_of_the_simplex_stay_and_others_go_to_the_nearest() -> None:
    assert torch.allclose(onto_simplex(torch.tensor([0.2, 0.5, 0.3])), torch.tensor([0.2, 0.5, 0.3]))
    assert torch.allclose(onto_simplex(torch.tensor([2.0, 0.0, -1.0])), torch.tensor([1.0, 0.0, 0.0]))
    assert torch.allclose(onto_simplex(torch.tensor([0.9, 0.9])), torch.tensor([0.5, 0.5]))
