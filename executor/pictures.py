"""The learned fields for TensorBoard: a figure of every op's field, histograms, projectors, trajectories as text.

The plane is the same for all figures of a model: the two principal directions of the code table's Ints. What is drawn is the cell in which the
op's first result comes to lie (the top of the stack): its place is moved over the plane, the other cells stay those of a real state, and the
arrow is the velocity of that cell there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dsl.errors import ConfigError
from dsl.ops import OPS
from dsl.parser import parse
from dsl.values import Stuck
from embed.batches import Stream
from embed.cells import CellError, State, decode, encode
from embed.data_config import DataConfig, data_config
from embed.moves import pops_of
from embed.pool import CellRows
from embed.steps import Steps, joined, rows_of
from embed.vocab import CONSTANTS, Kind
from executor.board import Board
from executor.checkpoint import Executor, write_whole
from executor.condition import Condition, bodies_tensor, moves_of
from executor.diagnostics import row_figures
from executor.drawing import Panel, picture
from executor.exactness import condition_of
from executor.field import Field
from executor.integrate import run_program
from executor.losses import Draws
from executor.view import cells_of

SHARD = 3_000_017
TIMES = (0.0, 0.25, 0.5, 0.75)
GRID = 13
SHOWN = ("swap", "neg", "+", "inc", "length", "sum", "reverse", "sort", "upper")
"""Ops whose figures a run writes while it trains."""
PROGRAMS = (("c0 + neg c1 *", (7, 12), (3, -2)), ("sort reverse head", ((5, 1, 9),), ()), ("upper reverse length", ("abc",), ()), ("dup * sum", ((1, 2),), ()))  # fmt: skip
"""Programs that are shown as paths and as text: text, stack, constants. The last one crashes: `*` takes no lists."""


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Two directions in the space of codes, and the bounds of the pictures."""

    centre: Tensor
    axes: Tensor
    """float32[2, D], orthonormal."""
    bounds: tuple[float, float, float, float]

    def __call__(self, x: Tensor) -> np.ndarray:
        """float[n, 2] of vectors [n, D]."""
        return ((x - self.centre) @ self.axes.T).cpu().numpy()

    def lifted(self, points: np.ndarray, like: Tensor) -> Tensor:
        """float32[n, D]: the vector `like` [D] with its part in the plane replaced by each of the points."""
        flat = (like - self.centre) @ self.axes.T
        return like + (torch.as_tensor(points, dtype=torch.float32, device=like.device) - flat) @ self.axes


def plane_of(field: Field) -> Plane:
    """The plane of a field's code table."""
    with torch.no_grad():
        table = field.table.table()
        block = field.vocab.blocks[Kind.INT]
        ints = table[block.first : block.first + block.count]
        near = ints[max(0, block.count // 2 - 60) : block.count // 2 + 61]
        centre = near.mean(0)
        axes = torch.linalg.svd(near - centre, full_matrices=False).Vh[:2]
        points = ((table - centre) @ axes.T).cpu().numpy()
        spread = 1.25 * float(np.quantile(np.abs(points), 0.99))
        return Plane(centre, axes, (-spread, -spread, spread, spread))


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


def example_steps(field: Field, data: DataConfig, seed: int, *, rows: int) -> Steps:
    """Concrete transitions that do not get stuck, every op about equally often."""
    config = replace(
        data, rows=rows, chunk=2, programs=min(data.programs, 1024), compiled=False, balance=1.0, errors=0.0, abstract=0.0, soft=0.0, rollouts=0.0,
        max_cells=min(data.max_cells, 40),
    )  # fmt: skip
    stream = Stream(config, field.vocab, SHARD + seed)
    first, second = stream.batch(0).steps, stream.batch(1).steps
    width = max(first.before.codes.shape[1], second.before.codes.shape[1])
    return joined(*(_widened(steps, width) for steps in (first, second)))


def write_quivers(field: Field, board: Board, states: Steps, step: int, *, ops: Sequence[str], png: Path | None = None) -> int:
    """A figure for each op; gives how many there are."""
    plane, path, labels = plane_of(field), *_program_path(field)
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
def _program_path(field: Field) -> tuple[np.ndarray, list[str]]:
    """The true states of the first program in the plane: the vectors of what lies on top."""
    from dsl import machine

    plane, (text, items, constants) = plane_of(field), PROGRAMS[0]
    tops: list[Any] = [items[-1]]
    stack: Any = items
    for instruction in parse(text).body:
        stack = machine.run(type(parse(text))((instruction,)), stack, constants=constants)
        tops.append(stack[-1])
    codes = torch.tensor([encode(State((top,)), field.vocab)[5][0] for top in tops], device=field.table.residual.device)
    return plane(field.table.table()[codes]), [str(top) for top in tops]


def states_for(field: Field, states: Steps, name: str) -> Steps:
    """Some states that the op runs on; where the traces have none, states with enough values."""
    number = field.vocab.numbers[name]
    rows = np.flatnonzero((states.op == number) & (states.error == 0))[:16]
    if len(rows):
        return states.take(rows)
    depth = cells_of(field, states.before, field.table.table()).layout.sequence.amax(1).cpu().numpy() - 5
    rows = np.flatnonzero(depth >= max(1, pops_of(name)))[:16]
    borrowed = states.take(rows if len(rows) else np.arange(min(16, len(states))))
    count, after = len(borrowed), _after(field, borrowed, name)
    return replace(
        _widened(borrowed, after.codes.shape[1]),
        after=after,
        op=np.full(count, number),
        pops=np.full(count, pops_of(name)),
        bodies=np.full_like(borrowed.bodies, -1),
    )


def _after(field: Field, states: Steps, name: str) -> CellRows:
    """What the machine makes of the states with one word; what it cannot run stays as it is."""
    from dsl import machine

    rows = []
    for row in range(len(states)):
        state = decode(states.before.row(row), field.vocab)
        given = tuple(constant for constant in state.constants if constant is not None)
        after = machine.run(parse(name), state.items, constants=given) if name in OPS and isinstance(state.items, tuple) else state.items
        rows.append(encode(State(state.items if isinstance(after, Stuck) else after, state.constants), field.vocab))
    return rows_of(rows, max(states.before.codes.shape[1], *map(len, rows)), field.vocab)


def _shown(field: Field, steps: Steps, row: int) -> str:
    return repr(decode(steps.before.row(row), field.vocab).items)[:60]


def _decoded(field: Field, z: Tensor) -> str:
    return _text(field, *field.table.decode(z))


def _text(field: Field, codes: Tensor, numbers: Tensor) -> str:
    """One state for people; cells that are no state are told as such."""
    cells = list(zip(codes[0].tolist(), numbers[0].tolist(), strict=True))
    try:
        return f"`{decode(cells, field.vocab).items!r}`".replace("|", "/")
    except CellError:
        return "no state"


def _widened(steps: Steps, width: int) -> Steps:
    def wide(rows: Any) -> Any:
        pad = ((0, 0), (0, width - rows.codes.shape[1]))
        return type(rows)(np.pad(rows.codes, pad), np.pad(rows.numbers, pad))

    return replace(steps, before=wide(steps.before), after=wide(steps.after))


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else f"x{ord(c):02x}" for c in name)


def _png(image: np.ndarray) -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()
