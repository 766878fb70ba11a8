"""Runs into a folder: every attempt once whatever happens, equal results on any number of jobs, and broken methods recorded as such."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import journal, processes, runner
from benchmarks.attempt import KEYS, Record, find_method
from benchmarks.runner import Plan
from dsl.errors import ConfigError
from dsl.ops import OPS
from flowforth import cli

ROOT = Path(__file__).parents[2]
FAKES = "tests.benchmarks.fakes"
CLOCKS = ("wall_s", "cpu_s", "first_s", "peak_mb", "versions")
"""Keys that differ from run to run."""


@pytest.fixture
def suite(tmp_path):
    """Writes a suite of small tasks; every second one has a held-out example."""

    def written(count: int, name: str = "small") -> Path:
        path = tmp_path / f"{name}.jsonl"
        tasks = []
        for number in range(count):
            examples = [{"inputs": [[number, n, 3]], "output": number + n + 3} for n in (1, 5)]
            held_out = [{"inputs": [[1, 1]], "output": 2}] if number % 2 else []
            tasks.append({"name": f"task {number}", "examples": examples, "held_out": held_out})
        path.write_text("".join(json.dumps(task) + "\n" for task in tasks))
        return path

    return written


def go(suite: Path, out: Path, method: str = f"{FAKES}:quick", **more) -> list[Record]:
    """One run in this process; gives all records of the folder."""
    runner.run(Plan(suites=(str(suite),), methods=(method,), **({"budget": 1.0} | more)), out)
    return journal.read_records(out)


def command(suite: Path, out: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "flowforth",
        "bench",
        "--suite",
        str(suite),
        "--methods",
        f"{FAKES}:quick",
        "--budget",
        "1",
        "--out",
        str(out),
        *more,
    ]


def timeless(records: list[Record]) -> list[Record]:
    """The records without what a clock decides, in an order of their own."""
    return sorted(
        ({k: v for k, v in record.items() if k not in CLOCKS} for record in records), key=lambda r: (r["task"], r["method"], r["seed"])
    )


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class TestResume:
    def test_ten_kills_lose_and_repeat_nothing(self, suite, tmp_path):
        """SIGKILL at ten random moments: two of them early, eight while attempts are running and being written."""
        rng, total = random.Random(11), 110
        tasks, out, log = suite(total), tmp_path / "out", tmp_path / "log"
        environment = {**os.environ, "FLOWFORTH_TEST_LOG": str(log)}
        in_the_middle, before = 0, b""
        for attempt in range(10):
            done_before = {journal.key_of(record) for record in journal.read_records(out)} if out.exists() else set()
            logged = len(log.read_text().splitlines()) if log.exists() else 0
            process = subprocess.Popen(
                command(tasks, out, "--jobs", "2"), env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=ROOT
            )
            try:
                if attempt not in (0, 5):
                    self.wait_for_growth(out / "attempts.jsonl", before, process)
                time.sleep(rng.uniform(0, 0.15 if attempt not in (0, 5) else 0.5))
            finally:
                process.kill()
                process.wait()
            if not (out / "attempts.jsonl").exists():
                continue
            pids = {int(line.split()[-1]) for line in log.read_text().splitlines()[logged:]} if log.exists() else set()
            assert self.all_gone(pids), "workers die with their parent"
            data = (out / "attempts.jsonl").read_bytes()
            whole = data[: data.rfind(b"\n") + 1]
            assert whole.startswith(before), "what was written stays as it was"
            in_the_middle += len(before) < len(whole) and whole.count(b"\n") < total
            repeated = {line.rpartition(" ")[0] for line in log.read_text().splitlines()[logged:]} if log.exists() else set()
            assert not repeated & {key[1] for key in done_before}, "no recorded attempt is made again"
            before = whole
        assert in_the_middle >= 6, "most kills came while the run was under way"
        done = subprocess.run(command(tasks, out, "--jobs", "2"), capture_output=True, text=True, cwd=ROOT, timeout=120)
        assert done.returncode == 0, done.stderr
        records = journal.read_records(out)
        assert Counter(record["task"] for record in records) == Counter(f"task {n}" for n in range(total))
        assert (out / "attempts.jsonl").read_bytes().startswith(before)
        alone = go(tasks, tmp_path / "alone", num_jobs=1)
        assert timeless(records) == timeless(alone)

    @staticmethod
    def wait_for_growth(path: Path, before: bytes, process: subprocess.Popen) -> None:
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline and not (path.exists() and path.stat().st_size > len(before)):
            time.sleep(0.005)

    @staticmethod
    def all_gone(pids: set[int]) -> bool:
        deadline = time.monotonic() + 10
        while any(map(alive, pids)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return not any(map(alive, pids))

    def test_a_torn_last_line_is_cut_off_wherever_it_is_torn(self, suite, tmp_path):
        tasks, out = suite(3), tmp_path / "out"
        go(tasks, out)
        path = out / "attempts.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        kept = b"".join(lines[:2])
        for cut in (*range(0, len(lines[2]) - 1, 5), len(lines[2]) - 1):
            path.write_bytes(kept + lines[2][:cut])
            assert len(journal.read_records(out)) == 2, "a report of a running bench reads the whole lines"
            with journal.opened(out) as book:
                assert len(book.done) == 2
            assert path.read_bytes() == kept
        assert sorted(record["task"] for record in go(tasks, out)) == ["task 0", "task 1", "task 2"]

    def test_a_last_line_of_garbage_is_cut_off_and_one_before_is_an_error(self, suite, tmp_path):
        out = tmp_path / "out"
        go(suite(2), out)
        path = out / "attempts.jsonl"
        good = path.read_bytes()
        path.write_bytes(good + b"\0" * 50 + b"\n")
        assert len(journal.read_records(out)) == 2
        path.write_bytes(b'{"task": 1}\n' + good)
        with pytest.raises(ConfigError, match=r"attempts\.jsonl:1: this line is no attempt"):
            journal.read_records(out)

    def test_a_line_that_cannot_be_written_whole_is_taken_back(self, suite, tmp_path, monkeypatch):
        out, write = tmp_path / "out", os.write
        record = go(suite(1), out)[0]
        before = (out / "attempts.jsonl").read_bytes()
        with journal.opened(out) as book:
            monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:10]))
            with pytest.raises(OSError, match="disk full"):
                book.append(record)
        assert (out / "attempts.jsonl").read_bytes() == before

    def test_a_second_run_makes_only_what_is_missing(self, suite, tmp_path, monkeypatch):
        log = tmp_path / "log"
        monkeypatch.setenv("FLOWFORTH_TEST_LOG", str(log))
        tasks, out = suite(4), tmp_path / "out"
        go(tasks, out, limit=2)
        records = go(tasks, out, seeds=(0, 1))
        assert len(log.read_text().splitlines()) == len(records) == 8
        assert Counter((record["task"], record["seed"]) for record in records).most_common(1)[0][1] == 1

    def test_one_folder_has_one_writer(self, suite, tmp_path, capsys):
        tasks, out = suite(1), tmp_path / "out"
        with journal.opened(out):
            assert cli.main(command(tasks, out)[3:]) == 2
        assert "another `flowforth bench`" in capsys.readouterr().err

    def test_other_settings_or_tasks_need_another_folder(self, suite, tmp_path):
        out = tmp_path / "out"
        go(suite(2), out)
        with pytest.raises(ConfigError, match="made with memory 2000, not 100"):
            go(suite(2), out, memory=100)
        with pytest.raises(ConfigError, match="made with device 'auto', not 'cpu'"):
            go(suite(2), out, device="cpu")
        with pytest.raises(ConfigError, match="other tasks under the suite name 'small'"):
            go(suite(3), out)
        assert len(go(suite(2), out, seeds=(0, 1))) == 4

    def test_folders_of_versions_without_a_device_go_on(self, suite, tmp_path):
        tasks, out = suite(2), tmp_path / "out"
        go(tasks, out)
        config = json.loads((out / journal.CONFIG).read_text())
        del config["settings"]["device"]
        (out / journal.CONFIG).write_text(json.dumps(config))
        with pytest.raises(ConfigError, match="made with device 'auto', not 'cuda'"):
            go(tasks, out, device="cuda")
        assert len(go(tasks, out, seeds=(0, 1))) == 4

    def test_ctrl_c_keeps_what_is_done(self, suite, tmp_path):
        tasks, out = suite(400), tmp_path / "out"
        process = subprocess.Popen(command(tasks, out), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, cwd=ROOT)
        self.wait_for_growth(out / "attempts.jsonl", b"", process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "the same command goes on from there" in err
        assert 1 <= len(journal.read_records(out)) < 400


class TestRecords:
    def test_keys_and_values(self, suite, tmp_path):
        records = go(suite(12), tmp_path / "out")
        assert all(tuple(record) == KEYS for record in records)
        for record in records:
            has_held_out = int(record["task"].split()[1]) % 2
            assert (record["held_out_correct"] is not None) == bool(has_held_out)
            assert record["solved"] == (record["status"] == "solved") == (record["program"] is not None)
            assert record["wall_s"] >= 0.02 > record["cpu_s"] >= 0
            assert record["versions"]["peak"] in ("VmHWM", "ru_maxrss")
        assert {record["solved"] for record in records} == {True, False}
        assert not any(record["held_out_correct"] for record in records if not record["solved"])

    def test_a_real_search_gives_the_same_on_one_job_and_on_two(self, suite, tmp_path):
        plan = {"method": "plain", "max_candidates": 3000, "budget": 60.0, "limit": 5, "seeds": (0, 1)}
        one, two = (go(suite(5), tmp_path / str(jobs), num_jobs=jobs, **plan) for jobs in (1, 2))
        assert timeless(one) == timeless(two)
        assert len(one) == 10
        assert any(record["program"] == "sum" for record in one)
        assert all(record["held_out_correct"] for record in one if record["program"] == "sum" and record["held_out_correct"] is not None)
        assert all(0 < record["first_candidates"] <= record["candidates"] for record in one if record["solved"])

    def test_the_exact_search_takes_part(self, suite, tmp_path):
        record = go(suite(2), tmp_path / "out", method="exact", budget=10.0, memory=100)[1]
        assert (record["program"], record["size"], record["held_out_correct"], record["status"]) == ("sum", 1, True, "solved")
        assert 0 < record["first_s"] < record["wall_s"] < 12

    def test_held_out_examples_do_not_steer_the_search(self, suite, tmp_path):
        """The same examples with wrong held-out ones: the same program, scored as wrong."""
        right = suite(2, "right")
        wrong = right.with_name("wrong.jsonl")
        wrong.write_text(right.read_text().replace('"output": 2}', '"output": 77}'))
        first, second = (go(path, path.with_suffix(""), method="plain", max_candidates=2000, budget=60.0) for path in (right, wrong))
        programs = [[record["program"] for record in sorted(records, key=lambda r: r["task"])] for records in (first, second)]
        assert programs[0] == programs[1]
        scores = [[record["held_out_correct"] for record in sorted(records, key=lambda r: r["task"])] for records in (first, second)]
        assert scores == [[None, True], [None, False]]

    def test_leave_one_out_hides_the_last_example(self, suite, tmp_path):
        records = go(suite(3), tmp_path / "out", method=f"{FAKES}:sees", leave_one_out=True)
        assert {record["suite"] for record in records} == {"small+leave-one-out"}
        assert [record["size"] for record in records] == [1, 1, 1]
        assert [record["held_out_correct"] for record in records] == [True, True, True]

    def test_warming_up_runs_the_method_once_unmeasured_for_each_kind_of_task(self, suite, tmp_path):
        records = go(suite(3), tmp_path / "out", method=f"{FAKES}:counts", warm_up=1.0)
        assert [record["size"] for record in records] == [2, 3, 4]

    def test_a_suite_in_a_language_of_its_own_is_searched_in_it(self, suite, tmp_path):
        """Only that language's words and no constants, unless they are asked for; the lines tell, and one folder holds all of it."""
        tasks, out = suite(2, "exedec-like"), tmp_path / "out"
        for more in ({}, {"words": "all"}, {"constants": "pool"}, {"words": "exedec", "constants": "pool"}):
            go(tasks, out, method=f"{FAKES}:settings", **more)
        records = journal.read_records(out)
        assert Counter((record["words"], record["constants"], record["size"]) for record in records) == {
            ("lines", "none", 38): 2,
            ("all", "given", len(OPS)): 2,
            ("lines", "pool", 38): 2,
            ("exedec", "pool", 57): 2,
        }


