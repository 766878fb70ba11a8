"""What parts are worth: what is left out is left out, only while it is measured, and the table says what was lost and won."""

import time

import pytest

from dsl.columns.available import available

if not available():
    pytest.skip("without numba there is the plain search alone", allow_module_level=True)

from benchmarks import parts
from benchmarks.parts import BEAMS, VARIANTS, Outcome, Variant
from search import portfolio
from search.result import SearchResult


def test_every_change_is_of_something_that_is_there() -> None:
    for variant in (*VARIANTS, *BEAMS):
        for owner, name, value in variant.changes:
            assert type(getattr(owner, name)) is type(value) and getattr(owner, name) != value, (variant.name, name)


def test_what_is_changed_is_changed_for_the_search_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[tuple[str, tuple[str, ...], bool]] = []

    def solve(task: object, settings: parts.Settings) -> SearchResult:
        seen.append((settings.method, portfolio.MEMBERS["portfolio"], time.perf_counter is time.process_time))
        raise SystemExit

    class Loaded:
        def load(self) -> None: ...

    monkeypatch.setattr(parts, "solve", solve)
    monkeypatch.setattr(parts, "search_of", lambda method: lambda task, settings: Loaded())
    usual = dict(portfolio.MEMBERS)
    for name in ("whole portfolio", "without the prior"):
        with pytest.raises(SystemExit):
            monkeypatch.setattr(parts, "VARIANTS", tuple(v for v in VARIANTS if v.name == name))
            parts.main(["--suite", "lists-n3", "--limit", "1"])
    assert seen == [("portfolio", usual["portfolio"], True), ("portfolio", ("enumerate", "constants"), True)]
    assert usual == portfolio.MEMBERS and time.perf_counter is not time.process_time


def test_a_row_counts_what_was_lost_and_won() -> None:
    yes, wrong, no = Outcome(True, True, 0.5), Outcome(True, False, 2.0), Outcome(False, False, float("nan"))
    whole, less = [yes, yes, wrong, no, no], [yes, no, wrong, wrong, no]
    assert parts._row("suite", Variant("less"), less, whole) == ["suite", "less", "5", "3", "1", "2.00", "1", "1"]


def test_one_small_table(capsys: pytest.CaptureFixture[str]) -> None:
    parts.main(["--suite", "lists-n3", "--limit", "2", "--candidates", "64"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[2].strip() for line in lines[2:]] == [variant.name for variant in BEAMS]
    assert all(line.split("|")[3].strip() == "2" for line in lines[2:])
