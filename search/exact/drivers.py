"""Compiled loops of the enumerator, one pair for each word: `grower` keeps the new values of all its applications, `tester` only compares.

Made from the same kernels, and kept in the same cache, as the drivers of `dsl.columns.compile`; here the loops over the
arguments' values are inside, so that a call covers many candidates. A grower computes candidates into a scratch column, a batch
at a time, and `search.exact.loops` adds the batch to the bank.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from dsl.columns import compile as compiler
from dsl.columns import sources
from dsl.columns.cache import fingerprint, folder
from dsl.columns.layout import Layout
from dsl.kernels import Limits

BATCH = 64
"""Candidates computed before they are added."""
FLUSHES = {"i": "flush_flat", "b": "flush_flat", "l": "flush_rows", "s": "flush_text", "n": "flush_nested"}
"""Which loop adds values of a layout, by its letter."""

MAPS = frozenset(
    ("dsl.kernels.fused", f"map_{name}")
    for name in ("plus_1", "minus_1", "times_2", "over_2", "times_3", "over_3", "times_4", "over_4", "negate", "square")
)
"""Kernels whose `out[i]` depends on `x[i]` alone: all rows of a candidate may go through one call, what lies past a row's length being cleared after."""
ZIPS = frozenset(("dsl.kernels.fused", f"zip_{name}") for name in ("sum", "difference", "product", "min", "max"))
"""The same for two lists of equal lengths, with zeros giving zeros."""


@cache
def grower(kernel: Callable[..., Any], args: tuple[Layout, ...], out: Layout) -> Callable[..., None]:
    """`driver(limits, examples, [arrays, low, high] per argument, triangular, scratch arrays, picks, rule, keys, totals, lines, store's arrays, table, hashes, sums, packs, origins, counters)`.

    Tries every choice of argument values in `low..high` (with `triangular`, the second not before the first) and adds the new
    ones, until all are done or the store is full.
    """
    pad = "    " * (len(args) + 1)
    inner = pad + "    "
    flush = f"{FLUSHES[out.letter]}(filled, examples, {', '.join(sources.names(out, 'out'))}, {', '.join(name for name, _ in _last(out))})"
    body = f"""{pad}base = filled * examples
{pad}tried += 1
{pad}fine = True
{pad}e = 0
{"".join(f"{pad}{line}{chr(10)}" for line in _at_once(kernel, args, out))}{pad}while fine and e < examples:
{inner}w = base + e
{_compute(kernel, args, out, "w", inner, keep=True)}
{inner}e += 1
{pad}if not fine:
{inner[:-4]}    continue
{"".join(f"{pad}picks[filled, {k}] = i{k}{chr(10)}" for k in range(len(args)))}{pad}filled += 1
{pad}if filled == {BATCH}:
{inner}{flush}
{inner}filled = 0
{inner}if counters[FULL] != 0:
{inner}    counters[TRIED] += tried
{inner}    return
"""
    head = "    filled = 0\n    tried = 0\n"
    tail = f"    if filled > 0:\n        {flush}\n    counters[TRIED] += tried\n"
    text = _file("grow", kernel, args, out, _last(out), head, body, tail, picks=False)
    return compiler.load(_folder(kernel), _stem("grow", kernel, args, out), text)


