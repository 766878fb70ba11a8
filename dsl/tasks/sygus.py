"""Tasks from SyGuS files (versions 1 and 2): programming by example over strings, and nothing else.

SyGuS-IF 2.1: Padhi et al., "The SyGuS Language Standard Version 2.1" (arXiv:2312.06001); version 1 differs in how a grammar
is written and in allowing -1 for (- 1). What is read: one synth-fun, whose grammar's literals become the task's constants,
and constraints of the form (= (f literal ...) literal).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from dsl.tasks.objects import stem_of
from dsl.tasks.records import Example, RecordError, Task
from dsl.tasks.sexpr import Atom, Group, Node, SexprError, read, show
from dsl.tasks.source import Source
from dsl.tasks.strictjson import INT64_MAX, INT64_MIN, MAX_DIGITS
from dsl.types import BOOL, INT, STR, Type, type_of
from dsl.values import Value

LOGICS = ("SLIA", "PBE_SLIA")
SORTS: dict[str, Type] = {"String": STR, "Int": INT, "Bool": BOOL}
_IGNORED = ("set-info", "set-option", "set-feature")
_FORM = 'only examples (constraint (= (f "in") "out")) make a task'


@dataclass(slots=True)
class _Reading:
    """What the commands so far have said."""

    source: Source
    logic: str = ""
    function: str = ""
    arguments: tuple[str, ...] = ()
    sorts: tuple[Type, ...] = ()
    constants: tuple[Value, ...] | None = None
    examples: list[Example] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    checked: bool = False

    def refuse(self, reason: str, node: Node) -> NoReturn:
        raise self.source.error(reason, node.offset)


def read_sygus(source: Source) -> Task:
    """The task of a SyGuS file. Raises `TaskError` naming line, column and reason for whatever is not programming by example."""
    reading = _Reading(source)
    try:
        for command in read(source.text):
            _command(reading, command)
    except SexprError as error:
        raise source.error(str(error), error.offset) from None
    return _finished(reading)


def _finished(reading: _Reading) -> Task:
    source = reading.source
    if not reading.function:
        raise source.error("no synth-fun: the file names no function to find")
    if not reading.examples:
        raise source.error(f"no constraints; {_FORM}")
    if not reading.checked:
        raise source.error("no (check-synth) at the end; is the file truncated?", len(source.text))
    try:
        return Task(
            name=stem_of(source.name),
            examples=tuple(reading.examples),
            constants=reading.constants,
            arguments=reading.arguments,
            metadata={"format": "sygus", "logic": reading.logic},
        )
    except RecordError as error:
        index = error.path[1] if len(error.path) > 1 else None
        raise source.error(str(error), reading.places[index] if isinstance(index, int) else None) from None


def _command(reading: _Reading, command: Node) -> None:
    if isinstance(command, Atom):
        reading.refuse(f"expected a command in parentheses, found {show(command)}", command)
    name = command.head
    if reading.checked:
        reading.refuse(f"a command after (check-synth): {show(command)}", command)
    if not reading.logic and name not in ("set-logic", *_IGNORED):
        reading.refuse(f"expected (set-logic SLIA) before {show(command)}", command)
    if name == "set-logic":
        _set_logic(reading, command)
    elif name == "synth-fun":
        _synth_fun(reading, command)
    elif name == "constraint":
        _constraint(reading, command)
    elif name == "declare-var":
        if len(command.items) != 3 or _sort(command.items[2]) is None:
            reading.refuse(f"expected (declare-var NAME SORT) with a sort of {', '.join(SORTS)}, found {show(command)}", command)
    elif name == "check-synth":
        reading.checked = True
    elif name not in _IGNORED:
        reading.refuse(f"the command {name or show(command)} is not read: {_FORM}", command)


def _set_logic(reading: _Reading, command: Group) -> None:
    logic = show(command.items[1]) if len(command.items) == 2 else ""
    if logic not in LOGICS:
        reading.refuse(f"logic {logic or show(command)} is not read; only {' and '.join(LOGICS)} (strings with integers)", command)
    reading.logic = logic


def _synth_fun(reading: _Reading, command: Group) -> None:
    if reading.function:
        reading.refuse(f"a second synth-fun; a task has one function, here {reading.function}", command)
    parts = command.items[1:]
    if len(parts) < 3 or not isinstance(parts[0], Atom) or not isinstance(parts[1], Group):
        reading.refuse(f"expected (synth-fun NAME ((ARGUMENT SORT) ...) SORT GRAMMAR), found {show(command)}", command)
    names: list[str] = []
    sorts: list[Type] = []
    for argument in parts[1].items:
        if not isinstance(argument, Group) or len(argument.items) != 2 or not isinstance(argument.items[0], Atom):
            reading.refuse(f"expected (ARGUMENT SORT), found {show(argument)}", argument)
        names.append(argument.items[0].text.strip("|"))
        sorts.append(_known_sort(reading, argument.items[1]))
    output = _known_sort(reading, parts[2])
    reading.function, reading.arguments, reading.sorts = parts[0].text, tuple(names), (*sorts, output)
    if len(parts) > 3:
        reading.constants = _grammar_constants(reading, parts[3:])


def _sort(node: Node) -> Type | None:
    return SORTS.get(node.text) if isinstance(node, Atom) else None


def _known_sort(reading: _Reading, node: Node) -> Type:
    sort = _sort(node)
    if sort is None:
        reading.refuse(f"sort {show(node)} is not read; the sorts are {', '.join(SORTS)}", node)
    return sort


def _grammar_constants(reading: _Reading, parts: Sequence[Node]) -> tuple[Value, ...]:
    """The literals of a grammar's rules: strings, then integers, each in order and once. The last part holds the rules; version 2
    declares the non-terminals in a part before it."""
    if len(parts) > 2 or not all(isinstance(part, Group) for part in parts):
        reading.refuse("expected a grammar: a list of rules (NAME SORT (TERM ...)), after a list of their names in version 2", parts[-1])
    strings: dict[Value, None] = {}
    integers: dict[Value, None] = {}
    rules = parts[-1]
    assert isinstance(rules, Group)
    for rule in rules.items:
        if not isinstance(rule, Group) or len(rule.items) != 3 or not isinstance(rule.items[2], Group):
            reading.refuse(f"expected a rule (NAME SORT (TERM ...)), found {show(rule)}", rule)
        for value in _literals(reading, rule.items[2].items):
            (strings if isinstance(value, str) else integers).setdefault(value)
    return (*strings, *integers)


def _literals(reading: _Reading, terms: tuple[Node, ...]) -> Iterator[Value]:
    """The string and integer literals in some terms, in reading order."""
    pending = list(reversed(terms))
    while pending:
        term = pending.pop()
        if isinstance(term, Atom):
            if term.is_string or term.is_integer:
                yield _literal(reading, term)
        elif _is_negative(term):
            yield _literal(reading, term)
        else:
            pending += reversed(term.items)


def _is_negative(node: Node) -> bool:
    """Whether it is `(- 1)`, as version 2 writes a negative integer."""
    return (
        isinstance(node, Group)
        and node.head == "-"
        and len(node.items) == 2
        and isinstance(node.items[1], Atom)
        and node.items[1].is_integer
    )


def _constraint(reading: _Reading, command: Group) -> None:
    if not reading.function:
        reading.refuse("a constraint before the synth-fun that it is about", command)
    if len(command.items) != 2:
        reading.refuse(f"expected (constraint TERM), found {show(command)}", command)
    term = command.items[1]
    sides = list(term.items[1:]) if isinstance(term, Group) and term.head == "=" and len(term.items) == 3 else []
    calls = [side for side in sides if isinstance(side, Group) and side.head == reading.function]
    if len(calls) != 1:
        reading.refuse(f"this constraint is no example: {show(term)}; {_FORM}", term)
    call = calls[0]
    output = sides[1] if sides[0] is call else sides[0]
    given = (*call.items[1:], output)
    if len(given) != len(reading.sorts):
        reading.refuse(f"{reading.function} takes {len(reading.sorts) - 1} arguments; here it has {len(given) - 1}", call)
    values = tuple(_typed(reading, node, sort) for node, sort in zip(given, reading.sorts, strict=True))
    reading.examples.append(Example(values[:-1], values[-1]))
    reading.places.append(command.offset)


def _typed(reading: _Reading, node: Node, sort: Type) -> Value:
    value = _literal(reading, node)
    if type_of(value) != sort:
        reading.refuse(f"{show(node)} is {type_of(value)}, but {reading.function} is declared with {sort} here", node)
    return value


def _literal(reading: _Reading, node: Node) -> Value:
    if isinstance(node, Group):
        if not _is_negative(node):
            reading.refuse(f"{show(node)} is no literal; {_FORM}", node)
        return -_integer(reading, node.items[1])
    if node.is_string:
        return node.string
    if node.text in ("true", "false"):
        return node.text == "true"
    if node.is_integer:
        return _integer(reading, node)
    reading.refuse(f"{show(node)} is no string, integer, true or false; {_FORM}", node)


def _integer(reading: _Reading, node: Node) -> int:
    assert isinstance(node, Atom)
    if len(node.text) > MAX_DIGITS or not INT64_MIN <= int(node.text) <= INT64_MAX:
        reading.refuse(f"the integer {show(node, 24)} does not fit in 64 bits", node)
    return int(node.text)
