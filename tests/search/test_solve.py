"""One search: what it finds, what it may look at, and that nothing unverified ever leaves it, whatever is broken inside."""

import random
from dataclasses import replace

import pytest

from dsl.machine import answer
from dsl.tasks import Example, Task
from dsl.types import LIST_INT
from dsl.values import PROFILES
from flowforth import cli
from search.exact import plain
from search.exact.search import ExactSearch
from search.settings import Settings
from search.solve import solve, visible
from search.term import Apply, Input
from search.verify import agrees, same, verify
from tests.search.terms import random_term

SORTED = Task(
    name="sorted", examples=(Example(((3, 1, 2),), (1, 2, 3)), Example(((9, 7),), (7, 9))), held_out=(Example(((5, 4),), (4, 5)),)
)
SECOND = Task(name="second", examples=(Example(((3, 1, 2),), 2), Example(((9, 7, 8, 1),), 8), Example(((4, 4),), 4)))
STEADY = Settings(method="plain", max_candidates=20_000, budget=60, grace=60)
"""Limited by candidates, so that the clock decides nothing."""


class TestFinds:
    @pytest.mark.parametrize("method", ["exact", "plain"])
    @pytest.mark.parametrize("task", [SORTED, SECOND], ids=lambda task: task.name)
    def test_small_programs(self, task, method):
        result = solve(task, Settings(method=method, budget=20))
        assert result.solved and result.status == "solved"
        assert all(agrees(fit.program, task.examples, result.settings.profile) for fit in result.ranking.fits)

    def test_better_ones_are_announced_as_they_come(self):
        announced = []
        result = solve(SECOND, STEADY, on_fit=announced.append)
        costs = [fit.cost for fit in announced]
        assert costs == sorted(costs, reverse=True) and len(set(costs)) == len(costs)
        assert costs[-1] == min(fit.cost for fit in result.collected)
        assert len(result.collected) == result.num_fits and set(announced) <= set(result.collected)

    def test_an_input_may_be_the_answer(self):
        assert len(solve(Task(name="same", examples=(Example((5,), 5), Example((7,), 7))), STEADY).program) == 0

    def test_the_same_seed_gives_the_same_programs(self):
        first, second = (solve(SECOND, STEADY) for _ in range(2))
        assert [fit.program for fit in first.ranking.fits] == [fit.program for fit in second.ranking.fits]
        assert first.ranking.agreement == second.ranking.agreement
        assert first.candidates == second.candidates

    def test_words_can_be_restricted(self):
        result = solve(SORTED, replace(STEADY, ops=frozenset({"reverse", "take", "head"})))
        assert not result.solved and result.status == "exhausted"
        result = solve(SORTED, replace(STEADY, without=frozenset({"sort"})))
        assert all("sort" not in str(fit.program).split() for fit in result.ranking.fits)

    def test_the_profile_is_the_searches_and_the_checks(self):
        task = Task(name="half", examples=(Example((-7,), -3), Example((9,), 4), Example((-1,), 0)))
        result = solve(task, replace(STEADY, profile=PROFILES["deepcoder"]))
        assert result.solved
        assert agrees(result.program, task.examples, PROFILES["deepcoder"])
        assert str(result.program) == "/2"


class TestHeldOut:
    def test_never_touched_by_the_search(self):
        """The held-out examples are an object that raises when anything but the final scoring looks at it."""

        class Guarded:
            armed = True

            def __getattribute__(self, name):
                if name != "__class__" and Guarded.armed:
                    raise AssertionError(f"held-out examples touched: {name}")
                return object.__getattribute__(self, name)

            def __iter__(self):
                if Guarded.armed:
                    raise AssertionError("held-out examples read")
                return iter(())

            def __len__(self):
                if Guarded.armed:
                    raise AssertionError("held-out examples counted")
                return 0

            __bool__ = __getitem__ = __eq__ = __repr__ = __contains__ = __len__  # type: ignore[assignment]
            __hash__ = __len__  # type: ignore[assignment]

        task = replace(SECOND)
        object.__setattr__(task, "held_out", Guarded())
        object.__setattr__(task, "metadata", Guarded())
        with pytest.raises(AssertionError):
            list(task.held_out)
        result = solve(task, STEADY)
        Guarded.armed = False
        assert result.solved
        assert [str(fit.program) for fit in result.ranking.fits] == [str(fit.program) for fit in solve(SECOND, STEADY).ranking.fits]

    @pytest.mark.parametrize("wanted", [(5, 4), (), (0, 0, 0, 1)])
    def test_other_ones_change_no_program(self, wanted):
        plain_result = solve(replace(SORTED, held_out=()), STEADY)
        result = solve(replace(SORTED, held_out=(Example(((5, 4),), wanted),)), STEADY)
        assert [fit.program for fit in result.ranking.fits] == [fit.program for fit in plain_result.ranking.fits]
        assert result.ranking == replace_seconds(plain_result.ranking, result.ranking)

    def test_not_even_their_types(self):
        task = Task(name="t", examples=(Example(((),), 0),), held_out=(Example((("a",),), 1),))
        assert visible(task).input_types == (LIST_INT,)

    def test_scored_after_the_search(self):
        assert solve(SORTED, STEADY).to_json()["checked"]["held_out_correct"] is True
        wrong = solve(replace(SORTED, held_out=(Example(((5, 4),), (5, 4)),)), STEADY)
        assert wrong.to_json()["checked"]["held_out_correct"] is False
        assert "WRONG" in wrong.text()
        assert solve(replace(SORTED, held_out=()), STEADY).to_json()["checked"]["held_out_correct"] is None