class TestBrokenMethods:
    def test_a_worker_that_dies(self, suite, tmp_path):
        records = go(suite(4), tmp_path / "out", method=f"{FAKES}:dies")
        statuses = {record["task"]: record["status"] for record in records}
        assert statuses.pop("task 1") == "crashed"
        assert set(statuses) == {"task 0", "task 2", "task 3"}
        assert set(statuses.values()) <= {"solved", "budget"}
        crashed = next(record for record in records if record["status"] == "crashed")
        assert (crashed["solved"], crashed["held_out_correct"], tuple(crashed)) == (False, False, KEYS)

    def test_a_worker_that_hangs(self, suite, tmp_path, monkeypatch):
        monkeypatch.setattr(processes, "HANG", 0.5)
        records = go(suite(3), tmp_path / "out", method=f"{FAKES}:hangs", budget=0.5)
        assert [record["status"] == "overrun" for record in records] == [False, True, False]
        assert 1.0 <= records[1]["wall_s"] < 5

    def test_an_exception(self, suite, tmp_path, capfd):
        records = go(suite(3), tmp_path / "out", method=f"{FAKES}:fails")
        assert [record["status"] == "error" for record in records] == [False, True, False]
        assert "no such luck" in capfd.readouterr().err

    def test_memory_is_measured_for_each_attempt_and_capped(self, suite, tmp_path, monkeypatch):
        monkeypatch.setattr(processes, "OWN_MB", 352)
        records = go(suite(12), tmp_path / "out", method=f"{FAKES}:eats", memory=64, budget=30.0)
        assert [record["status"] for record in records if record["status"] not in ("solved", "budget")] == ["overgrown"]
        peaks = {record["task"]: record["peak_mb"] for record in records}
        assert peaks["task 11"] > 416 > peaks["task 1"] > 200
        if records[0]["versions"]["peak"] == "VmHWM":
            assert peaks["task 2"] < peaks["task 1"] - 150, "the peak of one attempt is not that of the next"

    def test_a_worker_that_cannot_start(self, suite, tmp_path, monkeypatch):
        monkeypatch.setattr(sys, "executable", "/bin/false")
        with pytest.raises(OSError, match="could not be started"):
            go(suite(1), tmp_path / "out")
        assert journal.read_records(tmp_path / "out") == []


