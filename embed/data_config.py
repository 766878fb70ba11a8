"""The settings that say which batches are drawn, and the traces that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from dsl.errors import ConfigError
from dsl.generate import Generator, Inputs
from dsl.ops import OPS
from dsl.traces import TraceConfig
from dsl.values import DEFAULT, Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """What batches are drawn from."""

    seed: int = 0
    rows: int = 256
    """Concrete rows of a batch."""
    max_cells: int = 64
    """Longest state in cells; states that do not fit are left out."""
    max_list: int = 16
    """Longest list; longer is an error of the profile that the network learns."""
    max_str: int = 32
    """Longest string."""
    input_list: int = 8
    """Longest list that programs start from; a third of the batches go to `max_list`."""
    input_str: int = 12
    """The same for strings."""
    int_range: int = 1000
    """Ints from minus to plus this have codes of their own."""
    errors: float = 0.27
    """Share of concrete rows that get stuck."""
    abstract: float = 0.2
    """Abstract rows for each concrete one."""
    soft: float = 0.12
    """Soft rows for each concrete one."""
    rollouts: float = 0.1
    """Rollouts for each concrete row."""
    rollout_length: int = 3
    every: int = 1
    """Soft rows and rollouts come with one batch in so many, and so many times as many of them: few at a time cost nearly as much as a hundred."""
    singles: float = 0.0
    """Share of concrete rows that are single ops on arguments and with quotations drawn for them (`embed/single.py`), in place of steps of traces."""
    frame: float = 0.5
    """Share of rows with values below the program's own."""
    balance: float = 0.5
    """0 draws transitions as often as traces have them, 1 every op equally often."""
    programs: int = 8192
    """Programs of one batch of traces."""
    max_length: int = 6
    min_length: int = 1
    """Shortest program, in moves; the longest is `max_length`."""
    chunks: int = 12
    """How many chunks are drawn from one batch of traces before the next is made."""
    chunk: int = 8
    """Batches of a chunk, within which rows of like length come together."""
    ops: tuple[str, ...] = ()
    """Only these words, where any are named: sub-languages for tests and ablations."""
    copies: float = 0.1
    """How often transitions come that only move values, against those that compute: with built-in routing there is little to learn from them."""
    emphasis: tuple[str, ...] = ()
    """`NAME:FACTOR` for words that are drawn more or less often than `balance` says; 1 for the others. `executor/focus.py` makes them."""
    pairs: str = "seen"
    """`seen`: without the pairs of ops in a row that are held out (one in twenty, by a hash of their names); `unseen`: only those; `all`."""
    from_step: int = 0
    """Only transitions that so many moves came before; evaluation looks at programs that are longer than trained with it."""
    compiled: bool = True
    """Whether traces are made with compiled kernels; without, small batches come sooner."""

    def __post_init__(self) -> None:
        rules = {
            "seed": self.seed >= 0, "rows": self.rows >= 1, "max_cells": 12 <= self.max_cells <= 1024, "errors": 0 <= self.errors < 1,
            "abstract": 0 <= self.abstract <= 1, "soft": 0 <= self.soft <= 1, "rollouts": 0 <= self.rollouts <= 1, "frame": 0 <= self.frame <= 1, "singles": 0 <= self.singles <= 1,
            "balance": 0 <= self.balance <= 1, "copies": 0 <= self.copies <= 1, "rollout_length": 1 <= self.rollout_length <= 16, "chunks": self.chunks >= 1, "chunk": self.chunk >= 1, "every": self.every >= 1,
            "ops": set(self.ops) <= set(OPS), "pairs": self.pairs in ("seen", "unseen", "all"), "from_step": self.from_step >= 0, "programs": self.programs >= 1,
        }  # fmt: skip
        for name, fine in rules.items():
            if not fine:
                raise ConfigError(f"data field {name} is {getattr(self, name)!r}, which is outside its range; see embed/data_config.py")
        _ = self.factors

    @property
    def factors(self) -> dict[str, float]:
        """`emphasis` as numbers. Raises `ConfigError` for what is none."""
        found = {}
        for text in self.emphasis:
            name, _, factor = text.rpartition(":")
            try:
                found[name] = float(factor)
            except ValueError:
                found[name] = -1.0
            if name not in OPS or not 0 < found[name] < 1e6:
                raise ConfigError(f"emphasis {text!r} is no NAME:FACTOR; the name is a word of the language, the factor a positive number")
        return found

    @property
    def profile(self) -> Profile:
        """The limits that traces run under: what SIZE means to the network."""
        return DEFAULT.with_limits(max_list=self.max_list, max_str=self.max_str)

    def inputs(self, *, long: bool) -> Inputs:
        """The values that programs start from."""
        if long:
            return Inputs(min_int=-self.int_range, max_int=self.int_range, max_items=self.max_list, max_chars=self.max_str)
        return Inputs(min_int=-99, max_int=99, max_items=self.input_list, max_chars=self.input_str)

    def traces(self, seed: int, *, long: bool) -> TraceConfig:
        """The traces of one epoch."""
        names = frozenset(self.ops) if self.ops else Generator().ops
        generator = Generator(ops=names, profile=self.profile)
        return TraceConfig(
            seed=seed,
            programs=self.programs,
            examples=3,
            min_length=self.min_length,
            max_length=self.max_length,
            failing=0.3,
            generator=generator,
            inputs=self.inputs(long=long),
            reuse=1,
        )


def data_config(kept: Mapping[str, Any]) -> DataConfig:
    """The configuration that a file of weights keeps; settings that this version lacks are left out."""
    known = {f.name for f in fields(DataConfig)}
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in kept.items() if key in known}
    return DataConfig(**values)
