"""What a result says, in words and as JSON: exactly what was checked, for one example and for many."""

import json
from dataclasses import replace

import pytest

from dsl.errors import ConfigError
from dsl.ops import OPS
from dsl.parser import parse
from dsl.tasks import Example, Task
from dsl.values import DEFAULT, UNDEFINED
from search.rank import Disagreement, rank
from search.result import NUM_SHOWN, SearchResult
from search.settings import Settings
from search.verify import verify

TASK = Task(name="largest", examples=(Example(((3, 1, 2),), 3), Example(((5,),), 5)))
NOTHING = rank([], TASK, DEFAULT)


def result(*programs, task=TASK, settings=Settings(), status="solved", candidates=1234):  # noqa: B008
    """A result with these programs, as `solve` would give it."""
    fits = [verify(parse(text), task, cost=len(text.split()), seconds=0.25) for text in programs]
    assert None not in fits
    ranking = rank(fits, task, DEFAULT)
    return SearchResult(
        task=task, settings=settings, ranking=ranking, status=status, seconds=0.5, first_seconds=0.25 if fits else None,
        candidates=candidates, executions=len(fits), num_fits=len(fits),
    )  # fmt: skip


class TestText:
    def test_one_program(self):
        lines = str(result("maximum")).splitlines()
        assert lines[0] == "maximum"
        assert "    return max(numbers)" in lines
        assert "Checked: it was run on all 2 examples, and each output was reproduced. About other inputs nothing is known." in lines
        assert lines[-1] == "1,234 candidates, first fit after 0.25 s, 0.50 s in all."
        assert "fit too" not in str(result("maximum"))

    def test_one_example(self):
        assert (
            "run on the one example, and its output was reproduced"
            in result("maximum", task=replace(TASK, examples=TASK.examples[:1])).text()
        )

    def test_others_and_what_would_decide(self):
        found = result("maximum", "head", "sort last")
        text, gap = found.text(), found.ranking.disagreement
        assert "  head    [1 word, 33% of the fits]" in text
        assert gap is not None
        assert f"the first gives {gap.answers[0]}, the second {gap.answers[1]}." in text

    def test_a_stuck_answer_is_named(self):
        found = result("head", "1 take sum", "maximum")
        gap = Disagreement(((),), (UNDEFINED, 0))
        text = replace(found, ranking=replace(found.ranking, disagreement=gap)).text()
        assert "on [] the first gives stuck (undefined), the second 0." in text

    def test_many_others_are_counted(self):
        programs = (
            "maximum",
            "head",
            "head abs",
            "dup length drop head abs neg neg dup +  2 div",
            "1 take sum",
            "dup last swap head max",
            "filter-odd head",
            "filter>0 head",
        )
        found = result(*programs)
        assert len(found.ranking.fits) > NUM_SHOWN
        assert f"... and {len(found.ranking.fits) - NUM_SHOWN} more" in found.text()

    @pytest.mark.parametrize(("output", "word"), [(9, "right on the held-out example, which"), (4, "WRONG on the held-out example, which")])
    def test_held_out(self, output, word):
        text = result("maximum", task=replace(TASK, held_out=(Example(((4, 9),), output),))).text()
        assert f"Held out: {word} the search did not see." in text

    @pytest.mark.parametrize(
        ("status", "settings", "words"),
        [
            ("budget", Settings(budget=2.5), "within 2.5 s"),
            ("budget", Settings(max_candidates=1000), "within 1,000 candidates"),
            ("exhausted", Settings(max_size=4), "among all programs up to size 4"),
            ("memory", Settings(memory=500), "within 500 MB of memory"),
            ("interrupted", Settings(), "before it was interrupted"),
        ],
    )
    def test_none(self, status, settings, words):
        none = result(status=status, settings=settings)
        assert none.text() == f"no program found {words} (1,234 candidates tried)"
        assert none.program is None and none.python is None

    def test_the_empty_program_is_named(self):
        assert result("", task=Task(name="t", examples=(Example((1,), 1),))).text().startswith("(the empty program")


class TestJson:
    def test_is_json_and_complete(self):
        data = json.loads(json.dumps(result("maximum", "head", "sort last").to_json()))
        assert data["program"] == "maximum" and data["solved"] is True
        assert [row["program"] for row in data["programs"]] == ["maximum", "head"]
        assert data["disagreement"]["answers"][0] != data["disagreement"]["answers"][1]
        assert data["checked"] == {"examples": 2, "held_out_correct": None}

    def test_none(self):
        data = json.loads(json.dumps(result(status="budget").to_json()))
        assert (data["program"], data["programs"], data["disagreement"], data["status"]) == (None, [], None, "budget")


class TestSettings:
    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"budget": 0}, "budget"), ({"budget": float("nan")}, "budget"), ({"budget": float("inf")}, "budget"), ({"memory": 8}, "memory"),
            ({"max_size": 0}, "max_size"), ({"method": "best"}, "method"), ({"constants": "all"}, "constants"), ({"grace": -1}, "grace"),
            ({"max_fits": 0}, "max_fits"), ({"costs": {"sort": 0}}, "costs"), ({"costs": {"srot": 1}}, "srot"), ({"ops": frozenset({"srot"})}, "srot"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_refused_by_name(self, changes, name):
        with pytest.raises(ConfigError, match=name):
            Settings(**changes)

    def test_words(self):
        assert Settings().words == frozenset(OPS)
        assert Settings(ops=frozenset({"sort", "sum"}), without=frozenset({"sum"})).words == {"sort"}
