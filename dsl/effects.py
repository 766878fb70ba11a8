"""Stack effects of programs, inferred for any program or slice by one left fold over its words.

Row-polymorphic inference after Kleffner (2017), "A Foundation for Typed Concatenative Languages": the type of a word is an `Effect` between two
stacks, each a row variable and the types above it; appending a word is one unification of the stack so far with what the
word wants. Quotations are literals only (Factor's rule), so a type variable never stands for a quotation, and inference
needs no generalisation except at definitions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from dsl.errors import DslError, StackError, TypeMismatch
from dsl.program import NUM_CONSTANTS, Constant, Definition, Instruction, Program, Push, Quotation, Span, Word
from dsl.types import Effect, ListOf, Stack, Type, Var, is_representable
from dsl.unification import RIGID, Clash, Unifier

MAX_HEIGHT = 128
"""Most types in one stack of an effect: twice what the default profile's stack holds. Without a bound, definitions that use each other
twice double their effects thirty times over."""

_fresh = itertools.count()


_NOTHING_YET = Effect(Stack("s"), Stack("s"))
_CONSTANTS: tuple[Type, ...] = tuple(Var(f"c{i}") for i in range(NUM_CONSTANTS))


@dataclass(frozen=True, slots=True)
class Fold:
    """The effect of the words so far. Immutable: `push` gives the next one, so a search may branch from any prefix.

    `constants[i]` is the type that the words so far want of `c`i (a `Var` if any will do); `effects` are those of the
    program's definitions.
    """

    effect: Effect = _NOTHING_YET
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
            raise StackError(
                f"{_where(instruction.span, index)}more than {MAX_HEIGHT} values lie on the stack here, or are taken from below it"
            )
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
        unifier = Unifier()
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
        unifier = Unifier({f"c{i}": kind for i, kind in enumerate(self.constants) if kind != Var(f"c{i}")})
        try:
            unifier.unify_stacks(self.stack, effect.before)
            before, after = unifier.stack(self.effect.before), unifier.stack(effect.after)
            if not all(map(is_representable, (*before.types, *after.types))):
                raise Clash
        except Clash:
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
        hint = (
            "; its two branches must leave the same types"
            if name == "if" and sum(isinstance(kind, Effect) for kind in there.types) == 2
            else ""
        )
        return TypeMismatch(f"{where}`{name}` wants {wants} on top of the stack, but the stack there is {shown}{hint}")


def _where(span: Span | None, index: int | None) -> str:
    if span is not None:
        return f"line {span.line}, column {span.column}: "
    return f"word {index + 1}: " if index is not None else ""


def _require_no_quotations(fold: Fold, body: Sequence[Instruction]) -> None:
    """Refuses quotations that a body takes from below or leaves behind: they are literals, consumed by the word that follows them."""
    if any(isinstance(kind, Effect) for kind in fold.effect.before.types):
        word = next((i for i in body if isinstance(i, Word)), None)
        raise StackError(
            f"{_where(word.span if word else None, None)}a word here takes a quotation that is not written just before it, such as ( inc ) map"
        )
    if any(isinstance(kind, Effect) for kind in fold.effect.after.types):
        loose = next((i for i in reversed(body) if isinstance(i, Quotation)), None)
        raise StackError(
            f"{_where(loose.span if loose else None, None)}a quotation is left on the stack; follow it by the word that takes it, such as call, map or if"
        )


@cache
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


def infer(program: Program | Sequence[Instruction], inputs: Sequence[Type] | None = None, constants: Sequence[Type] = ()) -> Effect:
    """The effect of a program or of any slice of one, with variables named a, b, ... and rows s, t, ...

    With `inputs` (types of the values that it starts with, top last) the stack's bottom is known, and reading below it is an error.
    Raises `StackError` or `TypeMismatch`.
    """
    return _named(fold_of(program, inputs, constants).effect)


def fold_of(program: Program | Sequence[Instruction], inputs: Sequence[Type] | None = None, constants: Sequence[Type] = ()) -> Fold:
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
