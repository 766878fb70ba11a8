"""Task records: types inferred and checked, names, hashing."""

import pytest

from dsl.errors import TaskError
from dsl.tasks import Example, Task, Unfilled
from dsl.types import INT, LIST_INT, LIST_LIST_INT, LIST_STR, STR


def task(*pairs, **fields):
    return Task(name="t", examples=tuple(Example(*pair) for pair in pairs), **fields)


def test_types_come_from_all_examples():
    made = task((((), "a"), 1), (((), "b"), 2), ((("x",), "c"), 3))
    assert made.input_types == (LIST_STR, STR)
    assert made.output_type == INT


def test_only_empty_lists_are_list_of_int():
    assert task((((),), ())).input_types == (LIST_INT,)


def test_held_out_examples_count_for_types():
    assert task((((),), 1), held_out=(Example((((1,),),), 2),)).input_types == (LIST_LIST_INT,)


def test_default_argument_names():
    assert task(((1, 2), 3)).arguments == ("x0", "x1")


@pytest.mark.parametrize(
    ("pairs", "fields", "message"),
    [
        ([((1,), 1), (("a",), 2)], {}, "input 1 of example 2 is Str, but in example 1 it is Int"),
        ([((1,), 1), ((2,), True)], {}, "the output of example 2 is Bool, but in example 1 it is Int"),
        ([((1,), 1), ((1, 2), 2)], {}, "example 2 has 2 inputs, but example 1 has 1"),
        ([(((1, "a"),), 1)], {}, "input 1 of example 1: a list holds items of one type"),
        ([((1,), 1)], {"held_out": (Example((1,), "a"),)}, "the output of held-out example 1 is Str"),
        ([((1,), 1)], {"unfilled": (Unfilled(3, (1, 2)),)}, "unfilled row 1 has 2 inputs"),
        ([((1,), 1)], {"arguments": ("a", "b")}, "2 argument names for 1 inputs"),
        ([((1, 2), 1)], {"arguments": ("a", "a")}, "argument name 2 stands twice: 'a'"),
        ([((1,), 1)], {"arguments": ("",)}, "argument name 1 is empty"),
        ([(("a" * 1_000_001,), 1)], {}, "a string of 1,000,001 characters"),
        ([((tuple(range(65_537)),), 1)], {}, "a list of 65,537 items"),
        ([((0,) * 65, 1)], {}, "65 inputs; at most 64"),
        ([], {}, "at least one example"),
    ],
)
def test_parts_that_do_not_fit(pairs, fields, message):
    with pytest.raises(TaskError, match=message.replace("(", r"\(")):
        task(*pairs, **fields)


def test_tasks_are_hashable_and_compare_by_content():
    assert {task(((1,), 1)), task(((1,), 1), metadata={"source": ["x"]})} == {task(((1,), 1))}
    assert task(((1,), 1)) != task(((True,), True)), "1 == True in Python; the types tell them apart"


def test_contradiction():
    assert task(((1,), 1), ((2,), 2), ((1,), 1)).contradiction() is None
    assert task(((1,), 1), ((2,), 2), ((1,), 3)).contradiction() == (0, 2)
