"""What an attempt ran on: revision, package versions, processor. Looked up once in a process."""

from __future__ import annotations

import platform
import subprocess
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.measure import peak_source

PACKAGES = ("flowforth", "numpy", "numba", "torch", "cvc5", "pyshgp", "ray")
"""Packages whose versions are kept, those of them that are installed."""


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Names and versions; `revision` ends in `+` where files were changed, `peak` says how peak memory was measured."""
    found = {name: number for name in PACKAGES if (number := _installed(name))}
    revision = _revision()
    return {
        **found, "python": platform.python_version(), **({"revision": revision} if revision else {}),
        "cpu": _processor(), "peak": peak_source(),
    }  # fmt: skip


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _revision() -> str | None:
    """The git revision of the source, or None where it is no git checkout."""
    root = Path(__file__).parent.parent
    if not (root / ".git").exists():
        return None
    try:
        head = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=root, capture_output=True, text=True, timeout=10, check=True)
        changed = subprocess.run(["git", "diff", "--quiet", "HEAD"], cwd=root, capture_output=True, timeout=10, check=False).returncode
    except (OSError, subprocess.SubprocessError):
        return None
    return head.stdout.strip() + ("+" if changed else "")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
