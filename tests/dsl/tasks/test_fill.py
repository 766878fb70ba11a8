"""Completed tables: what is written into the empty cells, and that nothing else changes."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.tasks.fill import filled_table
from dsl.tasks.source import read_source
from dsl.tasks.table import read_table


def completed(tmp_path, data: bytes, answers, target=None, delimiter=None) -> bytes:
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    return filled_table(read_source(path, 10**6), answers, target, delimiter).encode()


@pytest.mark.parametrize(
    ("before", "answers", "after"),
    [
        (b"x,y\n1,2\n3,\n", {3: 4}, b"x,y\n1,2\n3,4\n"),
        (b"x,y\n1,2\n3,", {3: 4}, b"x,y\n1,2\n3,4"),
        (b"x,y\r\n1,2\r\n\r\n3,\r\n", {4: 4}, b"x,y\r\n1,2\r\n\r\n3,4\r\n"),
        (b"\xef\xbb\xbfx,y\r\n1,2\r\n3,\r\n", {3: 4}, b"\xef\xbb\xbfx,y\r\n1,2\r\n3,4\r\n"),
        (b'x;y\n"a;b";"c"\n d;  \n', {3: "e;f"}, b'x;y\n"a;b";"c"\n d;"e;f"\n'),
        (b'"x","y"\n"a","b"\n"c",""\n', {3: "d"}, b'"x","y"\n"a","b"\n"c","d"\n'),
        (b'x,y\na,b\n"c\nd",\n', {3: 'say "hi"'}, b'x,y\na,b\n"c\nd","say ""hi"""\n'),
        (b'x,y\na"b,c\nd"e,\n', {3: "two\nlines"}, b'x,y\na"b,c\nd"e,"two\nlines"\n'),
        (b"x\ty\n1\t[1, 2]\n2\t\n", {3: (3, 4)}, b"x\ty\n1\t[1, 2]\n2\t[3,4]\n"),
        (b"x,y\n1,\n2,TRUE\n3, \n", {2: False, 4: True}, b"x,y\n1,FALSE\n2,TRUE\n3,TRUE\n"),
        (b"x,y\n1,True\n2,\n", {3: False}, b"x,y\n1,True\n2,False\n"),
        (b"x,y\n1,2\n3,\n5,\n", {4: 6}, b"x,y\n1,2\n3,\n5,6\n"),
        ("näme,y\nß,2\né,\n".encode(), {3: "é"}, "näme,y\nß,2\né,é\n".encode()),
    ],
)
def test_only_the_empty_cells_change(tmp_path, before, answers, after):
    assert completed(tmp_path, before, answers) == after


def test_the_target_may_stand_anywhere(tmp_path):
    assert completed(tmp_path, b"y,x\n2,1\n,3\n", {3: 4}, target="y") == b"y,x\n2,1\n4,3\n"


@pytest.mark.parametrize("cell", [b"7", b'""""', b'"7"'])
def test_a_cell_that_holds_something_is_never_changed(tmp_path, cell):
    table = b"x,y\na,b\nc," + cell + b"\n"
    assert completed(tmp_path, table, {1: "no", 2: "no", 3: "no"}) == table


CELLS = st.text(st.sampled_from('ab,;" \né'), max_size=6)


@given(
    rows=st.lists(st.tuples(CELLS.map(lambda text: "k" + text), st.none() | CELLS.filter(str.strip)), min_size=1, max_size=6),
    answer=CELLS.filter(str.strip),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_reads_back_as_the_same_table_with_the_answers(tmp_path_factory, rows, answer, delimiter, end, quoting):
    written = io.StringIO(newline="")
    out = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=quoting)
    out.writerows([["in", "out"], ["first", "filled"], *[[a, b or ""] for a, b in rows]])
    path = tmp_path_factory.mktemp("fill") / "t.csv"
    path.write_bytes(written.getvalue().encode())
    source = read_source(path, 10**6)
    empty = {row.row for row in read_table(source, None, delimiter).unfilled}
    text = filled_table(source, dict.fromkeys(empty, answer), None, delimiter)
    wanted = [["in", "out"], ["first", "filled"], *[[a, b or answer] for a, b in rows]]
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) == wanted
    assert filled_table(source, {}, None, delimiter) == source.text
