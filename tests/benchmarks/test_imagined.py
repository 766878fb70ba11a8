"""The lines of programs, and the table of those that are imagined right."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from benchmarks.imagined import Line, lines, main, table
from dsl.tasks import Example, Task


def test_lines_are_words_that_compute_with_what_they_take_and_leave() -> None:
    task = Task(name="t", examples=(Example(((3, 1, 2),), 12), Example(((4, 4),), 16)), metadata={"program": "dup sort reverse zip+ sum"})
    assert [(line.word, line.arguments, line.result) for line in lines(task)][:4] == [
        ("sort", ((3, 1, 2),), (1, 2, 3)),
        ("reverse", ((1, 2, 3),), (3, 2, 1)),
        ("zip+", ((3, 1, 2), (3, 2, 1)), (6, 3, 3)),
        ("sum", ((6, 3, 3),), 12),
    ]
    assert {line.place for line in lines(task)} == {1, 2, 3, 4}


def test_a_column_is_right_where_all_its_examples_are() -> None:
    some = [Line("a", 0, "sort", (), 1), Line("a", 0, "sort", (), 2), Line("b", 1, "sum", (), 3), Line("b", 2, "sort", (), 4)]
    assert list(table(some, [True, False, True, True]))[2:] == [
        ["all", "4", "75.0%", "3", "66.7%"],
        ["`sort`", "3", "66.7%", "2", "50.0%"],
        ["`sum`", "1", "100.0%", "1", "100.0%"],
    ]


def test_an_executor_that_is_always_right_has_everything_right(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """And one that is wrong about `sort` alone is blamed for that."""
    from dsl.machine import run
    from dsl.parser import parse
    from search.latent import learned

    class Oracle:
        def __init__(self, field: Any, width: int) -> None: ...

        def step(self, stacks: Sequence[tuple[Any, ...]], words: Sequence[str]) -> list[Any]:
            return [
                SimpleNamespace(stack=((0,),) if word == "sort" else run(parse(word), stack))
                for stack, word in zip(stacks, words, strict=True)
            ]

    monkeypatch.setattr(learned, "Learned", Oracle)
    monkeypatch.setattr(learned, "field_of", lambda path: None)
    assert main(["--n", "2", "--count", "6"]) == 0
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()[3:]]
    assert rows and all(row[4].startswith("0.0%" if "`sort`" in row[0] else "100.0%") for row in rows)
