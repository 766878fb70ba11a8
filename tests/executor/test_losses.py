"""Losses: each can be switched off; they are the same however a batch is split; the path and the least values are what the equations say."""

from dataclasses import fields, replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.errors import ConfigError  # noqa: E402
from embed.pool import CellRows  # noqa: E402
from embed.vocab import TYPES, Kind  # noqa: E402
from executor.beside import containment  # noqa: E402
from executor.distance import Metric  # noqa: E402
from executor.losses import NAMES, Draws, LossConfig, contrast_loss, digits_loss, flow_loss, path, total_loss  # noqa: E402
from executor.view import view_of  # noqa: E402
from tests.executor.samples import VOCAB, batch, small_field  # noqa: E402

WEIGHTS = tuple(name for name in NAMES if name != "taught")  # which is of no batch


def parts(config: LossConfig, *, progress: float = 1.0) -> dict[str, float]:
    metric = Metric(96, len(VOCAB.ops))
    found = total_loss(small_field(), batch(), config, Draws(0), progress=progress, metric=metric)[1]
    return {name: float(value.detach()) for name, value in found.items()}


def test_all_losses_are_there_and_finite() -> None:
    found = parts(LossConfig(variance=0.1, contrast=0.1))
    assert set(found) == set(WEIGHTS)
    assert all(np.isfinite(value) for value in found.values())


@pytest.mark.parametrize("name", WEIGHTS)
def test_each_can_be_switched_off(name: str) -> None:
    assert name not in parts(replace(LossConfig(variance=0.1, contrast=0.1), **{name: 0.0}))


def test_rollouts_begin_late() -> None:
    assert "unroll" not in parts(LossConfig(), progress=0.1)


def test_the_path_begins_at_the_source_and_ends_at_the_target() -> None:
    field = small_field()
    view = view_of(field, batch().steps, field.table.table())
    z, t = path(view, LossConfig(noise=0.0), Draws(3))
    expected = (1 - t)[:, None, None] * view.before.z0 + t[:, None, None] * view.after.z0
    assert torch.allclose(z, expected)
    assert 0.3 < float((t == 0).float().mean()) < 0.9
    assert float(t.max()) < 0.98
    cone, _ = path(view, LossConfig(noise=0.3, noisy=1.0, at_source=1.0), Draws(3))
    assert 0.05 < float((cone - view.before.z0).detach().square().mean().sqrt()) < 0.3


@torch.no_grad()
def test_cells_go_astray_on_the_way_alone() -> None:
    """At the source, and where no cell is generated, points are those of the straight path; elsewhere some cells are on the way to cells of other rows."""
    field = small_field()
    view = view_of(field, batch().steps, field.table.table())
    z, t = path(view, LossConfig(noise=0.0, at_source=0.0, astray=1.0), Draws(3))
    z1 = (z - (1 - t)[:, None, None] * view.before.z0) / t.clamp(min=1e-3)[:, None, None]
    moved = ((z1 - view.after.z0).abs().amax(-1) > 0.01) & (t > 0.05)[:, None]
    assert not bool((moved & ~view.generated).any())
    share = float(moved.sum() / (view.generated & (t > 0.05)[:, None]).sum())
    assert 0.2 < share < 0.4
    ends = view.after.z0[view.generated]
    assert float(torch.cdist(z1[moved], ends).amin(1).max()) < 0.01
    source, _ = path(view, LossConfig(noise=0.0, at_source=1.0, astray=1.0), Draws(3))
    assert torch.allclose(source, view.before.z0)


@torch.no_grad()
def test_contrast_is_least_for_the_true_cells() -> None:
    field = small_field()
    view = view_of(field, batch().steps, field.table.table())
    end = field.endpoint(view.before.z0, torch.zeros(len(batch().steps)), view.before, view.condition, view.result)
    ones = torch.ones(len(batch().steps))
    true = replace(end, inside=end.window.gather(view.after.z0))
    assert float(contrast_loss(view, true, ones)) < 0.2 * float(contrast_loss(view, end, ones))
    assert float(flow_loss(view, true, ones, view.after.z0)) == 0


@torch.no_grad()
@pytest.mark.parametrize("kind", [Kind.BEYOND_INT, Kind.BEYOND_CHAR])
def test_digits_ask_for_each_digit_and_the_kind(kind: Kind) -> None:
    """Of a number beyond the table the loss is next to nothing at its own vector; it is large where one digit is another, or a character an Int."""
    field = small_field()
    view = view_of(field, batch().steps, field.table.table())
    end = field.endpoint(view.before.z0, torch.zeros(len(batch().steps)), view.before, view.condition, view.result)
    ones, other = torch.ones(len(batch().steps)), Kind.BEYOND_CHAR if kind is Kind.BEYOND_INT else Kind.BEYOND_INT
    truth = torch.where(view.generated, VOCAB.code(kind), view.after.codes)

    def loss(number: int, made: Kind = kind) -> float:
        codes = torch.where(view.generated, VOCAB.code(made), view.after.codes)
        vectors = field.source(codes, torch.full_like(codes, number)).z0
        true = replace(view, after=replace(view.after, codes=truth), numbers=torch.full_like(view.numbers, 53_071))
        return float(digits_loss(field, true, replace(end, inside=end.window.gather(vectors)), ones))

    assert loss(53_071) < 0.02
    for digit in range(10):
        assert loss(53_071 + (-1) ** digit * 10**digit) > 0.3
    assert loss(53_071, other) > loss(53_071) + 0.2


