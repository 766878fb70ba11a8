"""Drawn tasks: the same for the same seed, and labelled with what a shortest program has, checked by trying everything in plain Python."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

from dsl.columns.available import available

if not available():
    pytest.skip("tasks are drawn by compiled code", allow_module_level=True)

from dsl.machine import answer
from dsl.ops import OPS
from dsl.program import Program, Word
from dsl.types import BOOL, INT, LIST_INT, Type
from dsl.values import Stuck, Value
from search.exact.grammar import instances_of
from search.prior import draw, random_programs
from search.prior import language as language_of
from search.prior.draw import Drawn, world
from search.prior.language import KINDS, NUM_EXAMPLES, Language
from search.prior.random_programs import EAGER, MAX_ARGS, TRIES
from search.prior.views import WIDTH
from search.verify import same
from tests.prior.languages import LINES, NUMBERS

COUNTS = (4, 8, 8, 8)
SEEDS = range(6)
LANGUAGES = pytest.mark.parametrize("language", [LINES, NUMBERS], ids=lambda language: language.name)
Tree = tuple[Any, ...] | int
"""A word and its arguments, or the number of a leaf: the inputs, then the literals."""
Described = tuple[frozenset[str], str, frozenset[str], int]
"""Words, root, words on inputs, different subtrees."""


def worlds(language: Language) -> Iterator[Drawn]:
    found = [drawn for drawn in (world(language, seed, COUNTS) for seed in SEEDS) if drawn is not None]
    assert len(found) >= len(SEEDS) // 2  # else the tests say nothing
    return iter(found)


def tasks_of(drawn: Drawn) -> Iterator[tuple[Type, int, tuple[Value, ...]]]:
    """Each task's output type, number, and outputs as values."""
    for kind, (rows, lengths) in drawn.outputs.items():
        for t in range(len(rows)):
            yield kind, t, tuple(value_of(kind, rows[t, e], lengths[t, e]) for e in range(len(drawn.inputs)))


def value_of(kind: Type, row: np.ndarray, length: int) -> Value:
    return tuple(row[:length].tolist()) if kind == LIST_INT else bool(row[0]) if kind == BOOL else int(row[0])


def applied(word: str, args: tuple[tuple[Value, ...], ...], language: Language) -> tuple[Value, ...] | None:
    """A word on values of all examples, by the reference machine; None where it gets stuck on one."""
    results = [answer(Program((Word(word),)), inputs, profile=language.profile) for inputs in zip(*args, strict=True)]
    return None if any(isinstance(result, Stuck) for result in results) else tuple(results)  # type: ignore[arg-type]


def shortest(language: Language, drawn: Drawn, depth: int) -> dict[tuple[Type, tuple[Value, ...]], tuple[int, list[Tree]]]:
    """All values up to a cost, with their cost and all their cheapest trees. A literal costs 1, an input nothing."""
    found: dict[tuple[Type, tuple[Value, ...]], tuple[int, list[Tree]]] = {}
    leaves = [(kind, tuple(row[i] for row in drawn.inputs), 0) for i, kind in enumerate(drawn.kinds)]
    leaves += [(INT, (value,) * len(drawn.inputs), 1) for value in language.constants]
    for number, (kind, values, cost) in enumerate(leaves):
        if found.setdefault((kind, values), (cost, []))[0] == cost:
            found[kind, values][1].append(number)
    for level in range(1, depth + 1):
        before = list(found.items())
        for word in language.words:
            for kinds, result in instances_of(word):
                if not {*kinds, result} <= set(KINDS):
                    continue
                fitting = [[(key[1], cost, trees) for key, (cost, trees) in before if key[0] == kind and cost < level] for kind in kinds]
                for args in product(*fitting):
                    if sum(cost for _, cost, _ in args) + 1 != level:
                        continue
                    values = applied(word, tuple(values for values, _, _ in args), language)
                    if values is not None and found.setdefault((result, values), (level, []))[0] == level:
                        found[result, values][1].extend((word, *trees) for trees in product(*(trees for _, _, trees in args)))
    return found


def described(tree: Tree, inputs: int) -> Described:
    """What a label should say of a tree."""
    parts: set[Tree] = set()

    def walk(part: Tree) -> None:
        if not isinstance(part, int):
            parts.add(part)
            for arg in part[1:]:
                walk(arg)

    walk(tree)
    assert not isinstance(tree, int)
    words = [part[0] for part in parts if not isinstance(part, int)]
    fronts = {part[0] for part in parts if not isinstance(part, int) and any(isinstance(arg, int) and arg < inputs for arg in part[1:])}
    return frozenset(words), tree[0], frozenset(fronts), len(parts)


