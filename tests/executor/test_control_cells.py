"""Programs on cells, without a network: what is read of cells that may follow no rule, what is asked for together, and who is answered."""

from collections.abc import Callable, Generator, Sequence

import pytest

pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.parser import parse
from dsl.program import Quotation
from dsl.values import DEFAULT
from embed.cells import Cell, State, encode, encode_value
from embed.vocab import ERRORS, OPENS, Kind
from executor.control import CONTROL
from executor.running import Answer, Call, Run, Steps, together
from executor.stacks import Item, Stack
from tests.executor.samples import VOCAB

HEAD: Item = tuple(encode(State(()), VOCAB)[:-1])
END, CLOSE, PAD = ((VOCAB.code(kind), 0) for kind in (Kind.END, Kind.CLOSE, Kind.PAD))
NOTHING = (VOCAB.code(Kind.NONE), 0)
UNDEFINED = (VOCAB.code(Kind.ERROR, ERRORS.index("undefined")), 0)


def opening(name: str) -> Cell:
    return VOCAB.code(Kind.OPEN, OPENS.index(name)), 0


def item(value: object) -> Item:
    return tuple(encode_value(value, VOCAB))  # type: ignore[arg-type]


def stack(*items: Item) -> Stack:
    return Stack(HEAD, items)


def run() -> Run:
    return Run(VOCAB, DEFAULT, CONTROL)


def driven(steps: Steps, reply: Callable[[Call], Sequence[Cell]]) -> tuple[Stack, list[int]]:
    """What a program ends with where a network makes such cells of calls, and how many calls it makes together."""
    rounds: list[int] = []
    try:
        calls = next(steps)
        while True:
            rounds.append(len(calls))
            calls = steps.send([Answer(tuple(reply(call)), 0.0, 0) for call in calls])
    except StopIteration as end:
        return end.value, rounds


@pytest.mark.parametrize(
    ("cells", "items"),
    [
        ([END], []),
        ([END, PAD, PAD], []),
        ([*item(3), *item((1, 2)), END, PAD], [item(3), item((1, 2))]),
        ([*item(((1,), ())), *item("a"), END], [item(((1,), ())), item("a")]),
        ([UNDEFINED, END], [(UNDEFINED,)]),
        ([CLOSE, *item(3), END], [(CLOSE,), item(3)]),
        ([*item(3), *item(4)], [item(3), item(4)]),
        ([opening("Str"), *item(3), END], [(opening("Str"), *item(3), END)]),
        ([*item((1,)), CLOSE, *item((2,)), END, *item(3)], [item((1,)), (CLOSE,), item((2,))]),
        ([PAD, END], [(PAD,)]),
    ],
)
def test_items_are_read_of_any_cells(cells: list[Cell], items: list[Item]) -> None:
    read = Stack.read([*HEAD, *cells], VOCAB)
    assert (read.head, list(read.items)) == (HEAD, items)


def test_cells_without_a_separator_have_no_items() -> None:
    for cells in ([NOTHING] * 4 + [END], [NOTHING], []):
        assert Stack.read(cells, VOCAB) == Stack(tuple(cells), ())
    assert Stack.read([*HEAD[:2], HEAD[-1], *item(1), HEAD[-1], END], VOCAB) == Stack((*HEAD[:2], HEAD[-1]), (item(1), (HEAD[-1],)))


def test_a_stack_is_written_as_it_was_read() -> None:
    cells = encode(State((1, (2, 300), "a", ((3,), ())), (1, "ab", None, (2,))), VOCAB)
    assert Stack.read(cells, VOCAB).cells(VOCAB) == cells


def test_a_state_is_stuck_where_an_error_lies_on_top() -> None:
    assert stack((UNDEFINED,)).stuck(VOCAB)
    assert not any(each.stuck(VOCAB) for each in (stack(), stack(item(1), (UNDEFINED,)), stack((opening("Str"), UNDEFINED, CLOSE))))
    for name in ERRORS:
        assert Stack.read(encode(State(name), VOCAB), VOCAB).stuck(VOCAB)


