"""The proof table: what trained weights do on states that they have not seen, row by row, each beside its target.

Shapes: N rows, L cells, D code width.
"""

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from embed.batches import Stream
from embed.cells import CellError, State, decode, encode
from embed.data_config import DataConfig, data_config
from embed.moves import pops_of
from embed.pool import CellRows
from embed.steps import Rollouts, Steps, rows_of
from embed.vocab import INTERPRETATIONS, Kind
from executor.checkpoint import Executor
from executor.condition import Condition
from executor.diagnostics import basin, basin_radius, figures
from executor.exactness import Tally, condition_of, families
from executor.field import Source
from executor.integrate import execute, integrate, run_latent, run_program
from executor.layout import FIRST_ITEM
from executor.losses import Draws
from executor.sublanguage import Distances, distances
from executor.table import Row, auroc, gap_row, mean, percent_row

SHARD = 2_000_003
"""Shards from here on are for evaluation alone."""
LATENT: tuple[tuple[float | None, float], ...] = ((None, 0.0), (1.0, 0.0), (None, 0.1), (1.0, 0.1))
"""Temperature of re-grounding and smoothing window, of the programs that are run as vectors."""


MEASURES = (
    "next_states", "rollouts", "unseen_pairs", "longer", "integrators", "field_figures", "basin", "errors", "abstraction", "commuting", "soft",
    "distances", "retrieval", "identities", "throughput",
)  # fmt: skip
"""The measurements, in the order of the table; each gives one row or more."""


def evaluate(model: Executor, about: Mapping[str, Any], *, seed: int = 0, rows: int = 4096, only: tuple[str, ...] = MEASURES) -> list[Row]:
    """All rows, or those of some measurements. `about` is what the weights' file says; `rows` is how many states the main figures are taken from."""
    bench = _Bench(model, data_config(about.get("data", {})), seed, rows)
    return [row for name in MEASURES if name in only for row in getattr(bench, name)()]


