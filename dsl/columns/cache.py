"""The folder of generated drivers and of what numba compiled from them.

`$FLOWFORTH_CACHE` names it; otherwise it lies in the user's cache folder, or, where that cannot be written, in the folder
for temporary files. Everything in it may be deleted at any time. Files are written whole (temporary name, then rename), so
that several processes may fill it at once.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from dsl.errors import ConfigError

MONTH = 30 * 24 * 3600
"""Seconds after which an unused folder goes: every change of a kernel file leaves one behind."""
_NAME = re.compile(r"[a-z_]+-[0-9a-f]{16}")


def folder() -> Path:
    """The cache folder, which exists and can be written."""
    wish = os.environ.get("FLOWFORTH_CACHE")
    if wish:
        if not _usable(Path(wish)):
            raise ConfigError(f"FLOWFORTH_CACHE is {wish!r}, where no file can be written; name another folder or unset it")
        return Path(wish)
    return _default_folder()


@lru_cache(maxsize=1)
def _default_folder() -> Path:
    for place in (_user_folder(), _temporary_folder()):
        if place is not None and _usable(place):
            return place
    return Path(tempfile.mkdtemp(prefix="flowforth-"))


def open_folder(name: str) -> Path:
    """The folder of that name (`stem-fingerprint`) in the cache, marked as used. Making a new one removes those that nobody has used for a month."""
    place = folder() / name
    if not place.exists():
        place.mkdir(exist_ok=True)
        for other in folder().iterdir():
            # Another process may have removed it meanwhile.
            with suppress(OSError):
                if _NAME.fullmatch(other.name) and time.time() - other.stat().st_mtime > MONTH:
                    shutil.rmtree(other, ignore_errors=True)
    os.utime(place)
    return place


def fingerprint(*parts: str) -> str:
    """Sixteen hexadecimal digits that change with any of the parts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def write_once(path: Path, text: str) -> None:
    """Makes sure that the file holds the text. A file that does is not touched: numba compiles anew when the time of change differs."""
    try:
        if path.read_text(encoding="utf-8") == text:
            return
    except OSError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, path)


def _user_folder() -> Path | None:
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "flowforth" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "flowforth"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "flowforth"


def _temporary_folder() -> Path | None:
    """A folder of this user's in the shared one. Code is loaded from it, so nobody else may be able to write there."""
    user = getattr(os, "getuid", lambda: None)()
    if user is None:
        return None
    place = Path(tempfile.gettempdir()) / f"flowforth-{user}"
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        status = place.lstat()
    except OSError:
        return None
    return place if status.st_uid == user and not place.is_symlink() and not status.st_mode & 0o022 else None


def _usable(place: Path) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False
