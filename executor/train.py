"""Training: presets, the loop, and a run as a folder.

    flowforth train --preset small --run-dir runs/small
    torchrun --nproc-per-node 2 -m flowforth train --preset small --run-dir runs/small

A run is a folder (`executor.run_folder`), with TensorBoard events, checkpoint.safetensors (to go on) and model.safetensors (to use) in it.
The same command goes on where a run stopped, also with more or fewer steps; batches and random numbers belong to step numbers, so that the curve is the one of a run that was
never stopped. A batch is made of `shards` parts, which the processes share out; its gradient is the same on any number of them.
"""

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path

import torch
from torch import Tensor

from dsl.errors import ConfigError
from embed.batches import Stream, Streams
from embed.distances import Searches
from embed.steps import Steps
from embed.vocab import vocabulary
from executor.board import Board
from executor.checkpoint import Executor, TrainState, begin_with, save_weights
from executor.distance import taught_loss
from executor.exactness import by_op
from executor.field import Field, count_parameters
from executor.losses import Draws, LossConfig, total_loss
from executor.optimizer import optimizer_of
from executor.place import Place, placed, uninterrupted
from executor.presets import TrainConfig, flat
from executor.progress import Meter
from executor.run_folder import RunFolder
from executor.speed import compile_blocks, resolved
from executor.sublanguage import distances

HELD_OUT = 1_000_003
"""Shard whose batches are never trained on."""
PAIRS_A_ROW = 2
"""Pairs of states with exact distances for each row of a batch that has some."""
LEAST_RANK = 0.05
"""Share of the code width below which the effective rank of the code table counts as collapse."""


class TrainingStopped(ConfigError):
    """A run that cannot go on: not-a-number, or a collapsed code table. The last good weights are in its folder."""


def train(
    config: TrainConfig,
    folder: Path,
    *,
    stop_after: int | None = None,
    deterministic: bool = False,
    quiet: bool = False,
    weights: Path | None = None,
    streams: Streams = Stream,
) -> dict[str, float]:
    """Trains, or goes on, to the last step or to step `stop_after`; gives the last figures. A new run begins with the `weights` of another, where
    given; its batches come from `streams`. Raises `TrainingStopped`, and `ConfigError` where the folder holds another run or the weights are of another shape."""
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
    try:
        with placed() as place:
            if config.shards % place.world:
                raise ConfigError(
                    f"{config.shards} shards cannot be shared out to {place.world} processes; set shards={place.world} or a multiple"
                )
            return _Run(config, folder, place, quiet=quiet, weights=weights, streams=streams).run(
                config.steps if stop_after is None else min(stop_after, config.steps)
            )
    finally:
        if deterministic:
            torch.use_deterministic_algorithms(False)


