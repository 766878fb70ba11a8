"""Programs: words that run quotations on parts of the stack come down to the calls that the machine's meaning of them says; held against the machine with an exact executor."""

from random import Random
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

import executor.programs as programs  # noqa: E402
from dsl import machine  # noqa: E402
from dsl.parser import parse  # noqa: E402
from dsl.program import Program, Quotation, Word  # noqa: E402
from dsl.values import Stuck  # noqa: E402
from embed.cells import State, decode, encode  # noqa: E402
from embed.moves import body_tokens  # noqa: E402
from embed.steps import rows_of  # noqa: E402
from executor.condition import Condition, bodies_tensor, moves_of  # noqa: E402
from executor.integrate import Executed  # noqa: E402
from executor.programs import RUN, run_move, run_program  # noqa: E402
from executor.quotations import instructions_of, pops_with, quotations_of  # noqa: E402
from tests.executor.samples import VOCAB, small_field, tensor  # noqa: E402

NOTHING = (None,) * 4
CASES: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("( inc ) dip", (1, 2)),
    ("( take ) dip", ((3, 4), 1, 2)),
    ("( + ) dip", (1, 2, 30)),
    ("( drop ) dip", (1, 2)),
    ("( 3 + [1,2] ) dip", (1, "ab")),
    ("( inc ) keep", (5,)),
    ("( dup ) keep", ("ab",)),
    ("( + ) keep", (4, 5)),
    ("( sum ) ( length ) bi", ((3, 1, 2),)),
    ("( drop ) ( sum ) bi", (7, (1, 2))),
    ("( len ) ( sum ) bi*", ("ab", (1, 2))),
    ("( + ) ( neg ) bi*", (10, 1, 2)),
    ("( len ) bi@", ("ab", "cde")),
    ("( over + ) bi@", (10, 1, 2)),
    ("( ( neg ) dip inc ) call", (4, 5)),
    ("( ( ( inc ) dip ) keep ) dip", (1, 2, 3)),
    ("( ( inc ) ( dec ) bi + ) bi@", (4, 5)),
    ("( [1,-2] ( neg ) map ) dip", (7,)),
    ('( "x" concat ) dip', ("ab", 1)),
    ("( c1 + ) dip", (3, 4)),
    ("( +  ) dip", (1, 2)),  # too few values below
    ("( sum ) dip", (1, 2)),  # a type that does not fit
    ("( inc ) dip", (1,)),
    ("( inc ) dip", ()),
    ("( ( inc ) dip ) ( neg ) bi", (1,)),
)


def exact(field: object, codes: torch.Tensor, numbers: torch.Tensor, condition: Condition, table: object = None) -> Executed:
    """What `execute` would give if the network were never wrong; no word of RUN may be asked of it."""
    made, errors = [], []
    for row in range(len(codes)):
        state = decode(list(zip(codes[row].tolist(), numbers[row].tolist(), strict=True)), VOCAB)
        name = VOCAB.ops[int(condition.ops[row, 0])]
        assert name not in RUN
        bodies = [instructions_of([t for t in body if t >= 0], VOCAB) for body in condition.bodies[row].tolist() if body[0] >= 0]
        items: Any = state.items
        if not isinstance(items, str):
            body = parse(name).body if name[0] == "c" and name[1:].isdigit() else (*(Quotation(b or ()) for b in bodies), Word(name))
            after = machine.run(Program(body), items, constants=tuple(0 if c is None else c for c in state.constants))
            items = after.reason.value if isinstance(after, Stuck) else after
        made.append(encode(State(items, state.constants), VOCAB))
        errors.append(isinstance(items, str))
    rows = rows_of(made, max(codes.shape[1], *map(len, made), 1), VOCAB)
    zeros = torch.zeros(len(codes))
    return Executed(tensor(rows.codes), tensor(rows.numbers), tensor(errors), tensor(errors).float(), zeros.long())


def states(some: list[tuple[Any, ...]], constants: tuple[Any, ...] = NOTHING, width: int = 40) -> tuple[torch.Tensor, torch.Tensor]:
    rows = rows_of([encode(State(items, constants), VOCAB) for items in some], width, VOCAB)
    return tensor(rows.codes), tensor(rows.numbers)


def condition(text: str, count: int = 1) -> Condition:
    ((op, bodies),) = moves_of(parse(text), VOCAB)
    quotations = [i for i in parse(text).body if isinstance(i, Quotation)]
    pops = pops_with(VOCAB.ops[op], quotations)
    return Condition.of(torch.full((count,), op), torch.full((count,), pops), bodies_tensor([bodies] * count))


def items_of(done: Executed, row: int = 0) -> Any:
    return decode(list(zip(done.codes[row].tolist(), done.numbers[row].tolist(), strict=True)), VOCAB).items


