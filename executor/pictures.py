"""The learned fields for TensorBoard: a figure of every op's field, histograms, projectors, trajectories as text.

The plane is the same for all figures of a model: the two principal directions of the code table's Ints. What is drawn is the cell in which the
op's first result comes to lie (the top of the stack): its place is moved over the plane, the other cells stay those of a real state, and the
arrow is the velocity of that cell there.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from dsl.errors import ConfigError
from dsl.ops import OPS
from embed.cells import decode
from embed.data_config import DataConfig, data_config
from embed.steps import Steps
from embed.vocab import CONSTANTS, Kind
from executor.board import Board
from executor.checkpoint import Executor, write_whole
from executor.diagnostics import row_figures
from executor.drawing import Panel, picture
from executor.exactness import condition_of
from executor.example_states import example_steps, states_for
from executor.field import Field
from executor.losses import Draws
from executor.plane import Plane, plane_of
from executor.trajectories import PROGRAMS, program_path, write_trajectories
from executor.view import cells_of

TIMES = (0.0, 0.25, 0.5, 0.75)
GRID = 13
SHOWN = ("swap", "neg", "+", "inc", "length", "sum", "reverse", "sort", "upper")
"""Ops whose figures a run writes while it trains."""


def write_fields(
    model: Executor, about: Mapping[str, Any], logdir: Path, *, ops: tuple[str, ...] = (), png: Path | None = None, seed: int = 0
) -> int:
    """Everything about a model's fields into one event file; gives the number of figures. Raises `ConfigError` for a word that is none."""
    unknown = [name for name in ops if name not in model.field.vocab.numbers]
    if unknown:
        raise ConfigError(f"no word {unknown[0]!r}; `flowforth ops` lists the words")
    board, step = Board(logdir), int(about.get("step", 0))
    try:
        data = data_config(about.get("data", {}))
        states = example_steps(model.field, data, seed, rows=256)
        count = write_quivers(model.field, board, states, step, ops=ops or model.field.vocab.ops, png=png)
        write_histograms(model.field, board, states, step)
        write_projectors(model, board, states, step)
        write_trajectories(model.field, board, step)
    finally:
        board.close()
    return count


def write_some(model: Executor, board: Board, data: DataConfig, step: int) -> None:
    """What a run writes while it trains: the figures of a few ops, and everything else."""
    states = example_steps(model.field, data, 0, rows=64)
    write_quivers(model.field, board, states, step, ops=SHOWN)
    write_histograms(model.field, board, states, step)
    write_projectors(model, board, states, step)
    write_trajectories(model.field, board, step)


def write_quivers(field: Field, board: Board, states: Steps, step: int, *, ops: Sequence[str], png: Path | None = None) -> int:
    """A figure for each op; gives how many there are."""
    plane, path, labels = plane_of(field), *program_path(field)
    for name in ops:
        image = quiver(field, plane, states, name, path, labels)
        board.image(f"fields/{name}", image, step)
        if png is not None:
            png.mkdir(parents=True, exist_ok=True)
            write_whole(png / f"{_file_name(name)}.png", _png(image))
    return len(ops)


@torch.no_grad()
def quiver(field: Field, plane: Plane, states: Steps, name: str, path: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """uint8[H, W, 3]: the field of one op at four times."""
    mine = states_for(field, states, name)
    table = field.table.table()
    before = cells_of(field, mine.before, table)
    after = cells_of(field, mine.after, table)
    condition = condition_of(mine, table.device)
    base = before.layout.base.clamp(max=before.z0.shape[1] - 1)
    rows = torch.arange(len(mine), device=table.device)
    left, bottom, right, top = plane.bounds
    grid = np.stack(np.meshgrid(np.linspace(left, right, GRID), np.linspace(bottom, top, GRID)), -1).reshape(-1, 2)
    starts, ends = plane(before.z0[rows, base]), plane(after.z0[rows, base])
    chosen = int(np.linalg.norm(ends - starts, axis=1).argmax())  # the state that is moved farthest shows most
    repeated = torch.full((len(grid),), chosen, dtype=torch.long, device=table.device)
    one, what = cells_of(field, mine.before.take(repeated.cpu().numpy()), table), condition.take(repeated)
    first = field.vocab.code(Kind.ERROR)
    errors = plane(table[first : first + field.vocab.blocks[Kind.ERROR].count])
    panels = []
    for time in TIMES:
        t = torch.full((len(grid),), time, device=table.device)
        z = (1 - time) * one.z0 + time * after.z0[repeated]
        z[:, int(base[chosen])] = plane.lifted(grid, z[0, int(base[chosen])])
        v = field.velocity(z, t, one, what)[:, int(base[chosen])]
        panels.append(
            Panel(
                title=f"t = {time:g}", places=grid, arrows=(v @ plane.axes.T).cpu().numpy(), starts=starts, ends=ends, errors=errors,
                way=np.stack([starts[chosen], ends[chosen]]), path=path, labels=labels,
            )
        )  # fmt: skip
    effect = OPS[name].effect if name in OPS else "( -- a )" if name in CONSTANTS else "( -- )"
    shown = _shown(field, mine, chosen)
    caption = f"{name}  {effect}   on {shown}   orange arrow: its way; blue: states, rings: ends, red: errors, green: {PROGRAMS[0][0]}"
    return picture(panels, plane.bounds, caption.encode("ascii", "replace").decode())


def write_histograms(field: Field, board: Board, states: Steps, step: int) -> None:
    """Speed, divergence, curl ratio and straightness of the rows of each op, at t = 0.25 in the cone."""
    found = row_figures(field, states, 0.25, Draws(0), noise=0.1)
    if found is None:
        return
    measured = {
        "speed": (found.squared / found.coordinates).sqrt(),
        "divergence": found.traced / found.coordinates,
        "curl ratio": found.odd / found.even.clamp(min=1e-9),
        "straightness": found.missed / found.way.clamp(min=1e-9),
    }
    ops = states.op[found.rows.cpu().numpy()]
    for number in np.unique(ops):
        for kind, values in measured.items():
            board.histogram(f"{kind}/{field.vocab.ops[number]}", values.cpu().numpy()[ops == number], step)
    for kind, values in measured.items():
        board.histogram(f"{kind}/all ops", values.cpu().numpy(), step)


@torch.no_grad()
def write_projectors(model: Executor, board: Board, states: Steps, step: int) -> None:
    """Op vectors with name, category and effect; pooled states with the type on top, depth, value and next op."""
    field = model.field
    rows = []
    for name in field.vocab.ops:
        op = OPS.get(name)
        rows.append([name, op.category.value if op else "constant" if name in CONSTANTS else "nothing", op.effect if op else "( -- a )"])
    board.embedding("ops", field.op.weight.detach().cpu(), rows, ["name", "category", "effect"], step)
    before = cells_of(field, states.before, field.table.table())
    told = []
    for i in range(len(states)):
        state = decode(states.before.row(i), field.vocab)
        items = state.items if isinstance(state.items, tuple) else ()
        top = items[-1] if items else None
        told.append([type(top).__name__, str(len(items)), repr(top)[:40], field.vocab.ops[states.op[i]]])
    board.embedding("states", model.metric.pooled(before).cpu(), told, ["type", "depth", "value", "next op"], step)


def _shown(field: Field, steps: Steps, row: int) -> str:
    return repr(decode(steps.before.row(row), field.vocab).items)[:60]


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else f"x{ord(c):02x}" for c in name)


def _png(image: np.ndarray) -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()
