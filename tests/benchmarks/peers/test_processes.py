"""The peers as methods: what they find is right, the budget holds, held-out examples stay out, and without the extra it is named."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import attempt as attempts
from benchmarks.attempt import Job, find_method, run
from benchmarks.peers import cvc5, pyshgp
from benchmarks.peers.child import Child, Ended
from benchmarks.suites import load_suite, task_text
from dsl.errors import ConfigError
from dsl.tasks import Task
from dsl.tasks.records import Example

with_cvc5 = pytest.mark.skipif(importlib.util.find_spec("cvc5") is None, reason="needs the extra peers")
with_pyshgp = pytest.mark.skipif(importlib.util.find_spec("pyshgp") is None, reason="needs the extra peers")
ROOT = Path(__file__).parents[3]
CHILDREN = "tests.benchmarks.peers.children"


def task(*rows: tuple, held_out: tuple = ()) -> Task:
    return Task(
        name="t",
        examples=tuple(Example(tuple(row[:-1]), row[-1]) for row in rows),
        held_out=tuple(Example(tuple(row[:-1]), row[-1]) for row in held_out),
    )


def job(task: Task, method: str, **more) -> Job:
    parts = {"budget": 20.0, "constants": "discovered", "profile": "default", "seed": 0}
    return Job(suite="s", task=task.name, text=task_text(task), method=method, **(parts | more))


FIRST = task(("Ada Lovelace", "Ada"), ("Alan Turing", "Alan"), held_out=(("Kurt Goedel", "Kurt"),))
HARD = task(*((f"{n * 7919 % 1000:b}", f"{n * 104729 % 9973:x}{n}") for n in range(12)))


class TestCvc5:
    @with_cvc5
    def test_a_string_task(self):
        record = run(job(FIRST, "cvc5"))
        assert (record["solved"], record["held_out_correct"], record["status"]) == (True, True, "solved")
        assert record["program"].startswith("(define-fun f ((x0 String)) String ")
        assert 1 < record["size"] < 20
        assert 0 < record["first_s"] <= record["wall_s"]
        assert 10 < record["peak_mb"] < 500
        assert record["cpu_s"] > 0.01

    @with_cvc5
    @pytest.mark.parametrize(
        "rows",
        [
            ((1, 3), (2, 5), (5, 11)),
            ((1, 2, True), (4, 3, False), (3, 3, False)),
            ((True, 1), (False, 0)),
            (("a\\u{62}\n\xe9", 8), ("", 0)),
        ],
    )
    def test_other_types(self, rows):
        assert run(job(task(*rows), "cvc5"))["status"] == "solved"

    @with_cvc5
    def test_the_grammar_of_the_tasks_own_file(self, tmp_path):
        (tmp_path / "first.sl").write_text(
            '(set-logic SLIA)\n(synth-fun f ((who String)) String ((Start String (S)) (S String (who "," (str.++ S S)))))\n'
            '(constraint (= (f "a") "a,a"))\n(constraint (= (f "b") "b,b"))\n(check-synth)\n'
        )
        suite = load_suite(str(tmp_path / "first.sl"))
        record = run(job(suite.tasks[0], "cvc5", constants="given", sygus=suite.sygus["first"]))
        assert "((who String))" in record["program"]
        assert record["solved"]
        assert "((x0 String))" in run(job(suite.tasks[0], "cvc5", constants="pool", sygus=suite.sygus["first"]))["program"]

    @with_cvc5
    def test_the_budget_holds(self):
        record = run(job(HARD, "cvc5", budget=1.0))
        assert record["wall_s"] < 1.35
        if record["status"] != "solved":
            assert (record["status"], record["program"], record["first_s"]) == ("budget", None, None)

    def test_held_out_examples_do_not_reach_it(self, monkeypatch):
        monkeypatch.setattr(cvc5, "Child", Recorder)
        monkeypatch.setattr(Recorder, "sent", [])
        cvc5.attempt(FIRST, job(FIRST, "cvc5"))
        assert "Lovelace" in str(Recorder.sent)
        assert "Goedel" not in str(Recorder.sent)

    def test_a_wrong_answer_is_not_believed(self, monkeypatch):
        monkeypatch.setattr(cvc5, "Child", Recorder)
        monkeypatch.setattr(Recorder, "reply", {"said": "(\n(define-fun f ((x0 String)) String (str.at x0 0))\n)"})
        monkeypatch.setattr(attempts, "find_method", lambda _: cvc5.attempt)
        record = run(job(FIRST, "cvc5"))
        assert (record["solved"], record["status"], record["program"]) == (False, "error", None)
        with pytest.raises(RuntimeError, match="does not give the output"):
            cvc5.attempt(FIRST, job(FIRST, "cvc5"))

    @pytest.mark.parametrize("said", cvc5.GAVE_UP)
    def test_giving_up(self, monkeypatch, said):
        monkeypatch.setattr(cvc5, "Child", Recorder)
        monkeypatch.setattr(Recorder, "reply", {"said": said})
        assert cvc5.attempt(FIRST, job(FIRST, "cvc5")).status == "exhausted"

    def test_lists_are_unsupported(self):
        numbers = task(((1, 2), 3), ((4,), 4))
        assert cvc5.attempt(numbers, job(numbers, "cvc5")).status == "unsupported"


class TestPyshgp:
    @with_pyshgp
    @pytest.mark.parametrize(
        ("examples", "held_out"),
        [
            (((1, 1), (5, 5), (-3, -3)), ((7, 7),)),
            ((("ab", "ab"), ("x", "x")), (("", ""),)),
            (((True, True), (False, False)), ()),
            ((((1, 2, 3), (1, 2, 3)), ((5,), (5,))), (((), ()),)),
            (((("a",), ("a",)), (("b", "c"), ("b", "c"))), ()),
        ],
    )
    def test_the_identity_over_each_kind(self, examples, held_out):
        """Any program that leaves its input alone will do, so the first generation has it."""
        record = run(job(task(*examples, held_out=held_out), "pyshgp", budget=60.0))
        assert record["status"] == "solved"
        assert record["held_out_correct"] is (True if held_out else None)
        assert record["size"] >= 1
        assert 0 < record["first_candidates"] <= record["candidates"]
        assert record["first_s"] <= record["wall_s"]

    @with_pyshgp
    def test_the_budget_and_the_limit_of_candidates_hold(self):
        record = run(job(HARD, "pyshgp", budget=3.0))
        assert record["wall_s"] < 3.0 + 0.3 + 0.15
        assert record["status"] == "budget"
        few = run(job(HARD, "pyshgp", budget=60.0, max_candidates=20))
        assert (few["status"], few["candidates"]) == ("budget", 20)
        assert few["wall_s"] < 55

    @with_pyshgp
    @pytest.mark.slow
    def test_the_same_seed_gives_the_same_program(self):
        wanted = task((1, 1), (5, 5), (-3, -3))
        first, second, other = (run(job(wanted, "pyshgp", budget=120.0, max_candidates=300, seed=seed)) for seed in (3, 3, 4))
        found = [(record["program"], record["candidates"], record["first_candidates"]) for record in (first, second, other)]
        assert first["solved"]
        assert found[0] == found[1] != found[2]

    def test_held_out_examples_are_no_part_of_the_request(self):
        assert "Goedel" not in str(pyshgp.request(FIRST, job(FIRST, "pyshgp"), ["str", "str"]))

    def test_lists_of_lists_are_unsupported(self):
        nested = task((((1,), (2,)), 2))
        assert pyshgp.attempt(nested, job(nested, "pyshgp")).status == "unsupported"

    @pytest.mark.parametrize(
        ("found", "wanted", "equal"),
        [(1, 1, True), (1.0, 1, False), (True, 1, False), (1, True, False), ("a", "a", True), ([1, 2], (1, 2), True), ([1, 2.0], (1, 2), False),
         ([1], (1, 2), False), (None, "a", False), ([], (), True)],
    )  # fmt: skip
    def test_values_are_equal_only_in_type_as_well(self, found, wanted, equal):
        assert pyshgp.same(found, wanted) is equal


class TestChild:
    def test_messages_go_and_come(self, monkeypatch):
        monkeypatch.setenv("FLOWFORTH_TEST_CHILD", "echo")
        with Child(CHILDREN, memory=1000, deadline=time.perf_counter() + 20) as child:
            for message in ({"text": "\n\u20ac"}, {"long": "x" * 300_000}):
                child.send(message)
                assert child.receive() == message
        assert child.peak_mb is not None

    @pytest.mark.parametrize(
        ("behaviour", "status", "seconds", "memory"),
        [("hang", "budget", 0.5, 1000), ("die", "crashed", 20, 1000), ("eat", "memory", 20, 120)],
    )
    def test_how_it_ends(self, monkeypatch, behaviour, status, seconds, memory):
        monkeypatch.setenv("FLOWFORTH_TEST_CHILD", behaviour)
        start = time.perf_counter()
        with Child(CHILDREN, memory=memory, deadline=start + seconds) as child, pytest.raises(Ended) as ended:
            child.receive()
        assert ended.value.status == status
        assert not Path(f"/proc/{child._process.pid}").exists(), "the process is gone"
        if behaviour == "hang":
            assert 0.5 <= time.perf_counter() - start < 10, "it would hang for good"


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_no_child_outlives_a_bench_that_is_ended(tmp_path, end):
    """The worker hangs in `tests.benchmarks.peers.children`, started as a peer would be."""
    tasks = tmp_path / "one.jsonl"
    tasks.write_text(task_text(FIRST) + "\n")
    command = [
        "bench",
        "--suite",
        str(tasks),
        "--methods",
        "tests.benchmarks.peers.children:attempt",
        "--budget",
        "60",
        "--out",
        str(tmp_path / "out"),
    ]
    log = tmp_path / "pid"
    process = subprocess.Popen(
        [sys.executable, "-m", "flowforth", *command], cwd=ROOT, stderr=subprocess.DEVNULL,
        env={**os.environ, "FLOWFORTH_TEST_CHILD": "hang", "FLOWFORTH_TEST_LOG": str(log)},
    )  # fmt: skip
    try:
        wait_until(lambda: log.exists() and log.read_text().endswith("\n"))
        child = Path(f"/proc/{int(log.read_text())}")
        assert child.exists()
        process.send_signal(end)
        process.wait(20)
    finally:
        process.kill()
    assert wait_until(lambda: not child.exists())


def wait_until(holds) -> bool:
    deadline = time.monotonic() + 60
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


@pytest.mark.parametrize("name", attempts.PEERS)
def test_without_the_package_the_extra_is_named(monkeypatch, name):
    monkeypatch.setattr(attempts, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=rf"the method {name} needs .*pip install 'flowforth\[peers\]'"):
        find_method(name)


class Recorder:
    """In the place of `Child`: keeps what is sent and gives a reply."""

    sent: list = []  # noqa: RUF012
    reply: dict = {"said": "fail"}  # noqa: RUF012

    def __init__(self, module, *, memory, deadline):
        self.peak_mb = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def send(self, message):
        self.sent.append(message)

    def receive(self):
        return self.reply
