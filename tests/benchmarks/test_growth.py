"""Growth with the length of programs, on attempts whose growth is known."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmarks.growth import figure, growths, length_of, of_lengths, table
from dsl.errors import ConfigError
from tests.benchmarks.made import attempt

RANGE = range(4, 9)


def tripling(method: str = "exact", lengths: range = range(4, 8), unsolved: int = 0):
    """Nine tasks of each length whose times triple and whose candidates grow tenfold with each word; some are not solved, from the slowest on."""
    found = []
    for n in lengths:
        for k in range(9):
            first = None if k >= 9 - unsolved else 0.01 * 3.0 ** (n - 4) * 1.1 ** (k - 4)
            count = None if first is None else 100 * 10 ** (n - 4)
            found.append(attempt(f"{n}-{k}", method=method, suite=f"lists-n{n}", first_s=first, first_candidates=count))
    return found


def rows(attempts):
    return {(row.method, row.measure): row for row in growths(attempts)}


def test_factors_and_medians():
    found = rows([*tripling(), *tripling("prior", range(4, 6))])
    time = found["exact", "seconds"]
    assert time.medians == pytest.approx({4: 0.01, 5: 0.03, 6: 0.09, 7: 0.27})
    assert time.factor.mean == pytest.approx(3) and time.factor.low <= 3 <= time.factor.high and time.factor.low < time.factor.high
    assert found["exact", "candidates"].factor.mean == pytest.approx(10)
    assert found["prior", "seconds"].factor.mean == pytest.approx(3)
    assert set(found["prior", "seconds"].medians) == {4, 5}


def test_what_is_not_solved_counts_as_dearer_than_all():
    fewer = rows(tripling(unsolved=2))["exact", "seconds"]
    assert fewer.medians == pytest.approx({4: 0.01, 5: 0.03, 6: 0.09, 7: 0.27})
    assert fewer.solved[4] == (7, 9)
    half = rows([*tripling(), *tripling(lengths=range(8, 9), unsolved=5)])["exact", "seconds"]
    assert half.medians[8] == float("inf")
    assert half.factor.mean == pytest.approx(3)


def test_one_length_has_no_factor():
    assert rows(tripling(lengths=range(4, 5)))["exact", "seconds"].factor is None
    assert rows(tripling(unsolved=9))["exact", "seconds"].factor is None


def test_the_table_and_the_figure():
    attempts = [*tripling(), *tripling(lengths=range(8, 9), unsolved=9)]
    lines = table(growths(attempts), RANGE).splitlines()
    assert lines[0].count("|") == lines[2].count("|") == lines[3].count("|")
    assert "0.030 (3.0x, 9 of 9)" in lines[2] and "- (0 of 9)" in lines[2] and "3.0x (" in lines[2]
    for measure in ("seconds", "candidates"):
        drawn = figure(attempts, measure)
        ElementTree.fromstring(drawn)
        assert drawn.count("<circle") == len(attempts)


def test_what_cannot_be_compared_is_said():
    assert (length_of("lists-n12"), length_of("lists"), length_of("ints")) == (12, None, None)
    assert len(of_lengths(tripling(), range(5, 7))) == 18
    with pytest.raises(ConfigError, match="lists-n4 to lists-n8"):
        of_lengths([attempt("a", first_s=1.0)], RANGE)
    with pytest.raises(ConfigError, match="several budgets"):
        of_lengths([*tripling(), attempt("a", suite="lists-n4", first_s=1.0, budget=60.0)], RANGE)
