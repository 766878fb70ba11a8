"""Goals, splits and the look-ahead: what they wrap gives the output, and what is planted is found."""

import random

import numpy as np
import pytest

from dsl.columns.available import available
from dsl.machine import answer
from dsl.program import Push
from dsl.tasks import Example, Task
from dsl.types import INT, LIST_INT
from search.postfix import to_program
from search.term import Apply, Literal
from search.verify import same
from tests.search.exact.few_words import PROFILE, SHORT, TASKS, enumerator, lists, task_of

pytestmark = pytest.mark.skipif(not available(), reason="the columnar search needs numba")

INVERTIBLE = frozenset(
    [
        "+",
        "-",
        "inc",
        "neg",
        "*2",
        "reverse",
        "map+1",
        "map*2",
        "map*-1",
        "cons",
        "append",
        "++",
        "zip+",
        "zip-",
        "scan+",
        "head",
        "sort",
        "take",
    ]
)
TEXTUAL = frozenset(["concat", "str-reverse", "int>str", "upper", "left", "split", "chars", "join", "head", "len"])


def right(term, task, profile=PROFILE):
    program = to_program(term, len(task.input_types))
    return all(same(answer(program, e.inputs, profile=profile), e.output) for e in task.examples)


def goals_of(task, profile, words):
    from search.exact.goals import Goals

    goals = Goals()
    bank = enumerator(task, profile, words=words, testing=False, finders=(goals,))
    list(bank.prepare())
    goals._depth = 2
    goals._make(bank)
    return bank, goals


