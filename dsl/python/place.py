"""Where text is being written: the lines of a block of code, or the inside of an expression, which has none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dsl.errors import DslError
from dsl.python.names import Scope

MAX_LOOPS = 20
"""Deepest nesting of loops that Python compiles."""


class NeedsLines(Exception):
    """An expression that cannot be written without a statement before it; whoever writes it makes a local function or an `if` of it instead."""


@dataclass(slots=True)
class Place:
    """Where text is being written: lines, how far they are indented and what names are visible. Without lines: inside an expression."""

    lines: list[str] | None
    indent: int
    scope: Scope
    loops: int = 0

    def write(self, line: str) -> None:
        """Adds a line. Inside an expression there is none: raises `NeedsLines`."""
        if self.lines is None:
            raise NeedsLines
        self.lines.append(" " * self.indent + line)

    def write_all(self, lines: Iterable[str]) -> None:
        """Adds several lines."""
        for line in lines:
            self.write(line)

    def inner(self, *, loop: bool = False) -> Place:
        """The place of a block one level deeper, with lines of its own."""
        if self.loops + loop > MAX_LOOPS:
            raise DslError(f"the program nests more than {MAX_LOOPS} loops; Python does not compile that in one function")
        return Place([], self.indent + 4, self.scope.inner(), self.loops + loop)

    def expression(self) -> Place:
        """The inside of an expression at this place."""
        return Place(None, self.indent, self.scope.inner(), self.loops)

    @property
    def written(self) -> list[str]:
        """The lines so far."""
        assert self.lines is not None
        return self.lines
