"""Random line programs over DeepCoder's 38 fused words: every line applies one word to inputs and earlier lines.

Balog et al., DeepCoder (ICLR 2017): the language and its limits. Here division is floor division, and what has no meaning (the head
of an empty list) is undefined instead of 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TypeAlias

from dsl.ops import OPS
from dsl.ops.table import Op
from dsl.types import INT, LIST_INT, Type
from dsl.values import PROFILES, Stuck, Value, check
from search.exact.grammar import instances
from search.prior.language import FUNCTIONS
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
    found: dict[str, tuple[tuple[Type, ...], Type]] = {}
    for name, op in OPS.items():
        if op.kind != "value" or op.suites.get("deepcoder", "").split(" ")[0] not in FUNCTIONS:
            continue
        for args, result in instances(op):
            if {*args, result} <= {INT, LIST_INT} and LIST_INT in args:
                found[name] = (args, result)
    return found


def draw(num_lines: int, random: Random, *, ahead: bool = False) -> LineProgram:
    """A random program in which every input and every line is used: drawn uniformly line by line, thrown away where something is unused.

    Of long programs nearly all are thrown away. With `ahead`, each line is drawn with regard to whether everything can still be used: the
    same distribution, other programs for a seed, and much sooner.
    """
    if ahead:
        return _drawn_ahead(num_lines, random)
    while True:
        inputs = random.choice(SIGNATURES)
        kinds, lines = list(inputs), []
        while len(lines) < num_lines:
            line, result = _line(kinds, random)
            lines.append(line)
            kinds.append(result)
        if {i for line in lines for i in line.args} == set(range(len(kinds) - 1)):
            return LineProgram(inputs, tuple(lines))


def _line(kinds: Sequence[Type], random: Random) -> tuple[Line, Type]:
    """A line over values of these types, and its type: a word that has arguments there, uniformly, then each argument."""
    while True:
        name = random.choice(tuple(words()))
        args, result = words()[name]
        choices = [[i for i, kind in enumerate(kinds) if kind == wanted] for wanted in args]
        if all(choices):
            return Line(OPS[name], tuple(map(random.choice, choices))), result


def _drawn_ahead(num_lines: int, random: Random) -> LineProgram:
    """As `draw`, with nothing thrown away but single lines."""
    starts = [_state(inputs, set()) for inputs in SIGNATURES]
    inputs = random.choices(SIGNATURES, [chance(start, num_lines) for start in starts])[0]
    kinds, lines, used = list(inputs), [], set[int]()
    while len(lines) < num_lines:
        left = num_lines - len(lines) - 1
        highest = max(chance(state, left) for _, state in _steps(_state(kinds, used)))
        line, result = _line(kinds, random)
        if random.random() * highest < chance(_state([*kinds, result], used | set(line.args)), left):
            lines.append(line)
            kinds.append(result)
            used |= set(line.args)
    return LineProgram(inputs, tuple(lines))


State: TypeAlias = tuple[int, int, int, int]
"""Ints and lists that are there, and how many of each nothing has used."""


def _state(kinds: Sequence[Type], used: set[int]) -> State:
    unused = [kind for i, kind in enumerate(kinds) if i not in used]
    return kinds.count(INT), kinds.count(LIST_INT), unused.count(INT), unused.count(LIST_INT)


@cache
def chance(state: State, left: int) -> float:
    """The probability that after `left` more lines, drawn uniformly, everything but the last one is used."""
    if left == 0:
        return float(state[2] + state[3] == 1)
    return sum(share * chance(after, left - 1) for share, after in _steps(state))


@cache
def _steps(state: State) -> tuple[tuple[float, State], ...]:
    """What one line, drawn uniformly, makes of a state: probabilities and states."""
    ints, lists, new_ints, new_lists = state
    fitting = [(args, result) for args, result in words().values() if INT not in args or ints]
    found: defaultdict[State, float] = defaultdict(float)
    for args, result in fitting:
        for int_share, some_ints in _newly_used(ints, new_ints, args.count(INT)):
            for list_share, some_lists in _newly_used(lists, new_lists, args.count(LIST_INT)):
                is_int = int(result == INT)
                after = (ints + is_int, lists + 1 - is_int, new_ints - some_ints + is_int, new_lists - some_lists + 1 - is_int)
                found[after] += int_share * list_share / len(fitting)
    return tuple((share, after) for after, share in found.items() if share > 0)


def _newly_used(total: int, new: int, args: int) -> list[tuple[float, int]]:
    """Probabilities of how many unused ones of `total` values `args` (0, 1 or 2) arguments pick."""
    if args == 0:
        return [(1.0, 0)]
    part = new / total
    if args == 1:
        return [(1 - part, 0), (part, 1)]
    two = new * (new - 1) / total**2
    none = (1 - part) ** 2
    return [(none, 0), (1 - none - two, 1), (two, 2)]
