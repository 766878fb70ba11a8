"""Tasks from CSV: types of columns, delimiters, rows to fill, refusals."""

import pytest

from dsl.errors import TaskError
from dsl.tasks import Example, Unfilled, load_tasks
from dsl.types import BOOL, INT, LIST_INT, LIST_LIST_INT, LIST_STR, STR


@pytest.fixture
def table(tmp_path):
    def made(content, name="t.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (task,) = load_tasks(path, **options)
        return task

    return made


def test_last_column_is_the_target_and_empty_ones_are_to_be_filled(table):
    task = table("first,last,initials\nAda,Lovelace,AL\nAlan,Turing,\n\nGrace,Hopper,GH\n")
    assert task.arguments == ("first", "last")
    assert task.examples == (Example(("Ada", "Lovelace"), "AL"), Example(("Grace", "Hopper"), "GH"))
    assert task.unfilled == (Unfilled(3, ("Alan", "Turing")),)
    assert task.name == "t"


def test_target_by_name(table):
    task = table("out,in\n1,2\n,4\n", target="out")
    assert task.examples == (Example((2,), 1),)
    assert task.unfilled == (Unfilled(3, (4,)),)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "-2", "0"], INT),
        (["1", " 2"], INT),
        (["1", "007"], STR),
        (["1", "-0"], STR),
        (["1", "+2"], STR),
        (["1", "2.5"], STR),
        (["1", ""], STR),
        (["1", "4155550123"], STR),
        (["2147483647", "-2147483647"], INT),
        (["true", "FALSE"], BOOL),
        (["true", "yes"], STR),
        (["[1, 2]", "[]"], LIST_INT),
        (["[[1], []]", "[]"], LIST_LIST_INT),
        (['["a"]', "[]"], LIST_STR),
        (["[1]", '["a"]'], STR),
        (["[1]", "[draft]"], STR),
        (["[1]", "[1.5]"], STR),
    ],
)
def test_types_of_columns(table, cells, kind):
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    task = table("a,b\n" + "".join(f"{cell},x\n" for cell in quoted))
    assert task.input_types == (kind,)


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ("a;b\nx,1;y\n", ("x,1", "y")),
        ("a\tb\nx,1\ty\n", ("x,1", "y")),
        ("a,b\nx;1,y\n", ("x;1", "y")),
        ('"a;c",b\nx,y\n', ("x", "y")),
        ("a;c,b\nx,y\n", ("x", "y")),
    ],
)
def test_delimiters(table, content, cells):
    (example,) = table(content).examples
    assert (*example.inputs, example.output) == cells


def test_delimiter_given(table):
    assert table("a|b\nx|y\n", delimiter="|").examples == (Example(("x",), "y"),)
    assert table("a,c\tb\nx,c\ty\n", name="t.tsv").arguments == ("a,c",)


def test_quotes_and_byte_order_mark(table):
    task = table(b"\xef\xbb\xbf" + 'a,b\r\n"one, ""two""\nthree",é\r\n'.encode())
    assert task.arguments == ("a",)
    assert task.examples == (Example(('one, "two"\nthree',), "é"),)


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("a,b\n1,2\n1,2,3\n", {}, r"t.csv:3:1: row 3: 3 cells, but the header has 2; quote a cell"),
        ("a,b\n1\n", {}, r"t.csv:2:1: row 2: 1 cells, but the header has 2"),
        ('a,b\n"x\ny",1\n1\n', {}, r"t.csv:4:1: row 3: 1 cells"),
        ("a,a\n1,2\n", {}, r"t.csv:1:1: row 1: column 2 has the name 'a'"),
        ("a,\n1,2\n", {}, r"column 2 has no name"),
        ("a\n1\n", {}, r"only one column"),
        ("a,b\n1,\n2,\n", {}, r"no row has a value in the target column 'b'"),
        ("a,b\n", {}, r"no row has a value"),
        ("first,b\n1,2\n", {"target": "frist"}, r"no column 'frist'; the columns are first, b; did you mean 'first'\?"),
        ('a,b\n1,"2\n', {}, r"t.csv:2:1: row 2: a quoted cell that starts in this row has no closing"),
        ('a,b\n"1"x,2\n', {}, r"t.csv:2:1: row 2: text after the closing"),
        ("a,b\n" + "x" * 200_000 + ",2\n", {}, r"row 2: a cell of more than 131,072 characters"),
        ("a,b\n1,\0\n", {}, r"t.csv:2:3: a NUL byte"),
        ("a,b;c\n1,2;3\n", {}, r"the delimiter may be comma or semicolon; say which by --delimiter"),
        ("a,b\n" + "1,2\n" * 200_001, {}, r"more than 200,000 rows"),
        ("a,b\n1,2\n", {"delimiter": "ab"}, "must be one character"),
    ],
)
def test_refusals(table, content, options, message):
    with pytest.raises(TaskError, match=message):
        table(content, **options)
