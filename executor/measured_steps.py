"""Rows of the proof table on what ops make of states: single ops, programs, mixtures, equations; and how fast."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from embed.cells import State, encode
from embed.hull import mixture
from embed.moves import pops_of
from embed.steps import Rollouts, Steps, rows_of
from executor.bench import SHARD, Bench
from executor.condition import Condition
from executor.exactness import Tally, condition_of, families
from executor.integrate import execute, run_latent
from executor.programs import run_move, run_program
from executor.source import Source
from executor.table import Row, gap_row, mean, percent_row

LATENT: tuple[tuple[float | None, float], ...] = ((None, 0.0), (1.0, 0.0), (None, 0.1), (1.0, 0.1))
"""Temperature of re-grounding and smoothing window, of the programs that are run as vectors."""


def next_states(bench: Bench) -> list[Row]:
    """One call, hard decode, on unseen stacks; by family and by length of the longest argument."""
    family, ops, short, long, quoted, run = families(), Tally(), Tally(), Tally(), Tally(), Tally()
    for steps in bench.steps(bench.balanced, bench.rows):
        right = bench.exact(steps)
        by_words = _word_by_word(bench, steps)
        lengths = bench.longest_argument(steps)
        for i in np.flatnonzero(steps.error == 0):
            name = bench.vocab.ops[steps.op[i]]
            kind = family.get(name, "route")
            if kind == "scalar":
                ops.add(name, bool(right[i]))
            elif kind in ("list", "string"):
                (short if lengths[i] <= 8 else long).add(name, bool(right[i]))
            elif kind == "quotation":
                quoted.add(name, bool(right[i]))
                run.add(name, bool(by_words[i]))
    found = [_macro("exact next state, scalar ops: mean / worst", ops, (0.995, 0.97), least=8)]
    texts = [mean(tally.shares().values()) for tally in (short, long)]
    found.append(percent_row("exact next state, list and string ops, length <= 8 / longer", texts, (0.98, 0.95)))
    found.append(percent_row("exact next state, words with quotations: in one call / word by word", [quoted.total, run.total], ()))
    return found


@torch.no_grad()
def _word_by_word(bench: Bench, steps: Steps) -> np.ndarray:
    """bool[N]: whether the next state is right where quotations are run word by word; false for all other words."""
    right = np.zeros(len(steps), bool)
    rows = np.flatnonzero(~bench.is_call(steps))
    if len(rows):
        chosen = torch.as_tensor(rows, device=bench.device)
        (codes, numbers), condition = bench.tensors(steps.before), condition_of(steps, bench.device)
        done = run_move(bench.field, codes[chosen], numbers[chosen], condition.take(chosen), None, bench.data.profile)
        right[rows] = (
            (done.codes.cpu().numpy() == steps.after.codes[rows]) & (done.numbers.cpu().numpy() == steps.after.numbers[rows])
        ).all(1)
    return right


def rollouts(bench: Bench) -> list[Row]:
    """Programs of true ops, states re-grounded after each; and without, as raw vectors."""
    shares, alone, latent = list[float](), list[float](), list[float]()
    for length in (4, 8, 16):
        word_by_word, one_call, vectors = list[np.ndarray](), list[np.ndarray](), list[np.ndarray]()
        for made in bench.rollouts(length, max(48, bench.rows // 16)):
            conditions = bench.conditions(made)
            codes, numbers = bench.tensors(made.states[0])
            for alone_too, some in ((False, word_by_word), (True, one_call)):
                end = run_program(bench.field, codes, numbers, conditions, one_call=alone_too, profile=bench.data.profile)[-1]
                some.append(bench.equal(end.codes, end.numbers, made.states[-1]))
            if length == 4:
                vectors.append(np.stack([_as_vectors(bench, made, conditions, temperature, window) for temperature, window in LATENT], 1))
        for some, share in ((word_by_word, shares), (one_call, alone)):
            share.append(float(np.concatenate(some).mean()) if some else float("nan"))
        if vectors:
            latent = np.concatenate(vectors).mean(0).tolist()
    return [
        percent_row("roll-out with hard re-grounding, 4 / 8 / 16 ops", shares, (0.98, 0.96, 0.93)),
        percent_row("the same, one call for words with quotations too, not word by word", alone, ()),
        percent_row("roll-out of raw vectors, 4 ops", latent[:1], ()),
        percent_row("the same: softly re-grounded (temperature 1) / smoothing window of 0.1 / both", latent[1:], ()),
    ]


@torch.no_grad()
def _as_vectors(bench: Bench, made: Rollouts, conditions: list[Condition], temperature: float | None, window: float) -> np.ndarray:
    """bool[U]: which programs end right as vectors."""
    source = bench.field.source(*bench.tensors(made.states[0]))
    z = run_latent(bench.field, source, conditions, temperature=temperature, window=window)
    codes, numbers = bench.field.table.decode(z, source.table)
    return bench.equal(codes, numbers, made.states[-1])


def unseen_pairs(bench: Bench) -> list[Row]:
    """States that came from an op which was never followed by this one in training."""
    shares = [
        share_exact(bench, bench.steps(replace(bench.traced, pairs=pairs, from_step=1), bench.rows, 1)) for pairs in ("seen", "unseen")
    ]
    return [gap_row("unseen op pairs: seen / unseen", shares)]


def longer(bench: Bench) -> list[Row]:
    """Programs half as long again as the longest of training."""
    longest = bench.data.max_length
    config = replace(bench.traced, max_length=longest + longest // 2, pairs="all")
    shares = [share_exact(bench, bench.steps(replace(config, from_step=first), bench.rows // 4, 2)) for first in (0, longest)]
    return [gap_row("programs 50 % longer than trained: all steps / those beyond", shares)]


@torch.no_grad()
def soft(bench: Bench) -> list[Row]:
    """Total variation between the decoded mixture and the mixture of outcomes, over the cells where these differ; in one call, and with a call for each op."""
    once, apart = ({2: list[float](), 3: list[float]()} for _ in range(2))
    stream = bench.streams(replace(bench.data, soft=0.5), bench.vocab, SHARD + 10 * bench.seed + 9)
    for number in range(max(1, bench.rows // 16 // bench.data.rows + 1)):
        soft = stream.batch(number).soft
        if soft is None:
            continue
        ops, weights = torch.as_tensor(soft.ops).to(bench.device), torch.as_tensor(soft.weights).to(bench.device)
        source = bench.field.source(*bench.tensors(soft.before))
        alone = [_outcome(bench, source, ops[:, [m]], torch.ones_like(weights[:, [m]])) for m in range(ops.shape[1])]
        codes = torch.as_tensor(soft.after.codes, dtype=torch.long).to(bench.device).view(*ops.shape, -1)
        differs = ((codes != codes[:, :1]) & (weights[..., None] > 0)).any(1)
        for x1, found in (
            (_outcome(bench, source, ops, weights), once),
            ((torch.stack(alone, 1) * weights[..., None, None]).sum(1), apart),
        ):
            q = torch.zeros(*x1.shape[:-1], len(source.table), device=bench.device).scatter_add_(-1, *mixture(x1, source.table))
            target = torch.zeros_like(q).scatter_add_(
                2, codes.transpose(1, 2), weights[:, None].expand(-1, codes.shape[2], -1).contiguous()
            )
            distance = (q - target).abs().sum(-1) / 2
            for row, count in enumerate((weights > 0).sum(1).tolist()):
                if bool(differs[row].any()):
                    found[max(count, 2)].append(float(distance[row][differs[row]].mean()))
    (two, three), (two_apart, three_apart) = ([mean(found[count]) for count in (2, 3)] for found in (once, apart))
    met = bool(two <= 0.05 and three <= 0.1)
    return [
        Row(name="soft op: total variation, 2 / 3 ops", value=f"{two:.3f} / {three:.3f}", target="<= 0.05 / 0.1", met=met),
        Row(name="the same, each op a call of its own", value=f"{two_apart:.3f} / {three_apart:.3f}", target="reported", met=None),
    ]


def _outcome(bench: Bench, source: Source, ops: Tensor, weights: Tensor) -> Tensor:
    """float32[B, L, D]: where a call of the network for mixtures int64[B, M] ends."""
    condition = Condition.mixed(ops, weights, bench.vocab)
    end = bench.field.endpoint(source.z0, torch.zeros(len(ops), device=bench.device), source, condition)
    return bench.field.expected(end, source, condition)


def identities(bench: Bench) -> list[Row]:
    """Equations of stacks: what these words do to any stack is nothing, and the decoded end must be the start."""
    equations = (("c0", "drop"), ("dup", "drop"), ("dup", "nip"), ("swap", "swap"), ("rot", "rot", "rot"), ("over", "drop"),
                 ("neg", "neg"), ("not", "not"), ("reverse", "reverse"), ("inc", "dec"))  # fmt: skip
    tally = Tally()
    rng = random.Random(bench.seed)
    for words in equations:
        states = [_fitting(words, rng) for _ in range(32)]
        rows = rows_of([encode(state, bench.vocab) for state in states], bench.data.max_cells, bench.vocab)
        codes, numbers = bench.tensors(rows)
        ops = [torch.full((len(states),), bench.vocab.numbers[word], device=bench.device) for word in words]
        pops = [torch.full((len(states),), pops_of(word), device=bench.device) for word in words]
        end = run_program(bench.field, codes, numbers, [Condition.of(op, pop) for op, pop in zip(ops, pops, strict=True)])[-1]
        for right in bench.equal(end.codes, end.numbers, rows):
            tally.add(" ".join(words), bool(right))
    worst = min(tally.count, key=tally.share)
    return [
        Row(
            name="stack identities, such as drop after push", value=f"{tally.total:.2%} (worst: {worst} {tally.share(worst):.1%})",
            target=">= 99.9 %", met=tally.total >= 0.999,
        )
    ]  # fmt: skip


def throughput(bench: Bench) -> list[Row]:
    """States per second of one execution; training throughput is `python -m benchmarks.attention --step`."""
    (steps,) = bench.steps(bench.data, 1, 11)
    condition, cells = condition_of(steps, bench.device), bench.tensors(steps.before)
    execute(bench.field, *cells, condition)
    start = time.perf_counter()
    for _ in range(3):
        execute(bench.field, *cells, condition)
    rate = 3 * len(steps) / (time.perf_counter() - start)
    return [Row(name="executed states per second, one op each", value=f"{rate:.0f}", target="reported", met=None)]


def _fitting(words: tuple[str, ...], rng: random.Random) -> State:
    """A random state on which the words run."""
    integers = [rng.randint(-99, 99) for _ in range(3)]
    top: Any = rng.random() < 0.5 if words[0] == "not" else tuple(rng.randint(-9, 9) for _ in range(rng.randint(0, 5)))
    items = (*integers[:2], top) if words[0] in ("not", "reverse") else tuple(integers)
    return State(items, (rng.randint(-9, 9), None, None, None))


def _macro(name: str, tally: Tally, wanted: tuple[float, float], *, least: int) -> Row:
    shares = tally.shares(least) or tally.shares()
    worst = min(shares, key=lambda op: shares[op], default="-")
    values = (mean(shares.values()), shares.get(worst, 0.0))
    return Row(
        name=name, value=f"{values[0]:.2%} / {values[1]:.1%} ({worst})", target=f">= {wanted[0]:.1%} / {wanted[1]:.0%}",
        met=values[0] >= wanted[0] and values[1] >= wanted[1],
    )  # fmt: skip


def share_exact(bench: Bench, batches: Iterator[Steps]) -> float:
    """Share of exact next states among rows that have one."""
    tally = Tally()
    for steps in batches:
        right = bench.exact(steps)
        for i in np.flatnonzero(steps.error == 0):
            tally.add("all", bool(right[i]))
    return tally.total
