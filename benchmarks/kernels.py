"""Speed of every kernel beside its plain-Python reference, on one core in one run: `python -m benchmarks.kernels --help`.

A candidate is five examples. Lists hold at most 20 ints, strings at most 64 characters, all ASCII. Two distributions of
lengths: `uniform`, 0 to the limit, and `short`, 3-12 for lists and 8-32 for strings. Candidates are taken in random order,
outputs are allocated once and reused, and each time is the best of many repetitions, as other processes can only add to
it. The reference gets the same rows as plain values and includes the check against the profile's limits.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dsl.columns.compile import hash_driver
from dsl.columns.hash import keys, parts_of
from dsl.columns.layout import Column, empty, encode
from dsl.columns.step import apply, plan_for
from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, Type
from dsl.unification import substitute
from dsl.values import DEFAULT, Stuck, Value, check

EXAMPLES = 5
CANDIDATES = 512
PROFILE = DEFAULT.with_limits(name="benchmark", max_list=20, max_str=64)
LENGTHS = {"uniform": {"list": (0, 20), "str": (0, 64)}, "short": {"list": (3, 12), "str": (8, 32)}}
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789  ,,--"
NUMERALS = frozenset({"str>int"})
TOKEN_OPS = frozenset({"tok", "tok-start", "tok-end", "keep-class", "strip-class", "subst-class", "count-class"})
HASHED: tuple[Type, ...] = (INT, LIST_INT, STR, LIST_STR, LIST_LIST_INT)


@dataclass(slots=True, kw_only=True)
class Timing:
    """One line of the table. Times of kernels and references are nanoseconds per candidate of five examples."""

    op: str
    signature: str
    uniform: float
    """Kernel, materialising, lengths uniform up to the limit."""
    short: float
    """Kernel, materialising, shorter lengths."""
    test: float | None
    """Kernel, comparing with a target that no candidate equals, uniform lengths."""
    reference: float | None
    """Plain Python, uniform lengths."""
    stuck: float
    """Share of stuck rows, uniform lengths."""
    cold: float | None = None
    """Seconds to the first result with an empty cache."""
    cached: float | None = None
    """Seconds to the first result in a new process with a full cache."""

    @property
    def ratio(self) -> float | None:
        """How many times the reference takes as long as the kernel."""
        return None if self.reference is None else self.reference / self.uniform


# ---------------------------------------------------------------- arguments


def _number(rng: np.random.Generator, low: int, high: int) -> int:
    return int(rng.integers(low, high + 1))


def _text(rng: np.random.Generator, length: int, alphabet: str = ALPHABET) -> str:
    return "".join(alphabet[i] for i in rng.integers(len(alphabet), size=length))


def draw(rng: np.random.Generator, op: Op, kind: Type, position: int, lengths: dict[str, tuple[int, int]]) -> Value:
    """A usual argument: a long first string, short patterns after it; indices within the length; items that make sense."""
    if kind == INT:
        return _number(rng, -20, 60) if position == 0 else _number(rng, 0, 9)
    if kind == BOOL:
        return bool(rng.integers(2))
    if kind == STR:
        if op.name in NUMERALS:
            return str(_number(rng, -9999, 9999))
        if op.name in TOKEN_OPS and position == 1:
            return ("number", "word", "alnum", "caps", "proper", "lower", " ", ",")[_number(rng, 0, 7)]
        if op.name in ("concat", "=", "!=", "choose"):
            return _text(rng, _number(rng, *lengths["str"]) // 2)
        return _text(rng, _number(rng, *lengths["str"]) if position == 0 else _number(rng, 1, 2))
    count = _number(rng, *lengths["list"])
    if kind == LIST_INT:
        return tuple(rng.integers(-20, 60, size=count).tolist())
    if kind == LIST_BOOL:
        return tuple(bool(i) for i in rng.integers(2, size=count))
    if kind == LIST_LIST_INT:
        return tuple(tuple(rng.integers(-20, 60, size=_number(rng, 0, 4)).tolist()) for _ in range(count))
    return tuple(_text(rng, _number(rng, 0, 3)) for _ in range(count))


def usual_types(op: Op) -> tuple[Type, ...] | None:
    """The argument types to time an op on: its type variables as Int if there is a kernel for that, else the first type that has one."""
    for item in (INT, STR, BOOL, LIST_INT):
        kinds = [substitute(kind, {"a": item, "b": item}) for kind in op.type.before.types]
        try:
            if plan_for(op, tuple(encode([], kind, PROFILE).layout for kind in kinds), PROFILE).kernel is not None:
                return tuple(kinds)
        except (KeyError, ValueError):
            continue
    return None


# ---------------------------------------------------------------- timing


def best(call: Callable[[], Any], seconds: float = 0.05) -> float:
    """Shortest time of one call, over at least five calls and about so many seconds."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def columns_for(op: Op, kinds: Sequence[Type], lengths: str, seed: int) -> tuple[list[tuple[Value, ...]], list[Column], Any]:
    """Rows of arguments, the same as columns, and an order to take the candidates in."""
    rng = np.random.default_rng(seed)
    rows = [tuple(draw(rng, op, kind, k, LENGTHS[lengths]) for k, kind in enumerate(kinds)) for _ in range(CANDIDATES * EXAMPLES)]
    columns = [encode([row[k] for row in rows], kind, PROFILE) for k, kind in enumerate(kinds)]
    return rows, columns, rng.permutation(CANDIDATES).astype(np.int32)


