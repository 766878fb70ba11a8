"""The columnar enumerator against the plain one: the same distinct columns at every level, the same first answers, and terms that mean their columns."""

import random

import pytest

from dsl.columns.available import available
from dsl.machine import answer
from dsl.tasks import Example, Task
from dsl.types import LIST_INT
from dsl.values import PROFILES
from search.exact.plain import PlainSearch
from search.postfix import to_program
from search.term import Apply, Input
from search.verify import same
from tests.search.exact.few_words import COSTS, PROFILE, SHORT, TASKS, enumerator, lists, parts_of, task_of, texts

pytestmark = pytest.mark.skipif(not available(), reason="the columnar search needs numba")


def plain_of(task, profile, costs=None, literal_cost=1, **more):
    rules, constants = parts_of(task, costs=costs, literal_cost=literal_cost)
    return PlainSearch(task, rules, constants, profile, **more)


def columns_of(bank):
    """The bank's columns as sets, by type and cost."""
    found = {}
    for kind in bank.kinds:
        for run in bank.runs(kind):  # the constants of a cost have a run of their own
            found.setdefault((kind, run.cost), set()).update(map(typed, bank.decode(kind, range(run.low, run.high))))
    return found


def typed(value):
    """A value in which 1 and True differ."""
    return tuple(map(typed, value)) if isinstance(value, tuple) else (type(value).__name__, value)


def plain_columns(search):
    return {
        (kind, cost): {typed(entry.column) for entry in entries}
        for kind, levels in search._bank.items()
        for cost, entries in levels.items()
        if entries
    }


def filled(task, profile, most, costs=None, literal_cost=1):
    """A bank up to a cost, without tests and finders."""
    bank = enumerator(task, profile, costs=costs, literal_cost=literal_cost, testing=False)
    list(bank.prepare())
    for _ in range(most):
        list(bank.step())
    return bank


LEVELS = {"lists": 3, "ints": 3, "flags": 3, "text": 3, "texts": 3}
CASES = [
    (name, profile, costs, seed)
    for name in TASKS
    for profile in ((PROFILE, SHORT) if name in ("lists", "ints", "flags") else (PROFILE,))
    for costs, seed in ((None, 1), (COSTS, 2))
]
CASES += [("lists", SHORT.with_limits(max_list=width), None, 5) for width in (9, 10)]
CASES += [
    (name, PROFILES[other].with_limits(max_list=16), None, 4) for name in ("lists", "ints") for other in ("deepcoder", "lambdabeam", "rule")
]


@pytest.mark.parametrize(
    ("name", "profile", "costs", "seed"), CASES, ids=[f"{c[0]}-{c[1].name}-{c[1].max_list}-{'mixed' if c[2] else 'unit'}" for c in CASES]
)
def test_the_same_columns_at_every_level(name, profile, costs, seed):
    task, most, literal_cost = TASKS[name](seed), LEVELS[name] + (2 if costs else 0), 2 if costs else 1
    search = plain_of(task, profile, costs, literal_cost)
    list(search.run(most))
    bank = filled(task, profile, most, costs, literal_cost)
    ours, theirs = columns_of(bank), plain_columns(search)
    assert set(ours) == set(theirs)
    for key, columns in theirs.items():
        assert ours[key] == columns, (key, list(columns ^ ours[key])[:3])
    assert bank.kept == sum(map(len, theirs.values())) == search.kept
    assert not bank.full
    bank.close()


@pytest.mark.parametrize("name", TASKS)
def test_every_value_is_what_its_term_means(name):
    """On the reference machine, with values and costs of the bank."""
    task = TASKS[name](3)
    bank = filled(task, PROFILE, 4 if name != "lists" else 3)
    rng = random.Random(0)
    for kind in bank.kinds:
        count = bank.store(kind).count
        numbers = sorted(rng.sample(range(count), min(count, 700)))
        for number, column in zip(numbers, bank.decode(kind, numbers), strict=True):
            term = bank.term(kind, number)
            program = to_program(term, len(task.input_types))
            for example, value in zip(task.examples, column, strict=True):
                assert same(answer(program, example.inputs, profile=PROFILE), value), (str(program), example.inputs, value)
            assert cost_of(term) == bank.cost(kind, number)
    bank.close()


def cost_of(term):
    if isinstance(term, Apply):
        return 1 + sum(map(cost_of, term.args))
    return 0 if isinstance(term, Input) else 1


