"""Training the prior: drawn tasks, four heads, one network for each family of outputs, one beside it that scores values on the way, and the policy's.

    flowforth train-prior --run-dir runs/prior

A part of the tasks is shown with a value on the way as a further input, and the words that are then left to do: what the search asks
when it has found values. At the end a temperature is fitted on tasks that were never trained on.

A run is a folder: data/ (files of drawn tasks, made where they are missing), NAME.pt (the states to go on from), metrics.jsonl,
prior.safetensors (what the search loads).
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor
from torch.nn import functional

from dsl.errors import ConfigError
from dsl.types import INT, LIST_INT
from executor.checkpoint import write_whole
from search.prior.fitting import BATCH, Plan, fit, masks, note
from search.prior.model import FORMAT_VERSION, WEIGHTS
from search.prior.network import MAX_LENGTH, Nearness, Network
from search.prior.policy_training import NAME, train_policy
from search.prior.precision import average_precision, calibration_error
from search.prior.shards import VOCABULARY, Shard, languages, make, read
from search.prior.signature import LISTS, NUMBER, Seen, look, width

HELD_OUT = 10_000
"""Files with numbers from here on are never trained on."""
SHORT = 4
"""Programs up to this length are what the search finds without help: only a part of them is trained on in each epoch."""
KEEP_SHORT = 0.4
ASKED_AGAIN = 0.25
"""Share of a batch that has a value on the way as an input."""
NEAR_SHARE = 0.5
"""Steps of the scoring network for each step of the other."""


def make_data(folder: Path, files: int, *, first: int = 0) -> list[Path]:
    """The files of training data, made where they are missing, with a line for each."""
    paths = []
    for number in range(first, first + files):
        for language, one in enumerate(languages()):
            if number % one.every:
                continue
            path = folder / f"{one.name}-{number:05d}.npz"
            if not path.exists():
                make(folder, language, number)
                print(f"made {path}", file=sys.stderr, flush=True)
            paths.append(path)
    return paths


def train(folder: Path, plan: Plan, paths: Sequence[Path], held_out: Sequence[Path]) -> Path:
    """Trains all networks, or goes on; gives the file of weights."""
    torch.manual_seed(plan.seed)
    tensors = train_policy(folder, plan, paths, held_out)
    heats: dict[str, float] = {}
    for family in (LISTS, NUMBER):
        steps = plan.steps if family == LISTS else max(1, plan.steps // 3)
        data, unseen = read(paths, family), read(held_out, family)
        network = Network(width(family, len(VOCABULARY)), len(VOCABULARY))
        near = Nearness(width(family, 0))
        if not len(data.middle_of) or not len(unseen.middle_of):
            raise ConfigError(f"the training data of the family {family} have no values on the way; draw more files")
        fit(
            folder,
            plan,
            family,
            network,
            steps,
            lambda step, data=data, network=network, family=family: _loss(network, data, family, plan, step),
        )
        fit(
            folder, plan, f"near-{family}", near, max(1, int(NEAR_SHARE * steps)),
            lambda step, data=data, near=near, family=family: _near_loss(near, data, family, plan, step),
        )  # fmt: skip
        heats[family], report = calibrate(network, family, unseen)
        report["near_auc"] = near_auc(near, family, unseen, plan.seed)
        note(folder, {"family": family, "temperature": heats[family], **report})
        for name, module in ((family, network), (f"near-{family}", near)):
            tensors |= {f"{name}.{key}": tensor.half() for key, tensor in module.state_dict().items()}
    about = {"format_version": FORMAT_VERSION, "vocabulary": list(VOCABULARY), "temperature": heats, "plan": asdict(plan)}
    return _written(folder, tensors, about)


def train_policy_alone(folder: Path, plan: Plan, paths: Sequence[Path], held_out: Sequence[Path]) -> Path:
    """Trains the policy's networks, or goes on, beside the other networks as they are shipped; gives the file of weights. Raises `ConfigError` where
    the shipped ones know other words than this version."""
    with safe_open(str(WEIGHTS), framework="pt") as file:
        about = json.loads(file.metadata()["about"])
        others = {name: file.get_tensor(name).clone() for name in file.keys() if not name.startswith(NAME)}  # noqa: SIM118  # not a mapping
    if about["vocabulary"] != list(VOCABULARY):
        raise ConfigError(f"{WEIGHTS}: these networks know other words than this version has; train all of them, without --only-policy")
    return _written(folder, others | train_policy(folder, plan, paths, held_out), about | {"policy_plan": asdict(plan)})


def _written(folder: Path, tensors: dict[str, Tensor], about: dict[str, object]) -> Path:
    path = folder / "prior.safetensors"
    write_whole(path, save(tensors, metadata={"about": json.dumps(about)}))
    return path


def inputs_of(data: Shard, rows: np.ndarray, family: str) -> np.ndarray:
    """float32[N, width]: the network's input for these tasks."""
    bits = np.unpackbits(data.bits[rows], axis=1)[:, : width(family, 0) - data.numbers.shape[1]]
    return np.concatenate([bits.astype(np.float32), masks()[data.language[rows]], data.numbers[rows].astype(np.float32)], axis=1)


