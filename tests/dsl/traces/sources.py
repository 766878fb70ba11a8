"""Small configurations that several test files draw traces from, and what they share about batches."""

from __future__ import annotations

from functools import cache
from typing import Any

from dsl.columns.uncompiled import uncompiled
from dsl.generate import INPUT_SHAPES, Generator
from dsl.traces import TraceBatch, TraceConfig, traces
from dsl.types import BOOL, LIST_BOOL
from dsl.values import DEFAULT, PROFILES, Profile, Stuck, Value

SMALL = DEFAULT.with_limits(max_list=20, max_str=64)
SHAPES = (*INPUT_SHAPES, (BOOL, LIST_BOOL))
PROFILE_CASES: dict[str, Profile] = {
    **{name: profile.with_limits(max_list=20, max_str=64) for name, profile in PROFILES.items()},
    "little fuel": SMALL.with_limits(fuel=15),
    "narrow": SMALL.with_limits(int_min=-9, int_max=30, max_list=5, max_str=9),
    "ints above 0": SMALL.with_limits(int_min=1, int_max=200),
}


def config(**changes: Any) -> TraceConfig:
    """300 programs of every kind over 4 examples, unless told otherwise."""
    return TraceConfig(**{"programs": 300, "examples": 4, "shapes": SHAPES, "generator": Generator(profile=SMALL), **changes})


def batches(count: int = 1, *, shard: int = 0, num_shards: int = 1, **changes: Any) -> list[TraceBatch]:
    """The first batches of such a configuration, made by the references: for so few programs they are quicker than kernels."""
    with uncompiled():
        return list(traces(config(**changes), shard=shard, num_shards=num_shards, batches=count))


@cache
def example_batch() -> TraceBatch:
    """One batch with everything in it."""
    return batches(seed=3, programs=500, max_length=7)[0]


def texts(batch: TraceBatch) -> list[str]:
    """The programs of a batch."""
    return [str(batch.program(p)) for p in range(len(batch))]


def everything(batch: TraceBatch) -> list[Any]:
    """Texts, types and all stacks of a batch, for comparing with those of another."""
    return [(str(batch.program(p)), batch.shape(p), stacks(batch, p)) for p in range(len(batch))]


def stacks(batch: TraceBatch, p: int) -> list[list[tuple[Value, ...] | Stuck]]:
    """For each step of a program and for its end, the stack of every example."""
    return [[batch.stack(p, step, e) for e in range(batch.num_examples)] for step in range(int(batch.lengths[p]) + 1)]