@cache
def tester(kernel: Callable[..., Any], args: tuple[Layout, ...], out: Layout) -> Callable[..., int]:
    """`driver(limits, examples, [arrays, numbers, low, high] per argument, triangular, scratch arrays, target arrays, hits, counters) -> number of hits`.

    Tries the same choices, stores nothing, and leaves a candidate at its first example that differs from the target. An
    argument's values are `numbers[low..high]`, or `low..high` themselves where `numbers` is empty. `hits` gets the argument
    values of those that equal the target, until it is full.
    """
    inner = "    " * (len(args) + 1)
    body = f"""{inner}tried += 1
{inner}fine = True
{inner}e = 0
{inner}while fine and e < examples:
{_compute(kernel, args, out, "0", inner + "    ", keep=False)}
{_same(out, inner + "    ")}
{inner}    e += 1
{inner}if fine:
{"".join(f"{inner}    hits[found, {k}] = i{k}{chr(10)}" for k in range(len(args)))}{inner}    found += 1
{inner}    if found == len(hits):
{inner}        counters[TRIED] += tried
{inner}        return found
"""
    target = [*zip(sources.names(out, "want"), sources.signature(out), strict=True)]
    last = [*target, ("hits", "int32[:,::1]"), ("counters", "int64[::1]")]
    tail = "    counters[TRIED] += tried\n    return found\n"
    text = _file("find", kernel, args, out, last, "    found = 0\n    tried = 0\n", body, tail, picks=True)
    return compiler.load(_folder(kernel), _stem("find", kernel, args, out), text)


def is_compiled(kernel: Callable[..., Any], args: tuple[Layout, ...], out: Layout) -> bool:
    """Whether the machine code of both loops of a word lies in the cache."""
    place = folder() / _folder(kernel) / "__pycache__"
    return all(next(place.glob(f"{_stem(kind, kernel, args, out)}.driver-*.nbi"), None) is not None for kind in ("grow", "find"))


def _last(out: Layout) -> list[tuple[str, str]]:
    """The parameters of a grower behind its scratch column, which are also those of the loop that adds a batch."""
    store = [*zip(sources.names(out, "store"), sources.signature(out), strict=True)]
    return [
        ("picks", "int32[:,::1]"), ("rule", "int64"), ("keys", "uint64[::1]"), ("totals", "uint64[::1]"), ("lines", "uint64[::1]"), *store,
        ("table", "uint64[::1]"), ("hashes", "uint64[::1]"), ("sums", "uint64[::1]"), ("packs", "uint64[::1]"),
        ("origins", "int32[:,::1]"), ("counters", "int64[::1]"),
    ]  # fmt: skip


@cache
def _folder(kernel: Callable[..., Any]) -> str:
    made_of = (Path(__file__), *(Path(__file__).with_name(name) for name in ("sums.py", "loops.py")))
    return f"search-{fingerprint(compiler.folder_name(kernel.__module__), *(path.read_text(encoding='utf-8') for path in made_of))}"


def _stem(kind: str, kernel: Callable[..., Any], args: Sequence[Layout], out: Layout) -> str:
    return "_".join([kind, kernel.__name__, *(layout.name for layout in args), out.name])


def _loops(args: Sequence[Layout], picks: bool) -> str:
    """The nested loops over argument values, with the first row of each."""
    text = ""
    for k in range(len(args)):
        pad = "    " * (k + 1)
        low = "max(low1, j0) if triangular else low1" if k == 1 else f"low{k}"
        value = f"np.int64(numbers{k}[j{k}]) if len(numbers{k}) > 0 else j{k}" if picks else f"j{k}"
        text += f"{pad}for j{k} in range({low}, high{k}):\n{pad}    i{k} = {value}\n{pad}    r{k} = i{k} * examples\n"
    return text


def _compute(kernel: Callable[..., Any], args: Sequence[Layout], out: Layout, at: str, pad: str, *, keep: bool) -> str:
    """Code that runs the kernel on example e; leaves `fine`, and the result in row `at` of the output (in `value` for a number)."""
    call = sources.call(args, out, at)
    if out.letter in "ib":
        return f"{pad}value, code = {call}\n{pad}fine = code == 0" + (f"\n{pad}out[{at}] = value if fine else 0" if keep else "")
    code = f"{pad}got = {call}\n{pad}fine = got >= 0\n"
    if keep:
        code += f"{pad}got = max(got, 0)\n{pad}out_lengths[{at}] = got\n" + _reindent(sources.clearing(out), pad)
    return code.rstrip("\n")


