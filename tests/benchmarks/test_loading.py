"""Suites by name and path, their profiles, names of tasks, and what is measured of a process."""

from __future__ import annotations

import json

import pytest

from benchmarks import suites
from benchmarks.attempt import Job, read_task
from benchmarks.measure import cpu_seconds, peak_mb, peak_source, reset_peak
from benchmarks.suites import LINES, load_suite, profile_of, task_text, word_names, word_set, words_of
from dsl.errors import ConfigError, TaskError
from dsl.ops import OPS
from dsl.tasks import load_tasks

SYGUS = """(set-logic SLIA)
(synth-fun f ((name String)) String ((Start String (ntString)) (ntString String (name " " (str.++ ntString ntString)))))
(constraint (= (f "ada") "ada ada"))
(check-synth)
"""


def written(path, *tasks):
    path.write_text("".join(json.dumps(task) + "\n" for task in tasks))
    return path


EXAMPLES = [{"inputs": [n, "a\u2028b"], "output": [n, 1]} for n in range(3)]


class TestSuites:
    def test_a_task_file(self, tmp_path):
        suite = load_suite(str(written(tmp_path / "mine.jsonl", {"name": "a", "examples": EXAMPLES})))
        assert (suite.name, suite.profile, len(suite.tasks)) == ("mine", "default", 1)

    def test_a_folder_of_sygus_files(self, tmp_path):
        for name in ("b", "a"):
            (tmp_path / f"{name}.sl").write_text(SYGUS)
        suite = load_suite(str(tmp_path))
        assert suite.name == tmp_path.name
        assert [task.name for task in suite.tasks] == ["a", "b"]
        assert suite.tasks[0].constants == (" ",)

    def test_names_that_come_twice(self, tmp_path):
        path = written(tmp_path / "mine.jsonl", *({"name": name, "examples": EXAMPLES} for name in ("a", "b", "a", "a#2", "a")))
        names = [task.name for task in load_suite(str(path)).tasks]
        assert names[:3] == ["a", "b", "a#2"]
        assert len(set(names)) == 5

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("exedec-none", LINES),
            ("exedec-none+leave-one-out", LINES),
            ("deepcoder-x", LINES),
            ("lists-n3", LINES),
            ("lists-new", "all"),
            ("lists", "all"),
            ("strings", "all"),
            ("lambdabeam-synthetic", "lambdabeam"),
            ("sygus-89", "all"),
        ],
    )
    def test_words(self, name, words):
        assert words_of(name) == words
        assert words_of(name, "all") == "all"
        assert words_of(name, "bustle") == "bustle"

    def test_word_sets(self):
        assert word_set("all") is None
        lines = word_set(LINES)
        assert lines is not None and len(lines) == 38
        for name in ("exedec", "deepcoder"):
            language = word_set(name)
            assert language is not None and lines < language
        assert {word for word in word_set("exedec") - lines if not OPS[word].suites["exedec"].startswith("(")} == set(), (
            "lines are ExeDec's functions, without its lambdas"
        )  # type: ignore[operator]
        assert {"all", LINES, "sygus", "bustle", "lambdabeam"} <= set(word_names())
        with pytest.raises(ConfigError, match="no words are called 'mine'"):
            word_set("mine")

    def test_constants_and_grammars_of_sygus_files(self, tmp_path):
        (tmp_path / "a.sl").write_text(SYGUS)
        examples = [{"inputs": ["ada"], "output": "ada ada"}]
        path = written(
            tmp_path / "mine.jsonl",
            {"name": "a.sl", "examples": examples},
            {"name": "a", "examples": examples, "constants": ["x"]},
            {"name": "b", "examples": examples},
        )
        suite = load_suite(str(path), sygus_files=str(tmp_path))
        assert [task.constants for task in suite.tasks] == [(" ",), ("x",), None]
        assert dict(suite.sygus) == {"a.sl": SYGUS, "a": SYGUS}
        assert load_suite(str(path)).sygus == {}
        assert load_suite(str(path)).digest != suite.digest
        with pytest.raises(ConfigError, match="no such folder"):
            load_suite(str(path), sygus_files=str(tmp_path / "none"))
        other = written(tmp_path / "other.jsonl", {"name": "a", "examples": EXAMPLES})
        with pytest.raises(ConfigError, match="for other types than the task 'a'"):
            load_suite(str(other), sygus_files=str(tmp_path))

    def test_sl_files_bring_their_texts(self, tmp_path):
        for name in ("b", "a"):
            (tmp_path / f"{name}.sl").write_text(SYGUS)
        assert load_suite(str(tmp_path)).sygus == {"a": SYGUS, "b": SYGUS}
        assert load_suite(str(tmp_path), leave_one_out=False).sygus["a"] == SYGUS

    @pytest.mark.parametrize(
        ("name", "profile"),
        [
            ("lambdabeam-synthetic", "lambdabeam"),
            ("exedec-none", "exedec"),
            ("exedec-none+leave-one-out", "exedec"),
            ("bustle-38", "default"),
        ],
    )
    def test_profiles(self, name, profile):
        assert profile_of(name) == profile

    def test_a_profile_that_was_asked_for(self, tmp_path):
        path = written(tmp_path / "exedec-x.jsonl", {"name": "a", "examples": EXAMPLES})
        assert load_suite(str(path)).profile == "exedec"
        assert load_suite(str(path), profile="rule").profile == "rule"

    def test_a_profile_that_the_tasks_name(self, tmp_path):
        task = {"examples": EXAMPLES, "profile": "deepcoder"}
        assert load_suite(str(written(tmp_path / "a.jsonl", task, task))).profile == "deepcoder"
        assert load_suite(str(written(tmp_path / "b.jsonl", task, {"examples": EXAMPLES}))).profile == "default"
        assert load_suite(str(written(tmp_path / "c.jsonl", {**task, "profile": "none of ours"}))).profile == "default"

    def test_leave_one_out(self, tmp_path):
        held = {"inputs": [9, "z"], "output": [9]}
        path = written(
            tmp_path / "m.jsonl", {"name": "a", "examples": EXAMPLES, "held_out": [held]}, {"name": "b", "examples": EXAMPLES[:1]}
        )
        suite, whole = load_suite(str(path), leave_one_out=True), load_suite(str(path))
        assert [task.name for task in suite.tasks] == ["a"], "one example cannot be left out"
        assert suite.tasks[0].examples == whole.tasks[0].examples[:2]
        assert suite.tasks[0].held_out == whole.tasks[0].examples[2:]
        assert suite.digest != whole.digest

    def test_mistakes(self, tmp_path):
        with pytest.raises(ConfigError, match="no such file"):
            load_suite(str(tmp_path / "x.jsonl"))
        with pytest.raises(ConfigError, match=r"no \.sl file"):
            load_suite(str(tmp_path))
        (tmp_path / "bad.jsonl").write_text("{}\n")
        with pytest.raises(TaskError, match="examples"):
            load_suite(str(tmp_path / "bad.jsonl"))

    def test_a_bundled_suite_by_name(self, tmp_path, monkeypatch):
        written(tmp_path / "tiny-lists.jsonl", {"name": "a", "examples": EXAMPLES})
        monkeypatch.setattr(suites, "DATA", tmp_path)
        assert load_suite("tiny-lists").name == "tiny-lists"
        with pytest.raises(ConfigError, match="did you mean 'tiny-lists'"):
            load_suite("tiny-list")

    @pytest.mark.parametrize("name", list(suites.bundled()))
    def test_every_bundled_suite_loads(self, name):
        suite = load_suite(name)
        assert suite.tasks
        assert len({task.name for task in suite.tasks}) == len(suite.tasks)

    def test_tasks_travel_as_text(self, tmp_path):
        path = written(
            tmp_path / "m.jsonl",
            {"name": "a", "examples": EXAMPLES, "constants": ["x", 3], "arguments": ["n", "s"], "description": "d", "more": {"k": [1]}},
        )
        task = load_tasks(path)[0]
        job = Job(suite="m", task="a", text=task_text(task), method="exact", seed=0, budget=1.0, constants="given", profile="default")
        again = read_task(job)
        assert again == task
        assert again.metadata == task.metadata


class TestMeasures:
    def test_cpu_time_counts_work_and_not_sleep(self):
        before = cpu_seconds()
        while cpu_seconds() - before < 0.05:
            pass
        assert cpu_seconds() - before < 1

    def test_peak_memory(self):
        reset_peak()
        before = peak_mb()
        block = b"x" * (80 << 20)
        assert peak_mb() >= before + 60
        del block
        if peak_source() == "VmHWM":
            assert reset_peak()
            assert peak_mb() < before + 60
