"""Tasks as SyGuS-IF 2.1 texts: a grammar, from the task's own file (of version 1 or 2) or made here, and a constraint for each example.

SyGuS-IF 2.1: Padhi et al. (arXiv:2312.06001). The public files are of version 1, which differs in that non-terminals are not declared
before the rules, -1 may stand for (- 1), strings have other escapes, and two operators have other names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.peers.smt_operators import Scalar, SmtError
from benchmarks.peers.smtlib import quoted
from dsl.tasks import Task
from dsl.tasks.sexpr import Atom, Group, Node, read, show
from dsl.types import BOOL, INT, STR, Base, Type
from dsl.values import Value

SORTS: dict[Type, str] = {STR: "String", INT: "Int", BOOL: "Bool"}
RENAMED = {"int.to.str": "str.from_int", "str.to.int": "str.to_int", "str.to.re": "str.to_re", "str.in.re": "str.in_re"}
"""Operators that SMT-LIB 2.6 calls otherwise than the files of version 1 do."""
FUNCTION = "f"

STRINGS = (
    "(str.++ S S)", "(str.replace S S S)", "(str.replace_all S S S)", "(str.at S I)", "(str.substr S I I)", "(str.from_int I)",
    "(str.to_lower S)", "(str.to_upper S)", "(str.rev S)", "(ite B S S)",
)  # fmt: skip
INTS = ("(+ I I)", "(- I I)", "(ite B I I)")
INTS_OF_STRINGS = ("(str.len S)", "(str.to_int S)", "(str.indexof S S I)")
INTS_ALONE = ("(* I I)",)
INTS_BY_CONSTANTS = ("(div I D)", "(mod I D)")
"""Only by constants other than 0: what a division by zero gives is open in SMT-LIB."""
BOOLS = ("(= I I)", "(< I I)", "(<= I I)", "(not B)", "(and B B)", "(or B B)")
BOOLS_OF_STRINGS = ("(= S S)", "(str.prefixof S S)", "(str.suffixof S S)", "(str.contains S S)", "(str.< S S)")


def supported(task: Task) -> bool:
    """Whether all its types have a sort and all its characters are SMT-LIB's."""
    if not {*task.input_types, task.output_type} <= set(SORTS):
        return False
    try:
        for example in (*task.examples, *task.held_out):
            for value in (*example.inputs, example.output):
                quoted(_scalar(value))
    except SmtError:
        return False
    return True


def text_of(task: Task, function: str) -> str:
    """The whole text for a `synth-fun` of version 2. Held-out examples are not in it."""
    constraints = [
        f"(constraint (= ({_name_of(function)} {' '.join(quoted(_scalar(value)) for value in example.inputs)}) {quoted(_scalar(example.output))}))"
        for example in task.examples
    ]
    return "\n".join(["(set-logic SLIA)", function, *constraints, "(check-synth)"]) + "\n"


def converted(text: str) -> str:
    """The `synth-fun` of a file, in version 2 and on one line. Raises `ValueError` for a file without a grammar."""
    for command in read(text):
        if isinstance(command, Group) and command.head == "synth-fun":
            return _converted(command)
    raise ValueError("no synth-fun with a grammar in this text")


