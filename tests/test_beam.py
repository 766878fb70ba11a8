"""Best-first search over states: an oracle finds its program at once, and whatever is said, only what fits comes out and nothing is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest

from benchmarks.suites import word_set
from dsl.columns.available import available

if not available():
    pytest.skip("the policy's signatures need numba", allow_module_level=True)

from dsl.errors import ConfigError
from dsl.machine import answer
from dsl.program import Push, Word, walk
from dsl.tasks import Example, Task
from dsl.types import INT, LIST_INT, Type
from dsl.values import PROFILES, Stuck, Value
from flowforth import cli
from search.beam.actions import actions
from search.beam.chance import RandomSearch
from search.beam.judge import Answer, Judge, Question
from search.beam.search import BeamSearch
from search.beam.space import Space
from search.exact.grammar import productions
from search.exact.plain import PlainSearch, evaluate
from search.exact.rules import COMMUTATIVE
from search.prior.model import Prior
from search.prior.words import typings
from search.result import SearchResult
from search.settings import Settings
from search.solve import search_of, solve
from search.term import Apply, Input, Term, subterms
from search.verify import same

LISTS = PROFILES["lists"]
WORDS = word_set("lines") or frozenset()
ROWS: tuple[tuple[int, ...], ...] = ((5, -2, 8, 1), (3, 9, -7), (4, 4, 0, -6, 2), (1, -1))
X = Input(0)
UPPER = Task(name="upper", examples=(Example(("ab",), "AB"), Example(("c",), "C")))
NOTHING_FITS = Task(name="nothing", examples=(Example(((1, 2),), (91, 27)), Example(((5,),), (-44,)), Example(((8, 8, 3),), (6, 13, 1))))


def word(name: str, *args: Term) -> Apply:
    return Apply(name, args)


PROGRAMS = {
    "a chain": word("map*2", word("filter>0", word("reverse", word("sort", X)))),
    "two branches": word("zip-", word("sort", X), word("map*2", X)),
    "a value used twice": word("zip+", word("sort", X), word("reverse", word("sort", X))),
    "a number on the way": word("take", word("sort", X), word("count>0", X)),
}
"""Programs over one list that no shorter one of their words equals."""


def task_of(program: Term, **more: object) -> Task:
    """The task that a term over one list is the answer to."""
    examples = tuple(Example((row,), values_of(program, row)) for row in ROWS)
    return replace(Task(name="t", examples=examples), **more)  # type: ignore[arg-type]


def values_of(program: Term, row: Value) -> Value:
    from search.postfix import to_program

    found = answer(to_program(program, 1), (row,), profile=LISTS)
    assert not isinstance(found, Stuck)
    return found


def settings(method: str = "beam", **more: object) -> Settings:
    base = Settings(method=method, budget=60, grace=60, max_candidates=120, ops=WORDS, constants="none", profile=LISTS)
    return replace(base, **more)  # type: ignore[arg-type]


@dataclass
class Oracle:
    """Knows the program: it scores the words of its lines at their arguments, and no others."""

    space: Space
    program: Term
    words: tuple[str, ...]
    asked: int = 0

    def answers(self, questions: Sequence[Question]) -> list[Answer]:
        self.asked += len(questions)
        lines = [part for part in subterms(self.program) if isinstance(part, Apply)]
        known = {self.space.terms[number]: number for number in range(len(self.space.terms))}
        ready = [(line.word, [known[arg] for arg in line.args]) for line in lines if all(arg in known for arg in line.args)]
        found = []
        for lower, upper, *_ in questions:
            rows = np.full((4, len(self.words)), -30.0, np.float32)
            for name, args in ready:
                first = next(iter(args))
                use = {frozenset({upper}): 0, frozenset({lower}): 1, frozenset({lower, upper}): 2 if first == lower else 3}.get(
                    frozenset(args)
                )
                if use is not None:
                    rows[2 if name in COMMUTATIVE and use == 3 else use, self.words.index(name)] = 0.0
            found.append(Answer(rows[0], rows[1], rows[2:], 0.0, 0.0))
        return found

    def nearness(self, numbers: Iterable[int]) -> list[float]:
        return [0.0 for _ in numbers]


def space_of(task: Task) -> Space:
    return Space.of(task, task.examples, (), LISTS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_with_an_oracle_as_many_states_are_gone_on_from_as_the_program_has_words(name: str) -> None:
    program, task = PROGRAMS[name], task_of(PROGRAMS[name])
    num = len({part for part in subterms(program) if isinstance(part, Apply)})
    search = BeamSearch(task, settings())
    search.space = space_of(task)
    found = next(search.best_first(Oracle(search.space, program, tuple(sorted(WORDS)))))  # type: ignore[arg-type]
    assert [values_of(found, row) for row in ROWS] == [example.output for example in task.examples]
    spare = 1 if name in ("two branches", "a number on the way") else 0  # it does not say which of two branches comes first
    assert num <= search.expanded <= num + spare and num <= search.space.executed <= num + spare


def check(task: Task, using: Settings) -> SearchResult:
    """A search whose every answer is run again here."""
    result = solve(task, using)
    for fit in result.ranking.fits:
        assert all(same(answer(fit.program, e.inputs, profile=using.profile), e.output) for e in task.examples), str(fit.program)
    return result


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_comes_out_fits_and_two_runs_are_equal(name: str) -> None:
    task = task_of(PROGRAMS[name])
    few = frozenset({*(part.word for part in subterms(PROGRAMS[name]) if isinstance(part, Apply)), "map/2"})
    one, two = (check(task, settings(ops=few, max_candidates=400, max_fits=1)) for _ in range(2))
    assert one.solved
    assert [fit.program for fit in one.ranking.fits] == [fit.program for fit in two.ranking.fits]
    assert one.candidates == two.candidates <= 400 and one.executions == two.executions


def test_a_smaller_count_gives_what_came_first() -> None:
    """So that counts are a budget, and nothing depends on how many there are to come."""
    for method in ("beam", "random"):
        kept = []
        for count in (40, 120):
            search = search_of(method)(task_of(PROGRAMS["a chain"]), settings(method))
            search.stop = lambda search=search, count=count: search.progress.candidates >= count
            kept.append([term for term in search.run() if search.progress.candidates <= 40])
        assert kept[0] == kept[1]


FEW = frozenset({"reverse", "sort", "zip-", "head", "take"})


def columns_by_plain_search(task: Task, size: int) -> set[tuple[Type, tuple[Value, ...]]]:
    rules = productions(task.input_types, task.output_type, ops=FEW)
    search = PlainSearch(task, rules, (), LISTS)
    list(search.run(size))
    return {(kind, column) for kind, columns in search._seen.items() for column in columns}


@pytest.mark.parametrize("near", [True, False])
def test_gone_to_the_end_it_has_made_everything_that_the_plain_enumerator_makes(near: bool) -> None:
    task, size = task_of(word("map**2", X)), 3
    search = BeamSearch(task, settings(ops=FEW, max_size=size, max_candidates=None))
    search.space = space_of(task)
    judge = search.judge(Prior.shipped())
    if not near:
        judge.nearness = lambda numbers: [0.0 for _ in numbers]  # type: ignore[method-assign]
    assert not list(search.best_first(judge))
    assert search.progress.exhausted
    made = set(zip(search.space.kinds, search.space.columns, strict=True))
    assert made >= columns_by_plain_search(task, size)


def test_a_search_that_tried_everything_says_so() -> None:
    result = check(NOTHING_FITS, settings(ops=FEW, max_size=2, max_candidates=None))
    assert result.status == "exhausted"


def test_nothing_is_executed_twice_and_equal_values_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[object, ...]] = []

    def counted(reference: object, profile: object, columns: Sequence[tuple[Value, ...]]) -> object:
        calls.append((reference, *columns))
        return evaluate(reference, profile, columns)  # type: ignore[arg-type]

    monkeypatch.setattr("search.beam.space.evaluate", counted)
    search = BeamSearch(NOTHING_FITS, settings())
    search.stop = lambda: search.progress.candidates >= 100
    assert not list(search.run())
    assert len(calls) == len(set(calls)) == search.progress.candidates == 100
    assert search.space is not None
    made = list(zip(search.space.kinds, search.space.columns, strict=True))
    assert len(made) == len(set(made))


@pytest.mark.parametrize("method", ["beam", "random"])
def test_words_and_sizes_are_the_settings(method: str) -> None:
    task = task_of(PROGRAMS["a chain"])
    few = frozenset({"map*2", "filter>0", "reverse", "sort", "map+1"})
    result = check(task, settings(method, ops=few, max_candidates=1_000, max_fits=1))
    assert result.solved
    assert all({word.name for word in walk(fit.program.body) if isinstance(word, Word)} <= few for fit in result.ranking.fits)
    assert not check(task, settings(method, ops=few, max_size=3, max_candidates=100)).solved


@pytest.mark.parametrize("kinds", [(None, LIST_INT), (LIST_INT, LIST_INT), (LIST_INT, INT), (INT, INT)])
def test_actions_are_those_that_the_types_allow_each_once(kinds: tuple[Type | None, Type]) -> None:
    words = ("sort", "take", "zip-", "zip+", "sum", "+", "abs")
    found = actions(words, *kinds, [(7, INT)])
    types = {-1: kinds[0], -2: kinds[1], 7: INT}
    seen = set()
    for number, args, result in zip(found.words.tolist(), found.args, found.results, strict=True):
        assert (tuple(types[arg] for arg in args), result) in typings(words[number])
        assert {-1, -2} & set(args) == ({-2} if kinds[0] is None else {-1, -2})
        seen.add((number, frozenset(args) if words[number] in ("+", "zip+") else args))
    assert len(seen) == len(found.args)
    assert seen == {
        (number, frozenset(args) if words[number] in ("+", "zip+") else args)
        for number, name in enumerate(words) for wanted, _ in typings(name) for args in product((-1, -2, 7), repeat=len(wanted))
        if tuple(types[arg] for arg in args) == wanted and {-1, -2} & set(args) == ({-2} if kinds[0] is None else {-1, -2})
    }  # fmt: skip
    for number, turned in {(number, turned) for number, turned in zip(found.words.tolist(), found.turned.tolist(), strict=True)}:
        group = (found.words == number) & (found.turned == turned)
        assert np.exp(found.odds[group]).sum() == pytest.approx(1)
        firsts = {next(arg for arg in args if arg < 0) for args, one in zip(found.args, group.tolist(), strict=True) if one}
        assert kinds[0] is None or words[number] in ("+", "zip+") or firsts == {-2 if turned else -1}


def test_literals_are_arguments() -> None:
    task = Task(name="t", examples=tuple(Example((row,), row[:2]) for row in ROWS), constants=(2,))
    result = check(task, settings(ops=frozenset({"take", "sort", "reverse"}), constants="given", max_fits=1))
    assert result.solved and any(isinstance(part, Push) for part in walk(result.ranking.fits[0].program.body))


def test_the_policy_makes_a_difference() -> None:
    """Else the search would be by chance."""
    task = task_of(PROGRAMS["a chain"])
    assert solve(task, settings(max_fits=1)).candidates < 0.5 * solve(task, settings("random", max_fits=1)).candidates


@pytest.mark.parametrize("error", [ConfigError("no weights here"), ImportError("no safetensors here")])
def test_without_weights_the_search_is_the_exact_one(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Prior:
        raise error

    monkeypatch.setattr(Prior, "shipped", refuse)
    task = task_of(PROGRAMS["a chain"])
    ours, exact = (check(task, settings(method, max_size=4, max_candidates=5_000)) for method in ("beam", "exact"))
    assert [fit.program for fit in ours.ranking.fits] == [fit.program for fit in exact.ranking.fits]
    assert ours.candidates == exact.candidates and ours.status == exact.status
    assert any(str(error) in line for line in ours.explanation)


def test_text_is_left_to_the_exact_search() -> None:
    result = check(UPPER, settings(ops=frozenset({"upper", "lower", "concat"}), max_size=2))
    assert result.solved and any("numbers" in line for line in result.explanation)


def test_without_compiled_code_the_search_is_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.prior.ready.is_ready", lambda: False)
    result = check(task_of(word("sort", X)), settings(max_size=2))
    assert result.solved and any("flowforth warm" in line for line in result.explanation)


def test_who_names_the_method_hears_that_it_was_another(capsys: pytest.CaptureFixture[str]) -> None:
    task = ['"ab" -> "AB"', '"c" -> "C"', "--ops", "upper", "lower", "--max-size", "2"]
    assert cli.main(["solve", *task, "--method", "beam"]) == 0
    assert "flowforth: warning: the learned prior cannot be used: the prior knows tasks on numbers" in capsys.readouterr().err
    assert cli.main(["solve", *task]) == 0
    assert "warning" not in capsys.readouterr().err


def test_an_input_that_is_the_output_is_found_at_once() -> None:
    task = Task(name="t", examples=tuple(Example((row, row[::-1]), row[::-1]) for row in ROWS))
    for method in ("beam", "random"):
        result = check(task, settings(method, max_candidates=5))
        assert result.solved and result.num_fits >= 1


def test_random_runs_differ_by_their_seed_alone() -> None:
    def drawn(seed: int) -> list[object]:
        search = RandomSearch(NOTHING_FITS, settings("random", seed=seed))
        search.stop = lambda: search.progress.candidates >= 100
        list(search.run())
        return [search.progress.kept, search.progress.candidates]

    assert drawn(1) == drawn(1)
    assert any(drawn(1) != drawn(seed) for seed in range(2, 6))


def test_the_judge_asks_once_for_each_question_and_value() -> None:
    task = task_of(PROGRAMS["a chain"])
    search = BeamSearch(task, settings())
    search.space = space_of(task)
    judge = search.judge(Prior.shipped())
    assert isinstance(judge, Judge)
    number = search.space.apply("sort", (0,), LIST_INT)
    assert number is not None
    alone, both = Question(None, 0, False, False, 0), Question(0, number, True, False, 1)
    first = judge.answers([alone, both]), judge.nearness([number])
    other = judge.answers([Question(0, number, False, False, 1)])
    judge.policy = None  # type: ignore[assignment]
    again = judge.answers([both, alone]), judge.nearness([number])
    assert again == (first[0][::-1], first[1])
    assert not np.allclose(first[0][1].upper, other[0].upper, atol=1e-3)  # whether a value was used makes a difference
