"""Layouts of lists and texts by pieces, held against plain Python and the words of the language; and that a field with them begins as one without."""

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")
pytest.importorskip("safetensors", reason="needs the extra `neural` (safetensors)")

from torch import Tensor  # noqa: E402

from dsl.ops import OPS  # noqa: E402
from dsl.types import INT, LIST_INT  # noqa: E402
from dsl.values import DEFAULT  # noqa: E402
from embed.cells import State, encode, encode_value  # noqa: E402
from embed.codes import number_features  # noqa: E402
from embed.moves import pops_of  # noqa: E402
from embed.steps import rows_of  # noqa: E402
from executor.addresses import elements_of  # noqa: E402
from executor.checkpoint import Executor, begin_with, save_weights  # noqa: E402
from executor.condition import Condition  # noqa: E402
from executor.field_config import FieldConfig  # noqa: E402
from executor.layouts import COUNTED, JUMPS  # noqa: E402
from executor.numbers import ALONE, LIMITS, values_of  # noqa: E402
from executor.pieces import FOUND, SHARP, SHIFTS, SIGNS, Pieces  # noqa: E402
from executor.window import window_of  # noqa: E402
from tests.executor.laid import kinds_of, laid, laid_cases, led, of, replaced, some_case, some_cases  # noqa: E402
from tests.executor.samples import VOCAB, batch, of_steps, small_field, tensor  # noqa: E402

RANGE = SIGNS - LIMITS - 2
"""The first sign of what `range` gives; before it those of elements, behind its two what is too large."""
FINDING = {"find": 0, "index-of": 0, "find-last": 1, "occurrences": 2, "count-of": 2}
"""The number found that a word gives."""


@pytest.mark.parametrize("seed", range(3))
def test_what_is_found(seed: int) -> None:
    cases = [case for case in some_cases(seed) if not case.above or case.part(0)]
    found, _, _ = laid_cases(cases)
    assert len(found.found) == FOUND
    for row, case in enumerate(cases):
        values, old, at = tuple(case.values), case.part(0) or (), found.places[row].tolist()
        where = [i for i in range(len(values)) if old and values[i : i + len(old)] == old]
        equal = [i for i in where if (values[i],) == old]
        often = (len(values) - len(replaced(case, old, ()))) // len(old) if old else 0
        for (number, there), expected in zip(found.found, (where[:1] or [-1], where[-1:] or [-1], [often]), strict=False):
            assert there[row].tolist() == [bool(old)] * len(at), case
            assert not old or set(number[row].tolist()) == set(expected), case
        number, there = found.found[-1]
        assert there[row].tolist() == [1 <= place <= len(equal) for place in at], case
        assert number[row, there[row]].tolist() == equal, case


@pytest.mark.parametrize("word", [*FINDING, "positions"])
def test_words_that_find(word: str) -> None:
    random, op = Random(word), OPS[word]
    reference: Any = op.reference
    cases = [some_case(random, kind, "i") for kind in kinds_of(word) for _ in range(20)]
    cases = [case for case in cases if case.part(0) != ()]
    found, _, _ = laid_cases(cases)
    for row, case in enumerate(cases):
        result = reference(DEFAULT, case.values, case.above[0][0])
        number, there = found.found[FINDING.get(word, FOUND - 1)]
        if word == "positions":
            assert tuple(number[row, there[row]].tolist()) == result, case
        else:
            assert number[row, 1] == result and there[row, 1], case


@pytest.mark.parametrize("seed", range(4))
def test_signs(seed: int) -> None:
    """Whether a cell stands in an occurrence, or begins one; whether its element is equal to the item above, or had an equal before."""
    cases, counted = [case for case in some_cases(seed) if case.part(0) is not None], torch.zeros(RANGE)
    found, _, window = laid_cases(cases)
    assert found.signs.shape == (*window.places.shape, SIGNS)
    for row, case in enumerate(cases):
        values, old, expected = tuple(case.values), case.part(0) or (), torch.zeros(window.places.shape[1], RANGE)
        at = 2 + sum(len(encode_value(value, VOCAB, kind)) for value, kind in case.above)  # SEP, what lies above, OPEN
        going_on = 0
        for i, value in enumerate(values):
            begins = bool(old) and not going_on and values[i : i + len(old)] == old
            going_on = len(old) if begins else going_on
            size = len(case.alone(value))
            expected[at, 1] = begins
            expected[at : at + size] += torch.tensor([going_on > 0, 0, (value,) == old, value in values[:i]]).float()
            at, going_on = at + size, max(0, going_on - 1)
        assert torch.equal(found.signs[row, :, :RANGE], expected), case
        counted += expected.sum(0)
    assert bool((counted > 0).all())


