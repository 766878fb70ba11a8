"""Rows of DeepCoder's fused words: a higher-order function and its lambda as one word, so that program lengths compare one to one.

With head, last, take, drop-first, nth, minimum, maximum, reverse, sort and sum they are the 38 words of DeepCoder's language.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate, pairwise
from typing import Any

from dsl.domains import backward, fused, numbers, preimages
from dsl.domains.transfers import narrowing, whole
from dsl.kernels import fused as kernels
from dsl.ops.list_index import Items, possible
from dsl.ops.table import Category, Op
from dsl.values import UNDEFINED, Profile, Stuck, Value

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


def _zipped(function: Callable[[int, int], int]) -> Callable[[Profile, Items, Items], Items]:
    return lambda profile, left, right: tuple(map(function, left, right))


def _scanned(function: Callable[[int, int], int]) -> Callable[[Profile, Items], Items]:
    return lambda profile, items: tuple(accumulate(items, function))


# ---------------------------------------------------------------- inverses


def _unmapped(function: Callable[[int], int]) -> dict[int, Callable[..., Any]]:
    """The inverse of a map whose function has one that is defined everywhere."""
    return {0: lambda profile, result: possible(profile, tuple(map(function, result)))}


def _parts(factor: int) -> dict[int, Callable[..., Any]]:
    """The inverse of multiplying by a factor: there is none for a list with an item that is not a multiple."""

    def inverse(profile: Profile, result: Items) -> Value | Stuck:
        return UNDEFINED if any(x % factor for x in result) else tuple(x // factor for x in result)

    return {0: inverse}


def _steps(sign: int) -> dict[int, Callable[..., Any]]:
    """The inverse of a running sum or difference: the first item, then what each item adds to (or takes from) the one before."""

    def inverse(profile: Profile, result: Items) -> Value | Stuck:
        return possible(profile, result[:1] + tuple(sign * (y - x) for x, y in pairwise(result)))

    return {0: inverse}


# ---------------------------------------------------------------- Python renderings


def _rounded(divisor: int) -> Callable[[Profile], str]:
    """Every quotient by profile. An Int is below 2**31, so that a double's quotient truncates to the right one."""
    return lambda profile: "[%s for {x} in {0}]" % (f"int({{x}} / {divisor})" if profile.division == "truncate" else f"{{x}} // {divisor}")


def _running(name: str, combined: str, doc: str) -> str:
    """Source of a helper function whose results each combine the last one with the next item."""
    return f'''
def {name}(items):
    """{doc}"""
    results = items[:1]
    for item in items[1:]:
        results.append({combined})
    return results
'''


# ---------------------------------------------------------------- rows


def _suites(function: str, lambda_: str) -> dict[str, str]:
    """A DeepCoder function with its lambda, which ExeDec writes with a capital only."""
    return {"deepcoder": f"{function.upper()} ({lambda_})", "exedec": f"{function} ({lambda_})"}


