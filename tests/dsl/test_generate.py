"""Random programs and inputs: well typed, as long as asked, without dead words, equal for equal seeds."""

import itertools
import random

import numpy as np
import pytest

from dsl.effects import infer
from dsl.errors import ConfigError
from dsl.generate import DISCARDING, INPUT_SHAPES, Generator, Inputs, examples, moves_on, random_value
from dsl.liveness import dead_words
from dsl.machine import run
from dsl.ops import OPS
from dsl.parser import parse
from dsl.program import Push, Quotation, Word, walk
from dsl.types import BOOL, INT, LIST_INT, LIST_LIST_INT, STR, VALUE_TYPES, type_of
from dsl.values import DEFAULT, PROFILES, Stuck, check
from tests.dsl.draws import draw_types


def drawn(count: int, *, seed: int = 0, generator: Generator | None = None, lengths: range = range(1, 9), shapes=INPUT_SHAPES) -> list:
    """The first shapes and programs of a seed."""
    return list(itertools.islice((generator or Generator()).programs(random.Random(seed), shapes, lengths=lengths), count))


def words(programs: list) -> set[str]:
    """All words in some programs."""
    return {i.name for _, program in programs for i in walk(program.body) if isinstance(i, Word)}


def test_programs_are_well_typed_with_one_value_at_the_end_and_no_dead_words() -> None:
    programs = drawn(400)
    for shape, program in programs:
        assert parse(str(program)) == program
        assert len(infer(program, shape).after.types) == 1, str(program)
        assert dead_words(program, len(shape)) == [], str(program)
    assert len({str(program) for _, program in programs}) > 350
    assert not words(programs) & DISCARDING
    assert any(isinstance(i, Quotation) for _, program in programs for i in program.body)
    nested = [
        i for _, program in programs for i in program.body if isinstance(i, Quotation) and any(isinstance(j, Quotation) for j in i.body)
    ]
    assert nested, "quotations may hold quotations"
    assert {type(i.value) for _, program in programs for i in walk(program.body) if isinstance(i, Push)} == {int, str}


@pytest.mark.parametrize("length", [1, 2, 5, 9, 14])
def test_lengths_are_exact(length: int) -> None:
    rng = random.Random(length)
    found = [Generator().program(rng, (LIST_INT,), length) for _ in range(20)]
    assert sum(program is not None for program in found) > 10
    assert all(len(program) == length for program in found if program is not None)


def test_lengths_of_a_stream_come_from_the_range() -> None:
    assert {len(program) for _, program in drawn(100, lengths=range(2, 5))} == {2, 3, 4}
    assert {len(program) for _, program in drawn(50, lengths=range(2, 7, 2))} == {2, 4, 6}


def test_equal_seeds_give_equal_programs() -> None:
    assert drawn(50, seed=1) == drawn(50, seed=1)
    assert drawn(50, seed=1) != drawn(50, seed=2)


def test_every_word_can_come_up() -> None:
    missing = set()
    for number, name in enumerate(sorted(frozenset(OPS) - DISCARDING)):
        generator = Generator(weights={name: 300.0}, quotations=0.6 if OPS[name].num_quotations else 0.1)
        draws = np.random.default_rng(number)
        shapes = [shape for shape in (draw_types(draws, OPS[name]) for _ in range(12)) if shape] or [(INT,)]
        stream = generator.programs(random.Random(number), shapes, lengths=range(1, 6))
        if not any(name in words([found]) for found in itertools.islice(stream, 60)):
            missing.add(name)
    assert missing == set()


def test_weights_and_chosen_words() -> None:
    generator = Generator(ops=frozenset({"inc", "dec", "+", "map", "sum"}), weights={"inc": 0.0}, literals=0.0)
    found = words(drawn(60, generator=generator, lengths=range(1, 4)))
    assert found == {"dec", "+", "map", "sum"}
    assert not any(isinstance(i, Push) for _, program in drawn(30, generator=generator) for i in walk(program.body))
    plain = Generator(quotations=0.0)
    assert not any(isinstance(i, Quotation) for _, program in drawn(60, generator=plain) for i in program.body)
    assert Generator(ops=frozenset({"inc"}), weights={"inc": 0.0}).program(random.Random(0), (INT,), 2) is None


def test_stacks_stay_below_the_limit() -> None:
    for shape, program in drawn(100, generator=Generator(max_depth=2), shapes=((LIST_INT,), (INT, INT))):
        depth = len(infer(program.body[:-1], shape).after.types) if not isinstance(program.body[-2:][0], Quotation) else 0
        assert depth <= 2, str(program)


