"""Expression texts: a row's Python template filled with arguments, parenthesised only where Python needs it; literals; ruff's spacing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from dsl.values import Value

SLOT = re.compile(r"\{(\d|q\d:[a-z](?:,[a-z])*|[a-z])\}")
"""A place to fill: an argument `{0}`, a quotation applied to variables `{q0:x,y}`, or a variable's name `{x}`."""

LITERAL_LINE = 80
"""Longest line of a literal."""

_AT_LEAST_0 = re.compile(r"max\(\{(\d)\}, 0\)")

_OPPOSITES = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", ">="),
    ast.LtE: ("<=", ">"),
    ast.Gt: (">", "<="),
    ast.GtE: (">=", "<"),
    ast.In: ("in", "not in"),
}


@dataclass(frozen=True, slots=True)
class Template:
    """A row's template and what the renderer must know about it. One of several lines is a statement; its result is the variable `{r}`."""

    text: str
    weights: Mapping[int, int]
    """How often each argument is written."""
    repeated: frozenset[int]
    """Arguments that Python may evaluate more than once, in a loop or comprehension."""
    letters: tuple[str, ...]
    """Letters of the variables, in order of appearance."""
    bound: frozenset[str]
    """Names that the template itself binds; a program's own names must differ."""

    @property
    def is_statement(self) -> bool:
        """Whether it needs lines of its own."""
        return "\n" in self.text

    @property
    def is_comprehension(self) -> bool:
        """Whether it has a `for` inside an expression."""
        return not self.is_statement and " for " in self.text


@cache
def template(text: str) -> Template:
    """The template with that text."""
    slots = SLOT.findall(text)
    tree = ast.parse(SLOT.sub(lambda match: _stand_in(match[1]), text))
    again = {node.id for part in _repeated(tree) for node in ast.walk(part) if isinstance(node, ast.Name)}
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    numbers = [int(slot) for slot in slots if slot.isdigit()]
    return Template(
        text=text,
        weights={number: numbers.count(number) for number in numbers},
        repeated=frozenset(number for number in numbers if _stand_in(str(number)) in again),
        letters=tuple(dict.fromkeys(slot for slot in slots if slot.isalpha())),
        bound=frozenset(name for name in bound if not name.startswith("_slot_")),
    )


def _stand_in(slot: str) -> str:
    return "_slot_" + re.sub(r"\W", "_", slot)


def _repeated(tree: ast.AST) -> Iterator[ast.AST]:
    """The parts of a tree that may run more than once, or not at the place where they stand."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
            yield node.elt
            for position, generator in enumerate(node.generators):
                yield from generator.ifs
                if position:
                    yield generator.iter
        elif isinstance(node, ast.DictComp):
            yield from (node.key, node.value)
        elif isinstance(node, ast.Lambda):
            yield node.body
        elif isinstance(node, (ast.For, ast.While)):
            yield from node.body
            if isinstance(node, ast.While):
                yield node.test


def fill(line: str, values: Mapping[str, str]) -> str:
    """A line of a template with every slot filled; an expression gets parentheses where it would be read differently without."""
    parts = SLOT.split(_AT_LEAST_0.sub(lambda match: _at_least_0(match, values), line))
    for position in range(1, len(parts), 2):
        parts[position] = values[parts[position]]
        if parts[position - 1].endswith("not ") and (turned := _turned(parts[position])):
            parts[position - 1] = parts[position - 1].removesuffix("not ")
            parts[position] = turned
    texts = list(parts)
    for position in range(1, len(parts), 2):
        if not _stands_bare(parts, position):
            texts[position] = f"({parts[position]})"
    return "".join(texts)


def _at_least_0(match: re.Match[str], values: Mapping[str, str]) -> str:
    """`max(n, 0)`, worked out where n is a literal."""
    value = values[match[1]]
    return str(max(int(value), 0)) if re.fullmatch(r"-?\d+", value) else match[0]


def _stands_bare(parts: list[str], position: int) -> bool:
    """Whether Python reads the expression at an odd position as one operand there, whatever simple names stand in the other slots."""
    expression = parts[position]
    if expression.isidentifier():
        return True
    operand = ast.parse(expression, mode="eval").body
    if isinstance(operand, ast.BinOp) and isinstance(operand.op, ast.Pow) and parts[:position] == ["-"]:
        return False  # Python needs none in -(x**2), ruff wants them
    names = [part if index % 2 == 0 else f"_slot_{index}" for index, part in enumerate(parts)]
    wanted = _parse("".join(names))
    names[position] = expression
    try:
        given = _parse("".join(names))
    except SyntaxError:
        return False
    return ast.dump(_Replacement(f"_slot_{position}", operand).visit(wanted)) == ast.dump(given)


def _parse(line: str) -> ast.AST:
    return ast.parse(f"{line} pass" if line.endswith(":") else line)


class _Replacement(ast.NodeTransformer):
    """Puts an expression in the place of a name."""

    def __init__(self, name: str, expression: ast.expr) -> None:
        self.name = name
        self.expression = expression

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.expression if node.id == self.name else node


def _turned(text: str) -> str:
    """The opposite of a comparison, with its operator turned round; empty for other expressions."""
    tree = ast.parse(text, mode="eval").body
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in _OPPOSITES:
        return ""
    encoded = text.encode()
    start, end = tree.left.end_col_offset or 0, tree.comparators[0].col_offset
    operator = encoded[start:end].decode().replace(*_OPPOSITES[type(tree.ops[0])], 1)
    return encoded[:start].decode() + operator + encoded[end:].decode()


def is_atom(text: str) -> bool:
    """Whether writing the text twice costs nothing: a name or a short literal."""
    return text.isidentifier() or bool(re.fullmatch(r"-?\d+|\"[^\"\\]{0,12}\"|\[\]", text))


def literal_text(value: Value) -> str:
    """A value as a Python literal, strings in ruff's quotes."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(literal_text, value))}]"
    if not isinstance(value, str):
        return repr(value)
    # repr chooses single quotes unless the string holds one; the quote that is put in front makes it choose them always.
    escaped = repr('"' + value)[2:-1]
    if value.count('"') > value.count("'"):
        return f"'{escaped}'"
    return '"' + escaped.replace("\\'", "'").replace('"', '\\"') + '"'


