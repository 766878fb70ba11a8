"""Training data on disk: what the network sees of drawn tasks, with their labels, a file for some worlds of a language.

Files are written whole and belong to their numbers, so that making data can be stopped and go on, and several processes may share the work.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dsl.errors import ConfigError
from dsl.ops import OPS
from dsl.types import BOOL, LIST_INT
from search.prior.draw import Drawn, world
from search.prior.language import Language, lines_language, numbers_language
from search.prior.signature import LISTS, NUMBER, encode_inputs, family_of, look
from search.prior.views import SLOTS
from search.prior.ways import Ways, gather, joined

WORLDS = 20
"""Worlds in a file."""
VOCABULARY: tuple[str, ...] = tuple(name for name, op in OPS.items() if op.kind == "value")
"""Words that the network knows, in the order of its outputs."""
_PLACE = {word: place for place, word in enumerate(VOCABULARY)}


@dataclass(frozen=True, slots=True)
class Shard:
    """N tasks of one family."""

    bits: np.ndarray
    """uint8[N, ceil(B / 8)]: the signature's bits, packed."""
    numbers: np.ndarray
    """float16[N, NUM_NUMBERS]."""
    words: np.ndarray
    """uint8[N, ceil(V / 8)], packed: the words of a program."""
    fronts: np.ndarray
    """The same for the words applied to an input."""
    roots: np.ndarray
    """int16[N]: place of the last word."""
    lengths: np.ndarray
    """int8[N]: words of the program."""
    minimal: np.ndarray
    """bool[N]: whether there is no shorter one."""
    language: np.ndarray
    """int8[N]: which of `languages()`."""
    outputs: np.ndarray
    """int32[N, E, WIDTH]."""
    sizes: np.ndarray
    """int8[N, E]: lengths of the outputs."""
    inputs: np.ndarray
    """int32[N, E, WIDTH]: the first input that is a list, else the first."""
    input_sizes: np.ndarray
    """int8[N, E]; -2 for an Int."""
    world: np.ndarray
    """int32[N]: number of the world: tasks of one world have the same inputs."""
    middle_of: np.ndarray
    """int32[M]: the task that a list is on the way of."""
    middles: np.ndarray
    """int32[M, E, WIDTH]."""
    middle_sizes: np.ndarray
    """int8[M, E]."""
    middle_left: np.ndarray
    """int8[M, 2]: words that it is made of, words that are left to do."""
    middle_words: np.ndarray
    """uint8[M, ceil(V / 8)], packed: the words that are left to do."""


def languages() -> tuple[Language, ...]:
    """The languages that tasks are drawn in."""
    return (lines_language(), numbers_language())


def make(folder: Path, language: int, number: int) -> Path:
    """Makes one file, unless it is there."""
    path = folder / f"{languages()[language].name}-{number:05d}.npz"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[Shard]] = {NUMBER: [], LISTS: []}
    ways: dict[str, list[Ways]] = {NUMBER: [], LISTS: []}
    for seed in range(number * WORLDS, (number + 1) * WORLDS):
        drawn = world(languages()[language], seed)
        if drawn is None:
            continue
        for family, shard in _of_world(drawn, language, seed):
            found[family].append(shard)
        for family, some in _ways_of(drawn, language, seed):
            ways[family].append(some)
    arrays = {
        f"{family}.{name}": array for family, shards in found.items() if shards for name, array in _joined(shards).items()
    }  # fmt: skip
    for family, parts in ways.items():
        if parts:
            whole = joined(parts)
            arrays |= {f"ways-{family}.{name}": getattr(whole, name) for name in Ways.__slots__}
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with part.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    part.replace(path)
    return path


def read(paths: Sequence[Path], family: str) -> Shard:
    """The tasks of these files in one piece. Raises `ConfigError` where there are none."""
    with ExitStack() as stack:
        files = [stack.enter_context(np.load(path)) for path in paths]
        kept = [file for file in files if f"{family}.bits" in file]
        if not kept:
            raise ConfigError(f"no tasks of the family {family} in {len(paths)} files of training data; make some first")
        before = np.cumsum([0, *(len(file[f"{family}.lengths"]) for file in kept)])

        def whole(name: str) -> np.ndarray:  # one array at a time: twice all of them would not fit into memory
            parts = [file[f"{family}.{name}"] for file in kept]
            if name == "middle_of":
                parts = [part + first for part, first in zip(parts, before, strict=False)]
            return np.concatenate(parts)

        return Shard(**{name: whole(name) for name in Shard.__slots__})


