"""The words that the prior's tasks can use, with their types. Needs neither numba nor weights."""

from __future__ import annotations

from functools import cache

from dsl.types import BOOL, INT, LIST_INT, Type
from search.exact.grammar import instances_of

KINDS = (INT, BOOL, LIST_INT)
"""Types of the values of such tasks."""


@cache
def typings(word: str) -> tuple[tuple[tuple[Type, ...], Type], ...]:
    """The types of arguments and result at which a word stays among KINDS."""
    return tuple((args, result) for args, result in instances_of(word) if {*args, result} <= set(KINDS))
