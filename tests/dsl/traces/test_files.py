"""Saving and loading: what comes back is the same, nothing is pickled, and anything else is refused in one clear message."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dsl.errors import TaskError
from dsl.traces import TraceBatch
from dsl.types import VALUE_TYPES
from tests.dsl.traces.sources import batches, everything, example_batch


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A file of traces."""
    example_batch().save(tmp_path / "traces.npz")
    return tmp_path / "traces.npz"


def rewritten(path: Path, **changes: object) -> Path:
    """The file with some arrays replaced (or, where None, left out)."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files} | changes
    other = path.with_name("other.npz")
    np.savez(other, **{name: array for name, array in arrays.items() if array is not None})
    return other


def about(path: Path, **changes: object) -> np.ndarray:
    """The JSON document of a file, with some entries replaced."""
    with np.load(path) as file:
        document = json.loads(file["about"].tobytes())
    return np.frombuffer(json.dumps(document | changes).encode(), np.uint8)


def test_what_comes_back_is_the_same(saved: Path) -> None:
    batch, again = example_batch(), TraceBatch.load(saved)
    assert again.moves == batch.moves and again.profile == batch.profile and again.num_examples == batch.num_examples
    for name in ("words", "lengths", "types", "values", "depths", "status"):
        mine, theirs = getattr(batch, name), getattr(again, name)
        assert np.array_equal(mine, theirs) and mine.dtype == theirs.dtype
    assert everything(again) == everything(batch)
    assert list(again.records())[:5] == list(batch.records())[:5]
    for kind in VALUE_TYPES:
        assert np.array_equal(again.abstracted(kind).interval, batch.abstracted(kind).interval)


def test_nothing_is_pickled_and_nothing_is_left_behind(saved: Path) -> None:
    assert [path.name for path in saved.parent.iterdir()] == ["traces.npz"]
    with np.load(saved, allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)


def test_an_empty_batch(tmp_path: Path) -> None:
    (batch,) = batches(keep=lambda batch: np.zeros(0, np.int64))
    batch.save(tmp_path / "empty.npz")
    again = TraceBatch.load(tmp_path / "empty.npz")
    assert len(again) == 0 and again.moves == ()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"nowhere/x\.npz: cannot be written: No such file"):
        example_batch().save(tmp_path / "nowhere" / "x.npz")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_part_of_a_file_is_refused(saved: Path, share: float) -> None:
    content = saved.read_bytes()
    saved.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(TaskError, match=r"traces\.npz: not a file of traces"):
        TraceBatch.load(saved)


@pytest.mark.parametrize("offset", [0.3, 0.5, 0.7])
def test_damaged_bytes_are_noticed(saved: Path, offset: float) -> None:
    content = bytearray(saved.read_bytes())
    place = int(len(content) * offset)
    content[place : place + 64] = bytes(byte ^ 0x55 for byte in content[place : place + 64])
    saved.write_bytes(content)
    with pytest.raises(TaskError, match="not a file of traces"):
        TraceBatch.load(saved)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text('{"program": "dup +"}\n')
    np.save(tmp_path / "array.npy", np.zeros(3))
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    np.savez(tmp_path / "pickled.npz", about=np.array([{"format_version": 1}], object))
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("about.npy", "no array")
    for path in tmp_path.iterdir():
        with pytest.raises(TaskError, match="not a file of traces") as caught:
            TraceBatch.load(path)
        assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)
    with pytest.raises(TaskError, match="cannot be read: No such file"):
        TraceBatch.load(tmp_path / "missing.npz")
    with pytest.raises(TaskError, match="cannot be read"):
        TraceBatch.load(tmp_path)


def test_another_version_is_refused_by_its_number(saved: Path) -> None:
    with pytest.raises(TaskError, match=r"traces of format 99; this version reads format 1$"):
        TraceBatch.load(rewritten(saved, about=about(saved, format_version=99)))


@pytest.mark.parametrize(
    "changes",
    [
        {"words": None},
        {"column0_data": None},
        {"column2_lengths": None},
        {"words": np.full((3, 2), -1, np.int32)},
        {"types": np.zeros((2, 2), np.int8)},
        {"status": np.zeros(3)},
        {"lengths": np.zeros(0, np.int32)},
        {"column0_data": np.zeros(5, np.int32)},
        {"column3_data": np.zeros((5, 20), np.int64)},
    ],
    ids=lambda changes: ",".join(changes),
)
def test_arrays_that_do_not_fit_are_refused(saved: Path, changes: dict) -> None:
    with pytest.raises(TaskError, match="not a file of traces"):
        TraceBatch.load(rewritten(saved, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"moves": [{"text": "srot", "args": [], "results": []}]},
        {"moves": [{"text": "dup"}]},
        {"moves": []},
        {"moves": None},
        {"profile": {"max_list": 10**9}},
        {"profile": {"colour": "red"}},
        {"profile": {}},
        {"num_examples": 3},
        {"num_examples": 0},
        {"num_examples": "4"},
    ],
    ids=str,
)
def test_documents_that_do_not_fit_are_refused(saved: Path, changes: dict) -> None:
    with pytest.raises(TaskError, match="not a file of traces"):
        TraceBatch.load(rewritten(saved, about=about(saved, **changes)))
