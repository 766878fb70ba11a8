"""Terms of SMT-LIB over strings, ints and booleans: read, run, counted. The judge of what cvc5 answers, which shares nothing with it.

Strings as the theory UnicodeStrings of SMT-LIB 2.6 defines them, ints as the theory Ints; of cvc5's additions `str.rev`,
`str.to_lower`, `str.to_upper` (ASCII only) and `str.update`. Every operator is total except `div` and `mod` by zero, which the
theory leaves open and which are an error here. No nesting exhausts this: cvc5's case splits go hundreds of levels deep.

    function = read_function("(define-fun f ((x String)) String (str.++ x x))")
    function.answer(("ab",))                   # "abab"
    function.size                              # 3
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from benchmarks.peers.smt_operators import MAX_CODE, OPERATORS, Scalar, SmtError, applied
from dsl.tasks.sexpr import Atom, Group, Node

SORTS: Mapping[str, type] = {"String": str, "Int": int, "Bool": bool}

_TOKEN = re.compile(r'\s+|(?P<token>[()]|"(?:[^"]|"")*"|\|[^|]*\||[^\s()"|]+)|(?P<bad>.)', re.DOTALL)
_ESCAPE = re.compile(r"\\u(?:\{([0-9a-fA-F]{1,5})\}|([0-9a-fA-F]{4}))")
_NUMERAL = re.compile(r"0|[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Push:
    """Instruction: a literal onto the stack."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Get:
    """Instruction: what a name is bound to."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """Instruction: an operator on so many topmost values."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Bind:
    """Instruction: names for so many topmost values, until the `Unbind`."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unbind:
    """Instruction: the names mean again what they meant before."""

    names: tuple[str, ...]


Instruction: TypeAlias = "Push | Get | Call | Bind | Unbind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A `define-fun`, its body as instructions for a stack."""

    name: str
    parameters: tuple[str, ...]
    sorts: tuple[str, ...]
    """Sorts of the parameters."""
    sort: str
    code: tuple[Instruction, ...]
    size: int
    """Nodes of the body as a tree: what a `let` names counts wherever the name stands. A negative literal is one node."""

    def answer(self, inputs: Sequence[Scalar]) -> Scalar:
        """The value for these arguments. Raises `SmtError` where there is none."""
        if len(inputs) != len(self.parameters):
            raise SmtError(f"{self.name} takes {len(self.parameters)} arguments, here are {len(inputs)}")
        for value, sort in zip(inputs, self.sorts, strict=True):
            if type(value) is not SORTS[sort]:
                raise SmtError(f"{self.name} takes a {sort} where {value!r} stands")
        value = _run(self.code, dict(zip(self.parameters, inputs, strict=True)))
        if type(value) is not SORTS[self.sort]:
            raise SmtError(f"{self.name} is of sort {self.sort}, but its value is {value!r}")
        return value


def read_function(text: str) -> Function:
    """The function of a text `(define-fun NAME ((PARAMETER SORT) ...) SORT BODY)`. Raises `SmtError` for anything else."""
    node = read_node(text)
    if not isinstance(node, Group) or node.head != "define-fun" or len(node.items) != 5:
        raise SmtError(f"expected (define-fun NAME PARAMETERS SORT BODY), found {text[:60]}")
    name, parameters, sort = (_flat(item) for item in node.items[1:4])
    if len(parameters) % 2 or len(name) != 1 or len(sort) != 1 or not {*parameters[1::2], *sort} <= set(SORTS):
        raise SmtError(f"a function of other sorts than {', '.join(SORTS)}: {text[:60]}")
    code = compiled(node.items[4])
    sizes = dict.fromkeys(parameters[::2], 1)
    return Function(
        name=name[0], parameters=tuple(parameters[::2]), sorts=tuple(parameters[1::2]), sort=sort[0], code=code, size=_size(code, sizes)
    )  # fmt: skip


def evaluate(text: str, values: Mapping[str, Scalar] | None = None) -> Scalar:
    """The value of a term under an assignment of its variables."""
    return _run(compiled(read_node(text)), dict(values or {}))


