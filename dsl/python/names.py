"""Names for arguments, locals and loop variables: from the op or the type where that gives one, never taken twice in one place."""

from __future__ import annotations

import builtins
import itertools
import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dsl.types import BOOL, INT, LIST_BOOL, LIST_INT, LIST_LIST_INT, LIST_STR, STR, ListOf, Type

RESERVED = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | frozenset(keyword.softkwlist)
"""Names that would hide something of Python's own."""

ARGUMENTS: Mapping[Type, tuple[str, ...]] = {
    INT: ("n", "m", "k"),
    BOOL: ("flag", "other_flag"),
    STR: ("text", "other"),
    LIST_INT: ("numbers", "others"),
    LIST_STR: ("words", "others"),
    LIST_BOOL: ("flags", "other_flags"),
    LIST_LIST_INT: ("rows", "other_rows"),
}
"""Names of a function's arguments."""

ELEMENTS: Mapping[Type, tuple[str, ...]] = {INT: ("x", "y", "z"), BOOL: ("flag",), STR: ("s", "t", "u"), LIST_INT: ("row",)}
"""Names of the variables of loops and comprehensions; indices are `i`, `j`, `k`."""

LOCALS: Mapping[Type, tuple[str, ...]] = {
    INT: ("a", "b", "c", "d", "e"),
    BOOL: ("flag", "test"),
    STR: ("s", "t", "u", "v"),
    LIST_INT: ("xs", "ys", "zs"),
    LIST_STR: ("parts", "pieces"),
    LIST_BOOL: ("flags", "tests"),
    LIST_LIST_INT: ("rows", "table"),
}
"""Names of locals that hold the result of an op without a name of its own."""

RESULTS: Mapping[str, str] = {
    "+": "total",
    "-": "difference",
    "*": "product",
    "div": "quotient",
    "mod": "remainder",
    "abs": "size",
    "pow": "power",
    "square": "squared",
    "head": "first",
    "last": "last",
    "second": "second",
    "third": "third",
    "nth": "item",
    "length": "count",
    "sum": "total",
    "product": "product",
    "minimum": "smallest",
    "maximum": "largest",
    "count-of": "count",
    "index-of": "place",
    "take": "front",
    "drop-first": "rest",
    "take-last": "back",
    "drop-last": "front",
    "reverse": "backwards",
    "sort": "ordered",
    "unique": "distinct",
    "zip": "pairs",
    "group": "groups",
    "positions": "positions",
    "count": "count",
    "filter": "kept",
    "filter-index": "kept",
    "scan": "running",
    "fold": "result",
    "fold-index": "result",
    "unfold": "results",
    "map": "results",
    "map-index": "results",
    "zip-with": "results",
    "positions-where": "positions",
    "sort-by": "ordered",
    "group-by": "groups",
    "str-reverse": "backwards",
    "chars": "letters",
    "join": "joined",
    "len": "length",
    "find": "place",
    "find-last": "place",
    "occurrences": "count",
    "before": "start",
    "after": "rest",
    "left": "start",
    "right": "end",
    "split": "parts",
    "words": "words",
    "lines": "lines",
    "trim": "trimmed",
    "tok": "token",
    "str>int": "number",
    "digits": "digits",
}
"""Names of locals that hold the result of an op."""

FUNCTIONS: Mapping[str, str] = {
    "filter": "keep",
    "count": "counts",
    "any": "test",
    "all": "test",
    "filter-index": "keep",
    "positions-where": "test",
    "zip-with": "combine",
    "scan": "combine",
    "sort-by": "key",
    "group-by": "key",
}
"""Names of the local functions that stand for a quotation of an op; `step` elsewhere."""


def for_type(table: Mapping[Type, tuple[str, ...]], kind: Type) -> tuple[str, ...]:
    """A table's candidates for a type; those for lists of ints where the list's items are not known, for ints where nothing is."""
    return table.get(kind) or table.get(LIST_INT if isinstance(kind, ListOf) else INT, ())


def identifier(word: str) -> str:
    """A Python name made of any word, e.g. `largest_2` of `largest-2`; never one of Python's own, never one that begins with an underscore."""
    name = re.sub(r"\W", "_", word, flags=re.ASCII).strip("_") or "value"
    name = f"value_{name}" if name[0].isdigit() else name
    return f"{name}_" if name in RESERVED else name


@dataclass(slots=True)
class Scope:
    """The names visible in one block of code: its own and those of the blocks around it."""

    parent: Scope | None = None
    used: set[str] = field(default_factory=set)

    def inner(self) -> Scope:
        """The scope of a block inside this one; what it takes is free again after it."""
        return Scope(self)

    def take(self, candidates: Iterable[str]) -> str:
        """The first candidate that is visible nowhere here, or the first with a number; taken from now on."""
        names = tuple(candidates)
        numbered = (f"{names[0]}{n}" for n in itertools.count(2))
        name = next(name for name in itertools.chain(names, numbered) if not self._sees(name))
        self.used.add(name)
        return name

    def _sees(self, name: str) -> bool:
        if name in RESERVED:
            return True
        scope: Scope | None = self
        while scope is not None:
            if name in scope.used:
                return True
            scope = scope.parent
        return False
