"""Programs in batches: which rows run as their quotations, what is asked of the network together and once, and how wide states are."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

import executor.programs as programs  # noqa: E402
from embed.cells import State, encode  # noqa: E402
from embed.steps import rows_of  # noqa: E402
from embed.vocab import ERRORS, INTERPRETATIONS, Kind  # noqa: E402
from executor.condition import Condition  # noqa: E402
from executor.integrate import Executed, execute  # noqa: E402
from executor.programs import ROOM, run_move, run_program  # noqa: E402
from tests.executor.exact import Exact, condition, items_of, meant, some_field, states  # noqa: E402
from tests.executor.samples import VOCAB, tensor  # noqa: E402
from tests.executor.test_control import ASKED, CASES, CONSTANTS  # noqa: E402

ADD_BELOW = "( + ) dip"


def test_rows_of_a_batch_run_side_by_side(exact: Exact) -> None:
    """Rows with other words, other quotations and other lengths, in any order."""
    some = [case[:2] for case in CASES] + [*ASKED, ("inc", (4,)), ("dup", ("ab",)), ("c1", ()), ("+", (1,))]
    Random(0).shuffle(some)
    start = states([items for _, items in some], (*CONSTANTS, None, None), width=40)
    kept = start[0].clone(), start[1].clone()
    done = run_move(some_field(), *start, condition(*[text for text, _ in some]))
    for row, (text, items) in enumerate(some):
        after = meant(text, items, CONSTANTS)
        assert items_of(done, row) == after, text
        assert int(done.error[row]) == (1 + ERRORS.index(after) if isinstance(after, str) else 0)
    assert done.codes.shape == done.numbers.shape == (len(some), 40)
    assert all(torch.equal(now, then) for now, then in zip(start, kept, strict=True))


def test_calls_that_do_not_wait_for_one_another_are_made_together(exact: Exact) -> None:
    """Those of several rows, too; words without quotations are one call before them."""
    some = [("( inc neg ) dip", (5, 6)), ("( dec abs 3 + ) keep", (7,)), ("neg", (4,)), ("( dup ) map", ((1, 2),)), ("dec", (4,))]
    done = run_move(some_field(), *states([items for _, items in some]), condition(*[text for text, _ in some]))
    assert exact.asked == [["neg", "dec"], ["inc", "dec", "dup", "dup"], ["neg", "abs"], ["+"]]
    assert [items_of(done, row) for row in range(len(some))] == [(-6, 6), (9, 7), (-4,), ((1, 2),), (3,)]


def test_equal_calls_are_made_once(exact: Exact) -> None:
    """Equal in word, quotations, constants and all items: what lies below counts, since a quotation may look at it."""
    cases = [(ADD_BELOW, (1, 2, 3)), (ADD_BELOW, (1, 2, 4)), (ADD_BELOW, (0, 1, 2, 3)), ("( + neg ) keep", (1, 2))]
    done = run_move(some_field(), *states([items for _, items in cases]), condition(*[text for text, _ in cases]))
    assert exact.asked == [["+", "+"], ["neg"]]
    assert [items_of(done, row) for row in range(4)] == [(3, 3), (3, 4), (0, 3, 3), (-3, 2)]
    exact.asked.clear()
    run_move(
        some_field(), *states([((), 1), ((), 1), ((), 1)]), condition("( ( inc ) map ) dip", "( ( dec ) map ) dip", "( ( inc ) map ) dip")
    )
    assert exact.asked == [["map", "map"]]
    exact.asked.clear()
    done = run_move(some_field(), *states([((4, 9, 4), 3)]), condition("( ( dup + ) map ) dip"))
    assert (exact.asked, items_of(done)) == ([["dup", "dup"], ["+", "+"]], ((8, 18, 8), 3))


def test_states_with_other_constants_are_other_calls(exact: Exact) -> None:
    rows = rows_of([encode(State((1, 2), (number, None, None, None)), VOCAB) for number in (5, 6)], 40, VOCAB)
    done = run_move(some_field(), tensor(rows.codes), tensor(rows.numbers), condition("( c0 + ) dip", "( c0 + ) dip"))
    assert [items_of(done, row) for row in (0, 1)] == [(6, 2), (7, 2)]
    assert exact.asked == [["c0", "c0"], ["+", "+"]]


def test_many_calls_are_made_in_parts(exact: Exact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "AT_ONCE", 3)
    done = run_move(some_field(), *states([(tuple(range(8)),)]), condition("( dup * ) map"))
    assert list(map(len, exact.asked)) == [3, 3, 2] * 2
    assert items_of(done) == (tuple(n * n for n in range(8)),)


def test_what_a_program_says_of_trouble_and_results(exact: Exact) -> None:
    """The most likely error of all its words, and the result of its last one; an exact executor's results are as long as their words."""
    exact.troubles = {"inc": 0.25, "neg": 0.5, "abs": 0.125, "dec": 0.0625}
    texts = ("( inc neg abs ) dip", "abs", "( abs inc ) dip", "( dec ) map", "( neg ) when", "( even? not ) dip")
    done = run_move(some_field(), *states([(1, 2), (3,), (4, 5), ((1, 2),), (1, False), (1, 2)]), condition(*texts))
    assert done.trouble.tolist() == [0.5, 0.125, 0.25, 0.0625, 0.0, 0.0]
    assert done.result.tolist() == [3, 3, 3, 3, 0, 3]
    assert (done.error.dtype, done.trouble.dtype, done.result.dtype) == (torch.long, torch.float32, torch.long)


