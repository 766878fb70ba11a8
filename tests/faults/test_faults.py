"""Hostile input: every case ends in one clear message and exit code 2, or in a `Stuck` and exit code 1, and never in a traceback."""

import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from flowforth.cli import main
from tests.faults.cases import CASES, Case, Content

ROOT = Path(__file__).parents[2]
ALONE = [case for case in CASES if case.alone]
GIB = 2**30
SECONDS = 2.0


def content(data: Content) -> bytes:
    made = data() if callable(data) else data
    return made.encode("utf-8", "surrogateescape") if isinstance(made, str) else made


def arguments(case: Case, folder: Path) -> list[str]:
    path = folder / f"case{case.suffix}"
    if case.content is not None:
        path.write_bytes(content(case.content))
    return [part.replace("{file}", str(path)) for part in case.argv]


def check(case: Case, code: int, out: str, err: str) -> None:
    assert code == case.code, f"exit code {code}: {out[-300:]}{err[-1000:]}"
    assert "Traceback" not in out + err
    if case.code == 2:
        assert out == ""
        assert err.startswith("flowforth: error: ")
        assert err.count("flowforth: error: ") == 1
        assert "internal error" not in err
        assert len(err) < 2000, "one message, not a page"
    assert case.says in (err if case.code == 2 else out)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)
    assert len(ALONE) >= 20


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_message(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    if case.stdin is not None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content(case.stdin))))
    code = main(arguments(case, tmp_path))
    out, err = capsys.readouterr()
    check(case, code, out, err)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process as Linux has them")
@pytest.mark.parametrize("case", ALONE, ids=lambda case: case.name)
def test_within_two_seconds_and_one_gibibyte(case: Case, tmp_path: Path) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (GIB, GIB))

    # A linear-algebra library reserves address space for a thread on each core, however many the machine has.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "flowforth", *arguments(case, tmp_path)]
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=environment, preexec_fn=limit)
        killer = threading.Timer(60, process.kill)
        killer.start()
        _, status, usage = os.wait4(process.pid, 0)
        killer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    check(case, process.returncode, (tmp_path / "out").read_text("utf-8"), (tmp_path / "err").read_text("utf-8"))
    # Processor time: the wall clock would measure what else the machine is doing.
    assert usage.ru_utime + usage.ru_stime < SECONDS
    # What this process held when it started the other counts as that one's; the limit above holds anyway.
    assert usage.ru_maxrss * 1024 < GIB or usage.ru_maxrss <= resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
