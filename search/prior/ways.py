"""The lines of drawn programs with their values: what the policy is trained on, and the states and questions that are drawn from them.

    Ways.of(drawn, kinds)     the programs of a world; equal values are kept once, lines that make nothing new are left out
    questions(ways, ...)      two values of a state each, with what their program still does with them

A state is what a program has after some of its lines, in one of the orders in which they can come. A question is a pair of its values. In
some of them a value is a *stranger*, made by another program of the same world: nothing uses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numba import njit

from dsl.ops import OPS
from search.exact.rules import COMMUTATIVE
from search.prior.labels import LITERAL, Way
from search.prior.pairs import BOTH, LOWER, NUM_FLAGS, TURNED, UPPER
from search.prior.random_programs import MAX_ARGS, MAX_LINES
from search.prior.signature import ABSENT
from search.prior.views import SLOTS

MAX_VALUES = SLOTS + MAX_LINES
STRANGE, BOTH_STRANGE, UPPER_STRANGE = 0.25, 0.2, 0.7
"""Shares: questions with a stranger; of these such with two; and of the rest such in which it is the upper value."""
ALONE, LAST = 0.1, 0.6
"""Shares: questions about a value alone, and of the others those about the last value."""
_LARGEST = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class Ways:
    """N programs of one family over P values. Programs of a world lie side by side."""

    values: np.ndarray
    """int32[P, E, WIDTH]."""
    sizes: np.ndarray
    """int8[P, E]: lengths, NUMBER_SIZE for numbers."""
    places: np.ndarray
    """int32[N, MAX_VALUES]: numbers of the values: inputs, then lines; -1 after the last one, which is the output."""
    words: np.ndarray
    """int16[N, MAX_LINES]: the lines' words, as places in the vocabulary."""
    args: np.ndarray
    """int8[N, MAX_LINES, MAX_ARGS]: their arguments, as places in the row of `places`; LITERAL for literals, and after the last one."""
    inputs: np.ndarray
    """int8[N]: how many inputs."""
    lines: np.ndarray
    """int8[N]: how many lines."""
    boolean: np.ndarray
    """bool[N]: whether the output is a Bool."""
    language: np.ndarray
    """int8[N]: number of the language."""
    world: np.ndarray
    """int32[N]."""

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class Questions:
    """N pairs of values, with what their programs do with them."""

    tasks: np.ndarray
    """int64[N]."""
    pairs: np.ndarray
    """int64[N, SLOTS]: places of the values, the one that was made before first; -1 in the second column for a value alone."""
    flags: np.ndarray
    """float32[N, NUM_FLAGS]."""
    actions: np.ndarray
    """int64[N, MAX_LINES]: what the program still does with this pair: use * number of words + word; -1 after the last one."""
    used: np.ndarray
    """int8[N, SLOTS]: whether the program still uses each value; -1 where there is none."""


def gather(
    ways: Sequence[Way], inputs: tuple[np.ndarray, np.ndarray], vocabulary: Sequence[str], *, boolean: bool, language: int, world: int
) -> Ways:
    """The programs of a world with outputs of one type. `inputs` are int64[I, E, WIDTH] and lengths int64[I, E]."""
    place_of = {word: place for place, word in enumerate(vocabulary)}
    pool: dict[bytes, int] = {}
    values: list[np.ndarray] = []
    sizes: list[np.ndarray] = []

    def number(rows: np.ndarray, lengths: np.ndarray) -> int:
        key = rows.tobytes() + lengths.tobytes()
        if key not in pool:
            pool[key] = len(values)
            values.append(rows)
            sizes.append(lengths)
        return pool[key]

    first = [number(*pair) for pair in zip(*inputs, strict=True)]
    count = len(ways)
    places, words = np.full((count, MAX_VALUES), -1, np.int32), np.full((count, MAX_LINES), -1, np.int16)
    args, lines = np.full((count, MAX_LINES, MAX_ARGS), LITERAL, np.int8), np.zeros(count, np.int8)
    for row, way in enumerate(ways):
        made = [number(*pair) for pair in way.values]
        kept = shortened(way, first, made)
        lines[row] = len(kept)
        places[row, : len(first)] = first
        for line, (old, takes) in enumerate(kept):
            places[row, len(first) + line] = made[old]
            words[row, line] = place_of[way.words[old]]
            args[row, line, : len(takes)] = takes
    shape = inputs[0].shape[1:]
    fine = lines > 0
    return Ways(
        np.clip(np.array(values, np.int64).reshape(-1, *shape), -_LARGEST, _LARGEST).astype(np.int32),
        np.array(sizes, np.int8).reshape(-1, shape[0]),
        places[fine], words[fine], args[fine], np.full(count, len(first), np.int8)[fine], lines[fine],
        np.full(count, boolean)[fine], np.full(count, language, np.int8)[fine], np.full(count, world, np.int32)[fine],
    )  # fmt: skip


