"""The tree of a user's mistakes. A program that gets stuck on an input is not here: that is data (`dsl.values.Stuck`)."""

from __future__ import annotations


class DslError(ValueError):
    """Root of every mistake that a user can make. `str()` is the whole message: what, where, how to fix."""


class ParseError(DslError):
    """A text that is not a program: carries `line`, `column` (both from 1) and what was expected."""

    def __init__(self, message: str, *, line: int = 1, column: int = 1, expected: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.expected = expected


class StackError(DslError):
    """A program whose words do not fit together: too few values, or branches of unequal height."""


class TypeMismatch(StackError):
    """A word met a value of another type than it wants."""


class TaskError(DslError):
    """A task file that cannot be read: names the file, the line and the reason."""


class ConfigError(DslError):
    """A setting outside its range: names the field, the value and the rule."""