@torch.no_grad()
def test_digits_are_of_numbers_beyond_the_table_alone() -> None:
    field = small_field()
    view = view_of(field, batch().steps, field.table.table())
    end = field.endpoint(view.before.z0, torch.zeros(len(batch().steps)), view.before, view.condition, view.result)
    none = replace(view, after=replace(view.after, codes=torch.where(view.generated, VOCAB.code(Kind.BOOL), view.after.codes)))
    assert float(digits_loss(field, none, end, torch.ones(len(batch().steps)))) == 0


@torch.no_grad()
def test_a_slow_target_is_embedded_by_the_averaged_weights() -> None:
    field = small_field()
    slow = field.table.table(field.table.log_gain + 1, field.table.residual * 0).detach()
    config = LossConfig(slow_target=1.0)
    fast, moved = (total_loss(field, batch(), config, Draws(0), progress=1.0, slow=table)[1]["flow"] for table in (None, slow))
    assert float(fast) != float(moved)
    own = total_loss(field, batch(), config, Draws(0), progress=1.0, slow=field.table.table().detach())[1]["flow"]
    assert float(own) == pytest.approx(float(fast), rel=1e-5)


def test_equal_seeds_give_equal_draws() -> None:
    assert torch.equal(Draws(1, 2).normal(5), Draws(1, 2).normal(5))
    assert not torch.equal(Draws(1, 2).normal(5), Draws(2, 1).normal(5))


def test_what_abstract_cells_contain() -> None:
    matrix, code = containment(VOCAB), VOCAB.code
    three, minus_two = code(Kind.INT, 103), code(Kind.INT, 98)
    assert matrix[three, code(Kind.PARITY, 2)] == 1 and matrix[three, code(Kind.PARITY, 1)] == 0
    assert matrix[minus_two, code(Kind.SIGN, 1)] == 1 and matrix[minus_two, code(Kind.SIGN, 4)] == 0
    assert matrix[three, code(Kind.TYPE, TYPES.index("Int"))] == 1 and matrix[three, code(Kind.TYPE, TYPES.index("Str"))] == 0
    for mask_kind, count in ((Kind.PARITY, 4), (Kind.SIGN, 8)):
        assert matrix[three, code(mask_kind, count - 1)] == 1 and matrix[three, code(mask_kind, 0)] == 0


@pytest.mark.parametrize("field", [field.name for field in fields(LossConfig)])
def test_settings_outside_their_range_are_named(field: str) -> None:
    with pytest.raises(ConfigError, match=f"loss setting {field} is -1"):
        LossConfig(**{field: -1})


def test_a_batch_that_speaks_for_others_weighs_what_stands_beside_its_steps_so_much_more() -> None:
    """Without the four main losses, three times the batch's soft rows and rollouts at `beside` 3 are the total of one batch, three times."""
    config = replace(LossConfig(), decode=0, flow=0, digits=0, stop=0, error=0)
    field, metric = small_field(), Metric(96, len(VOCAB.ops))
    one = batch()
    assert one.soft is not None and one.rollouts is not None
    thrice = replace(
        one,
        beside=3,
        soft=type(one.soft)(
            before=_times(one.soft.before),
            after=_times(one.soft.after),
            ops=np.tile(one.soft.ops, (3, 1)),
            weights=np.tile(one.soft.weights, (3, 1)),
        ),
        rollouts=type(one.rollouts)(
            states=tuple(_times(rows) for rows in one.rollouts.states),
            **{name: np.concatenate([getattr(one.rollouts, name)] * 3) for name in ("ops", "pops", "bodies")},
        ),
    )
    alone, parts = total_loss(field, one, config, Draws(0), progress=1.0, metric=metric)
    total, more = total_loss(field, thrice, config, Draws(0), progress=1.0, metric=metric)
    torch.testing.assert_close(total, 3 * alone)
    for name, value in parts.items():
        torch.testing.assert_close(more[name], value)
    nothing, none = total_loss(field, replace(one, beside=0, soft=None, rollouts=None), config, Draws(0), progress=1.0, metric=metric)
    assert float(nothing) == 0 and not none


def _times(rows: CellRows) -> CellRows:
    return CellRows(np.concatenate([rows.codes] * 3), np.concatenate([rows.numbers] * 3))