def read_ways(paths: Sequence[Path], family: str) -> Ways:
    """The programs of these files in one piece. Raises `ConfigError` where there are none, and for files from before programs were kept."""
    parts = []
    for path in paths:
        with np.load(path) as kept:
            if f"ways-{family}.places" in kept:
                parts.append(Ways(**{name: kept[f"ways-{family}.{name}"] for name in Ways.__slots__}))
            elif f"{family}.bits" in kept:
                raise ConfigError(
                    f"{path} was drawn by a version that did not keep programs; delete the folder {path.parent}, or name another run"
                )
    if not parts:
        raise ConfigError(f"no programs of the family {family} in {len(paths)} files of training data; make some first")
    return joined(parts)


def _joined(shards: Sequence[Shard]) -> dict[str, np.ndarray]:
    """The arrays of several shards in one piece, the tasks numbered through."""
    arrays = {name: np.concatenate([getattr(shard, name) for shard in shards]) for name in Shard.__slots__ if name != "middle_of"}
    before = np.cumsum([0, *(len(shard.lengths) for shard in shards)])
    arrays["middle_of"] = np.concatenate([shard.middle_of + first for shard, first in zip(shards, before, strict=False)])
    return arrays


def _of_world(drawn: Drawn, language: int, number: int) -> Iterator[tuple[str, Shard]]:
    xs, xns = encode_inputs(drawn.kinds, drawn.inputs)
    first = next((slot for slot, kind in enumerate(drawn.kinds[:SLOTS]) if kind == LIST_INT), 0)
    for kind, (ys, yns) in drawn.outputs.items():
        labels, family = drawn.labels[kind], family_of(kind)
        assert family is not None
        seen = look(xs, xns, ys, yns, kind)
        yield family, Shard(
            bits=np.packbits(seen.bits, axis=1), numbers=seen.numbers.astype(np.float16), words=_flags(labels.words), fronts=_flags(labels.fronts),
            roots=np.array([_PLACE[word] for word in labels.roots], np.int16), lengths=np.array(labels.lengths, np.int8),
            minimal=np.array(labels.minimal), language=np.full(len(ys), language, np.int8), outputs=ys.astype(np.int32), sizes=yns.astype(np.int8),
            inputs=np.repeat(xs[first][None].astype(np.int32), len(ys), 0), input_sizes=np.repeat(xns[first][None].astype(np.int8), len(ys), 0),
            world=np.full(len(ys), 2 * number + language, np.int32), middle_of=np.array([m.owner for m in labels.middles], np.int32),
            middles=np.array([m.values for m in labels.middles], np.int32).reshape(-1, *ys.shape[1:]),
            middle_sizes=np.array([m.lengths for m in labels.middles], np.int8).reshape(-1, ys.shape[1]),
            middle_words=_flags([m.words_left for m in labels.middles]), middle_left=np.array([(m.made_of, m.left) for m in labels.middles], np.int8).reshape(-1, 2),
        )  # fmt: skip


def _ways_of(drawn: Drawn, language: int, number: int) -> Iterator[tuple[str, Ways]]:
    xs, xns = encode_inputs(drawn.kinds, drawn.inputs)
    count = min(len(drawn.kinds), SLOTS)
    for kind in drawn.outputs:
        family = family_of(kind)
        assert family is not None
        yield family, gather(
            drawn.labels[kind].ways, (xs[:count], xns[:count]), VOCABULARY, boolean=kind == BOOL, language=language,
            world=2 * number + language,
        )  # fmt: skip


def _flags(words: Sequence[Sequence[str]]) -> np.ndarray:
    flags = np.zeros((len(words), len(VOCABULARY)), np.uint8)
    for row, some in enumerate(words):
        flags[row, [_PLACE[word] for word in some]] = 1
    return np.packbits(flags, axis=1)