def random_task(seed):
    """A task whose outputs a random value of a plain enumeration gives."""
    rng = random.Random(seed)
    rows = [(text,) for text in texts(seed)] if seed % 3 == 0 else [(x,) for x in lists(seed)]
    search = plain_of(task_of(lambda x: x, rows), PROFILE)
    list(search.run(3))
    kind = rng.choice([kind for kind, levels in search._bank.items() if levels.get(3)])
    entry = rng.choice(search._bank[kind][3])
    return Task(name="t", examples=tuple(Example(row, value) for row, value in zip(rows, entry.column, strict=True)))


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("costs", [None, COSTS], ids=["unit", "mixed"])
def test_the_first_answer_costs_the_same(seed, costs):
    task = random_task(seed)
    search = plain_of(task, PROFILE, costs)
    wanted = next(search.run(7), None)
    bank = enumerator(task, costs=costs)
    found = next(bank.run(7), None)
    assert found is not None and wanted is not None
    assert bank.level == search.level, (found, wanted)
    for term in (found, wanted):
        program = to_program(term, len(task.input_types))
        assert all(same(answer(program, e.inputs), e.output) for e in task.examples)


@pytest.mark.parametrize("seed", range(6))
def test_whole_levels_are_tested(seed):
    """What the plain enumerator yields at the first level with a fit, the columnar one yields too, as far as the bank's columns tell them apart."""
    task = random_task(100 + seed)
    search = plain_of(task, PROFILE, variants=True)
    first = next(search.run(4))
    level = search.level
    bank = enumerator(task)
    list(bank.prepare())
    terms = []
    while bank.level < level:
        terms += bank.step()
    assert first.word in {term.word for term in terms} if isinstance(first, Apply) else first in terms


def test_limits_of_the_profile_hold_in_the_bank():
    task = task_of(lambda x: tuple(x), [(x,) for x in lists(5, low=-40, high=40)])
    profile = SHORT.with_limits(int_min=-50, int_max=50, max_list=8)
    bank = filled(task, profile, 3)
    for kind in bank.kinds:
        for column in bank.decode(kind, range(bank.store(kind).count)):
            for value in column:
                items = value if kind == LIST_INT else (value,)
                assert len(items) <= 8 and all(-50 <= int(item) <= 50 for item in items)
    bank.close()


def test_an_end_in_the_middle_of_a_level_leaves_a_sound_bank():
    task = TASKS["lists"](1)
    calls = []
    bank = enumerator(task, testing=False, stop=lambda: len(calls) > 25 or calls.append(1) is not None)
    list(bank.prepare())
    while not bank.stop():
        list(bank.step())
    for kind in bank.kinds:
        runs = bank.runs(kind)
        assert [run.low for run in runs] == [0, *(run.high for run in runs[:-1])][: len(runs)]
        assert not runs or runs[-1].high == bank.store(kind).count
        for number in range(0, bank.store(kind).count, 7):
            program = to_program(bank.term(kind, number), 2)
            (column,) = bank.decode(kind, [number])
            assert all(same(answer(program, e.inputs), v) for e, v in zip(task.examples, column, strict=True))
    bank.close()


def test_inputs_and_constants_that_are_alike_are_one_value():
    task = task_of(lambda a, b: a, [(1, 1), (1, 1), (1, 1)])
    bank = filled(task, PROFILE, 1)
    (kind,) = [kind for kind in bank.kinds if str(kind) == "Int"]
    assert len(set(bank.decode(kind, range(bank.store(kind).count)))) == bank.store(kind).count
    assert bank.term(kind, 0) == Input(0)
    bank.close()


@pytest.mark.parametrize("name", ["lists", "text"])
def test_values_of_shared_lines_are_what_their_terms_mean(name):
    """Those that come from the source of programs by lines."""
    from search.exact.enumerate import FIRST_CODE
    from search.exact.lines import Lines

    task = TASKS[name](6)
    bank = enumerator(task, testing=False, sources=(Lines(counted=True),))
    list(bank.prepare())
    while bank.level < 5:
        list(bank.step())
    rng, seen = random.Random(0), 0
    for kind in bank.kinds:
        store = bank.store(kind)
        made = [number for number in range(store.count) if store.origins[number, 0] >= FIRST_CODE]
        seen += len(made)
        numbers = sorted(rng.sample(made, min(len(made), 300)))
        for number, column in zip(numbers, bank.decode(kind, numbers), strict=True):
            program = to_program(bank.term(kind, number), len(task.input_types))
            for example, value in zip(task.examples, column, strict=True):
                assert same(answer(program, example.inputs, profile=PROFILE), value), (str(program), example.inputs, value)
    assert seen
    bank.close()