def driver_call(op: Op, columns: Sequence[Column], order: Any, template: str, out: Column, *last: Any) -> Callable[[], Any]:
    """The compiled loop alone, as one call of no arguments: what `apply` and `matches` call after about five microseconds of Python."""
    plan = plan_for(op, tuple(column.layout for column in columns), PROFILE)
    arrays = [array for column in columns for array in (*column.arrays(), order)]
    arguments = (plan.limits, CANDIDATES, EXAMPLES, *arrays, *out.arrays(), *last)
    return partial(plan.driver(template), *arguments)


def time_op(op: Op, kinds: tuple[Type, ...]) -> Timing:
    """Both distributions of lengths, the test-only driver and the reference."""
    found: dict[str, float] = {}
    for lengths in ("short", "uniform"):
        rows, columns, order = columns_for(op, kinds, lengths, seed=7)
        first = apply(op, columns, [order] * len(columns), examples=EXAMPLES, profile=PROFILE)
        call = driver_call(op, columns, order, "materialise", first.column, first.status)
        found[lengths] = best(call)
    # A target that most candidates differ from: a candidate of other arguments.
    _, others, other = columns_for(op, kinds, "uniform", seed=8)
    target = apply(op, others, [other] * len(others), examples=EXAMPLES, profile=PROFILE).column.take(np.arange(EXAMPLES))
    scratch = empty(first.column.layout, 1, PROFILE)
    test = best(driver_call(op, columns, order, "test", scratch, *target.arrays(), np.empty(CANDIDATES, np.int32)))
    reference = best(lambda: _run_reference(op, rows))
    plan = plan_for(op, tuple(column.layout for column in columns), PROFILE)
    signature = "".join(layout.letter for layout in plan.args) + "->" + plan.result.letter
    scale = 1e9 / CANDIDATES
    return Timing(
        op=op.name,
        signature=signature,
        uniform=found["uniform"] * scale,
        short=found["short"] * scale,
        test=test * scale,
        reference=reference * scale,
        stuck=float(np.mean(first.status != 0)),
    )


def _run_reference(op: Op, rows: Sequence[tuple[Value, ...]]) -> None:
    assert op.reference is not None
    for row in rows:
        result = op.reference(PROFILE, *row)
        if not isinstance(result, Stuck):
            check(result, PROFILE)


def time_hash(kind: Type) -> Timing:
    """The hash of columns of one type, beside Python's hash of a tuple of five values."""
    found: dict[str, float] = {}
    for lengths in ("short", "uniform"):
        rows, (column,), _ = columns_for(OPS["head"], (kind,), lengths, seed=7)
        parts = parts_of(column, EXAMPLES)
        driver = hash_driver(tuple(part.dtype.name for part in parts), True)
        key = keys(sum(part.shape[1] for part in parts))
        found[lengths] = best(partial(driver, *parts, key, CANDIDATES, np.empty(CANDIDATES, np.uint64)))
    values = [tuple(row[0] for row in rows[c : c + EXAMPLES]) for c in range(0, len(rows), EXAMPLES)]
    reference = best(lambda: [hash(value) for value in values])
    scale = 1e9 / CANDIDATES
    return Timing(
        op=f"hash of {kind}",
        signature=column.layout.letter,
        uniform=found["uniform"] * scale,
        short=found["short"] * scale,
        test=None,
        reference=reference * scale,
        stuck=0.0,
    )


