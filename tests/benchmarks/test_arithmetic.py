"""The table of reckoning: an executor that is the machine is always right, one that adds one too many is one off, and every try is counted."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

from benchmarks import arithmetic  # noqa: E402
from dsl import machine  # noqa: E402
from dsl.program import Program, Word  # noqa: E402
from dsl.values import Stuck  # noqa: E402
from embed.cells import State, decode, encode  # noqa: E402
from embed.steps import rows_of  # noqa: E402
from executor.checkpoint import Executor  # noqa: E402
from executor.field_config import FieldConfig  # noqa: E402
from tests.executor.samples import VOCAB  # noqa: E402


def executor() -> Executor:
    torch.manual_seed(0)
    return Executor(FieldConfig(depth=1, int_range=100, attention="hand"), VOCAB).eval()


def off_by(number: int) -> Any:
    """An executor that is the machine, but for this."""

    def execute(field: Any, codes: Any, numbers: Any, condition: Any) -> Any:
        ended = []
        for row, op in enumerate(condition.ops[:, 0].tolist()):
            state = decode(list(zip(codes[row].tolist(), numbers[row].tolist(), strict=True)), VOCAB)
            assert not isinstance(state.items, str)
            after = machine.run(Program((Word(VOCAB.ops[op]),)), state.items)
            assert not isinstance(after, Stuck) and isinstance(after[-1], int)
            ended.append(encode(State((after[-1] + number,)), VOCAB))
        rows = rows_of(ended, arithmetic.CELLS, VOCAB)
        return SimpleNamespace(codes=torch.as_tensor(rows.codes).long(), numbers=torch.as_tensor(rows.numbers).long())

    return execute


@pytest.mark.parametrize("word", arithmetic.WORDS)
@pytest.mark.parametrize("number", [0, 1])
def test_what_the_machine_says_is_right(word: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arithmetic, "execute", off_by(number))
    assert dict(arithmetic.reckoned(executor(), word, 60, 20, Random(1))) == {number: 20}


def test_every_try_is_counted_once() -> None:
    assert sum(arithmetic.reckoned(executor(), "mod", 9, 20, Random(1)).values()) == 20