def test_errors_are_those_of_the_last_word(exact: Exact) -> None:
    some = [("( 0 div ) dip", (1, 2)), ("( sum ) dip", (1, 2)), ("( inc ) dip", (1, 2)), ("( + ) dip", (1, 2))]
    done = run_move(some_field(), *states([items for _, items in some]), condition(*[text for text, _ in some]))
    assert done.error.tolist() == [1 + ERRORS.index(name) for name in ("undefined", "type")] + [0, 1 + ERRORS.index("underflow")]
    assert [items_of(done, row) for row in range(4)] == ["undefined", "type", (2, 2), "underflow"]


def test_a_program_with_and_without(exact: Exact) -> None:
    """With `one_call` the network is asked for the word itself."""
    text, start = "( inc ) dip", states([(1, 2)])
    assert [items_of(done) for done in run_program(some_field(), *start, [condition(text)] * 3)] == [(2, 2), (3, 2), (4, 2)]
    assert exact.asked == [["inc"]] * 3
    assert [items_of(done) for done in run_program(some_field(), *start, [condition(text)] * 3, one_call=True)] == [(2, 2), (3, 2), (4, 2)]
    assert exact.asked == [["inc"]] * 3 + [["dip"]] * 3
    assert run_program(some_field(), *start, []) == []


def test_a_program_keeps_the_limits_of_its_profile(exact: Exact) -> None:
    told, start = [condition("( dup concat ) map"), condition("( len ) map")], states([(("abcdefgh", "ijk"),)], width=60)
    profile = exact.profile.with_limits(max_str=20)
    assert [items_of(done) for done in run_program(some_field(), *start, told, profile=profile)] == ["size", "size"]
    assert items_of(run_program(some_field(), *start, told)[1]) == ((16, 6),)


def asked_for_itself(told: Condition, start: tuple[torch.Tensor, torch.Tensor], exact: Exact) -> bool:
    exact.asked.clear()
    run_move(some_field(), *start, told)
    return exact.asked == [["dip"]]


def test_only_hard_concrete_words_run_as_their_quotations(exact: Exact) -> None:
    told, start = condition("( inc ) dip"), states([(1, 2)])
    assert not asked_for_itself(told, start, exact)
    assert asked_for_itself(replace(told, vectors=torch.zeros(1, 8)), start, exact)
    assert asked_for_itself(replace(told, interpretation=told.interpretation.roll(1, 1)), start, exact)
    assert asked_for_itself(replace(told, interpretation=torch.full((1, len(INTERPRETATIONS)), 1 / len(INTERPRETATIONS))), start, exact)
    mixed = {"ops": torch.cat([told.ops] * 2, 1), "weights": torch.full((1, 2), 0.5), "pops": torch.cat([told.pops] * 2, 1)}
    assert asked_for_itself(replace(told, **mixed), start, exact)
    assert asked_for_itself(condition("( 70000 + ) dip"), start, exact)


def test_a_state_that_is_stuck_stays_so(exact: Exact) -> None:
    rows = rows_of([encode(State("range"), VOCAB)], 12, VOCAB)
    start = tensor(rows.codes), tensor(rows.numbers)
    assert asked_for_itself(condition("( inc ) dip"), start, exact)
    done = run_move(some_field(), *start, condition("( inc ) dip"))
    assert (items_of(done), int(done.error[0])) == ("range", 1 + ERRORS.index("range"))


