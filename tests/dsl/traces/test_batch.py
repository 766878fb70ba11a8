"""Batches against the reference machine, and as arrays: every recorded stack is what running the program gives."""

import numpy as np
import pytest

from dsl.effects import infer
from dsl.generate import Generator, Inputs
from dsl.machine import run, steps
from dsl.parser import parse
from dsl.program import Program, Quotation
from dsl.traces import TraceBatch
from dsl.types import VALUE_TYPES, type_of
from dsl.values import CODES, Stuck, check
from tests.dsl.traces.sources import PROFILE_CASES, batches, example_batch, stacks


def assert_agrees(batch: TraceBatch) -> int:
    """Compares every step of every example with the reference machine; gives how many examples got stuck."""
    num_stuck = 0
    for p in range(len(batch)):
        program, mine = batch.program(p), stacks(batch, p)
        for e, inputs in enumerate(mine[0]):
            assert not isinstance(inputs, Stuck)
            theirs = [step for step in steps(program, inputs, profile=batch.profile) if len(step.path) == 1]
            assert len(theirs) == batch.lengths[p], str(program)
            for step, moment in enumerate(theirs):
                assert batch.move(p, step).instructions[-1] == moment.instruction
                if not batch.move(p, step).op or not batch.move(p, step).op.num_quotations:
                    assert moment.before == mine[step][e], str(program)
                after = mine[step + 1][e]
                if isinstance(after, Stuck):
                    num_stuck += 1
                    if batch.profile.undefined == "zero" and moment.after == (*moment.before[:-1], 0) and moment.before[-1] == ():
                        continue  # the head of an empty list of strings: the machine, which does not know its type, takes it for one of ints
                    assert isinstance(moment.after, Stuck), str(program)
                    assert moment.after.reason is after.reason, str(program)
                    assert after.at == moment.path, "the last word, though the failure may be inside its quotations"
                else:
                    assert moment.after == after, str(program)
    return num_stuck


def test_every_step_of_every_example_is_what_running_gives() -> None:
    batch = example_batch()
    assert len(batch) > 200
    assert assert_agrees(batch) > 100
    words = {batch.move(p, s).instructions[-1] for p in range(len(batch)) for s in range(int(batch.lengths[p]))}
    assert len(words) > 120, "most of the table takes part"
    assert any(isinstance(i, Quotation) for p in range(len(batch)) for i in batch.program(p).body)


@pytest.mark.parametrize("name", PROFILE_CASES)
def test_every_profile(name: str) -> None:
    profile = PROFILE_CASES[name]
    (batch,) = batches(programs=150, seed=1, generator=Generator(profile=profile))
    assert len(batch) > 20
    assert_agrees(batch)
    values = [value for p in range(len(batch)) for value in batch.stack(p, 0, 0)]
    assert all(not isinstance(check(value, profile), Stuck) for value in values)


@pytest.mark.slow
@pytest.mark.parametrize("name", PROFILE_CASES)
@pytest.mark.parametrize("seed", range(3))
def test_every_profile_at_length(name: str, seed: int) -> None:
    (batch,) = batches(programs=2000, seed=seed, max_length=9, generator=Generator(profile=PROFILE_CASES[name], max_depth=5))
    assert_agrees(batch)


def test_large_inputs_and_one_example() -> None:
    how = Inputs(min_int=-(2**31) + 1, max_int=2**31 - 1, max_items=20, max_chars=64)
    (batch,) = batches(examples=1, inputs=how)
    assert_agrees(batch)
    data = np.concatenate([column.data.ravel() for kind, column in batch.columns.items() if str(kind) == "List[Int]"])
    assert data.min() < -(2**29) and data.max() > 2**29


def test_programs_are_well_typed_and_end_in_one_value() -> None:
    batch = example_batch()
    for p in range(len(batch)):
        program, last = batch.program(p), int(batch.lengths[p])
        assert parse(str(program)) == program
        effect = infer(program, batch.shape(p))
        if not batch.status[p].any():
            assert effect.after.types == batch.shape(p, last)
            assert batch.depths[p, last] == 1
        for step in range(last):
            for e in range(batch.num_examples):
                stack = batch.stack(p, step, e)
                assert not isinstance(stack, Stuck)
                for value, kind in zip(stack, batch.shape(p, step), strict=True):
                    assert value == () or str(type_of(value)).replace("[a]", "") in str(kind)


def test_arrays_are_consistent() -> None:
    batch = example_batch()
    count, longest, deepest = len(batch), 7, 4
    assert batch.words.shape == (count, longest) and batch.values.shape == batch.types.shape == (count, longest + 1, deepest)
    assert ((batch.words >= 0).sum(axis=1) == batch.lengths).all()
    assert set(np.unique(batch.words)) == set(range(-1, len(batch.moves))), "every move of the list is used, numbered without gaps"
    assert ((batch.types >= 0).sum(axis=2) == batch.depths.clip(min=0)).all()
    for code, kind in enumerate(VALUE_TYPES):
        used = np.unique(batch.values[batch.types == code])
        assert used.tolist() == list(range(batch.columns[kind].num_rows // batch.num_examples)), "and so is every value"
    assert batch.num_steps == int(batch.lengths.sum()) * batch.num_examples
    assert set(np.unique(batch.status)) <= {0, *CODES.values()}
    stuck = batch.status.all(axis=1)
    assert stuck.any() and (batch.status.any(axis=1) & ~stuck).any()
    assert ((batch.depths[np.arange(count), batch.lengths] < 0) == stuck).all()


def test_only_the_last_move_of_a_program_fails() -> None:
    batch = example_batch()
    failing = np.flatnonzero(batch.status.any(axis=1))
    for p in failing:
        program = batch.program(int(p))
        before = Program(program.body[: len(program.body) - len(batch.move(int(p), int(batch.lengths[p]) - 1).instructions)])
        for e in range(batch.num_examples):
            inputs = batch.stack(int(p), 0, e)
            assert not isinstance(inputs, Stuck)
            assert not isinstance(run(before, inputs, profile=batch.profile), Stuck)


def test_moves_know_their_op() -> None:
    for move in example_batch().moves:
        assert parse(move.text).body == move.instructions
        assert (move.op is None) == (not move.args and len(move.instructions) == 1 and not move.text.isalpha())
        assert infer(move.instructions, move.args).after.types == move.results