def shortened(way: Way, inputs: Sequence[int], made: Sequence[int]) -> list[tuple[int, tuple[int, ...]]]:
    """The lines that make something new and that the output needs, with their arguments among the inputs and these lines. `inputs` and `made`
    number the values, equal ones alike. Empty where the output is an input."""
    numbers = [*inputs, *made]
    earliest = {value: place for place, value in reversed(list(enumerate(numbers)))}
    same = [earliest[value] for value in numbers]
    needed, stack = set[int](), [same[-1]]
    while stack:
        place = stack.pop()
        if place < len(inputs) or place in needed:
            continue
        needed.add(place)
        stack += [same[arg] for arg in way.args[place - len(inputs)] if arg != LITERAL]
    order = sorted(needed)
    new = {place: place for place in range(len(inputs))} | {place: len(inputs) + line for line, place in enumerate(order)}
    return [
        (place - len(inputs), tuple(LITERAL if arg == LITERAL else new[same[arg]] for arg in way.args[place - len(inputs)]))
        for place in order
    ]


def joined(parts: Sequence[Ways]) -> Ways:
    """Several in one piece, the values numbered through."""
    arrays = {field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Ways) if field.name != "places"}
    before = np.cumsum([0, *(len(part.values) for part in parts)])
    moved = [np.where(part.places < 0, -1, part.places + first) for part, first in zip(parts, before, strict=False)]
    return Ways(places=np.concatenate(moved).astype(np.int32), **arrays)


def commutes(vocabulary: Sequence[str]) -> np.ndarray:
    """bool[V]: the words whose two arguments may change places."""
    return np.array([word in COMMUTATIVE and OPS[word].num_args == 2 for word in vocabulary], bool)


def worlds_of(ways: Ways) -> np.ndarray:
    """int64[N, 2]: the first program of each program's world, and the first after it."""
    number = np.concatenate([[0], np.cumsum(np.diff(ways.world) != 0)])
    return np.stack([np.searchsorted(number, number, side) for side in ("left", "right")], axis=1)


def questions(ways: Ways, worlds: np.ndarray, tasks: np.ndarray, symmetric: np.ndarray, seed: int) -> Questions:
    """One question about each of these programs. `worlds` is `worlds_of(ways)`, `symmetric` is `commutes` of the vocabulary."""
    count = len(tasks)
    pairs, flags = np.full((count, SLOTS), -1, np.int64), np.zeros((count, NUM_FLAGS), np.float32)
    actions, used = np.full((count, MAX_LINES), -1, np.int64), np.full((count, SLOTS), -1, np.int8)
    _questions(
        seed, tasks, worlds, symmetric, ways.places, ways.words, ways.args, ways.inputs, ways.lines, pairs, flags, actions, used
    )  # fmt: skip
    return Questions(tasks, pairs, flags, actions, used)


@njit(cache=True)
def _questions(seed, tasks, worlds, symmetric, places, words, args, inputs, lines, pairs, flags, actions, used):  # type: ignore[no-untyped-def]
    np.random.seed(seed)
    state = np.zeros(MAX_VALUES, np.int64)
    for row in range(len(tasks)):
        task = tasks[row]
        done = np.zeros(MAX_LINES, np.bool_)
        size = _state(task, np.random.randint(0, lines[task]), args, inputs, lines, state, done)
        lower, upper = _pair(size, state, task, args, inputs, lines, done)
        strange = np.zeros(SLOTS, np.bool_)
        if np.random.random() < STRANGE:
            both, which = np.random.random() < BOTH_STRANGE, 1 if np.random.random() < UPPER_STRANGE and upper >= 0 else 0
            for slot in range(SLOTS):
                if (both and upper >= 0) or slot == which:
                    found = _stranger(task, worlds, places, inputs, lines)
                    if found >= 0:
                        strange[slot] = True
                        pairs[row, slot] = found
        real = np.array([lower if not strange[0] else -1, upper if not strange[1] else -1])
        for slot in range(SLOTS):
            if real[slot] >= 0:
                pairs[row, slot] = places[task, real[slot]]
                used[row, slot] = _is_used(real[slot], task, args, lines, done, False)
                flags[row, slot] = _is_used(real[slot], task, args, lines, done, True)
                if strange[1 - slot] and np.random.random() < 0.5:
                    flags[row, slot] = 1
            elif strange[slot]:
                used[row, slot] = 0
        waiting = 0
        for k in range(size):
            v = state[k]
            waiting += v != lower and v != upper and not _is_used(v, task, args, lines, done, True)
        flags[row, 2], flags[row, 3] = waiting == 1, waiting > 1
        _label(row, task, real[0], real[1], symmetric, words, args, lines, done, actions)