@pytest.mark.parametrize("numbers", [(2, 3, 12), (5, -2, -1), (0, 1, 0), (70_000, 5, 70_012), (-70_012, 4, -70_000), (3, 1, -4)])
def test_signs_of_range(numbers: tuple[int, int, int]) -> None:
    signs = of(numbers).signs[0]
    start, step, end = numbers
    places, length = signs.shape[0] - 2, len(range(start, end, step))
    assert signs[:, RANGE].tolist() == [0, 0] + [1] * places  # behind SEP and the bracket
    assert signs[:, RANGE + 1].tolist() == [0, 0] + [1] * length + [0] * (places - length)
    assert not of((numbers[0], "ab", numbers[2])).signs[0, :, RANGE : RANGE + 2].any()


def test_shifts() -> None:
    lists = ((3, 1), (2,), (5, 6, 7))  # they begin at 1, 5 and 8, and the last bracket is at 13
    found = of((lists, 1, (2,)))
    assert found.shifts.shape[2] == SHIFTS
    assert found.places[0].tolist() == list(range(-1, found.places.shape[1] - 1))
    for column, p in enumerate(found.places[0].tolist()):
        beside = [p - 5, p - 5 - 3, p + 3, p - 3, 5, 1, p - 1, p - 1 - 4, p + 5 - 1, p + 1 - 1, p - 3, p - 5 - 3]
        assert found.shifts[0, column].tolist() == beside
    found = of((lists, 0, 2))
    for column, p in enumerate(found.places[0].tolist()):
        beside = [p - 8, p - 8 - 5, p + 5, p - 5, 8, 1, p - 1, p - 1 - 4, p + 8 - 1, p + 1 - 1, p - 1, p - 8 - 1]
        assert found.shifts[0, column].tolist() == beside
    assert of((lists, 3)).shifts[0, 1, [1, 4]].tolist() == [-13, 13], "behind the last one stands the bracket"


def test_a_state_does_not_matter_to_the_others() -> None:
    cases = [case for seed in range(2) for case in some_cases(seed)]
    Random(0).shuffle(cases)
    together, _, _ = laid_cases(cases)
    for row in range(0, len(cases), 4):
        alone, _, window = laid_cases([cases[row]])
        width = window.places.shape[1]
        for name in ("jumps", "there", "shifts", "signs", "places"):
            assert torch.equal(getattr(together, name)[row, :width], getattr(alone, name)[0]), (name, cases[row])
        for ours, mine in zip(together.found, alone.found, strict=True):
            assert all(torch.equal(our[row, :width], my[0]) for our, my in zip(ours, mine, strict=True)), cases[row]
        assert torch.equal(together.totals[row], alone.totals[0])
        others = [number for number, name in enumerate(JUMPS) if name != "over and over"]
        assert not together.there[row, width:, others].any()


def test_what_lies_below_and_the_constants_do_not_matter() -> None:
    cases = [replace(case, below=()) for case in some_cases(3)]
    one, _, _ = laid_cases(cases)
    for changed in ({"below": (((1, 2), LIST_INT), (3, INT))}, {"constants": ("ab", (1, 2), None, 7)}):
        other, _, _ = laid_cases([replace(case, **changed) for case in cases])
        width = min(one.places.shape[1], other.places.shape[1])
        for name in ("jumps", "there", "shifts", "signs", "places"):
            assert torch.equal(getattr(one, name)[:, :width], getattr(other, name)[:, :width]), (name, changed)
        assert torch.equal(one.totals, other.totals)


