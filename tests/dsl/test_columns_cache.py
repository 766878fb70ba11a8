"""The cache of compiled drivers: it is used, it notices every change, processes share it; and without numba the answers are the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import dsl
from dsl.columns import cache
from dsl.columns.hash import hash_column
from dsl.columns.layout import decode, encode
from dsl.columns.run import run_columns
from dsl.columns.step import apply
from dsl.errors import ConfigError
from dsl.ops import OPS
from dsl.parser import parse
from dsl.types import LIST_INT, STR
from dsl.values import DEFAULT
from tests.dsl.draws import draw_args
from tests.dsl.test_columns_agreement import VALUE_OPS, typings

ROOT = Path(dsl.__file__).parent.parent
SCRIPT = """
import time
start = time.perf_counter()
from dsl.columns.compile import available
from dsl.columns.layout import decode, encode
from dsl.columns.step import apply
from dsl.ops import OPS
from dsl.types import STR
from dsl.values import DEFAULT
assert available()
print(decode(apply(OPS["str>int"], [encode(["12", "x"], STR, DEFAULT)], [None]).column))
"""


def run_script(code: str, cwd: Path, **environment: str) -> str:
    """Standard output of a fresh Python that imports the package from `cwd`."""
    settings = {**os.environ, "PYTHONPATH": str(cwd), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    done = subprocess.run([sys.executable, "-c", code], cwd=cwd, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def compiled_files(folder: Path) -> dict[str, int]:
    """Machine code in a cache folder and when it was written."""
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*.nbc")}


def test_the_cache_is_used_and_notices_changes(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "dsl", tmp_path / "dsl", ignore=shutil.ignore_patterns("__pycache__"))
    folder = tmp_path / "cache"
    assert run_script(SCRIPT, tmp_path, FLOWFORTH_CACHE=str(folder)) == "[12, -1]"
    first = compiled_files(folder)
    assert len(first) == 1
    assert run_script(SCRIPT, tmp_path, FLOWFORTH_CACHE=str(folder)) == "[12, -1]"
    assert compiled_files(folder) == first
    # A function that the kernel's file imports from another kernel file, unseen by numba: every result is one more.
    imported = tmp_path / "dsl" / "kernels" / "integers.py"
    text = imported.read_text(encoding="utf-8")
    changed = text.replace("    return value, OK\n", "    return value + 1, OK\n")
    assert changed != text
    imported.write_text(changed, encoding="utf-8")
    assert run_script(SCRIPT, tmp_path, FLOWFORTH_CACHE=str(folder)) == "[13, 0]"
    assert len(compiled_files(folder)) == 2


def test_processes_may_fill_the_cache_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        outputs = list(pool.map(lambda _: run_script(SCRIPT, ROOT, FLOWFORTH_CACHE=str(tmp_path / "cache")), range(3)))
    assert outputs == ["[12, -1]"] * 3
    assert not list(tmp_path.rglob("*.tmp"))


def test_the_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWFORTH_CACHE", str(tmp_path / "here"))
    assert cache.folder() == tmp_path / "here"
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FLOWFORTH_CACHE", str(tmp_path / "file"))
    with pytest.raises(ConfigError, match="FLOWFORTH_CACHE"):
        cache.folder()


def test_folders_that_nobody_uses_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWFORTH_CACHE", str(tmp_path))
    old, used, other = (cache.open_folder(f"lists-{digit * 16}") for digit in "012")
    mine = tmp_path / "my-notes"
    mine.mkdir()
    for folder in (old, used, mine):
        os.utime(folder, (0, 0))
    assert cache.open_folder(used.name) == used
    cache.open_folder(f"strings-{'3' * 16}")
    assert not old.exists()
    assert used.exists() and other.exists() and mine.exists()


def test_a_file_that_holds_the_text_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.py"
    cache.write_once(path, "x = 1\n")
    stamp = path.stat().st_mtime_ns
    cache.write_once(path, "x = 1\n")
    assert path.stat().st_mtime_ns == stamp
    cache.write_once(path, "x = 2\n")
    assert path.read_text() == "x = 2\n"


# ---------------------------------------------------------------- without numba

PROGRAMS = ("( dup * ) map sum", "dup ( 2 > ) filter swap length swap", "( 3 mod ) group-by", "0 ( + ) fold")


def digest() -> str:
    """Results of every op on a few random rows, of some programs, and of hashes, as JSON."""
    rng = np.random.default_rng(11)
    results: list[object] = []
    for op in VALUE_OPS:
        for kinds in typings(op):
            rows = [draw_args(rng, kinds, DEFAULT) for _ in range(4)]
            columns = [encode([row[k] for row in rows], kind, DEFAULT) for k, kind in enumerate(kinds)]
            applied = apply(op, columns, [None] * len(columns))
            results.append((op.name, decode(applied.column), applied.status.tolist(), hash_column(applied.column, examples=2).tolist()))
    rows = [draw_args(rng, (LIST_INT,), DEFAULT) for _ in range(20)]
    column = encode([row[0] for row in rows], LIST_INT, DEFAULT)
    results += [[str(stack) for stack in run_columns(parse(text), [column]).stacks()] for text in PROGRAMS]
    return json.dumps(results)


def test_answers_without_numba_are_the_same() -> None:
    code = "import sys; from tests.dsl.test_columns_cache import digest; print(digest()); assert 'numba' not in sys.modules"
    assert run_script(code, ROOT, FLOWFORTH_NO_NUMBA="1") == digest()


def test_without_numba_everything_goes_through_the_references() -> None:
    code = """
from dsl.columns.compile import available
from dsl.columns.step import plan_for
from dsl.columns.layout import encode
from dsl.ops import OPS
from dsl.types import STR
from dsl.values import DEFAULT
assert not available()
assert plan_for(OPS["upper"], (encode([], STR, DEFAULT).layout,), DEFAULT).kernel is None
print("fine")
"""
    assert run_script(code, ROOT, FLOWFORTH_NO_NUMBA="1") == "fine"
    columns = (encode([], STR, DEFAULT),)
    assert apply(OPS["upper"], columns, [None]).status.tolist() == []
