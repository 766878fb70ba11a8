"""What the field is shown of numbers: products of phases are the phases of sums, differences, running sums and products; nothing else is shown."""

from pathlib import Path
from random import Random

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.parser import parse  # noqa: E402
from embed.cells import State, encode  # noqa: E402
from embed.codes import number_features  # noqa: E402
from embed.moves import body_tokens, pops_of  # noqa: E402
from embed.steps import rows_of  # noqa: E402
from embed.vocab import Kind  # noqa: E402
from executor.checkpoint import Executor, begin_with, save_weights  # noqa: E402
from executor.condition import Condition, bodies_tensor  # noqa: E402
from executor.field import Field  # noqa: E402
from executor.field_config import FieldConfig  # noqa: E402
from executor.phases import DIVIDED, FOLDED, KINDS, Phases, angles_of, nearest_shown  # noqa: E402
from executor.source import Source  # noqa: E402
from executor.window import Window, window_of  # noqa: E402
from tests.executor.samples import VOCAB, batch, of_steps, small_field, tensor  # noqa: E402

SUM, DIFFERENCE, TWICE, ALONG, WHOLE, OFTEN, OTHERS, SQUARE = range(KINDS)
PRODUCT, LESS, PLUS, MINUS, FROM, TIMES, TOP, BELOW = range(KINDS, KINDS + FOLDED)
FOLDS = [PRODUCT, LESS, PLUS, MINUS, FROM, TIMES]
OF_NUMBERS = [SUM, DIFFERENCE, TWICE, OFTEN, OTHERS, SQUARE]
"""What only numbers have; running sums go on over other cells."""


def seen(field: Field, items: tuple[object, ...], op: str, body: str = "") -> tuple[torch.Tensor, Source, Window]:
    """[W, kinds, 2 P] of a state under an op that takes its items, by the place in the window; with the source and the window."""
    rows = rows_of([encode(State(items), VOCAB)], 40, VOCAB)
    source = field.source(tensor(rows.codes), tensor(rows.numbers))
    bodies = bodies_tensor([[body_tokens(parse(body).body, VOCAB)] if body else []])
    condition = Condition.of(tensor([VOCAB.numbers[op]]), tensor([pops_of(op)]), bodies)
    window = window_of(source.layout, condition, tensor([5]), copy=True)
    assert isinstance(field.phases, Phases)
    shown = field.phases.shown(window.gather(source.z0), window.gather(source.codes), field.table, source.layout, window, bodies)
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


def test_products_along_lists_literals_and_places() -> None:
    """With `folded`; the others stay where they were."""
    field = small_field(phases=True, pure_phases=True, folded=True)
    shown, _, _ = seen(field, ((3, 5, -8, 2),), "scan*", "7 +")
    for place, (x, product, less) in enumerate(((3, 3, 3), (5, 15, -2), (-8, -120, 6), (2, -240, 4)), start=2):
        for kind, number in (
            (PRODUCT, product),
            (LESS, less),
            (PLUS, x + 7),
            (MINUS, x - 7),
            (FROM, 7 - x),
            (TIMES, 7 * x),
            (TWICE, 2 * x),
        ):
            close(shown[place, kind], number)
    assert not shown[1, FOLDS].any() and not shown[6, FOLDS].any()  # brackets
    shown, _, _ = seen(field, (4, 9), "range")
    for place in range(2, 6):
        close(shown[place, TOP], 9 + place - 2)
        close(shown[place, BELOW], 4 + place - 2)
    assert not shown[:, [PLUS, MINUS, FROM, TIMES, PRODUCT, LESS]].any()  # no literal, no list
    huge, _, _ = seen(field, (tuple([100] * 9),), "scan*")
    assert huge[8, PRODUCT].any() and not huge[9, PRODUCT].any()  # 10^14 is told exactly; 10^16 is not
    mixed, _, _ = seen(field, ((3, 70_000, 2),), "scan*")
    assert mixed[2, PRODUCT].any() and not mixed[3:5, PRODUCT].any()


