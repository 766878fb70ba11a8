"""Which words may follow a prefix, by types alone: exact, and it costs nothing beside an executor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dsl.generate import moves_on
from dsl.types import Type, type_of
from dsl.values import Value
from search.latent.choices import DEEPEST
from search.latent.programs import HOLES, NOP


class Typing:
    """Prefixes are tuples of numbers of `words`. A sequence of the whole length must leave the output's type on top."""

    def __init__(self, words: Sequence[str], inputs: Sequence[Type], output: Type, length: int, constants: Sequence[Value] = ()) -> None:
        self.words, self.output, self.length = tuple(words), output, length
        self.constants = tuple(map(type_of, constants))
        self._stacks: dict[tuple[int, ...], tuple[Type, ...] | None] = {(): tuple(inputs)}
        self._allowed: dict[tuple[tuple[Type, ...], bool], np.ndarray] = {}

    def allowed(self, prefix: tuple[int, ...]) -> np.ndarray:
        """bool[W]: the words that may come next."""
        stack = self.stack(prefix)
        if stack is None:
            return np.zeros(len(self.words), bool)
        key = stack, len(prefix) + 1 == self.length
        if key not in self._allowed:
            after = [self.after(stack, word) for word in self.words]
            self._allowed[key] = np.array([found is not None and (not key[1] or found[-1:] == (self.output,)) for found in after], bool)
        return self._allowed[key]

    def stack(self, prefix: tuple[int, ...]) -> tuple[Type, ...] | None:
        """The types after a prefix; None where some word does not fit."""
        if prefix not in self._stacks:
            before = self.stack(prefix[:-1])
            self._stacks[prefix] = None if before is None else self.after(before, self.words[prefix[-1]])
        return self._stacks[prefix]

    def after(self, stack: tuple[Type, ...], word: str) -> tuple[Type, ...] | None:
        """The types after one word; None where it does not fit, or where nothing or too much would be left."""
        if word == NOP:
            return stack
        if word in HOLES:
            index = HOLES.index(word)
            found = (*stack, self.constants[index]) if index < len(self.constants) else None
        else:
            moves = moves_on(stack, frozenset({word}))
            found = (*stack[: len(stack) - len(moves[0].args)], *moves[0].results) if moves else None
        return found if found is not None and 1 <= len(found) <= DEEPEST else None