@pytest.mark.parametrize(("text", "items"), CASES)
def test_each_word_means_what_the_machine_says(text: str, items: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "execute", exact)
    constants = (None, 30, None, None)
    done = run_move(small_field(), *states([items], constants), condition(text))
    after = machine.run(parse(text), items, constants=(0, 30))
    assert items_of(done) == (after.reason.value if isinstance(after, Stuck) else after)
    assert bool(done.error[0]) == isinstance(after, Stuck)


def test_rows_of_a_batch_run_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows with other words, other quotations and other lengths, in any order."""
    monkeypatch.setattr(programs, "execute", exact)
    some = [case for case in CASES if "c1" not in case[0]] + [("inc", (4,)), ("dup", ("ab",)), ("( inc ) map", ((1, 2),))]
    Random(0).shuffle(some)
    told = [condition(text) for text, _ in some]
    one = Condition.of(
        *(torch.cat([getattr(each, name) for each in told])[:, 0] for name in ("ops", "pops")), torch.cat([each.bodies for each in told])
    )
    done = run_move(small_field(), *states([items for _, items in some]), one)
    for row, (text, items) in enumerate(some):
        after = machine.run(parse(text), items)
        assert items_of(done, row) == (after.reason.value if isinstance(after, Stuck) else after), text
    assert done.codes.shape == (len(some), 40)


def test_a_program_with_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `one_call` the network is asked for the word itself."""
    monkeypatch.setattr(programs, "execute", exact)
    text, start = "( inc ) dip", states([(1, 2)])
    assert [items_of(done) for done in run_program(small_field(), *start, [condition(text)] * 3)] == [(2, 2), (3, 2), (4, 2)]
    with pytest.raises(AssertionError):
        run_program(small_field(), *start, [condition(text)], one_call=True)


def test_the_trained_way_is_taken_where_a_quotation_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number beyond the table is not told by its token, and a quotation of twelve tokens may have been cut off."""
    dip = VOCAB.numbers["dip"]
    assert quotations_of(dip, [body_tokens(parse("70000 +").body, VOCAB), []], VOCAB) is None
    assert quotations_of(dip, [body_tokens(parse(" ".join(["inc"] * 12)).body, VOCAB), []], VOCAB) is None
    assert quotations_of(dip, [body_tokens(parse(" ".join(["inc"] * 11)).body, VOCAB), []], VOCAB) is not None
    assert quotations_of(dip, [[], []], VOCAB) is None
    asked: list[str] = []

    def counting(field: object, codes: Any, numbers: Any, condition: Condition, table: object = None) -> Executed:
        asked.extend(VOCAB.ops[op] for op in condition.ops[:, 0].tolist())
        zeros = torch.zeros(len(codes))
        return Executed(codes, numbers, zeros.long(), zeros, zeros.long())

    monkeypatch.setattr(programs, "execute", counting)
    run_move(small_field(), *states([(1, 2)]), condition("( 70000 + ) dip"))
    assert asked == ["dip"]


def test_quotations_are_read_back_from_their_tokens() -> None:
    for text in (
        "inc 3 +",
        "[1,-2] sum",
        '"a b" concat',
        "( ( inc ) map 2 take ) dip",
        "c2 over -",
        "[[1],[]] length",
        "true not",
        "[] drop",
    ):
        body = parse(text).body
        assert instructions_of(body_tokens(body, VOCAB), VOCAB) == body
    assert instructions_of(body_tokens(parse("( inc ) map").body, VOCAB)[:2], VOCAB) is None
    assert instructions_of(body_tokens(parse("inc ( inc ) map").body, VOCAB)[2:], VOCAB) is None


def test_an_empty_list_of_anything_is_told_as_one_of_numbers() -> None:
    for text, like in (("[] drop", "[] 1 append drop"), ("[[]] drop", "[[1]] drop")):
        tokens = body_tokens(parse(text).body, VOCAB)
        assert tokens[0] == body_tokens(parse(like).body, VOCAB)[0]
        assert instructions_of(tokens, VOCAB) is not None


@pytest.mark.parametrize(
    ("text", "pops"),
    [("inc", 1), ("( inc ) map", 1), ("( inc ) when", 2), ("( + ) ( drop ) if", 3), ("( + ) dip", 3), ("( inc ) keep", 1), ("c0", 0)],
)
def test_how_many_values_a_word_takes_with_its_quotations(text: str, pops: int) -> None:
    body = parse(text).body
    last = body[-1]
    assert pops_with(last.name if isinstance(last, Word) else text, [i for i in body if isinstance(i, Quotation)]) == pops


def test_a_state_that_has_no_room_left_keeps_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "execute", exact)
    done = run_move(small_field(), *states([((1, 2, 3, 4), 5)], width=13), condition("( dup ) dip"))
    assert done.codes.shape == (1, 13)
