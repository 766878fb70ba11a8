"""Words as Python expressions: what is taken into one, what becomes a local, and what a quotation becomes."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from dsl.python.flow import Applied, Block, Body, Chosen, Fork, Function, Literal, Looped, Symbol, resolved
from dsl.python.names import ELEMENTS, FUNCTIONS, LOCALS, RESULTS, Scope, for_type
from dsl.python.place import NeedsLines, Place
from dsl.python.signatures import parameter, returning
from dsl.python.templates import SLOT, fill, is_atom, literal_text
from dsl.python.uses import Uses, template_of
from dsl.types import INT, Type
from dsl.values import Profile

WIDTH = 79
"""Widest line that an expression may grow to by taking in others."""
MARGIN = 10
"""What is kept free of that for the `total = ` or `return ` before an expression."""
BODY_WIDTH = 48
"""Widest body of a quotation that stays inside a comprehension or `lambda`."""

RETURN = "return"
"""In place of a local's name: the value is the function's result."""


class Expressions(ABC):
    """Texts of the values of one function. What a block of code computes is for the subclass to write."""

    def __init__(self, function: Function, profile: Profile, names: Mapping[Symbol, str]) -> None:
        self.profile = profile
        self.uses = Uses(function.results, function.block, profile)
        self.texts: dict[Symbol, str] = dict(names)
        """What a symbol is written as: a name, or an expression that its one user takes in."""
        self.targets: dict[Symbol, str] = {}
        """Locals that a symbol must be assigned to when it is computed."""
        self.rebound: set[str] = set()
        """Targets that are still read until the assignment: the variables of loops."""
        self.complex: set[Body | Fork] = set()
        """Bodies and conditionals known not to fit into an expression."""
        self.helpers: dict[str, None] = {}
        """Sources of the helper functions that the lines call, in order."""

    @abstractmethod
    def block(self, block: Block, place: Place) -> None:
        """Writes what a block computes, as far as it is needed."""

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
        """Remembers the helper function that a word's template calls; under some profiles it calls none."""
        source = symbol.op.python_helper.strip()
        called = re.match(r"def (\w+)", source)
        if called and called[1] in template_of(symbol.op, self.profile).text:
            self.helpers[source] = None

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

    def _body(self, symbol: Applied, body: Body, variables: Sequence[str], place: Place) -> str:
        """A quotation applied to variables, as an expression: its own, or the call of a local function."""
        if body not in self.complex:
            try:
                self.texts.update(zip(body.params, variables, strict=True))
                self.block(body.block, place.expression())
                text = self._text(body.result)
                if len(text) > BODY_WIDTH:
                    raise NeedsLines
                return text
            except NeedsLines:
                self.complex.add(body)
        name = self._local_function(symbol, body, variables, place)
        return f"{name}({', '.join(variables)})"

    def _local_function(self, symbol: Applied, body: Body, params: Sequence[str], place: Place) -> str:
        """Writes a quotation as a function inside the function; its name."""
        if place.lines is None:
            raise NeedsLines
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


def slot_of(text: str, number: int) -> str:
    """The slot of a quotation in a template, e.g. `q0:x,y`."""
    return next(slot for slot in SLOT.findall(text) if slot.startswith(f"q{number}:"))


def letters_of(slot: str) -> list[str]:
    """The letters of the variables in a quotation's slot."""
    return slot.partition(":")[2].split(",")