def made(task: Task, constants: Sequence[Value]) -> str:
    """A `synth-fun` with a grammar of all that SyGuS has for such types, and these constants. The arguments are x0, x1 and so on."""
    kinds = (*task.input_types, task.output_type)
    arguments = [f"x{i}" for i in range(len(task.input_types))]
    text = STR in kinds
    leaves: dict[Base, list[str]] = {STR: [], INT: [], BOOL: []}
    for name, kind in zip(arguments, task.input_types, strict=True):
        leaves[_base(kind)].append(name)
    for value in constants:
        kind = STR if isinstance(value, str) else INT if type(value) is int else None
        if kind is not None and quotable(value):
            leaves[kind].append(quoted(_scalar(value)))
    divisors = [quoted(value) for value in constants if type(value) is int and value != 0]
    rules = {
        "S": ("String", [*leaves[STR], *STRINGS] if text else []),
        "I": ("Int", _ints(leaves[INT], text, bool(divisors))),
        "B": ("Bool", [*leaves[BOOL], *BOOLS, *(BOOLS_OF_STRINGS if text else ())]),
        "D": ("Int", divisors if not text else []),
    }
    start = {STR: "S", INT: "I", BOOL: "B"}[_base(task.output_type)]
    order = [start, *(name for name in rules if name != start and rules[name][1])]
    declared = " ".join(f"({name} {rules[name][0]})" for name in order)
    grammar = " ".join(f"({name} {rules[name][0]} ({' '.join(dict.fromkeys(rules[name][1]))}))" for name in order)
    parameters = " ".join(f"({name} {SORTS[kind]})" for name, kind in zip(arguments, task.input_types, strict=True))
    return f"(synth-fun {FUNCTION} ({parameters}) {SORTS[task.output_type]} ({declared}) ({grammar}))"


def quotable(value: Value) -> bool:
    """Whether SMT-LIB can write it."""
    try:
        quoted(_scalar(value))
    except SmtError:
        return False
    return True


def _base(kind: Type) -> Base:
    assert isinstance(kind, Base), "lists were refused before"
    return kind


def _ints(leaves: Sequence[str], text: bool, by_constants: bool) -> list[str]:
    """The rule for ints. Where there is neither an int nor a string to begin with, 0 begins."""
    found = [*(leaves or ([] if text else ["0"])), *INTS, *(INTS_OF_STRINGS if text else INTS_ALONE)]
    return [*found, *(INTS_BY_CONSTANTS if by_constants and not text else ())]


def _converted(command: Group) -> str:
    parts = command.items[1:]
    if len(parts) not in (4, 5) or not all(isinstance(part, Group) for part in parts[3:]):
        raise ValueError(f"expected (synth-fun NAME ARGUMENTS SORT GRAMMAR), found {show(command)}")
    name, arguments, sort, rules = parts[0], parts[1], parts[2], parts[-1]
    assert isinstance(rules, Group)
    for rule in rules.items:
        if not isinstance(rule, Group) or len(rule.items) != 3:
            raise ValueError(f"expected a rule (NAME SORT (TERM ...)), found {show(rule)}")
    declared = " ".join(f"({_written(rule.items[0])} {_written(rule.items[1])})" for rule in rules.items)  # type: ignore[union-attr]
    return f"(synth-fun {_written(name)} {_written(arguments)} {_written(sort)} ({declared}) {_written(rules)})"


def _written(node: Node) -> str:
    """The node as version 2 writes it."""
    if isinstance(node, Group):
        return f"({' '.join(map(_written, node.items))})"
    if node.is_string:
        return quoted(node.string)
    if node.is_integer:
        return quoted(int(node.text))
    return RENAMED.get(node.text, node.text)


def _name_of(function: str) -> str:
    node: Node = next(iter(read(function)))
    assert isinstance(node, Group)
    assert isinstance(node.items[1], Atom)
    return node.items[1].text


def _scalar(value: Value) -> Scalar:
    if not isinstance(value, (str, int)):
        raise SmtError(f"no sort for {value!r}")
    return value


def agree(function: str, task: Task) -> bool:
    """Whether a `synth-fun` is one for the task's types."""
    node: Node = next(iter(read(function)))
    assert isinstance(node, Group)
    arguments, sort = node.items[2], node.items[3]
    return list(_sorts(arguments)) == [SORTS.get(kind) for kind in task.input_types] and show(sort) == SORTS.get(task.output_type)


def _sorts(arguments: Node) -> Iterable[str]:
    items = arguments.items if isinstance(arguments, Group) else ()
    return (show(item.items[1]) for item in items if isinstance(item, Group))