def replace_seconds(ranking, like):
    """The ranking with the times of another one."""
    return replace(ranking, fits=tuple(replace(a, seconds=b.seconds) for a, b in zip(ranking.fits, like.fits, strict=True)))


UNSOLVABLE = Task(name="no pattern", examples=(Example(((1, 2),), 918273), Example(((5,),), -4471), Example(((8, 8),), 66613)))


class TestNothingUnverified:
    """Parts of the search are made to lie; nothing wrong may come out. The columnar parts have test_nothing_unverified.py."""

    def check(self, task, settings):
        shown = []
        result = solve(task, settings, on_fit=shown.append)
        for fit in (*shown, *result.ranking.fits):
            assert all(same(answer(fit.program, e.inputs), e.output) for e in task.examples), str(fit.program)
        return result

    @pytest.mark.parametrize("task", [UNSOLVABLE, SECOND], ids=lambda task: task.name)
    def test_an_engine_that_claims_anything(self, task, monkeypatch):
        def lie(search):
            rng = random.Random(1)
            for _ in range(300):
                yield random_term(rng, task.output_type, list(task.input_types), 3, [])
            yield Apply("no such word", (Input(0),))
            yield Apply("upper", (Input(0),))

        monkeypatch.setattr(ExactSearch, "run", lie)
        result = self.check(task, STEADY)
        assert result.executions > 100
        assert not result.solved or task is SECOND

    def test_nothing_unverified_is_printed(self, monkeypatch, capsys):
        monkeypatch.setattr(ExactSearch, "run", lambda search: iter([Apply("sum", (Input(0),)), Apply("head", (Input(0),))]))
        assert cli.main(["solve", "[1,2] -> 918273", "[5] -> -4471"]) == 1
        out, err = capsys.readouterr()
        assert out.startswith("no program found") and err == ""
        assert cli.main(["solve", "[1,2] -> 918273", "[5] -> -4471", "--json"]) == 1
        assert '"program": null' in capsys.readouterr().out

    @pytest.mark.parametrize("task", [UNSOLVABLE, SECOND], ids=lambda task: task.name)
    def test_an_enumerator_that_mistakes_columns_for_the_target(self, task, monkeypatch):
        target = tuple(example.output for example in task.examples)
        true, rng = plain.PlainSearch._level, random.Random(2)

        def lie(search, production, level):
            for column, args in true(search, production, level):
                yield (target if production.result == task.output_type and rng.random() < 0.2 else column), args

        monkeypatch.setattr(plain.PlainSearch, "_level", lie)
        result = self.check(task, STEADY)
        assert result.executions > 100, "the lies were told"
        assert result.solved == (task is SECOND)

    @pytest.mark.parametrize("task", [UNSOLVABLE, SECOND], ids=lambda task: task.name)
    def test_a_preview_that_sees_the_target_everywhere(self, task, monkeypatch):
        true, rng = plain.PlainSearch._test, random.Random(2)

        def lie(search, production, level, target):
            yield from true(search, production, level, target)
            for args in search._arguments(production.args, level - production.cost):
                if rng.random() < 0.2:
                    yield args

        monkeypatch.setattr(plain.PlainSearch, "_test", lie)
        result = self.check(task, replace(STEADY, method="exact"))
        assert result.executions > 100, "the lies were told"
        assert result.solved == (task is SECOND)

    def test_corrupt_references(self, monkeypatch):
        """To the enumerator, `sum` gives exactly what is wanted."""
        wanted = {example.inputs: example.output for example in UNSOLVABLE.examples}

        def broken(true):
            def with_wrong_sum(search, production, *more):
                wrong = replace(production, op=replace(production.op, reference=lambda profile, *args: wanted.get(args, 0)))
                return true(search, wrong if production.op.name == "sum" else production, *more)

            return with_wrong_sum

        for name in ("_test", "_level"):
            monkeypatch.setattr(plain.PlainSearch, name, broken(getattr(plain.PlainSearch, name)))
        result = self.check(UNSOLVABLE, STEADY)
        assert result.executions > 0, "it was believed to fit"
        assert not result.solved


class TestVerify:
    def test_an_ill_typed_program_is_no_fit(self):
        from dsl.parser import parse

        task = Task(name="t", examples=(Example(((),), ()),))
        assert verify(parse("( upper ) map"), task, cost=1, seconds=0) is None, "it would run on the empty list"
        assert verify(parse("sort"), task, cost=1, seconds=0) is not None

    @pytest.mark.parametrize(("value", "wanted"), [(1, True), (0, False), ((1,), (True,)), ((), ""), ("1", 1), ((1, 2), (1,))])
    def test_values_of_two_types_are_never_the_same(self, value, wanted):
        assert not same(value, wanted)
        assert same(value, value) and same(wanted, wanted)


def test_ctrl_c_while_the_first_program_is_shown_keeps_it() -> None:
    """It may come at any moment, also before the caller has been told all."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    result = solve(SORTED, Settings(budget=20), on_fit=interrupted)
    assert result.status == "solved" and result.first_seconds is not None
    assert "first fit after" in str(result)
