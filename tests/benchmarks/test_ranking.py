"""Collected fits, and weights of traits: on tasks whose right programs are known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import fits as collecting
from benchmarks.attempt import settings_of
from benchmarks.fits import Collected, main, read
from benchmarks.ranking import TRAITS, Choice, choice, fitted, looked_at, shipped, table, trade
from dsl.parser import parse
from dsl.tasks import Example, Task
from search.verify import Fit, held_out_correct

TASK = Task(
    name="largest",
    examples=(Example(((3, 1, 2),), 3), Example(((5, 4),), 5), Example(((9, 0, 9, 1),), 9)),
    held_out=(Example(((1, 7),), 7), Example(((2, 2, 6, 4),), 6)),
)


def collected(*programs: tuple[str, float]) -> Collected:
    found = tuple(Fit(parse(text), len(parse(text)), cost, 0.0) for text, cost in programs)
    right = tuple(bool(held_out_correct(fit.program, TASK)) for fit in found)
    return Collected("made", TASK, "all", "default", "given", found, right)


def choice_of(*programs: tuple[str, float]) -> Choice:
    return choice(looked_at(collected(*programs)))


def test_what_was_found_later_may_be_left_out():
    early, late = Fit(parse("head"), 1, 1.1, 0.5), Fit(parse("maximum"), 1, 1.1, 0.9)
    seen = looked_at(Collected("made", TASK, "all", "default", "given", (early, late), (False, True)))
    assert choice(seen, within=0.3, more=False).right.tolist() == [False]
    assert sorted(choice(seen, within=0.5, more=False).right.tolist()) == [False, True]
    rows = trade([seen]).splitlines()[2:]
    assert rows[0].split("|")[2:4] == [" 1 ", " 0 "] and rows[-1].split("|")[2:4] == [" 2 ", " 1 "]


def test_a_task_as_a_choice_between_behaviours():
    made = choice_of(("head", 1.1), ("maximum", 1.1), ("sort last", 2.1), ("reverse last", 2.1))
    assert made.traits.shape == (2, len(TRAITS))
    assert sorted(made.right.tolist()) == [False, True]
    assert made.traits[:, 0].tolist() == [1.1, 1.1]
    assert made.traits[:, 1] == pytest.approx([np.log(2), np.log(2)])


def test_idle_words_are_seen():
    idle = TRAITS.index("idle")
    made = choice_of(("maximum abs", 2.1))
    assert made.traits[0, idle] == pytest.approx(1.0), "`abs` leaves all three as they are"
    assert choice_of(("maximum", 1.1)).traits[0, idle] == 0


def test_weights_find_what_the_right_ones_have_in_common():
    rng = np.random.default_rng(0)
    some = []
    for _ in range(60):
        rows = rng.normal(size=(6, 3))
        right = np.zeros(6, bool)
        right[np.argmax(2 * rows[:, 1] - rows[:, 0] + 0.1 * rng.normal(size=6))] = True
        some.append(Choice("made", rows, right))
    weights = fitted(some, [0, 1, 2])
    assert weights[0] < 0 < weights[1]
    assert weights[1] / -weights[0] == pytest.approx(2, rel=0.3)
    assert abs(weights[2]) < 0.2 * weights[1]
    lines = table(some, {"learned": lambda rows: rows @ weights, "against it": lambda rows: -rows @ weights}).splitlines()
    every, among, learned, against = map(int, lines[-1].split("|")[2:-1])
    assert every == among == 60 and learned > 50 > 5 > against


def test_where_nothing_can_be_learned_length_alone_counts():
    assert fitted([Choice("made", np.ones((2, 3)), np.array([True, True]))], [0, 1, 2]).tolist() == [-1, 0, 0]


def test_collecting_and_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from dsl.tasks import task_to_json

    suite, out = tmp_path / "made.jsonl", tmp_path / "fits.jsonl"
    task = replace(TASK, examples=(*TASK.examples, Example(((4, 7),), 7)))
    suite.write_text(json.dumps(task_to_json(task)) + "\n")
    monkeypatch.setattr(collecting, "WARM_UP", 0.0)
    monkeypatch.setattr(collecting, "settings_of", lambda job: replace(settings_of(job), max_candidates=2000))
    arguments = ["--suite", str(suite), "--method", "plain", "--budget", "60", "--out", str(out)]
    assert main(arguments) == 0
    first = out.read_bytes()
    assert main(arguments) == 0 and out.read_bytes() == first, "what is there is not collected again"
    (found,) = read(out)
    assert found.task == task and not found.seen.held_out
    assert len(found.fits) == len(found.right) >= 1
    for fit, right in zip(found.fits, found.right, strict=True):
        assert right == held_out_correct(fit.program, task)
    made = choice(looked_at(found), more=False)
    assert np.argmax(shipped(made.traits)) == int(np.argmax(made.right)), "the shipped order puts a right one first"
    out.write_bytes(first + b'{"suite": "torn')
    assert len(read(out)) == 1
    assert main(arguments) == 0 and out.read_bytes() == first, "a torn last line is cut off"