@njit(cache=True)
def _state(task, count, args, inputs, lines, state, done):  # type: ignore[no-untyped-def]
    """Does `count` lines in an order that is possible; gives how many values there are then, in `state`."""
    size = inputs[task]
    for v in range(size):
        state[v] = v
    ready = np.zeros(MAX_LINES, np.int64)
    for _ in range(count):
        found = 0
        for line in range(lines[task]):
            fine = not done[line]
            for k in range(MAX_ARGS):
                arg = args[task, line, k]
                fine = fine and (arg < inputs[task] or done[arg - inputs[task]])
            if fine:
                ready[found] = line
                found += 1
        line = ready[np.random.randint(0, found)]
        done[line] = True
        state[size] = inputs[task] + line
        size += 1
    return size


@njit(cache=True)
def _pair(size, state, task, args, inputs, lines, done):  # type: ignore[no-untyped-def]
    """Two values of a state, the one that was made before first, or one and -1."""
    if size == 1 or np.random.random() < ALONE:
        v = state[np.random.randint(0, size)]
        for _ in range(size):  # rather one that waits
            if not _is_used(v, task, args, lines, done, True):
                break
            v = state[np.random.randint(0, size)]
        return v, -1
    b = size - 1 if np.random.random() < LAST else np.random.randint(1, size)
    return state[np.random.randint(0, b)], state[b]


@njit(cache=True)
def _is_used(v, task, args, lines, done, before):  # type: ignore[no-untyped-def]
    """Whether a line that is done, or one that is not, takes a value."""
    for line in range(lines[task]):
        if done[line] == before:
            for k in range(MAX_ARGS):
                if args[task, line, k] == v:
                    return True
    return False


@njit(cache=True)
def _stranger(task, worlds, places, inputs, lines):  # type: ignore[no-untyped-def]
    """A value of another program of the world that this one does not have; -1 where one was drawn that it has."""
    other = np.random.randint(worlds[task, 0], worlds[task, 1])
    found = places[other, inputs[other] + np.random.randint(0, lines[other])]
    for k in range(inputs[task] + lines[task]):
        if places[task, k] == found:
            return -1
    return found


@njit(cache=True)
def _label(row, task, lower, upper, symmetric, words, args, lines, done, actions):  # type: ignore[no-untyped-def]
    """Notes the lines to be done that take these values and no others."""
    found = 0
    for line in range(lines[task]):
        if done[line]:
            continue
        first, takes_lower, takes_upper, fine = -1, False, False, True
        for k in range(MAX_ARGS):
            arg = args[task, line, k]
            if arg < 0:
                continue
            first = arg if first < 0 else first
            takes_lower = takes_lower or arg == lower
            takes_upper = takes_upper or arg == upper
            fine = fine and arg in (lower, upper)
        if not fine or not (takes_lower or takes_upper):
            continue
        use = BOTH if symmetric[words[task, line]] or first == lower else TURNED
        if not (takes_lower and takes_upper):
            use = LOWER if takes_lower else UPPER
        action = use * len(symmetric) + words[task, line]
        known = False
        for k in range(found):
            known = known or actions[row, k] == action
        if not known:
            actions[row, found] = action
            found += 1


def values_of(ways: Ways, asked: Questions) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The pairs' values int64[N, SLOTS, E, WIDTH] with lengths, and the outputs int64[N, E, WIDTH] with lengths, as `look` takes them."""
    there = asked.pairs >= 0
    xs = np.where(there[..., None, None], ways.values[asked.pairs], 0).astype(np.int64)
    xns = np.where(there[..., None], ways.sizes[asked.pairs], ABSENT).astype(np.int64)
    goals = ways.places[asked.tasks, ways.inputs[asked.tasks].astype(np.int64) + ways.lines[asked.tasks] - 1]
    sizes = ways.sizes[goals].astype(np.int64)
    return xs, xns, ways.values[goals].astype(np.int64), np.where(sizes < 0, 1, sizes)
