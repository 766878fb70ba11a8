"""Compiled drivers (see `sources`), made when first asked for and kept on disk.

A driver is written as text to the cache folder and imported from there, so that numba's own cache works. Its folder is named
by a fingerprint of everything that the machine code depends on, since numba does not notice that a function imported from
another file has changed. The kernel files are loaded a second time for this, with `@kernel` compiling.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import dsl.kernels
from dsl.columns import sources
from dsl.columns.available import available
from dsl.columns.cache import fingerprint, open_folder, write_once
from dsl.columns.layout import Layout

_IMPORTED = re.compile(r"^from (dsl\.kernels\.\w+) import", re.MULTILINE)
_PREFIX = "dsl.columns.compiled"
"""Stem of the names under which compiled copies of kernel files and drivers are known as modules; there is no such file."""
_MAKERS = (__name__, "dsl.columns.sources", "dsl.columns.rows", "dsl.columns.layout", "dsl.columns.hash", "dsl.kernels")
_lock = threading.RLock()


@cache
def driver(template: str, kernel: Callable[..., Any], args: tuple[Layout, ...], out: Layout) -> Callable[..., int]:
    """The driver of a kernel for columns of these layouts. `template` is "materialise" or "test". Compiles for about half a second, once."""
    write = {"materialise": sources.materialise, "test": sources.test}[template]
    stem = "_".join([template, kernel.__name__, *(layout.name for layout in args), out.name])
    return load(folder_name(kernel.__module__), stem, write(kernel, args, out))


@cache
def hash_driver(dtypes: tuple[str, ...], final: bool) -> Callable[..., None]:
    """The driver that hashes rows made of parts of these types, with or without the last mixing."""
    stem = "_".join(["hash" if final else "sum", *dtypes])
    return load(folder_name("dsl.columns.hash"), stem, sources.hashing(dtypes, final))


def compiled(module: str, name: str) -> Any:
    """The kernel `name` of a kernel file, as numba's function of it."""
    return getattr(_compiled_module(module), name)


def load(folder: str, stem: str, text: str) -> Callable[..., Any]:
    """The function `driver` of a generated file."""
    path = _open_folder(folder) / f"{stem}.py"
    name = f"{_PREFIX}.{folder}.{stem}"
    with _lock:
        write_once(path, text)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return module.driver


@cache
def _open_folder(name: str) -> Path:
    return open_folder(name)


def _compiled_module(name: str) -> ModuleType:
    """A second copy of a kernel file, in which `@kernel` compiles. What it imports from other kernel files are such copies too."""
    alias = f"{_PREFIX}.{name}"
    with _lock:
        if alias not in sys.modules:
            source = _source(name)
            for imported in _IMPORTED.findall(source):
                _compiled_module(imported)
            module = ModuleType(alias, f"Compiled copy of {name}.")
            module.__file__ = str(_path(name))
            code = compile(_IMPORTED.sub(rf"from {_PREFIX}.\1 import", source), module.__file__, "exec")
            before, dsl.kernels._wrap = dsl.kernels._wrap, _njit
            try:
                exec(code, module.__dict__)
            finally:
                dsl.kernels._wrap = before
            sys.modules[alias] = module
        return sys.modules[alias]


def _njit(function: Callable[..., Any]) -> Any:
    """`function`, compiled into the drivers that call it.

    With numpy's error model a division by zero needs no branch; inlined, a kernel shares the driver's registers (a third faster on
    short rows, `python -m benchmarks.kernels`).
    """
    import numba

    return numba.njit(error_model="numpy", forceinline=True)(function)


@cache
def _path(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ImportError(f"no source file for the module {name}")
    return Path(spec.origin)


@cache
def _source(name: str) -> str:
    return _path(name).read_text(encoding="utf-8")


@cache
def folder_name(name: str) -> str:
    """Folder of the drivers of one kernel file: changes with it, with the files that it imports, and with all that makes drivers."""
    import llvmlite
    import numba

    versions = (sys.version, numba.__version__, llvmlite.__version__, np.__version__, platform.machine())
    return f"{name.rpartition('.')[2]}-{fingerprint(*versions, *map(_source, _MAKERS), *_sources(name))}"


def _sources(name: str) -> list[str]:
    source = _source(name)
    return [source, *(part for imported in _IMPORTED.findall(source) for part in _sources(imported))]
