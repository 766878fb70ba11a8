"""The text of drivers: loops that call one kernel for every row of the argument columns, and loops that hash rows.

Parameters of a driver that materialises, with the arrays of each argument followed by its index, then those of the output:

    worst = driver(limits, num_candidates, num_examples, data0, [ends0], [lengths0], index0, ..., out, [ends], [lengths], status)

Candidate c takes rows `index0[c] * num_examples + e` of argument 0. `worst` is the highest status. A driver that tests takes
the arrays of a target of `num_examples` rows and `hits` in the place of `status`, uses the output as scratch of one
row, and returns how many candidates equal the target; `hits` then begins with their numbers. One that hashes takes
`parts..., keys, num, out`, see `dsl.columns.hash`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dsl.columns.layout import Layout
from dsl.kernels import Limits

FLAT = frozenset(
    [("dsl.kernels.text_case", name) for name in ("upper", "lower")]
    + [("dsl.kernels.fused", f"map_{name}") for name in ("times_2", "over_2", "times_3", "over_3", "times_4", "over_4", "negate", "square")]
)
"""Kernels whose `out[i]` depends on `x[i]` alone and is 0 where that is: the rows of a candidate, with the zeros past their lengths, may
go through one call, end to end. Two to three times as fast on short rows; no branch depends on a length."""


def materialise(kernel: Callable[..., Any], args: Sequence[Layout], out: Layout) -> str:
    """Writes results, zeros past them, and statuses."""
    called = call(args, out, "w")
    if out.letter in "ib":
        write = f"""\
            value, code = {called}
            out[w] = value if code == 0 else 0
"""
    else:
        write = f"""\
            got = {called}
            code = -min(got, 0)
            got = max(got, 0)
            out_lengths[w] = got
{clearing(out)}"""
    loop = f"""\
        for e in range(num_examples):
            w = c * num_examples + e
{write}\
            status[w] = code
            found = max(found, code)
"""
    flat = (kernel.__module__, kernel.__name__) in FLAT and out.dtype != "uint32"
    return _file("materialise", kernel, args, out, [("status", "uint8[::1]")], (_ALL_AT_ONCE if flat else "") + loop)


_ALL_AT_ONCE = """\
        size = num_examples * out.shape[1]
        if kernel(p, row(a0, r0, size), size, row(out, c * num_examples, size)) >= 0:
            for e in range(num_examples):
                out_lengths[c * num_examples + e] = a0_lengths[r0 + e]
                status[c * num_examples + e] = 0
            continue
