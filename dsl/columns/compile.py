"""Drivers: compiled loops that call one kernel for every row of the argument columns, made when first asked for.

A driver is generated as text, written to the cache folder and imported from there, so that numba's own cache on disk works. Its
folder is named by a fingerprint of everything that the machine code depends on: numba does not notice that a function
imported from another file has changed. The kernel files are loaded a second time for this, with `@kernel` compiling.

Signature of a driver that materialises, with the arrays of each argument followed by its index, then those of the output:

    worst = driver(limits, num_candidates, num_examples, data0, [ends0], [lengths0], index0, ..., out, [ends], [lengths], status)

Candidate c takes rows `index0[c] * num_examples + e` of argument 0. `worst` is the highest status. A driver that tests takes
the arrays of a target of `num_examples` rows and `hits` in the place of `status`, uses the output as scratch of one
row, and returns how many candidates equal the target; `hits` then begins with their numbers.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import sys
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import dsl.kernels
from dsl.columns import cache
from dsl.columns.layout import Layout
from dsl.kernels import Limits

_IMPORTED = re.compile(r"^from (dsl\.kernels\.\w+) import", re.MULTILINE)
_COMPILED_PREFIX = "dsl.columns.compiled"
_lock = threading.RLock()

FLAT = frozenset(
    {
        *(("dsl.kernels.text_case", name) for name in ("upper", "lower")),
        *(("dsl.kernels.fused", f"map_{name}") for name in ("times_2", "over_2", "negate", "square", "times_3", "over_3", "times_4", "over_4")),
    }
)
"""Kernels whose `out[i]` depends on `x[i]` alone and is 0 where that is: the rows of a candidate, with the zeros past their lengths, may
go through one call, end to end. About three times as fast on short rows; no row's length is looked at, so no branch depends on it."""


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether columns are computed by compiled kernels; if not, by the references. `FLOWFORTH_NO_NUMBA=1`, read once, says no."""
    return os.environ.get("FLOWFORTH_NO_NUMBA", "") in ("", "0") and importlib.util.find_spec("numba") is not None


# ---------------------------------------------------------------- kernels, compiled


def compiled(module: str, name: str) -> Any:
    """The kernel `name` of a kernel file, as numba's function of it."""
    return getattr(_compiled_module(module), name)


def _compiled_module(name: str) -> ModuleType:
    """A second copy of a kernel file, in which `@kernel` compiles. What it imports from other kernel files are such copies too."""
    alias = f"{_COMPILED_PREFIX}.{name}"
    with _lock:
        if alias not in sys.modules:
            source = _source(name)
            for imported in _IMPORTED.findall(source):
                _compiled_module(imported)
            module = ModuleType(alias, f"Compiled copy of {name}.")
            module.__file__ = str(_path(name))
            code = compile(_IMPORTED.sub(rf"from {_COMPILED_PREFIX}.\1 import", source), module.__file__, "exec")
            before, dsl.kernels._wrap = dsl.kernels._wrap, _njit
            try:
                exec(code, module.__dict__)
            finally:
                dsl.kernels._wrap = before
            sys.modules[alias] = module
        return sys.modules[alias]


def _njit(function: Callable[..., Any]) -> Any:
    """`function` compiled when it is called from a driver. With numpy's error model a division by zero needs no branch; inlined, a
    kernel shares the driver's registers (measured: a third faster on short rows)."""
    import numba

    return numba.njit(error_model="numpy", forceinline=True)(function)


