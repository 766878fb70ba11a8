"""Switching kernels off for a while: the references answer, and everything is as before afterwards."""

import os

import numpy as np
import pytest

from dsl.columns.compile import available
from dsl.columns.layout import decode, encode
from dsl.columns.step import apply, plan_for
from dsl.columns.uncompiled import uncompiled
from dsl.ops import OPS
from dsl.types import LIST_INT
from dsl.values import DEFAULT


def test_no_op_gets_a_kernel_and_the_answers_are_the_same() -> None:
    profile = DEFAULT.with_limits(max_list=9)  # one of its own, so that no plan is known yet
    column = encode([(3, 1, 2), (), (5,)], LIST_INT, profile)
    with uncompiled():
        assert not available()
        assert plan_for(OPS["sort"], (column.layout,), profile).kernel is None
        plain = apply(OPS["sort"], [column], [None], profile=profile)
    assert decode(plain.column) == [(1, 2, 3), (), (5,)]
    again = apply(OPS["sort"], [column], [None], profile=DEFAULT.with_limits(max_list=9))
    assert np.array_equal(plain.status, again.status) and np.array_equal(plain.column.data, again.column.data)


@pytest.mark.parametrize("before", [None, "0", "1"])
def test_everything_is_restored(before: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if before is None:
        monkeypatch.delenv("FLOWFORTH_NO_NUMBA", raising=False)
    else:
        monkeypatch.setenv("FLOWFORTH_NO_NUMBA", before)
    available.cache_clear()
    compiled = available()
    with pytest.raises(KeyError), uncompiled():
        raise KeyError
    assert (os.environ.get("FLOWFORTH_NO_NUMBA"), available()) == (before, compiled)
    available.cache_clear()
