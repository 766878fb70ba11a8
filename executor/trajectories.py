"""A few programs on their way through the field: as text for TensorBoard, and as a path over the plane."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from dsl import machine
from dsl.parser import parse
from dsl.program import Program
from embed.cells import CellError, State, decode, encode
from embed.moves import pops_of
from embed.steps import rows_of
from executor.board import Board
from executor.condition import Condition, bodies_tensor, moves_of
from executor.field import Field
from executor.plane import plane_of
from executor.programs import run_program

PROGRAMS = (("c0 + neg c1 *", (7, 12), (3, -2)), ("sort reverse head", ((5, 1, 9),), ()), ("upper reverse length", ("abc",), ()), ("dup * sum", ((1, 2),), ()))  # fmt: skip
"""Programs that are shown as paths and as text: text, stack, constants. The last one crashes: `*` takes no lists."""


@torch.no_grad()
def write_trajectories(field: Field, board: Board, step: int) -> None:
    """What programs' states decode to on the way: after every quarter of every op, and what the next op starts from."""
    for number, (text, items, constants) in enumerate(PROGRAMS):
        lines = ["| op | t = 0 | 0.25 | 0.5 | 0.75 | 1 | error |", "|---|---|---|---|---|---|---|"]
        codes, numbers, conditions = _program(field, text, items, constants)
        for (op, _), condition in zip(moves_of(parse(text), field.vocab), conditions, strict=True):
            source = field.source(codes, numbers)
            shown = []
            for time in (0.0, 0.25, 0.5, 0.75):
                # The straight way from the start to the predicted end, as the field integrates it in steps of a quarter.
                z = source.z0 if not shown else z + 0.25 * field.velocity(z, torch.tensor([time - 0.25]), source, condition)  # type: ignore[has-type]  # noqa: F821
                shown.append(_decoded(field, z))
            done = run_program(field, codes, numbers, [condition])[-1]
            codes, numbers = done.codes, done.numbers
            end = _text(field, codes, numbers)
            lines.append(f"| {field.vocab.ops[op]} | {' | '.join(shown)} | {end} | {float(done.trouble[0]):.3f} |")
        board.text(f"trajectories/{number} {text}", "\n".join(lines), step)


def _program(field: Field, text: str, items: tuple[Any, ...], constants: tuple[Any, ...]) -> tuple[Tensor, Tensor, list[Condition]]:
    rows = rows_of([encode(State(items, constants), field.vocab)], 28, field.vocab)
    device = field.table.residual.device
    codes, numbers = (torch.as_tensor(array, dtype=torch.long).to(device) for array in (rows.codes, rows.numbers))
    conditions = [
        Condition.of(
            torch.tensor([op], device=device),
            torch.tensor([pops_of(field.vocab.ops[op])], device=device),
            bodies_tensor([bodies]).to(device),
        )
        for op, bodies in moves_of(parse(text), field.vocab)
    ]
    return codes, numbers, conditions


@torch.no_grad()
def program_path(field: Field) -> tuple[np.ndarray, list[str]]:
    """The true states of the first program in the plane: the vectors of what lies on top."""
    plane, (text, items, constants) = plane_of(field), PROGRAMS[0]
    tops: list[Any] = [items[-1]]
    stack: Any = items
    for instruction in parse(text).body:
        stack = machine.run(Program((instruction,)), stack, constants=constants)
        tops.append(stack[-1])
    codes = torch.tensor([encode(State((top,)), field.vocab)[5][0] for top in tops], device=field.table.residual.device)
    return plane(field.table.table()[codes]), [str(top) for top in tops]


def _decoded(field: Field, z: Tensor) -> str:
    return _text(field, *field.table.decode(z))


def _text(field: Field, codes: Tensor, numbers: Tensor) -> str:
    """One state for people; cells that are no state are told as such."""
    cells = list(zip(codes[0].tolist(), numbers[0].tolist(), strict=True))
    try:
        return f"`{decode(cells, field.vocab).items!r}`".replace("|", "/")
    except CellError:
        return "no state"
