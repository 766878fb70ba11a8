"""The structure of states and the routing of ops: what is copied is copied exactly, for every op of the table."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl import machine  # noqa: E402
from dsl.ops import OPS  # noqa: E402
from dsl.program import Program, Word  # noqa: E402
from embed.cells import State, decode, encode  # noqa: E402
from embed.steps import rows_of  # noqa: E402
from embed.vocab import CONSTANTS, INTERPRETATIONS, NOP  # noqa: E402
from executor.condition import Condition, pops_of  # noqa: E402
from executor.integrate import execute  # noqa: E402
from executor.layout import FIRST_ITEM, layout_of, routing_of  # noqa: E402
from tests.executor.samples import VOCAB, batch, of_steps, small_field, tensor  # noqa: E402

STATES = (
    State((1, "ab", (3, 4, 5000)), (7, "x", None, (1, 2))),
    State((("a", "bc"), True, ((1,), ())), (None, None, None, -5)),
    State((9, 8, 7), ()),
)


def cells(states: tuple[State, ...], width: int = 40) -> tuple[torch.Tensor, torch.Tensor]:
    rows = rows_of([encode(state, VOCAB) for state in states], width, VOCAB)
    return tensor(rows.codes), tensor(rows.numbers)


def test_sequences_are_found() -> None:
    codes, _ = cells(STATES)
    layout = layout_of(codes, VOCAB)
    assert layout.sizes[0, : FIRST_ITEM + 4].tolist() == [1, 3, 1, 4, 1, 5, 4, 1, 1]
    assert layout.base.tolist() == [10, 5, 5]
    assert layout.real.sum(1).tolist() == [len(encode(state, VOCAB)) for state in STATES]


@pytest.mark.parametrize("name", [NOP, *CONSTANTS, *(name for name, op in OPS.items() if op.routing is not None)])
def test_ops_that_only_move_values_are_exact_untrained(name: str) -> None:
    """Whatever the weights are: the routing is known from the stack effect."""
    field = small_field()
    codes, numbers = cells(STATES)
    op = torch.full((len(STATES),), VOCAB.numbers[name])
    done = execute(field, codes, numbers, Condition.of(op, torch.full((len(STATES),), pops_of(name))))
    for row, state in enumerate(STATES):
        if name in CONSTANTS:
            value = state.constants[CONSTANTS.index(name)]
            wanted = None if value is None else (*state.items, value)  # type: ignore[misc]
        else:
            wanted = state.items if name == NOP else machine.run(Program((Word(name),)), state.items)  # type: ignore[arg-type]
        if wanted is not None:
            found = list(zip(done.codes[row].tolist(), done.numbers[row].tolist(), strict=True))
            assert decode(found, VOCAB) == State(wanted, state.constants)  # type: ignore[arg-type]


def test_everything_outside_the_result_is_copied_in_every_row() -> None:
    """Concrete and abstract rows, quotations included, under an untrained network; the frame is kept whatever it says."""
    field, steps = small_field(), batch().steps
    before, _, condition = of_steps(field, steps)
    with torch.no_grad():
        end = field.endpoint(before.z0, torch.zeros(len(steps)), before, condition)
        x1 = field.known(end, before, condition, tensor(steps.result), tensor(steps.error))
        codes, numbers = field.table.decode(x1)
    generated = (field.route(before, condition, tensor(steps.result)) < 0) & (tensor(steps.error) == 0)[:, None]
    right = (codes == tensor(steps.after.codes)) & (numbers == tensor(steps.after.numbers))
    assert bool((right | generated).all())
    assert set(steps.interpretation.tolist()) > {0} and len(INTERPRETATIONS) == 7
    count = generated.sum(1)[tensor(steps.error) == 0]
    computed = field.generates[tensor(steps.op)][tensor(steps.error) == 0]
    assert torch.equal(count, torch.where(computed, tensor(steps.result)[tensor(steps.error) == 0], 0))


def test_what_is_sure_and_what_is_averaged_agree() -> None:
    """With sizes and errors made certain, the average over them is the known end point."""
    field, steps = small_field(), batch().steps
    before, _, condition = of_steps(field, steps)
    result, error = tensor(steps.result), tensor(steps.error)
    with torch.no_grad():
        end = field.endpoint(before.z0, torch.zeros(len(steps)), before, condition)
        end.stop[:, 0] = torch.where(torch.arange(end.stop.shape[-1]) == result[:, None], 0.0, -1e4)
        end.error[:, 0] = torch.where(torch.arange(end.error.shape[-1]) == error[:, None], 0.0, -1e4)
        known, expected = field.known(end, before, condition, result, error), field.expected(end, before, condition)
    assert torch.allclose(known, expected, atol=1e-5)


def test_codes_that_are_no_state_do_no_harm() -> None:
    field = small_field()
    rng = np.random.default_rng(0)
    codes = tensor(rng.integers(0, VOCAB.num_codes, (64, 24)))
    done = execute(field, codes, torch.zeros_like(codes), Condition.of(torch.full((64,), VOCAB.numbers["+"]), torch.full((64,), 2)))
    assert done.codes.shape == codes.shape
    assert int(done.codes.min()) >= 0


def test_what_can_be_counted_is_sure() -> None:
    field, width = small_field(), 3
    codes, numbers = cells((State((1,)), State(()), State((1, 2), (None, 5))))
    for name, wanted in (("swap", [1, 1, 0]), ("dup", [0, 1, 0]), ("c0", [1, 1, 1]), ("c1", [1, 1, 0]), (NOP, [0, 0, 0])):
        done = execute(field, codes, numbers, Condition.of(torch.full((width,), VOCAB.numbers[name]), torch.full((width,), pops_of(name))))
        assert done.error.tolist() == wanted, name
    plus = execute(field, codes, numbers, Condition.of(torch.full((width,), VOCAB.numbers["+"]), torch.full((width,), 2)))
    assert plus.error.tolist()[:2] == [1, 1]
    assert int(plus.error[2]) != 1


def test_true_results_are_of_the_codes_that_can_stand_there() -> None:
    """Of every concrete row of a batch that has a result; an abstract state may have any."""
    field = small_field()
    steps = batch().steps
    _, after, condition = of_steps(field, steps)
    allowed = field.can_stand(condition)
    checked = 0
    for row in np.flatnonzero((steps.error == 0) & (steps.interpretation == 0)):
        base, first = int(after.layout.base[row]), FIRST_ITEM
        codes = after.codes[row, base : base + int(after.layout.sizes[row, first])]  # the topmost value
        if field.generates[condition.ops[row, 0]]:
            assert bool(allowed[row][codes].all()), VOCAB.ops[int(condition.ops[row, 0])]
            checked += 1
    assert checked > 5
    assert bool(allowed[tensor(np.flatnonzero(steps.interpretation > 0))].all())


@pytest.mark.parametrize(
    ("name", "some", "other"),
    [
        ("scan*", "INT 5", "CHAR 'a'"),
        ("=", "BOOL true", "INT 1"),
        ("words", "OPEN List[Str]", "OPEN List[Int]"),
        ("+", "BEYOND_INT", "CLOSE"),
        ("zip", "OPEN List[Int]", "OPEN Str"),
    ],
)
def test_what_an_effect_says_of_results(name: str, some: str, other: str) -> None:
    codes = {VOCAB.name(code): code for code in range(VOCAB.num_codes)}
    leaves = routing_of(VOCAB).leaves[VOCAB.numbers[name]]
    assert bool(leaves[codes[some]])
    assert not bool(leaves[codes[other]])


@pytest.mark.parametrize("name", ["map", "head", "take", "call", "nop", "c0"])
def test_where_a_type_is_not_known_anything_may_stand(name: str) -> None:
    assert bool(routing_of(VOCAB).leaves[VOCAB.numbers[name]].all())


def test_a_word_makes_nothing_that_its_effect_excludes() -> None:
    """Whatever the network says: here its end points are noise."""
    codes, numbers = cells(tuple(State((number, -number)) for number in range(64)))
    field, plus = small_field(), VOCAB.numbers["+"]
    with torch.no_grad():
        field.generate.weight.normal_(std=3.0)
        field.error[-1].bias[0] = 50.0  # nothing gets stuck
    condition = Condition.of(torch.full((64,), plus), torch.full((64,), 2))
    done = execute(field, codes, numbers, condition)
    leaves = routing_of(VOCAB).leaves[plus]
    assert bool(leaves[done.codes[:, 5]].all())
    source = field.source(codes, numbers)
    end = field.endpoint(source.z0, torch.zeros(64), source, condition)
    assert not bool(leaves[field.table.decode(end.generated[:, 5])[0]].all()), "what the network says is something else"
