"""The value graph of a program: every value that it computes, and from which others; made by running the program on symbols.

Routing words and the structured dataflow words disappear here: they only decide which symbol a word takes. What remains is
words applied to values (`Applied`), conditionals (`Fork`), loops (`Loop`) and calls of the program's own definitions (`Call`),
each in the block of code where it must be computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from dsl.errors import DslError
from dsl.machine import MAX_CALLS
from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.program import Constant, Definition, Instruction, Program, Push, Quotation, Word, walk
from dsl.types import Effect, ListOf, Type, Var
from dsl.unification import substitute, unify_args
from dsl.values import Value

MAX_WORDS = 5_000
"""Most words that a rendering follows; quotations that run twice count twice."""


@dataclass(eq=False, slots=True)
class Block:
    """A sequence of computations that run together: a function, a branch, the body of a loop or of a quotation."""

    parent: Block | None = None
    repeated: bool = False
    """Whether it may run more than once each time its parent runs."""
    items: list[Item] = field(default_factory=list)

    def repeats_below(self, outer: Block) -> bool:
        """Whether this block may run more than once, or not be an expression's natural place, each time `outer` runs."""
        block: Block | None = self
        while block is not None and block is not outer:
            if block.repeated:
                return True
            block = block.parent
        return False


@dataclass(eq=False, slots=True)
class Symbol:
    """One value: its type as far as known, and the block that computes it."""

    type: Type
    home: Block


@dataclass(eq=False, slots=True)
class Given(Symbol):
    """A value with a name from outside: an argument, a constant, or the element that a quotation runs on."""


@dataclass(eq=False, slots=True)
class Literal(Symbol):
    """A value written in the program."""

    value: Value


@dataclass(eq=False, slots=True)
class Applied(Symbol):
    """The result of a word of the table."""

    op: Op
    args: tuple[Symbol, ...]
    bodies: tuple[Body, ...]


@dataclass(eq=False, slots=True)
class Chosen(Symbol):
    """What one of two branches left at one place of the stack."""

    fork: Fork
    position: int


@dataclass(eq=False, slots=True)
class Carried(Symbol):
    """A place of the stack inside a loop, at the beginning of a round."""

    loop: Loop
    position: int
    constant: Symbol | None = None
    """The value that it has in every round, once it is known that the loop does not change it."""


@dataclass(eq=False, slots=True)
class Looped(Symbol):
    """What a loop left at one place of the stack."""

    loop: Loop
    position: int


@dataclass(eq=False, slots=True)
class Returned(Symbol):
    """One result of a call of a definition."""

    call: Call
    position: int


@dataclass(eq=False, slots=True)
class Body:
    """A quotation that a higher-order word runs on elements."""

    block: Block
    params: tuple[Given, ...]
    result: Symbol


@dataclass(eq=False, slots=True)
class Fork:
    """`if` or `when`: a condition, two blocks, and what they leave where they differ."""

    home: Block
    condition: Symbol
    blocks: tuple[Block, Block]
    values: list[tuple[Symbol, Symbol]] = field(default_factory=list)
    outputs: list[Chosen] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Loop:
    """`times`: a count, a block, and the places of the stack with their first values, and their next ones in terms of `carried`."""

    home: Block
    count: Symbol
    block: Block
    starts: list[Symbol] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)
    nexts: list[Symbol] = field(default_factory=list)
    outputs: list[Looped] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Call:
    """A call of a definition, which becomes a function of its own."""

    home: Block
    name: str
    args: tuple[Symbol, ...]
    outputs: list[Returned] = field(default_factory=list)


Item: TypeAlias = "Literal | Applied | Fork | Loop | Call"


@dataclass(eq=False, slots=True)
class Function:
    """The graph of a program's body or of one definition."""

    params: tuple[Given, ...]
    block: Block
    results: tuple[Symbol, ...]