def test_no_list_no_layout() -> None:
    states = [encode(State(items), VOCAB) for items in ((4,), (4, True), (70_000, 3, 2), ((1, 2), 3), "range", ())]
    found, _, _ = laid(states, [1, 2, 3, 1, 2, 3])  # the list of the fourth lies below its one argument
    assert not found.there.any() and not found.jumps.any()
    assert not found.totals[:, [number for number, name in enumerate(JUMPS) if name not in COUNTED]].any()
    assert found.totals[:, JUMPS.index("range")].tolist() == [0, 0, 2, 0, 0, 0]  # the third are those that `range` takes
    assert found.totals[:, JUMPS.index("digits")].tolist() == [3, 0, 3, 3, 0, 0]
    assert not found.signs[:, :, :RANGE].any()
    assert bool(of(((1, 2), 3)).there.any())


def test_the_lowest_list_is_looked_at() -> None:
    """And of what lies above it, what is of the same type is a part of it."""
    found, cells, _ = laid([encode(State(((9, 8), ("b", "a"), 0, ("c",))), VOCAB)], [3])
    assert led(found, cells, 0, "sorted")[0] == encode_value(("a", "b"), VOCAB)
    assert led(found, cells, 0, "put in")[0] == encode_value(("c", "b", "a"), VOCAB)


def test_scores_are_those_of_the_layouts_that_lead_there() -> None:
    found, _, _ = laid_cases(some_cases(0)[::9])
    pieces = Pieces(32, 64, VOCAB).double()  # whose sums of 40 powers are exact
    with torch.no_grad():
        pieces.choice.bias.copy_(2.0 ** torch.arange(len(JUMPS)))  # sums say which were added
        scores = pieces.scores(torch.zeros(*found.places.shape, 32).double(), found) / SHARP
    for row, (jumps, there) in enumerate(zip(found.jumps.tolist(), found.there.tolist(), strict=True)):
        for column, (each, here) in enumerate(zip(jumps, there, strict=True)):
            expected = [0.0] * len(jumps)
            for number, jump in enumerate(each):
                expected[jump] += 2.0**number * here[number]
            assert scores[row, column].tolist() == expected


def test_results_may_end_where_a_layout_does() -> None:
    cases = some_cases(1)[::5]
    found, _, _ = laid_cases(cases)
    pieces = Pieces(32, len(JUMPS), VOCAB)
    with torch.no_grad():
        pieces.ends.weight.copy_(torch.eye(len(JUMPS)))
        stops = pieces.stops(torch.eye(len(JUMPS)).expand(len(cases), -1, -1), found)  # as many ops as layouts
    for row in range(len(cases)):
        for number, total in enumerate(found.totals[row].tolist()):
            expected = [SHARP * ((place == total) - (place < total)) for place in range(stops.shape[2])]
            assert stops[row, number].tolist() == (expected if total else [0.0] * len(expected))


def test_a_new_field_with_pieces_is_what_it_was_and_one_that_uses_them_is_not() -> None:
    steps, ends = batch().steps.take(tensor(range(12)).numpy()), list[Tensor]()
    plain = small_field(addresses=True, ordered=True)
    for pieces, moved in ((False, ""), (True, ""), (True, "choice"), (True, "into")):
        field = small_field(addresses=True, ordered=True, pieces=pieces, shaken=False)
        absent = field.load_state_dict(plain.state_dict(), strict=False).missing_keys
        assert bool(absent) == pieces and all(name.startswith("pieces.") for name in absent)
        with torch.no_grad():
            field.gate.bias.fill_(3.0)
            if moved:
                getattr(field.pieces, moved).weight.normal_(generator=torch.Generator().manual_seed(0))
            before, _, condition = of_steps(field, steps)
            end = field.endpoint(before.z0, torch.zeros(len(steps)), before, condition)
            ends.append(torch.cat([end.generated.flatten(), end.stop.flatten(), end.error.flatten()]))
    assert torch.equal(ends[0], ends[1])
    assert not torch.allclose(ends[1], ends[2], atol=1e-3) and not torch.allclose(ends[1], ends[3], atol=1e-3)


