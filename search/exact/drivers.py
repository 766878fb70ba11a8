"""Compiled loops of the enumerator: one that grows a bank by all applications of a word to ranges of values, and one that only tests them.

Made from the same kernels, and kept in the same cache, as the drivers of `dsl.columns.compile`; here the loop over the
arguments' values is inside, so that a call covers millions of candidates. A candidate is computed into the next free place of the
bank and stays there if its hash is new: nothing is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from dsl.columns import compile as compiler
from dsl.columns import sources
from dsl.columns.layout import INTS, LISTS, Layout
from dsl.kernels import Limits

COUNT, TRIED, FULL = 0, 1, 2
"""Places in a driver's `counters`: values in the bank, candidates tried, whether the bank is full."""


@cache
def grower(kernel: Callable[..., Any], args: tuple[Layout, ...], out: Layout) -> Callable[..., None]:
    """`driver(limits, examples, [arrays, low, high] per argument, triangular, out arrays, keys, table, places, hashes, origins, production, counters)`.

    Tries every choice of argument values in `low..high` (with `triangular`, the second not before the first) and adds the new
    ones, until all are done or the bank is full.
    """
    body = f"""{_indent(args)}    base = counters[{COUNT}] * examples
{_indent(args)}    tried += 1
{_indent(args)}    fine = True
{_indent(args)}    e = 0
{_indent(args)}    while fine and e < examples:
{_indent(args)}        w = base + e
{_compute(kernel, args, out, "w", _indent(args) + "        ", keep=True)}
{_indent(args)}        e += 1
{_indent(args)}    if not fine:
{_indent(args)}        continue
{_hash(out, _indent(args) + "    ")}
{_indent(args)}    slot = np.int64(total & mask)
{_indent(args)}    while table[slot] != 0 and table[slot] != total:
{_indent(args)}        slot = (slot + 1) & np.int64(mask)
{_indent(args)}    if table[slot] == total:
{_indent(args)}        continue
{_indent(args)}    number = counters[{COUNT}]
{_indent(args)}    table[slot] = total
{_indent(args)}    places[slot] = number
{_indent(args)}    hashes[number] = total
{_indent(args)}    origins[number, 0] = production
{"".join(f"{_indent(args)}    origins[number, {k + 1}] = i{k}{chr(10)}" for k in range(len(args)))}{_indent(args)}    counters[{COUNT}] = number + 1
{_indent(args)}    if number + 2 > len(hashes):
{_indent(args)}        counters[{FULL}] = 1
{_indent(args)}        counters[{TRIED}] += tried
{_indent(args)}        return
"""
    last = [("keys", "uint64[::1]"), ("table", "uint64[::1]"), ("places", "int32[::1]"), ("hashes", "uint64[::1]"), ("origins", "int32[:,::1]"), ("production", "int64"), ("counters", "int64[::1]")]  # fmt: skip
    head = "    mask = np.uint64(len(table) - 1)\n    tried = 0\n"
    text = _file("grow", kernel, args, out, last, head, body, f"    counters[{TRIED}] += tried\n")
    return compiler._load(_folder(kernel), _stem("grow", kernel, args, out), text)


@cache
def tester(kernel: Callable[..., Any], args: tuple[Layout, ...], out: Layout) -> Callable[..., int]:
    """`driver(limits, examples, [arrays, low, high] per argument, triangular, scratch arrays, target arrays, hits, counters) -> number of hits`.

    Tries the same choices, stores nothing, and leaves a candidate at its first example that differs from the target. `hits` gets
    the argument values of those that do not, until it is full.
    """
    inner = _indent(args)
    body = f"""{inner}    tried += 1
{inner}    fine = True
{inner}    e = 0
{inner}    while fine and e < examples:
{_compute(kernel, args, out, "0", inner + "        ", keep=False)}
{_same(out, inner + "        ")}
{inner}        e += 1
{inner}    if fine:
{"".join(f"{inner}        hits[found, {k}] = i{k}{chr(10)}" for k in range(len(args)))}{inner}        found += 1
{inner}        if found == len(hits):
{inner}            counters[{TRIED}] += tried
{inner}            return found
"""
    target = [*zip(sources.names(out, "want"), sources.signature(out), strict=True)]
    last = [*target, ("hits", "int32[:,::1]"), ("counters", "int64[::1]")]
    text = _file(
        "find", kernel, args, out, last, "    found = 0\n    tried = 0\n", body, f"    counters[{TRIED}] += tried\n    return found\n"
    )
    return compiler._load(_folder(kernel), _stem("find", kernel, args, out), text)


