"""Programs, re-grounded hard after every op; in which words that run quotations on parts of the stack (`call dip keep bi bi* bi@`) are programs themselves.

What these words do is to put a value aside and back, which is routing and known exactly; between, their quotations run word by word, each word one call of the network. So a field need not know in one call
what several ops do after one another.

    dip [f]       aside, f, back                  bi [f] [g]    a copy aside, f, back, g
    keep [f]      a copy aside, f, back           bi* [f] [g]   aside, f, back, g
    call [f]      f                               bi@ [f]       aside, f, aside, back below, f, aside, back below, back

Shapes: B states, L cells, W words of a quotation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from dsl.effects import infer
from dsl.errors import DslError
from dsl.ops import OPS
from dsl.program import Constant, Instruction, Push, Quotation, Word
from dsl.types import type_of
from embed.cells import Cell, CellError, decode
from embed.moves import MAX_BODY, body_tokens
from embed.vocab import BRACKETS, CONSTANTS, Kind, Vocabulary
from executor.condition import Condition
from executor.field import Field
from executor.integrate import Executed, execute

RUN = frozenset(("call", "dip", "keep", "bi", "bi*", "bi@"))
"""The words that are run as their quotations."""
ROOM = 16
"""Cells that states may have more while a quotation runs: values that lie aside and those before they are used up."""


@dataclass(frozen=True, slots=True)
class Aside:
    """The top value is put aside, or a copy of it."""

    copy: bool = False


@dataclass(frozen=True, slots=True)
class Back:
    """What lies aside comes back on top: the last that was put there, or the one before it."""

    below: bool = False


@dataclass(frozen=True, slots=True)
class Put:
    """A literal comes on top."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Do:
    """One call of the network."""

    op: int
    pops: int
    bodies: tuple[tuple[int, ...], ...]


Action = Aside | Back | Put | Do


def pops_with(word: str, quotations: Sequence[Quotation]) -> int:
    """How many values a word takes when it runs with these quotations: what they take counts for those that run them on the stack as it is."""
    if word not in OPS or OPS[word].kind != "control":
        return OPS[word].num_args if word in OPS else 0
    try:
        return infer((*quotations, Word(word))).pops
    except DslError:
        return OPS[word].num_args


def instructions_of(tokens: Sequence[int], vocab: Vocabulary) -> tuple[Instruction, ...] | None:
    """The quotation that `embed.moves.body_tokens` wrote down; None where it is cut off, or has a number that the tokens do not tell."""
    beyond = {vocab.code(Kind.BEYOND_INT), vocab.code(Kind.BEYOND_CHAR)}
    opens, close, count = vocab.blocks[Kind.OPEN], vocab.code(Kind.CLOSE), len(vocab.body_words)
    bodies: list[list[Instruction]] = [[]]
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token >= count:
            end, depth = place, 0
            while end < len(tokens):
                depth += (tokens[end] - count in opens) - (tokens[end] - count == close)
                end += 1
                if depth == 0:
                    break
            codes = [each - count for each in tokens[place:end]]
            if depth or any(code in beyond or code < 0 for code in codes):
                return None
            value = _value(codes, vocab)
            if value is None:
                return None
            bodies[-1].append(value)
            place = end
            continue
        name = vocab.body_words[token]
        if name == BRACKETS[0]:
            bodies.append([])
        elif name == BRACKETS[1]:
            if len(bodies) == 1:
                return None
            inner = bodies.pop()
            bodies[-1].append(Quotation(tuple(inner)))
        else:
            bodies[-1].append(Constant(CONSTANTS.index(name)) if name in CONSTANTS else Word(name))
        place += 1
    return tuple(bodies[0]) if len(bodies) == 1 else None


def _value(codes: Sequence[int], vocab: Vocabulary) -> Push | None:
    nothing = [(vocab.code(Kind.NONE), 0)] * len(CONSTANTS)
    cells = [*nothing, (vocab.code(Kind.SEP), 0), *((code, 0) for code in codes), (vocab.code(Kind.END), 0)]
    try:
        items = decode(cells, vocab).items
    except CellError:
        return None
    return None if isinstance(items, str) or len(items) != 1 else Push(items[0], type_of(items[0]))


def actions_of(op: int, bodies: Sequence[Sequence[int]], vocab: Vocabulary) -> tuple[Action, ...] | None:
    """What a word of RUN with these quotations comes down to; None where the quotations are not known well enough to run them."""
    return _actions_of(op, tuple(tuple(int(token) for token in body if token >= 0) for body in bodies), vocab)


