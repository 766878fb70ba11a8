"""The values that a search has made, each once, and every application that it has executed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from dsl.ops import OPS
from dsl.program import Push
from dsl.tasks import Example, Task
from dsl.types import Type
from dsl.values import Profile, Value
from search.exact.plain import Column, evaluate
from search.term import Apply, Input, Literal, Term

Application: TypeAlias = "tuple[str, tuple[int, ...], Type]"
"""A word, the numbers of its arguments, and the type of what it makes."""


@dataclass(slots=True)
class Space:
    """Distinct columns of values over some examples, by number: inputs first, then literals, then what words made of them.

    Applications are executed one at a time by the words' references: what comes between two of them, asking the network, takes a hundred
    times longer, and batches are too small and too mixed for the columnar machine to gain anything.
    """

    examples: Sequence[Example]
    profile: Profile
    kinds: list[Type] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    """How each was made first."""
    inputs: tuple[int, ...] = ()
    """Numbers of the inputs, equal ones once."""
    literals: tuple[int, ...] = ()
    """Those of literals that are no inputs."""
    executed: int = 0
    """Applications executed."""
    _numbers: dict[tuple[Type, Column], int] = field(default_factory=dict)
    _done: dict[tuple[str, tuple[int, ...]], int | None] = field(default_factory=dict)

    @classmethod
    def of(cls, task: Task, examples: Sequence[Example], pushes: Sequence[Push], profile: Profile) -> Self:
        """The inputs and literals of a task."""
        return cls(examples, profile).begun(task, pushes)

    def begun(self, task: Task, pushes: Sequence[Push]) -> Self:
        """With the inputs and literals of a task."""
        for index, kind in enumerate(task.input_types):
            self._add(kind, tuple(example.inputs[index] for example in self.examples), Input(index))
        self.inputs = tuple(range(len(self.columns)))
        for push in pushes:
            self._add(push.type, (push.value,) * len(self.examples), Literal(push))
        self.literals = tuple(range(len(self.inputs), len(self.columns)))
        return self

    def find(self, kind: Type, column: Sequence[Value]) -> int | None:
        """The number of these values, if they were made."""
        return self._numbers.get((kind, tuple(column)))

    def prepare(self, lines: Sequence[Application]) -> None:
        """Told which applications come next, so that they can share a call."""

    def apply(self, word: str, args: tuple[int, ...], result: Type) -> int | None:
        """The number of what a word makes of these values; None where it gets stuck on an example. Executed once only."""
        key = (word, args)
        if key not in self._done:
            self.executed += 1
            reference = OPS[word].reference
            assert reference is not None
            column = evaluate(reference, self.profile, [self.columns[arg] for arg in args])
            self._done[key] = None if column is None else self._add(result, column, self.term(word, args))
        return self._done[key]

    def term(self, word: str, args: tuple[int, ...]) -> Term:
        """The application as a term."""
        return Apply(word, tuple(self.terms[arg] for arg in args))

    def _add(self, kind: Type, column: Column, term: Term) -> int:
        number = self._numbers.setdefault((kind, column), len(self.columns))
        if number == len(self.columns):
            self.kinds.append(kind)
            self.columns.append(column)
            self.terms.append(term)
        return number