def _is_whole(kernel: Callable[..., Any], args: Sequence[Layout], out: Layout) -> bool:
    """Whether all rows of a candidate may go through one call of the kernel."""
    name = (kernel.__module__, kernel.__name__)
    return out.letter == "l" and (name in MAPS or name in ZIPS) and all(layout is out for layout in args)


def _at_once(kernel: Callable[..., Any], args: Sequence[Layout], out: Layout) -> list[str]:
    """Lines that do so where they can; they leave `e` at the first example that is still to be computed."""
    if not _is_whole(kernel, args, out):
        return []
    rows = ", ".join(f"row(a{k}, r{k}, size), size" for k in range(len(args)))
    clear = f"clear_past(words(out, base + q, out.shape[1] // {8 // out.itemsize}), np.int64(a0_lengths[r0 + q]) * {out.itemsize})"
    past_zero = kernel.__name__ in ("map_plus_1", "map_minus_1")
    return [
        "whole = True",
        *(["for q in range(examples):", "    whole = whole and a0_lengths[r0 + q] == a1_lengths[r1 + q]"] if len(args) == 2 else []),
        "if whole:",
        "    size = examples * out.shape[1]",
        f"    fine = kernel(p, {rows}, row(out, base, size)) >= 0",
        "    for q in range(examples):",
        "        out_lengths[base + q] = a0_lengths[r0 + q]",
        *([f"        {clear}"] if past_zero else []),
        "    e = examples",
    ]


def _reindent(code: str, pad: str) -> str:
    lines = code.rstrip("\n").split("\n")
    depth = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(pad + line[depth:] for line in lines)


def _same(out: Layout, pad: str) -> str:
    """Code that clears `fine` where example e of the result differs from the target."""
    if out.letter in "ib":
        return f"{pad}fine = fine and value == want[e]"
    used = f"{pad}used = np.int64(out_ends[0, got - 1]) if fine and got > 0 else 0\n" if out.letter == "n" else f"{pad}used = got\n"
    code = f"{pad}fine = fine and got == want_lengths[e]\n{used}"
    if out.letter == "n":
        code += _entries("out_ends", "want_ends", "got", pad)
    return (code + _entries("out", "want", "used", pad)).rstrip("\n")


def _entries(ours: str, theirs: str, length: str, pad: str) -> str:
    return f"{pad}j = 0\n{pad}while fine and j < {length}:\n{pad}    fine = {ours}[0, j] == {theirs}[e, j]\n{pad}    j += 1\n"


def _file(
    kind: str,
    kernel: Callable[..., Any],
    args: Sequence[Layout],
    out: Layout,
    last: Sequence[tuple[str, str]],
    head: str,
    body: str,
    tail: str,
    *,
    picks: bool,
) -> str:
    parameters = [("limits", "int64[::1]"), ("examples", "int64")]
    for k, layout in enumerate(args):
        parameters += [
            *zip(sources.names(layout, f"a{k}"), sources.signature(layout), strict=True),
            *([(f"numbers{k}", "int32[::1]")] if picks else []),
            (f"low{k}", "int64"),
            (f"high{k}", "int64"),
        ]
    parameters += [("triangular", "int64"), *zip(sources.names(out, "out"), sources.signature(out), strict=True), *last]
    fields = ", ".join(f"limits[{i}]" for i in range(len(Limits._fields)))
    result = "int64" if "return found" in tail else "void"
    return f'''"""Enumerator's driver ({kind}) of {kernel.__module__}.{kernel.__name__}. Generated by search.exact.drivers."""

import numpy as np
from numba import njit

from dsl.columns.compile import compiled
from dsl.columns.rows import clear_past, row, words
from dsl.kernels import Limits
from search.exact.loops import FULL, TRIED, {FLUSHES[out.letter]}

kernel = compiled({kernel.__module__!r}, {kernel.__name__!r})


@njit("{result}({", ".join(kind for _, kind in parameters)})", cache=True, error_model="numpy")
def driver({", ".join(name for name, _ in parameters)}):
    p = Limits({fields})
{head}{_loops(args, picks)}{body}{tail}'''
