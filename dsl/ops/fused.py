"""Rows of DeepCoder's fused words: a higher-order function and its lambda as one word, so that program lengths compare one to one.

With head, last, take, drop-first, nth, minimum, maximum, reverse, sort and sum they are the 38 words of DeepCoder's language.
"""

from __future__ import annotations

from dsl.ops.fused_each import ROWS as _each
from dsl.ops.fused_pairs import ROWS as _pairs
from dsl.ops.table import Op

ROWS: tuple[Op, ...] = (*_each, *_pairs)