CASES = {
    "lists": (lambda x: tuple(2 * v + 1 for v in reversed(x)), INVERTIBLE, PROFILE),
    "short lists": (lambda x: tuple(v + 2 for v in x), INVERTIBLE, SHORT),
    "ints": (lambda x: 2 * (x[0] + 3), INVERTIBLE, PROFILE),
    "text": (lambda x: f"{x[0]} a", TEXTUAL, PROFILE),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_goal_wraps_is_the_output(name):
    """The goal's value itself, written out, with the goal's words around it; for each example on its own."""
    meaning, words, profile = CASES[name]
    task = task_of(meaning, [(x,) for x in lists(1)])
    bank, goals = goals_of(task, profile, words)
    seen = 0
    for kind, found in goals._goals.items():
        for goal in found:
            for place, example in enumerate(task.examples):
                term = goal.wrap(Literal(Push(goal.values[place], kind)))
                program = to_program(term, 1)
                assert same(answer(program, example.inputs, profile=profile), example.output), (str(program), goal)
                seen += 1
    assert seen >= 2 * len(task.examples)
    bank.close()


def test_goals_are_found_by_their_hash():
    """In the goals' stores every goal stands at the hash that a value of the bank has."""
    task = task_of(lambda x: tuple(2 * v + 1 for v in reversed(x)), [(x,) for x in lists(2)])
    bank, goals = goals_of(task, PROFILE, INVERTIBLE)
    store = goals._stores[LIST_INT]
    for goal in goals._goals[LIST_INT]:
        from dsl.columns.layout import encode

        added = bank.store(LIST_INT).add(encode(list(goal.values), LIST_INT, PROFILE), 0)
        if added is None:
            continue
        place = store.lookup(int(bank.store(LIST_INT).hashes[added]))
        assert place is not None
        assert goals._goals[LIST_INT][int(store.origins[place, 1])].values == goal.values
    bank.close()


PLANTED = {
    "zip+": (lambda x, y: tuple(a + b for a, b in zip(sorted(x), y, strict=True)), LIST_INT),
    "zip-": (lambda x, y: tuple(b - a for a, b in zip(sorted(x), y, strict=True)), LIST_INT),
    "zip- the other way": (lambda x, y: tuple(a - b for a, b in zip(sorted(x), y, strict=True)), LIST_INT),
    "behind an inverse": (lambda x, y: tuple(a - b + 1 for a, b in zip(sorted(x), y, strict=True)), LIST_INT),
    "+": (lambda x, y: sum(x) + min(y), INT),
    "-": (lambda x, y: sum(x) - min(y), INT),
    "- the other way": (lambda x, y: min(y) - sum(x), INT),
}


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("profile", [PROFILE, SHORT], ids=["default", "short"])
def test_splits_are_found(name, profile):
    """Without any test of levels, at the level from which goals are looked at."""
    from search.exact.goals import Goals

    meaning, _ = PLANTED[name]
    rng = random.Random(3)
    rows = []
    for x in lists(3):
        y = list(x)
        rng.shuffle(y)
        rows.append((x, tuple(y)))
    task = task_of(meaning, rows)
    bank = enumerator(task, profile, testing=False, finders=(Goals(max_split=10),))
    terms = [term for term in _steps(bank, 3) if right(term, task, profile)]
    assert terms
    bank.close()


def _steps(bank, most):
    yield from bank.prepare()
    while bank.level < most:
        yield from bank.step()


def test_every_split_that_is_said_is_one():
    """Each term that a split yields fits: the hash asks for exactly what it should."""
    from search.exact.goals import Goals

    task = TASKS["lists"](7)
    given = Task(
        name="t",
        examples=tuple(
            Example(e.inputs, tuple(v + w for v, w in zip(e.inputs[0], sorted(e.inputs[0]), strict=True))) for e in task.examples
        ),
    )
    bank = enumerator(given, testing=False, finders=(Goals(),))
    terms = list(_steps(bank, 3))
    assert terms
    assert all(right(term, given) for term in terms)
    bank.close()


def test_counted_work_is_always_the_same():
    from search.exact.goals import Goals

    def terms():
        task = task_of(lambda x: tuple(a + b for a, b in zip(x, sorted(x), strict=True)), [(x,) for x in lists(5)])
        bank = enumerator(task, finders=(Goals(counted=True),))
        found = list(_steps(bank, 3))
        bank.close()
        return found

    assert terms() == terms()


class TestAhead:
    def planted(self, seed, depth):
        """A task whose answer is one word more than what a level gives."""
        rng = random.Random(seed)
        rows = [(x,) for x in lists(seed)]
        meanings = {
            1: lambda x: tuple(a + b for a, b in zip(sorted(x)[::-1], x, strict=True)),
            2: lambda x: tuple(v + 1 for v in sorted(v for v in x if v % 2 == 0))[::-1],
            3: lambda x: sum(sorted(x)[2:]),
        }
        return task_of(meanings[depth], rows), rng

    @pytest.mark.parametrize("depth", [1, 2, 3])
    def test_finds_what_lies_one_level_beyond(self, depth):
        """A bank that is full after its second level still finds answers of the fourth and later ones."""
        from search.exact.ahead import Ahead
        from search.exact.goals import Goals

        task, _ = self.planted(6, depth)
        goals = Goals()
        bank = enumerator(task, ahead=Ahead(goals), finders=(goals,))
        list(bank.prepare())
        for _ in range(2):
            list(bank.step())
        bank.full = True
        kept = bank.kept
        found = []
        while bank.level < 4 and not found:
            found = [term for term in bank.step() if right(term, task)]
        assert found
        assert bank.kept == kept, "nothing is kept"
        bank.close()

    def test_terms_mean_what_was_tested(self):
        from search.exact.ahead import Ahead

        task, _ = self.planted(8, 2)
        bank = enumerator(task, ahead=Ahead(), testing=False)
        list(bank.prepare())
        for _ in range(2):
            list(bank.step())
        bank.full, terms = True, []
        while bank.level < 4:
            terms += bank.step()
        assert terms and all(isinstance(term, Apply) for term in terms)
        assert all(right(term, task) for term in terms)
        bank.close()

    def test_large_levels_come_in_pieces(self, monkeypatch):
        """The same answers, however small the pieces."""
        from search.exact import ahead

        def found(piece):
            monkeypatch.setattr(ahead, "PIECE", piece)
            task, _ = self.planted(9, 2)
            bank = enumerator(task, ahead=ahead.Ahead(), testing=False)
            list(bank.prepare())
            for _ in range(2):
                list(bank.step())
            bank.full = True
            terms = {str(to_program(term, 1)) for term in bank.step()}
            bank.close()
            return terms

        small, large = found(50), found(100_000)
        assert large <= small or small <= large
        assert bool(small) == bool(large)


def test_no_goal_has_a_value_outside_the_profile():
    from dsl.values import Stuck, check

    task = task_of(lambda x: tuple(4 * v for v in x), [(x,) for x in lists(1, low=40, high=60)])
    bank, goals = goals_of(task, SHORT, INVERTIBLE)
    for found in goals._goals.values():
        for goal in found:
            assert not any(isinstance(check(value, SHORT), Stuck) for value in goal.values)
    assert np.all(goals._stores[LIST_INT].hashes[: goals._stores[LIST_INT].count] > 0)
    bank.close()
