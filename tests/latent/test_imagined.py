"""Lines that an executor imagines: with one that is never wrong one program is run, with one that is wrong, more, and nothing that does not fit comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.columns.available import available

if not available():
    pytest.skip("the policy's signatures need numba", allow_module_level=True)

from dsl.machine import answer
from dsl.tasks import Example, Task
from dsl.values import PROFILES, Value
from search.latent.imagined import Imagined, ImaginedSearch
from search.latent.machine import Guess
from search.latent.programs import Stack
from search.latent.search import FOLLOWED, LatentSearch
from search.latent.settings import Sampling
from search.latent.shown import Shown
from search.postfix import to_program
from search.solve import visible
from search.term import Apply, Input, Term, subterms
from tests.latent.oracle import Oracle
from tests.test_beam import NOTHING_FITS, PROGRAMS, ROWS, WORDS, settings, task_of, values_of
from tests.test_beam import Oracle as Told

LISTS = PROFILES["lists"]


def imagining(
    task: Task, machine: Oracle, most: int = 64, grounded: int = 0, *, lines: bool = False
) -> tuple[LatentSearch, ImaginedSearch]:
    """A search, and the one that counts for it."""
    outer = LatentSearch(task, settings("latent", max_candidates=most))
    outer.stop = lambda: outer.progress.candidates >= most
    space = Imagined(task.examples, LISTS, machine=machine, shown=Shown(task.examples, LISTS, lines=lines)).begun(task, ())
    inner = ImaginedSearch(
        task, outer.settings, outer.stop, outer.progress, space=space, run_term=outer.run_term, tried=outer.tried, grounded=grounded
    )
    return outer, inner


def found(inner: ImaginedSearch, program: Term) -> Iterator[Term]:
    assert inner.space is not None
    return inner.best_first(Told(inner.space, program, tuple(sorted(WORDS))))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PROGRAMS)
def test_one_program_is_run_where_the_executor_is_never_wrong(name: str) -> None:
    """And few lines are imagined, by one call of the executor a step."""
    program, task = PROGRAMS[name], task_of(PROGRAMS[name])
    outer, inner = imagining(task, Oracle(profile=LISTS), most=1)
    term = next(found(inner, program))
    assert [values_of(term, row) for row in ROWS] == [example.output for example in task.examples]
    assert outer.progress.candidates == 1 and list(outer.tried) == [term]


def wrong_about(program: Term) -> Oracle:
    """An executor that does something else instead of the last word, where that takes one value."""
    assert isinstance(program, Apply)
    other = {1: "reverse", 2: "zip-max"}[len(program.args)]
    return Oracle(profile=LISTS, wrong={program.word: other})


@pytest.mark.parametrize("name", ["a chain", "a value used twice"])
def test_a_wrong_executor_costs_programs_and_a_likely_one_is_run_all_the_same(name: str) -> None:
    program, task = PROGRAMS[name], task_of(PROGRAMS[name])
    outer, inner = imagining(task, wrong_about(program))
    term = next(found(inner, program))
    assert [values_of(term, row) for row in ROWS] == [example.output for example in task.examples]
    assert 1 < outer.progress.candidates <= 64


def test_what_is_imagined_right_and_is_not_does_not_come_out() -> None:
    """The executor takes `map/2` for `map*2`: the output is imagined, and the program is no answer."""
    program = PROGRAMS["a chain"]
    assert isinstance(program, Apply)
    task, lie = task_of(program), Apply("map/2", program.args)
    outer, inner = imagining(task, Oracle(profile=LISTS, wrong={"map/2": "map*2"}), most=12)
    assert not list(found(inner, lie))
    assert lie in outer.tried and outer.progress.candidates == 12 and not outer.progress.exhausted


def sorted_of(inner: ImaginedSearch) -> tuple[object, ...]:
    """What the input sorted is thought to be by now."""
    assert isinstance(inner.space, Imagined)
    number = inner.space.again(Apply("sort", (Input(0),)))
    assert number is not None
    return inner.space.columns[number]


def test_grounding_puts_what_the_machine_makes_in_place_of_what_was_imagined() -> None:
    """An error in the first line does not reach the last: the output is imagined right, and nothing is run but what is grounded, and the answer."""
    program = PROGRAMS["a chain"]
    task, right = task_of(program), tuple(tuple(sorted(row)) for row in ROWS)
    outer, inner = imagining(task, Oracle(profile=LISTS, wrong={"sort": "map+1"}))
    assert inner.space is not None
    number = inner.space.apply("sort", (0,), task.input_types[0])
    assert number is not None and inner.space.columns[number] != right
    outer, inner = imagining(task, Oracle(profile=LISTS, wrong={"sort": "map+1"}), grounded=8)
    assert next(found(inner, program)) == program
    assert sorted_of(inner) == right
    assert outer.progress.candidates == len(outer.tried) <= 9


def test_states_that_the_machine_cannot_reach_are_given_up() -> None:
    """The executor makes something of the head of an empty list; the machine does not, and the search goes on with other states."""
    task = Task(name="t", examples=(Example(((),), (7,)), Example(((3,),), (8,)), Example(((4, 1),), (9,))))
    outer, inner = imagining(task, Oracle(profile=PROFILES["default"], wrong={"head": "sum"}), most=40, grounded=8)
    outer.settings = inner.settings = replace(outer.settings, profile=PROFILES["default"])
    stuck = Apply("head", (Input(0),))
    assert not list(found(inner, Apply("take", (Apply("sort", (Input(0),)), stuck))))
    assert isinstance(inner.space, Imagined) and outer.tried[stuck][0] is None
    assert stuck in inner.space.shown and inner.space.of_machine(stuck) is None


@pytest.mark.parametrize("lines", [True, False])
def test_a_program_that_is_run_tells_of_its_lines(lines: bool) -> None:
    """The executor is wrong about the first line alone. A run of any program with that line mends all others that have it, at no cost."""
    program, right = Apply("last", (Apply("sort", (Input(0),)),)), tuple(tuple(sorted(row)) for row in ROWS)
    task = task_of(program)
    outer, inner = imagining(task, Oracle(profile=LISTS, wrong={"sort": "map+1"}), lines=lines)
    answers = list(found(inner, program))
    assert program in answers and Apply("sort", (Input(0),)) not in outer.tried, "it is no answer, so it is never run for itself"
    assert (sorted_of(inner) == right) == lines
    assert outer.progress.candidates == len(outer.tried), "values taken down on the way are no runs"
    assert all([values_of(term, row) for row in ROWS] == [example.output for example in task.examples] for term in answers)


def test_values_have_a_term_that_makes_them() -> None:
    """What was imagined of a wrong line stands for it no longer once the machine has shown another to make it, and inputs stay what they are."""
    task = task_of(PROGRAMS["a chain"])
    _, inner = imagining(task, Oracle(profile=LISTS, wrong={"sort": "reverse"}), lines=True)
    space, kind = inner.space, task.input_types[0]
    assert isinstance(space, Imagined)
    sort, turned = Apply("sort", (Input(0),)), Apply("reverse", (Input(0),))
    number = space.apply("sort", (0,), kind)
    assert number is not None and space.terms[number] == sort and space.apply("reverse", (0,), kind) == number
    space.shown.note(sort)
    space.shown.note(turned)
    assert space.of_machine(turned) == number and space.terms[number] == turned
    real = space.of_machine(sort)
    assert real is not None and real != number and space.terms[real] == sort
    space.shown.note(Apply("reverse", (turned,)))
    assert space.apply("reverse", (number,), kind) == 0 and space.terms[0] == Input(0)


class Broken(Oracle):
    """Says what is no stack of the machine's sorted first row, and takes nothing for stuck."""

    def _guess(self, stack: Stack, word: str, constants: Sequence[Value]) -> Guess:
        return Guess(None, 0.0) if (word, stack) == ("sort", (ROWS[0],)) else super()._guess(stack, word, constants)