def _asked_again(data: Shard, family: str, middles: np.ndarray, owners: np.ndarray) -> Seen:
    """Tasks with a value as the first input, and an input of their own as the second."""
    xs = np.stack([data.middles[middles], data.inputs[owners]], axis=1).astype(np.int64)
    xns = np.stack([data.middle_sizes[middles], data.input_sizes[owners]], axis=1).astype(np.int64)
    kind = LIST_INT if family == LISTS else INT
    seen = look(xs, xns, data.outputs[owners].astype(np.int64), data.sizes[owners].astype(np.int64), kind)
    if family == NUMBER:  # which of the two families of numbers it is stands in the last bits
        flags = np.unpackbits(data.bits[owners], axis=1)[:, seen.bits.shape[1] - 2 : seen.bits.shape[1]]
        seen.bits[:, -2:] = flags
    return seen


def _unpacked(flags: np.ndarray) -> Tensor:
    return torch.from_numpy(np.unpackbits(flags, axis=1)[:, : len(VOCABULARY)].astype(np.float32))


def _loss(network: Network, data: Shard, family: str, plan: Plan, step: int) -> Tensor:
    """Cross-entropies: of the words that occur and those on the inputs (summed over words), of the last word, of the length."""
    random = np.random.default_rng((plan.seed, step))
    rows = random.integers(0, len(data.lengths), 3 * BATCH)
    rows = rows[(data.lengths[rows] > SHORT) | (random.random(len(rows)) < KEEP_SHORT)]
    again = int(ASKED_AGAIN * BATCH) if len(data.middle_of) else 0
    rows = rows[: BATCH - again]
    middles = random.integers(0, len(data.middle_of), again) if again else np.zeros(0, np.int64)
    owners = data.middle_of[middles]
    x, words, lengths = inputs_of(data, rows, family), data.words[rows], data.lengths[rows].astype(np.int64)
    if again:
        seen = _asked_again(data, family, middles, owners)
        more = np.concatenate([seen.bits.astype(np.float32), masks()[data.language[owners]], seen.numbers], axis=1)
        x, words = np.concatenate([x, more]), np.concatenate([words, data.middle_words[middles]])
        lengths = np.concatenate([lengths, data.middle_left[middles, 1].astype(np.int64)])
    every = np.concatenate([rows, owners])
    occurs, roots, fronts, length = network(torch.from_numpy(x))
    mask = torch.from_numpy(masks()[data.language[every]])
    occurrence = (functional.binary_cross_entropy_with_logits(occurs, _unpacked(words), reduction="none") * mask).sum(1).mean()
    known = slice(0, len(rows))  # which words are applied to a value on the way is not noted
    front = functional.binary_cross_entropy_with_logits(fronts[known], _unpacked(data.fronts[rows]), reduction="none")
    root = functional.cross_entropy(roots.masked_fill(mask == 0, -30.0), torch.from_numpy(data.roots[every].astype(np.int64)))
    sizes = torch.from_numpy(np.clip(lengths, 1, MAX_LENGTH) - 1)
    return occurrence + 0.3 * (front * mask[known]).sum(1).mean() + 0.3 * root + 0.3 * functional.cross_entropy(length, sizes)