@pytest.mark.parametrize(
    ("word", "name", "items", "result"),
    [
        ("sort", "sorted", (((3,), (1, 2), (), (1,)),), ((), (1,), (1, 2), (3,))),
        ("replace-all", "replaced", ("baaab", "aa", "xyz"), "bxyzab"),
        ("insert", "put in", (("a", "bc"), 1, "de"), ("a", "de", "bc")),
    ],
)
def test_a_word_is_a_choice_of_one_layout(word: str, name: str, items: tuple[Any, ...], result: Any) -> None:
    """A field whose pointer chooses it, and nothing else, does what the word does."""
    field = small_field(addresses=True, ordered=True, pieces=True, shaken=False)
    rows = rows_of([encode(State(items), VOCAB)], 60, VOCAB)
    condition = Condition.of(tensor([VOCAB.numbers[word]]), tensor([pops_of(word)]))
    with torch.no_grad():
        field.gate.bias.fill_(20.0)
        field.pieces.choice.bias[JUMPS.index(name)] = 20.0
        source = field.source(tensor(rows.codes), tensor(rows.numbers))
        end = field.endpoint(source.z0, torch.zeros(1), source, condition)
        codes, _ = field.table.decode(end.inside, source.table)
    expected = [code for code, _ in encode_value(result, VOCAB)]
    assert codes[0, 1 : 1 + len(expected)].tolist() == expected


@pytest.mark.parametrize("exact", [False, True])
def test_weights_without_may_begin_a_field_with(exact: bool, tmp_path: Path) -> None:
    """Also where what is found is shown as numbers."""
    config = FieldConfig(depth=1, int_range=100, phases=exact, folded=exact, divided=exact, exact=exact, addresses=True, ordered=True)
    plain, grown = Executor(config, VOCAB), Executor(replace(config, pieces=True), VOCAB)
    assert grown.field.config.finds == exact
    with torch.no_grad():
        for parameter in plain.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(parameter.numel())))
    save_weights(tmp_path / "plain", plain, plain.state_dict(), {})
    begin_with(grown, tmp_path / "plain")
    before, _, condition = of_steps(plain.field, batch().steps.take(tensor(range(12)).numpy()))
    with torch.no_grad():
        ends = [model.field.endpoint(before.z0, torch.zeros(len(before.z0)), before, condition) for model in (plain, grown)]
    torch.testing.assert_close(ends[0].inside, ends[1].inside)
    torch.testing.assert_close(ends[0].stop, ends[1].stop)


def test_what_is_found_is_shown_as_numbers() -> None:
    field = small_field(phases=True, folded=True, divided=True, exact=True, addresses=True, ordered=True, pieces=True)
    for items, numbers, places in ((("baaab", "aa"), (1, 2, 1), ()), (((9, 4, 9), 9), (0, 2, 2), (0, 2)), (((4, 4), 9), (-1, -1, 0), ())):
        rows = rows_of([encode(State(items), VOCAB)], 60, VOCAB)
        source = field.source(tensor(rows.codes), tensor(rows.numbers))
        window = window_of(source.layout, Condition.of(tensor([VOCAB.numbers["take"]]), tensor([2])), tensor([8]), copy=True)
        z0, codes, layout = window.gather(source.z0), window.gather(source.codes), source.layout
        with torch.no_grad():
            known = values_of(z0, codes, field.table)
            found = field.pieces.laid(codes, known, elements_of(source.codes, layout, VOCAB), layout, window).found
            shown = field.phases.shown(z0, codes, field.table, layout, window, torch.full((1, 2, 4), -1), found)[:, -FOUND - ALONE : -ALONE]
        for place in range(8):
            for kind, number in enumerate(numbers):
                torch.testing.assert_close(shown[place, kind], phases_of(number), atol=1e-5, rtol=0)
            if 0 <= place - 2 < len(places):  # behind SEP and the bracket
                torch.testing.assert_close(shown[place, FOUND - 1], phases_of(places[place - 2]), atol=1e-5, rtol=0)
            else:
                assert not shown[place, FOUND - 1].any()


def phases_of(number: int) -> Tensor:
    return number_features(torch.tensor(float(number), dtype=torch.float64))[1]
