"""Rows of DeepCoder's fused words that look at each item by itself: map, filter and count with a lambda."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from dsl.domains import backward, fused, numbers, preimages
from dsl.domains.transfers import narrowing, whole
from dsl.ops.late import KernelFile
from dsl.ops.list_index import Items, possible
from dsl.ops.table import Category, Op
from dsl.values import UNDEFINED, Profile, Stuck, Value

kernels = KernelFile("fused")

# ---------------------------------------------------------------- references


def _mapped(function: Callable[[int], int]) -> Callable[[Profile, Items], Items]:
    return lambda profile, items: tuple(map(function, items))


def _over(divisor: int) -> Callable[[Profile, Items], Items]:
    def reference(profile: Profile, items: Items) -> Items:
        if profile.division == "truncate":
            return tuple(-(-x // divisor) if x < 0 else x // divisor for x in items)
        return tuple(x // divisor for x in items)

    return reference


def _filtered(predicate: Callable[[int], bool]) -> Callable[[Profile, Items], Items]:
    return lambda profile, items: tuple(filter(predicate, items))


def _counted(predicate: Callable[[int], bool]) -> Callable[[Profile, Items], int]:
    return lambda profile, items: sum(map(predicate, items))


# ---------------------------------------------------------------- inverses


def _unmapped(function: Callable[[int], int]) -> dict[int, Callable[..., Any]]:
    """The inverse of a map whose function has one that is defined everywhere."""
    return {0: lambda profile, result: possible(profile, tuple(map(function, result)))}


def _parts(factor: int) -> dict[int, Callable[..., Any]]:
    """The inverse of multiplying by a factor: there is none for a list with an item that is not a multiple."""

    def inverse(profile: Profile, result: Items) -> Value | Stuck:
        return UNDEFINED if any(x % factor for x in result) else tuple(x // factor for x in result)

    return {0: inverse}


# ---------------------------------------------------------------- Python renderings


def _rounded(divisor: int) -> Callable[[Profile], str]:
    """Every quotient by profile. An Int is below 2**31, so that a double's quotient truncates to the right one."""
    return lambda profile: "[%s for {x} in {0}]" % (f"int({{x}} / {divisor})" if profile.division == "truncate" else f"{{x}} // {divisor}")


# ---------------------------------------------------------------- rows


def suites(function: str, lambda_: str) -> dict[str, str]:
    """A DeepCoder function with its lambda, which ExeDec writes with a capital only."""
    return {"deepcoder": f"{function.upper()} ({lambda_})", "exedec": f"{function} ({lambda_})"}


_list = partial(Op, category=Category.FUSED, effect="( List[Int] -- List[Int] )")
_number = partial(Op, category=Category.FUSED, effect="( List[Int] -- Int )")

