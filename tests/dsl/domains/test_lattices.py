"""Lattice laws of every domain and of the product, on random elements."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.domains.product import BOTTOM, DOMAINS, TOP, Abstract, reduce
from dsl.domains.transfers import item, list_of
from dsl.types import VALUE_TYPES
from dsl.values import DEFAULT, PROFILES, Profile, Value
from tests.dsl.domains.abstracts import draw_around
from tests.dsl.draws import draw_value

SMALL = Profile(name="small", int_min=-9, int_max=9, max_list=4, max_str=5)
NAMES = tuple(DOMAINS)


def value_from(seed: int, profile: Profile = SMALL) -> Value:
    """A value of any type."""
    rng = np.random.default_rng(seed)
    return draw_value(rng, VALUE_TYPES[rng.integers(len(VALUE_TYPES))], profile)


def abstract_from(seed: int, profile: Profile = SMALL) -> Abstract:
    """An abstract value around a random one; now and then one without values."""
    rng = np.random.default_rng([seed, 1])
    if rng.integers(40) == 0:
        return BOTTOM
    kind = VALUE_TYPES[rng.integers(len(VALUE_TYPES))]
    found = draw_around(rng, draw_value(rng, kind, profile), kind, profile, NAMES)
    return found if rng.integers(3) else found.join(abstract_from(int(rng.integers(1 << 30)), profile))


SEEDS = st.integers(0, 2**32 - 1)
VALUES = SEEDS.map(value_from)
ABSTRACTS = SEEDS.map(abstract_from)


def pick(name: str, abstract: Abstract) -> Any:
    return getattr(abstract, name)


@pytest.mark.parametrize("name", NAMES)
@given(ABSTRACTS, ABSTRACTS, ABSTRACTS)
def test_order_join_and_meet(name: str, x: Abstract, y: Abstract, z: Abstract) -> None:
    domain = DOMAINS[name]
    a, b, c = (pick(name, abstract) for abstract in (x, y, z))
    join, meet = domain.join(a, b), domain.meet(a, b)
    assert domain.leq(a, a)
    assert not (domain.leq(a, b) and domain.leq(b, a)) or a == b
    assert not (domain.leq(a, b) and domain.leq(b, c)) or domain.leq(a, c)
    assert domain.leq(a, join) and domain.leq(b, join) and join == domain.join(b, a)
    assert domain.leq(meet, a) and domain.leq(meet, b) and meet == domain.meet(b, a)
    assert domain.leq(a, b) == (join == b) == (meet == a)
    assert domain.join(join, c) == domain.join(a, domain.join(b, c))
    assert domain.meet(meet, c) == domain.meet(a, domain.meet(b, c))
    if domain.leq(a, c) and domain.leq(b, c):
        assert domain.leq(join, c)
    if domain.leq(c, a) and domain.leq(c, b):
        assert domain.leq(c, meet)


@pytest.mark.parametrize("name", NAMES)
@given(ABSTRACTS, VALUES)
def test_ends_of_the_lattice(name: str, x: Abstract, value: Value) -> None:
    domain, a, top = DOMAINS[name], pick(name, x), pick(name, TOP)
    bottom = domain.bottom()
    assert domain.is_bottom(bottom) and not domain.contains(bottom, value)
    assert domain.leq(bottom, a) and domain.join(bottom, a) == a and domain.is_bottom(domain.meet(bottom, a))
    assert domain.contains(top, value) and domain.leq(a, top) and domain.meet(top, a) == a and domain.join(top, a) == top
    assert domain.show(bottom) == "nothing" and domain.show(top) == "any"


@pytest.mark.parametrize("name", NAMES)
@given(ABSTRACTS, ABSTRACTS, VALUES)
def test_elements_are_sets_of_values(name: str, x: Abstract, y: Abstract, value: Value) -> None:
    domain = DOMAINS[name]
    a, b, least = pick(name, x), pick(name, y), domain.of(value)
    assert domain.contains(least, value)
    assert domain.contains(a, value) == domain.leq(least, a)
    in_both = domain.contains(a, value) and domain.contains(b, value)
    assert domain.contains(domain.meet(a, b), value) == in_both
    assert domain.contains(domain.join(a, b), value) or not (domain.contains(a, value) or domain.contains(b, value))


@pytest.mark.parametrize("name", NAMES)
@given(st.lists(ABSTRACTS, min_size=1, max_size=12))
def test_widening_lies_above_and_ends(name: str, abstracts: list[Abstract]) -> None:
    domain = DOMAINS[name]
    reached, num_changes = domain.bottom(), 0
    for abstract in abstracts * 4:
        wider = domain.widen(reached, pick(name, abstract))
        assert domain.leq(reached, wider) and domain.leq(pick(name, abstract), wider)
        num_changes += wider != reached
        reached = wider
    assert num_changes <= 24
    for abstract in abstracts:
        assert domain.widen(reached, pick(name, abstract)) == reached


def test_widening_leaves_rising_bounds_behind() -> None:
    """A chain that would rise for ever is cut after a few steps."""
    counter = Abstract.of(0)
    for steps in range(1, 100):
        wider = counter.widen(counter.join(Abstract.of(steps)))
        if wider == counter:
            break
        counter = wider
    assert steps <= 5 and counter.contains(10**9)


@pytest.mark.parametrize("kind", VALUE_TYPES, ids=str)
@given(SEEDS)
def test_top_of_a_type_holds_its_values(kind: Any, seed: int) -> None:
    value = draw_value(np.random.default_rng(seed), kind, SMALL)
    assert all(domain.contains(domain.top(kind), value) for domain in DOMAINS.values())
    other = value_from(seed)
    assert Abstract.top(kind).contains(other) == DOMAINS["type"].contains(kind, other)


@given(ABSTRACTS, ABSTRACTS, VALUES)
def test_product_is_a_set_of_values(a: Abstract, b: Abstract, value: Value) -> None:
    assert Abstract.of(value).contains(value) and TOP.contains(value) and not BOTTOM.contains(value)
    assert a.meet(b).contains(value) == (a.contains(value) and b.contains(value))
    assert a.join(b).contains(value) or not (a.contains(value) or b.contains(value))
    assert a.leq(a.join(b)) and a.meet(b).leq(a) and BOTTOM.leq(a) and a.leq(TOP)
    assert a.contains(value) == Abstract.of(value).leq(a)


@given(ABSTRACTS, VALUES, SEEDS)
def test_reduce_keeps_the_values_within_the_profile(abstract: Abstract, value: Value, seed: int) -> None:
    reduced = reduce(abstract, SMALL)
    assert reduced.contains(value) == abstract.contains(value)
    assert reduced.leq(abstract) and reduce(reduced, SMALL) == reduced
    joined = abstract.join(Abstract.of(value))
    assert reduce(joined, SMALL).contains(value) and reduced.leq(reduce(joined, SMALL))


@given(st.sampled_from(sorted(PROFILES)), SEEDS)
def test_reduce_keeps_the_values_of_every_profile(name: str, seed: int) -> None:
    profile = PROFILES[name]
    value = value_from(seed, profile)
    assert reduce(Abstract.of(value), profile).contains(value) and reduce(TOP, profile).contains(value)


@given(ABSTRACTS, VALUES)
def test_lists_and_items(abstract: Abstract, value: Value) -> None:
    """An item of a list of such items is such an item; the list itself lies in the list of its items."""
    if isinstance(value, tuple):
        around = Abstract.of(value)
        assert all(item(around).contains(part) for part in value)
        assert list_of(item(around), around.length.outer).contains(value)
        joined = abstract.join(around)
        assert all(item(joined).contains(part) for part in value)


def test_shown_for_people() -> None:
    assert Abstract.of(-4).show() == "Int -4 even -"
    assert Abstract.of((1, 3)).show() == "List[Int] length 2 1..3 odd +"
    assert Abstract.of("a-1").show() == "Str length 3 chars lower|digit|hyphen"
    assert Abstract.of(("ab", "")).show() == "List[Str] length 2 of 0..2 chars lower"
    assert Abstract.of(True).show() == "Bool true"
    assert BOTTOM.show() == "nothing" and TOP.show() == "any"
    assert Abstract.of(7).show(("parity", "sign")) == "odd +"
    assert reduce(Abstract.top(VALUE_TYPES[0]), DEFAULT).show(("interval",)) == "-2147483647..2147483647"
