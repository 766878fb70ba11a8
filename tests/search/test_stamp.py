"""Compiled code belongs to a file: one elsewhere, one that was touched and one with another text are others."""

import os
from pathlib import Path

from search.stamp import stamp


def test_it_changes_with_whatever_numba_looks_at(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    for path in (one, two):
        path.write_text("A = 1\n")
        os.utime(path, ns=(10**18, 10**18))
    seen = {stamp(one), stamp(two), stamp(one, two), stamp(two, one)}
    assert stamp(one) in seen and len(seen) == 4
    os.utime(one, ns=(10**18, 10**18 + 1))
    seen.add(stamp(one))
    one.write_text("A = 2\n")
    os.utime(one, ns=(10**18, 10**18))
    seen.add(stamp(one))
    assert len(seen) == 6
