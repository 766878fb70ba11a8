"""Running results: what the source adds is what its terms mean."""

import pytest

from dsl.columns.compile import available
from dsl.tasks import Example, Task
from dsl.types import LIST_INT
from dsl.values import DEFAULT
from search.exact.grammar import productions
from search.exact.scans import BODIES, Scans, scanned
from search.postfix import to_program
from search.verify import agrees
from tests.search.terms import evaluate

ROWS = [((3, 1, 4, -2),), ((2, 7),), ((),), ((5, 5, 1),)]
WORDS = frozenset({"scan", "last", "sort", "+", "*", "max", "min", "-"})
PROFILE = DEFAULT.with_limits(max_list=8, max_str=8)


@pytest.mark.skipif(not available(), reason="the columnar search needs numba")
def test_values_are_what_their_terms_mean():
    from search.exact.enumerate import FIRST_CODE, Enumerator

    task = Task(name="t", examples=tuple(Example(row, tuple(scanned(1, tuple(sorted(row[0])), DEFAULT) or ())) for row in ROWS))
    rules = productions(task.input_types, task.output_type, ops=WORDS)
    bank = Enumerator(task, task.examples, rules, (), PROFILE, 16 << 20, words=WORDS, sources=(Scans(),), testing=False)
    list(bank.prepare())
    for _ in range(4):
        list(bank.step())
    store = bank.store(LIST_INT)
    made = [n for n in range(store.count) if store.origins[n, 0] >= FIRST_CODE]
    assert len(made) >= 8
    for number in made:
        term = bank.term(LIST_INT, number)
        (values,) = bank.decode(LIST_INT, [number])
        assert [evaluate(term, example.inputs) for example in task.examples] == list(values), str(to_program(term, 1))
    assert any(agrees(to_program(bank.term(LIST_INT, number), 1), task.examples, DEFAULT) for number in made)


def test_a_stuck_body_gives_nothing():
    assert scanned(BODIES.index(("div", 0)), (3, 0), DEFAULT) is None
    assert scanned(BODIES.index(("-", 1)), (3, 5, 9), DEFAULT) == [3, 2, 7]
