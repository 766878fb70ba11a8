"""Holes: filled by gradient, made exact by running the neighbours."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from dsl.errors import ConfigError  # noqa: E402
from dsl.tasks import Example, Task  # noqa: E402
from dsl.types import INT  # noqa: E402
from search.latent.constants import Holes  # noqa: E402
from search.latent.learned import Learned, field_of, shipped  # noqa: E402
from search.latent.programs import HOLES, answers, fits  # noqa: E402
from search.latent.settings import Filling  # noqa: E402
from search.latent.skeletons import skeletons  # noqa: E402
from tests.latent.oracle import Oracle  # noqa: E402

PLUS = Task(name="plus", examples=tuple(Example((x,), x + 37) for x in (3, -8, 21)))


@pytest.mark.parametrize("distribution", [False, True])
def test_a_constant_is_found_through_the_learned_executor(distribution: bool) -> None:
    machine, how = Learned(field_of(shipped()), 16), Filling(distribution=distribution)
    found = [
        constants
        for number, constants in enumerate(Holes(machine, ("c0", "+"), PLUS.examples, how).proposals())
        if number < how.executed and fits(answers(("c0", "+"), PLUS.examples, constants, _profile()), PLUS.examples)
    ]
    assert found == [(37,)]


def test_a_gradient_reaches_the_holes() -> None:
    holes = Holes(Learned(field_of(shipped()), 16), ("c0", "+"), PLUS.examples, Filling(starts=2, steps=1))
    holes.loss().sum().backward()
    assert holes.theta.grad is not None and bool((holes.theta.grad.abs().sum((1, 2)) > 0).all())


def test_holes_begin_at_ints_and_stay_within_reach() -> None:
    holes = Holes(Oracle(16), ("c0", "*", "c1", "+"), PLUS.examples, Filling(starts=40, largest=9))
    found = holes.nearest()
    assert all(len(constants) == 2 and max(map(abs, constants)) <= 9 for constants in found)
    assert len(set(found)) > 20


def test_proposals_do_not_repeat_and_hold_the_neighbours_of_the_best() -> None:
    holes = Holes(Oracle(16), ("c0", "+"), PLUS.examples, Filling(starts=3, steps=2, best=1, window=2))
    found = list(holes.proposals())
    assert len(found) == len(set(found))
    assert {(found[0][0] + step,) for step in range(-2, 3)} <= set(found)


@pytest.mark.parametrize("words", [("c1", "+"), ("neg",)])
def test_holes_are_counted_from_c0(words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="c0"):
        Holes(Oracle(16), words, PLUS.examples, Filling())


def test_skeletons_fit_the_task_and_number_their_holes() -> None:
    words = ("+", "*", "neg", "map+1", "sum", "upper")
    found = list(skeletons(PLUS, words))
    assert ("c0", "+") in found and ("c0", "*", "c1", "+") in found
    assert all(any(hole in chain for hole in HOLES) and "sum" not in chain and "upper" not in chain for chain in found)
    assert found == list(skeletons(PLUS, words)) != list(skeletons(PLUS, words, 1))
    assert not list(skeletons(Task(name="t", examples=(Example(("a",), "b"),)), words))
    assert PLUS.output_type == INT


def _profile():
    from dsl.values import DEFAULT

    return DEFAULT
