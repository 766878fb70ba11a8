"""The policy: words by how likely they are next, at the types that lie on a stack."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.suites import word_set
from dsl.columns.available import available
from dsl.tasks import Example, Task
from dsl.values import Value

if not available():
    pytest.skip("the policy's signatures need numba", allow_module_level=True)

from search.prior.model import Prior
from search.prior.pairs import BOTH, TURNED, UPPER
from search.prior.policy import Answers, Policy, normalised
from search.prior.words import typings

WORDS = word_set("lines") or frozenset()
ROWS: tuple[tuple[int, ...], ...] = ((5, -2, 8, 1), (3, 9, -7), (4, 4, 0, -6, 2), (1, -1))


def task(outputs: Sequence[Value], *others: Value) -> Task:
    return Task(name="t", examples=tuple(Example((row, *others), output) for row, output in zip(ROWS, outputs, strict=True)))


@pytest.fixture(scope="module")
def sorting() -> Policy:
    return Policy(Prior.shipped(), task([tuple(sorted(row)) for row in ROWS]), WORDS)


def stacks(*columns: Sequence[Value]) -> list[tuple[Value, ...]]:
    """The stacks of the examples, from columns of values, the deepest first."""
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize(
    ("word", "outputs"),
    [
        ("sort", [tuple(sorted(row)) for row in ROWS]),
        ("reverse", [row[::-1] for row in ROWS]),
        ("filter>0", [tuple(x for x in row if x > 0) for row in ROWS]),
        ("maximum", [max(row) for row in ROWS]),
    ],
)
def test_the_word_that_does_it_is_likeliest(word: str, outputs: Sequence[Value]) -> None:
    policy = Policy(Prior.shipped(), task(outputs), WORDS)
    odds = policy.log_probabilities([stacks(ROWS)])
    assert policy.words[int(odds[0].argmax())] == word
    assert policy.expected_length([stacks(ROWS)])[0] < 3


def test_what_lies_deeper_counts_by_its_number_alone(sorting: Policy) -> None:
    shallow, deep = stacks((1, 2, 3, 4), (0, 0, 1, 0), ROWS[::-1], ROWS), stacks((1, 2, 3, 4), ROWS, ROWS, ROWS[::-1], ROWS)
    odds = sorting.log_probabilities([shallow, deep, stacks(ROWS)])
    assert odds.dtype == np.float32 and odds.shape == (3, len(sorting.words))
    assert np.allclose(odds[0], odds[1])
    assert not np.allclose(odds[0], odds[2])
    assert np.allclose(np.exp(odds).sum(axis=1), 1, atol=1e-4)


@pytest.mark.parametrize(
    "columns",
    [(ROWS,), ((1, 2, 3, 4),), (ROWS, (1, 2, 3, 4)), ((1, 2, 3, 4), ROWS), ((True, False, True, True),), (("a", "b", "c", "d"),), ()],
)
def test_words_of_other_types_are_impossible_and_no_others(columns: tuple[Sequence[Value], ...]) -> None:
    policy = Policy(Prior.shipped(), task([row[:1] for row in ROWS]), {*WORDS, "not", "+", "abs", "upper"})
    kinds = tuple({tuple: "List[Int]", int: "Int", bool: "Bool", str: "Str"}[type(column[0])] for column in columns)
    odds = policy.log_probabilities([stacks(*columns) if columns else [()] * len(ROWS)])[0]
    for word, odd in zip(policy.words, odds.tolist(), strict=True):
        fits = any(tuple(map(str, args)) == kinds[-len(args) :] for args, _ in typings(word))
        assert np.isfinite(odd) == fits, word


def test_a_batch_says_what_single_calls_say(sorting: Policy) -> None:
    states = [stacks(ROWS), stacks(ROWS, ROWS[::-1]), stacks(ROWS, (1, 0, 2, 1)), stacks([row[1:] for row in ROWS])]
    together, lengths = sorting.log_probabilities(states), sorting.expected_length(states)
    for number, state in enumerate(states):
        assert np.allclose(together[number], sorting.log_probabilities([state])[0], atol=1e-4)
        assert np.allclose(lengths[number], sorting.expected_length([state])[0], atol=1e-4)
    assert sorting.log_probabilities([]).shape == (0, len(sorting.words)) and sorting.expected_length([]).shape == (0,)


@pytest.mark.parametrize(("first", "second", "use"), [(0, 1, BOTH), (1, 0, TURNED)])
def test_it_says_which_of_two_values_comes_first(first: int, second: int, use: int) -> None:
    columns = ROWS, tuple(tuple(2 * x for x in sorted(row)) for row in ROWS)
    outputs = [tuple(a - b for a, b in zip(x, y, strict=True)) for x, y in zip(columns[first], columns[second], strict=True)]
    policy = Policy(Prior.shipped(), task(outputs), WORDS)
    answers = ask(policy, columns)
    best = np.unravel_index(answers.scores[0].argmax(), answers.scores[0].shape)
    assert (best[0], policy.words[int(best[1])]) == (use, "zip-")
    assert answers.used[0].min() > 0 and 0.5 < np.exp(answers.scores[0]).sum() <= 1.001


def test_a_value_that_is_of_no_use_is_told_from_one_that_is() -> None:
    policy = Policy(Prior.shipped(), task([tuple(sorted(row, reverse=True)) for row in ROWS]), WORDS)
    good = ask(policy, (ROWS, tuple(tuple(sorted(row)) for row in ROWS)))
    bad = ask(policy, (ROWS, (-3, 77, 5, 12)))
    assert good.used[0, 1] > bad.used[0, 1] and policy.words[int(good.scores[0, UPPER].argmax())] == "reverse"
    assert np.exp(bad.scores[0, UPPER]).sum() < 0.2


def ask(policy: Policy, columns: Sequence[Sequence[Value]]) -> Answers:
    """What it says of two columns, the first of which was used before."""
    xs, sizes = policy._encoded([stacks(*columns)])
    return policy.judge_pairs(xs, sizes, np.array([[1, 0, 0, 0]], np.float32))


def test_words_that_it_cannot_type_or_may_not_use_are_left_out() -> None:
    policy = Policy(Prior.shipped(), task([row[:1] for row in ROWS]), {"sort", "upper", "map", "dup", "take"})
    assert set(policy.words) == {"sort", "take"}


def test_tasks_that_the_prior_does_not_know_are_refused() -> None:
    with pytest.raises(ValueError, match="numbers and lists of numbers"):
        Policy(Prior.shipped(), Task(name="t", examples=(Example(("a",), "A"),)), WORDS)


def test_normalised_shares_add_up_and_nothing_is_impossible_that_fits() -> None:
    scores = np.array([[0.0, -50.0, -np.inf], [-np.inf, -np.inf, -np.inf]], np.float32)
    shares = np.exp(normalised(scores))
    assert shares[0].sum() == pytest.approx(1) and shares[0, 1] > 0 and shares[0, 2] == 0 and not shares[1].any()
