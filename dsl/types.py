"""Types of values and stacks. Seven value types: Int, Bool, Str, List[Int], List[Str], List[Bool], List[List[Int]]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from dsl.errors import TypeMismatch
from dsl.values import Value


@dataclass(frozen=True, slots=True)
class Base:
    """Int, Bool or Str."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListOf:
    """List[item]."""

    item: Type

    def __str__(self) -> str:
        return f"List[{self.item}]"


@dataclass(frozen=True, slots=True)
class Var:
    """A type variable: `a`, `b` in the table; numbered while inferring."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack shape: a row variable standing for everything below, then the known types, top last."""

    row: str
    types: tuple[Type, ...] = ()

    def __str__(self) -> str:
        return " ".join([f"..{self.row}", *map(str, self.types)])


@dataclass(frozen=True, slots=True)
class Effect:
    """What a word or a program does to a stack. As a type, it is the type of a quotation."""

    before: Stack
    after: Stack

    def __str__(self) -> str:
        if self.before.row == self.after.row and not any(isinstance(t, Effect) for t in self.before.types):
            left, right = (" ".join(map(str, side.types)) for side in (self.before, self.after))
        else:
            left, right = str(self.before), str(self.after)
        return "( " + " ".join(part for part in (left, "--", right) if part) + " )"

    @property
    def pops(self) -> int:
        """How many values it reads from the top."""
        return len(self.before.types)

    @property
    def pushes(self) -> int:
        """How many values it leaves in their place."""
        return len(self.after.types)


Type: TypeAlias = "Base | ListOf | Var | Effect"

INT, BOOL, STR = Base("Int"), Base("Bool"), Base("Str")
LIST_INT, LIST_STR, LIST_BOOL, LIST_LIST_INT = ListOf(INT), ListOf(STR), ListOf(BOOL), ListOf(ListOf(INT))
VALUE_TYPES: tuple[Type, ...] = (INT, BOOL, STR, LIST_INT, LIST_STR, LIST_BOOL, LIST_LIST_INT)
"""The seven types that a value on a stack can have."""


def is_representable(kind: Type) -> bool:
    """Whether a value of this type can lie on a stack once its variables are filled in: List[List[Str]] cannot."""
    if isinstance(kind, ListOf):
        item = kind.item
        return not isinstance(item, Effect) and (not isinstance(item, ListOf) or item.item == INT or isinstance(item.item, Var))
    return True


def type_of(value: Value) -> Type:
    """The type of a value; List['a] for the empty list. Raises `TypeMismatch` for mixed lists and lists nested too deep."""
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return INT
    if isinstance(value, str):
        return STR
    items = {type_of(item) for item in value}
    known = {item for item in items if item != ListOf(Var("a"))}
    if not items:
        return ListOf(Var("a"))
    unlike = known if all(isinstance(item, ListOf) for item in known) else items  # [] may stand beside another list, but not beside 1
    if len(unlike) > 1:
        raise TypeMismatch(f"a list holds items of one type; here: {', '.join(sorted(map(str, unlike)))}")
    kind = ListOf(known.pop() if known else LIST_INT)
    if not is_representable(kind):
        raise TypeMismatch(f"{kind} is not a type of the language; lists may hold Int, Bool, Str or List[Int]")
    return kind


def parse_type(text: str) -> Type:
    """A value type from its printed form, e.g. `List[Int]`. Raises `TypeMismatch` with the seven names for anything else."""
    for kind in VALUE_TYPES:
        if str(kind).lower() == text.strip().lower():
            return kind
    raise TypeMismatch(f"{text!r} is not a type; the types are {', '.join(map(str, VALUE_TYPES))}")