def test_a_batch_without_rows(exact: Exact) -> None:
    start = torch.zeros(0, 20, dtype=torch.long), torch.zeros(0, 20, dtype=torch.long)
    done = run_move(some_field(), *start, condition("( inc ) dip").take(torch.zeros(0, dtype=torch.long)))
    assert (done.codes.shape, exact.asked) == ((0, 20), [])


def test_a_state_that_has_no_room_left_keeps_its_width(exact: Exact) -> None:
    """The cells that fit are those of the state."""
    start = states([((1, 2, 3, 4), 5)], width=13)
    done = run_move(some_field(), *start, condition("( dup ) dip"))
    whole = run_move(some_field(), *states([((1, 2, 3, 4), 5)], width=40), condition("( dup ) dip"))
    assert done.codes.shape == (1, 13)
    assert torch.equal(done.codes, whole.codes[:, :13])
    assert run_move(some_field(), *start, condition("over")).codes.shape == (1, 13)


def test_a_state_that_becomes_shorter_is_filled_up(exact: Exact) -> None:
    done = run_move(some_field(), *states([((1, 2000, 3, 4000), 5)], width=20), condition("( sum ) dip"))
    left = encode(State((6004, 5)), VOCAB)
    assert done.codes[0].tolist() == [*(code for code, _ in left), *[VOCAB.code(Kind.PAD)] * (20 - len(left))]
    assert done.numbers[0].tolist() == [*(number for _, number in left), *[0] * (20 - len(left))]


def test_calls_have_room_for_what_words_make(exact: Exact) -> None:
    """The longest state of a round, and its longest item once more, or ROOM."""
    head = 6  # four constants, a separator and the end
    run_move(some_field(), *states([(1, 2)]), condition("( inc ) dip"))
    assert exact.widths == [head + 1 + ROOM] and ROOM == 34  # a text of 32 characters
    exact.widths.clear()
    long = tuple(range(60))
    some = [("( inc ) dip", (1, 2)), ("( dup ) dip", (long, 2)), ("( neg ) dip", (*range(5), 2))]
    done = run_move(some_field(), *states([items for _, items in some], width=160), condition(*[text for text, _ in some]))
    assert exact.widths == [head + 2 * 62]
    assert items_of(done, 1) == (long, long, 2)


def test_calls_are_made_with_the_table_that_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    exact = Exact()

    def noting(field: object, codes: Any, numbers: Any, condition: Condition, table: Any = None) -> Executed:
        given.append(table)
        return exact(field, codes, numbers, condition)

    monkeypatch.setattr(programs, "execute", noting)
    table = torch.zeros(3)
    run_move(some_field(), *states([(1, 2), (3,)]), condition("( inc ) dip", "dec"), table)
    assert len(given) == 2 and all(each is table for each in given)
    run_program(some_field(), *states([(1, 2)]), [condition("( inc ) dip")] * 2)
    run_program(some_field(), *states([(1, 2)]), [condition("( inc ) dip")] * 2, one_call=True)
    assert given[2] is given[3] is not None and given[4] is given[5] is not None


def test_a_network_that_knows_nothing_gives_states_all_the_same() -> None:
    """Of whatever cells: each row is what it would be alone, and words without quotations are what `execute` makes of them."""
    torch.manual_seed(0)
    texts = ("( inc dup ) dip", "neg", "( abs ) map", "( + ) ( neg ) bi*", "( over + ) fold", "( even? ) filter")
    items = [(1, 2), (3,), ((1, 2, 3),), (1, 2, 3), ((1, 2), 3), ((4, 5),)]
    start = states(items)
    done = run_move(some_field(), *start, condition(*texts))
    assert done.codes.shape == start[0].shape and done.trouble.isfinite().all() and (done.trouble >= 0).all() and (done.trouble <= 1).all()
    assert torch.equal(done.codes[1:2], execute(some_field(), start[0][1:2], start[1][1:2], condition("neg")).codes)
    for row, text in enumerate(texts):
        alone = run_move(some_field(), start[0][row : row + 1], start[1][row : row + 1], condition(text))
        assert torch.equal(alone.codes[0], done.codes[row]) and torch.equal(alone.numbers[0], done.numbers[row])
        assert alone.error[0] == done.error[row] and alone.result[0] == done.result[row]
