"""Random line programs over DeepCoder's 38 fused words: every line applies one word to inputs and earlier lines.

Balog et al., DeepCoder (ICLR 2017): the language and its limits. Here division is floor division, and what has no meaning (the head
of an empty list) is undefined instead of 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.types import INT, LIST_INT, Type
from dsl.values import PROFILES, Stuck, Value, check
from search.exact.grammar import instances
from search.term import Apply, Input, Term

LISTS = PROFILES["lists"]
"""DeepCoder's limits with floor division, undefined accesses stuck, and no negative indices."""
SIGNATURES: tuple[tuple[Type, ...], ...] = ((LIST_INT,), (LIST_INT, LIST_INT), (LIST_INT, INT))


@dataclass(frozen=True, slots=True)
class Line:
    """One word with the numbers of its arguments: inputs first, then lines."""

    op: Op
    args: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LineProgram:
    """Lines over some inputs; the last line is the output."""

    inputs: tuple[Type, ...]
    lines: tuple[Line, ...]

    def term(self, number: int | None = None) -> Term:
        """A value as a term; by default the output. Lines used twice are equal subterms."""
        number = len(self.inputs) + len(self.lines) - 1 if number is None else number
        if number < len(self.inputs):
            return Input(number)
        line = self.lines[number - len(self.inputs)]
        return Apply(line.op.name, tuple(map(self.term, line.args)))

    def answer(self, inputs: Sequence[Value]) -> Value | Stuck:
        """The output, or why a line has no value."""
        values = list(inputs)
        for line in self.lines:
            assert line.op.reference is not None
            value = line.op.reference(LISTS, *(values[i] for i in line.args))
            value = value if isinstance(value, Stuck) else check(value, LISTS)
            if isinstance(value, Stuck):
                return value
            values.append(value)
        return values[-1]


@cache
def words() -> dict[str, tuple[tuple[Type, ...], Type]]:
    """The 38 words with their types on ints and lists of ints, in table order: DeepCoder's functions with their lambdas fused in, not the lambdas."""
    functions = {
        "HEAD",
        "LAST",
        "ACCESS",
        "SUM",
        "MINIMUM",
        "MAXIMUM",
        "TAKE",
        "DROP",
        "REVERSE",
        "SORT",
        "MAP",
        "FILTER",
        "COUNT",
        "ZIPWITH",
        "SCANL1",
    }
    found: dict[str, tuple[tuple[Type, ...], Type]] = {}
    for name, op in OPS.items():
        if op.kind != "value" or op.suites.get("deepcoder", "").split(" ")[0] not in functions:
            continue
        for args, result in instances(op):
            if {*args, result} <= {INT, LIST_INT} and LIST_INT in args:
                found[name] = (args, result)
    return found


def draw(num_lines: int, random: Random) -> LineProgram:
    """A random program in which every input and every line is used: drawn uniformly line by line, thrown away where something is unused."""
    while True:
        inputs = random.choice(SIGNATURES)
        kinds, lines = list(inputs), []
        while len(lines) < num_lines:
            name = random.choice(tuple(words()))
            args, result = words()[name]
            choices = [[i for i, kind in enumerate(kinds) if kind == wanted] for wanted in args]
            if all(choices):
                lines.append(Line(OPS[name], tuple(map(random.choice, choices))))
                kinds.append(result)
        if {i for line in lines for i in line.args} == set(range(len(kinds) - 1)):
            return LineProgram(inputs, tuple(lines))