_list = partial(Op, category=Category.FUSED, effect="( List[Int] -- List[Int] )")
_number = partial(Op, category=Category.FUSED, effect="( List[Int] -- Int )")
_pair = partial(Op, category=Category.FUSED, effect="( List[Int] List[Int] -- List[Int] )")

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
        suites=_suites("Map", "+1"),
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
        suites=_suites("Map", "-1"),
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
        suites=_suites("Map", "*2"),
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
        suites=_suites("Map", "/2"),
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
        suites=_suites("Map", "*(-1)"),
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
        suites=_suites("Map", "**2"),
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
        suites=_suites("Map", "*3"),
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
        suites=_suites("Map", "/3"),
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
        suites=_suites("Map", "*4"),
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
        suites=_suites("Map", "/4"),
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
        suites=_suites("Filter", ">0"),
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
        suites=_suites("Filter", "<0"),
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
        suites=_suites("Filter", "even"),
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
        suites=_suites("Filter", "odd"),
    ),
    _number(
        name="count>0",
        doc="How many items are positive.",
        examples=("[3,0,-1,2] count>0 -> 2",),
        python="sum(1 for {x} in {0} if {x} > 0)",
        domains=whole(fused.counted(numbers.is_positive)),
        reference=_counted(lambda x: x > 0),
        kernels={"l->i": kernels.count_positive},
        suites=_suites("Count", ">0"),
    ),
    _number(
        name="count<0",
        doc="How many items are negative.",
        examples=("[3,0,-1,2] count<0 -> 1",),
        python="sum(1 for {x} in {0} if {x} < 0)",
        domains=whole(fused.counted(numbers.is_negative)),
        reference=_counted(lambda x: x < 0),
        kernels={"l->i": kernels.count_negative},
        suites=_suites("Count", "<0"),
    ),
    _number(
        name="count-even",
        doc="How many items are even.",
        examples=("[3,0,-1,2] count-even -> 2",),
        python="sum(1 for {x} in {0} if {x} % 2 == 0)",
        domains=whole(fused.counted(numbers.is_even)),
        reference=_counted(lambda x: x % 2 == 0),
        kernels={"l->i": kernels.count_even},
        suites=_suites("Count", "even"),
    ),
    _number(
        name="count-odd",
        doc="How many items are odd.",
        examples=("[3,0,-1,2] count-odd -> 2",),
        python="sum(1 for {x} in {0} if {x} % 2 == 1)",
        domains=whole(fused.counted(numbers.is_odd)),
        reference=_counted(lambda x: x % 2 == 1),
        kernels={"l->i": kernels.count_odd},
        suites=_suites("Count", "odd"),
    ),
    _pair(
        name="zip+",
        doc="The sums of the items at the same place, as far as the shorter list goes.",
        examples=("[10,20,30] [1,2] zip+ -> [11,22]",),
        python="[{x} + {y} for {x}, {y} in zip({0}, {1})]",
        domains=whole(fused.zipped(numbers.add)),
        reference=_zipped(lambda x, y: x + y),
        kernels={"ll->l": kernels.zip_sum},
        suites=_suites("ZipWith", "+"),
    ),
    _pair(
        name="zip-",
        doc="The differences of the items at the same place, as far as the shorter list goes.",
        examples=("[10,20,30] [1,2] zip- -> [9,18]",),
        python="[{x} - {y} for {x}, {y} in zip({0}, {1})]",
        domains=whole(fused.zipped(numbers.subtract)),
        reference=_zipped(lambda x, y: x - y),
        kernels={"ll->l": kernels.zip_difference},
        suites=_suites("ZipWith", "-"),
    ),
    _pair(
        name="zip*",
        doc="The products of the items at the same place, as far as the shorter list goes.",
        examples=("[10,20,30] [1,2] zip* -> [10,40]",),
        python="[{x} * {y} for {x}, {y} in zip({0}, {1})]",
        domains=whole(fused.zipped(numbers.multiply)),
        reference=_zipped(lambda x, y: x * y),
        kernels={"ll->l": kernels.zip_product},
        suites=_suites("ZipWith", "*"),
    ),
    _pair(
        name="zip-min",
        doc="The smaller ones of the items at the same place, as far as the shorter list goes.",
        examples=("[10,20,30] [1,2] zip-min -> [1,2]",),
        python="[min({x}, {y}) for {x}, {y} in zip({0}, {1})]",
        domains=whole(fused.zipped(numbers.least)),
        reference=_zipped(min),
        kernels={"ll->l": kernels.zip_min},
        suites=_suites("ZipWith", "min"),
    ),
    _pair(
        name="zip-max",
        doc="The larger ones of the items at the same place, as far as the shorter list goes.",
        examples=("[10,20,30] [1,2] zip-max -> [10,20]",),
        python="[max({x}, {y}) for {x}, {y} in zip({0}, {1})]",
        domains=whole(fused.zipped(numbers.greatest)),
        reference=_zipped(max),
        kernels={"ll->l": kernels.zip_max},
        suites=_suites("ZipWith", "max"),
    ),
    _list(
        name="scan+",
        doc="The running sum: each item is added to the result before it.",
        examples=("[3,1,2] scan+ -> [3,4,6]",),
        python="_running_sum({0})",
        python_helper=_running("_running_sum", "results[-1] + item", "The running sum: each item is added to the result before it."),
        domains=whole(fused.scanned(numbers.add)),
        reference=_scanned(lambda x, y: x + y),
        kernels={"l->l": kernels.scan_sum},
        inverse=_steps(1),
        suites=_suites("Scanl1", "+"),
    ),
    _list(
        name="scan-",
        doc="The running difference: each item is taken from the result before it.",
        examples=("[3,1,2] scan- -> [3,2,0]",),
        python="_running_difference({0})",
        python_helper=_running(
            "_running_difference", "results[-1] - item", "The running difference: each item is taken from the result before it."
        ),
        domains=whole(fused.scanned(numbers.subtract)),
        reference=_scanned(lambda x, y: x - y),
        kernels={"l->l": kernels.scan_difference},
        inverse=_steps(-1),
        suites=_suites("Scanl1", "-"),
    ),
    _list(
        name="scan*",
        doc="The running product: each item is multiplied with the result before it.",
        examples=("[3,1,2] scan* -> [3,3,6]",),
        python="_running_product({0})",
        python_helper=_running(
            "_running_product", "results[-1] * item", "The running product: each item is multiplied with the result before it."
        ),
        domains=whole(fused.scanned(numbers.multiply)),
        reference=_scanned(lambda x, y: x * y),
        kernels={"l->l": kernels.scan_product},
        suites=_suites("Scanl1", "*"),
    ),
    _list(
        name="scan-min",
        doc="The running minimum: the smallest item so far.",
        examples=("[3,1,2] scan-min -> [3,1,1]",),
        python="_running_minimum({0})",
        python_helper=_running("_running_minimum", "min(results[-1], item)", "The running minimum: the smallest item so far."),
        domains=whole(fused.scanned(numbers.least)),
        reference=_scanned(min),
        kernels={"l->l": kernels.scan_min},
        suites=_suites("Scanl1", "min"),
    ),
    _list(
        name="scan-max",
        doc="The running maximum: the largest item so far.",
        examples=("[3,1,2] scan-max -> [3,3,3]",),
        python="_running_maximum({0})",
        python_helper=_running("_running_maximum", "max(results[-1], item)", "The running maximum: the largest item so far."),
        domains=whole(fused.scanned(numbers.greatest)),
        reference=_scanned(max),
        kernels={"l->l": kernels.scan_max},
        suites=_suites("Scanl1", "max"),
    ),
)
