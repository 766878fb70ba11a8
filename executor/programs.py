"""Programs, re-grounded hard after every op; in which words that run quotations are programs themselves (`executor/control.py`).

Shapes: B states, L cells.
"""

from collections.abc import Generator, Sequence

import torch
from torch import Tensor

from dsl.program import Word
from dsl.values import DEFAULT, Profile
from embed.cells import Cell
from embed.vocab import Kind, Vocabulary
from executor.condition import Condition, bodies_tensor
from executor.control import CONTROL
from executor.field import Field
from executor.integrate import Executed, execute
from executor.quotations import quotations_of
from executor.running import Answer, Call, Run, Steps, together
from executor.stacks import Stack

RUN = frozenset(CONTROL)
"""The words that are run as their quotations."""
ROOM = 34
"""Cells that states may grow by in a call, at least: a text of 32 characters comes on top."""
AT_ONCE = 512
"""Calls of the network that are made together."""


@torch.no_grad()
def run_program(
    field: Field, codes: Tensor, numbers: Tensor, conditions: Sequence[Condition], *, one_call: bool = False, profile: Profile = DEFAULT
) -> list[Executed]:
    """The states after each op, re-grounded hard after every one: what execution means. With `one_call` words of RUN are one call of the network, too."""
    table, states = field.table.table(), []
    for condition in conditions:
        done = execute(field, codes, numbers, condition, table) if one_call else run_move(field, codes, numbers, condition, table, profile)
        codes, numbers = done.codes, done.numbers
        states.append(done)
    return states


@torch.no_grad()
def run_move(
    field: Field, codes: Tensor, numbers: Tensor, condition: Condition, table: Tensor | None = None, profile: Profile = DEFAULT
) -> Executed:
    """As `executor.integrate.execute`, but the words of RUN are run as their quotations, word by word. `trouble` is then the largest of the words', `result` that of the last one; lists that
    are put together keep the limits of `profile`."""
    vocab, programs = field.vocab, dict[int, tuple[Run, Steps]]()
    if condition.vectors is None and condition.ops.shape[1] == 1:
        for row, op in enumerate(condition.ops[:, 0].tolist()):
            if vocab.ops[op] not in RUN or not bool(condition.interpretation[row, 0] > 0.5):
                continue
            quotations = quotations_of(op, condition.bodies[row].tolist(), vocab)
            stack = Stack.read(list(zip(codes[row].tolist(), numbers[row].tolist(), strict=True)), vocab)
            if quotations is not None and not stack.stuck(vocab):
                run = Run(vocab, profile, CONTROL)
                programs[row] = run, run.body(stack, (*quotations, Word(vocab.ops[op])))
    others = [row for row in range(len(codes)) if row not in programs]
    done = Executed(
        codes.clone(),
        numbers.clone(),
        *(torch.zeros(len(codes), dtype=kind, device=codes.device) for kind in (torch.long, torch.float32, torch.long)),
    )
    if others:
        rows = torch.tensor(others, device=codes.device)
        some = execute(field, codes[rows], numbers[rows], condition.take(rows), table)
        for mine, theirs in zip((done.codes, done.numbers), (some.codes, some.numbers), strict=True):
            mine[rows] = theirs[:, : mine.shape[1]]
        done.error[rows], done.trouble[rows], done.result[rows] = some.error, some.trouble, some.result
    if programs:
        ends = _driven(field, together([steps for _, steps in programs.values()]), table, codes.device)
        for (row, (run, _)), stack in zip(programs.items(), ends, strict=True):
            _put(done, row, stack, vocab)
            done.trouble[row], done.result[row] = run.trouble, run.result
    return done


def _put(done: Executed, row: int, stack: Stack, vocab: Vocabulary) -> None:
    cells = stack.cells(vocab)[: done.codes.shape[1]]
    done.codes[row], done.numbers[row] = vocab.code(Kind.PAD), 0
    for mine, column in zip((done.codes, done.numbers), zip(*cells, strict=True), strict=True):
        mine[row, : len(cells)] = torch.tensor(column, device=mine.device)
    done.error[row] = stack.items[0][0][0] - vocab.code(Kind.ERROR) + 1 if stack.stuck(vocab) else 0


def _driven(
    field: Field, steps: Generator[list[Call], Sequence[Answer], list[Stack]], table: Tensor | None, device: torch.device
) -> list[Stack]:
    """Runs programs side by side to their ends; the same call is made once."""
    try:
        calls = next(steps)
        while True:
            known, different = dict[Call, Answer](), list(dict.fromkeys(calls))
            for first in range(0, len(different), AT_ONCE):
                part = different[first : first + AT_ONCE]
                known.update(zip(part, _answers(field, part, table, device), strict=True))
            calls = steps.send([known[call] for call in calls])
    except StopIteration as end:
        return end.value


def _answers(field: Field, calls: Sequence[Call], table: Tensor | None, device: torch.device) -> list[Answer]:
    vocab = field.vocab
    longest = max(max(map(len, Stack.read(call.cells, vocab).items), default=0) for call in calls)
    width = max(len(call.cells) for call in calls) + max(ROOM, longest)
    codes = torch.full((len(calls), width), vocab.code(Kind.PAD))
    numbers = torch.zeros_like(codes)
    for place, call in enumerate(calls):
        for into, column in zip((codes, numbers), zip(*call.cells, strict=True), strict=True):
            into[place, : len(call.cells)] = torch.tensor(column)
    ops, pops = (torch.tensor([getattr(call, name) for call in calls], device=device) for name in ("op", "pops"))
    bodies = bodies_tensor([call.bodies for call in calls]).to(device)
    done = execute(field, codes.to(device), numbers.to(device), Condition.of(ops, pops, bodies), table)
    cells: list[list[Cell]] = [list(zip(*pair, strict=True)) for pair in zip(done.codes.tolist(), done.numbers.tolist(), strict=True)]
    return [Answer(tuple(each), *rest) for each, *rest in zip(cells, done.trouble.tolist(), done.result.tolist(), strict=True)]
