"""The search for hidden constants from end to end, in counted candidates, so that nothing here depends on the clock."""

import pytest

from dsl.columns.available import available

if not available():
    pytest.skip("without numba there is no search for constants", allow_module_level=True)

from dsl.machine import answer
from dsl.parser import parse
from dsl.program import Push
from dsl.tasks import Example, Task
from dsl.values import DEFAULT, Stuck
from search.holes import ready
from search.holes.hidden import HiddenConstants
from search.portfolio import PortfolioSearch
from search.postfix import to_program
from search.settings import Settings
from search.solve import search_of, solve
from search.term import Apply, Function
from search.verify import agrees

ready.make_ready()
COUNTED = 6_000_000
SOLVED = 2_000_000
"""Candidates of whole searches. They all go on to this end: one that ended with its first fit would set an alarm by the clock."""
NUMBERS = (3, 17, -40, 66, 99, -7, 1, 250, -181)
LISTS = ((1, 20, 40, 77), (21, 19, 3), (100, 8), (22, -5, 50, 13, 400), (77, -300, 18), (5, 77, 1, 250))
PROGRAMS = {
    "437 +": NUMBERS,
    "-268 swap - square": NUMBERS,
    "389 swap mod": NUMBERS[1:4],
    "37 * 505 + 101 mod": NUMBERS,
    "11 div 31 * 404 +": NUMBERS,
    "( 613 + ) map": LISTS,
    "( 37 * -411 + ) map": LISTS,
    "( 19 > ) filter ( 7 * -13 + ) map": LISTS,
    "77 -512 replace-value reverse": LISTS,
    "( 18 > ) count 275 + 13 *": LISTS,
}


def task_of(text, inputs):
    program = parse(text)
    pairs = [(value, answer(program, (value,))) for value in inputs]
    return Task(name=text, examples=tuple(Example((value,), output) for value, output in pairs if not isinstance(output, Stuck)))


def counted(**changes):
    return Settings(**({"method": "constants", "max_candidates": SOLVED, "budget": 600.0, "grace": 600.0} | changes))


def holes_of(task, most):
    holes = HiddenConstants(PortfolioSearch(task, counted())).begin(64 << 20, lambda: holes.candidates > most)
    return holes


def constants_in(term):
    if not isinstance(term, Apply):
        return [term.push.value] if hasattr(term, "push") else []
    bodies = [body.body for body in term.quotations if isinstance(body, Function)]
    return [value for part in (*term.args, *bodies) for value in constants_in(part)]


@pytest.mark.parametrize("text", PROGRAMS)
def test_hidden_constants_are_found(text):
    task = task_of(text, PROGRAMS[text])
    holes, found = holes_of(task, COUNTED), []
    for term in holes.run():
        if agrees(to_program(term, 1), task.examples, DEFAULT):
            found.append(term)
            break
    holes.bank.close()
    assert found, f"came to {holes.stage}"
    assert constants_in(found[0])


def test_the_method_gives_a_verified_program_with_its_literals():
    task = task_of("37 * 505 + 101 mod", NUMBERS)
    result = solve(task, counted())
    assert result.solved and agrees(result.program, task.examples, DEFAULT)
    assert any(isinstance(word, Push) for word in result.program.body) and "def " in result.python
    assert search_of("constants") is PortfolioSearch and "constants" in result.explanation[-1]


def test_the_same_twice():
    task = task_of("( 18 > ) count 275 + 13 *", LISTS)
    first, second = solve(task, counted()), solve(task, counted())
    assert first.solved and [fit.program for fit in first.ranking.fits] == [fit.program for fit in second.ranking.fits]
    assert first.candidates == second.candidates


def test_words_that_are_not_allowed_are_not_used():
    task = task_of("( 37 * -411 + ) map", LISTS)
    words = frozenset({"map", "+", "reverse"})
    holes = HiddenConstants(PortfolioSearch(task, counted(ops=words))).begin(64 << 20, lambda: holes.candidates > 500_000)
    for term in holes.run():
        assert {word.name for word in _words(to_program(term, 1))} <= words | {"dup", "swap", "over", "drop", "nip", "rot"}
    holes.bank.close()


def _words(program):
    from dsl.program import Word, walk

    return [word for word in walk(program.body) if isinstance(word, Word)]


def test_a_task_about_text_is_left_to_the_exact_search():
    task = Task(name="text", examples=(Example(("ab",), "AB!"), Example(("c d",), "C D!")))
    search = PortfolioSearch(task, counted(max_candidates=300_000))
    assert any(agrees(to_program(term, 1), task.examples, DEFAULT) for term in search.run())
    assert search.constants is None and search.explain()[-1].startswith("Hidden constants were not looked for")


def test_where_its_code_is_not_compiled_the_search_is_the_exact_one_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.holes.hidden.is_ready", lambda: False)
    found = solve(task_of("37 * 505 + 101 mod", NUMBERS), counted(max_candidates=200_000))
    assert "flowforth warm" in found.explanation[-1]
