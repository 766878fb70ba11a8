"""Rows over strings: building and cutting, finding and testing, editing."""

from __future__ import annotations

from dsl.ops.string_build import ROWS as _build
from dsl.ops.string_edit import ROWS as _edit
from dsl.ops.string_find import ROWS as _find
from dsl.ops.table import Op

ROWS: tuple[Op, ...] = (*_build, *_find, *_edit)
