"""Single ops on drawn arguments: every row is what the machine says, seeds repeat, all words come, and arguments are not those of traces again and again."""

import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from dsl import machine
from dsl.generate import Generator
from dsl.ops import OPS
from dsl.program import Program
from dsl.values import Stuck
from embed.batches import Stream
from embed.cells import decode, encode
from embed.data_config import DataConfig
from embed.moves import body_tokens
from embed.single import Single, Singles
from embed.vocab import ERRORS, vocabulary

VOCAB = vocabulary(100)
CONFIG = DataConfig(rows=48, chunk=2, programs=192, compiled=False, int_range=100, max_cells=40, max_list=8, max_str=12, singles=0.5)


@cache
def singles(seed: int = 0, *ops: str) -> Singles:
    config = replace(CONFIG, ops=ops)
    return Singles(config, VOCAB, seed, config.inputs(long=False))


def rows(count: int, made: Singles, seed: int = 0) -> list[Single]:
    rng = random.Random(seed)
    return [row for row in (made.row(rng, CONFIG.max_cells) for _ in range(count)) if row is not None]


def test_every_row_is_what_the_machine_says() -> None:
    made, stuck = singles(), 0
    for row in rows(400, made):
        move, before, after = row.told.move, decode(row.before, VOCAB), decode(row.after, VOCAB)
        assert not isinstance(before.items, str)
        ran = machine.run(Program(move.instructions), before.items, profile=CONFIG.profile)
        assert before.constants == after.constants
        if isinstance(ran, Stuck):
            stuck += 1
            assert after.items == ran.reason.value == ERRORS[row.error - 1]
        else:
            assert (row.error, after.items) == (0, ran)
        assert max(len(row.before), len(row.after)) <= CONFIG.max_cells
    assert 0 < stuck < 60


def test_cells_of_results_and_arguments_are_counted() -> None:
    made = singles(0, "concat", "left", "+")
    for row in rows(60, made):
        before, after = decode(row.before, VOCAB), decode(row.after, VOCAB)
        assert not isinstance(before.items, str)
        pops = row.told.pops
        assert pops == OPS[VOCAB.ops[row.told.op]].type.pops
        left = len(encode(replace(before, items=before.items[: len(before.items) - pops]), VOCAB))
        assert len(row.before) - left == row.looked_at
        if not row.error:
            assert len(encode(after, VOCAB)) - left == row.result


def test_types_say_what_an_empty_list_is() -> None:
    made = singles(0, "reverse")
    empty = [row for row in rows(300, made) if decode(row.before, VOCAB).items == ((),)]
    assert len({tuple(row.before) for row in empty}) > 1
    assert all(row.before == row.after for row in empty)


def test_quotations_are_told_as_they_stand() -> None:
    made = singles(0, "map", "filter", "fold", "inc", "+", "even?")
    quoted = [told for name in ("map", "filter", "fold") for told in made.stock(name)]
    assert quoted
    for told in quoted:
        body = told.move.instructions[0].body  # type: ignore[union-attr]
        tokens = body_tokens(body, VOCAB)
        assert told.bodies[0, : len(tokens)].tolist() == tokens and (told.bodies[0, len(tokens) :] < 0).all()


def shown(made: list[Single]) -> list[object]:
    return [(row.told.move.text, row.before, row.after, row.types) for row in made]


def test_equal_seeds_give_equal_rows_and_others_do_not() -> None:
    again = Singles(CONFIG, VOCAB, 0, CONFIG.inputs(long=False))
    again.stock("map"), again.stock("fold")  # asked for in another order
    assert shown(rows(40, singles(), 5)) == shown(rows(40, again, 5))
    assert shown(rows(40, singles(), 5)) != shown(rows(40, singles(), 6))
    texts = [[told.move.text for told in singles(seed, "map", "inc", "dec", "neg").stock("map")] for seed in (0, 1)]
    assert texts[0] != texts[1]


def test_all_words_that_compute_come() -> None:
    made = singles()
    without = [name for name in made.names if not made.stock(name)]
    assert {name for name in Generator().ops if OPS[name].routing is None} == set(made.names)
    assert len(without) <= 3 and all(OPS[name].num_quotations for name in without)  # a few whose quotations seldom fit
    drawn = {VOCAB.ops[row.told.op] for row in rows(3000, made)}
    assert len(set(made.names) - set(without) - drawn) <= 3


def test_emphasis_counts() -> None:
    config = replace(CONFIG, ops=("+", "-"), emphasis=("+:9",))
    made = Singles(config, VOCAB, 0, config.inputs(long=False))
    drawn = [VOCAB.ops[row.told.op] for row in rows(400, made)]
    assert 0.82 < drawn.count("+") / len(drawn) < 0.97


def arguments(config: DataConfig, batches: int) -> tuple[int, int]:
    """Different arguments of computing ops, and rows."""
    stream, seen, count = Stream(config, VOCAB), set[object](), 0
    for number in range(batches):
        steps = stream.batch(number).steps
        for i in np.flatnonzero((steps.error == 0) & (steps.interpretation == 0)).tolist():
            items = decode(steps.before.row(i), VOCAB).items
            pops = int(steps.pops[i])
            seen.add((int(steps.op[i]), str(items[len(items) - pops :]), steps.bodies[i].tobytes()))
            count += 1
    return len(seen), count


def test_a_stream_repeats_less_and_its_batches_belong_to_their_numbers() -> None:
    without, count = arguments(replace(CONFIG, singles=0.0, chunks=8, balance=0.8), 12)
    with_them, _ = arguments(replace(CONFIG, singles=0.7, chunks=8, balance=0.8), 12)
    assert with_them > without + 0.05 * count
    first, jumped = Stream(CONFIG, VOCAB), Stream(CONFIG, VOCAB)
    for _ in range(4):
        first.batch(0), first.batch(3)
    a, b = first.batch(3).steps, jumped.batch(3).steps
    assert (a.before.codes == b.before.codes).all() and (a.op == b.op).all() and (a.bodies == b.bodies).all()


def test_rows_that_get_stuck_keep_their_share() -> None:
    """Single ops stand in for rows that run through alone."""
    shares = []
    for share in (0.0, 0.7):
        stream = Stream(replace(CONFIG, rows=200, singles=share, abstract=0.0, soft=0.0, rollouts=0.0), VOCAB)
        shares.append(np.mean([(stream.batch(number).steps.error > 0).mean() for number in range(2)]))
    assert shares[0] - 0.01 <= shares[1] <= shares[0] + 0.08


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="singles"):
        replace(CONFIG, singles=share)
