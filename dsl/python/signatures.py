"""First lines of functions: parameters, annotations, and how a long one is broken."""

from __future__ import annotations

from collections.abc import Sequence

from dsl.types import BOOL, INT, STR, ListOf, Type

LINE_LENGTH = 88
"""Where a signature is broken into several lines: ruff's own default."""


def parameter(name: str, kind: Type) -> str:
    """A parameter with its annotation, where its type is known."""
    return f"{name}: {annotation(kind)}" if annotation(kind) else name


def returning(*kinds: Type) -> str:
    """The annotation of a result, or of a tuple of several, where all their types are known."""
    names = [annotation(kind) for kind in kinds]
    if not all(names):
        return ""
    return f" -> {names[0]}" if len(names) == 1 else f" -> tuple[{', '.join(names)}]"


def annotation(kind: Type) -> str:
    """A type as Python writes it; empty for one that is not known."""
    if isinstance(kind, ListOf):
        item = annotation(kind.item)
        return f"list[{item}]" if item else "list"
    return next((name for known, name in ((INT, "int"), (BOOL, "bool"), (STR, "str")) if kind == known), "")


def signature(name: str, params: Sequence[str], result: str) -> str:
    """The first line of a function, broken as ruff does where it is too long."""
    line = f"def {name}({', '.join(params)}){result}:"
    if len(line) <= LINE_LENGTH:
        return line
    together = f"    {', '.join(params)}"
    inner = together if len(together) <= LINE_LENGTH else "\n".join(f"    {param}," for param in params)
    return f"def {name}(\n{inner}\n){result}:"
