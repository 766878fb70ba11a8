"""Stack effects: how they are written, unified, and inferred for any program or slice by one left fold.

Row-polymorphic inference after Kleffner (2017), "A Foundation for Typed Concatenative Languages": the type of a word is an `Effect` between two
stacks, each a row variable and the types above it; appending a word is one unification of the stack so far with what the
word wants. Quotations are literals only (Factor's rule), so a type variable never stands for a quotation, and inference
needs no generalisation except at definitions.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from dsl.errors import DslError, StackError, TypeMismatch
from dsl.program import NUM_CONSTANTS, Constant, Definition, Instruction, Program, Push, Quotation, Span, Word
from dsl.types import BOOL, INT, STR, Effect, ListOf, Stack, Type, Var, is_representable

RIGID = ""
"""Row of a stack whose bottom is known: there is nothing below."""

MAX_HEIGHT = 128
"""Most types in one stack of an effect: twice what the default profile's stack holds. Without a bound, definitions that use each other
twice double their effects thirty times over."""

_TOKEN = re.compile(r"\(|\)|--|\.\.[a-z]+|[A-Za-z]+(?:\[[A-Za-z\[\]]*\])?")
_fresh = itertools.count()


@lru_cache(maxsize=None)
def parse_effect(text: str) -> Effect:
    """The effect written as in the op table, e.g. `( List[a] Int -- List[a] )`. A side without `..row` has the row `s`.

    Raises `DslError` naming the text for anything else; only op authors see it.
    """
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s+", "", text) or tokens[:1] != ["("] or tokens[-1:] != [")"]:
        raise DslError(f"{text!r} is not a stack effect")
    effect, rest = _read_effect(tokens[1:], text)
    if rest:
        raise DslError(f"{text!r} is not a stack effect: text after the closing parenthesis")
    return effect


def _read_effect(tokens: list[str], text: str) -> tuple[Effect, list[str]]:
    sides: list[Stack] = []
    row, types = "s", []
    while tokens:
        token, tokens = tokens[0], tokens[1:]
        if token in ("--", ")"):
            sides.append(Stack(row, tuple(types)))
            row, types = "s", []
            if token == ")":
                break
        elif token == "(":
            inner, tokens = _read_effect(tokens, text)
            types.append(inner)
        elif token.startswith(".."):
            row = token[2:]
        else:
            types.append(_read_type(token, text))
    if len(sides) != 2:
        raise DslError(f"{text!r} is not a stack effect: it needs one '--' between its two sides")
    return Effect(*sides), tokens


def _read_type(token: str, text: str) -> Type:
    if token.startswith("List[") and token.endswith("]"):
        return ListOf(_read_type(token[5:-1], text))
    if token in ("Int", "Bool", "Str"):
        return {"Int": INT, "Bool": BOOL, "Str": STR}[token]
    if re.fullmatch(r"[a-z]", token):
        return Var(token)
    raise DslError(f"{text!r} is not a stack effect: unknown type {token!r}")


class _Clash(Exception):
    """Two types or stacks that cannot be made equal; caught and reworded by `Fold.push`."""


@dataclass(slots=True)
class _Unifier:
    """A substitution under construction."""

    types: dict[str, Type] = field(default_factory=dict)
    rows: dict[str, Stack] = field(default_factory=dict)

    def stack(self, stack: Stack) -> Stack:
        """The stack with everything known filled in."""
        tail, types = stack.row, [self.type(kind) for kind in stack.types]
        while tail in self.rows:
            below = self.rows[tail]
            tail, types = below.row, [self.type(kind) for kind in below.types] + types
        return Stack(tail, tuple(types))

    def type(self, kind: Type) -> Type:
        """The type with everything known filled in."""
        while isinstance(kind, Var) and kind.name in self.types:
            kind = self.types[kind.name]
        if isinstance(kind, ListOf):
            return ListOf(self.type(kind.item))
        if isinstance(kind, Effect):
            return Effect(self.stack(kind.before), self.stack(kind.after))
        return kind

    def unify_stacks(self, a: Stack, b: Stack) -> None:
        a, b = self.stack(a), self.stack(b)
        shared = min(len(a.types), len(b.types))
        for left, right in zip(a.types[len(a.types) - shared :], b.types[len(b.types) - shared :], strict=True):
            self.unify(left, right)
        # Unifying quotations may have said what the rows are, so the rests are looked up again.
        a, b = (self.stack(Stack(s.row, s.types[: len(s.types) - shared])) for s in (a, b))
        if a.types and b.types:
            self.unify_stacks(a, b)
        elif a.types:
            self._bind_row(b.row, a)
        else:
            self._bind_row(a.row, b)

    def _bind_row(self, row: str, stack: Stack) -> None:
        """Makes `row`, a whole stack of which nothing is known, equal to `stack`."""
        if row == stack.row and not stack.types:
            return
        if row == RIGID:
            row, stack = (stack.row, Stack(row)) if not stack.types else (row, stack)
        if row in (RIGID, stack.row) or any(_mentions_row(kind, row) for kind in stack.types):
            raise _Clash
        self.rows[row] = stack

    def unify(self, a: Type, b: Type) -> None:
        a, b = self.type(a), self.type(b)
        if a == b:
            return
        if isinstance(b, Var) and not isinstance(a, Var):
            a, b = b, a
        if isinstance(a, Var):
            if isinstance(b, Effect) or _mentions(b, a.name):
                raise _Clash
            self.types[a.name] = b
        elif isinstance(a, ListOf) and isinstance(b, ListOf):
            self.unify(a.item, b.item)
        elif isinstance(a, Effect) and isinstance(b, Effect):
            self.unify_stacks(a.before, b.before)
            self.unify_stacks(a.after, b.after)
        else:
            raise _Clash


def _mentions(kind: Type, name: str) -> bool:
    if isinstance(kind, Var):
        return kind.name == name
    return isinstance(kind, ListOf) and _mentions(kind.item, name)


def _mentions_row(kind: Type, row: str) -> bool:
    if not isinstance(kind, Effect):
        return False
    sides = (kind.before, kind.after)
    return any(s.row == row or any(_mentions_row(t, row) for t in s.types) for s in sides)


def unify_args(wanted: Sequence[Type], given: Sequence[Type]) -> Mapping[str, Type] | None:
    """What the type variables of `wanted` (an op's argument types) are when it meets values of the types `given`; None if they do not fit."""
    unifier = _Unifier()
    try:
        for left, right in zip(wanted, given, strict=True):
            unifier.unify(left, right)
    except (_Clash, ValueError):
        return None
    return {name: unifier.type(Var(name)) for name in unifier.types}


def substitute(kind: Type, types: Mapping[str, Type]) -> Type:
    """`kind` with its variables replaced as `types` says."""
    return _Unifier(dict(types)).type(kind)


_CONSTANTS: tuple[Type, ...] = tuple(Var(f"c{i}") for i in range(NUM_CONSTANTS))


@dataclass(frozen=True, slots=True)
class Fold:
    """The effect of the words so far. Immutable: `push` gives the next one, so a search may branch from any prefix.

    `constants[i]` is the type that the words so far want of `c`i (a `Var` if any will do); `effects` are those of the
    program's definitions.
    """

    effect: Effect = Effect(Stack("s"), Stack("s"))
    constants: tuple[Type, ...] = _CONSTANTS
    effects: Mapping[str, Effect] = field(default_factory=dict)

    @classmethod
    def on(cls, inputs: Sequence[Type], constants: Sequence[Type] = ()) -> Fold:
        """The fold of a program that starts with exactly these values on the stack, top last."""
        stack = Stack(RIGID, tuple(inputs))
        return cls(Effect(stack, stack), tuple(constants) + _CONSTANTS[len(constants) :])

    @property
    def stack(self) -> Stack:
        """The stack shape after the words so far."""
        return self.effect.after

    def push(self, instruction: Instruction, index: int | None = None) -> Fold:
        """The fold with one more word. Raises `StackError` or `TypeMismatch` naming the word, where it stands, the stack there and what it wants."""
        fold = self._pushed(instruction, index)
        if max(len(fold.effect.before.types), len(fold.effect.after.types)) > MAX_HEIGHT:
            raise StackError(f"{_where(instruction.span, index)}more than {MAX_HEIGHT} values lie on the stack here, or are taken from below it")
        return fold

    def _pushed(self, instruction: Instruction, index: int | None) -> Fold:
        if isinstance(instruction, Quotation):
            return self._push_quotation(instruction)
        if isinstance(instruction, Push):
            return self._compose(_renamed(_pushing(instruction.type), ()), instruction, index)
        if isinstance(instruction, Constant):
            after = Stack(self.stack.row, (*self.stack.types, self.constants[instruction.index]))
            return replace(self, effect=Effect(self.effect.before, after))
        return self._compose(_renamed(self._lookup(instruction), self.constants), instruction, index)

    def extend(self, body: Sequence[Instruction]) -> Fold:
        """The fold with all the words of a body."""
        fold = self
        for index, instruction in enumerate(body):
            fold = fold.push(instruction, index)
        return fold

    def _push_quotation(self, quotation: Quotation) -> Fold:
        inner = self._closed(quotation.body)
        unifier = _Unifier()
        for old, new in zip(self.constants, inner.constants, strict=True):
            unifier.unify(old, new)  # what the body has learned about the constants holds here too
        after = Stack(self.stack.row, (*self.stack.types, _renamed(inner.effect, inner.constants)))
        return replace(self, effect=Effect(unifier.stack(self.effect.before), unifier.stack(after)), constants=inner.constants)

    def _closed(self, body: Sequence[Instruction]) -> Fold:
        """The fold of a quotation's or definition's body, which must contain every quotation that its words take, and take all that it contains."""
        inner = Fold(constants=self.constants, effects=self.effects).extend(body)
        _require_no_quotations(inner, body)
        return inner

    def allows(self, instruction: Instruction) -> bool:
        """Whether the instruction may come next: the type mask of decoders and samplers."""
        try:
            self.push(instruction)
        except DslError:
            return False
        return True

    def _lookup(self, word: Word) -> Effect:
        if word.name in self.effects:
            return self.effects[word.name]
        from dsl.ops import OPS  # the table's rows name types; importing it here keeps this module free of it

        op = OPS.get(word.name)
        if op is None:
            raise StackError(f"{_where(word.span, None)}unknown word `{word.name}`; `flowforth ops` lists the words")
        return op.type

    def _compose(self, effect: Effect, instruction: Push | Word, index: int | None) -> Fold:
        unifier = _Unifier({f"c{i}": kind for i, kind in enumerate(self.constants) if kind != Var(f"c{i}")})
        try:
            unifier.unify_stacks(self.stack, effect.before)
            before, after = unifier.stack(self.effect.before), unifier.stack(effect.after)
            if not all(map(is_representable, (*before.types, *after.types))):
                raise _Clash
        except _Clash:
            raise self._mismatch(effect, instruction, index) from None
        return replace(self, effect=Effect(before, after), constants=tuple(map(unifier.type, self.constants)))

    def _mismatch(self, effect: Effect, instruction: Push | Word, index: int | None) -> StackError:
        name = instruction.name if isinstance(instruction, Word) else "a literal"
        wanted = _named(Effect(effect.before, effect.before)).before
        there = _named(Effect(self.stack, self.stack)).before
        shown = " ".join(map(str, there.types)) or "empty"
        wants = " ".join(map(str, wanted.types))
        where = _where(instruction.span, index)
        if self.stack.row == RIGID and len(self.stack.types) < len(wanted.types):
            return StackError(f"{where}`{name}` wants {wants} on top of the stack, but the stack there is {shown}: too few values")
        hint = "; its two branches must leave the same types" if name == "if" and sum(isinstance(kind, Effect) for kind in there.types) == 2 else ""
        return TypeMismatch(f"{where}`{name}` wants {wants} on top of the stack, but the stack there is {shown}{hint}")


def _where(span: Span | None, index: int | None) -> str:
    if span is not None:
        return f"line {span.line}, column {span.column}: "
    return f"word {index + 1}: " if index is not None else ""


def _require_no_quotations(fold: Fold, body: Sequence[Instruction]) -> None:
    """Refuses quotations that a body takes from below or leaves behind: they are literals, consumed by the word that follows them."""
    if any(isinstance(kind, Effect) for kind in fold.effect.before.types):
        word = next((i for i in body if isinstance(i, Word)), None)
        raise StackError(f"{_where(word.span if word else None, None)}a word here takes a quotation that is not written just before it, such as ( inc ) map")
    if any(isinstance(kind, Effect) for kind in fold.effect.after.types):
        loose = next((i for i in reversed(body) if isinstance(i, Quotation)), None)
        raise StackError(f"{_where(loose.span if loose else None, None)}a quotation is left on the stack; follow it by the word that takes it, such as call, map or if")


@lru_cache(maxsize=None)
def _pushing(kind: Type) -> Effect:
    return Effect(Stack("literal"), Stack("literal", (kind,)))


def _renamed(effect: Effect, constants: Sequence[Type]) -> Effect:
    """The effect with variables of its own; those in the types of constants stay, because constants have one type in the whole program."""
    keep = {name: name for kind in (*_CONSTANTS, *constants) for name in _variables(kind)}
    return _rewrite(effect, keep, lambda name: f"{name.split('_')[0]}_{next(_fresh)}", {})


def _variables(kind: Type) -> tuple[str, ...]:
    if isinstance(kind, Var):
        return (kind.name,)
    return _variables(kind.item) if isinstance(kind, ListOf) else ()


def _named(effect: Effect) -> Effect:
    """The effect with variables a, b, c ... and rows s, t, u ... in order of appearance, for people and for comparison."""
    types, rows = map(chr, itertools.chain(range(97, 115), range(0x3B1, 0x3C9))), (r for r in "stuvwxyz")
    spare = itertools.count()
    return _rewrite(effect, {}, lambda _: next(types, f"a{next(spare)}"), {RIGID: RIGID}, lambda _: next(rows, f"s{next(spare)}"))


def _rewrite(
    effect: Effect,
    types: dict[str, str],
    new_type: Callable[[str], str],
    rows: dict[str, str],
    new_row: Callable[[str], str] | None = None,
) -> Effect:
    """The effect with its variables mapped by `types` and `rows`, which are extended by `new_type` and `new_row` as names appear."""
    rename_row = new_row or new_type

    def on_type(kind: Type) -> Type:
        if isinstance(kind, Var):
            if kind.name not in types:
                types[kind.name] = new_type(kind.name)
            return Var(types[kind.name])
        if isinstance(kind, ListOf):
            return ListOf(on_type(kind.item))
        return Effect(on_stack(kind.before), on_stack(kind.after)) if isinstance(kind, Effect) else kind

    def on_stack(stack: Stack) -> Stack:
        if stack.row not in rows:
            rows[stack.row] = stack.row if stack.row == RIGID else rename_row(stack.row)
        return Stack(rows[stack.row], tuple(map(on_type, stack.types)))

    return Effect(on_stack(effect.before), on_stack(effect.after))


def infer(
    program: Program | Sequence[Instruction], inputs: Sequence[Type] | None = None, constants: Sequence[Type] = ()
) -> Effect:
    """The effect of a program or of any slice of one, with variables named a, b, ... and rows s, t, ...

    With `inputs` (types of the values that it starts with, top last) the stack's bottom is known, and reading below it is an error.
    Raises `StackError` or `TypeMismatch`.
    """
    return _named(fold_of(program, inputs, constants).effect)


def fold_of(
    program: Program | Sequence[Instruction], inputs: Sequence[Type] | None = None, constants: Sequence[Type] = ()
) -> Fold:
    """As `infer`, but gives the whole `Fold`, so that one can go on from there or ask for the constants' types."""
    body, definitions = (program.body, program.definitions) if isinstance(program, Program) else (tuple(program), ())
    fold = Fold(constants=tuple(constants) + _CONSTANTS[len(constants) :])
    for definition in definitions:
        fold = _define(fold, definition)
    if inputs is not None:
        fold = replace(fold, effect=Fold.on(inputs).effect)
    fold = fold.extend(body)
    if isinstance(program, Program):
        _require_no_quotations(fold, body)
    return fold


def _define(fold: Fold, definition: Definition) -> Fold:
    inner = fold._closed(definition.body)
    return Fold(constants=inner.constants, effects={**fold.effects, definition.name: inner.effect})
