"""The prior: which words a task's program is likely to have. Runs in numpy, so that searching needs no torch.

    p = Prior.shipped().believe(task, words)      one call, about a millisecond
    p.occurs["sort"]                              the probability that `sort` occurs
    p.costs(words)                                integer costs for the enumerator

Source: docs/prior.md. Guided enumeration by learned costs as in Balog et al. (DeepCoder, ICLR 2017) and Lee et al. (PLDI 2018).
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from dsl.errors import ConfigError
from dsl.tasks import Task
from dsl.types import LIST_INT, Type
from dsl.values import Value
from search.prior.items import NUM_CHANNELS, NUM_CODES, NUM_VALUES, add_rows, codes, waves
from search.prior.pairs import NUM_FLAGS
from search.prior.signature import (
    LISTS,
    NUMBER,
    Seen,
    allowed_bits,
    arrays_of,
    encode_inputs,
    encode_values,
    family_of,
    is_seen,
    look,
    width,
)
from search.prior.views import SLOTS
from search.prior.words import typings

WEIGHTS = Path(__file__).parent / "weights" / "prior.safetensors"
POLICY = WEIGHTS.with_name("policy.safetensors")
"""The policy's networks lie beside the others in a file of their own, for neither is to be larger than 16 MB."""
FORMAT_VERSION = 2
STEP = 0.5
"""Nats of one unit of cost."""
FLOOR = 0.01
"""Share of probability that all allowed words have equally."""
DEAREST = 40
"""Highest cost of a word."""
ROWS = 256
"""Rows of codes that are looked at together; more would not fit into a processor's cache."""
HEADS = ("words", "roots", "fronts", "length")
SEEING = {f"second-{LISTS}": HEADS, f"second-{NUMBER}": HEADS, f"near-{LISTS}": ("near",), f"near-{NUMBER}": ("near",)}
WORDS_HEADS = {LISTS: HEADS, NUMBER: HEADS, **SEEING}
POLICY_HEADS = {f"next-{LISTS}": ("actions", "used"), f"next-{NUMBER}": ("actions", "used")}
"""The networks of each file, with their last layers; the SEEING ones see the values themselves."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What the prior says of one task."""

    occurs: Mapping[str, float]
    """For each word that is allowed and known, the probability that the program has it."""
    root: Mapping[str, float]
    """The probability that it is the last word."""
    front: Mapping[str, float]
    """The probability that it is applied to an input."""
    length: float
    """Expected number of words."""

    def costs(self, words: Collection[str], *, step: float = STEP, floor: float = FLOOR) -> dict[str, int]:
        """Integer costs, at least 1: -log of the normalised probability in steps. Words that the prior does not know cost as much as an average one."""
        total = sum(self.occurs.values()) or 1.0
        uniform = 1 / max(len(self.occurs), 1)
        found = {word: _cost(floor * uniform + (1 - floor) * p / total, step) for word, p in self.occurs.items() if word in words}
        usual = _cost(uniform, step)
        return {word: found.get(word, usual) for word in words}

    def unit(self, *, step: float = STEP, floor: float = FLOOR) -> int:
        """The cost of a word that one expects: the mean over words, weighted by how probable they are."""
        costs, total = self.costs(self.occurs, step=step, floor=floor), sum(self.occurs.values())
        if not total:
            return next(iter(costs.values()), 1)
        return max(round(sum(p * costs[word] for word, p in self.occurs.items()) / total), 1)


