"""Rows of DeepCoder's fused words that combine two items at a time: zips of two lists, and scans."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate, pairwise
from typing import Any

from dsl.domains import fused, numbers
from dsl.domains.transfers import whole
from dsl.ops.fused_each import suites
from dsl.ops.late import KernelFile
from dsl.ops.list_index import Items, possible
from dsl.ops.table import Category, Op
from dsl.values import Profile, Stuck, Value

kernels = KernelFile("fused")

# ---------------------------------------------------------------- references


def _zipped(function: Callable[[int, int], int]) -> Callable[[Profile, Items, Items], Items]:
    return lambda profile, left, right: tuple(map(function, left, right))


def _scanned(function: Callable[[int, int], int]) -> Callable[[Profile, Items], Items]:
    return lambda profile, items: tuple(accumulate(items, function))


# ---------------------------------------------------------------- inverses


def _steps(sign: int) -> dict[int, Callable[..., Any]]:
    """The inverse of a running sum or difference: the first item, then what each item adds to (or takes from) the one before."""

    def inverse(profile: Profile, result: Items) -> Value | Stuck:
        return possible(profile, result[:1] + tuple(sign * (y - x) for x, y in pairwise(result)))

    return {0: inverse}


# ---------------------------------------------------------------- Python renderings


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

_list = partial(Op, category=Category.FUSED, effect="( List[Int] -- List[Int] )")
_pair = partial(Op, category=Category.FUSED, effect="( List[Int] List[Int] -- List[Int] )")

ROWS: tuple[Op, ...] = (
    _pair(
        name="zip+",
        doc="The sums of the items at the same place, as far as the shorter list goes.",
        examples=("[10,20,30] [1,2] zip+ -> [11,22]",),
        python="[{x} + {y} for {x}, {y} in zip({0}, {1})]",
        domains=whole(fused.zipped(numbers.add)),
        reference=_zipped(lambda x, y: x + y),
        kernels={"ll->l": kernels.zip_sum},
        suites=suites("ZipWith", "+"),
    ),
    _pair(
        name="zip-",
        doc="The differences of the items at the same place, as far as the shorter list goes.",
        examples=("[10,20,30] [1,2] zip- -> [9,18]",),
        python="[{x} - {y} for {x}, {y} in zip({0}, {1})]",
        domains=whole(fused.zipped(numbers.subtract)),
        reference=_zipped(lambda x, y: x - y),
        kernels={"ll->l": kernels.zip_difference},
        suites=suites("ZipWith", "-"),
    ),
    _pair(
        name="zip*",
        doc="The products of the items at the same place, as far as the shorter list goes.",
        examples=("[10,20,30] [1,2] zip* -> [10,40]",),
        python="[{x} * {y} for {x}, {y} in zip({0}, {1})]",
        domains=whole(fused.zipped(numbers.multiply)),
        reference=_zipped(lambda x, y: x * y),
        kernels={"ll->l": kernels.zip_product},
        suites=suites("ZipWith", "*"),
    ),
    _pair(
        name="zip-min",
        doc="The smaller ones of the items at the same place, as far as the shorter list goes.",
        examples=("[10,20,30] [1,2] zip-min -> [1,2]",),
        python="[min({x}, {y}) for {x}, {y} in zip({0}, {1})]",
        domains=whole(fused.zipped(numbers.least)),
        reference=_zipped(min),
        kernels={"ll->l": kernels.zip_min},
        suites=suites("ZipWith", "min"),
    ),
    _pair(
        name="zip-max",
        doc="The larger ones of the items at the same place, as far as the shorter list goes.",
        examples=("[10,20,30] [1,2] zip-max -> [10,20]",),
        python="[max({x}, {y}) for {x}, {y} in zip({0}, {1})]",
        domains=whole(fused.zipped(numbers.greatest)),
        reference=_zipped(max),
        kernels={"ll->l": kernels.zip_max},
        suites=suites("ZipWith", "max"),
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
        suites=suites("Scanl1", "+"),
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
        suites=suites("Scanl1", "-"),
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
        suites=suites("Scanl1", "*"),
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
        suites=suites("Scanl1", "min"),
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
        suites=suites("Scanl1", "max"),
    ),
)
