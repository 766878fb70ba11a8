"""Functions with closures: what contexts add to the bank is what their terms mean, and what they find is right."""

import random
from itertools import islice

import pytest

from dsl.columns.compile import available
from dsl.tasks import Example, Task
from dsl.types import INT, LIST_INT
from dsl.values import DEFAULT, Stuck
from search.exact.contexts import Contexts
from search.exact.grammar import productions
from search.exact.plain import literals
from search.postfix import to_program
from search.term import Apply
from search.verify import agrees
from tests.search.terms import evaluate

pytestmark = pytest.mark.skipif(not available(), reason="the columnar search needs numba")

EACH = frozenset({"map", "filter", "count", "any", "all", "zip-with", "map-index", "filter-index", "positions-where", "scan"})
WORDS = EACH | {"+", "-", "*", "mod", "even?", ">", "zero?", "minimum", "sort", "take", "if"}
PROFILE = DEFAULT.with_limits(max_list=16, max_str=8)


def task_of(meaning, rows):
    return Task(name="t", examples=tuple(Example(row, meaning(*row)) for row in rows))


def enumerator(task, words=WORDS, numbers=(1, 2), *, looking=True):
    from search.exact.enumerate import Enumerator

    constants = literals(numbers)
    rules = productions(task.input_types, task.output_type, ops=words, constants=[push.type for push, _ in constants])
    contexts = Contexts(share=20.0)  # as good as unlimited
    finders = (contexts,) if looking else ()
    return Enumerator(
        task, task.examples, rules, constants, PROFILE, 64 << 20, words=words, sources=(contexts,), finders=finders, testing=False
    )


def lists(seed, count=5):
    rng = random.Random(seed)
    return [tuple(rng.randint(-20, 20) for _ in range(rng.randint(3, 8))) for _ in range(count)]


def test_values_are_what_their_terms_mean():
    from search.exact.enumerate import FIRST_CODE

    task = task_of(lambda x, k: tuple(v * k for v in x), [(x, k) for x, k in zip(lists(1), (3, 1, 2, 5, 4), strict=True)])
    bank = enumerator(task, looking=False)
    list(bank.prepare())
    for _ in range(3):
        list(bank.step())
    words = set()
    rng = random.Random(0)
    for kind in bank.kinds:
        made = [n for n in range(bank.store(kind).count) if bank.store(kind).origins[n, 0] >= FIRST_CODE]
        for number in rng.sample(made, min(len(made), 1000)):
            term = bank.term(kind, number)
            (values,) = bank.decode(kind, [number])
            if isinstance(term, Apply):
                words.add(term.word)
            for example, value in zip(task.examples, values, strict=True):
                meant = evaluate(term, example.inputs)
                assert not isinstance(meant, Stuck) and meant == value, (str(to_program(term, 2)), example, value)
    assert {"map", "filter", "count", "zip-with"} <= words


@pytest.mark.parametrize(
    ("meaning", "inputs"),
    [
        (lambda x, k: tuple(v * k + 1 for v in x), 2),
        (lambda x: tuple(v - min(x) for v in x), 1),
        (lambda x, k: tuple(v for v in x if v % k == 0), 2),
        (lambda x: tuple(v * 2 if v % 2 == 0 else v + 1 for v in x), 1),
        (lambda x: tuple(v % 2 == 0 for v in x), 1),
        (lambda x: tuple(v * i for i, v in enumerate(x)), 1),
        (lambda x: tuple(i for i, v in enumerate(x) if v > 2), 1),
        (lambda x, k: sum(v > k for v in x), 2),
        (lambda x: _running(x), 1),
    ],
)
def test_finds(meaning, inputs):
    task = task_of(meaning, [(x, k)[:inputs] for x, k in zip(lists(2), (3, 1, 2, 5, 4), strict=True)])
    bank = enumerator(task)
    assert any(agrees(to_program(term, inputs), task.examples, DEFAULT) for term in islice(bank.run(5), 200))


def _running(x):
    found = [x[0]]
    for v in x[1:]:
        found.append(found[-1] + 2 * v)
    return tuple(found)


def test_further_numbers_are_for_goals_alone():
    task = task_of(lambda x: tuple(v + 7 for v in x), [(x,) for x in lists(4)])
    bank = enumerator(task)
    bank.sources[0].numbers = (7,)
    assert any(agrees(to_program(term, 1), task.examples, DEFAULT) for term in islice(bank.run(4), 100))


def test_words_that_are_not_allowed_are_not_used():
    words = WORDS - {"map", "zip-with", "scan", "map-index"}
    task = task_of(lambda x, k: tuple(v * k + 1 for v in x), [(x, k) for x, k in zip(lists(3), (3, 1, 2, 5, 4), strict=True)])
    bank = enumerator(task, words, looking=False)
    list(bank.prepare())
    for _ in range(3):
        list(bank.step())
    for kind in (LIST_INT, INT):
        for number in range(min(bank.store(kind).count, 3000)):
            term = bank.term(kind, number)
            assert not isinstance(term, Apply) or term.word in words


def test_counted_work_is_always_the_same():
    task = task_of(lambda x: tuple(v * 2 if v % 2 == 0 else v - min(x) for v in x), [(x,) for x in lists(5)])

    def terms():
        bank = enumerator(task)
        bank.sources[0].counted, bank.sources[0].share = True, 0.5
        return list(islice(bank.run(4), 60)), bank.sources[0].candidates

    assert terms() == terms()
