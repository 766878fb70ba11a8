"""Muon: orthogonal steps, of the right size, for the matrices of the blocks alone."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from executor.optimizer import MuonAdamW, msign, optimizer_of  # noqa: E402
from executor.presets import preset, with_settings  # noqa: E402
from tests.executor.samples import small_field  # noqa: E402


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 16, 48), (1, 48, 16)], ids=str)
def test_sign_of_a_matrix(shape: tuple[int, int, int]) -> None:
    """The singular values come near one, and the singular vectors stay."""
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    found = msign(matrices)
    values = torch.linalg.svdvals(found)
    assert float(values.min()) > 0.5 and float(values.max()) < 1.3
    u, s, vt = torch.linalg.svd(matrices, full_matrices=False)
    mixed = u.mT @ found @ vt.mT
    off = mixed - torch.diag_embed(torch.diagonal(mixed, dim1=-2, dim2=-1))
    well = s > 0.1 * s.amax(-1, keepdim=True)
    assert float((off * (well[..., None] & well[..., None, :])).abs().max()) < 0.02


def test_groups() -> None:
    field, config = small_field(), preset("small")
    groups = optimizer_of(field, config).param_groups
    by_muon = [p for group in groups if group.get("pieces") for p in group["params"]]
    matrices = [p for name, p in field.named_parameters() if ".blocks." in f".{name}" and p.ndim == 2 and not name.endswith("bias")]
    assert {id(p) for p in by_muon} == {id(p) for p in matrices} and len(by_muon) == 4 * len(field.blocks)
    assert sum(len(group["params"]) for group in groups) == len(list(field.parameters()))
    without = optimizer_of(field, with_settings(config, ["muon=0"])).param_groups
    assert not [group for group in without if group.get("pieces")]


def test_both_kinds_of_step_go_down() -> None:
    torch.manual_seed(0)
    matrix, vector = torch.nn.Parameter(torch.randn(12, 8)), torch.nn.Parameter(torch.randn(8))
    optimizer = MuonAdamW([{"params": [matrix], "pieces": 3, "lr": 0.05}, {"params": [vector], "lr": 0.05}], lr=0.05, weight_decay=0.0)
    first = (matrix.square().sum() + vector.square().sum()).item()
    for _ in range(60):
        optimizer.zero_grad(set_to_none=True)
        (matrix.square().sum() + vector.square().sum()).backward()
        optimizer.step()
    assert (matrix.square().sum() + vector.square().sum()).item() < 0.3 * first