class _Run:
    """One process's part of a run."""

    def __init__(
        self, config: TrainConfig, folder: Path, place: Place, *, quiet: bool, weights: Path | None, streams: Streams = Stream
    ) -> None:
        self.config, self.folder, self.place, self.quiet = config, RunFolder(folder), place, quiet
        vocab = vocabulary(config.field.int_range)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.model = Executor(config.field, vocab).to(place.device)
        if weights is not None:
            begin_with(self.model, weights)
        self.alone = config.losses.distance_alone
        self.model.field.requires_grad_(not self.alone)
        self.state = TrainState(self.model, optimizer_of(self.model, config), config.average)
        data = replace(config.data, seed=config.data.seed + config.seed)
        mine = range(place.rank, config.shards, place.world)
        self.streams = {shard: streams(data, vocab, shard) for shard in mine}
        self.searches = {shard: Searches(vocab, data.seed, shard) for shard in mine}
        self.held_out = streams(replace(data, soft=0, rollouts=0, abstract=0, emphasis=()), vocab, HELD_OUT)
        self.precision = self.model.field.precision = resolved(config.precision, place.device, config.field.attention)
        if config.compiled:
            compile_blocks(self.model.field)

    def run(self, last: int) -> dict[str, float]:
        """The loop."""
        config, state = self.config, self.state
        self._open()
        board = Board(self.folder.path, purge=state.step) if self.place.is_first else None
        if board is not None and state.step == 0:
            board.settings(flat(config), {"parameters": count_parameters(self.model)})
        meter, figures = Meter(state.step, config.steps, quiet=self.quiet or not self.place.is_first), {}
        try:
            while state.step < last:
                losses = self._one_step()
                if state.step % config.log_every == 0 or state.step == last:
                    figures = self._figures(losses, meter)
                    self._write(figures, board, meter)
                if state.step % config.evaluate_every == 0 or state.step == last:
                    self._evaluate(board)
                if state.step % config.save_every == 0 or state.step == last:
                    self._save()
        except KeyboardInterrupt:
            if self.place.world == 1:  # several processes are interrupted at different steps: there the last checkpoint counts
                self._save()
            raise
        finally:
            meter.close()
            if board is not None:
                board.close()
        return figures

    def _one_step(self) -> dict[str, Tensor]:
        """Gradients of all shards, one update."""
        config, state = self.config, self.state
        for group in state.optimizer.param_groups:
            group["lr"] = group["scale"] * learning_rate(config, state.step)
        state.optimizer.zero_grad(set_to_none=True)
        sums: dict[str, Tensor] = {}
        for shard in self.streams:
            loss, parts = self._losses(shard)
            (loss / config.shards).backward()
            for name, value in {"loss": loss, **parts}.items():
                sums[name] = sums.get(name, torch.zeros((), device=self.place.device)) + value.detach().float() / config.shards
        norm = self._share_gradients(sums)
        if not math.isfinite(norm) or not math.isfinite(float(sums["loss"])):
            raise TrainingStopped(self._stopped(f"the loss is {float(sums['loss'])} and the gradient's norm {norm}"))
        with uninterrupted():
            state.optimizer.step()
            state.step += 1
            state.update_average()
        sums["gradient"] = torch.tensor(norm)
        return sums

    def _losses(self, shard: int) -> tuple[Tensor, dict[str, Tensor]]:
        """The weighted sum of a shard's losses, and each of them."""
        losses, state, field = self.config.losses, self.state, self.model.field
        draws = Draws(self.config.seed, state.step, shard, device=self.place.device)
        loss, parts, beside = torch.zeros((), device=self.place.device), {}, 1
        if not self.alone:
            batch = self.streams[shard].batch(state.step)
            slow = state.average_table() if losses.slow_target else None
            progress = state.step / self.config.steps
            loss, parts = total_loss(field, batch, losses, draws, progress=progress, metric=self.model.metric, slow=slow)
            beside = batch.beside
        if losses.taught and beside:
            pairs = self.searches[shard].pairs(state.step, PAIRS_A_ROW * self.config.data.rows)
            parts["taught"] = taught_loss(self.model.metric, field, pairs, field.table.table())
            loss = loss + losses.taught * beside * parts["taught"]
        return loss, parts

    def _share_gradients(self, sums: dict[str, Tensor]) -> float:
        """Adds up the processes' gradients and losses, clips, and gives the norm before clipping."""
        parameters = [p for p in self.model.parameters() if p.requires_grad]
        for parameter in parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        if self.place.world > 1:
            flat = torch.cat([p.grad.reshape(-1) for p in parameters if p.grad is not None])
            torch.distributed.all_reduce(flat)
            for parameter, part in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
                parameter.grad = part.view_as(parameter).clone()
            names = ["loss", *(f.name for f in fields(LossConfig))]
            values = torch.stack([sums.get(name, torch.zeros(())) for name in names])
            torch.distributed.all_reduce(values)
            sums.update({name: value for name, value in zip(names, values, strict=True) if name in sums})
        return float(torch.nn.utils.clip_grad_norm_(parameters, self.config.clip))

    def _figures(self, losses: dict[str, Tensor], meter: Meter) -> dict[str, float]:
        """What is written down, checked for collapse."""
        figures = {name: float(value) for name, value in losses.items()}
        figures["rank"] = effective_rank(self.model.field)
        figures["learning_rate"] = learning_rate(self.config, self.state.step - 1)
        figures["states_per_second"] = meter.rate(self.state.step) * self.config.data.rows * self.config.shards
        if figures["rank"] < LEAST_RANK * self.config.field.code_width:
            raise TrainingStopped(self._stopped(f"the code table has collapsed: its effective rank is {figures['rank']:.1f}"))
        return figures

    def _write(self, figures: dict[str, float], board: Board | None, meter: Meter) -> None:
        if board is None:
            return
        step = self.state.step
        self.folder.note({"step": step, **figures})
        board.scalars(step, figures)
        meter.show(step, figures)

    def _evaluate(self, board: Board | None) -> None:
        """Exact next states on held-out batches, by op; or distances, where nothing else is trained. With the averaged weights."""
        if board is None:
            return
        if self.alone:
            self._evaluate_distances()
            return
        with self._averaged() as model:
            tally = by_op(model.field, self._held_out())
            if self.config.figures:
                from executor.pictures import write_some

                write_some(model, board, self.config.data, self.state.step)
        shares = tally.shares()
        macro = sum(shares.values()) / max(1, len(shares))
        self.folder.note({"step": self.state.step, "exact": tally.total, "exact_macro": macro})
        board.exactness(self.state.step, shares, tally.total, macro)
        if not self.quiet:
            print(f"\nstep {self.state.step}: exact next states {tally.total:.2%}, mean over ops {macro:.2%}", file=sys.stderr, flush=True)

    def _evaluate_distances(self) -> None:
        with self._averaged() as model:
            found = distances(model)
        self.folder.note({"step": self.state.step, "spearman": found.spearman, "error": found.error})
        if not self.quiet:
            text = f"distances: rank correlation {found.spearman:.3f}, mean error {found.error:.2f}"
            print(f"\nstep {self.state.step}: {text}", file=sys.stderr, flush=True)

    def _held_out(self) -> Iterator[Steps]:
        for number in range(self.config.held_out):
            yield self.held_out.batch(number).steps

    @contextmanager
    def _averaged(self) -> Iterator[Executor]:
        """The model with averaged weights."""
        kept = {name: p.detach().clone() for name, p in self.model.named_parameters()}
        try:
            _put(self.model, self.state.average)
            yield self.model
        finally:
            with uninterrupted():
                _put(self.model, kept)

    def _save(self) -> None:
        """Both files; every process waits until they are there."""
        if self.place.is_first:
            self.state.save(self.folder.checkpoint, {"config": flat(self.config)})
            about = {"name": self.config.name, "step": self.state.step, "steps": self.config.steps, "seed": self.config.seed, "data": asdict(self.config.data)}  # fmt: skip
            save_weights(self.folder.weights, self.model, self.state.average, about)
        if self.place.world > 1:
            torch.distributed.barrier()

    def _open(self) -> None:
        """The folder of a new run, or the state of one that goes on."""
        self.folder.check(self.config)
        if self.folder.checkpoint.exists():
            self.state.load(self.folder.checkpoint)
        if self.place.is_first:
            self.folder.begin(self.config, self.state.step, self.precision)
        if self.place.world > 1:
            torch.distributed.barrier()

    def _stopped(self, why: str) -> str:
        kept = f"{self.folder.weights} has the last good weights" if self.folder.weights.exists() else "no weights were saved yet"
        return (
            f"training stopped at step {self.state.step}: {why}; {kept}; go on with a lower learning_rate or another seed in a new folder"
        )


def learning_rate(config: TrainConfig, step: int) -> float:
    """Warm-up, constant, then linear to nothing over the last share of the steps."""
    up = min(1.0, (step + 1) / max(1, config.warm_up))
    left = (config.steps - step) / max(1.0, config.decay * config.steps)
    return config.learning_rate * min(up, 1.0, left)


@torch.no_grad()
def effective_rank(model: Field) -> float:
    """exp of the entropy of the code table's normalised singular values: near 1 for a collapsed table."""
    table = model.table.table().float()
    values = torch.linalg.eigvalsh((table - table.mean(0)).T @ (table - table.mean(0))).clamp(min=0).sqrt()
    shares = values / values.sum().clamp(min=1e-12)
    return float(torch.exp(-(shares * torch.log(shares.clamp(min=1e-12))).sum()))


@torch.no_grad()
def _put(model: Executor, weights: dict[str, Tensor]) -> None:
    for name, parameter in model.named_parameters():
        parameter.copy_(weights[name])
