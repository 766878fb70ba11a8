"""The values of the plain stage as a bank: the finders' answers from it fit, and no kernel is compiled for them."""

import subprocess
import sys

import pytest

from dsl.ops import OPS
from dsl.types import STR
from dsl.values import DEFAULT
from search.constants import priced_constants
from search.exact.conditions import Conditions
from search.exact.flash import FlashBank
from search.exact.grammar import productions
from search.exact.pieces import Pieces
from search.exact.plain import PlainSearch
from search.exact.prices import text_costs
from search.postfix import to_program
from search.verify import agrees
from tests.search.exact.small_bank import task

TASKS = [
    [("Nancy FreeHafer", "Dr. Nancy"), ("Andrew Cencici", "Dr. Andrew"), ("Jan Kotas", "Dr. Jan")],
    [("12", "12"), ("-34", "(34)"), ("567", "567"), ("-8", "(8)")],
    [("ada", "m", "Mr. Ada"), ("kay", "f", "Ms. Kay"), ("bob", "m", "Mr. Bob"), ("eve", "f", "Ms. Eve"), ("al", "m", "Mr. Al")],
    [(3, "low"), (70, "high"), (5, "low"), (99, "high"), (2, "low"), (81, "high"), (1, "low"), (64, "high")],
]


def bank_of(given, most=3):
    pushes = priced_constants(given, "discovered", DEFAULT, OPS)
    rules = productions(given.input_types, given.output_type, costs=text_costs(given), constants=[push.type for push, _ in pushes])
    candidates = 20_000
    search = PlainSearch(given, rules, pushes, DEFAULT, stop=lambda: search.candidates >= candidates)
    list(search.run(most))
    search.stop = lambda: False
    return FlashBank.of(search, given.examples[:6])


@pytest.mark.parametrize("rows", TASKS, ids=[rows[0][-1] for rows in TASKS])
def test_finders_answer_from_it(rows):
    given = task(*rows)
    bank = bank_of(given)
    bank.level = 6
    pieces = Pieces()
    terms = [*pieces.look(bank), *Conditions(pieces).look(bank)]
    assert any(agrees(to_program(term, len(given.input_types)), given.examples, DEFAULT) for term in terms)


def test_it_says_what_it_holds():
    given = task(*TASKS[0])
    bank = bank_of(given)
    assert STR in bank.kinds
    runs = bank.runs(STR)
    assert [cost for cost, _, _ in runs] == sorted({cost for cost, _, _ in runs})
    assert runs[0][1] == 0 and runs[-1][2] == bank.store(STR).count
    for cost, first, past in runs:
        assert {bank.cost(STR, number) for number in range(first, past)} == {cost}
    for number in range(0, bank.store(STR).count, 50):
        program = to_program(bank.term(STR, number), 1)
        (values,) = bank.decode(STR, [number])
        assert all(
            agrees(program, [type(example)(example.inputs, value)], DEFAULT) for example, value in zip(bank.examples, values, strict=True)
        )


def test_numba_is_not_imported():
    code = "import sys, search.exact.flash, search.exact.pieces, search.exact.conditions; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