def label_of(drawn: Drawn, kind: Type, t: int) -> Described:
    labels = drawn.labels[kind]
    return frozenset(labels.words[t]), labels.roots[t], frozenset(labels.fronts[t]), labels.lengths[t]


def text_of(drawn: Drawn | None) -> str:
    """All of a world, for comparing."""
    if drawn is None:
        return "nothing"
    outputs = {str(kind): [array.tolist() for array in arrays] for kind, arrays in drawn.outputs.items()}
    return repr((drawn.language, drawn.kinds, drawn.inputs, outputs, drawn.labels))


@LANGUAGES
def test_a_world_depends_on_its_seed_alone(language: Language) -> None:
    """Not on what was drawn before: the pools that worlds share are forgotten in between."""
    random_programs.pool.cache_clear()
    first = {seed: text_of(world(language, seed, COUNTS)) for seed in SEEDS}
    random_programs.pool.cache_clear()
    second = {seed: text_of(world(language, seed, COUNTS)) for seed in reversed(SEEDS)}
    assert first == second
    assert len(set(first.values())) > len(SEEDS) // 2


@LANGUAGES
def test_worlds_are_of_their_language(language: Language) -> None:
    """Inputs of one of its shapes, outputs within its limits, one label a task and nothing in it from elsewhere."""
    for drawn in worlds(language):
        assert drawn.kinds in language.shapes and len(drawn.inputs) == NUM_EXAMPLES
        assert set(drawn.outputs) == set(drawn.labels) <= set(KINDS)
        for kind, (rows, lengths) in drawn.outputs.items():
            labels = drawn.labels[kind]
            count = len(rows)
            assert rows.shape == (count, NUM_EXAMPLES, WIDTH) and lengths.shape == (count, NUM_EXAMPLES) and count > 0
            assert {len(part) for part in (labels.words, labels.roots, labels.fronts, labels.lengths, labels.minimal)} == {count}
            beyond = np.arange(WIDTH) >= lengths[..., None]
            assert not rows[beyond].any() and (lengths <= WIDTH).all() and (kind == LIST_INT or (lengths == 1).all())
            assert rows.min() >= language.profile.int_min and rows.max() <= language.profile.int_max
            for words, root, fronts, length in zip(labels.words, labels.roots, labels.fronts, labels.lengths, strict=True):
                assert set(words) <= set(language.words) and len(set(words)) == len(words) <= length
                assert root in words and set(fronts) <= set(words) and fronts
                assert any(result == kind for _, result in instances_of(root))


@LANGUAGES
def test_no_task_comes_twice_and_no_input_is_an_answer(language: Language) -> None:
    for drawn in worlds(language):
        every = [(kind, outputs) for kind, _, outputs in tasks_of(drawn)]
        assert len(set(every)) == len(every)
        inputs = {(kind, tuple(row[i] for row in drawn.inputs)) for i, kind in enumerate(drawn.kinds)}
        assert not inputs & set(every)


@LANGUAGES
def test_tasks_that_say_little_are_left_out(language: Language) -> None:
    """Outputs that are nearly all the same."""
    for drawn in worlds(language):
        for kind, _, outputs in tasks_of(drawn):
            assert len(set(outputs)) >= (2 if kind == BOOL else NUM_EXAMPLES - 1)


@LANGUAGES
def test_minimal_labels_are_those_of_a_shortest_program(language: Language) -> None:
    """Everything up to the bank's depth is tried: a label is minimal exactly where that gives the output, and describes one of the cheapest trees."""
    seen = {True: 0, False: 0}
    for drawn in worlds(language):
        cheapest = shortest(language, drawn, language.depth)
        for kind, t, outputs in tasks_of(drawn):
            minimal = drawn.labels[kind].minimal[t]
            assert minimal == ((kind, outputs) in cheapest)
            seen[minimal] += 1
            if minimal:
                cost, trees = cheapest[kind, outputs]
                assert label_of(drawn, kind, t) in {described(tree, len(drawn.kinds)) for tree in trees}, (drawn.inputs, outputs, trees)
                assert drawn.labels[kind].lengths[t] <= cost
    assert seen[True] > 10 and seen[False] > 2


