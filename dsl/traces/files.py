"""Batches of traces as `.npz` files: arrays and one JSON document, no pickle."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, is_zipfile

import numpy as np

from dsl.columns.layout import Array, Column, empty, layout_of
from dsl.errors import TaskError
from dsl.parser import parse
from dsl.traces.batch import TraceBatch
from dsl.traces.moves import Move
from dsl.types import VALUE_TYPES, parse_type
from dsl.values import REASONS, Profile

FORMAT_VERSION = 1
"""Raised when the arrays change their meaning."""

ARRAYS = ("words", "lengths", "types", "values", "depths", "status")
"""Fields of a batch that are arrays of their own."""


def save(batch: TraceBatch, path: Path) -> None:
    """Writes a batch under a temporary name and then renames it, so that the file is whole or not there."""
    arrays = {name: getattr(batch, name) for name in ARRAYS}
    for code, kind in enumerate(VALUE_TYPES):
        column = batch.columns[kind]
        for name, array in (("data", column.data), ("lengths", column.lengths), ("ends", column.ends)):
            if array is not None:
                arrays[f"column{code}_{name}"] = array
    about = {
        "format_version": FORMAT_VERSION,
        "num_examples": batch.num_examples,
        "profile": asdict(batch.profile),
        "moves": [{"text": m.text, "args": [str(t) for t in m.args], "results": [str(t) for t in m.results]} for m in batch.moves],
    }
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            np.savez(file, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **arrays)
        part.replace(path)
    except OSError as error:
        raise TaskError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)


def load(path: Path) -> TraceBatch:
    """What `save` wrote. Raises `TaskError` for anything else."""
    try:
        with path.open("rb") as opened:
            if not is_zipfile(opened):
                raise TaskError(f"{path}: not a file of traces, or only a part of one; `flowforth traces --npz` writes one")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(arrays["about"].tobytes())
        version = about["format_version"]
        if version == FORMAT_VERSION:
            return _read(about, arrays)
    except TaskError:
        raise
    except OSError as error:
        raise TaskError(f"{path}: cannot be read: {error.strerror or error}") from None
    # Whatever is wrong with it, numpy and the record types find out in one of these ways.
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, RecursionError, BadZipFile, zlib.error) as error:
        raise TaskError(f"{path}: not a file of traces ({type(error).__name__}: {error}); `flowforth traces --npz` writes one") from None
    raise TaskError(f"{path}: traces of format {version!r}; this version reads format {FORMAT_VERSION}")


def _read(about: dict[str, Any], arrays: Mapping[str, Array]) -> TraceBatch:
    """The batch that `TraceBatch.save` took apart."""
    columns = {
        kind: Column(layout_of(kind), *(arrays.get(f"column{code}_{name}") for name in ("data", "lengths", "ends")))  # type: ignore[arg-type]
        for code, kind in enumerate(VALUE_TYPES)
    }
    moves = tuple(
        Move(parse(m["text"]).body, tuple(map(parse_type, m["args"])), tuple(map(parse_type, m["results"]))) for m in about["moves"]
    )
    main = {name: arrays[name] for name in ARRAYS}
    batch = TraceBatch(**main, moves=moves, columns=columns, num_examples=about["num_examples"], profile=Profile(**about["profile"]))
    _check(batch)
    return batch


def _check(batch: TraceBatch) -> None:
    """Raises `ValueError` where arrays do not fit together."""
    count, longest, deepest = len(batch.words), batch.words.shape[1], batch.types.shape[2]
    shapes = {
        "words": (count, longest), "lengths": (count,), "types": (count, longest + 1, deepest), "values": (count, longest + 1, deepest),
        "depths": (count, longest + 1), "status": (count, batch.num_examples),
    }  # fmt: skip
    for name, shape in shapes.items():
        array = getattr(batch, name)
        if array.shape != shape or array.dtype.kind not in "iu":
            raise ValueError(f"array {name} has shape {array.shape}")
    for code, kind in enumerate(VALUE_TYPES):
        column, mine = batch.columns[kind], batch.values[batch.types == code]
        model = empty(column.layout, 0, batch.profile).arrays()
        if [(a.dtype, a.shape[1:]) for a in model] != [(a.dtype, a.shape[1:]) for a in column.arrays()] or len(
            {len(a) for a in column.arrays()}
        ) > 1:
            raise ValueError(f"the columns of {kind} are not those of the profile")
        if mine.size and not 0 <= mine.min() <= mine.max() < column.num_rows // batch.num_examples:
            raise ValueError(f"a value number of {kind} is out of range")
    if batch.words.max(initial=-1) >= len(batch.moves) or batch.status.max(initial=0) > len(REASONS):
        raise ValueError("a move or status number is out of range")
