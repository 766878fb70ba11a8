"""A program as a readable, typed Python function that computes the same.

    >>> print(render(parse("3 take sum"), [LIST_INT]))
    def program(numbers: list[int]) -> int:
        return sum(numbers[:3])

Locals have names, `if` is `if`, `times` and `fold` are loops, `map` and its kin are comprehensions, definitions are functions.
The function gives the program's answer (the top of the final stack) wherever the machine gives one. The limits of a
profile (range, sizes, fuel) are not rendered: where the machine is stuck, the function may raise, or give a value. Words whose
result nobody uses are left out. The text is for people; nothing here executes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from dsl.effects import fold_of
from dsl.errors import ConfigError, StackError
from dsl.ops import OPS
from dsl.ops.table import STRUCTURAL
from dsl.program import Constant, Instruction, Program, Word, literal, walk
from dsl.python.blocks import Writer
from dsl.python.flow import Block, Flow, Function, Given, Symbol
from dsl.python.names import ARGUMENTS, Scope, for_type, identifier
from dsl.python.signatures import parameter, returning, signature
from dsl.python.templates import spaced
from dsl.python.uses import template_of
from dsl.types import Type, type_of
from dsl.values import DEFAULT, Profile, Value


def render(
    program: Program,
    inputs: Sequence[Type] | None = None,
    *,
    name: str = "program",
    argument_names: Sequence[str] | None = None,
    constants: Sequence[Value] = (),
    profile: Profile = DEFAULT,
) -> str:
    """Python source of the program as one function of its inputs, after the functions that it calls.

    Without `inputs` their number and types are inferred. Constants with a value become literals, the others keyword
    arguments `c0` to `c3`. A name that Python or a template needs for itself gets an underscore or a number. Raises `StackError` or
    `TypeMismatch` for a program that does not fit, `ConfigError` for too many argument names, `DslError` for a program too long or too
    deeply nested for one function.
    """
    fold = fold_of(program, inputs, tuple(map(type_of, constants)))
    if not fold.stack.types:
        raise StackError("the program leaves nothing on the stack, so a function would have nothing to return")
    root = Block()
    unknown = {i: Given(fold.constants[i], root) for i in range(len(constants), len(fold.constants))}
    flow = Flow(program, fold.effects, [*map(literal, constants), *unknown.values()])
    main = flow.function(program.body, fold.effect.before.types)
    if argument_names and len(argument_names) > len(main.params):
        raise ConfigError(f"{len(argument_names)} argument names for a program of {len(main.params)} inputs")
    keywords: dict[Symbol, str] = {unknown[i]: f"c{i}" for i in _constants(program) if i in unknown}
    source = _Source(flow, profile, {identifier(name), *keywords.values(), *_names_in_templates(program, profile)})
    source.add(identifier(name), replace(main, results=main.results[-1:]), argument_names, keywords)
    return source.text()


def _instructions(program: Program) -> list[Instruction]:
    return [i for body in (program.body, *(d.body for d in program.definitions)) for i in walk(body)]


def _constants(program: Program) -> list[int]:
    """The constants that occur in a program, in order."""
    return sorted({i.index for i in _instructions(program) if isinstance(i, Constant)})


def _names_in_templates(program: Program, profile: Profile) -> set[str]:
    """Names that the templates of a program's words bind for themselves."""
    ops = [OPS[i.name] for i in _instructions(program) if isinstance(i, Word) and i.name in OPS]
    return {name for op in ops if op.python is not STRUCTURAL for name in template_of(op, profile).bound}


class _Source:
    """The functions of one program, put together."""

    def __init__(self, flow: Flow, profile: Profile, reserved: set[str]) -> None:
        self.flow = flow
        self.profile = profile
        self.scope = Scope(used=reserved)
        self.names = {word: self.scope.take((identifier(word),)) for word in flow.functions}
        """Python names of the definitions."""
        self.helpers: dict[str, None] = {}
        self.functions: dict[str, str] = {}

    def add(
        self,
        name: str,
        function: Function,
        argument_names: Sequence[str] | None = None,
        constants: Mapping[Symbol, str] = MappingProxyType({}),
    ) -> None:
        """Writes a function, and then the definitions that it calls and that are not written yet."""
        scope = self.scope.inner()
        wanted = [(identifier(n),) for n in argument_names or ()]
        wanted += [for_type(ARGUMENTS, param.type) for param in function.params[len(wanted) :]]
        texts = {param: scope.take(names) for param, names in zip(function.params, wanted, strict=True)}
        writer = Writer(function, self.profile, self.names, {**texts, **constants}, scope)
        lines = writer.lines()
        params = [parameter(text, param.type) for param, text in texts.items()]
        keywords = [parameter(text, constant.type) for constant, text in constants.items()]
        result = returning(*(symbol.type for symbol in function.results))
        head = signature(name, [*params, *(["*"] if keywords else []), *keywords], result)
        self.functions[name] = "\n".join([head, *_parted(lines)])
        self.helpers |= writer.helpers
        for word in writer.called:
            if self.names[word] not in self.functions:
                self.add(self.names[word], self.flow.functions[word])

    def text(self) -> str:
        """Helpers first, then definitions before what calls them."""
        defined = [self.functions[name] for name in self.names.values() if name in self.functions]
        main = [source for name, source in self.functions.items() if name not in self.names.values()]
        return spaced("\n\n\n".join([*self.helpers, *defined, *main]) + "\n")


def _parted(lines: Sequence[str]) -> list[str]:
    """The lines with a blank one before and after each function inside the function, where ruff has one."""
    parted: list[str] = []
    open_defs: list[int] = []
    for line in lines:
        indent = len(line) - len(line.lstrip())
        ended = [depth for depth in open_defs if depth >= indent]
        open_defs = [depth for depth in open_defs if depth < indent]
        starts = line.lstrip().startswith("def ")
        follows = bool(parted) and not parted[-1].endswith(":")
        if (ended and not line.lstrip().startswith(("else:", "elif "))) or (starts and follows):
            parted.append("")
        if starts:
            open_defs.append(indent)
        parted.append(line)
    return parted
