"""What the field is shown of numbers: products of phases are the phases of sums, differences, running sums and products; nothing else is shown."""

from random import Random

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from embed.cells import State, encode  # noqa: E402
from embed.codes import number_features  # noqa: E402
from embed.moves import pops_of  # noqa: E402
from embed.steps import rows_of  # noqa: E402
from executor.condition import Condition  # noqa: E402
from executor.field import Field  # noqa: E402
from executor.phases import KINDS, Phases, angles_of  # noqa: E402
from executor.source import Source  # noqa: E402
from executor.window import Window, window_of  # noqa: E402
from tests.executor.samples import VOCAB, small_field, tensor  # noqa: E402

SUM, DIFFERENCE, TWICE, ALONG, WHOLE, OFTEN, OTHERS, SQUARE = range(KINDS)
OF_NUMBERS = [SUM, DIFFERENCE, TWICE, OFTEN, OTHERS, SQUARE]
"""What only numbers have; running sums go on over other cells."""


def seen(field: Field, items: tuple[object, ...], op: str) -> tuple[torch.Tensor, Source, Window]:
    """[W, KINDS, 2 P] of a state under an op that takes its items, by the place in the window; with the source and the window."""
    rows = rows_of([encode(State(items), VOCAB)], 40, VOCAB)
    source = field.source(tensor(rows.codes), tensor(rows.numbers))
    window = window_of(source.layout, Condition.of(tensor([VOCAB.numbers[op]]), tensor([pops_of(op)])), tensor([1]), copy=True)
    assert isinstance(field.phases, Phases)
    shown = field.phases.shown(window.gather(source.z0), window.gather(source.codes), field.table, source.layout, window)
    return shown, source, window


def phases(number: int) -> torch.Tensor:
    return number_features(torch.tensor(float(number), dtype=torch.float64))[1]


def close(found: torch.Tensor, number: int) -> None:
    torch.testing.assert_close(found, phases(number), atol=2e-3, rtol=0)


@pytest.mark.parametrize("shaken", [False, True])
def test_two_numbers(shaken: bool) -> None:
    """Also where the codes' learned residuals are far from nothing."""
    field, random = small_field(phases=True, shaken=shaken), Random(0)
    for _ in range(20):
        a, b = random.randint(-100, 100), random.randint(-100, 100)
        shown, _, _ = seen(field, (a, b), "-")
        top, below = shown[1], shown[2]
        for kind, number in ((SUM, a + b), (DIFFERENCE, a - b), (TWICE, 2 * b), (OFTEN, a * b), (OTHERS, a * b), (SQUARE, b * b)):
            close(top[kind], number)
        close(below[DIFFERENCE], b - a)
        assert not shown[0, OF_NUMBERS].any()  # SEP is no number


def test_lists() -> None:
    field = small_field(phases=True)
    shown, _, _ = seen(field, ((3, 5, -8, 2), (10, 20, 30)), "zip+")
    for place, (x, y, so_far) in enumerate(((3, 10, 10), (5, 20, 30), (-8, 30, 60)), start=2):  # SEP, OPEN, the numbers of the top list
        close(shown[place, SUM], x + y)
        close(shown[place, ALONG], so_far)
        close(shown[place, WHOLE], 60)
    close(shown[1, WHOLE], 60)
    below = 6  # OPEN of the other list
    close(shown[below + 3, SUM], 30 - 8)
    assert not shown[below + 4, SUM].any()  # the fourth has no partner
    close(shown[below + 4, ALONG], 2)


def test_a_list_beside_a_number() -> None:
    field = small_field(phases=True)
    shown, _, _ = seen(field, ((4, 5), 9), "cons")
    close(shown[3, SUM], 13)
    close(shown[4, OFTEN], 45)
    assert not shown[1, SUM].any()  # beside the number stands the list's OPEN


def test_only_the_arguments_are_shown_and_only_numbers() -> None:
    field = small_field(phases=True)
    shown, _, _ = seen(field, (7, 5), "inc")
    assert not shown[1, SUM].any()
    assert not shown[2:, OF_NUMBERS].any()  # what lies below, and room
    words, _, _ = seen(field, ("ab",), "upper")
    assert not words[:, OF_NUMBERS].any()


def test_numbers_beyond_the_table_add_but_do_not_count() -> None:
    field = small_field(phases=True)
    shown, _, _ = seen(field, (70_000, 5), "+")
    close(shown[1, SUM], 70_005)
    assert not shown[1, OFTEN].any()


def test_angles_have_gradients_everywhere() -> None:
    field = small_field(phases=True)
    _, source, window = seen(field, (7, "ab", (1, 2)), "drop")
    z = window.gather(source.z0).detach()[0].requires_grad_()
    angles_of(z, window.gather(source.codes)[0], field.table).sum().backward()
    assert z.grad is not None and bool(z.grad.isfinite().all()) and bool(z.grad.any())


def test_phases_can_be_pure_and_then_are_those_of_the_sum_whatever_else_is_made() -> None:
    field = small_field(phases=True, pure_phases=True, pointer=False)
    with torch.no_grad():
        field.phases.pure.weight.zero_(), field.phases.share.weight.zero_(), field.phases.share.bias.zero_()
        field.phases.share.bias[SUM] = 30.0
    rows = rows_of([encode(State((70_000, 5)), VOCAB)], 40, VOCAB)
    source = field.source(tensor(rows.codes), tensor(rows.numbers))
    condition = Condition.of(tensor([VOCAB.numbers["+"]]), tensor([2]))
    wanted = phases(70_005)
    for pure in (30.0, -30.0):
        with torch.no_grad():
            field.phases.pure.bias.fill_(pure)
        made = field.endpoint(source.z0, torch.zeros(1), source, condition).first(tensor([0]))[0]
        cosine, sine = field.table.phases(made)
        length = (cosine**2 + sine**2).sqrt()
        found = torch.cat([cosine / length, sine / length])
        assert torch.allclose(found, wanted, atol=2e-3) == (pure > 0)