def test_flags_and_numbers_are_single_cells_of_their_kind() -> None:
    some = {value: item(value) for value in (0, 7, -100, 100, 101, -30000)}
    assert {value: run().number(each) for value, each in some.items()} == {value: value for value in some}
    assert [run().flag(item(value)) for value in (False, True)] == [False, True]
    for odd in (item("a"), item((1,)), (NOTHING,), (CLOSE,), (UNDEFINED,), (*item(1), *item(1)), (*item(True), *item(True))):
        assert run().flag(odd) is None and run().number(odd) is None
    assert all(run().number(item(value)) is None for value in (False, True)) and all(run().flag(each) is None for each in some.values())


def test_places_and_counts_are_numbers_of_the_table_or_beyond() -> None:
    assert [run().int_item(number) for number in (0, 100, 101)] == [item(0), item(100), item(101)]


def test_elements_are_those_of_whole_lists() -> None:
    for value in ((1, 300), ("a", ""), ((1, 2), (), (3,)), (True,)):
        assert run().elements(item(value)) == [item(each) for each in value]
    for odd in (
        *map(item, ((), 1, "abc", True)),
        (opening("List[Int]"), *item(1), *item(2)),
        (opening("interval"), *item(1), *item(2), CLOSE),
        (opening("List[Int]"), CLOSE, *item(2), CLOSE),
        (opening("List[Str]"), opening("Str"), *item(2), CLOSE),
        (CLOSE, *item(2), CLOSE),
    ):
        assert run().elements(odd) is None


def test_lists_are_made_of_items_of_one_kind() -> None:
    for value in ((1, 300), ("a", ""), ((1, 2), ()), (True, False)):
        assert run().list_of([item(each) for each in value]) == item(value)
    assert run().list_of([], item(("a",))) == (opening("List[Str]"), CLOSE)
    for odd in ([], [item(1), item(True)], [item("a"), item(("a",))], [item((True,))], [item(((1,),))], [item(("a",))]):
        assert run().list_of(odd) is None
    for odd in ((NOTHING,), (CLOSE,), (UNDEFINED,), (opening("Str"), *item(1)), (opening("interval"), CLOSE)):
        assert run().list_of([odd]) is None and run().list_of([item(1), odd]) is None


def test_what_is_no_value_has_no_limits() -> None:
    """A network's cells stay as they are where nothing tells that a limit is broken."""
    for odd in ((NOTHING,), (*item(1), *item(2**40)), (opening("List[Int]"), NOTHING, CLOSE)):
        assert run().checked(stack(item(5), item(6)), odd, 1) == stack(odd, item(6))
    assert run().checked(Stack((), (item(5),)), item(2**40), 1) == Stack((), (item(2**40),))
    assert run().checked(stack(item(5)), item(2**40), 1).stuck(VOCAB)


@pytest.mark.parametrize(("word", "given"), [("map", [item((1, 2))]), ("scan", [item((1, 2))]), ("zip-with", [item((1, 2)), item((3, 4))])])
def test_no_list_is_made_of_what_is_no_value(word: str, given: list[Item]) -> None:
    """Nor do programs get into trouble with it."""
    body = (Quotation(parse("over inc").body),)
    for odd in ((NOTHING,), (CLOSE,), (opening("Str"), *item(1)), ()):
        after, _ = driven(run().word(stack(*given), word, body), lambda call, odd=odd: [*HEAD, *odd, END])  # type: ignore[misc]
        assert after.items[0][0] == (VOCAB.code(Kind.ERROR, ERRORS.index("type")), 0)
        assert len(after.items) == len(after.items[0]) == 1 and after.head == HEAD