@lru_cache(maxsize=10_000)
def _actions_of(op: int, bodies: tuple[tuple[int, ...], ...], vocab: Vocabulary) -> tuple[Action, ...] | None:
    if any(len(body) >= MAX_BODY for body in bodies):
        return None  # what is longer was cut off there
    quotations = [instructions_of(body, vocab) for body in bodies if body]
    wanted = OPS[vocab.ops[op]].num_quotations
    known = [Quotation(body) for body in quotations if body is not None]
    return _word(vocab.ops[op], known, vocab) if len(known) == wanted == len(quotations) else None


def _word(name: str, quotations: Sequence[Quotation], vocab: Vocabulary) -> tuple[Action, ...] | None:
    if name not in RUN:
        tokens = tuple(tuple(body_tokens(quotation.body, vocab)) for quotation in quotations)
        fine = len(tokens) <= 2 and all(len(body) <= MAX_BODY for body in tokens)
        return (Do(vocab.numbers[name], pops_with(name, quotations), tokens),) if fine and name in vocab.numbers else None
    parts = [_body(quotation.body, vocab) for quotation in quotations]
    found = [part for part in parts if part is not None]
    if len(found) != len(parts):
        return None
    first, last = found[0], found[-1]
    return {
        "call": first,
        "dip": (Aside(), *first, Back()),
        "keep": (Aside(copy=True), *first, Back()),
        "bi": (Aside(copy=True), *first, Back(), *last),
        "bi*": (Aside(), *first, Back(), *last),
        "bi@": (Aside(), *first, Aside(), Back(below=True), *first, Aside(), Back(below=True), Back()),
    }[name]


def _body(body: Sequence[Instruction], vocab: Vocabulary) -> tuple[Action, ...] | None:
    done, pending = list[Action](), list[Quotation]()
    for instruction in body:
        if isinstance(instruction, Quotation):
            pending.append(instruction)
            continue
        if isinstance(instruction, Push):
            codes = [token - len(vocab.body_words) for token in body_tokens((instruction,), vocab)]
            some: tuple[Action, ...] | None = (Put(tuple((code, 0) for code in codes)),)
        elif isinstance(instruction, Constant):
            some = (Do(vocab.numbers[CONSTANTS[instruction.index]], 0, ()),)
        else:
            some = _word(instruction.name, pending, vocab)
        if some is None:
            return None
        done += some
        pending = []
    return tuple(done)


@torch.no_grad()
def run_program(field: Field, codes: Tensor, numbers: Tensor, conditions: Sequence[Condition], *, one_call: bool = False) -> list[Executed]:
    """The states after each op, re-grounded hard after every one: what execution means. With `one_call` words of RUN are one call of the network, too."""
    table, states = field.table.table(), []
    for condition in conditions:
        done = execute(field, codes, numbers, condition, table) if one_call else run_move(field, codes, numbers, condition, table)
        codes, numbers = done.codes, done.numbers
        states.append(done)
    return states


@torch.no_grad()
def run_move(field: Field, codes: Tensor, numbers: Tensor, condition: Condition, table: Tensor | None = None) -> Executed:
    """As `executor.integrate.execute`, but the words of RUN are run as their quotations, word by word. `trouble` is then the largest of the words', `result` that of the last one."""
    vocab = field.vocab
    plans: dict[int, tuple[Action, ...]] = {}
    if condition.vectors is None and condition.ops.shape[1] == 1:
        for row, op in enumerate(condition.ops[:, 0].tolist()):
            plan = actions_of(op, condition.bodies[row].tolist(), vocab) if vocab.ops[op] in RUN else None
            if plan is not None and bool(condition.interpretation[row, 0] > 0.5):
                plans[row] = plan
    others = [row for row in range(len(codes)) if row not in plans]
    done = Executed(
        codes.clone(),
        numbers.clone(),
        *(torch.zeros(len(codes), dtype=kind, device=codes.device) for kind in (torch.long, torch.float32, torch.long)),
    )
    if others:
        rows = torch.tensor(others, device=codes.device)
        _put(done, rows, execute(field, codes[rows], numbers[rows], condition.take(rows), table))
    if plans:
        _run(field, done, plans, condition, table)
    return done


def _put(done: Executed, rows: Tensor, some: Executed) -> None:
    for mine, theirs in zip((done.codes, done.numbers), (some.codes, some.numbers), strict=True):
        mine[rows] = theirs[:, : mine.shape[1]]
    done.error[rows], done.trouble[rows], done.result[rows] = some.error, some.trouble, some.result


