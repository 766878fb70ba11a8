"""What the policy is trained on: lines that give their values, and questions whose answers hold in a state that the program can be in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np
import pytest

from dsl.columns.available import available

if not available():
    pytest.skip("tasks are drawn by compiled code", allow_module_level=True)

from dsl.types import INT, LIST_INT
from dsl.values import Value
from search.prior.labels import LITERAL, Way
from search.prior.language import Language
from search.prior.pairs import BOTH, LOWER, TURNED, UPPER
from search.prior.shards import VOCABULARY
from search.prior.signature import NUMBER_SIZE, encode_inputs
from search.prior.ways import Ways, commutes, gather, joined, questions, shortened, values_of, worlds_of
from tests.prior.languages import LINES, NUMBERS
from tests.prior.test_draw import applied, worlds

LANGUAGES = pytest.mark.parametrize("language", [LINES, NUMBERS], ids=lambda language: language.name)
Answer = tuple[tuple[bool, bool, int], frozenset[tuple[int, str]], tuple[bool, bool]]
"""Whether each value was used and how many others wait; actions; whether each value is used later."""


def ways_of(language: Language) -> Ways:
    parts = []
    for number, drawn in enumerate(worlds(language)):
        inputs = encode_inputs(drawn.kinds, drawn.inputs)
        count = len(drawn.kinds)
        for kind, labels in drawn.labels.items():
            if kind in (INT, LIST_INT):
                pair = inputs[0][:count], inputs[1][:count]
                parts.append(gather(labels.ways, pair, VOCABULARY, boolean=False, language=0, world=2 * number + (kind == INT)))
    return joined(parts)


def value_at(ways: Ways, place: int) -> tuple[Value, ...]:
    rows, sizes = ways.values[place].tolist(), ways.sizes[place].tolist()
    return tuple(row[0] if size == NUMBER_SIZE else tuple(row[:size]) for row, size in zip(rows, sizes, strict=True))


@LANGUAGES
def test_lines_make_their_values_from_values_before_them(language: Language) -> None:
    ways = ways_of(language)
    assert len(ways) > 40 and len({*ways.lines.tolist()}) >= 3
    for t in range(len(ways)):
        inputs, lines = int(ways.inputs[t]), int(ways.lines[t])
        places = ways.places[t]
        assert (places[: inputs + lines] >= 0).all() and (places[inputs + lines :] == -1).all()
        assert len(set(places[inputs : inputs + lines].tolist()) - set(places[:inputs].tolist())) == lines  # each is new
        needed = set[int]()
        for line in range(lines):
            word = VOCABULARY[ways.words[t, line]]
            args = ways.args[t, line].tolist()
            assert all(arg < inputs + line for arg in args)
            needed |= set(args)
            while args and args[-1] == LITERAL and len(args) > 1 and not fits(language, ways, places, word, args, line, inputs):
                args.pop()
            assert fits(language, ways, places, word, args, line, inputs), (word, args)
        assert needed >= set(range(inputs, inputs + lines - 1))


def fits(language: Language, ways: Ways, places: np.ndarray, word: str, args: list[int], line: int, inputs: int) -> bool:
    """Whether the word makes the line's value of these arguments, with some literals."""
    choices = [
        [(constant,) * ways.values.shape[1] for constant in language.constants] if arg == LITERAL else [value_at(ways, places[arg])]
        for arg in args
    ]
    wanted = value_at(ways, places[inputs + line])
    for given in product(*choices):
        try:
            found = applied(word, given, language)
        except (TypeError, IndexError, ValueError):
            continue
        if found is not None and tuple(map(int_of, found)) == wanted:
            return True
    return False


def int_of(value: Value) -> Value:
    """A Bool as it is kept."""
    return int(value) if isinstance(value, bool) else value


def states(ways: Ways, t: int) -> Iterator[frozenset[int]]:
    """The sets of lines after which the program of a task can stand, the last line excluded."""
    inputs, lines = int(ways.inputs[t]), int(ways.lines[t])
    for count in range(lines):
        for some in combinations(range(lines), count):
            if all(arg < inputs or arg - inputs in some for line in some for arg in ways.args[t, line].tolist()):
                yield frozenset(some)


