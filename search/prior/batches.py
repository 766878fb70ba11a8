"""Batches of drawn tasks as the networks see them: facts about the values, the values' codes, and what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from dsl.types import INT, LIST_INT
from search.prior.fitting import masks
from search.prior.items import codes
from search.prior.language import NUM_EXAMPLES, inputs_of
from search.prior.shards import Shard, languages
from search.prior.signature import LISTS, NUMBER, Seen, encode_inputs, look, width
from search.prior.strangers import Strangers
from search.prior.views import SLOTS, WIDTH

MADE_OF, FEW = 3, 0.5
"""Values on the way that are made of up to so many words have that share of the scoring network's batches to themselves: searches score what few words make."""


@dataclass(slots=True)
class Batches:
    """Rows of one family's tasks. N rows, E examples."""

    data: Shard
    family: str
    strangers: Strangers
    """Lists of the same worlds."""
    worlds: np.ndarray = field(init=False)
    """int64[T]: a number for each task that rises from world to world, as tasks lie."""
    _inputs: np.ndarray = field(init=False)
    _sizes: np.ndarray = field(init=False)
    _few: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        number = self.data.world
        begins = np.concatenate([[True], np.diff(number) != 0]) if len(number) else np.zeros(0, bool)
        self.worlds = np.cumsum(begins) - 1
        self._inputs = np.zeros((begins.sum(), SLOTS, NUM_EXAMPLES, WIDTH), np.int32)
        self._sizes = np.zeros((begins.sum(), SLOTS, NUM_EXAMPLES), np.int8)
        for place, world in enumerate(number[begins].tolist()):
            self._inputs[place], self._sizes[place] = encode_inputs(*inputs_of(languages()[world % 2], world // 2))
        few = np.flatnonzero(self.data.middle_left[:, 0] <= MADE_OF)
        self._few = few if len(few) else np.arange(len(self.data.middle_of))

    def facts(self, rows: np.ndarray) -> np.ndarray:
        """float32[N, width]: the network's input for these tasks."""
        data = self.data
        bits = np.unpackbits(data.bits[rows], axis=1)[:, : width(self.family, 0) - data.numbers.shape[1]]
        return np.concatenate([bits.astype(np.float32), masks()[data.language[rows]], data.numbers[rows].astype(np.float32)], axis=1)

    def items(self, rows: np.ndarray) -> np.ndarray:
        """The codes of these tasks' values."""
        data, world = self.data, self.worlds[rows]
        return codes(self._inputs[world], self._sizes[world], data.outputs[rows], data.sizes[rows], number=self.family == NUMBER)

    def facts_again(self, middles: np.ndarray) -> np.ndarray:
        """The network's input for tasks with a value on the way as a further input."""
        data, owners = self.data, self.data.middle_of[middles]
        seen = self._look(self._given(data.middles[middles], data.middle_sizes[middles], owners), owners)
        return np.concatenate([seen.bits.astype(np.float32), masks()[data.language[owners]], seen.numbers], axis=1)

    def items_again(self, middles: np.ndarray) -> np.ndarray:
        """The codes of these tasks' values."""
        data = self.data
        return codes(*self._given(data.middles[middles], data.middle_sizes[middles], data.middle_of[middles]), number=self.family == NUMBER)

    def _given(self, values: np.ndarray, sizes: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Tasks with values int[N, E, WIDTH] as the first input, and an input of their own as the second."""
        data = self.data
        xs = np.stack([values, data.inputs[owners]], axis=1).astype(np.int64)
        xns = np.stack([sizes, data.input_sizes[owners]], axis=1).astype(np.int64)
        return xs, xns, data.outputs[owners].astype(np.int64), data.sizes[owners].astype(np.int64)

    def _look(self, given: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], owners: np.ndarray) -> Seen:
        seen = look(*given, LIST_INT if self.family == LISTS else INT)
        if self.family == NUMBER:  # which of the two families of numbers it is stands in the last bits
            flags = np.unpackbits(self.data.bits[owners], axis=1)[:, seen.bits.shape[1] - 2 : seen.bits.shape[1]]
            seen.bits[:, -2:] = flags
        return seen

    def near(self, seed: Sequence[int], size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The scoring network's input and answers float32[N] for values beside outputs: half of them on the way to theirs, a quarter on the way to
        another output on the same inputs, a quarter lists of the same world."""
        data, random = self.data, np.random.default_rng(seed)
        middles = random.integers(0, len(data.middle_of), size)
        middles = np.where(random.random(size) < FEW, self._few[random.integers(0, len(self._few), size)], middles)
        owners, kind = data.middle_of[middles], random.random(size)
        values, sizes = data.middles[middles], data.middle_sizes[middles]
        first, last = (np.searchsorted(self.worlds, self.worlds[owners], side) for side in ("left", "right"))
        others = np.where(kind < 0.25, first + (random.random(size) * (last - first)).astype(np.int64), owners)
        right = others == owners
        low, high = (np.searchsorted(self.strangers.world, data.world[owners], side) for side in ("left", "right"))
        some = np.flatnonzero((kind >= 0.75) & (high > low))
        chosen = low[some] + (random.random(len(some)) * (high - low)[some]).astype(np.int64)
        values[some], sizes[some], right[some] = self.strangers.values[chosen], self.strangers.sizes[chosen], False
        return *self.near_rows(values, sizes, others), right.astype(np.float32)

    def near_rows(self, values: np.ndarray, sizes: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The scoring network's input for values beside the outputs of tasks."""
        given = self._given(values, sizes, owners)
        seen = self._look(given, owners)
        return np.concatenate([seen.bits.astype(np.float32), seen.numbers], axis=1), codes(*given, number=self.family == NUMBER)
