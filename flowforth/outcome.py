"""Stacks, steps and stuck runs as text and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dsl.printer import print_value
from dsl.program import Program
from dsl.suggest import excerpt
from dsl.values import Stuck, Value, to_json
from flowforth.running import instruction_at, word_text

WIDTH = 60
"""Columns of a stack in a table; of a longer one the top is shown."""

MAX_INDENT = 12
"""Levels of indentation in a table of steps."""


def stack_text(stack: Sequence[Value]) -> str:
    """The stack on one line, top last, as literals of the language."""
    return " ".join(map(print_value, stack))


def short_stack(stack: Sequence[Value], width: int = WIDTH) -> str:
    """The top of the stack, as much as fits into `width` columns."""
    return shortened(map(print_value, reversed(stack)), width) or "(empty)"


def shortened(parts_from_top: Iterable[str], width: int) -> str:
    """Parts joined by blanks, the first of them last; what does not fit is left out at the left, or inside a part that is too long alone."""
    shown: list[str] = []
    used = 0
    for part in parts_from_top:
        used += len(part) + 1
        if used > width - 4 and shown:
            return " ".join(["...", *reversed(shown)])
        shown.append(part if len(part) <= width - 4 else part[: width - 8] + " ...")
    return " ".join(reversed(shown))


def indented(path: Sequence[int], word: str) -> str:
    """A word as far to the right as it stands deep inside quotations and definitions, up to some depth."""
    return "  " * min(len(path) - 1, MAX_INDENT) + word


def stuck_text(stuck: Stuck, program: Program, text: str) -> str:
    """Why a run got stuck, and the line of the program with a caret under the word."""
    instruction = instruction_at(program, stuck.at)
    span = instruction.span if instruction else None
    detail = f": {stuck.detail}" if stuck.detail else ""
    if instruction is None or span is None:
        return f"stuck ({stuck.reason.value}){detail}"
    where = f"line {span.line}, column {span.column}"
    return f"stuck ({stuck.reason.value}) at `{word_text(instruction)}`, {where}{detail}\n{excerpt(_normal(text), span.line, span.column)}"


def stuck_json(stuck: Stuck, program: Program) -> dict[str, Any]:
    """The same as JSON."""
    instruction = instruction_at(program, stuck.at)
    data: dict[str, Any] = {"reason": stuck.reason.value, "at": list(stuck.at), "detail": stuck.detail}
    if instruction is not None:
        data["word"] = word_text(instruction)
        if instruction.span:
            data |= {"line": instruction.span.line, "column": instruction.span.column}
    return data


def outcome_json(stack: Sequence[Value] | Stuck, program: Program) -> dict[str, Any]:
    """`{"stack": ..., "answer": ...}`, or `{"stuck": ...}`."""
    if isinstance(stack, Stuck):
        return {"stuck": stuck_json(stack, program)}
    return {"stack": to_json(tuple(stack)), "answer": to_json(stack[-1]) if stack else None}


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as aligned columns, without blanks at line ends."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _normal(text: str) -> str:
    """The text with the line ends that the parser counts by."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
