"""The ray engine against a stand-in for ray that has the few functions it uses (ray itself is too large for the test extra)."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from benchmarks import cluster, journal, runner
from benchmarks.runner import Plan
from dsl.errors import ConfigError
from tests.benchmarks.test_runner import FAKES, go, suite, timeless

__all__ = ["suite"]  # a fixture


class FakeRayError(Exception):
    """As `ray.exceptions.RayError`."""


class FakeRay:
    """Runs a task when it is asked for; tasks named in `dying` lose their worker, those in `hanging` are never ready."""

    def __init__(self, dying=(), hanging=()):
        self.dying, self.hanging = dying, hanging
        self.init_arguments, self.options, self.cancelled, self.most, self.started = None, None, [], 0, []
        self.exceptions = SimpleNamespace(RayError=FakeRayError)

    def is_initialized(self):
        return self.init_arguments is not None

    def init(self, **arguments):
        self.init_arguments = arguments

    def remote(self, **options):
        self.options = options
        return lambda function: SimpleNamespace(remote=lambda job: self._start(function, job))

    def _start(self, function, job):
        self.started.append(job.task)
        return (function, job)

    def wait(self, references, num_returns, timeout):
        self.most = max(self.most, len(references))
        ready = [reference for reference in references if reference[1].task not in self.hanging][:num_returns]
        return ready, [reference for reference in references if reference not in ready]

    def get(self, reference):
        function, job = reference
        if job.task in self.dying:
            raise FakeRayError("the worker died")
        return function(job)

    def cancel(self, reference, *, force):
        self.cancelled.append(reference[1].task)


@pytest.fixture
def ray(monkeypatch):
    """Puts a stand-in into the place of ray."""

    def installed(**more):
        fake = FakeRay(**more)
        monkeypatch.setitem(sys.modules, "ray", fake)
        return fake

    return installed


def test_the_same_records_as_with_processes(suite, tmp_path, ray):
    fake, tasks = ray(), suite(6)
    records = go(tasks, tmp_path / "ray", engine="ray", num_jobs=2)
    assert timeless(records) == timeless(go(tasks, tmp_path / "processes"))
    assert fake.init_arguments == {"address": None, "num_cpus": 2}
    assert fake.options == {"num_cpus": 1, "max_retries": 0}
    assert fake.most == 2, "no more at a time than asked for"


def test_an_address_is_passed_on(suite, tmp_path, ray):
    fake = ray()
    go(suite(1), tmp_path / "out", engine="ray", ray_address="ray://head:10001")
    assert fake.init_arguments == {"address": "ray://head:10001"}


def test_dead_and_hanging_workers(suite, tmp_path, ray, monkeypatch):
    monkeypatch.setattr(cluster, "HANG", -0.9)
    fake = ray(dying=("task 0",), hanging=("task 1",))
    records = go(suite(3), tmp_path / "out", engine="ray", num_jobs=1)
    assert {record["task"]: record["status"] for record in records[:2]} == {"task 0": "crashed", "task 1": "overrun"}
    assert len(records) == 3
    assert fake.cancelled == ["task 1"]


def test_stopping_cancels_what_is_under_way(suite, tmp_path, ray):
    fake, out = ray(), tmp_path / "out"

    def stop(standing, record):
        if record is not None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(Plan(suites=(str(suite(5)),), methods=(f"{FAKES}:quick",), engine="ray", num_jobs=3), out, on_record=stop)
    assert len(journal.read_records(out)) == 1
    assert fake.cancelled == ["task 1", "task 2"]


def test_without_ray_the_extra_is_named(suite, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match=r"pip install 'flowforth\[ray\]'"):
        go(suite(1), tmp_path / "out", engine="ray")