def resolved(symbol: Symbol) -> Symbol:
    """The symbol itself, or what it stands for where a loop leaves a place as it is."""
    while isinstance(symbol, Carried) and symbol.constant is not None:
        symbol = symbol.constant
    return symbol


class Flow:
    """Makes the graphs of one program: of its body, and of each definition that is called as a function.

    `constants` are symbols, or literals where their values are known.
    """

    def __init__(self, program: Program, effects: Mapping[str, Effect], constants: Sequence[Symbol | Push]) -> None:
        self.effects = effects
        self.definitions = {d.name: d for d in program.definitions}
        self.constants = constants
        self.written_out: set[str] = set()
        """Definitions that need constants, which only the program's own function has."""
        for definition in program.definitions:
            if any(isinstance(i, Constant) or (isinstance(i, Word) and i.name in self.written_out) for i in walk(definition.body)):
                self.written_out.add(definition.name)
        self.functions: dict[str, Function] = {}
        """Definitions called so far, those that others need first."""
        self.words = 0
        self.depth = 0
        self.unknowns = 0

    def function(self, body: tuple[Instruction, ...], types: Sequence[Type]) -> Function:
        """The graph of a body that starts with values of these types."""
        block = Block()
        params = tuple(Given(kind, block) for kind in types)
        return Function(params, block, self.run(body, params, block))

    def run(self, body: tuple[Instruction, ...], stack: tuple[Any, ...], block: Block) -> tuple[Any, ...]:
        """The stack of symbols (and quotations on their way to a word) after a body; what it computes is added to `block`."""
        self.depth += 1
        if self.depth > MAX_CALLS:
            raise DslError(f"the program nests quotations and definitions more than {MAX_CALLS} deep, which no machine runs")
        for instruction in body:
            self.words += 1
            if self.words > MAX_WORDS:
                raise DslError(
                    f"the program executes more than {MAX_WORDS} words even without its loops: too long to be written as one function"
                )
            stack = self._one(instruction, stack, block)
        self.depth -= 1
        return stack

    def _one(self, instruction: Instruction, stack: tuple[Any, ...], block: Block) -> tuple[Any, ...]:
        if isinstance(instruction, Quotation):
            return (*stack, instruction)
        if isinstance(instruction, Push):
            return (*stack, self._literal(instruction, block))
        if isinstance(instruction, Constant):
            constant = self.constants[instruction.index]
            return (*stack, self._literal(constant, block) if isinstance(constant, Push) else constant)
        if instruction.name in self.definitions:
            return self._defined(self.definitions[instruction.name], stack, block)
        return self._apply(OPS[instruction.name], stack, block)

    def _literal(self, push: Push, block: Block) -> Literal:
        symbol = Literal(push.type, block, push.value)
        block.items.append(symbol)
        return symbol

    def _apply(self, op: Op, stack: tuple[Any, ...], block: Block) -> tuple[Any, ...]:
        rest, args = _split(stack, op.type.pops)
        if op.routing is not None:
            return (*rest, *(args[i] for i in op.routing))
        values, quotations = args[: op.num_args], args[op.num_args :]
        if op.name in ("if", "when"):
            return self._fork(values[0], quotations, rest, block)
        if op.name == "times":
            return self._loop(values[0], quotations[0], rest, block)
        if op.control is not None:
            # The other control words only move values about, so their own meaning runs on symbols as it does on values.
            return op.control(lambda quotation, below: self.run(quotation.body, below, block), (*rest, *values), *quotations)
        return (*rest, self._applied(op, values, quotations, rest, block))

    def _applied(self, op: Op, args: tuple[Symbol, ...], quotations: tuple[Quotation, ...], rest: tuple[Any, ...], block: Block) -> Applied:
        wanted, given = list(op.type.before.types[: op.num_args]), [self._renamed(arg.type) for arg in args]
        bodies = []
        for quotation, kind in zip(quotations, op.type.before.types[op.num_args :], strict=True):
            assert isinstance(kind, Effect)
            binding = unify_args(wanted, given) or {}
            inner = Block(block, repeated=True)
            params = tuple(Given(substitute(element, binding), inner) for element in kind.before.types)
            result = self.run(quotation.body, (*rest, *params), inner)[-1]
            bodies.append(Body(inner, params, result))
            wanted.append(kind.after.types[-1])
            given.append(self._renamed(result.type))
        binding = unify_args(wanted, given) or {}
        symbol = Applied(substitute(op.type.after.types[-1], binding), block, op, args, tuple(bodies))
        block.items.append(symbol)
        return symbol

    def _renamed(self, kind: Type) -> Type:
        """The type with unknown parts named apart from the variables of an op's effect."""
        if isinstance(kind, ListOf):
            return ListOf(self._renamed(kind.item))
        if isinstance(kind, Var):
            self.unknowns += 1
            return Var(f"unknown{self.unknowns}")
        return kind

    def _fork(self, condition: Symbol, quotations: tuple[Quotation, ...], rest: tuple[Any, ...], block: Block) -> tuple[Any, ...]:
        fork = Fork(block, condition, (Block(block), Block(block)))
        bodies = [quotation.body for quotation in quotations] + [()]
        left, right = (self.run(body, rest, branch) for body, branch in zip(bodies[:2], fork.blocks, strict=True))
        block.items.append(fork)
        return tuple(a if a is b else self._chosen(fork, a, b) for a, b in zip(left, right, strict=True))

    def _chosen(self, fork: Fork, left: Symbol, right: Symbol) -> Chosen:
        kind = substitute(left.type, unify_args([left.type], [self._renamed(right.type)]) or {})
        symbol = Chosen(kind, fork.home, fork, len(fork.outputs))
        fork.values.append((left, right))
        fork.outputs.append(symbol)
        return symbol

    def _loop(self, count: Symbol, quotation: Quotation, rest: tuple[Any, ...], block: Block) -> tuple[Any, ...]:
        loop = Loop(block, count, Block(block, repeated=True), list(rest))
        loop.carried = [Carried(start.type, loop.block, loop, i) for i, start in enumerate(rest)]
        loop.nexts = [resolved(symbol) for symbol in self.run(quotation.body, tuple(loop.carried), loop.block)]
        loop.outputs = [Looped(symbol.type, block, loop, i) for i, symbol in enumerate(loop.nexts)]
        block.items.append(loop)
        for carried, start, following in zip(loop.carried, rest, loop.nexts, strict=True):
            if following is carried:
                carried.constant = start
        return tuple(start if carried.constant else output for start, carried, output in zip(rest, loop.carried, loop.outputs, strict=True))

    def _defined(self, definition: Definition, stack: tuple[Any, ...], block: Block) -> tuple[Any, ...]:
        """A call of the definition's function; one that takes nothing, or needs constants, is written out instead."""
        effect = self.effects[definition.name]
        if not effect.pops or definition.name in self.written_out:
            return self.run(definition.body, stack, block)
        if definition.name not in self.functions:
            self.functions[definition.name] = self.function(definition.body, effect.before.types)
        function = self.functions[definition.name]
        rest, args = _split(stack, effect.pops)
        call = Call(block, definition.name, args)
        binding = unify_args(effect.before.types, [self._renamed(arg.type) for arg in args]) or {}
        call.outputs = [Returned(substitute(r.type, binding), block, call, i) for i, r in enumerate(function.results)]
        block.items.append(call)
        same = {id(param): arg for param, arg in zip(function.params, args, strict=True)}
        return (*rest, *(same.get(id(r), output) for r, output in zip(function.results, call.outputs, strict=True)))


def _split(stack: tuple[Any, ...], count: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What lies below the top `count` entries, and those entries."""
    return stack[: len(stack) - count], stack[len(stack) - count :]