def _near_batch(data: Shard, family: str, seed: Sequence[int], size: int) -> tuple[Tensor, Tensor]:
    """Values beside outputs, half of them their own, half those of another program on the same inputs."""
    random = np.random.default_rng(seed)
    middles = random.integers(0, len(data.middle_of), size)
    owners = data.middle_of[middles]
    other = random.random(size) < 0.5
    # Tasks of a world lie side by side; values are shown with another of the world's outputs.
    ordinals = _ordinals(data)
    first, last = (np.searchsorted(ordinals, ordinals[owners], side) for side in ("left", "right"))
    strangers = first + (random.random(size) * (last - first)).astype(np.int64)
    owners = np.where(other, strangers, owners)
    other &= owners != data.middle_of[middles]
    seen = _asked_again(data, family, middles, owners)
    x = np.concatenate([seen.bits.astype(np.float32), seen.numbers], axis=1)
    return torch.from_numpy(x), torch.from_numpy((~other).astype(np.float32))


def _ordinals(data: Shard) -> np.ndarray:
    """A number for each task that rises from world to world, as tasks lie."""
    return np.concatenate([[0], np.cumsum(np.diff(data.world) != 0)])


def _near_loss(near: Nearness, data: Shard, family: str, plan: Plan, step: int) -> Tensor:
    x, wanted = _near_batch(data, family, (plan.seed, step, 1), BATCH)
    return functional.binary_cross_entropy_with_logits(near(x), wanted)


@torch.no_grad()
def near_auc(near: Nearness, family: str, data: Shard, seed: int) -> float:
    """How often a value on the way is scored above one that is not, on tasks that were not trained on."""
    x, wanted = _near_batch(data, family, (seed, 0, 2), 4 * BATCH)
    scores = near(x)
    yes, no = scores[wanted > 0], scores[wanted == 0]
    return float((yes[:, None] > no[None, :]).float().mean())


@torch.no_grad()
def calibrate(network: Network, family: str, data: Shard) -> tuple[float, dict[str, float]]:
    """The temperature with the least cross-entropy on tasks that were not trained on, longer than SHORT; and figures: average precision by
    length, expected calibration error."""
    rows = np.arange(len(data.lengths))
    parts = np.array_split(rows, max(1, len(rows) // 2048))
    logits = torch.cat([network(torch.from_numpy(inputs_of(data, some, family)))[0] for some in parts])
    allowed, wanted = torch.from_numpy(masks()[data.language]), _unpacked(data.words)
    long = torch.from_numpy(data.lengths > SHORT)

    def entropy(heat: float) -> float:
        each = functional.binary_cross_entropy_with_logits(logits[long] / heat, wanted[long], reduction="none") * allowed[long]
        return float(each.sum(1).mean())

    some_long = bool(long.any())
    heat = min((0.8 + 0.05 * k for k in range(25)), key=entropy) if some_long else 1.0
    probabilities = torch.sigmoid(logits / heat)
    report: dict[str, float] = {"tasks": float(len(rows)), "log_loss": entropy(heat) if some_long else math.nan}
    kept = allowed.bool() & long[:, None]
    report["calibration_error"] = calibration_error(probabilities[kept].numpy(), wanted[kept].numpy())
    for number, language in enumerate(languages()):
        for length in range(3, MAX_LENGTH):
            some = (data.language == number) & (data.lengths == length)
            if some.sum() >= 20:
                each = zip(probabilities[some].numpy(), wanted[some].numpy(), allowed[some].numpy(), strict=True)
                report[f"ap_{language.name}_{length}"] = round(
                    float(np.mean([average_precision(p[m > 0], w[m > 0]) for p, w, m in each])), 4
                )
    return heat, report
