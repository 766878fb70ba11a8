"""Tasks from pairs on a command line."""

import pytest

from dsl.errors import TaskError
from dsl.tasks import Example
from dsl.tasks.pairs import is_pair, read_pairs
from dsl.types import INT, LIST_INT, STR


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("[3,1,2] -> [1,2,3]", Example(((3, 1, 2),), (1, 2, 3))),
        ("[3, 1]2->true", Example(((3, 1), 2), True)),
        ('"a" 5, -1 -> ""', Example(("a", 5, -1), "")),
        ('"x -> y" -> "->"', Example(("x -> y",), "->")),
        ("[[1],[]] -> 0", Example((((1,), ()),), 0)),
        ('"\\n\\u00e9" -> 1', Example(("\n\u00e9",), 1)),
    ],
)
def test_a_pair(text, example):
    assert is_pair(text)
    assert read_pairs([text]).examples == (example,)


def test_types_are_those_of_all_pairs():
    task = read_pairs(['[] "a" -> 0', '[1] "b" -> 1'])
    assert task.input_types == (LIST_INT, STR)
    assert task.output_type == INT
    assert task.constants is None


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["1"], "pair 1: no '->'"),
        (["-> 1"], "pair 1: no input"),
        (["1 ->"], "pair 1: exactly one value"),
        (["1 -> 2 3"], "pair 1: exactly one value"),
        (["1 -> 2 -> 3"], "pair 1: exactly one value"),
        (["1 -> 2", "x -> 3"], "pair 2: 'x -> 3' does not begin with a value"),
        (["1 -> 2.5"], "pair 1: '2.5'"),
        (["1 -> null"], "pair 1: 'null'"),
        (["[1 -> 2"], "pair 1: '[1 -> 2'"),
        (['[1,"a"] -> 2'], "a list holds items of one type"),
        (["1 -> 2", "1 2 -> 3"], "2 inputs, but example 1 has 1"),
        (["[" * 3000 + " -> 1"], "pair 1"),
        (["9" * 5000 + " -> 1"], "pair 1"),
    ],
)
def test_mistakes(texts, message):
    with pytest.raises(TaskError) as error:
        read_pairs(texts)
    assert message in str(error.value)
    assert len(str(error.value)) < 400
