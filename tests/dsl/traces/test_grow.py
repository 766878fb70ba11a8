"""What the growing of traces promises: seeds and shards, lengths, shares, nothing dull, and the same without compiled kernels."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dsl.errors import ConfigError
from dsl.generate import Generator, Inputs
from dsl.liveness import dead_words
from dsl.ops import OPS
from dsl.traces import TraceConfig, traces
from dsl.types import INT, LIST_INT, STR, VALUE_TYPES
from dsl.values import DEFAULT, Stuck
from tests.dsl.traces.sources import SHAPES, SMALL, batches, config, everything, example_batch, stacks, texts

ROOT = Path(__file__).parents[3]


def assert_equal(a, b) -> None:
    """Two batches are equal array by array."""
    assert a.moves == b.moves
    for name in ("words", "lengths", "types", "values", "depths", "status"):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name
    for kind in VALUE_TYPES:
        assert all(map(np.array_equal, a.columns[kind].arrays(), b.columns[kind].arrays())), kind


def test_equal_seeds_give_equal_traces_and_others_do_not() -> None:
    first, again, other = batches(2, seed=5), batches(2, seed=5), batches(2, seed=6)
    for a, b in zip(first, again, strict=True):
        assert_equal(a, b)
    assert texts(first[0]) != texts(first[1])
    assert texts(first[0]) != texts(other[0])


@pytest.mark.parametrize("reuse", [1, 2])
def test_shards_together_make_the_same_batches(reuse: int) -> None:
    whole = batches(4, seed=5, reuse=reuse)
    shards = [batches(2, seed=5, reuse=reuse, shard=i, num_shards=2) for i in range(2)]
    order = [shards[0][0], shards[1][0], shards[0][1], shards[1][1]] if reuse == 1 else [*shards[0], *shards[1]]
    for one, other in zip(whole, order, strict=True):
        # The arrays are equal, too, though the second shard met words and stacks in another order.
        assert_equal(one, other)
        assert everything(one) == everything(other)


def test_a_batch_survives_the_next() -> None:
    source = traces(config(seed=4, programs=60))
    first = next(source)
    before = everything(first)
    next(source)
    assert everything(first) == before


def test_quotations_change_after_some_batches() -> None:
    quoted = [{m.text for m in batch.moves if m.text.startswith("(")} for batch in batches(3, seed=1, reuse=2)]
    assert quoted[0] & quoted[1]
    assert len(quoted[1] & quoted[2]) < len(quoted[0] & quoted[1])


def test_the_same_traces_with_compiled_kernels() -> None:
    words = frozenset(
        {"+", "*", "sum", "map*2", "reverse", "take", "nth", "upper", "concat", "chr", "div", "dup", "swap", "over", "map", "filter"}
    )
    chosen = config(seed=2, generator=Generator(ops=words, profile=SMALL))
    (compiled,) = traces(chosen, batches=1)
    (plain,) = batches(seed=2, generator=chosen.generator)
    assert_equal(compiled, plain)


def test_the_same_traces_in_a_process_without_numba() -> None:
    code = """
