"""Columns to cells in bulk: the same cells as one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.columns.layout import encode as column_of
from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, Type
from dsl.values import DEFAULT
from embed.cells import encode_value
from embed.pool import Pool
from embed.vocab import Kind, vocabulary

VOCAB = vocabulary(100)
ints, texts = st.integers(-500, 500), st.text(max_size=5)
OF_TYPE: dict[Type, st.SearchStrategy[object]] = {
    INT: ints,
    BOOL: st.booleans(),
    STR: texts,
    LIST_INT: st.lists(ints, max_size=4).map(tuple),
    LIST_STR: st.lists(texts, max_size=3).map(tuple),
    LIST_BOOL: st.lists(st.booleans(), max_size=4).map(tuple),
    LIST_LIST_INT: st.lists(st.lists(ints, max_size=3).map(tuple), max_size=3).map(tuple),
}


@pytest.mark.parametrize("kind", OF_TYPE, ids=str)
@given(data=st.data())
def test_columns_have_the_cells_of_their_values(kind: Type, data: st.DataObject) -> None:
    values = data.draw(st.lists(OF_TYPE[kind], min_size=1, max_size=4))
    pool = Pool(VOCAB)
    separator = pool.add([(VOCAB.code(Kind.SEP), 0)])
    ids = pool.add_column(column_of(values, kind, DEFAULT))  # type: ignore[arg-type]
    cells = [encode_value(value, VOCAB, kind) for value in values]  # type: ignore[arg-type]
    assert pool.lengths(ids).tolist() == [len(row) for row in cells]
    width = 1 + 2 * max(map(len, cells))
    rows = pool.assemble(np.stack([ids, np.full(len(ids), separator), ids[::-1], np.full(len(ids), -1)], axis=1), width)
    for i, row in enumerate(cells):
        wanted = [*row, (VOCAB.code(Kind.SEP), 0), *cells[-1 - i]]
        assert rows.row(i) == wanted + [(VOCAB.code(Kind.PAD), 0)] * (width - len(wanted))
