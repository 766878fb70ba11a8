"""Executing ops: one call; the field integrated in several steps; programs as vectors. Programs with hard re-grounding are in `executor.programs`.

Time: the field of an op runs over t in [0, 1]. In a program, op i runs over [i, i + 1].

Shapes: B states, L cells, D code width, K ops of a program.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from dsl.errors import ConfigError
from embed.vocab import Kind
from executor.condition import Condition
from executor.field import Field
from executor.phases import nearest_shown
from executor.source import Endpoint, Source

Velocity = Callable[[Tensor, Tensor], Tensor]
"""v(z, t): float32[B, L, D] at time float32[B]."""


def euler_step(v: Velocity, z: Tensor, t: Tensor, h: float) -> Tensor:
    """Order 1."""
    return z + h * v(z, t)


def midpoint_step(v: Velocity, z: Tensor, t: Tensor, h: float) -> Tensor:
    """Order 2."""
    return z + h * v(z + h / 2 * v(z, t), t + h / 2)


def rk4_step(v: Velocity, z: Tensor, t: Tensor, h: float) -> Tensor:
    """Order 4. Where t + h is 1, at which a field ends, its last stage looks a thousandth of the step before."""
    k1 = v(z, t)
    k2 = v(z + h / 2 * k1, t + h / 2)
    k3 = v(z + h / 2 * k2, t + h / 2)
    k4 = v(z + h * k3, (t + h).clamp(max=1 - h / 1000))
    return z + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


METHODS: Mapping[str, Callable[[Velocity, Tensor, Tensor, float], Tensor]] = {
    "euler": euler_step,
    "midpoint": midpoint_step,
    "rk4": rk4_step,
}


def integrate(v: Velocity, z: Tensor, *, steps: int = 1, method: str = "euler", start: float = 0.0, end: float = 1.0) -> Tensor:
    """The point reached from `z` at time `start`, in equal steps."""
    if method not in METHODS:
        raise ConfigError(f"no integrator {method!r}; there are {', '.join(METHODS)}")
    if steps < 1:
        raise ConfigError(f"steps is {steps}; it must be at least 1")
    h = (end - start) / steps
    for step in range(steps):
        t = torch.full((len(z),), start + step * h, device=z.device, dtype=z.dtype)
        z = METHODS[method](v, z, t, h)
    return z


@dataclass(frozen=True, slots=True, eq=False)
class Executed:
    """States after one op, as cells."""

    codes: Tensor
    """int64[B, L]."""
    numbers: Tensor
    """int64[B, L]."""
    error: Tensor
    """int64[B]: 0, or 1 + index in ERRORS."""
    trouble: Tensor
    """float32[B]: the probability of an error."""
    result: Tensor
    """int64[B]: cells of the result."""


@torch.no_grad()
def execute(
    field: Field,
    codes: Tensor,
    numbers: Tensor,
    condition: Condition,
    table: Tensor | None = None,
    results: Tensor | None = None,
    *,
    steps: int = 1,
    method: str = "euler",
) -> Executed:
    """One call of the network for one hard op on each state; cells that the op only moves are moved as they are, exactly. `results` int64[B] says
    how many cells results can have at most, where that is known: the work grows with it. For diagnostics the field may be integrated in several `steps`.

    A state that holds an error stays as it is: errors absorb.
    """
    source = field.source(codes, numbers, table)
    end = _end(field, source, condition, results, steps, method)
    stuck = _is_stuck(field, codes, source)
    if not field.config.copy:
        new_codes, new_numbers = field.table.decode(end.generated, source.table)
        return _absorbed(field, source, codes, numbers, new_codes, new_numbers, end.error[:, 0], torch.zeros_like(stuck), stuck)
    computed = field.generates[condition.ops[:, 0]]
    result = torch.where(computed, end.stop[:, 0].argmax(-1), 0)
    places = field.route(source, condition, result)
    width = codes.shape[1]
    safe = places.clamp(0, width - 1)
    new_codes, new_numbers = codes.gather(1, safe), numbers.gather(1, safe)
    pad = places >= width
    new_codes, new_numbers = new_codes.masked_fill(pad, field.vocab.code(Kind.PAD)), new_numbers.masked_fill(pad, 0)
    made = places < 0
    if bool(made.any()):
        cells, rows = end.generated[made], made.nonzero()[:, 0]
        likely = None if end.shown is None else nearest_shown(end, made, cells, field.table)
        new_codes[made], new_numbers[made] = field.table.decode(cells, source.table, field.can_stand(condition)[rows], likely)
    error = end.error[:, 0].argmax(-1)
    wrong = _error_cells(field, source, codes, error)
    new_codes = torch.where((error > 0)[:, None], wrong, new_codes)
    new_numbers = torch.where((error > 0)[:, None] & (source.relative >= 0), 0, new_numbers)
    return _absorbed(field, source, codes, numbers, new_codes, new_numbers, end.error[:, 0], result, stuck)


def _end(field: Field, source: Source, condition: Condition, results: Tensor | None, steps: int, method: str) -> Endpoint:
    """What one call says about the end of the way; or what the last of several does, with the point that was reached in place of the one that it predicts."""
    if (steps, method) == (1, "euler"):
        return field.endpoint(source.z0, torch.zeros(len(source.z0), device=source.z0.device), source, condition, results)
    seen = list[Endpoint]()

    def v(z: Tensor, t: Tensor) -> Tensor:
        seen[:] = [field.endpoint(z, t, source, condition, results)]
        return field.towards(seen[0], t, source, condition)

    z = integrate(v, source.z0, steps=steps, method=method)
    return replace(seen[0], inside=seen[0].window.gather(z), z=z)


def _error_cells(field: Field, source: Source, codes: Tensor, error: Tensor) -> Tensor:
    first, relative = field.vocab.code(Kind.ERROR), source.relative
    rest = torch.where(relative == 1, field.vocab.code(Kind.END), field.vocab.code(Kind.PAD))
    here = torch.where(relative == 0, (first + (error - 1).clamp(min=0))[:, None], rest)
    return torch.where(relative < 0, codes, here)


def _is_stuck(field: Field, codes: Tensor, source: Source) -> Tensor:
    """bool[B]: states that are an error."""
    base = source.layout.base.clamp(max=codes.shape[1] - 1)
    first = codes.gather(1, base[:, None])[:, 0]
    block = field.vocab.blocks[Kind.ERROR]
    return (first >= block.first) & (first < block.first + block.count)


def _absorbed(
    field: Field, source: Source, codes: Tensor, numbers: Tensor, new_codes: Tensor, new_numbers: Tensor, errors: Tensor, result: Tensor, stuck: Tensor
) -> Executed:  # fmt: skip
    error = errors.argmax(-1)
    if not field.config.copy:
        after = field.source(new_codes, new_numbers, source.table)
        error = torch.where(_is_stuck(field, new_codes, after), error.clamp(min=1), 0)
    base = source.layout.base.clamp(max=codes.shape[1] - 1)
    old = codes.gather(1, base[:, None])[:, 0] - field.vocab.code(Kind.ERROR) + 1
    return Executed(
        codes=torch.where(stuck[:, None], codes, new_codes),
        numbers=torch.where(stuck[:, None], numbers, new_numbers),
        error=torch.where(stuck, old, error),
        trouble=torch.where(stuck, 1.0, 1 - errors[:, 0].exp()),
        result=torch.where(stuck, 0, result).long(),
    )


def reground(field: Field, z: Tensor, table: Tensor, temperature: float = 0.0) -> Tensor:
    """float32[B, L, D]: the nearest codes (temperature 0, numbers beyond the table included), or an average of codes that goes over into the
    nearest one where the decision is clear:

        q = softmax(logits / temperature),  soft = q E,  z' = soft + stop_gradient(w (E[argmax q] - soft)),  w = 1 - H(q) / log C
    """
    if temperature == 0:
        codes, numbers = field.table.decode(z, table)
        return field.table.embed(codes, numbers, table)
    logits = field.table.logits(z, table)
    q = torch.softmax(logits / temperature, -1)
    soft = q @ table
    # Certainty, not entropy, is the weight of the hard code: a decided cell must be exact, an undecided one must stay soft.
    entropy = -(q * torch.log(q.clamp(min=1e-9))).sum(-1, keepdim=True)
    weight = 1 - entropy / torch.log(torch.tensor(float(len(table))))
    hard = table[q.argmax(-1)]
    return soft + (weight * (hard - soft)).detach()


def run_latent(
    field: Field,
    source: Source,
    conditions: Sequence[Condition],
    *,
    steps: int = 1,
    method: str = "euler",
    temperature: float | None = None,
    window: float = 0.0,
) -> Tensor:
    """float32[B, L, D]: the end of a program as vectors, differentiable with respect to the source and the ops' weights.

    `temperature` re-grounds between ops (see `reground`); None does not. `window` w in [0, 0.5) is the source's smoothing: within w of a
    boundary between two ops, the velocity is that of the first over its way there, then a lerp of both, so that the direction does not jump.
    """
    if not 0 <= window < 0.5:
        raise ConfigError(f"window is {window}; it must lie in 0..0.5")
    z, table = source.z0, source.table
    for i, condition in enumerate(conditions):
        here = source if i == 0 else field.source_of_vectors(z, table)
        following = conditions[i + 1] if i + 1 < len(conditions) else None
        z = _one_op(field, z if i == 0 else here.z0, here, condition, following, steps, method, window)
        if temperature is not None and following is not None:
            z = reground(field, z, table, temperature)
    return z


def _one_op(
    field: Field, z: Tensor, source: Source, condition: Condition, following: Condition | None, steps: int, method: str, window: float
) -> Tensor:
    """The field of one op from 0 to 1; with a window, the last part is a lerp towards the next op's field, which looks from where this op ends."""

    def alone(point: Tensor, t: Tensor) -> Tensor:
        return field.velocity(point, t, source, condition)

    if following is None or window == 0:
        return integrate(alone, z, steps=steps, method=method)
    near = integrate(alone, z, steps=steps, method=method, end=1 - window)
    apex = near + window * alone(near, torch.full((len(z),), 1 - window, device=z.device))
    ahead = field.source_of_vectors(apex, source.table)

    def lerped(point: Tensor, t: Tensor) -> Tensor:
        # Within the window the next op's field is met at its time 0, seen from the apex; its share grows from 0 to a half at the boundary.
        share = ((t - (1 - window)) / (2 * window)).clamp(0, 0.5)[:, None, None]
        return (1 - share) * alone(point, t) + share * field.velocity(point, torch.zeros_like(t), ahead, following)

    return integrate(lerped, near, steps=max(1, steps // 2), method=method, start=1 - window)