def mixed(beliefs: Sequence[Belief]) -> Belief:
    """The mean of several beliefs about the same words."""
    count = len(beliefs)

    def mean(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
        return {word: sum(part[word] for part in parts) / count for word in parts[0]}

    return Belief(
        mean([b.occurs for b in beliefs]), mean([b.root for b in beliefs]), mean([b.front for b in beliefs]),
        sum(b.length for b in beliefs) / count,
    )  # fmt: skip


def _cost(share: float, step: float) -> int:
    return min(max(round(-math.log(share) / step), 1), DEAREST)


class Prior:
    """The networks of a file of weights."""

    def __init__(self, tensors: Mapping[str, np.ndarray], vocabulary: tuple[str, ...], temperature: Mapping[str, float]) -> None:
        self.tensors, self.vocabulary, self.temperature = tensors, vocabulary, temperature
        self._tables: dict[str, np.ndarray] = {}

    @classmethod
    def load(cls, path: Path) -> Prior:
        """The prior of a file, with the policy that lies beside it. Raises `ConfigError` where there is none, or where one is of another version."""
        told, tensors = _read(path, _names(WORDS_HEADS))
        if not {"vocabulary", "temperature"} <= told.keys() or set(told["temperature"]) != {LISTS, NUMBER}:
            raise ConfigError(f"{path}: a part of the prior's weights is missing; train it again")
        beside = path.with_name(POLICY.name)
        of_policy, more = _read(beside, _names(POLICY_HEADS))
        if of_policy.get("vocabulary") != told["vocabulary"]:
            raise ConfigError(f"{beside}: this policy knows other words than {path.name} beside it; train them together")
        prior = cls(tensors | more, tuple(told["vocabulary"]), told["temperature"])
        words = len(prior.vocabulary)
        for family in (LISTS, NUMBER):
            wanted = {family: width(family, words), f"near-{family}": width(family, 0), f"next-{family}": width(family, words) + NUM_FLAGS}
            for name, inputs in wanted.items():
                if prior.tensors[f"{name}.first.weight"].shape[1] != inputs:
                    raise ConfigError(
                        f"{beside if name in POLICY_HEADS else path}: weights for other signatures than this version computes; train the prior again"
                    )
        return prior

    @classmethod
    def shipped(cls) -> Prior:
        """The weights that come with the project, read once."""
        return _shipped(WEIGHTS)

    def knows(self, task: Task) -> bool:
        """Whether it was trained for such tasks."""
        return is_seen(task)

    def believe(self, task: Task, words: Collection[str]) -> Belief:
        """What it says of a task whose program may use these words."""
        return self._believe(arrays_of(task), task.output_type, words)

    def believe_given(self, task: Task, words: Collection[str], values: Sequence[Value]) -> Belief:
        """What it says is left to do once a value (one an example) has been found."""
        ys, yns = encode_values(values)
        return self._believe(self._beside(task, ys[None], yns[None]), task.output_type, words)

    def nearness(self, task: Task, values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """float32[N]: how likely each of N lists of Ints is to be on the way to the output, as logits. `values` is int64[N, E, WIDTH] over the task's
        first MAX_EXAMPLES examples, `lengths` int64[N, E], cut at WIDTH."""
        family = family_of(task.output_type)
        beside = self._beside(task, values, lengths)
        seen = look(*beside, task.output_type)
        rows = np.concatenate([seen.bits.astype(np.float32), seen.numbers], axis=1)
        hidden = self._begun(f"near-{family}", rows, codes(*beside, number=family == NUMBER))
        return self._linear(f"near-{family}.near", self._through(f"near-{family}", hidden))[:, 0]

    def _beside(self, task: Task, values: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """The task with each value as its first input and the first list (else the first input) of its own as the second, as `look` takes it."""
        examples = task.examples[: values.shape[1]]
        xs, xns = encode_inputs(task.input_types, [example.inputs for example in examples])
        first = next((slot for slot, kind in enumerate(task.input_types[:SLOTS]) if kind == LIST_INT), 0)
        ys, yns = encode_values([example.output for example in examples])
        count = len(values)
        both = np.stack([values, np.broadcast_to(xs[first], values.shape)], axis=1)
        sizes = np.stack([lengths, np.broadcast_to(xns[first], lengths.shape)], axis=1)
        return both, sizes, np.repeat(ys[None], count, 0), np.repeat(yns[None], count, 0)

    def _believe(self, arrays: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], kind: Type, words: Collection[str]) -> Belief:
        family = family_of(kind)
        assert family is not None
        # Words on text were in no language that it learned: what it says of them means nothing, and it has never seen that they are allowed.
        words = frozenset(word for word in self.vocabulary if word in words and typings(word))
        occurs, roots, fronts, length = (
            head[0] for head in self.run(family, self.inputs(look(*arrays, kind), words), codes(*arrays, number=family == NUMBER))
        )
        allowed = [(place, word) for place, word in enumerate(self.vocabulary) if word in words]
        if not allowed:
            return Belief({}, {}, {}, float(len(length)))
        places = np.array([place for place, _ in allowed], np.int64)
        names = [word for _, word in allowed]
        heat = self.temperature[family]
        root = np.exp(roots[places] - roots[places].max())
        share = np.exp(length - length.max())
        return Belief(
            occurs=dict(zip(names, _sigmoid(occurs[places] / heat).tolist(), strict=True)),
            root=dict(zip(names, (root / root.sum()).tolist(), strict=True)),
            front=dict(zip(names, _sigmoid(fronts[places]).tolist(), strict=True)),
            length=float((share / share.sum()) @ np.arange(1, len(share) + 1)),
        )

    def inputs(self, seen: Seen, words: Collection[str]) -> np.ndarray:
        """float32[N, width]: the network's input."""
        allowed = np.broadcast_to(allowed_bits(words, self.vocabulary), (len(seen.bits), len(self.vocabulary)))
        return np.concatenate([seen.bits.astype(np.float32), allowed, seen.numbers], axis=1)

    def run(self, family: str, rows: np.ndarray, items: np.ndarray) -> list[np.ndarray]:
        """Logits of the four heads for facts and codes, as `search.prior.network.Network` gives them, and what `Second` adds."""
        hidden = self._through(family, np.maximum(self._linear(f"{family}.first", rows), 0))
        second = self._through(f"second-{family}", self._begun(f"second-{family}", hidden, items))
        return [self._linear(f"{family}.{head}", hidden) + self._linear(f"second-{family}.{head}", second) for head in HEADS]

    def _begun(self, name: str, rows: np.ndarray, items: np.ndarray) -> np.ndarray:
        """The first layer of a network that sees the values themselves."""
        hidden = self._linear(f"{name}.first", rows)
        for start in range(0, len(rows), ROWS):
            hidden[start : start + ROWS] += self._values(f"{name}.values", items[start : start + ROWS])
        return np.maximum(hidden, 0)

    def _values(self, name: str, items: np.ndarray) -> np.ndarray:
        """What the values themselves say, as `search.prior.network.Values` does."""
        count, examples = items.shape[:2]
        flat = items.reshape(-1, NUM_CHANNELS)
        there = np.flatnonzero(flat[:, :NUM_VALUES].max(axis=1) >= 0)
        table = self._table(name)
        sums = np.zeros((len(there), table.shape[1]), np.float32)
        add_rows(flat[there], table, sums)
        weight = self.tensors[f"{name}.place.weight"]
        places = np.zeros((len(flat), len(weight)), np.float32)
        places[there] = np.maximum(np.maximum(sums, 0) @ weight.T, 0)
        each = places.reshape(count * examples, -1)
        for layer in ("example", "more"):
            each = np.maximum(self._linear(f"{name}.{layer}", each), 0)
        each = each.reshape(count, examples, -1)
        return self._linear(f"{name}.last", np.concatenate([each.mean(axis=1), each.max(axis=1)], axis=1))

    def _table(self, name: str) -> np.ndarray:
        """float32[NUM_CHANNELS * NUM_CODES, D]: a row of weights for each code of each channel."""
        if name not in self._tables:
            rows = waves() @ self.tensors[f"{name}.channels"]
            self._tables[name] = rows.reshape(NUM_CHANNELS * NUM_CODES, -1)
        return self._tables[name]

    def next(self, family: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Logits of the policy's two heads, as `search.prior.network.Next` gives them."""
        name = f"next-{family}"
        hidden = self._through(name, np.maximum(self._linear(f"{name}.first", rows), 0))
        return self._linear(f"{name}.actions", hidden), self._linear(f"{name}.used", hidden)

    def _through(self, name: str, hidden: np.ndarray) -> np.ndarray:
        """The residual blocks and what comes after them."""
        block = 0
        while f"{name}.blocks.{block}.1.weight" in self.tensors:
            one = f"{name}.blocks.{block}"
            inner = np.maximum(self._linear(f"{one}.1", self._norm(f"{one}.0", hidden)), 0)
            hidden = hidden + self._linear(f"{one}.3", inner)
            block += 1
        return np.maximum(self._norm(f"{name}.norm", hidden), 0)

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return x @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"]

    def _norm(self, name: str, x: np.ndarray) -> np.ndarray:
        centred = x - x.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
        return centred / scale * self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]


def _read(path: Path, names: Collection[str]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What a file of weights says of itself, and its tensors."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise ConfigError(f"{path}: there are no weights of the prior; `flowforth train-prior --run-dir DIR` makes some")
    try:
        with safe_open(str(path), framework="numpy") as file:
            about = json.loads((file.metadata() or {}).get("about", "null"))
            tensors = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118  # not a mapping
    except (SafetensorError, OSError, ValueError) as error:
        raise ConfigError(f"{path}: not a file of weights, or only a part of one ({str(error)[:80]})") from None
    if not isinstance(about, dict) or about.get("format_version") != FORMAT_VERSION:
        raise ConfigError(f"{path}: not weights of the prior that this version reads; train it again")
    lacking = [name for name in names if name not in tensors]
    if lacking:
        raise ConfigError(f"{path}: a part of the prior's weights is missing, such as {lacking[0]}; train it again")
    return about, tensors


def _names(heads: Mapping[str, Sequence[str]]) -> list[str]:
    """Tensors that a file must have."""
    names = [f"{name}.{layer}.{part}" for name, last in heads.items() for layer in ("first", "norm", *last) for part in ("weight", "bias")]
    seeing = [name for name in heads if name in SEEING]
    names += [f"{name}.values.{layer}.{part}" for name in seeing for layer in ("example", "more", "last") for part in ("weight", "bias")]
    return names + [f"{name}.values.{layer}" for name in seeing for layer in ("channels", "place.weight")]


@lru_cache(maxsize=2)
def _shipped(path: Path) -> Prior:
    return Prior.load(path)


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
