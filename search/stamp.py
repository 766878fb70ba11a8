"""What numba goes by when it looks for compiled code in its cache, in sixteen digits."""

from __future__ import annotations

from pathlib import Path

from dsl.columns.cache import fingerprint


def stamp(*modules: Path) -> str:
    """Changes with the text, the place and the time of change of any of these modules: numba compiles anew for each of them, so code that another
    checkout or an earlier installation has compiled is none."""
    parts = []
    for path in modules:
        parts += [str(path.resolve()), str(path.stat().st_mtime_ns), path.read_text(encoding="utf-8")]
    return fingerprint(*parts)