@LANGUAGES
def test_other_labels_are_those_of_the_program_that_made_the_output(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """All programs that are run are run again here, by the reference machine; values on the way are values of their lines."""
    made: list[tuple[tuple[Value, ...], tuple[Any, ...], tuple[Any, ...]]] = []
    evaluated = draw._evaluated

    def spy(*args: Any) -> Iterator[Any]:
        for kind, column, program in evaluated(*args):
            values = column[0][:, None] if column[1] is None else column[0]
            lengths = np.ones(len(values), int) if column[1] is None else column[1]
            made.append(
                (tuple(value_of(kind, row, length) for row, length in zip(values, lengths, strict=True)), program.words, program.args)
            )
            yield kind, column, program

    monkeypatch.setattr(draw, "_evaluated", spy)
    names = random_programs.table_of(language.words).names
    others = middles = 0
    for seed in SEEDS:
        made.clear()
        drawn = world(language, seed, COUNTS)
        if drawn is None:
            continue
        leaves = [tuple(row[i] for row in drawn.inputs) for i in range(len(drawn.kinds))]
        leaves += [(value,) * NUM_EXAMPLES for value in language.constants]
        labels: dict[tuple[Value, ...], list[Described]] = {}
        ways: dict[tuple[Value, ...], set[tuple[tuple[Value, ...], int, int, frozenset[str]]]] = {}
        for outputs, words, args in made:
            values: list[tuple[Value, ...] | None] = list(leaves)
            for word, places in zip(words, args, strict=True):
                values.append(applied(names[word], tuple(values[place] for place in places), language))  # type: ignore[misc]
                assert values[-1] is not None
            assert all(map(same, values[-1], outputs))
            fronts = {names[word] for word, places in zip(words, args, strict=True) if any(place < len(drawn.kinds) for place in places)}
            labels.setdefault(outputs, []).append(
                (frozenset(names[word] for word in words), names[words[-1]], frozenset(fronts), len(words))
            )
            for line in range(len(words)):
                needed, waiting = set(), [line]
                while waiting:
                    needed.add(number := waiting.pop())
                    waiting += [place - len(leaves) for place in args[number] if place >= len(leaves)]
                left = [names[word] for number, word in enumerate(words) if number not in needed]
                value = values[len(leaves) + line]
                assert value is not None
                ways.setdefault(outputs, set()).add((value, len(needed), len(left), frozenset(left)))
        for kind, t, outputs in tasks_of(drawn):
            assert outputs in labels
            if not drawn.labels[kind].minimal[t]:
                others += 1
                assert label_of(drawn, kind, t) in labels[outputs]
                assert drawn.labels[kind].lengths[t] > 1
            for middle in drawn.labels[kind].middles:
                if middle.owner == t:
                    middles += 1
                    assert not drawn.labels[kind].minimal[t]
                    value = tuple(value_of(LIST_INT, row, length) for row, length in zip(middle.values, middle.lengths, strict=True))
                    assert (value, middle.made_of, middle.left, frozenset(middle.words_left)) in ways[outputs]
                    assert middle.made_of + middle.left == drawn.labels[kind].lengths[t] and middle.left >= 1
    assert others > 2 and (middles > 2 or language is NUMBERS)


@LANGUAGES
@pytest.mark.parametrize("lines", [1, 2, 3, 5])
def test_programs_use_every_input_and_every_line(language: Language, lines: int) -> None:
    """Arguments come from before, are of the kind that the word takes, and nothing but a literal is left over."""
    table = random_programs.table_of(language.words)
    for shape in language.shapes:
        base = np.array([KINDS.index(kind) for kind in (*shape, *(INT for _ in language.constants))])
        words, args = np.full((40, lines), -1, np.int64), np.full((40, lines, MAX_ARGS), -1, np.int64)
        found = random_programs._structures(
            5, 40, lines, base, len(shape), table.arity, table.wanted, table.given, EAGER, TRIES, words, args
        )
        assert 0 <= found <= 40 and (found > 0 or lines < len(shape))
        for p in range(found):
            kinds, used = [KINDS[k] for k in base], set()
            for line in range(lines):
                wanted, result = table.args[words[p, line]], table.results[words[p, line]]
                places = args[p, line, : len(wanted)].tolist()
                assert (wanted, result) in instances_of(table.names[words[p, line]])
                assert all(0 <= place < len(kinds) for place in places) and tuple(kinds[place] for place in places) == wanted
                used |= set(places)
                kinds.append(result)
            assert used >= {*range(len(shape)), *range(len(base), len(base) + lines - 1)}
        assert lines == 1 or len({(words[p].tobytes(), args[p].tobytes()) for p in range(found)}) > found // 8


def test_the_languages_hold_what_they_are_named_for() -> None:
    """Lines: DeepCoder's functions, without literals. Numbers: every value word on Ints, Bools and lists of Ints, so those of lines too."""
    lines, numbers = language_of.lines_language(), language_of.numbers_language()
    assert set(lines.words) < set(numbers.words) <= set(OPS)
    assert lines.constants == () and numbers.constants
    assert {"head", "zip+", "scan-max", "map**2", "filter-odd", "count>0"} <= set(lines.words)
    assert {"unique", "choose", "even?", "mod"} <= set(numbers.words) - set(lines.words)
    for language in (lines, numbers):
        for word in language.words:
            assert OPS[word].kind == "value" and any({*args, result} <= set(KINDS) for args, result in instances_of(word))