class _Row:
    """One state while its quotations run: cells of the constants, of the items (top first), and what lies aside."""

    def __init__(self, cells: list[Cell], plan: Sequence[Action], vocab: Vocabulary) -> None:
        self.vocab, self.plan, self.place = vocab, plan, 0
        self.aside: list[list[Cell]] = []
        self.read(cells)

    def read(self, cells: list[Cell]) -> None:
        """The items of some cells. They need not be a state: what follows no rule is one item."""
        opens, close, end = self.vocab.blocks[Kind.OPEN], self.vocab.code(Kind.CLOSE), self.vocab.code(Kind.END)
        first = next((place for place, (code, _) in enumerate(cells) if code == self.vocab.code(Kind.SEP)), len(cells) - 1) + 1
        self.head, self.items, depth = cells[:first], list[list[Cell]](), 0
        for cell in cells[first:]:
            if cell[0] == end and depth <= 0:
                break
            if depth <= 0:
                self.items.append([])
            self.items[-1].append(cell)
            depth = max(0, depth + (cell[0] in opens) - (cell[0] == close))

    def cells(self) -> list[Cell]:
        """The state as it is."""
        return [*self.head, *(cell for item in self.items for cell in item), (self.vocab.code(Kind.END), 0)]

    @property
    def stuck(self) -> bool:
        """Whether the state is an error."""
        return bool(self.items) and self.items[0][0][0] in self.vocab.blocks[Kind.ERROR]

    def advance(self) -> Do | None:
        """The next call of the network, after everything that comes before it; None at the end. Too few values are an error."""
        while self.place < len(self.plan) and not self.stuck:
            action = self.plan[self.place]
            self.place += 1
            if isinstance(action, Do):
                return action
            if isinstance(action, Put):
                self.items.insert(0, list(action.cells))
            elif isinstance(action, Back):
                self.items.insert(0, self.aside.pop(-2 if action.below else -1))
            elif not self.items:
                self.items = [[(self.vocab.code(Kind.ERROR), 0)]]
            else:
                self.aside.append(self.items[0] if action.copy else self.items.pop(0))
        return None


def _run(field: Field, done: Executed, plans: dict[int, tuple[Action, ...]], condition: Condition, table: Tensor | None) -> None:
    """The rows of `plans`, all at once, word by word."""
    vocab, device, width = field.vocab, done.codes.device, done.codes.shape[1]
    rows = {
        row: _Row(list(zip(done.codes[row].tolist(), done.numbers[row].tolist(), strict=True)), plan, vocab) for row, plan in plans.items()
    }
    while True:
        calls = {row: call for row, state in rows.items() if (call := state.advance()) is not None}
        if not calls:
            break
        codes, numbers = _tensors([rows[row].cells() for row in calls], vocab, device, ROOM)
        bodies = torch.full((len(calls), *condition.bodies.shape[1:]), -1, device=device)
        for place, call in enumerate(calls.values()):
            for number, body in enumerate(call.bodies):
                bodies[place, number, : len(body)] = torch.tensor(body, device=device)
        ops, pops = (torch.tensor([getattr(call, name) for call in calls.values()], device=device) for name in ("op", "pops"))
        after = execute(field, codes, numbers, Condition.of(ops, pops, bodies), table)
        for place, row in enumerate(calls):
            rows[row].read(list(zip(after.codes[place].tolist(), after.numbers[place].tolist(), strict=True)))
            done.trouble[row] = torch.maximum(done.trouble[row], after.trouble[place])
            done.result[row] = after.result[place]
    for row, state in rows.items():
        codes, numbers = _tensors([state.cells()[:width]], vocab, device, 0)
        done.codes[row], done.numbers[row] = vocab.code(Kind.PAD), 0
        done.codes[row, : codes.shape[1]], done.numbers[row, : codes.shape[1]] = codes[0], numbers[0]
        done.error[row] = state.items[0][0][0] - vocab.code(Kind.ERROR) + 1 if state.stuck else 0


def _tensors(rows: Sequence[Sequence[Cell]], vocab: Vocabulary, device: torch.device, room: int) -> tuple[Tensor, Tensor]:
    width = max(map(len, rows)) + room
    codes = torch.full((len(rows), width), vocab.code(Kind.PAD))
    numbers = torch.zeros_like(codes)
    for place, cells in enumerate(rows):
        codes[place, : len(cells)] = torch.tensor([code for code, _ in cells])
        numbers[place, : len(cells)] = torch.tensor([number for _, number in cells])
    return codes.to(device), numbers.to(device)