def quoted(value: Scalar) -> str:
    """The value as a literal: what is no printable ASCII, and the backslash, as `\\u{...}`. Raises `SmtError` for characters that SMT-LIB lacks."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if value >= 0 else f"(- {-value})"
    if any(ord(character) > MAX_CODE for character in value):
        raise SmtError(f"SMT-LIB has no character above U+{MAX_CODE:X}")
    return '"' + "".join(_quoted_character(character) for character in value) + '"'


def unquoted(text: str) -> str:
    """The string that a literal stands for: `""` is a quote, `\\u{61}` and `\\u0061` are code points, any other backslash is itself."""
    return _ESCAPE.sub(_character, text[1:-1].replace('""', '"'))


def read_node(text: str) -> Node:
    """The one s-expression of a text, however deep."""
    opened: list[list[Node]] = [[]]
    for match in _TOKEN.finditer(text):
        token = match["token"]
        if match["bad"]:
            raise SmtError(f"unexpected character {match['bad']!r} at {match.start()}")
        if token == "(":
            opened.append([])
        elif token == ")":
            if len(opened) == 1:
                raise SmtError(f"a closing parenthesis too many at {match.start()}")
            items = tuple(opened.pop())
            opened[-1].append(Group(items, match.start()))
        elif token is not None:
            opened[-1].append(Atom(token, match.start()))
    if len(opened) != 1 or len(opened[0]) != 1:
        raise SmtError(f"expected one s-expression, found {text[:60]}")
    return opened[0][0]


def compiled(term: Node) -> tuple[Instruction, ...]:
    """A term as instructions in the order in which they are run."""
    pending: list[Node | Instruction] = [term]
    code: list[Instruction] = []
    while pending:
        node = pending.pop()
        if isinstance(node, Atom):
            code.append(_leaf(node.text))
        elif not isinstance(node, Group):
            code.append(node)
        elif node.head == "let":
            names, values = _bindings(node)
            pending += [Unbind(names), node.items[2], Bind(names), *reversed(values)]
        elif _is_negative(node):
            code.append(Push(-int(node.items[1].text)))  # type: ignore[union-attr]
        elif node.head in OPERATORS and len(node.items) > 1:
            pending += [Call(node.head, len(node.items) - 1), *reversed(node.items[1:])]
        else:
            raise SmtError(f"no operator {node.head!r} here" if node.head else "a term begins with an operator")
    return tuple(code)


def _bindings(node: Group) -> tuple[tuple[str, ...], tuple[Node, ...]]:
    """The names and terms of a `let`."""
    pairs = node.items[1].items if len(node.items) == 3 and isinstance(node.items[1], Group) else ()
    names = tuple(pair.head for pair in pairs if isinstance(pair, Group) and len(pair.items) == 2 and pair.head)
    if not pairs or len(names) != len(pairs):
        raise SmtError("expected (let ((NAME TERM) ...) TERM)")
    return names, tuple(pair.items[1] for pair in pairs)  # type: ignore[union-attr]


def _leaf(text: str) -> Push | Get:
    if text.startswith('"'):
        return Push(unquoted(text))
    if text in ("true", "false"):
        return Push(text == "true")
    return Push(int(text)) if _NUMERAL.fullmatch(text) else Get(text)


def _is_negative(node: Group) -> bool:
    """Whether it is `(- 5)`, the literal."""
    return len(node.items) == 2 and node.head == "-" and isinstance(node.items[1], Atom) and bool(_NUMERAL.fullmatch(node.items[1].text))


def _run(code: Sequence[Instruction], values: dict[str, Scalar]) -> Scalar:
    stack: list[Scalar] = []
    names: dict[str, list[Scalar]] = {name: [value] for name, value in values.items()}
    for step in code:
        if isinstance(step, Push):
            stack.append(step.value)
        elif isinstance(step, Get):
            if not names.get(step.name):
                raise SmtError(f"nothing is called {step.name}")
            stack.append(names[step.name][-1])
        elif isinstance(step, Call):
            arguments = stack[-step.count :]
            del stack[-step.count :]
            stack.append(applied(step.name, arguments))
        elif isinstance(step, Bind):
            for name, value in zip(step.names, stack[-len(step.names) :], strict=True):
                names.setdefault(name, []).append(value)
            del stack[-len(step.names) :]
        else:
            for name in step.names:
                names[name].pop()
    return stack[0]


def _size(code: Sequence[Instruction], sizes: dict[str, int]) -> int:
    """The nodes of a term, by running it over sizes."""
    stack: list[int] = []
    names = {name: [size] for name, size in sizes.items()}
    for step in code:
        if isinstance(step, Push):
            stack.append(1)
        elif isinstance(step, Get):
            stack.append(names[step.name][-1] if names.get(step.name) else 1)
        elif isinstance(step, Call):
            total = 1 + sum(stack[-step.count :])
            del stack[-step.count :]
            stack.append(total)
        elif isinstance(step, Bind):
            for name, size in zip(step.names, stack[-len(step.names) :], strict=True):
                names.setdefault(name, []).append(size)
            del stack[-len(step.names) :]
        else:
            for name in step.names:
                names[name].pop()
    return stack[0]


def _flat(node: Node) -> list[str]:
    """The atoms of a node, in order."""
    if isinstance(node, Atom):
        return [node.text]
    return [text for item in node.items for text in _flat(item)]


def _quoted_character(character: str) -> str:
    if character == '"':
        return '""'
    return character if " " <= character <= "~" and character != "\\" else f"\\u{{{ord(character):x}}}"


def _character(match: re.Match[str]) -> str:
    """The character of an escape, or the escape itself where SMT-LIB has no such character."""
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= MAX_CODE else match[0]