ROWS: tuple[Op, ...] = (
    _list(
        name="map+1",
        doc="Every item plus 1.",
        examples=("[3,-1] map+1 -> [4,0]", "[2147483647] map+1 -> stuck range"),
        python="[{x} + 1 for {x} in {0}]",
        domains=whole(fused.mapped(numbers.increase(1))),
        backward=narrowing(backward.mapped(preimages.increase(1))),
        reference=_mapped(lambda x: x + 1),
        kernels={"l->l": kernels.map_plus_1},
        inverse=_unmapped(lambda x: x - 1),
        suites=suites("Map", "+1"),
    ),
    _list(
        name="map-1",
        doc="Every item minus 1.",
        examples=("[3,-1] map-1 -> [2,-2]",),
        python="[{x} - 1 for {x} in {0}]",
        domains=whole(fused.mapped(numbers.increase(-1))),
        backward=narrowing(backward.mapped(preimages.increase(-1))),
        reference=_mapped(lambda x: x - 1),
        kernels={"l->l": kernels.map_minus_1},
        inverse=_unmapped(lambda x: x + 1),
        suites=suites("Map", "-1"),
    ),
    _list(
        name="map*2",
        doc="Every item times 2.",
        examples=("[3,-1] map*2 -> [6,-2]",),
        python="[{x} * 2 for {x} in {0}]",
        domains=whole(fused.mapped(numbers.times(2))),
        backward=narrowing(backward.mapped(preimages.times(2))),
        reference=_mapped(lambda x: x * 2),
        kernels={"l->l": kernels.map_times_2},
        inverse=_parts(2),
        suites=suites("Map", "*2"),
    ),
    _list(
        name="map/2",
        doc="Half of every item, rounded down (to zero in a truncating profile).",
        examples=("[5,-5] map/2 -> [2,-3]",),
        python=_rounded(2),
        domains=whole(fused.mapped(numbers.over(2))),
        backward=narrowing(backward.mapped(preimages.over(2))),
        reference=_over(2),
        kernels={"l->l": kernels.map_over_2},
        suites=suites("Map", "/2"),
    ),
    _list(
        name="map*-1",
        doc="Every item with the other sign.",
        examples=("[3,-1,0] map*-1 -> [-3,1,0]",),
        python="[-{x} for {x} in {0}]",
        domains=whole(fused.mapped(numbers.negate)),
        backward=narrowing(backward.mapped(preimages.negate)),
        reference=_mapped(lambda x: -x),
        kernels={"l->l": kernels.map_negate},
        inverse=_unmapped(lambda x: -x),
        suites=suites("Map", "*(-1)"),
    ),
    _list(
        name="map**2",
        doc="The square of every item.",
        examples=("[3,-1] map**2 -> [9,1]", "[46341] map**2 -> stuck range"),
        python="[{x} ** 2 for {x} in {0}]",
        domains=whole(fused.mapped(numbers.square)),
        backward=narrowing(backward.mapped(preimages.square)),
        reference=_mapped(lambda x: x * x),
        kernels={"l->l": kernels.map_square},
        suites=suites("Map", "**2"),
    ),
    _list(
        name="map*3",
        doc="Every item times 3.",
        examples=("[3,-1] map*3 -> [9,-3]",),
        python="[{x} * 3 for {x} in {0}]",
        domains=whole(fused.mapped(numbers.times(3))),
        backward=narrowing(backward.mapped(preimages.times(3))),
        reference=_mapped(lambda x: x * 3),
        kernels={"l->l": kernels.map_times_3},
        inverse=_parts(3),
        suites=suites("Map", "*3"),
    ),
    _list(
        name="map/3",
        doc="A third of every item, rounded down (to zero in a truncating profile).",
        examples=("[7,-7] map/3 -> [2,-3]",),
        python=_rounded(3),
        domains=whole(fused.mapped(numbers.over(3))),
        backward=narrowing(backward.mapped(preimages.over(3))),
        reference=_over(3),
        kernels={"l->l": kernels.map_over_3},
        suites=suites("Map", "/3"),
    ),
    _list(
        name="map*4",
        doc="Every item times 4.",
        examples=("[3,-1] map*4 -> [12,-4]",),
        python="[{x} * 4 for {x} in {0}]",
        domains=whole(fused.mapped(numbers.times(4))),
        backward=narrowing(backward.mapped(preimages.times(4))),
        reference=_mapped(lambda x: x * 4),
        kernels={"l->l": kernels.map_times_4},
        inverse=_parts(4),
        suites=suites("Map", "*4"),
    ),
    _list(
        name="map/4",
        doc="A quarter of every item, rounded down (to zero in a truncating profile).",
        examples=("[9,-9] map/4 -> [2,-3]",),
        python=_rounded(4),
        domains=whole(fused.mapped(numbers.over(4))),
        backward=narrowing(backward.mapped(preimages.over(4))),
        reference=_over(4),
        kernels={"l->l": kernels.map_over_4},
        suites=suites("Map", "/4"),
    ),
    _list(
        name="filter>0",
        doc="The positive items.",
        examples=("[3,0,-1,2] filter>0 -> [3,2]",),
        python="[{x} for {x} in {0} if {x} > 0]",
        domains=whole(fused.filtered(numbers.is_positive, fused.POSITIVE)),
        backward=narrowing(backward.no_shorter),
        reference=_filtered(lambda x: x > 0),
        kernels={"l->l": kernels.filter_positive},
        suites=suites("Filter", ">0"),
    ),
    _list(
        name="filter<0",
        doc="The negative items.",
        examples=("[3,0,-1,2] filter<0 -> [-1]",),
        python="[{x} for {x} in {0} if {x} < 0]",
        domains=whole(fused.filtered(numbers.is_negative, fused.NEGATIVE)),
        backward=narrowing(backward.no_shorter),
        reference=_filtered(lambda x: x < 0),
        kernels={"l->l": kernels.filter_negative},
        suites=suites("Filter", "<0"),
    ),
    _list(
        name="filter-even",
        doc="The even items.",
        examples=("[3,0,-1,2] filter-even -> [0,2]",),
        python="[{x} for {x} in {0} if {x} % 2 == 0]",
        domains=whole(fused.filtered(numbers.is_even, fused.EVEN)),
        backward=narrowing(backward.no_shorter),
        reference=_filtered(lambda x: x % 2 == 0),
        kernels={"l->l": kernels.filter_even},
        suites=suites("Filter", "even"),
    ),
    _list(
        name="filter-odd",
        doc="The odd items.",
        examples=("[3,0,-1,2] filter-odd -> [3,-1]",),
        python="[{x} for {x} in {0} if {x} % 2 == 1]",
        domains=whole(fused.filtered(numbers.is_odd, fused.ODD)),
        backward=narrowing(backward.no_shorter),
        reference=_filtered(lambda x: x % 2 == 1),
        kernels={"l->l": kernels.filter_odd},
        suites=suites("Filter", "odd"),
    ),
    _number(
        name="count>0",
        doc="How many items are positive.",
        examples=("[3,0,-1,2] count>0 -> 2",),
        python="sum(1 for {x} in {0} if {x} > 0)",
        domains=whole(fused.counted(numbers.is_positive)),
        reference=_counted(lambda x: x > 0),
        kernels={"l->i": kernels.count_positive},
        suites=suites("Count", ">0"),
    ),
    _number(
        name="count<0",
        doc="How many items are negative.",
        examples=("[3,0,-1,2] count<0 -> 1",),
        python="sum(1 for {x} in {0} if {x} < 0)",
        domains=whole(fused.counted(numbers.is_negative)),
        reference=_counted(lambda x: x < 0),
        kernels={"l->i": kernels.count_negative},
        suites=suites("Count", "<0"),
    ),
    _number(
        name="count-even",
        doc="How many items are even.",
        examples=("[3,0,-1,2] count-even -> 2",),
        python="sum(1 for {x} in {0} if {x} % 2 == 0)",
        domains=whole(fused.counted(numbers.is_even)),
        reference=_counted(lambda x: x % 2 == 0),
        kernels={"l->i": kernels.count_even},
        suites=suites("Count", "even"),
    ),
    _number(
        name="count-odd",
        doc="How many items are odd.",
        examples=("[3,0,-1,2] count-odd -> 2",),
        python="sum(1 for {x} in {0} if {x} % 2 == 1)",
        domains=whole(fused.counted(numbers.is_odd)),
        reference=_counted(lambda x: x % 2 == 1),
        kernels={"l->i": kernels.count_odd},
        suites=suites("Count", "odd"),
    ),
)
