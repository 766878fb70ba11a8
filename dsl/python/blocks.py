"""Lines of Python for a value graph: `if` and `else`, loops, and the statements that make locals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dsl.python.expressions import BODY_WIDTH, RETURN, WIDTH, Expressions, letters_of, slot_of
from dsl.python.flow import Applied, Block, Call, Chosen, Fork, Function, Item, Literal, Loop, Symbol, resolved
from dsl.python.names import Scope
from dsl.python.place import NeedsLines, Place
from dsl.python.templates import fill, is_atom, literal_lines, literal_text
from dsl.python.uses import template_of
from dsl.values import Profile

LITERAL_WIDTH = 60
"""Widest literal that is written where it is used."""


class Writer(Expressions):
    """Writes one function of a program. `functions` are the Python names of the definitions that it calls."""

    def __init__(
        self, function: Function, profile: Profile, functions: Mapping[str, str], names: Mapping[Symbol, str], scope: Scope
    ) -> None:
        super().__init__(function, profile, names)
        self.function = function
        self.functions = functions
        self.scope = scope
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

    def _statement(self, symbol: Applied, place: Place) -> None:
        """A word whose template has several lines: its result is the local `{r}`, its quotations run at the line that uses them."""
        if place.lines is None:
            raise NeedsLines
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
            except NeedsLines:
                self.complex.add(fork)
            else:
                self._settle(needed[0], text, place)
                return
        if place.lines is None:
            raise NeedsLines
        if len(needed) > 1:
            for output in needed:
                if self.targets.get(output) in (RETURN, *self.rebound):
                    del self.targets[output]
        names = {output: self._name(output, place) for output in needed}
        branches = [self._branch(fork, side, names, place) for side in (0, 1)]
        values: dict[str, str] = {}
        self._take_in([fork.condition], "if {0}:", values, place)
        self._write_if(values["0"], branches, place)
        self.texts |= names

    def _conditional(self, fork: Fork, output: Chosen, inside: Place) -> str:
        for block in fork.blocks:
            self.block(block, inside)
        left, right = map(self._text, fork.values[output.position])
        text = fill("{0} if {1} else {2}", {"0": left, "1": self._text(fork.condition), "2": right})
        if len(text) > BODY_WIDTH or " if " in left + right:
            raise NeedsLines
        return text

    def _branch(self, fork: Fork, side: int, names: Mapping[Chosen, str], place: Place) -> list[str]:
        """The lines of one branch, which end with the assignments."""
        inside = place.inner()
        values = {output: resolved(fork.values[output.position][side]) for output in names}
        for output, value in values.items():
            self._aim(value, names[output], fork.blocks[side])
            if side == 1 and isinstance(value, Chosen) and value in self.targets and not self._needs_locals(fork.blocks[side]):
                self.complex.add(value.fork)  # so that it becomes an `elif`
        self.block(fork.blocks[side], inside)
        for output, value in values.items():
            text = self._text(value)
            if text != names[output]:
                inside.write(f"return {text}" if names[output] == RETURN else f"{names[output]} = {text}")
        return inside.written

    def _needs_locals(self, block: Block) -> bool:
        """Whether a block computes something that is used twice."""
        return any(isinstance(item, Applied) and self.uses.needs_name(item) for item in block.items)

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
            raise NeedsLines
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
        while len(names) > 1 and len(", ".join([*names.values(), *map(self._text, nexts.values())])) + inside.indent > WIDTH:
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


def _is_one_if(lines: Iterable[str], indent: int) -> bool:
    """Whether some lines are a single `if` statement."""
    first, *others = lines
    return first[indent:].startswith("if ") and all(line[indent:].startswith((" ", "elif ", "else:")) for line in others)