def test_literals_lie_within_the_profile() -> None:
    generator = Generator(profile=DEFAULT.with_limits(int_min=0, int_max=4, max_str=1), literals=0.6)
    pushed = [i.value for _, program in drawn(60, generator=generator) for i in walk(program.body) if isinstance(i, Push)]
    assert pushed and all(check(value, generator.profile) == value for value in pushed)
    none = Generator(profile=DEFAULT.with_limits(int_min=200, int_max=300), literals=0.6)
    assert not any(isinstance(i, Push) for _, program in drawn(30, generator=none) for i in walk(program.body))


@pytest.mark.parametrize("kind", VALUE_TYPES, ids=str)
@pytest.mark.parametrize("name", PROFILES)
def test_random_values(kind, name: str) -> None:
    rng, profile = random.Random(1), PROFILES[name].with_limits(max_list=7, max_str=10)
    values = [random_value(rng, kind, Inputs(), profile) for _ in range(200)]
    assert all(not isinstance(check(value, profile), Stuck) for value in values)
    assert {type_of(value) for value in values if value != ()} <= {kind, type_of(((),))}
    assert len(set(values)) > (1 if kind == BOOL else 20)
    again = random.Random(1)
    assert values == [random_value(again, kind, Inputs(), profile) for _ in range(200)]


def test_random_values_follow_their_settings() -> None:
    how = Inputs(min_int=5, max_int=6, max_items=2, max_chars=1)
    rng = random.Random(0)
    assert {random_value(rng, INT, how) for _ in range(50)} == {5, 6}
    assert {len(random_value(rng, LIST_INT, how)) for _ in range(50)} == {0, 1, 2}  # type: ignore[arg-type]
    assert {len(random_value(rng, STR, how)) for _ in range(50)} == {0, 1}  # type: ignore[arg-type]


def test_examples_vary_and_are_what_running_gives() -> None:
    rng = random.Random(0)
    found = 0
    for shape, program in drawn(100):
        rows = examples(rng, program, shape, 4)
        if rows is None:
            continue
        found += 1
        assert len(rows) == 4
        assert len({repr(output) for _, output in rows}) > 1
        assert all(run(program, inputs) == (output,) for inputs, output in rows)
    assert found > 40


def test_examples_of_programs_that_have_none() -> None:
    rng = random.Random(0)
    assert examples(rng, parse("0 div"), (INT,), 3) is None
    assert examples(rng, parse("0 *"), (INT,), 3) is None
    assert examples(rng, parse("drop"), (INT,), 1) is None
    assert examples(rng, parse("0 *"), (INT,), 1) is not None, "one example cannot vary"
    assert examples(random.Random(5), parse("sum"), (LIST_INT,), 3) == examples(random.Random(5), parse("sum"), (LIST_INT,), 3)
    narrow = PROFILES["exedec"]
    rows = examples(rng, parse("minimum"), (LIST_INT,), 5, profile=narrow, how=Inputs(max_int=10**6, max_items=3), tries=200)
    assert rows is not None and all(abs(n) <= 50 for (numbers,), _ in rows for n in numbers)  # type: ignore[union-attr]


def test_moves_on_a_stack() -> None:
    names = frozenset(OPS)
    moves = {move.op.name: move for move in moves_on((LIST_INT, INT), names)}
    assert {"take", "inc", "swap", "over"} <= set(moves)
    assert not {"upper", "sum", "map", "rot"} & set(moves)
    assert moves["swap"].results == (INT, LIST_INT)
    assert "singleton" not in {move.op.name for move in moves_on((LIST_LIST_INT,), names)}, "List[List[List[Int]]] is no type"
    assert moves_on((), names) == ()


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Generator(ops=frozenset({"srot"})), "ops"),
        (lambda: Generator(weights={"srot": 1.0}), "weights"),
        (lambda: Generator(weights={"inc": -1.0}), "weights"),
        (lambda: Generator(weights={"inc": float("nan")}), "weights"),
        (lambda: Generator(literals=1.5), "literals"),
        (lambda: Generator(quotations=-0.1), "quotations"),
        (lambda: Generator(max_depth=0), "max_depth"),
        (lambda: Inputs(min_int=3, max_int=2), "min_int"),
        (lambda: Inputs(max_items=-1), "max_items"),
        (lambda: Inputs(max_chars=-1), "max_chars"),
        (lambda: Generator().program(random.Random(0), (INT,), 0), "length"),
        (lambda: next(Generator().programs(random.Random(0), (), lengths=range(1, 2))), "shape"),
        (lambda: next(Generator().programs(random.Random(0), lengths=range(0))), "length"),
        (lambda: next(Generator(ops=frozenset({"upper"})).programs(random.Random(0), ((INT,),), lengths=range(1, 2))), "no program"),
        (lambda: examples(random.Random(0), parse("inc"), (INT,), 0), "count"),
    ],
)
def test_settings_that_make_no_sense_are_refused(make, field: str) -> None:
    with pytest.raises(ConfigError, match=field):
        make()
