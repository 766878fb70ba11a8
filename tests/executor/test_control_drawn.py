"""Words that run quotations, as training draws them, held against the machine's next states."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `neural` (torch)")

import executor.programs as programs  # noqa: E402
from embed.batches import Stream  # noqa: E402
from embed.vocab import OPENS, Kind, vocabulary  # noqa: E402
from executor.exactness import condition_of  # noqa: E402
from executor.presets import small  # noqa: E402
from executor.programs import RUN, run_move  # noqa: E402
from tests.executor.exact import Exact, some_field  # noqa: E402
from tests.executor.samples import DEVICE, tensor  # noqa: E402

VOCAB = vocabulary(small().field.int_range)
DATA = replace(
    small().data, rows=512, chunk=1, programs=512, singles=0.8, balance=1.0, soft=0, rollouts=0, abstract=0, compiled=False, emphasis=tuple(f"{name}:8" for name in sorted(RUN)),
)  # fmt: skip


def same_kinds(codes: torch.Tensor) -> torch.Tensor:
    """Codes with empty lists of numbers for those of anything: what values do not tell, an exact executor cannot know."""
    first = VOCAB.code(Kind.OPEN)
    lists = torch.tensor([first + place for place, name in enumerate(OPENS) if name.startswith("List")])
    empty = torch.isin(codes, lists) & (codes.roll(-1, 1) == VOCAB.code(Kind.CLOSE))
    return codes.masked_fill(empty, first + OPENS.index("List[Int]"))


def test_rows_of_training_end_in_the_machines_states(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors included, some hundred rows."""
    exact = Exact(VOCAB, DATA.profile)
    monkeypatch.setattr(programs, "execute", exact)
    steps = Stream(DATA, VOCAB, 77).batch(0).steps
    steps = steps.take(np.flatnonzero([VOCAB.ops[op] in RUN for op in steps.op]))
    before, after = ([tensor(cells) for cells in (each.codes, each.numbers)] for each in (steps.before, steps.after))
    done = run_move(some_field(VOCAB), *before, condition_of(steps, DEVICE), profile=DATA.profile)
    right = (same_kinds(done.codes) == same_kinds(after[0])).all(1) & (done.numbers == after[1]).all(1)
    assert right.all(), [VOCAB.ops[op] for op in steps.op[~right.numpy()]]
    assert torch.equal(done.error, tensor(steps.error))
    seen = Counter((VOCAB.ops[op], bool(error)) for op, error in zip(steps.op, steps.error, strict=True))
    assert min(seen[name, False] for name in RUN) >= 2
    assert sum(many for (_, error), many in seen.items() if error) >= 30
    assert sum(seen.values()) >= 200
