"""A batch of traces as arrays, and the same as programs and records for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from dsl.columns.layout import Array, Column, decode, layout_of
from dsl.errors import TaskError
from dsl.ops import OPS
from dsl.parser import parse
from dsl.program import Program, Word
from dsl.traces.abstraction import AbstractArrays, abstracted
from dsl.traces.moves import Move
from dsl.types import VALUE_TYPES, Type, parse_type
from dsl.values import REASONS, Profile, Stuck, Value, to_json

FORMAT_VERSION = 1
"""Of the `.npz` files; raised when their arrays change meaning."""


@dataclass(frozen=True, slots=True, eq=False)
class TraceBatch:
    """Programs grown together. Axes: P programs, L longest program in moves, D deepest stack, E examples.

    The stack of program p before its move s is `values[p, s, :depths[p, s]]`: numbers of values in `columns` of the type codes
    `types[p, s]` (indices into `dsl.types.VALUE_TYPES`), deepest first; value v on example e is row `v * E + e` of its
    type's column. After the last move stands the final stack; it means nothing on the examples on which that move got stuck, and has depth
    -1 if those are all.
    """

    moves: tuple[Move, ...]
    """What the numbers in `words` stand for."""
    words: Array
    """int32[P, L]: the program's moves; -1 past its end."""
    lengths: Array
    """int32[P]: number of moves."""
    types: Array
    """int8[P, L + 1, D]: type codes; -1 where the stack is not that deep."""
    values: Array
    """int32[P, L + 1, D]: value numbers."""
    depths: Array
    """int8[P, L + 1]."""
    status: Array
    """uint8[P, E]: why the last move got stuck on each example (codes of `dsl.values.CODES`); 0 where it did not."""
    columns: Mapping[Type, Column]
    num_examples: int
    profile: Profile

    def __len__(self) -> int:
        return len(self.words)

    @property
    def num_steps(self) -> int:
        """Transitions (stack before, move, stack after or error), each example counted."""
        return int(self.lengths.sum()) * self.num_examples

    def program(self, p: int) -> Program:
        """Program p."""
        moves = (self.moves[number] for number in self.words[p, : self.lengths[p]])
        return Program(tuple(instruction for move in moves for instruction in move.instructions))

    def move(self, p: int, step: int) -> Move:
        """Move number `step` of program p."""
        return self.moves[self.words[p, step]]

    def shape(self, p: int, step: int = 0) -> tuple[Type, ...]:
        """Types on the stack of program p before move `step`."""
        return tuple(VALUE_TYPES[code] for code in self.types[p, step, : max(self.depths[p, step], 0)])

    def stack(self, p: int, step: int, example: int) -> tuple[Value, ...] | Stuck:
        """The stack of program p before move `step` on one example; after the last move, why it got stuck if it did.

        The path of such a `Stuck` ends at the word of the program's own body, also where the failure is inside its quotation.
        """
        code = int(self.status[p, example])
        if code and step == self.lengths[p]:
            return Stuck(REASONS[code - 1], (len(self.program(p).body) - 1,))
        rows = self.values[p, step, : max(self.depths[p, step], 0)].astype(np.int64) * self.num_examples + example
        return tuple(decode(self.columns[kind], rows[i : i + 1])[0] for i, kind in enumerate(self.shape(p, step)))

    def abstracted(self, kind: Type) -> AbstractArrays:
        """The best abstraction of every value of a type over its examples, in every domain: the abstract counterpart of `columns[kind]`."""
        return abstracted(self.columns[kind], self.num_examples)

    def save(self, path: Path) -> None:
        """Writes the arrays, without any pickle, as one `.npz` file that `load` reads. The file is whole or not there."""
        arrays = {"words": self.words, "lengths": self.lengths, "types": self.types, "values": self.values, "depths": self.depths, "status": self.status}
        for code, kind in enumerate(VALUE_TYPES):
            column = self.columns[kind]
            for name, array in (("data", column.data), ("lengths", column.lengths), ("ends", column.ends)):
                if array is not None:
                    arrays[f"column{code}_{name}"] = array
        moves = [{"text": str(Program(m.instructions)), "args": [str(t) for t in m.args], "results": [str(t) for t in m.results]} for m in self.moves]
        about = {"format_version": FORMAT_VERSION, "num_examples": self.num_examples, "profile": asdict(self.profile), "moves": moves}
        part = path.with_name(f".{path.name}.part")
        with part.open("wb") as file:
            np.savez(file, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **arrays)
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> TraceBatch:
        """What `save` wrote. Raises `TaskError` for anything else."""
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            about = json.loads(arrays.pop("about").tobytes())
            if about["format_version"] != FORMAT_VERSION:
                raise TaskError(f"{path}: traces of format {about['format_version']}; this version reads format {FORMAT_VERSION}")
        except (ValueError, KeyError, OSError, EOFError, BadZipFile) as error:
            raise TaskError(f"{path}: not a file of traces ({error}); write one with `flowforth traces --npz`") from None
        moves = tuple(_move(entry) for entry in about["moves"])
        columns = {
            kind: Column(layout_of(kind), *(arrays.get(f"column{code}_{name}") for name in ("data", "lengths", "ends"))) for code, kind in enumerate(VALUE_TYPES)
        }
        main = (arrays[name] for name in ("words", "lengths", "types", "values", "depths", "status"))
        return cls(moves, *main, columns, about["num_examples"], Profile(**about["profile"]))

    def records(self) -> Iterator[dict[str, Any]]:
        """One JSON object per program: text, input types, and for each move the stacks of every example before and after it, beside the abstract ones."""
        from dsl.traces.records import record  # the abstract machine is needed only here

        for p in range(len(self)):
            yield record(self, p)


def _move(entry: dict[str, Any]) -> Move:
    """A move from its text and types."""
    instructions = parse(entry["text"]).body
    last = instructions[-1]
    op = OPS[last.name] if isinstance(last, Word) else None
    return Move(instructions, tuple(map(parse_type, entry["args"])), tuple(map(parse_type, entry["results"])), op, 1.0)


def shown(value: tuple[Value, ...] | Stuck) -> Any:
    """A stack or a failure as JSON."""
    return {"stuck": value.reason.value} if isinstance(value, Stuck) else [to_json(item) for item in value]