"""
"""All rows of a candidate through a flat kernel in one call; if one of them gets stuck, the loop over rows finds out which."""


def clearing(out: Layout) -> str:
    """Code that zeroes what lies past the length, up to the end of the row as allocated."""
    per_word = 8 // out.itemsize
    if out.letter != "n":
        return f"            clear_past(words(out, w, out.shape[1] // {per_word}), got * {out.itemsize})\n"
    return f"""\
            used = np.int64(out_ends[w, got - 1]) if got > 0 else 0
            clear_past(words(out, w, out.shape[1] // {per_word}), used * {out.itemsize})
            clear_past(words(out_ends, w, out_ends.shape[1] // 2), got * 4)
"""


def test(kernel: Callable[..., Any], args: Sequence[Layout], out: Layout) -> str:
    """Compares with a target, and leaves a candidate at its first row that differs."""
    called = call(args, out, "0")
    target = [*zip(names(out, "want"), signature(out), strict=True), ("hits", "int32[::1]")]
    if out.letter in "ib":
        compare = f"""\
            value, code = {called}
            same = code == 0 and value == want[e]
"""
    else:
        nested = out.letter == "n"
        compare = f"""\
            got = {called}
            same = got == want_lengths[e]
            used = {"np.int64(out_ends[0, got - 1]) if same and got > 0 else 0" if nested else "got"}
{_comparing("out_ends", "want_ends", "got") if nested else ""}{_comparing("out", "want", "used")}"""
    body = f"""\
        same = True
        e = 0
        while same and e < num_examples:
{compare}\
            e += 1
        if same:
            hits[found] = c
            found += 1
"""
    return _file("test", kernel, args, out, target, body)


def _comparing(ours: str, theirs: str, length: str) -> str:
    return f"""\
            j = 0
            while same and j < {length}:
                same = {ours}[0, j] == {theirs}[e, j]
                j += 1
"""


def signature(layout: Layout) -> list[str]:
    """Numba types of a column's arrays, in the order of `Column.arrays`."""
    if layout.letter in "ib":
        return [f"{layout.dtype}[::1]"]
    return [f"{layout.dtype}[:,::1]", *(["int32[:,::1]"] if layout.letter == "n" else []), "int32[::1]"]


def names(layout: Layout, stem: str) -> list[str]:
    """Names of the same arrays in a driver."""
    if layout.letter in "ib":
        return [stem]
    return [stem, *([f"{stem}_ends"] if layout.letter == "n" else []), f"{stem}_lengths"]


def _width(layout: Layout) -> str:
    """How many entries of a row a kernel sees."""
    return "p.max_str" if layout.is_text else "p.max_flat" if layout.letter == "n" else "p.max_list"


def _parameters(layout: Layout, stem: str, at: str) -> list[str]:
    """What a kernel is given of row `at` of an argument."""
    if layout.letter in "ib":
        return [f"np.int64({stem}[{at}])"]
    ends = [f"row({stem}_ends, {at}, p.max_list)"] if layout.letter == "n" else []
    return [f"row({stem}, {at}, {_width(layout)})", *ends, f"np.int64({stem}_lengths[{at}])"]


def _outputs(layout: Layout, at: str) -> list[str]:
    """Where a kernel writes row `at` of the output."""
    if layout.letter in "ib":
        return []
    return [f"row(out, {at}, {_width(layout)})", *([f"row(out_ends, {at}, p.max_list)"] if layout.letter == "n" else [])]


def call(args: Sequence[Layout], out: Layout, at: str) -> str:
    """Code that calls the kernel on row `r0 + e`, `r1 + e`, ... of the arguments, with row `at` of the output to write to."""
    given = [part for k, layout in enumerate(args) for part in _parameters(layout, f"a{k}", f"r{k} + e")]
    return f"kernel({', '.join(['p', *given, *_outputs(out, at)])})"


def _file(kind: str, kernel: Callable[..., Any], args: Sequence[Layout], out: Layout, last: Sequence[tuple[str, str]], body: str) -> str:
    """The whole file: its head, the driver's parameters, the loop over candidates with `body` in it."""
    parameters = [("limits", "int64[::1]"), ("num_candidates", "int64"), ("num_examples", "int64")]
    for k, layout in enumerate(args):
        parameters += [*zip(names(layout, f"a{k}"), signature(layout), strict=True), (f"i{k}", "int32[::1]")]
    parameters += [*zip(names(out, "out"), signature(out), strict=True), *last]
    fields = ", ".join(f"limits[{i}]" for i in range(len(Limits._fields)))
    rows = "".join(f"        r{k} = np.int64(i{k}[c]) * num_examples\n" for k in range(len(args)))
    shown = ", ".join(layout.name for layout in args)
    return f'''\
"""Driver ({kind}) of {kernel.__module__}.{kernel.__name__}: {shown} to {out.name}. Generated by dsl.columns.sources."""

import numpy as np
from numba import njit

from dsl.columns.compile import compiled
from dsl.columns.rows import clear_past, row, words
from dsl.kernels import Limits

kernel = compiled({kernel.__module__!r}, {kernel.__name__!r})


@njit("int64({", ".join(kind for _, kind in parameters)})", cache=True, error_model="numpy")
def driver({", ".join(name for name, _ in parameters)}):
    p = Limits({fields})
    found = 0
    for c in range(num_candidates):
{rows}{body}\
    return found
'''


def hashing(dtypes: Sequence[str], final: bool) -> str:
    """Hashes rows made of parts of these types, with or without the last mixing."""
    parts = range(len(dtypes))
    types = ", ".join(f"{dtype}[:,::1]" for dtype in dtypes)
    starts = "".join(f"    start{k} = {f'start{k - 1} + a{k - 1}.shape[1]' if k else '0'}\n" for k in parts)
    entry = {dtype: "mixed(part[np.uint64(j)])" if dtype == "uint64" else "np.uint64(part[np.uint64(j)])" for dtype in dtypes}
    # An index without a sign keeps numba from looking for negative ones, with which loops do not run in lanes.
    sums = "".join(
        f"""\
        part = row(a{k}, c, a{k}.shape[1])
        for j in range(len(part)):
            total += {entry[dtypes[k]]} * keys[np.uint64(start{k} + j)]
"""
        for k in parts
    )
    step = "        total = (total ^ (total >> SHIFT)) * MULTIPLIER\n"
    mixing = f"{step}{step}        total = total ^ (total >> SHIFT)\n" if final else ""
    return f'''\
"""Hash of columns whose parts are {", ".join(dtypes)}. Generated by dsl.columns.sources."""

import numpy as np
from numba import njit

from dsl.columns.hash import FINAL, SHIFT
from dsl.columns.rows import mixed, row

MULTIPLIER = np.uint64(FINAL)


@njit("void({types}, uint64[::1], int64, uint64[::1])", cache=True, error_model="numpy")
def driver({", ".join(f"a{k}" for k in parts)}, keys, num, out):
{starts}\
    for c in range(num):
        total = np.uint64(0)
{sums}{mixing}\
        out[c] = total
'''