def _path(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ImportError(f"no source file for the kernel module {name}")
    return Path(spec.origin)


@lru_cache(maxsize=None)
def _source(name: str) -> str:
    return _path(name).read_text(encoding="utf-8")


@lru_cache(maxsize=None)
def _folder_name(name: str) -> str:
    """Folder of the drivers of one kernel file: changes with it, with the files that it imports, and with all that makes drivers."""
    import llvmlite
    import numba

    versions = (sys.version, numba.__version__, llvmlite.__version__, np.__version__, platform.machine())
    own = (_source(module) for module in (__name__, "dsl.columns.rows", "dsl.columns.layout", "dsl.kernels"))
    return f"{name.rpartition('.')[2]}-{cache.fingerprint(*versions, *own, *_sources(name))}"


def _sources(name: str) -> list[str]:
    source = _source(name)
    return [source, *(part for imported in _IMPORTED.findall(source) for part in _sources(imported))]


# ---------------------------------------------------------------- drivers


@lru_cache(maxsize=None)
def driver(template: str, kernel: Callable[..., Any], args: tuple[Layout, ...], out: Layout) -> Callable[..., int]:
    """The driver of a kernel for columns of these layouts. `template` is "materialise" or "test". Compiles for about half a second, once."""
    text = _TEMPLATES[template](kernel, args, out)
    stem = "_".join([template, kernel.__name__, *(layout.name for layout in args), out.name])
    return load(_folder_name(kernel.__module__), stem, text)


def load(folder_name: str, stem: str, text: str) -> Callable[..., Any]:
    """The function `driver` of a generated file."""
    path = cache.folder() / folder_name / f"{stem}.py"
    with _lock:
        cache.write_once(path, text)
        name = f"{_COMPILED_PREFIX}.{folder_name}.{stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return module.driver


def signature(layout: Layout) -> list[str]:
    """Numba types of a column's arrays, in the order of `Column.arrays`."""
    if layout.letter in "ib":
        return [f"{layout.dtype}[::1]"]
    return [f"{layout.dtype}[:,::1]", *(["int32[:,::1]"] if layout.letter == "n" else []), "int32[::1]"]


def names(layout: Layout, stem: str) -> list[str]:
    """Names of the same arrays in a generated driver."""
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


def _call(args: Sequence[Layout], out: Layout, at: str) -> str:
    given = [part for k, layout in enumerate(args) for part in _parameters(layout, f"a{k}", f"r{k} + e")]
    return f"kernel({', '.join(['p', *given, *_outputs(out, at)])})"


def _file(kind: str, kernel: Callable[..., Any], args: Sequence[Layout], out: Layout, last: Sequence[tuple[str, str]], body: str) -> str:
    """Text of a driver's file: its head, its parameters, and the loop's beginning; `body` stands inside the loop over candidates."""
    parameters = [("limits", "int64[::1]"), ("num_candidates", "int64"), ("num_examples", "int64")]
    for k, layout in enumerate(args):
        parameters += [*zip(names(layout, f"a{k}"), signature(layout), strict=True), (f"i{k}", "int32[::1]")]
    parameters += [*zip(names(out, "out"), signature(out), strict=True), *last]
    fields = ", ".join(f"limits[{i}]" for i in range(len(Limits._fields)))
    rows = "".join(f"        r{k} = np.int64(i{k}[c]) * num_examples\n" for k in range(len(args)))
    return f'''"""Driver ({kind}) of {kernel.__module__}.{kernel.__name__}: {", ".join(a.name for a in args)} to {out.name}. Generated by dsl.columns.compile."""

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
{rows}{body}    return found
'''


def _materialise(kernel: Callable[..., Any], args: tuple[Layout, ...], out: Layout) -> str:
    call = _call(args, out, "w")
    if out.letter in "ib":
        write = f"""            value, code = {call}
            out[w] = value if code == 0 else 0
"""
    else:
        write = f"""            got = {call}
            code = -min(got, 0)
            got = max(got, 0)
            out_lengths[w] = got
{_clearing(out)}"""
    loop = f"""        for e in range(num_examples):
            w = c * num_examples + e
{write}            status[w] = code
            found = max(found, code)
"""
    return _file("materialise", kernel, args, out, [("status", "uint8[::1]")], _all_at_once(kernel, out) + loop)


def _all_at_once(kernel: Callable[..., Any], out: Layout) -> str:
    """Code that sends all rows of a candidate through a flat kernel in one call, and leaves them to the loop if a row gets stuck."""
    if (kernel.__module__, kernel.__name__) not in FLAT or out.dtype == "uint32":
        return ""
    return """        size = num_examples * out.shape[1]
        if kernel(p, row(a0, r0, size), size, row(out, c * num_examples, size)) >= 0:
            for e in range(num_examples):
                out_lengths[c * num_examples + e] = a0_lengths[r0 + e]
                status[c * num_examples + e] = 0
            continue
"""


def _clearing(out: Layout) -> str:
    """Code that zeroes what lies past the length, up to the end of the row as allocated."""
    per_word = 8 // out.itemsize
    if out.letter != "n":
        return f"            clear_past(words(out, w, out.shape[1] // {per_word}), got * {out.itemsize})\n"
    return f"""            used = np.int64(out_ends[w, got - 1]) if got > 0 else 0
            clear_past(words(out, w, out.shape[1] // {per_word}), used * {out.itemsize})
            clear_past(words(out_ends, w, out_ends.shape[1] // 2), got * 4)
"""


def _test(kernel: Callable[..., Any], args: tuple[Layout, ...], out: Layout) -> str:
    call = _call(args, out, "0")
    target = [*zip(names(out, "want"), signature(out), strict=True), ("hits", "int32[::1]")]
    if out.letter in "ib":
        compare = f"""            value, code = {call}
            same = code == 0 and value == want[e]
"""
    else:
        compare = f"""            got = {call}
            same = got == want_lengths[e]
            used = {"np.int64(out_ends[0, got - 1]) if same and got > 0 else 0" if out.letter == "n" else "got"}
{_comparing("out_ends", "want_ends", "got") if out.letter == "n" else ""}{_comparing("out", "want", "used")}"""
    return _file("test", kernel, args, out, target, f"""        same = True
        e = 0
        while same and e < num_examples:
{compare}            e += 1
        if same:
            hits[found] = c
            found += 1
""")


def _comparing(ours: str, theirs: str, length: str) -> str:
    return f"""            j = 0
            while same and j < {length}:
                same = {ours}[0, j] == {theirs}[e, j]
                j += 1
"""


_TEMPLATES: dict[str, Callable[..., str]] = {"materialise": _materialise, "test": _test}



# ---------------------------------------------------------------- the hash


@lru_cache(maxsize=None)
def hash_driver(dtypes: tuple[str, ...], final: bool) -> Callable[..., None]:
    """`driver(*parts, keys, num, out)` that hashes rows made of parts of these types (see `dsl.columns.hash`), with or without the last mixing."""
    parts = range(len(dtypes))
    types = ", ".join(f"{dtype}[:,::1]" for dtype in dtypes)
    entry = {dtype: "mixed(part[np.uint64(j)])" if dtype == "uint64" else "np.uint64(part[np.uint64(j)])" for dtype in dtypes}
    sums = "".join(
        f"""        part = row(a{k}, c, a{k}.shape[1])
        for j in range(len(part)):
            total += {entry[dtypes[k]]} * keys[np.uint64(start{k} + j)]
"""
        for k in parts
    )
    starts = "".join(f"    start{k} = {f'start{k - 1} + a{k - 1}.shape[1]' if k else '0'}\n" for k in parts)
    step = "        total = (total ^ (total >> SHIFT)) * MULTIPLIER\n"
    mixing = f"{step}{step}        total = total ^ (total >> SHIFT)\n" if final else ""
    text = f'''"""Hash of columns whose parts are {", ".join(dtypes)}. Generated by dsl.columns.compile."""

import numpy as np
from numba import njit

from dsl.columns.hash import FINAL, SHIFT
from dsl.columns.rows import mixed, row

MULTIPLIER = np.uint64(FINAL)


@njit("void({types}, uint64[::1], int64, uint64[::1])", cache=True, error_model="numpy")
def driver({", ".join(f"a{k}" for k in parts)}, keys, num, out):
{starts}    for c in range(num):
        total = np.uint64(0)
{sums}{mixing}        out[c] = total
'''
    return load(_folder_name("dsl.columns.hash"), "_".join(["hash" if final else "sum", *dtypes]), text)
