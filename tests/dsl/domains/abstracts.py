"""Random abstract values around concrete ones, for the tests of the domains and of the analysis."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from dsl.domains import ranges
from dsl.domains.length import lengths
from dsl.domains.product import DOMAINS, Abstract, reduce
from dsl.domains.ranges import Range, span
from dsl.types import Type
from dsl.values import Profile, Value
from tests.dsl.draws import draw_value

MODES: tuple[tuple[str, ...], ...] = (tuple(DOMAINS), *((name,) for name in DOMAINS))
"""The reduced product, and every domain alone."""


def loosened(rng: np.random.Generator, range_: Range) -> Range:
    """A range around a range: the same, some larger at either end, or without bounds."""
    if range_.is_empty:
        return range_ if rng.integers(2) else span(0, int(rng.integers(9)))
    steps = (0, 0, 1, 3, 40, float("inf"))
    return span(range_.low - steps[rng.integers(6)], range_.high + steps[rng.integers(6)])


def draw_around(rng: np.random.Generator, value: Value, kind: Type, profile: Profile, domains: Collection[str]) -> Abstract:
    """An abstract value that contains `value`, often exactly it, sometimes another of its type too, sometimes much more."""
    abstract = Abstract.of(value)
    for _ in range(rng.integers(3)):
        abstract = abstract.join(Abstract.of(draw_value(rng, kind, profile)))
    size = abstract.length
    if rng.integers(2):
        size = lengths(ranges.meet(loosened(rng, size.outer), ranges.SIZES), ranges.meet(loosened(rng, size.inner), ranges.SIZES))
    interval = loosened(rng, abstract.interval) if rng.integers(2) else abstract.interval
    parity, sign, chars = (
        mask | int(rng.integers(1 << 15)) * int(rng.integers(2)) for mask in (abstract.parity, abstract.sign, abstract.chars)
    )
    kind_element = DOMAINS["type"].top(kind) if rng.integers(3) else abstract.type
    loose = Abstract(kind_element, size, interval, parity & 3, sign & 7, chars)
    return reduce(loose.only(domains), profile).only(domains) if rng.integers(4) else loose.only(domains)