def test_a_line_that_is_broken_on_one_example_is_run_where_states_are_grounded() -> None:
    program = PROGRAMS["a chain"]
    task = task_of(program)
    for grounded, mended in ((0, False), (8, True)):
        outer, inner = imagining(task, Broken(profile=LISTS), grounded=grounded)
        assert isinstance(inner.space, Imagined)
        inner.space.mend = inner.mend
        answers = list(found(inner, program))
        number = inner.space._done["sort", (0,)]
        assert (number is not None) == mended == bool(answers)
        assert (Apply("sort", (Input(0),)) in outer.tried) == mended
        if number is not None:
            assert inner.space.columns[number] == tuple(tuple(sorted(row)) for row in ROWS)


def test_what_is_stuck_is_not_run() -> None:
    """The head of an empty list: one example is stuck, and says so."""
    empty = Task(name="t", examples=(Example(((),), 1), Example(((3,),), 3)))
    outer, inner = imagining(empty, Oracle(profile=PROFILES["default"]), grounded=8)
    assert isinstance(inner.space, Imagined)
    inner.space.mend = inner.mend
    assert inner.space.apply("head", (0,), empty.output_type) is None and not outer.tried


def test_the_same_line_is_imagined_once_and_stuck_ones_make_nothing() -> None:
    task, machine = task_of(PROGRAMS["a chain"]), Oracle(profile=LISTS)
    _, inner = imagining(task, machine)
    space = inner.space
    assert isinstance(space, Imagined)
    list_of_ints = task.input_types[0]
    space.prepare([("sort", (0,), list_of_ints), ("reverse", (0,), list_of_ints), ("sort", (0,), list_of_ints)])
    assert machine.evaluations == 2 * len(ROWS) and space.executed == 2
    number = space.apply("sort", (0,), list_of_ints)
    assert machine.evaluations == 2 * len(ROWS)
    assert number is not None and space.columns[number] == tuple(tuple(sorted(row)) for row in ROWS)
    empty = Task(name="t", examples=(Example(((),), 1), Example(((3,),), 3)))
    _, inner = imagining(empty, machine)
    assert isinstance(inner.space, Imagined) and inner.space.apply("head", (0,), empty.output_type) is None