def answer(ways: Ways, t: int, done: frozenset[int], lower: int | None, upper: int | None) -> Answer:
    """What is right in a state, from the definitions. Values by their place in the program; None where there is none, or a stranger."""
    inputs, lines = int(ways.inputs[t]), int(ways.lines[t])

    def taken(line: int) -> list[int]:
        return [arg for arg in ways.args[t, line].tolist() if arg != LITERAL]

    before = {arg for line in done for arg in taken(line)}
    later = {arg for line in range(lines) if line not in done for arg in taken(line)}
    others = {*range(inputs), *(inputs + line for line in done)} - before - {lower, upper}
    actions = set[tuple[int, str]]()
    for line in set(range(lines)) - done:
        word, args = VOCABULARY[ways.words[t, line]], taken(line)
        if args and set(args) <= {lower, upper}:
            both = TURNED if args[0] == upper and not commutes([word])[0] else BOTH
            actions.add((LOWER if set(args) == {lower} else UPPER if set(args) == {upper} else both, word))
    return (lower in before, upper in before, min(len(others), 2)), frozenset(actions), (lower in later, upper in later)


@LANGUAGES
def test_answers_hold_in_a_state_of_the_program(language: Language) -> None:
    ways = ways_of(language)
    tasks = np.tile(np.arange(len(ways)), 12)
    asked = questions(ways, worlds_of(ways), tasks, commutes(VOCABULARY), 3)
    seen = dict.fromkeys(["alone", "stranger", "turned", "both", "nothing", "several"], 0)
    for row, t in enumerate(tasks.tolist()):
        own = {place: number for number, place in reversed(list(enumerate(ways.places[t].tolist()))) if place >= 0}
        lower, upper = (own.get(int(place)) for place in asked.pairs[row])
        strange = tuple(place >= 0 and int(place) not in own for place in asked.pairs[row])
        actions = frozenset((int(a) // len(VOCABULARY), VOCABULARY[int(a) % len(VOCABULARY)]) for a in asked.actions[row] if a >= 0)
        flags = bool(asked.flags[row, 0]), bool(asked.flags[row, 1]), int(asked.flags[row, 2] + 2 * asked.flags[row, 3])
        used = tuple(bool(u == 1) for u in asked.used[row])
        assert ((asked.used[row] == -1) == (asked.pairs[row] < 0)).all()
        possible = [
            answer(ways, t, done, lower, upper) for done in states(ways, t)
            if all(value is None or value < ways.inputs[t] or value - ways.inputs[t] in done for value in (lower, upper))
        ]  # fmt: skip
        if any(strange):  # what a stranger was made of may count as used
            assert any((actions, used) == right[1:] for right in possible)
            assert not any(used[slot] for slot in range(2) if strange[slot])
            seen["stranger"] += 1
            continue
        assert (flags, actions, used) in possible
        seen["alone"] += upper is None
        seen["turned"] += any(use == TURNED for use, _ in actions)
        seen["both"] += any(use == BOTH for use, _ in actions)
        seen["nothing"] += not actions
        seen["several"] += len(actions) > 1
    assert all(seen[name] > 5 for name in seen if name != "turned" or language is LINES), seen


def test_questions_show_the_values_and_the_output() -> None:
    ways = ways_of(LINES)
    tasks = np.arange(len(ways))
    asked = questions(ways, worlds_of(ways), tasks, commutes(VOCABULARY), 5)
    xs, xns, ys, yns = values_of(ways, asked)
    for row in range(len(tasks)):
        goal = ways.places[row, ways.inputs[row] + ways.lines[row] - 1]
        assert (ys[row] == ways.values[goal]).all() and (yns[row] == np.where(ways.sizes[goal] < 0, 1, ways.sizes[goal])).all()
        for slot, place in enumerate(asked.pairs[row].tolist()):
            assert (xns[row, slot] == (ways.sizes[place] if place >= 0 else -1)).all()
            assert (xs[row, slot] == (ways.values[place] if place >= 0 else 0)).all()
    again = questions(ways, worlds_of(ways), tasks, commutes(VOCABULARY), 5)
    assert (again.pairs == asked.pairs).all() and (again.actions == asked.actions).all()
    other = questions(ways, worlds_of(ways), tasks, commutes(VOCABULARY), 6)
    assert (other.pairs != asked.pairs).any()


def test_lines_that_make_nothing_new_are_left_out() -> None:
    way = Way(("sort", "reverse", "sort", "take", "zip+"), ((0,), (1,), (2,), (LITERAL, 3), (4, 3)), ())
    # The third line makes what the first made.
    assert shortened(way, [10], [11, 12, 11, 13, 14]) == [(0, (0,)), (3, (LITERAL, 1)), (4, (2, 1))]
    # The output was made before; then nothing after it is needed.
    assert shortened(way, [10], [11, 12, 11, 13, 12]) == [(0, (0,)), (1, (1,))]
    assert shortened(way, [10], [11, 12, 11, 13, 10]) == []
