"""Traces against the reference machine: every recorded stack is what running the program gives; seeds and shards; saving and loading."""

from pathlib import Path

import numpy as np
import pytest

from dsl.domains.product import Abstract
from dsl.errors import ConfigError, TaskError
from dsl.generate import Generator
from dsl.machine import run, steps
from dsl.traces import TraceBatch, TraceConfig, traces
from dsl.types import VALUE_TYPES
from dsl.values import DEFAULT, Stuck

SMALL = {"programs": 300, "examples": 3, "generator": Generator(profile=DEFAULT.with_limits(max_list=20, max_str=64))}


@pytest.fixture(scope="module")
def batch() -> TraceBatch:
    return next(traces(TraceConfig(seed=3, max_length=7, **SMALL)))


def texts(source) -> list[str]:
    return [str(b.program(p)) for b in source for p in range(len(b))]


def test_every_recorded_stack_is_what_running_gives(batch: TraceBatch) -> None:
    assert len(batch) > 50
    stuck = 0
    for p in range(len(batch)):
        program = batch.program(p)
        for example in range(batch.num_examples):
            inputs = batch.stack(p, 0, example)
            assert not isinstance(inputs, Stuck)
            outer = [step for step in steps(program, inputs, profile=batch.profile) if len(step.path) == 1]
            afters = [step.after for step in outer]
            for number in range(int(batch.lengths[p])):
                after = batch.stack(p, number + 1, example)
                if isinstance(after, Stuck):
                    assert isinstance(afters[number], Stuck) and afters[number].reason is after.reason, str(program)
                    stuck += 1
                elif batch.depths[p, number + 1] >= 0:
                    assert after == afters[number], str(program)
    assert stuck > 0


def test_programs_end_in_one_value_that_varies(batch: TraceBatch) -> None:
    for p in range(len(batch)):
        last = int(batch.lengths[p])
        if not batch.status[p].any():
            finals = [batch.stack(p, last, example) for example in range(batch.num_examples)]
            assert all(not isinstance(final, Stuck) and len(final) == 1 for final in finals)
            assert len(set(map(repr, finals))) > 1
            assert not {"drop", "nip"} & set(str(batch.program(p)).split())


def test_lengths_lie_within_the_limits() -> None:
    batch = next(traces(TraceConfig(seed=1, min_length=3, max_length=4, failing=0.0, **SMALL)))
    assert set(batch.lengths.tolist()) == {3, 4}
    assert not batch.status.any()


def test_equal_seeds_give_equal_traces_and_shards_share_them_out() -> None:
    whole = texts(traces(TraceConfig(seed=5, reuse=1, **SMALL), batches=2))
    assert whole == texts(traces(TraceConfig(seed=5, reuse=1, **SMALL), batches=2))
    assert whole != texts(traces(TraceConfig(seed=6, reuse=1, **SMALL), batches=2))
    shards = [texts(traces(TraceConfig(seed=5, reuse=1, **SMALL), shard=i, num_shards=2, batches=1)) for i in range(2)]
    assert shards[0] + shards[1] == whole


def test_keep_filters_programs() -> None:
    config = TraceConfig(seed=2, keep=lambda batch: np.flatnonzero(batch.lengths == 2), **SMALL)
    assert set(next(traces(config)).lengths.tolist()) == {2}


def test_save_and_load(batch: TraceBatch, tmp_path: Path) -> None:
    batch.save(tmp_path / "traces.npz")
    again = TraceBatch.load(tmp_path / "traces.npz")
    assert [str(again.program(p)) for p in range(len(again))] == [str(batch.program(p)) for p in range(len(batch))]
    assert [again.stack(p, 1, 0) for p in range(20)] == [batch.stack(p, 1, 0) for p in range(20)]
    for content in (b"", b"not a zip", (tmp_path / "traces.npz").read_bytes()[:1000]):
        (tmp_path / "bad.npz").write_bytes(content)
        with pytest.raises(TaskError, match="traces"):
            TraceBatch.load(tmp_path / "bad.npz")


def test_abstract_counterparts_contain_the_values(batch: TraceBatch) -> None:
    for kind in VALUE_TYPES:
        arrays = batch.abstracted(kind)
        assert len(arrays.interval) * batch.num_examples == batch.columns[kind].num_rows
    for p in range(30):
        for slot, kind in enumerate(batch.shape(p)):
            values = [batch.stack(p, 0, example)[slot] for example in range(batch.num_examples)]  # type: ignore[index]
            joined = Abstract.of(values[0])
            for value in values[1:]:
                joined = joined.join(Abstract.of(value))
            arrays, number = batch.abstracted(kind), int(batch.values[p, 0, slot])
            low, high = arrays.interval[number].tolist()
            assert (joined.interval.lo, joined.interval.hi) == (low, high) or low > high
            assert joined.parity == arrays.parity[number] and joined.sign == arrays.sign[number] and joined.chars == arrays.chars[number]
            assert joined.length is not None
            if kind not in VALUE_TYPES[:2]:
                assert (joined.length.outer.lo, joined.length.outer.hi) == tuple(arrays.length[number].tolist())


def test_records_are_json_with_concrete_beside_abstract(batch: TraceBatch) -> None:
    record = next(batch.records())
    assert run(batch.program(0), batch.stack(0, 0, 0), profile=batch.profile) is not None  # type: ignore[arg-type]
    assert record["program"] == str(batch.program(0))
    assert len(record["steps"]) == batch.lengths[0]
    assert all("after" in step and "abstract" in step for step in record["steps"])


@pytest.mark.parametrize("bad", [{"programs": 0}, {"examples": 0}, {"min_length": 5, "max_length": 2}, {"failing": 1.0}, {"shapes": ()}])
def test_settings_outside_their_ranges_are_refused(bad: dict) -> None:
    with pytest.raises(ConfigError, match="trace field"):
        TraceConfig(**bad)
