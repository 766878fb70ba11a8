"""The columnar search made to lie in every part: kernels, hashes, tests, goals, finders, terms. Only programs that fit are ever shown."""

import random

import numpy as np
import pytest

from dsl.columns.available import available
from dsl.machine import answer
from dsl.program import Push
from dsl.tasks import Example, Task
from dsl.types import INT
from flowforth import cli
from search.exact import search as stages
from search.settings import Settings
from search.solve import solve
from search.term import Apply, Branch, Function, Input, Literal, Param
from search.verify import same
from tests.search.exact.few_words import LIST_WORDS, TEXT_WORDS
from tests.search.terms import random_term

pytestmark = pytest.mark.skipif(not available(), reason="without numba there is the plain search alone, of which test_solve.py tells lies")

NOTHING_FITS = Task(name="no pattern", examples=(Example(((1, 2),), 918273), Example(((5,),), -4471), Example(((8, 8),), 66613)))
NO_LIST_FITS = Task(name="no list", examples=(Example(((1, 2),), (91, 27)), Example(((5,),), (-44,)), Example(((8, 8, 3),), (6, 13, 1))))
NO_TEXT_FITS = Task(name="no text", examples=(Example(("ab c",), "x-1"), Example(("Da",), "qq"), Example(("b b",), "7up")))
UNSOLVABLE = (NOTHING_FITS, NO_LIST_FITS, NO_TEXT_FITS)
SMALL = (
    Task(name="second", examples=(Example(((3, 1, 2),), 2), Example(((9, 7, 8, 1),), 8), Example(((4, 4),), 4))),
    Task(name="sorted", examples=(Example(((3, 1, 2),), (3, 4)), Example(((9, 7, 4),), (8, 10)), Example(((1, 0),), (2,)))),
    Task(name="upper", examples=(Example(("ab c",), "ABAB"), Example(("Daa",), "DADA"), Example(("b b",), "B B "))),
)
TASKS = (*UNSOLVABLE, *SMALL)
by_name = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


def settings_for(task, **more):
    words = TEXT_WORDS if isinstance(task.examples[0].output, str) else LIST_WORDS
    return Settings(**{"budget": 60, "grace": 60, "max_candidates": 15_000, "max_size": 5, "memory": 300, "ops": words, **more})


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """The columnar stage begins at once."""
    monkeypatch.setattr(stages, "FLASH_CANDIDATES", 0)


def check(task, **more):
    """A search whose every answer is run again here. Gives its result."""
    shown = []
    result = solve(task, settings_for(task, **more), on_fit=shown.append)
    for fit in (*shown, *result.ranking.fits):
        assert all(same(answer(fit.program, e.inputs), e.output) for e in task.examples), str(fit.program)
    assert not (result.solved and task in UNSOLVABLE)
    return result


@by_name
def test_told_no_lies_it_is_right(task):
    result = check(task)
    assert result.solved == (task in SMALL)


@by_name
@pytest.mark.parametrize("seed", [0, 1])
def test_kernels_of_other_words(task, seed, monkeypatch):
    """Every word computes what another word of the same arguments does."""
    from search.exact import rules

    true, rng = rules._kernel, random.Random(seed)
    kernels = {}
    for word in (LIST_WORDS | TEXT_WORDS) - {"take"}:
        for args in ("i", "ii", "l", "ll", "s", "si", "ss", "n"):
            for out in "ibls":
                if true(word, args, out) is not None:
                    kernels.setdefault((args, out), []).append(true(word, args, out))
    monkeypatch.setattr(rules, "_rules", rules._rules.__wrapped__)  # which other searches would share
    monkeypatch.setattr(rules, "_kernel", lambda word, args, out: rng.choice(kernels.get((args, out), [true(word, args, out)])))
    result = check(task)
    assert result.candidates > 300


@by_name
def test_values_with_flipped_bits(task, monkeypatch):
    from search.exact.enumerate import Enumerator

    rng, true = np.random.default_rng(0), Enumerator.apply

    def apply(bank, rule, chosen, store, *more):
        before = store.count
        true(bank, rule, chosen, store, *more)
        data = store.column.data[before * store.examples : store.count * store.examples]
        data[rng.random(data.shape) < 0.3] = 1

    monkeypatch.setattr(Enumerator, "apply", apply)
    check(task)


@by_name
def test_a_hash_under_which_everything_is_equal(task, monkeypatch):
    """All values are one, every value is a goal, and every pair a split."""
    from search.exact import bank

    monkeypatch.setattr(bank, "keys", lambda count: np.zeros(count, np.uint64))
    result = check(task, max_size=8)
    assert result.executions > 0 or not result.solved