import json
from tests.dsl.traces.sources import config, everything
from dsl.traces import traces
from dsl.generate import Generator
words = frozenset({"+", "sum", "map*2", "nth", "upper", "concat", "chr", "swap", "map", "times"})
print(json.dumps(repr([everything(b) for b in traces(config(seed=7, programs=80, generator=Generator(ops=words)), batches=2)])))
"""
    seen = []
    for switch in ("1", "0"):
        environment = {**os.environ, "FLOWFORTH_NO_NUMBA": switch, "PYTHONHASHSEED": switch}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment, timeout=300)
        assert done.returncode == 0, done.stderr
        seen.append(json.loads(done.stdout))
    assert seen[0] == seen[1]
    assert len(seen[0]) > 1000


@pytest.mark.parametrize(("low", "high"), [(1, 1), (3, 4), (6, 6), (1, 12)])
def test_lengths_lie_within_the_limits(low: int, high: int) -> None:
    (batch,) = batches(seed=1, min_length=low, max_length=high)
    assert set(batch.lengths.tolist()) == set(range(low, high + 1)), "failing programs are not shorter, either"


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.5, 0.8])
def test_share_of_failing_programs(share: float) -> None:
    (batch,) = batches(seed=1, programs=800, failing=share)
    assert len(batch) > 200
    assert abs(batch.status.any(axis=1).mean() - share) < 0.03


def test_no_dead_words_and_no_move_in_vain() -> None:
    batch = example_batch()
    for p in range(len(batch)):
        program, last = batch.program(p), int(batch.lengths[p])
        failed = bool(batch.status[p].any())
        if not failed:
            assert dead_words(program, len(batch.shape(p))) == [], str(program)
        seen = stacks(batch, p)[: last + 1 - failed]
        assert len(set(map(repr, seen))) == len(seen), f"{program} comes back to an earlier stack"


def test_what_is_computed_is_new_and_varies() -> None:
    batch, checked = example_batch(), 0
    for p in range(len(batch)):
        for step in range(int(batch.lengths[p]) - bool(batch.status[p].any())):
            move = batch.move(p, step)
            if move.op is None or move.op.routing is not None:
                continue
            before, after = stacks(batch, p)[step : step + 2]
            args = {repr(column) for column in list(zip(*before, strict=True))[len(before[0]) - len(move.args) :]}
            results = list(zip(*after, strict=True))[len(after[0]) - len(move.results) :]
            assert any(repr(column) not in args and len(set(map(repr, column))) > 1 for column in results), (
                f"{move.text} in {batch.program(p)}"
            )
            checked += 1
    assert checked > 500


def test_outputs_vary_over_the_examples() -> None:
    batch = example_batch()
    for p in np.flatnonzero(~batch.status.any(axis=1)):
        finals = stacks(batch, int(p))[-1]
        assert all(not isinstance(final, Stuck) and len(final) == 1 for final in finals)
        assert len(set(map(repr, finals))) > 1, str(batch.program(int(p)))


def test_every_word_comes_up() -> None:
    seen: set[str] = set()
    for seed in range(8):
        (batch,) = batches(seed=seed, programs=1500, max_length=5, shapes=(*SHAPES, (STR, STR, INT), (STR, STR, STR, INT)))
        seen |= {move.op.name for move in batch.moves if move.op is not None}
        seen |= {word for move in batch.moves for word in move.text.split()}
    assert set(OPS) - seen <= {"drop", "nip"}


def test_chosen_words_weights_and_shares() -> None:
    words = frozenset({"inc", "dec", "*2", "+", "dup"})
    generator = Generator(ops=words, weights={"inc": 20.0, "dec": 0.0}, literals=0.5, profile=SMALL)
    (batch,) = batches(shapes=((INT,), (INT, INT)), generator=generator, failing=0.0)
    counts = {move.text: int((batch.words == number).sum()) for number, move in enumerate(batch.moves)}
    literals = sum(count for text, count in counts.items() if text.lstrip("-").isdigit())
    assert "dec" not in counts
    assert counts["inc"] > 4 * counts["*2"]
    assert literals > 0.15 * sum(counts.values())
    assert {move.op.name for move in batch.moves if move.op} <= words


def test_a_word_that_throws_away_may_be_asked_for() -> None:
    (batch,) = batches(generator=Generator(ops=frozenset(OPS), weights={"drop": 30.0, "nip": 30.0}, profile=SMALL), failing=0.0)
    assert any("drop" in text.split() for text in texts(batch))
    assert (batch.depths[np.arange(len(batch)), batch.lengths] == 1).all()


def test_deep_and_shallow_stacks() -> None:
    (deep,) = batches(generator=Generator(profile=SMALL, max_depth=9, literals=0.6), max_length=12)
    assert deep.depths.max() > 5
    (shallow,) = batches(generator=Generator(profile=SMALL, max_depth=2))
    assert shallow.depths.max() == 2
    (single,) = batches(generator=Generator(profile=SMALL, max_depth=1), shapes=((LIST_INT,),))
    assert len(single) and single.depths.max() == 1


def test_keep_filters_programs() -> None:
    (all_of_them,) = batches(seed=2)
    (kept,) = batches(seed=2, keep=lambda batch: np.flatnonzero(batch.lengths == 2))
    assert texts(kept) == [text for text, length in zip(texts(all_of_them), all_of_them.lengths, strict=True) if length == 2]
    (none,) = batches(seed=2, keep=lambda batch: np.zeros(0, np.int64))
    assert len(none) == 0 and none.num_steps == 0


def test_impossible_shapes_give_empty_batches() -> None:
    (batch,) = batches(shapes=((INT, INT, INT, INT),), max_length=1)
    assert len(batch) == 0


@pytest.mark.parametrize(
    "bad",
    [
        {"seed": -1},
        {"programs": 0},
        {"examples": 0},
        {"min_length": 0},
        {"min_length": 5, "max_length": 2},
        {"max_length": 1000},
        {"failing": 1.0},
        {"failing": -0.1},
        {"shapes": ()},
        {"shapes": ((),)},
        {"shapes": ((INT,) * 5,)},
        {"reuse": 0},
        {"generator": Generator(profile=DEFAULT.with_limits(max_stack=10))},
        {"generator": Generator(profile=DEFAULT.with_limits(fuel=11))},
    ],
    ids=lambda bad: ",".join(bad),
)
def test_settings_outside_their_ranges_are_refused(bad: dict) -> None:
    with pytest.raises(ConfigError, match="trace field") as caught:
        TraceConfig(**bad)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(("shard", "num_shards"), [(2, 2), (-1, 2), (0, 0)])
def test_shards_that_are_not_there_are_refused(shard: int, num_shards: int) -> None:
    with pytest.raises(ConfigError, match="shard"):
        next(traces(config(), shard=shard, num_shards=num_shards))


def test_inputs_follow_their_settings() -> None:
    how = Inputs(min_int=1000, max_int=1010, max_items=2, max_chars=0)
    (batch,) = batches(inputs=how)
    for p in range(len(batch)):
        for value in (value for e in range(batch.num_examples) for value in batch.stack(p, 0, e)):
            if type(value) is int:
                assert 1000 <= value <= 1010
            elif isinstance(value, str):
                assert value == ""
            elif isinstance(value, tuple):
                assert len(value) <= 2