@pytest.fixture
def oracle(monkeypatch: pytest.MonkeyPatch) -> Oracle:
    made = Oracle(profile=LISTS, width=64)
    monkeypatch.setattr(LatentSearch, "_machine", lambda self: made)
    return made


def searching(task: Task, sampling: Sampling, most: int) -> LatentSearch:
    search = LatentSearch(visible(task), settings("latent", max_candidates=most), sampling=sampling)
    search.stop = lambda: search.progress.candidates >= most
    return search


def test_with_the_shipped_policy_few_programs_are_run_and_the_limit_counts_them(oracle: Oracle) -> None:
    task = task_of(PROGRAMS["a chain"])
    search = searching(task, Sampling(), 64)
    term = next(search.run())
    assert answer(to_program(term, 1), (ROWS[0],), profile=LISTS) == task.examples[0].output
    assert search.imagined is not None and search.imagined.space is not None
    assert len(search.imagined.space.examples) == len(ROWS) > FOLLOWED
    assert search.progress.candidates < search.imagined.space.executed, "lines are imagined, not run"
    assert f"{search.imagined.space.executed:,} lines were imagined" in " ".join(search.explain())
    none = searching(NOTHING_FITS, Sampling(), 10)
    assert not list(none.run()) and none.progress.candidates == 10 == len(none.tried)


def test_equal_searches_run_equal_programs(oracle: Oracle) -> None:
    ran = []
    for _ in range(2):
        search = searching(NOTHING_FITS, Sampling(), 20)
        list(search.run())
        ran.append(list(search.tried))
    assert ran[0] == ran[1]


def test_without_lines_and_without_a_policy_roll_outs_are_drawn(oracle: Oracle, monkeypatch: pytest.MonkeyPatch) -> None:
    task = task_of(PROGRAMS["a chain"])
    search = searching(task, Sampling(lines=False), 5)
    list(search.run())
    assert search.imagined is None and search.rounds
    monkeypatch.setattr("search.prior.ready.is_ready", lambda: False)
    search = searching(task, Sampling(), 5)
    list(search.run())
    assert search.imagined is None and search.rounds


def test_subterms_of_what_comes_out_are_made_of_the_words_allowed(oracle: Oracle) -> None:
    few = frozenset({"map*2", "filter>0", "reverse", "sort"})
    search = searching(task_of(PROGRAMS["a chain"]), Sampling(), 64)
    search.settings = replace(search.settings, ops=few)
    term = next(search.run())
    assert {part.word for part in subterms(term) if isinstance(part, Apply)} <= few
