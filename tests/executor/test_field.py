"""The field: shapes, overfitting, gradients; conditioning; errors that absorb; the field at and between its ends."""

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.errors import ConfigError  # noqa: E402
from embed.vocab import ERRORS, Kind  # noqa: E402
from executor.condition import Condition  # noqa: E402
from executor.field import Field  # noqa: E402
from executor.field_config import FieldConfig  # noqa: E402
from executor.integrate import execute  # noqa: E402
from executor.losses import Draws, LossConfig, total_loss  # noqa: E402
from executor.window import window_of  # noqa: E402
from tests.executor.samples import VOCAB, batch, of_steps, small_field, tensor  # noqa: E402


def test_bfloat16_is_for_blocks_alone() -> None:
    """End points and gradients are near those of float32, and in float32 themselves; what blocks have no part in is the same."""
    field, data = small_field(phases=True, pure_phases=True, addresses=True), batch()
    found: dict[str, tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = {}
    for precision in ("float32", "bfloat16"):
        field.precision = precision
        field.zero_grad()
        before, _, condition = of_steps(field, data.steps)
        end = field.endpoint(before.z0, torch.zeros(len(data.steps)), before, condition)
        loss, _ = total_loss(field, data, LossConfig(), Draws(0), progress=0.0)
        loss.backward()
        gradients = torch.cat([p.grad.flatten() for p in field.parameters() if p.grad is not None])
        found[precision] = end.generated.detach(), gradients, before.z0.detach()
    (exact, exact_gradients, z0), (near, near_gradients, same) = found["float32"], found["bfloat16"]
    assert near.dtype == torch.float32 and torch.equal(z0, same)
    assert not torch.equal(near, exact)
    assert float((near - exact).square().mean().sqrt() / exact.square().mean().sqrt()) < 0.01
    assert float(torch.cosine_similarity(near_gradients, exact_gradients, 0)) > 0.999


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"copy": False},
        {"copy": False, "source": False},
        {"pointer": False},
        {"style": "sandwich", "depth": 3},
        {"products": True},
        {"phases": True},
        {"phases": True, "copy": False},
        {"phases": True, "pure_phases": True},
        {"addresses": True},
        {"addresses": True, "copy": False},
        {"addresses": True, "ordered": True},
        {"addresses": True, "ordered": True, "copy": False},
        {"lend": True},
        {"anchored": True},
    ],
    ids=str,
)
def test_shapes(settings: dict[str, object]) -> None:
    field, steps = small_field(**settings), batch().steps
    before, _, condition = of_steps(field, steps)
    v = field.velocity(before.z0, torch.full((len(steps),), 0.25), before, condition)
    assert v.shape == before.z0.shape
    assert bool(v.isfinite().all())


def test_a_new_field_stands_still_where_nothing_moves() -> None:
    field, steps = small_field(shaken=False, pointer=False), batch().steps
    before, _, condition = of_steps(field, steps)
    end = field.endpoint(before.z0, torch.zeros(len(steps)), before, condition)
    still = (end.generated == before.z0).all(-1)
    empty = (end.generated - field.table.table()[VOCAB.code(Kind.PAD)]).abs().amax(
        -1
    ) < 1e-5  # room for results, over the values that are to move
    assert bool((still | empty).all())
    arguments = window_of(before.layout, condition, tensor(steps.result), copy=True)
    assert bool((arguments.gather(still.long()).bool() | ~arguments.seen).all())


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"style": "sandwich", "depth": 3},
        {"products": True},
        {"phases": True, "pure_phases": True},
        {"addresses": True},
        {"phases": True, "pure_phases": True, "folded": True, "divided": True},
        {"addresses": True, "ordered": True},
        {"lend": True},
    ],
    ids=str,
)
def test_gradient_reaches_every_parameter(settings: dict[str, object]) -> None:
    field, bodies = small_field(**settings), batch().steps.bodies.copy()
    bodies[0, 0, 0] = len(VOCAB.body_words) + VOCAB.code(Kind.INT, 3)  # a literal in a quotation, which few small batches have
    changed = replace(batch(), steps=replace(batch().steps, bodies=bodies))
    loss, _ = total_loss(field, changed, LossConfig(), Draws(0), progress=1.0)
    loss.backward()
    without = [name for name, p in field.named_parameters() if p.grad is None or not bool(p.grad.abs().sum() > 0)]
    assert not without


def test_one_batch_can_be_learned() -> None:
    field, steps = small_field(shaken=False, depth=3), batch().steps
    few = steps.take(tensor(range(12)).numpy())
    _, after, condition = of_steps(field, few)
    optimizer = torch.optim.AdamW(field.parameters(), 3e-3)
    one = replace(batch(), steps=few, soft=None, rollouts=None)
    for step in range(120):
        loss, _ = total_loss(field, one, LossConfig(), Draws(step), progress=0.5)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    done = execute(field, tensor(few.before.codes), tensor(few.before.numbers), condition)
    assert torch.equal(done.codes, after.codes)
    assert torch.equal(done.error, tensor(few.error))