# ---------------------------------------------------------------- compile time

_FIRST_CALLS = """
import json, sys, time
import numba
from benchmarks.kernels import first_calls
print(json.dumps(first_calls(sys.argv[1:])))
"""


def first_calls(names: Sequence[str]) -> dict[str, float]:
    """Seconds from nothing to the first result of each op in this process; numba is imported already."""
    times = {}
    for name in names:
        op = OPS[name]
        kinds = usual_types(op)
        assert kinds is not None
        columns = [encode([], kind, PROFILE) for kind in kinds]
        start = time.perf_counter()
        apply(op, columns, [None] * len(columns), profile=PROFILE)
        times[name] = time.perf_counter() - start
    return times


def compile_times(names: Sequence[str]) -> tuple[dict[str, float], dict[str, float]]:
    """`first_calls` in a new process with an empty cache, then in another one with the cache that the first has filled."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "FLOWFORTH_CACHE": folder}
        outputs = [
            subprocess.run([sys.executable, "-c", _FIRST_CALLS, *names], env=environment, check=True, capture_output=True, text=True).stdout
            for _ in range(2)
        ]
    cold, cached = map(json.loads, outputs)
    return cold, cached


# ---------------------------------------------------------------- output

_HEADINGS = ("op", "kernel", "uniform ns", "short ns", "test ns", "reference ns", "ratio", "stuck", "cold s", "cached ms")


def _cells(timing: Timing) -> list[str]:
    def shown(value: float | None, form: str = "{:.0f}", scale: float = 1.0) -> str:
        return "" if value is None else form.format(value * scale)

    return [
        timing.op,
        timing.signature,
        *(
            shown(value, "{:.1f}" if value is not None and value < 20 else "{:.0f}")
            for value in (timing.uniform, timing.short, timing.test)
        ),
        shown(timing.reference),
        shown(timing.ratio, "{:.0f}x"),
        shown(timing.stuck, "{:.0f}%", 100),
        shown(timing.cold, "{:.2f}"),
        shown(timing.cached, "{:.1f}", 1000),
    ]


def as_text(timings: Sequence[Timing]) -> str:
    """An aligned table."""
    rows = [list(_HEADINGS), *map(_cells, timings)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(w) if k < 2 else cell.rjust(w) for k, (cell, w) in enumerate(zip(row, widths, strict=True))) for row in rows
    )


def as_markdown(timings: Sequence[Timing]) -> str:
    """The same as a Markdown table, under the machine that it was measured on."""
    lines = ["| " + " | ".join(_HEADINGS) + " |", "|" + "---|" * len(_HEADINGS)]
    lines += ["| " + " | ".join(f"`{cell}`" if k < 2 else cell for k, cell in enumerate(_cells(timing))) + " |" for timing in timings]
    return f"{machine()}\n\n" + "\n".join(lines) + "\n"


def machine() -> str:
    """What the figures were measured with."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        model = names[0] if names else model
    return f"{model}, one core, Python {platform.python_version()}, numpy {np.__version__}; command: python -m benchmarks.kernels"


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.kernels", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ops", nargs="+", metavar="WORD", help="only these words (default: every word with a kernel, and the hashes)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON, too")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table as Markdown, too")
    parser.add_argument("--no-compile-times", action="store_true", help="leave out the two subprocesses that measure compile times")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.ops or [] if name not in OPS]
    if unknown:
        parser.error(f"unknown word {unknown[0]!r}; `flowforth ops` lists the words")
    names = [op.name for op in OPS.values() if op.kind == "value" and usual_types(op) and (not options.ops or op.name in options.ops)]
    timings = [] if options.ops else [time_hash(kind) for kind in HASHED]
    for name in names:
        kinds = usual_types(OPS[name])
        assert kinds is not None
        timings.append(time_op(OPS[name], kinds))
    if not options.no_compile_times and names:
        cold, cached = compile_times(names)
        for timing in timings:
            timing.cold, timing.cached = cold.get(timing.op), cached.get(timing.op)
    print(as_text(timings))
    if options.json:
        figures = [{**asdict(timing), "ratio": timing.ratio} for timing in timings]
        options.json.write_text(json.dumps({"machine": machine(), "examples": EXAMPLES, "timings": figures}, indent=1) + "\n")
    if options.markdown:
        options.markdown.write_text(as_markdown(timings))


if __name__ == "__main__":
    main()