def literal_lines(before: str, value: Value, after: str = "") -> list[str]:
    """A literal between two texts, one item a line where it is too long for one line."""
    line = before + literal_text(value) + after
    if len(line) <= LITERAL_LINE or not isinstance(value, tuple):
        return [line]
    items = [f"    {line}" for item in value for line in literal_lines("", item, ",")]
    return [f"{before}[", *items, f"]{after}"]


def spaced(source: str) -> str:
    """The source with ruff's spacing where that depends on the operands: around `**` and around the colon of a slice."""
    lines = [line.encode() for line in source.split("\n")]
    for line, start, end, text in sorted(_edits(ast.parse(source), lines), reverse=True):
        lines[line] = lines[line][:start] + text + lines[line][end:]
    return "\n".join(line.decode() for line in lines)


def _edits(tree: ast.AST, lines: list[bytes]) -> Iterator[tuple[int, int, int, bytes]]:
    """Line, first and last byte, and new text of each operator whose spaces depend on its operands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            between = (node.left.end_lineno or 1) - 1, node.left.end_col_offset or 0, node.right.col_offset
            if lines[between[0]][between[1] : between[2]] == b" ** " and _is_simple(node.left) and _is_simple(node.right):
                yield (*between, b"**")
        elif isinstance(node, ast.Slice) and node.step is None and (node.lower or node.upper):
            yield from _slice_edit(node, lines)


def _slice_edit(node: ast.Slice, lines: list[bytes]) -> Iterator[tuple[int, int, int, bytes]]:
    line = node.lineno - 1
    start = node.lower.end_col_offset or 0 if node.lower else node.col_offset
    end = node.upper.col_offset if node.upper else node.end_col_offset or 0
    colon = lines[line].index(b":", start, end)
    while lines[line][colon - 1 : colon] == b" ":
        colon -= 1
    after = lines[line].index(b":", colon) + 1
    while lines[line][after : after + 1] == b" ":
        after += 1
    spread = not all(part is None or _is_simple(part, slicing=True) for part in (node.lower, node.upper))
    yield line, colon, after, (b" " if spread and node.lower else b"") + b":" + (b" " if spread and node.upper else b"")


def _is_simple(node: ast.expr, *, slicing: bool = False) -> bool:
    """Whether ruff calls an operand simple: a name or literal, perhaps with a sign, and as the operand of `**` also a name's attribute."""
    if isinstance(node, ast.UnaryOp):
        return (slicing or not isinstance(node.op, ast.Not)) and _is_simple(node.operand, slicing=slicing)
    if isinstance(node, ast.Attribute) and not slicing:
        return _is_simple(node.value)
    return isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and (slicing or isinstance(node.value, (int, float))))