def test_no_groups_are_made_of_what_is_no_number() -> None:
    """One group may be fine; nor are there groups of flags."""
    odd = (opening("List[Int]"), *item(1), NOTHING, CLOSE)

    def group_by(given: Item, keys: dict[Cell, Item]) -> tuple[Stack, list[int]]:
        quotations = (Quotation(parse("inc").body),)
        return driven(run().word(stack(given), "group-by", quotations), lambda call: [*HEAD, *keys[call.cells[len(HEAD)]], END])

    one, two = item((1, 2))[1:3]
    assert group_by(item((1, 2)), {one: item(5), two: item(6)}) == (stack(item(((1,), (2,)))), [2])
    for after, rounds in (
        group_by(odd, {one: item(5), NOTHING: item(6)}),
        group_by(odd, {one: item(5), NOTHING: item(5)}),
        group_by(item((1, 2)), {one: item(5), two: item(True)}),
    ):
        assert after.items == (((VOCAB.code(Kind.ERROR, ERRORS.index("type")), 0),),)
        assert rounds == [2]


def test_an_error_ends_a_program() -> None:
    """Also for the rest of a quotation, for the other elements, and for the words that run them."""
    texts = {"map": 1, "filter": 1, "fold": 0, "scan": 1, "times": 0, "dip": 1, "keep": 1, "bi@": 1}
    for word in texts:
        given = [item(0), item((1, 2))] if word == "fold" else [item(2), item(2)] if word in ("times", "bi@") else [item((1, 2, 3))]
        after, rounds = driven(
            run().word(stack(*given), word, (Quotation(parse("inc dec neg").body),)), lambda call: [*HEAD, UNDEFINED, END]
        )
        assert after == stack((UNDEFINED,))
        assert rounds == [3 if word in ("map", "filter") else 1]


def counting(number: int, rounds: int, calls: int = 1) -> Steps:
    """A program of so many rounds of so many calls, which ends with all that it was told."""
    heard: list[Item] = []
    for each in range(rounds):
        answers = yield [Call(number, each, (), ((place, 0),)) for place in range(calls)]
        heard += [answer.cells for answer in answers]
    return Stack((), tuple(heard))


def answered(steps: Generator[list[Call], Sequence[Answer], list[Stack]]) -> tuple[list[Stack], list[list[int]]]:
    """The ends, and who asked in each round. The answer to a call is who asked, when, and for what."""
    rounds: list[list[int]] = []
    try:
        calls = next(steps)
        while True:
            rounds.append([call.op for call in calls])
            calls = steps.send([Answer(((call.op, call.pops), *call.cells), 0.0, 0) for call in calls])
    except StopIteration as end:
        return end.value, rounds


def heard(number: int, rounds: int, calls: int = 1) -> Stack:
    """What `counting` should end with."""
    return Stack((), tuple(((number, each), (place, 0)) for each in range(rounds) for place in range(calls)))


@pytest.mark.parametrize("lengths", [[3, 1, 2], [0, 2, 0], [1, 1], [0, 0], [], [5], [1, 2, 3, 0, 3, 2, 1]])
def test_programs_of_any_lengths_run_side_by_side(lengths: list[int]) -> None:
    ends, rounds = answered(together([counting(number, length) for number, length in enumerate(lengths)]))
    assert ends == [heard(number, length) for number, length in enumerate(lengths)]
    assert rounds == [[number for number, length in enumerate(lengths) if length > step] for step in range(max(lengths, default=0))]


def test_answers_reach_who_asked() -> None:
    """Also where programs ask for several calls at a time, and where some run others side by side."""

    def parent(number: int) -> Steps:
        first = yield from counting(number, 1)
        ends = yield from together([counting(10 * number, 2, 3), counting(10 * number + 1, 1), counting(10 * number + 2, 0)])
        return Stack((), (*first.items, *(each for end in ends for each in end.items)))

    ends, rounds = answered(together([counting(1, 2, 2), parent(2), counting(3, 1, 4), parent(4)]))
    for number, end in ((2, ends[1]), (4, ends[3])):
        assert end.items == (*heard(number, 1).items, *heard(10 * number, 2, 3).items, *heard(10 * number + 1, 1).items)
    assert (ends[0], ends[2]) == (heard(1, 2, 2), heard(3, 1, 4))
    assert rounds == [[1, 1, 2, 3, 3, 3, 3, 4], [1, 1, 20, 20, 20, 21, 40, 40, 40, 41], [20, 20, 20, 40, 40, 40]]
