"""What traces are drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dsl.columns.layout import Array
from dsl.errors import ConfigError
from dsl.generate import INPUT_SHAPES, Generator, Inputs
from dsl.traces.batch import TraceBatch
from dsl.types import Type
from dsl.values import DEFAULT, Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceConfig:
    """What traces are drawn from. Equal configurations give equal traces, batch by batch, on any number of shards."""

    seed: int = 0
    programs: int = 16384
    """Programs begun in one batch; about two thirds are kept. Every kind of word costs the same for ten programs as for a hundred."""
    examples: int = 5
    """Examples of each program."""
    min_length: int = 1
    max_length: int = 6
    """Program length in moves: words, literals, and combinators with their quotations."""
    shapes: tuple[tuple[Type, ...], ...] = INPUT_SHAPES
    """Stack shapes that programs start from."""
    failing: float = 0.25
    """Wanted share of programs whose last move gets stuck on some example."""
    generator: Generator = field(default_factory=lambda: Generator(profile=DEFAULT.with_limits(max_list=20, max_str=64)))
    inputs: Inputs = field(default_factory=Inputs)
    reuse: int = 16
    """Batches in a row that draw from the same random quotations; a shard makes so many in a row. New quotations take about as long as a batch."""
    keep: Callable[[TraceBatch], Array] | None = None
    """Called with each batch; gives the numbers of the programs to keep: how an enumerator filters programs of minimal length."""

    def __post_init__(self) -> None:
        depth, profile = self.generator.max_depth, self.profile
        rules = {
            "seed": (self.seed >= 0, "at least 0"),
            "programs": (self.programs >= 1, "at least 1"),
            "examples": (self.examples >= 1, "at least 1"),
            "min_length": (1 <= self.min_length <= self.max_length, f"in 1..{self.max_length}, the max_length"),
            "max_length": (self.max_length <= min(100, profile.fuel // 2), "at most 100 and half the profile's fuel"),
            "shapes": (all(0 < len(shape) <= depth for shape in self.shapes) and self.shapes, f"shapes of 1..{depth} values, at least one"),
            "failing": (0 <= self.failing < 1, "at least 0 and below 1"),
            "generator": (4 * depth + 12 <= profile.max_stack, "one whose profile leaves room on the stack for 4 * max_depth + 12 values"),
            "reuse": (self.reuse >= 1, "at least 1"),
        }
        for name, (fine, rule) in rules.items():
            if not fine:
                value = getattr(self, name)
                shown = f" is {value}; it" if isinstance(value, (int, float)) else ""
                raise ConfigError(f"trace field {name}{shown} must be {rule}")

    @property
    def profile(self) -> Profile:
        """The profile that traces run under."""
        return self.generator.profile
