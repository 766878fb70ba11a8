"""Running a program by the network alone: what it says after each word, beside what the machine says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from dsl import machine
from dsl.errors import ConfigError
from dsl.printer import print_program
from dsl.program import NUM_CONSTANTS, Constant, Instruction, Program, Push, Quotation, Word
from dsl.values import DEFAULT, Profile, Stuck, Value
from embed.cells import CellError, State, decode, encode
from embed.steps import rows_of
from executor.checkpoint import Executor
from executor.condition import Condition, bodies_tensor, moves_of
from executor.programs import run_program
from executor.quotations import pops_with

ROOM = 24
"""Cells that are kept free for values to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """After one word."""

    word: str
    true: tuple[Value, ...] | Stuck
    """The machine's stack, top last, or why it is stuck."""
    state: State | None
    """The network's; None for cells that are no state. `items` is the reason where it thinks that the word gets stuck."""
    trouble: float
    """How probable it thinks it that the word gets stuck, in 0..1."""

    @property
    def right(self) -> bool:
        """Whether both say the same."""
        if self.state is None:
            return False
        return self.state.items == (self.true.reason.value if isinstance(self.true, Stuck) else self.true)


def predictions(
    model: Executor, program: Program, inputs: Sequence[Value], *, constants: Sequence[Value] = (), profile: Profile = DEFAULT
) -> list[Prediction]:
    """One for each word, up to the first on which the machine gets stuck. Every state is re-grounded hard before the next word. Words that run quotations are
    run word by word (`executor.programs`).

    Literals outside quotations are put into free places of the constants block. Raises `ConfigError` for programs that need more than there are, and
    for words that the network has not learned.
    """
    field = model.field
    written, block = _with_constants(program, tuple(constants))
    unknown = [i.name for i in written.body if isinstance(i, Word) and i.name not in field.vocab.numbers]
    if unknown:
        raise ConfigError(f"the network does not know the word {unknown[0]!r}; it knows the ops of the language alone")
    cells = encode(State(tuple(inputs), (*block, *[None] * (NUM_CONSTANTS - len(block)))), field.vocab)
    rows = rows_of([cells], len(cells) + ROOM, field.vocab)
    device = field.table.residual.device
    codes, numbers = (torch.as_tensor(array, dtype=torch.long).to(device) for array in (rows.codes, rows.numbers))
    words = _words(written, program)
    conditions = [
        Condition.of(torch.tensor([op]), torch.tensor([_pops(field.vocab.ops[op], instructions)]), bodies_tensor([bodies]))
        for (op, bodies), (_, instructions) in zip(moves_of(written, field.vocab), words, strict=True)
    ]
    found: list[Prediction] = []
    stack: tuple[Value, ...] | Stuck = tuple(inputs)
    for (word, instructions), done in zip(words, run_program(field, codes, numbers, conditions, profile=profile), strict=True):
        assert not isinstance(stack, Stuck)
        stack = machine.run(Program(instructions), stack, constants=block, profile=profile)
        state = _decoded(done.codes[0].tolist(), done.numbers[0].tolist(), model)
        found.append(Prediction(word=word, true=stack, state=state, trouble=float(done.trouble[0])))
        if isinstance(stack, Stuck):
            break
    return found


def _pops(name: str, instructions: Sequence[Instruction]) -> int:
    return pops_with(name, [instruction for instruction in instructions if isinstance(instruction, Quotation)])


def _decoded(codes: list[int], numbers: list[int], model: Executor) -> State | None:
    try:
        return decode(list(zip(codes, numbers, strict=True)), model.field.vocab)
    except CellError:
        return None


def _with_constants(program: Program, constants: tuple[Any, ...]) -> tuple[Program, tuple[Any, ...]]:
    """The program with constants for its literals, and the block."""
    block, body = list(constants), list[Instruction]()
    for instruction in program.body:
        if not isinstance(instruction, Push):
            body.append(instruction)
            continue
        same = [i for i, value in enumerate(block) if type(value) is type(instruction.value) and value == instruction.value]
        if not same:
            block.append(instruction.value)
        body.append(Constant(same[0] if same else len(block) - 1))
    if len(block) > NUM_CONSTANTS:
        raise ConfigError(
            f"the program has {len(block)} constants and literals outside quotations; the network has room for {NUM_CONSTANTS}"
        )
    return Program(tuple(body)), tuple(block)


def _words(written: Program, program: Program) -> list[tuple[str, tuple[Instruction, ...]]]:
    """The moves of the program: each word with the quotations before it, as text and as instructions."""
    moves, pending = list[tuple[str, tuple[Instruction, ...]]](), list[tuple[Instruction, Instruction]]()
    for pair in zip(written.body, program.body, strict=True):
        pending.append(pair)
        if not isinstance(pair[0], Quotation):
            moves.append((print_program(Program(tuple(shown for _, shown in pending))), tuple(new for new, _ in pending)))
            pending = []
    return moves