def test_a_field_that_is_shown_more_begins_as_it_was(tmp_path: Path) -> None:
    few, more = (FieldConfig(depth=2, int_range=100, phases=True, pure_phases=True, folded=folded) for folded in (False, True))
    kept, grown = Executor(few, VOCAB), Executor(more, VOCAB)
    with torch.no_grad():
        for parameter in kept.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(parameter.numel())))
    save_weights(tmp_path / "few", kept, kept.state_dict(), {})
    begin_with(grown, tmp_path / "few")
    before, _, condition = of_steps(kept.field, batch().steps)
    with torch.no_grad():
        ends = [model.field.endpoint(before.z0, torch.zeros(len(before.z0)), before, condition).inside for model in (kept, grown)]
    assert 0 < float((ends[0] - ends[1]).abs().max()) < 0.05, "new ways have hardly any share"


@pytest.mark.parametrize("seed", range(3))
def test_quotients_remainders_and_powers(seed: int) -> None:
    field, random = small_field(phases=True, pure_phases=True, folded=True, divided=True), Random(seed)
    first = KINDS + FOLDED
    for _ in range(12):
        a, b, literal = random.randint(-100, 100), random.randint(-9, 9), random.randint(-9, 9)
        shown, _, _ = seen(field, (a, b), "-", f"{literal} +")
        top, below = shown[1, first:], shown[2, first:]
        assert len(top) == DIVIDED
        wanted = [
            (top, 0, divmod(a, b)[0] if b else None), (top, 1, divmod(a, b)[1] if b else None),
            (top, 2, divmod(b, a)[0] if a else None), (top, 3, divmod(b, a)[1] if a else None),
            (top, 4, b // literal if literal else None), (top, 5, b % literal if literal else None),
            (below, 4, a // literal if literal else None), (below, 5, a % literal if literal else None),
            (top, 6, b**a if a >= 0 and abs(b) ** a < 2**53 else None), (top, 7, a**b if b >= 0 and abs(a) ** b < 2**53 else None),
            (below, 6, a**b if b >= 0 and abs(a) ** b < 2**53 else None),
        ]  # fmt: skip
        for where, kind, number in wanted:
            if number is None:
                assert not where[kind].any()
            else:
                close(where[kind], number)
    lists, _, _ = seen(field, ((7, -8), 3), "cons")
    close(lists[3, first + 2], 2)
    close(lists[4, first + 3], 1)


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
        for tensor_ in (field.phases.pure.weight, field.phases.share.weight, field.phases.share.bias):
            tensor_.zero_()
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


@pytest.mark.parametrize(
    ("word", "items", "result"),
    [("dec", (40_401,), 40_400), ("*", (9000, 95), 855_000), ("neg", (-70_123,), 70_123), ("/4", (216_227,), 54_056)],
)
def test_the_number_nearest_to_a_result_is_found_among_those_shown(word: str, items: tuple[int, ...], result: int) -> None:
    """Whatever else the vectors of the results say: here the phases are a little wrong."""
    field = small_field(phases=True, pure_phases=True, folded=True, divided=True, exact=True)
    rows = rows_of([encode(State((7, *items)), VOCAB)], 30, VOCAB)
    codes, numbers = tensor(rows.codes), tensor(rows.numbers)
    source = field.source(codes, numbers)
    condition = Condition.of(torch.tensor([VOCAB.numbers[word]]), torch.tensor([len(items)]))
    end = field.endpoint(source.z0, torch.zeros(1), source, condition)
    where = torch.zeros_like(codes, dtype=torch.bool)
    where[0, 5] = True
    cell = field.table.beyond(torch.tensor([VOCAB.code(Kind.BEYOND_INT)]), torch.tensor([result]))
    found, there = nearest_shown(end, where, cell + 0.2 * torch.randn(cell.shape, generator=torch.Generator().manual_seed(1)), field.table)
    assert (found.tolist(), there.tolist()) == ([result], [True])


def test_nothing_is_found_where_nothing_was_shown() -> None:
    field = small_field(phases=True, pure_phases=True, folded=True, divided=True, exact=True)
    rows = rows_of([encode(State(("ab",)), VOCAB), encode(State((3,)), VOCAB)], 30, VOCAB)
    source = field.source(tensor(rows.codes), tensor(rows.numbers))
    condition = Condition.of(torch.tensor([VOCAB.numbers["upper"], VOCAB.numbers["inc"]]), torch.tensor([1, 1]))
    end = field.endpoint(source.z0, torch.zeros(2), source, condition)
    where = torch.zeros(2, 30, dtype=torch.bool)
    where[1, 5] = where[1, 29] = True  # a number; a cell that is not looked at
    _, there = nearest_shown(end, where, torch.randn(2, 96), field.table)
    assert there.tolist() == [True, False]
