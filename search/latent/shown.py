"""What the real machine has shown: a program that it runs makes the value of each of its lines on the way, so one run tells of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dsl.ops import OPS
from dsl.tasks import Example
from dsl.values import Profile
from search.exact.plain import Column, evaluate
from search.term import Apply, Input, Literal, Term


@dataclass(slots=True)
class Shown:
    """Exact values of the lines of programs that were run."""

    examples: Sequence[Example]
    """All examples of the task, on which programs are run."""
    profile: Profile
    lines: bool = True
    """False: only what the programs answer is taken down."""
    _columns: dict[Term, Column | None] = field(default_factory=dict)
    """The values on each example, None where a line gets stuck on some of them."""

    def __contains__(self, term: Term) -> bool:
        """Whether the machine has come by this line."""
        return term in self._columns

    def note(self, program: Term) -> None:
        """Takes down the values of the lines of a program that was run."""
        kept = {} if self.lines else dict(self._columns)
        column = self._value(program)
        if not self.lines:
            self._columns = kept | {program: column}

    def on(self, examples: Sequence[Example], term: Term) -> Column | None:
        """The values of a line that was come by, on some of the examples; None where it gets stuck on any."""
        column = self._columns[term]
        if column is None:
            return None
        of = {id(example): value for example, value in zip(self.examples, column, strict=True)}
        return tuple(of[id(example)] for example in examples)

    def _value(self, term: Term) -> Column | None:
        if isinstance(term, Input):
            return tuple(example.inputs[term.index] for example in self.examples)
        if isinstance(term, Literal):
            return (term.push.value,) * len(self.examples)
        if term not in self._columns:
            assert isinstance(term, Apply) and not term.quotations, "the policy knows no others"
            args = [self._value(arg) for arg in term.args]
            reference = OPS[term.word].reference
            assert reference is not None
            fine = [column for column in args if column is not None]
            self._columns[term] = evaluate(reference, self.profile, fine) if len(fine) == len(args) else None
        return self._columns[term]
