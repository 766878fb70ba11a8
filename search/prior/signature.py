"""What the network sees of a task: bits of its signature, some numbers, and which words are allowed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from dsl.tasks import Task
from dsl.types import BOOL, INT, LIST_INT, Type
from dsl.values import Value
from search.prior.facts import compute, num_bits
from search.prior.views import SLOTS, WIDTH

NUM_NUMBERS = 6 * (1 + SLOTS)
"""Numbers beside the bits: six for the output and for each input."""
NUMBER, LISTS = "number", "lists"
"""Heads: outputs that are an Int or a Bool, and outputs that are lists of Ints. They share nothing."""
MAX_EXAMPLES = 6
ABSENT, NUMBER_SIZE = -1, -2
"""Lengths that stand for no value and for a number, see `search.prior.facts.signature`."""
FARTHEST = 1 << 31
"""Larger numbers count as this one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Tasks as the network sees them: N tasks with outputs of one family."""

    bits: np.ndarray
    """uint8[N, B] of 0 and 1."""
    numbers: np.ndarray
    """float32[N, NUM_NUMBERS]."""


def family_of(kind: Type) -> str | None:
    """The head for outputs of a type; None where there is none."""
    return {LIST_INT: LISTS, INT: NUMBER, BOOL: NUMBER}.get(kind)


def is_seen(task: Task) -> bool:
    """Whether the prior knows such tasks: Ints, Bools and lists of Ints, no others."""
    return bool(task.input_types) and {*task.input_types, task.output_type} <= {INT, BOOL, LIST_INT}


def see(task: Task) -> Seen:
    """One task."""
    return look(*arrays_of(task), task.output_type)


def arrays_of(task: Task) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """One task as `look` takes it: inputs [1, SLOTS, E, WIDTH] with lengths, outputs [1, E, WIDTH] with lengths."""
    examples = task.examples[:MAX_EXAMPLES]
    xs, xns = encode_inputs(task.input_types, [example.inputs for example in examples])
    ys, yns = encode_values([example.output for example in examples])
    return xs[None], xns[None], ys[None], yns[None]


def look(xs: np.ndarray, xns: np.ndarray, ys: np.ndarray, yns: np.ndarray, kind: Type) -> Seen:
    """Outputs [N, E, WIDTH] of one type beside the same inputs [SLOTS, E, WIDTH], or beside inputs of their own [N, SLOTS, E, WIDTH]."""
    count = len(ys)
    if xs.ndim == 3:
        xs, xns = (np.broadcast_to(array, (count, *array.shape)) for array in (xs, xns))
    bits = compute(np.ascontiguousarray(xs), np.ascontiguousarray(xns), ys, yns, kind != LIST_INT)
    flags = np.zeros((count, 2), np.uint8)
    flags[:, 0], flags[:, 1] = kind == BOOL, kind == INT
    return Seen(np.concatenate([bits, flags], axis=1), _numbers(xs, xns, ys, yns))


def width(family: str, num_words: int) -> int:
    """Entries of the network's input: bits, allowed words, numbers."""
    return num_bits(family == NUMBER) + 2 + num_words + NUM_NUMBERS


def _numbers(xs: np.ndarray, xns: np.ndarray, ys: np.ndarray, yns: np.ndarray) -> np.ndarray:
    """float32[N, NUM_NUMBERS]: mean length, and smallest, largest and mean item, mean size and sum, of the output and of each input, on a log scale."""
    parts = [_six(ys, yns)]
    parts += [_six(xs[:, slot], np.where(xns[:, slot] == -2, 1, np.maximum(xns[:, slot], 0))) for slot in range(SLOTS)]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _six(values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    there = np.arange(WIDTH) < lengths[..., None]
    count = np.maximum(there.sum(axis=(1, 2)), 1)
    flat = np.where(there, values, 0).astype(np.float64)
    low = np.where(there, values, 1 << 40).min(axis=(1, 2)).astype(np.float64)
    high = np.where(there, values, -(1 << 40)).max(axis=(1, 2)).astype(np.float64)
    empty = ~there.any(axis=(1, 2))
    low, high = np.where(empty, 0.0, low), np.where(empty, 0.0, high)
    total = flat.sum(axis=2).mean(axis=1)
    columns = [_log(low), _log(high), _log(flat.sum(axis=(1, 2)) / count), _log(np.abs(flat).sum(axis=(1, 2)) / count), _log(total)]
    return np.stack([lengths.mean(axis=1) / 10, *columns], axis=1)


def _log(values: np.ndarray) -> np.ndarray:
    return np.sign(values) * np.log1p(np.abs(values)) / 4


def encode_inputs(kinds: Sequence[Type], rows: Sequence[tuple[Value, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """Inputs as `search.prior.facts.signature` takes them: int64[SLOTS, E, WIDTH] and lengths int64[SLOTS, E]."""
    xs = np.zeros((SLOTS, len(rows), WIDTH), np.int64)
    xns = np.full((SLOTS, len(rows)), -1, np.int64)
    for slot, kind in enumerate(kinds[:SLOTS]):
        values, lengths = encode_values([row[slot] for row in rows])
        xs[slot], xns[slot] = values, lengths if kind == LIST_INT else -2
    return xs, xns


def encode_values(values: Sequence[Value]) -> tuple[np.ndarray, np.ndarray]:
    """One value an example: int64[E, WIDTH], cut at WIDTH, and lengths int64[E]; an Int or Bool is one item."""
    rows, lengths = np.zeros((len(values), WIDTH), np.int64), np.ones(len(values), np.int64)
    for e, value in enumerate(values):
        items = value[:WIDTH] if isinstance(value, tuple) else (value,)
        rows[e, : len(items)] = [max(min(int(item), FARTHEST), -FARTHEST) for item in items]  # type: ignore[arg-type]
        lengths[e] = len(items)
    return rows, lengths


def rows_of(data: np.ndarray, lengths: np.ndarray | None, chosen: np.ndarray, examples: int) -> tuple[np.ndarray, np.ndarray]:
    """Chosen candidates of a column as int64[T, E, WIDTH] with lengths int64[T, E], cut at WIDTH."""
    rows = (chosen[:, None] * examples + np.arange(examples)).ravel()
    out = np.zeros((len(rows), WIDTH), np.int64)
    if lengths is None:
        out[:, 0] = data[rows]
        sizes = np.ones(len(rows), np.int64)
    else:
        width = min(WIDTH, data.shape[1])
        out[:, :width] = data[rows, :width]
        sizes = np.minimum(lengths[rows], WIDTH).astype(np.int64)
    return out.reshape(len(chosen), examples, WIDTH), sizes.reshape(len(chosen), examples)


def allowed_bits(words: Collection[str], vocabulary: Sequence[str]) -> np.ndarray:
    """float32[V]: 1 for the words that may be used."""
    return np.array([word in words for word in vocabulary], np.float32)
