"""The reference machine: worked examples of every row, limits, fuel, paths of failures, steps."""

import pytest

from dsl.errors import ConfigError
from dsl.machine import MAX_CALLS, answer, run, steps
from dsl.ops import OPS
from dsl.parser import parse
from dsl.program import Program, Quotation, Word, literal
from dsl.values import DEFAULT, PROFILES, Profile, Reason, Stuck, check, from_json, to_json

EXAMPLES = [(name, example) for name, op in OPS.items() for example in op.examples]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}:{i}" for i, (name, _) in enumerate(EXAMPLES)])
def test_worked_example(name: str, example: str) -> None:
    text, _, wanted = example.rpartition(" -> ")
    result = run(parse(text))
    if wanted.startswith("stuck"):
        assert isinstance(result, Stuck), result
        assert result.reason.value == wanted.split()[1]
    else:
        assert result == run(parse(wanted))
    assert any(isinstance(i, Word) and i.name == name for i in parse(text).body), "an example uses its own word"


STUCK = {
    "+": (Reason.UNDERFLOW, (0,)),
    '1 "a" +': (Reason.TYPE, (2,)),
    "2147483647 inc": (Reason.RANGE, (1,)),
    "1 2 3 ( 0 div ) dip": (Reason.UNDEFINED, (3, 1)),
    "[1,2] ( 0 div ) map": (Reason.UNDEFINED, (1, 1)),
    ": f 0 div ; 4 f": (Reason.UNDEFINED, (1, 1)),
    "1 ( ) times c0": (Reason.UNDERFLOW, (3,)),
    '"ab" ' + "dup concat " * 40: (Reason.SIZE, None),
    "1000000 ( 1000000 ( 1 drop ) times ) times": (Reason.FUEL, None),
    "[1,2] ( ( 1 drop ) 20000 swap drop ) map": (Reason.TYPE, None),
    "1 ( dup ) 100 swap drop": (Reason.TYPE, None),
    "1 100 ( dup ) times": (Reason.SIZE, (2, 0)),
}


@pytest.mark.parametrize("text", STUCK)
def test_failures_are_values_with_a_reason_and_a_path(text: str) -> None:
    result = run(parse(text))
    assert isinstance(result, Stuck)
    reason, path = STUCK[text]
    assert result.reason is reason
    if path is not None:
        assert result.at == path


def test_inputs_and_constants() -> None:
    assert run(parse("c0 take c1 +"), [(1, 2, 3)], constants=[2, 5]) == Stuck(Reason.TYPE, (3,))
    assert answer(parse("c0 take sum c1 +"), [(1, 2, 3)], constants=[2, 5]) == 8
    assert isinstance(run(parse(""), [2**40]), Stuck)
    assert answer(parse("drop"), [1]) == Stuck(Reason.UNDERFLOW)


def test_bodies_see_the_stack_below_afresh_for_every_element() -> None:
    assert run(parse("( over * ) map"), [10, (1, 2, 3)]) == (10, (10, 20, 30))
    assert run(parse("( swap inc swap over + ) map"), [10, (1, 2, 3)]) == (10, (12, 13, 14))


def test_fuel_is_counted_word_by_word() -> None:
    program = parse("1 2 + ( inc ) dip".replace("( inc ) dip", "inc"))
    assert run(program, profile=DEFAULT.with_limits(fuel=4)) == (4,)
    assert run(program, profile=DEFAULT.with_limits(fuel=3)) == Stuck(Reason.FUEL, (3,))


def test_fuel_of_elements_is_shared_after_each_call() -> None:
    program = parse("( inc inc ) map")
    assert run(program, [(1, 2, 3)], profile=DEFAULT.with_limits(fuel=7)) == ((3, 4, 5),)
    assert run(program, [(1, 2, 3)], profile=DEFAULT.with_limits(fuel=6)) == Stuck(Reason.FUEL, (1,))
    assert run(program, [(1, 2, 3)], profile=DEFAULT.with_limits(fuel=2)) == Stuck(Reason.FUEL, (0, 1))


def test_deep_nesting_is_stuck_not_a_python_error() -> None:
    body = (literal(1),)
    for _ in range(MAX_CALLS + 50):
        body = (Quotation(body), Word("call"))
    result = run(Program(body))
    assert isinstance(result, Stuck)
    assert result.reason is Reason.SIZE


def test_steps_show_every_word_and_end_at_the_failure() -> None:
    trace = steps(parse("2 ( 0 div ) dip"), [7, 1])
    assert [step.path for step in trace] == [(0,), (1, 0), (1, 1), (2,)] or trace[-1].path == (2,)
    good = steps(parse("dup *"), [5])
    assert [(step.before, step.after) for step in good] == [((5,), (5, 5)), ((5, 5), (25,))]


def test_profiles_switch_the_meaning() -> None:
    deepcoder, rule, lambdabeam = PROFILES["deepcoder"], PROFILES["rule"], PROFILES["lambdabeam"]
    assert answer(parse("-7 2 div")) == -4
    assert answer(parse("-7 2 div"), profile=deepcoder) == -3
    assert answer(parse("[] head"), profile=deepcoder) == 0
    assert isinstance(answer(parse("[] head")), Stuck)
    assert answer(parse("[5,6,7] 1 nth")) == 6
    assert answer(parse("[5,6,7] 1 nth"), profile=rule) == 5
    assert answer(parse("[5,6,7] -1 nth"), profile=lambdabeam) == 7
    assert answer(parse("200 2 *"), profile=deepcoder) == Stuck(Reason.RANGE, (2,))


@pytest.mark.parametrize("bad", [{"max_list": 0}, {"max_str": 10**6}, {"fuel": 0}, {"int_min": 5, "int_max": 5}, {"int_max": 2**40}])
def test_profiles_outside_their_ranges_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        Profile(**bad)  # type: ignore[arg-type]


def test_limits_and_json() -> None:
    small = DEFAULT.with_limits(max_list=2, max_str=3, int_max=9)
    assert isinstance(check((1, 2, 3), small), Stuck)
    assert isinstance(check(("ab", "cd"), small), Stuck)
    assert check((("x",), 1)[1], small) == 1
    assert to_json(from_json([[1, 2], []])) == [[1, 2], []]
    for wrong in (None, 1.5, {"a": 1}):
        with pytest.raises(ValueError, match="not a value"):
            from_json(wrong)


@pytest.mark.parametrize("text", ["( words ) map", "( ( even? ) map ) map"])
def test_an_untyped_run_that_makes_no_value_is_stuck(text: str) -> None:
    inputs = [("a b", "c")] if "words" in text else [((1, 2), (3,))]
    assert run(parse(text), inputs) == Stuck(Reason.TYPE, (1,))
