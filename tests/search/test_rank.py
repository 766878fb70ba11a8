"""The order of fits, and the inputs on which they are compared."""

import time

import pytest

from dsl.machine import answer
from dsl.parser import parse
from dsl.tasks import Example, Task
from dsl.types import type_of
from dsl.values import DEFAULT, Stuck
from search.probe import NUM_PROBES, probes
from search.rank import rank
from search.verify import Fit, agrees

LARGEST = Task(name="largest", examples=(Example(((3, 1, 2),), 3), Example(((5,),), 5)))
TEXT = Task(name="text", examples=(Example(("ada lovelace", 3), "ada"), Example(("grace hopper", 5), "grace")))
BOOLS = Task(name="bools", examples=(Example((True, ((1,), (2, 3)), ("a", "b")), (True,)), Example((False, (), ()), (False,))))


def fit(text, cost):
    return Fit(parse(text), len(parse(text)), cost, 0.0)


class TestOrder:
    def test_shorter_descriptions_first(self):
        ranking = rank([fit("sort last", 2.1), fit("head", 1.1)], LARGEST, DEFAULT)
        assert [str(one.program) for one in ranking.fits] == ["head", "sort last"]

    def test_among_equals_what_most_fits_do(self):
        fits = [fit("head", 1.1), fit("maximum", 1.1), fit("sort last", 2.1), fit("sort reverse head", 3.1)]
        ranking = rank(fits, LARGEST, DEFAULT)
        assert [str(one.program) for one in ranking.fits] == ["maximum", "head"]
        assert ranking.agreement == (0.75, 0.25)

    def test_one_program_for_each_behaviour(self):
        ranking = rank([fit("sort last", 2.1), fit("maximum", 1.1), fit("sort reverse head", 3.1)], LARGEST, DEFAULT)
        assert [str(one.program) for one in ranking.fits] == ["maximum"]
        assert ranking.agreement == (1.0,)
        assert ranking.disagreement is None

    def test_the_disagreement_is_real_and_no_example(self):
        ranking = rank([fit("head", 1.1), fit("maximum", 1.1)], LARGEST, DEFAULT)
        gap = ranking.disagreement
        assert gap is not None
        assert gap.inputs not in [example.inputs for example in LARGEST.examples]
        assert gap.answers == tuple(answer(one.program, gap.inputs) for one in ranking.fits[:2])
        assert gap.answers[0] != gap.answers[1]
        assert not any(isinstance(value, Stuck) for value in gap.answers)

    def test_stuck_and_not_stuck_is_a_difference(self):
        ranking = rank([fit("head", 1.1), fit("0 nth", 2.1), fit("1 take sum", 3.1)], LARGEST, DEFAULT)
        assert str(ranking.fits[0].program) == "head"
        assert len(ranking.fits) <= 2

    def test_the_order_of_finding_decides_nothing(self):
        fits = [fit("head", 1.1), fit("maximum", 1.1), fit("sort last", 2.1), fit("0 nth", 2.1)]
        assert rank(fits, LARGEST, DEFAULT) == rank(fits[::-1], LARGEST, DEFAULT)

    def test_no_time_leaves_the_shortest(self):
        ranking = rank([fit("sort last", 2.1), fit("head", 1.1)], LARGEST, DEFAULT, until=time.perf_counter() - 1)
        assert [str(one.program) for one in ranking.fits] == ["head"]

    def test_nothing_to_rank(self):
        assert rank([], LARGEST, DEFAULT).fits == ()


class TestProbes:
    @pytest.mark.parametrize("task", [LARGEST, TEXT, BOOLS], ids=lambda task: task.name)
    def test_are_inputs_of_the_tasks_types_and_new(self, task):
        rows = probes(task, seed=3)
        assert len(rows) == len(set(rows)) > NUM_PROBES // 2
        for row in rows:
            assert row not in [example.inputs for example in task.examples]
            for value, kind in zip(row, task.input_types, strict=True):
                assert type_of(value) == kind or value == ()

    def test_the_same_seed_gives_the_same(self):
        assert probes(TEXT, seed=5) == probes(TEXT, seed=5)
        assert probes(TEXT, seed=5) != probes(TEXT, seed=6)

    def test_they_tell_programs_apart_that_the_examples_do_not(self):
        for task, one, other in ((LARGEST, "head", "maximum"), (TEXT, "left", 'drop " " before')):
            first, second = parse(one), parse(other)
            assert agrees(first, task.examples, DEFAULT) and agrees(second, task.examples, DEFAULT)
            assert any(answer(first, row) != answer(second, row) for row in probes(task))

    def test_there_may_be_few(self):
        assert isinstance(probes(Task(name="one", examples=(Example((True,), False),))), list)