class TestArguments:
    @pytest.mark.parametrize(
        ("more", "message"),
        [
            (["--methods", "exakt"], "no method 'exakt'; did you mean 'exact'?"),
            (["--methods", "no.such:thing"], "cannot be loaded"),
            (["--budget", "0"], "budget"),
            (["--seeds", "-1"], "seeds"),
            (["--jobs", "0"], "num_jobs"),
            (["--limit", "0"], "limit"),
            (["--constants", "mine"], "constants"),
            (["--profile", "mine"], "the profiles are"),
            (["--words", "mine"], "it must be one of language, all, lines, "),
            (["--sygus-files", "no-such-folder"], "no such folder of SyGuS files"),
            (["--memory", "1"], "memory"),
            (["--max-candidates", "0"], "max_candidates"),
            (["--engine", "threads"], "the engines are processes, ray"),
            (["--ray-address", "here"], "goes with the engine ray"),
            (["--suite", "no-such-suite"], "no suite 'no-such-suite'"),
            (["--budget", "soon"], "invalid float value"),
        ],
    )
    def test_mistakes(self, suite, tmp_path, capsys, more, message):
        out = tmp_path / "out"
        assert cli.main([*command(suite(1), out)[3:], *more]) == 2
        assert message in capsys.readouterr().err
        assert not out.exists(), "nothing is written before everything was checked"

    def test_suite_and_out_are_needed(self, capsys):
        assert cli.main(["bench"]) == 2
        assert "--suite" in capsys.readouterr().err

    def test_two_suites_of_one_name(self, suite, tmp_path, capsys):
        (tmp_path / "other").mkdir()
        first = suite(1)
        second = tmp_path / "other" / first.name
        second.write_text(first.read_text())
        assert cli.main(["bench", "--suite", str(first), str(second), "--out", str(tmp_path / "out")]) == 2
        assert "two of the suites are called 'small'" in capsys.readouterr().err

    def test_the_list(self, capsys):
        assert cli.main(["bench", "--list"]) == 0
        assert "methods: exact, plain, " in capsys.readouterr().out

    def test_the_summary_goes_to_standard_output_and_the_standing_to_standard_error(self, suite, tmp_path, capfd):
        assert cli.main(command(suite(3), tmp_path / "out")[3:]) == 0
        out, err = capfd.readouterr()
        assert out.splitlines()[0].split() == [
            "suite",
            "method",
            "constants",
            "words",
            "budget",
            "attempts",
            "solved",
            "right",
            "on",
            "held-out",
        ]
        assert len(out.splitlines()) == 2, "what a method prints is no answer"
        assert "flowforth: 0/3 attempts, 0 solved" in err
        assert "flowforth: 3/3 attempts" in err
        assert "left" not in err

    def test_searches_are_found_by_name(self):
        assert find_method("exact") is find_method("plain")