@by_name
def test_a_hash_under_which_nothing_is_equal(task, monkeypatch):
    """Equal values are kept again and again."""
    from search.exact import bank
    from search.exact.enumerate import Enumerator

    rng, true = np.random.default_rng(0), Enumerator.apply

    def keys(count):
        return rng.integers(1, 2**63, count, np.uint64)

    def apply(self, rule, chosen, store, *more):
        store.keys[:] = keys(len(store.keys))
        true(self, rule, chosen, store, *more)

    monkeypatch.setattr(bank, "keys", keys)
    monkeypatch.setattr(Enumerator, "apply", apply)
    check(task)


@by_name
def test_a_tester_that_claims_hits_everywhere(task, monkeypatch):
    from search.exact import rules

    rng = random.Random(0)

    def lying(*_):
        def driver(*args):
            hits = next(a for a in reversed(args) if getattr(a, "dtype", None) == "int32" and a.ndim == 2)
            args[-1][1] += 1000
            for k in range(len(hits)):
                hits[k] = rng.randint(0, 2) if task.output_type == INT else 0
            return len(hits)

        return driver

    monkeypatch.setattr(rules, "_rules", rules._rules.__wrapped__)  # which other searches would share
    monkeypatch.setattr(rules, "tester", lying)
    result = check(task)
    assert result.executions > 0, "the lies were told"


@by_name
def test_wrong_terms(task, monkeypatch):
    """Each value says that it was made as another one was."""
    from search.exact.enumerate import Enumerator

    true = Enumerator.term
    monkeypatch.setattr(Enumerator, "term", lambda bank, kind, number: true(bank, kind, number // 2))
    check(task)


@by_name
def test_goals_that_wrap_wrongly(task, monkeypatch):
    from search.exact import goals

    true = goals._wrapping

    def wrapping(op, position, others, outer):
        right = true(op, position, others, outer)
        return lambda term: Apply("reverse", (right(term),)) if len(others) == 0 else Apply(op.name, (*others, term, term))

    monkeypatch.setattr(goals, "_wrapping", wrapping)
    monkeypatch.setattr(goals, "FROM_LEVEL", 1)
    check(task)


@by_name
def test_inverses_that_are_none(task, monkeypatch):
    from search.exact import goals

    monkeypatch.setattr(goals, "_inverted", lambda bank, inverse, column, others: column)
    monkeypatch.setattr(goals, "FROM_LEVEL", 1)
    check(task)


NONSENSE = (
    Apply("map", (Input(0),), (Function(1, Param(0)),)),
    Literal(Push(918273, INT)),
    Branch(Input(0), Input(0), Input(0)),
    Branch(Literal(Push(1, INT)), Apply("sum", (Input(0),)), Apply("head", (Input(0),))),
    Input(0),
)


@by_name
def test_finders_that_yield_nonsense(task, monkeypatch):
    from search.exact import parts

    rng, said = random.Random(3), []

    class Liar:
        often = True

        def look(self, bank):
            terms = [random_term(rng, task.output_type, list(task.input_types), 3, []) for _ in range(20)]
            for term in (*NONSENSE, *terms):
                said.append(term)
                yield term

    monkeypatch.setattr(parts, "cases", lambda *_: [Liar()])
    result = check(task)
    assert said and result.executions > 0


@by_name
def test_sources_that_add_made_up_values(task, monkeypatch):
    """Values that no term gives, the wanted output among them."""
    from dsl.columns.layout import encode
    from search.exact import parts

    class Liar:
        def grow(self, bank):
            if bank.level > 2:
                return
            code = bank.register(lambda args: Apply("head", (Input(0),)))
            kind = bank.task.output_type
            column = encode([example.output for example in bank.examples], kind, bank.profile)
            origins = np.zeros((1, 5), np.int32)
            origins[0, 0] = code
            bank.absorb(kind, column, origins)

    true = parts.parts
    monkeypatch.setattr(parts, "parts", lambda *args: ([Liar(), *true(*args)[0]], true(*args)[1]))
    check(task)


def test_nothing_unverified_is_printed(monkeypatch, capsys):
    """The command itself, with a tester that takes anything for the output."""
    from search.exact import rules

    def driver(*args):
        args[-2][:] = 0
        return len(args[-2])

    monkeypatch.setattr(rules, "_rules", rules._rules.__wrapped__)  # which other searches would share
    monkeypatch.setattr(rules, "tester", lambda *_: driver)
    monkeypatch.setattr(stages, "FLASH_SECONDS", 0.0)
    pairs = ("[1,2] -> 918273", "[5] -> -4471", "[8,8] -> 66613")
    assert cli.main(["solve", *pairs, "--ops", *sorted(LIST_WORDS), "--max-size", "3", "--budget", "20"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("no program found") and err == ""
