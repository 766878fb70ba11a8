"""The code table: round trips before and after the residual has moved, numbers beyond the table, gradients."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from embed.cells import State, decode, encode  # noqa: E402
from embed.codes import DECIMALS, NUM_FEATURES, NUM_PERIODS, PERIODS, CodeTable, number_features  # noqa: E402
from embed.vocab import Kind, vocabulary  # noqa: E402
from tests.embed.test_cells import constants, stacks  # noqa: E402

VOCAB = vocabulary(100)
TABLE = CodeTable(VOCAB, 96)


@given(stacks, constants)
def test_stack_to_vectors_and_back(items: tuple[object, ...], beside: tuple[object, ...]) -> None:
    state = State(items, beside)
    codes, numbers = (torch.tensor(column) for column in zip(*encode(state, VOCAB), strict=True))
    with torch.no_grad():
        again = TABLE.decode(TABLE.embed(codes, numbers))
    assert decode(list(zip(*(column.tolist() for column in again), strict=True)), VOCAB) == state


def test_the_whole_table_comes_back_also_after_the_residual_has_moved() -> None:
    table = CodeTable(vocabulary(), 96)
    with torch.no_grad():
        table.residual.normal_(0, 0.3, generator=torch.Generator().manual_seed(1))
        table.log_gain.copy_(torch.tensor([0.3, -0.2, 0.1, 0.2]))
        codes = torch.arange(table.vocab.num_codes)
        codes = codes[(codes != table.vocab.code(Kind.BEYOND_INT)) & (codes != table.vocab.code(Kind.BEYOND_CHAR))]
        decoded, numbers = table.decode(table.embed(codes, torch.zeros_like(codes)))
    assert torch.equal(decoded, codes)
    assert not numbers.any()


@given(st.integers(-(2**31) + 1, 2**31 - 1), st.integers(0, 1000))
def test_a_number_beyond_survives_noise(number: int, seed: int) -> None:
    code = torch.tensor([VOCAB.code(Kind.BEYOND_INT)])
    with torch.no_grad():
        vector = TABLE.beyond(code, torch.tensor([number]))
        noise = 0.03 * torch.randn(vector.shape, generator=torch.Generator().manual_seed(seed))
        assert int(TABLE.read_numbers(vector + noise)) == number


def test_codes_have_one_norm_and_lie_apart() -> None:
    with torch.no_grad():
        table = CodeTable(vocabulary(), 96).table()
        assert torch.allclose(table.square().mean(-1), torch.ones(len(table)), atol=1e-4)
        near = torch.cdist(table, table).fill_diagonal_(99).min()
    assert near > 1.0


def test_near_numbers_have_near_sizes() -> None:
    size, _ = number_features(torch.tensor([3.0, 4.0, 400.0], dtype=torch.float64))
    assert (size[0] - size[1]).norm() < (size[0] - size[2]).norm()


def test_gradient_reaches_every_parameter() -> None:
    table = CodeTable(VOCAB, NUM_FEATURES)
    x = torch.randn(3, table.width, generator=torch.Generator().manual_seed(0))
    loss = torch.nn.functional.cross_entropy(table.logits(x), torch.tensor([5, 90, 200]))
    loss = loss + table.embed(torch.tensor([VOCAB.code(Kind.BEYOND_INT)]), torch.tensor([5000])).sum()
    loss.backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in table.parameters())


def test_a_width_below_the_features_is_refused() -> None:
    with pytest.raises(ValueError, match="must be at least"):
        CodeTable(VOCAB, 64)


def blurred(number: int, period: int, turn: float) -> torch.Tensor:
    """The vector of a number beyond the table, its phase of one decimal period turned by a part of a whole turn."""
    x = TABLE.beyond(torch.tensor([VOCAB.code(Kind.BEYOND_INT)]), torch.tensor([number]))
    place = len(PERIODS) + DECIMALS.index(period)
    cosine, sine = (part[0, place] for part in TABLE.phases(x))
    directions = TABLE.phase_directions()
    angle = torch.tensor(2 * torch.pi * turn)
    new = torch.stack([cosine * angle.cos() - sine * angle.sin() - cosine, cosine * angle.sin() + sine * angle.cos() - sine])
    return x + new @ directions[[place, NUM_PERIODS + place]]


@pytest.mark.parametrize("number", [-2530, 40400, 54056, 2**31 - 1])
@pytest.mark.parametrize("period", [1000, 10_000])
def test_a_number_that_was_shown_is_found_where_a_phase_spells_another(number: int, period: int) -> None:
    x = blurred(number, period, 0.08)
    _, spelled = TABLE.decode(x)
    assert spelled.item() != number
    beyond = torch.tensor([VOCAB.code(Kind.BEYOND_INT)])
    there = torch.tensor([True])
    assert TABLE.decode(x, shown=(torch.tensor([number]), there)) == (beyond, torch.tensor([number]))
    # One that is farther off than what is spelled, one that is not there, and one of the table change nothing.
    for other in ((torch.tensor([number + 7]), there), (torch.tensor([number]), ~there), (torch.tensor([5]), there)):
        assert TABLE.decode(x, shown=other) == (beyond, spelled)


def test_only_codes_that_are_allowed_are_found() -> None:
    five, letter = VOCAB.code(Kind.INT, VOCAB.int_range + 5), VOCAB.code(Kind.CHAR, ord("a"))
    x = TABLE.embed(torch.tensor([five, letter]), torch.tensor([0, 0]))
    allowed = torch.ones(2, VOCAB.num_codes, dtype=torch.bool)
    allowed[0, five] = allowed[1, letter] = False
    codes, _ = TABLE.decode(x, allowed=allowed)
    assert codes[0] != five
    assert codes[1] != letter
    far = TABLE.beyond(torch.tensor([VOCAB.code(Kind.BEYOND_INT)]), torch.tensor([7000]))
    no_numbers = torch.ones(1, VOCAB.num_codes, dtype=torch.bool)
    no_numbers[0, VOCAB.code(Kind.BEYOND_INT)] = False
    assert TABLE.decode(far) == (torch.tensor([VOCAB.code(Kind.BEYOND_INT)]), torch.tensor([7000]))
    assert TABLE.decode(far, allowed=no_numbers, shown=(torch.tensor([7000]), torch.tensor([True])))[0] != VOCAB.code(Kind.BEYOND_INT)
