"""The op table: `OPS`, from word to row, in the order in which it is printed."""

from dsl.ops.booleans import ROWS as _booleans
from dsl.ops.control import ROWS as _control
from dsl.ops.conversions import ROWS as _conversions
from dsl.ops.dataflow import ROWS as _dataflow
from dsl.ops.fused import ROWS as _fused
from dsl.ops.higher_order import ROWS as _higher_order
from dsl.ops.integers import ROWS as _integers
from dsl.ops.lists import ROWS as _lists
from dsl.ops.stack import ROWS as _stack
from dsl.ops.strings import ROWS as _strings
from dsl.ops.table import Category as Category
from dsl.ops.table import Op as Op
from dsl.ops.table import TableError as TableError
from dsl.ops.table import build
from dsl.ops.tokens import ROWS as _tokens

OPS = build(_stack, _dataflow, _control, _integers, _booleans, _lists, _fused, _higher_order, _strings, _tokens, _conversions)