def _folder(kernel: Callable[..., Any]) -> str:
    from dsl.columns.cache import fingerprint

    return f"search-{fingerprint(compiler._folder_name(kernel.__module__), Path(__file__).read_text(encoding='utf-8'))}"


def _stem(kind: str, kernel: Callable[..., Any], args: Sequence[Layout], out: Layout) -> str:
    return "_".join([kind, kernel.__name__, *(layout.name for layout in args), out.name])


def _indent(args: Sequence[Layout]) -> str:
    return "    " * len(args)


def _loops(args: Sequence[Layout]) -> str:
    """The nested loops over argument values, with the first row of each."""
    text = ""
    for k in range(len(args)):
        pad = "    " * (k + 1)
        low = "max(low1, i0) if triangular else low1" if k == 1 else f"low{k}"
        text += f"{pad}for i{k} in range({low}, high{k}):\n{pad}    r{k} = i{k} * examples\n"
    return text


def _compute(kernel: Callable[..., Any], args: Sequence[Layout], out: Layout, at: str, pad: str, *, keep: bool) -> str:
    """Code that runs the kernel on example e; leaves `fine`, and the result in row `at` of the output (in `value` for a number)."""
    call = sources._call(args, out, at)
    if out.letter in "ib":
        return f"{pad}value, code = {call}\n{pad}fine = code == 0" + (f"\n{pad}out[{at}] = value if fine else 0" if keep else "")
    code = f"{pad}got = {call}\n{pad}fine = got >= 0\n"
    if keep:
        code += f"{pad}got = max(got, 0)\n{pad}out_lengths[{at}] = got\n" + _reindent(sources._clearing(out), pad)
    return code.rstrip("\n")


def _reindent(code: str, pad: str) -> str:
    lines = code.rstrip("\n").split("\n")
    depth = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(pad + line[depth:] for line in lines)


def _hash(out: Layout, pad: str) -> str:
    """Code for `total`: the hash of `dsl.columns.hash` over the candidate's rows; never 0, which marks a free slot."""
    parts = []
    if out.letter in "ib":
        parts.append(("out", None))
    elif out in (INTS, LISTS):
        parts.append(("row(out, base, examples * out.shape[1])", None))
    else:
        parts.append((f"words(out, base, examples * out.shape[1] // {8 // out.itemsize})", None))
    if out.letter == "n":
        parts.append(("words(out_ends, base, examples * out_ends.shape[1] // 2)", None))
    code = f"{pad}total = np.uint64(0)\n{pad}start = 0\n"
    if out.letter in "ib":
        code += f"{pad}for j in range(examples):\n{pad}    total += np.uint64(out[base + j]) * keys[j]\n"
        code += f"{pad}start = examples\n"
    else:
        for part, _ in parts:
            code += f"{pad}part = {part}\n" if "words" not in part else f"{pad}packed = {part}\n"
            name = "packed" if "words" in part else "part"
            entry = "mixed(packed[np.uint64(j)])" if name == "packed" else "np.uint64(part[np.uint64(j)])"
            code += (
                f"{pad}for j in range(len({name})):\n{pad}    total += {entry} * keys[np.uint64(start + j)]\n{pad}start += len({name})\n"
            )
        code += f"{pad}for j in range(examples):\n{pad}    total += np.uint64(out_lengths[base + j]) * keys[start + j]\n"
    code += f"{pad}for _ in range(2):\n{pad}    total = (total ^ (total >> SHIFT)) * MULTIPLIER\n"
    return code + f"{pad}total = max(total ^ (total >> SHIFT), np.uint64(1))"


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
) -> str:
    parameters = [("limits", "int64[::1]"), ("examples", "int64")]
    for k, layout in enumerate(args):
        parameters += [
            *zip(sources.names(layout, f"a{k}"), sources.signature(layout), strict=True),
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
from dsl.columns.hash import FINAL, SHIFT
from dsl.columns.rows import clear_past, mixed, row, words
from dsl.kernels import Limits

MULTIPLIER = np.uint64(FINAL)
kernel = compiled({kernel.__module__!r}, {kernel.__name__!r})


@njit("{result}({", ".join(kind for _, kind in parameters)})", cache=True, error_model="numpy")
def driver({", ".join(name for name, _ in parameters)}):
    p = Limits({fields})
{head}{_loops(args)}{body}{tail}'''