def test_mixtures_of_one_op_are_that_op() -> None:
    field, soft = small_field(), batch().soft
    assert soft is not None
    before = field.source(tensor(soft.before.codes), tensor(soft.before.numbers))
    one_hot = torch.zeros(soft.weights.shape)
    one_hot[:, 1] = 1.0
    t = torch.zeros(len(one_hot))
    mixed = field.velocity(before.z0, t, before, Condition.mixed(tensor(soft.ops), one_hot, VOCAB))
    alone = Condition.mixed(tensor(soft.ops)[:, 1:2], torch.ones(len(t), 1), VOCAB)
    assert torch.allclose(mixed, field.velocity(before.z0, t, before, alone), atol=1e-4)


def test_weights_of_ops_have_gradients() -> None:
    field, soft = small_field(), batch().soft
    assert soft is not None
    before = field.source(tensor(soft.before.codes), tensor(soft.before.numbers))
    weights = torch.as_tensor(soft.weights).requires_grad_()
    field.velocity(
        before.z0, torch.zeros(len(weights)), before, Condition.mixed(tensor(soft.ops), weights, VOCAB)
    ).square().sum().backward()
    assert weights.grad is not None and bool((weights.grad.abs().sum(1) > 0).all())


def test_quotations_and_interpretations_matter() -> None:
    field, steps = small_field(), batch().steps
    before, _, condition = of_steps(field, steps)
    t = torch.zeros(len(steps))
    first = field.endpoint(before.z0, t, before, condition).generated
    bodies = condition.bodies.clone()
    bodies[:, 0, 0] = VOCAB.numbers["sort"]
    other = Condition.of(condition.ops[:, 0], condition.pops[:, 0], bodies, condition.interpretation.argmax(1))
    assert bool(((field.endpoint(before.z0, t, before, other).generated - first).abs().amax((1, 2)) > 1e-4).all())
    turned = Condition.of(condition.ops[:, 0], condition.pops[:, 0], condition.bodies, (condition.interpretation.argmax(1) + 1) % 7)
    assert bool(((field.endpoint(before.z0, t, before, turned).generated - first).abs().amax((1, 2)) > 1e-4).all())


@pytest.mark.parametrize("error", ERRORS)
def test_errors_absorb(error: str) -> None:
    field = small_field()
    kinds = [Kind.NONE, Kind.NONE, Kind.NONE, Kind.NONE, Kind.SEP]
    codes = torch.tensor([[*(VOCAB.code(kind) for kind in kinds), VOCAB.code(Kind.ERROR, ERRORS.index(error)), VOCAB.code(Kind.END)]])
    done = execute(field, codes, torch.zeros_like(codes), Condition.of(torch.tensor([VOCAB.numbers["dup"]]), torch.tensor([1])))
    assert torch.equal(done.codes, codes)
    assert int(done.error) == 1 + ERRORS.index(error)
    assert float(done.trouble) == 1.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"depth": 0}, "depth is 0"),
        ({"code_width": 32}, "code_width is 32"),
        ({"style": "x"}, "style is 'x'"),
        ({"source": False}, "source is False"),
        ({"attention": "flash"}, "attention is 'flash'"),
    ],
)
def test_settings_outside_their_range_are_named(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Field(FieldConfig(**settings), VOCAB)  # type: ignore[arg-type]


def test_an_anchored_field_that_says_nothing_of_the_point_goes_straight_to_one_end() -> None:
    """Where the network does not look at the point, the end is the same from everywhere; otherwise the point's own noise stays in it."""
    steps = batch().steps
    apart = []
    for anchored in (True, False):
        field = small_field(anchored=anchored)
        with torch.no_grad():
            field.at_difference.weight.zero_()
            field.condition[0].weight[:, -16:].zero_()  # nor at the time
        before, _, condition = of_steps(field, steps)
        at_first = field.endpoint(before.z0, torch.zeros(len(steps)), before, condition).inside
        noise = 0.3 * torch.randn(before.z0.shape, generator=torch.Generator().manual_seed(0))
        later = field.endpoint(before.z0 + noise, torch.full((len(steps),), 0.5), before, condition).inside
        apart.append((later - at_first).abs().max().item())
    assert apart[0] < 1e-4 and apart[1] > 0.1


def test_an_op_takes_on_the_vectors_of_the_ops_that_it_is_lent() -> None:
    field = small_field(lend=True, shaken=False)
    source = field.source(*(tensor(array) for array in (batch().steps.before.codes[:1], batch().steps.before.numbers[:1])))
    call, inc = (VOCAB.numbers[name] for name in ("call", "inc"))
    bodies = torch.full((1, 2, 12), -1)
    bodies[0, 0, 0] = VOCAB.body_words.index("inc")
    quoted, alone = Condition.of(tensor([call]), tensor([1]), bodies), Condition.of(tensor([call]), tensor([1]))
    vectors = []
    for lent in (0.0, 0.5):
        with torch.no_grad():
            field.lent.weight.fill_(lent)
        vectors.append([field.condition_vectors(torch.zeros(1), condition, source.table)[0][0, 0] for condition in (quoted, alone)])
    assert (vectors[0][0] == vectors[0][1]).all() and (vectors[1][1] == vectors[0][1]).all()
    torch.testing.assert_close(vectors[1][0], field.op.weight[call] + 0.5 * field.op.weight[inc])
