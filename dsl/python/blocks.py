"""Lines of Python for a value graph: which values become locals, which stay inside an expression, and the statements around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from dsl.errors import DslError
from dsl.python.flow import Applied, Block, Body, Call, Chosen, Fork, Function, Given, Item, Literal, Loop, Looped, Symbol, resolved
from dsl.python.names import ELEMENTS, FUNCTIONS, LOCALS, RESULTS, Scope, for_type
from dsl.python.templates import SLOT, fill, is_atom, literal_lines, literal_text
from dsl.python.uses import Uses, template_of
from dsl.types import BOOL, INT, STR, ListOf, Type
from dsl.values import Profile

WIDTH = 79
"""Widest line that an expression may grow to by taking in others."""
MARGIN = 10
"""What is kept free of that for the `total = ` or `return ` before an expression."""
BODY_WIDTH = 48
"""Widest body of a quotation that stays inside a comprehension or `lambda`."""
LITERAL_WIDTH = 60
"""Widest literal that is written where it is used."""
MAX_LOOPS = 20
"""Deepest nesting of loops that Python compiles."""

RETURN = "return"
"""In place of a local's name: the value is the function's result."""


class _NeedsLines(Exception):
    """An expression that cannot be written without a statement before it; the caller writes a local function or a conditional instead."""


@dataclass(slots=True)
class Place:
    """Where text is being written: lines, how far they are indented and what names are visible. Without lines: inside an expression."""

    lines: list[str] | None
    indent: int
    scope: Scope
    loops: int = 0

    def write(self, line: str) -> None:
        """Adds a line. Inside an expression there is none: raises `_NeedsLines`."""
        if self.lines is None:
            raise _NeedsLines
        self.lines.append(" " * self.indent + line)

    def write_all(self, lines: Iterable[str]) -> None:
        """Adds several lines."""
        for line in lines:
            self.write(line)

    def inner(self, *, loop: bool = False) -> Place:
        """The place of a block one level deeper, with lines of its own."""
        if self.loops + loop > MAX_LOOPS:
            raise DslError(f"the program nests more than {MAX_LOOPS} loops; Python does not compile that in one function")
        return Place([], self.indent + 4, self.scope.inner(), self.loops + loop)

    def expression(self) -> Place:
        """The inside of an expression at this place."""
        return Place(None, self.indent, self.scope.inner(), self.loops)

    @property
    def written(self) -> list[str]:
        """The lines so far."""
        assert self.lines is not None
        return self.lines


class Writer:
    """Writes one function of a program. `functions` are the Python names of the definitions that it calls."""

    def __init__(
        self, function: Function, profile: Profile, functions: Mapping[str, str], names: Mapping[Given, str], scope: Scope
    ) -> None:
        self.function = function
        self.profile = profile
        self.functions = functions
        self.uses = Uses(function.results, function.block, profile)
        self.texts: dict[Symbol, str] = dict(names)
        """What a symbol is written as: a name, or an expression that its one user takes in."""
        self.targets: dict[Symbol, str] = {}
        """Locals that a symbol must be assigned to when it is computed."""
        self.rebound: set[str] = set()
        """Targets that are still read until the assignment: the variables of loops."""
        self.complex: set[Body | Fork] = set()
        """Bodies and conditionals known not to fit into an expression."""
        self.scope = scope
        self.helpers: dict[str, None] = {}
        """Sources of the helper functions that the lines call, in order."""
        self.called: dict[str, None] = {}
        """Definitions that the lines call."""

    def lines(self) -> list[str]:
        """The body of the function, indented."""
        place = Place([], 4, self.scope)
        results = [resolved(result) for result in self.function.results]
        if len(results) == 1:
            self._aim(results[0], RETURN, self.function.block)
        self.block(self.function.block, place)
        if self._text(results[0]) != RETURN:
            place.write(f"return {', '.join(map(self._text, results))}")
        return place.written

    def block(self, block: Block, place: Place) -> None:
        """Writes what a block computes, as far as it is needed."""
        for item in block.items:
            self._item(item, place)

    def _item(self, item: Item, place: Place) -> None:
        if isinstance(item, Literal):
            if item in self.uses and len(literal_text(item.value)) > LITERAL_WIDTH:
                self.texts[item] = self._name(item, place)
                place.write_all(literal_lines(f"{self.texts[item]} = ", item.value))
        elif isinstance(item, Applied) and item in self.uses:
            if template_of(item.op, self.profile).is_statement:
                self._statement(item, place)
            else:
                self._settle(item, self._applied(item, place), place)
        elif isinstance(item, Fork):
            self._fork(item, place)
        elif isinstance(item, Loop):
            self._loop(item, place)
        elif isinstance(item, Call):
            self._call(item, place)

    # ---- values

    def _text(self, symbol: Symbol) -> str:
        symbol = resolved(symbol)
        if isinstance(symbol, Literal) and symbol not in self.texts:
            return literal_text(symbol.value)
        return self.texts[symbol]

    def _settle(self, symbol: Symbol, text: str, place: Place) -> None:
        """Gives a computed symbol a local of its own where it needs one, and leaves it to its user otherwise."""
        if symbol in self.targets or (self.uses.needs_name(symbol) and not is_atom(text)):
            self._assign(symbol, text, place)
        else:
            self.texts[symbol] = text

    def _assign(self, symbol: Symbol, text: str, place: Place) -> None:
        """Writes the line that makes a symbol a local."""
        name = self._name(symbol, place)
        place.write(f"return {text}" if name == RETURN else f"{name} = {text}")
        self.texts[symbol] = name

    def _name(self, symbol: Symbol, place: Place) -> str:
        """The name of the local for a symbol: where it must go, or a new one."""
        if symbol in self.targets:
            return self.targets.pop(symbol)
        hint = RESULTS.get(symbol.op.name) if isinstance(symbol, Applied) else None
        return place.scope.take(((hint,) if hint else ()) + for_type(LOCALS, symbol.type))

    def _aim(self, symbol: Symbol, name: str, block: Block) -> None:
        """Has a symbol that nothing else uses computed straight into `name`, where it takes statements anyway."""
        symbol = resolved(symbol)
        if self.uses.needs_name(symbol) or symbol.home is not block:
            return
        statement = isinstance(symbol, Looped) or (isinstance(symbol, Applied) and template_of(symbol.op, self.profile).is_statement)
        if isinstance(symbol, Chosen) or (statement and name != RETURN and name not in self.rebound):
            self.targets[symbol] = name

    def _applied(self, symbol: Applied, place: Place) -> str:
        """The expression of a word with its arguments taken in."""
        written = template_of(symbol.op, self.profile)
        self._note(symbol)
        with self._variables(symbol, place.scope) as values:
            text = written.text
            for number, body in enumerate(symbol.bodies):
                slot = slot_of(text, number)
                variables = [values[x] for x in letters_of(slot)]
                values[slot] = self._body(symbol, body, variables, place)
                called, _, given = values[slot].partition("(")
                if called.isidentifier() and given == f"{', '.join(variables)})" and f": {{{slot}}}" in text:
                    # A function needs no lambda around it.
                    text = re.sub(rf"lambda [^:]*: {{{slot}}}", f"{{{slot}}}", text)
                    values[slot] = called
            self._take_in(symbol.args, text, values, place, comprehension=written.is_comprehension)
            text = fill(text, values)
        if place.lines is not None and place.indent + MARGIN + len(text) > WIDTH and not self.complex.issuperset(symbol.bodies):
            self.complex.update(symbol.bodies)
            return self._applied(symbol, place)
        return text

    def _note(self, symbol: Applied) -> None:
        """Remembers the helper function that a word's template calls."""
        if symbol.op.python_helper:
            self.helpers[symbol.op.python_helper.strip()] = None

    @contextmanager
    def _variables(self, symbol: Applied, scope: Scope) -> Iterator[dict[str, str]]:
        """Names for the variables of a template, by the type of the element (an index is `i`); free again afterwards."""
        written = template_of(symbol.op, self.profile)
        kinds: dict[str, Type] = {}
        for number, body in enumerate(symbol.bodies):
            kinds |= zip(letters_of(slot_of(written.text, number)), (param.type for param in body.params), strict=True)
        names = {}
        for letter in written.letters:
            if letter != "r":
                names[letter] = scope.take(("i", "j", "k") if letter == "i" else for_type(ELEMENTS, kinds.get(letter, INT)))
        try:
            yield dict(names)
        finally:
            scope.used.difference_update(names.values())

    def _take_in(self, args: Sequence[Symbol], line: str, values: dict[str, str], place: Place, *, comprehension: bool = False) -> None:
        """Adds the texts of arguments to `values`; the longest become locals while the line is too long, and so do comprehensions inside another."""
        inlined = {str(n): resolved(arg) for n, arg in enumerate(args) if f"{{{n}}}" in line}
        values.update((slot, self._text(arg)) for slot, arg in inlined.items())
        while place.lines is not None:
            movable = [slot for slot in inlined if not is_atom(values[slot])]
            nested = [slot for slot in movable if comprehension and " for " in values[slot]]
            length = len(SLOT.sub(lambda match: values.get(match[1], ""), line))
            if not nested and (not movable or place.indent + MARGIN + length <= WIDTH):
                return
            slot = max(nested or movable, key=lambda slot: len(values[slot]))
            self._assign(inlined[slot], values[slot], place)
            values[slot] = self.texts[inlined[slot]]

    # ---- quotations

    def _body(self, symbol: Applied, body: Body, variables: Sequence[str], place: Place) -> str:
        """A quotation applied to variables, as an expression: its own, or the call of a local function."""
        if body not in self.complex:
            try:
                self.texts.update(zip(body.params, variables, strict=True))
                self.block(body.block, place.expression())
                text = self._text(body.result)
                if len(text) > BODY_WIDTH:
                    raise _NeedsLines
                return text
            except _NeedsLines:
                self.complex.add(body)
        name = self._local_function(symbol, body, variables, place)
        return f"{name}({', '.join(variables)})"

    def _local_function(self, symbol: Applied, body: Body, params: Sequence[str], place: Place) -> str:
        """Writes a quotation as a function inside the function; its name."""
        if place.lines is None:
            raise _NeedsLines
        name = place.scope.take((FUNCTIONS.get(symbol.op.name, "step"),))
        inside = Place([], place.indent + 4, place.scope.inner())
        self.texts.update(zip(body.params, params, strict=True))
        self._aim(body.result, RETURN, body.block)
        self.block(body.block, inside)
        if self._text(body.result) != RETURN:
            inside.write(f"return {self._text(body.result)}")
        annotated = [parameter(n, param.type) for n, param in zip(params, body.params, strict=True)]
        place.write(f"def {name}({', '.join(annotated)}){returning(body.result.type)}:")
        place.written.extend(inside.written)
        return name

    # ---- statements

    def _statement(self, symbol: Applied, place: Place) -> None:
        """A word whose template has several lines: its result is the local `{r}`, its quotations run at the line that uses them."""
        if place.lines is None:
            raise _NeedsLines
        self._note(symbol)
        name = self._name(symbol, place)
        with self._variables(symbol, place.scope) as values:
            values["r"] = name
            for line in template_of(symbol.op, self.profile).text.split("\n"):
                inside = place
                for _ in range((len(line) - len(line.lstrip())) // 4):
                    inside = inside.inner(loop=True)
                self._statement_line(symbol, line.lstrip(), values, inside)
                if inside is not place:
                    place.written.extend(inside.written or [f"{' ' * inside.indent}pass"])
        self.texts[symbol] = name

    def _statement_line(self, symbol: Applied, line: str, values: dict[str, str], place: Place) -> None:
        for number, body in enumerate(symbol.bodies):
            if f"{{q{number}:" not in line:
                continue
            slot = slot_of(line, number)
            variables = [values[x] for x in letters_of(slot)]
            if line.startswith("while"):
                # What is written before the line would run once only.
                values[slot] = self._body(symbol, body, variables, place)
                continue
            self.texts.update(zip(body.params, variables, strict=True))
            if line == f"{{r}} = {{{slot}}}":
                self.rebound.add(values["r"])
                self._aim(body.result, values["r"], body.block)
            self.block(body.block, place)
            values[slot] = self._text(body.result)
        self._take_in(symbol.args, line, values, place)
        left, _, right = fill(line, values).partition(" = ")
        if left != right:
            place.write(fill(line, values))

    def _fork(self, fork: Fork, place: Place) -> None:
        """`a if c else b` where that is short and one value is needed; otherwise `if` and `else`."""
        needed = [output for output in fork.outputs if output in self.uses]
        if not needed:
            return
        if len(needed) == 1 and fork not in self.complex:
            try:
                text = self._conditional(fork, needed[0], place.expression())
            except _NeedsLines:
                self.complex.add(fork)
            else:
                self._settle(needed[0], text, place)
                return
        if place.lines is None:
            raise _NeedsLines
        if len(needed) > 1:
            for output in needed:
                if self.targets.get(output) in (RETURN, *self.rebound):
                    del self.targets[output]
        names = {output: self._name(output, place) for output in needed}
        branches = [self._branch(fork, side, names, place) for side in (0, 1)]
        values: dict[str, str] = {}
        self._take_in([fork.condition], "if {0}:", values, place)
        self._write_if(values["0"], branches, place)
        self.texts.update(names)

    def _conditional(self, fork: Fork, output: Chosen, inside: Place) -> str:
        for block in fork.blocks:
            self.block(block, inside)
        left, right = map(self._text, fork.values[output.position])
        text = fill("{0} if {1} else {2}", {"0": left, "1": self._text(fork.condition), "2": right})
        if len(text) > BODY_WIDTH or " if " in left + right:
            raise _NeedsLines
        return text

    def _branch(self, fork: Fork, side: int, names: Mapping[Chosen, str], place: Place) -> list[str]:
        """The lines of one branch, which end with the assignments."""
        inside = place.inner()
        values = {output: resolved(fork.values[output.position][side]) for output in names}
        for output, value in values.items():
            self._aim(value, names[output], fork.blocks[side])
        self.block(fork.blocks[side], inside)
        for output, value in values.items():
            text = self._text(value)
            if text != names[output]:
                inside.write(f"return {text}" if names[output] == RETURN else f"{names[output]} = {text}")
        return inside.written

    def _write_if(self, condition: str, branches: Sequence[list[str]], place: Place) -> None:
        then, otherwise = branches
        if not then:
            condition, then, otherwise = fill("not {0}", {"0": condition}), otherwise, []
        if not then:
            return
        place.write(f"if {condition}:")
        place.written.extend(then)
        if otherwise and _is_one_if(otherwise, place.indent + 4):
            first, *others = (line[4:] for line in otherwise)
            place.write(f"el{first.lstrip()}")
            place.written.extend(others)
        elif otherwise:
            place.write("else:")
            place.written.extend(otherwise)

    def _loop(self, loop: Loop, place: Place) -> None:
        """`for _ in range(n)`, with one variable for each place of the stack that it changes and somebody needs."""
        changed = [i for i, carried in enumerate(loop.carried) if carried in self.uses]
        if not changed:
            return
        if place.lines is None:
            raise _NeedsLines
        names = {}
        for i in changed:
            names[i] = self._name(loop.outputs[i], place)
            self.texts[loop.carried[i]] = self.texts[loop.outputs[i]] = names[i]
        for i in changed:
            place.write(f"{names[i]} = {self._text(loop.starts[i])}")
        values: dict[str, str] = {}
        self._take_in([loop.count], "for _ in range({0}):", values, place)
        place.write(fill("for _ in range({0}):", values))
        place.written.extend(self._round(loop, names, place.inner(loop=True)))

    def _round(self, loop: Loop, names: Mapping[int, str], inside: Place) -> list[str]:
        """The lines of one round of a loop, which end with the assignment of its variables."""
        if len(names) == 1:
            ((position, name),) = names.items()
            self.rebound.add(name)
            self._aim(loop.nexts[position], name, loop.block)
        self.block(loop.block, inside)
        nexts = {names[i]: resolved(loop.nexts[i]) for i in names}
        # All variables change at once: each next value is computed from the old ones.
        while len(", ".join([*names.values(), *map(self._text, nexts.values())])) + inside.indent > WIDTH:
            longest = max(nexts.values(), key=lambda symbol: len(self._text(symbol)))
            if is_atom(self._text(longest)):
                break
            self._assign(longest, self._text(longest), inside)
        left, right = ", ".join(nexts), ", ".join(map(self._text, nexts.values()))
        if left != right:
            inside.write(f"{left} = {right}")
        return inside.written

    def _call(self, call: Call, place: Place) -> None:
        """A call of a definition's function, which returns a tuple where it leaves several values."""
        needed = [output for output in call.outputs if output in self.uses]
        if not needed:
            return
        slots = ", ".join(f"{{{i}}}" for i in range(len(call.args)))
        line, values = f"{self.functions[call.name]}({slots})", dict[str, str]()
        self.called[call.name] = None
        self._take_in(call.args, line, values, place)
        text = fill(line, values)
        if len(call.outputs) == 1:
            self._settle(needed[0], text, place)
            return
        names = [self._name(output, place) if output in self.uses else "_" for output in call.outputs]
        place.write(f"{', '.join(names)} = {text}")
        self.texts.update(zip(call.outputs, names, strict=True))


def slot_of(text: str, number: int) -> str:
    """The slot of a quotation in a template, e.g. `q0:x,y`."""
    return next(slot for slot in SLOT.findall(text) if slot.startswith(f"q{number}:"))


def letters_of(slot: str) -> list[str]:
    """The letters of the variables in a quotation's slot."""
    return slot.partition(":")[2].split(",")


def _is_one_if(lines: Iterable[str], indent: int) -> bool:
    """Whether some lines are a single `if` statement."""
    first, *others = lines
    return first[indent:].startswith("if ") and all(line[indent:].startswith((" ", "elif ", "else:")) for line in others)


def parameter(name: str, kind: Type) -> str:
    """A parameter with its annotation, where its type is known."""
    return f"{name}: {annotation(kind)}" if annotation(kind) else name


def returning(*kinds: Type) -> str:
    """The annotation of a result, or of a tuple of several, where all their types are known."""
    names = [annotation(kind) for kind in kinds]
    if not all(names):
        return ""
    return f" -> {names[0]}" if len(names) == 1 else f" -> tuple[{', '.join(names)}]"


def annotation(kind: Type) -> str:
    """A type as Python writes it; empty for one that is not known."""
    if isinstance(kind, ListOf):
        item = annotation(kind.item)
        return f"list[{item}]" if item else "list"
    return {INT: "int", BOOL: "bool", STR: "str"}.get(kind, "")
