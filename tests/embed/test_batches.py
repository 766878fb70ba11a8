"""Batches from traces: every row is what the reference machine says, equal numbers give equal batches, and shards differ."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from dsl import machine
from dsl.errors import ConfigError
from dsl.program import Constant, Program, Word
from dsl.values import Stuck
from embed.batches import Stream
from embed.cells import State, decode
from embed.data_config import DataConfig
from embed.moves import is_held_out
from embed.steps import Batch, Steps
from embed.vocab import CONSTANTS, ERRORS, INTERPRETATIONS, NOP, vocabulary

VOCAB = vocabulary(100)
CONFIG = DataConfig(rows=48, chunk=2, programs=192, compiled=False, int_range=100, abstract=0.25, soft=0.2, rollouts=0.2)


@cache
def batch(number: int = 0) -> Batch:
    return Stream(CONFIG, VOCAB).batch(number)


def ran(state: State, op: int) -> tuple[object, ...] | str:
    name = VOCAB.ops[op]
    if name == NOP:
        return state.items
    instruction = Constant(CONSTANTS.index(name)) if name in CONSTANTS else Word(name)
    block = tuple(() if value is None else value for value in state.constants)
    assert not isinstance(state.items, str)
    if isinstance(instruction, Constant) and state.constants[instruction.index] is None:
        return "underflow"
    after = machine.run(Program((instruction,)), state.items, constants=block, profile=CONFIG.profile)
    return after.reason.value if isinstance(after, Stuck) else after


def test_every_concrete_row_is_what_the_machine_says() -> None:
    steps, seen = batch().steps, 0
    for i in np.flatnonzero(steps.interpretation == 0):
        before, after = decode(steps.before.row(i), VOCAB), decode(steps.after.row(i), VOCAB)
        assert before.constants == after.constants
        assert (steps.error[i] > 0) == isinstance(after.items, str)
        if isinstance(after.items, str):
            assert ERRORS[steps.error[i] - 1] == after.items
        if steps.bodies[i, 0, 0] < 0 and not (after.items == "type" and () in before.items):  # an empty list fits any list when untyped
            assert ran(before, int(steps.op[i])) == after.items, VOCAB.ops[steps.op[i]]
            seen += 1
    assert seen > 30


def test_what_stands_beside_the_steps_can_come_with_one_batch_in_so_many() -> None:
    stream = Stream(replace(CONFIG, chunk=4, every=2), VOCAB)
    for number in range(8):
        found = stream.batch(number)
        if number % 2:
            assert found.beside == 2 and found.soft is not None and found.rollouts is not None
            assert len(found.soft.ops) == round(2 * 0.2 * 48) and len(found.rollouts.ops) == round(2 * 0.2 * 48)
        else:
            assert found.beside == 0 and found.soft is None and found.rollouts is None
    with pytest.raises(ConfigError, match="every"):
        replace(CONFIG, every=0)


def test_emphasis_is_how_much_more_often_a_word_comes() -> None:
    def often(factor: float, name: str = "reverse") -> int:
        config = replace(CONFIG, rows=400, abstract=0.0, soft=0.0, rollouts=0.0, balance=1.0, emphasis=(f"{name}:{factor}",))
        steps = Stream(config, VOCAB).batch(0).steps
        return int(((steps.op == VOCAB.numbers[name]) & (steps.error == 0)).sum())

    assert often(20) > 5 * max(1, often(1)) and often(0.001) == 0


@pytest.mark.parametrize("text", ["reverse", "reverse:much", "reverse:-1", "no-such-word:2", "reverse:nan"])
def test_emphasis_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is no NAME:FACTOR"):
        replace(CONFIG, emphasis=(text,))


def test_the_share_of_errors_is_the_wanted_one() -> None:
    errors = np.concatenate([batch(number).steps.error[:48] for number in (0, 1)])
    assert 0.2 < (errors > 0).mean() < 0.32
    assert len(set(errors.tolist())) >= 4


def test_abstract_rows_contain_what_their_partners_are() -> None:
    steps = batch().steps
    rows = np.flatnonzero(steps.partner >= 0)
    assert len(rows) == round(0.25 * 48)
    for i in rows:
        domain = INTERPRETATIONS[steps.interpretation[i]]
        for side in ("before", "after"):
            abstract = decode(getattr(steps, side).row(i), VOCAB, domain=domain)
            concrete = decode(getattr(steps, side).row(int(steps.partner[i])), VOCAB)
            assert len(abstract.items) == len(concrete.items)
            for element, value in zip(abstract.items, concrete.items, strict=True):
                assert element.contains(value)
        assert steps.op[i] == steps.op[steps.partner[i]]


def test_soft_rows_hold_each_ops_outcome() -> None:
    soft = batch().soft
    assert soft is not None
    assert np.allclose(soft.weights.sum(axis=1), 1, atol=1e-5)
    for row in range(len(soft.before)):
        before = decode(soft.before.row(row), VOCAB)
        for m in range(soft.ops.shape[1]):
            assert ran(before, int(soft.ops[row, m])) == decode(soft.after.row(row * soft.ops.shape[1] + m), VOCAB).items


def test_rollouts_go_on_from_state_to_state() -> None:
    rollouts = batch().rollouts
    assert rollouts is not None
    for row in range(len(rollouts.ops)):
        for k in range(rollouts.ops.shape[1]):
            before, after = (decode(rollouts.states[k + j].row(row), VOCAB) for j in (0, 1))
            assert before.constants == after.constants
            if rollouts.bodies[row, k, 0, 0] < 0:
                assert ran(before, int(rollouts.ops[row, k])) == after.items


def test_equal_numbers_give_equal_batches_however_they_are_reached() -> None:
    later = Stream(CONFIG, VOCAB).batch(3)
    stream = Stream(CONFIG, VOCAB)
    for number in range(4):
        again = stream.batch(number)
    assert all(np.array_equal(getattr(again.steps, name), getattr(later.steps, name)) for name in ("op", "pops", "error", "result"))
    assert np.array_equal(again.steps.before.codes, later.steps.before.codes)
    assert not np.array_equal(Stream(CONFIG, VOCAB, shard=1).batch(3).steps.op, later.steps.op)


def test_results_are_where_they_are_said_to_be() -> None:
    steps = batch().steps
    assert isinstance(steps, Steps)
    whole = (steps.error == 0) & (steps.interpretation == 0)
    for i in np.flatnonzero(whole):
        before, after = decode(steps.before.row(i), VOCAB), decode(steps.after.row(i), VOCAB)
        kept = len(before.items) - steps.pops[i]
        assert before.items[:kept] == after.items[:kept] or steps.bodies[i, 0, 0] >= 0


def test_a_setting_outside_its_range_is_named() -> None:
    with pytest.raises(ConfigError, match="errors is 2"):
        DataConfig(errors=2)


def test_a_small_language_has_batches_too() -> None:
    config = DataConfig(rows=24, chunk=1, programs=96, compiled=False, int_range=100, ops=("+", "neg", "dup", "swap", "over"), abstract=0.2)
    steps = Stream(config, VOCAB).batch(0).steps
    good = (steps.error == 0) & (steps.interpretation == 0)
    assert {VOCAB.ops[op] for op in steps.op[good]} <= {*config.ops, *CONSTANTS, NOP}
    assert 0.1 < (steps.error[steps.interpretation == 0] > 0).mean() < 0.4


def test_held_out_pairs_are_kept_apart() -> None:
    held = [(a, b) for a in VOCAB.ops[:40] for b in VOCAB.ops[:40] if is_held_out(a, b)]
    assert 0.02 < len(held) / 1600 < 0.1
    unseen = Stream(DataConfig(rows=16, chunk=1, programs=256, compiled=False, int_range=100, pairs="unseen", from_step=1), VOCAB)
    assert len(unseen.batch(0).steps) > 0