class _Bench:
    """The measurements on one model."""

    def __init__(self, model: Executor, data: DataConfig, seed: int, rows: int) -> None:
        self.model, self.field, self.seed, self.rows = model, model.field, seed, rows
        self.vocab = model.field.vocab
        self.device = model.field.table.residual.device
        small = min(data.rows, 256, rows)
        # Reference kernels: an evaluation must not wait for a hundred kernels to be compiled.
        self.data = replace(
            data, rows=small, programs=min(data.programs, 1024), compiled=False, chunk=4, soft=0.0, rollouts=0.0, abstract=0.0, emphasis=()
        )
        self.balanced = replace(self.data, balance=0.8)

    def steps(self, config: DataConfig, count: int, shard: int = 0) -> Iterator[Steps]:
        """Batches of about so many concrete rows."""
        stream = Stream(config, self.vocab, SHARD + 10 * self.seed + shard)
        for number in range(max(1, -(-count // config.rows))):
            yield stream.batch(number).steps

    # What stands in the table, in its order.

    def next_states(self) -> list[Row]:
        """One call, hard decode, on unseen stacks; by family and by length of the longest argument."""
        family, ops, short, long, quoted = families(), Tally(), Tally(), Tally(), Tally()
        for steps in self.steps(self.balanced, self.rows):
            right = self.exact(steps)
            lengths = self.longest_argument(steps)
            for i in np.flatnonzero(steps.error == 0):
                name = self.vocab.ops[steps.op[i]]
                kind = family.get(name, "route")
                if kind == "scalar":
                    ops.add(name, bool(right[i]))
                elif kind in ("list", "string"):
                    (short if lengths[i] <= 8 else long).add(name, bool(right[i]))
                elif kind == "quotation":
                    quoted.add(name, bool(right[i]))
        found = [self._macro("exact next state, scalar ops: mean / worst", ops, (0.995, 0.97), least=8)]
        texts = [mean(tally.shares().values()) for tally in (short, long)]
        found.append(percent_row("exact next state, list and string ops, length <= 8 / longer", texts, (0.98, 0.95)))
        found.append(percent_row("exact next state, words with quotations", [quoted.total], ()))
        return found

    def rollouts(self) -> list[Row]:
        """Programs of true ops, states re-grounded after each; and without, as raw vectors."""
        shares, latent = list[float](), list[float]()
        for length in (4, 8, 16):
            made = self.rollout_batch(length, max(32, self.rows // 16))
            if made is None:
                shares.append(float("nan"))
                continue
            conditions = self.conditions(made)
            codes, numbers = self.tensors(made.states[0])
            end = run_program(self.field, codes, numbers, conditions)[-1]
            shares.append(float(self.equal(end.codes, end.numbers, made.states[-1]).mean()))
            if length == 4:
                latent = [self.latent(made, conditions, temperature, window) for temperature, window in LATENT]
        return [
            percent_row("roll-out with hard re-grounding, 4 / 8 / 16 ops", shares, (0.98, 0.96, 0.93)),
            percent_row("roll-out of raw vectors, 4 ops", latent[:1], ()),
            percent_row("the same: softly re-grounded (temperature 1) / smoothing window of 0.1 / both", latent[1:], ()),
        ]

    @torch.no_grad()
    def latent(self, made: Rollouts, conditions: list[Condition], temperature: float | None, window: float) -> float:
        """Share of programs that end right as vectors."""
        source = self.field.source(*self.tensors(made.states[0]))
        z = run_latent(self.field, source, conditions, temperature=temperature, window=window)
        codes, numbers = self.field.table.decode(z, source.table)
        return float(self.equal(codes, numbers, made.states[-1]).mean())

    def unseen_pairs(self) -> list[Row]:
        """States that came from an op which was never followed by this one in training."""
        shares = [
            _ok(self, self.steps(replace(self.balanced, pairs=pairs, from_step=1), self.rows // 4, 1)) for pairs in ("seen", "unseen")
        ]
        return [gap_row("unseen op pairs: seen / unseen", shares)]

    def longer(self) -> list[Row]:
        """Programs half as long again as the longest of training."""
        longest = self.data.max_length
        config = replace(self.balanced, max_length=longest + longest // 2, pairs="all")
        shares = [_ok(self, self.steps(replace(config, from_step=first), self.rows // 4, 2)) for first in (0, longest)]
        return [gap_row("programs 50 % longer than trained: all steps / those beyond", shares)]

    @torch.no_grad()
    def integrators(self) -> list[Row]:
        """One call against the field integrated in several steps: the decoded ends agree."""
        ways = ((2, "euler"), (4, "euler"), (8, "euler"), (2, "midpoint"))
        tallies = {way: Tally() for way in ways}
        for steps in self.steps(self.balanced, self.rows // 8, 3):
            condition = condition_of(steps, self.device)
            source = self.field.source(*self.tensors(steps.before))
            done = execute(self.field, *self.tensors(steps.before), condition, source.table)

            def v(z: Tensor, t: Tensor, source: Source = source, condition: Condition = condition) -> Tensor:
                return self.field.velocity(z, t, source, condition)

            for way in ways:
                z = integrate(v, source.z0, steps=way[0], method=way[1])
                codes, _ = self.field.table.decode(z, source.table)
                agree = ((codes == done.codes) | (done.codes == self.vocab.code(Kind.PAD))).all(1)
                for i in range(len(steps)):
                    tallies[way].add(self.vocab.ops[steps.op[i]], bool(agree[i]))
        found = []
        for (count, method), tally in tallies.items():
            shares = tally.shares(4)
            worst = min(shares, key=lambda name: shares[name], default="-")
            special = [tally.share(name) for name in ("swap", "neg", "reverse", "not", "rot") if name in tally.count]
            value = f"{tally.total:.2%}, worst {worst} {shares.get(worst, 0):.1%}, swap neg reverse not rot {mean(special):.2%}"
            found.append(
                Row(
                    name=f"one call against {count} steps of {method}: agreement", value=value, target=">= 99.5 %", met=tally.total >= 0.995
                )
            )
        return found

    def field_figures(self) -> list[Row]:
        """Straightness, cosine, divergence and curl at several times, on the path and in the cone."""
        measured = []
        for steps in self.steps(self.balanced, self.data.rows, 4):
            for at in (0.0, 0.25, 0.5):
                for noise in (0.0, 0.3):
                    found = figures(self.field, steps, at, Draws(self.seed, int(100 * at)), noise=noise)
                    if found is not None:
                        measured.append((noise, found))
        if not measured:
            return []
        straight = max(f.straightness for noise, f in measured if not noise)
        cosine = min(f.cosine for noise, f in measured if not noise)
        low, high = min(f.divergence for _, f in measured), max(f.divergence for _, f in measured)
        curl = max(f.curl for _, f in measured)
        return [
            Row(name="endpoint error for t <= 0.5", value=f"{straight:.4f}", target="<= 0.02", met=straight <= 0.02),
            Row(name="cosine with the true direction, t <= 0.5", value=f"{cosine:.4f}", target=">= 0.98", met=cosine >= 0.98),
            Row(
                name="normalised divergence, t <= 0.5",
                value=f"{low:.3f}..{high:.3f}",
                target="-1.05..-0.9",
                met=low >= -1.05 and high <= -0.9,
            ),
            Row(name="curl ratio, t <= 0.5", value=f"{curl:.4f}", target="<= 0.02", met=curl <= 0.02),
        ]

    def basin(self) -> list[Row]:
        """How far from a state the op still finds its end."""
        shares: dict[float, list[float]] = {}
        for number, steps in enumerate(self.steps(self.balanced, self.rows // 8, 5)):
            for level, share in basin(self.field, steps, Draws(self.seed, number)).items():
                shares.setdefault(level, []).append(share)
        radius = basin_radius({level: mean(values) for level, values in shares.items()})
        return [Row(name="basin: noise (RMS) at which 99 % still decode right", value=f"{radius:.1f}", target=">= 0.3", met=radius >= 0.3)]

    @torch.no_grad()
    def errors(self) -> list[Row]:
        """How well states that an op crashes on are told from others."""
        trouble, wrong, type_error, alarm = [], [], [], []
        for steps in self.steps(self.balanced, self.rows // 2, 6):
            done = execute(self.field, *self.tensors(steps.before), condition_of(steps, self.device))
            trouble += done.trouble.tolist()
            wrong += (steps.error > 0).tolist()
            found = (done.error > 0).cpu().numpy()
            type_error += found[steps.error == 2].tolist()
            alarm += found[steps.error == 0].tolist()
        area, recall, false = auroc(np.array(trouble), np.array(wrong)), mean(type_error), mean(alarm)
        return [
            Row(name="error region: AUROC", value=f"{area:.5f}", target=">= 0.999", met=area >= 0.999),
            percent_row("recall of type errors", [recall], (0.99,)),
            Row(name="false alarms", value=f"{false:.2%}", target="<= 0.2 %", met=false <= 0.002),
        ]

    def abstraction(self) -> list[Row]:
        """Whether what is predicted for an abstract state contains the next concrete one."""
        tally = Tally()
        for steps, done in self.with_abstract(self.rows // 2, 7):
            for i in np.flatnonzero(steps.partner >= 0):
                domain = INTERPRETATIONS[steps.interpretation[i]]
                concrete = decode(steps.after.row(int(steps.partner[i])), self.vocab)
                tally.add(domain, self.contains(done, int(i), domain, concrete))
        first = mean([tally.share(domain) for domain in ("type",) if domain in tally.count])
        others = mean([tally.share(domain) for domain in INTERPRETATIONS[2:] if domain in tally.count])
        by_domain = ", ".join(f"{domain} {share:.1%}" for domain, share in tally.shares().items())
        return [
            percent_row("abstract result contains the concrete one: type and depth", [first], (0.999,)),
            Row(name="the same, other domains (mean)", value=f"{others:.2%} ({by_domain})", target=">= 99 %", met=others >= 0.99),
        ]

    def commuting(self) -> list[Row]:
        """Executing and then abstracting gives something within abstracting and then executing; both by the network."""
        held = []
        for steps, done in self.with_abstract(self.rows // 2, 8):
            for i in np.flatnonzero((steps.partner >= 0) & (steps.error == 0)):
                try:
                    concrete = decode(_cells(done.codes, done.numbers, int(steps.partner[i])), self.vocab)
                except CellError:
                    held.append(False)
                    continue
                held.append(self.contains(done, int(i), INTERPRETATIONS[steps.interpretation[i]], concrete))
        return [percent_row("commuting square holds", [mean(held)], (0.99,))]

    @torch.no_grad()
    def soft(self) -> list[Row]:
        """Total variation between the decoded mixture and the mixture of outcomes, over the cells where these differ."""
        found: dict[int, list[float]] = {2: [], 3: []}
        stream = Stream(replace(self.data, soft=0.5), self.vocab, SHARD + 9)
        for number in range(max(1, self.rows // 16 // self.data.rows + 1)):
            soft = stream.batch(number).soft
            if soft is None:
                continue
            ops, weights = torch.as_tensor(soft.ops).to(self.device), torch.as_tensor(soft.weights).to(self.device)
            source = self.field.source(*self.tensors(soft.before))
            condition = Condition.mixed(ops, weights, self.vocab)
            end = self.field.endpoint(source.z0, torch.zeros(len(ops), device=self.device), source, condition)
            q = torch.softmax(self.field.table.logits(self.field.expected(end, source, condition), source.table), -1)
            codes = torch.as_tensor(soft.after.codes, dtype=torch.long).to(self.device).view(*ops.shape, -1)
            target = torch.zeros_like(q).scatter_add_(
                2, codes.transpose(1, 2), weights[:, None].expand(-1, codes.shape[2], -1).contiguous()
            )
            differs = ((codes != codes[:, :1]) & (weights[..., None] > 0)).any(1)
            distance = (q - target).abs().sum(-1) / 2
            for row in range(len(ops)):
                if bool(differs[row].any()):
                    found[int((weights[row] > 0).sum()) if int((weights[row] > 0).sum()) in found else 2].append(
                        float(distance[row][differs[row]].mean())
                    )
        values = [mean(found[2]), mean(found[3])]
        met = bool(values[0] <= 0.05 and values[1] <= 0.1)
        return [
            Row(name="soft op: total variation, 2 / 3 ops", value=f"{values[0]:.3f} / {values[1]:.3f}", target="<= 0.05 / 0.1", met=met)
        ]

    def distances(self) -> list[Row]:
        """The learned distance against breadth-first search in a small language."""
        found: Distances = distances(self.model, seed=self.seed)
        return [
            Row(name="distance: Spearman with exact", value=f"{found.spearman:.3f}", target=">= 0.8", met=found.spearman >= 0.8),
            Row(name="distance: mean error for d <= 4", value=f"{found.error:.2f}", target="<= 0.7", met=found.error <= 0.7),
            Row(name="distance: triangle violations", value=str(found.violations), target="0", met=found.violations == 0),
            Row(name="bilinear form: Spearman with exact", value=f"{found.bilinear:.3f}", target="reported", met=None),
        ]

    @torch.no_grad()
    def retrieval(self, stored: int = 100_000) -> list[Row]:
        """Whether the predicted end point lies nearest to the true next state among so many, most of which differ from a true one in one cell."""
        rng = np.random.default_rng(self.seed)
        width = min(self.data.max_cells, 40)
        stream = self.steps(replace(self.balanced, max_cells=width), max(self.data.rows, self.rows // 8), 10)
        batches = [steps.take(np.flatnonzero(steps.error == 0)) for steps in stream]
        project = torch.randn(width * self.field.table.width, 256, generator=torch.Generator().manual_seed(0)).to(self.device) / 16
        table = self.field.table.table()
        count = sum(len(steps) for steps in batches)
        copies, index, points, owners = max(1, stored // max(1, count)), [], [], []
        for steps in batches:
            true = CellRows(_widened(steps.after.codes, width), _widened(steps.after.numbers, width))
            source = self.field.source(*self.tensors(steps.before), table)
            condition = condition_of(steps, self.device)
            end = self.field.endpoint(source.z0, torch.zeros(len(steps), device=self.device), source, condition)
            x1 = self.field.expected(end, source, condition)
            pad = table[self.vocab.code(Kind.PAD)].expand(len(steps), width - x1.shape[1], -1)
            points.append(torch.cat([x1, pad], 1).flatten(1) @ project)
            for copy in range(copies):
                codes = true.codes.copy()
                if copy:
                    place = rng.integers(0, (codes != 0).sum(1))
                    block = self.vocab.blocks[Kind.INT]
                    codes[np.arange(len(codes)), place] = block.first + rng.integers(0, block.count, len(codes))
                vectors = self.field.table.embed(*self.tensors(CellRows(codes, true.numbers)), table)
                index.append((vectors.flatten(1) @ project).half())
                owners.append(np.full(len(codes), copy == 0))
        keys, is_true = torch.cat(index).float(), np.concatenate(owners)
        # True states stand in the order of their points; a found key must be equal to the true one, and equal states are equally right.
        true_keys = keys[torch.as_tensor(is_true, device=keys.device)]
        right, at = 0, 0
        norms = keys.square().sum(1)
        for part in points:
            nearest = (norms - 2 * part @ keys.T).argmin(1)
            right += int(((keys[nearest] - true_keys[at : at + len(part)]).abs().amax(1) < 1e-4).sum())
            at += len(part)
        share = right / max(1, at)
        return [Row(name=f"true next state is nearest among {len(keys)}", value=f"{share:.2%}", target=">= 99.9 %", met=share >= 0.999)]

    def identities(self) -> list[Row]:
        """Equations of stacks: what these words do to any stack is nothing, and the decoded end must be the start."""
        equations = (("c0", "drop"), ("dup", "drop"), ("dup", "nip"), ("swap", "swap"), ("rot", "rot", "rot"), ("over", "drop"),
                     ("neg", "neg"), ("not", "not"), ("reverse", "reverse"), ("inc", "dec"))  # fmt: skip
        tally = Tally()
        rng = random.Random(self.seed)
        for words in equations:
            states = [self._fitting(words, rng) for _ in range(32)]
            rows = rows_of([encode(state, self.vocab) for state in states], self.data.max_cells, self.vocab)
            codes, numbers = self.tensors(rows)
            ops = [torch.full((len(states),), self.vocab.numbers[word], device=self.device) for word in words]
            pops = [torch.full((len(states),), pops_of(word), device=self.device) for word in words]
            end = run_program(self.field, codes, numbers, [Condition.of(op, pop) for op, pop in zip(ops, pops, strict=True)])[-1]
            for right in self.equal(end.codes, end.numbers, rows):
                tally.add(" ".join(words), bool(right))
        worst = min(tally.count, key=tally.share)
        return [
            Row(
                name="stack identities, such as drop after push", value=f"{tally.total:.2%} (worst: {worst} {tally.share(worst):.1%})",
                target=">= 99.9 %", met=tally.total >= 0.999,
            )
        ]  # fmt: skip

    def throughput(self) -> list[Row]:
        """States per second of one execution; training throughput is `python -m benchmarks.attention --step`."""
        (steps,) = self.steps(self.data, 1, 11)
        condition, cells = condition_of(steps, self.device), self.tensors(steps.before)
        execute(self.field, *cells, condition)
        start = time.perf_counter()
        for _ in range(3):
            execute(self.field, *cells, condition)
        rate = 3 * len(steps) / (time.perf_counter() - start)
        return [Row(name="executed states per second, one op each", value=f"{rate:.0f}", target="reported", met=None)]

    # What the measurements share.

    def tensors(self, rows: CellRows) -> tuple[Tensor, Tensor]:
        """Codes and numbers on the device."""
        return tuple(torch.as_tensor(array, dtype=torch.long).to(self.device) for array in (rows.codes, rows.numbers))  # type: ignore[return-value]

    def equal(self, codes: Tensor, numbers: Tensor, rows: CellRows) -> np.ndarray:
        """bool[N]: whether these cells are those of the rows."""
        return ((codes.cpu().numpy() == rows.codes) & (numbers.cpu().numpy() == rows.numbers)).all(1)

    def exact(self, steps: Steps) -> np.ndarray:
        """bool[N]: whether one call gives the next state."""
        done = execute(self.field, *self.tensors(steps.before), condition_of(steps, self.device))
        return self.equal(done.codes, done.numbers, steps.after)

    def longest_argument(self, steps: Steps) -> np.ndarray:
        """int64[N]: the length of the longest list or string among the op's arguments."""
        source = self.field.source(*self.tensors(steps.before))
        sizes = source.layout.sizes[:, FIRST_ITEM : FIRST_ITEM + 4].cpu().numpy()
        there = np.arange(4) < steps.pops[:, None]
        return np.where(there, sizes - 2, 0).clip(min=0).max(1)

    def rollout_batch(self, length: int, count: int) -> Rollouts | None:
        """Rollouts of so many ops; None where no program is as long."""
        config = replace(self.data, rollouts=1.0, rollout_length=length, max_length=max(length, self.data.max_length), rows=min(count, 64), pairs="all", programs=768, min_length=length)  # fmt: skip
        stream = Stream(config, self.vocab, SHARD + 20 + length)
        return stream.batch(0).rollouts

    def conditions(self, made: Rollouts) -> list[Condition]:
        """The condition of each op of rollouts."""
        arrays = [torch.as_tensor(array, dtype=torch.long).to(self.device) for array in (made.ops, made.pops, made.bodies)]
        return [Condition.of(arrays[0][:, k], arrays[1][:, k], arrays[2][:, k]) for k in range(made.ops.shape[1])]

    def with_abstract(self, count: int, shard: int) -> Iterator[tuple[Steps, Any]]:
        """Batches with abstract rows, executed."""
        config = replace(self.data, abstract=1.0, errors=0.0)
        for steps in self.steps(config, count // 2, shard):
            yield steps, execute(self.field, *self.tensors(steps.before), condition_of(steps, self.device))

    def contains(self, done: Any, row: int, domain: str, concrete: State) -> bool:
        """Whether the abstract state of an executed row contains a concrete one, as far as depth goes too."""
        try:
            abstract = decode(_cells(done.codes, done.numbers, row), self.vocab, domain=domain)
        except CellError:
            return False
        if isinstance(abstract.items, str) or isinstance(concrete.items, str) or len(abstract.items) != len(concrete.items):
            return False
        return all(element.contains(value) for element, value in zip(abstract.items, concrete.items, strict=True))

    def _fitting(self, words: tuple[str, ...], rng: random.Random) -> State:
        """A random state on which the words run."""
        integers = [rng.randint(-99, 99) for _ in range(3)]
        top: Any = rng.random() < 0.5 if words[0] == "not" else tuple(rng.randint(-9, 9) for _ in range(rng.randint(0, 5)))
        items = (*integers[:2], top) if words[0] in ("not", "reverse") else tuple(integers)
        return State(items, (rng.randint(-9, 9), None, None, None))

    def _macro(self, name: str, tally: Tally, wanted: tuple[float, float], *, least: int) -> Row:
        shares = tally.shares(least) or tally.shares()
        worst = min(shares, key=lambda op: shares[op], default="-")
        values = (mean(shares.values()), shares.get(worst, 0.0))
        return Row(
            name=name, value=f"{values[0]:.2%} / {values[1]:.1%} ({worst})", target=f">= {wanted[0]:.1%} / {wanted[1]:.0%}",
            met=values[0] >= wanted[0] and values[1] >= wanted[1],
        )  # fmt: skip


def _ok(bench: _Bench, batches: Iterator[Steps]) -> float:
    """Share of exact next states among rows that have one."""
    tally = Tally()
    for steps in batches:
        right = bench.exact(steps)
        for i in np.flatnonzero(steps.error == 0):
            tally.add("all", bool(right[i]))
    return tally.total


def _cells(codes: Tensor, numbers: Tensor, row: int) -> list[tuple[int, int]]:
    return list(zip(codes[row].tolist(), numbers[row].tolist(), strict=True))


def _widened(array: np.ndarray, width: int) -> np.ndarray:
    return np.pad(array, ((0, 0), (0, width - array.shape[1])))
