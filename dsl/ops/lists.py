"""Rows over lists: asking for items, keeping parts, editing, building."""

from __future__ import annotations

from dsl.ops.list_access import ROWS as _access
from dsl.ops.list_build import ROWS as _build
from dsl.ops.list_edit import ROWS as _edit
from dsl.ops.list_parts import ROWS as _parts
from dsl.ops.table import Op

ROWS: tuple[Op, ...] = (*_access, *_parts, *_edit, *_build)
