"""Rows of a batch as plain values, made only when asked for."""

from __future__ import annotations

from dsl.types import Type
from embed.cells import State, decode
from embed.vocab import Vocabulary


class Whole:
    """One row as plain values."""

    def __init__(self, cells: list[tuple[int, int]], types: tuple[Type, ...], vocab: Vocabulary) -> None:
        self.cells, self.types, self.vocab = cells, types[:4], vocab
        self.deep_types = tuple(reversed(types))
        self._state: State | None = None

    @property
    def state(self) -> State:
        """The state, decoded once."""
        if self._state is None:
            self._state = decode(self.cells, self.vocab)
        return self._state
